"""How an experiment on a prompt stands: its leads from the store, its metrics, the verdict in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botops.domain.errors import UserError
from botops.domain.money import PICO

if TYPE_CHECKING:
    from datetime import date

    from botops.app.container import Container
    from botops.domain.messages import Language
    from botops.experiments import Measured, Plan, Verdict
    from botops.registry.model import Measure, Split
    from botops.store import ExposedLead

Leads = Sequence["ExposedLead"]


@dataclass(frozen=True, slots=True)
class ExperimentMetric:
    """A metric over leads. `measure` is its one definition; `unit` is "points" for shares of leads."""

    name: str
    unit: str
    measure: Callable[[Leads], Measured]
    names: Mapping[Language, str]


def _flagged(leads: Leads) -> Measured:
    """The share of leads to whom the model first said something the price book does not bear out."""
    from botops.experiments import Share

    return Share(sum(lead.flagged for lead in leads), len(leads))


def _escalated(leads: Leads) -> Measured:
    """The share of leads whose dialogue was handed to a person."""
    from botops.experiments import Share

    return Share(sum(lead.escalated for lead in leads), len(leads))


def _cost(leads: Leads) -> Measured:
    """Model cost per dialogue in dollars, by lead."""
    from botops.experiments import Mean

    return Mean.of_ratio([lead.pico_usd / PICO for lead in leads], [lead.dialogues for lead in leads])


def _latency(leads: Leads) -> Measured:
    """Milliseconds per reply, by lead."""
    from botops.experiments import Mean

    return Mean.of_ratio([float(lead.total_ms) for lead in leads], [lead.turns for lead in leads])


def _names(ru: str, kk: str, en: str) -> Mapping[Language, str]:
    return MappingProxyType({"ru": ru, "kk": kk, "en": en})


METRICS: Mapping[str, ExperimentMetric] = MappingProxyType(
    {
        m.name: m
        for m in (
            ExperimentMetric(
                "flagged", "points", _flagged,
                _names("клиенты с выдуманным условием", "ойдан шығарылған шарт естігендер", "leads told a false claim"),
            ),
            ExperimentMetric(
                "escalated", "points", _escalated,
                _names("клиенты, переданные человеку", "адамға берілген клиенттер", "leads handed to a person"),
            ),
            ExperimentMetric(
                "cost", "$", _cost, _names("цена диалога", "диалог құны", "cost of a dialogue")
            ),
            ExperimentMetric(
                "latency", "ms", _latency, _names("время ответа", "жауап уақыты", "time of a reply")
            ),
        )
    }
)  # fmt: skip
"""What an experiment can be judged by. Less is better in all of them."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One variant: its version, its leads, and its metrics by name."""

    version: int
    leads: int
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ExperimentStatus:
    """How an experiment stands: `text` is the verdict in words, `arms` have the control first. `verdict` is None before
    the first lead came."""

    prompt: str
    experiment: str
    text: str
    arms: tuple[Arm, ...]
    verdict: Verdict | None
    leads_per_day: float


_NOBODY: Mapping[Language, str] = MappingProxyType(
    {"ru": "Клиентов ещё не было.", "kk": "Клиент әлі болған жоқ.", "en": "No leads yet."}
)


def experiment_status(container: Container, prompt: str, language: Language = "ru") -> ExperimentStatus:
    """The experiment that runs on a prompt. Raises UserError when none runs, or nothing says how to judge it."""
    from botops.experiments import judge, say

    split = container.registry.release(prompt).spec.split
    if split is None:
        raise UserError(f"{prompt}: no experiment runs on it; a split in prompts/{prompt}/release.yaml begins one")
    if split.measure is None:
        raise UserError(
            f"{prompt}: nothing says how {split.seed} is judged: add `measure` to its split in "
            f"prompts/{prompt}/release.yaml, as {{primary: escalated, planned: 2000}}"
        )
    leads = container.store.experiments.exposed_leads(split.seed, without=split.testers)
    by_arm = [[lead for lead in leads if lead.variant == arm] for arm in range(len(split.variants))]
    arms = tuple(_arm(v.version, found, split.measure) for v, found in zip(split.variants, by_arm, strict=True))
    if not leads:
        return ExperimentStatus(prompt, split.seed, _NOBODY[language], arms, None, 0.0)
    days = _by_day(leads, len(split.variants), ZoneInfo(container.settings.company.timezone))
    per_day = len(leads) / len(days)
    verdict = judge(_plan(split, split.measure), _look(by_arm, days, split.measure))
    text = say(
        verdict,
        language,
        metrics={name: m.names[language] for name, m in METRICS.items()},
        variants=tuple(f"{prompt}@{v.version}" for v in split.variants),
        units={name: m.unit for name, m in METRICS.items()},
        leads_per_day=per_day,
    )
    return ExperimentStatus(prompt, split.seed, text, arms, verdict, per_day)


def status_json(status: ExperimentStatus) -> dict[str, Any]:
    """The status as JSON: the verdict, the arms, each comparison with its always-valid interval."""
    verdict = status.verdict
    return {
        "prompt": status.prompt,
        "experiment": status.experiment,
        "state": verdict.state.value if verdict else None,
        "text": status.text,
        "leads_per_day": status.leads_per_day,
        "leads_left": verdict.left if verdict else None,
        "sample_ratio_p": verdict.sample_ratio.p if verdict else None,
        "arms": [{"version": a.version, "leads": a.leads, **a.metrics} for a in status.arms],
        "comparisons": [
            {
                "version": status.arms[c.variant].version,
                "metric": c.metric,
                "diff": c.found.diff,
                "low": c.found.low,
                "high": c.found.high,
                "p": c.p,
            }
            for c in (*verdict.primary, *verdict.guardrails)
        ]
        if verdict
        else [],
    }


def _plan(split: Split, measure: Measure) -> Plan:
    from botops.experiments import Metric, Plan

    return Plan(
        Metric(measure.primary, higher_is_better=False),
        split.weights,
        measure.planned,
        tuple(Metric(g.metric, higher_is_better=False, margin=g.margin) for g in measure.guardrails),
    )


def _look(by_arm: Sequence[Leads], days: Mapping[date, Sequence[int]], measure: Measure) -> Any:
    from botops.experiments import Look

    return Look(
        [days[day] for day in sorted(days)],
        [METRICS[measure.primary].measure(leads) for leads in by_arm],
        {g.metric: [METRICS[g.metric].measure(leads) for leads in by_arm] for g in measure.guardrails},
    )


def _arm(version: int, leads: Leads, measure: Measure) -> Arm:
    from botops.experiments import Share

    shown: dict[str, float] = {}
    for name in (measure.primary, *(g.metric for g in measure.guardrails)):
        found = METRICS[name].measure(leads)
        shown[name] = (found.x / found.n if found.n else 0.0) if isinstance(found, Share) else found.mean
    return Arm(version, len(leads), MappingProxyType(shown))


def _by_day(leads: Leads, arms: int, zone: ZoneInfo) -> dict[date, list[int]]:
    """Leads newly exposed on each calendar day of the company's time zone, one count an arm."""
    counts = Counter((lead.exposed_at.astimezone(zone).date(), lead.variant) for lead in leads)
    return {day: [counts[day, arm] for arm in range(arms)] for day in sorted({day for day, _ in counts})}
