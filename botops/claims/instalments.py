"""Paying in parts: into how many payments the offers split a price, and which number of months they do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from botops.claims.context import ReplyContext
from botops.claims.lazy import cached_property
from botops.claims.records import Record
from botops.claims.steps import Reduction
from botops.claims.term_sums import ZERO_PARTS
from botops.pricebook.model import Offer, OfferKind

_MONTHS_IN = {"month": 1, "year": 12}


class Instalments:
    """The instalments that hold for one reply. `offers` are those in force."""

    def __init__(self, context: ReplyContext, offers: Sequence[Offer]) -> None:
        self._context = context
        self._offers = offers

    @cached_property
    def parts(self) -> tuple[Reduction, ...]:
        """Into how many payments a price may be split, each with its products; empty where the talk is of nothing
        such."""
        if not self._spoken_of:
            return ()
        return tuple(
            dict.fromkeys(
                Reduction(o.value, frozenset(o.applies_to))
                for o in self._offers
                if o.kind is OfferKind.INSTALLMENT and isinstance(o.value, Decimal) and o.value > 0
            )
        )

    def unsplit(self, records: Iterable[Record]) -> tuple[Decimal, ...]:
        """Months named where the talk is of paying in parts, over which no offer splits the price of what is spoken
        of: 24 for "на 24 месяца — по 14 375" where the book has 0-0-12."""
        if not self.parts:
            return ()
        skus = {r.sku for r in records}
        offered = {p.value for p in self.parts if not p.skus or not skus or p.skus & skus}
        if not offered:
            return ()
        near = (self._context.reply, self._context.question)
        months = {q.value * _MONTHS_IN.get(q.unit, 0) for m in near if m is not None for q in m.quantities}
        return tuple(sorted(months - {Decimal(0)} - offered))

    @cached_property
    def _spoken_of(self) -> bool:
        context = self._context
        near = [m for m in (context.reply, context.question, context.previous) if m is not None]
        return any("instalment" in m.reading.concepts or ZERO_PARTS.search(m.text) for m in near)
