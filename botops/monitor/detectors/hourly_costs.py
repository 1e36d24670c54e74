"""A detector for fast drift of cost: dialogue by dialogue, added up by the hour, without waiting for the day's end.

Costs of dialogues are taken for lognormal, with a level of each weekday and an effect that dialogues of a day share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from statistics import median

import numpy as np

from botops.monitor.detectors.amounts import MARGIN
from botops.monitor.detectors.chain import Chain, steps
from botops.monitor.detectors.counts import Amount
from botops.monitor.detectors.settings import AmountRule, History

_NORMAL = 1.4826
_MAD_EFFICIENCY = 0.37
_LEAST_SIGMA = 0.02
_WORLDS, _DAY_EFFECTS = 5, 7
_ROUND = 0.05


@dataclass(frozen=True)
class HourlyCostBaseline:
    """`levels` are the means of ln(cost) by weekday, Monday first; `sigma` its standard deviation among the dialogues
    of a day, `tau` that of whole days' means beyond it; `typical` dialogues a day in `hours` hours."""

    levels: tuple[float, ...]
    sigma: float
    tau: float
    mean_factor: float
    typical: float
    hours: int
    freedom: float
    rule: AmountRule
    wanted: float

    @property
    def usual(self) -> float:
        """The usual cost of a dialogue: the mean, not the median of the lognormal distribution."""
        return math.exp(median(self.levels)) * self.mean_factor

    def judges(self, portion: Amount) -> bool:
        """Without a dialogue that cost anything there is nothing to judge."""
        return portion.priced > 0

    def expected(self, portion: Amount) -> float:
        """The usual cost of the portion's dialogues."""
        return math.exp(self.levels[portion.day.weekday()]) * self.mean_factor * portion.units

    def score(self, portion: Amount) -> float:
        """ln of how much likelier the dialogues' costs are if all were multiplied by `times`, divided by the design
        effect of the day they share: δ (Σ ln c - m (μ + δ/2)) / (σ² φ)."""
        shift = self._shift
        beyond = portion.logs - portion.priced * (self.levels[portion.day.weekday()] + shift / 2)
        return shift * beyond / (self.sigma**2 * self._effect)

    def burst(self, portion: Amount) -> float:
        """One hour by itself is never judged: a few long dialogues are no incident."""
        return 1.0

    @property
    def burst_limit(self) -> float:
        """Never reached."""
        return math.inf

    @cached_property
    def threshold(self) -> float:
        """Height of the CUSUM that is passed once in `wanted` days by chance."""
        return _threshold(self._case, self.wanted * MARGIN)

    def days_between(self, height: float) -> float:
        """Days between false alarms at a height of the CUSUM."""
        return _chain(self._case).days_between(height) / MARGIN

    def rarer(self, times: float) -> HourlyCostBaseline:
        """The same with limits for false alarms so many times as rare."""
        return replace(self, wanted=self.wanted * times)

    @property
    def _shift(self) -> float:
        return math.log(self.rule.times) * (1 if self.rule.direction == "up" else -1)

    @property
    def _effect(self) -> float:
        return 1 + self.typical * self.tau**2 / self.sigma**2

    @property
    def _case(self) -> _Case:
        apart = round(self.typical * self.tau**2 / self.sigma**2 / _ROUND) * _ROUND
        sizes = round(abs(self._shift) / self.sigma / _ROUND) * _ROUND or _ROUND
        return _Case(sizes, apart, max(1, round(self.typical / self.hours)), self.hours, round(self.freedom))


@dataclass(frozen=True)
class HourlyCostModel:
    """Learns baselines of the cost of dialogues from hours that hold sums of logarithms."""

    rule: AmountRule
    history: History
    wanted: float

    def learn(self, portions: Sequence[Amount]) -> HourlyCostBaseline | None:
        """A baseline, or None while there are too few days or dialogues that cost anything. Medians throughout, so that
        an incident nobody marked does not become the usual."""
        days = _days(portions)
        if len(days) < self.history.least_days or sum(d.priced for d in days) < self.history.least_units:
            return None
        means = [(d.day.weekday() if self.rule.weekdays else 0, d.logs / d.priced) for d in days]
        levels = [_level(means, w if self.rule.weekdays else 0) for w in range(7)]
        within = median(max(0.0, (d.squares - d.logs**2 / d.priced) / (d.priced - 1)) for d in days)
        sigma = max(_LEAST_SIGMA, math.sqrt(within))
        typical = float(median(d.priced for d in days))
        apart = [value - _level(means[:n] + means[n + 1 :], w) for n, (w, value) in enumerate(means)]
        between = (_NORMAL * median(abs(a) for a in apart)) ** 2
        tau = math.sqrt(max(0.0, between - sigma**2 / typical))
        factors = [d.total / d.units / math.exp(d.logs / d.priced) for d in days]
        hours: dict[date, int] = {}
        for portion in portions:
            hours[portion.day] = hours.get(portion.day, 0) + (portion.priced > 0)
        freedom = max(4.0, _MAD_EFFICIENCY * (len(days) - (7 if self.rule.weekdays else 1)))
        a_day = max(1, round(median(hours.values())))
        return HourlyCostBaseline(
            tuple(levels), sigma, tau, median(factors), typical, a_day, freedom, self.rule, self.wanted
        )


def _days(portions: Sequence[Amount]) -> list[Amount]:
    by_day: dict[date, list[Amount]] = {}
    for portion in portions:
        by_day.setdefault(portion.day, []).append(portion)
    return [whole for day, parts in sorted(by_day.items()) if (whole := Amount.together(day, parts)).priced > 1]


def _level(means: Sequence[tuple[int, float]], weekday: int) -> float:
    own = [value for day, value in means if day == weekday]
    return median(own if len(own) >= 3 else [value for _, value in means])


@dataclass(frozen=True, slots=True)
class _Case:
    """All a threshold depends on: the shift in σ of a dialogue, the variance days add to a day's sum beside the chance
    one, dialogues an hour, hours a day, days' worth of knowledge of how days vary."""

    shift: float
    apart: float
    dialogues: int
    hours: int
    freedom: int


@lru_cache(maxsize=1024)
def _threshold(case: _Case, wanted: float) -> float:
    return _chain(case).threshold(wanted)


@lru_cache(maxsize=256)
def _chain(case: _Case) -> Chain:
    """Sums of an hour are normal around the day's own mean. The measured variance of whole days, 1 + apart of the
    chance one, may be less than the true: it times ν/χ²(ν)."""
    from scipy.special import chdtri, ndtr, ndtri  # noqa: PLC0415 - takes long to load; only for a threshold

    levels = (np.arange(_WORLDS) + 0.5) / _WORLDS
    effects = (1 + case.apart) * case.freedom / chdtri(case.freedom, levels)
    a_day = case.dialogues * case.hours
    states = ndtri((np.arange(_DAY_EFFECTS) + 0.5) / _DAY_EFFECTS)
    edges = np.linspace(-6, 6, 301)
    middles = np.concatenate([[-6.0], (edges[1:] + edges[:-1]) / 2, [6.0]])
    chances = np.diff(np.concatenate([[0.0], ndtr(edges), [1.0]]))
    worlds = []
    for effect in effects:
        moves = math.sqrt(max(0.0, effect - 1) / a_day) * states / states.std()
        means = case.dialogues * case.shift * (moves - case.shift / 2) / (1 + case.apart)
        spread = math.sqrt(case.dialogues) * case.shift / (1 + case.apart)
        worlds.append([steps(mean + spread * middles, chances) for mean in means])
    return Chain(np.array(worlds), case.hours)
