"""A detector for rates at small counts: a CUSUM of likelihood ratios for drift, an exact tail for a single strange day.

Both allow for days that differ more than chance (the beta-binomial distribution) and for a usual rate that is only
known from a few weeks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from statistics import median

import numpy as np

from botops.monitor.detectors.betabinomial import (
    design_effect,
    log_likelihood,
    log_likelihoods,
    log_pmf,
    support,
    tail,
)
from botops.monitor.detectors.chain import Chain, steps
from botops.monitor.detectors.counts import Count
from botops.monitor.detectors.rate_baseline import Learned, learn, most_dispersion, shifted, worlds
from botops.monitor.detectors.settings import History, Rule

_DAY_EFFECTS = 5
_PER_CENT = 0.02
"""Thresholds are worked out for values rounded to this, so that near baselines share one."""
_EFFECT = 0.05
_HARDLY = 2.0
"""Standard deviations from the usual below which a portion is no burst by any budget."""
_MONTH = 30
_MARGIN = 0.8
"""How much rarer than wanted false alarms are aimed at with a month of history, for what the supposed worlds leave out:
where rates of days vary, histories with too low a rate also show too little variation (benchmarks/detectors.md)."""
_LEAST_MARGIN = 0.3
"""The same however long the history and however few the events: days of alarms are left out of what is learned, false
alarms too, which makes the usual rate a little too low."""


@dataclass(frozen=True)
class RateBaseline:
    """What is usual, and the limits that follow from it for a rule and a wanted frequency of false alarms."""

    learned: Learned
    rule: Rule
    wanted: float
    burst_share: float
    portions_a_day: int = 1

    @property
    def usual(self) -> float:
        """The usual rate."""
        return self.learned.p

    def judges(self, portion: Count) -> bool:
        """Without units there is no rate."""
        return portion.units > 0

    def expected(self, portion: Count) -> float:
        """Events expected of a portion's units."""
        return portion.units * self.learned.on(portion.day)

    def score(self, portion: Count) -> float:
        """ln of how much likelier the portion is at odds `times` as high (or as low) than at the usual ones."""
        usual = self.learned.on(portion.day)
        other = shifted(usual, self._odds)
        if portion.hour is None:
            return _ratio(portion, usual, other, self.learned.rho)
        effect = design_effect(self.learned.typical, self.learned.rho)
        return _ratio(portion, usual, other, 0.0) / effect

    def burst(self, portion: Count) -> float:
        """Days between portions that are as far out by chance; 1 for one that is hardly out at all."""
        usual = self.learned.on(portion.day)
        effect = design_effect(portion.units, self.learned.rho)
        beyond = (portion.events - portion.units * usual) * (1 if self.rule.direction == "up" else -1)
        if beyond <= _HARDLY * math.sqrt(portion.units * usual * (1 - usual) * effect):
            return 1.0
        odds = usual * (1 - self.learned.p) / (self.learned.p * (1 - usual))
        chance = _chance(portion.events, portion.units, self._worlds, odds, upper=self.rule.direction == "up")
        return 1 / max(chance * self.portions_a_day, 1e-12)

    @property
    def burst_limit(self) -> float:
        """Days between false alarms left to the rule for a single portion."""
        return self._aimed_at / self.burst_share

    @cached_property
    def threshold(self) -> float:
        """Height of the CUSUM with which both rules together alarm once in `wanted` days by chance."""
        return _threshold(self._rounded, self._aimed_at, self.burst_limit)

    def days_between(self, height: float) -> float:
        """Days between false alarms at a height of the CUSUM: how rarely chance alone brings it there."""
        return _chain(self._rounded, None).days_between(height) * self.wanted / self._aimed_at

    def rarer(self, times: float) -> RateBaseline:
        """The same with limits for false alarms so many times as rare."""
        return replace(self, wanted=self.wanted * times)

    @property
    def _aimed_at(self) -> float:
        """Days between false alarms that the limits are worked out for. Days of few events leave no room for rates that
        vary, so they need the least margin; a long history needs less of it."""
        room = min(_MARGIN, max(0.0, most_dispersion(self.learned) - 1.5))
        return self.wanted * (1 + max(_LEAST_MARGIN, room * min(1.0, _MONTH / self.learned.days)))

    @cached_property
    def _worlds(self) -> list[tuple[float, float]]:
        return worlds(self.learned)

    @property
    def _odds(self) -> float:
        return self.rule.times if self.rule.direction == "up" else 1 / self.rule.times

    @property
    def _rounded(self) -> _Case:
        held = self.learned
        pairs = max(1, held.typical - 1)
        rho = _near(held.rho * pairs, _EFFECT) / pairs
        dispersion = max(_EFFECT, _near(held.dispersion, _EFFECT))
        p = math.exp(_near(math.log(held.p), _PER_CENT))
        learned = Learned(p, rho, dispersion, round(p * held.units), held.units, held.days, held.typical)
        return _Case(learned, self._odds, self.portions_a_day)


@dataclass(frozen=True)
class RateModel:
    """Learns baselines of a rate. `wanted` is the days between false alarms that the series must keep."""

    rule: Rule
    history: History
    wanted: float
    burst_share: float = 0.1

    def learn(self, portions: Sequence[Count]) -> RateBaseline | None:
        """A baseline, or None while there are too few days or units. Hours are added up to days."""
        days = _days(portions)
        if len(days) < self.history.least_days or sum(d.units for d in days) < self.history.least_units:
            return None
        a_day = 1
        if self.rule.grain == "hour":
            a_day = max(1, round(median(_active_hours(portions))))
        return RateBaseline(learn(days, weekdays=self.rule.weekdays), self.rule, self.wanted, self.burst_share, a_day)


def _days(portions: Sequence[Count]) -> list[Count]:
    by_day = {day: [p for p in portions if p.day == day] for day in sorted({p.day for p in portions})}
    return [whole for day, parts in by_day.items() if (whole := Count.together(day, parts)).units]


def _active_hours(portions: Sequence[Count]) -> list[int]:
    hours: dict[object, int] = {}
    for portion in portions:
        hours[portion.day] = hours.get(portion.day, 0) + (portion.units > 0)
    return list(hours.values())


def _ratio(portion: Count, usual: float, other: float, rho: float) -> float:
    at_other = log_likelihood(portion.events, portion.units, other, rho)
    return at_other - log_likelihood(portion.events, portion.units, usual, rho)


def _near(value: float, step: float) -> float:
    return round(value / step) * step


@dataclass(frozen=True, slots=True)
class _Case:
    """All that a threshold depends on."""

    learned: Learned
    odds: float
    portions_a_day: int


@lru_cache(maxsize=4096)
def _threshold(case: _Case, wanted: float, burst_limit: float) -> float:
    return _chain(case, burst_limit).threshold(wanted)


@lru_cache(maxsize=512)
def _chain(case: _Case, burst_limit: float | None) -> Chain:
    """The CUSUM of a case. With a `burst_limit` counts that the burst rule takes end the run at any height."""
    possible = worlds(case.learned) if case.portions_a_day == 1 else worlds(case.learned, 5, 3)
    learned, hours = case.learned, case.portions_a_day
    units = max(1, round(learned.typical / hours))
    counts = support(units, max(p for p, _ in possible), max(rho for _, rho in possible))
    daily = np.exp([log_pmf(counts, units, p, rho) for p, rho in possible])
    calm = np.ones(len(counts))
    if burst_limit is not None:
        mean = daily.mean(axis=0)
        tails = np.cumsum(mean[::-1])[::-1] if case.odds > 1 else np.cumsum(mean)
        calm = (tails * hours * burst_limit > 1).astype(float)
    rho = learned.rho if hours == 1 else 0.0
    usual, other = (log_likelihoods(counts, units, p, rho) for p in (learned.p, shifted(learned.p, case.odds)))
    scores = other - usual
    if hours == 1:
        return Chain(np.stack([[steps(scores, chances * calm)] for chances in daily]))
    scores /= design_effect(learned.typical, learned.rho)
    hourly = [[np.exp(log_pmf(counts, units, day, 0.0)) * calm for day in _rates_of_days(p, r)] for p, r in possible]
    return Chain(np.stack([[steps(scores, chances) for chances in days] for days in hourly]), hours)


def _chance(events: int, units: int, possible: list[tuple[float, float]], odds: float, *, upper: bool) -> float:
    tails = [tail(events, units, shifted(p, odds), rho, upper=upper) for p, rho in possible]
    return math.fsum(tails) / len(tails)


def _rates_of_days(p: float, rho: float) -> list[float]:
    """Hours of a day share its rate: one of a few equally likely quantiles of the beta distribution of days."""
    from scipy.special import betaincinv  # noqa: PLC0415 - takes long to load; only when a threshold is computed

    if rho <= 0:
        return [p] * _DAY_EFFECTS
    size = (1 - rho) / rho
    levels = (np.arange(_DAY_EFFECTS) + 0.5) / _DAY_EFFECTS
    return [float(min(max(q, 1e-9), 1 - 1e-9)) for q in betaincinv(p * size, (1 - p) * size, levels)]
