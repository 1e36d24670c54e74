"""What a reply asserts about our own offer, and what it denies, takes back, quotes, asks or puts off.

A clause-level grammar over words and their concepts: negators and what they govern, comparison, person, tense.
Kazakh negation is a suffix of the verb at the end of the clause, `емес` or `жоқ`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from botops.claims.lexicon import Concepts
from botops.claims.quantities import numeral
from botops.claims.reading import Clause, Reading, Sentence


class Status(StrEnum):
    """How a span stands in its reply."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    ENDED = "ended"
    ECHO = "echo"
    COMPETITOR = "competitor"
    CLIENT = "client"
    QUESTION = "question"
    DEFERRED = "deferred"


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of a span. Only an asserted span is a claim of ours.

    `denies_below` marks "дешевле 15 000 не бывает" and "не ниже 80 000": no claim of that price, yet a claim that
    nothing cheaper exists. `tense` is set when the clause names a past or a future as such. `hypothetical`
    marks an unreal "if" ("стоило бы").
    """

    status: Status = Status.ASSERTED
    tense: Literal["past", "future"] | None = None
    hypothetical: bool = False
    denies_below: bool = False

    @property
    def asserted(self) -> bool:
        """True when the span is a claim of ours."""
        return self.status is Status.ASSERTED


_BELOW = frozenset("дешевле меньше ниже менее төмен арзан арзанға кем cheaper below lower under less".split())
_LIMIT = frozenset(
    "ниже меньше менее дешевле больше более выше дороже позже раньше чаще less more lower fewer later".split()
)
_BEFORE_SPAN = frozenset("за по на от с до в about for at the a про just any".split())
_NOT_THE_CLAUSE = frozenset("без without сыз сіз ни neither nor".split())
_IDLE_NEGATION = frozenset(
    "только нужно надо требуется проблем problem worries only включая считая забудьте переживайте волнуйтесь wait "
    "hesitate "
    "поздно раньше стоит just need necessary".split()
)
_PARTICLES = frozenset(
    "да нет иә жоқ yes no well sorry извините к сожалению увы кешіріңіз өкінішке орай unfortunately тоже".split()
)
_OWN_NUMBER = 3
_APPOSED = 2
_PRICE_LISTS = frozenset("прайс тариф тарифт прейскурант price rate tariff plan pricing".split())
_CHANGES = ("вырас", "повыс", "подним", "поднят", "измен", "меня", "подорож", "өзгер", "өспе", "қымбатта")
"""Beginnings of verbs of change: "680 000 ₸, не изменится" denies the change, not the sum."""
_NOTHING = frozenset("ничего ничто никаких ештеңе ештене ешнәрсе ешқандай nothing".split())
"""Subjects of their own: "17 000 ₸, больше ничего не нужно" denies what is more, not the sum."""
_NOT_THERE = frozenset("нет нету жоқ none".split())


def scope_of(reading: Reading, start: int, end: int) -> Scope:
    """The scope of `start:end` in a read text, found once. Work is bounded by the sentence around the span."""
    known: Scope | None = reading.scopes.get((start, end))
    if known is None:
        known = reading.scopes[start, end] = _found(reading, start, end)
    return known


def _found(reading: Reading, start: int, end: int) -> Scope:
    clause = reading.clause_at(start)
    if clause is None:
        return Scope()
    sentence = reading.sentences[clause.sentence]
    first, last = reading.word_at(start), reading.word_at(end)
    tags = reading.over(clause.first, clause.last)
    below = _denies_below(reading, clause, first, last)
    status = _status(reading, sentence, clause, first, last, tags)
    if below and status is Status.ASSERTED:
        status = Status.NEGATED if clause_negated(reading, clause) else status
    whole = reading.over(sentence.first, sentence.last)
    unreal = "s:guess" not in tags and ("s:would" in tags or ("s:would" in whole and "s:if" in whole))
    return Scope(status, _tense(reading, clause, tags), unreal, below)


def _status(reading: Reading, sentence: Sentence, clause: Clause, first: int, last: int, tags: Concepts) -> Status:
    if _asked(reading, sentence, clause, tags):
        return Status.QUESTION
    if _negated_here(reading, clause, first, last) or _negated_by_neighbour(reading, sentence, clause):
        return Status.NEGATED
    if "s:refuse" in tags and "s:if" not in tags:
        return Status.ENDED
    if "s:defer" in tags and "s:yes" not in tags:
        return Status.DEFERRED
    if _clients(reading, clause, first):
        return Status.CLIENT
    if _quoted(reading, clause, first, tags):
        return Status.ECHO
    if _foreign(reading, sentence, clause, tags):
        return Status.COMPETITOR
    return Status.ASSERTED


def _asked(reading: Reading, sentence: Sentence, clause: Clause, tags: Concepts) -> bool:
    if not sentence.question or clause is not reading.clauses[sentence.clause_last - 1]:
        return False
    return "s:offering" not in tags


def _negated_here(reading: Reading, clause: Clause, first: int, last: int) -> bool:
    """Negation that governs the span: a particle before it, `емес` after it, or the verb of its clause."""
    words = reading.words
    i = first - 1
    while i >= clause.first and words[i].text in _BEFORE_SPAN:
        i -= 1
    if i >= clause.first and "s:neg" in reading.tags[i]:
        nxt = words[i + 1].text if i + 1 < len(words) else ""
        return nxt not in _IDLE_NEGATION
    for j in range(last, min(last + 2, clause.last)):
        if words[j].text in {"емес", "жок", "жоқ"}:
            return True
    return clause_negated(reading, clause)


def clause_negated(reading: Reading, clause: Clause) -> bool:
    """True when the clause's predicate is denied. "Без договора" and "не только" deny something else."""
    words = reading.words
    if "s:if" in reading.over(clause.first, clause.last):
        return False
    for i in range(clause.first, clause.last):
        if "s:neg" not in reading.tags[i] or words[i].text in _NOT_THE_CLAUSE or "free" in reading.tags[i]:
            continue
        if clause.last - clause.first == 1 or words[i].text.endswith(("сыз", "сіз")):
            continue
        nxt = words[i + 1].text if i + 1 < clause.last else ""
        if nxt in _IDLE_NEGATION or nxt in _LIMIT or _before_number(reading, i, clause):
            continue
        if i == clause.first and words[i].text in {"no", "жоқ", "нет"} and _own_verb(reading, i + 1, clause.last):
            continue
        if _lone_adjective(words[i].text, nxt):
            continue
        return True
    return False


def _lone_adjective(word: str, following: str) -> bool:
    return word == "не" and following.endswith(("мый", "мая", "мое", "мые", "ный", "ная", "ные"))


def _before_number(reading: Reading, i: int, clause: Clause) -> bool:
    """True for "не 5%": the particle denies the number after it alone."""
    j = i + 1
    while j < clause.last and reading.words[j].text in _BEFORE_SPAN:
        j += 1
    return j < clause.last and reading.words[j].text[0].isdecimal()


def _own_verb(reading: Reading, first: int, last: int) -> bool:
    """True when something is said after an answer particle ("No, it's 16%" without its comma)."""
    return last - first >= _OWN_NUMBER and any(w.text[0].isdecimal() for w in reading.words[first:last])


def _negated_by_neighbour(reading: Reading, sentence: Sentence, clause: Clause) -> bool:
    """ "5% скидки, к сожалению, не даём", "скидки нет, купона тоже": a denial beside a clause without a verb."""
    if "s:neg" not in reading.over(sentence.first, sentence.last):
        return _trailing_denial(reading, sentence, clause)
    own = list(reading.clauses[sentence.clause_first : sentence.clause_last])
    at = own.index(clause)
    if _trailing_denial(reading, sentence, clause) or _denied_apposition(reading, own, at):
        return True
    for other in own[at + 1 :]:
        if _is_aside(reading, other):
            continue
        beside = reading.over(other.first, other.last)
        bare = not any(w.text[0].isdecimal() for w in reading.words[other.first : other.last])
        edges = {reading.words[other.first].text, reading.words[other.last - 1].text}
        verb_first = bool(edges & {"не", "жоқ", "нет"}) or _kazakh_verb(reading, other)
        if _imperative(reading, other) or any(
            w.text.startswith(_CHANGES) for w in reading.words[other.first : other.last]
        ):
            break
        small = other.last - other.first <= 4
        if any(w.text in _NOTHING for w in reading.words[other.first : other.last]):
            break
        if small and bare and verb_first and "s:neg" in beside and not any(":" not in c for c in beside):
            return True
        break
    ends_also = reading.words[clause.last - 1].text in {"тоже", "также", "either"}
    return ends_also and at > 0 and clause_negated(reading, own[at - 1]) and clause.last - clause.first <= 5


def _trailing_denial(reading: Reading, sentence: Sentence, clause: Clause) -> bool:
    """True for "такой скидки, 15 %, нет": the sentence ends with the denial of what it named."""
    last = reading.clauses[sentence.clause_last - 1]
    bare = last.last - last.first == 1 and reading.words[last.first].text in _NOT_THERE
    return bare and last is not clause and not any(m in reading.text[last.start - 3 : last.start] for m in "—–")


def _denied_apposition(reading: Reading, own: Sequence[Clause], at: int) -> bool:
    """True for "there is no such discount, 15%": a bare number after a clause that denies what it is a number of."""
    clause = own[at]
    words = reading.words[clause.first : clause.last]
    if at == 0 or len(words) > _APPOSED or not words[0].text[0].isdecimal():
        return False
    before = own[at - 1]
    tags = reading.over(before.first, before.last)
    gap = reading.text[before.end : clause.start]
    return "," in gap and bool(tags & {"discount", "promo"}) and clause_negated(reading, before)


def _imperative(reading: Reading, clause: Clause) -> bool:
    """True for "не забудьте …": an order to the client denies nothing."""
    return any(
        "s:neg" in reading.tags[i] and reading.words[i + 1].text.endswith("те")
        for i in range(clause.first, clause.last - 1)
    )


def _kazakh_verb(reading: Reading, clause: Clause) -> bool:
    return clause.last - clause.first == 1 and "s:neg" in reading.tags[clause.first]


def _is_aside(reading: Reading, clause: Clause) -> bool:
    return all(w.text in _PARTICLES for w in reading.words[clause.first : clause.last])


def _clients(reading: Reading, clause: Clause, first: int) -> bool:
    """The client's own number: "в ваши 60 000 ₸", "при вашем бюджете 10к"."""
    if first >= len(reading.words) or not (
        reading.words[first].text[0].isdecimal() or numeral(reading.words[first].text) is not None
    ):
        return False
    near = reading.over(max(clause.first, first - _OWN_NUMBER), first)
    if "s:yours" in near and reading.words[first - 1].text not in {"чек", "заказ", "order", "total", "is", "are"}:
        between = reading.over(max(clause.first, first - 1), first)
        return "s:yours" in between or "s:budget" in near
    return "s:budget" in near


def _quoted(reading: Reading, clause: Clause, first: int, tags: Concepts) -> bool:
    """What the client wrote, said or heard, named as such."""
    return "s:said" in tags and any("s:said" in reading.tags[i] for i in range(clause.first, min(first, clause.last)))


def _foreign(reading: Reading, sentence: Sentence, clause: Clause, tags: Concepts) -> bool:
    """A competitor's: named in the clause, or in the one the number is explained by ("39 тысяч — цена другой базы")."""
    if "g:switcher" in tags:
        return False
    if "s:competitor" in tags:
        return True
    own = reading.clauses[sentence.clause_first : sentence.clause_last]
    at = own.index(clause)
    if (
        at + 1 >= len(own)
        or not reading.text[clause.end : own[at + 1].start].strip(" ")
        or clause.last - clause.first > 4
    ):
        return False
    follow = own[at + 1]
    gap = reading.text[clause.end : follow.start]
    return any(c in "—–-" for c in gap) and "s:competitor" in reading.over(follow.first, follow.last)


def _denies_below(reading: Reading, clause: Clause, first: int, last: int) -> bool:
    """True for "дешевле X не бывает", "не ниже X", "X-ден төмен болмайды"."""
    words = reading.words
    near = range(max(clause.first, first - 3), min(clause.last, last + 3))
    if not any(words[i].text in _BELOW for i in near):
        return False
    return any("s:neg" in reading.tags[i] for i in range(clause.first, clause.last))


def _tense(reading: Reading, clause: Clause, tags: Concepts) -> Literal["past", "future"] | None:
    if "s:past" in tags or ("s:old" in tags and _old_price(reading, clause)):
        return "past"
    if "s:future" in tags:
        return "future"
    return None


def _old_price(reading: Reading, clause: Clause) -> bool:
    """True for "по старой цене", "ескі баға 9 000", "по старой": not for the removal of an old kitchen."""
    for i in range(clause.first, clause.last):
        if "s:old" not in reading.tags[i]:
            continue
        following = reading.words[i + 1] if i + 1 < clause.last else None
        if following is None or following.text[0].isdecimal() or following.stem in _PRICE_LISTS:
            return True
        if "s:pay" in reading.tags[i + 1]:
            return True
    return False
