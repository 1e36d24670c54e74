"""Reads of costs, all from roll-ups and from the sums of calls beside dialogues."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    case,
    func,
    select,
)

from botops.domain.outcomes import Stage
from botops.domain.side_calls import SideCalls, Work
from botops.domain.turns import Purpose
from botops.domain.usage import Usage
from botops.store import cost_days
from botops.store.access import Access, Row
from botops.store.cost_groups import DAY, Grouping, date_of
from botops.store.cost_rollup import key_of
from botops.store.cost_tables import ROLLUP_CALL, ROLLUP_CALL_DAY, ROLLUP_CALL_GROUP, ROLLUP_DIALOGUE, SIDE_CALLS
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


_AT_ONCE = 20_000
"""Rows held at a time while dialogues are counted."""


class _Of(dict[Any, Callable[[int], None]]):
    """Adds to the set of a group, by what tells a row's group: its id, its hour, or its day and its id."""

    def __init__(self, asked: Grouping, groups: Mapping[int, Row]) -> None:
        self._asked, self._groups = asked, groups
        self.sets: dict[CostKey, set[int]] = {}

    def __missing__(self, told: Any) -> Callable[[int], None]:
        if self._asked.by_time_alone:
            key = self._asked.key({}, self._asked.day_of(told))
        else:
            day, group = told if self._asked.by_time else (None, told)
            key = self._asked.key(self._groups[group], day)
        self[told] = add = self.sets.setdefault(key, set()).add
        return add

    def fill(self, connection: Connection, statement: Select[Any]) -> None:
        """Adds the rows of a select: the hour where time was asked for, the group's id where anything else was, the
        dialogue or lead."""
        if self._asked.by_time_alone or not self._asked.by_time:
            for part in in_parts(connection, statement):
                for told, member in part:
                    self[told](member)
            return
        days: dict[int, int] = {}
        for part in in_parts(connection, statement):
            for hour, group, member in part:
                if hour not in days:
                    days[hour] = self._asked.day_of(hour)
                self[days[hour], group](member)


class _Sets:
    """Whom groups' turns were with, while they are counted."""

    def __init__(self, asked: Grouping, groups: Mapping[int, Row]) -> None:
        self.dialogues, self.qualified, self.won = (_Of(asked, groups) for _ in range(3))

    def counted(self) -> tuple[Mapping[CostKey, Spoken], Spoken]:
        """How many there are by group, and in all."""
        kinds = [of.sets for of in (self.dialogues, self.qualified, self.won)]
        none: set[int] = set()
        by_group = {key: Spoken(*(len(kind.get(key, none)) for kind in kinds)) for key in kinds[0]}
        return by_group, Spoken(*(len(set().union(*kind.values())) for kind in kinds))


def in_parts(connection: Connection, statement: Select[Any]) -> Iterator[Sequence[tuple[int, ...]]]:
    """The rows of a select of integers, some at a time and as the driver gives them: SQLAlchemy's own rows take three
    times as long, which counts where there are half a million."""
    cursor = connection.execute(statement).cursor
    assert cursor is not None
    while part := cursor.fetchmany(_AT_ONCE):
        yield part


class CostReads:
    """Every read is one transaction over the whole hours that begin in [since, until); days are those of `zone`, an
    hour belongs to the day it begins on. Raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def calls(
        self, since: datetime, until: datetime, by: Sequence[CostDimension], zone: ZoneInfo
    ) -> tuple[CallSums, ...]:
        """Calls of dialogues' turns by group and day: each day has an exchange rate of its own."""
        asked = Grouping(since, until, tuple(by), zone)
        table = ROLLUP_CALL_DAY if self._days_kept(asked) else ROLLUP_CALL
        source = table.join(ROLLUP_CALL_GROUP, ROLLUP_CALL_GROUP.c.id == table.c.group_id)
        sums: dict[str, ColumnElement[Any]] = {
            name: table.c[name] for name in (*_CALLS, *_TURNS, *_TOKENS, *_COSTS, "pico_usd", "saved_unknown")
        }
        sums["failed_turns_cost"] = table.c.failed_turns_pico_usd
        simulated = ROLLUP_CALL_GROUP.c.simulated
        sums["simulated_turns"] = case((simulated, table.c.turns), else_=0)
        return self._sums("sum up calls", source, table, ROLLUP_CALL_GROUP, asked, sums)

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
        return self.spoken_and_all(since, until, by, zone)[0]

    def spoken_and_all(
        self, since: datetime, until: datetime, by: Sequence[CostDimension], zone: ZoneInfo
    ) -> tuple[Mapping[CostKey, Spoken], Spoken]:
        """As `spoken`, and the same of all groups together.

        Counted here and not in the database: a set takes a third of the time that COUNT(DISTINCT) takes in SQLite.
        """
        asked, own, group = Grouping(since, until, tuple(by), zone), ROLLUP_DIALOGUE.c, ROLLUP_CALL_GROUP.c
        if not by:
            everybody = self._everybody(asked)
            return {(): everybody}, everybody
        key = [own.hour] * asked.by_time + [own.group_id] * (not asked.by_time_alone)
        within = asked.within(ROLLUP_DIALOGUE)
        with self._access.reading("count dialogues") as connection:
            groups = connection.execute(select(ROLLUP_CALL_GROUP)).mappings()
            sets = _Sets(asked, {row["id"]: row for row in groups})
            sets.dialogues.fill(connection, select(*key, own.dialogue).where(*within))
            for into, which in ((sets.qualified, group.qualified), (sets.won, group.outcome == Stage.WON.value)):
                known = own.group_id.in_(select(group.id).where(which))
                into.fill(connection, select(*key, own.lead).where(*within, known))
        return sets.counted()

    def dialogues(self, since: datetime, until: datetime) -> int:
        """Dialogues with a turn, as `spoken` counts them."""
        asked = Grouping(since, until, (), _UTC)
        statement = select(func.count(ROLLUP_DIALOGUE.c.dialogue.distinct())).where(*asked.within(ROLLUP_DIALOGUE))
        with self._access.reading("count dialogues") as connection:
            return int(connection.execute(statement).scalar_one())

    def dialogues_by_day(self, since: datetime, until: datetime, zone: ZoneInfo) -> Mapping[date, int]:
        """The same for each day that has any."""
        asked = Grouping(since, until, ("day",), zone)
        day = asked.day(ROLLUP_DIALOGUE)
        count = func.count(ROLLUP_DIALOGUE.c.dialogue.distinct()).label("dialogues")
        statement = select(day, count).where(*asked.within(ROLLUP_DIALOGUE)).group_by(day)
        return {date_of(row[DAY]): row["dialogues"] for row in self._access.rows("count dialogues by day", statement)}

    def ranges(self, since: datetime, until: datetime, quantiles: Sequence[float] = (0.5, 0.95)) -> CostRange:
        """How what dialogues cost is distributed; each quantile is the cost not exceeded by that share of dialogues."""
        found = sorted(self._per_dialogue(since, until).values())
        if not found:
            return CostRange(0, {}, 0)
        last = len(found) - 1
        ranks = {share: min(last, max(0, -int(-share * len(found) // 1) - 1)) for share in quantiles}
        return CostRange(len(found), {share: found[rank] for share, rank in ranks.items()}, found[-1])

    def histogram(self, since: datetime, until: datetime, width: int, bins: int) -> Mapping[int, int]:
        """Dialogues by cost: bin `n` counts those from `n` to `n + 1` times `width` pico-dollars, bin `bins` all that
        cost more. Bins without a dialogue are left out."""
        return Counter(min(cost // width, bins) for cost in self._per_dialogue(since, until).values())

    def above(self, since: datetime, until: datetime, pico_usd: int) -> int:
        """Dialogues that cost more than a sum in a period."""
        return sum(cost > pico_usd for cost in self._per_dialogue(since, until).values())

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
        kept = tuple(calls)
        self._access.write("keep calls beside dialogues", lambda connection: keep_side_calls(connection, kept))

    def kept(self, run: str) -> tuple[SideCalls, ...]:
        """The calls of a run that belong to no dialogue, the dearest first."""
        statement = select(SIDE_CALLS).where(SIDE_CALLS.c.run == run)
        ordered = statement.order_by(SIDE_CALLS.c.pico_usd.desc(), SIDE_CALLS.c.id)
        return tuple(_side_calls(row) for row in self._access.rows("read calls beside dialogues", ordered))

    def beside(self, work: Work, since: datetime, until: datetime, prompt: str | None = None) -> tuple[SideCalls, ...]:
        """Calls of a kind of work that belong to no dialogue, of runs that ended in [since, until), of a prompt where
        one is named."""
        own = SIDE_CALLS.c
        conditions = [own.origin == work.value, own.hour >= hour_of(since), own.at >= since, own.at < until]
        if prompt is not None:
            conditions.append(own.prompt == prompt)
        statement = select(SIDE_CALLS).where(*conditions).order_by(own.at, own.id)
        return tuple(_side_calls(row) for row in self._access.rows("read calls beside dialogues", statement))

    def _everybody(self, asked: Grouping) -> Spoken:
        own, group, within = ROLLUP_DIALOGUE.c, ROLLUP_CALL_GROUP.c, asked.within(ROLLUP_DIALOGUE)

        def leads(which: ColumnElement[bool]) -> Select[Any]:
            known = own.group_id.in_(select(group.id).where(which))
            return select(func.count(own.lead.distinct())).where(*within, known)

        with self._access.reading("count dialogues") as connection:
            return Spoken(
                connection.execute(select(func.count(own.dialogue.distinct())).where(*within)).scalar_one(),
                connection.execute(leads(group.qualified)).scalar_one(),
                connection.execute(leads(group.outcome == Stage.WON.value)).scalar_one(),
            )

    def _days_kept(self, asked: Grouping) -> bool:
        """True when days are kept that say the same as these hours."""
        if not asked.whole_days(self._access.clock.now()):
            return False
        with self._access.reading("read whose days are kept") as connection:
            return cost_days.zone_of(connection) == asked.zone.key

    def _per_dialogue(self, since: datetime, until: datetime) -> dict[int, int]:
        """What each dialogue cost, by its key, in pico-dollars; summed here for the reason of `spoken_and_all`."""
        asked, own = Grouping(since, until, (), _UTC), ROLLUP_DIALOGUE.c
        statement = select(own.dialogue, own.pico_usd).where(*asked.within(ROLLUP_DIALOGUE))
        costs: dict[int, int] = {}
        with self._access.reading("sum up dialogues") as connection:
            for part in in_parts(connection, statement):
                for dialogue, pico in part:
                    costs[dialogue] = costs.get(dialogue, 0) + pico
        return costs

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


def keep_side_calls(connection: Connection, calls: Iterable[SideCalls]) -> None:
    """Keeps calls that belong to no dialogue; the same ones again change nothing."""
    rows = [side_row(one) for one in calls]
    if rows:
        statement = upsert(connection.dialect.name, SIDE_CALLS).on_conflict_do_nothing()
        connection.execute(statement, sorted(rows, key=lambda row: row["id"]))


def side_row(calls: SideCalls) -> dict[str, Any]:
    """Calls that belong to no dialogue as a row."""
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
