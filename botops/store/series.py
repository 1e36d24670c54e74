"""Counts that detectors judge, by day or hour of a time zone: of all traffic, or of each of its parts.

All but ratings and what clients did after the first reply come from roll-ups. A dialogue counts once on every day it
was spoken on, in the last hour of it and with what spoke then, so that hours and parts of a day add up to the whole.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, and_, func, select

from botops.domain.outcomes import Voice
from botops.store.access import Access, Row
from botops.store.cost_reads import in_parts
from botops.store.cost_rollup import key_of
from botops.store.cost_tables import ROLLUP_CALL, ROLLUP_CALL_GROUP, ROLLUP_DIALOGUE
from botops.store.cost_views import ExperimentVariant, PromptVersion
from botops.store.erasure import purged_before
from botops.store.outcome_tables import FEEDBACK
from botops.store.rows import hour_of, start_of
from botops.store.sums import ceil_hour
from botops.store.tables import DIRTY_HOUR, HAND_OFF, ROLLUP_GROUP, ROLLUP_TURN, TURN

Part = Literal["version", "variant", "model", "channel", "language"]
"""What parts of the traffic are told apart by."""
PARTS: tuple[Part, ...] = ("version", "variant", "model", "channel", "language")
BAD_RATING = 2
"""A client who gives this or less is dissatisfied."""
GOES_ON_WITHIN_H = 2
"""Hours in which a client who goes on talking writes again, by the clock's whole hours."""

_COLUMNS: Mapping[Part, tuple[str, ...]] = {
    "version": ("prompt", "version"), "variant": ("experiment", "variant"), "model": ("model",),
    "channel": ("channel",), "language": ("language",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Days of a zone, both included, and what parts are told apart by: None asks for all traffic together."""

    first: date
    last: date
    zone: ZoneInfo
    by: Part | None = None

    @property
    def hours(self) -> tuple[int, int]:
        """The hours of these days, the last one excluded. An hour belongs to the day it begins on."""
        begin, end = (
            ceil_hour(datetime.combine(day, time(), self.zone)) for day in (self.first, self.last + timedelta(days=1))
        )
        return begin, end

    def days(self) -> Iterator[Asked]:
        """The same of each day."""
        for number in range((self.last - self.first).days + 1):
            day = self.first + timedelta(days=number)
            yield Asked(day, day, self.zone, self.by)


@dataclass(frozen=True, slots=True)
class Counted:
    """`events` of `units` in one hour of a day; `value` is the part."""

    day: date
    hour: int
    value: str
    events: int
    units: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Dialogues of one hour of a day. `known` are those whose every call has a known price and `pico_usd` what they
    cost; `logs` and `squares` are the sums of ln(cost) and of its square over the `priced` ones that cost anything."""

    day: date
    hour: int
    value: str
    dialogues: int
    known: int
    pico_usd: int
    priced: int
    logs: float
    squares: float


_Key = tuple[date, int, str]
_Counts = dict[_Key, list[int]]


class SeriesReads:
    """Every method is one read transaction and raises StoreError when the database cannot be read."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def known_from(self, zone: ZoneInfo) -> date | None:
        """The first day of which all is kept: days whose turns retention has taken are left out. None without any."""
        with self._access.reading("look for the first day") as connection:
            first = connection.execute(select(func.min(ROLLUP_TURN.c.hour))).scalar_one()
            purged = purged_before(connection)
        if first is None:
            return None
        day = start_of(max(first, purged)).astimezone(zone).date()
        return day + timedelta(days=1) if purged > first else day

    def last_day(self, zone: ZoneInfo) -> date | None:
        """The last day with a turn."""
        with self._access.reading("look for the last day") as connection:
            last = connection.execute(select(func.max(ROLLUP_TURN.c.hour))).scalar_one()
        return None if last is None else start_of(last).astimezone(zone).date()

    def has_origin(self, origin: str) -> bool:
        """Whether any turn is of this origin."""
        found = select(ROLLUP_GROUP.c.id).where(ROLLUP_GROUP.c.origin == origin).limit(1)
        return bool(self._access.rows("look for an origin", found))

    def unfinished(self, zone: ZoneInfo) -> frozenset[date]:
        """Days some hour of which is yet to be rolled up."""
        with self._access.reading("look for late hours") as connection:
            hours = connection.execute(select(DIRTY_HOUR.c.hour)).scalars()
            return frozenset(start_of(hour).astimezone(zone).date() for hour in hours)

    def findings(self, asked: Asked) -> tuple[Counted, ...]:
        """Replies whose draft was found false, of those that were judged, by hour."""
        own = ROLLUP_TURN.c
        sums = func.sum(own.with_findings + own.repaired), func.sum(own.judged)
        return self._hourly("count false replies", ROLLUP_TURN, ROLLUP_GROUP, sums, asked)

    def errors(self, asked: Asked) -> tuple[Counted, ...]:
        """Turns that were cut off or answered in the model's place after a fault, of all, by hour."""
        own = ROLLUP_CALL.c
        sums = func.sum(own.failed_turns), func.sum(own.turns)
        return self._hourly("count failed turns", ROLLUP_CALL, ROLLUP_CALL_GROUP, sums, asked)

    def escalations(self, asked: Asked) -> tuple[Counted, ...]:
        """Dialogues handed to a person on a day, of those spoken on it."""
        counts: _Counts = defaultdict(lambda: [0, 0])
        with self._access.reading("count hand-offs by day") as connection:
            handed = _handed_over(connection, asked)
            value_of = _values(connection, asked)
            for day in asked.days():
                clock = _clocks(day)
                for dialogue, (hour, group, _) in _spoken(connection, day).items():
                    _add(counts, (day.first, clock[hour], value_of(group)), (day.first, dialogue) in handed)
        return _counted(counts)

    def dissatisfaction(self, asked: Asked) -> tuple[Counted, ...]:
        """Bad ratings of all that clients gave on a day. A rating of a whole dialogue is one of its last turn."""
        begin, end = (start_of(hour) for hour in asked.hours)
        own = FEEDBACK.c
        last = (
            select(TURN.c.id).where(TURN.c.dialogue_id == own.dialogue_id).order_by(TURN.c.number.desc()).limit(1)
        ).scalar_subquery()
        turn = func.coalesce(own.turn_id, last)
        rated = TURN.alias("rated")
        columns = [column.label(name) for name, column in _of_turn(rated, asked.by).items()]
        source = FEEDBACK.outerjoin(rated, rated.c.id == turn) if asked.by else FEEDBACK
        statement = (
            select(own.at, own.rating, *columns)
            .select_from(source)
            .where(own.voice == Voice.CLIENT.value, own.at >= begin, own.at < end)
        )
        counts: _Counts = defaultdict(lambda: [0, 0])
        for row in self._access.rows("count bad ratings", statement):
            at = row["at"].astimezone(asked.zone)
            _add(counts, (at.date(), at.hour, _value(asked.by, row)), row["rating"] <= BAD_RATING)
        return _counted(counts)

    def adoption(self, asked: Asked, now: datetime) -> tuple[Counted, ...]:
        """Dialogues begun on a day whose client wrote again after the first reply, of all begun; those begun less than
        `GOES_ON_WITHIN_H` whole hours ago cannot be told yet and are left out."""
        begin, end = asked.hours
        end = min(end, hour_of(now) - GOES_ON_WITHIN_H)
        after = TURN.alias("after")
        went_on = and_(
            after.c.dialogue_id == TURN.c.dialogue_id, after.c.number == TURN.c.number + 1,
            after.c.hour <= TURN.c.hour + GOES_ON_WITHIN_H,
        )  # fmt: skip
        columns = _of_turn(TURN, asked.by)
        labelled = (column.label(name) for name, column in columns.items())
        statement = (
            select(TURN.c.hour, *labelled, func.count(after.c.id).label("events"), func.count().label("units"))
            .select_from(TURN.outerjoin(after, went_on))
            .where(TURN.c.number == 1, TURN.c.hour >= begin, TURN.c.hour < end)
            .group_by(TURN.c.hour, *columns.values())
        )
        return self._by_hour("count who goes on", statement, asked)

    def dialogues(self, asked: Asked) -> tuple[Spent, ...]:
        """Dialogues spoken on each day and what they cost on it; days without any are left out."""
        found: dict[_Key, list[int | None]] = defaultdict(list)
        with self._access.reading("count dialogues by day") as connection:
            value_of = _values(connection, asked)
            for day in asked.days():
                clock = _clocks(day)
                for hour, group, cost in _spoken(connection, day).values():
                    found[day.first, clock[hour], value_of(group)].append(cost)
        return tuple(_spent(key, found[key]) for key in sorted(found))

    def models(self) -> Mapping[str, datetime]:
        """When each model first answered."""
        statement = (
            select(ROLLUP_CALL_GROUP.c.model, func.min(ROLLUP_CALL.c.hour).label("hour"))
            .join_from(ROLLUP_CALL, ROLLUP_CALL_GROUP, ROLLUP_CALL_GROUP.c.id == ROLLUP_CALL.c.group_id)
            .group_by(ROLLUP_CALL_GROUP.c.model)
        )
        rows = self._access.rows("look for the first day of models", statement)
        return {row["model"]: start_of(row["hour"]) for row in rows if row["model"]}

    def _hourly(
        self, what: str, table: Table, group: Table, sums: tuple[Any, Any], asked: Asked
    ) -> tuple[Counted, ...]:
        begin, end = asked.hours
        columns = [group.c[name] for name in (_COLUMNS[asked.by] if asked.by else ())]
        source = table.join(group, group.c.id == table.c.group_id) if columns else table
        events, units = sums
        statement = (
            select(table.c.hour, *columns, events.label("events"), units.label("units"))
            .select_from(source)
            .where(table.c.hour >= begin, table.c.hour < end)
            .group_by(table.c.hour, *columns)
        )
        return self._by_hour(what, statement, asked)

    def _by_hour(self, what: str, statement: Select[Any], asked: Asked) -> tuple[Counted, ...]:
        counts: _Counts = defaultdict(lambda: [0, 0])
        for row in self._access.rows(what, statement):
            at = start_of(row["hour"]).astimezone(asked.zone)
            into = counts[at.date(), at.hour, _value(asked.by, row)]
            into[0] += int(row["events"])
            into[1] += int(row["units"])
        return _counted(counts)


def _of_turn(turn: FromClause, by: Part | None) -> dict[str, ColumnElement[Any]]:
    """The columns of groups, as a turn has them; nothing stands where roll-ups have it."""
    own = turn.c
    as_groups: dict[str, ColumnElement[Any]] = {
        "prompt": func.coalesce(own.prompt, ""), "version": func.coalesce(own.prompt_version, 0),
        "experiment": func.coalesce(own.experiment, ""), "variant": func.coalesce(own.variant, -1),
        "model": own.model, "channel": own.channel, "language": own.language,
    }  # fmt: skip
    return {name: as_groups[name] for name in (_COLUMNS[by] if by else ())}


def _handed_over(connection: Connection, asked: Asked) -> set[tuple[date, int]]:
    begin, end = (start_of(hour) for hour in asked.hours)
    statement = select(HAND_OFF.c.at, HAND_OFF.c.dialogue_id).where(HAND_OFF.c.at >= begin, HAND_OFF.c.at < end)
    return {(row.at.astimezone(asked.zone).date(), key_of(row.dialogue_id)) for row in connection.execute(statement)}


def _clocks(day: Asked) -> dict[int, int]:
    """What the company's clock shows in each hour of a day."""
    begin, end = day.hours
    return {hour: start_of(hour).astimezone(day.zone).hour for hour in range(begin, end)}


def _spoken(connection: Connection, day: Asked) -> dict[int, tuple[int, int, int | None]]:
    """The dialogues of a day: the hour each was last spoken in, the group that spoke then, and what it cost on the day,
    None where that is not known."""
    begin, end = day.hours
    own = ROLLUP_DIALOGUE.c
    unknown = _unknown(connection, begin, end)
    statement = (
        select(own.hour, own.group_id, own.dialogue, own.pico_usd)
        .where(own.hour >= begin, own.hour < end)
        .order_by(own.hour, own.group_id)
    )
    found: dict[int, tuple[int, int, int | None]] = {}
    rows = (row for part in in_parts(connection, statement) for row in part)
    for hour, group, dialogue, pico_usd in rows:
        before = found[dialogue][2] if dialogue in found else 0
        cost = None if before is None or (hour, group) in unknown else before + pico_usd
        found[dialogue] = (hour, group, cost)
    return found


def _spent(key: _Key, costs: Sequence[int | None]) -> Spent:
    known = [cost for cost in costs if cost is not None]
    logs = [math.log(cost) for cost in known if cost > 0]
    squares = math.fsum(value * value for value in logs)
    return Spent(*key, len(costs), len(known), sum(known), len(logs), math.fsum(logs), squares)


def _unknown(connection: Connection, begin: int, end: int) -> set[tuple[int, int]]:
    """Hours and groups with a call of unknown price."""
    own = ROLLUP_CALL.c
    statement = select(own.hour, own.group_id).where(own.hour >= begin, own.hour < end, own.unknown > 0)
    return {(row.hour, row.group_id) for row in connection.execute(statement)}


def _values(connection: Connection, asked: Asked) -> Callable[[int], str]:
    """What a group of calls is told by."""
    if asked.by is None:
        return lambda _: ""
    groups = {row["id"]: _value(asked.by, row) for row in connection.execute(select(ROLLUP_CALL_GROUP)).mappings()}
    return groups.__getitem__


def _value(by: Part | None, row: Row) -> str:
    if by is None:
        return ""
    if by == "version":
        return str(PromptVersion(row["prompt"] or "", row["version"] or 0))
    if by == "variant":
        return str(ExperimentVariant(row["experiment"] or "", -1 if row["variant"] is None else row["variant"]))
    return str(row[by] or "")


def _add(counts: _Counts, key: _Key, event: bool) -> None:
    into = counts[key]
    into[0] += event
    into[1] += 1


def _counted(counts: _Counts) -> tuple[Counted, ...]:
    return tuple(Counted(*key, min(counts[key]), counts[key][1]) for key in sorted(counts))
