"""Charges the book makes and a reply waives: "без предоплаты", "депозит не берём", "no deposit"."""

from __future__ import annotations

from collections.abc import Iterator

from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.objects import things_at
from botops.claims.reading import Clause
from botops.claims.words import fold, words
from botops.domain.findings import Finding, FindingKind

CHARGES = ("deposit", "prepay")
_CHARGES = frozenset(CHARGES)
_FEES = frozenset({"surcharge", "service_fee"})
_TAKE = ("возьм", "бер", "взима", "начисл", "счита", "плат", "ал", "төле", "charge", "take", "pay", "apply")
_LEVIED = frozenset({"vat", "discount", "promo", "cashback"})
"""What may be denied of a charge: "на залог НДС не идёт" waives no deposit."""
_TAKEN = frozenset("бер берет возьм взима".split())
"""Stems of taking, which tell no case from another."""
_WITHOUT = frozenset("без without сыз сіз".split())


def waiver_claims(desk: Desk) -> Iterator[Finding]:
    """Charges the book makes and the reply waives: "без предоплаты", "депозит не берём"."""
    reading = desk.reading
    for clause in reading.clauses:
        if not desk.tags(clause) & _CHARGES:
            continue
        for i in range(clause.first, clause.last):
            topic = min(reading.tags[i] & _CHARGES, default="")
            if not topic or not _waived(desk, clause, i):
                continue
            basis = _charged(desk, topic)
            if basis is None or _excused(desk, clause, topic):
                continue
            problem = Problem("waived", topic, basis[0], basis[1])
            end = reading.words[clause.last - 1].end
            yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, reading.words[i].start, end, problem)
            break


def fee_claims(desk: Desk) -> Iterator[Finding]:
    """Fees on top of a price that a reply says are inside it, or does not take: "сбор включён", "сбор не возьмём"."""
    reading = desk.reading
    for clause in reading.clauses:
        tags = desk.tags(clause)
        at = next((i for i in range(clause.first, clause.last) if reading.tags[i] & _FEES), None)
        if at is None or "s:if" in tags or (reading.sentences[clause.sentence].question and not desk.confirms):
            continue
        if any(w.text[0].isdecimal() for w in reading.words[clause.first : clause.last]):
            continue
        inside = _said_inside(desk, clause)
        if not inside and not _not_taken(desk, clause, at):
            continue
        basis = _fee(desk, clause)
        if basis is None:
            continue
        problem = Problem("denied" if inside else "waived", "surcharge", basis[0], basis[1])
        start, end = reading.words[_opening(desk, clause)].start, reading.words[clause.last - 1].end
        yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, start, end, problem)
        return


def _said_inside(desk: Desk, clause: Clause) -> bool:
    tags = desk.reading.tags
    return any(
        "included" in tags[i] and desk.claimed(desk.reading.words[i].start, desk.reading.words[i].end)
        for i in range(clause.first, clause.last)
    )


def _not_taken(desk: Desk, clause: Clause, at: int) -> bool:
    """True when the verb that takes the fee is denied, or the fee stands after "без"."""
    words = desk.reading.words[clause.first : clause.last]
    near = {w.text for w in desk.reading.words[max(clause.first, at - 2) : at]}
    if near & {"без", "without"} or desk.reading.words[at].text.endswith("сыз"):
        return True
    denied = any("s:neg" in desk.reading.tags[i] for i in range(clause.first, clause.last))
    return denied and any(w.text.startswith(_TAKE) for w in words)


def _fee(desk: Desk, clause: Clause) -> tuple[str, str] | None:
    """The fee of the book a clause names by what tells it from other fees."""
    things, tags = desk.things(clause), desk.tags(clause)
    for rule in desk.in_force(desk.terms.about("surcharge", "service_fee")):
        if rule.denied or "included" in rule.topics or not (rule.percents or rule.money):
            continue
        if "service_fee" in tags & rule.topics or things & rule.things:
            return rule.text, rule.source
    for sku, sold in desk.terms.topic_goods.items():
        if "surcharge" in sold and (sku in desk.skus_in(clause) or things & desk.terms.named[sku]):
            return desk.ctx.book.skus[sku].name, f"sku:{sku}"
    return None


def _opening(desk: Desk, clause: Clause) -> int:
    """The first word of a clause after the yes or no it opens with."""
    first = clause.first
    while first < clause.last - 1 and desk.reading.tags[first] & {"s:yes"}:
        first += 1
    return first


def _waived(desk: Desk, clause: Clause, at: int) -> bool:
    reading = desk.reading
    before = reading.words[at - 1].text if at > clause.first else ""
    if reading.sentences[clause.sentence].question and not desk.confirms:
        return False
    if before in _WITHOUT or reading.words[at].text.endswith(("сыз", "сіз")) or before in {"no", "zero"}:
        return not any("s:neg" in reading.tags[j] for j in range(at + 1, clause.last))
    denied = [j for j in range(clause.first, clause.last) if "s:neg" in reading.tags[j]]
    if not denied or desk.tags(clause) & {"refund", "s:if", *_LEVIED}:
        return False
    return not any(w.text[0].isdecimal() for w in reading.words[clause.first : clause.last])


def _charged(desk: Desk, topic: str) -> tuple[str, str] | None:
    for rule in desk.in_force(desk.terms.about(topic)):
        if not rule.denied and (rule.percents or rule.money):
            return rule.text, rule.source
    sku = desk.terms.first_sold.get(topic)
    return (desk.ctx.book.skus[sku].name, f"sku:{sku}") if sku is not None else None


def _required(text: str) -> bool:
    """True for "без залога не выдаём": what is refused without a charge requires it."""
    return any(w.text in _WITHOUT or w.text.endswith(("сыз", "сіз")) for w in words(fold(text)))


def _excused(desk: Desk, clause: Clause, topic: str) -> bool:
    """True when the rules free some cases from the charge and the dialogue speaks of such a case, undenied."""
    freeing = [r for r in desk.terms.about(topic) if (r.denied and not _required(r.text)) or "free" in r.topics]
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
    return any((said & r.things) - _TAKEN for r in freeing)
