"""Gathers what a figure of a reply may be computed from: prices, counts, percents, sums."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from botops.claims.context import ParsedMessage, ReplyContext
from botops.claims.dates import Dated
from botops.claims.link import Focus
from botops.claims.mention import Mention
from botops.claims.mentions import find_mentions
from botops.claims.quantities import Quantity
from botops.claims.reading import read
from botops.claims.records import Record, in_force
from botops.claims.solver import Ground, Target, Value, percents_of
from botops.claims.words import fold, words
from botops.pricebook.model import OfferKind, Price

_MAX_COUNT = Decimal(100_000)
_MAX_PRODUCTS = 12
_HALF = Decimal(50)
_MAX_COUNTS = 14
_MAX_BASKET = 4
_PERIODS = {"hour", "day", "night", "week", "month", "quarter", "year"}
_STAY = re.compile(
    r"дат\w+\s+(?:ноч|заезд|прожив|визит|посещ|оказан|поезд|урок|занят)|date of (?:the )?(?:night|stay|visit|arrival|service)"
    r"|(?:түн|келу|қызмет)\w*\s+күні",
    re.IGNORECASE,
)
_TOTAL_WORDS = frozenset(
    "итого всего сумма сумме сумму вместе суммарно общая общий экономия экономите сэкономите выгода разница выйдет "
    "выходит получается обойдется заплатите переплата барлығы жалпы үнемдейсіз үнем айырма болады шығады total "
    "altogether overall combined sum save saves saving savings difference refund together remaining balance".split()
)
_DEFER_WORDS = frozenset(
    "ориентировочно примерно зависит минимум минимальная бастап начинается стартует starting starts depends least "
    "минимальный базовая начиная кемінде старт".split()
)


class Grounds:
    """What one reply can be computed from; the parts common to all its figures are gathered once."""

    def __init__(self, context: ReplyContext, running: Sequence[Decimal]) -> None:
        self._context = context
        self._running = tuple(running)
        book = context.book.book
        offers = list(book.offers_on(context.day))
        half = any("half" in r.topics for r in context.book.terms.rules)
        self._percents = (*percents_of(book, offers), *_policy_percents(context), *((_HALF,) if half else ()))
        self._off = tuple(
            o.value
            for o in offers
            if isinstance(o.value, Decimal)
            and (o.kind is OfferKind.AMOUNT or (o.kind is OfferKind.PROMO_CODE and o.value > Decimal(100)))
        )
        self._parts = tuple(
            dict.fromkeys(o.value for o in offers if o.kind is OfferKind.INSTALLMENT and isinstance(o.value, Decimal))
        )
        self._made: dict[tuple[object, ...], Ground] = {}

    @cached_property
    def counts(self) -> tuple[Decimal, ...]:
        """Numbers of things named in the reply and in the client's last message."""
        question = self._context.question
        near = [self._context.reply, *([question] if question else [])]
        return _numbers(near)

    @cached_property
    def far_counts(self) -> tuple[Decimal, ...]:
        """Numbers of things named earlier by either side."""
        earlier = [m for m in self._context.messages[:-1] if m.role in {"user", "assistant"}]
        near = set(self.counts)
        return tuple(c for c in _numbers(reversed(earlier)) if c not in near)[:_MAX_COUNTS]

    @cached_property
    def _known(self) -> tuple[Decimal, ...]:
        """Figures the client named, and bare results of tools."""
        said = [m.amount for p in self._context.client for m in p.mentions if m.kind == "money"]
        return tuple(dict.fromkeys((*said[-6:], *(v for _, v in self._context.evidence.computed[-8:]))))

    @cached_property
    def _terms(self) -> frozenset[Decimal]:
        """Sums that offers in force and policies name: thresholds, fees, rates, amounts off."""
        day = self._context.day
        return frozenset(a for r in self._context.book.terms.rules if r.window.covers(day) for a in r.money)

    def is_term(self, amount: Decimal, mention: Mention) -> bool:
        """True for a sum the offers or policies name, and for a bare figure a tool computed."""
        own = mention.currency in {None, self._context.book.book.currency}
        if own and amount in self._terms:
            return True
        return any(amount == v for _, v in self._context.evidence.computed)

    def dates_near(self, mention: Mention) -> tuple[Dated, ...]:
        """Dates that say when a price holds: of its segment, of what introduces it, and, where a night is priced by
        its own date, of the client's question."""
        reply = self._context.reply
        part = reply.segment_of(mention.start)
        if part is None:
            return ()
        spans = [part]
        if part.parent is not None:
            spans.append(reply.segments[part.parent])
        at = reply.segments.index(part)
        if at and reply.segments[at - 1].paragraph == part.paragraph:
            spans.append(reply.segments[at - 1])
        near = [d for d in reply.dates if any(s.start <= d.start < s.end for s in spans)]
        if self._dated_stay:
            near += [d for m in (*self._context.client[-4:], reply) for d in m.dates]
        return tuple(near)

    @cached_property
    def _dated_stay(self) -> bool:
        """True when the policies price a stay or a visit by its own date rather than by the day of booking."""
        return any(_STAY.search(t) for t in self._context.book.book.policies.text)

    def of(
        self,
        mention: Mention,
        focus: Focus,
        stated: Sequence[Decimal],
        holds: Callable[[Record], bool],
    ) -> Ground:
        """The ground of one figure. `holds` says which prices are in force and of the variant spoken of."""
        records = self._records(mention, focus, holds)
        key = (tuple(map(id, records)), tuple(stated), mention.currency)
        if key not in self._made:
            policies = self._context.book.book.policies
            own = mention.currency in {None, self._context.book.book.currency}
            self._made[key] = Ground(
                records=records,
                counts=self.counts,
                far_counts=self.far_counts,
                percents=self._percents,
                off=self._off if own else (),
                instalments=self._parts,
                vat=policies.vat_percent or Decimal(0),
                vat_included=policies.vat_included is not False,
                stated=tuple(stated),
                running=self._running,
                known=self._known,
                basket=self._basket(mention, records),
                differences=self.totals_near(mention),
            )
        return self._made[key]

    def _records(self, mention: Mention, focus: Focus, holds: Callable[[Record], bool]) -> tuple[Record, ...]:
        """Prices in force of the products spoken of: nearest, then of the message, then of the client's question."""
        context = self._context
        skus = dict.fromkeys(focus.skus[:_MAX_PRODUCTS])
        for message in (context.reply, context.question, context.previous):
            if message is not None and len(skus) < _MAX_PRODUCTS:
                skus.update(dict.fromkeys(s for h in message.hits if h.strength > 1 for s in h.skus[:_MAX_PRODUCTS]))
        currency = mention.currency or context.book.book.currency
        return tuple(
            r
            for sku in list(skus)[: 2 * _MAX_PRODUCTS]
            for r in context.book.records.by_sku.get(sku, ())
            if r.currency in {None, currency} and holds(r)
        )

    def _basket(self, mention: Mention, records: Sequence[Record]) -> tuple[tuple[Record, ...], ...]:
        """Prices of each thing named in the sentence, or in the client's question: what a sum over products may take."""
        reply, question = self._context.reply, self._context.question
        part = reply.segment_of(mention.start)
        names = [h.skus for h in reply.hits if part is not None and part.start <= h.start < part.end and h.strength > 1]
        if len(names) < 2 and question is not None:
            names = [h.skus for h in question.hits if h.strength > 1]
        chosen = [tuple(r for r in records if r.sku in skus) for skus in dict.fromkeys(names)]
        return tuple(c for c in chosen if c)[:_MAX_BASKET]

    def converted(self, target: Target, mention: Mention, focus: Focus) -> Value | None:
        """A price in another currency at a rate that the book or its policies fix."""
        book = self._context.book.book
        if mention.currency in {None, book.currency}:
            return None
        for rate, skus in self._rates(mention.currency):
            for sku in skus or focus.skus:
                for record in self._context.book.records.by_sku.get(sku, ()):
                    if record.currency in {None, book.currency} and in_force(record, self._context.day):
                        amount = record.amount / rate
                        if target.hits(amount):
                            return Value(amount, f"{record.amount} / {rate}")
        return None

    def _rates(self, currency: str | None) -> Iterator[tuple[Decimal, frozenset[str]]]:
        """Rates to the book's currency in force, each with the products it is meant for (none: any)."""
        book = self._context.book.book
        for rate in book.rates:
            if rate.currency == currency and rate.window.covers(self._context.day):
                yield rate.value, frozenset()
        for text in book.policies.text:
            money = [m for m in find_mentions(text) if m.kind == "money"]
            for one in money:
                if one.currency == currency and one.amount == 1:
                    for other in money:
                        if other.currency == book.currency:
                            hits = self._context.book.names.find(words(fold(text)))
                            yield other.amount, frozenset(s for h in hits if h.strength > 1 for s in h.skus)

    def periods_of(self, price: Price) -> frozenset[str]:
        """The periods a price is charged for, its unit included ("сутки" is a day)."""
        found = {price.per} & _PERIODS
        if price.unit:
            found |= {t[2:] for tags in read(price.unit).tags for t in tags if t.startswith("u:")} & _PERIODS
        return frozenset(found)

    def currencies(self, focus: Focus) -> frozenset[str]:
        """Currencies in which the products spoken of are priced; those of the whole book when none is named."""
        context = self._context
        records: Iterable[Record] = [r for sku in focus.skus for r in context.book.records.by_sku.get(sku, ())]
        records = records or context.book.records.records
        own = context.book.book.currency
        return frozenset(r.currency or own for r in records)

    def deferred(self, mention: Mention) -> bool:
        """True when the sentence says that the sum is a lower bound or a guess."""
        return self._near(mention, _DEFER_WORDS)

    def totals_near(self, mention: Mention) -> bool:
        """True when the sentence speaks of a sum, a saving or a difference."""
        return self._near(mention, _TOTAL_WORDS)

    def _near(self, mention: Mention, wanted: frozenset[str]) -> bool:
        reply = self._context.reply
        part = reply.segment_of(mention.start)
        if part is None:
            return False
        return any(part.start <= w.start < part.end and w.text in wanted for w in reply.words)


def _policy_percents(context: ReplyContext) -> tuple[Decimal, ...]:
    """Percents that policies name (a prepayment, a deposit, a fee)."""
    return tuple(p for r in context.book.terms.rules if r.offer is None for p in r.percents)


def _numbers(messages: Iterable[ParsedMessage]) -> tuple[Decimal, ...]:
    out: dict[Decimal, None] = {}
    for message in messages:
        for quantity in message.quantities:
            if _countable(message, quantity):
                out[quantity.value] = None
    return tuple(out)


def _countable(message: ParsedMessage, quantity: Quantity) -> bool:
    """True for a number that may multiply a price: no money, no percent, no year, no phone."""
    if not 0 < quantity.value <= _MAX_COUNT or quantity.ordinal:
        return False
    if quantity.value.is_zero() or any(
        m.start < quantity.end and quantity.start < m.end for m in message.mentions if m.role != "bare"
    ):
        return False
    text = message.text[quantity.start : quantity.end]
    return not (text.isdigit() and len(text) > 5)
