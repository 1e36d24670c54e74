"""Forecasts tried on the past: what an interval's width is told from, and what is shown as the back-test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist, fmean

import numpy as np

from botops.costs.daily import Ahead, Array, Shape, fit, look_ahead
from botops.costs.forecast import (
    BACKTEST_DAYS,
    CHART_DAYS,
    TRIED_AHEAD,
    Backtest,
    DayCost,
    ForecastDay,
    Interval,
    Today,
    Trial,
    amount,
)

CALIBRATED_FROM = 14
"""Whole days before the first of the past forecasts that tell an interval's width."""
EVERY = 2
"""Days between them."""
TRUST = 4.0
"""How many independent past forecasts the model's own idea of its error weighs as much as."""
WILD = 3.0
"""A miss counts for no more than this many standard deviations."""
LEFT_OUT = 0.5
"""A day that is counted for less than this is called unusual."""
PRIOR_INCIDENTS, PRIOR_INCIDENT_DAYS = 1.0, 56.0
"""Incidents, and days they came in, that are taken as seen before the first day."""
INCIDENT_SIZE, LARGEST_INCIDENT = 5.0, 7.0
"""What an incident costs beyond a usual day, in usual days, before any was seen; and the most that one seen counts for
and that is left room for: a single one tells little of the next one's size."""
LEAST_TRIAL = 7
"""Whole days before the first trial of a back-test."""


@dataclass(slots=True)
class Past:
    """Consecutive days from `begin` on, with the fits of every beginning of them. `known` is 0 for missing days."""

    begin: date
    costs: Array
    known: Array
    weekdays: Array
    confidence: float
    _given: Mapping[int, Decimal]
    _fits: dict[int, Shape | None] = field(default_factory=dict)

    @classmethod
    def of(cls, days: Sequence[DayCost], confidence: float) -> Past:
        """The past of days in order; days between them that are missing are unknown, not free of charge."""
        begin = days[0].day if days else date.min
        length = (days[-1].day - begin).days + 1 if days else 0
        costs, known = np.zeros(length), np.zeros(length)
        for each in days:
            place = (each.day - begin).days
            costs[place], known[place] = float(each.cost), 1.0
        weekdays = (np.arange(length) + begin.weekday()) % 7
        given = {(each.day - begin).days: each.cost for each in days}
        return cls(begin, costs, known, weekdays.astype(float), confidence, given)

    @property
    def end(self) -> date:
        """The first day that is not known."""
        return self._day(len(self.costs))

    @property
    def length(self) -> int:
        """How many whole days are known."""
        return len(self._given)

    @property
    def missing(self) -> int:
        """How many days between the first and the last are not known."""
        return len(self.costs) - self.length

    @property
    def shape(self) -> Shape | None:
        """The shape of all days; None without any."""
        return self._fit(len(self.costs))

    def rest(self, first: date, since: date, until: date, share: float) -> tuple[Interval | None, float]:
        """The sum of the days from `first` to `until` that are not before `since`, `share` of `first` being over; and
        by how much past misses widened its interval."""
        length = (until - first).days + 1
        if self.shape is None:
            return None, 1.0
        if length <= 0:
            return Interval(amount(0), amount(0), amount(0)), 1.0
        parts = np.array([float(first + timedelta(days=n) >= since) for n in range(length)])
        parts[0] *= 1.0 - min(1.0, max(0.0, share))
        scale = self._scale(len(self.costs), length)
        ahead = look_ahead(self.shape, _weekdays(first, length), parts, (first - self.end).days)
        return self._sum(ahead, scale, len(self.costs), float(parts.sum())), scale

    def to_come(self, first: date, until: date) -> tuple[ForecastDay, ...]:
        """Each day from `first` to `until` as a whole, with its own interval."""
        length = (until - first).days + 1
        if self.shape is None or length <= 0:
            return ()
        ahead = look_ahead(self.shape, _weekdays(first, length), None, (first - self.end).days)
        means_and_deviations = zip(ahead.days.tolist(), ahead.day_sd.tolist(), strict=True)
        intervals = [self._interval(mean, deviation, len(self.costs)) for mean, deviation in means_and_deviations]
        return tuple(
            ForecastDay(first + timedelta(days=n), None, interval.expected, interval)
            for n, interval in enumerate(intervals)
        )

    def chart(self, today: Today | None) -> tuple[ForecastDay, ...]:
        """The last weeks as they were and as the shape has them, today last."""
        shown = []
        for n in range(max(0, len(self.costs) - CHART_DAYS), len(self.costs)):
            day, shape = self._day(n), self.shape
            expected = None if shape is None else amount(float(shape.fitted[n]))
            unusual = shape is not None and bool(self.known[n]) and bool(shape.weights[n] < LEFT_OUT)
            shown.append(ForecastDay(day, self._given.get(n), expected, unusual=unusual))
        if today is not None:
            whole = self.to_come(today.day, today.day)
            shown.append(ForecastDay(today.day, today.spent, whole[0].expected if whole else None))
        return tuple(shown)

    def backtest(self) -> Backtest:
        """A forecast on each of the last four weeks' days for the sum up to the last known one."""
        begin = max(LEAST_TRIAL, len(self.costs) - BACKTEST_DAYS)
        if begin >= len(self.costs) or self.shape is None:
            return Backtest()
        usual = self.known * (self.shape.weights >= LEFT_OUT)
        unusual = int((self.known - usual)[begin:].sum())
        tried = self._tried(begin, self.known)
        if not unusual:
            return tried
        return replace(tried, unusual_days=unusual, usual=self._tried(begin, usual))

    def _tried(self, begin: int, counted: Array) -> Backtest:
        """The back-test from day `begin` on over the days that are counted."""
        trials, single, end = [], [], len(self.costs)
        for origin in range(begin, end):
            length = float(counted[origin:].sum())
            ahead = self._from(origin, end, counted)
            if ahead is None or not length:
                continue
            forecast = self._sum(ahead, self._scale(origin, end - origin), origin, length)
            before, actual = self._spent(begin, origin, counted), self._spent(origin, end, counted)
            trials.append(Trial(self._day(origin), self._day(end - 1), forecast, actual, before))
            if counted[origin] and self.costs[origin] > 0:
                single.append(abs(float(ahead.days[0]) / float(self.costs[origin]) - 1))
        return Backtest(
            tuple(trials),
            _mean(abs(t.error) for t in trials if t.error is not None),
            _mean(abs(t.total_error) for t in trials if t.total_error is not None),
            _mean(float(t.covered) for t in trials),
            _mean(single),
        )

    def _spent(self, begin: int, end: int, counted: Array) -> Decimal:
        return sum((self._given[n] for n in range(begin, end) if counted[n]), Decimal(0))

    def _scale(self, origin: int, length: int) -> float:
        """By how much forecasts of about `length` days, made before `origin`, missed beyond what the model thought.

        A mean square of misses in standard deviations, shrunk towards one. Days the fit calls unusual do not count, so
        that one incident does not widen every interval; misses of overlapping sums share their weight.
        """
        shape = self._fit(origin)
        if shape is None:
            return 1.0
        usual = self.known[:origin] * (shape.weights >= LEFT_OUT)
        squares, weights = TRUST, TRUST
        for start in range(max(CALIBRATED_FROM, origin - TRIED_AHEAD), origin - 1, EVERY):
            stop = min(origin, start + length)
            actual = float((self.costs[start:stop] * usual[start:stop]).sum())
            ahead = self._from(start, stop, usual)
            if ahead is None or actual <= 0 or ahead.total <= 0:
                continue
            miss = float(np.log(actual / ahead.total)) / ahead.total_sd
            weight = min(1.0, EVERY / (stop - start))
            squares += weight * min(WILD, abs(miss)) ** 2
            weights += weight
        return float(np.sqrt(squares / weights))

    def _from(self, origin: int, end: int, parts: Array) -> Ahead | None:
        """Days `origin` to `end` as expected by those before them."""
        shape = self._fit(origin)
        return None if shape is None else look_ahead(shape, self.weekdays[origin:end], parts[origin:end])

    def _interval(self, total: float, deviation: float, origin: int) -> Interval:
        known = float(self.known[:origin].sum())
        factor = float(np.exp(_student((1 + self.confidence) / 2, max(2.0, known - 3)) * deviation))
        return Interval(amount(total), amount(total / factor), amount(total * factor))

    def _sum(self, ahead: Ahead, scale: float, origin: int, days: float) -> Interval:
        """The interval of a sum of days: that of its noise, and on the high side room for an incident to come.

        Incidents come at random (Poisson), at the rate of those seen and of one in eight weeks; what one costs
        beyond a usual day is exponential. Both are combined as independent.
        """
        inner = self._interval(ahead.total, ahead.total_sd * scale, origin)
        seen, size = self._incidents(origin)
        likely = 1.0 - np.exp(-self._rate(seen, origin) * days)
        tail = (1.0 - self.confidence) / 2
        if days <= 0 or likely <= tail:
            return inner
        beyond = min(LARGEST_INCIDENT, size * float(np.log(likely / tail)))
        room = beyond * ahead.total / days
        high = ahead.total + float(np.hypot(float(inner.high) - ahead.total, room))
        return Interval(inner.expected, inner.low, amount(high))

    @property
    def incident_rate(self) -> float:
        """Unusually dear days a day, as far as can be told."""
        return self._rate(self._incidents(len(self.costs))[0], len(self.costs))

    def _rate(self, seen: int, end: int) -> float:
        return (seen + PRIOR_INCIDENTS) / (float(self.known[:end].sum()) + PRIOR_INCIDENT_DAYS)

    def _incidents(self, end: int) -> tuple[int, float]:
        """How many days cost far more than usual, and what such a day costs beyond it, in usual days."""
        shape = self._fit(end)
        if shape is None:
            return 0, INCIDENT_SIZE
        days = (shape.weights < LEFT_OUT) & (self.known[:end] > 0) & (self.costs[:end] > shape.fitted)
        beyond = (self.costs[:end] - shape.fitted)[days] / max(1e-12, float(shape.fitted.mean()))
        size = (INCIDENT_SIZE + float(np.minimum(beyond, LARGEST_INCIDENT).sum())) / (1 + int(days.sum()))
        return int(days.sum()), size

    def _fit(self, end: int) -> Shape | None:
        if end not in self._fits:
            self._fits[end] = fit(self.costs[:end], self.weekdays[:end], self.known[:end]) if end else None
        return self._fits[end]

    def _day(self, place: int) -> date:
        return self.begin + timedelta(days=place)


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return fmean(found) if found else None


def _weekdays(first: date, length: int) -> Array:
    return ((np.arange(length) + first.weekday()) % 7).astype(float)


def _student(share: float, freedom: float) -> float:
    """A quantile of Student's t (Abramowitz & Stegun 26.7.5): within one percent from four degrees of freedom on."""
    z = NormalDist().inv_cdf(share)
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
