"""Where each character of a message's text stands in the YAML file it was read from.

Lint, rendering errors and the price check speak of offsets in a text; people need file, line and column.
Block scalars (`|`) are mapped exactly; folded, quoted and plain scalars by walking the source beside the value.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from botops.config.spots import Path, dotted

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_FOLD = re.compile("[ \t]*(?:(?:\r\n|[\r\n\x85\u2028\u2029])[ \t]*)+")
_ESCAPE_DIGITS = {"x": 2, "u": 4, "U": 8}

Run = tuple[int, int, int]
"""A stretch of text that stands unbroken in the file: its offset in the text, its line and column there."""


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A text of a prompt and its place in a file.

    `path` is the dotted way to it. Lines, columns and `runs` start at 1, offsets at 0, all in code points.
    """

    file: str
    path: str
    text: str
    runs: tuple[Run, ...]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column in the file of the character at `offset`; the end of the text counts as a character."""
        offset = max(0, min(offset, len(self.text)))
        start, line, column = self.runs[max(0, bisect_right(self.runs, (offset, 1 << 62, 0)) - 1)]
        return line, column + offset - start

    def offset_of_line(self, number: int) -> int:
        """The offset at which line `number` of the text (from 1) begins; past the end, the last line's."""
        offset = 0
        for _ in range(number - 1):
            found = self.text.find("\n", offset)
            if found < 0:
                break
            offset = found + 1
        return offset


def spans_at(source: str, file: str, paths: Iterable[Path]) -> dict[Path, TextSpan]:
    """The spans of the texts at `paths` in a valid file's text; what is not there or no text is left out."""
    root = yaml.compose(source, Loader=_LOADER)
    spans = {}
    for path in paths:
        node = _node_at(root, path)
        if isinstance(node, yaml.ScalarNode):
            spans[path] = TextSpan(file, dotted(path), node.value, tuple(_runs(source, node)))
    return spans


def _node_at(node: yaml.Node | None, path: Path) -> yaml.Node | None:
    for step in path:
        if isinstance(node, yaml.MappingNode):
            node = next((value for name, value in node.value if name.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        else:
            return None
    return node


def _runs(source: str, node: yaml.ScalarNode) -> Iterator[Run]:
    if node.style == "|":
        yield from _literal(source, node)
    elif node.style == ">":
        yield from _folded(source, node)
    else:
        yield from _flow(source, node)


def _block_lines(source: str, node: yaml.ScalarNode) -> tuple[list[str], int]:
    """The lines below a block scalar's header, and the number of columns of indentation taken off them."""
    lines = _BREAK.split(source)[node.start_mark.line + 1 :]
    first = next((line for line in _BREAK.split(node.value) if line.strip(" ")), "")
    raw = next((line for line in lines if line.strip(" ")), "")
    return lines, max(0, _leading(raw) - _leading(first))


def _leading(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _literal(source: str, node: yaml.ScalarNode) -> Iterator[Run]:
    _, indent = _block_lines(source, node)
    offset = 0
    for index, line in enumerate(re.split("[\n\u2028\u2029]", node.value)):
        yield offset, node.start_mark.line + 2 + index, indent + 1
        offset += len(line) + 1


def _folded(source: str, node: yaml.ScalarNode) -> Iterator[Run]:
    lines, indent = _block_lines(source, node)
    offset = 0
    yield offset, node.start_mark.line + 2, indent + 1
    for index, raw in enumerate(lines):
        line = raw[indent:]
        if not line.strip(" "):
            continue
        found = node.value.find(line, offset)
        if found < 0 or raw[:indent].strip(" "):
            return
        yield found, node.start_mark.line + 2 + index, indent + 1
        offset = found + len(line)


def _flow(source: str, node: yaml.ScalarNode) -> Iterator[Run]:
    """Runs of a plain or quoted scalar: a new one after every fold and every escape."""
    at = node.start_mark.index + (1 if node.style else 0)
    end = node.end_mark.index
    line, line_start = node.start_mark.line + 1, node.start_mark.index - node.start_mark.column
    yield 0, line, at - line_start + 1
    offset = 0
    while offset < len(node.value) and at < end:
        width, gained = 1, 1
        if fold := _fold_at(source, at):
            breaks = list(_BREAK.finditer(source, at, fold.end()))
            line, line_start = line + len(breaks), breaks[-1].end()
            width, gained = fold.end() - at, max(1, len(breaks) - 1)
        elif node.style == '"' and source[at] == "\\":
            width, gained, skipped = _escape(source, at)
            if skipped is not None:
                line, line_start = line + 1, skipped
        elif node.style == "'" and source.startswith("''", at):
            width = 2
        at, offset = at + width, offset + gained
        if width != 1 or gained != 1:
            yield offset, line, at - line_start + 1


def _fold_at(source: str, at: int) -> re.Match[str] | None:
    return _FOLD.match(source, at) if source[at] in " \t\r\n\x85\u2028\u2029" else None


def _escape(source: str, at: int) -> tuple[int, int, int | None]:
    """Width in the source, characters gained, and for an escaped line break where the next line begins."""
    if broken := _BREAK.match(source, at + 1):
        end = broken.end()
        while source[end : end + 1] in (" ", "\t"):
            end += 1
        return end - at, 0, broken.end()
    return 2 + _ESCAPE_DIGITS.get(source[at + 1 : at + 2], 0), 1, None
