"""Sums that offers and policies name: a fee, a threshold, a deposit, where the talk is of what they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from botops.claims.context import ReplyContext
from botops.claims.counts import stems_in
from botops.claims.cues import said, speaks_of
from botops.claims.dates import covers
from botops.claims.lazy import cached_property
from botops.claims.lexicon import Concepts
from botops.claims.mention import Mention
from botops.claims.objects import things_of
from botops.claims.policy import Rule
from botops.claims.rates import FixedRate
from botops.claims.words import language_of
from botops.pricebook import OfferKind

ZERO_PARTS = re.compile(r"\b0-0-\d")
"""An instalment by its parts: "0-0-12"."""

ABLATIVE = ("дан", "ден", "тан", "тен", "нан", "нен")
"""Endings of a Kazakh sum from which something begins: "95 000-нан"."""

_ARITHMETIC = frozenset({"total", "difference", "divide", "pro_rata", "vat", "computed", "reduction", "saving"})

_TELLING, _WORD, _SEVERAL = 5, 4, 2
_UNITS_OF_TIME = frozenset({"u:minute", "u:hour", "u:day"})
_MINUTES = {"minute": Decimal(1), "hour": Decimal(60), "day": Decimal(1440)}


class TermSums:
    """Looks sums of one reply up in the rules of the book. `asked` are the concepts of the client's question."""

    def __init__(self, context: ReplyContext, asked: Concepts) -> None:
        self._context = context
        self._asked = asked

    def has(self, amount: Decimal, mention: Mention) -> bool:
        """True for a sum that offers or policies name where the talk is of them, and for a figure a tool computed."""
        if any(amount == v for _, v in self._context.evidence.computed) and self._of_arithmetic(mention):
            return True
        book = self._context.book
        if any(r.value == amount and mention.currency in {None, r.base} for r in self.rates(mention)):
            return True
        if mention.currency not in {None, book.book.currency}:
            return False
        return self.rule(amount, mention) is not None

    def _of_arithmetic(self, mention: Mention) -> bool:
        """True where a sum may be one worked out: what a single thing is listed at, no calculator says."""
        reply, question = self._context.reply, self._context.question
        part = reply.segment_of(mention.start)
        if part is None:
            return True
        if any(h.strength > 1 for h in reply.hits_in(part.start, part.end)):
            return bool(said(reply.text[part.start : part.end]) & _ARITHMETIC)
        asked = {h.skus for h in question.hits if h.strength > 1} if question is not None else set()
        return len(asked) != 1 or mention.per is None

    def rates(self, mention: Mention) -> Iterator[FixedRate]:
        """Rates in force today, and on the days that the sentence of a sum or the client's question names."""
        if not self._context.book.rates:
            return
        today, reply, question = self._context.day, self._context.reply, self._context.question
        part = reply.segment_of(mention.start)
        dates = [d for d in reply.dates if part is not None and part.start <= d.start < part.end]
        dates += question.dates if question is not None else ()
        for rate in self._context.book.rates:
            if rate.window.covers(today) or any(covers(rate.window, d, today) for d in dates):
                yield rate

    def rule(self, amount: Decimal, mention: Mention) -> Rule | None:
        """The offer or policy that names a sum where the talk is of it; times a count too."""
        day, terms = self._context.day, self._context.book.terms
        rules = [r for r in terms.naming.get(amount, ()) if r.window.covers(day)]
        if rules:
            return next((r for r in rules if self._speaks_of(r, mention)), None)
        fees = (r for r in terms.fees if r.window.covers(day))
        return next((r for r in fees if self._times(r, amount) and self._speaks_of(r, mention)), None)

    def _times(self, rule: Rule, amount: Decimal) -> bool:
        """True for a fee of the policies times what is charged ("1 000 за каждые 30 минут": an hour is 2 000)."""
        spans = self._spans
        return any(
            q.unit in _MINUTES and span == amount / fee * q.value * _MINUTES[q.unit]
            for fee in rule.money
            for q in rule.counts
            for span in spans
        )

    def _is_threshold(self, rule: Rule, mention: Mention) -> bool:
        """True for a sum from which a rule holds, said as one that is passed or missed ("сумма больше 10 000")."""
        if not any(c.kind == "min_sum" and c.value == mention.amount for c in rule.conditions):
            return False
        part = self._context.reply.segment_of(mention.start)
        clause = self._context.reply.text[part.start : part.end] if part is not None else ""
        return mention.bound is not None or speaks_of("threshold", clause)

    @cached_property
    def _spans(self) -> frozenset[Decimal]:
        """The spans of time the reply names, in minutes."""
        reply = self._context.reply
        spans = {q.value * _MINUTES[q.unit] for q in reply.quantities if q.unit in _MINUTES}
        return frozenset(spans | {_MINUTES[c[2:]] for c in reply.reading.concepts if c in _UNITS_OF_TIME})

    def _taken_off(self, mention: Mention) -> bool:
        """True for a sum behind a minus, in a sign or a word ("минус 40 000 ₸"): the talk is of an amount off."""
        reading = self._context.reply.reading
        first = reading.word_at(mention.start)
        return first > 0 and "minus" in reading.tags[first - 1]

    def _speaks_of(self, rule: Rule, mention: Mention) -> bool:
        reply = self._context.reply
        reading = reply.reading
        part = reply.segment_of(mention.start)
        start, end = (part.start, part.end) if part is not None else (0, len(reply.text))
        first, last = reading.word_at(start), reading.word_at(end)
        if rule.offer is not None and rule.offer.code and rule.offer.code.casefold() in reply.folded:
            return True
        if self._is_threshold(rule, mention) or rule.groups & (reading.over(first, last) | self._asked):
            return True
        if rule.offer is not None and rule.offer.kind is OfferKind.AMOUNT and self._taken_off(mention):
            return True
        topics = {t for t in rule.topics if ":" not in t}
        if topics & (reading.over(first, last) | self._asked):
            return True
        if "instalment" in topics and ZERO_PARTS.search(reply.folded):
            return True
        if rule.things & things_of(reading, first, last):
            return True
        threshold = any(c.kind == "min_sum" and c.value == mention.amount for c in rule.conditions)
        bounded = mention.bound is not None or mention.quote.casefold().endswith(ABLATIVE)
        if (bounded or not threshold) and not rule.about.isdisjoint(
            s for h in reply.hits_in(start, end) for s in h.skus
        ):
            return True
        question = self._context.question
        near = {w.stem for w in reading.words[first:last]} | ({w.stem for w in question.words} if question else set())
        shared = near & stems_in(rule.text)
        if any(len(s) >= _TELLING for s in shared) or sum(len(s) >= _WORD for s in shared) >= _SEVERAL:
            return True
        # Words of two languages cannot be compared: a sum that stands in the rule alone is what tells.
        alone = mention.amount not in self._context.book.records.by_amount and not reply.hits_in(start, end)
        return alone and language_of(reply.text) != language_of(rule.text)
