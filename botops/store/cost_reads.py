"""Reads of costs, all from roll-ups and from the sums of calls beside dialogues."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Subquery,
    Table,
    and_,
    case,
    cast,
    func,
    select,
)

from botops.domain.outcomes import Stage
from botops.domain.side_calls import SideCalls, Work
from botops.domain.turns import Purpose
from botops.domain.usage import Usage
from botops.store.access import Access, Row
from botops.store.cost_groups import BUCKET, DAY, Grouping, date_of
from botops.store.cost_rollup import key_of
from botops.store.cost_tables import ROLLUP_CALL, ROLLUP_CALL_GROUP, ROLLUP_DIALOGUE, SIDE_CALLS
from botops.store.cost_views import CallSums, CostDimension, CostKey, CostRange, Spoken
from botops.store.engine import upsert
from botops.store.rows import hour_of
from botops.store.sums import ceil_hour
from botops.store.tables import DIRTY_HOUR, TURN
from botops.store.views import Lag

_UTC = ZoneInfo("UTC")
_TOKENS = ("input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
_CALLS = ("calls", "failed", "estimated", "unknown")
_TURNS = ("turns", "answered", "failed_turns", "unknown_turns")
_COSTS = {"failed_pico_usd": "failed_calls_cost", "estimated_pico_usd": "estimated_cost", "saved_pico_usd": "saved"}


class CostReads:
    """Every read is one transaction over the whole hours that begin in [since, until); days are those of `zone`, an
    hour belongs to the day it begins on. Raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def calls(
        self, since: datetime, until: datetime, by: Sequence[CostDimension], zone: ZoneInfo
    ) -> tuple[CallSums, ...]:
        """Calls of dialogues' turns by group and day: each day has an exchange rate of its own."""
        source = ROLLUP_CALL.join(ROLLUP_CALL_GROUP, ROLLUP_CALL_GROUP.c.id == ROLLUP_CALL.c.group_id)
        sums: dict[str, ColumnElement[Any]] = {
            name: ROLLUP_CALL.c[name] for name in (*_CALLS, *_TURNS, *_TOKENS, *_COSTS, "pico_usd", "saved_unknown")
        }
        sums["failed_turns_cost"] = ROLLUP_CALL.c.failed_turns_pico_usd
        simulated = ROLLUP_CALL_GROUP.c.simulated
        sums["simulated_turns"] = case((simulated, ROLLUP_CALL.c.turns), else_=0)
        asked = Grouping(since, until, tuple(by), zone)
        return self._sums("sum up calls", source, ROLLUP_CALL, ROLLUP_CALL_GROUP, asked, sums)

    def side_calls(
        self, since: datetime, until: datetime, by: Sequence[CostDimension], zone: ZoneInfo
    ) -> tuple[CallSums, ...]:
        """Calls that belong to no dialogue by group and day; their origin is the work they were made for, and they have
        no channel, language, experiment and outcome."""
        sums: dict[str, ColumnElement[Any]] = {
            name: SIDE_CALLS.c[name] for name in (*_CALLS, *_TOKENS, *_COSTS, "pico_usd")
        }
        asked = Grouping(since, until, tuple(by), zone)
        return self._sums("sum up calls beside dialogues", SIDE_CALLS, SIDE_CALLS, SIDE_CALLS, asked, sums)

    def spoken(
        self, since: datetime, until: datetime, by: Sequence[CostDimension], zone: ZoneInfo
    ) -> Mapping[CostKey, Spoken]:
        """Dialogues and leads by group, each counted once in every group it has a call in."""
        asked, group = Grouping(since, until, tuple(by), zone), ROLLUP_CALL_GROUP.c
        columns = [*asked.bucket(ROLLUP_DIALOGUE), *asked.values(ROLLUP_CALL_GROUP)]
        lead = ROLLUP_DIALOGUE.c.lead
        won = case((group.outcome == Stage.WON.value, lead))
        statement = (
            select(
                *columns,
                func.count(ROLLUP_DIALOGUE.c.dialogue.distinct()).label("dialogues"),
                func.count(lead.distinct()).label("leads"),
                func.count(case((group.qualified, lead)).distinct()).label("qualified"),
                func.count(won.distinct()).label("won"),
            )
            .join_from(ROLLUP_DIALOGUE, ROLLUP_CALL_GROUP, group.id == ROLLUP_DIALOGUE.c.group_id)
            .where(*asked.within(ROLLUP_DIALOGUE))
        )
        if columns:
            statement = statement.group_by(*columns)
        return {
            asked.key(row, row.get(BUCKET)): Spoken(row["dialogues"], row["leads"], row["qualified"], row["won"])
            for row in self._access.rows("count dialogues", statement)
        }

    def ranges(self, since: datetime, until: datetime, quantiles: Sequence[float] = (0.5, 0.95)) -> CostRange:
        """How what dialogues cost is distributed; each quantile is the cost not exceeded by that share of dialogues."""
        costs = self._per_dialogue(Grouping(since, until, (), _UTC))
        statement = select(costs.c.pico_usd).order_by(costs.c.pico_usd)
        with self._access.reading("sum up dialogues") as connection:
            found = [int(cost) for cost in connection.execute(statement).scalars()]
        if not found:
            return CostRange(0, {}, 0)
        last = len(found) - 1
        ranks = {share: min(last, max(0, -int(-share * len(found) // 1) - 1)) for share in quantiles}
        return CostRange(len(found), {share: found[rank] for share, rank in ranks.items()}, found[-1])

    def histogram(self, since: datetime, until: datetime, width: int, bins: int) -> Mapping[int, int]:
        """Dialogues by cost: bin `n` counts those from `n` to `n + 1` times `width` pico-dollars, bin `bins` all that
        cost more. Bins without a dialogue are left out."""
        cost = cast(self._per_dialogue(Grouping(since, until, (), _UTC)).c.pico_usd, BigInteger)
        # A subquery, for PostgreSQL takes an expression with parameters for another one where it is repeated.
        placed = select(case((cost >= width * bins, bins), else_=cost // width).label("bin")).subquery("placed")
        statement = select(placed.c.bin, func.count().label("dialogues")).group_by(placed.c.bin)
        rows = self._access.rows("sum up dialogues", statement)
        return {int(row["bin"]): int(row["dialogues"]) for row in rows}

    def above(self, since: datetime, until: datetime, pico_usd: int) -> int:
        """Dialogues that cost more than a sum in a period."""
        costs = self._per_dialogue(Grouping(since, until, (), _UTC))
        statement = select(func.count().label("dialogues")).select_from(costs).where(costs.c.pico_usd > pico_usd)
        return int(self._access.rows("count dear dialogues", statement)[0]["dialogues"])

    def dearest(self, since: datetime, until: datetime, limit: int) -> tuple[str, ...]:
        """The ids of the dialogues that cost most, dearest first; those whose turns retention has taken are nobody's
        and left out."""
        asked, own = Grouping(since, until, (), _UTC), ROLLUP_DIALOGUE.c
        total = func.sum(own.pico_usd)
        statement = (
            select(own.dialogue, func.max(own.hour).label("hour"))
            .where(*asked.within(ROLLUP_DIALOGUE), own.linked)
            .group_by(own.dialogue)
            .order_by(total.desc(), own.dialogue)
            .limit(limit)
        )
        with self._access.reading("find the dearest dialogues") as connection:
            found = connection.execute(statement).all()
            hours = {row.hour for row in found}
            turns = select(TURN.c.dialogue_id).where(TURN.c.hour.in_(hours)).distinct()
            ids = {key_of(identifier): identifier for identifier in connection.execute(turns).scalars()}
        return tuple(ids[row.dialogue] for row in found if row.dialogue in ids)

    def lag(self, since: datetime, until: datetime) -> Lag:
        """How far the roll-ups of a period are behind."""
        dirty = DIRTY_HOUR.c
        within = and_(dirty.hour >= ceil_hour(since), dirty.hour < ceil_hour(until))
        statement = select(func.count().label("hours"), func.min(dirty.since).label("since")).where(within)
        row = self._access.rows("read the lag", statement)[0]
        if not row["hours"]:
            return Lag()
        return Lag(row["hours"], max(0.0, (self._access.clock.now() - row["since"]).total_seconds()))

    def keep(self, calls: Iterable[SideCalls]) -> None:
        """Keeps calls that belong to no dialogue; the same ones again change nothing."""
        rows = [_side_row(one) for one in calls]

        def work(connection: Connection) -> None:
            if rows:
                statement = upsert(connection.dialect.name, SIDE_CALLS).on_conflict_do_nothing()
                connection.execute(statement, sorted(rows, key=lambda row: row["id"]))

        self._access.write("keep calls beside dialogues", work)

    def kept(self, run: str) -> tuple[SideCalls, ...]:
        """The calls of a run that belong to no dialogue, the dearest first."""
        statement = select(SIDE_CALLS).where(SIDE_CALLS.c.run == run)
        ordered = statement.order_by(SIDE_CALLS.c.pico_usd.desc(), SIDE_CALLS.c.id)
        return tuple(_side_calls(row) for row in self._access.rows("read calls beside dialogues", ordered))

    def _per_dialogue(self, asked: Grouping) -> Subquery:
        own = ROLLUP_DIALOGUE.c
        cost = func.sum(own.pico_usd).label("pico_usd")
        return select(cost).where(*asked.within(ROLLUP_DIALOGUE)).group_by(own.dialogue).subquery("costs")

    def _sums(
        self, what: str, source: FromClause, table: Table, groups: Table, asked: Grouping, sums: Mapping[str, Any]
    ) -> tuple[CallSums, ...]:
        columns = [asked.day(table), *asked.values(groups)]
        pico = table.c.pico_usd
        every = {
            **sums,
            "billed": case((groups.c.simulated, 0), else_=pico),
            "repairs": case((groups.c.purpose == Purpose.REPAIR.value, pico), else_=0),
        }
        totals = [func.sum(column).label(f"sum_{name}") for name, column in every.items()]
        statement = select(*columns, *totals).select_from(source).where(*asked.within(table)).group_by(*columns)
        return tuple(_call_sums(asked, row, every) for row in self._access.rows(what, statement))


def _call_sums(asked: Grouping, row: Row, names: Iterable[str]) -> CallSums:
    sums = {_COSTS.get(name, name): int(row[f"sum_{name}"]) for name in names}
    usage = Usage.of_plain({name: sums.pop(name) for name in _TOKENS})
    return CallSums(asked.key(row, row[DAY]), date_of(row[DAY]), usage, **sums)


def _side_row(calls: SideCalls) -> dict[str, Any]:
    told_by = (calls.run, calls.work, calls.purpose, calls.model, calls.prompt, calls.version, calls.tier,
               calls.simulated)  # fmt: skip
    return {
        "id": hashlib.sha256("\0".join(map(str, told_by)).encode()).hexdigest()[:32],
        "run": calls.run, "at": calls.at, "hour": hour_of(calls.at), "origin": calls.work.value,
        "purpose": calls.purpose.value, "model": calls.model, "prompt": calls.prompt, "version": calls.version,
        "tier": calls.tier, "simulated": calls.simulated, "calls": calls.calls, "failed": calls.failed,
        "estimated": calls.estimated, "unknown": calls.unknown,
        **{name: getattr(calls.usage, name) for name in _TOKENS},
        "pico_usd": calls.pico_usd, **{name: getattr(calls, name) for name in _COSTS},
    }  # fmt: skip


def _side_calls(row: Row) -> SideCalls:
    return SideCalls(
        row["run"], row["at"], Work(row["origin"]), Purpose(row["purpose"]), row["model"], row["prompt"],
        row["version"], row["tier"], row["simulated"], row["calls"], row["failed"], row["estimated"], row["unknown"],
        Usage(*(row[name] for name in _TOKENS)), row["pico_usd"], *(row[name] for name in _COSTS),
    )  # fmt: skip
