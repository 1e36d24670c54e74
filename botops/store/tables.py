"""The tables. Never leaves this room: outwards go `TurnRecord` and the dataclasses of `reads`.

Integers that can grow (ids, minor units, pico-dollars, milliseconds, tokens, counts) are `BigInteger`: a plain `int`
is 32 bits wide on PostgreSQL. Rates are text, because SQLite would turn a `Decimal` into a float. Times are aware UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Index, MetaData, Table, text
from sqlalchemy import Text as LongText
from sqlmodel import Field, SQLModel

from botops.domain.turns import FAULT_RULES

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

HOLDS_KEY = text("(state = 'pending' OR reply IS NOT NULL)")
"""Which turns keep their idempotency key: those under way and those a reply of which left. A turn that failed or was
interrupted before anything left gives its key back, so that a repeated delivery is answered by a new turn."""

PENDING = text("state = 'pending'")
"""Turns under way, in the very words of their index: a value in a parameter would not let it be used."""
BROKEN = text("state IN ('failed', 'interrupted')")
"""Turns without a proper end."""

REPAIRED = text("action = 'repaired'")
"""Turns whose model corrected itself: faulty, though what left was clean."""

BROKE_OFF = text(f"rule IN {FAULT_RULES}")
"""Hand-offs of dialogues that the bot would have answered had nothing failed."""


_ZERO = {"server_default": "0"}


class StoreTable(SQLModel):
    """Base of the tables, with metadata of its own: a host application may have SQLModel tables too."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)


class Dialogue(StoreTable, table=True):
    """One dialogue of one lead. `origin` is `live` or where it was imported from."""

    __tablename__ = "dialogue"
    __table_args__ = (Index(None, "last_at", "id"),)

    id: str = Field(primary_key=True)
    lead_id: str = Field(index=True)
    channel: str
    language: str
    first_at: datetime
    last_at: datetime
    origin: str


class Turn(StoreTable, table=True):
    """One turn. `hour` counts whole hours since 1970-01-01 UTC; `process` is the serving process that answers it.

    The sums of its attempts (tokens, cost) and the counts of its findings are kept here too, for lists and roll-ups.
    """

    __tablename__ = "turn"
    __table_args__ = (
        Index(None, "dialogue_id", "number", unique=True),
        Index("uq_turn_idempotency_key", "idempotency_key", unique=True, sqlite_where=HOLDS_KEY,
              postgresql_where=HOLDS_KEY),
        Index("ix_turn_pending", "process", sqlite_where=PENDING, postgresql_where=PENDING),
        Index("ix_turn_broken", "at", sqlite_where=BROKEN, postgresql_where=BROKEN),
        Index("ix_turn_flagged", "at", sqlite_where=text("findings > 0"), postgresql_where=text("findings > 0")),
        Index("ix_turn_repaired", "at", sqlite_where=REPAIRED, postgresql_where=REPAIRED),
    )  # fmt: skip

    id: str = Field(primary_key=True)
    dialogue_id: str = Field(foreign_key="dialogue.id")
    number: int = Field(sa_type=BigInteger)
    lead_id: str = Field(index=True)
    channel: str
    locale: str | None = None
    region: str | None = None
    segment: str | None = None
    source: str | None = None
    idempotency_key: str
    at: datetime
    hour: int = Field(sa_type=BigInteger, index=True)
    text: str = Field(sa_type=LongText)
    language: str
    origin: str
    process: str
    state: str
    policy: str | None = None
    reply: str | None = Field(default=None, sa_type=LongText)
    action: str | None = None
    replied_at: datetime | None = None
    error: str | None = Field(default=None, sa_type=LongText)
    model: str = ""
    simulated: bool = False
    prompt: str | None = None
    prompt_version: int | None = Field(default=None, sa_type=BigInteger)
    prompt_checksum: str | None = None
    rendered: str | None = None
    experiment: str | None = None
    variant: int | None = Field(default=None, sa_type=BigInteger)
    bucket: int | None = Field(default=None, sa_type=BigInteger)
    unit: str | None = None
    stale: bool = False
    judgement: str | None = None
    verdict_reason: str | None = None
    claims: int = Field(default=0, sa_type=BigInteger)
    book: str | None = None
    total_ms: int = Field(default=0, sa_type=BigInteger)
    model_ms: int = Field(default=0, sa_type=BigInteger)
    guard_ms: int = Field(default=0, sa_type=BigInteger)
    first_text_ms: int | None = Field(default=None, sa_type=BigInteger)
    latency_bucket: int | None = Field(default=None, sa_type=BigInteger)
    input_tokens: int = Field(default=0, sa_type=BigInteger)
    cached_tokens: int = Field(default=0, sa_type=BigInteger)
    cache_write_tokens: int = Field(default=0, sa_type=BigInteger)
    output_tokens: int = Field(default=0, sa_type=BigInteger)
    reasoning_tokens: int = Field(default=0, sa_type=BigInteger)
    pico_usd: int = Field(default=0, sa_type=BigInteger)
    local_minor: int = Field(default=0, sa_type=BigInteger)
    local_currency: str = ""
    unknown_cost: bool = False
    findings: int = Field(default=0, sa_type=BigInteger)
    worst: int = Field(default=0, sa_type=BigInteger)


class Attempt(StoreTable, table=True):
    """One model call of a turn. `judgement` is None when it was not looked at. `tool_uses` maps a unit to its number;
    `tries` are the usages of single requests when there were several."""

    __tablename__ = "attempt"

    turn_id: str = Field(primary_key=True, foreign_key="turn.id")
    position: int = Field(primary_key=True, sa_type=BigInteger)
    purpose: str
    model: str
    text: str = Field(sa_type=LongText)
    fault: str | None = None
    model_ms: int = Field(sa_type=BigInteger)
    input_tokens: int = Field(sa_type=BigInteger)
    cached_tokens: int = Field(sa_type=BigInteger)
    cache_write_tokens: int = Field(sa_type=BigInteger)
    output_tokens: int = Field(sa_type=BigInteger)
    reasoning_tokens: int = Field(sa_type=BigInteger)
    estimated: bool
    pico_usd: int = Field(sa_type=BigInteger)
    local_minor: int | None = Field(default=None, sa_type=BigInteger)
    local_currency: str | None = None
    rate: str | None = None
    priced_as: str
    price_source: str
    simulated: bool
    unknown_model: bool
    judgement: str | None = None
    verdict_reason: str | None = None
    claims: int = Field(sa_type=BigInteger)
    book: str | None = None
    cache_write_1h_tokens: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_ZERO)
    audio_input_tokens: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_ZERO)
    audio_cached_tokens: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_ZERO)
    audio_output_tokens: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_ZERO)
    tool_uses: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    service_tier: str = Field(default="", sa_column_kwargs={"server_default": ""})
    tries: list[Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))
    saved_pico_usd: int | None = Field(default=None, sa_type=BigInteger)


class _FindingColumns(StoreTable):
    """What is kept of a finding. `attempt` is the position of the attempt it was made on, -1 for the verdict of the
    turn itself; `rule` names the company's own term kind or check."""

    turn_id: str = Field(primary_key=True, foreign_key="turn.id")
    attempt: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    message: int = Field(sa_type=BigInteger)
    kind: str
    quote: str = Field(sa_type=LongText)
    span_start: int = Field(sa_type=BigInteger)
    span_end: int = Field(sa_type=BigInteger)
    severity: int = Field(sa_type=BigInteger)
    stated: str = Field(sa_type=LongText)
    expected: str | None = Field(default=None, sa_type=LongText)
    explanations: dict[str, Any] = Field(sa_type=JSON)
    sku: str | None = None
    at_risk_minor: int | None = Field(default=None, sa_type=BigInteger)
    at_risk_currency: str | None = None
    overcharge_minor: int | None = Field(default=None, sa_type=BigInteger)
    overcharge_currency: str | None = None
    source: str | None = None
    rule: str | None = None


class Finding(_FindingColumns, table=True):
    """One finding."""

    __tablename__ = "finding"


class ExceptedFinding(_FindingColumns, table=True):
    """A finding an exception let pass. Kept apart: whatever counts findings must not count these."""

    __tablename__ = "excepted_finding"

    exception_id: str = Field(index=True)


class ClaimException(StoreTable, table=True):
    """A wording that is no mistake, for one kind and product, from a day to a day. `finding` columns say which finding
    it was made for; that turn may be gone."""

    __tablename__ = "claim_exception"

    id: str = Field(primary_key=True)
    wording: str = Field(sa_type=LongText)
    kind: str
    sku: str | None = None
    owner: str
    reason: str = Field(sa_type=LongText)
    since: date
    until: date
    by: str
    created_at: datetime
    turn_id: str | None = None
    attempt: int | None = Field(default=None, sa_type=BigInteger)
    position: int | None = Field(default=None, sa_type=BigInteger)
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    fired: int = Field(default=0, sa_type=BigInteger)
    last_fired_at: datetime | None = None


class Review(StoreTable, table=True):
    """A ruling on a finding. All are kept; the latest one on a finding counts."""

    __tablename__ = "review"
    __table_args__ = (Index(None, "turn_id", "at"),)

    id: str = Field(primary_key=True)
    turn_id: str = Field(foreign_key="turn.id")
    attempt: int = Field(sa_type=BigInteger)
    position: int = Field(sa_type=BigInteger)
    ruling: str
    by: str
    at: datetime = Field(index=True)
    reason: str = Field(sa_type=LongText)
    remedy: str | None = None
    exception_id: str | None = None


class HandOff(StoreTable, table=True):
    """A dialogue waiting for a person: open until closed; `taken_by` says who has it."""

    __tablename__ = "hand_off"
    __table_args__ = (
        Index("ix_hand_off_open", "at", sqlite_where=text("closed_at IS NULL"),
              postgresql_where=text("closed_at IS NULL")),
        Index("ix_hand_off_broke_off", "at", sqlite_where=BROKE_OFF, postgresql_where=BROKE_OFF),
    )  # fmt: skip

    turn_id: str = Field(primary_key=True, foreign_key="turn.id")
    dialogue_id: str = Field(index=True)
    lead_id: str = Field(index=True)
    at: datetime
    rule: str
    reason: str = Field(sa_type=LongText)
    role: str
    taken_at: datetime | None = None
    taken_by: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None


class Exposure(StoreTable, table=True):
    """The first time a unit of an experiment was served a variant: the first insert wins.

    `unit` is what variants are dealt to, the lead or the dialogue. `prompt` and `version` say which text it was.
    """

    __tablename__ = "exposure"

    experiment: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    lead_id: str = Field(index=True)
    variant: int = Field(sa_type=BigInteger)
    at: datetime
    turn_id: str
    prompt: str | None = None
    version: int | None = Field(default=None, sa_type=BigInteger)


class Serving(StoreTable, table=True):
    """A process that writes to this store. Whether it lives is told by the lock it holds, not by this row."""

    __tablename__ = "serving"

    id: str = Field(primary_key=True)
    role: str
    host: str
    pid: int = Field(sa_type=BigInteger)
    started_at: datetime


class ImportBatch(StoreTable, table=True):
    """One `write_many`: where the turns came from and how many were new."""

    __tablename__ = "import_batch"

    id: str = Field(primary_key=True)
    origin: str
    at: datetime
    written: int = Field(sa_type=BigInteger)
    skipped: int = Field(sa_type=BigInteger)


class DirtyHour(StoreTable, table=True):
    """An hour whose roll-up no longer matches its turns. `marks` counts writes since."""

    __tablename__ = "dirty_hour"

    hour: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    since: datetime
    marks: int = Field(sa_type=BigInteger)


class RollupGroup(StoreTable, table=True):
    """What roll-ups are told apart by. `id` is a hash of the rest."""

    __tablename__ = "rollup_group"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    prompt: str
    version: int = Field(sa_type=BigInteger)
    experiment: str
    variant: int = Field(sa_type=BigInteger)
    model: str
    simulated: bool
    channel: str
    language: str
    origin: str
    currency: str


class RollupTurn(StoreTable, table=True):
    """Turns of one hour and group: counts by state and action, tokens, cost."""

    __tablename__ = "rollup_turn"

    hour: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    group_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    turns: int = Field(sa_type=BigInteger)
    answered: int = Field(sa_type=BigInteger)
    failed: int = Field(sa_type=BigInteger)
    interrupted: int = Field(sa_type=BigInteger)
    passed: int = Field(sa_type=BigInteger)
    flagged: int = Field(sa_type=BigInteger)
    repaired: int = Field(sa_type=BigInteger)
    blocked: int = Field(sa_type=BigInteger)
    handed_over: int = Field(sa_type=BigInteger)
    judged: int = Field(sa_type=BigInteger)
    not_judged: int = Field(sa_type=BigInteger)
    with_findings: int = Field(sa_type=BigInteger)
    claims: int = Field(sa_type=BigInteger)
    input_tokens: int = Field(sa_type=BigInteger)
    cached_tokens: int = Field(sa_type=BigInteger)
    cache_write_tokens: int = Field(sa_type=BigInteger)
    output_tokens: int = Field(sa_type=BigInteger)
    reasoning_tokens: int = Field(sa_type=BigInteger)
    pico_usd: int = Field(sa_type=BigInteger)
    local_minor: int = Field(sa_type=BigInteger)
    unknown_cost: int = Field(sa_type=BigInteger)


class RollupFinding(StoreTable, table=True):
    """Findings of one hour and group by kind, severity and the currency of the money at risk ("" when unknown)."""

    __tablename__ = "rollup_finding"

    hour: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    group_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(primary_key=True)
    severity: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    currency: str = Field(primary_key=True)
    findings: int = Field(sa_type=BigInteger)
    at_risk_minor: int = Field(sa_type=BigInteger)
    overcharge_minor: int = Field(sa_type=BigInteger)


class RollupLatency(StoreTable, table=True):
    """Answered turns of one hour and group by latency bucket (see `latency`)."""

    __tablename__ = "rollup_latency"

    hour: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    group_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    bucket: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    turns: int = Field(sa_type=BigInteger)


class RollupFaulty(StoreTable, table=True):
    """Faulty replies of one hour by what became of them ("" for nothing), and the money at risk in them by currency.
    The row of no currency ("") counts the replies."""

    __tablename__ = "rollup_faulty"

    hour: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    action: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    replies: int = Field(sa_type=BigInteger)
    at_risk_minor: int = Field(sa_type=BigInteger)


class Meta(StoreTable, table=True):
    """Single values: `purged_before` is the hour up to which raw turns were removed by retention."""

    __tablename__ = "store_meta"

    key: str = Field(primary_key=True)
    value: str


METADATA = StoreTable.metadata


def _table(name: str) -> Table:
    return METADATA.tables[name]


DIALOGUE = _table("dialogue")
TURN = _table("turn")
ATTEMPT = _table("attempt")
FINDING = _table("finding")
EXCEPTED = _table("excepted_finding")
CLAIM_EXCEPTION = _table("claim_exception")
REVIEW = _table("review")
HAND_OFF = _table("hand_off")
EXPOSURE = _table("exposure")
SERVING = _table("serving")
IMPORT_BATCH = _table("import_batch")
DIRTY_HOUR = _table("dirty_hour")
ROLLUP_GROUP = _table("rollup_group")
ROLLUP_TURN = _table("rollup_turn")
ROLLUP_FINDING = _table("rollup_finding")
ROLLUP_LATENCY = _table("rollup_latency")
ROLLUP_FAULTY = _table("rollup_faulty")
META = _table("store_meta")
