"""The only place that turns text into HTML or markdown. Everything is escaped here, by construction.

Dialogue text is hostile: a script, a markdown image that would be fetched from the operator's browser, a formula,
a right-to-left override that swaps what is read. Pages build HTML from `tag` and text; they never write `<`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

MOST = 20_000
"""Characters of one text that are shown; the rest is counted, not drawn."""

_TAGS = frozenset(
    "div span p b i small mark sup ul ol li dl dt dd details summary table thead tbody tr th td h2 h3 h4 code pre "
    "ins del bdi section style".split()
)
_ATTRIBUTES = frozenset({"class", "title", "dir", "lang", "scope", "open", "role", "aria-label", "tabindex",
                         "data-label"})  # fmt: skip
_VOID_OF_MEANING = {
    *range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0),  # control characters
    0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF,
    *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080),
}  # fmt: skip
_INVISIBLE = re.compile("[" + "".join(re.escape(chr(code)) for code in sorted(_VOID_OF_MEANING)) + "]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$:~&^=@/])")


class Html(str):
    """HTML that is safe to show. Made by this module only."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of text to highlight. `level` names its look, `note` its reference (a number)."""

    start: int
    end: int
    level: str
    note: str = ""


def text(value: str) -> Html:
    """Text as it is, escaped; characters that show nothing or turn the direction are drawn as their codes."""
    return Html(_INVISIBLE.sub(_visible, escape(value)))


def _visible(found: re.Match[str]) -> str:
    return f'<span class="bo-code">U+{ord(found.group()):04X}</span>'


def quoted(value: str) -> Html:
    """Text for a place between the quotes of an attribute, or between tags."""
    return Html(escape(_INVISIBLE.sub(" ", value)))


def tag(name: str, *children: str | Html | None, **attributes: str | bool | None) -> Html:
    """An element. Plain strings are escaped, `Html` is kept. `class_` is the class."""
    if name not in _TAGS:
        raise ValueError(f"<{name}> is not shown: choose from {', '.join(sorted(_TAGS))}")
    written = "".join(
        _attribute(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inner = "".join(c if isinstance(c, Html) else text(c) for c in children if c is not None)
    return Html(f"<{name}{written}>{inner}</{name}>")


def join(parts: Iterable[Html], between: str = "") -> Html:
    """Pieces in a row, with plain text between them."""
    return Html(text(between).join(parts))


def _attribute(name: str, value: str | bool) -> str:
    if name not in _ATTRIBUTES:
        raise ValueError(f"the attribute {name} is not allowed")
    if value is True:
        return f" {name}"
    return f' {name}="{quoted(str(value))}"'


def bar(share: float) -> Html:
    """A bar of a share (0..1) of its box."""
    width = max(0.0, min(1.0, share)) * 100
    return Html(f'<span class="bo-bar"><span style="width:{width:.1f}%"></span></span>')


def gauge(share: float, level: str, marks: Sequence[tuple[float, str]] = ()) -> Html:
    """A bar that may run over its end: `share` of a limit at 1, coloured by `level` (`good`, `warn`, `bad`). `marks`
    are places on it, each with the class of its look."""
    end = max(1.0, share, *(place for place, _look in marks)) if marks else max(1.0, share)
    ticks = "".join(f'<i class="{escape(look)}" style="left:{place / end * 100:.1f}%"></i>' for place, look in marks)
    filled = f'<span class="{escape(level)}" style="width:{max(0.0, share) / end * 100:.1f}%"></span>'
    return Html(f'<div class="bo-gauge">{filled}{ticks}</div>')


def stylesheet(css: str) -> Html:
    """Our own style sheet."""
    return Html(f"<style>{css}</style>")


def css_texts(texts: Mapping[str, str]) -> Html:
    """Texts for our style sheet's `content`, as its variables: by name, such as `--bo-upload`."""
    escaped = (f'{name}:"{"".join(f"{chr(92)}{ord(char):06x}" for char in value)}"' for name, value in texts.items())
    return Html(f"<style>.stApp{{{';'.join(escaped)}}}</style>")


def said(value: str, marks: Sequence[Mark] = (), more: str = "…") -> Html:
    """What somebody said, as a block that keeps its lines, with stretches highlighted.

    Marks outside of the text are left out; where they overlap the earlier one is drawn and the later keeps what is
    left. A text longer than `MOST` characters ends with `more`.
    """
    pieces: list[Html] = []
    at, end = 0, min(len(value), MOST)
    for mark in sorted(marks, key=lambda m: (m.start, m.end)):
        start, stop = max(mark.start, at), min(mark.end, end)
        if start >= stop:
            continue
        note = tag("sup", mark.note) if mark.note else None
        pieces += [text(value[at:start]), tag("mark", value[start:stop], note, class_=f"bo-mark bo-{mark.level}")]
        at = stop
    pieces.append(text(value[at:end]))
    if len(value) > end:
        pieces.append(tag("span", f" {more}", class_="bo-muted"))
    return tag("div", *pieces, class_="bo-said", dir="auto")


def preview(value: str, length: int = 140) -> str:
    """The beginning of a text on one line (still plain text)."""
    line = " ".join(value.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def markdown(value: str) -> str:
    """Text for a place that reads markdown (a label, a tooltip), with nothing left to read."""
    line = _INVISIBLE.sub("", " ".join(value.split()))
    return _MARKDOWN.sub(r"\\\1", line)
