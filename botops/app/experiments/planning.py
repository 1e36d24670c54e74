"""Before an experiment: how many leads and days it needs, and what two weeks can show."""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from botops.app.experiments.metrics import METRICS, POINTS, ExperimentMetric, value_of
from botops.config.wording import suggestion
from botops.domain.errors import UserError

if TYPE_CHECKING:
    from botops.app.container import Container

PAST_DAYS = 28
"""Days of the past that the baseline and today's traffic are told from."""
SOON_DAYS = 14
"""The days of "what can two weeks show"."""
WINDOW_DAYS = 14
_EFFECT = re.compile(r"([+−-]?)\s*(\d+(?:[.,]\d+)?)\s*(pp|п\.?\s?п\.?|%)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be planned. `effect` is text, as `+3pp` (percentage points), `20%` (of the baseline) or `-50` (in the
    metric's own unit); without a sign it is an improvement. None is taken from the store: `baseline`, the standard
    deviation by lead `sd` (of means), and `leads_per_day`. `variants` counts the control."""

    metric: str
    effect: str
    variants: int = 2
    baseline: float | None = None
    sd: float | None = None
    leads_per_day: float | None = None
    window_days: int = WINDOW_DAYS
    power: float = 0.8
    alpha: float = 0.05


@dataclass(frozen=True, slots=True)
class Size:
    """So many leads in each arm and in all, and the days until the last of them is known; None without traffic."""

    per_arm: int
    total: int
    days: int | None


@dataclass(frozen=True, slots=True)
class ExperimentPlan:
    """What an experiment needs. `target` is what the metric would be.

    `fixed` is for one look at the end; `sequence` for looking every day, which is how botops decides: `sequence.total`
    is what belongs into `planned`. `soon` is the least difference that leads of two weeks show, looked at every day,
    `soon_fixed` in one look; None where no difference could be. `leads` counts those the baseline is from, 0 when it
    was given; `window_days` is what a delayed metric waits for each lead, else 0.
    """

    prompt: str
    metric: str
    variants: int
    baseline: float
    target: float
    leads: int
    leads_per_day: float
    window_days: int
    power: float
    alpha: float
    fixed: Size
    sequence: Size
    soon: float | None
    soon_fixed: float | None

    @property
    def effect(self) -> float:
        """The difference to be found."""
        return self.target - self.baseline


def plan_experiment(container: Container, prompt: str, asked: Asked) -> ExperimentPlan:
    """The plan of an experiment on a prompt. Raises UserError for what cannot be planned, and what to give instead."""
    metric = METRICS.get(asked.metric)
    if metric is None:
        raise UserError(f"`{asked.metric}` is no metric{suggestion(asked.metric, METRICS, others='metrics')}")
    container.registry.release(prompt)
    window = asked.window_days if metric.delayed else 0
    baseline, sd, leads = _baseline(container, prompt, metric, asked)
    per_day = asked.leads_per_day
    if per_day is None:
        per_day = _traffic(container, prompt)
    target = baseline + _difference(asked.effect, baseline, metric)
    shares = metric.units["en"] == POINTS
    if target < 0 or (shares and target > 1):
        ends = "between 0 and 100 %" if shares else "above 0"
        raise UserError(f"an effect of {asked.effect} on {baseline:.4g} leads to {target:.4g}: it must stay {ends}")
    try:
        fixed, sequence = (_shares if shares else _means)(asked, baseline, target, sd)
        soon = _soon(asked, metric, baseline, sd, int(per_day * SOON_DAYS / asked.variants))
    except ValueError as error:
        raise UserError(f"this cannot be planned: {error}") from error
    return ExperimentPlan(
        prompt, asked.metric, asked.variants, baseline, target, leads, per_day, window, asked.power, asked.alpha,
        _size(fixed, asked.variants, per_day, window), _size(sequence, asked.variants, per_day, window), *soon,
    )  # fmt: skip


def plan_json(plan: ExperimentPlan) -> dict[str, Any]:
    """The plan as JSON."""
    return asdict(plan) | {"effect": plan.effect}


# --- from the store ---------------------------------------------------------------------------------------------------


def _baseline(container: Container, prompt: str, metric: ExperimentMetric, asked: Asked) -> tuple[float, float, int]:
    """What the metric is now, its standard deviation by lead, and of how many leads that is told."""
    shares = metric.units["en"] == POINTS
    if asked.baseline is not None and (shares or asked.sd is not None):
        if shares and not 0 <= asked.baseline <= 1:
            raise UserError(f"a baseline of {asked.baseline:g} is no share of leads: write 0.1 for 10 %")
        return asked.baseline, asked.sd or 0.0, 0
    until = container.clock.now()
    window = timedelta(days=asked.window_days)
    if metric.delayed:
        until -= window
    leads = container.store.experiments.leads_of_prompt(prompt, until - timedelta(days=PAST_DAYS), until, window=window)
    found = metric.measure(leads)
    given = "--baseline" if shares else "--baseline and --sd"
    if found.n < 2:
        closed = f" whose {asked.window_days} days have passed" if metric.delayed else ""
        raise UserError(f"{prompt} had {found.n} leads{closed} to tell `{metric.name}` from: give {given}")
    if metric.delayed and not value_of(found):
        raise UserError(
            f"of none of {prompt}'s {found.n} leads did `{metric.name}` come in: take them in (botops outcomes import, "
            f"botops feedback import) or give {given}"
        )
    sd = math.sqrt(getattr(found, "var", 0.0)) if asked.sd is None else asked.sd
    return asked.baseline if asked.baseline is not None else value_of(found), sd, found.n


def _traffic(container: Container, prompt: str) -> float:
    """Leads a day over the last weeks, or since the first one came."""
    now = container.clock.now()
    leads, first = container.store.experiments.traffic_of_prompt(prompt, now - timedelta(days=PAST_DAYS), now)
    if first is None:
        return 0.0
    return leads / max(1.0, (now - first) / timedelta(days=1))


def _difference(effect: str, baseline: float, metric: ExperimentMetric) -> float:
    match = _EFFECT.fullmatch(effect.strip())
    shares = metric.units["en"] == POINTS
    unit = (match.group(3) or "").lower() if match else ""
    if match is None or (shares and not unit) or (not shares and unit not in {"", "%"}):
        example = "+3pp (percentage points) or 20% (of the baseline)" if shares else "-50 or 20% (of the baseline)"
        raise UserError(f"--effect {effect!r} is not understood for `{metric.name}`: write it as {example}")
    size = float(match.group(2).replace(",", "."))
    size = size / 100 * (baseline if unit == "%" else 1) if unit else size
    if not size:
        of = " of a baseline of 0" if unit == "%" and not baseline else ""
        raise UserError(f"--effect {effect!r}{of} is no difference: name one above 0")
    up = metric.higher_is_better if not match.group(1) else match.group(1) == "+"
    return size if up else -size


# --- sizes ------------------------------------------------------------------------------------------------------------


def _shares(asked: Asked, baseline: float, target: float, _sd: float) -> tuple[float, float]:
    from botops.experiments import sample_size_props, sequence_size_props

    level = asked.alpha / (asked.variants - 1)
    fixed = sample_size_props(baseline, target, asked.power, level).n_a
    return fixed, sequence_size_props(baseline, target, asked.power, asked.alpha, asked.variants).n_a


def _means(asked: Asked, baseline: float, target: float, sd: float) -> tuple[float, float]:
    from botops.experiments import sample_size_means, sequence_size_means

    level = asked.alpha / (asked.variants - 1)
    fixed = sample_size_means(target - baseline, sd, asked.power, level).n_a
    return fixed, sequence_size_means(target - baseline, sd, asked.power, asked.alpha, asked.variants).n_a


def _soon(
    asked: Asked, metric: ExperimentMetric, baseline: float, sd: float, units: int
) -> tuple[float | None, float | None]:
    """The least improvement that so many leads of each arm show, looked at every day and in one look."""
    from scipy.stats import norm

    from botops.experiments import mde_props, sequence_mde_props, threshold

    comparisons, sign = asked.variants - 1, 1 if metric.higher_is_better else -1
    if units < 2:
        return None, None
    if metric.units["en"] != POINTS:
        power = float(norm.ppf(asked.power))
        each = sd * math.sqrt(2 / units)
        z = float(norm.isf(asked.alpha / comparisons / 2))
        return sign * (threshold(asked.alpha, comparisons) + power) * each, sign * (z + power) * each
    # A share that should fall is its complement that should rise.
    share = baseline if metric.higher_is_better else 1 - baseline
    daily: float | None
    once: float | None
    try:
        daily = sign * sequence_mde_props(share, units, asked.power, asked.alpha, asked.variants).mde
    except ValueError:  # not even a share that cannot get any better would be told apart
        daily = None
    try:
        once = sign * mde_props(share, units, units, asked.power, asked.alpha / comparisons).mde
    except ValueError:
        once = None
    return daily, once


def _size(per_arm: float, variants: int, per_day: float, window: int) -> Size:
    units = max(50, math.ceil(per_arm))  # below 50 leads an arm no verdict is given
    total = max(100, units * variants)
    return Size(units, total, math.ceil(total / per_day) + window if per_day > 0 else None)
