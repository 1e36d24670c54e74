"""What changed between two versions, word by word for people and field by field for screens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, takewhile, zip_longest
from typing import Any, Literal

from botops.domain.messages import Language
from botops.registry.model import MessageTemplate, PromptSpec
from botops.registry.partials import Partial
from botops.registry.version import PromptVersion

Operation = Literal["equal", "insert", "delete"]

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_WORD = re.compile(r"\w+")
_MOST_PAIRS = 20_000_000
"""Pairs of words compared in one changed passage (about 0.6 s); beyond it the passage is shown as rewritten."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both versions have (`equal`), or only the old (`delete`) or the new one (`insert`)."""

    operation: Operation
    text: str


@dataclass(frozen=True, slots=True)
class MessageDiff:
    """The change of one message. `role` is the new one's, or the old one's when the message is gone; `language` None
    for the messages of languages without their own."""

    index: int
    role: str
    pieces: tuple[Piece, ...]
    language: Language | None = None

    @property
    def path(self) -> str:
        """Where the message stands in its file."""
        return f"texts.{self.language}.{self.index}" if self.language else f"messages.{self.index}"

    @property
    def changed(self) -> bool:
        """True when any word differs."""
        return any(piece.operation != "equal" for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A value outside the messages that differs; None where a version has none. `path` is dotted."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class IncludeChange:
    """A shared text of which the versions include different versions, or only one of them any: the change of what it
    says."""

    name: str
    before: int | None
    after: int | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class PromptDiff:
    """All differences between two versions."""

    before: str
    after: str
    fields: tuple[FieldChange, ...]
    messages: tuple[MessageDiff, ...]
    includes: tuple[IncludeChange, ...] = ()

    @property
    def changed(self) -> bool:
        """True when the versions differ in what they say or how they call the model."""
        return bool(self.fields or self.includes) or any(message.changed for message in self.messages)

    def text(self, *, context: int = 60) -> str:
        """The differences for a terminal: `[-gone-]` and `{+new+}`, with `context` characters around them."""
        lines = [f"{self.before} -> {self.after}"]
        if not self.changed:
            return f"{lines[0]}\nno differences"
        lines += [f"{c.path}: {_or_none(c.before)} -> {_or_none(c.after)}" for c in self.fields]
        for message in self.messages:
            if message.changed:
                lines += [f"{message.path} ({message.role}):", _marked(message.pieces, context)]
        for include in self.includes:
            lines += [
                f"include {include.name}: {_or_none(include.before)} -> {_or_none(include.after)}",
                _marked(include.pieces, context),
            ]
        return "\n".join(lines)


def diff(before: PromptVersion, after: PromptVersion, *, expanded: bool = False) -> PromptDiff:
    """Compares two versions, each language's messages with those its clients got before.

    With `expanded` shared texts are written out in the messages; else their changes stand apart in `includes`.
    """
    return PromptDiff(
        before.label,
        after.label,
        tuple(_field_changes(before.spec, after.spec)),
        tuple(_message_diffs(before, after, expanded)),
        () if expanded else tuple(_include_changes(before, after)),
    )


def word_diff(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces that turn one text into the other: whole lines are matched first, then words in changed lines."""
    pieces: list[Piece] = []
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for operation, first, last, start, end in SequenceMatcher(None, old, new).get_opcodes():
        gone, come = "".join(old[first:last]), "".join(new[start:end])
        if operation == "equal":
            pieces.append(Piece("equal", gone))
        else:
            pieces.extend(_words(gone, come))
    return tuple(_merged(_tidied(pieces)))


def _merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    for operation, group in groupby(pieces, key=lambda piece: piece.operation):
        yield Piece(operation, "".join(piece.text for piece in group))


def _words(before: str, after: str) -> Iterator[Piece]:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if len(old) * len(new) > _MOST_PAIRS:
        yield Piece("delete", before)
        yield Piece("insert", after)
        return
    for operation, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            yield Piece("equal", "".join(old[first:last]))
        else:
            yield Piece("delete", "".join(old[first:last]))
            yield Piece("insert", "".join(new[start:end]))


def _tidied(pieces: list[Piece]) -> Iterator[Piece]:
    """Between two equal stretches at most one deletion and one insertion.

    A space, a comma or a lone word that two rewritten passages happen to share is no common ground: it joins them.
    """
    gone, come, words = "", "", 0
    for index, piece in enumerate(pieces):
        if piece.operation == "delete":
            gone, words = gone + piece.text, words + _count(piece.text)
        elif piece.operation == "insert":
            come, words = come + piece.text, words + _count(piece.text)
        elif (gone or come) and _is_island(piece.text, words, pieces[index + 1 :]):
            gone, come = gone + piece.text, come + piece.text
        else:
            yield from _flushed(gone, come)
            gone, come, words = "", "", 0
            yield piece
    yield from _flushed(gone, come)


def _flushed(gone: str, come: str) -> Iterator[Piece]:
    if gone:
        yield Piece("delete", gone)
    if come:
        yield Piece("insert", come)


def _is_island(text: str, changed_before: int, after: list[Piece]) -> bool:
    following = [piece.text for piece in takewhile(lambda p: p.operation != "equal", after)]
    if not following or "\n" in text:
        return False
    words = _count(text)
    return words == 0 or (words == 1 and changed_before + sum(map(_count, following)) >= 4)


def _count(text: str) -> int:
    return len(_WORD.findall(text))


def _message_diffs(before: PromptVersion, after: PromptVersion, expanded: bool) -> Iterator[MessageDiff]:
    languages: tuple[Language | None, ...] = (None, *dict.fromkeys((*before.spec.texts, *after.spec.texts)))
    for language in languages:
        olds, news = (_parts(version, language, expanded) for version in (before, after))
        for index, (old, new) in enumerate(zip_longest(olds, news)):
            role = new.role if new else old.role if old else ""
            pieces = word_diff(old.content if old else "", new.content if new else "")
            yield MessageDiff(index, role, pieces, language)


def _parts(version: PromptVersion, language: Language | None, expanded: bool) -> tuple[MessageTemplate, ...]:
    return version.expanded(language) if expanded else version.wording(language).parts


def _include_changes(before: PromptVersion, after: PromptVersion) -> Iterator[IncludeChange]:
    olds, news = ({p.name: p for p in sorted(v.partials.values(), key=_number)} for v in (before, after))
    for name in sorted({*olds, *news}):
        old, new = olds.get(name), news.get(name)
        if (old and old.checksum) != (new and new.checksum):
            pieces = word_diff(old.spec.text if old else "", new.spec.text if new else "")
            yield IncludeChange(name, old.number if old else None, new.number if new else None, pieces)


def _number(partial: Partial) -> int:
    return partial.number


def _field_changes(before: PromptSpec, after: PromptSpec) -> Iterator[FieldChange]:
    old, new = _flat(before), _flat(after)
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            yield FieldChange(path, old.get(path), new.get(path))


def _flat(spec: PromptSpec) -> dict[str, str]:
    data = spec.model_dump(mode="json", exclude_none=True, exclude={"messages", "texts"})
    data["messages"] = [{"role": message.role} for message in spec.messages]
    data["texts"] = {
        language: [{"role": message.role} for message in messages] for language, messages in spec.texts.items()
    }
    return dict(_leaves(data, ""))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{index}")
    elif isinstance(value, list):
        if value:
            yield path, ", ".join(map(str, value))
    else:
        yield path, str(value)


def _marked(pieces: tuple[Piece, ...], context: int) -> str:
    marks = {"equal": "{}", "delete": "[-{}-]", "insert": "{{+{}+}}"}
    parts = []
    for index, piece in enumerate(pieces):
        text = piece.text
        if piece.operation == "equal" and len(text) > 2 * context:
            head = "" if index == 0 else text[:context]
            tail = "" if index == len(pieces) - 1 else text[-context:]
            text = f"{head} … {tail}"
        parts.append(marks[piece.operation].format(text))
    return "".join(parts).strip()


def _or_none(value: str | int | None) -> str:
    return "(none)" if value is None else str(value)
