"""Answers that stay valid however often they are looked at: people look every morning."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from scipy.special import gammaln

from botops.experiments.inputs import computable, count, inside, not_negative, number, positive, shares, successes


@dataclass(frozen=True, slots=True)
class Always:
    """Treatment minus control with an interval and a p-value that hold at every look."""

    diff: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class CountsTest:
    """Log Bayes factor against the fixed shares after the last look; the p-value after each look, and the last one."""

    log_bf: float
    p: float
    p_path: tuple[float, ...]


@computable
def cs_means(
    mean_a: float,
    var_a: float,
    n_a: int,
    mean_b: float,
    var_b: float,
    n_b: int,
    n_star: float,
    alpha: float = 0.05,
) -> Always:
    """Asymptotic confidence sequence of a difference of means (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Annals
    of Statistics 2024, arXiv 2103.06476; Gaussian mixture).

    `var` are sample variances over units; `n_star` is the number of units of both arms together at which the interval
    is to be tightest: half the planned total, fixed before the start. V = var_a/n_a + var_b/n_b, N = n_a + n_b, L = -2
    ln alpha, rho^2 = (L + ln(L + 1))/n_star, k = N rho^2 + 1; half-width sqrt(V N) sqrt(2 k/(N^2 rho^2) ln(sqrt(k)/
    alpha)); p = min(1, sqrt(k) exp(-rho^2 diff^2 N/(2 V k))). Raises ValueError when neither arm varies or an arm has
    fewer than two units.
    """
    units_a, units_b = count("n_a", n_a, least=2), count("n_b", n_b, least=2)
    variance = not_negative("var_a", var_a) / units_a + not_negative("var_b", var_b) / units_b
    if not variance > 0:
        raise ValueError("neither arm varies: there is nothing to measure the difference against")
    diff = number("mean_b", mean_b) - number("mean_a", mean_a)
    return _sequence(diff, variance, units_a + units_b, n_star, alpha)


@computable
def cs_props(x_a: int, n_a: int, x_b: int, n_b: int, n_star: float, alpha: float = 0.05) -> Always:
    """`cs_means` for shares: each arm's variance is q(1-q) with q = (x+1)/(n+2), bounds within [-1, 1].

    Without that smoothing an arm that has not converted yet looks certain, and at 95/5 two tests in three err.
    """
    done_a, units_a = successes("x_a", x_a, "n_a", n_a)
    done_b, units_b = successes("x_b", x_b, "n_b", n_b)
    variance = _smoothed(done_a, units_a) / units_a + _smoothed(done_b, units_b) / units_b
    found = _sequence(done_b / units_b - done_a / units_a, variance, units_a + units_b, n_star, alpha)
    return Always(found.diff, max(-1.0, found.low), min(1.0, found.high), found.p)


def _smoothed(done: int, units: int) -> float:
    share = (done + 1) / (units + 2)
    return share * (1 - share)


def threshold(alpha: float = 0.05, comparisons: int = 1) -> float:
    """How many standard errors off a difference must be to be shown at the planned end, where the sequence was tuned
    for half of the units planned: sqrt(2 k/(N rho^2) ln(sqrt(k) comparisons/alpha)) with N rho^2 = 2 (L + ln(L+1)).

    With several comparisons that of the strictest step of Holm.
    """
    level = -2 * math.log(inside("alpha", alpha))
    at_end = 2 * (level + math.log(level + 1))
    k = at_end + 1
    return math.sqrt(2 * k / at_end * (math.log(k) / 2 + math.log(count("comparisons", comparisons, least=1) / alpha)))


def _sequence(diff: float, variance: float, units: int, n_star: float, alpha: float) -> Always:
    level = -2 * math.log(inside("alpha", alpha))
    rho2 = (level + math.log(level + 1)) / positive("n_star", n_star)
    k = units * rho2 + 1
    half = math.sqrt(variance * units) * math.sqrt(2 * k / (units**2 * rho2) * (math.log(k) / 2 - math.log(alpha)))
    log_p = math.log(k) / 2 - rho2 * diff * diff * units / (2 * variance * k)
    return Always(diff, diff - half, diff + half, math.exp(min(0.0, log_p)))


@computable
def seq_counts(rows: Sequence[Sequence[int]], weights: Sequence[float], concentration: float = 100) -> CountsTest:
    """Counts per arm against fixed shares, at every look (Lindon and Malek, NeurIPS 2022, arXiv 2011.03567).

    `rows` are the new units of each look, one count an arm; `weights` the shares they should have, normalised. The
    Bayes factor sets a Dirichlet(concentration x weights)-multinomial against the multinomial of the shares, of the
    totals so far; p after a look is the least 1/BF up to it. A small experiment needs a small concentration: with
    10,000 a split of 45/55 is never found at 50 leads a day. Used for sample-ratio mismatch and, on converted units
    alone, as an exact test of equal conversion.
    """
    share = shares("weights", weights)
    scale = positive("concentration", concentration)
    if not isinstance(rows, Sequence) or not rows:
        raise ValueError("rows must be a list with the new counts of each look")
    totals, factors = [0] * len(share), []
    for look, row in enumerate(rows):
        if not isinstance(row, Sequence) or len(row) != len(share):
            raise ValueError(f"rows[{look}] must have one count for each of the {len(share)} weights, not {row!r:.80}")
        totals = [total + count(f"rows[{look}][{arm}]", row[arm]) for arm, total in enumerate(totals)]
        factors.append(_log_factor(totals, share, scale))
    path = tuple(accumulate((math.exp(min(0.0, -f)) for f in factors), min))
    return CountsTest(factors[-1], path[-1], path)


def _log_factor(totals: Sequence[int], share: Sequence[float], scale: float) -> float:
    """ln of the Dirichlet-multinomial over the multinomial; the order of units is kept, so no coefficient enters."""
    marginal = gammaln(scale) - gammaln(scale + sum(totals))
    arms = zip(totals, share, strict=True)
    return float(marginal + math.fsum(gammaln(scale * w + n) - gammaln(scale * w) - n * math.log(w) for n, w in arms))
