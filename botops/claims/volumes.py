"""Counts said in a dialogue: which may multiply a price, and which decide the quantity tier of one sum."""

from __future__ import annotations

from decimal import Decimal

from botops.claims.context import ParsedMessage, ReplyContext
from botops.claims.counts import countable, numbers_in, units_in
from botops.claims.lazy import cached_property
from botops.claims.mention import Mention
from botops.claims.quantities import Quantity
from botops.claims.records import Record
from botops.pricebook.model import Price

_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_MAX_COUNTS = 14
_MEASURES = frozenset("l ml g kg t m m2 m3 cm mm km gb mb mbit minute second inch mp hour".split())
_PIECES = frozenset({"", "piece"})
_SPANS = frozenset("day night week month quarter year".split())
_NO_VOLUMES = _MEASURES | _SPANS | {"floor", "age"}


class Volumes:
    """The counts of one reply and of the dialogue before it."""

    def __init__(self, context: ReplyContext) -> None:
        self._context = context
        self._counts_of: dict[int, tuple[Quantity, ...]] = {}

    @cached_property
    def counts(self) -> tuple[Decimal, ...]:
        """Numbers of things named in the reply and in the client's last message."""
        question = self._context.question
        near = [self._context.reply, *([question] if question else [])]
        return numbers_in(near)

    @cached_property
    def far_counts(self) -> tuple[Decimal, ...]:
        """Numbers of things named earlier by either side."""
        earlier = [m for m in self._context.messages[:-1] if m.role in {"user", "assistant"}]
        near = set(self.counts)
        return tuple(c for c in numbers_in(reversed(earlier)) if c not in near)[:_MAX_COUNTS]

    def of(self, mention: Mention, price: Price) -> tuple[Decimal, ...]:
        """Counts that decide a quantity tier at a mention: of its sentence, else of the question, the reply, the
        dialogue. Measures (litres, gigabytes) are no counts unless the price is per such a unit."""
        return self.here(mention, price) or tuple(self._volumes(mention, price)[1]) or self.far_counts

    def here(self, mention: Mention, price: Price) -> tuple[Decimal, ...]:
        """Counts of the sentence of a mention and of the client's question that may decide a quantity tier."""
        here, _ = self._volumes(mention, price)
        question = self._context.question
        return (*here, *(q.value for q in self._volumes_of(question, price))) if question is not None else tuple(here)

    def _volumes(self, mention: Mention, price: Price) -> tuple[list[Decimal], list[Decimal]]:
        """Counts of the sentence of a mention, and of the whole reply."""
        reply = self._context.reply
        part = reply.segment_of(mention.start)
        said = [
            q
            for q in self._volumes_of(reply, price)
            if not any(h.start <= q.start and q.end <= h.end for h in reply.all_hits)
            and not mention.start <= q.start < mention.end
            and (q.bound is None or not self._opens_another(q, mention))
        ]
        here = [q.value for q in said if part is not None and part.start <= q.start < part.end]
        return here, [q.value for q in said]

    def _volumes_of(self, message: ParsedMessage, price: Price) -> list[Quantity]:
        own = units_in(price.unit) if price.unit else periods_of(price)
        said = (q for q in self._counted(message) if q.unit not in _NO_VOLUMES or q.unit in own)
        return [q for q in said if q.unit or not self._is_its_price(q.value, price)]

    def _is_its_price(self, value: Decimal, price: Price) -> bool:
        """True for a number that is another price of the same product ("в феврале 720 было"): no count of it."""
        same = self._context.book.records.by_amount.get(value, ())
        return value >= _HUNDRED and any(r.product is not None and price in r.product.prices for r in same)

    def _opens_another(self, quantity: Quantity, mention: Mention) -> bool:
        """True for a threshold that opens the price of a later sum ("24 900 ₸; от 5 шт. — 21 900 ₸" for the first)."""
        reply = self._context.reply
        if quantity.start < mention.start:
            return False
        part = reply.segment_of(quantity.start)
        end = part.end if part is not None else len(reply.text)
        following = (m for m in reply.mentions if m.kind == "money" and quantity.end <= m.start < end)
        return next(following, None) is not None

    def ordered(self, mention: Mention, record: Record | None) -> Decimal:
        """How many of a priced thing the client asked for: the one count said of it, or 1 when none or several are.

        People, time and measures count only what is priced by them; a number as large as a price is rather a sum.
        """
        price = record.price if record is not None else None
        if price is None:
            return _ONE
        own = periods_of(price)
        part, question = self._context.reply.segment_of(mention.start), self._context.question
        said = [q for q in self._loose(self._context.reply) if part is not None and part.start <= q.start < part.end]
        said += self._loose(question) if question is not None else ()
        least = self._context.book.least
        fitting = {q.value for q in said if q.value > 1 and (q.unit in own or (q.unit in _PIECES and q.value < least))}
        return fitting.pop() if len(fitting) == 1 and mention.amount not in fitting else _ONE

    def _loose(self, message: ParsedMessage) -> list[Quantity]:
        """Counts that stand in no name and name no variant."""
        taken = [(h.start, h.end) for h in message.all_hits] + [(f.start, f.end) for f in message.features]
        return [q for q in self._counted(message) if not any(s < q.end and q.start < e for s, e in taken)]

    def _counted(self, message: ParsedMessage) -> tuple[Quantity, ...]:
        known = self._counts_of.get(message.index)
        if known is None:
            known = self._counts_of[message.index] = tuple(q for q in message.quantities if countable(message, q))
        return known


def periods_of(price: Price) -> frozenset[str]:
    """What a price is charged for: its period and its unit ("сутки" is a day); empty when the book says nothing."""
    found = {price.per} - {"unit"}
    if price.unit:
        found |= units_in(price.unit)
    return frozenset(found)
