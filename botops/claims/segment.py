"""Cuts a message into the pieces a reader sees: sentences, list items, table rows, clauses, paragraphs.

Offsets are code points of the original text. Every function is one pass over the text: work grows linearly with it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

SegmentKind = Literal["sentence", "item", "row", "heading", "code"]

_LINE = re.compile(r"[^\n\r]+")
_BULLET = re.compile(
    r"(?:[-*+•·●▪◦–—✅✔☑➤👉🔹🔸]\ufe0f?|\d{1,2}[.)](?!\d)|[a-zа-я][.)](?=\s))[ \t\u00a0]*", re.IGNORECASE
)
_HEADING = re.compile(r"#{1,6}[ \t]")
_RULE_ROW = re.compile(r"[\s|:+=-]+")
_HTML_ROW = re.compile(r"<tr\b[^>]{0,200}>", re.IGNORECASE)
_HTML_CELL = re.compile(r"</?(?:td|th|tr|li|br|p|div|table|tbody|thead|ul|ol)\b[^>]{0,200}>", re.IGNORECASE)
_END = re.compile(r"[.!?…。]+[)\]»\"'”’*_]*(?=\s|$)")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
# The first class lets the search skip to the few characters at which a clause can end.
_CLAUSE = re.compile(
    r"[;()\[\]—–,:\s](?:(?<=[;()\[\]—–])|(?<=,)(?:(?!\d)|(?<!\d,))|(?<=:)(?!\d)"
    r"|(?<=\s)(?:-\s|(?:но|зато|однако|бірақ|алайда|but|however|while|whereas|although)(?=\s)))",
    re.IGNORECASE,
)
_NEVER_LAST = frozenset(
    "ул г гг пр просп мкр д кв стр им см т тов н наб обл р тел моб доб эт каб оф корп "
    "dr mr mrs ms st no vs approx incl excl max min e i g".split()
)
_MAYBE_LAST = frozenset(
    "тг тыс млн млрд руб р коп мес шт чел мин сек ч час сут дн л кг гр м км уп "
    "year mo mos yr ea dept inc ltd co теңг мың".split()
)


class Segment(NamedTuple):
    """A piece of a message. `start:end` are its offsets without surrounding blanks.

    `paragraph` numbers blocks set apart by an empty line, from 0. `parent` is the index of the segment that introduces
    this one: the line ending in a colon or the heading before a list, the outer item of an inner one, the header row of
    a table. `cells` are the spans of a table row's cells.
    """

    start: int
    end: int
    kind: SegmentKind
    paragraph: int
    parent: int | None = None
    cells: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Open:
    """Where the walk over lines stands."""

    paragraph: int = -1
    blank: bool = True
    header: int | None = None
    intro: int | None = None
    items: tuple[tuple[int, int], ...] = ()
    fenced: bool = False


def segments(text: str) -> tuple[Segment, ...]:
    """The segments of a message, in order, without gaps of meaning between them."""
    out: list[Segment] = []
    state = _Open()
    last_end = 0
    for match in _LINE.finditer(text):
        start, end = match.span()
        raw = match.group()
        body = raw.strip()
        gap = text.count("\n", last_end, start) > 1
        last_end = end
        if not body:
            state.blank = True
            continue
        if gap or state.blank:
            state.paragraph += 1
            state.blank = False
            state.header = None
        indent = len(raw) - len(raw.lstrip())
        _line(text, start + indent, start + indent + len(body), indent, state, out)
    return tuple(out)


def _line(text: str, start: int, end: int, indent: int, state: _Open, out: list[Segment]) -> None:
    if text.startswith("```", start):
        state.fenced = not state.fenced
        return
    if state.fenced:
        out.append(Segment(start, end, "code", state.paragraph))
        return
    if "<" in text[start:end] and _HTML_CELL.search(text, start, end):
        _html(text, start, end, state, out)
        return
    if text.count("|", start, end) >= (1 if text[start] == "|" else 2):
        _row(text, start, end, state, out)
        return
    state.header = None
    if _HEADING.match(text, start, end):
        out.append(Segment(start, end, "heading", state.paragraph))
        state.intro, state.items = len(out) - 1, ()
        return
    bullet = _BULLET.match(text, start, end)
    if bullet and bullet.end() < end and not (text[start] in "*_" and text[start : start + 2] == "**"):
        _item(text, bullet.end(), end, indent, state, out)
        return
    if state.items and indent < 2:
        state.items = ()
    parent = state.items[-1][1] if state.items else None
    _prose(text, start, end, "sentence", parent, state, out)
    if text[start:end].rstrip("*_ ").endswith(":"):
        state.intro = len(out) - 1
        state.items = ()
    elif not state.items:
        state.intro = None


def _item(text: str, start: int, end: int, indent: int, state: _Open, out: list[Segment]) -> None:
    state.items = tuple(i for i in state.items if i[0] < indent)
    parent = state.items[-1][1] if state.items else state.intro
    state.items = (*state.items, (indent, len(out)))
    _prose(text, start, end, "item", parent, state, out)


def _row(text: str, start: int, end: int, state: _Open, out: list[Segment]) -> None:
    if _RULE_ROW.fullmatch(text, start, end):
        return
    cells = []
    at = start
    for piece in text[start:end].split("|"):
        body = piece.strip()
        if body:
            lead = len(piece) - len(piece.lstrip())
            cells.append((at + lead, at + lead + len(body)))
        at += len(piece) + 1
    if not cells:
        return
    out.append(Segment(cells[0][0], cells[-1][1], "row", state.paragraph, state.header, tuple(cells)))
    if state.header is None:
        state.header = len(out) - 1


def _html(text: str, start: int, end: int, state: _Open, out: list[Segment]) -> None:
    """A line of HTML: rows of cells when it has them, else its pieces between block tags."""
    rows = [m.start() for m in _HTML_ROW.finditer(text, start, end)]
    edges = [start, *[r for r in rows if r > start], end]
    for left, right in pairwise(edges):
        cells: list[tuple[int, int]] = []
        at = left
        for tag in _HTML_CELL.finditer(text, left, right):
            _cell(text, at, tag.start(), cells)
            at = tag.end()
        _cell(text, at, right, cells)
        if not cells:
            continue
        if left in rows:
            out.append(Segment(cells[0][0], cells[-1][1], "row", state.paragraph, state.header, tuple(cells)))
            if state.header is None:
                state.header = len(out) - 1
            continue
        for cell_start, cell_end in cells:
            _prose(text, cell_start, cell_end, "sentence", None, state, out)


def _cell(text: str, start: int, end: int, cells: list[tuple[int, int]]) -> None:
    body = text[start:end].strip()
    if body:
        lead = start + len(text[start:end]) - len(text[start:end].lstrip())
        cells.append((lead, lead + len(body)))


def _prose(
    text: str, start: int, end: int, kind: SegmentKind, parent: int | None, state: _Open, out: list[Segment]
) -> None:
    """Sentences of a line; those after the first hang on the first when the line is a list item."""
    at = start
    first = len(out)
    for stop in _END.finditer(text, start, end):
        if stop.end() >= end:
            break
        if not _is_end(text, stop.start(), stop.end(), end):
            continue
        out.append(Segment(at, stop.end(), kind, state.paragraph, parent))
        if kind == "item":
            parent = first
        at = stop.end()
        while at < end and text[at].isspace():
            at += 1
    if at < end:
        out.append(Segment(at, end, kind, state.paragraph, parent))


def _is_end(text: str, dot: int, after: int, end: int) -> bool:
    """True when the marks at `dot` close a sentence and not an abbreviation or a number."""
    if text[dot] != ".":
        return True
    at = after
    while at < end and text[at].isspace():
        at += 1
    following = text[at] if at < end else ""
    word = _LAST_WORD.search(text, max(0, dot - 12), dot)
    if word:
        name = word.group().lower()
        if name in _NEVER_LAST or (len(name) == 1 and name not in _MAYBE_LAST):
            return False
        if name in _MAYBE_LAST:
            return following.isupper() or following in '«"“*'
    return not following.islower()


def segment_at(parts: tuple[Segment, ...], position: int) -> int:
    """The index of the segment that holds an offset (or the last before it); -1 without any."""
    # A segment is compared as the tuple it is, by its start first: that costs less than a key.
    return bisect_left(parts, (position + 1,)) - 1


def clauses(text: str, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """The spans of the clauses in `text[start:end]`: cut at commas, dashes, brackets and adversative conjunctions.

    Digits on both sides keep a comma together ("1,2 млн", "10,000").
    """
    out = []
    at = start
    for mark in _CLAUSE.finditer(text, start, end):
        if mark.start() > at and text[at : mark.start()].strip():
            out.append((at, mark.start()))
        at = mark.end()
    if text[at:end].strip():
        out.append((at, end))
    return tuple(out)


def clause_at(text: str, segment: Segment, position: int) -> tuple[int, int]:
    """The clause of a segment that holds an offset; the whole segment when none does."""
    for span in clauses(text, segment.start, segment.end):
        if span[0] <= position < span[1]:
            return span
    return segment.start, segment.end
