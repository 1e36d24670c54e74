"""What the policies allow or charge for some products alone, and a reply for another: "с собаками только в домики"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from botops.claims.explain_terms import Problem, term_finding
from botops.claims.mentions import find_mentions
from botops.claims.names import NameIndex
from botops.claims.objects import things_of
from botops.claims.reading import Clause, Reading, Sentence, read
from botops.domain.findings import Finding, FindingKind
from botops.pricebook.model import PriceBook

if TYPE_CHECKING:
    from botops.claims.desk import Desk

_JUDGED_ELSEWHERE = frozenset(
    "discount promo code gift free included warranty instalment trial cashback vat stack refund cancel prepay".split()
)
_ALLOWED = frozenset("можно возможно пожалуйста болады мүмкін can may possible sure welcome".split())


@dataclass(frozen=True, slots=True)
class Confined:
    """A sentence of the policies with "only": what it speaks of, the products and things it confines that to, and the
    percents and sums it names."""

    source: str
    text: str
    subject: frozenset[str]
    skus: frozenset[str]
    things: frozenset[str]
    figures: frozenset[Decimal]


def confined_in(book: PriceBook, names: NameIndex) -> tuple[Confined, ...]:
    """Sentences that confine something to products. Linear in the text of the policies."""
    out: list[Confined] = []
    for n, text in enumerate(book.policies.text, 1):
        reading = read(text)
        if "s:onlyw" in reading.concepts:
            for sentence in reading.sentences:
                out += _of_sentence(f"policy:{n}", reading, sentence, names)
    return tuple(out)


def _of_sentence(source: str, reading: Reading, sentence: Sentence, names: NameIndex) -> Iterable[Confined]:
    span = range(sentence.first, sentence.last)
    at = next((i for i in span if "s:onlyw" in reading.tags[i]), sentence.first)
    whole = reading.over(sentence.first, sentence.last)
    if at == sentence.first or "s:neg" in whole or whole & _JUDGED_ELSEWHERE:
        return
    text = reading.text[sentence.start : sentence.end]
    skus = frozenset(s for h in names.find(reading.words[at : sentence.last]) if h.strength > 1 for s in h.skus)
    subject = frozenset(t for t in things_of(reading, sentence.first, at) if t.startswith("t:") and "@" not in t)
    if skus and subject:
        figures = frozenset(m.amount for m in find_mentions(text))
        yield Confined(source, text, subject, skus, things_of(reading, at, sentence.last), figures)


def confined_claims(desk: Desk) -> Iterator[Finding]:
    """A reply that grants or charges for a product what the policies confine to others."""
    confined = desk.terms.confined
    for clause in desk.reading.clauses if confined else ():
        skus = desk.skus_in(clause) or desk.skus_asked
        if not skus or desk.tags(clause) & {"s:neg", "s:if", "s:onlyw"} or not desk.claimed(clause.start, clause.end):
            continue
        for c in confined:
            if skus.isdisjoint(c.skus) and _of_the_subject(desk, clause, c) and not _meant(desk, clause, c):
                problem = Problem("product", "", c.text, c.source)
                start, end = desk.reading.words[clause.first].start, desk.reading.words[clause.last - 1].end
                yield term_finding(desk.ctx.turn, FindingKind.TERMS, desk.reading.text, start, end, problem)
                return


def _of_the_subject(desk: Desk, clause: Clause, confined: Confined) -> bool:
    """True when a clause grants what a sentence confines, or states a figure of it where the talk is of that."""
    named = bool((desk.things(clause) | desk.things_asked) & confined.subject)
    if not named and not desk.things_lately & confined.subject:
        return False
    figures = {m.amount for m in desk.mentions_in(clause.start, clause.end)}
    if figures & confined.figures:
        return True
    words = {w.text for w in desk.reading.words[clause.first : clause.last]}
    grants = bool(words & _ALLOWED) or "s:yes" in desk.tags(clause)
    sentence = desk.reading.sentences[clause.sentence]
    beside = {m.amount for m in desk.mentions_in(sentence.start, sentence.end)}
    return grants and (named or bool(beside & (confined.figures | _prices(desk, confined))))


def _prices(desk: Desk, confined: Confined) -> set[Decimal]:
    """Prices of the products that are the subject itself: what is taken for a pet, where pets are confined."""
    sold = {s for t in confined.subject for s in desk.terms.goods.get(t, ())}
    return {p.amount for s in sold for p in desk.ctx.book.skus[s].prices}


def _meant(desk: Desk, clause: Clause, confined: Confined) -> bool:
    """True when a clause or the question names what the sentence allows by other words than a product's name."""
    return bool((desk.things(clause) | desk.things_asked) & confined.things)
