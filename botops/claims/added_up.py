"""Discounts added up although the policies forbid it: "вместе 35%", "применю и код, и 40 000", "both 25% and 10%"."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.reading import Sentence
from botops.domain.findings import Finding, FindingKind

_BOTH = frozenset("обе оба обоих екеуі екеуін екеуінде екеуи екеуин both".split())
_EXCEPTION = ("исключен", "exception", "ерекше", "бөлекше")
_BARS = frozenset({"s:neg", "s:onlyw", "s:if"})
_APART = frozenset("или либо or немесе әлде есть бар there have".split())
"""Words that list offers to choose from: "есть обе: 25% от 5 дней и 10% студентам"."""
_LATELY = 4


def summed_claims(desk: Desk) -> Iterator[Finding]:
    """A percent that is the sum of two offers, or two offers given in one breath."""
    if desk.terms.stacking is not False or not desk.offered:
        return
    problem = Problem("stacked", "discount")
    for start, end in (*_sums(desk), *_pairs(desk)):
        yield term_finding(desk.ctx.turn, FindingKind.DISCOUNT, desk.reading.text, start, end, problem)


def _sums(desk: Desk) -> Iterator[tuple[int, int]]:
    """Percents no offer has, which two that were lately spoken of make together."""
    own = [m for m in desk.mentions if m.kind == "percent" and m.amount not in desk.offered]
    lately = desk.ctx.messages[-_LATELY:-1] if own else ()
    spoken = {m.amount for t in lately if t.role != "tool" for m in t.mentions if m.kind == "percent"}
    made = {a + b for a, b in combinations(_percents(desk), 2) if a in spoken or b in spoken} if spoken else set()
    known = {p for r in desk.in_force(desk.terms.rules) for p in r.percents} if made else set()
    for mention in own:
        if mention.amount in made - known and desk.claimed(mention.start, mention.end):
            yield mention.start, mention.end


def _percents(desk: Desk) -> list[Decimal]:
    """The percents off of the offers in force, each as often as it is offered."""
    rules = desk.in_force(desk.terms.about("discount", "promo"))
    return [r.percents[0] for r in rules if r.offer is not None and r.percents]


def _pairs(desk: Desk) -> Iterator[tuple[int, int]]:
    """Sentences that give two offers at once, each named by its value or as the code: "и код, и 40 000"."""
    reading = desk.reading
    for sentence in reading.sentences:
        words = reading.words[sentence.first : sentence.last]
        tags = reading.over(sentence.first, sentence.last)
        both = "s:give" in tags and any(w.text in _BOTH for w in words)
        if not (both or any(w.text.startswith(_EXCEPTION) for w in words) or _listed(desk, sentence)):
            continue
        if tags & _BARS or any(w.text in _APART for w in words):
            continue
        named = list(_offers_named(desk, sentence).values())
        if len(named) > 1 and all(desk.claimed(start, end) for start, end in named):
            start, end = max(named)
            yield start, next((m.end for m in desk.mentions if m.start == start), end)


def _offers_named(desk: Desk, sentence: Sentence) -> dict[Decimal | None, tuple[int, int]]:
    """The offers a sentence names by their value, and under None the code, whose own value is no other offer."""
    reading = desk.reading
    coded = [r for code in desk.codes_named for r in desk.terms.codes[code]]
    values = desk.offered - {v for r in coded for v in (*r.percents, *r.money)}
    counted = reading.counted(sentence.first, sentence.last)
    named: dict[Decimal | None, tuple[int, int]] = {q.value: (q.start, q.end) for q in counted if q.value in values}
    for i in range(sentence.first, sentence.last) if coded else ():
        if reading.tags[i] & {"code", "promo"}:
            named[None] = reading.words[i].start, reading.words[i].end
    return named


def _listed(desk: Desk, sentence: Sentence) -> bool:
    """True for "и …, и …": the first of the two right before a value or the code."""
    words, tags = desk.reading.words, desk.reading.tags
    before = [
        i
        for i in range(sentence.first, sentence.last - 1)
        if words[i].text == "и" and (words[i + 1].text[0].isdecimal() or tags[i + 1] & {"code", "promo"})
    ]
    return len(before) > 1
