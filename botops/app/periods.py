"""Stretches of time that screens and reports look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.domain.errors import UserError

if TYPE_CHECKING:
    from botops.app.costs.source import CostSource

MOST_DAYS = 3660
"""Days of the longest period: ten years."""
FIRST_DAY = date(1970, 1, 1)
"""No company's figures are older; far before it, days cannot be reckoned with in every time zone."""


@dataclass(frozen=True, slots=True)
class Period:
    """[since, until). `days` are calendar days of `zone`, the last of them may not be over."""

    since: datetime
    until: datetime
    days: int
    zone: str

    @property
    def previous(self) -> Period:
        """The same stretch of time, as many days earlier."""
        back = timedelta(days=self.days)
        return replace(self, since=self.since - back, until=self.until - back)

    def dates(self) -> tuple[date, ...]:
        """The calendar days, in order."""
        first = self.since.astimezone(ZoneInfo(self.zone)).date()
        return tuple(first + timedelta(days=n) for n in range(self.days))


def period(source: CostSource, days: int) -> Period:
    """The last `days` calendar days of the company's time zone, today included, up to the end of this hour."""
    zone = ZoneInfo(source.settings.company.timezone)
    now = source.clock.now()
    first = now.astimezone(zone).date() - timedelta(days=days - 1)
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return Period(datetime.combine(first, time(), zone).astimezone(UTC), hour, days, str(zone))


def between(source: CostSource, since: date, until: date) -> Period:
    """The calendar days of the company's time zone from one to another, both included; of today up to the end of this
    hour. Raises UserError for days in the wrong order, too many of them, none that has begun, or any
    before 1970."""
    zone = ZoneInfo(source.settings.company.timezone)
    now = source.clock.now()
    today = now.astimezone(zone).date()
    if until < since:
        raise UserError(f"the period ends on {until}, before it begins on {since}: change one of the two")
    if since > today:
        raise UserError(f"the period begins on {since}, which is still to come: today is {today}")
    days = (min(until, today) - since).days + 1
    if days > MOST_DAYS:
        raise UserError(f"the period has {days} days; at most {MOST_DAYS} can be asked for")
    refuse_ancient(since)
    begins, ends = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (since, until + timedelta(days=1)))
    hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return Period(begins, min(ends, hour.astimezone(UTC)), days, str(zone))


def refuse_ancient(day: date) -> None:
    """Raises UserError for a day before 1970."""
    if day < FIRST_DAY:
        raise UserError(f"{day} is long before there was anything to tell of: give a day from {FIRST_DAY} on")
