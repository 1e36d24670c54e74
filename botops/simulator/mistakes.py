"""How a simulated seller errs: another variant's price, one of another date, an invented discount, a wrong sum."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Literal

from botops.simulator.facts import Item, Knowledge, Tag
from botops.simulator.figures import rounded
from botops.simulator.stems import stems

MistakeKind = Literal["wrong_variant", "stale_price", "invented_discount", "wrong_total"]

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


@dataclass(frozen=True, slots=True)
class Mistake:
    """An error made on purpose: what was said, an amount or a percent, and what would have been right.

    `right` is None for a discount, as none at all was.
    """

    kind: MistakeKind
    said: Decimal
    right: Decimal | None = None


class Slips:
    """The errors of one reply: drawn once for each kind, made at most once where the reply gives the chance.

    `made` are those that were; what comes out right by chance is none.
    """

    def __init__(self, errors: Errors, rng: random.Random, knowledge: Knowledge) -> None:
        self._rng = rng
        self._knowledge = knowledge
        self._due = {f.name for f in fields(errors) if rng.random() < getattr(errors, f.name)}
        self._given = {t.value for t in knowledge.terms if t.value is not None and not t.money}
        self.made: list[Mistake] = []

    def tag(self, item: Item, tag: Tag) -> Tag:
        """The price as the seller says it: its own or, in error, another."""
        kinds: tuple[MistakeKind, ...] = ("wrong_variant", "stale_price")
        for kind in kinds:
            if kind in self._due:
                others = self._variants(item, tag) if kind == "wrong_variant" else self._stale(item, tag)
                amounts = [a for a in others if a != tag.amount]
                if amounts:
                    said = amounts[int(self._rng.random() * len(amounts))]
                    self._make(kind, said, tag.amount)
                    return replace(tag, amount=said)
        return tag

    def total(self, amount: Decimal, currency: str, parts: Sequence[Decimal], right: Decimal) -> Decimal:
        """A sum as the seller says it: right or, in error, with a part lost, a digit slipped or a share added.

        `right` is the sum of the true prices, which `amount` is not where one of them was said wrong already.
        """
        if "wrong_total" not in self._due:
            return amount
        step = Decimal(10) ** max(amount.adjusted() - 1, 0)
        options = [amount + step, amount - step, rounded(amount * Decimal("1.12"), currency)]
        if len(parts) > 1:
            options.append(amount - min(parts))
        options = [o for o in options if o > 0 and o not in (amount, right)]
        said = options[int(self._rng.random() * len(options))]
        self._make("wrong_total", said, right)
        return said

    def discount(self) -> Decimal | None:
        """A percent nobody granted, or None."""
        if "invented_discount" not in self._due:
            return None
        options = [p for p in _INVENTED if Decimal(p) not in self._given]
        said = Decimal(options[int(self._rng.random() * len(options))])
        self._make("invented_discount", said)
        return said

    def _make(self, kind: MistakeKind, said: Decimal, right: Decimal | None = None) -> None:
        self._due.discard(kind)
        self.made.append(Mistake(kind, said, right))

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
