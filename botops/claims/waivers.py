"""Charges the book makes and a reply waives: "без предоплаты", "депозит не берём", "no deposit"."""

from __future__ import annotations

from collections.abc import Iterator

from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.lexicon import NONE
from botops.claims.objects import things_at
from botops.claims.reading import Clause
from botops.domain.findings import Finding, FindingKind

CHARGES = ("deposit", "prepay")
_WITHOUT = frozenset("без without сыз сіз".split())


def waiver_claims(desk: Desk) -> Iterator[Finding]:
    """Charges the book makes and the reply waives: "без предоплаты", "депозит не берём"."""
    reading = desk.reading
    for clause in reading.clauses:
        for i in range(clause.first, clause.last):
            topic = next(iter(sorted(reading.tags[i] & set(CHARGES))), "")
            if not topic or not _waived(desk, clause, i):
                continue
            basis = _charged(desk, topic)
            if basis is None or _excused(desk, clause, topic):
                continue
            problem = Problem("waived", topic, basis[0], basis[1])
            end = reading.words[clause.last - 1].end
            yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, reading.words[i].start, end, problem)
            break


def _waived(desk: Desk, clause: Clause, at: int) -> bool:
    reading = desk.reading
    before = reading.words[at - 1].text if at > clause.first else ""
    if reading.sentences[clause.sentence].question and not desk.confirms:
        return False
    if before in _WITHOUT or reading.words[at].text.endswith(("сыз", "сіз")) or before in {"no", "zero"}:
        return True
    denied = [j for j in range(clause.first, clause.last) if "s:neg" in reading.tags[j]]
    if not denied or "refund" in desk.tags(clause) or "s:if" in desk.tags(clause):
        return False
    return not any(w.text[0].isdigit() for w in reading.words[clause.first : clause.last])


def _charged(desk: Desk, topic: str) -> tuple[str, str] | None:
    for rule in desk.in_force(desk.terms.about(topic)):
        if not rule.denied and (rule.percents or rule.money):
            return rule.text, rule.source
    for product in desk.ctx.book.book.products:
        if topic in desk.terms.topic_goods.get(product.sku, NONE):
            return product.name, f"sku:{product.sku}"
    return None


def _excused(desk: Desk, clause: Clause, topic: str) -> bool:
    """True when the rules free some cases from the charge and the dialogue speaks of such a case, undenied."""
    freeing = [r for r in desk.terms.about(topic) if r.denied or "free" in r.topics]
    if not freeing:
        return False
    sentence = desk.reading.sentences[clause.sentence]
    if "s:if" in desk.reading.over(sentence.first, sentence.last):
        return True
    if desk.confirms and any(
        "s:neg" in desk.reading.over(s.first, s.last) for s in desk.reading.sentences if s is not sentence
    ):
        return False
    said = desk.things(clause) | desk.things_asked
    for message in desk.ctx.client[-4:]:
        said |= frozenset(t for i in range(len(message.words)) for t in things_at(message.reading, i))
    return any(said & r.things for r in freeing)
