"""Does a price of the book, or a tool's figure, fit a sum of a reply: its product, variant, period, tier and date?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations, islice

from botops.claims.context import ReplyContext
from botops.claims.counts import stems_in
from botops.claims.dates import covers
from botops.claims.ground import Grounds
from botops.claims.kinds import has_subject
from botops.claims.link import BEFORE, LOCAL, PARENT, QUESTION, SEGMENT, Focus
from botops.claims.mention import Mention
from botops.claims.names import name_stems
from botops.claims.overruled import overruled
from botops.claims.records import NAME, Record, in_force, tier_of
from botops.claims.scope import Scope
from botops.claims.spoken_days import conceded, kept_beyond
from botops.claims.term_sums import ABLATIVE
from botops.claims.volumes import periods_of

PERIODS = frozenset({"hour", "day", "night", "week", "month", "quarter", "year"})
"""Spans of time a price can be charged for."""

_UNITS = PERIODS | {"visit"}
_ROOT = 3
_BEHIND = 2
_PAIR, _FEW = 2, 6
_CLAUSE_END = re.compile(r"[;.()=+](?!\d)|,(?!\d)")
_MANY = 24


class Fitting:
    """Holds prices against the sums of one reply. `sums` are its sums of money in order."""

    def __init__(
        self, context: ReplyContext, grounds: Grounds, sums: Sequence[Mention], scope_of: Callable[[Mention], Scope]
    ) -> None:
        self._context = context
        self._grounds = grounds
        self._sums = sums
        self._scope_of = scope_of
        self._words_beside: dict[int, frozenset[str]] = {}
        self._found: dict[tuple[Decimal, int, int], list[Record]] = {}

    def of_amount(self, amount: Decimal) -> Iterable[Record]:
        """Prices of the book and figures of tools with an amount."""
        yield from self._context.book.records.by_amount.get(amount, ())
        yield from self._context.found.by_amount.get(amount, ())

    def fitting(self, amount: Decimal, mention: Mention, focus: Focus) -> list[Record]:
        """The prices and figures of an amount that are what a sum says; found once for a sum and its focus.

        Where very many products cost the same, all that the dialogue names are held against it and only a few others.
        """
        key = (amount, mention.start, id(focus))
        found = self._found.get(key)
        if found is None:
            same = list(self.of_amount(amount))
            if len(same) > _MANY:
                near = focus.named.union(focus.skus)
                others = (r for r in same if r.sku and r.sku not in near)
                same = [r for r in same if not r.sku or r.sku in near] + list(islice(others, _MANY))
            found = self._found[key] = [r for r in same if self.fits(r, mention, focus)]
        return found

    def fits_from(self, amount: Decimal, mention: Mention, focus: Focus) -> bool:
        """True when a sum would be a price if it were said as a lower bound ("от 5 000")."""
        bounds = [r for r in self.of_amount(amount) if r.price is not None and r.price.from_price]
        return bool(bounds) and any(self.fits(r, replace(mention, bound="from"), focus) for r in bounds)

    def fits(self, record: Record, mention: Mention, focus: Focus) -> bool:
        """True when a price is what a sum says, given what the sum is about."""
        if not self.in_force(record, mention) or not self.same_currency(record, mention):
            return False
        if not self._right_period(record, mention) or not self.right_tier(record, mention):
            return False
        if not self._right_bound(record, mention):
            return False
        if NAME in focus.conflicts(record):
            told = self._called_briefly(record, mention, focus) or self._called_fully(record, mention, focus)
            told = told or self._described_apart(record, mention, focus) or self._composed(record, focus)
            if not told and not self._charged_otherwise(record, mention, focus):
                return False
        return not self.other_variant(record, focus) and not overruled(self._context, record, mention, focus)

    def _described_apart(self, record: Record, mention: Mention, focus: Focus) -> bool:
        """True for a variant spoken of before whose value stands beside the sum, where what is named there has no such
        attribute ("разовая — 9 000 ₸ с тренером" of a training, not of the one-time visit); also one whose value stands
        there, or is named by the client, where a product was only named before."""
        asked = {
            k
            for k, r in focus.keys.items()
            if k != NAME and r.level == QUESTION < focus.level and k in record.features and r.allows(record)
        }
        beside = {k for k, r in focus.keys.items() if k != NAME and r.level <= BEFORE and k in record.features}
        beside = {k for k in beside if focus.keys[k].allows(record)} | asked
        apart = focus.level >= QUESTION and bool(beside) and not self._names_more(mention)
        if record.sku not in focus.named and not asked and not apart:
            return False
        own = [r for sku in focus.skus for r in self._context.book.records.by_sku.get(sku, ())]
        return bool(beside) and not any(k in r.features for r in own for k in beside)

    def _composed(self, record: Record, focus: Focus) -> bool:
        """True for a product whose name takes something from each of two products named together: "монтаж" of one and
        "панель" of another are the "Монтаж солнечной панели", whichever language says them."""
        if record.product is None or focus.level > PARENT or focus.level == SEGMENT or len(focus.skus) < _PAIR:
            return False
        own = name_stems(record.product.names)
        book = self._context.book.skus
        named = [name_stems(book[s].names) for s in focus.skus if s in book and s != record.sku]
        return any(own & a - b and own & b - a for a, b in combinations(named[:_FEW], _PAIR))

    def _charged_otherwise(self, record: Record, mention: Mention, focus: Focus) -> bool:
        """True for a price by a unit that stands beside the sum and by which nothing named before is charged: "a month
        is 15 000" after talk of a trip is not about the trip."""
        if focus.level < QUESTION or record.price is None:
            return False
        reading = self._context.reply.reading
        tags = reading.over(reading.word_at(self.lead(mention)), reading.word_at(mention.end) + _BEHIND)
        said = {t[2:] for t in tags if t.startswith("u:")}.union(mention.pers)
        charged = periods_of(record.price) & said & _UNITS
        if not charged:
            return False
        book = self._context.book.records.by_sku
        prices = (r.price for sku in focus.skus for r in book.get(sku, ()) if r.price is not None)
        return all(charged.isdisjoint(periods_of(p)) for p in prices)

    def _names_more(self, mention: Mention) -> bool:
        """True when what leads to a sum names a thing besides values of variants ("a Hollywood wave for long hair")."""
        reply, at = self._context.reply, self.lead(mention)
        for value in (f for f in reply.features if at <= f.start and f.end <= mention.start):
            if has_subject(reply, at, value.start):
                return True
            at = max(at, value.end)
        return has_subject(reply, at, mention.start)

    def _called_fully(self, record: Record, mention: Mention, focus: Focus) -> bool:
        """True when the product's name is the one named beside the sum and more, and the rest stands there as well:
        "ночью приём 13 000" for "Ночной приём" beside "Приём врача"."""
        if record.product is None or focus.level != LOCAL:
            return False
        beside = self._beside(mention)
        known = {n for sku in focus.skus for n in self._context.book.skus[sku].names} if focus.skus else set()
        short = {stems_in(n) for n in known}
        for name in record.product.names:
            full = stems_in(name)
            rests = [full - s for s in short if s < full]
            if any(all(_rooted(stem, beside) for stem in rest) for rest in rests):
                return True
        return False

    def _called_briefly(self, record: Record, mention: Mention, focus: Focus) -> bool:
        """True when a word of the product's name stands beside the sum ("150 000 ₸ зал", the "Аренда большого зала"),
        unless a product is named there in full or what is spoken of has that word as well."""
        if record.product is None or (focus.level == LOCAL and focus.keys[NAME].firm):
            return False
        stems = name_stems(record.product.names)
        for sku in focus.skus:
            stems -= name_stems(self._context.book.skus[sku].names) if sku in self._context.book.skus else frozenset()
        return not stems.isdisjoint(self._beside(mention))

    def _beside(self, mention: Mention) -> frozenset[str]:
        """Stems of the words between the sums around one, as far as its clause goes."""
        known = self._words_beside.get(mention.start)
        if known is None:
            known = self._words_beside[mention.start] = self._stems_beside(mention)
        return known

    def _stems_beside(self, mention: Mention) -> frozenset[str]:
        reply = self._context.reply
        part = reply.segment_of(mention.start)
        start, end = self.lead(mention), part.end if part is not None else len(reply.text)
        following = next((m.start for m in self._sums if m.start >= mention.end), end)
        stop = _CLAUSE_END.search(reply.text, mention.end, min(end, following))
        cut = max([start, *(m.end() for m in _CLAUSE_END.finditer(reply.text, start, mention.start))])
        last = stop.start() if stop else min(end, following)
        return frozenset(w.stem for w in reply.words if cut <= w.start < last)

    def in_force(self, record: Record, mention: Mention) -> bool:
        """True for a price of the day, of dates named with the sum, or of the past or future it is said to be of."""
        if not self._in_place(record) or self.kept_until(record, mention) is not None:
            return False
        stay = self._grounds.stay_dates
        if stay and record.price is not None and record.price.per != "once":
            return any(covers(record.price.window, d, self._context.day) for d in stay)
        if in_force(record, self._context.day):
            return True
        window = record.price.window if record.price else None
        if window is None or conceded(self._context, mention.start, window):
            return False
        if any(covers(window, d, self._context.day) for d in self._grounds.dates_near(mention)):
            return True
        ahead = window.valid_from is not None and window.valid_from > self._context.day
        if ahead and any(covers(window, d, self._context.day) for d in self._grounds.dates_asked):
            return True
        tense = self._scope_of(mention).tense
        if tense is None:
            return False
        if tense == "past":
            return window.valid_to is not None and window.valid_to < self._context.day
        return ahead

    def kept_until(self, record: Record, mention: Mention) -> date | None:
        """The day for which a sentence keeps a price that another one of the product follows before it."""
        price, part = record.price, self._context.reply.segment_of(mention.start)
        if price is None or price.window.valid_to is None or part is None:
            return None
        day = kept_beyond(self._context, self._context.reply, part.start, part.end, price.window)
        return day if day is not None and self.following(record, day) is not None else None

    def keeps_a_price(self, mention: Mention, focus: Focus, used: Iterable[Record]) -> bool:
        """True when the sentence of a figure keeps beyond its last day a price of what is spoken of, or one `used`."""
        book = self._context.book.records.by_sku
        priced = (r for sku in focus.skus for r in book.get(sku, ()) if in_force(r, self._context.day))
        return any(self.kept_until(r, mention) is not None for r in (*used, *priced))

    def multiplies_a_kept_price(self, mention: Mention, focus: Focus) -> bool:
        """True for a sum of so many at a price that its sentence keeps too long: "3 ноября примем 416 000" of eight."""
        if not self.keeps_a_price(mention, focus, ()):
            return False
        volumes = self._grounds.volumes
        counts = {*volumes.counts, *volumes.far_counts}
        own = (r for sku in focus.skus for r in self._context.book.records.by_sku.get(sku, ()))
        return any(
            r.amount and mention.amount / r.amount in counts and self.kept_until(r, mention) is not None for r in own
        )

    def is_over(self, mention: Mention, focus: Focus) -> bool:
        """True for a number without a currency that was the price of the product named beside it ("опт 7 400")."""
        if mention.currency is not None or focus.level != LOCAL or not focus.keys[NAME].firm:
            return False
        same = [r for r in self.of_amount(mention.amount) if r.sku in focus.skus and r.price is not None]
        today = self._context.day
        return any(r.price.window.valid_to is not None and r.price.window.valid_to < today for r in same if r.price)

    def following(self, record: Record, day: date) -> Record | None:
        """The price of the same variant that holds on a later day."""
        same = self._context.book.records.by_sku.get(record.sku, ())
        later = (r for r in same if r is not record and r.features == record.features and in_force(r, day))
        tiered = (r for r in later if r.price is not None and record.price is not None)
        return next((r for r in tiered if r.price.min_qty == record.price.min_qty), None)  # type: ignore[union-attr]

    def _in_place(self, record: Record) -> bool:
        """True when a price is for the client's region and segment, as far as both are known."""
        price, asked = record.price, self._context
        if price is None:
            return True
        region = asked.region is None or price.region is None or price.region == asked.region
        return region and (asked.segment is None or price.segment is None or price.segment == asked.segment)

    def same_currency(self, record: Record, mention: Mention) -> bool:
        """True for a sum in the price's currency, or in none."""
        own = record.currency or self._context.book.book.currency
        return mention.currency is None or mention.currency == own

    def _right_period(self, record: Record, mention: Mention) -> bool:
        price = record.price
        said = [p for p in (mention.pers or (mention.per,)) if p in PERIODS]
        if price is None or not said:
            return True
        own = periods_of(price) | self._grounds.periods_named(record)
        return bool(own & set(said)) if own else True

    def right_tier(self, record: Record, mention: Mention) -> bool:
        """A volume price needs its volume: named beside it, or asked for in the dialogue."""
        price, product = record.price, record.product
        if price is None or product is None or price.min_qty <= 1:
            return True
        counts = self._grounds.volumes.of(mention, price)
        others = [p for p in product.prices if p.min_qty < price.min_qty and p.attributes == price.attributes]
        if others:
            counts = tuple(c for c in counts if c >= price.min_qty)
        return any(c == price.min_qty or tier_of(product.prices, price, c) is price for c in counts)

    def below_tier(self, record: Record, mention: Mention) -> bool:
        """True for a volume price where the sentence, else the client, names counts that are all too small for it."""
        price = record.price
        if price is None or price.min_qty <= 1:
            return False
        counts = self._grounds.volumes.here(mention, price)
        return bool(counts) and max(counts) < price.min_qty

    def _right_bound(self, record: Record, mention: Mention) -> bool:
        price = record.price
        if price is None or not price.from_price or mention.bound == "from" or mention.amount_max is not None:
            return True
        if mention.quote.casefold().endswith(ABLATIVE):
            return True
        return (
            self._scope_of(mention).denies_below
            or self._grounds.deferred(mention)
            or self._context.reply.supposes(mention.start)
        )

    def contradicted(self, record: Record, focus: Focus) -> bool:
        """True when the surroundings name another product or variant, and that one exists."""
        return NAME in focus.conflicts(record) or self.other_variant(record, focus)

    def other_variant(self, record: Record, focus: Focus) -> bool:
        """True when the surroundings name values that another variant has and this one has not."""
        wrong = set(focus.conflicts(record)) - {NAME}
        if not wrong:
            return False
        for other in self._kin(record):
            if other is record or any(k not in other.features for k in wrong):
                continue
            if not set(focus.conflicts(other)) - {NAME}:
                return True
        return False

    def _kin(self, record: Record) -> Iterable[Record]:
        """Records a slip could confuse with this one: of the same SKU, of products of its name, of one tool."""
        if record.turn >= 0:
            return [r for r in self._context.found.records if r.key == record.key]
        book = self._context.book
        family = book.family.get(record.sku, (record.sku,))
        own = [r for sku in family for r in book.records.by_sku[sku] if in_force(r, self._context.day)]
        alike = book.alike.get(frozenset(record.features), ())
        return [*own, *(r for r in alike if r.sku not in family and in_force(r, self._context.day))]

    def lead(self, mention: Mention) -> int:
        """Where the words that lead to a sum begin: after the sum before it, or with its segment."""
        part = self._context.reply.segment_of(mention.start)
        before = [m.end for m in self._sums if m.end <= mention.start]
        return max(before[-1] if before else 0, part.start if part is not None else 0)


def _rooted(stem: str, among: Iterable[str]) -> bool:
    """True when a stem, or a word of its root ("ноч" and "ночн"), is among others."""
    return any(
        s == stem or (min(len(s), len(stem)) >= _ROOT and (s.startswith(stem) or stem.startswith(s))) for s in among
    )
