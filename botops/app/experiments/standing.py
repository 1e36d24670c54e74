"""An experiment's leads at a moment, and what its rule says of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.experiments.metrics import METRICS, ExperimentMetric, Leads
from botops.domain.errors import UserError

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.experiments import Measured, Metric, Plan, Verdict
    from botops.registry.model import Measure, Split
    from botops.store import ExposedLead

TRAFFIC_DAYS = 7
"""Days that today's traffic is told from: a whole week, as days of the week differ."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Of the leads planned, those that have come: of how many the outcome is known, of how many it is awaited, and the
    moment by which it will be known of all of them (None when none is awaited)."""

    known: int
    awaited: int
    until: datetime | None


@dataclass(frozen=True)
class Standing:
    """The leads of an experiment exposed before a moment, in the order they came, and how they are to be judged."""

    prompt: str
    split: Split
    measure: Measure
    leads: tuple[ExposedLead, ...]
    at: datetime
    zone: ZoneInfo

    @property
    def window(self) -> timedelta:
        """How long after its exposure what becomes of a lead counts."""
        return window_of(self.measure)

    @property
    def names(self) -> tuple[str, ...]:
        """The metrics it is judged by, the primary one first."""
        return (self.measure.primary, *(g.metric for g in self.measure.guardrails))

    @property
    def versions(self) -> tuple[int, ...]:
        """The variants' versions, the control first."""
        return tuple(v.version for v in self.split.variants)

    @cached_property
    def arms(self) -> tuple[Leads, ...]:
        """The leads of each variant."""
        return tuple([lead for lead in self.leads if lead.variant == arm] for arm in range(len(self.split.variants)))

    @cached_property
    def known(self) -> tuple[Leads, ...]:
        """The leads of each variant whose window has closed."""
        return tuple([lead for lead in arm if self._closed(lead)] for arm in self.arms)

    @cached_property
    def open_windows(self) -> int:
        """Leads whose window is still open, where a metric has one; of them its outcome is not known yet."""
        if not any(METRICS[name].delayed for name in self.names):
            return 0
        return sum(not self._closed(lead) for lead in self.leads)

    @property
    def outcomes(self) -> Outcomes:
        """What is known of the leads planned."""
        planned = self.as_planned
        awaited = planned.open_windows
        until = planned.leads[-1].exposed_at + self.window if awaited else None
        return Outcomes(len(planned.leads) - awaited, awaited, until)

    @cached_property
    def as_planned(self) -> Standing:
        """The same with the leads planned and no more: dealing goes on after them, and a figure that is right for one
        look at the planned end would be wrong when it is looked at again and again while leads come."""
        return replace(self, leads=self.leads[: self.measure.planned])

    def _closed(self, lead: ExposedLead) -> bool:
        return lead.exposed_at + self.window <= self.at

    def measured(self, metric: ExperimentMetric) -> list[Measured]:
        """A metric of each arm: over all leads, or over those whose window has closed where it has one."""
        return [metric.measure(leads) for leads in (self.known if metric.delayed else self.arms)]

    @property
    def guardrails(self) -> tuple[Metric, ...]:
        """What must not get worse, with the margins."""
        return tuple(METRICS[g.metric].compared(g.margin) for g in self.measure.guardrails)

    @cached_property
    def guardrail_figures(self) -> Mapping[str, Sequence[Measured]]:
        """What each guardrail says of each arm."""
        return {g.metric: self.measured(METRICS[g.metric]) for g in self.measure.guardrails}

    @property
    def plan(self) -> Plan:
        """What was fixed before the start."""
        from botops.experiments import Plan

        primary = METRICS[self.measure.primary].compared()
        return Plan(primary, self.split.weights, self.measure.planned, self.guardrails)

    @cached_property
    def exposures(self) -> Mapping[date, Sequence[int]]:
        """Leads newly exposed on each calendar day of the company's time zone, one count an arm, oldest first."""
        counts = Counter((lead.exposed_at.astimezone(self.zone).date(), lead.variant) for lead in self.leads)
        arms = range(len(self.split.variants))
        return {day: [counts[day, arm] for arm in arms] for day in sorted({day for day, _ in counts})}

    @cached_property
    def verdict(self) -> Verdict | None:
        """What may be said; None before the first lead came."""
        from botops.experiments import Look, judge

        if not any(self.arms):
            return None
        primary = METRICS[self.measure.primary]
        look = Look(
            list(self.exposures.values()),
            self.measured(primary),
            self.guardrail_figures,
            self.as_planned.open_windows if primary.delayed else 0,
            self.over,
        )
        return judge(self.plan, look)

    @property
    def leads_per_day(self) -> float:
        """Today's traffic: leads newly exposed a day, over the last week or since the first one came."""
        if not self.leads:
            return 0.0
        since = max(self.at - TRAFFIC_DAYS * _DAY, min(self.leads[0].exposed_at, self.at - _DAY))
        return sum(lead.exposed_at >= since for lead in self.leads) / ((self.at - since) / _DAY)

    @property
    def over(self) -> bool:
        """True from the end date on: nobody new takes part any more."""
        return self._ends is not None and self.at >= self._ends

    @property
    def _ends(self) -> datetime | None:
        from botops.registry.targeting import moment

        return None if self.split.ends is None else moment(self.split.ends, self.zone)

    @property
    def ended(self) -> bool:
        """True when the planned leads have come and the windows of all of them have closed, whoever came after."""
        return len(self.leads) >= self.measure.planned and not self.as_planned.open_windows

    @property
    def days_left(self) -> int | None:
        """Days until the planned end at today's traffic, or until the end date where that comes first; None when nobody
        comes any more."""
        left = max(0, self.measure.planned - len(self.leads))
        if left and not self.over:
            days = [left / self.leads_per_day] if self.leads_per_day else []
            days += [(self._ends - self.at) / _DAY] if self._ends is not None else []
            delayed = any(METRICS[name].delayed for name in self.names)
            return math.ceil(min(days)) + (self.window.days if delayed else 0) if days else None
        if self.as_planned.open_windows:
            return math.ceil((self.as_planned.leads[-1].exposed_at + self.window - self.at) / _DAY)
        return 0


def window_of(measure: Measure) -> timedelta:
    """How long after its exposure what becomes of a lead counts."""
    return timedelta(days=measure.window_days)


def running(container: Container, prompt: str) -> tuple[Split, Measure]:
    """The experiment that runs on a prompt, and how it is judged. Raises UserError when none runs, or nothing says."""
    split = container.registry.release(prompt).spec.split
    if split is None:
        raise UserError(f"{prompt}: no experiment runs on it; a split in prompts/{prompt}/release.yaml begins one")
    if split.measure is None:
        raise UserError(
            f"{prompt}: nothing says how {split.seed} is judged: add `measure` to its split in "
            f"prompts/{prompt}/release.yaml, as {{primary: escalated, planned: 2000}}"
        )
    return split, split.measure


def standing(container: Container, prompt: str, until: datetime | None = None) -> Standing:
    """How the experiment on a prompt stands now, or stood at a moment. Raises UserError as `running`."""
    split, measure = running(container, prompt)
    leads = container.store.experiments.exposed_leads(
        split.seed, window=window_of(measure), until=until, without=split.testers
    )
    zone = ZoneInfo(container.settings.company.timezone)
    return Standing(prompt, split, measure, leads, until or container.clock.now(), zone)
