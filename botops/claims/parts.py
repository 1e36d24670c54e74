"""Sentences of the policies with a value for each of several subjects: "Предоплата: букеты 100%, торты 50%"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from botops.claims.mentions import find_mentions
from botops.claims.names import NameIndex
from botops.claims.objects import things_of
from botops.claims.quantities import Quantity
from botops.claims.reading import Reading

if TYPE_CHECKING:
    from botops.claims.desk import Desk
    from botops.claims.policy import Rule
    from botops.claims.reading import Clause

_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Part:
    """One subject of a sentence with its values. `things` and `skus` are what only it names of all parts."""

    things: frozenset[str]
    skus: frozenset[str]
    percents: frozenset[Decimal]
    counts: tuple[Quantity, ...]

    def values(self, unit: str) -> frozenset[Decimal]:
        """Its counts of a unit, or its percents for "%"."""
        return self.percents if unit == "%" else frozenset(q.value for q in self.counts if q.unit == unit)


def parts_of(reading: Reading, names: NameIndex) -> tuple[Part, ...]:
    """The parts of a sentence; none unless two clauses at least have values of their own. What stands before a value
    without one is its subject: "лодки — 100%"."""
    found: list[Part] = []
    first = 0
    for clause in reading.clauses:
        percents = [m.amount for m in find_mentions(reading.text[clause.start : clause.end]) if m.kind == "percent"]
        counts = reading.counted(clause.first, clause.last)
        if percents or any(q.unit for q in counts):
            hits = names.find(reading.words[first : clause.last])
            things = things_of(reading, first, clause.last)
            first = clause.last
            found.append(Part(things, frozenset(s for h in hits for s in h.skus), frozenset(percents), counts))
    return tuple(_told_apart(found)) if len(found) >= _SEVERAL else ()


def _told_apart(parts: Sequence[Part]) -> list[Part]:
    out = []
    for part in parts:
        others = [p for p in parts if p is not part]
        things = part.things.difference(*(p.things for p in others))
        skus = part.skus.difference(*(p.skus for p in others))
        out.append(Part(things, skus, part.percents, part.counts))
    return out


def of_another(desk: Desk, rule: Rule, clause: Clause, value: Decimal, unit: str) -> bool:
    """True when a count of `unit`, or a percent for "%", is given to one subject of a rule that states it for another.

    The subject is what the clause names, else what the client's question does. One that no part names, or several
    do, tells nothing.
    """
    parts = [p for p in rule.parts if p.values(unit)]
    if len(parts) < _SEVERAL or not any(value in p.values(unit) for p in parts):
        return False
    hits = (h for h in desk.message.hits if clause.start <= h.start < clause.end)
    meant = _meant(parts, desk.things(clause), frozenset(s for h in hits for s in h.skus))
    if not meant and desk.ctx.question is not None and not desk.confirms:
        asked = frozenset(s for h in desk.ctx.question.hits for s in h.skus)
        meant = _meant(parts, desk.things_asked, asked)
    return len(meant) == 1 and value not in meant[0].values(unit)


def _meant(parts: Sequence[Part], things: frozenset[str], skus: frozenset[str]) -> list[Part]:
    return [p for p in parts if p.skus & skus] or [p for p in parts if p.things & things]
