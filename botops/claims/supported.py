"""The claims of a reply that are right, each with what bears it out. Looked at only when somebody asks.

The reply is judged once more by the very same rules, with a note of what let each claim pass: an ordinary check
carries nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from botops.claims.context import ReplyContext
from botops.claims.equations import Equation
from botops.claims.explain_supported import (
    Computation,
    explain_computed,
    explain_earlier,
    explain_least,
    explain_price,
    explain_rule,
    explain_term,
    explain_tool,
)
from botops.claims.link import Focus
from botops.claims.mention import Mention
from botops.claims.outcome import Doubt
from botops.claims.policy import Rule
from botops.claims.records import Record, in_force
from botops.claims.rules_text import describe
from botops.claims.shown import show_amount, show_price
from botops.claims.solver import Value
from botops.claims.terms import find_supported_terms
from botops.claims.trail import Borne
from botops.claims.verify import Verifier
from botops.domain.findings import Finding, FindingKind, SupportedClaim
from botops.pricebook.model import Window


@dataclass(frozen=True, slots=True)
class Note:
    """Why one amount passed: a record of the book or of a tool, a rule that names it, or the way it was computed.

    With none of them it was borne out earlier in the dialogue; `least` says that nothing of the kind is cheaper.
    """

    amount: Decimal
    record: Record | None = None
    rule: Rule | None = None
    formula: str = ""
    prices: tuple[Record, ...] = ()
    rules: tuple[Rule, ...] = ()
    least: bool = False


class NotingVerifier(Verifier):
    """Judges as its base does and notes what let each sum pass. `notes` are by the place and the amount of a sum."""

    def passed(self) -> Iterator[tuple[Mention, list[Note]]]:
        """Claims that passed, in order, each with the notes on its amount or its two ends. Runs the verifier."""
        self.notes: dict[tuple[int, Decimal], Note] = {}
        self.run()
        for mention in self._all:
            ends = [a for a in (mention.amount, mention.amount_max) if a is not None]
            found = [self.notes[mention.start, a] for a in ends if (mention.start, a) in self.notes]
            if found and mention.start in self._borne and self._is_claim(mention):
                yield mention, found

    def _note(self, mention: Mention, note: Note) -> None:
        self.notes[mention.start, note.amount] = note

    def _is_price(self, amount: Decimal, mention: Mention, focus: Focus) -> bool:
        passes = super()._is_price(amount, mention, focus)
        if passes:
            fitting = self._fitting.fitting(amount, mention, focus)
            rule = None if fitting else self._grounds.rule_naming(amount, mention)
            tool = None if fitting or rule else self._computed_by_tool(amount)
            self._note(mention, Note(amount, record=self._best(fitting, focus) or tool, rule=rule))
        return passes

    def _best(self, fitting: Sequence[Record], focus: Focus) -> Record | None:
        """Of the records with this amount the one most likely meant: of what is spoken of, in force, of the book."""
        near = focus.skus

        def order(record: Record) -> tuple[bool, int, bool, bool]:
            place = near.index(record.sku) if record.sku in near else len(near)
            return record.price is None, place, not in_force(record, self._context.day), record not in self._used

        return min(fitting, key=order, default=None)

    def _computed_by_tool(self, amount: Decimal) -> Record | None:
        turn = next((t for t, v in self._context.evidence.computed if v == amount), None)
        return Record(amount, None, {}, turn=turn) if turn is not None else None

    def _derived(self, mention: Mention, amount: Decimal, focus: Focus, supported: dict[int, Decimal]) -> Value | None:
        value = super()._derived(mention, amount, focus, supported)
        if value is not None:
            off, numbers = _taken_off(value.parts), [p for p in value.parts if isinstance(p, Decimal)]
            prices = self._prices_among(numbers, mention, focus)
            rules = self._rules_among(off, {r.sku for r in prices})
            self._note(mention, Note(amount, formula=_shown(value.parts), prices=prices, rules=rules))
        return value

    def _prices_among(self, numbers: Iterable[Decimal], mention: Mention, focus: Focus) -> tuple[Record, ...]:
        """The prices a formula is made of, as far as each can belong to one product only."""
        likely = {*focus.skus, *(r.sku for r in self._used)}
        likely |= {s for m in self._context.messages if m.role != "tool" for h in m.hits for s in h.skus}
        found: dict[Record, None] = {}
        for number in dict.fromkeys(numbers):
            records = [
                r for r in self._fitting.of_amount(number) if r.price is not None and self._fitting.in_force(r, mention)
            ]
            records = [r for r in records if r.sku in likely] or records
            if records and len({r.sku for r in records}) == 1:
                found[self._best(records, focus) or records[0]] = None
        return tuple(found)

    def _rules_among(self, off: Sequence[tuple[Decimal, bool]], skus: set[str]) -> tuple[Rule, ...]:
        """The discounts a formula takes off, where only one offer of that size is in force for its products."""
        live = [r for r in self._context.book.terms.offers if r.window.covers(self._context.day)]
        live = [r for r in live if not r.skus or not skus or r.skus & skus]
        found: dict[str, Rule] = {}
        for number, percent in dict.fromkeys(off):
            same = [r for r in live if number in (r.percents if percent else r.money)]
            if len(same) == 1:
                found[same[0].source] = same[0]
        return tuple(found.values())

    def _equation(
        self, mention: Mention, equation: Equation, focus: Focus, supported: dict[int, Decimal]
    ) -> Doubt | None:
        doubt = super()._equation(mention, equation, focus, supported)
        if doubt is None:
            prices = self._prices_among([o.value for o in equation.operands], mention, focus)
            signed = zip(equation.operands[1:], equation.signs, strict=True)
            off = [(o.value, o.percent) for o, sign in signed if sign == "-"]
            rules = self._rules_among(off, {r.sku for r in prices})
            formula = self._context.reply.text[equation.operands[0].start : equation.operands[-1].end]
            self._note(mention, Note(mention.amount, formula=" ".join(formula.split()), prices=prices, rules=rules))
        return doubt

    def _denied_below(self, mention: Mention, focus: Focus) -> Doubt | None:
        doubt = super()._denied_below(mention, focus)
        if doubt is None:
            self._note(mention, Note(mention.amount, least=True))
        return doubt


def supported_claims(
    context: ReplyContext,
    findings: Sequence[Finding],
    *,
    running: Sequence[Decimal] = (),
    aside: frozenset[Decimal] = frozenset(),
    used: Sequence[Record] = (),
    yes: tuple[int, int] | None = None,
) -> tuple[SupportedClaim, ...]:
    """The claims of a reply that are right, in the order of their offsets, without what the findings speak of.

    The arguments are those the reply was judged with. `yes` is the span of a reply that is a bare yes to a sum in the
    client's question: the yes then stands for that sum.
    """
    taken = [(f.start, f.end) for f in findings]
    found = [_of_term(context, b) for b in find_supported_terms(context)]
    verifier = NotingVerifier(context, taken=taken, running=running, aside=aside, used=used)
    found += [_of_sum(context, m, notes) for m, notes in verifier.passed()]
    question = context.question
    if yes is not None and question is not None and not findings:
        said = replace(context, messages=(*context.messages[: question.index], replace(question, role="assistant")))
        passed = NotingVerifier(said, running=running, aside=aside, asked=True).passed()
        quote = context.reply.text[yes[0] : yes[1]]
        confirmed = [_of_sum(said, m, notes) for m, notes in passed][:1]
        found += [replace(c, turn=context.turn, quote=quote, start=yes[0], end=yes[1]) for c in confirmed]
    apart = [c for c in found if not any(c.start < end and start < c.end for start, end in taken)]
    return tuple(sorted(_once(apart), key=lambda c: (c.start, c.end)))


def _once(claims: Iterable[SupportedClaim]) -> Iterable[SupportedClaim]:
    """One claim for each span and source: a percent may be looked at by two judges."""
    return {(c.start, c.end, c.source): c for c in claims}.values()


def _of_term(context: ReplyContext, borne: Borne) -> SupportedClaim:
    quote = context.reply.text[borne.start : borne.end]
    basis = borne.basis
    return SupportedClaim(
        context.turn,
        borne.kind,
        quote,
        borne.start,
        borne.end,
        quote,
        basis.text,
        explain_term(borne),
        next(iter(basis.skus)) if len(basis.skus) == 1 else None,
        basis.source,
        (basis.source,),
        basis.window.valid_to,
    )


def _of_sum(context: ReplyContext, mention: Mention, notes: Sequence[Note]) -> SupportedClaim:
    currency = mention.currency or context.book.book.currency
    stated = show_amount(mention.amount, currency)
    if mention.amount_max is not None:
        stated = f"{show_amount(mention.amount, None)}–{show_amount(mention.amount_max, currency)}"
    told = [_told(context, note, show_amount(note.amount, currency)) for note in dict.fromkeys(notes)]
    sources = tuple(dict.fromkeys(s for t in told for s in t.sources))
    windows = [t.until for t in told if t.until is not None]
    skus = {t.sku for t in told}
    return SupportedClaim(
        context.turn,
        told[0].kind,
        mention.quote,
        mention.start,
        mention.end,
        stated,
        "; ".join(dict.fromkeys(t.basis for t in told)),
        {lang: " ".join(dict.fromkeys(t.texts[lang] for t in told)) for lang in told[0].texts},
        skus.pop() if len(skus) == 1 else None,
        sources[0] if sources else "",
        sources,
        min(windows, default=None),
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """A note in words."""

    kind: FindingKind
    basis: str
    texts: Mapping[str, str]
    sources: tuple[str, ...] = ()
    sku: str | None = None
    until: date | None = None


def _told(context: ReplyContext, note: Note, stated: str) -> _Told:
    record, rule = note.record, note.rule
    if record is not None and record.price is not None:
        texts = explain_price(record, context.day)
        basis, window = show_price(record.price), record.price.window
        return _Told(FindingKind.PRICE, basis, texts, (f"sku:{record.sku}",), record.sku, window.valid_to)
    if record is not None:
        texts = explain_tool(stated, record.key, record.turn)
        return _Told(FindingKind.PRICE, stated, texts, (f"tool:{record.turn}",), record.sku or None)
    if rule is not None:
        kind = FindingKind.DISCOUNT if rule.offer is not None else FindingKind.TERMS
        text = describe(rule)
        return _Told(kind, text, explain_rule(stated, text), (rule.source,), None, rule.window.valid_to)
    if note.formula:
        return _computed(note, stated)
    if note.least:
        return _Told(FindingKind.PRICE, stated, explain_least(stated))
    return _Told(FindingKind.TOTAL, stated, explain_earlier(stated))


def _computed(note: Note, stated: str) -> _Told:
    rules = [describe(r) for r in note.rules]
    texts = explain_computed(stated, Computation(note.formula, note.prices, rules))
    sources = (*(f"sku:{r.sku}" for r in note.prices), *(r.source for r in note.rules))
    windows: list[Window] = [r.price.window for r in note.prices if r.price] + [r.window for r in note.rules]
    skus = {r.sku for r in note.prices}
    ends = [w.valid_to for w in windows if w.valid_to is not None]
    return _Told(
        FindingKind.TOTAL,
        f"{note.formula} = {stated}",
        texts,
        tuple(dict.fromkeys(sources)),
        skus.pop() if len(skus) == 1 else None,
        min(ends, default=None),
    )


def _taken_off(parts: Sequence[Decimal | str]) -> list[tuple[Decimal, bool]]:
    """What a formula takes off: numbers after a minus, with True for a percent."""
    return [
        (part, isinstance(after, str) and after.startswith("%"))
        for before, part, after in zip(("", *parts[:-1]), parts, (*parts[1:], ""), strict=True)
        if before == "−" and isinstance(part, Decimal)
    ]


def _shown(parts: Sequence[Decimal | str]) -> str:
    """A formula fit to show: "3 × 4 900 − 10 %"."""
    shown = " ".join([p if isinstance(p, str) else show_amount(p.normalize(), None) for p in parts])
    return shown.replace("( ", "(").replace(" )", ")")
