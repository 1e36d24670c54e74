"""How an experiment on a prompt stands: its leads from the store, its metrics, the verdict in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from botops.app.experiments.metrics import METRICS, value_of
from botops.app.experiments.standing import Outcomes, Standing, standing
from botops.app.releases.kill_switch import override_row, stop_in_force

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.messages import Language
    from botops.domain.releases import Override
    from botops.experiments import Always, Chance, Compared, Fixed, Measured, NoWorse, Verdict


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant: its version, its leads, those of them whose window has closed, and its metrics by name."""

    version: int
    leads: int
    known: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One variant against the control on one metric.

    `always` decides: it holds however often it is looked at; `p` is adjusted over the variants for the primary metric.
    `fixed` and `chance` are no stopping rule. `margin` and `no_worse` are those of a guardrail. `fixed` and `no_worse`
    are of the leads planned: who comes after the planned end changes them no more.
    """

    version: int
    metric: str
    always: Always
    p: float
    fixed: Fixed | None
    chance: Chance | None
    margin: float | None = None
    no_worse: NoWorse | None = None


@dataclass(frozen=True, slots=True)
class ExperimentStatus:
    """How an experiment stands: `text` is the verdict in words, `arms` have the control first. `verdict` is None before
    the first lead came.

    `open_windows` counts leads of whom the outcome is not known yet; `days_left` are those until the planned end at
    today's traffic, None when nobody comes; `ended` is True at the planned end, when a variant may be promoted;
    `stopped` is the order that gives everybody the control, where one is in force; `outcomes` are those of the leads
    planned.
    """

    prompt: str
    experiment: str
    text: str
    arms: tuple[Arm, ...]
    verdict: Verdict | None
    leads_per_day: float
    comparisons: tuple[Comparison, ...] = ()
    open_windows: int = 0
    days_left: int | None = None
    ended: bool = False
    stopped: Override | None = None
    outcomes: Outcomes = Outcomes(0, 0, None)  # noqa: RUF009 - frozen

    def promotable(self, version: int) -> bool:
        """True at the planned end when every guardrail shows the version to be no worse than its margin allows."""
        guarded = [c for c in self.comparisons if c.version == version and c.margin is not None]
        return self.ended and all(c.no_worse is not None and c.no_worse.shown for c in guarded)


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One variant against the control on one metric, as it was at the end of a day. `leads` are those the metric was
    known of, one count an arm, the control first."""

    day: date
    version: int
    metric: str
    diff: float
    low: float
    high: float
    leads: tuple[int, ...]


_NOBODY: Mapping[Language, str] = MappingProxyType(
    {"ru": "Клиентов ещё не было.", "kk": "Клиент әлі болған жоқ.", "en": "No leads yet."}
)


def experiment_status(container: Container, prompt: str, language: Language = "ru") -> ExperimentStatus:
    """The experiment that runs on a prompt. Raises UserError when none runs, or nothing says how to judge it."""
    found = standing(container, prompt)
    verdict = found.verdict
    text = _NOBODY[language] if verdict is None else _said(found, verdict, language)
    return ExperimentStatus(
        prompt, found.split.seed, text, _arms(found), verdict, found.leads_per_day,
        () if verdict is None else _comparisons(found, verdict),
        found.open_windows, found.days_left, found.ended, stop_in_force(container, prompt, found.split),
        found.outcomes,
    )  # fmt: skip


def _said(found: Standing, verdict: Verdict, language: Language) -> str:
    from botops.experiments import say

    return say(
        verdict,
        language,
        metrics={name: METRICS[name].names[language] for name in found.names},
        variants=tuple(f"{found.prompt}@{version}" for version in found.versions),
        units={name: METRICS[name].units[language] for name in found.names},
        days_left=found.days_left,
    )


def _arms(found: Standing) -> tuple[Arm, ...]:
    figures = {name: found.measured(METRICS[name]) for name in found.names}
    return tuple(
        Arm(
            version, len(found.arms[n]), len(found.known[n]),
            MappingProxyType({name: value_of(measured[n]) for name, measured in figures.items()}),
        )
        for n, version in enumerate(found.versions)
    )  # fmt: skip


def _comparisons(found: Standing, verdict: Verdict) -> tuple[Comparison, ...]:
    planned = found.as_planned
    figures = {name: (found.measured(METRICS[name]), planned.measured(METRICS[name])) for name in found.names}
    margins = {metric.name: metric.margin for metric in found.guardrails}
    made = (*verdict.primary, *verdict.guardrails)
    return tuple(_comparison(c, *figures[c.metric], margins.get(c.metric), found.versions) for c in made)


def _comparison(
    compared: Compared,
    arms: Sequence[Measured],
    planned: Sequence[Measured],
    margin: float | None,
    versions: Sequence[int],
) -> Comparison:
    from botops.experiments import chance, fixed_horizon, no_worse

    metric, variant = METRICS[compared.metric].compared(margin or 0.0), compared.variant
    return Comparison(
        versions[variant], compared.metric, compared.found, compared.p,
        fixed_horizon(planned[0], planned[variant]), chance(metric, arms[0], arms[variant]),
        margin, None if margin is None else no_worse(metric, planned[0], planned[variant]),
    )  # fmt: skip


def experiment_history(container: Container, prompt: str) -> tuple[HistoryPoint, ...]:
    """The always-valid confidence sequence at the end of each day since the start, all metrics, the last day as it is
    now: what a look on that day would have shown, outcomes that came in late included. Raises UserError as
    `experiment_status`."""
    now = standing(container, prompt)
    if not now.leads:
        return ()
    day, last = now.leads[0].exposed_at.astimezone(now.zone).date(), now.at.astimezone(now.zone).date()
    points: list[HistoryPoint] = []
    while day < last:
        points += _points(standing(container, prompt, _end(day, now)), day)
        day += timedelta(days=1)
    return (*points, *_points(now, last))


def _end(day: date, found: Standing) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), found.zone)


def _points(found: Standing, day: date) -> list[HistoryPoint]:
    if found.verdict is None:
        return []
    counts = {name: tuple(m.n for m in found.measured(METRICS[name])) for name in found.names}
    return [
        HistoryPoint(
            day, found.versions[c.variant], c.metric, c.found.diff, c.found.low, c.found.high, counts[c.metric]
        )
        for c in (*found.verdict.primary, *found.verdict.guardrails)
    ]


def status_json(status: ExperimentStatus) -> dict[str, Any]:
    """The status as JSON: the verdict, the arms, each comparison with the interval that decides and those beside it."""
    verdict = status.verdict
    return {
        "prompt": status.prompt,
        "experiment": status.experiment,
        "state": verdict.state.value if verdict else None,
        "text": status.text,
        "stopped": None if status.stopped is None else override_row(status.stopped),
        "leads_per_day": status.leads_per_day,
        "leads_left": verdict.left if verdict else None,
        "days_left": status.days_left,
        "open_windows": status.open_windows,
        "ended": status.ended,
        "sample_ratio_p": verdict.sample_ratio.p if verdict else None,
        "arms": [{"version": a.version, "leads": a.leads, "known": a.known, **a.metrics} for a in status.arms],
        "comparisons": [_comparison_json(c) for c in status.comparisons],
    }


def _comparison_json(c: Comparison) -> dict[str, Any]:
    fixed, chance, no_worse = c.fixed, c.chance, c.no_worse
    return {
        "version": c.version,
        "metric": c.metric,
        "diff": c.always.diff,
        "low": c.always.low,
        "high": c.always.high,
        "p": c.p,
        "margin": c.margin,
        "not_the_stopping_rule": {
            "fixed_horizon": {"low": fixed.low, "high": fixed.high, "method": fixed.method} if fixed else None,
            "chance_better": chance.better if chance else None,
            "expected_loss": chance.expected_loss if chance else None,
            "no_worse": {"upper": no_worse.upper, "p": no_worse.p, "shown": no_worse.shown} if no_worse else None,
        },
    }


def history_json(points: Sequence[HistoryPoint]) -> list[dict[str, Any]]:
    """The history as JSON, a row a point."""
    return [
        {"day": p.day.isoformat(), "version": p.version, "metric": p.metric, "diff": p.diff, "low": p.low,
         "high": p.high, "leads": list(p.leads)}
        for p in points
    ]  # fmt: skip
