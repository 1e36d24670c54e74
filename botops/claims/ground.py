"""Gathers what a figure of a reply may be computed from: prices, counts, percents, sums."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from botops.claims.changes import PART_TOPICS, Changes
from botops.claims.context import ReplyContext
from botops.claims.counts import numbers_in, plain_sums, prices_each, sums_in, units_in
from botops.claims.cues import Cues, cues_in, speaks_of
from botops.claims.dates import Dated
from botops.claims.instalments import Instalments
from botops.claims.lazy import cached_property
from botops.claims.link import BEFORE, Focus
from botops.claims.mention import Mention
from botops.claims.plain import plainly_priced
from botops.claims.policy import Rule
from botops.claims.records import NAME, Record, in_force
from botops.claims.segment import segment_at
from botops.claims.solver import Ground, Target, Value
from botops.claims.spoken_days import dates_said, of_today, stay
from botops.claims.steps import Reduction
from botops.claims.term_sums import ABLATIVE, TermSums
from botops.claims.volumes import Volumes
from botops.pricebook.model import OfferKind

_ZERO, _ONE = Decimal(0), Decimal(1)
_MAX_PRODUCTS = 12
_MAX_SCANNED = 500
_MAX_BACK = 9
_MAX_BASKET = 4
_MAX_USED = 64
_MAX_CONVERTED = 12
_INSTEAD = re.compile(r"(?:вместо|instead of)\s*$")
_GROSS = re.compile(
    r"(?:\bс (?:ндс|налогом|nds)|\b(?:ндс|ққс|nds)-?(?:пен|pen| қосқанда| қосып)|\b(?:with|incl\w*) (?:vat|tax))"
    r"(?:\s\d+\s?%)?\W{0,3}\Z"
)
_ENDS_FROM = re.compile(r"[.!?\n]|\Z")
_SUMMED_UP = re.compile(r"[\d₸%\w)]\s?[:=]\s*$")


class Grounds:
    """What one reply can be computed from; the parts common to all its figures are gathered once."""

    def __init__(
        self,
        context: ReplyContext,
        running: Sequence[Decimal],
        aside: frozenset[Decimal],
        denied: frozenset[Decimal],
        used_up: frozenset[int] = frozenset(),
    ) -> None:
        self._context = context
        self._aside = aside
        self._used_up = used_up
        self._running = tuple(running)
        self._offers = list(context.book.book.offers_on(context.day))
        self._grounds: dict[tuple[object, ...], Ground] = {}
        self._made: dict[tuple[object, ...], Any] = {}
        self.volumes = Volumes(context)
        self._instalments = Instalments(context, self._offers)
        self._changes = Changes(context, self._offers, denied)

    @cached_property
    def _asked(self) -> frozenset[str]:
        question = self._context.question
        return question.reading.concepts if question is not None else frozenset()

    @cached_property
    def _fees(self) -> frozenset[Decimal]:
        """Sums that policies charge."""
        return frozenset(m for r in self._context.book.terms.rules if r.offer is None for m in r.money)

    @cached_property
    def _free(self) -> tuple[Reduction, ...]:
        """Free periods in force, each with the products it is for."""
        given = [o for o in self._offers if o.kind is OfferKind.FREE_PERIOD]
        return tuple(
            dict.fromkeys(Reduction(o.value, frozenset(o.applies_to)) for o in given if isinstance(o.value, Decimal))
        )

    @cached_property
    def _known(self) -> tuple[Decimal, ...]:
        """Figures the client named, and bare results of tools."""
        said = [a for p in self._context.client for a in sums_in(p) if a not in prices_each(p)]
        said += [a for p in self._context.client[-1:] for a in plain_sums(p) if a not in said]
        return tuple(dict.fromkeys((*said[-6:], *(v for _, v in self._context.evidence.computed[-8:]))))

    def is_clients(self, amount: Decimal) -> bool:
        """True for a sum that the client named."""
        return any(amount in sums_in(p) or amount in plain_sums(p) for p in self._context.client)

    def cues(self, mention: Mention) -> Cues:
        """The arithmetic that the sentence of a mention, what introduces it, or the client's question speaks of."""
        reply, question = self._context.reply, self._context.question
        part = reply.segment_of(mention.start)
        if part is None:
            return Cues()
        start = part.start
        if part.parent is not None:
            start = min(start, reply.segments[part.parent].start)
        own = reply.text[max(start, part.end - 600) : part.end]
        cues = cues_in(own, question.text[-400:] if question is not None else "")
        if self._replaced(mention):
            return replace(cues, total=False, difference=False, pure_difference=False, between=False)
        if _SUMMED_UP.search(reply.text, max(part.start, mention.start - 4), mention.start):
            return replace(cues, total=True)
        if not cues.total and len({h.skus for h in reply.hits_in(part.start, part.end)}) > 1:
            return replace(cues, total=True)
        return cues

    def _spread(self, mention: Mention) -> tuple[Decimal, ...]:
        """Over how many of its unit a rate is spread: 6 for "на 6 месяцев, по 12 200 в месяц"."""
        if mention.per is None:
            return ()
        near = (self._context.reply, self._context.question)
        return tuple(
            q.value for m in near if m is not None for q in m.quantities if q.unit == mention.per and q.value > 1
        )

    def _gross(self, mention: Mention) -> bool:
        """True for a sum said to have the tax in it: "с НДС 16% — 580 000"."""
        return _GROSS.search(self._context.reply.folded, max(0, mention.start - 24), mention.start) is not None

    def _bounded(self, mention: Mention) -> bool:
        """True for a lower bound, a hedge, and a Kazakh "from" that closes its sentence ("демек 230 000 теңгеден.")."""
        if mention.bound == "from" or self.deferred(mention):
            return True
        closes = _ENDS_FROM.match(self._context.reply.folded, mention.end) is not None
        return closes and mention.quote.casefold().endswith(ABLATIVE)

    def _replaced(self, mention: Mention) -> bool:
        """True for a former sum ("вместо 240 000"): one that was charged, never one that is to be added up."""
        text = self._context.reply.folded
        return bool(_INSTEAD.search(text, max(0, mention.start - 14), mention.start)) or text.startswith(
            " орнына", mention.end
        )

    def is_count(self, amount: Decimal) -> bool:
        """True for a number that stands for heads or pieces here: the client's count, the threshold of a tier."""
        return amount in self._heads or amount in self._context.book.thresholds

    @cached_property
    def _heads(self) -> frozenset[Decimal]:
        return frozenset(numbers_in(m for m in self._context.messages if m.role == "user"))

    def periods_named(self, record: Record) -> frozenset[str]:
        """Units in a product's name ("Занятие, 60 минут" is priced by the hour too)."""
        found = units_in(record.product.name) if record.product is not None else frozenset()
        return found | {"hour"} if "minute" in found else found

    @cached_property
    def stay_dates(self) -> tuple[Dated, ...]:
        """Dates of a stay the client or the reply named last, where the policies price a night by its own date."""
        if not self._dated_stay:
            return ()
        for message in (self._context.reply, *reversed(self._context.client[-4:])):
            if message.dates:
                return (*message.dates, *stay(message, message.dates, self._context.day))
        return ()

    def dates_near(self, mention: Mention) -> tuple[Dated, ...]:
        """Dates that say when a price holds: of its segment, of what introduces it. A day
        without its month is the next one, or of the month the dialogue speaks of."""
        reply = self._context.reply
        part = reply.segment_of(mention.start)
        if part is None:
            return ()
        spans = [part]
        if part.parent is not None:
            spans.append(reply.segments[part.parent])
        at = segment_at(reply.segments, part.start)
        if at and reply.segments[at - 1].paragraph == part.paragraph:
            spans.append(reply.segments[at - 1])
        day = self._context.day
        return self._with_month([d for s in spans for d in dates_said(reply, day, s.start, s.end)])

    @cached_property
    def dates_asked(self) -> tuple[Dated, ...]:
        """Dates the client asks about ("заплачу третьего октября"), unless the reply speaks of today or of dates."""
        question, reply = self._context.question, self._context.reply
        if question is None or reply.dates or of_today(reply):
            return ()
        return self._with_month(dates_said(question, self._context.day))

    def _with_month(self, dates: Sequence[Dated]) -> tuple[Dated, ...]:
        return (*dates, *(d._replace(months=self._month) for d in dates if d.day and not d.months and self._month))

    @cached_property
    def _month(self) -> tuple[int, ...]:
        """The month the dialogue named last: that of a day named without one."""
        talk = (d for m in reversed(self._context.messages) if m.role != "tool" for d in reversed(m.dates))
        return next((d.months for d in talk if len(d.months) == 1), ())

    @cached_property
    def _dated_stay(self) -> bool:
        """True when the policies price a stay or a visit by its own date rather than by the day of booking."""
        return any(speaks_of("dated_stay", t) for t in self._context.book.book.policies.text)

    def of(
        self,
        mention: Mention,
        focus: Focus,
        stated: Mapping[int, Decimal],
        holds: Callable[[Record], bool],
        used: Iterable[Record] = (),
    ) -> Ground:
        """The ground of one figure. `holds` says which prices are in force and of the variant spoken of; `used` are
        prices this message and the last ones named already."""
        currency = mention.currency or self._context.book.book.currency
        used = tuple(used)[-_MAX_USED:]
        found = self._records(mention, focus, holds, [r.sku for r in used])
        records = tuple(dict.fromkeys((*found, *(r for r in used if r.currency in {None, currency}))))
        cues = self.cues(mention)
        plain = plainly_priced(self._context.reply, mention)
        if plain:
            # "Shop plan is 18 900" is about no other product, though 18 900 may be a tenth of what one costs.
            records = tuple(r for r in records if r.sku in focus.skus)
            cues = Cues(vat=cues.vat, divide=cues.divide, pro_rata=cues.pro_rata)
        elif focus.level <= BEFORE and any(self._same_line(mention, position) for position in stated):
            cues = replace(cues, total=True)
        key = (
            tuple(map(id, records)),
            tuple(stated.items()),
            mention.currency,
            mention.bound,
            mention.per,
            plain,
            cues.vat and self._gross(mention),
            cues,
        )
        if key not in self._grounds:
            self._grounds[key] = self._ground(mention, stated, records, cues, plain=plain)
        return self._grounds[key]

    def _ground(
        self, mention: Mention, stated: Mapping[int, Decimal], records: tuple[Record, ...], cues: Cues, *, plain: bool
    ) -> Ground:
        """What a figure may be computed from: the given prices, the figures `stated` before it, what the client said
        and what the book adds or takes off. `plain` figures are prices by themselves."""
        policies = self._context.book.book.policies
        own = mention.currency in {None, self._context.book.book.currency}
        open_ = cues.difference or self._bounded(mention) or self._context.reply.supposes(mention.start)
        return Ground(
            records=records,
            counts=self.volumes.counts,
            far_counts=self.volumes.far_counts,
            percents=self._changes.percents,
            shares=self._changes.shares if not plain or self._of_a_part(mention) else (),
            plain=plain,
            added=self._changes.added,
            off=self._changes.off if own else (),
            free=self._free,
            parts=self._instalments.parts,
            spread=self._spread(mention),
            fees=self._fees,
            on_top=self._changes.fees if own else (),
            each=self._changes.by_the_piece,
            unsplit=self._instalments.unsplit(records),
            vat=policies.vat_percent or Decimal(0),
            gross=self._gross(mention),
            vat_included=policies.vat_included is not False,
            stated=tuple(stated.values()),
            lines=self._lines(stated),
            addends=tuple(a for at, a in stated.items() if at not in self._used_up),
            running=tuple(a for a in self._running if open_ or a not in self._aside),
            known=self._known,
            swaps=self._swaps(stated.values()),
            basket=self._basket(mention, records),
            cues=cues,
            listed=self._context.book.records.by_amount,
            made=self._made,
        )

    def _records(
        self, mention: Mention, focus: Focus, holds: Callable[[Record], bool], used: Iterable[str]
    ) -> tuple[Record, ...]:
        """Prices in force of the products spoken of: nearest, then of the message, then of the dialogue backwards."""
        context = self._context
        hedged = self._bounded(mention)
        skus = dict.fromkeys(focus.skus[:_MAX_PRODUCTS])
        for message in reversed(context.messages[-_MAX_BACK:]):
            if message.role != "tool" and len(skus) < _MAX_PRODUCTS:
                skus.update(dict.fromkeys(s for h in message.hits if h.strength > 1 for s in h.skus[:_MAX_PRODUCTS]))
        skus.update(dict.fromkeys(used))
        if not skus or any(k != NAME and r.level <= BEFORE for k, r in focus.keys.items()):
            skus.update(dict.fromkeys(self._described(focus)))
        currency = mention.currency or context.book.book.currency
        return tuple(
            r
            for sku in list(skus)[: 2 * _MAX_PRODUCTS]
            for r in context.book.records.by_sku.get(sku, ())
            if r.currency in {None, currency} and holds(r) and (hedged or r.price is None or not r.price.from_price)
        )

    def _described(self, focus: Focus) -> Iterator[str]:
        """Products that nobody named, yet a value of theirs was ("автомат по 51 250")."""
        for record in self._context.book.records.records[:_MAX_SCANNED]:
            if len(record.features) > 1 and focus.matches(record) and not focus.conflicts(record):
                yield record.sku

    def _swaps(self, stated: Iterable[Decimal]) -> tuple[tuple[Decimal, Decimal], ...]:
        """Prices of today with the ones named here that hold at another time: what an earlier total changes by."""
        day, records = self._context.day, self._context.book.records
        if not records.dated:
            return ()
        out: dict[tuple[Decimal, Decimal], None] = {}
        for amount in stated:
            for other in records.by_amount.get(amount, ()):
                if other.price is None or in_force(other, day):
                    continue
                for now in records.by_sku[other.sku]:
                    same = now.features == other.features and now.price is not None and now.price.per == other.price.per
                    if same and in_force(now, day) and now.price.min_qty == other.price.min_qty:  # type: ignore[union-attr]
                        out[now.amount, amount] = None
        return tuple(out)

    def _same_line(self, mention: Mention, position: int) -> bool:
        """True for an amount that leads to a mention in the same segment ("24 000 ₸, с питанием 29 400 ₸")."""
        part = self._context.reply.segment_of(mention.start)
        return part is not None and part.start <= position < mention.start

    def _lines(self, stated: Mapping[int, Decimal]) -> tuple[Decimal, ...]:
        """The last amount of each line: what a list adds up ("2 × 3 990 — 7 980" counts as 7 980)."""
        last: dict[int, Decimal] = {}
        for position, amount in stated.items():
            last[segment_at(self._context.reply.segments, position)] = amount
        return tuple(last.values())

    def _basket(self, mention: Mention, records: Sequence[Record]) -> tuple[tuple[Record, ...], ...]:
        """Prices of each thing named in the sentence, or in the client's question: what a sum over products takes."""
        reply, question = self._context.reply, self._context.question
        part = reply.segment_of(mention.start)
        names = [h.skus for h in reply.hits if part is not None and part.start <= h.start < part.end]
        if len(names) < 2 and question is not None:
            names = [h.skus for h in question.hits if h.strength > 1]
        chosen: list[tuple[Record, ...]] = []
        taken: set[str] = set()
        for skus in dict.fromkeys(names):
            if not taken.isdisjoint(skus):
                continue
            taken.update(skus)
            chosen.append(tuple(r for r in records if r.sku in skus))
        return tuple(c for c in chosen if c)[:_MAX_BASKET]

    def converted(
        self, target: Target, mention: Mention, focus: Focus, stated: Iterable[tuple[str | None, Decimal]] = ()
    ) -> Value | None:
        """A price of what the dialogue is about, or a sum stated in it, in one currency as a sum in the other, at a
        rate that the book fixes. A rate for some products converts their prices alone."""
        own = self._context.book.book.currency
        currency = mention.currency or own
        said = [(c or own, a) for c, a in stated]
        earlier = self._running[-_MAX_CONVERTED:]
        for rate in self._term_sums.rates(mention):
            base = rate.other(currency)
            if base is None:
                continue
            about = rate.skus or frozenset(focus.skus) | focus.named
            listed = [
                r.amount * count
                for sku in about
                for r in self._context.book.records.by_sku.get(sku, ())
                if (r.currency or own) == base and in_force(r, self._context.day)
                for count in (_ONE, *self.volumes.counts)
            ]
            before = [] if rate.skus and rate.skus.isdisjoint(focus.named) else [*earlier, *self._known]
            for amount in (*(a for c, a in said if c == base), *listed, *before):
                other = rate.into(currency, amount)
                if any(target.hits(other + more) for more in (_ZERO, *earlier)):
                    return Value(other, (amount, "×" if currency == rate.base else "/", rate.value))
        return None

    def outdated_rate(self, value: Decimal, mention: Mention) -> bool:
        """True for a rate of the book that holds neither today nor on a date named here."""
        known = any(r.value == value for r in self._context.book.rates)
        return known and all(r.value != value for r in self._term_sums.rates(mention))

    def has_rate(self, mention: Mention) -> bool:
        """True when the book or its policies fix a rate of any currency for the day of a sum."""
        return any(self._term_sums.rates(mention))

    @cached_property
    def _term_sums(self) -> TermSums:
        return TermSums(self._context, self._asked)

    def is_term(self, amount: Decimal, mention: Mention) -> bool:
        """True for a sum that offers or policies name where the talk is of them, and for a figure a tool computed."""
        return self._term_sums.has(amount, mention)

    def rule_naming(self, amount: Decimal, mention: Mention) -> Rule | None:
        """The offer or policy that names a sum where the talk is of it."""
        return self._term_sums.rule(amount, mention)

    def currencies(self, focus: Focus) -> frozenset[str]:
        """Currencies in which the products spoken of are priced; those of the whole book when none is named."""
        context = self._context
        records: Iterable[Record] = [r for sku in focus.skus for r in context.book.records.by_sku.get(sku, ())]
        records = records or context.book.records.records
        own = context.book.book.currency
        return frozenset(r.currency or own for r in records)

    def deferred(self, mention: Mention) -> bool:
        """True when the sentence says that the sum is a lower bound or a guess, and nothing says it is exact."""
        own = self.sentence(mention)
        return (mention.approx or speaks_of("hedged", own)) and not speaks_of("exact", own)

    def _of_a_part(self, mention: Mention) -> bool:
        """True when the sentence of a mention speaks of a part of a price: a deposit, a cashback, a half."""
        reply, part = self._context.reply, self._context.reply.segment_of(mention.start)
        if part is None:
            return False
        return bool(
            reply.reading.over(reply.reading.word_at(part.start), reply.reading.word_at(part.end)) & PART_TOPICS
        )

    def sentence(self, mention: Mention) -> str:
        """The text of the sentence or list item of a mention."""
        part = self._context.reply.segment_of(mention.start)
        return self._context.reply.text[part.start : part.end] if part is not None else ""
