"""The tables of what is told to people. See `tables` for the house rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, text
from sqlalchemy import Text as LongText
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable

_WAITING = text("state = 'waiting'")


class NoticeRow(StoreTable, table=True):
    """Something to be told. `words` are title, text and page by language; `key` keeps it from being put twice."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_waiting", "not_before", sqlite_where=_WAITING, postgresql_where=_WAITING),)

    id: str = Field(primary_key=True)
    key: str = Field(unique=True)
    kind: str
    severity: str
    role: str | None = None
    at: datetime = Field(index=True)
    not_before: datetime
    words: dict[str, Any] = Field(sa_type=JSON)
    alert: str | None = Field(default=None, index=True)
    incident: int | None = Field(default=None, sa_type=BigInteger)
    about_channel: str | None = None
    state: str
    reason: str | None = None


class SendingRow(StoreTable, table=True):
    """A notice on its way through a channel. Whoever sends it holds it until `held_until`; a process that dies loses it
    then to another one."""

    __tablename__ = "sending"
    __table_args__ = (
        Index("ix_sending_waiting", "channel", "next_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    notice: str = Field(primary_key=True, foreign_key="notice.id")
    channel: str = Field(primary_key=True)
    state: str
    attempts: int = Field(sa_type=BigInteger)
    next_at: datetime
    held_until: datetime | None = None
    sent_at: datetime | None = Field(default=None, index=True)
    error: str | None = Field(default=None, sa_type=LongText)


class AlertChannelRow(StoreTable, table=True):
    """How a channel does. `failing_since` is None while it works."""

    __tablename__ = "alert_channel"

    name: str = Field(primary_key=True)
    tried_at: datetime
    sent_at: datetime | None = None
    failing_since: datetime | None = None
    error: str | None = Field(default=None, sa_type=LongText)


NOTICE = METADATA.tables["notice"]
SENDING = METADATA.tables["sending"]
ALERT_CHANNEL = METADATA.tables["alert_channel"]
