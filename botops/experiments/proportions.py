"""Shares of leads: one share with its interval, and the difference of two."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import fisher_exact, norm

from botops.experiments.inputs import computable, inside, successes

_MOST_EXACT = 10**9
"""Units up to which the exact test is counted within a second or two."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with the ends of its interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Treatment minus control with the ends of its interval."""

    diff: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ZTest:
    """Treatment minus control, the statistic and its two-sided p-value."""

    diff: float
    z: float
    p: float


@dataclass(frozen=True, slots=True)
class ExactTest:
    """The two-sided p-value of an exact test."""

    p: float


@computable
def wilson(x: int, n: int, alpha: float = 0.05) -> Estimate:
    """Score interval of `x` successes of `n`, without continuity correction (Wilson, JASA 1927).

    Raises ValueError for what is no count and for more successes than trials.
    """
    done, total = successes("x", x, "n", n)
    z = _quantile(alpha)
    share = done / total
    spread = 1 + z * z / total
    centre = (share + z * z / (2 * total)) / spread
    half = z / spread * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    low = 0.0 if done == 0 else max(0.0, centre - half)
    high = 1.0 if done == total else min(1.0, centre + half)
    return Estimate(share, low, high)


@computable
def diff_newcombe(x_a: int, n_a: int, x_b: int, n_b: int, alpha: float = 0.05) -> Difference:
    """Difference of two shares, square-and-add of their Wilson intervals (Newcombe, Stat Med 1998, method 10)."""
    successes("x_a", x_a, "n_a", n_a)
    successes("x_b", x_b, "n_b", n_b)
    a, b = wilson(x_a, n_a, alpha), wilson(x_b, n_b, alpha)
    diff = b.estimate - a.estimate
    return Difference(
        diff,
        diff - math.hypot(b.estimate - b.low, a.high - a.estimate),
        diff + math.hypot(b.high - b.estimate, a.estimate - a.low),
    )


@computable
def diff_mn(x_a: int, n_a: int, x_b: int, n_b: int, alpha: float = 0.05) -> Difference:
    """Score interval for the difference of two shares (Miettinen and Nurminen, Stat Med 1985).

    The variance is that of the shares of maximum likelihood under the difference tried, times N/(N-1) with N = n_a +
    n_b. The bounds lie in [-1, 1].
    """
    done_a, total_a = successes("x_a", x_a, "n_a", n_a)
    done_b, total_b = successes("x_b", x_b, "n_b", n_b)
    z = _quantile(alpha)
    diff = done_b / total_b - done_a / total_a

    def excess(tried: float, side: float) -> float:
        """Above 0 where the score test rejects the tried difference on one side."""
        variance = _restricted_variance(done_a, total_a, done_b, total_b, tried)
        return side * (diff - tried) - z * math.sqrt(variance)

    low = -1.0 if excess(-1.0, 1.0) <= 0 else float(brentq(excess, -1.0, diff, args=(1.0,), xtol=1e-12))
    high = 1.0 if excess(1.0, -1.0) <= 0 else float(brentq(excess, diff, 1.0, args=(-1.0,), xtol=1e-12))
    return Difference(diff, low, high)


def _restricted_variance(x_a: int, n_a: int, x_b: int, n_b: int, tried: float) -> float:
    """Variance of the difference at the shares that are likeliest when the difference is `tried`.

    Those are the root of a cubic in the control's share (Farrington and Manning, Stat Med 1990, appendix), found here
    by bisection of the derivative of the likelihood, which is monotone: the closed form loses digits near its ends.
    """
    least, most = max(0.0, -tried), min(1.0, 1.0 - tried)
    low, high = least, most
    for _ in range(200):
        share = (low + high) / 2
        if share in {low, high}:
            break
        if _slope(x_a, n_a, share) + _slope(x_b, n_b, share + tried) > 0:
            low = share
        else:
            high = share
    share = (low + high) / 2
    other = min(1.0, max(0.0, share + tried))
    total = n_a + n_b
    variance = share * (1 - share) / n_a + other * (1 - other) / n_b
    return max(0.0, variance) * total / (total - 1)


def _slope(x: int, n: int, share: float) -> float:
    """Derivative of the binomial log-likelihood at a share; infinite where the share rules the data out."""
    up = x / share if x and share > 0 else math.inf if x else 0.0
    down = (n - x) / (1 - share) if n - x and share < 1 else math.inf if n - x else 0.0
    return 0.0 if up == down == math.inf else up - down


@computable
def two_prop_z(x_a: int, n_a: int, x_b: int, n_b: int) -> ZTest:
    """z test of two shares with pooled variance and no continuity correction; z = 0 and p = 1 when all or none did."""
    done_a, total_a = successes("x_a", x_a, "n_a", n_a)
    done_b, total_b = successes("x_b", x_b, "n_b", n_b)
    diff = done_b / total_b - done_a / total_a
    pooled = (done_a + done_b) / (total_a + total_b)
    if done_a + done_b in {0, total_a + total_b}:
        return ZTest(diff, 0.0, 1.0)
    z = diff / math.sqrt(pooled * (1 - pooled) * (1 / total_a + 1 / total_b))
    return ZTest(diff, z, float(2 * norm.sf(abs(z))))


@computable
def fisher(x_a: int, n_a: int, x_b: int, n_b: int) -> ExactTest:
    """Fisher's exact test, two-sided: the sum of the probabilities of all tables no likelier than the observed one.

    Raises ValueError also beyond a thousand million units: it would count for hours.
    """
    done_a, total_a = successes("x_a", x_a, "n_a", n_a)
    done_b, total_b = successes("x_b", x_b, "n_b", n_b)
    if total_a + total_b > _MOST_EXACT:
        raise ValueError(f"n_a + n_b must be at most {_MOST_EXACT} for the exact test: use two_prop_z for more")
    table = np.array([[done_a, total_a - done_a], [done_b, total_b - done_b]])
    return ExactTest(min(1.0, float(fisher_exact(table)[1])))


def _quantile(alpha: float) -> float:
    return float(norm.isf(inside("alpha", alpha) / 2))
