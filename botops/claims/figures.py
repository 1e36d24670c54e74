"""Figures that stand or fall with the terms of a reply: results of a refuted discount, sums of the policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.mention import Mention
from botops.claims.objects import things_of
from botops.claims.policy import Rule
from botops.claims.reading import Clause, Sentence
from botops.claims.records import in_force
from botops.domain.findings import Finding, FindingKind

_INSTEAD = frozenset("вместо против instead was орнына обычно".split())
_SHARED = 2


def resting_figures(desk: Desk, refuted: Sequence[Finding]) -> Iterator[Finding]:
    """The sum a refuted term of the same sentence leads to: the last one after it that is no list price itself."""
    reading = desk.reading
    seen: set[int] = set()
    for finding in refuted:
        clause = reading.clause_at(finding.start)
        if clause is None or clause.sentence in seen or finding.kind is FindingKind.TOTAL:
            continue
        seen.add(clause.sentence)
        sentence = reading.sentences[clause.sentence]
        after = [m for m in desk.mentions_in(finding.end, sentence.end) if m.kind == "money"]
        for mention in reversed(after):
            if _listed(desk, mention) or _former(desk, mention) or not desk.claimed(mention.start, mention.end):
                continue
            problem = Problem("rests", "total", finding.expected, finding.source)
            yield term_finding(desk.ctx.turn, FindingKind.TOTAL, reading.text, mention.start, mention.end, problem)
            break


def _listed(desk: Desk, mention: Mention) -> bool:
    """True for a price of the book in force."""
    return any(in_force(r, desk.day) for r in desk.ctx.book.records.by_amount.get(mention.amount, ()))


def _former(desk: Desk, mention: Mention) -> bool:
    """True for the sum something is compared with: "вместо 99 000"."""
    first = desk.reading.word_at(mention.start)
    return any(w.text in _INSTEAD for w in desk.reading.words[max(0, first - 2) : first])


def policy_sums(desk: Desk) -> Iterator[Finding]:
    """Sums that a sentence of the policies names otherwise: "франшиза 100 000" where the rules say 150 000."""
    rules = [r for r in desk.terms.rules if r.offer is None and r.money and not r.denied]
    if not rules:
        return
    reading = desk.reading
    for mention in desk.mentions:
        clause = reading.clause_at(mention.start) if mention.kind == "money" else None
        if clause is None or _listed(desk, mention) or desk.skus_in(clause):
            continue
        sentence = reading.sentences[clause.sentence]
        rule = _about_same(desk, rules, clause, sentence)
        if rule is None or _follows(rule.money, mention.amount) or not desk.claimed(mention.start, mention.end):
            continue
        problem = Problem("value", "", rule.text, rule.source)
        yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, mention.start, mention.end, problem)


def _about_same(desk: Desk, rules: Sequence[Rule], clause: Clause, sentence: Sentence) -> Rule | None:
    """The rule whose subject a sentence shares: two things at least, one of them in the clause of the sum."""
    here = desk.things(clause)
    if not any(here & r.things for r in rules):
        return None
    around = here | desk.rooted(things_of(desk.reading, sentence.first, sentence.last))
    best = max(rules, key=lambda r: len(around & r.things))
    return best if len(around & best.things) >= _SHARED and here & best.things else None


def _follows(known: Sequence[Decimal], amount: Decimal) -> bool:
    """True when an amount is one the rule names, or a multiple of it."""
    return any(amount == k or (k > 0 and amount % k == 0) for k in known)
