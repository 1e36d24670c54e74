"""Finds products by name in a text: whole names and aliases by Aho-Corasick over stems, distinctive words, typos.

Words of a text are first brought to the words of the book: by their stem, by a Kazakh ending on a foreign word
("Люкске"), by transliteration, or as a misspelling of one. Each word form is brought once and remembered.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from rapidfuzz import fuzz, process

from botops.claims.lexicon import entry
from botops.claims.quantities import numeral
from botops.claims.words import Word, is_cyrillic, kazakh_root, latin, name_words, softened, stem
from botops.pricebook.model import Product

_OPEN, _SHUT = "\x01", "\x02"
_MIN_WORD, _SHORT, _MODEL = 4, 2, 3
_HEAD, _FEW, _MANY = 3, 2, 50
_SHORT_STEM, _PAIR = 3, 2
_FUZZY_WORD = 4
_PARTICLE = 2
"""Words as short as this are never looked for in the other script: "ат" is not the English "at"."""
_FUZZY_SCORE = 85
_LONG_WORD, _SOUND_SCORE, _SAME_START = 7, 76, 3
_MAX_FUZZY_WORD = 24
_MAX_REMEMBERED = 100_000
_PERIODS = frozenset("day night week month quarter year hour minute l ml kg g km m m2 cm mm gb piece".split())
_GENERIC = frozenset("discount minus promo gift free included surcharge vat minimum half refund prepay".split())
_PREPOSITIONS = frozenset("для под при без над про".split())
_BRACKETS = re.compile(r"\([^()]*\)")


class Hit(NamedTuple):
    """A product's name in a text. `skus` are all products of that name (variants sold under one name).

    `strength` is 2 for a whole name or alias, 1 for a distinctive word of it.
    """

    start: int
    end: int
    skus: tuple[str, ...]
    strength: int


def name_forms(name: str) -> Iterable[str]:
    """The ways a product's name is said: whole, without what stands in brackets, up to its first comma, in quotes."""
    yield name
    bare = _BRACKETS.sub(" ", name)
    if bare != name:
        yield bare
    head = bare.split(",", 1)[0]
    if head != bare:
        yield head
    yield from re.findall(r"[«\"“]([^«»\"“”]{3,60})[»\"”]", bare)


class NameIndex:
    """Names of all products of a book."""

    def __init__(
        self,
        phrases: dict[str, tuple[str, ...]],
        distinctive: dict[str, tuple[str, ...]],
        hints: frozenset[str] = frozenset(),
        proper: frozenset[str] = frozenset(),
    ) -> None:
        self._skus = list(phrases.values())
        self._strength = [1 if p in hints else 2 for p in phrases]
        self._proper = frozenset(i for i, p in enumerate(phrases) if p in proper)
        self._automaton = AhoCorasick(list(phrases), matchkind=MatchKind.LeftmostLongest) if phrases else None
        self._distinctive = distinctive
        vocabulary = {w for p in phrases for w in p.replace(_SHUT, "").split(_OPEN) if w} | set(distinctive)
        self._vocabulary = frozenset(vocabulary)
        self._by_latin = {latin(s): w for w in sorted(vocabulary) if len(w) > _PARTICLE for s in (softened(w), w)}
        self._by_first: dict[str, list[str]] = defaultdict(list)
        for word in sorted(vocabulary):
            if len(word) >= _FUZZY_WORD - 1 and word.isalpha():
                self._by_first[word[0]].append(word)
        self._brought: dict[str, str] = {}
        self._sounds: dict[str, list[str]] = defaultdict(list)
        for sound in self._by_latin:
            if len(sound) >= _LONG_WORD:
                self._sounds[sound[:_SAME_START]].append(sound)

    def _across_scripts(self, word: Word) -> str:
        """A long word of the book in the other script that sounds much alike ("lamination", "ламинация")."""
        sound = latin(word.stem)
        if len(sound) < _LONG_WORD:
            return ""
        near = process.extractOne(
            sound, self._sounds.get(sound[:_SAME_START], ()), scorer=fuzz.ratio, score_cutoff=_SOUND_SCORE
        )
        found = self._by_latin[near[0]] if near else ""
        return found if found and is_cyrillic(found) != is_cyrillic(word.text) else ""

    @classmethod
    def of(cls, products: Sequence[Product]) -> NameIndex:
        """The index over all names and aliases."""
        phrases: dict[str, dict[str, None]] = defaultdict(dict)
        single: dict[str, dict[str, None]] = defaultdict(dict)
        pairs: dict[str, dict[str, None]] = defaultdict(dict)
        plain = frozenset(w.stem for p in products for n in p.names for w in _russian_words(n))
        for product in products:
            for name in product.names:
                for form in name_forms(name):
                    found = _as_russian(name_words(form), plain)
                    if found and not _only_numbers(found):
                        phrases[_joined(found)][product.sku] = None
                _hint(name, product.sku, single, pairs, plain)
        rare = {w: tuple(s) for w, s in single.items() if len(s) <= max(_FEW, min(len(products) // 10, _MANY))}
        hints = {p: tuple(s) for p, s in pairs.items() if len(s) <= _FEW and not _holds_a_name(p, phrases)}
        proper = {p: tuple(s) for p, s in _proper_names(products).items() if p not in phrases and p not in hints}
        whole = {p: tuple(s) for p, s in phrases.items()}
        return cls({**whole, **hints, **proper}, rare, frozenset(hints), frozenset(proper))

    def find(self, text: Sequence[Word], written: str = "") -> tuple[Hit, ...]:
        """Products named in a text, in order, the longest name winning where two overlap.

        `written` is the text with its capitals: proper names ("Про" of "Тариф Про") are found by them alone.
        """
        if self._automaton is None or not text:
            return ()
        stems = [self._bring(w) for w in text]
        pieces = [f"{_OPEN}{s}{_SHUT}" for s in stems]
        ends = list(accumulate(map(len, pieces)))
        hits: list[Hit] = []
        taken = 0
        for which, start, end in self._automaton.find_matches_as_indexes("".join(pieces)):
            first = bisect_right(ends, start)
            last = bisect_right(ends, end - 1)
            if which in self._proper and not written[text[first].start : text[first].start + 1].isupper():
                continue
            self._weak(text, stems, taken, first, hits)
            hits.append(Hit(text[first].start, text[last].end, self._skus[which], self._strength[which]))
            taken = last + 1
        self._weak(text, stems, taken, len(text), hits)
        return tuple(hits)

    def _weak(self, text: Sequence[Word], stems: Sequence[str], first: int, last: int, hits: list[Hit]) -> None:
        for i in range(first, last):
            skus = self._distinctive.get(stems[i])
            if skus:
                hits.append(Hit(text[i].start, text[i].end, skus, 1))

    def _bring(self, word: Word) -> str:
        """The word of the book that a word stands for; empty when it stands for none."""
        known = self._brought.get(word.text)
        if known is None:
            if len(self._brought) >= _MAX_REMEMBERED:
                self._brought.clear()
            known = self._brought[word.text] = self._nearest(word)
        return known

    def _nearest(self, word: Word) -> str:
        vocabulary = self._vocabulary
        if word.stem in vocabulary:
            return word.stem
        if word.text in vocabulary:
            return word.text
        text = word.text
        if text[0].isdecimal():
            return ""
        if len(text) < 3:
            short = self._by_latin.get(latin(text), "")
            return short if len(short) == len(text) else ""
        root = kazakh_root(text, vocabulary)
        if root:
            return root
        if len(text) < _FUZZY_WORD or len(text) > _MAX_FUZZY_WORD:
            return self._by_latin.get(latin(word.stem), "")
        sound = self._by_latin.get(latin(word.stem))
        if sound is not None:
            return sound
        if numeral(text) is not None or any(not c.startswith("t:") for c in entry(text).concepts):
            return ""
        across = self._across_scripts(word)
        if across:
            return across
        near = process.extractOne(
            word.stem, self._by_first.get(text[0], ()), scorer=fuzz.ratio, score_cutoff=_FUZZY_SCORE
        )
        return near[0] if near and near[0][1] == text[1] and abs(len(near[0]) - len(word.stem)) <= 2 else ""


@lru_cache(maxsize=8192)
def name_stems(names: tuple[str, ...]) -> frozenset[str]:
    """Stems of the words of a product's names that can stand for it; a short one where the name begins with it."""
    return frozenset(
        w.stem
        for name in names
        for place, w in enumerate(name_words(name))
        if len(w.stem) >= _SHORT_STEM
        and w.text.isalpha()
        and (_distinctive(w.text, name[w.start : w.end]) or (place == 0 and _is_short_noun(w.text)))
    )


def _is_short_noun(word: str) -> bool:
    """True for a word of three letters that is no number and no word of commerce ("зәр", "чай")."""
    told = len(word) == _SHORT_STEM and is_cyrillic(word) and word not in _PREPOSITIONS
    return told and numeral(word) is None and not entry(word).concepts


def _joined(found: Sequence[Word]) -> str:
    return "".join([f"{_OPEN}{w.stem}{_SHUT}" for w in found])


def _proper_names(products: Sequence[Product]) -> dict[str, dict[str, None]]:
    """What follows the word with which several names begin ("Тариф Про", "Тариф База"), where it is one word."""
    told: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for product in products:
        found = name_words(_BRACKETS.sub(" ", product.name).split(",", 1)[0])
        if len(found) == _PAIR and found[1].text.isalpha():
            told[found[0].stem][_joined(found[1:])][product.sku] = None
    return {p: skus for rests in told.values() if len(rests) > 1 for p, skus in rests.items()}


def _russian_words(name: str) -> Iterable[Word]:
    """The words of a name that has no letters of Kazakh alone."""
    found = name_words(name)
    return found if all(w.stem == stem(w.text) for w in found) else ()


def _as_russian(found: Sequence[Word], plain: Set[str]) -> tuple[Word, ...]:
    """The words of a name with one stem for a word that Kazakh and Russian names share ("түсті линза", "линзы")."""
    return tuple([w._replace(stem=stem(w.text)) if stem(w.text) in plain else w for w in found])


def _hint(
    name: str,
    sku: str,
    single: dict[str, dict[str, None]],
    pairs: dict[str, dict[str, None]],
    plain: Set[str] = frozenset(),
) -> None:
    """Parts of a name that may stand for it: its first and last two words, its distinctive words."""
    bare = _BRACKETS.sub(" ", name)
    found = _as_russian(name_words(bare), plain)
    for pair in (found[:2], found[-2:]) if len(found) > 2 else ():
        if any(_distinctive(w.text, bare[w.start : w.end]) for w in pair if not w.text[0].isdecimal()):
            pairs[_joined(pair)][sku] = None
    for word in found[:_HEAD]:
        if _distinctive(word.text, bare[word.start : word.end]):
            single[word.stem][sku] = None


def _holds_a_name(pair: str, phrases: Mapping[str, object]) -> bool:
    """True when two words, or one of them, are a whole name already."""
    return pair in phrases or any(f"{w}{_SHUT}" in phrases for w in pair.split(_SHUT) if w)


def _only_numbers(found: Sequence[Word]) -> bool:
    return len(found) == 1 and found[0].text[0].isdecimal()


def _distinctive(word: str, written: str) -> bool:
    """True for a word that can stand for a product by itself: no count, no unit, no word of commerce. Abbreviations
    ("IP", "ТОО") and numbers of three digits ("Дом 300") can."""
    if word[0].isdecimal():
        return len(word) == _MODEL and word.isdecimal()
    if len(word) < _MIN_WORD:
        return len(word) >= _SHORT and written.isupper()
    if numeral(word) is not None:
        return False
    concepts = entry(word).concepts
    return not any(c.startswith("s:") or c in _GENERIC or c[2:] in _PERIODS for c in concepts)
