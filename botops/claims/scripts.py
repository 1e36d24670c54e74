"""Kazakh and Russian typed in Latin letters, read as if they were written in Cyrillic.

One table of correspondences (`data/scripts.yaml`) serves the Kazakh Latin alphabets and what people type on phones
("qazir istemeidi", "zheñildik", "skidka"). Of the Cyrillic spellings a word may have, the first that the words of
commerce, numerals, units or everyday words know is taken. The length of a text stays, so offsets hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache
from itertools import islice, product
from pathlib import Path
from typing import Any

from botops.claims.dates import names_month
from botops.claims.grammar.lexemes import tables
from botops.claims.lexicon import known_word
from botops.claims.shipped import shipped
from botops.claims.words import is_kazakh_tail

_DATA = Path(__file__).with_name("data") / "scripts.yaml"
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]++(?:'[A-Za-zÀ-ɏ]++)*+")
_CYRILLIC_WORD = re.compile(r"[\u0400-\u04ff]{2,}")
_VOWELS = frozenset("aeouyäáöóüúū")
_CONTRACTED = (("йа", "я"), ("йу", "ю"), ("йә", "я"))
_MAX_SPELLINGS, _MAX_LENGTH = 48, 24
_LOOKED_AT = 120
"""Words of one message by which its language is told and that are looked up."""
_LEAST_KNOWN, _LONG = 2, 4
_JOINER, _BEFORE_SPACE = "\u2060", frozenset(" \n\t.,;:!?)")


def in_cyrillic(text: str, kept: AbstractSet[str] = frozenset()) -> str:
    """The text with its Kazakh and Russian words in Cyrillic letters, offset for offset; itself when it has none.

    `kept` are words of the book in Latin letters: they stay, under Kazakh endings too ("starttan"). A text mostly in
    Cyrillic has only the words turned that are surely Kazakh or Russian; an English one stays as it is.
    """
    found = [m for m in _LATIN_WORD.finditer(text) if _is_word(text, m, kept)]
    if not found:
        return text
    head = [m[0].lower() for m in found[:_LOOKED_AT]]
    ours = sum(len(w) > 1 and not _english(w) and bool(_known_spelling(w)) for w in head)
    english = sum(map(_english, head))
    mixed = 2 * len(_CYRILLIC_WORD.findall(text)) >= len(found)
    if not ours or (not mixed and (ours <= english or (ours < _LEAST_KNOWN and len(head) > _LEAST_KNOWN))):
        return text
    return _turned(text, found, kept, mixed=mixed)


def _turned(text: str, found: Sequence[re.Match[str]], kept: AbstractSet[str], *, mixed: bool) -> str:
    pieces, end = [], 0
    shouted = text.isupper()
    for place, match in enumerate(found):
        written = match[0]
        if written.isupper() and len(written) > 1 and not shouted:
            continue
        spelled = _spelled(written.lower(), kept, surely=mixed, look=place < _LOOKED_AT)
        if not spelled:
            continue
        if written[0].isupper():
            spelled = spelled.upper() if shouted else spelled[0].upper() + spelled[1:]
        following = text[match.end() : match.end() + 1]
        filler = " " if not following or following in _BEFORE_SPACE else _JOINER
        pieces += [text[end : match.start()], spelled, filler * (len(written) - len(spelled))]
        end = match.end()
    return "".join((*pieces, text[end:]))


def _spelled(word: str, kept: AbstractSet[str], *, surely: bool, look: bool) -> str:
    """A word in Cyrillic; empty when it stays. `surely`: only a word known as Kazakh or Russian is turned."""
    for cut in range(len(word) - 1, 2, -1):
        if word[:cut] in kept:
            tail = next((t for t in islice(_spellings(word[cut:]), _MAX_SPELLINGS) if is_kazakh_tail(t)), "")
            if tail and len(tail) <= len(word) - cut:
                return word[:cut] + tail
    if surely and (len(word) < _LONG or _english(word)):
        return ""
    known = _known_spelling(word) if look else ""
    return known if known or surely else _likeliest(word)


def _is_word(text: str, match: re.Match[str], kept: AbstractSet[str]) -> bool:
    """False for names of the book, units, currencies, and parts of codes, links and addresses."""
    word = match[0].lower()
    beside = text[match.end() : match.end() + 2]
    if word in kept or len(word) > _MAX_LENGTH or beside[:1].isdecimal() or beside[:1] in {"@", "_", "/"}:
        return False
    if (beside[:1] == "." and beside[1:].isalpha()) or text[match.start() - 1 : match.start()] in {"@", "_", "/", "."}:
        return False
    known = tables()[0].get(word)
    return known is None or not (known.unit or known.currency or known.percent)


@lru_cache(maxsize=16384)
def _english(word: str) -> bool:
    return word in _everyday()["en"] or word in tables()[0] or known_word(word)


@lru_cache(maxsize=16384)
def _known_spelling(word: str) -> str:
    """The first Cyrillic spelling of a folded Latin word that is known; empty if none is."""
    everyday = _everyday()
    for spelling in islice(_spellings(word), _MAX_SPELLINGS):
        for form in (spelling, spelling + "ь"):
            if len(form) > len(word):
                continue
            if form in everyday["kk"] or form in everyday["ru"] or form in tables()[0] or names_month(form):
                return form
        if len(spelling) > 1 and known_word(spelling):
            return spelling
    return ""


def _likeliest(word: str) -> str:
    """A word nobody knows, as Russian and Kazakh are typed alike: "i" is "и"."""
    spelling = next(_spellings(word)).replace("і", "и")
    return spelling if len(spelling) <= len(word) else ""


def _spellings(word: str) -> Iterator[str]:
    """Cyrillic spellings of a folded Latin word, the likelier first; a letter is read alike throughout."""
    pieces = list(_pieces(word))
    choices = dict.fromkeys(pieces)
    for chosen in product(*choices):
        read = dict(zip(choices, chosen, strict=True))
        spelling = "".join(read[p] for p in pieces)
        for apart, together in _CONTRACTED:
            spelling = spelling.replace(apart, together)
        yield spelling


def _pieces(word: str) -> Iterator[tuple[str, ...]]:
    """The letters and groups of letters of a word, each as what it may stand for."""
    letters, after_vowel = _letters()
    at, behind_vowel = 0, False
    while at < len(word):
        piece = next((p for p in (word[at : at + n] for n in (4, 3, 2)) if p in letters), word[at])
        glides = behind_vowel and piece in after_vowel
        yield after_vowel[piece] if glides else letters.get(piece, (piece,))
        behind_vowel = piece in _VOWELS and not glides
        at += len(piece)


@cache
def _raw() -> dict[str, Any]:
    raw: dict[str, Any] = shipped(_DATA)
    return raw


@cache
def _letters() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    raw = _raw()
    tables_of = [{k: tuple(v.split()) for k, v in raw[name].items()} for name in ("letters", "after_vowel")]
    return tables_of[0], tables_of[1]


@cache
def _everyday() -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in _raw()["everyday"].items()}


def latin_words(texts: Iterable[str]) -> frozenset[str]:
    """The words in Latin letters of some texts, in lower case: those of a book stay as they are in replies."""
    return frozenset(m[0].lower() for text in texts for m in _LATIN_WORD.finditer(text))
