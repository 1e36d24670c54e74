"""The tables of releases: overrides, the audit log, proposals, evaluations. See `tables` for the house rules."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, text
from sqlalchemy import Text as LongText
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable

_IN_FORCE = text("ended_at IS NULL")
_WAITING = text("state IN ('open', 'approved')")


class OverrideRow(StoreTable, table=True):
    """An order above the release files, in force until it is ended."""

    __tablename__ = "override"
    # One order of each kind holds on a prompt: two replicas that stop the same experiment write one.
    __table_args__ = (
        Index("ix_override_in_force", "subject", "kind", unique=True, sqlite_where=_IN_FORCE,
              postgresql_where=_IN_FORCE),
    )  # fmt: skip

    id: str = Field(primary_key=True)
    subject: str
    kind: str
    by: str
    at: datetime
    reason: str = Field(sa_type=LongText)
    version: int | None = Field(default=None, sa_type=BigInteger)
    experiment: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_reason: str | None = Field(default=None, sa_type=LongText)


class AuditRow(StoreTable, table=True):
    """One deed. Rows are added, never changed."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "subject", "at"),)

    id: str = Field(primary_key=True)
    at: datetime = Field(index=True)
    by: str
    deed: str
    subject: str
    reason: str = Field(sa_type=LongText)
    version: str | None = None
    checksum: str | None = None
    detail: dict[str, Any] = Field(sa_type=JSON)


class ProposalRow(StoreTable, table=True):
    """A text put forward for release."""

    __tablename__ = "proposal"
    # A text waits once for what it is to follow: of two who propose it at the same moment one is told so.
    __table_args__ = (
        Index(None, "subject", "checksum"),
        Index("ix_proposal_waiting", "subject", "checksum", "base", unique=True, sqlite_where=_WAITING,
              postgresql_where=_WAITING),
    )  # fmt: skip

    id: str = Field(primary_key=True)
    subject: str
    version: str
    checksum: str
    by: str
    at: datetime
    reason: str = Field(sa_type=LongText)
    base: str = ""
    text: str | None = Field(default=None, sa_type=LongText)
    state: str = Field(index=True)
    decided_by: str | None = None
    decided_at: datetime | None = None
    decided_reason: str | None = Field(default=None, sa_type=LongText)


class EvalRunRow(StoreTable, table=True):
    """An evaluation of one exact text."""

    __tablename__ = "eval_run"
    __table_args__ = (Index(None, "prompt", "checksum"),)

    id: str = Field(primary_key=True)
    at: datetime = Field(index=True)
    suite: str
    prompt: str
    version: int = Field(sa_type=BigInteger)
    checksum: str
    model: str
    passed: bool
    cases: int = Field(sa_type=BigInteger)
    failed: int = Field(sa_type=BigInteger)
    book: str | None = None
    suite_checksum: str | None = None


OVERRIDE = METADATA.tables["override"]
AUDIT = METADATA.tables["audit"]
PROPOSAL = METADATA.tables["proposal"]
EVAL_RUN = METADATA.tables["eval_run"]
