"""Terms with a length: warranty, trial, free period, refund, cancellation, freeze, instalment plans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.lexicon import Concepts
from botops.claims.parts import of_another
from botops.claims.policy import Rule
from botops.claims.quantities import Quantity, in_days
from botops.claims.reading import Clause
from botops.claims.rules_text import describe
from botops.domain.findings import Finding, FindingKind
from botops.pricebook.model import OfferKind

_TIME = frozenset({"day", "week", "month", "year", "hour"})
_TIMED = ("warranty", "trial", "cancel", "refund", "freeze", "free", "gift", "prepay", "deposit")
_ANSWERED_BARE = ("warranty", "trial", "refund")
_ALIKE = (frozenset({"hour"}), frozenset({"day", "week"}), frozenset({"month", "year"}))
_BARE_TIME = frozenset({"u:year", "u:month", "u:week"})
_ONE = {
    "год": "year", "неделя": "week", "неделю": "week", "месяц": "month", "year": "year", "week": "week",
    "month": "month",
}  # fmt: skip
_ZERO_PLAN = re.compile(r"(?<!\d)0\s?[-–]\s?0\s?[-–]\s?(\d{1,2})(?!\d)")
_POSSIBLE = frozenset(
    "можно возможно сделаем оформим растянем болады береміз жасаймыз can fine possible sure ok".split()
)
_SEEN_AS = ("қара", "есепте", "шаққ", "делить", "раздел", "пересч", "divid", "averag")
"""Words that look at a sum per month without offering to pay it so: "алты айға бөліп қарасаңыз"."""
_FOR_SO_LONG = frozenset("на for over айға".split())
_SHORT_ANSWER = 4
_TRAVEL = ("поступ", "зачисл", "обработ", "переч", "process", "банк", "bank", "түседі")


def duration_claims(desk: Desk) -> Iterator[Finding]:
    """Periods of a warranty, trial, free use, refund, cancellation … that differ from the book's."""
    for q in _lengths(desk):
        if q.unit not in _TIME or q.ordinal or desk.reading.words[q.first].text.startswith("годов"):
            continue
        clause = desk.reading.clause_at(q.start)
        if clause is None or "g:children" in desk.tags(clause) or desk.is_mention(q.start):
            continue
        topic = _duration_topic(desk, clause, q)
        if topic is None or _frequency(desk, q) or _processing(desk, clause) or not desk.claimed(q.start, q.end):
            continue
        problem = _judge_duration(desk, clause, topic, q)
        if problem is not None:
            yield term_finding(desk.ctx.turn, FindingKind.TERMS, desk.reading.text, q.start, q.end, problem)
        else:
            desk.stands(FindingKind.TERMS, topic, q.start, q.end)


def _lengths(desk: Desk) -> Iterator[Quantity]:
    """Counted times, and one of a unit without its number where it answers how long: "год гарантии", "неделя"."""
    yield from desk.reading.quantities
    reading = desk.reading
    if not reading.concepts & _BARE_TIME:
        return
    for clause in reading.clauses:
        tags = desk.tags(clause)
        sentence = desk.sentence_tags(clause)
        if not tags & _BARE_TIME or not (sentence | desk.topics_question).intersection(_ANSWERED_BARE):
            continue
        counted = reading.counted(clause.first, clause.last)
        for i in range(clause.first, clause.last):
            word = reading.words[i]
            if word.text in _ONE and not any(q.first <= i <= q.last for q in counted):
                near = (reading.over(max(clause.first, i - 2), i + 3), clause.last - clause.first <= 2)
                if near[0].intersection(_ANSWERED_BARE) or near[1]:
                    yield Quantity(Decimal(1), _ONE[word.text], word.start, word.end, i, i)


def _frequency(desk: Desk, q: Quantity) -> bool:
    """True for "раз в полгода", "every 6 months": how often, not for how long."""
    before = [w.text for w in desk.reading.words[max(0, q.first - 2) : q.first]]
    return before[-2:] == ["раз", "в"] or bool({"every", "каждые", "сайын"} & set(before))


def _processing(desk: Desk, clause: Clause) -> bool:
    """True when the time is how long a payment travels ("деньги поступят за 3 дня"), not until when one may return."""
    said = [w.text for w in desk.reading.words[clause.first : clause.last]]
    working = any(a == "business" and b in {"day", "days"} for a, b in pairwise(said))
    return working or any(w.startswith(_TRAVEL) for w in said)


def _duration_topic(desk: Desk, clause: Clause, q: Quantity) -> str | None:
    tags = desk.tags(clause)
    topic = next((t for t in _TIMED if t in tags), None)
    if topic is None and clause.last - clause.first <= 4:
        asked = desk.topics_question
        topic = next((t for t in ("warranty", "trial", "instalment", "deposit") if t in asked), None)
        if topic and any(m.kind == "money" for m in desk.mentions_in(clause.start, clause.end)):
            return None
        topic = topic or _refund_answered(desk, clause, q)
    if topic is None and q.unit == "day" and "a:defer" in desk.sentence_tags(clause):
        topic = "prepay" if _dated(desk, "prepay") else None
    if topic is None and "s:if" in tags and "refund" in desk.sentence_tags(clause):
        topic = "refund" if q.unit in {"day", "week", "month"} else None
    if topic == "free" and "freeze" in desk.topics_question:
        return "freeze"
    if topic == "prepay" and _ahead_offered(desk, clause, q):
        return None
    if topic in {"free", "gift"}:
        beside = desk.reading.over(q.first - 1 if q.first else 0, min(q.last + 3, clause.last))
        if "free" not in beside or q.bound == "from" or q.unit == "hour":
            return None
        return "trial" if "trial" in tags else "period"
    if topic == "prepay" and q.unit not in {"day", "month"}:
        return None
    if topic == "warranty" and q.unit == "hour":
        return None
    return topic


def _refund_answered(desk: Desk, clause: Clause, q: Quantity) -> str | None:
    """The topic of "60 days" that opens the answer to within what time money comes back, when the rules say it."""
    opens = not clause.sentence and not clause.first and "refund" in desk.topics_question
    if not opens or q.unit not in {"day", "week", "month"} or "deposit" in desk.topics_question:
        return None
    return "refund" if _dated(desk, "refund") else None


def _dated(desk: Desk, topic: str) -> bool:
    """True when a rule about a topic names a length of time."""
    return any(_periods(r) for r in desk.in_force(desk.terms.about(topic)))


def _ahead_offered(desk: Desk, clause: Clause, q: Quantity) -> bool:
    """True when paying so many months ahead is the condition of an offer the sentence speaks of."""
    months = q.value * (12 if q.unit == "year" else 1)
    offered = desk.sentence_tags(clause) & {"discount", "free", "gift", "minus"} or any(
        m.kind == "percent" for m in desk.mentions
    )
    return bool(offered) and any(
        c.kind == "prepay" and c.value == months for r in desk.terms.offers for c in r.conditions
    )


def _judge_duration(desk: Desk, clause: Clause, topic: str, q: Quantity) -> Problem | None:
    rules = desk.in_force(_timed_rules(desk, topic))
    if topic == "refund" and "deposit" not in desk.sentence_tags(clause) | desk.topics_question:
        rules = [r for r in rules if "deposit" not in r.topics]
    have = in_days(q)
    same = [r for r in rules if have in _periods(r) or _within(r, q)]
    if same:
        fitting = [r for r in same if (r.offer is None or desk.applies(r, clause)) and not desk.excepted(r, clause)]
        if not fitting:
            return Problem("product", topic, describe(same[0]), same[0].source)
        met = next((r for r in fitting if desk.unmet(r, clause) is None), None)
        if met is None:
            return Problem("condition", topic, describe(fitting[0]), fitting[0].source)
        if topic == "warranty" and of_another(desk, met, clause, q.value, q.unit):
            return Problem("value", topic, describe(met), met.source)
        desk.rests_on(met)
        return None
    timed = [r for r in rules if _periods(r)]
    if timed:
        best = next((r for r in timed if desk.applies(r, clause)), timed[0])
        return Problem("value", topic, describe(best), best.source)
    if topic == "deposit":
        return None
    if topic in {"refund", "cancel", "freeze", "prepay"} and rules and rules[0].offer is None:
        return Problem("value", topic, rules[0].text, rules[0].source)
    return Problem("absent", topic)


def _within(rule: Rule, q: Quantity) -> bool:
    """True for a length between two that a rule of the policies names: 7 days, of "14–3 days before: half"."""
    kind = next(k for k in _ALIKE if q.unit in k)
    lengths = [in_days(c) for c in rule.counts if c.unit in kind]
    return rule.offer is None and len(lengths) > 1 and min(lengths) < in_days(q) < max(lengths)


def _timed_rules(desk: Desk, topic: str) -> tuple[Rule, ...]:
    if topic not in {"period", "trial"}:
        return desk.terms.about(topic)
    free = tuple(
        r
        for r in desk.terms.about("free")
        if (r.offer is None and not r.denied) or (r.offer is not None and r.offer.kind is OfferKind.GIFT)
    )
    return (*desk.terms.about("period", "trial"), *free)


def _periods(rule: Rule) -> frozenset[Decimal]:
    """Lengths a rule speaks of, in days (a month as 30, a year as 12 months)."""
    out = {in_days(q) for q in rule.counts if q.unit in _TIME}
    offer = rule.offer
    if (
        offer is not None
        and offer.value is not None
        and offer.kind in {OfferKind.WARRANTY, OfferKind.TRIAL, OfferKind.FREE_PERIOD, OfferKind.INSTALLMENT}
    ):
        value = Decimal(str(offer.value))
        said_days = any(q.unit == "day" and q.value == value for q in rule.counts)
        by_day = said_days or (offer.kind is OfferKind.TRIAL and not any(q.unit == "month" for q in rule.counts))
        out.add(value * (1 if by_day else 30))
    return frozenset(out)


def instalment_claims(desk: Desk) -> Iterator[Finding]:
    """Instalment plans ("0-0-12", "двумя платежами", "12 айға бөліп") the book does not give for this product."""
    text = desk.reading.text
    found = [(m.start(), m.end(), Decimal(m.group(1))) for m in _ZERO_PLAN.finditer(text)]
    found += list(_split_plans(desk))
    seen: set[int] = set()
    for start, end, parts in found:
        clause = desk.reading.clause_at(start)
        if clause is None or clause.sentence in seen or not desk.claimed(start, end):
            continue
        problem = _judge_plan(desk, clause, parts)
        if problem is not None:
            seen.add(clause.sentence)
            yield term_finding(desk.ctx.turn, FindingKind.TERMS, text, start, end, problem)
        else:
            desk.stands(FindingKind.TERMS, "instalment", start, end)


def _split_plans(desk: Desk) -> Iterator[tuple[int, int, Decimal]]:
    for q in desk.reading.quantities:
        clause = desk.reading.clause_at(q.start)
        if clause is None or q.ordinal or desk.is_mention(q.start):
            continue
        tags: Concepts = desk.tags(clause)
        if any(w.text.startswith(_SEEN_AS) for w in desk.reading.words[clause.first : clause.last]):
            continue
        split = "instalment" in tags or (q.unit == "month" and _agreed_length(desk, clause))
        if q.value < 2 or desk.reading.words[q.first].text.startswith("годов"):
            continue
        if (q.unit == "payment" and (split or "instalment" in desk.topics_question)) or (
            split and (q.unit == "month" or _before_plan(desk, clause, q))
        ):
            yield q.start, q.end, q.value


def _agreed_length(desk: Desk, clause: Clause) -> bool:
    """True for "можно и на 24 месяца" when instalments are what the talk is about."""
    if not desk.instalment_spoken:
        return False
    said = desk.sentence_tags(clause)
    if any(":" not in t for t in said):
        return False
    words = {w.text for w in desk.reading.words[clause.first : clause.last]}
    sentence = desk.reading.sentences[clause.sentence]
    agreed = "s:yes" in desk.reading.tags[sentence.first] and bool(words & _FOR_SO_LONG)
    if agreed and not any(m.kind == "money" for m in desk.mentions_in(clause.start, clause.end)):
        return True
    return bool(words & _POSSIBLE) or sentence.last - sentence.first <= _SHORT_ANSWER


def _before_plan(desk: Desk, clause: Clause, q: Quantity) -> bool:
    """True for "12 interest-free monthly instalments": the number counts the instalments named after it."""
    after = range(q.last + 1, min(q.last + 6, clause.last))
    return q.unit in {"", "month"} and any("instalment" in desk.reading.tags[i] for i in after)


def _judge_plan(desk: Desk, clause: Clause, parts: Decimal) -> Problem | None:
    rules = [r for r in desk.in_force(desk.terms.about("instalment")) if not r.denied]
    same = [
        r
        for r in rules
        if r.offer is None or Decimal(str(r.offer.value)) == parts or parts in {q.value for q in r.counts}
    ]
    if not same:
        near = next((r for r in rules if desk.applies(r, clause)), rules[0] if rules else None)
        return Problem("value", "instalment", describe(near), near.source) if near else Problem("absent", "instalment")
    fitting = [r for r in same if desk.applies(r, clause)]
    if not fitting:
        return Problem("product", "instalment", describe(same[0]), same[0].source)
    met = next((r for r in fitting if desk.unmet(r, clause) is None), None)
    if met is None:
        return Problem("condition", "instalment", describe(fitting[0]), fitting[0].source)
    desk.rests_on(met)
    return None
