"""At which hours of a day the money is spent and the calls are made: measured, or a stated default."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from botops.costs.plan import DEFAULT_HOURS

if TYPE_CHECKING:
    from botops.app.container import Container

SHAPE_DAYS = 28
PRIOR_DAYS = 2.0
"""How many measured days the default weighs as much as: a few dialogues tell little of 24 hours."""


@dataclass(frozen=True, slots=True)
class HourShape:
    """The share of a day in each of its hours, in the company's time zone; `days` were measured, 0 for the default."""

    shares: tuple[float, ...]
    days: int

    def passed(self, at: time) -> float:
        """The share of a day that is over at a time of it."""
        whole = sum(self.shares[: at.hour])
        return whole + self.shares[at.hour] * (at.minute * 60 + at.second) / 3600


def hour_shape(container: Container, until: date, of: Literal["cost", "turns"]) -> HourShape:
    """The shape of the four weeks before a day. Every day counts alike: one wild day does not make the shape."""
    zone = ZoneInfo(container.settings.company.timezone)
    begins = datetime.combine(until - timedelta(days=SHAPE_DAYS), time(), zone).astimezone(UTC)
    ends = datetime.combine(until, time(), zone).astimezone(UTC)
    by_day: dict[date, list[float]] = {}
    for row in container.store.reads.replies(begins, ends):
        local = row.hour.astimezone(zone)
        amounts = by_day.setdefault(local.date(), [0.0] * 24)
        amounts[local.hour] += row.pico_usd if of == "cost" else row.turns
    return shape_of(by_day.values())


def shape_of(days: Iterable[list[float]]) -> HourShape:
    """The mean of the days' shapes; days on which nothing happened have none."""
    sums = [PRIOR_DAYS * share for share in DEFAULT_HOURS]
    measured = 0
    for amounts in days:
        total = sum(amounts)
        if total > 0:
            measured += 1
            sums = [s + a / total for s, a in zip(sums, amounts, strict=True)]
    return HourShape(tuple(s / (PRIOR_DAYS + measured) for s in sums), measured)
