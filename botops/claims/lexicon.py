"""Words of commerce: which concepts a word stands for, in Russian, Kazakh, English and mixtures of them.

Stems live in `data/lexicon.yaml`; inflection is generated from the endings of a language rather than listed. A Russian
stem may carry Kazakh endings ("скидкамен"), as people in Kazakhstan write.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from botops.claims.shipped import shipped
from botops.claims.words import Word, fold, plain_kazakh

Concepts = frozenset[str]
NONE: Concepts = frozenset()
_MAX_WORD = 40
_SHORT = 3
_DATA = Path(__file__).with_name("data") / "lexicon.yaml"

_RU_ENDINGS = frozenset(
    "а я о е у ю ы и ь й ой ей ою ею ом ем ам ям ами ями ах ях ов ев ий ый ая яя ое ее ые ие ого его ому ему ым им "
    "ых их "
    "ыми ими ую юю ию ией ии ия ь ью ка ки ку кой ке ок ек очка очки очку очкой ный ная ное ные ного ной ному ным "
    "ных ную "
    "ными ен на но ны к ец ца цы цев цам".split()
) | {""}
_EN_ENDINGS = frozenset("s es ed d ing er ly 's e al".split()) | {""}
_JOINT = "ое"
_VOICED = {"п": "б", "к": "г", "қ": "ғ"}
_KK_UNITS = tuple(
    (
        "лар лер дар дер тар тер ым ім м ың ің ң ы і сы сі ымыз іміз мыз міз ыңыз іңіз ңыз ңіз ның нің дың дің тың тің "
        "ға ге "
        "қа ке на не а е ды ді ты ті ны ні н да де та те нда нде дан ден тан тен нан нен мен бен пен ғы гі қы кі лық "
        "лік дық "
        "дік тық тік лығы лігі сыз сіз мын мін сың сің дағы дегі тағы тегі ша ше"
    ).split()
)
_PLAIN_KAZAKH = "kk-plain"
_PLAIN_UNITS = tuple(dict.fromkeys(map(plain_kazakh, _KK_UNITS)))
_KK_NEGATIVE = re.compile(
    r"..(?:[бмп][ае])(?:й(?:ды|[дм][іи]|ди|мын|м[іи]н|мыз|м[іи]з|с[ыіи][ңн]|с[ыіи]з|т[ыіи]н)?|[ғг]ан|ген|"
    r"д[ыі]|д[ыі]м|д[ыі][қк]|са[ңн]|се[ңн]|са|се|са[қк]|сек|й[ыіи]нш[ае])$"
)
_KK_PRIVATIVE = re.compile(r"[^аәеиоөуұүыіэюя](?:сыз|сіз|сиз)$")
_NOT_NEGATIVE = frozenset({"победы", "беседы", "обеды", "немесе"})


class _Form(NamedTuple):
    concept: str
    language: str
    open: bool
    phrase: int
    place: int


class _Tables(NamedTuple):
    exact: Mapping[str, tuple[_Form, ...]]
    stems: Mapping[str, tuple[_Form, ...]]
    longest: int
    lengths: tuple[int, ...]
    """Words in each phrase, by its number."""


class Entry(NamedTuple):
    """What a word may stand for alone, and its places in phrases."""

    concepts: Concepts
    opens: tuple[tuple[int, int, str], ...] = ()
    """Phrases that begin with it: the number of each, its length in words, its concept."""
    places: frozenset[tuple[int, int]] = frozenset()
    """The phrases it may stand in, each with its place there."""


_EMPTY = Entry(NONE)


@cache
def _raw() -> dict[str, dict[str, dict[str, str]]]:
    raw: dict[str, dict[str, dict[str, str]]] = shipped(_DATA)
    return raw


@cache
def _tables() -> _Tables:
    prefixes = {
        "topics": "",
        "groups": "g:",
        "scope": "s:",
        "units": "u:",
        "things": "t:",
        "places": "t:@",
        "acts": "a:",
    }
    return _tables_of(
        (prefixes[section] + concept, language, form)
        for section, concepts in _raw().items()
        for concept, languages in concepts.items()
        for language, forms in languages.items()
        for form in str(forms).split()
    )


def topics() -> tuple[str, ...]:
    """The topics of commerce that have words, in the order of the lexicon."""
    return tuple(_raw()["topics"])


def _tables_of(forms: Iterable[tuple[str, str, str]]) -> _Tables:
    """Tables of concept, language and form."""
    exact: dict[str, list[_Form]] = defaultdict(list)
    stems: dict[str, list[_Form]] = defaultdict(list)
    lengths: list[int] = []
    for concept, language, form in forms:
        for variant in _softened(fold(form), language):
            for spelled, spelling in _spellings(variant, language):
                _add(concept, spelling, spelled, exact, stems, lengths)
    return _Tables(_frozen(exact), _frozen(stems), max(map(len, stems), default=0), tuple(lengths))


def _frozen(table: Mapping[str, list[_Form]]) -> dict[str, tuple[_Form, ...]]:
    return {k: tuple(v) for k, v in table.items()}


def _spellings(form: str, language: str) -> Iterable[tuple[str, str]]:
    """A form as it may be written, with the spelling: Kazakh also without the letters Russian lacks ("женилдик").

    A stem that would be left short takes no endings: "көш" is no "кошка", "кап" alone is "қап".
    """
    yield form, language
    plain = plain_kazakh(form) if language == "kk" else form
    if plain != form and len(plain) == _SHORT and plain.isalpha():
        yield f"={plain}", _PLAIN_KAZAKH
    if plain != form and all(_long_enough(p) for p in plain.split("_")):
        yield plain, _PLAIN_KAZAKH


def _long_enough(part: str) -> bool:
    """True for an exact word, or a stem of four letters, an open one of five."""
    return part[:1] == "=" or len(part.strip("*")) > _SHORT + part.endswith("*")


def _softened(form: str, language: str) -> tuple[str, ...]:
    """A Kazakh form with its stem before a vowel: "кітап" is also "кітаб-", "орындық" also "орындығ-"."""
    body = form.rstrip("*")
    if language != "kk" or form.startswith("=") or len(body) <= _SHORT or body[-1] not in _VOICED:
        return (form,)
    return form, body[:-1] + _VOICED[body[-1]] + "*"


def _add(concept: str, language: str, form: str, exact: Any, stems: Any, lengths: list[int]) -> None:
    parts = [p for p in form.replace("-", "_").split("_") if p and p != "="]
    phrase = len(lengths) if len(parts) > 1 else -1
    if phrase >= 0:
        lengths.append(len(parts))
    for place, part in enumerate(parts):
        body = part.strip("=*")
        entry = _Form(concept, language, part.endswith("*"), phrase, place)
        short = len(body) <= _SHORT and (phrase >= 0 or language == "en") and not entry.open
        (exact if part.startswith("=") or short else stems)[body].append(entry)


@lru_cache(maxsize=4096)
def _kk_chain(rest: str, units: Sequence[str], depth: int = 0) -> bool:
    """True when `rest` is a chain of at most four Kazakh endings."""
    if not rest:
        return True
    if depth == 4 or len(rest) > 16:
        return False
    return any(rest.startswith(u) and _kk_chain(rest[len(u) :], units, depth + 1) for u in units)


@lru_cache(maxsize=8192)
def _inflects(rest: str, language: str) -> bool:
    if not rest:
        return True
    if language == "en":
        return rest in _EN_ENDINGS
    if language == "kk":
        return _kk_chain(rest, _KK_UNITS)
    if language == _PLAIN_KAZAKH:
        return _kk_chain(rest, _PLAIN_UNITS)
    return rest in _RU_ENDINGS or any(
        rest[:n] in _RU_ENDINGS and len(rest) - n >= 2 and _kk_chain(rest[n:], _KK_UNITS)
        for n in range(min(4, len(rest)))
    )


@lru_cache(maxsize=65536)
def entry(word: str) -> Entry:
    """The concepts of a folded word, and its places in phrases."""
    if len(word) > _MAX_WORD or word[0].isdecimal():
        return _EMPTY
    tables = _tables()
    found = _forms_of(word, tables)
    if _negative(word, found):
        found.append(_Form("s:neg", "kk", False, -1, 0))
    return _entry_of(found, tables)


def known_word(word: str) -> bool:
    """True for a folded word that stands for something, alone or in phrases."""
    return entry(word) is not _EMPTY


def _forms_of(word: str, tables: _Tables) -> list[_Form]:
    found = list(tables.exact.get(word, ()))
    for n in range(1, min(len(word), tables.longest) + 1):
        forms = tables.stems.get(word[:n])
        if forms:
            rest = word[n:]
            found += [f for f in forms if f.open or _inflects(rest, f.language)]
    return found


def _entry_of(found: Sequence[_Form], tables: _Tables) -> Entry:
    if not found:
        return _EMPTY
    alone = frozenset(f.concept for f in found if f.phrase < 0)
    parts = [f for f in found if f.phrase >= 0]
    opens = tuple((f.phrase, tables.lengths[f.phrase], f.concept) for f in parts if f.place == 0)
    return Entry(alone, opens, frozenset((f.phrase, f.place) for f in parts))


@lru_cache(maxsize=16384)
def compound(word: str) -> Concepts:
    """The things the second part of a Russian compound names: "шиномонтаж" is a mounting, "автомойка" a wash."""
    for i in range(3, len(word) - 4):
        if word[i] in _JOINT:
            things = frozenset(c for c in entry(word[i + 1 :]).concepts if c.startswith("t:"))
            if things:
                return things
    return NONE


def _negative(word: str, found: Iterable[_Form]) -> bool:
    if word.endswith(("n't", "nt")) and word in _ENGLISH_NEGATIVES:
        return True
    if _KK_NEGATIVE.search(word) and word not in _NOT_NEGATIVE:
        return True
    return bool(_KK_PRIVATIVE.search(word)) and any(f.phrase < 0 and ":" not in f.concept for f in found)


_ENGLISH_NEGATIVES = frozenset(
    f"{verb}{end}"
    for verb in "is are was were do does did ca could wo would should has have had ai must might need".split()
    for end in ("n't", "nt")
)


class OwnWords:
    """Words a company adds: read beside the built-in ones, by the same rules of inflection and phrases.

    `forms` gives concept, language and form: a topic of commerce (`gift`) or a concept of its own.
    """

    def __init__(self, forms: Iterable[tuple[str, str, str]]) -> None:
        self._tables = _tables_of(forms)
        self._entry = lru_cache(maxsize=16384)(self._look_up)

    def tags(self, words: Sequence[Word]) -> list[Concepts]:
        """The concepts of each word."""
        return _tagged([self._entry(w.text) for w in words])

    def _look_up(self, word: str) -> Entry:
        if len(word) > _MAX_WORD or word[0].isdecimal():
            return _EMPTY
        return _entry_of(_forms_of(word, self._tables), self._tables)


def concepts(words: Sequence[Word], own: OwnWords | None = None) -> tuple[Concepts, ...]:
    """The concepts of each word, phrases included: every word of a phrase carries its concept.

    "One-off" is paid once: its "off" takes nothing off. `own` are words a company added.
    """
    out = _tagged([entry(w.text) for w in words])
    for i in range(1, len(words)):
        if words[i].text == "off" and words[i - 1].text == "one":
            out[i] = NONE
    if own is not None:
        out = [built_in | added if added else built_in for built_in, added in zip(out, own.tags(words), strict=True)]
    return tuple(out)


def _tagged(entries: Sequence[Entry]) -> list[Concepts]:
    out: list[Concepts] = [e.concepts for e in entries]
    for i, item in enumerate(entries[:-1]):
        if not item.opens:
            continue
        places = entries[i + 1].places
        for phrase, length, concept in item.opens:
            if (phrase, 1) in places and _goes_on(entries, i, phrase, length):
                for k in range(i, i + length):
                    out[k] = out[k] | {concept}
    return out


def _goes_on(entries: Sequence[Entry], start: int, phrase: int, length: int) -> bool:
    """True when a phrase whose first two words were found goes on to its end."""
    if start + length > len(entries):
        return False
    return all((phrase, k) in entries[start + k].places for k in range(2, length))
