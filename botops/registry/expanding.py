"""A text with the shared texts it includes written out in their places: for diffs, exports and clients that render."""

from __future__ import annotations

from typing import NamedTuple

from botops.registry.template import MessageText, lexed


class _Tag(NamedTuple):
    start: int
    end: int
    name: str


def expanded(text: MessageText) -> str:
    """The text with every include replaced by what it names, which renders to the same message.

    One thing reads otherwise: a shared text sees what the text around it has `set`.
    """
    written = text.text
    for tag in reversed(_tags(text)):
        _, inner = text.includes[tag.name]
        start, end = _whole_line(written, tag.start, tag.end)
        shared = expanded(inner)
        if end == len(written) and shared.endswith("\n") and not text.source:
            shared += "\n"  # a message loses the last line break of its template, what it includes does not
        written = written[:start] + shared + written[end:]
    return written


def _whole_line(text: str, start: int, end: int) -> tuple[int, int]:
    """The tag with the blanks before it on its line and the line break behind it, which the tag takes away."""
    line = text.rfind("\n", 0, start) + 1
    if not text[line:start].strip(" \t"):
        start = line
    if text.startswith("\n", end):
        end += 1
    return start, end


def _tags(text: MessageText) -> list[_Tag]:
    tags: list[_Tag] = []
    start, name, words = 0, "", 0
    for kind, value, offset in lexed(text.text):
        if kind == "block_begin":
            start, name, words = offset, "", 0
        elif kind == "block_end" and name:
            tags.append(_Tag(start, offset + len(value.rstrip("\n")), name))
            name = ""
        elif kind == "name" and words == 0:
            words = 1 if value == "include" else 2
        elif kind == "string" and words == 1:
            name = value[1:-1]
    return [tag for tag in tags if tag.name in text.includes]
