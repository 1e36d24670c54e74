"""What a reply gives for nothing: gifts, free and included things; held against the book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from botops.claims.charged import done_to, price_of
from botops.claims.conditions import Met, evaluate
from botops.claims.desk import Desk
from botops.claims.discounts import stacked
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.givens import Given, given_by, known_things
from botops.claims.objects import GIVING, things_at
from botops.claims.per_count import most_given
from botops.claims.policy import Rule
from botops.claims.quantities import Quantity, in_days
from botops.claims.reading import Clause
from botops.claims.rules_text import describe
from botops.claims.spoken_days import announced, lasting
from botops.claims.unpaid import kindred, unpaid_at, unpaid_things
from botops.claims.waivers import CHARGES
from botops.domain.findings import Finding, FindingKind
from botops.pricebook.model import OfferKind

_IDLE_FREE = frozenset("feel sugar toll hands duty".split())
_GIFT_GOODS = frozenset("card cards certificate certificates".split())
_TOO_LATE = frozenset("поздно кеш late".split())
_STAYS = frozenset("stays remains applies holds still is yours".split())
_ANAPHORA = 5
_WHAT = frozenset("что what не нені".split())
_ACTIVE = frozenset("include includes including".split())
_COMES = frozenset("comes come includes include".split())
_SPECIAL = frozenset({"t:urgent", "t:night", "t:evening"})
_PRICE_STEMS = tuple(
    "стоимост цен тариф пакет абонемент аренд оплат сумм счет чек баға ақы құны сома price plan package rent fee cost "
    "rate bill".split()
)
_ASKED = frozenset({"included", "free", "surcharge", "separate"})
_TIME = frozenset({"day", "week", "month", "year"})
_WITHIN = frozenset("ішінде течение within inside".split())
_TERM_UNITS = ("hour", "day", "week", "month")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_EVERYONE = frozenset("всем everyone барлығына бәріне".split())
_PEOPLE = frozenset({"u:person", "u:child", "g:children", "g:guest"})
_FIRST = ("перв", "алғашқ", "first")
_PIECES = frozenset({"", "piece", "order"})
_ORDER = ("комплект", "набор", "заказ", "покупк", "жиынты", "тапсырыс", "set", "order", "bundle")
_COMBINED = frozenset({"stack", "promo", "cashback", "discount"})
"""What policies on how offers go together speak of: "бесплатный монтаж с промокодом сохраняется" gives nothing."""
_NOT_GRANTS = frozenset({"refund", "surcharge"})


def benefit_claims(desk: Desk) -> Iterator[Finding]:
    """Gifts, free and included things without a basis in the book, at most one for each sentence."""
    seen: set[int] = set()
    for clause in desk.reading.clauses:
        at = _trigger(desk, clause)
        if at is None or clause.sentence in seen:
            continue
        word = desk.reading.words[at]
        if not desk.claimed(word.start, word.end):
            continue
        giving = next(g for g in GIVING if g in desk.reading.tags[at])
        problem = _judge(desk, clause, at, giving)
        if problem is None:
            desk.stands(FindingKind.TERMS, giving, *_span(desk, clause, at))
            continue
        seen.add(clause.sentence)
        start, end = _span(desk, clause, at)
        yield term_finding(desk.ctx.turn, FindingKind.TERMS, desk.reading.text, start, end, problem)


def _trigger(desk: Desk, clause: Clause) -> int | None:
    """The word of a clause that gives: a gift, something free, something included (but not VAT inside a price)."""
    reading = desk.reading
    best: tuple[int, int] | None = None
    for i in range(clause.first, clause.last):
        tags = reading.tags[i]
        if not tags & set(GIVING) or ("s:neg" in tags and "included" in tags and "free" not in tags):
            continue
        before = reading.words[i - 1].text if i > clause.first else ""
        after = reading.words[i + 1].text if i + 1 < clause.last else ""
        if reading.words[i].text == "free" and (before in _IDLE_FREE or after == "to"):
            continue
        if before in _TOO_LATE and "free" in tags:
            continue
        if "gift" in tags and not tags & {"free"} and not _presented(desk, clause, i):
            continue
        if "included" in tags and not tags & {"free", "gift"} and not _inclusion(desk, clause, i):
            continue
        rank = 0 if tags & {"free", "gift"} else 1
        if best is None or rank < best[0]:
            best = (rank, i)
    return best[1] if best else None


def _presented(desk: Desk, clause: Clause, at: int) -> bool:
    """True when a word for a gift gives it: "в подарок", "дарим", "as a gift"; not "подарок маме", "gift box — $15"."""
    reading = desk.reading
    word = reading.words[at].text
    before = reading.words[at - 1].text if at > clause.first else ""
    after = at + 1 < clause.last and (reading.words[at + 1].text in _GIFT_GOODS or bool(things_at(reading, at + 1)))
    if any(m.kind == "money" for m in desk.mentions_in(clause.start, clause.end)):
        return False
    if word == "gift" and at + 1 < clause.last and reading.words[at + 1].text in _STAYS:
        return True
    if word in {"gift", "gifts", "сыйлық"}:
        return not after
    if word.startswith("подар") and word.endswith(("ок", "ка", "ку", "ки", "ков")) and not reading.kazakh:
        gives = before in {"в", "ваш", "наш", "бонусом"} or at == clause.first or "s:give" in desk.tags(clause)
        return gives and "s:if" not in desk.tags(clause)
    return True


def _inclusion(desk: Desk, clause: Clause, at: int) -> bool:
    """True when an inclusion is about what a price covers. "Включает X" counts when a product stands before it."""
    reading = desk.reading
    word = reading.words[at].text
    if "vat" in desk.sentence_tags(clause) or reading.words[clause.first].text in _WHAT:
        return False
    if any("s:onlyw" in reading.tags[i] for i in range(at + 1, min(at + 3, clause.last))):
        return False
    if at > clause.first and reading.tags[at - 1] & {"u:day", "u:month", "u:week", "u:hour", "u:year"}:
        return False
    if word in _ACTIVE or word.startswith(("включа", "включая")):
        subject = [h for h in desk.message.hits_in(clause.start, reading.words[at].start) if h.strength > 1]
        inside = [h for h in desk.message.hits_in(reading.words[at].end, clause.end) if h.strength > 1]
        return bool(subject and inside) and not set(subject[-1].skus) & set(inside[0].skus)
    return True


def _judge(desk: Desk, clause: Clause, at: int, giving: str) -> Problem | None:
    given = given_by(desk, clause, at)
    return _held(desk, clause, replace(given, things=desk.rooted(given.things)), giving)


def unpaid_claims(desk: Desk) -> Iterator[Finding]:
    """Things the book charges for and a reply takes nothing for: "за замер денег не берём"."""
    for clause in desk.reading.clauses:
        at = unpaid_at(desk, clause)
        given = unpaid_things(desk, clause) if at is not None else None
        if given is None or not (given.things or given.skus or given.topics):
            continue
        problem = _held(desk, clause, replace(given, things=kindred(desk, given.things)), "free")
        if problem is None or problem.reason == "absent":
            continue
        start, end = _span(desk, clause, clause.last - 1)
        yield term_finding(desk.ctx.turn, FindingKind.TERMS, desk.reading.text, start, end, problem)


def _held(desk: Desk, clause: Clause, given: Given, giving: str) -> Problem | None:
    """What speaks against giving this; None when the book bears it out or is silent on an unknown thing."""
    rules = [r for r in desk.terms.rules if _grants(r, given, giving)]
    bare = (
        not (given.topics or given.skus or known_things(desk, given.things)) and clause.last - clause.first <= _ANAPHORA
    )
    if giving == "gift" and bare:
        rules = [r for r in desk.terms.about("gift") if r.offer is not None and desk.gift_spoken(r)] or rules
    live = lasting(desk, desk.in_force(rules), clause) or announced(desk, rules, clause)
    if giving == "gift":
        live = [r for r in live if r.offer is not None and "gift" in r.topics] or live
    if giving != "included" and any(_gives(r, given) for r in live):
        live = [r for r in live if r.offer is not None or (_gives(r, given) and not r.topics & _COMBINED)]
    if live and giving == "included":
        denied = _charged_apart(desk, clause, live, given)
        if denied is not None:
            return Problem("denied", giving, denied.text, denied.source)
    if live:
        return _conditions(desk, clause, live, giving, given)
    if rules:
        return Problem("ended", giving, describe(rules[0]), rules[0].source)
    return _without_rule(desk, clause, giving, given)


def _gives(rule: Rule, given: Given) -> bool:
    """True when just this is what an offer gives, or a policy: not when a policy only speaks of it."""
    if rule.offer is not None and "gift" in rule.topics and rule.gifts & given.skus:
        return True
    return bool(rule.given & given.things)


def _charged_apart(desk: Desk, clause: Clause, live: list[Rule], given: Given) -> Rule | None:
    """The policy that charges for a thing, when only offers with conditions nobody spoke of give it for nothing."""
    if "s:if" in desk.sentence_tags(clause) or any(r.offer is None or not r.conditions for r in live):
        return None
    if any(evaluate(c, desk.known) is Met.YES or desk.named(c) for r in live for c in r.conditions):
        return None
    charged = desk.in_force(desk.terms.about("included"))
    return next((r for r in charged if r.denied and r.offer is None and r.things & given.things), None)


def _grants(rule: Rule, given: Given, giving: str) -> bool:
    """True when a rule is about giving this thing."""
    if rule.denied:
        return bool(rule.topics & set(CHARGES) & given.topics)
    if rule.offer is None and rule.topics & _NOT_GRANTS and not rule.topics & given.topics:
        return False
    if not rule.topics & {*GIVING, "period"}:
        return False
    if given.things & _SPECIAL - rule.things:
        return False
    itself = given.skus & (rule.gifts or rule.about)
    if itself or (giving == "included" and rule.offer is None and given.skus):
        return bool(itself)  # a rule's "поддержка в чате" is not the "Поддержка 24/7" that has a price of its own
    if given.things & (rule.given or rule.things):
        return True
    conditional = rule.skus | (rule.about - rule.gifts)
    if rule.offer is not None and giving != "included" and given.things & rule.things and not given.skus & conditional:
        return True
    if "g:children" in rule.groups and any(q.unit in {"age", "year"} for q in given.counts):
        return True
    if given.topics & rule.topics or _period_of(rule, given) or _tried(rule, given):
        return True
    if rule.offer is not None and "free" in rule.topics and given.days & rule.groups:
        return True
    if "included" in rule.topics and rule.offer is None and not given.things:
        return any(a.value == b.value for a in given.counts for b in rule.counts)
    return any(_same_count(a, b) for a in given.counts for b in rule.counts)


def _period_of(rule: Rule, given: Given) -> bool:
    """True when an offer gives the period said for nothing, as its value states it in months."""
    offer = rule.offer
    if offer is None or offer.kind is not OfferKind.FREE_PERIOD:
        return False
    return any(q.unit == "month" and not q.ordinal and str(q.value) == str(offer.value) for q in given.counts)


def _tried(rule: Rule, given: Given) -> bool:
    """True when the first of what an offer gives on trial are given: "первые два занятия бесплатно"."""
    units = {q.unit for q in rule.counts if q.unit}
    first = any(t.startswith(_FIRST) for t in given.things)
    said = (q for q in given.counts if first or (q.ordinal and q.value == 1))
    return "trial" in rule.topics and any(q.unit in units for q in said)


def _more_than_tried(rule: Rule, given: Given) -> bool:
    """True when more is given on trial than the rule gives, in the same unit."""
    if "trial" not in rule.topics:
        return False
    known = {q.unit: q.value for q in rule.counts if q.unit and not q.ordinal}
    return any(
        q.value > known.get(q.unit, q.value) for q in given.counts if q.unit and not q.ordinal and q.bound is None
    )


def _same_count(a: Quantity, b: Quantity) -> bool:
    if a.ordinal != b.ordinal and not (a.ordinal and a.value == 1 and a.unit in _TIME):
        return False
    if a.ordinal and a.value > 1:
        return a.value == b.value and (a.unit == b.unit or not (a.unit and b.unit))
    if a.unit in _TIME and b.unit in _TIME and not (a.ordinal or b.ordinal):
        return in_days(a) == in_days(b)
    return a.value == b.value and a.unit == b.unit != "" and a.ordinal


def _named_apart(desk: Desk, clause: Clause, given: Given) -> frozenset[str]:
    """Products a clause names by other words than the thing given."""
    reading = desk.reading
    out: set[str] = set()
    for hit in desk.names_in(clause.start, clause.end):
        first, last = reading.word_at(hit.start), reading.word_at(hit.end)
        if not any(things_at(reading, i) & given.things for i in range(first, last)):
            out.update(hit.skus)
    return frozenset(out)


def _conditions(desk: Desk, clause: Clause, live: list[Rule], giving: str, given: Given) -> Problem | None:
    goods = _goods(desk, given)
    if given.things:
        goods -= _named_apart(desk, clause, given)
    restated = _limits_itself(desk, clause, live)
    if restated is not None:
        desk.rests_on(restated)
        return None
    fitting = [r for r in live if _fits(desk, r, clause, given, goods)]
    if not fitting:
        return Problem("product", giving, describe(live[0]), live[0].source)
    met = [r for r in fitting if desk.unmet(r, clause) is None and not _outside(r, given)]
    met = [r for r in met if not _more_than_tried(r, given) and not _too_many(desk, clause, r, given)]
    met = [r for r in met if not _waives(desk, clause, r) and not _other_term(desk, clause, r, given)]
    elsewhere = not met and not desk.containers(clause) and any(r.offer is None for r in live if r not in fitting)
    if elsewhere:
        return None
    if met:
        problem = stacked(desk, clause, None) if any("period" in r.topics for r in met) else None
        if problem is None:
            desk.rests_on(met[0])
        return problem
    return Problem("condition", giving, describe(fitting[0]), fitting[0].source)


def _limits_itself(desk: Desk, clause: Clause, live: list[Rule]) -> Rule | None:
    """The rule of "бесплатно только к Плюсу", "сыйға тек қап": said to tell what or whom it is not for, so a condition
    may go unsaid; what it names must be what the rule gives or is for."""
    tags = desk.reading.tags
    if not any("s:onlyw" in tags[i] and "s:neg" not in tags[max(i - 1, 0)] for i in range(clause.first, clause.last)):
        return None
    sentence = desk.reading.sentences[clause.sentence]
    named = frozenset(s for h in desk.message.hits_in(clause.start, sentence.end) for s in h.skus)
    told = bool(desk.names_in(clause.start, sentence.end))
    into = desk.containers(clause)
    return next(
        (r for r in live if (not told or named & (r.skus | r.gifts | r.about)) and (not into or into & r.skus)), None
    )


def _fits(desk: Desk, rule: Rule, clause: Clause, given: Given, goods: frozenset[str]) -> bool:
    """True when a rule may hold here. A delivery is the whole order's: any product of the talk opens it."""
    if given.days and desk.skus_in(clause) & rule.excluded_skus:
        return False
    if "delivery" in given.topics and not desk.containers(clause) - goods:
        opened = desk.skus_spoken if given.things & _SPECIAL else desk.skus_spoken | goods
        return not rule.skus or not desk.skus_spoken - goods or bool(rule.skus & opened)
    if rule.offer is None and not given.things and not desk.containers(clause):
        return True
    if "gift" in rule.topics and rule.skus & desk.skus_at_hand and _of_the_order(desk, clause):
        return True
    gifts = frozenset(s for r in desk.terms.about("gift") if not r.gifts & rule.skus for s in r.gifts)
    return desk.applies(rule, clause, goods | _goods_of(desk, rule) | (gifts - desk.containers(clause)))


def _of_the_order(desk: Desk, clause: Clause) -> bool:
    """True when a gift goes with all that is spoken of: "к этому комплекту", or with nothing named in its sentence."""
    words = desk.reading.words[clause.first : clause.last]
    if any(w.text.startswith(_ORDER) for w in words):
        return True
    sentence = desk.reading.sentences[clause.sentence]
    return not (desk.containers(clause) or desk.names_in(sentence.start, clause.start) or desk.pointed_back(clause))


def _too_many(desk: Desk, clause: Clause, rule: Rule, given: Given) -> bool:
    """True when more of a gift is given than its rule gives: "два набора", of which the rule gives one an order."""
    least = {c.value for c in rule.conditions}
    if rule.offer is None or "gift" not in rule.topics:
        return False
    known = [q for q in rule.counts if q.bound is None and not q.ordinal and q.value not in least]
    for q in given.counts:
        if q.bound is not None or q.ordinal or not _counts_the_gift(desk, clause, rule, given, q):
            continue
        by_count = most_given(desk, clause, rule, q)
        if by_count is not None:
            return q.value > by_count
        most = max((k.value for k in known if k.unit == q.unit or {k.unit, q.unit} <= _PIECES), default=q.value)
        if q.value > most:
            return True
    return False


def _counts_the_gift(desk: Desk, clause: Clause, rule: Rule, given: Given, q: Quantity) -> bool:
    """True when what follows a number is what a rule gives."""
    words, last = desk.reading.words, min(q.last + 3, clause.last)
    if any(things_at(desk.reading, i) & given.things for i in range(q.last + 1, min(q.last + 2, clause.last))):
        return True
    hits = desk.names_in(words[q.first].start, words[last - 1].end)
    return any(set(h.skus) & rule.gifts for h in hits if h.start <= words[min(q.last + 1, last - 1)].start)


def _waives(desk: Desk, clause: Clause, rule: Rule) -> bool:
    """True for "всем", "любой заказ": a least sum or count of the rule is given up."""
    if rule.offer is None and rule.skus and _for_everyone(desk, clause) and not desk.skus_in(clause) & rule.skus:
        return True
    least = [c for c in rule.conditions if c.kind in {"min_sum", "min_count"}]
    if any(evaluate(c, desk.known) is Met.YES for c in least):
        return False
    return "s:all" in desk.tags(clause) and bool(least) and not any(desk.named(c) for c in least)


def _for_everyone(desk: Desk, clause: Clause) -> bool:
    """True for "всем", "каждому гостю", "барлық балаға": given to people whatever they take."""
    reading = desk.reading
    for i in range(clause.first, clause.last):
        beside = reading.over(i + 1, min(i + 2, clause.last))
        if "s:all" in reading.tags[i] and (reading.words[i].text in _EVERYONE or beside & _PEOPLE):
            return True
    return False


def _other_term(desk: Desk, clause: Clause, rule: Rule, given: Given) -> bool:
    """True when both name a time in the same unit within which something is given, and the times differ."""
    if not any(w.text in _WITHIN for w in desk.reading.words[clause.first : clause.last]):
        return False
    for unit in _TERM_UNITS:
        said = {q.value for q in given.counts if q.unit == unit and not q.ordinal}
        known = {q.value for q in rule.counts if q.unit == unit and not q.ordinal}
        if said and known and not said & known:
            return True
    return False


def _outside(rule: Rule, given: Given) -> bool:
    """True when a count of the claim lies outside a bound the rule sets in the same unit ("до 6 лет", said of 9)."""
    for said in given.counts:
        if said.bound is not None or said.ordinal:
            continue
        for bound in rule.counts:
            aged = said.unit in {"age", "year"} and bound.unit == "" and "g:children" in rule.groups
            same = aged or said.unit == bound.unit or {said.unit, bound.unit} == {"age", "year"}
            if not same or not said.unit or bound.ordinal:
                continue
            if bound.bound == "upto" and said.value > bound.value:
                return True
            if bound.bound == "from" and said.value < bound.value and said.unit not in _TIME:
                return True
    return False


def _goods(desk: Desk, given: Given) -> frozenset[str]:
    """Products that are the thing given itself."""
    named = given.skus | frozenset(s for t in given.things for s in desk.terms.goods.get(t, ()))
    return named | frozenset(s for s, topics in desk.terms.topic_goods.items() if topics & given.topics)


def _goods_of(desk: Desk, rule: Rule) -> frozenset[str]:
    if rule.offer is None:
        return frozenset()
    return frozenset(s for t in rule.given for s in desk.terms.goods.get(t, ())) - rule.skus


def _without_rule(desk: Desk, clause: Clause, giving: str, given: Given) -> Problem | None:
    denied = [r for r in desk.terms.about("included", "free") if r.denied and _about(r, given)]
    if denied:
        return Problem("denied", giving, denied[0].text, denied[0].source)
    priced = price_of(desk, clause, given)
    if giving == "included" and not (_into(desk, clause) or desk.topics_question & _ASKED or desk.confirms):
        return None
    if priced is not None:
        return Problem("paid", giving, priced) if priced else None
    known = frozenset(t for t in known_things(desk, given.things) if not done_to(desk, clause, t))
    if giving == "included":
        asked = desk.topics_question & _ASKED and not desk.confirms
        return Problem("absent", giving) if asked and known else None
    if _restates(desk, clause, giving):
        return None
    if known or given.topics or any(q.ordinal or q.unit in _TIME for q in given.counts):
        return Problem("absent", giving)
    if giving == "gift" and given.counts and not given.things:
        return None
    native = bool(given.things) and (not desk.terms.about(*GIVING) or (giving == "gift" and _one_language(desk)))
    return Problem("absent", giving) if native else None


def _about(rule: Rule, given: Given) -> bool:
    return bool(rule.things & given.things or (rule.about & given.skus and not rule.skus))


def _restates(desk: Desk, clause: Clause, giving: str) -> bool:
    """True when a clause names the very bound from which a rule gives something, in whatever words: "при заказе дороже
    100 000 ₸ бесплатно"."""
    said = {m.amount for m in desk.mentions_in(clause.start, clause.end) if m.kind == "money"}
    said |= {q.value for q in desk.reading.counted(clause.first, clause.last) if q.bound is not None}
    rules = desk.in_force(desk.terms.about("free", "gift", giving)) if said else ()
    return any(c.value in said for r in rules for c in r.conditions if c.kind in {"min_sum", "min_count"})


def _one_language(desk: Desk) -> bool:
    """True when the book names its gifts in the reply's language, or by words that the lexicon translates: a gift of
    another name is then not one of them."""
    gifts = [r for r in desk.terms.about("gift") if r.offer is not None and r.given]
    if desk.reading.kazakh:
        return bool(gifts) and all(any(t.startswith("t:") for t in r.given) for r in gifts)
    named = [str(r.offer.value) for r in gifts if r.offer is not None]
    ours = _CYRILLIC.search(desk.reading.text) is not None
    return bool(named) and all((_CYRILLIC.search(n) is not None) == ours and not _KAZAKH.search(n) for n in named)


def _into(desk: Desk, clause: Clause) -> bool:
    """True when a clause says into what something is included: a product, or the price as such."""
    words = desk.reading.words[clause.first : clause.last]
    if any(w.text in _COMES for w in words[1:]):
        return True
    return bool(desk.containers(clause)) or any(w.text.startswith(_PRICE_STEMS) for w in words)


def _span(desk: Desk, clause: Clause, at: int) -> tuple[int, int]:
    """The clause without the yes or no it opens with."""
    reading = desk.reading
    first = clause.first
    while first < at and reading.tags[first] & {"s:yes", "s:neg"}:
        first += 1
    return reading.words[first].start, reading.words[clause.last - 1].end
