"""A text read for its grammar: words with their concepts, counted things, sentences and their clauses.

Price book sentences and replies are read by the same code, so that both sides of a comparison mean the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from botops.claims.lexicon import NONE, Concepts, concepts
from botops.claims.quantities import Quantity, quantities
from botops.claims.segment import Segment, clauses, segments
from botops.claims.words import Word, fold, words


@dataclass(frozen=True, slots=True)
class Clause:
    """Words `first:last` of a reading (`last` excluded) that stand or fall together. `sentence` is its sentence's place."""

    first: int
    last: int
    start: int
    end: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Sentence:
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
        """The concepts of the words `first:last`."""
        return frozenset().union(*self.tags[first:last]) if last > first else NONE

    def counted(self, first: int, last: int) -> tuple[Quantity, ...]:
        """The counted things among the words `first:last`."""
        return tuple(q for q in self.quantities if first <= q.first < last)


def read(text: str, found: Sequence[Word] | None = None, parts: Sequence[Segment] | None = None) -> Reading:
    """Reads a text; words and segments that are known already are not looked for again."""
    found = words(fold(text)) if found is None else found
    parts = segments(text) if parts is None else parts
    tags = concepts(found)
    starts = [w.start for w in found]
    sentences: list[Sentence] = []
    cut: list[Clause] = []
    for part in parts:
        first, last = bisect_left(starts, part.start), bisect_left(starts, part.end)
        at = len(cut)
        spans = part.cells or clauses(text, part.start, part.end)
        for start, end in spans:
            a, b = bisect_left(starts, start), bisect_left(starts, end)
            if b > a:
                cut.append(Clause(a, b, start, end, len(sentences)))
        asks = text[part.start : part.end].rstrip(" \"'»)*_").endswith("?")
        sentences.append(Sentence(first, last, at, len(cut), part.start, part.end, asks))
    return Reading(text, found, tags, tuple(sentences), tuple(cut))
