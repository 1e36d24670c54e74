"""What a reply gives for nothing: gifts, free and included things, waived charges; held against the book."""

from __future__ import annotations

from collections.abc import Iterator

from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.lexicon import Concepts
from botops.claims.policy import Rule
from botops.claims.reading import Clause
from botops.claims.rules_text import describe
from botops.domain.findings import Finding, FindingKind

GIVING = ("gift", "free", "included")
_CHARGES = ("deposit", "prepay", "surcharge", "minimum", "cancel")
_IDLE_FREE = frozenset("feel sugar toll hands duty".split())
_TOPIC_THINGS = ("delivery", "trial", "warranty", "cancel", "freeze", "deposit", "vat", "cashback")
_WITHOUT = frozenset("без without сыз сіз".split())


def benefit_claims(desk: Desk) -> Iterator[Finding]:
    """Gifts, free and included things without a basis in the book, one for each clause that gives something."""
    seen_sentences: set[int] = set()
    for clause in desk.reading.clauses:
        at = _trigger(desk, clause)
        if at is None:
            continue
        word = desk.reading.words[at]
        giving = next(g for g in GIVING if g in desk.reading.tags[at])
        if not desk.claimed(word.start, word.end):
            continue
        problem = _judge(desk, clause, giving)
        if problem is None or clause.sentence in seen_sentences:
            continue
        seen_sentences.add(clause.sentence)
        start, end = _span(desk, clause, at)
        yield term_finding(desk.ctx.turn, FindingKind.TERMS, desk.reading.text, start, end, problem)


def _trigger(desk: Desk, clause: Clause) -> int | None:
    """The word of a clause that gives: a gift, something free, something included (but not VAT inside a price)."""
    reading = desk.reading
    for i in range(clause.first, clause.last):
        tags = reading.tags[i]
        if not tags & set(GIVING):
            continue
        before = reading.words[i - 1].text if i > clause.first else ""
        after = reading.words[i + 1].text if i + 1 < clause.last else ""
        if reading.words[i].text == "free" and (before in _IDLE_FREE or after == "to"):
            continue
        if "included" in tags and "vat" in desk.sentence_tags(clause):
            continue
        return i
    return None


def _objects(desk: Desk, clause: Clause) -> tuple[frozenset[str], Concepts]:
    """What is given: the things and topics of the clause, else of the clauses before it, else of the question."""
    reading = desk.reading
    sentence = reading.sentences[clause.sentence]
    index = next(i for i in range(sentence.clause_first, sentence.clause_last) if reading.clauses[i] is clause)
    for i in range(index, sentence.clause_first - 1, -1):
        part = reading.clauses[i]
        things, topics = desk.things(part), _topics(desk.tags(part))
        if things or topics:
            return things, topics
    if desk.question is not None and not desk.confirms:
        asked = desk.question
        return things_in(desk, asked), _topics(asked.concepts)
    return frozenset(), frozenset()


def things_in(desk: Desk, reading: object) -> frozenset[str]:
    """The things of the client's question."""
    del reading
    question = desk.question
    if question is None:
        return frozenset()
    from botops.claims.policy import things_of  # noqa: PLC0415

    return things_of(question, 0, len(question.words))


def _topics(tags: Concepts) -> Concepts:
    return frozenset(t for t in tags if t in _TOPIC_THINGS)


def _judge(desk: Desk, clause: Clause, giving: str) -> Problem | None:
    things, topics = _objects(desk, clause)
    if "delivery" in topics:
        things = things | {"delivery"}
    rules = [r for r in desk.terms.about(*GIVING, "period", "trial", "delivery", "half", *topics) if not r.denied]
    live = [r for r in desk.in_force(rules) if _about(r, things, topics)]
    if live:
        return _conditions(desk, clause, live, giving)
    over = [r for r in rules if _about(r, things, topics)]
    if over:
        return Problem("ended", giving, describe(over[0]), over[0].source)
    return _without_rule(desk, clause, giving, things, topics)


def _about(rule: Rule, things: frozenset[str], topics: Concepts) -> bool:
    gives = bool(rule.topics & {*GIVING, "period"}) or "delivery" in rule.topics & topics
    return gives and bool(things & rule.things or topics & rule.topics)


def _conditions(desk: Desk, clause: Clause, live: list[Rule], giving: str) -> Problem | None:
    fitting = [r for r in live if r.offer is None or _fits(desk, r, clause)]
    if not fitting:
        return Problem("product", giving, describe(live[0]), live[0].source)
    if any(desk.unmet(r, clause) is None for r in fitting):
        return None
    return Problem("condition", giving, describe(fitting[0]), fitting[0].source)


def _fits(desk: Desk, rule: Rule, clause: Clause) -> bool:
    """True when a gift's product may be the one spoken of; the gift itself may be named as a product too."""
    if not rule.skus:
        return True
    given = frozenset(s for t in rule.things for s in desk.terms.goods.get(t, ()))
    near = desk.skus_near(clause) - given
    if near:
        return bool(near & rule.skus)
    spoken = desk.skus_spoken - given
    return not spoken or bool(spoken & rule.skus)


def _without_rule(desk: Desk, clause: Clause, giving: str, things: frozenset[str], topics: Concepts) -> Problem | None:
    priced = _priced(desk, clause, things)
    denied = [r for r in desk.terms.about("included", "free", *topics) if r.denied and r.things & things]
    if denied:
        return Problem("denied", giving, denied[0].text, denied[0].source)
    if priced:
        return Problem("paid", giving, priced)
    if giving == "included":
        asked = desk.topics_asked() & {"included", "free", "surcharge"}
        return Problem("absent", giving) if asked and things and not desk.confirms else None
    if not things and not topics:
        return None
    return Problem("absent", giving)


def _priced(desk: Desk, clause: Clause, things: frozenset[str]) -> str | None:
    """The price of the thing given, when the book sells it and it is never free."""
    skus = desk.skus_in(clause)
    for thing in sorted(things):
        if thing.startswith("t:"):
            skus |= desk.terms.goods.get(thing, frozenset())
    for sku in sorted(skus):
        product = desk.ctx.book.book.product(sku)
        prices = product.prices_on(desk.day) if product is not None else ()
        if product is not None and prices:
            if any(p.amount == 0 for p in prices):
                return None
            return f"{product.name} — {prices[0].amount:f} {prices[0].currency}"
    return None


def _span(desk: Desk, clause: Clause, at: int) -> tuple[int, int]:
    """The clause from the thing to the word that gives it."""
    reading = desk.reading
    first, last = clause.first, clause.last
    while first < at and reading.tags[first] & {"s:yes", "s:neg"}:
        first += 1
    return reading.words[first].start, reading.words[last - 1].end


def waiver_claims(desk: Desk) -> Iterator[Finding]:
    """Charges the book makes and the reply waives: "без предоплаты", "депозит не берём"."""
    reading = desk.reading
    for clause in reading.clauses:
        for i in range(clause.first, clause.last):
            topics = reading.tags[i] & set(_CHARGES)
            topic = next(iter(topics), "")
            if topic not in {"deposit", "prepay"} or not _waived(desk, clause, i):
                continue
            basis = _charged(desk, topic)
            if basis is None or _excused(desk, clause, topic):
                continue
            word = reading.words[i]
            problem = Problem("waived", topic, basis[0], basis[1])
            end = reading.words[clause.last - 1].end
            yield term_finding(desk.ctx.turn, FindingKind.TERMS, reading.text, word.start, end, problem)
            break


def _waived(desk: Desk, clause: Clause, at: int) -> bool:
    reading = desk.reading
    before = reading.words[at - 1].text if at > clause.first else ""
    sentence = reading.sentences[clause.sentence]
    if sentence.question and not desk.confirms:
        return False
    if before in _WITHOUT or reading.words[at].text.endswith(("сыз", "сіз")) or before in {"no", "zero"}:
        return True
    denied = [j for j in range(clause.first, clause.last) if "s:neg" in reading.tags[j]]
    if not denied or "refund" in desk.tags(clause) or "s:if" in desk.tags(clause):
        return False
    nxt = reading.words[denied[0] + 1].text if denied[0] + 1 < len(reading.words) else ""
    return not nxt[:1].isdigit() and not any(w.text[0].isdigit() for w in reading.words[clause.first : clause.last])


def _charged(desk: Desk, topic: str) -> tuple[str, str] | None:
    for rule in desk.in_force(desk.terms.about(topic)):
        if not rule.denied and (rule.percents or rule.money):
            return rule.text, rule.source
    for product in desk.ctx.book.book.products:
        if topic in desk.terms.topic_goods.get(product.sku, frozenset()):
            return product.name, f"sku:{product.sku}"
    return None


def _excused(desk: Desk, clause: Clause, topic: str) -> bool:
    """True when the rules free some cases from the charge and the dialogue speaks of such a case."""
    things = desk.things(clause) | things_in(desk, None)
    for message in desk.ctx.client[-3:]:
        del message
    return any(r.denied or r.topics & {"free"} for r in desk.terms.about(topic) if r.things & things)
