"""The tables of evaluations: what became of each case of a kept run, and runs people asked for. See `tables`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlalchemy import Text as LongText
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable


class EvalCaseRow(StoreTable, table=True):
    """A case of a kept run. `detail` holds its failures and its dialogue, None once they are older than is retained."""

    __tablename__ = "eval_case"
    __table_args__ = (Index(None, "dialogue_id"), Index(None, "case"))

    run_id: str = Field(primary_key=True)
    case: str = Field(primary_key=True)
    status: str
    passed: int = Field(sa_type=BigInteger)
    judged: int = Field(sa_type=BigInteger)
    rules: list[str] = Field(sa_type=JSON)
    quote: str = Field(sa_type=LongText)
    error: str | None = Field(default=None, sa_type=LongText)
    dialogue_id: str | None = None
    dialogue_turn: int | None = Field(default=None, sa_type=BigInteger)
    detail: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class EvalTaskRow(StoreTable, table=True):
    """A run somebody asked for. `process` is the store process that watches over it."""

    __tablename__ = "eval_task"

    id: str = Field(primary_key=True)
    at: datetime = Field(index=True)
    by: str
    prompt: str
    version: int = Field(sa_type=BigInteger)
    suites: list[str] = Field(sa_type=JSON)
    model: str
    state: str
    done: int = Field(sa_type=BigInteger)
    total: int = Field(sa_type=BigInteger)
    failed: int = Field(sa_type=BigInteger)
    max_usd: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    error: str | None = Field(default=None, sa_type=LongText)
    runs: list[str] = Field(sa_type=JSON)
    process: str


EVAL_CASE = METADATA.tables["eval_case"]
EVAL_TASK = METADATA.tables["eval_task"]
