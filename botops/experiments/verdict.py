"""The verdict on a running experiment: one rule that holds however often it is looked at.

Order of what decides: shares that do not add up make every figure worthless; harm shown by a guardrail stops; under 50
leads an arm nothing is said of a metric; then the always-valid sequence of the primary metric, Holm over the variants.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from botops.experiments.inputs import count, inside, not_negative, positive, same_length, shares
from botops.experiments.many import holm
from botops.experiments.means import ratio_of
from botops.experiments.sequential import Always, CountsTest, cs_means, cs_props, seq_counts

LEAST_LEADS = 50
"""Leads an arm before which no verdict is given: a choice of the product, the sequence holds without it."""

SRM_ALPHA = 0.01
"""The level of the sample-ratio check."""

SRM_CONCENTRATION = 100
"""How far from the set shares the sample-ratio check expects a fault to be: found at 50 leads a day, not only at
100,000."""


@dataclass(frozen=True, slots=True)
class Share:
    """A metric of one arm that each lead either has or has not: `x` of `n` leads."""

    x: int
    n: int


@dataclass(frozen=True, slots=True)
class Mean:
    """A metric of one arm with a value for each lead: its mean, sample variance and number of leads.

    For a ratio of sums (cost per dialogue) the mean is the ratio and the variance n times that of the delta method.
    """

    mean: float
    var: float
    n: int

    @classmethod
    def of_ratio(cls, num: Sequence[float], den: Sequence[float]) -> Mean:
        """A ratio of sums with one entry a lead; no spread while fewer than two leads, or nothing below the line."""
        if len(num) < 2 or not any(den):
            return cls(0.0, 0.0, len(num))
        ratio, variance, units = ratio_of("arm", num, den)
        return cls(ratio, variance * units, units)


Measured = Share | Mean


@dataclass(frozen=True, slots=True)
class Metric:
    """What is compared. `higher_is_better` says which way is good; `margin` is, for a guardrail, how much worse the
    treatment may be, in the metric's own unit."""

    name: str
    higher_is_better: bool
    margin: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What was fixed before the start.

    `weights` are the arms' shares in basis points, the control first; `planned` the leads of all arms together at the
    planned end; half of them is where the sequence is tightest.
    """

    primary: Metric
    weights: tuple[int, ...]
    planned: int
    guardrails: tuple[Metric, ...] = ()
    alpha: float = 0.05

    def __post_init__(self) -> None:
        shares("weights", self.weights)
        count("planned", self.planned, least=2)
        inside("alpha", self.alpha)
        for metric in self.guardrails:
            not_negative(f"margin of {metric.name}", metric.margin)

    @property
    def n_star(self) -> float:
        """Leads of both arms of a comparison at which its interval is to be tightest: half of those planned."""
        return positive("planned", self.planned * 2 / len(self.weights) / 2)


@dataclass(frozen=True, slots=True)
class Look:
    """What has been seen so far. Lists have one entry an arm, the control first.

    `exposures` are the leads newly exposed at each look since the start, oldest first; `primary` and `guardrails` the
    metrics over leads whose time to respond is over. `waiting` counts the leads exposed whose time is not over yet, and
    of whom the primary metric therefore says nothing; `over` is True when nobody new takes part any more.
    """

    exposures: Sequence[Sequence[int]]
    primary: Sequence[Measured]
    guardrails: Mapping[str, Sequence[Measured]]
    waiting: int = 0
    over: bool = False


class State(StrEnum):
    """What may be said of an experiment."""

    MISMATCH = "mismatch"
    """The arms' sizes are not those that were set: no figure can be trusted."""
    HARM = "harm"
    """A guardrail shows a variant to be worse than its margin allows: back to the control."""
    EARLY = "early"
    """Fewer than 50 leads in some arm of whom the primary metric is known, and more are to come."""
    TOO_FEW = "too_few"
    """No more leads are to come, and in some arm fewer than 50 are known: it ends without an answer."""
    BETTER = "better"
    """A variant is better than the control."""
    WORSE = "worse"
    """Every variant is worse than the control."""
    RUNNING = "running"
    """No difference is shown yet, and leads are still to come."""
    NO_DIFFERENCE = "no_difference"
    """No more leads are to come, the time of all to respond is over, and no difference is shown."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One variant against the control on one metric. `p` is adjusted over the variants for the primary metric."""

    variant: int
    metric: str
    found: Always
    p: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said, of which variant and metric, with all comparisons under it.

    `variant` and `metric` are None where the state is of the whole experiment; `leads` counts the leads exposed, `left`
    those still to come until the planned end, `waiting` those whose time to respond is not over.
    """

    state: State
    variant: int | None
    metric: str | None
    leads: int
    left: int
    primary: tuple[Compared, ...]
    guardrails: tuple[Compared, ...]
    sample_ratio: CountsTest
    waiting: int = 0


def judge(plan: Plan, look: Look) -> Verdict:
    """The verdict at one look. Raises ValueError for lists that do not have one entry an arm."""
    _check(plan, look)
    totals = [sum(row[arm] for row in look.exposures) for arm in range(len(plan.weights))]
    ratio = seq_counts(look.exposures, plan.weights, SRM_CONCENTRATION)
    primary = _against_control(plan, plan.primary, look.primary)
    adjusted = holm([c.p for c in primary]).adjusted if primary else ()
    primary = tuple(Compared(c.variant, c.metric, c.found, p) for c, p in zip(primary, adjusted, strict=True))
    guardrails = tuple(
        c for metric in plan.guardrails for c in _against_control(plan, metric, look.guardrails[metric.name])
    )
    left = 0 if look.over else max(0, plan.planned - sum(totals))
    # A guardrail known of 50 leads an arm may stop while the primary metric still waits for its leads.
    telling = [c for c in guardrails if _enough(look.guardrails[c.metric][arm] for arm in (0, c.variant))]
    state, variant, metric = _state(
        plan, ratio, telling, primary, enough=_enough(look.primary), to_come=bool(left or look.waiting)
    )
    return Verdict(state, variant, metric, sum(totals), left, primary, guardrails, ratio, look.waiting)


def _enough(arms: Iterable[Measured]) -> bool:
    return min(m.n for m in arms) >= LEAST_LEADS


def _state(
    plan: Plan,
    ratio: CountsTest,
    guardrails: Sequence[Compared],
    primary: Sequence[Compared],
    *,
    enough: bool,
    to_come: bool,
) -> tuple[State, int | None, str | None]:
    if ratio.p <= SRM_ALPHA:
        return State.MISMATCH, None, None
    margins = {m.name: m for m in plan.guardrails}
    harmed = [c for c in guardrails if harm_shown(margins[c.metric], c.found)]
    if harmed:
        worst = max(harmed, key=lambda c: abs(c.found.diff) - margins[c.metric].margin)
        return State.HARM, worst.variant, worst.metric
    if not enough:
        return (State.EARLY if to_come else State.TOO_FEW), None, None
    shown = [c for c in primary if c.p <= plan.alpha]
    better = [c for c in shown if _gain(plan.primary, c.found) > 0]
    if better:
        return State.BETTER, max(better, key=lambda c: _gain(plan.primary, c.found)).variant, plan.primary.name
    if primary and len(shown) == len(primary):
        return State.WORSE, None, plan.primary.name
    return (State.RUNNING if to_come else State.NO_DIFFERENCE), None, None


def harm_shown(metric: Metric, found: Always) -> bool:
    """True when the always-valid bound of the harm lies beyond the guardrail's margin: harm shown, not harmlessness
    unproven. Stopping whenever harmlessness is not shown would stop nearly every harmless experiment."""
    least_harm = -found.high if metric.higher_is_better else found.low
    return least_harm > metric.margin


def _gain(metric: Metric, found: Always) -> float:
    return found.diff if metric.higher_is_better else -found.diff


def _against_control(plan: Plan, metric: Metric, arms: Sequence[Measured]) -> tuple[Compared, ...]:
    """Every variant against the control; none while the two have no leads, or nothing to measure by."""
    out = []
    for variant in range(1, len(arms)):
        found = _sequence(arms[0], arms[variant], plan)
        if found is None:
            return ()
        out.append(Compared(variant, metric.name, found, found.p))
    return tuple(out)


def _sequence(control: Measured, variant: Measured, plan: Plan) -> Always | None:
    if isinstance(control, Share) and isinstance(variant, Share):
        if not control.n or not variant.n:
            return None
        return cs_props(control.x, control.n, variant.x, variant.n, plan.n_star, plan.alpha)
    if isinstance(control, Mean) and isinstance(variant, Mean):
        if min(control.n, variant.n) < 2 or not control.var + variant.var > 0:
            return None
        return cs_means(
            control.mean, control.var, control.n, variant.mean, variant.var, variant.n, plan.n_star, plan.alpha
        )
    raise ValueError("the arms of a metric must all be shares or all be means")


def _check(plan: Plan, look: Look) -> None:
    arms = ("weights", plan.weights)
    same_length(arms, ("primary", look.primary))
    for metric in plan.guardrails:
        if metric.name not in look.guardrails:
            raise ValueError(f"the look has no figures of the guardrail {metric.name}")
        same_length(arms, (metric.name, look.guardrails[metric.name]))
    if not look.exposures:
        raise ValueError("exposures must have the new leads of at least one look")
