"""Figures shown beside the verdict, for people who know them from elsewhere. None of them is the stopping rule: each
is right once, at an end fixed before the start, and wrong when it is looked at every morning."""

from __future__ import annotations

import math
from dataclasses import dataclass

from botops.experiments.bayes import bayes_props
from botops.experiments.inputs import inside, not_negative
from botops.experiments.means import noninferiority, welch
from botops.experiments.proportions import diff_newcombe
from botops.experiments.verdict import Mean, Measured, Metric, Share


@dataclass(frozen=True, slots=True)
class Fixed:
    """Treatment minus control with its fixed-horizon interval, and the method it is by."""

    diff: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Chance:
    """The probability that the treatment is better than the control, and what choosing it is expected to lose: a share
    of leads, 0 when it can only be better."""

    better: float
    expected_loss: float


@dataclass(frozen=True, slots=True)
class NoWorse:
    """Whether the treatment is no worse than the control by the margin: the bound that the harm stays under, the
    one-sided p-value (None where neither arm varies), and the answer."""

    upper: float
    p: float | None
    shown: bool


def fixed_horizon(control: Measured, variant: Measured, alpha: float = 0.05) -> Fixed | None:
    """The interval of the difference for one look at the planned end: Newcombe for shares; Welch for means, which on a
    `Mean.of_ratio` is the delta method of `ratio_delta`. None while an arm is too small to have one."""
    if isinstance(control, Share) and isinstance(variant, Share):
        if not control.n or not variant.n:
            return None
        shares = diff_newcombe(control.x, control.n, variant.x, variant.n, alpha)
        return Fixed(shares.diff, shares.low, shares.high, "newcombe")
    if isinstance(control, Mean) and isinstance(variant, Mean):
        if not _comparable(control, variant):
            return None
        means = welch(
            control.mean, math.sqrt(control.var), control.n, variant.mean, math.sqrt(variant.var), variant.n, alpha
        )
        return Fixed(means.diff, means.low, means.high, "welch")
    raise ValueError("the arms of a metric must both be shares or both be means")


def chance(metric: Metric, control: Measured, variant: Measured) -> Chance | None:
    """How likely the treatment is better, with uniform priors (`bayes_props`). None for means, and without leads."""
    if not isinstance(control, Share) or not isinstance(variant, Share) or not control.n or not variant.n:
        return None
    good = [arm.x if metric.higher_is_better else arm.n - arm.x for arm in (control, variant)]
    found = bayes_props(good, [control.n, variant.n])
    return Chance(found.prob_best[1], found.expected_loss[1])


def no_worse(metric: Metric, control: Measured, variant: Measured, alpha: float = 0.05) -> NoWorse | None:
    """Non-inferiority on a guardrail, by its margin: what a promotion at the planned end asks for, and nothing before.

    By `noninferiority` on the metric turned so that more is worse. Where no lead of either arm differs from the others
    a t test has nothing to go by: then the upper bound is that of Newcombe's interval at 2 alpha. None while an arm is
    too small.
    """
    margin, level = not_negative("margin", metric.margin), inside("alpha", alpha)
    if min(control.n, variant.n) < 2:
        return None
    a, b = _moments(control), _moments(variant)
    if a[1] + b[1] > 0:
        sign = -1.0 if metric.higher_is_better else 1.0
        found = noninferiority(
            sign * a[0], math.sqrt(a[1]), control.n, sign * b[0], math.sqrt(b[1]), variant.n, margin, level
        )
        return NoWorse(found.upper, found.p, found.upper < margin)
    if not isinstance(control, Share) or not isinstance(variant, Share):
        return None
    shares = diff_newcombe(control.x, control.n, variant.x, variant.n, min(2 * level, 0.999))
    upper = -shares.low if metric.higher_is_better else shares.high
    return NoWorse(upper, None, upper < margin)


def _moments(arm: Measured) -> tuple[float, float]:
    """The mean and the sample variance over leads."""
    if isinstance(arm, Mean):
        return arm.mean, arm.var
    share = arm.x / arm.n
    return share, share * (1 - share) * arm.n / (arm.n - 1)


def _comparable(control: Mean, variant: Mean) -> bool:
    return min(control.n, variant.n) >= 2 and control.var + variant.var > 0
