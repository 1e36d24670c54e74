"""What detectors are fed: the counts and amounts of the store, as portions of days and hours of the company's calendar.

Only what can be judged is fed: no day before all of it was kept, and of volumes none that is not over.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar, get_args
from zoneinfo import ZoneInfo

from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.monitor.detectors.counts import Amount, Count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from botops.app.container import Container
    from botops.monitor.detectors.settings import AmountRule, DetectorSettings, Grain
    from botops.store.series import Asked, Counted, Part, SeriesReads, Spent

LIVE = "live"
"""The origin of dialogues botops answers itself."""
V = TypeVar("V")


def _adoption(series: SeriesReads, asked: Asked, now: datetime) -> tuple[Counted, ...]:
    return series.adoption(asked, now)


_RATES: Mapping[str, Callable[[SeriesReads, Asked, datetime], tuple[Counted, ...]]] = {
    "findings": lambda series, asked, _: series.findings(asked),
    "escalations": lambda series, asked, _: series.escalations(asked),
    "dissatisfaction": lambda series, asked, _: series.dissatisfaction(asked),
    "errors": lambda series, asked, _: series.errors(asked),
    "adoption": _adoption,
}
RATES = tuple(_RATES)
"""The rates there are counts of."""


def refuse_unknown(settings: DetectorSettings) -> None:
    """Raises UserError for a rate there are no counts of."""
    for name in settings.rates:
        if name not in _RATES:
            raise UserError(f"alerts/detectors.yaml: rates.{name}: nothing is counted by this name"
                            f"{suggestion(name, RATES, others='rates')}")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Days:
    """Days to be read, both included, as of `now`."""

    first: date
    last: date
    now: datetime


class Feed:
    """Portions of the series of an installation. Every method raises StoreError when the store cannot be read."""

    def __init__(self, container: Container) -> None:
        self._store = container.store
        self.zone = ZoneInfo(container.settings.company.timezone)

    def today(self, now: datetime) -> date:
        """The company's day."""
        return now.astimezone(self.zone).date()

    def days(self, now: datetime, back: int) -> Days | None:
        """Today and so many days before it, as far as they are kept; None while there is nothing."""
        first, today = self._store.series.known_from(self.zone), self.today(now)
        if first is None or first > today:
            return None
        return Days(max(first, today - timedelta(days=back)), today, now)

    def counts(self, rate: str, days: Days, by: Part | None = None) -> tuple[Counted, ...]:
        """The counts of a rate by hour, and by part."""
        from botops.store.series import Asked

        return _RATES[rate](self._store.series, Asked(days.first, days.last, self.zone, by), days.now)

    def spent(self, days: Days, by: Part | None = None) -> tuple[Spent, ...]:
        """Dialogues and their costs by hour, and by part."""
        from botops.store.series import Asked

        return self._store.series.dialogues(Asked(days.first, days.last, self.zone, by))

    def volume_days(self, days: Days) -> tuple[date, ...]:
        """The days whose volume is known: those that are over and rolled up. Where all dialogues come from elsewhere
        (a log taken in now and then) the last of them is the last day of which anything is known."""
        last = days.last - timedelta(days=1)
        if not self._live():
            last = min(last, self._store.series.last_day(self.zone) or last)
        late = self._store.series.unfinished(self.zone)
        every = (days.first + timedelta(days=n) for n in range((last - days.first).days + 1))
        return tuple(day for day in every if day not in late)

    def _live(self) -> bool:
        return self._store.series.has_origin(LIVE)


def rate_portions(counts: Iterable[Counted], grain: Grain) -> list[Count]:
    """Portions of a rate; days and hours without a unit say nothing and are left out."""
    if grain == "hour":
        return [Count(day, e, n, hour) for (day, hour), (e, n) in _summed(counts, lambda c: (c.day, c.hour)) if n]
    return [Count(day, e, n) for day, (e, n) in _summed(counts, lambda c: c.day) if n]


def _summed(counts: Iterable[Counted], key: Callable[[Counted], V]) -> list[tuple[V, tuple[int, int]]]:
    sums: dict[V, tuple[int, int]] = {}
    for one in counts:
        events, units = sums.get(key(one), (0, 0))
        sums[key(one)] = (events + one.events, units + one.units)
    return list(sums.items())


def amount_portions(spent: Iterable[Spent], rule: AmountRule, volume_days: Sequence[date]) -> list[Amount]:
    """Portions of a cost or a volume. Dialogues of unknown cost are no part of a cost; a total is only known of days
    that are over."""
    by_day: dict[date, list[Spent]] = defaultdict(list)
    for one in spent:
        by_day[one.day].append(one)
    if rule.of == "units":
        return [Amount(day, sum(one.dialogues for one in by_day.get(day, ()))) for day in volume_days]
    hours = [
        Amount(one.day, one.known, one.pico_usd, one.priced, one.logs, one.squares, one.hour)
        for day in sorted(by_day)
        for one in by_day[day]
        if one.known
    ]
    if rule.grain == "hour":
        return hours
    known = {day for day in by_day if rule.of == "each" or day in set(volume_days)}
    days = {day: [hour for hour in hours if hour.day == day] for day in sorted(known)}
    return [Amount.together(day, parts) for day, parts in days.items() if parts]


def part_names() -> tuple[Part, ...]:
    """What the traffic is told apart by."""
    from botops.store.series import Part

    return get_args(Part)
