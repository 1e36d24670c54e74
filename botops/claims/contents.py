"""What policies say in full, held against what a reply makes of it: how much is included, when money comes back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.objects import things_of
from botops.claims.policy import Rule
from botops.claims.quantities import Quantity
from botops.claims.reading import Clause, Sentence
from botops.claims.rules_text import describe
from botops.domain.findings import Finding, FindingKind

_MEASURED = frozenset("hour minute day visit lesson piece gb person".split())
_AROUND = 3
_EVEN = frozenset({("даже", "если"), ("даже", "после"), ("even", "if"), ("even", "after"), ("тіпті", "егер")})
_AFTERWARDS = frozenset("после позже later after кейін".split())


def amount_included_claims(desk: Desk) -> Iterator[Finding]:
    """A counted thing said to be included in another number than the rules include of it: "входят 10 часов сауны"."""
    rules = [r for r in desk.in_force(desk.terms.about("included")) if not r.denied and r.counts]
    reading = desk.reading
    for sentence in reading.sentences if rules else ():
        tags = reading.over(sentence.first, sentence.last)
        if "included" not in tags or "vat" in tags or sentence.question:
            continue
        at = next(i for i in range(sentence.first, sentence.last) if "included" in reading.tags[i])
        if not desk.claimed(reading.words[at].start, reading.words[at].end):
            continue
        for said in reading.counted(sentence.first, sentence.last):
            rule = _measured_otherwise(desk, rules, sentence, said)
            if rule is not None:
                end = _end_of_thing(desk, sentence, said, rule)
                problem = Problem("value", "included", describe(rule), rule.source)
                yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, said.start, end, problem)
                break


def _measured_otherwise(desk: Desk, rules: list[Rule], sentence: Sentence, said: Quantity) -> Rule | None:
    """The rule that includes another number of the same thing, when no rule includes this one."""
    if said.unit not in _MEASURED or said.ordinal or desk.is_mention(said.start):
        return None
    last = min(said.last + 1 + _AROUND, sentence.last)
    things = desk.rooted(things_of(desk.reading, said.last + 1, last))
    about = [r for r in rules if things & r.things and any(q.unit == said.unit for q in r.counts)]
    if not about or any(q.value == said.value and q.unit == said.unit for r in about for q in r.counts):
        return None
    return about[0]


def _end_of_thing(desk: Desk, sentence: Sentence, said: Quantity, rule: Rule) -> int:
    words = desk.reading.words
    end = said.end
    for i in range(said.last + 1, min(said.last + 1 + _AROUND, sentence.last)):
        if desk.rooted(things_of(desk.reading, i, i + 1)) & rule.things:
            end = words[i].end
    return end


def kept_refund_claims(desk: Desk) -> Iterator[Finding]:
    """Money said to come back in a case in which the rules keep it: "вернём, даже если …", "после запуска вернём"."""
    kept = [
        r
        for r in desk.in_force(desk.terms.about("refund"))
        if r.offer is None and r.denied and not r.counts and not r.percents
    ]
    reading = desk.reading
    for clause in reading.clauses if kept else ():
        at = next((i for i in range(clause.first, clause.last) if "refund" in reading.tags[i]), None)
        if at is None or not desk.claimed(reading.words[at].start, reading.words[at].end):
            continue
        sentence = reading.sentences[clause.sentence]
        rule = kept[0] if _even_if(desk, sentence) else _after(desk, clause, kept) or _kept_as_such(desk, clause, kept)
        if rule is None or {"discount", "promo"} & desk.tags(clause):
            continue
        problem = Problem("denied", "refund", rule.text, rule.source)
        start = reading.words[at].start
        end = reading.words[sentence.last - 1].end
        yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, start, end, problem)
        return


def _kept_as_such(desk: Desk, clause: Clause, kept: list[Rule]) -> Rule | None:
    """The rule that keeps what a clause gives back, when no other rule gives the same back."""
    things = desk.things(clause)
    returned = [r for r in desk.terms.about("refund") if not r.denied]
    named = next((r for r in kept if things & r.things), None)
    if named is None or any(things & named.things & r.things for r in returned):
        return None
    return named


def _even_if(desk: Desk, sentence: Sentence) -> bool:
    words = [w.text for w in desk.reading.words[sentence.first : sentence.last]]
    return any(pair in _EVEN for pair in pairwise(words))


def _after(desk: Desk, clause: Clause, kept: list[Rule]) -> Rule | None:
    """The rule that keeps the money after what the clause names after "после"."""
    words = desk.reading.words
    at = next((i for i in range(clause.first, clause.last) if words[i].text in _AFTERWARDS), None)
    if at is None:
        return None
    things = desk.rooted(things_of(desk.reading, at + 1, min(at + 1 + _AROUND, clause.last)))
    return next((r for r in kept if things & r.things), None)
