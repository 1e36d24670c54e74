"""A detector for costs and volumes: the logarithm of a day against the same weekday, robust to days nobody marked.

Days differ by weekday and now and then by an incident, so a day is held against the median of its weekday, and
what is usual variation is the median of such differences: three incident days in eight weeks move neither.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from statistics import median
from typing import Literal

import numpy as np

from botops.monitor.detectors.chain import Chain, steps
from botops.monitor.detectors.counts import Amount
from botops.monitor.detectors.settings import AmountRule, History

Of = Literal["each", "total", "units"]

_NORMAL = 1.4826
"""Standard deviations of a normal variable in its median absolute deviation."""
_MAD_EFFICIENCY = 0.37
"""Of the median absolute deviation beside the standard deviation, for normal variables (Hampel, 1974)."""
_CLIP = 4.0
"""A single day counts for no more than this many standard deviations of drift."""
_LEAST_SCALE = 0.02
"""A series that varies less than by 2 % from day to day is not believed to."""
_SHIFT = (0.75, 3.0)
"""Bounds of the shift looked for, in standard deviations: smaller ones take months, larger ones a day anyway."""
_SCALES = 7
_LEAST_OF_WEEKDAY = 3
_LEAST_UNITS = 5
_SCALE_STEP = 0.05
MARGIN = 1.9
"""How much rarer than wanted false alarms are aimed at: a weekday's level is only known from a few days, so that its
error comes back every week, and means of lognormal costs are skewed (benchmarks/detectors.md)."""


@dataclass(frozen=True)
class AmountBaseline:
    """`levels` are the usual logarithms by weekday, Monday first; `scale` the standard deviation of a day around them,
    of `days` days with `typical` units; `freedom` is how many days' worth of knowledge the scale has, `known` the
    weekdays whose level is."""

    levels: tuple[float, ...]
    scale: float
    days: int
    typical: float
    freedom: float
    rule: AmountRule
    wanted: float
    burst_share: float
    known: frozenset[int] = frozenset(range(7))

    @property
    def usual(self) -> float:
        """The usual amount: the median over the weekdays."""
        return _back(median(self.levels), self.rule.of)

    def on(self, day: date) -> float:
        """The usual amount of a day."""
        return _back(self.levels[day.weekday()], self.rule.of)

    def judges(self, portion: Amount) -> bool:
        """A volume of nothing is a finding; a cost of nothing is a cost that is not known."""
        if portion.day.weekday() not in self.known:
            return False
        return self.rule.of == "units" or (portion.units > 0 and portion.total > 0)

    def expected(self, portion: Amount) -> float:
        """The usual amount of all of the portion's units."""
        each = self.on(portion.day)
        return each * portion.units if self.rule.of == "each" else each

    def score(self, portion: Amount) -> float:
        """ln of how much likelier the day is if the amount changed by `times`: δ (z - δ/2), for normal logarithms."""
        shift = self._shift
        return shift * (min(_CLIP, max(-_CLIP, self._z(portion))) - shift / 2)

    def burst(self, portion: Amount) -> float:
        """Days between days as far out by chance: a Student tail, for the scale is only estimated."""
        z = self._z(portion)
        return 1.0 if z < 2 else 1 / max(_student_tail(z, self.freedom), 1e-12)

    @property
    def burst_limit(self) -> float:
        """Days between false alarms left to the rule for a single day."""
        return self.wanted * MARGIN / self.burst_share

    @cached_property
    def threshold(self) -> float:
        """Height of the CUSUM that is passed once in `wanted` days by chance, less what the burst rule takes."""
        return _threshold(_rounded(self._shift), round(self.freedom), self.wanted * MARGIN / (1 - self.burst_share))

    def days_between(self, height: float) -> float:
        """Days between false alarms at a height of the CUSUM."""
        return _chain(_rounded(self._shift), round(self.freedom)).days_between(height) / MARGIN

    def rarer(self, times: float) -> AmountBaseline:
        """The same with limits for false alarms so many times as rare."""
        return replace(self, wanted=self.wanted * times)

    @property
    def _shift(self) -> float:
        return min(_SHIFT[1], max(_SHIFT[0], math.log(self.rule.times) / self.scale))

    def _z(self, portion: Amount) -> float:
        """Standard deviations beyond the usual in the direction looked for. A mean of fewer units than usual varies
        more; how much more depends on what the days share, so all of it is allowed for."""
        sign = 1 if self.rule.direction == "up" else -1
        if self.rule.of == "units":
            return sign * self._z_of_volume(portion)
        beyond = _logarithm(portion, self.rule.of) - self.levels[portion.day.weekday()]
        few = math.sqrt(max(1.0, self.typical / portion.units)) if self.rule.of == "each" else 1.0
        return sign * beyond / (self.scale * few)

    def _z_of_volume(self, portion: Amount) -> float:
        """A volume varies by chance (as Poisson counts do) and by what its days share. The logarithm of a count has a
        long lower tail, so it is judged on the scale of Anscombe's root, 2 √(x + 3/8), whose chance variance is 1; what
        days share comes to the expected count times its relative variance."""
        expected = max(self.on(portion.day), 0.5)
        shared = max(0.0, self.scale**2 - 1 / max(1.0, self.typical))
        beyond = 2 * (math.sqrt(portion.units + 0.375) - math.sqrt(expected + 0.375))
        return beyond / math.sqrt(1 + expected * shared)


@dataclass(frozen=True)
class AmountModel:
    """Learns baselines of a cost or a volume from whole days. A day without any unit must be fed as 0 of a volume."""

    rule: AmountRule
    history: History
    wanted: float
    burst_share: float = 0.1

    def learn(self, portions: Sequence[Amount]) -> AmountBaseline | None:
        """A baseline, or None while there are too few days, of any weekday too where they differ, or units.

        The level of a weekday is its median. Variation is measured by leaving each day out of its own level, so that it
        is that of a day to come.
        """
        days = _usable(portions, self.rule.of)
        if len(days) < self.history.least_days or sum(d.units for d in days) < self.history.least_units:
            return None
        known = _known_weekdays(days) if self.rule.weekdays else frozenset(range(7))
        if not known:
            return None
        values = [(d.day.weekday() if self.rule.weekdays else 0, _logarithm(d, self.rule.of)) for d in days]
        levels = [_level(values, weekday if self.rule.weekdays else 0) for weekday in range(7)]
        apart = [v - _level(values[:n] + values[n + 1 :], w) for n, (w, v) in enumerate(values)]
        scale = max(_LEAST_SCALE, _NORMAL * median(abs(a) for a in apart))
        typical = float(median(d.units for d in days))
        freedom = max(4.0, _MAD_EFFICIENCY * (len(days) - (7 if self.rule.weekdays else 1)))
        return AmountBaseline(
            tuple(levels), scale, len(days), typical, freedom, self.rule, self.wanted, self.burst_share, known
        )


def _usable(portions: Sequence[Amount], of: Of) -> list[Amount]:
    by_day: dict[date, list[Amount]] = {}
    for portion in portions:
        by_day.setdefault(portion.day, []).append(portion)
    days = [Amount.together(day, parts) for day, parts in sorted(by_day.items())]
    if of == "units":
        return days
    return [d for d in days if d.total > 0 and d.units >= (_LEAST_UNITS if of == "each" else 1)]


def _known_weekdays(days: Sequence[Amount]) -> frozenset[int]:
    """The weekdays seen often enough to know their level: the others (rare working Sundays) are not judged."""
    seen = Counter(day.day.weekday() for day in days)
    return frozenset(weekday for weekday, times in seen.items() if times >= _LEAST_OF_WEEKDAY)


def _level(values: Sequence[tuple[int, float]], weekday: int) -> float:
    own = [value for day, value in values if day == weekday]
    return median(own if len(own) >= _LEAST_OF_WEEKDAY - 1 else [value for _, value in values])


def _logarithm(portion: Amount, of: Of) -> float:
    if of == "units":
        return math.log(portion.units + 0.5)
    return math.log(max(portion.total, 1) / (portion.units if of == "each" else 1))


def _back(logarithm: float, of: Of) -> float:
    return max(0.0, math.exp(logarithm) - (0.5 if of == "units" else 0.0))


def _rounded(shift: float) -> float:
    return round(shift / _SCALE_STEP) * _SCALE_STEP


@lru_cache(maxsize=1024)
def _threshold(shift: float, freedom: int, wanted: float) -> float:
    return _chain(shift, freedom).threshold(wanted)


@lru_cache(maxsize=256)
def _chain(shift: float, freedom: int) -> Chain:
    """Normal days around the level, with true scales that may be behind the measured one: it times sqrt(ν/χ²(ν))."""
    from scipy.special import chdtri, ndtr  # noqa: PLC0415 - takes long to load; only when a threshold is computed

    levels = (np.arange(_SCALES) + 0.5) / _SCALES
    scales = np.sqrt(freedom / chdtri(freedom, levels))
    edges = np.linspace(-_CLIP, _CLIP, 401)
    middles = np.concatenate([[-_CLIP], (edges[1:] + edges[:-1]) / 2, [_CLIP]])
    scores = shift * (middles - shift / 2)
    worlds = []
    for scale in scales:
        below = np.concatenate([[0.0], ndtr(edges / scale), [1.0]])
        worlds.append([steps(scores, np.diff(below))])
    return Chain(np.array(worlds))


@lru_cache(maxsize=65536)
def _student_tail(z: float, freedom: float) -> float:
    from scipy.special import stdtr  # noqa: PLC0415 - as above

    return float(stdtr(freedom, -z))
