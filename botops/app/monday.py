"""The week that is over against the one before, worst news first: what everyone looks at on Monday."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import IntEnum
from math import sqrt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app import queries
from botops.app.dialogues.queue import replies_to_review
from botops.app.dialogues.ratings import marks_to_look_into
from botops.app.glossary import GLOSSARY, MONDAY
from botops.app.owners import owners
from botops.app.periods import between
from botops.app.today import FEW, to_do, today
from botops.domain.errors import UserError
from botops.domain.money import Money

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.periods import Period
    from botops.app.queries import Number, Pattern, Value

_WEEK = timedelta(days=7)
_SAME = 0.05
"""A sum or a cost that changed by less than a twentieth has not changed to speak of."""
_LIKELY = 1.96
"""Standard errors within which 95 of 100 differences of two shares fall by chance alone."""
_UNITS = {"share": 1, "per_thousand": 1000}
PATTERNS = 3
_MOST_INCIDENTS = 1000


class Turn(IntEnum):
    """Which way a number went, the worst first."""

    WORSE = 0
    UNKNOWN = 1  # one of the two weeks has no value, or too little behind it
    SAME = 2  # no more than chance would have it
    CHANGED = 3  # neither way is the better one
    BETTER = 4


@dataclass(frozen=True, slots=True)
class Compared:
    """A number of the week beside the one of the week before."""

    number: Number
    turn: Turn


@dataclass(frozen=True, slots=True)
class Open:
    """What is not dealt with now: clients who wait too long, incidents, bad marks nobody has looked into, replies that
    wait for a word, texts to decide or publish, drafts, things without an owner and roles without people or a channel
    (both None where the team's file cannot be read)."""

    overdue: int
    incidents: int
    bad_marks: int
    to_review: int
    to_decide: int
    to_publish: int
    drafts: int
    without_owner: int | None
    unreached: int | None

    @property
    def nothing(self) -> bool:
        """True when all is dealt with."""
        return all(getattr(self, one.name) == 0 for one in fields(self))


@dataclass(frozen=True, slots=True)
class Week:
    """A week, Monday to Sunday, the worst first. `under_way` says that it is not over."""

    period: Period
    numbers: tuple[Compared, ...]
    patterns: tuple[Pattern, ...]
    open: Open
    replies: int
    under_way: bool


def last_week(container: Container) -> date:
    """The Monday of the last week that is over, by the company's calendar."""
    day = container.clock.now().astimezone(ZoneInfo(container.settings.company.timezone)).date()
    return day - timedelta(days=day.weekday()) - _WEEK


def week(container: Container, monday: date) -> Week:
    """The week of a Monday. Raises UserError for another day, or a week to come."""
    if monday.weekday():
        raise UserError(
            f"{monday} is no Monday: give the Monday of the week, as {monday - timedelta(monday.weekday())}"
        )
    sunday = monday + _WEEK - timedelta(days=1)
    asked = between(container, monday, sunday)
    found = today(container, asked, MONDAY)
    told = sorted((Compared(one, turn(one)) for one in found.numbers), key=lambda one: one.turn)
    kinds = queries.patterns(container, asked, PATTERNS)
    return Week(asked, tuple(told), kinds, _open(container), found.replies, last_week(container) < monday)


def turn(number: Number) -> Turn:
    """Whether a number went the good way or the bad one since the period before."""
    now, before = _plain(number.value), _plain(number.previous)
    if now is None or before is None:
        now, before = _plain(number.usd), _plain(number.usd_previous)
    if now is None or before is None or (number.id == "satisfied" and (number.counted or 0) < FEW):
        return Turn.UNKNOWN
    if _by_chance(number, now, before):
        return Turn.SAME
    better = GLOSSARY[number.id].better
    if better == "neither":
        return Turn.CHANGED
    return Turn.BETTER if (now > before) == (better == "up") else Turn.WORSE


def _by_chance(number: Number, now: float, before: float) -> bool:
    """Whether a change says nothing: of a share, by the pooled two-proportion z-test at 95 %; else when it is small."""
    unit = _UNITS.get(GLOSSARY[number.id].unit)
    if unit is None or not number.counted or not number.counted_before:
        return abs(now - before) <= _SAME * abs(before)
    n, m = number.counted, number.counted_before
    pooled = (now * n + before * m) / (n + m) / unit
    error = sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return abs(now - before) / unit <= _LIKELY * error


def _plain(value: Value) -> float | None:
    if value is None:
        return None
    return float(value.amount if isinstance(value, Money) else value)


def _open(container: Container) -> Open:
    waits = to_do(container)
    without: int | None
    unreached: int | None
    try:
        matrix = owners(container)
    except UserError:
        without, unreached = None, None
    else:
        without, unreached = len(matrix.lacking), len({one.role for one in matrix.incomplete})
    incidents = container.store.incidents.latest(under_way=True, most=_MOST_INCIDENTS)
    return Open(
        queries.waiting(container).overdue, len(incidents), marks_to_look_into(container),
        replies_to_review(container), len(waits.to_decide), len(waits.to_publish), len(waits.drafts), without,
        unreached,
    )  # fmt: skip
