"""The tables of probes. See `tables` for the house rules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy import Text as LongText
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable


class ProbeRunRow(StoreTable, table=True):
    """One round of questions. `every_s` is None for one that somebody asked for."""

    __tablename__ = "probe_run"

    id: str = Field(primary_key=True)
    at: datetime = Field(index=True)
    address: str
    every_s: int | None = Field(default=None, sa_type=BigInteger)
    note: str = Field(sa_type=LongText)


class ProbeResultRow(StoreTable, table=True):
    """One question of a round. `turn_id` is the bot's note of its turn, where it got that far."""

    __tablename__ = "probe_result"

    run: str = Field(primary_key=True, foreign_key="probe_run.id")
    kind: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    at: datetime
    outcome: str
    asked: str = Field(sa_type=LongText)
    expected: str
    reply: str = Field(sa_type=LongText)
    fault: str | None = None
    detail: str = Field(sa_type=LongText)
    ms: int | None = Field(default=None, sa_type=BigInteger)
    turn_id: str | None = None


class ProbeTurnRow(StoreTable, table=True):
    """What the bot noted of a turn that a probe asked for."""

    __tablename__ = "probe_turn"

    id: str = Field(primary_key=True)
    at: datetime = Field(index=True)
    failed: bool
    rule: str | None = None
    prompt: str | None = None
    version: int | None = Field(default=None, sa_type=BigInteger)
    model: str
    simulated: bool
    pico_usd: int = Field(sa_type=BigInteger)
    unknown_cost: bool


PROBE_RUN = METADATA.tables["probe_run"]
PROBE_RESULT = METADATA.tables["probe_result"]
PROBE_TURN = METADATA.tables["probe_turn"]
