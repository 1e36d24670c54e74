"""Discounts said in a reply: percents and amounts off, fractions, the N-th free; held against offers and policies."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from botops.claims.conditions import CUSTOMER_GROUPS, Condition, Met, counted_enough, evaluate
from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.extent import stretched
from botops.claims.lexicon import Concepts
from botops.claims.mention import Mention
from botops.claims.policy import Rule, code_key
from botops.claims.reading import Clause, Reading
from botops.claims.rules_text import describe
from botops.claims.spoken_days import announced, lasting
from botops.domain.findings import Finding, FindingKind
from botops.pricebook.model import OfferKind

_KINDS = frozenset({OfferKind.PERCENT, OfferKind.AMOUNT, OfferKind.PROMO_CODE})
_AGAIN = frozenset(
    "еще ещё тағы қосымша плюсом сверху вдобавок additional extra additionally another plus "
    "дополнительно үстіне устине".split()
)
_DAYS = {"day": 1, "week": 7, "month": 30}
_THROUGHOUT = frozenset("бойы течение всю весь целую целый throughout within whole for".split())
_TOGETHER = frozenset("вместе together бірге одновременно".split())
_SHORT_ANSWER = 3
_DATIVE = ("ам", "ям", "ым", "им", "ге", "ға", "ке", "қа")
_CHEAPER = frozenset("дешевле меньше арзан арзанға төмен cheaper less".split())
_LEFT_OVER = ("мен", "бен", "пен", "еріп", "іріп", "ерип", "ирип", "тылып", "вычетом")
_TO = ("ге", "ға", "ке", "қа")
_EVERYBODY = frozenset("всем everyone everybody барлығына бәріне баршаға барлыгына барине".split())
_HALF_PRICE = ("полцен", "полстоим")
_RESULT = frozenset("со с после без учетом учитывая вычетом after with without кейін кейин".split())
_PRICE_WORDS = frozenset("цены цена стоимости стоимость прайса бағаға бағасы бағасына price cost off rate".split())


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """An offer that a calculation may use: percent or money off for `skus` (empty: the whole order).

    `named` is True when the reply or the dialogue speaks of it; `met` says whether its conditions hold then.
    """

    source: str
    percent: Decimal | None
    amount: Decimal | None
    skus: frozenset[str]
    named: bool
    met: Met


def discounts_available(desk: Desk) -> tuple[AppliedDiscount, ...]:
    """Offers in force that reduce a price, for the solver of totals. Promo codes count once their code was named."""
    codes = desk.codes_named
    said = {m.amount for message in desk.ctx.messages if message.role != "tool" for m in message.mentions}
    out = []
    for rule in [*desk.in_force(desk.terms.offers), *announced(desk, desk.terms.offers)]:
        offer = rule.offer
        if offer is None or offer.kind not in _KINDS:
            continue
        code = offer.code is not None and code_key(offer.code) in codes
        if offer.kind is OfferKind.PROMO_CODE and not code:
            continue
        percent = rule.percents[0] if rule.percents else None
        amount = rule.money[0] if rule.money and percent is None else None
        named = code or percent in said or amount in said
        met = _met(desk, rule) if named else Met.UNKNOWN
        out.append(AppliedDiscount(rule.source, percent, amount, rule.skus, named, met))
    return tuple(out)


def _met(desk: Desk, rule: Rule) -> Met:
    """Whether all conditions of a rule hold; one without any is never known to."""
    states = [_state(desk, c) for c in rule.conditions]
    if Met.NO in states:
        return Met.NO
    return Met.YES if states and all(s is Met.YES for s in states) else Met.UNKNOWN


def _state(desk: Desk, condition: Condition) -> Met:
    """Whether a condition holds. What the reply counts itself, or a bound it names, is judged by the terms."""
    state = evaluate(condition, desk.known)
    if state is Met.NO and (desk.named(condition) or counted_enough(condition, desk.reading)):
        return Met.UNKNOWN
    return state


def judge_off(desk: Desk, clause: Clause, kind: Literal["percent", "money"], value: Decimal) -> Problem | None:
    """Why a discount of this size cannot be promised in this clause; None when it can."""
    if {"s:guess", "s:superior"} <= desk.sentence_tags(clause):
        return Problem("absent", "discount")
    rules = [
        r for r in desk.terms.about("discount", "promo") if value in (r.percents if kind == "percent" else r.money)
    ]
    codes = desk.codes_named
    rules = [r for r in rules if r.offer is None or r.offer.code is None or code_key(r.offer.code) in codes]
    live = lasting(desk, desk.in_force(rules), clause) or announced(desk, rules, clause)
    if not rules and kind == "percent" and (other := desk.restated(value, clause)) is not None:
        desk.rests_on(other)
        return None
    if not live:
        return _no_live(desk, rules, kind)
    policy = next((r for r in live if r.offer is None), None)
    if policy is not None:
        desk.rests_on(policy)
        return None
    fitting = [r for r in live if desk.applies(r, clause) and not stretched(desk, r, clause)]
    if not fitting:
        return Problem("product", "discount", describe(live[0]), live[0].source)
    barred = desk.barred("discount")
    if barred is not None:
        return Problem("denied", "discount", barred.text, barred.source)
    if not any(_for_whom(desk, clause, r) for r in fitting):
        return Problem("condition", "discount", describe(fitting[0]), fitting[0].source)
    met = [r for r in fitting if desk.unmet(r, clause) is None and not _longer(desk, clause, r)]
    narrowed = "s:onlyw" in desk.tags(clause)
    if not met or (not narrowed and all(desk.unspoken(r) for r in met)):
        return Problem("condition", "discount", describe(fitting[0]), fitting[0].source)
    problem = stacked(desk, clause, value)
    if problem is None:
        desk.rests_on(met[0])
    return problem


def _for_whom(desk: Desk, clause: Clause, rule: Rule) -> bool:
    """True unless a clause gives a rule to others than it is for. "The second child" needs the second in the rule."""
    groups = desk.tags(clause) & CUSTOMER_GROUPS
    if any(d.day for d in desk.dates_in(clause.start, clause.end)):
        groups -= {"g:holiday"}  # "11 наурыз" is a day of March
    if not groups and any(c.kind == "group" for c in rule.conditions):
        return not any(w.text in _EVERYBODY for w in desk.reading.words[clause.first : clause.last])
    counted = {q.value for q in desk.reading.counted(clause.first, clause.last) if q.ordinal}
    if any(q.ordinal and q.value in counted for q in rule.counts):
        groups -= {"g:secondchild", "g:returning"}
    return not groups or bool(groups & rule.groups) or (rule.offer is not None and rule.offer.code is not None)


def _longer(desk: Desk, clause: Clause, rule: Rule) -> bool:
    """True for "15% всю неделю" when the rule gives it for three days."""
    words = {w.text for w in desk.reading.words[clause.first : clause.last]}
    bound = {q.value * _DAYS[q.unit] for q in rule.counts if q.unit in _DAYS and not q.ordinal}
    if not words & _THROUGHOUT or not bound:
        return False
    said = desk.reading.counted(clause.first, clause.last)
    return any(q.unit in _DAYS and q.value * _DAYS[q.unit] > max(bound) for q in said)


def _no_live(desk: Desk, rules: list[Rule], kind: str) -> Problem:
    if rules:
        first = rules[0]
        early = first.window.valid_from is not None and desk.day < first.window.valid_from
        return Problem("not_yet" if early else "ended", "discount", describe(first), first.source)
    near = [
        r
        for r in desk.in_force(desk.terms.about("discount"))
        if r.offer is not None and r.offer.code is None and (r.percents if kind == "percent" else r.money)
    ]
    spoken = [r for r in near if not r.skus or r.skus & desk.skus_spoken] or near
    if spoken:
        return Problem("value", "discount", "; ".join(describe(r) for r in spoken[:3]), spoken[0].source)
    return Problem("absent", "discount")


def stacked(desk: Desk, clause: Clause, value: Decimal | None) -> Problem | None:
    """A second discount on top of another one although the policies forbid it."""
    if desk.terms.stacking is not False:
        return None
    again = any(w.text in _AGAIN for w in desk.reading.words[clause.first : clause.last])
    if not again and not _adds_up(desk, clause):
        return None
    others = (desk.percents_said | desk.percents_before) - ({value} if value is not None else set())
    return (
        Problem("stacked", "discount")
        if others & desk.offered or desk.sums_before & desk.offered or desk.codes_named
        else None
    )


def _adds_up(desk: Desk, clause: Clause) -> bool:
    """True when the sentence says that discounts add up; "не складываются" says the opposite."""
    sentence = desk.reading.sentences[clause.sentence]
    return any(
        _stacks(desk, i) and desk.claimed(desk.reading.words[i].start, desk.reading.words[i].end)
        for i in range(sentence.first, sentence.last)
    )


def stack_claims(desk: Desk) -> Iterator[Finding]:
    """ "Скидки суммируются", "код действует вместе со скидкой": a promise of adding up that the policies forbid."""
    reading = desk.reading
    if desk.terms.stacking is not False:
        return
    if "stack" not in reading.concepts and not any(w.text in _TOGETHER for w in reading.words):
        return
    seen: set[int] = set()
    for clause in reading.clauses:
        tags = desk.tags(clause)
        at = next((i for i in range(clause.first, clause.last) if _joins(desk, clause, i)), None)
        if at is None or clause.sentence in seen or not _of_discounts(desk, clause):
            continue
        word = reading.words[at]
        if "s:onlyw" in tags or {"s:if", "s:neg"} <= tags or not desk.claimed(word.start, word.end):
            continue
        seen.add(clause.sentence)
        rule = next((r for r in desk.terms.about("stack", "discount") if r.offer is None), None)
        problem = Problem("stacked", "discount", rule.text if rule else None, rule.source if rule else None)
        code = any(k in code_key(reading.text[clause.start : clause.end]) for k in desk.terms.codes)
        kind = FindingKind.PROMO_CODE if code else FindingKind.DISCOUNT
        end = reading.words[clause.last - 1].end
        yield term_finding(desk.ctx.turn, kind, reading.text, reading.words[clause.first].start, end, problem)


def _stacks(desk: Desk, at: int) -> bool:
    """True for a word of adding up; a Kazakh verb may deny it by itself: "қосылмайды"."""
    tags = desk.reading.tags[at]
    return "stack" in tags and "s:neg" not in tags


def _joins(desk: Desk, clause: Clause, at: int) -> bool:
    if _stacks(desk, at):
        return True
    return desk.reading.words[at].text in _TOGETHER and bool({"s:give", "s:valid"} & desk.tags(clause))


def _of_discounts(desk: Desk, clause: Clause) -> bool:
    """True when what adds up are discounts: a clause that speaks of them, or a short one that answers about them."""
    tags = desk.tags(clause)
    if tags & {"discount", "promo", "code"}:
        return True
    if any(k in code_key(desk.reading.text[clause.start : clause.end]) for k in desk.terms.codes):
        return True
    short = clause.last - clause.first <= _SHORT_ANSWER
    asked = desk.question is not None and any(k in code_key(desk.question.text) for k in desk.terms.codes)
    return short and bool(asked or (desk.topics_question | desk.topics_asked) & {"discount", "promo", "stack"})


def percent_claims(desk: Desk, taken: set[int]) -> Iterator[Finding]:
    """Percents off that the book does not bear out. `taken` are mentions other topics own, by their start."""
    for mention in desk.mentions:
        if mention.kind != "percent" or mention.start in taken or desk.is_attribute(mention):
            continue
        clause = desk.reading.clause_at(mention.start)
        if clause is None or not _is_off(desk, clause, mention) or not desk.claimed(mention.start, mention.end):
            continue
        yield from _held(desk, clause, mention, "percent")


def _held(desk: Desk, clause: Clause, mention: Mention, kind: Literal["percent", "money"]) -> Iterator[Finding]:
    """What the book has against an amount or a percent off; one it bears out is noted as standing."""
    problem = judge_off(desk, clause, kind, mention.amount)
    if problem is None:
        desk.stands(FindingKind.DISCOUNT, "discount", mention.start, mention.end)
        return
    start, end = off_span(desk, clause, mention)
    yield term_finding(desk.ctx.turn, FindingKind.DISCOUNT, desk.reading.text, start, end, problem)


def _is_off(desk: Desk, clause: Clause, mention: Mention) -> bool:
    """True when a percent is a reduction: said so, signed so, or answering a question about one."""
    tags = desk.tags(clause)
    if signed_off(desk.reading.text, mention):
        return True
    if tags & {"discount", "minus", "promo", "code"} or {"s:guess", "s:superior"} <= desk.sentence_tags(clause):
        return True
    if "discount" in desk.sentence_tags(clause):
        return True
    if desk.topics_question & {"discount", "promo"}:
        return True
    if any(mention.amount in r.percents for r in desk.terms.about("discount")):
        return True
    if "s:pay" in tags and any(q.unit in {"month", "year"} for q in desk.reading.counted(clause.first, clause.last)):
        return True
    after = desk.reading.words[desk.reading.word_at(mention.end) :][:1]
    if after and after[0].text.startswith(("цен", "стоим", "баға", "price")):
        return True
    if _addressed(desk, clause):
        return True
    first, last = desk.reading.word_at(mention.start), desk.reading.word_at(mention.end)
    near = desk.reading.over(max(clause.first, first - 3), min(clause.last, last + 3))
    return "s:give" in near


def signed_off(text: str, mention: Mention) -> bool:
    """True for "−7 %": a minus sign before the number and nothing before the sign that it could join to it."""
    at = mention.start if text[mention.start] in "-−–" else mention.start - 1
    return at >= 0 and text[at] in "-−–" and not text[max(0, at - 1) : at].strip("( ")


def _addressed(desk: Desk, clause: Clause) -> bool:
    """True when a clause addresses a group of clients: "именинникам", "при записи онлайн", "for students"."""
    reading = desk.reading
    for i in range(clause.first, clause.last):
        if not any(c.startswith("g:") for c in reading.tags[i]):
            continue
        before = {reading.words[j].text for j in range(max(clause.first, i - 2), i)}
        if reading.words[i].text.endswith(_DATIVE) or before & {"при", "для", "for"}:
            return True
    return False


def off_span(desk: Desk, clause: Clause, mention: Mention) -> tuple[int, int]:
    """The shortest span of a discount: the number with the word beside it that says what it is."""
    start, end = mention.start, mention.end
    words, tags = desk.reading.words, desk.reading.tags
    first, last = desk.reading.word_at(start), desk.reading.word_at(end)
    if last < clause.last and tags[last] & {"discount", "promo"}:
        end = words[last].end
    elif first > clause.first and tags[first - 1] & {"discount", "promo", "minus"}:
        start = words[first - 1].start
    return start, end


def money_off_claims(desk: Desk, taken: set[int]) -> Iterator[Finding]:
    """Amounts off ("минус 1 500", "$10 discount") that neither an offer nor a percent of a named sum explains."""
    for mention in desk.mentions:
        if mention.kind != "money" or mention.start in taken:
            continue
        clause = desk.reading.clause_at(mention.start)
        if clause is None or not _beside_off(desk, clause, mention) or not desk.claimed(mention.start, mention.end):
            continue
        if _computed(desk, mention):
            continue
        yield from _held(desk, clause, mention, "money")


def _beside_off(desk: Desk, clause: Clause, mention: Mention) -> bool:
    reading = desk.reading
    first, last = reading.word_at(mention.start), reading.word_at(mention.end)
    near: Concepts = reading.over(max(clause.first, first - 2), first) | reading.over(last, min(clause.last, last + 2))
    before = reading.words[first - 1] if first > clause.first else None
    if before is not None and any(m.kind == "percent" for m in desk.mentions_in(before.start, mention.start)):
        return False
    if before is not None and "minus" in reading.tags[first - 1]:
        return True
    if _comes_to(reading, last):
        return False
    if any(
        "discount" in reading.tags[i] and _by_means(reading, clause, i)
        for i in range(max(clause.first, first - 2), first)
    ):
        return False
    return "discount" in near and not near & {"s:past"} and "s:pay" not in near


def _comes_to(reading: Reading, last: int) -> bool:
    """True for "550 теңгеге түседі": the sum before word `last` is what a thing comes to, not what is taken off."""
    if not 0 < last < len(reading.words):
        return False
    verb = reading.words[last].text
    return verb.startswith("түс") and not verb.startswith("түсір") and reading.words[last - 1].text.endswith(_TO)


def _by_means(reading: Reading, clause: Clause, at: int) -> bool:
    """True for a sum that is left or untouched, not taken off.

    "Со скидкой 900", "скидкамен 900", "15% шегеріп 900", "жеңілдіктен кейін 900", "без скидки 900".
    """
    words = reading.words
    if words[at].text.endswith(_LEFT_OVER) or "s:neg" in reading.tags[at]:
        return True
    near = {w.text for w in words[max(clause.first, at - 3) : at]} | {w.text for w in words[at + 1 : at + 2]}
    return bool(near & _RESULT)


def _computed(desk: Desk, mention: Mention) -> bool:
    """True when the amount is a share of a sum in play, by a percent of the book: arithmetic, judged as a total."""
    text = desk.reading.text
    around = text[max(0, mention.start - 4) : mention.start] + text[mention.end : mention.end + 4]
    if any(c in "=×*" for c in around):
        return True
    percents = {p for r in desk.terms.about("discount", "promo") for p in r.percents}
    return any(_near(desk.sums_in_play, mention.amount * 100 / p, 100 / p) for p in percents if p)


def _near(ordered: Sequence[Decimal], value: Decimal, within: Decimal) -> bool:
    i = bisect_left(ordered, value - within)
    return i < len(ordered) and ordered[i] < value + within


def fraction_claims(desk: Desk) -> Iterator[Finding]:
    """Half price, "в два раза дешевле", the N-th free or for next to nothing, which no rule of the book grants."""
    reading = desk.reading
    for clause in reading.clauses:
        tags = desk.tags(clause)
        if "half" not in tags:
            continue
        at = next(i for i in range(clause.first, clause.last) if "half" in reading.tags[i])
        if tags & {"u:hour", "instalment", "u:year", "u:day"} and not _half_price(reading, at):
            continue
        start, end = reading.words[at].start, reading.words[at].end
        if not _half_of_price(desk, clause, at) or not desk.claimed(start, end):
            continue
        refund = "refund" in tags or "deposit" in tags
        kind = FindingKind.TERMS if refund else FindingKind.DISCOUNT
        if _half_supported(desk, clause, refund):
            desk.stands(kind, "refund" if refund else "discount", start, end)
            continue
        if at > clause.first and reading.words[at - 1].text in {"за", "по", "на", "at", "for"}:
            start = reading.words[at - 1].start
        if reading.words[at].text == "half" and at + 1 < clause.last and reading.words[at + 1].text in {"off", "price"}:
            end = reading.words[at + 1].end
        problem = Problem("absent", "refund" if refund else "discount")
        yield term_finding(desk.ctx.turn, kind, reading.text, start, end, problem)


def _half_price(reading: Reading, at: int) -> bool:
    """True for "полцены", "half price", "жарты бағаға", whatever time stands beside it."""
    after = reading.words[at + 1].text if at + 1 < len(reading.words) else ""
    return reading.words[at].text.startswith(_HALF_PRICE) or after.startswith(("баға", "бага", "price"))


def times_claims(desk: Desk) -> Iterator[Finding]:
    """ "В два раза дешевле", "екі есе арзан", "three times cheaper": a reduction no offer gives."""
    reading = desk.reading
    for q in reading.quantities:
        clause = reading.clause_at(q.start)
        after = range(q.last, min(q.last + 3, len(reading.words)))
        if clause is None or q.value < 2 or not any("times" in reading.tags[i] for i in after):
            continue
        cheaper = next((i for i in after if reading.words[i].text in _CHEAPER), None)
        if cheaper is None or not desk.claimed(q.start, reading.words[cheaper].end):
            continue
        problem = judge_off(desk, clause, "percent", 100 - 100 / q.value)
        end = reading.words[cheaper].end
        if problem is not None:
            yield term_finding(desk.ctx.turn, FindingKind.DISCOUNT, reading.text, q.start, end, problem)
        else:
            desk.stands(FindingKind.DISCOUNT, "discount", q.start, end)


def _half_of_price(desk: Desk, clause: Clause, at: int) -> bool:
    word = desk.reading.words[at].text
    if word.startswith(("полцен", "полстоим", "вполов", "наполов")):
        return True
    near = desk.reading.words[max(clause.first, at - 3) : at + 4]
    if any(w.text in _PRICE_WORDS or w.text.startswith(("цен", "стоим", "баға")) for w in near):
        return True
    tags = desk.tags(clause)
    if tags & {"refund", "discount"}:
        return True
    if desk.topics_question & {"prepay", "deposit"} and not desk.topics_question & {"discount"}:
        return False
    sentence = desk.reading.sentences[clause.sentence]
    if word.startswith("жартысы") and desk.mentions_in(sentence.start, sentence.end):
        return True
    return word.startswith(("половин", "жартысы")) and bool(
        tags & {"deposit", "refund"} or "discount" in desk.topics_asked
    )


def _half_supported(desk: Desk, clause: Clause, refund: bool) -> bool:
    fifty = Decimal(50)
    things = desk.things(clause) | desk.things_asked
    for rule in desk.in_force(desk.terms.rules):
        half = "half" in rule.topics or (fifty in rule.percents and "instalment" not in rule.topics)
        if half and (("refund" in rule.topics) == refund or not refund):
            if rule.offer is not None and desk.applies(rule, clause):
                named = rule.offer.code is None or code_key(rule.offer.code) in desk.codes_named
                holds = named and desk.unmet(rule, clause) is None
                if holds:
                    desk.rests_on(rule)
                return holds
            if rule.offer is None and (
                things & rule.things or (desk.sentence_tags(clause) | desk.topics_question) & rule.topics - {"half"}
            ):
                desk.rests_on(rule)
                return True
    return False
