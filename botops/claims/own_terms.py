"""Term kinds a company added: what a reply says of them is held against the book's sentences that speak of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from botops.claims.context import ReplyContext
from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, Reason, term_finding
from botops.claims.extensions import OwnTerm
from botops.claims.mention import Mention
from botops.claims.policy import OWN, Rule
from botops.claims.quantities import Quantity
from botops.claims.reading import Clause
from botops.claims.rules_text import describe
from botops.domain.findings import Finding, FindingKind


@dataclass(frozen=True, slots=True)
class _Said:
    """What a clause says of a term: the words that name it, the values beside them, its span."""

    term: OwnTerm
    clause: Clause
    mentions: Sequence[Mention]
    counts: Sequence[Quantity]
    start: int
    end: int


def own_term_claims(desk: Desk) -> Iterator[Finding]:
    """Findings about the company's own term kinds, at most one for each kind and clause.

    A term that is asserted needs a sentence of the book that speaks of it, is in force, is for what the clause is
    about, has its condition not shown unmet, does not deny it, and has the values named beside it.
    """
    for said in _all_said(desk):
        problem = _problem(desk, said)
        if problem is None:
            desk.stands(FindingKind.TERMS, said.term.name, said.start, said.end)
            continue
        made = term_finding(desk.ctx.turn, FindingKind.TERMS, desk.reading.text, said.start, said.end, problem)
        titles = said.term.titles
        reply, prompt = (
            {language: f"{titles[language]}. {text}" if language in titles else text for language, text in told.items()}
            for told in (made.explanations, made.in_prompt)
        )
        yield replace(made, explanations=reply, in_prompt=prompt, rule=said.term.name)


def own_amounts(ctx: ReplyContext) -> list[tuple[int, int]]:
    """Spans of the sums a reply rightly names beside such a term: they are no prices of products."""
    if not ctx.book.extensions.terms or not ctx.reply.mentions:
        return []
    desk = Desk.of(ctx, ctx.book.terms)
    return [(m.start, m.end) for said in _all_said(desk) if _problem(desk, said) is None for m in said.mentions]


def _all_said(desk: Desk) -> Iterator[_Said]:
    terms = desk.ctx.book.extensions.terms
    wanted = {OWN + name: term for name, term in terms.items()}
    if not wanted or not desk.reading.concepts & wanted.keys():
        return
    for clause in desk.reading.clauses:
        for concept in sorted(desk.tags(clause) & wanted.keys()):
            said = _said(desk, clause, wanted[concept], concept)
            if said is not None:
                yield said


def _said(desk: Desk, clause: Clause, term: OwnTerm, concept: str) -> _Said | None:
    """What a clause asserts of a term; None when it denies or asks it, or when the word is part of a product's name."""
    words, tags = desk.reading.words, desk.reading.tags
    named = [w for w, t in zip(words[clause.first : clause.last], tags[clause.first : clause.last], strict=True)
             if concept in t]  # fmt: skip
    start, end = named[0].start, named[-1].end
    if any(h.start <= start and named[0].end <= h.end for h in desk.names_in(clause.start, clause.end)):
        return None
    if not desk.claimed(start, named[0].end):
        return None
    # A sum in a clause about a product is the product's; so is its count.
    alone = not desk.skus_in(clause)
    mentions = [m for m in desk.mentions_in(clause.start, clause.end) if alone or m.kind == "percent"]
    counts = [q for q in desk.reading.counted(clause.first, clause.last) if q.unit and not q.ordinal]
    spans = [(start, end), *((m.start, m.end) for m in mentions), *((q.start, q.end) for q in counts)]
    return _Said(term, clause, mentions, counts, min(a for a, _ in spans), max(b for _, b in spans))


def _problem(desk: Desk, said: _Said) -> Problem | None:
    rules = [r for r in desk.terms.rules if said.term.name in r.own]
    if not rules:
        return Problem("absent", said.term.name)
    live = desk.in_force(rules)
    if not live:
        return _of("ended", said, rules[0])
    about = [r for r in live if desk.applies(r, said.clause)]
    if not about:
        return _of("product", said, live[0])
    granted = [r for r in about if not r.denied or "separate" in desk.tags(said.clause)]
    if not granted:
        return _of("denied", said, about[0])
    valued = [r for r in granted if _has_values(r, said)]
    if not valued:
        return _of("value", said, granted[0])
    met = [r for r in valued if desk.unmet(r, said.clause) is None]
    if not met:
        return _of("condition", said, valued[0])
    desk.rests_on(met[0])
    return None


def _of(reason: Reason, said: _Said, rule: Rule) -> Problem:
    return Problem(reason, said.term.name, describe(rule), rule.source)


def _has_values(rule: Rule, said: _Said) -> bool:
    """True when every sum, percent and count beside the term stands in the rule."""
    known: set[tuple[str, Decimal]] = {("percent", p) for p in rule.percents} | {("money", m) for m in rule.money}
    if any((m.kind, value) not in known for m in said.mentions for value in (m.amount, m.amount_max or m.amount)):
        return False
    counted = {(q.unit, q.value) for q in rule.counts}
    return all((q.unit, q.value) in counted for q in said.counts)
