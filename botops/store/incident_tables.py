"""The tables of incidents. See `tables` for the house rules."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, text
from sqlalchemy import Text as LongText
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable

_UNDER_WAY = text("state IN ('open', 'acknowledged')")


class IncidentRow(StoreTable, table=True):
    """One incident. `scope_since` and the columns after it are its question for the replies it is about."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_under_way", "opened_at", sqlite_where=_UNDER_WAY, postgresql_where=_UNDER_WAY),
    )

    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    title: str = Field(sa_type=LongText)
    severity: str
    owner: str
    state: str
    began_at: datetime
    opened_at: datetime = Field(index=True)
    opened_by: str
    alert: str | None = Field(default=None, index=True)
    scope_since: datetime
    scope_until: datetime | None = None
    scope_prompt: str | None = None
    scope_version: int | None = Field(default=None, sa_type=BigInteger)
    scope_kind: str | None = None
    scope_severity: int | None = Field(default=None, sa_type=BigInteger)
    scope_channel: str | None = None
    scope_language: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    cause: str | None = Field(default=None, sa_type=LongText)
    cause_kind: str | None = None
    case: str | None = None
    no_case: str | None = Field(default=None, sa_type=LongText)
    at_risk_minor: int | None = Field(default=None, sa_type=BigInteger)
    at_risk_currency: str | None = None


class IncidentEntryRow(StoreTable, table=True):
    """What somebody did or said about an incident. Rows are added, never changed."""

    __tablename__ = "incident_entry"

    incident: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="incident.number")
    position: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime
    kind: str
    by: str
    text: str = Field(sa_type=LongText)
    detail: dict[str, Any] = Field(sa_type=JSON)


class IncidentFollowUpRow(StoreTable, table=True):
    """What is to be done about an incident."""

    __tablename__ = "incident_follow_up"

    id: str = Field(primary_key=True)
    incident: int = Field(sa_type=BigInteger, foreign_key="incident.number", index=True)
    position: int = Field(sa_type=BigInteger)
    text: str = Field(sa_type=LongText)
    owner: str
    due: date
    done_at: datetime | None = None
    done_by: str | None = None


INCIDENT = METADATA.tables["incident"]
INCIDENT_ENTRY = METADATA.tables["incident_entry"]
INCIDENT_FOLLOW_UP = METADATA.tables["incident_follow_up"]
