"""Gifts by count: "5 эклеров на каждые 100", "әр 100 эклерге 5", "2 tubes for every 3 services"."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from botops.claims.policy import Rule
from botops.claims.quantities import Quantity
from botops.claims.reading import Clause

if TYPE_CHECKING:
    from botops.claims.desk import Desk

_EACH = ("кажд", "әр", "every", "each")
_TIME = frozenset({"day", "week", "month", "year", "hour", "night"})


def most_given(desk: Desk, clause: Clause, rule: Rule, said: Quantity) -> Decimal | None:
    """How much of a gift a rule gives for the count that is spoken of; None when it does not give by count, or nobody
    says how much is bought. Of "5 на каждые 100" 200 bought make 10."""
    rate = _rate(rule)
    bought = _bought(desk, clause, said) if rate is not None else None
    return None if rate is None or bought is None else bought // rate[1] * rate[0]


def _rate(rule: Rule) -> tuple[Decimal, Decimal] | None:
    """What is given and for how many."""
    conditions = rule.offer.conditions if rule.offer is not None else None
    words = (conditions or "").lower().split()
    at = next((i for i, w in enumerate(words) if w.startswith(_EACH)), None)
    if at is None or at + 1 >= len(words) or not words[at + 1].isdecimal():
        return None
    per = Decimal(words[at + 1])
    given = str(rule.offer.value).split() if rule.offer is not None else []
    gives = Decimal(given[0]) if given and given[0].isdecimal() else Decimal(1)
    return (gives, per) if per > 0 else None


def _bought(desk: Desk, clause: Clause, said: Quantity) -> Decimal | None:
    """The count a gift goes by: the largest other one of its clause, else of the client's last message."""
    own = [q for q in desk.reading.counted(clause.first, clause.last) if q.first != said.first]
    question = desk.question
    asked = question.counted(0, len(question.words)) if question is not None else ()
    return _largest(own) or _largest(asked)


def _largest(counts: Iterable[Quantity]) -> Decimal | None:
    return max((q.value for q in counts if q.bound is None and not q.ordinal and q.unit not in _TIME), default=None)
