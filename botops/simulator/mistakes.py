"""How a simulated seller errs: another variant's price, one of another date, an invented discount, a wrong sum."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from botops.simulator.facts import Item, Knowledge, Tag
from botops.simulator.figures import rounded
from botops.simulator.stems import stems

_INVENTED = (5, 7, 10, 12, 15, 20, 25, 30)


@dataclass(frozen=True, slots=True)
class Errors:
    """How often the simulated model errs, each as a share (0..1) of the replies where it could."""

    wrong_variant: float = 0.0
    stale_price: float = 0.0
    invented_discount: float = 0.0
    wrong_total: float = 0.0

    def __post_init__(self) -> None:
        for f in fields(self):
            if not 0 <= getattr(self, f.name) <= 1:
                raise ValueError(f"{f.name} is a share between 0 and 1, not {getattr(self, f.name)}")


class Slips:
    """The errors of one reply: drawn once for each kind, made at most once where the reply gives the chance."""

    def __init__(self, errors: Errors, rng: random.Random, knowledge: Knowledge) -> None:
        self._rng = rng
        self._knowledge = knowledge
        self._due = {f.name for f in fields(errors) if rng.random() < getattr(errors, f.name)}
        self._given = {t.value for t in knowledge.terms if t.value is not None and not t.money}

    def tag(self, item: Item, tag: Tag) -> Tag:
        """The price as the seller says it: its own or, in error, another."""
        for kind, others in (("wrong_variant", self._variants), ("stale_price", self._stale)):
            if kind in self._due:
                amounts = [a for a in others(item, tag) if a != tag.amount]
                if amounts:
                    self._due.discard(kind)
                    return replace(tag, amount=amounts[int(self._rng.random() * len(amounts))])
        return tag

    def total(self, amount: Decimal, currency: str, parts: Sequence[Decimal]) -> Decimal:
        """A sum as the seller says it: right or, in error, with a part lost, a digit slipped or a share added."""
        if "wrong_total" not in self._due:
            return amount
        self._due.discard("wrong_total")
        step = Decimal(10) ** max(amount.adjusted() - 1, 0)
        options = [amount + step, amount - step, rounded(amount * Decimal("1.12"), currency)]
        if len(parts) > 1:
            options.append(amount - min(parts))
        options = [o for o in options if o > 0 and o != amount]
        return options[int(self._rng.random() * len(options))]

    def discount(self) -> Decimal | None:
        """A percent nobody granted, or None."""
        if "invented_discount" not in self._due:
            return None
        self._due.discard("invented_discount")
        options = [p for p in _INVENTED if Decimal(p) not in self._given]
        return Decimal(options[int(self._rng.random() * len(options))])

    def _variants(self, item: Item, tag: Tag) -> list[Decimal]:
        """Prices of the item's other variants, tiers and regions; of things of its kind where it has none."""
        own = [t.amount for t in item.current() if t.period == tag.period]
        if any(a != tag.amount for a in own):
            return own
        kind = stems(item.name)[:1]
        right = {t.amount for t in item.current()}
        return [
            t.amount
            for other in self._knowledge.items
            if other is not item and stems(other.name)[:1] == kind
            for t in other.current()
            if t.period == tag.period and t.amount not in right
        ]

    def _stale(self, item: Item, tag: Tag) -> list[Decimal]:
        return [t.amount for t in item.other_times() if (t.period, t.variant) == (tag.period, tag.variant)]
