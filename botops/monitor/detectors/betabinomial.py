"""Counts of a day whose share itself varies from day to day: the beta-binomial distribution, by mean and correlation.

`rho` is the correlation of two units of one day. A day of n units varies `1 + (n - 1) rho` times as much as a binomial
count (the design effect, φ); at rho 0 it is binomial.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

_BINOMIAL = 1e-9
"""Below this correlation the gamma functions would only lose digits: the count is binomial."""


def design_effect(units: float, rho: float) -> float:
    """How many times the variance of a day's count exceeds the binomial one."""
    return 1.0 + max(0.0, units - 1.0) * rho


def log_likelihood(events: int, units: int, p: float, rho: float) -> float:
    """ln P(events of units), without the binomial coefficient, which no ratio of likelihoods needs."""
    if rho < _BINOMIAL:
        return events * math.log(p) + (units - events) * math.log1p(-p)
    a, b = _shapes(p, rho)
    return _log_beta(a + events, b + units - events) - _log_beta(a, b)


def log_likelihoods(events: ArrayLike, units: int, p: float, rho: float) -> NDArray[np.float64]:
    """`log_likelihood` of many counts of one size."""
    counts = np.asarray(events, float)
    if rho < _BINOMIAL:
        return np.asarray(counts * math.log(p) + (units - counts) * math.log1p(-p))
    from scipy.special import betaln  # noqa: PLC0415 - takes long to load; only when a threshold is computed

    a, b = _shapes(p, rho)
    return np.asarray(betaln(a + counts, b + units - counts) - betaln(a, b))


def log_pmf(events: ArrayLike, units: int, p: float, rho: float) -> NDArray[np.float64]:
    """ln P(X = events) for many counts of one size."""
    from scipy.special import gammaln  # noqa: PLC0415 - as above

    counts = np.asarray(events, float)
    ways = gammaln(units + 1) - gammaln(counts + 1) - gammaln(units - counts + 1)
    return np.asarray(ways + log_likelihoods(counts, units, p, rho))


def tail(events: int, units: int, p: float, rho: float, *, upper: bool) -> float:
    """P(X >= events), or P(X <= events) with `upper=False`; exact, summed over the shorter side where that is safe."""
    if upper:
        first, last = events, min(units, max(events, _reach(units, p, rho)))
    else:
        first, last = max(0, min(events, units - _reach(units, 1 - p, rho))), events
    if first > last:
        return 0.0
    return float(min(1.0, np.exp(log_pmf(np.arange(first, last + 1), units, p, rho)).sum()))


def support(units: int, p: float, rho: float) -> NDArray[np.int64]:
    """The counts that hold all but a negligible part of the distribution."""
    low, high = units - _reach(units, 1 - p, rho), _reach(units, p, rho)
    return np.arange(max(0, low), min(units, high) + 1)


def _reach(units: int, p: float, rho: float) -> int:
    """A count far above what is likely: 14 standard deviations and 40 events, for the tail is longer than a normal."""
    spread = math.sqrt(units * p * (1 - p) * design_effect(units, rho))
    return min(units, math.ceil(units * p + 14 * spread + 40))


def _shapes(p: float, rho: float) -> tuple[float, float]:
    size = (1 - rho) / rho
    return p * size, (1 - p) * size


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
