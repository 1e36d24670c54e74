"""What experiments on prompts are judged by. Each metric over leads has its one function here and its entry in
`botops.app.glossary`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.app.glossary import GLOSSARY
from botops.domain.money import PICO

if TYPE_CHECKING:
    from botops.domain.messages import Language
    from botops.experiments import Measured, Metric
    from botops.store import ExposedLead

Leads = Sequence["ExposedLead"]
SATISFIED = 4
"""The least rating, of 5, that counts as satisfied."""
POINTS = "points"
"""The unit of shares of leads: their differences are percentage points."""


@dataclass(frozen=True, slots=True)
class ExperimentMetric:
    """A metric over leads.

    `measure` is its one definition. `units` is what one unit is called in each language, `POINTS` for shares.
    `delayed` metrics are known of a lead only when its window has closed.
    """

    name: str
    measure: Callable[[Leads], Measured]
    higher_is_better: bool
    units: Mapping[Language, str] = field(default_factory=lambda: _units(POINTS, POINTS, POINTS))
    delayed: bool = False

    @property
    def names(self) -> Mapping[Language, str]:
        """What it is called within a sentence."""
        return {language: text[:1].lower() + text[1:] for language, text in GLOSSARY[self.name].name.items()}

    def compared(self, margin: float = 0.0) -> Metric:
        """How it is compared; `margin` is that of a guardrail."""
        from botops.experiments import Metric

        return Metric(self.name, self.higher_is_better, margin)


def flagged(leads: Leads) -> Measured:
    """The share of leads to whom the model first said something the price book does not bear out."""
    return _share([lead.flagged for lead in _talked(leads)])


def escalated(leads: Leads) -> Measured:
    """The share of leads whose dialogue was handed to a person."""
    return _share([lead.escalated for lead in _talked(leads)])


def qualified(leads: Leads) -> Measured:
    """The share of leads that a seller took for real prospects within their window, or that bought."""
    return _share([lead.qualified for lead in leads])


def won(leads: Leads) -> Measured:
    """The share of leads whose last word on the deal within their window was that it is won."""
    return _share([lead.won for lead in leads])


def satisfaction(leads: Leads) -> Measured:
    """Of the leads that rated within their window, the share whose last rating is 4 or 5."""
    return _share([lead.rating >= SATISFIED for lead in leads if lead.rating is not None])


def cost(leads: Leads) -> Measured:
    """Model cost per dialogue in dollars, by lead."""
    return _ratio([lead.pico_usd / PICO for lead in leads], [lead.dialogues for lead in leads])


def latency(leads: Leads) -> Measured:
    """Milliseconds per turn, by lead."""
    return _ratio([lead.total_ms for lead in leads], [lead.turns for lead in leads])


def length(leads: Leads) -> Measured:
    """Characters per reply, by lead."""
    return _ratio([lead.characters for lead in leads], [lead.replies for lead in leads])


def _talked(leads: Leads) -> Leads:
    """Leads whose turns are still kept: of the others nothing can be told."""
    return [lead for lead in leads if lead.turns]


def _share(had: Sequence[bool]) -> Measured:
    from botops.experiments import Share

    return Share(sum(had), len(had))


def _ratio(above: Sequence[float], below: Sequence[int]) -> Measured:
    from botops.experiments import Mean

    counted = [(float(a), float(b)) for a, b in zip(above, below, strict=True) if b]
    return Mean.of_ratio([a for a, _ in counted], [b for _, b in counted])


def _units(ru: str, kk: str, en: str) -> Mapping[Language, str]:
    return MappingProxyType({"ru": ru, "kk": kk, "en": en})


METRICS: Mapping[str, ExperimentMetric] = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            ExperimentMetric("won", won, higher_is_better=True, delayed=True),
            ExperimentMetric("qualified", qualified, higher_is_better=True, delayed=True),
            ExperimentMetric("satisfaction", satisfaction, higher_is_better=True, delayed=True),
            ExperimentMetric("flagged", flagged, higher_is_better=False),
            ExperimentMetric("escalated", escalated, higher_is_better=False),
            ExperimentMetric("cost", cost, higher_is_better=False, units=_units("$", "$", "$")),
            ExperimentMetric("latency", latency, higher_is_better=False, units=_units("мс", "мс", "ms")),
            ExperimentMetric(
                "length", length, higher_is_better=False, units=_units("знаков", "таңба", "characters"),
            ),
        )
    }
)  # fmt: skip
"""What an experiment can be judged by, by name."""


def value_of(found: Measured) -> float:
    """A metric of one arm as one number: the share, or the mean."""
    from botops.experiments import Share

    if isinstance(found, Share):
        return found.x / found.n if found.n else 0.0
    return found.mean
