"""Parts of a variant's value by which it is told apart: "эмаль" of "МДФ эмаль", "R16" of "внедорожник R16–R18".

A price list writes several things into one value, a talk names one or two of them. A part stands for all values that
hold it; parts that every value of the attribute holds tell nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from botops.claims.lexicon import entry
from botops.claims.quantities import numeral
from botops.claims.ranges import Range, range_of
from botops.claims.words import words

Phrase = tuple[str, ...]

_CODE = re.compile(
    r"(?<![^\W\d_])(?!(?<=\d)[xх×])([a-z]{1,4}|[^\W\d_](?=\d))-?\s?(\d{1,3})(?!\d|[.,]\d)"
    r"(?:\s?[-–—]\s?(?:\1\s?-?)?(\d{1,3})(?!\d|[.,]\d))?(\+)?"
)
_DECIMAL = re.compile(r"(?<![\d.,])\d{1,2}[.,]\d{1,2}(?![\d.,])")
_MIN_WORD, _MAX_SPAN, _OPEN_SPAN, _COUNTS = 4, 40, 10, 3
_CHILD_TO = 17
_TWINS = {
    a: frozenset(b) for a, b in (pair.split(":") for pair in (
        "a:а b:вб c:сц d:д e:е f:ф g:г h:нх i:и k:к l:л m:м n:н o:о p:рп q:к r:р s:с t:т u:у v:в w:в x:х y:у z:з"
    ).split())
}  # fmt: skip
"""Letters of the other script a code's letter is typed as, by look or by sound."""


def parts_of(value: str) -> Iterator[Phrase]:
    """The wordings of the parts of a folded value: its codes, each of a range of them, and its words.

    >>> sorted(parts_of("r13–r15 легковой"))[:1]
    [('r', '13')]
    """
    taken = []
    for match in _CODE.finditer(value):
        if entry(match[1]).concepts:
            continue
        taken.append(match.span())
        for letters in _twins(match[1]):
            yield from ((letters, str(n)) for n in _members(match))
    for number in _DECIMAL.finditer(value):
        if not any(s < number.end() and number.start() < e for s, e in taken):
            yield from ((number.group().replace(",", "."),), (number.group().replace(".", ","),))
    for word in words(value):
        if any(s < word.end and word.start < e for s, e in taken) or not _tells(word.text):
            continue
        yield (word.stem,)


def _members(match: re.Match[str]) -> range:
    low, high = int(match[2]), int(match[3] or match[2])
    if match[4]:
        high = low + _OPEN_SPAN
    return range(low, min(high, low + _MAX_SPAN) + 1)


def _twins(letters: str) -> Iterator[str]:
    """Letters as they are, and a single one in the other script ("R16" and "Р16", "B1" and "В1")."""
    yield letters
    if len(letters) == 1:
        yield from sorted(_TWINS.get(letters, ()))
        yield from (a for a, twins in _TWINS.items() if letters in twins)


def _tells(word: str) -> bool:
    """True for a word that may tell a value from another: no number, no unit, no word of commerce."""
    if len(word) < _MIN_WORD or word[0].isdecimal() or numeral(word) is not None:
        return False
    return all(c.startswith(("t:", "g:")) or c in {"u:person", "u:child"} for c in entry(word).concepts)


def told_apart(values: Mapping[str, Iterable[Phrase]]) -> dict[Phrase, tuple[str, ...]]:
    """By wording, the values of one attribute it stands for; without those that stand for all of them."""
    held: dict[Phrase, dict[str, None]] = defaultdict(dict)
    for value, phrases in values.items():
        for phrase in phrases:
            held[phrase][value] = None
    return {p: tuple(v) for p, v in held.items() if len(v) < len(values)}


def age_of(value: str, others: Iterable[str], synonyms: Callable[[str], Iterable[Phrase]]) -> Iterator[Phrase]:
    """How people of an age group are called: "до 14 лет" are children; "от 14 лет" beside it, or "18+", are adults."""
    own = range_of(value)
    if own is None or own.unit != "year":
        return
    if _of_children(own):
        if not any(_of_children(r) for r in map(range_of, others) if r is not None):
            yield from synonyms("ребенок")
    elif own.low is not None and own.low >= Decimal(_COUNTS) and (own.high is None or own.high > _CHILD_TO):
        yield from synonyms("взрослый")


def _of_children(ages: Range) -> bool:
    return ages.unit == "year" and ages.high is not None and ages.high <= _CHILD_TO
