"""What a rate usually is, how much it varies from day to day, and how sure both are: learned from days of counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

import numpy as np
from numpy.typing import NDArray

from botops.monitor.detectors.betabinomial import design_effect, tail
from botops.monitor.detectors.counts import Count

_SET_ASIDE = 0.1
"""Part of the days that may be left out as strange."""
_STRANGE = 0.001
"""Chance that any day of a sound history is left out, over all its days."""
_FAR = 2.5
"""Standard deviations from the rest that a day must be out before its exact chance is worked out."""
_MOST_RHO = 0.5
_VARY = 0.4
"""Coefficient of variation of the rates of days that is supposed without evidence for more."""
_SHRINK = 2.0
"""Weeks of evidence a weekday's own rate must outweigh."""


@dataclass(frozen=True, slots=True)
class Learned:
    """`p` is the usual rate, `rho` the correlation within a day, `dispersion` the measured design effect at a day of
    `typical` units (below 1 where days were more alike than chance), `days` how many days it comes from.

    `weekdays` are seven differences of log-odds, Monday first, or empty. `left_out` are days too strange to learn from.
    """

    p: float
    rho: float
    dispersion: float
    events: int
    units: int
    days: int
    typical: int
    weekdays: tuple[float, ...] = ()
    left_out: tuple[date, ...] = ()

    def on(self, day: date) -> float:
        """The usual rate of a day."""
        return shifted(self.p, math.exp(self.weekdays[day.weekday()])) if self.weekdays else self.p


def shifted(p: float, odds: float) -> float:
    """The rate whose odds are `odds` times as high."""
    return p * odds / (1 - p + p * odds)


def learn(days: Sequence[Count], *, weekdays: bool = False) -> Learned:
    """The usual rate of days with units, (Σx + ½) / (Σn + 1), and their over-dispersion by moments,
    Σz² = (k - 1) + rho Σ(n - 1) with z the standardised count of a day (Williams, Applied Statistics 31, 1982, 144-148;
    the p′ chart of Laney, Quality Engineering 14, 2002, 531-537, rests on the same idea).

    Up to a tenth of the days are set aside first, those farthest from the rest. A day comes back unless the rest make
    it less likely than 0.001 for the whole history: an incident that nobody marked must not become the usual.
    """
    held = [day for day in days if day.units]
    if len(held) < 2:
        raise ValueError("a rate cannot be learned from less than two days with units")
    strange = _strange(held)
    kept = [day for day in held if day.day not in strange]
    p, rho, dispersion = _fit(kept)
    offsets = _weekday_offsets(kept, p) if weekdays else ()
    if offsets:
        p, rho, dispersion = _fit(kept, offsets)
    return replace(_described(kept, (p, rho, dispersion)), weekdays=offsets, left_out=tuple(sorted(strange)))


def worlds(learned: Learned, rates: int = 5, effects: int = 7) -> list[tuple[float, float]]:
    """Rates and correlations that may be the true ones, each as likely as the others: what a threshold must stand.

    Rates are quantiles of the Jeffreys posterior Beta(x/φ + ½, (n - x)/φ + ½); design effects are quantiles of the
    measured one times ν/χ²(ν), ν = k - 1, and at least 1: the index of dispersion of counts about their own mean has
    that distribution closely, whether Poisson or mixed. Where a day has few events it says little, so beyond what was
    measured rates of days are not supposed to vary by more than `_VARY` of themselves.
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - takes long to load; only when a threshold is computed

    out = []
    for rho in (_rho(learned, level) for level in _levels(effects)):
        effect = design_effect(learned.typical, rho)
        events, units = learned.events / effect, learned.units / effect
        out += [(float(p), rho) for p in betaincinv(events + 0.5, units - events + 0.5, _levels(rates))]
    return out


def _rho(learned: Learned, level: float) -> float:
    """The correlation at a level of what is known of it, see `worlds`."""
    from scipy.special import chdtri  # noqa: PLC0415 - as above

    if learned.typical < 2:
        return 0.0
    freedom = learned.days - (7 if learned.weekdays else 1)
    effect = learned.dispersion * freedom / float(chdtri(freedom, level))
    most = max(learned.dispersion, most_dispersion(learned))
    return min(_MOST_RHO, max(0.0, min(effect, most) - 1) / (learned.typical - 1))


def most_dispersion(learned: Learned) -> float:
    """The design effect of a typical day if its rate varied by `_VARY` of itself: none is supposed to be greater
    without evidence."""
    return 1 + max(0, learned.typical - 1) * learned.p * _VARY**2


def _levels(count: int) -> NDArray[np.float64]:
    return (np.arange(count) + 0.5) / count


def _fit(days: Sequence[Count], offsets: tuple[float, ...] = ()) -> tuple[float, float, float]:
    events, units = sum(d.events for d in days), sum(d.units for d in days)
    p = (events + 0.5) / (units + 1)
    rates = [shifted(p, math.exp(offsets[d.day.weekday()])) if offsets else p for d in days]
    squares = math.fsum(
        (d.events - d.units * q) ** 2 / (d.units * q * (1 - q)) for d, q in zip(days, rates, strict=True)
    )
    freedom = max(1, len(days) - (7 if offsets else 1))
    pairs = sum(d.units - 1 for d in days)
    rho = min(_MOST_RHO, max(0.0, (squares - freedom) / pairs)) if pairs else 0.0
    return p, rho, squares / freedom


def _weekday_offsets(days: Sequence[Count], p: float) -> tuple[float, ...]:
    """Differences of log-odds of the weekdays, drawn towards none by the weight of two weeks."""
    offsets = []
    for weekday in range(7):
        own = [d for d in days if d.day.weekday() == weekday]
        events, units = sum(d.events for d in own), sum(d.units for d in own)
        weight = _SHRINK * (units / len(own) if own else 1.0)
        rate = (events + weight * p) / (units + weight)
        offsets.append(math.log(rate / (1 - rate)) - math.log(p / (1 - p)))
    return tuple(offsets)


def _strange(days: Sequence[Count]) -> frozenset[date]:
    aside = math.ceil(len(days) * _SET_ASIDE) if len(days) >= 10 else 0
    if not aside:
        return frozenset()
    p = median(d.events / d.units for d in days) or _fit(days)[0]
    far = sorted(days, key=lambda d: -abs(d.events - d.units * p) / math.sqrt(d.units))
    rest = far[aside:]
    fitted = _fit(rest)
    suspects = [d for d in far[:aside] if abs(_z(d, fitted[0], fitted[1])) > _FAR]
    if not suspects:
        return frozenset()
    possible = worlds(_described(rest, fitted))
    return frozenset(d.day for d in suspects if _two_sided(d, possible) < _STRANGE / len(days))


def _z(day: Count, p: float, rho: float) -> float:
    variance = day.units * p * (1 - p) * design_effect(day.units, rho)
    return (day.events - day.units * p) / math.sqrt(variance)


def _two_sided(day: Count, possible: list[tuple[float, float]]) -> float:
    tails = [tail(day.events, day.units, p, rho, upper=upper) for p, rho in possible for upper in (True, False)]
    return 2 * min(sum(tails[::2]), sum(tails[1::2])) / len(possible)


def _described(days: Sequence[Count], fitted: tuple[float, float, float]) -> Learned:
    events, units = sum(d.events for d in days), sum(d.units for d in days)
    return Learned(*fitted, events, units, len(days), round(median(d.units for d in days)))
