"""Before the start: how many leads are needed, and what so many can show."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.stats import nct, norm
from scipy.stats import t as student

from botops.experiments.inputs import computable, count, inside, number, positive, proportion
from botops.experiments.sequential import threshold

_MOST_EFFECT = 1000
"""Standard deviations up to which the noncentral t is computed: beyond, two units tell."""
_LEAST_DF = 0.5
"""Degrees of freedom below which the quantile of t leaves the range of floating point."""

_FINE = 400
"""Steps in which the least detectable difference is first bracketed: the power may dip before it rises."""


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Units needed in each arm, not rounded."""

    n_a: float
    n_b: float


@dataclass(frozen=True, slots=True)
class Power:
    """Probability of finding the difference."""

    power: float


@dataclass(frozen=True, slots=True)
class Detectable:
    """The least difference found with the wanted power, and the treatment's share that it means."""

    mde: float
    p_b: float

    @property
    def diff(self) -> float:
        """The same as `mde`: treatment minus control."""
        return self.mde


@computable
def sample_size_props(
    p_a: float, p_b: float, power: float = 0.8, alpha: float = 0.05, ratio: float = 1.0
) -> SampleSize:
    """Units of each arm for a two-sided pooled z test of `p_a` against `p_b`, with n_b = ratio x n_a.

    n_a = (z sqrt(m(1-m)(1+1/ratio)) + z_power sqrt(p_a(1-p_a) + p_b(1-p_b)/ratio))^2 / (p_b-p_a)^2 with m = (p_a +
    ratio p_b)/(1+ratio), as R's power.prop.test; the far tail is left out. Raises ValueError for equal shares, and
    for a power that chance alone reaches.
    """
    a, b, k = proportion("p_a", p_a), proportion("p_b", p_b), positive("ratio", ratio)
    if a == b:
        raise ValueError(f"p_a and p_b are both {a}: no number of units shows a difference that is not there")
    z, z_power = float(norm.isf(inside("alpha", alpha) / 2)), float(norm.ppf(inside("power", power)))
    m = (a + k * b) / (1 + k)
    root = z * math.sqrt(m * (1 - m) * (1 + 1 / k)) + z_power * math.sqrt(a * (1 - a) + b * (1 - b) / k)
    if root <= 0:
        raise ValueError(f"power {power} is below what chance gives at alpha {alpha}: ask for more")
    n_a = (root / (b - a)) ** 2
    return SampleSize(n_a, k * n_a)


@computable
def power_props(p_a: float, p_b: float, n_a: int, n_b: int, alpha: float = 0.05) -> Power:
    """Power of the test of `sample_size_props` with `n_a` and `n_b` units; the far tail is left out."""
    a, b = proportion("p_a", p_a), proportion("p_b", p_b)
    units_a, units_b = count("n_a", n_a, least=1), count("n_b", n_b, least=1)
    return Power(_power(a, b, units_a, units_b, float(norm.isf(inside("alpha", alpha) / 2))))


def _power(a: float, b: float, n_a: int, n_b: int, z: float) -> float:
    m = (n_a * a + n_b * b) / (n_a + n_b)
    slack = abs(b - a) - z * math.sqrt(m * (1 - m) * (1 / n_a + 1 / n_b))
    spread = math.sqrt(a * (1 - a) / n_a + b * (1 - b) / n_b)
    if spread == 0:
        return 1.0 if slack > 0 else 0.0
    return float(norm.cdf(slack / spread))


@computable
def mde_props(p_a: float, n_a: int, n_b: int, power: float = 0.8, alpha: float = 0.05) -> Detectable:
    """The least p_b - p_a > 0 that the test of `power_props` finds with the given power.

    Raises ValueError when even a treatment in which everybody converts would not be found.
    """
    a, wanted = proportion("p_a", p_a), inside("power", power)
    units_a, units_b = count("n_a", n_a, least=1), count("n_b", n_b, least=1)
    z = float(norm.isf(inside("alpha", alpha) / 2))

    def short(diff: float) -> float:
        return _power(a, min(1.0, a + diff), units_a, units_b, z) - wanted

    steps = [(1 - a) * i / _FINE for i in range(1, _FINE + 1)]
    reached = next((i for i, diff in enumerate(steps) if short(diff) >= 0), None)
    if reached is None or a == 1:
        raise ValueError(f"{units_a} and {units_b} units find no difference from {a} with power {wanted}: plan more")
    below = steps[reached - 1] if reached else steps[0] * 1e-9
    if short(below) >= 0:
        raise ValueError(f"power {wanted} is below what chance gives at alpha {alpha}: ask for more")
    found = float(brentq(short, below, steps[reached], xtol=1e-14))
    return Detectable(found, a + found)


@computable
def sample_size_means(
    delta: float, sd: float, power: float = 0.8, alpha: float = 0.05, ratio: float = 1.0
) -> SampleSize:
    """Units of each arm of a two-sided two-sample t test of a difference `delta` with common standard deviation `sd`,
    by the noncentral t distribution, both tails; n_b = ratio x n_a (Cohen 1988)."""
    effect = abs(number("delta", delta)) / positive("sd", sd)
    k, wanted, level = positive("ratio", ratio), inside("power", power), inside("alpha", alpha)
    if effect == 0:
        raise ValueError("delta is 0: no number of units shows a difference that is not there")
    if effect > _MOST_EFFECT:
        raise ValueError(f"delta is more than {_MOST_EFFECT} times sd: there is nothing to plan, check their units")

    def short(n_a: float) -> float:
        df = n_a * (1 + k) - 2
        away = effect * math.sqrt(n_a * k / (1 + k))
        edge = float(student.isf(level / 2, df))
        return float(nct.sf(edge, df, away) + nct.cdf(-edge, df, away)) - wanted

    least = (2 + _LEAST_DF) / (1 + k)
    if short(least) >= 0:
        raise ValueError("two units are enough for so large a difference: plan with a smaller delta")
    most = max(4.0, 2 * ((float(norm.isf(level / 2)) + float(norm.ppf(wanted)) + 2) / effect) ** 2 * (1 + 1 / k))
    found = float(brentq(short, least, most, xtol=1e-10))
    return SampleSize(found, k * found)


def sequence_size_props(
    p_a: float, p_b: float, power: float = 0.8, alpha: float = 0.05, variants: int = 2
) -> SampleSize:
    """Units of each arm, all equal, for the always-valid sequence (`cs_props`, tightest at half the planned units) to
    show `p_b` against `p_a` at the planned end, at the strictest step of Holm over `variants` - 1 comparisons.

    n = (c + z_power)^2 (p_a(1-p_a) + p_b(1-p_b)) / (p_b-p_a)^2 with c of `threshold`: at alpha 0.05 and two variants
    3.06 in place of the 1.96 of a single look. What the looks before the end add, about three points of power, is left
    out. Raises ValueError for equal shares.
    """
    a, b = proportion("p_a", p_a), proportion("p_b", p_b)
    if a == b:
        raise ValueError(f"p_a and p_b are both {a}: no number of units shows a difference that is not there")
    units = _sequence_factor(power, alpha, variants) ** 2 * (a * (1 - a) + b * (1 - b)) / (b - a) ** 2
    return SampleSize(units, units)


def sequence_size_means(
    delta: float, sd: float, power: float = 0.8, alpha: float = 0.05, variants: int = 2
) -> SampleSize:
    """`sequence_size_props` for means: n = 2 (c + z_power)^2 sd^2 / delta^2. Raises ValueError for a delta of 0."""
    if number("delta", delta) == 0:
        raise ValueError("delta is 0: no number of units shows a difference that is not there")
    units = 2 * (_sequence_factor(power, alpha, variants) * positive("sd", sd) / delta) ** 2
    return SampleSize(units, units)


def sequence_mde_props(p_a: float, n: int, power: float = 0.8, alpha: float = 0.05, variants: int = 2) -> Detectable:
    """The least p_b - p_a > 0 for which `sequence_size_props` asks for no more than `n` units of each arm. Raises
    ValueError when even a treatment in which everybody converts would not be found."""
    a, units = proportion("p_a", p_a), count("n", n, least=1)
    factor = _sequence_factor(power, alpha, variants)

    def short(diff: float) -> float:
        b = min(1.0, a + diff)
        return factor * math.sqrt((a * (1 - a) + b * (1 - b)) / units) - diff

    if a == 1 or short(1 - a) > 0:
        raise ValueError(f"{units} units of each arm find no difference from {a} with power {power}: plan more")
    found = float(brentq(short, 0.0, 1 - a, xtol=1e-14)) if short(0.0) > 0 else _least_above_nobody(factor, units)
    return Detectable(found, a + found)


def _least_above_nobody(factor: float, units: int) -> float:
    """The least difference from a share of 0: factor^2 d (1-d) / units = d^2."""
    return factor**2 / (units + factor**2)


def _sequence_factor(power: float, alpha: float, variants: int) -> float:
    comparisons = count("variants", variants, least=2) - 1
    return threshold(inside("alpha", alpha), comparisons) + float(norm.ppf(inside("power", power)))
