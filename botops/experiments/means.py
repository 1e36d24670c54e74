"""Means of a measure by lead: cost, latency, length; ratios of sums; the guardrail of "no worse than"."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import t as student

from botops.experiments.inputs import computable, count, inside, not_negative, number, numbers, same_length


@dataclass(frozen=True, slots=True)
class TTest:
    """Treatment minus control: standard error, degrees of freedom, statistic, two-sided p-value, interval."""

    diff: float
    se: float
    df: float
    t: float
    p: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RatioTest(TTest):
    """The same for ratios of sums, with the ratio of each arm."""

    ratio_a: float
    ratio_b: float


@dataclass(frozen=True, slots=True)
class AdjustedTest(TTest):
    """The same after a covariate was taken out; `theta` is what one unit of it explains."""

    theta: float


@dataclass(frozen=True, slots=True)
class Lift:
    """The relative difference, 0.1 for ten percent more, with its standard error, degrees of freedom and interval."""

    lift: float
    se: float
    df: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OneSided:
    """A one-sided test against a margin; `upper` is the bound that the difference stays under."""

    diff: float
    se: float
    df: float
    t: float
    p: float
    upper: float


@dataclass(frozen=True, slots=True)
class _Arms:
    """Both arms as their means, the variances of these means, and their numbers of units."""

    mean_a: float
    v_a: float
    n_a: int
    mean_b: float
    v_b: float
    n_b: int

    @property
    def se(self) -> float:
        return math.sqrt(self.v_a + self.v_b)

    @property
    def df(self) -> float:
        """Degrees of freedom after Satterthwaite (1946) and Welch (1947), computed on shares of the variance so that
        tiny and huge units neither vanish nor overflow."""
        part = self.v_a / (self.v_a + self.v_b)
        return 1 / (part**2 / (self.n_a - 1) + (1 - part) ** 2 / (self.n_b - 1))


def _arms(mean_a: float, sd_a: float, n_a: int, mean_b: float, sd_b: float, n_b: int) -> _Arms:
    units_a, units_b = count("n_a", n_a, least=2), count("n_b", n_b, least=2)
    v_a, v_b = not_negative("sd_a", sd_a) ** 2 / units_a, not_negative("sd_b", sd_b) ** 2 / units_b
    return _varying(_Arms(number("mean_a", mean_a), v_a, units_a, number("mean_b", mean_b), v_b, units_b))


def _varying(arms: _Arms) -> _Arms:
    if not arms.v_a + arms.v_b > 0:
        raise ValueError("neither arm varies: there is nothing to measure the difference against")
    return arms


def _t_test(arms: _Arms, alpha: float) -> TTest:
    diff, se, df = arms.mean_b - arms.mean_a, arms.se, arms.df
    half = float(student.isf(inside("alpha", alpha) / 2, df)) * se
    return TTest(diff, se, df, diff / se, float(2 * student.sf(abs(diff / se), df)), diff - half, diff + half)


@computable
def welch(mean_a: float, sd_a: float, n_a: int, mean_b: float, sd_b: float, n_b: int, alpha: float = 0.05) -> TTest:
    """Difference of two means whose variances may differ (Welch, Biometrika 1947).

    `sd` is the standard deviation over units with n-1 below. Raises ValueError when neither arm varies or an arm has
    fewer than two units.
    """
    return _t_test(_arms(mean_a, sd_a, n_a, mean_b, sd_b, n_b), alpha)


@computable
def relative_lift(
    mean_a: float, sd_a: float, n_a: int, mean_b: float, sd_b: float, n_b: int, alpha: float = 0.05
) -> Lift:
    """By what share the treatment's mean differs from the control's, by the delta method: variance v_b/mean_a^2 + v_a
    mean_b^2/mean_a^4 with v = sd^2/n, quantile of t with the degrees of freedom of `welch`.

    Raises ValueError as `welch`, and for a control mean of 0.
    """
    arms = _arms(mean_a, sd_a, n_a, mean_b, sd_b, n_b)
    if arms.mean_a == 0:
        raise ValueError("mean_a is 0: nothing is a share of it")
    ratio = arms.mean_b / arms.mean_a
    se = math.sqrt(arms.v_b + arms.v_a * ratio**2) / abs(arms.mean_a)
    half = float(student.isf(inside("alpha", alpha) / 2, arms.df)) * se
    return Lift(ratio - 1, se, arms.df, ratio - 1 - half, ratio - 1 + half)


@computable
def ratio_delta(
    num_a: Sequence[float],
    den_a: Sequence[float],
    num_b: Sequence[float],
    den_b: Sequence[float],
    alpha: float = 0.05,
) -> RatioTest:
    """Difference of two ratios of sums, such as cost per dialogue, with one entry of each list per lead.

    Variance of an arm's ratio R: sum (num - R den)^2 / (n (n-1) mean(den)^2) (Deng, Knoblich and Lu, KDD 2018). Taking
    dialogues for independent units instead gives a false alarm in every fourth test. Raises ValueError for a
    denominator that sums to 0.
    """
    ratio_a, v_a, n_a = ratio_of("a", num_a, den_a)
    ratio_b, v_b, n_b = ratio_of("b", num_b, den_b)
    found = _t_test(_varying(_Arms(ratio_a, v_a, n_a, ratio_b, v_b, n_b)), alpha)
    return RatioTest(found.diff, found.se, found.df, found.t, found.p, found.low, found.high, ratio_a, ratio_b)


def ratio_of(arm: str, num: Sequence[float], den: Sequence[float]) -> tuple[float, float, int]:
    """The ratio of the sums of one arm, its variance by the delta method, and the number of units. `arm` names the
    lists in the ValueError for lists that do not belong together or a denominator that sums to 0."""
    above, below = numbers(f"num_{arm}", num, least=2), numbers(f"den_{arm}", den, least=2)
    same_length((f"num_{arm}", above), (f"den_{arm}", below))
    units, total = len(above), math.fsum(below)
    if total == 0:
        raise ValueError(f"den_{arm} sums to 0: there is no ratio")
    ratio = math.fsum(above) / total
    squares = math.fsum((m - ratio * d) ** 2 for m, d in zip(above, below, strict=True))
    return ratio, squares / (units * (units - 1) * (total / units) ** 2), units


@computable
def cuped(
    y_a: Sequence[float], x_a: Sequence[float], y_b: Sequence[float], x_b: Sequence[float], alpha: float = 0.05
) -> AdjustedTest:
    """`welch` on y - theta x, where x is a measure from before the experiment and theta = cov(y, x)/var(x) over both
    arms pooled, 0 when x does not vary (Deng, Xu, Kohavi and Walker, WSDM 2013)."""
    outcome_a, outcome_b = numbers("y_a", y_a, least=2), numbers("y_b", y_b, least=2)
    before_a, before_b = numbers("x_a", x_a, least=2), numbers("x_b", x_b, least=2)
    same_length(("y_a", outcome_a), ("x_a", before_a))
    same_length(("y_b", outcome_b), ("x_b", before_b))
    theta = _slope([*before_a, *before_b], [*outcome_a, *outcome_b])
    rest_a = [y - theta * x for y, x in zip(outcome_a, before_a, strict=True)]
    rest_b = [y - theta * x for y, x in zip(outcome_b, before_b, strict=True)]
    found = welch(_mean(rest_a), _sd(rest_a), len(rest_a), _mean(rest_b), _sd(rest_b), len(rest_b), alpha)
    return AdjustedTest(found.diff, found.se, found.df, found.t, found.p, found.low, found.high, theta)


@computable
def noninferiority(
    mean_a: float, sd_a: float, n_a: int, mean_b: float, sd_b: float, n_b: int, margin: float, alpha: float = 0.05
) -> OneSided:
    """Is the treatment no worse than the control by `margin`, where larger is worse: one-sided Welch test of mean_b -
    mean_a >= margin, and the one-sided 1 - alpha bound of the difference.

    For promotion at the planned end only. Raises ValueError as `welch`, and for a negative margin.
    """
    arms = _arms(mean_a, sd_a, n_a, mean_b, sd_b, n_b)
    diff, se, df = arms.mean_b - arms.mean_a, arms.se, arms.df
    statistic = (diff - not_negative("margin", margin)) / se
    upper = diff + float(student.isf(inside("alpha", alpha), df)) * se
    return OneSided(diff, se, df, statistic, float(student.cdf(statistic, df)), upper)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _sd(values: Sequence[float]) -> float:
    centre = _mean(values)
    return math.sqrt(math.fsum((v - centre) ** 2 for v in values) / (len(values) - 1))


def _slope(x: Sequence[float], y: Sequence[float]) -> float:
    centre_x, centre_y = _mean(x), _mean(y)
    spread = math.fsum((v - centre_x) ** 2 for v in x)
    if len(set(x)) == 1 or spread == 0:
        return 0.0
    return math.fsum((u - centre_x) * (v - centre_y) for u, v in zip(x, y, strict=True)) / spread
