"""Which arithmetic a sentence speaks of: a figure may be summed, subtracted, divided or taxed only where words say so.

Without this every number would follow from something: 5 990 is some price plus a tenth of another. The words stand in
`data/cues.yaml`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from botops.claims.shipped import shipped

_DATA = Path(__file__).with_name("data") / "cues.yaml"
_BRIEF = 70
_MAX_REMEMBERED = 4_000
_SIGNS = {
    "total": ("[+]",),
    "difference": (r"−\s?\d", r"–\s?\d", r"-\s?\d"),
    "reduction": (r"−\s?\d", r"–\s?\d", r"-\s?\d"),
    "pro_rata": (r"/12\b",),
    "computed": (r"=\s*$", r"≈\s*$"),
}
_PLAIN_HEAD = re.compile(r"(?:[^\\()\[\]{}.*+?|^$]|\\[.+])*")


@dataclass(frozen=True, slots=True)
class Cues:
    """What a sentence, or the client's question it answers, asks to be computed.

    `difference` allows what was said to be subtracted, `pure_difference` listed prices too, `between` two of those.
    """

    total: bool = False
    difference: bool = False
    pure_difference: bool = False
    between: bool = False
    divide: bool = False
    pro_rata: bool = False
    vat: bool = False
    corrected: bool = False


NO_CUES = Cues()
"""Nothing is to be computed."""


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = shipped(_DATA)
    return found


class _Cue(NamedTuple):
    """One wording: what it is a cue of, and what must match where its head was found (None: the head is all)."""

    name: str
    pattern: re.Pattern[str] | None
    word: bool
    """True when it begins a word."""


@cache
def _heads() -> tuple[AhoCorasick, tuple[tuple[_Cue, ...], ...]]:
    """The heads of all wordings — what stands before the first operator of a pattern — and the cues of each."""
    cues: dict[str, list[_Cue]] = defaultdict(list)
    for name, languages in _words().items():
        stems = [(stem, True) for words in languages.values() for stem in words]
        for stem, word in (*stems, *((sign, False) for sign in _SIGNS.get(name, ()))):
            head = _head(stem)
            whole = head == stem.lower()
            cues[head].append(_Cue(name, None if whole else re.compile(stem.lower()), word))
    return AhoCorasick(list(cues)), tuple(tuple(c) for c in cues.values())


def _head(stem: str) -> str:
    if stem == "[+]":
        return "+"
    found = _PLAIN_HEAD.match(stem)
    head = found[0] if found else ""
    if stem[len(head) : len(head) + 1] in {"?", "*", "{"}:
        head = head[:-1]
    assert head, f"data/cues.yaml: {stem!r} must begin with a letter, a digit or a sign"
    return head.replace("\\", "").lower()


def _said(text: str) -> frozenset[str]:
    """All kinds of words a text has, found in one pass over it."""
    text = text.lower()
    automaton, cues = _heads()
    found: set[str] = set()
    for which, start, _ in automaton.find_matches_as_indexes(text, overlapping=True):
        opens = not start or not (text[start - 1].isalnum() or text[start - 1] == "_")
        for name, pattern, word in cues[which]:
            if name not in found and (opens or not word) and (pattern is None or pattern.match(text, start)):
                found.add(name)
    return frozenset(found)


_remembered = lru_cache(maxsize=4096)(_said)


def said(text: str) -> frozenset[str]:
    """All kinds of words of `data/cues.yaml` that a text has; sentences are asked about more than once."""
    return _remembered(text) if len(text) <= _MAX_REMEMBERED else _said(text)


def speaks_of(name: str, text: str) -> bool:
    """True when a text has words of a kind."""
    return name in said(text)


def cues_in(own: str, question: str) -> Cues:
    """The cues of the text around a figure and of the client's question. A brief reply takes its sense wholly from the
    question; a long sentence only asks it about totals and taxes."""
    here, there = said(own), said(question)
    both = here | there
    asked = both if len(own) <= _BRIEF else here
    return Cues(
        total="total" in both,
        difference="difference" in asked,
        pure_difference="pure_difference" in asked,
        between="between" in asked,
        divide="divide" in here,
        pro_rata="pro_rata" in both,
        vat="vat" in both,
        corrected="corrected" in here,
    )
