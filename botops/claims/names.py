"""Finds products by name in a text: whole names and aliases by Aho-Corasick over stems, distinctive words, typos."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from botops.claims.words import Word, fold, words
from botops.pricebook.model import Product

_OPEN, _SHUT = "\x01", "\x02"
_MIN_WORD = 4
_BRACKETS = re.compile(r"\([^()]*\)")


class Hit(NamedTuple):
    """A product's name in a text. `skus` are all products of that name (variants sold under one name).

    `strength` is 2 for a whole name or alias, 1 for a distinctive word of it or a misspelt name.
    """

    start: int
    end: int
    skus: tuple[str, ...]
    strength: int


def name_forms(name: str) -> Iterable[str]:
    """The ways a product's name is said: whole, without what stands in brackets, up to its first comma."""
    yield name
    bare = _BRACKETS.sub(" ", name)
    if bare != name:
        yield bare
    head = bare.split(",", 1)[0]
    if head != bare:
        yield head


class NameIndex:
    """Names of all products of a book."""

    def __init__(self, phrases: dict[str, tuple[str, ...]], distinctive: dict[str, tuple[str, ...]]) -> None:
        self._skus = list(phrases.values())
        self._automaton = AhoCorasick(list(phrases), matchkind=MatchKind.LeftmostLongest) if phrases else None
        self._distinctive = distinctive

    @classmethod
    def of(cls, products: Sequence[Product]) -> NameIndex:
        """The index over all names and aliases."""
        phrases: dict[str, dict[str, None]] = defaultdict(dict)
        single: dict[str, dict[str, None]] = defaultdict(dict)
        for product in products:
            for name in product.names:
                for form in name_forms(name):
                    found = words(fold(form))
                    if found:
                        phrases["".join([f"{_OPEN}{w.stem}{_SHUT}" for w in found])][product.sku] = None
            for word in words(fold(_BRACKETS.sub(" ", product.name))):
                if len(word.text) >= _MIN_WORD and not word.text[0].isdigit():
                    single[word.stem][product.sku] = None
        rare = {w: tuple(s) for w, s in single.items() if len(s) <= max(1, len(products) // 10)}
        return cls({phrase: tuple(skus) for phrase, skus in phrases.items()}, rare)

    def find(self, text: Sequence[Word]) -> tuple[Hit, ...]:
        """Products named in a text, in order, the longest name winning where two overlap."""
        if self._automaton is None or not text:
            return ()
        pieces = [f"{_OPEN}{w.stem}{_SHUT}" for w in text]
        ends = list(accumulate(map(len, pieces)))
        hits: list[Hit] = []
        taken = 0
        for which, start, end in self._automaton.find_matches_as_indexes("".join(pieces)):
            first = bisect_right(ends, start)
            last = bisect_right(ends, end - 1)
            self._weak(text, taken, first, hits)
            hits.append(Hit(text[first].start, text[last].end, self._skus[which], 2))
            taken = last + 1
        self._weak(text, taken, len(text), hits)
        return tuple(hits)

    def _weak(self, text: Sequence[Word], first: int, last: int, hits: list[Hit]) -> None:
        for word in text[first:last]:
            skus = self._distinctive.get(word.stem)
            if skus:
                hits.append(Hit(word.start, word.end, skus, 1))
