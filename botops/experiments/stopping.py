"""What stops an experiment without asking anybody: harm that a guardrail shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from botops.experiments.sequential import Always
from botops.experiments.tripwire import harm_exact
from botops.experiments.verdict import LEAST_LEADS, Measured, Metric, Plan, Share, Verdict, harm_shown

TRIPWIRE_ALPHA = 0.001
"""The chance that exact counts stop an experiment without harm, over its whole life and all its guardrails together."""


class StopRule(StrEnum):
    """By which rule harm was shown."""

    BOUND = "bound"
    """The always-valid bound of the harm lies beyond the margin, with at least 50 leads an arm."""
    COUNTS = "counts"
    """Exact counts leave next to no doubt, however few leads there are."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A guardrail that shows a variant to do harm beyond its margin: by which rule, from which figures.

    `found` is the always-valid comparison where there was one; `p` that of the rule.
    """

    variant: int
    metric: str
    rule: StopRule
    margin: float
    control: Measured
    treatment: Measured
    p: float
    found: Always | None = None


def stops(plan: Plan, verdict: Verdict, guardrails: Mapping[str, Sequence[Measured]]) -> tuple[Stop, ...]:
    """Every harm shown at one look, in the order of the guardrails; `guardrails` are the figures the verdict is of.

    Arms of the wrong sizes alone stop nothing, and do not hold a stop back: to go back to the control is safe. Counts
    are asked about shares only, at `TRIPWIRE_ALPHA` divided among the comparisons.
    """
    compared = {(c.metric, c.variant): c.found for c in verdict.guardrails}
    alpha = TRIPWIRE_ALPHA / max(1, _exact(plan, guardrails))
    out = []
    for metric in plan.guardrails:
        arms = guardrails[metric.name]
        for variant in range(1, len(arms)):
            found = compared.get((metric.name, variant))
            share = plan.weights[variant] / (plan.weights[0] + plan.weights[variant])
            stop = _by_bound(metric, variant, arms, found) or _by_counts(metric, variant, arms, found, share, alpha)
            if stop is not None:
                out.append(stop)
    return tuple(out)


def _exact(plan: Plan, guardrails: Mapping[str, Sequence[Measured]]) -> int:
    """How many comparisons exact counts are asked about."""
    shares = sum(isinstance(guardrails[metric.name][0], Share) for metric in plan.guardrails)
    return shares * (len(plan.weights) - 1)


def _by_bound(metric: Metric, variant: int, arms: Sequence[Measured], found: Always | None) -> Stop | None:
    control, treatment = arms[0], arms[variant]
    if found is None or min(control.n, treatment.n) < LEAST_LEADS or not harm_shown(metric, found):
        return None
    return Stop(variant, metric.name, StopRule.BOUND, metric.margin, control, treatment, found.p, found)


def _by_counts(
    metric: Metric, variant: int, arms: Sequence[Measured], found: Always | None, share: float, alpha: float
) -> Stop | None:
    control, treatment = arms[0], arms[variant]
    if not (isinstance(control, Share) and isinstance(treatment, Share) and metric.margin <= 1):
        return None
    harmed_a, harmed_b = (_harmed(metric, arm) for arm in (control, treatment))
    test = harm_exact(harmed_a, control.n, harmed_b, treatment.n, metric.margin, share)
    if test.p > alpha:
        return None
    return Stop(variant, metric.name, StopRule.COUNTS, metric.margin, control, treatment, test.p, found)


def _harmed(metric: Metric, arm: Share) -> int:
    return arm.n - arm.x if metric.higher_is_better else arm.x
