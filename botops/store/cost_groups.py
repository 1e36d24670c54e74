"""How sums of costs are told apart: by what is kept of a call, and by the days of a time zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, case, literal

from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.store.access import Row
from botops.store.cost_days import number_of
from botops.store.cost_views import CostDimension, CostKey, CostValue, ExperimentVariant, PromptVersion
from botops.store.rows import start_of
from botops.store.sums import ceil_hour

DAY = "day_number"
_EPOCH = date(1970, 1, 1).toordinal()
_TIMES = ("day", "week", "month")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "purpose": ("purpose",), "prompt": ("prompt",), "version": ("prompt", "version"), "experiment": ("experiment",),
    "variant": ("experiment", "variant"), "model": ("model",), "tier": ("tier",), "channel": ("channel",),
    "language": ("language",), "outcome": ("outcome",), "origin": ("origin",), "simulated": ("simulated",),
}  # fmt: skip
_NOWHERE: Mapping[str, str | int] = {"experiment": "", "variant": -1, "channel": "", "language": "", "outcome": ""}
"""What stands where a table has no such column: calls beside dialogues have no channel."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """The hours that begin in [since, until) and what their sums are told by. Days are those of `zone`; an hour belongs
    to the day it begins on. Raises UserError for a dimension that is none and for more than one kind of time."""

    since: datetime
    until: datetime
    by: tuple[CostDimension, ...]
    zone: ZoneInfo

    def __post_init__(self) -> None:
        known = get_args(CostDimension)
        for name in self.by:
            if name not in known:
                raise UserError(f"costs are not told by `{name}`{suggestion(name, known, others='dimensions')}")
        if len(self._times) > 1:
            said = " and ".join(self._times)
            raise UserError(f"costs are told by one of {', '.join(_TIMES)}, not by {said} at once")

    @property
    def _times(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name in self.by if name in _TIMES))

    def within(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        """The condition that a row is of these hours, or of these days where days are kept."""
        if "day" in table.c:
            last = self.until - timedelta(microseconds=1)
            first, end = (number_of(at.astimezone(self.zone).date()) for at in (self.since, last))
            return table.c.day >= first, table.c.day <= end
        return table.c.hour >= ceil_hour(self.since), table.c.hour < ceil_hour(self.until)

    def values(self, table: Table) -> list[ColumnElement[Any]]:
        """The columns of `table` that hold what was asked for, time left out."""
        names = dict.fromkeys(column for name in self.by for column in _COLUMNS.get(name, ()))
        return [table.c[name] if name in table.c else literal(_NOWHERE[name]).label(name) for name in names]

    def day(self, table: Table) -> ColumnElement[int]:
        """The number of a row's day, from 1970-01-01."""
        if "day" in table.c:
            return table.c.day.label(DAY)
        first, end = ceil_hour(self.since), ceil_hour(self.until)
        *turns, (_, last) = _offsets(first, end, self.zone)
        minutes = case(*((table.c.hour < until, minutes) for until, minutes in turns), else_=last) if turns else last
        return ((table.c.hour * 60 + minutes) // 1440).label(DAY)

    @property
    def by_time(self) -> bool:
        """True when days, weeks or months were asked for."""
        return bool(self._times)

    @property
    def by_time_alone(self) -> bool:
        """True when nothing else was asked for."""
        return bool(self.by) and len(self._times) == len(set(self.by))

    def whole_days(self, now: datetime) -> bool:
        """True when these hours are whole days, the last of which may not be over."""
        begins, ends = (at.astimezone(self.zone).time() == time() for at in (self.since, self.until))
        return begins and (ends or self.until >= now)

    def day_of(self, hour: int) -> int:
        """The number of an hour's day."""
        return number_of(_local(hour, self.zone))

    def key(self, row: Row, number: int | None) -> CostKey:
        """What a row is told by; `number` is that of its day."""
        day = None if number is None else date.fromordinal(_EPOCH + int(number))
        return tuple(_value(name, row, day) for name in self.by)


def date_of(number: int) -> date:
    """The day of a number that `Grouping.day` gave."""
    return date.fromordinal(_EPOCH + int(number))


def _value(name: CostDimension, row: Row, day: date | None) -> CostValue:
    if name in _TIMES:
        assert day is not None
        return _start(name, day)
    if name == "version":
        return PromptVersion(row["prompt"], row["version"])
    if name == "variant":
        return ExperimentVariant(row["experiment"], row["variant"])
    value: str | bool = row[_COLUMNS[name][0]]
    return bool(value) if name == "simulated" else value


def _start(kind: str, day: date) -> date:
    if kind == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if kind == "month" else day


def _local(hour: int, zone: ZoneInfo) -> date:
    return start_of(hour).astimezone(zone).date()


def _minutes(hour: int, zone: ZoneInfo) -> int:
    offset = start_of(hour).astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds() // 60)


def _offsets(first: int, end: int, zone: ZoneInfo) -> list[tuple[int, int]]:
    """The zone's offsets in minutes, each with the hour it ends before; looked for day by day, then to the hour."""
    return list(_changes(first, max(end, first + 1), zone))


def _changes(first: int, end: int, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    hour, now = first, _minutes(first, zone)
    while hour < end:
        ahead = min(hour + 24, end)
        if _minutes(ahead, zone) != now:
            ahead = next(h for h in range(hour + 1, ahead + 1) if _minutes(h, zone) != now)
            yield ahead, now
            now = _minutes(ahead, zone)
        hour = ahead
    yield end, now
