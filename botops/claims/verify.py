"""Judges the sums of money in a reply: each is a price of what it is about, follows from prices, or is a finding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from botops.claims.context import ParsedMessage, ReplyContext
from botops.claims.cues import speaks_of
from botops.claims.echoed import is_base, said_back
from botops.claims.equations import Equation, equations, factors, products
from botops.claims.fitting import PERIODS, Fitting
from botops.claims.ground import Grounds
from botops.claims.kinds import kind_of
from botops.claims.link import BEFORE, LOCAL, Focus, Linker
from botops.claims.mention import Mention
from botops.claims.outcome import Doubt, Verified
from botops.claims.plain import plainly_priced
from botops.claims.records import NAME, Record, in_force
from botops.claims.scope import Scope, Status, scope_of
from botops.claims.solver import Target, Value, derive, holds_for
from botops.claims.words import is_cyrillic
from botops.domain.findings import FindingKind

_CENT = Decimal("0.01")
_HEDGE = Decimal("0.02")
_FINE = frozenset({"USD", "EUR", "GBP"})
_GROUPED = re.compile(r"\d[\s\u00a0\u202f]000\b")
_LENGTHS = frozenset({"hour", "day", "week", "month", "year"})


class Verifier:
    """Judges one reply. `taken` are spans that term claims answer for; `running` the amounts of earlier turns.

    `asked` is True for a client's question that a bare yes confirms.
    """

    def __init__(
        self,
        context: ReplyContext,
        *,
        taken: Sequence[tuple[int, int]] = (),
        running: Sequence[Decimal] = (),
        aside: frozenset[Decimal] = frozenset(),
        used: Sequence[Record] = (),
        asked: bool = False,
    ) -> None:
        self._context = context
        self._taken = taken
        self._asked = asked
        self._running = frozenset(running)
        reply = context.reply
        self._all = [m for m in reply.numbers if m.kind == "money"]
        self._equations = equations(reply.text, reply.numbers, reply.quantities)
        self._results = {e.result.start: e for e in self._equations}
        self._operands = {o.start: e for e in self._equations for o in e.operands}
        self._factors = {o.start for e in self._equations for o in factors(e)}
        self._aside = aside
        self._grounds = Grounds(context, running, aside, _within(reply, taken), frozenset(self._operands))
        self._scopes: dict[int, Scope] = {}
        self._false: set[int] = set()
        self._wholes: set[int] = set()
        self._plain: set[Decimal] = set()
        self._set_aside: set[Decimal] = set()
        self._used: dict[Record, None] = dict.fromkeys(used)
        self._linker = Linker(context, self._all)
        self._fitting = Fitting(context, self._grounds, self._all, self._scope)
        self._borne: dict[int, Decimal] = {}

    def run(self) -> Verified:
        """Looks at every sum twice: first prices named as such, then figures that rest on them."""
        supported = self._borne
        open_: list[tuple[Mention, Focus]] = []
        claims, silent = 0, set[int]()
        for at, mention in enumerate(self._all):
            claim = self._is_claim(mention)
            claims += claim
            if not claim and self._in_false_term(mention):
                continue
            focus = self._linker.focus(at)
            claim = claim or (self._scope(mention).asserted and self._fitting.is_over(mention, focus))
            if (
                not self._scope(mention).denies_below
                and not self._leaves_out(mention, supported)
                and self._named_price(mention, focus)
            ):
                _keep(supported, mention)
            else:
                open_.append((mention, focus))
                silent.update(() if claim else (mention.start,))
        doubts = []
        for mention, focus in open_:
            if self._is_clients(mention, supported):
                continue
            doubt = self._figure(mention, focus, supported)
            if doubt is None:
                _keep(supported, mention)
                if mention.bound == "from":
                    self._set_aside.add(mention.amount)
            elif mention.start not in silent:
                self._false.add(mention.start)
                doubts.append(doubt)
        said = tuple(supported[k] for k in sorted(supported))
        return Verified(tuple(doubts), said, claims, frozenset(self._set_aside - self._plain), tuple(self._used))

    def _is_clients(self, mention: Mention, supported: dict[int, Decimal]) -> bool:
        """True for the client's own figure said back beside ours, and for one that a share is taken of."""
        if said_back(self._context, mention, supported.values()) and mention.start not in self._results:
            return True
        return is_base(self._context.reply, mention) and self._grounds.is_clients(mention.amount)

    def _leaves_out(self, mention: Mention, supported: dict[int, Decimal]) -> bool:
        """True for a total that names no thing of its own right after a list of several: no single price can be it."""
        reply = self._context.reply
        lead = self._fitting.lead(mention)
        if not speaks_of("whole", reply.text[lead : mention.start]) or reply.hits_in(lead, mention.end):
            return False
        part = reply.segment_of(mention.start)
        if part is None or reply.reading.concepts & {"gift", "free"}:
            return False
        before = [m for m in self._all if m.end <= mention.start and m.start in supported and m.per == mention.per]
        lines = {s.start for m in before if (s := reply.segment_of(m.start)) is not None and s.kind == "item"}
        apart = len(lines) > 1 or (before and ";" in reply.text[before[0].end : before[-1].start])
        things = {h.skus for h in reply.hits_in(0, mention.start)}
        if not apart or len(things) < 2 or len({m.amount for m in before}) < 2:
            return False
        self._wholes.add(mention.start)
        return True

    def _is_claim(self, mention: Mention) -> bool:
        if mention.currency is None and not self._plausible(mention):
            return False
        if not mention.amount and self._context.book.terms.rules:
            # What costs nothing is given: the book's offers and policies answer for it.
            return False
        if self._in_false_term(mention):
            return False
        scope = self._scope(mention)
        if scope.denies_below:
            return mention.currency is not None
        if self._asked:
            return scope.status in {Status.ASSERTED, Status.QUESTION, Status.ECHO}
        return scope.asserted or (scope.status is Status.QUESTION and self._offered(mention))

    def _in_false_term(self, mention: Mention) -> bool:
        """True inside a span that a finding of a term answers for."""
        return any(start < mention.end and mention.start < end for start, end in self._taken)

    def _offered(self, mention: Mention) -> bool:
        """True for a sum in a question that offers ("How about Delta at $106?") and asks nothing of the client's."""
        part = self._context.reply.segment_of(mention.start)
        if part is None or mention.currency is None:
            return False
        reading = self._context.reply.reading
        said = reading.over(reading.word_at(part.start), reading.word_at(part.end))
        return not said & {"s:budget", "s:yours", "s:competitor"}

    def _plausible(self, mention: Mention) -> bool:
        """True when a number without a currency is likely a price: not a count, not part of a name, large enough."""
        reply = self._context.reply
        if mention.start in self._results:
            return True
        told = mention.start in self._operands or self._alone(mention) or plainly_priced(reply, mention)
        if mention.role == "bare" and not told:
            return False
        if mention.role != "scaled" and (mention.amount_max is not None or self._grounds.is_count(mention.amount)):
            return False
        if mention.role != "scaled" and mention.amount < self._context.book.least / 2:
            return False
        if mention.per is None and mention.start not in self._operands and not is_cyrillic(reply.text):
            return False
        counted = any(
            q.unit not in {"", mention.per} and q.start < mention.end and mention.start < q.end
            for q in reply.quantities
        )
        named = any(h.start < mention.end and mention.start < h.end for h in reply.all_hits)
        named = named or any(h.start < mention.end and mention.start < h.end for h in reply.features)
        return not (counted or named or mention.start in self._factors)

    def _alone(self, mention: Mention) -> bool:
        """True for a round number written as money is ("140 000") in a reply that names no other."""
        return len(self._all) == 1 and _GROUPED.search(mention.quote) is not None

    def _scope(self, mention: Mention) -> Scope:
        known = self._scopes.get(mention.start)
        if known is None:
            known = scope_of(self._context.reply.reading, mention.start, mention.end)
            self._scopes[mention.start] = known
        return known

    def _named_price(self, mention: Mention, focus: Focus) -> bool:
        """True when the amount (both ends of a range) is a price or a tool's figure of what is spoken of."""
        return all(self._is_price(a, mention, focus) for a in _ends(mention))

    def _is_price(self, amount: Decimal, mention: Mention, focus: Focus) -> bool:
        fitting = self._fitting.fitting(amount, mention, focus)
        if any(r.price is None or (not r.price.from_price and in_force(r, self._context.day)) for r in fitting):
            self._plain.add(amount)
            self._used.update(dict.fromkeys(r for r in fitting if r.price is not None and not r.price.from_price))
        elif fitting:
            self._set_aside.add(amount)
        if fitting:
            return True
        if self._fitting.fits_from(amount, mention, focus):
            return False
        return self._grounds.is_term(amount, mention) or self._computed_before(amount, mention, focus)

    def _computed_before(self, amount: Decimal, mention: Mention, focus: Focus) -> bool:
        """True for a figure of an earlier turn, borne out there, unless another product is named beside it now.

        A list price must fit anew.
        """
        own = mention.currency in {None, self._context.book.book.currency}
        if not own or amount not in self._running or self._context.book.records.by_amount.get(amount):
            return False
        if self._fitting.keeps_a_price(mention, focus, self._used):
            return False
        if amount in self._aside and mention.bound != "from" and speaks_of("exact", self._grounds.sentence(mention)):
            return False
        if focus.level != LOCAL or not focus.keys[NAME].firm:
            return True
        return any(
            amount in {m.amount, m.amount_max} and not self._spoken_of(place).isdisjoint(focus.skus)
            for place, message in enumerate(self._context.messages[:-1])
            if message.role == "assistant"
            for m in message.numbers
        )

    def _spoken_of(self, place: int) -> frozenset[str]:
        """Products named in a message, or in the nearest before it that names any."""
        talk = (m for m in reversed(self._context.messages[: place + 1]) if m.role != "tool")
        return next((_named(m) for m in talk if m.hits), frozenset())

    def _figure(self, mention: Mention, focus: Focus, supported: dict[int, Decimal]) -> Doubt | None:
        """A doubt about a sum that is no price by itself, or None when it can be computed."""
        equation = self._results.get(mention.start)
        if equation is not None:
            return self._equation(mention, equation, focus, supported)
        if self._scope(mention).denies_below:
            by_the_unit = mention.per in PERIODS
            if not by_the_unit and self._derived(mention, mention.amount, focus, supported) is not None:
                return None
            return self._denied_below(mention, focus)
        if self._converts(mention):
            return Doubt(mention, FindingKind.CURRENCY, self._nearest(mention, focus))
        if self._foreign(mention, focus, supported):
            return Doubt(mention, FindingKind.CURRENCY, self._nearest(mention, focus))
        if self._fixes_a_from_price(mention, focus):
            return Doubt(mention, FindingKind.PRICE, self._nearest(mention, focus))
        if self._not_for_now(mention, focus) or self._fitting.multiplies_a_kept_price(mention, focus):
            return self._doubt(mention, focus)
        known = dict(supported)
        for place, end in enumerate(_ends(mention)):
            listed = mention.start not in self._wholes and self._is_price(end, mention, focus)
            listed = listed or self._is_operand(mention, focus)
            if not listed and self._derived(mention, end, focus, known) is None:
                return self._doubt(mention, focus)
            known[mention.start + place + 1] = end
        return None

    def _is_operand(self, mention: Mention, focus: Focus) -> bool:
        """True for a price that written arithmetic starts from ("3 × 12 900 = 38 700, большая упаковка выгоднее"): of
        a product the dialogue names, whatever the words behind the arithmetic are about."""
        equation = self._operands.get(mention.start)
        if equation is None or not self._adds_up(equation, mention, focus):
            return False
        for record in self._fitting.of_amount(mention.amount):
            told = record.sku in focus.named or mention.amount in self._running
            if told and self._fitting.in_force(record, mention):
                against = focus.conflicts(record)
                if self._fitting.same_currency(record, mention) and all(focus.keys[k].level > BEFORE for k in against):
                    self._used[record] = None
                    return True
        return False

    def _adds_up(self, equation: Equation, mention: Mention, focus: Focus) -> bool:
        """True for arithmetic that is right, with prices of the tiers that its counts open."""
        stated = equation.result.value
        exact = self._slack(equation.result.mention or mention, equation.value)
        return abs(equation.value - stated) <= exact and self._tiers_hold(equation, mention, focus)

    def _not_for_now(self, mention: Mention, focus: Focus) -> bool:
        """True for a list price of what is spoken of that does not hold on this day or for so few: no arithmetic makes
        it the client's."""
        if mention.start in self._results or mention.start in self._operands:
            return False
        same = [r for r in self._fitting.of_amount(mention.amount) if r.sku in focus.skus and r.price is not None]
        return bool(same) and not any(
            (
                in_force(r, self._context.day)
                and not self._fitting.below_tier(r, mention)
                and self._fitting.kept_until(r, mention) is None
            )
            or self._fitting.contradicted(r, focus)
            for r in same
        )

    def _fixes_a_from_price(self, mention: Mention, focus: Focus) -> bool:
        """True for the lower bound of what is spoken of given as its price ("25 000 ₸, фиксированно")."""
        if not speaks_of("exact", self._grounds.sentence(mention)) or mention.amount_max is not None:
            return False
        bounds = [r for r in self._fitting.of_amount(mention.amount) if r.price is not None and r.price.from_price]
        loose = replace(mention, bound="from")
        return any(self._fitting.fits(r, loose, focus) and not self._fitting.fits(r, mention, focus) for r in bounds)

    def _denied_below(self, mention: Mention, focus: Focus) -> Doubt | None:
        """ "Дешевле 6 900 тарифов нет" promises that nothing is cheaper: false when a price of the kind is."""
        book = self._context.book
        same = self._fitting.of_amount(mention.amount)
        exact = [r for r in same if in_force(r, self._context.day) and r.price is not None]
        periods = {r.price.per for r in exact if r.price is not None} or {mention.per} & PERIODS
        question = self._context.question
        anything = question is not None and speaks_of("cheapest", question.text)
        named = () if anything else focus.skus
        cheaper = [
            r
            for r in (x for sku in named or book.skus for x in book.records.by_sku.get(sku, ()))
            if r.amount < mention.amount
            and in_force(r, self._context.day)
            and self._fitting.same_currency(r, mention)
            and r.price is not None
            and (r.price.per in periods or (not periods and bool(named)))
            and r.price.min_qty == 1
        ]
        if not cheaper:
            return None
        return Doubt(mention, FindingKind.PRICE, max(cheaper, key=lambda r: r.amount))

    def _foreign(self, mention: Mention, focus: Focus, supported: dict[int, Decimal]) -> bool:
        """True for a currency in which what is named beside the sum has no price, with no rate to convert by."""
        own = self._context.book.book.currency
        if (
            mention.currency in {None, own}
            or focus.level > BEFORE
            or mention.currency in self._grounds.currencies(focus)
        ):
            return False
        slack = self._slack(mention, mention.amount)
        target = Target(mention.amount - slack, mention.amount + slack)
        return self._grounds.converted(target, mention, focus, self._beside(supported)) is None

    def _beside(self, supported: dict[int, Decimal]) -> list[tuple[str | None, Decimal]]:
        """The sums of the reply that are borne out, each with its currency."""
        return [(m.currency, m.amount) for m in self._all if m.start in supported]

    def _converts(self, mention: Mention) -> bool:
        """True for a sum converted "at the rate" where the book fixes none: no arithmetic bears that out."""
        if speaks_of("converted", self._grounds.sentence(mention)) and not self._grounds.has_rate(mention):
            question = self._context.question
            return mention.approx or (question is not None and speaks_of("money", question.text))
        return False

    def _equation(
        self, mention: Mention, equation: Equation, focus: Focus, supported: dict[int, Decimal]
    ) -> Doubt | None:
        right = self._adds_up(equation, mention, focus)
        money = [o for o in equation.operands if o.mention is not None and o.mention.kind == "money"]
        sound = all(o.start in supported or not self._is_claim(o.mention) for o in money if o.mention)
        if right and not any(o.start in supported for o in money):
            sound = any(self._is_listed(o.value, mention) for o in equation.operands)
            sound = sound or self._rests_on_a_change(equation, mention, focus, supported)
        sound = sound and not any(self._grounds.outdated_rate(o.value, mention) for o in equation.operands)
        if right and sound:
            return None
        misled = any(o.start in self._false for o in money)
        if right and not misled and self._derived(mention, mention.amount, focus, supported) is not None:
            return None
        adds_up = right or abs(equation.value - mention.amount) <= self._slack(mention, equation.value)
        owed = None if adds_up else equation.value
        return Doubt(mention, FindingKind.TOTAL, self._nearest(mention, focus), owed=owed)

    def _rests_on_a_change(
        self, equation: Equation, mention: Mention, focus: Focus, supported: dict[int, Decimal]
    ) -> bool:
        """True where a factor follows from a price ("0,5 $ қосылады: 40 × 9" of a price of 8,5)."""
        if not set(equation.signs) <= {"*"}:
            return False
        volumes = self._grounds.volumes
        counts = {*volumes.counts, *volumes.far_counts} - {o.value for o in equation.operands}
        fine = [o for o in equation.operands if o.value not in counts]
        return any(self._derived(mention, o.value, focus, supported) is not None for o in fine)

    def _is_listed(self, amount: Decimal, mention: Mention) -> bool:
        """True for any price in force, any term, any figure borne out before: what a product may rest on."""
        fitting = self._fitting
        same = fitting.of_amount(amount)
        listed = (r for r in same if fitting.in_force(r, mention) and fitting.same_currency(r, mention))
        return any(listed) or amount in self._running or self._grounds.is_term(amount, mention)

    def _tiers_hold(self, equation: Equation, mention: Mention, focus: Focus) -> bool:
        """False where a listed price is multiplied by counts that open another tier ("26 × 240" above 25 users).

        Of a price by the shop twelve months are no twelve shops; of one by the hour four hours are what is counted.
        """
        for run in products(equation):
            for operand in run:
                records = self._context.book.records.by_amount.get(operand.value, ())
                tiered = [r for r in records if r.price is not None and r.product is not None]
                tiered = [r for r in tiered if r.sku in focus.skus] or tiered
                by_thing = any(r.price.unit for r in tiered if r.price)
                others = [o for o in run if o is not operand]
                counts = [o.value for o in others if not (by_thing and o.unit in _LENGTHS)]
                if not tiered or not counts:
                    continue
                beside = self._grounds.volumes.of(mention, tiered[0].price) if tiered[0].price else ()
                counts += [c for c in beside if c != operand.value]
                if not any(c == 1 or holds_for(r, c) for r in tiered for c in counts):
                    return False
        return True

    def _slack(self, mention: Mention, amount: Decimal) -> Decimal:
        currency = mention.currency or self._context.book.book.currency
        exact = _CENT if currency in _FINE else Decimal(1)
        return max(exact, abs(amount) * _HEDGE) if mention.approx else exact

    def _derived(self, mention: Mention, amount: Decimal, focus: Focus, supported: dict[int, Decimal]) -> Value | None:
        slack = self._slack(mention, amount)
        stated = {k: supported[k] for k in sorted(supported) if k != mention.start}

        def holds(record: Record) -> bool:
            return self._fitting.in_force(record, mention) and not self._fitting.other_variant(record, focus)

        target = Target(amount - slack, amount + slack)
        found = derive(target, self._grounds.of(mention, focus, stated, holds, self._used))
        if found is not None:
            if "/" in found.parts:
                self._set_aside.add(amount)
            return found
        return self._grounds.converted(target, mention, focus, self._beside(stated))

    def _doubt(self, mention: Mention, focus: Focus) -> Doubt:
        nearest = self._nearest(mention, focus)
        same = [r for r in self._fitting.of_amount(mention.amount) if not self._fitting.contradicted(r, focus)]
        currency = mention.currency
        days = ((r, self._fitting.kept_until(r, mention)) for r in same)
        follows = next((self._fitting.following(r, day) for r, day in days if day is not None), None)
        if follows is not None:
            return Doubt(mention, FindingKind.PRICE, follows)
        if any(not self._fitting.same_currency(r, mention) for r in same):
            return Doubt(mention, FindingKind.CURRENCY, nearest)
        if currency is not None and currency not in self._grounds.currencies(focus):
            return Doubt(mention, FindingKind.CURRENCY, nearest)
        if any(not in_force(r, self._context.day) for r in same):
            return Doubt(
                mention, FindingKind.STALE_PRICE, nearest, count=self._grounds.volumes.ordered(mention, nearest)
            )
        kind = kind_of(self._context, mention, self._fitting.lead(mention), named=focus.near)
        if kind is FindingKind.UNKNOWN_PRODUCT:
            return Doubt(mention, kind)
        count = self._grounds.volumes.ordered(mention, nearest) if kind is FindingKind.PRICE else Decimal(1)
        return Doubt(mention, kind, nearest, count=count)

    def _nearest(self, mention: Mention, focus: Focus) -> Record | None:
        """The price in force nearest to what was said, of what is spoken of."""
        candidates = [
            r
            for sku in focus.skus
            for r in self._context.book.records.by_sku.get(sku, ())
            if in_force(r, self._context.day) and self._fitting.same_currency(r, mention)
        ]
        fitting = [r for r in candidates if not focus.conflicts(r)] or candidates
        fitting = [r for r in fitting if r.amount != mention.amount and self._fitting.right_tier(r, mention)] or fitting
        plain = self._context.segment is None

        def order(record: Record) -> tuple[bool, Decimal]:
            kept = plain and record.price is not None and record.price.segment is not None
            return kept, abs(record.amount - mention.amount)

        return min(fitting, key=order, default=None)


def _named(message: ParsedMessage) -> frozenset[str]:
    return frozenset(sku for h in message.hits for sku in h.skus)


def _within(reply: ParsedMessage, spans: Sequence[tuple[int, int]]) -> frozenset[Decimal]:
    """Percents and amounts inside spans found false: nothing may be computed with them."""
    return frozenset(m.amount for m in reply.numbers for start, end in spans if start <= m.start < end)


def _ends(mention: Mention) -> tuple[Decimal, ...]:
    return (mention.amount,) if mention.amount_max is None else (mention.amount, mention.amount_max)


def _keep(supported: dict[int, Decimal], mention: Mention) -> None:
    """Notes the amounts of a mention as borne out, by their places."""
    for place, amount in enumerate(_ends(mention)):
        supported[mention.start + place] = amount
