"""WhatsApp's "Export chat": a text file, by itself or in an archive with the media."""

from __future__ import annotations

import re
from pathlib import PurePath

from botops.channels.exports.model import Choice, Export, Said, unusable
from botops.channels.exports.moments import CLOCK, DATE, moment_of, order_of, tidy

_WHEN = rf"{DATE},?\s{CLOCK}"
_HEAD = re.compile(rf"(?:\[(?P<boxed>{_WHEN})\]\s?|(?P<open>{_WHEN})\s[-–—]\s)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_AUTHOR = re.compile(r"(?P<author>[^:\n]{1,100}):(?:\s(?P<text>.*))?", re.DOTALL)
_NAME = re.compile(
    r"(?:WhatsApp Chat (?:with|-)|Чат WhatsApp с(?: контактом)?|WhatsApp чаты?:?)\s*(?P<name>.+)", re.IGNORECASE
)
_PLACEHOLDER = re.compile(r"<[^<>\n]{1,80}>")
_MARKS = "\u200e\u200f\u202a\u202b\u202c\ufeff"
_MARK = "\u200e"
"""What the app puts before words of its own."""


def recognises(text: str) -> bool:
    """True when one of the first lines begins as messages do."""
    return any(_head(line) for line in text.split("\n", 30)[:30])


def read_whatsapp(file: str, text: str, choice: Choice, talk: str = "") -> Export:
    """The messages of a chat; `talk` names it where its file's name does not. Raises UserError for another text."""
    export = Export(file, "whatsapp")
    name = _NAME.search(PurePath(file).stem)
    talk = talk or (tidy(name["name"]) if name else PurePath(file).stem)
    heads: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if found := _head(line):
            heads.append((number, found["boxed"] or found["open"], [found["rest"]]))
        elif heads:
            heads[-1][2].append(line)
    if not heads:
        example = "[20.11.2026, 14:22:05] Name: text"
        raise unusable(file, f"no line begins as WhatsApp's do ({example}): export the chat as text", "bad-export", 1)
    found_order, certain = order_of(when for _number, when, _said in heads)
    export.order = choice.order or found_order
    export.order_certain = certain or choice.order is not None
    for number, when, lines in heads:
        _add(export, number, when, "\n".join(lines), talk)
    if name:
        export.clients = {talk}
    return export


def _head(line: str) -> re.Match[str] | None:
    """The beginning of a message, None for a line that goes on with the one before."""
    return _HEAD.fullmatch(line.lstrip(_MARKS).rstrip("\r"))


def _add(export: Export, number: int, when: str, said: str, talk: str) -> None:
    found = _AUTHOR.fullmatch(said)
    if found is None or said.startswith(_MARK):
        export.skipped["service"] += 1
        return
    text = found["text"] or ""
    if text.startswith(_MARK) or _PLACEHOLDER.fullmatch(tidy(text)):
        export.skipped["service"] += 1
    elif not tidy(text):
        export.skipped["empty"] += 1
    else:
        at = moment_of(when, export.order or "dmy")
        if at is None:
            message = f"`{when}` is no time with {export.order} as the order of day and month: choose another"
            export.problems.append(export.fault(number, message, "bad-time"))
        export.said.append(Said(number, talk, tidy(found["author"]), text.rstrip("\r\n"), at))
