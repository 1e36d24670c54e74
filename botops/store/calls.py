"""Model calls one by one, and summed by hour and model to be held against a provider's invoice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select

from botops.domain.turns import Purpose
from botops.domain.usage import Cost, Usage
from botops.store import rows
from botops.store.access import Access, Row
from botops.store.cost_tables import SIDE_CALLS
from botops.store.erasure import purged_before
from botops.store.tables import ATTEMPT, TURN

_AT_ONCE = 2000
"""Calls read in one transaction: what bounds the memory of a long reading."""
_OF_TURN = (
    "dialogue_id", "lead_id", "at", "channel", "language", "origin", "prompt", "prompt_version", "experiment",
    "variant", "state",
)  # fmt: skip
_OF_CALL = (
    "turn_id", "position", "purpose", "model", "fault", "model_ms", *rows.USAGE, "tries", "pico_usd", "local_minor",
    "local_currency", "rate", "priced_as", "price_source", "simulated", "unknown_model",
    "saved_pico_usd",
)  # fmt: skip
_SUMMED = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "pico_usd")


@dataclass(frozen=True, slots=True)
class Call:
    """One model call of a turn and what its turn says of it. `tries` as in `Attempt`; times are milliseconds."""

    turn_id: str
    position: int
    dialogue_id: str
    lead_id: str
    at: datetime
    channel: str
    language: str
    origin: str
    prompt: str | None
    version: int | None
    experiment: str | None
    variant: int | None
    state: str
    purpose: Purpose
    model: str
    fault: str | None
    model_ms: int
    usage: Usage
    tries: tuple[Usage, ...]
    cost: Cost


@dataclass(frozen=True, slots=True)
class HourOfModel:
    """The calls of one model in one hour, which begins at `hour`. Tokens are counted as in `Usage`.

    `requests` are those that used tokens or ended without a fault, single retries counted; `without_usage` failed and
    used none that anybody told; `estimated` calls were counted here, for want of a usage from the provider, and
    `estimated_tokens` are theirs; `unknown` calls have no price, so that they add nothing to `pico_usd`.

    `beside` are calls that belong to no dialogue (evaluations, second opinions), in the hour their run ended. Of those
    sums alone are kept: failed ones are taken to have used nothing, and no estimated tokens are told.
    """

    hour: datetime
    model: str
    simulated: bool
    beside: bool
    calls: int
    requests: int
    without_usage: int
    estimated: int
    estimated_tokens: int
    unknown: int
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    pico_usd: int


class CallReads:
    """Every method is one read transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def calls(self, since: datetime, until: datetime) -> Iterator[Call]:
        """The calls of turns of [since, until) one by one, by the hour, without holding them all in memory.

        They are read in pages of their own: a reader that takes its time keeps nobody from writing.
        """
        within = (TURN.c.at >= since, TURN.c.at < until)
        after: ColumnElement[bool] = TURN.c.hour >= rows.hour_of(since)
        while True:
            page = _CALLS.where(after, *within).order_by(TURN.c.hour, TURN.c.id, ATTEMPT.c.position).limit(_AT_ONCE)
            found = self._access.rows("read model calls", page)
            yield from map(call_of, found)
            if len(found) < _AT_ONCE:
                return
            after = _after(found[-1])

    def by_hour(self, since: datetime, until: datetime) -> tuple[HourOfModel, ...]:
        """The calls of turns of the hours that begin in [since, until), by model, simulated ones apart."""
        tokens = ATTEMPT.c.input_tokens + ATTEMPT.c.output_tokens
        nothing = and_(ATTEMPT.c.fault.is_not(None), tokens == 0)
        sums: dict[str, ColumnElement[Any]] = {
            "calls": func.count(),
            "requests": func.sum(case((nothing, 0), else_=func.coalesce(func.json_array_length(ATTEMPT.c.tries), 1))),
            "without_usage": func.sum(case((nothing, 1), else_=0)),
            "estimated": func.sum(case((ATTEMPT.c.estimated, 1), else_=0)),
            "estimated_tokens": func.sum(case((ATTEMPT.c.estimated, tokens), else_=0)),
            "unknown": func.sum(case((and_(ATTEMPT.c.unknown_model, tokens > 0), 1), else_=0)),
            **{name: func.sum(ATTEMPT.c[name]) for name in _SUMMED},
        }
        by = (TURN.c.hour, ATTEMPT.c.model, ATTEMPT.c.simulated)
        statement = (
            select(*by, *(total.label(f"sum_{name}") for name, total in sums.items()))
            .join_from(TURN, ATTEMPT, ATTEMPT.c.turn_id == TURN.c.id)
            .where(TURN.c.hour >= rows.first_hour(since), TURN.c.hour < rows.first_hour(until))
            .group_by(*by)
            .order_by(*by)
        )
        found = [(False, row) for row in self._access.rows("sum model calls by hour", statement)]
        found += [(True, row) for row in self._access.rows("sum calls beside dialogues", _beside(since, until))]
        return tuple(
            HourOfModel(
                rows.start_of(row["hour"]),
                row["model"],
                bool(row["simulated"]),
                beside,
                **{name: int(row[f"sum_{name}"]) for name in sums},
            )
            for beside, row in found
        )

    def kept_since(self) -> datetime | None:
        """The moment before which retention has removed single calls; None when nothing was removed."""
        with self._access.reading("read how long calls are kept") as connection:
            hour = purged_before(connection)
        return rows.start_of(hour) if hour else None


_CALLS: Select[Any] = select(
    TURN.c.hour, *(TURN.c[name] for name in _OF_TURN), *(ATTEMPT.c[name] for name in _OF_CALL)
).join_from(TURN, ATTEMPT, ATTEMPT.c.turn_id == TURN.c.id)


def _beside(since: datetime, until: datetime) -> Select[Any]:
    """The same sums of calls beside dialogues."""
    own = SIDE_CALLS.c
    sums: dict[str, ColumnElement[Any]] = {
        **{name: own[name] for name in ("calls", "estimated", "unknown", *_SUMMED)},
        "requests": own.calls - own.failed,
        "without_usage": own.failed,
        "estimated_tokens": literal(0),
    }
    by = (own.hour, own.model, own.simulated)
    return (
        select(*by, *(func.sum(total).label(f"sum_{name}") for name, total in sums.items()))
        .where(own.hour >= rows.first_hour(since), own.hour < rows.first_hour(until))
        .group_by(*by)
        .order_by(*by)
    )


def _after(row: Row) -> ColumnElement[bool]:
    hour, turn, position = row["hour"], row["turn_id"], row["position"]
    same_turn = and_(TURN.c.id == turn, ATTEMPT.c.position > position)
    later = or_(TURN.c.hour > hour, and_(TURN.c.hour == hour, or_(TURN.c.id > turn, same_turn)))
    return and_(TURN.c.hour >= hour, later)  # the first half is for the index


def calls_of(connection: Connection, turn_ids: Sequence[str]) -> tuple[Call, ...]:
    """The calls of some turns, in order."""
    statement = _CALLS.where(TURN.c.id.in_(turn_ids)).order_by(TURN.c.hour, TURN.c.id, ATTEMPT.c.position)
    return tuple(map(call_of, connection.execute(statement).mappings()))


def call_of(row: Any) -> Call:
    """The call of a row with the columns of a turn and of its attempt."""
    return Call(
        turn_id=row["turn_id"],
        position=row["position"],
        dialogue_id=row["dialogue_id"],
        lead_id=row["lead_id"],
        at=row["at"],
        channel=row["channel"],
        language=row["language"],
        origin=row["origin"],
        prompt=row["prompt"],
        version=row["prompt_version"],
        experiment=row["experiment"],
        variant=row["variant"],
        state=row["state"],
        purpose=Purpose(row["purpose"]),
        model=row["model"],
        fault=row["fault"],
        model_ms=row["model_ms"],
        usage=rows.usage_of(row),
        tries=tuple(Usage.of_plain(one) for one in row["tries"] or ()),
        cost=rows.cost_of(row),
    )
