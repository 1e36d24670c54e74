"""The tables of budgets. See `tables` for the house rules."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlalchemy import Text as LongText
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable


class Spending(StoreTable, table=True):
    """What model calls of live turns cost, by local day: the ledger budgets are kept by.

    `pico_usd`, `calls` and `unknown` (calls without a known price) include the `gone_` ones, whose turns were erased or
    removed by retention: the rest is always the sum of the attempts that are kept.
    """

    __tablename__ = "spending"

    day: date = Field(primary_key=True)
    prompt: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    simulated: bool = Field(primary_key=True)
    pico_usd: int = Field(sa_type=BigInteger)
    calls: int = Field(sa_type=BigInteger)
    unknown: int = Field(sa_type=BigInteger)
    gone_pico_usd: int = Field(default=0, sa_type=BigInteger)
    gone_calls: int = Field(default=0, sa_type=BigInteger)
    gone_unknown: int = Field(default=0, sa_type=BigInteger)


class HeldCall(StoreTable, table=True):
    """A model call of a turn under way, with what it may cost (`made`: with what it did cost). Gone when its turn is
    finished; of a process that died it becomes an attempt of the turn."""

    __tablename__ = "held_call"
    __table_args__ = (Index(None, "dialogue_id"),)

    turn_id: str = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    made: bool
    at: datetime
    day: date
    prompt: str
    version: int = Field(sa_type=BigInteger)
    checksum: str
    channel: str
    dialogue_id: str
    simulated: bool
    purpose: str
    model: str
    fault: str | None = None
    model_ms: int = Field(default=0, sa_type=BigInteger)
    usage: dict[str, Any] = Field(sa_type=JSON)
    pico_usd: int = Field(sa_type=BigInteger)
    local_minor: int | None = Field(default=None, sa_type=BigInteger)
    local_currency: str | None = None
    rate: str | None = None
    priced_as: str
    price_source: str
    unknown_model: bool


class BudgetAlertRow(StoreTable, table=True):
    """A level a budget reached in a period, told once. `share` is the soft share as text, "" for other levels; `limit`
    the amount with its currency as it was then."""

    __tablename__ = "budget_alert"
    __table_args__ = (Index(None, "at"),)

    budget: str = Field(primary_key=True)
    since: date = Field(primary_key=True)
    level: str = Field(primary_key=True)
    share: str = Field(primary_key=True)
    limit: str = Field(primary_key=True)
    at: datetime
    last_at: datetime
    times: int = Field(sa_type=BigInteger)
    detail: str = Field(sa_type=LongText)


SPENDING = METADATA.tables["spending"]
HELD = METADATA.tables["held_call"]
BUDGET_ALERT = METADATA.tables["budget_alert"]
