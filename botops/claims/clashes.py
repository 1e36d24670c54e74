"""Orders that cannot be followed together: two limits of one thing, two languages, an order and its ban."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import combinations
from typing import Literal

from botops.claims.compile import CompiledBook
from botops.claims.instructions import Instructions, Mood
from botops.claims.quantities import Quantity, numeral
from botops.claims.reading import Clause
from botops.domain.messages import Language

_PERCENT = re.compile(r"\s{0,2}(?:%|процент|пайыз|percent)")
_LANGUAGES: dict[str, Language] = {"russian": "ru", "kazakh": "kk", "english": "en"}
_NEAR = 3
_BARE = 5
"""Words in a clause that says nothing but what to do or not to do."""


class Kind(StrEnum):
    """What clashes."""

    LIMIT = "limit"
    LANGUAGE = "language"
    BAN = "ban"


@dataclass(frozen=True, slots=True)
class Place:
    """A clause of one of the texts: the text's number, the clause's span and words."""

    text: int
    start: int
    quote: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Two clauses that cannot both be followed; `second` stands later."""

    kind: Kind
    first: Place
    second: Place


@dataclass(frozen=True, slots=True)
class LanguageOrder:
    """An order to answer in one language."""

    language: Language
    place: Place


@dataclass(frozen=True, slots=True)
class _Limit:
    thing: tuple[str, ...]
    bound: Literal["most", "least"]
    value: Decimal
    place: Place


def clashes(texts: Sequence[Instructions]) -> Iterator[Clash]:
    """What clashes in texts that are read together, in the order of the texts."""
    yield from _limits(texts)
    first: dict[Language, Place] = {}
    for order in language_orders(texts):
        first.setdefault(order.language, order.place)
    for before, after in combinations(first.values(), 2):
        yield Clash(Kind.LANGUAGE, before, after)
    yield from _bans(texts)


def language_orders(texts: Sequence[Instructions]) -> tuple[LanguageOrder, ...]:
    """The orders to answer in one language, whatever the client writes in."""
    found = []
    for number, text in enumerate(texts):
        for clause in text.orders():
            sentence = text.reading.sentences[clause.sentence]
            whole = text.tags(sentence.first, sentence.last)
            named = [code for concept, code in _LANGUAGES.items() if concept in whole]
            about_client = "client" in whole or "s:if" in text.reading.over(sentence.first, sentence.last)
            own = text.tags(clause.first, clause.last)
            if len(named) == 1 and "answer" in own and own & _LANGUAGES.keys() and not about_client:
                found.append(LanguageOrder(named[0], _place(text, number, clause)))
    return tuple(found)


def discount_cap(book: CompiledBook) -> Decimal | None:
    """The highest discount, in percent, that the policies leave to whoever sells: "Максимальная скидка — 10 %".

    None when they name none for every product and every client.
    """
    caps = [
        rule.percents[0]
        for rule in book.terms.about("discount")
        if rule.offer is None
        and len(rule.percents) == 1
        and not (rule.skus or rule.about or rule.groups or rule.conditions or "stack" in rule.topics)
        and _caps(Instructions(rule.text))
    ]
    return min(caps, default=None)


def _caps(text: Instructions) -> bool:
    """True when the number before the percent sign is an upper bound."""
    words, tags = text.reading.words, text.reading.tags
    at = next((i for i, w in enumerate(words) if w.text[0].isdecimal() and _PERCENT.match(text.text, w.end)), None)
    if at is None:
        return False
    own = text.tags(max(0, at - _NEAR), min(len(words), at + _NEAR))
    return "most" in own or ("more" in own and any("s:neg" in one for one in tags))


def _limits(texts: Sequence[Instructions]) -> Iterator[Clash]:
    found: dict[tuple[str, ...], dict[tuple[str, Decimal], _Limit]] = {}
    for number, text in enumerate(texts):
        for limit in _limits_of(text, number):
            found.setdefault(limit.thing, {}).setdefault((limit.bound, limit.value), limit)
    for limits in found.values():
        for before, after in combinations(limits.values(), 2):
            least, most = sorted((before, after), key=lambda one: one.bound)
            same = before.bound == after.bound
            if (same and before.value != after.value) or (not same and least.value > most.value):
                yield Clash(Kind.LIMIT, before.place, after.place)
                break


def _limits_of(text: Instructions, number: int) -> Iterator[_Limit]:
    for clause in text.reading.clauses:
        mood = text.mood(clause.start)
        if mood is Mood.CASE:
            continue
        for quantity in _numbers(text, clause):
            thing = _thing(text, clause, quantity)
            bound = _bound(text, clause, quantity, forbidden=mood is Mood.FORBIDDEN)
            if thing and bound:
                yield _Limit(thing, bound, quantity.value, _place(text, number, clause))


def _numbers(text: Instructions, clause: Clause) -> Iterator[Quantity]:
    for i in range(clause.first, clause.last):
        word = text.reading.words[i]
        spelled = numeral(word.text)
        if word.text.isdecimal() and len(word.text) <= 9:
            yield Quantity(Decimal(word.text), "", word.start, word.end, i, i + 1)
        elif spelled is not None and not spelled.ordinal:
            yield Quantity(Decimal(spelled.value), "", word.start, word.end, i, i + 1)


def _thing(text: Instructions, clause: Clause, number: Quantity) -> tuple[str, ...]:
    """What a number limits: a discount of somebody, or how long a reply is."""
    said = text.reading.over(clause.first, clause.last)
    if _PERCENT.match(text.text, number.end) and "discount" in said:
        names = (
            w.stem for w in text.reading.words[clause.first : clause.last] if w.text.isascii() and w.text.isalnum()
        )
        whose = sorted({*(c for c in said if c.startswith("g:")), *(n for n in names if not n.isdecimal())})
        return ("discount", *whose)
    behind = text.tags(number.last, min(number.last + 1, clause.last))
    return tuple(sorted(c for c in behind if c.startswith("n_")))


def _bound(text: Instructions, clause: Clause, number: Quantity, *, forbidden: bool) -> Literal["most", "least"] | None:
    first = max(clause.first, number.first - _NEAR)
    own = text.tags(first, min(clause.last, number.last + _NEAR))
    denied = forbidden or any("s:neg" in tags for tags in text.reading.tags[first : number.first])
    if "most" in own or ("more" in own and denied):
        return "most"
    if "least" in own or ("less" in own and denied):
        return "least"
    return None


def _bans(texts: Sequence[Instructions]) -> Iterator[Clash]:
    """An order and a ban of the same, both bare: "предлагай рассрочку" and "не предлагай рассрочку"."""
    said: dict[tuple[frozenset[str], Mood], Place] = {}
    for number, text in enumerate(texts):
        for clause in text.reading.clauses:
            sentence = text.reading.sentences[clause.sentence]
            topics = frozenset(c for c in text.reading.over(clause.first, clause.last) if ":" not in c)
            alone = sentence.clause_last - sentence.clause_first == 1 and clause.last - clause.first <= _BARE
            numbers = any(w.text[0].isdecimal() for w in text.reading.words[clause.first : clause.last])
            own = text.tags(clause.first, clause.last)
            if topics and alone and not numbers and "give" in own and "source" not in own:
                said.setdefault((topics, text.mood(clause.start)), _place(text, number, clause))
    for (topics, mood), place in said.items():
        ban = said.get((topics, Mood.FORBIDDEN))
        if mood is Mood.ORDER and ban is not None:
            yield Clash(Kind.BAN, *sorted((place, ban), key=lambda one: (one.text, one.start)))


def _place(text: Instructions, number: int, clause: Clause) -> Place:
    raw = text.text[clause.start : clause.end]
    start = clause.start + len(raw) - len(raw.lstrip(" -–—\n\t"))
    return Place(number, start, " ".join(text.text[start : clause.end].strip(" .,;:!").split()))
