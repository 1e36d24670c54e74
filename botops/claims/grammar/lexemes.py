"""One look-up for words: everything the grammar of amounts needs to know about one, typing errors included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from botops.claims.grammar import context_words, currencies, kazakh, units
from botops.claims.grammar.context_words import Bound
from botops.claims.grammar.currency_names import names
from botops.claims.grammar.numerals import NumeralWord, Rank, numeral_words


@dataclass(frozen=True, slots=True)
class Lexeme:
    """What a word may be. Several readings can hold at once; the grammar picks by position.

    `bound` is said before a number ("от"), `after_bound` behind it ("дейін"); `hedge` and `after_hedge` likewise for
    approximations. `unit` is a unit or charging period, `case` the Kazakh case of a unit or currency form; `adverb` a
    period by itself ("monthly"). `cue` is a word of price or payment, `id_cue` one that a number's identity follows,
    `measure` one that a size or an age follows.
    `function` words never name what a number counts. `country` is the currency a noun after this word means;
    `opens_name` starts a longer currency name; `half` is "half a" before a scale word; `low` is the word in lower
    case; an `anchor` may begin a number or is a whole one, a
    word that `marks` may belong to a currency or a percent; `percent_value` is the
    number inside a word like "двадцатипроцентная".
    """

    numeral: NumeralWord | None = None
    currency: currencies.CurrencyWord | None = None
    percent: bool = False
    unit: str | None = None
    case: str = ""
    adverb: str | None = None
    bound: Bound | None = None
    after_bound: Bound | None = None
    hedge: bool = False
    after_hedge: bool = False
    month: bool = False
    cue: bool = False
    id_cue: bool = False
    measure: bool = False
    function: bool = False
    per: bool = False
    country: str | None = None
    opens_name: bool = False
    half: bool = False
    low: str = ""
    anchor: bool = False
    marks: bool = False
    percent_value: Decimal | None = None


NOTHING = Lexeme()

_WORDS = re.compile(r"[^\W\d_]+")
LINK_WORDS = frozenset(("http", "https", "www"))
_PERCENT_ADJECTIVE = "процентн"
_PERCENTS = (
    *("процент" + end for end in ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах", "ик")),
    *(_PERCENT_ADJECTIVE + end for end in "ый ая ое ые ого ому ым ом ой ую ых ыми".split()),
    *"проц percent percents pct".split(),
)
_KK_PERCENTS = ("пайыз", "процент", "пайз")
_INFLECTED_CURRENCIES = ("теңге", "тенге", "доллар", "еуро", "евро", "рубль")
_CORE_STEMS = re.compile(
    r"тенге|теңге|доллар|рубл[яеё]|тысяч|миллион|миллиард|процент|пайыз|dollar|thousand|million|percent"
)
_CORE_LENGTHS = range(5, 13)
_MISSPELT_LENGTHS = range(5, 15)
_LONG_NUMERAL = 6
_DOTTED = frozenset(("per", "u"))  # the first words of "per cent" and "U.S. dollars"

_Fact = tuple[str, dict[str, Any]]


def _facts() -> Iterator[_Fact]:
    """(lower-case word, one thing known about it), the more important first."""
    yield from ((word, {"numeral": numeral}) for word, numeral in numeral_words().items())
    yield from ((word, {"currency": currency}) for word, currency in currencies.everyday_words())
    yield from ((word, {"unit": unit, "case": case}) for word, unit, case in units.unit_words())
    for stem in (*_INFLECTED_CURRENCIES, *_KK_PERCENTS):
        for form, case in kazakh.forms(stem).items():
            plain_case = "dat" if case == "own" else case
            facts = {"case": plain_case} | ({"percent": True} if stem in _KK_PERCENTS else {})
            yield from ((spelling, facts) for spelling in {form, kazakh.folded(form)})
    yield from ((word, {"percent": True}) for word in _PERCENTS)
    for bound, words in context_words.BOUNDS.items():
        yield from ((word, {"bound": bound, "function": True}) for word in words.split())
    for bound, words in context_words.AFTER_BOUNDS.items():
        yield from ((word, {"after_bound": bound, "function": True}) for word in words.split())
    yield from _flags()
    known = names()
    yield from ((word, {"country": code}) for word, code in known.countries.items())
    yield from ((word, {"opens_name": True}) for word in known.by_first)


def _flags() -> Iterator[_Fact]:
    flags = {
        "half": "half пол",
        "hedge": context_words.HEDGES,
        "after_hedge": context_words.AFTER_HEDGES,
        "id_cue": context_words.ID_CUES,
        "measure": context_words.MEASURES,
        "function": context_words.FUNCTION,
        "month": " ".join(units.MONTHS),
        "per": " ".join(units.PER_WORDS),
    }
    for flag, words in flags.items():
        yield from ((word, {flag: True}) for word in words.split())
    yield from ((word, {"adverb": unit, "function": True}) for word, unit in units.ADVERBS.items())


@lru_cache(maxsize=1)
def tables() -> tuple[dict[str, Lexeme], dict[str, Lexeme]]:
    """(by lower-case word, by exact spelling)."""
    known: dict[str, dict[str, Any]] = {}
    for word, facts in _facts():
        entry = known.setdefault(word, {})
        for name, value in facts.items():
            entry.setdefault(name, value)
    for word, entry in known.items():
        entry["cue"] = context_words.CUE.match(word) is not None
    cased = {**dict(currencies.code_words(names().codes)), **dict(currencies.cased_words())}
    return (
        {word: Lexeme(**entry) for word, entry in known.items()},
        {word: Lexeme(**(known.get(word.lower(), {}) | {"currency": currency})) for word, currency in cased.items()},
    )


@lru_cache(maxsize=32768)
def lexeme(word: str) -> Lexeme:
    """All that is known about a word as spelled; a bare `Lexeme` for a word without a part in amounts."""
    lower_table, cased_table = tables()
    lower = word.lower()
    found = cased_table.get(word) or lower_table.get(lower)
    if found is None:
        if _PERCENT_ADJECTIVE in lower:
            found = _percent_compound(lower)
        else:
            found = Lexeme(cue=True) if context_words.CUE.match(lower) else _misspelt(lower)
    begins = found.numeral is not None or found.half or found.percent_value is not None or lower in LINK_WORDS
    named = found.opens_name or found.country is not None
    marks = named or found.currency is not None or found.percent or lower in _DOTTED
    return replace(found, low=lower, anchor=begins, marks=marks)


@lru_cache(maxsize=1)
def anchor_words() -> frozenset[str]:
    """Lower-case words without which, and without digits, a text holds no number."""
    return frozenset(w for w, known in tables()[0].items() if known.numeral is not None or known.half)


def may_hold_numbers(lower: str) -> bool:
    """A quick look: False when a lower-case text without digits surely names no number."""
    return _PERCENT_ADJECTIVE in lower or not anchor_words().isdisjoint(_WORDS.findall(lower))


def _percent_compound(word: str) -> Lexeme:
    """ "двадцатипятипроцентная": genitive numerals run together in front of the adjective."""
    head, numerals = word.partition(_PERCENT_ADJECTIVE)[0], tables()[0]
    value, floor = Decimal(0), Decimal(1000)
    while head:
        for size in range(len(head), 1, -1):
            entry = numerals.get(head[:size])
            number = entry.numeral if entry else None
            if number is not None and number.lang == "ru" and 0 < number.value < floor:
                teen = number.rank is Rank.TEEN
                value, head = value + number.value, head[size:]
                floor = Decimal(1 if teen else 10 ** number.value.adjusted())
                break
        else:
            return NOTHING
    return Lexeme(percent_value=value) if value else NOTHING


def _misspelt(word: str) -> Lexeme:
    """A word one letter away from a common one (left out, put in, changed or swapped) with the same first letter."""
    if len(word) not in _MISSPELT_LENGTHS:
        return NOTHING
    by_deletion, lower_table = _deletions(), tables()[0]
    for key in (word, *_one_shorter(word)):
        for candidate in by_deletion.get(key, ()):
            if candidate[0] == word[0] and abs(len(candidate) - len(word)) <= 1:
                found = lower_table[candidate]
                numeral = found.numeral and replace(found.numeral, lone=False)
                return Lexeme(numeral=numeral, currency=found.currency, percent=found.percent, case=found.case)
    return NOTHING


def _one_shorter(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


@lru_cache(maxsize=1)
def _deletions() -> dict[str, list[str]]:
    """Words at one letter's distance share a form with one letter left out (symmetric deletion)."""
    result: dict[str, list[str]] = {}
    for word, known in tables()[0].items():
        numeral = known.numeral is not None and len(word) >= _LONG_NUMERAL and known.numeral.value >= 1
        if len(word) in _CORE_LENGTHS and (numeral or _CORE_STEMS.match(word)):
            for key in (word, *_one_shorter(word)):
                result.setdefault(key, []).append(word)
    return result
