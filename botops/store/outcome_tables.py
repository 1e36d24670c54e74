"""The tables of what became of leads and of ratings. See `tables` for the house rules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy import Text as LongText
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable


class OutcomeRow(StoreTable, table=True):
    """A lead reached a stage. `received_at` is when we were told."""

    __tablename__ = "outcome"
    __table_args__ = (Index(None, "lead_id", "at"),)

    id: str = Field(primary_key=True)
    lead_id: str
    stage: str
    at: datetime
    amount_minor: int | None = Field(default=None, sa_type=BigInteger)
    amount_currency: str | None = None
    source: str
    received_at: datetime


class FeedbackRow(StoreTable, table=True):
    """A rating of a dialogue or a turn. `received_at` is when we were told."""

    __tablename__ = "feedback"
    __table_args__ = (Index(None, "dialogue_id", "at"),)

    id: str = Field(primary_key=True)
    dialogue_id: str
    turn_id: str | None = None
    rating: int = Field(sa_type=BigInteger)
    reason: str = Field(sa_type=LongText)
    voice: str
    by: str
    at: datetime = Field(index=True)
    received_at: datetime


OUTCOME = METADATA.tables["outcome"]
FEEDBACK = METADATA.tables["feedback"]
