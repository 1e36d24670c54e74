"""What may change a price in one reply: percents and amounts off that hold, shares of it, percents put on top."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from botops.claims.circumstances import increases, named_in_rule, named_in_talk
from botops.claims.conditions import Met
from botops.claims.context import ParsedMessage, ReplyContext
from botops.claims.cues import speaks_of
from botops.claims.lazy import cached_property
from botops.claims.mentions import find_mentions
from botops.claims.policy import Rule
from botops.claims.reading import read
from botops.claims.steps import Reduction
from botops.claims.terms import AppliedDiscount, applied_discounts
from botops.claims.words import fold, words
from botops.pricebook.model import Offer, OfferKind

_HALF = Decimal(50)
_NOTHING = Decimal(0)
_ROOT = 6
_BACK = 6
_NEAR = 3
_MAX_DAYS = 366
PART_TOPICS = frozenset({"prepay", "deposit", "refund", "cancel", "cashback", "half", "freeze", "penalty"})


class Changes:
    """Gathers them once for a reply. `offers` are those in force, `denied` percents and amounts found false in it."""

    def __init__(self, context: ReplyContext, offers: Sequence[Offer], denied: frozenset[Decimal]) -> None:
        self._context = context
        self._offers = offers
        self._denied = denied
        question = context.question
        self._asked = question.reading.concepts if question is not None else frozenset()

    @cached_property
    def _applied(self) -> tuple[AppliedDiscount, ...]:
        return tuple(d for d in applied_discounts(self._context) if d.named and d.met is not Met.NO)

    @cached_property
    def _reducing(self) -> tuple[AppliedDiscount, ...]:
        """Discounts that the reply or the client's question speaks of: by a word, by the code or by the figure."""
        near = [m for m in (self._context.reply, self._context.question) if m is not None]
        named = any(speaks_of("reduction", p.text) for p in near)
        said = {m.amount for p in near for m in p.mentions}
        previous = self._context.previous
        if previous is not None:
            said |= {m.amount for m in previous.mentions if m.kind == "percent"}
            near += [previous] if speaks_of("saving", self._context.reply.text) else []
        codes, earlier = self._coded(near), self._coded(self._context.messages[-_BACK:])
        return tuple(
            d
            for d in self._applied
            if d.source in codes
            or named
            or (d.percent is not None and d.percent in said)
            or (d.source in earlier and d.source in self._unit_offers)
        )

    def _coded(self, messages: Iterable[ParsedMessage]) -> frozenset[str]:
        """Offers whose code some messages name."""
        talk = [m.folded for m in messages]
        return frozenset(f"offer:{o.id}" for o in self._offers if o.code and any(o.code.casefold() in t for t in talk))

    @cached_property
    def _unit_offers(self) -> frozenset[str]:
        """Offers of an amount off for each unit: what they change is a price, no single order."""
        return frozenset(r.source for r in self._context.book.terms.offers if r.money and _each(r.text))

    @cached_property
    def fees(self) -> tuple[Decimal, ...]:
        """Sums that policies put on top and that the reply, or the question with the one before it, names; no list
        prices, which are added up as such."""
        near = [m for m in (self._context.reply, self._context.question, self._context.previous) if m is not None]
        said = {m.amount for p in near for m in p.numbers if m.kind == "money"}
        rules = (r for r in self._context.book.terms.rules if r.offer is None and r.window.covers(self._context.day))
        named = {a: r for r in rules if not r.denied for a in r.money if not _opens(r, a)}
        charged = {a for a, r in named.items() if a in said or self._circumstances & named_in_rule(r.text)}
        return tuple(sorted(a for a in charged - self._denied if a not in self._context.book.records.by_amount))

    @cached_property
    def percents(self) -> tuple[Reduction, ...]:
        """Percents off in force: named by a figure, by a code, or by the group of clients they are for."""
        found = [Reduction(d.percent, d.skus) for d in self._reducing if d.percent is not None]
        groups = {c for c in self._context.reply.reading.concepts | self._asked if c.startswith("g:")}
        for rule in self._context.book.terms.offers:
            offer = rule.offer
            if offer is None or offer.kind is not OfferKind.PERCENT or not rule.groups & groups:
                continue
            if rule.window.covers(self._context.day):
                found += [Reduction(p, rule.skus) for p in rule.percents]
        return tuple(dict.fromkeys(r for r in found if r.value not in self._denied))

    @cached_property
    def off(self) -> tuple[Reduction, ...]:
        """Amounts off in force that are named, each with its products and the least sum it is taken off."""
        least = {
            r.source: c.value for r in self._context.book.terms.offers for c in r.conditions if c.kind == "min_sum"
        }
        found = [
            Reduction(d.amount, d.skus, least.get(d.source, _NOTHING)) for d in self._reducing if d.amount is not None
        ]
        return tuple(r for r in found if r.value not in self._denied)

    @cached_property
    def shares(self) -> tuple[Decimal, ...]:
        """Percents that are a part of a price: cashback, a prepayment, half a night — where the talk is of such."""
        near = self._context.reply.reading.concepts | self._asked
        out: dict[Decimal, None] = {}
        for rule in self._context.book.terms.rules:
            if rule.topics & near & PART_TOPICS and rule.window.covers(self._context.day):
                out.update(dict.fromkeys(rule.percents))
                if "half" in rule.topics & near:
                    out[_HALF] = None
            if self._days and rule.offer is None and rule.percents and _by_the_day(rule.text):
                out.update(dict.fromkeys(p * n for p in rule.percents if p in self._said for n in self._days))
        return tuple(out)

    @cached_property
    def _circumstances(self) -> frozenset[str]:
        """Days, dates and times that the reply and the last turns speak of."""
        return named_in_talk(self._context.messages[-_NEAR:], self._context.day)

    @cached_property
    def _said(self) -> frozenset[Decimal]:
        """Percents named in the last messages."""
        return frozenset(m.amount for p in self._context.messages[-4:] for m in p.mentions if m.kind == "percent")

    @cached_property
    def _days(self) -> tuple[Decimal, ...]:
        """Spans of days named in the reply and in the question: a penalty by the day is charged for each."""
        near = [m for m in (self._context.reply, self._context.question) if m is not None]
        days = (q.value for m in near for q in m.quantities if q.unit == "day" and not q.ordinal)
        return tuple(dict.fromkeys(d for d in days if 1 < d <= _MAX_DAYS))

    @cached_property
    def added(self) -> tuple[Reduction, ...]:
        """Percents that policies put on top of a price (urgency, weekends), where the talk names them or when they are
        for, each with the products it names; a rate taken twice has 100 % on top."""
        rules = [r for r in self._context.book.terms.rules if r.offer is None and "vat" not in r.topics]
        return tuple(
            dict.fromkeys(
                Reduction(p, self._products_of(r))
                for r in rules
                for p in (*r.percents, *increases(r.text))
                if self._puts_on_top(r, p)
            )
        )

    def _products_of(self, rule: Rule) -> frozenset[str]:
        """The products a surcharge may be for: those it names, and those it shares a word with; empty means any."""
        goods = self._context.book.terms.goods
        return rule.about.union(*(goods.get(t, ()) for t in rule.things)) if rule.about else rule.about

    def _puts_on_top(self, rule: Rule, percent: Decimal) -> bool:
        """True when the talk names a surcharge of a rule, by its figure, by a word or by when it is for."""
        near = self._context.reply.reading.concepts | self._asked
        if percent in self._said or "surcharge" in rule.topics & near or self._names_fee(rule):
            return True
        if rule.topics & PART_TOPICS:
            return False
        if self._circumstances & named_in_rule(rule.text) or (percent == _HALF and "half" in near):
            return True
        return "multiple" in rule.topics & near and percent in increases(rule.text)

    def _names_fee(self, rule: Rule) -> bool:
        """True when the reply names a surcharge by the root of its word ("сервис" for the "сервисный сбор")."""
        if "surcharge" not in rule.topics:
            return False
        roots = {w.text[:_ROOT] for w in words(fold(rule.text)) if len(w.text) >= _ROOT}
        return any(w.text[:_ROOT] in roots for w in self._context.reply.words if len(w.text) >= _ROOT)

    @cached_property
    def by_the_piece(self) -> frozenset[Decimal]:
        """Amounts off or on top that are for each unit ("минус 0,3 $ за кг", "2 000 ₸ с каждого")."""
        terms = self._context.book.terms
        changing = {r.value for r in self.off} | set(self.fees)
        if not changing:
            return frozenset()
        rules = [r for r in terms.rules if not changing.isdisjoint(r.money)]
        return frozenset(a for r in rules for a in r.money if a in changing and a in _each(r.text))


@lru_cache(maxsize=4096)
def _each(text: str) -> frozenset[Decimal]:
    """Sums of a rule that are for each unit."""
    money = [m for m in find_mentions(text) if m.kind == "money"]
    every = "s:all" in read(text).concepts
    return frozenset(m.amount for m in money if every or m.per is not None)


@lru_cache(maxsize=4096)
def _by_the_day(text: str) -> bool:
    """True for what is charged for each day ("за каждый день просрочки 0,5%")."""
    return {"u:day", "s:all"} <= read(text).concepts


def _opens(rule: Rule, amount: Decimal) -> bool:
    """True for a sum from which a rule holds rather than one that it charges."""
    return any(c.kind == "min_sum" and c.value == amount for c in rule.conditions)
