"""What explains a rise: which part of the traffic it is in, and which change came just before it.

Both are questions of likelihood. A part explains a rise when it rose and the rest did not; a change explains it when it
came shortly before the rise began and the traffic it touched is where the rise is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Literal

from botops.monitor.detectors.rate_baseline import shifted

Kind = Literal["prompt_publish", "release", "price_book", "model", "deploy", "provider_errors", "experiment", "other"]

_HALVINGS = 60
_WIDEST = math.log(1000)
"""Odds are supposed to change by no more than a thousand times."""
_PRIOR_UNITS = 20.0
"""How many units of the whole rate a part's own is worth before it has been seen."""
_CLEAR = math.log(20)
"""A part explains a rise better than "everything rose" from odds of 20 to 1 on, all parts looked at counted in."""
_FADE_DAYS = 1.5
"""A cause loses a factor e of its odds for every so many days between it and the rise."""
_LATE_DAYS = 0.25
"""The same for a change after the rise began: the beginning is only estimated, but a cause comes first."""
_UNKNOWN_DAYS = 4.0
"""That none of the known changes did it is as likely as a change so long before the rise, which touched everything."""


@dataclass(frozen=True, slots=True)
class Part:
    """One value of one dimension: replies of a version, a variant, a model, a language, a channel. Events and units
    before the rise (the baseline's days) and since it began."""

    dimension: str
    value: str
    events_before: int
    units_before: int
    events: int
    units: int

    def __post_init__(self) -> None:
        for events, units in ((self.events_before, self.units_before), (self.events, self.units)):
            if not 0 <= events <= units:
                raise ValueError(f"{self.dimension} {self.value}: {events} events of {units} units")


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was changed or happened: `touches` names the traffic it concerns, as values of dimensions
    (`{"version": "7"}`); empty when it concerns everything."""

    kind: Kind
    at: datetime
    what: str
    touches: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"{self.what}: the time of a change needs an offset")


@dataclass(frozen=True, slots=True)
class Suspect:
    """A part of the traffic and how well it explains the rise.

    `excess` is its part of all events beyond the expected ones; `log_odds` is ln of how much likelier the counts are if
    only this part changed than if everything did, less ln of the number of parts looked at.
    """

    part: Part
    usual: float
    excess: float
    log_odds: float

    @property
    def clear(self) -> bool:
        """True when the rise is in this part and not everywhere."""
        return self.log_odds >= _CLEAR


@dataclass(frozen=True, slots=True)
class Cause:
    """A change and the probability that it is behind the rise, given that one of the changes or an unknown one is."""

    change: Change
    probability: float
    days_before: float
    suspect: Suspect | None = None


@dataclass(frozen=True, slots=True)
class Attribution:
    """What explains a rise, the best first. `risen` is False when there is no rise to explain; `unknown` is the
    probability that none of the changes did it; `mixed` names a dimension whose mere change of shares explains more
    than half of the rise (more traffic of a kind that always had more events)."""

    risen: bool
    suspects: tuple[Suspect, ...] = ()
    causes: tuple[Cause, ...] = ()
    unknown: float = 1.0
    mixed: str | None = None

    @property
    def where(self) -> Suspect | None:
        """The part the rise is in; None when it is everywhere or cannot be told."""
        return self.suspects[0] if self.suspects and self.suspects[0].clear else None

    @property
    def likely(self) -> Cause | None:
        """The change that is likelier behind it than not; None when nothing known explains it."""
        return self.causes[0] if self.causes and self.causes[0].probability > 0.5 else None


def attribute(
    parts: Sequence[Part],
    changes: Sequence[Change],
    began: datetime,
    *,
    direction: Literal["up", "down"] = "up",
    dispersion: float = 1.0,
) -> Attribution:
    """Ranks parts of the traffic and changes by how well they explain a rise that began about `began`.

    Each dimension splits the same traffic, so each must add up to the same totals. Within one, likelihoods of the
    counts since the beginning are compared: the odds of all values times one factor, against those of one value times
    a factor and the others as before, both at their best factor (maximum likelihood, one parameter each).
    Log-likelihoods are divided by `dispersion`, the design effect, as in quasi-likelihood (McCullagh and Nelder,
    1989, chapter 9).

    A change's weight is its nearness in time, exp(-days/1.5), times the likelihood ratio of the traffic it touched; the
    weight of "something unknown" is that of a change four days before. Without parts a rise is taken for granted and
    changes are ranked by time alone. With `direction="down"` falls are explained.
    Raises ValueError for a `began` without an offset, for dimensions that do not add up alike, or a dispersion below 1.
    """
    if began.tzinfo is None:
        raise ValueError("the beginning of a rise needs an offset")
    if dispersion < 1:
        raise ValueError(f"a dispersion of {dispersion}: it cannot be below 1")
    dimensions = _dimensions(parts)
    whole = next(iter(dimensions.values()), [])
    events, units = sum(p.events for p in whole), sum(p.units for p in whole)
    before = _rate(sum(p.events_before for p in whole), sum(p.units_before for p in whole))
    sign = 1 if direction == "up" else -1
    beyond = sign * (events - units * before)
    if whole and (not units or beyond <= 0):
        return Attribution(risen=False)
    count = sum(len(held) for held in dimensions.values() if len(held) > 1)
    suspects = [
        s for held in dimensions.values() if len(held) > 1 for s in _suspects(held, before, sign, dispersion, count)
    ]
    suspects.sort(key=lambda s: (-s.log_odds, s.part.dimension, s.part.value))
    causes, unknown = _causes(changes, began, suspects)
    return Attribution(True, tuple(suspects), causes, unknown, _mixed(dimensions, before, units, sign, beyond))


def _dimensions(parts: Sequence[Part]) -> dict[str, list[Part]]:
    ordered = sorted(parts, key=lambda p: (p.dimension, p.value))
    dimensions = {name: list(held) for name, held in groupby(ordered, key=lambda p: p.dimension)}
    totals = {
        name: tuple(
            sum(of) for of in zip(*((p.events_before, p.units_before, p.events, p.units) for p in held), strict=True)
        )
        for name, held in dimensions.items()
    }
    if len(set(totals.values())) > 1:
        named = "; ".join(f"{name} {total}" for name, total in totals.items())
        raise ValueError(f"dimensions that split the same traffic do not add up alike: {named}")
    return dimensions


def _rate(events: float, units: float) -> float:
    return (events + 0.5) / (units + 1)


def _usual(part: Part, before: float) -> float:
    """A part's own rate before, drawn towards the whole one by `_PRIOR_UNITS`; of a new version that is all there
    is."""
    return (part.events_before + _PRIOR_UNITS * before) / (part.units_before + _PRIOR_UNITS)


def _suspects(held: Sequence[Part], before: float, sign: int, dispersion: float, count: int) -> list[Suspect]:
    usual = [_usual(part, before) for part in held]
    surplus = [sign * (part.events - part.units * q) for part, q in zip(held, usual, strict=True)]
    together = sum(surplus)
    everywhere = _best([(p.events, p.units, q) for p, q in zip(held, usual, strict=True)])
    out = []
    for part, q, own in zip(held, usual, surplus, strict=True):
        only = _best([(part.events, part.units, q)]) if own > 0 else 0.0
        excess = own / together if together > 0 else 0.0
        out.append(Suspect(part, q, excess, (only - everywhere) / dispersion - math.log(count)))
    return out


def _best(cells: Sequence[tuple[int, int, float]]) -> float:
    """Greatest gain in log-likelihood from multiplying the odds of all cells by one factor, by bisection on the slope
    of a concave function: the events less those expected."""
    low, high = -_WIDEST, _WIDEST
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        slope = sum(x - n * shifted(q, math.exp(middle)) for x, n, q in cells)
        low, high = (middle, high) if slope > 0 else (low, middle)
    factor = (low + high) / 2
    return sum(x * factor - n * math.log1p(q * math.expm1(factor)) for x, n, q in cells)


def _causes(changes: Sequence[Change], began: datetime, suspects: Sequence[Suspect]) -> tuple[tuple[Cause, ...], float]:
    by_value = {(s.part.dimension, s.part.value): s for s in suspects}
    weighed = []
    for change in changes:
        days = (began - change.at).total_seconds() / 86_400
        touched = [by_value[pair] for pair in change.touches.items() if pair in by_value]
        suspect = max(touched, key=lambda s: s.log_odds, default=None)
        nearness = -days / _FADE_DAYS if days >= 0 else days / _LATE_DAYS
        weighed.append((nearness + (suspect.log_odds if suspect else 0.0), change, days, suspect))
    nothing = -_UNKNOWN_DAYS / _FADE_DAYS
    top = max([weight for weight, *_ in weighed] + [nothing])
    total = sum(math.exp(weight - top) for weight, *_ in weighed) + math.exp(nothing - top)
    causes = [Cause(change, math.exp(w - top) / total, days, suspect) for w, change, days, suspect in weighed]
    causes.sort(key=lambda c: (-c.probability, c.days_before, c.change.what))
    return tuple(causes), math.exp(nothing - top) / total


def _mixed(dimensions: Mapping[str, Sequence[Part]], before: float, units: int, sign: int, beyond: float) -> str | None:
    """The dimension whose shares alone, at the rates of before, explain most of the rise, if that is more than half."""
    explained = {
        name: sign * (sum(p.units * _usual(p, before) for p in held) - units * before) / beyond
        for name, held in dimensions.items()
    }
    name = max(explained, key=lambda key: explained[key], default=None)
    return name if name is not None and explained[name] > 0.5 else None
