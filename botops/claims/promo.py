"""Promo codes said in a reply: known ones in any spelling, unknown ones named as a code; dates, product, value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from botops.claims.dates import covers, day_of
from botops.claims.desk import Desk
from botops.claims.explain_terms import Problem, term_finding
from botops.claims.extent import stretched
from botops.claims.policy import Rule, code_key
from botops.claims.reading import Clause
from botops.claims.rules_text import describe
from botops.claims.scope import clause_negated
from botops.domain.findings import Finding, FindingKind

_TOKEN = re.compile(r"[A-ZА-ЯЁ][A-ZА-ЯЁ0-9_\-]{2,24}(?![a-zа-яё])")
_NEAR = 4
_NOT_ITSELF = frozenset("с со после from after since".split())
"""Words before a date that begin something else: "с 1 ноября будет другой"."""
_CONTRARY = frozenset("а но или ал бірақ but or".split())
_MARKS = " ,:«»“”\"'"
_COMMON = frozenset(
    "USD EUR KZT RUB VAT НДС ҚҚС БИН ИИН ТОО ИП SMS СМС FAQ PDF VIN IMEI SIM USB SPA VIP KASPI ID PIN QR CVV SKU "
    "OTP URL ZIP".split()
)


def promo_claims(desk: Desk, taken: set[int]) -> Iterator[Finding]:
    """Codes that are not in the book, not in force, given a wrong value, or stretched to another product.

    The mentions that belong to a code are added to `taken`.
    """
    for start, end, key in codes_in(desk):
        clause = desk.reading.clause_at(start)
        if clause is None:
            continue
        rules = desk.terms.codes.get(key)
        owned = _own_mentions(desk, clause)
        taken.update(owned)
        if not _offered(desk, start, end) or (rules is not None and _announced(desk, clause, rules)):
            continue
        problem = Problem("code", "promo") if rules is None else _judge(desk, clause, start, rules, owned)
        if problem is not None:
            a, b = _span(desk, clause, start, end, owned)
            yield term_finding(desk.ctx.turn, FindingKind.PROMO_CODE, desk.reading.text, a, b, problem)
        else:
            desk.stands(FindingKind.PROMO_CODE, "promo", *_span(desk, clause, start, end, owned))


def _announced(desk: Desk, clause: Clause, rules: tuple[Rule, ...]) -> bool:
    """True for a coming code named as such: its start, or a future without a date, said beside it."""
    if desk.in_force(rules):
        return False
    sentence = desk.reading.sentences[clause.sentence]
    dated = desk.dates_in(sentence.start, sentence.end)
    coming = [r for r in rules if r.window.valid_from is not None and desk.day < r.window.valid_from]
    if dated:
        return any(covers(r.window, d, desk.day) and d.offset is None for r in coming for d in dated)
    return bool(coming) and desk.tags(clause) & {"s:future"} != set()


def beyond(desk: Desk, clause: Clause, rule: Rule) -> bool:
    """True when a clause names a day after the window of a rule, though not as the day before which it ends."""
    last = rule.window.valid_to
    if last is None:
        return False
    for dated in desk.dates_in(clause.start, clause.end):
        at = desk.reading.word_at(dated.start)
        before = desk.reading.words[at - 1].text if at > clause.first else ""
        day = day_of(dated, desk.day)
        if day is not None and day > last and before not in _NOT_ITSELF:
            return True
    return False


def codes_in(desk: Desk) -> Iterator[tuple[int, int, str]]:
    """Spans of codes in the text: those of the book, and look-alikes of a code beside a word for one."""
    text = desk.reading.text
    for match in _TOKEN.finditer(text):
        raw = match.group().rstrip("-_")
        key = code_key(raw)
        start, end = match.start(), match.start() + len(raw)
        if key in desk.terms.codes:
            yield start, end, key
            continue
        shorter = next((k for k in desk.terms.codes if key.startswith(k) and not key[len(k) :].isalnum()), None)
        if shorter:
            yield start, end, shorter
        elif raw.upper() not in _COMMON and _named_code(desk, start, end, raw):
            yield start, end, key
    if desk.terms.codes:
        yield from _lower_case(desk)


def _lower_case(desk: Desk) -> Iterator[tuple[int, int, str]]:
    """Known codes written in lower case ("suv500")."""
    words = desk.reading.words
    heads = frozenset(k[:2].lower() for k in desk.terms.codes)
    for i, word in enumerate(words):
        if _head(word.text[:2]) not in heads:
            continue
        for j in (i, i + 1):
            if j < len(words) and (j == i or words[j].start == word.end):
                raw = desk.reading.text[word.start : words[j].end]
                if raw != raw.upper() and code_key(raw) in desk.terms.codes and not raw.isdecimal():
                    yield word.start, words[j].end, code_key(raw)


@lru_cache(maxsize=4096)
def _head(letters: str) -> str:
    return code_key(letters).lower()


def _named_code(desk: Desk, start: int, end: int, raw: str) -> bool:
    """True when an unknown word is presented as a code for money off."""
    reading = desk.reading
    clause = reading.clause_at(start)
    if clause is None or raw.isdecimal():
        return False
    first, last = reading.word_at(start), reading.word_at(end)
    near = reading.over(max(clause.first, first - _NEAR), min(clause.last, last + _NEAR))
    letters, digits = sum(c.isalpha() for c in raw), sum(c.isdecimal() for c in raw)
    if letters < 3 or (not digits and len(raw) < 4):
        return False
    if "promo" in near:
        return True
    sentence = reading.sentences[clause.sentence]
    off = bool(desk.sentence_tags(clause) & {"discount", "minus", "s:save"}) or any(
        m.kind == "percent" for m in desk.mentions_in(sentence.start, sentence.end)
    )
    value = re.search(r"\d+$", raw)
    if value is not None and any(
        m.amount == int(value.group()) for m in desk.mentions_in(sentence.start, sentence.end)
    ):
        return not any(h.start < end and start < h.end for h in desk.message.hits)
    if "code" in near:
        return off or (digits > 0 and "promo" in desk.topics_question)
    given = desk.question is not None and raw in desk.question.text
    return digits > 0 and off and (given or bool(desk.topics_question & {"promo", "code"}))


def _offered(desk: Desk, start: int, end: int) -> bool:
    """True when the reply gives or confirms the code; one said to be over, or asked about, is no claim."""
    if _denied_around(desk, start, end):
        return False
    scope = desk.scope(start, end)
    return scope.asserted and not scope.hypothetical and scope.tense != "past"


def _denied_around(desk: Desk, start: int, end: int) -> bool:
    """True for a code set between commas in a denial of it: "такого кода, KASSA15, в акциях нет"."""
    reading = desk.reading
    clause = reading.clause_at(start)
    if clause is None or reading.text[clause.start : clause.end].strip(_MARKS) != reading.text[start:end]:
        return False
    sentence = reading.sentences[clause.sentence]
    own = reading.clauses[sentence.clause_first : sentence.clause_last]
    at = own.index(clause)
    if at == 0 or at + 1 == len(own):
        return False
    before, after = own[at - 1], own[at + 1]
    named = bool(desk.tags(before) & {"promo", "code"}) and before.last - before.first <= _NEAR
    opener = reading.words[after.first].text
    return named and opener not in _CONTRARY and clause_negated(reading, after)


def _own_mentions(desk: Desk, clause: Clause) -> set[int]:
    """Starts of the percents and amounts off that stand in the clause of a code."""
    out = set()
    for m in desk.mentions_in(clause.start, clause.end):
        before = desk.reading.over(max(clause.first, desk.reading.word_at(m.start) - 2), desk.reading.word_at(m.start))
        if m.kind == "percent" or before & {"minus"}:
            out.add(m.start)
    return out


def _judge(desk: Desk, clause: Clause, start: int, rules: tuple[Rule, ...], owned: set[int]) -> Problem | None:
    live = desk.in_force(rules)
    if not live:
        early = rules[0].window.valid_from is not None and desk.day < rules[0].window.valid_from
        return Problem("not_yet" if early else "ended", "promo", describe(rules[0]), rules[0].source)
    rule = live[0]
    if beyond(desk, clause, rule):
        return Problem("ended", "promo", describe(rule), rule.source)
    barred = desk.barred("promo")
    if barred is not None:
        return Problem("denied", "promo", barred.text, barred.source)
    about = _products(desk, clause, start)
    if (rule.skus and about and not (about | desk.priced) & rule.skus) or stretched(desk, rule, clause):
        return Problem("product", "promo", describe(rule), rule.source)
    for m in desk.mentions_in(clause.start, clause.end):
        if m.start in owned and m.amount not in (rule.percents if m.kind == "percent" else rule.money):
            return Problem("value", "promo", describe(rule), rule.source)
    if desk.unmet(rule, clause) is not None:
        return Problem("condition", "promo", describe(rule), rule.source)
    desk.rests_on(rule)
    return None


def _products(desk: Desk, clause: Clause, start: int) -> frozenset[str]:
    """What a code is applied to: the product it is put on, the one named before it, else those the talk is about."""
    onto = desk.containers(clause)
    if onto:
        return onto
    sentence = desk.reading.sentences[clause.sentence]
    before = desk.names_in(sentence.start, start)
    if before:
        return frozenset(before[-1].skus)
    own = frozenset(s for h in desk.names_in(start, _end_of_terms(desk, clause)) for s in h.skus)
    if _narrowed(desk, clause):
        return own
    return own | (desk.skus_asked or (desk.skus_named and desk.skus_spoken))


def _end_of_terms(desk: Desk, clause: Clause) -> int:
    """Where a clause ends, with the one behind its colon: "код KASSA15 действует: скидка 15 % на модуль"."""
    sentence = desk.reading.sentences[clause.sentence]
    own = desk.reading.clauses[sentence.clause_first : sentence.clause_last]
    at = own.index(clause) + 1
    if at < len(own) and ":" in desk.reading.text[clause.end - 1 : own[at].start + 1]:
        return own[at].end
    return clause.end


def _narrowed(desk: Desk, clause: Clause) -> bool:
    """True for "FOTO10 тек залға жүреді": what a code is for, not what it is put on."""
    return "s:onlyw" in desk.tags(clause) and not desk.tags(clause) & {"s:also", "discount"}


def _span(desk: Desk, clause: Clause, start: int, end: int, owned: set[int]) -> tuple[int, int]:
    """The code with the value beside it."""
    for m in desk.mentions_in(clause.start, clause.end):
        if m.start in owned:
            start, end = min(start, m.start), max(end, m.end)
    return start, end
