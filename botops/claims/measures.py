"""Terms with a measure: warranty, trial, free period, instalment, refund, cancellation, VAT, prepayment, cashback."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from botops.claims.desk import Desk
from botops.claims.discounts import judge_off
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.lexicon import Concepts
from botops.claims.mention import Mention
from botops.claims.objects import things_of
from botops.claims.policy import Rule
from botops.claims.quantities import Quantity
from botops.claims.reading import Clause
from botops.claims.rules_text import describe
from botops.domain.findings import Finding, FindingKind
from botops.pricebook.model import OfferKind

_PERCENT_TOPICS = ("vat", "cashback", "prepay", "refund", "surcharge", "cancel", "instalment", "deposit")
_TIME = frozenset({"day", "week", "month", "year", "hour"})
_TIMED = ("warranty", "trial", "cancel", "refund", "free", "gift", "freeze", "prepay")
_ZERO_PLAN = re.compile(r"(?<!\d)0\s?[-–]\s?0\s?[-–]\s?(\d{1,2})(?!\d)")
_OTHER_PERCENT = frozenset(
    "sla аптайм uptime доступность качества заряд заряда акб батареи емкость влажность поступили учеников точность успех "
    "готовности қолжетімділік batteries battery charge success".split()
)
_TRAVEL = ("поступ", "зачисл", "обработ", "переч", "process", "банк", "bank", "түседі")
_ALLOWED = frozenset("можно возможно возьмите болады can may allowed possible".split())


def percent_terms(desk: Desk, taken: set[int]) -> Iterator[Finding]:
    """Percents of a topic other than a discount. The mentions of such topics are added to `taken`."""
    for mention in desk.mentions:
        if mention.kind != "percent" or mention.start in taken:
            continue
        clause = desk.reading.clause_at(mention.start)
        if clause is None:
            continue
        topic = percent_topic(desk, clause, mention)
        if topic is None:
            continue
        taken.add(mention.start)
        if topic == "other" or not desk.claimed(mention.start, mention.end):
            continue
        problem = _judge_percent(desk, clause, topic, mention.amount)
        if problem is not None:
            yield term_finding(desk.ctx.turn, FindingKind.TERMS, desk.reading.text, mention.start, mention.end, problem)


def percent_topic(desk: Desk, clause: Clause, mention: Mention) -> str | None:
    """What a percent is of: the nearest topic in its clause, then its sentence, then the client's question."""
    reading = desk.reading
    at = reading.word_at(mention.start)
    sentence = reading.sentences[clause.sentence]
    if any(w.text in _OTHER_PERCENT for w in reading.words[sentence.first : sentence.last]):
        return "other"
    if mention.amount == 100 and "refund" in desk.sentence_tags(clause):
        return "refund"
    near = _nearest(reading.tags, at, clause.first, clause.last)
    if near is not None:
        return None if near in {"discount", "minus", "promo"} else near
    near = _nearest(reading.tags, at, sentence.first, sentence.last)
    if near is not None:
        return None if near in {"discount", "minus", "promo"} else near
    if any(mention.amount in r.percents for r in desk.terms.about("discount")):
        return None
    asked = desk.topics_asked
    if asked & {"discount", "promo"}:
        return None
    return next((t for t in _PERCENT_TOPICS if t in asked), None)


def _nearest(tags: object, at: int, first: int, last: int) -> str | None:
    best: tuple[int, str] | None = None
    for i in range(first, last):
        found = tags[i]  # type: ignore[index]
        for topic in (*_PERCENT_TOPICS, "discount", "minus", "promo"):
            if topic in found and (best is None or abs(i - at) < best[0]):
                best = (abs(i - at), topic)
    return best[1] if best else None


def _judge_percent(desk: Desk, clause: Clause, topic: str, value: Decimal) -> Problem | None:
    if topic == "vat":
        return _judge_vat(desk, value)
    rules = desk.in_force(desk.terms.about(topic))
    same = [r for r in rules if value in r.percents]
    if same:
        fitting = [r for r in same if desk.applies(r, clause) and not desk.stretched(r, clause)]
        if not fitting:
            return Problem("product", topic, describe(same[0]), same[0].source)
        if all(desk.unmet(r, clause) for r in fitting):
            return Problem("condition", topic, describe(fitting[0]), fitting[0].source)
        return None
    if value == 100 and topic in {"refund", "prepay"} and not any(r.percents for r in rules):
        return None if rules else Problem("absent", topic)
    if any(value in r.percents for r in desk.in_force(desk.terms.rules) if r.topics & desk.tags(clause)):
        return None
    known = [r for r in rules if r.percents]
    if known:
        return Problem("value", topic, describe(known[0]), known[0].source)
    if rules:
        return Problem("denied" if rules[0].denied else "value", topic, describe(rules[0]), rules[0].source)
    if topic in {"instalment", "deposit"}:
        return judge_off(desk, clause, "percent", value) and Problem("absent", topic)
    return Problem("absent", topic)


def _judge_vat(desk: Desk, value: Decimal) -> Problem | None:
    rate = desk.terms.vat_percent
    if rate is None or value == rate:
        return None
    return Problem("value", "vat", f"НДС {rate:f}%", "policies.vat_percent")


def vat_claims(desk: Desk) -> Iterator[Finding]:
    """VAT said to be inside prices that exclude it, or on top of prices that include it."""
    included = desk.terms.vat_included
    if included is None or desk.terms.vat_percent in {None, Decimal(0)}:
        return
    reading = desk.reading
    for clause in reading.clauses:
        at = next((i for i in range(clause.first, clause.last) if "vat" in reading.tags[i]), None)
        if at is None:
            continue
        word = reading.words[at]
        if not desk.claimed(word.start, word.end):
            continue
        side = _vat_side(desk, clause, at)
        if side is None or side == included:
            continue
        text = "НДС включён в цены" if included else "цены без НДС"
        problem = Problem("denied", "vat", text, "policies.vat_included")
        start, end = _vat_span(desk, clause, at)
        yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, start, end, problem)


def _vat_side(desk: Desk, clause: Clause, at: int) -> bool | None:
    """True for VAT said to be inside the prices, False for on top, None when neither is said."""
    words = desk.reading.words
    before = words[at - 1].text if at > clause.first else ""
    said = {w.text for w in words[clause.first : clause.last]}
    included = bool(desk.tags(clause) & {"included"}) or bool(said & {"уже", "already", "ішінде"})
    priced = any(m.kind == "money" for m in desk.mentions_in(clause.start, clause.end))
    if said & {"сверху", "плюсом", "үстіне", "plus", "плюс"} and "s:neg" not in desk.tags(clause):
        return False
    if included and not priced and before not in {"без", "without"}:
        return True
    return None


def _vat_span(desk: Desk, clause: Clause, at: int) -> tuple[int, int]:
    words = desk.reading.words
    first = at
    while first > clause.first and words[first - 1].text in {"уже", "с", "плюс", "plus", "with", "already"}:
        first -= 1
    return words[first].start, words[clause.last - 1].end


def multiple_claims(desk: Desk) -> Iterator[Finding]:
    """Double or triple cashback that no rule grants."""
    reading = desk.reading
    for clause in reading.clauses:
        at = next((i for i in range(clause.first, clause.last) if "multiple" in reading.tags[i]), None)
        if at is None or "cashback" not in desk.sentence_tags(clause):
            continue
        word = reading.words[at]
        if not desk.claimed(word.start, word.end) or any("multiple" in r.topics for r in desk.terms.about("cashback")):
            continue
        end = reading.words[clause.last - 1].end
        yield term_finding(
            desk.ctx.turn, FindingKind.TERMS, reading.text, word.start, end, Problem("absent", "cashback")
        )


def minimum_claims(desk: Desk) -> Iterator[Finding]:
    """Less than the least the rules sell: "можно и на один час" where the least is two hours."""
    least = [(r, q) for r in desk.terms.about("minimum") if r.offer is None for q in r.counts if q.unit]
    reading = desk.reading
    for said in reading.quantities if least else ():
        clause = reading.clause_at(said.start)
        if clause is None or said.ordinal or said.bound is not None or not said.unit:
            continue
        words = {w.text for w in reading.words[clause.first : clause.last]}
        if not words & _ALLOWED or not desk.claimed(said.start, said.end):
            continue
        sentence = reading.sentences[clause.sentence]
        about = things_of(reading, sentence.first, sentence.last) | desk.things_asked
        for rule, q in least:
            if q.unit == said.unit and said.value < q.value and about & rule.things:
                problem = Problem("value", "minimum", describe(rule), rule.source)
                yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, said.start, said.end, problem)
                break


def duration_claims(desk: Desk) -> Iterator[Finding]:
    """Periods of a warranty, trial, free use, refund, cancellation … that differ from the book's."""
    for q in desk.reading.quantities:
        if q.unit not in _TIME or q.ordinal or desk.reading.words[q.first].text.startswith("годов"):
            continue
        clause = desk.reading.clause_at(q.start)
        if clause is None or "g:children" in desk.tags(clause) or desk.is_mention(q.start):
            continue
        topic = None if _frequency(desk, q) or _processing(desk, clause) else _duration_topic(desk, clause, q)
        if topic is None or not desk.claimed(q.start, q.end):
            continue
        problem = _judge_duration(desk, clause, topic, q)
        if problem is not None:
            yield term_finding(desk.ctx.turn, FindingKind.TERMS, desk.reading.text, q.start, q.end, problem)


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
        topic = next((t for t in ("warranty", "trial", "instalment") if t in asked), None)
        if topic and any(m.kind == "money" for m in desk.mentions_in(clause.start, clause.end)):
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


def _judge_duration(desk: Desk, clause: Clause, topic: str, q: Quantity) -> Problem | None:
    rules = desk.in_force(_timed_rules(desk, topic))
    have = _days(q)
    same = [r for r in rules if have in _periods(r)]
    if same:
        fitting = [r for r in same if r.offer is None or desk.applies(r, clause)]
        if not fitting:
            return Problem("product", topic, describe(same[0]), same[0].source)
        if all(desk.unmet(r, clause) for r in fitting):
            return Problem("condition", topic, describe(fitting[0]), fitting[0].source)
        return None
    timed = [r for r in rules if _periods(r)]
    if timed:
        best = next((r for r in timed if desk.applies(r, clause)), timed[0])
        return Problem("value", topic, describe(best), best.source)
    if topic in {"refund", "cancel", "freeze", "prepay"} and rules and rules[0].offer is None:
        return Problem("value", topic, rules[0].text, rules[0].source)
    return Problem("absent", topic)


def _timed_rules(desk: Desk, topic: str) -> tuple[Rule, ...]:
    return desk.terms.about("period", "trial") if topic in {"period", "trial"} else desk.terms.about(topic)


_DAYS = {"hour": Decimal(1) / 24, "day": Decimal(1), "week": Decimal(7), "month": Decimal(30), "year": Decimal(360)}


def _days(q: Quantity) -> Decimal:
    return q.value * _DAYS[q.unit]


def _periods(rule: Rule) -> frozenset[Decimal]:
    """Lengths a rule speaks of, in days (a month as 30, a year as 12 months)."""
    out = {_days(q) for q in rule.counts if q.unit in _TIME}
    offer = rule.offer
    if (
        offer is not None
        and offer.value is not None
        and offer.kind in {OfferKind.WARRANTY, OfferKind.TRIAL, OfferKind.FREE_PERIOD, OfferKind.INSTALLMENT}
    ):
        value = Decimal(str(offer.value))
        said_days = any(q.unit == "day" and q.value == value for q in rule.counts)
        in_days = said_days or (offer.kind is OfferKind.TRIAL and not any(q.unit == "month" for q in rule.counts))
        out.add(value * (1 if in_days else 30))
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


def _split_plans(desk: Desk) -> Iterator[tuple[int, int, Decimal]]:
    for q in desk.reading.quantities:
        clause = desk.reading.clause_at(q.start)
        if clause is None or q.ordinal or desk.is_mention(q.start):
            continue
        tags: Concepts = desk.tags(clause)
        split = "instalment" in tags
        if q.value < 2 or desk.reading.words[q.first].text.startswith("годов"):
            continue
        if q.unit == "payment" and (split or "instalment" in desk.topics_question):
            yield q.start, q.end, q.value
        elif split and (q.unit == "month" or _before_plan(desk, clause, q)):
            yield q.start, q.end, q.value


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
    if all(desk.unmet(r, clause) for r in fitting):
        return Problem("condition", "instalment", describe(fitting[0]), fitting[0].source)
    return None
