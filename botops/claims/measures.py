"""Percents and minimums of terms: VAT, cashback, prepayment, refund, surcharge, the least that is sold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal

from botops.claims.desk import Desk
from botops.claims.discounts import judge_off, signed_off
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.extent import stretched
from botops.claims.lexicon import NONE, Concepts
from botops.claims.mention import Mention
from botops.claims.objects import things_of
from botops.claims.parts import of_another
from botops.claims.policy import Rule
from botops.claims.quantities import Quantity
from botops.claims.reading import Clause, Sentence
from botops.claims.rules_text import describe
from botops.claims.trail import Basis
from botops.domain.findings import Finding, FindingKind

_OF_A_PRICE = frozenset({"discount", "minus", "promo", "code"})
_PERCENT_TOPICS = ("vat", "cashback", "prepay", "refund", "surcharge", "cancel", "instalment", "deposit")
_OTHER_PERCENT = frozenset(
    "sla аптайм uptime доступность качества заряд заряда акб батареи емкость влажность поступили учеников точность "
    "успех готовности қолжетімділік batteries battery charge success".split()
)
_SHARES = (
    ("половин", Decimal(50)), ("жартысы", Decimal(50)), ("half", Decimal(50)), ("треть", Decimal(100) / 3),
    ("трети", Decimal(100) / 3), ("четверть", Decimal(25)), ("четверти", Decimal(25)), ("ширегі", Decimal(25)),
    ("quarter", Decimal(25)),
)  # fmt: skip
_SHARED = ("prepay", "cashback", "surcharge")
_ANSWER = 3
_BACK = 3
_HALF = Decimal(50)
_SHARE_SPAN, _SHORT_SHARE = 6, 2
_NOT_SOLD = frozenset({"discount", "gift", "free", "warranty", "refund", "cancel", "delivery", "promo", "instalment"})
_SOLD_BY = frozenset("hour day night person piece visit lesson metre kg litre month".split())
_BOOKED = frozenset("day night month".split())
_HIRE = ("аренд", "прокат", "заказ", "брон", "минимал", "жалға", "жалдау", "rent", "hire", "order", "book", "stay")
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
        else:
            desk.stands(FindingKind.TERMS, topic, mention.start, mention.end)


def percent_topic(desk: Desk, clause: Clause, mention: Mention) -> str | None:
    """What a percent is of: the nearest topic in its clause, then its sentence, then the client's question."""
    reading = desk.reading
    at = reading.word_at(mention.start)
    sentence = reading.sentences[clause.sentence]
    if any(w.text in _OTHER_PERCENT for w in reading.words[sentence.first : sentence.last]):
        return "other"
    if mention.amount == 100 and "refund" in desk.sentence_tags(clause):
        return "refund"
    if _paid_ahead(desk, mention.amount) and "prepay" in desk.sentence_tags(clause):
        return None
    if _for_a_friend(desk, clause, mention.amount):
        return "cashback"
    if signed_off(reading.text, mention):
        return None
    for part in (clause, sentence):
        near = _nearest(reading.tags, at, part.first, part.last, _own_stretch(desk, mention, part))
        if near is not None:
            asked = desk.topics_question
            near = "cashback" if near == "refund" and "cashback" in asked and "refund" not in asked else near
            return None if near in _OF_A_PRICE else near
    if "prepay" in desk.topics_question and not desk.topics_question & _OF_A_PRICE:
        return "prepay"
    asked = _talk_of_percents(desk)
    known = next((t for t in _PERCENT_TOPICS if t in asked and _said_of(desk, t, mention.amount)), None)
    if known is not None and not desk.sentence_tags(clause) & _OF_A_PRICE:
        return known
    if any(mention.amount in r.percents for r in desk.terms.about("discount")):
        return None
    if asked & {"discount", "promo"}:
        return None
    return next((t for t in _PERCENT_TOPICS if t in asked), None)


def _said_of(desk: Desk, topic: str, percent: Decimal) -> bool:
    """True when a rule in force about a topic has this percent."""
    return any(percent in r.percents for r in desk.in_force(desk.terms.about(topic)))


def _talk_of_percents(desk: Desk) -> Concepts:
    """What percents were last spoken of, as far back as the question before the client's last."""
    for message in reversed(desk.ctx.messages[:-1][-_BACK:]):
        found = message.reading.concepts.intersection(_PERCENT_TOPICS + tuple(_OF_A_PRICE))
        if found and message.role != "tool":
            return found
    return NONE


def _paid_ahead(desk: Desk, percent: Decimal) -> bool:
    """True when a discount of this percent is given for paying ahead: "алдын ала" then names its condition."""
    rules = desk.terms.about("discount")
    return any(percent in r.percents and any(c.kind == "prepay" for c in r.conditions) for r in rules)


def _for_a_friend(desk: Desk, clause: Clause, percent: Decimal) -> bool:
    """True when the percent is a cashback of the book for the group the clause speaks of, whatever it is called."""
    groups = frozenset(t for t in desk.sentence_tags(clause) if t.startswith("g:"))
    return any(percent in r.percents and groups & r.groups for r in desk.terms.about("cashback"))


def _own_stretch(desk: Desk, mention: Mention, part: Clause | Sentence) -> range:
    """The words of a part that no sum parts from a percent: in "+30%: 416 000 ₸ без НДС" the VAT is the sum's."""
    first, last = part.first, part.last
    for m in desk.mentions_in(part.start, part.end):
        if m.kind == "money" and m.start > mention.start:
            last = min(last, desk.reading.word_at(m.start))
        elif m.kind == "money" and m.start < mention.start:
            first = max(first, desk.reading.word_at(m.end))
    return range(first, last)


def _nearest(tags: Sequence[Concepts], at: int, first: int, last: int, own: range) -> str | None:
    """The topic nearest to a percent at word `at`; VAT only among the words of its `own` stretch."""
    best: tuple[int, str] | None = None
    for i in range(first, last):
        found = tags[i]
        for topic in (*_PERCENT_TOPICS, *_OF_A_PRICE):
            if topic == "vat" and i not in own:
                continue
            if topic in found and (best is None or abs(i - at) < best[0]):
                best = (abs(i - at), topic)
    return best[1] if best else None


def _judge_percent(desk: Desk, clause: Clause, topic: str, value: Decimal) -> Problem | None:
    if topic == "vat":
        return _judge_vat(desk, value)
    rules = desk.in_force(desk.terms.about(topic))
    same = [r for r in rules if value in r.percents]
    if same:
        fitting = [r for r in same if desk.applies(r, clause) and not stretched(desk, r, clause)]
        if not fitting:
            return Problem("product", topic, describe(same[0]), same[0].source)
        met = next((r for r in fitting if desk.unmet(r, clause) is None), None)
        if met is None:
            return Problem("condition", topic, describe(fitting[0]), fitting[0].source)
        if of_another(desk, met, clause, value, "%"):
            return Problem("value", topic, describe(met), met.source)
        desk.rests_on(met)
        return None
    if value == 100 and topic in {"refund", "prepay"} and not any(r.percents for r in rules):
        if not rules:
            return Problem("absent", topic)
        desk.rests_on(rules[0])
        return None
    if _restated(desk, clause, value):
        return None
    known = [r for r in rules if r.percents]
    if known:
        return Problem("value", topic, describe(known[0]), known[0].source)
    if rules:
        return Problem("denied" if rules[0].denied else "value", topic, describe(rules[0]), rules[0].source)
    if topic in {"instalment", "deposit"}:
        return judge_off(desk, clause, "percent", value) and Problem("absent", topic)
    return Problem("absent", topic)


def _restated(desk: Desk, clause: Clause, value: Decimal) -> bool:
    """True when a percent restates a rule, or is so many times another of its sentence: "6 × 0,5% = 3%"."""
    sentence = desk.reading.sentences[clause.sentence]
    rule = desk.restated(value, clause)
    if rule is not None:
        desk.rests_on(rule)
        return True
    counts = {q.value for q in desk.reading.counted(sentence.first, sentence.last)}
    beside = {m.amount for m in desk.mentions_in(sentence.start, sentence.end) if m.kind == "percent"}
    return any(value == part * times for part in beside for times in counts if times > 1)


def _judge_vat(desk: Desk, value: Decimal) -> Problem | None:
    rate = desk.terms.vat_percent
    if rate is None:
        return None
    if value == rate:
        desk.rests_on(Basis(f"НДС {rate:f}%", "policies.vat_percent"))
        return None
    return Problem("value", "vat", f"НДС {rate:f}%", "policies.vat_percent")


def share_claims(desk: Desk) -> Iterator[Finding]:
    """Shares said in words of a prepayment, of what points pay for …: "до половины счёта", "предоплата — треть"."""
    reading = desk.reading
    for clause in reading.clauses:
        at = next((i for i in range(clause.first, clause.last) if _share(reading.words[i].text)), None)
        if at is None:
            continue
        topic = _share_topic(desk, clause)
        word = reading.words[at]
        if topic is None or not desk.claimed(word.start, word.end):
            continue
        value = _share(word.text) or Decimal(0)
        about = desk.in_force(desk.terms.about(topic))
        about = [r for r in about if topic == "refund" or "refund" not in r.topics] or about
        stated = [r for r in about if r.percents or "half" in r.topics]
        rules = stated or [r for r in about if topic == "refund" and r.denied]
        if not rules:
            continue
        start = reading.words[clause.first].start if at - clause.first <= _SHARE_SPAN else word.start
        end = reading.words[clause.last - 1].end
        same = next((r for r in rules if _states(desk, r, clause, value)), None)
        if same is not None:
            desk.rests_on(same)
            desk.stands(FindingKind.TERMS, topic, start, end)
            continue
        reason: Literal["value", "denied"] = "value" if rules[0].percents else "denied"
        problem = Problem(reason, topic, describe(rules[0]), rules[0].source)
        yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, start, end, problem)


def _states(desk: Desk, rule: Rule, clause: Clause, value: Decimal) -> bool:
    """True when a rule has a percent, and not for another subject than the one spoken of."""
    same = any(abs(value - p) < 1 for p in rule.percents) or (value == _HALF and "half" in rule.topics)
    return same and not of_another(desk, rule, clause, value, "%")


def _share(word: str) -> Decimal | None:
    return next((value for stem, value in _SHARES if word.startswith(stem)), None)


def _share_topic(desk: Desk, clause: Clause) -> str | None:
    """What a share is of: a prepayment, points, a surcharge; a discount, a time or a refund is judged elsewhere."""
    tags = desk.tags(clause)
    if tags & {"discount", "deposit"} or any(t.startswith("u:") and t != "u:order" for t in tags):
        return None
    if "refund" in tags:
        return None if "half" in tags else "refund"
    found = next((t for t in _SHARED if t in tags), None)
    if found or desk.mentions_in(clause.start, clause.end) or any(":" not in t for t in tags - {"half"}):
        return found
    short = clause.last - clause.first <= _SHORT_SHARE or (not clause.first and not clause.sentence)
    return next((t for t in _SHARED if short and t in desk.topics_question), None)


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


def least_claims(desk: Desk) -> Iterator[Finding]:
    """A least count or hire the book does not know: "минималка 4 часа", "the minimum rental is 5 hours"."""
    reading = desk.reading
    for clause in reading.clauses:
        tags = desk.tags(clause)
        if "minimum" not in tags or tags & _NOT_SOLD or "s:if" in tags:
            continue
        at = next(i for i in range(clause.first, clause.last) if "minimum" in reading.tags[i])
        said = next((q for q in reading.counted(at, _stated_to(desk, clause)) if q.unit and not q.ordinal), None)
        if said is None or said.unit not in _SOLD_BY or desk.is_mention(said.start):
            continue
        if reading.words[said.first - 1].text in {"за", "через"} or not desk.claimed(said.start, said.end):
            continue
        if said.unit in _BOOKED and not any(
            w.text.startswith(_HIRE) for w in reading.words[clause.first : clause.last]
        ):
            continue
        if _counts_known(desk, clause, said):
            continue
        near = next((r for r in desk.terms.about("minimum") if any(q.unit == said.unit for q in r.counts)), None)
        problem = (
            Problem("value", "minimum", describe(near), near.source)
            if near is not None
            else Problem("absent", "minimum")
        )
        start = reading.words[at].start
        yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, start, said.end, problem)


def _stated_to(desk: Desk, clause: Clause) -> int:
    """Where what a clause states ends: with the clause, or with the number that stands after its dash."""
    following = desk.reading.clause_at(clause.end + 1)
    if following is None or following.sentence != clause.sentence or following is clause:
        return clause.last
    gap = desk.reading.text[clause.end : following.start]
    counted = desk.reading.counted(following.first, following.last)
    dash = any(c in "—–-:" for c in gap)
    return following.last if dash and counted and counted[0].first == following.first else clause.last


def _counts_known(desk: Desk, clause: Clause, said: Quantity) -> bool:
    """True when a least of the book, a tier or a variant of what is spoken of has this count."""
    products = [desk.ctx.book.skus[s] for s in desk.skus_in(clause) or desk.skus_spoken]
    if said.value <= 1 or any(price.min_qty == said.value for p in products for price in p.prices):
        return True
    things = desk.things(clause) | desk.things_asked
    for rule in desk.terms.rules:
        near = "minimum" in rule.topics or bool(things & rule.things)
        if any(q.value == said.value and (near or q.bound == "from") for q in rule.counts):
            return not of_another(desk, rule, clause, said.value, said.unit)
    return any(str(said.value) in str(v) for p in products for price in p.prices for v in price.attributes.values())


def minimum_claims(desk: Desk) -> Iterator[Finding]:
    """Less than the least the rules sell: "можно и на один час" where the least is two hours."""
    least = [(r, q) for r in desk.terms.about("minimum") if r.offer is None for q in r.counts if q.unit]
    reading = desk.reading
    for said in reading.quantities if least else ():
        clause = reading.clause_at(said.start)
        if clause is None or said.ordinal or said.bound is not None or not said.unit:
            continue
        if not _lets_have(desk, clause, said) or not desk.claimed(said.start, said.end):
            continue
        sentence = reading.sentences[clause.sentence]
        about = things_of(reading, sentence.first, sentence.last) | desk.things_asked
        spoken = desk.skus_at_hand | desk.priced or desk.skus_named
        for rule, q in least:
            near = about & rule.things or (rule.about | rule.skus) & spoken
            if q.unit == said.unit and near and not _reached(desk, q):
                problem = Problem("value", "minimum", describe(rule), rule.source)
                yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, said.start, said.end, problem)
                break


def _lets_have(desk: Desk, clause: Clause, said: Quantity) -> bool:
    """True when a clause lets the client have a count, or names a sum for the count they asked for."""
    if {w.text for w in desk.reading.words[clause.first : clause.last]} & _ALLOWED:
        return True
    sentence = desk.reading.sentences[clause.sentence]
    asked = desk.question.quantities if desk.question is not None else ()
    priced = any(m.kind == "money" for m in desk.mentions_in(sentence.start, sentence.end))
    return priced and any((q.value, q.unit) == (said.value, said.unit) for q in asked if not q.ordinal)


def _reached(desk: Desk, least: Quantity) -> bool:
    """True when a reply keeps to the least: it names it, or its counts of that unit come to it together."""
    counts = [q.value for q in desk.reading.quantities if q.unit == least.unit and not q.ordinal]
    return "minimum" in desk.reading.concepts or sum(counts) >= least.value


def vat_claims(desk: Desk) -> Iterator[Finding]:
    """VAT said to be inside prices that exclude it, or on top of prices that include it."""
    included = desk.terms.vat_included
    if included is None or desk.terms.vat_percent in {None, Decimal(0)}:
        return
    reading = desk.reading
    for clause in reading.clauses:
        at = next((i for i in range(clause.first, clause.last) if "vat" in reading.tags[i]), None)
        if at is None and not included and _inside_answered(desk, clause):
            problem = Problem("denied", "vat", "цены без НДС", "policies.vat_included")
            end = reading.words[clause.last - 1].end
            yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, clause.start, end, problem)
        if at is None:
            continue
        word = reading.words[at]
        if not desk.claimed(word.start, word.end):
            continue
        side = _vat_side(desk, clause, at)
        if side is None:
            continue
        text = "НДС включён в цены" if included else "цены без НДС"
        start, end = _vat_span(desk, clause, at)
        if side == included:
            desk.rests_on(Basis(text, "policies.vat_included"))
            desk.stands(FindingKind.TERMS, "vat", start, end)
            continue
        problem = Problem("denied", "vat", text, "policies.vat_included")
        yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, start, end, problem)


def _inside_answered(desk: Desk, clause: Clause) -> bool:
    """True for "Внутри" that opens the answer to whether VAT is inside."""
    tags = desk.tags(clause)
    if "vat" not in desk.topics_question or "included" not in tags or "s:neg" in tags or desk.confirms:
        return False
    return not clause.sentence and clause.last - clause.first <= _ANSWER and desk.claimed(clause.start, clause.end)


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
