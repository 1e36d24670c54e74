"""The table of what people say of replies. See `tables` for the house rules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text as LongText
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable


class ReplyReviewRow(StoreTable, table=True):
    """One person's word on one reply. `reviewer` is what the name is compared by (`domain.people.key_of`), `by` how it
    is written. `first_verdict` is the one given first, at `first_at`; it never changes."""

    __tablename__ = "reply_review"

    turn_id: str = Field(primary_key=True, foreign_key="turn.id")
    reviewer: str = Field(primary_key=True)
    by: str
    verdict: str
    at: datetime = Field(index=True)
    reason: str = Field(sa_type=LongText)
    ideal: str = Field(sa_type=LongText)
    first_verdict: str
    first_at: datetime = Field(index=True)


REPLY_REVIEW = METADATA.tables["reply_review"]
