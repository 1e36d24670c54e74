"""The tables of alerts. See `tables` for the house rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, text
from sqlalchemy import Text as LongText
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable

_FIRING = text("state = 'firing'")
_OPEN = text("state = 'firing' OR dismissed")


class AlertRow(StoreTable, table=True):
    """One alert. `signal` is what its source said last; `key`, `rule` and `area` of it are columns for questions."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("uq_alert_firing", "source", "key", unique=True, sqlite_where=_FIRING, postgresql_where=_FIRING),
        Index("ix_alert_open", "source", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index(None, "source", "resolved_at"),
    )

    id: str = Field(primary_key=True)
    source: str
    key: str
    rule: str
    area: str
    severity: str
    state: str
    owner: str | None = None
    raised_at: datetime = Field(index=True)
    seen_at: datetime
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    incident: int | None = Field(default=None, sa_type=BigInteger)
    returns: int = Field(sa_type=BigInteger)
    dismissed: bool
    signal: dict[str, Any] = Field(sa_type=JSON)


class AlertEventRow(StoreTable, table=True):
    """What happened to an alert. Rows are added, never changed."""

    __tablename__ = "alert_event"

    alert: str = Field(primary_key=True, foreign_key="alert.id")
    position: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(index=True)
    kind: str
    by: str
    text: str = Field(sa_type=LongText)


class SilenceRow(StoreTable, table=True):
    """An order to tell nobody of some alerts for a while."""

    __tablename__ = "silence"

    id: str = Field(primary_key=True)
    since: datetime
    until: datetime = Field(index=True)
    by: str
    reason: str = Field(sa_type=LongText)
    rule: str | None = None
    area: str | None = None
    key: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None


ALERT = METADATA.tables["alert"]
ALERT_EVENT = METADATA.tables["alert_event"]
SILENCE = METADATA.tables["silence"]
