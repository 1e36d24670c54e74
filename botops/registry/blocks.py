"""A prompt's text in the blocks its author wrote: headings with what they head, paragraphs, lists, tables, examples.

Rules, by the layout alone:

- Blank lines part blocks. A text without any has a block a line; lines of a list or of a table stay together.
- A heading is a line with markup of one (`# …`, `**…**`, `<rules>`, `[…]`, a line of `===` below it), or a line of at
  most eight words without a full stop that stands alone or directly above a list. It belongs to the block it heads.
- Lines that are nothing but tags (`{% if … %}`) belong to the block they stand in.
- A line that is nothing but a value (`{{ price_table }}`) is a block of its own.
- Lines that begin with two names in turn ("Client: … / Bot: …") are an example, where the same two names do so at
  least twice in the text: once may be anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

BlockKind = Literal["paragraph", "list", "table", "value", "example"]

_TAG_ONLY = re.compile(r"\s*(?:\{[%#](?:(?![%#]\}).)*[%#]\}\s*)+$")
_VALUE_ONLY = re.compile(r"\s*(?:\{\{(?:(?!\}\}).)*\}\}\s*)+$")
_ITEM = re.compile(r"\s*(?:[-*+•·‣◦–—]|\(?\d{1,3}[.)]|\(?\w[.)])\s+\S")
_ROW = re.compile(r"\s*\|.*\|\s*$")
_MARKED_UP = re.compile(r"\s*(?:#{1,6}\s+\S.*|\*\*[^*]+\*\*:?|__[^_]+__:?|</?[\w][\w .:-]*>|\[[^\]]+\]:?)\s*$")
_CLOSING = re.compile(r"\s*</[^>]+>\s*$")
_RULE = re.compile(r"\s*(?:={3,}|-{3,}|\*{3,}|_{3,})\s*$")
_SENTENCE = re.compile(r"[.!?…;,]\s*$")
_SPEAKER = re.compile(r"\s*(?:[-*•]\s+)?[*_]{0,2}([^\W\d_][^\n:{}|]{0,30}?)[*_]{0,2}\s*:\s*[*_]{0,2}\s*\S")
_MOST_HEADING_WORDS = 8
_MOST_SPEAKER_WORDS = 3


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a text: `start:end` are offsets, the blank lines after it included, so that the blocks of a text cover
    it. `first` is where its first visible character stands; `title` its heading, else how it begins; `heading` the
    nearest heading with markup at or above it."""

    start: int
    end: int
    first: int
    kind: BlockKind
    title: str
    heading: str = ""


@dataclass(slots=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def blank(self) -> bool:
        return not self.text.strip()

    @property
    def tag(self) -> bool:
        return _TAG_ONLY.match(self.text) is not None

    @property
    def value(self) -> bool:
        return _VALUE_ONLY.match(self.text) is not None

    @property
    def item(self) -> bool:
        return _ITEM.match(self.text) is not None and not _RULE.match(self.text)

    @property
    def row(self) -> bool:
        return _ROW.match(self.text) is not None

    @property
    def marked_up(self) -> bool:
        return _MARKED_UP.match(self.text) is not None

    @property
    def short(self) -> bool:
        """May be a heading by its words: few of them, and no sentence."""
        bare = self.text.strip()
        return 0 < len(bare.split()) <= _MOST_HEADING_WORDS and not _SENTENCE.search(bare) and not self.item

    @property
    def speaker(self) -> str:
        found = _SPEAKER.match(self.text)
        name = found[1].strip().casefold() if found else ""
        return name if len(name.split()) <= _MOST_SPEAKER_WORDS else ""


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a template's text, in order; together they cover it."""
    lines = [_Line(m.start(), m.end(), m.group()) for m in re.finditer(r"[^\n]*(?:\n|$)", text) if m.group()]
    if all(line.blank for line in lines):
        return (Block(0, len(text), 0, "paragraph", ""),)
    pairs = _pairs_that_talk(lines)
    runs = _with_headings(list(_cut(lines, pairs)))
    found: list[Block] = []
    heading = ""
    for index, run in enumerate(runs):
        start = run[0].start if index else 0
        end = runs[index + 1][0].start if index + 1 < len(runs) else len(text)
        block = _block(run, start, end, pairs)
        marked = next((_bare(line.text) for line in run if line.marked_up and not _CLOSING.match(line.text)), "")
        heading = marked or heading
        found.append(replace(block, heading=heading))
        if any(_CLOSING.match(line.text) for line in run):
            heading = ""
    return tuple(found)


def first_said(text: str) -> str:
    """What the first one to speak says in an example written out with names; all of a text without any."""
    spoken = ((line, _SPEAKER.match(line)) for line in text.splitlines())
    return next((line[found.end() - 1 :] for line, found in spoken if found), text)


def _cut(lines: list[_Line], pairs: frozenset[frozenset[str]]) -> Iterator[list[_Line]]:
    """Runs of lines that belong together; blank lines go with what stands above them."""
    inside = [n for n, line in enumerate(lines) if not line.blank]
    spaced = any(line.blank for line in lines[inside[0] : inside[-1]])
    run: list[_Line] = []
    for line in lines:
        seen = [one for one in run if not one.blank and not one.tag]
        if seen and not line.blank and not line.tag:
            since = run[run.index(seen[-1]) + 1 :]
            apart = any(one.blank for one in since)
            if _begins(line, seen, apart, spaced, pairs):
                tags = _tags_above(run) if apart else 0
                yield run[: len(run) - tags]
                run = run[len(run) - tags :]
        run.append(line)
    if run:
        yield run


def _tags_above(run: list[_Line]) -> int:
    """How many lines of nothing but tags stand at the end of a run, after a blank line: they belong to what follows."""
    tags = 0
    while tags < len(run) and run[-1 - tags].tag:
        tags += 1
    return tags if tags < len(run) and run[-1 - tags].blank else 0


def _begins(line: _Line, seen: list[_Line], apart: bool, spaced: bool, pairs: frozenset[frozenset[str]]) -> bool:
    """True for a line that begins a block; `apart` when a blank line parts it from the block so far."""
    last = seen[-1]
    if apart or line.value != last.value:
        return not (apart and line.item and last.item)
    if line.value or (line.marked_up and not _CLOSING.match(line.text)):
        return True
    if _RULE.match(line.text) or spaced:
        return False
    indented = line.text[:1].isspace()
    listed = last.item or (any(one.item for one in seen) and last.text[:1].isspace())
    if _talks([*seen, line], pairs):
        return line.speaker == seen[0].speaker and line.speaker != last.speaker
    goes_on = (line.item and (listed or _heads(last))) or (line.row and last.row) or (listed and indented)
    return not (goes_on or last.marked_up)


def _heads(line: _Line) -> bool:
    return line.short or line.text.rstrip().endswith(":")


def _with_headings(runs: list[list[_Line]]) -> list[list[_Line]]:
    """Runs that are a heading alone joined with the run they head."""
    joined: list[list[_Line]] = []
    pending: list[_Line] = []
    for index, run in enumerate(runs):
        shown = [line for line in run if not line.blank and not line.tag]
        last = index == len(runs) - 1
        alone = len(shown) == 1 or (len(shown) == 2 and bool(_RULE.match(shown[1].text)))
        heads = alone and not last and not shown[0].value and (shown[0].marked_up or shown[0].short)
        if heads and not _CLOSING.match(shown[0].text):
            pending += run
        elif shown and all(_CLOSING.match(line.text) for line in shown) and joined and not pending:
            joined[-1] += run
        else:
            joined.append([*pending, *run])
            pending = []
    return [*joined, pending] if pending else joined


def _pairs_that_talk(lines: list[_Line]) -> frozenset[frozenset[str]]:
    """The pairs of names that begin lines one after the other at least twice."""
    told: Counter[frozenset[str]] = Counter()
    before = ""
    for line in lines:
        if line.blank or line.tag:
            continue
        if before and line.speaker and line.speaker != before:
            told[frozenset((before, line.speaker))] += 1
            before = ""  # each line counts in one pair
        else:
            before = line.speaker
    return frozenset(pair for pair, times in told.items() if times > 1)


def _talks(run: list[_Line], pairs: frozenset[frozenset[str]]) -> bool:
    names = [line.speaker for line in run if line.speaker]
    return bool(names) and any(set(names) <= pair for pair in pairs)


def _block(run: list[_Line], start: int, end: int, pairs: frozenset[frozenset[str]]) -> Block:
    shown = [line for line in run if not line.blank and not line.tag] or [line for line in run if not line.blank]
    first = shown[0]
    told = [line for line in shown if line.speaker]
    kind: BlockKind = "paragraph"
    if all(line.value for line in shown):
        kind = "value"
    elif len({line.speaker for line in told}) == 2 and any({line.speaker for line in told} == set(p) for p in pairs):
        kind = "example"
    elif any(line.item for line in shown) and sum(not line.item for line in shown[:3]) <= 2:
        kind = "list"
    elif sum(line.row for line in shown) >= 2:
        kind = "table"
    visible = first.start + len(first.text) - len(first.text.lstrip())
    return Block(start, end, visible, kind, _bare(first.text))


def _bare(line: str) -> str:
    """A heading without its markup."""
    return re.sub(r"^[#*_<\[\s]+|[*_>\]:\s]+$", "", line.strip()) or line.strip()
