"""A text read for its grammar: words with their concepts, counted things, sentences and their clauses.

Price book sentences and replies are read by the same code, so that both sides of a comparison mean the same.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from botops.claims.lazy import cached_property
from botops.claims.lexicon import NONE, Concepts, OwnWords, concepts
from botops.claims.quantities import Quantity, quantities
from botops.claims.segment import Segment, clauses, segments
from botops.claims.words import Word, fold, words

_KAZAKH = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_CLOSERS = " \"'»)*_"
_MAX_CLAUSE, _MAX_SENTENCE = 60, 160
"""Words in a clause and in a sentence, at most."""


class Clause(NamedTuple):
    """Words `first:last` of a reading (`last` excluded) that stand or fall together; `sentence` is where."""

    first: int
    last: int
    start: int
    end: int
    sentence: int


class Sentence(NamedTuple):
    """A sentence, list item or table row: words `first:last` and clauses `clause_first:clause_last`, ends excluded."""

    first: int
    last: int
    clause_first: int
    clause_last: int
    start: int
    end: int
    question: bool


@dataclass(frozen=True)
class Reading:
    """A read text. `words`, `tags` run in parallel: `tags[i]` are the concepts of `words[i]`."""

    text: str
    words: Sequence[Word]
    tags: Sequence[Concepts]
    sentences: Sequence[Sentence]
    clauses: Sequence[Clause]

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Counted things, in order."""
        return quantities(self.words, self.tags)

    @cached_property
    def kazakh(self) -> bool:
        """True when the text has letters only Kazakh has."""
        return bool(_KAZAKH.search(self.text))

    @cached_property
    def concepts(self) -> Concepts:
        """All concepts of the text."""
        return frozenset().union(*self.tags) if self.tags else NONE

    @cached_property
    def _word_starts(self) -> list[int]:
        return [w.start for w in self.words]

    @cached_property
    def _clause_starts(self) -> list[int]:
        return [c.start for c in self.clauses]

    def word_at(self, position: int) -> int:
        """The place of the first word that starts at or after an offset."""
        return bisect_left(self._word_starts, position)

    def clause_at(self, position: int) -> Clause | None:
        """The clause that holds an offset, or the last before it."""
        i = bisect_right(self._clause_starts, position) - 1
        return self.clauses[i] if i >= 0 else None

    def over(self, first: int, last: int) -> Concepts:
        """The concepts of the words `first:last`; asked for often, so each span is put together once."""
        known = self._spans.get((first, last))
        if known is None:
            known = self._spans[first, last] = frozenset().union(*self.tags[first:last]) if last > first else NONE
        return known

    @cached_property
    def _spans(self) -> dict[tuple[int, int], Concepts]:
        return {}

    @cached_property
    def scopes(self) -> dict[tuple[int, int], Any]:
        """The scopes found so far, by their spans: `scope_of` keeps them here."""
        return {}

    @cached_property
    def _quantity_firsts(self) -> list[int]:
        return [q.first for q in self.quantities]

    def counted(self, first: int, last: int) -> tuple[Quantity, ...]:
        """The counted things among the words `first:last`."""
        return self.quantities[bisect_left(self._quantity_firsts, first) : bisect_left(self._quantity_firsts, last)]


def read(
    text: str,
    found: Sequence[Word] | None = None,
    parts: Sequence[Segment] | None = None,
    own: OwnWords | None = None,
) -> Reading:
    """Reads a text; words and segments that are known already are not looked for again. `own` are words a company
    added to the lexicon.

    A clause or sentence longer than people write is cut, so that the work of every rule that looks around a word is
    bounded and a hostile message costs no more than its length.
    """
    found = words(fold(text)) if found is None else found
    parts = segments(text) if parts is None else parts
    starts = [w.start for w in found]
    sentences: list[Sentence] = []
    cut: list[Clause] = []
    for part in parts:
        pieces = _pieces(found, starts, part.cells or clauses(text, part.start, part.end))
        if not pieces:
            continue
        asks = text[part.start : part.end].rstrip(_CLOSERS).endswith("?")
        for group in _groups(pieces):
            at = len(cut)
            cut += [Clause(*piece, len(sentences)) for piece in group]
            closing = asks and group[-1] is pieces[-1]
            sentences.append(Sentence(group[0][0], group[-1][1], at, len(cut), group[0][2], group[-1][3], closing))
    return Reading(text, found, concepts(found, own), tuple(sentences), tuple(cut))


_Piece = tuple[int, int, int, int]


def _pieces(found: Sequence[Word], starts: list[int], spans: Sequence[tuple[int, int]]) -> list[_Piece]:
    """Words of each span and its offsets, spans without words left out; what is longer than a clause is cut."""
    out: list[_Piece] = []
    last = 0
    for start, end in spans:
        first = bisect_left(starts, start, last)
        last = bisect_left(starts, end, first)
        left = start
        while last - first > _MAX_CLAUSE:
            then = first + _MAX_CLAUSE
            out.append((first, then, left, found[then].start))
            first, left = then, found[then].start
        if first < last:
            out.append((first, last, left, end))
    return out


def _groups(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Pieces that make a sentence together: all of them, unless that would be too long."""
    if pieces[-1][1] - pieces[0][0] <= _MAX_SENTENCE:
        return [pieces]
    out: list[list[_Piece]] = []
    size = 0
    for piece in pieces:
        if not out or size + piece[1] - piece[0] > _MAX_SENTENCE:
            out.append([])
            size = 0
        out[-1].append(piece)
        size += piece[1] - piece[0]
    return out
