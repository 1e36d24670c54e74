"""The tables of costs: hourly sums of model calls, the dialogues of an hour, and calls beside dialogues. See `tables`
for the house rules."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from botops.store.tables import METADATA, StoreTable

_OWN = {"autoincrement": False}


class _CallGroupColumns(StoreTable):
    """What sums of calls can be grouped by."""

    prompt: str
    version: int = Field(sa_type=BigInteger)
    experiment: str
    variant: int = Field(sa_type=BigInteger)
    purpose: str
    model: str
    tier: str
    simulated: bool
    channel: str
    language: str
    origin: str


class RollupCallGroup(_CallGroupColumns, table=True):
    """What a row of the call roll-ups is about; `id` is a hash of it. No prompt is "", no variant -1, the ordinary tier
    "". `purpose` is "" for turns that asked no model, or whose calls were not kept apart. `outcome` is how the lead's
    story stands now: "", `qualified`, `won` or `lost`; `qualified` that it was qualified, whatever came of it."""

    __tablename__ = "rollup_call_group"

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_OWN)
    outcome: str
    qualified: bool


class _CallSums(StoreTable):
    """Sums over calls. `failed_pico_usd` is the cost of calls that gave nothing usable, `unknown` counts calls no price
    was found for. `saved_pico_usd` is what the cache saved, as far as it was counted."""

    calls: int = Field(sa_type=BigInteger)
    failed: int = Field(sa_type=BigInteger)
    estimated: int = Field(sa_type=BigInteger)
    unknown: int = Field(sa_type=BigInteger)
    input_tokens: int = Field(sa_type=BigInteger)
    cached_tokens: int = Field(sa_type=BigInteger)
    cache_write_tokens: int = Field(sa_type=BigInteger)
    output_tokens: int = Field(sa_type=BigInteger)
    reasoning_tokens: int = Field(sa_type=BigInteger)
    pico_usd: int = Field(sa_type=BigInteger)
    failed_pico_usd: int = Field(sa_type=BigInteger)
    estimated_pico_usd: int = Field(sa_type=BigInteger)
    saved_pico_usd: int = Field(sa_type=BigInteger)


class _RollupSums(_CallSums):
    """Sums over calls of dialogues, and over their turns. A turn is counted in the group of its first call, so that
    turns add up.

    `failed_turns` were cut off or answered in the model's place after a fault, `failed_turns_pico_usd` is what their
    calls cost; `unknown_turns` have a call of unknown price. `saved_unknown` counts calls that read from a cache before
    savings were kept.
    """

    turns: int = Field(sa_type=BigInteger)
    answered: int = Field(sa_type=BigInteger)
    failed_turns: int = Field(sa_type=BigInteger)
    unknown_turns: int = Field(sa_type=BigInteger)
    failed_turns_pico_usd: int = Field(sa_type=BigInteger)
    saved_unknown: int = Field(sa_type=BigInteger)


class RollupCall(_RollupSums, table=True):
    """Calls of one hour and group."""

    __tablename__ = "rollup_call"
    __table_args__ = ({"sqlite_with_rowid": False},)  # kept in the order of its key: a period is read in one sweep

    hour: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_OWN)
    group_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_OWN)


class RollupCallDay(_RollupSums, table=True):
    """Calls of one group on one day of the company's time zone, counted from 1970-01-01; made of `rollup_call`."""

    __tablename__ = "rollup_call_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_OWN)
    group_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_OWN)


class RollupDialogue(StoreTable, table=True):
    """What a dialogue cost in one hour and group. `dialogue` and `lead` are hashes of their ids (see `cost_rollup`),
    and once retention has taken the turns (`linked` is False) hashes of those, with a salt nobody has."""

    __tablename__ = "rollup_dialogue"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hour: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_OWN)
    group_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_OWN)
    dialogue: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs=_OWN)
    lead: int = Field(sa_type=BigInteger)
    turns: int = Field(sa_type=BigInteger)
    pico_usd: int = Field(sa_type=BigInteger)
    linked: bool


class SideCallsRow(_CallSums, table=True):
    """Calls of one run that belong to no dialogue of a client; `id` is a hash of what they are summed by. `origin` is
    the kind of work they were made for."""

    __tablename__ = "side_calls"

    id: str = Field(primary_key=True)
    run: str
    at: datetime
    hour: int = Field(sa_type=BigInteger, index=True)
    origin: str
    purpose: str
    model: str
    prompt: str
    version: int = Field(sa_type=BigInteger)
    tier: str
    simulated: bool


ROLLUP_CALL_GROUP = METADATA.tables["rollup_call_group"]
ROLLUP_CALL_DAY = METADATA.tables["rollup_call_day"]
ROLLUP_CALL = METADATA.tables["rollup_call"]
ROLLUP_DIALOGUE = METADATA.tables["rollup_dialogue"]
SIDE_CALLS = METADATA.tables["side_calls"]
