"""A version's sections as its author sees them, and which stretch of a rendered prompt each of them is.

A section is a block of a text (see `botops.registry.blocks`); a table of prices that is filled in; an example, which is
a client's message with the answer to it among the prompt's messages; or another such message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from botops.domain.messages import Language, Role
from botops.registry.blocks import Block, blocks
from botops.registry.tracing import Stretch, TracedText
from botops.registry.version import Passage, PromptVersion, Wording

SectionKind = Literal["paragraph", "list", "table", "example", "price_table", "value", "message"]
PRICE_TABLE = "price_table"


@dataclass(frozen=True, slots=True, order=True)
class Section:
    """A section of a version. `position` orders and identifies it; `language` is that of its texts, None for those of
    languages without their own. `source` is the shared text it stands in, empty for the version's own file.

    `file:line:column` is where its first visible character stands. `title` is its heading, else how it begins, or the
    variable it is filled from; `heading` is the nearest heading with markup.
    """

    position: tuple[str, int, tuple[int, ...]]
    kind: SectionKind = field(compare=False)
    title: str = field(compare=False)
    heading: str = field(compare=False)
    role: Role = field(compare=False)
    language: Language | None = field(compare=False)
    source: str = field(compare=False)
    file: str = field(compare=False)
    line: int = field(compare=False)
    column: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Part:
    """Characters `start:end` of a rendered message: the section they belong to and the place they come from.

    `passage` is the text it comes from and `origin` the offset in that template at which it begins, of its tag for a
    value.
    """

    start: int
    end: int
    section: Section
    passage: Passage = field(repr=False)
    origin: int
    written: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionedMessage:
    """A rendered message; its parts cover it in order."""

    role: Role
    text: str
    parts: tuple[Part, ...]


class Sections:
    """The sections of a version. Renders it as often as asked; the texts are compiled once."""

    def __init__(self, version: PromptVersion) -> None:
        self._version = version
        self._wordings: dict[Language | None, _Sectioning] = {}

    def render(self, variables: Mapping[str, Any]) -> tuple[SectionedMessage, ...]:
        """What `PromptVersion.render` gives, in parts. Raises UserError as it does."""
        messages = self._version.render(variables)
        wording = self._version.wording(variables.get("language"))
        known = self._wordings.get(wording.language)
        if known is None:
            known = self._wordings[wording.language] = _Sectioning(self._version, wording)
        values = self._version.values(variables)
        return tuple(
            SectionedMessage(each.role, each.content, _carried(each.content, tuple(known.parts(index, values))))
            for index, each in enumerate(messages)
        )


class _Sectioning:
    """The messages of one wording."""

    def __init__(self, version: PromptVersion, wording: Wording) -> None:
        self._version = version
        self._wording = wording
        self._traced = [TracedText(passage.text) for passage in wording.messages]
        self._examples = _examples(wording)
        self._known: dict[tuple[str, int, tuple[int, ...]], Section] = {}
        self._sources = {p.text.source: p for p in wording.passages if p.partial is not None}

    @cached_property
    def _blocks(self) -> dict[tuple[int, str], tuple[Block, ...]]:
        own = {(n, ""): blocks(passage.text.text) for n, passage in enumerate(self._wording.messages)}
        return own | {(-1, name): blocks(passage.text.text) for name, passage in self._sources.items()}

    def parts(self, index: int, values: Mapping[str, Any]) -> Iterator[Part]:
        at = 0
        for stretch in self._traced[index].render(values):
            for length, origin, section in self._split(index, stretch):
                passage = self._passage(index, stretch.source)
                yield Part(at, at + length, section, passage, origin, stretch.written, stretch.names)
                at += length

    def _split(self, index: int, stretch: Stretch) -> Iterator[tuple[int, int, Section]]:
        """The lengths of a stretch's pieces, where each begins in the template, and the section it belongs to."""
        example = self._examples.get(index)
        if example is not None:
            yield len(stretch.text), stretch.start, self._of_message(example)
            return
        found = self._blocks[(-1, stretch.source) if stretch.source else (index, "")]
        if not stretch.written:
            yield len(stretch.text), stretch.start, self._of_value(index, stretch, _block_at(found, stretch.start))
            return
        at, left = stretch.start, len(stretch.text)
        while left > 0:
            block = _block_at(found, at)
            length = min(left, block.end - at) if block.end > at else left
            yield length, at, self._of_block(index, stretch, block)
            at, left = at + length, left - length

    def _of_message(self, index: int) -> Section:
        passage = self._wording.messages[index]
        answered = self._examples.get(index + 1) == index
        title = next(iter(passage.text.text.split("\n")), "").strip()
        first = len(passage.text.text) - len(passage.text.text.lstrip())
        kind: SectionKind = "example" if answered else "message"
        return self._section((self._language, index, ()), kind, title, "", index, passage, first)

    def _of_value(self, index: int, stretch: Stretch, block: Block) -> Section:
        if PRICE_TABLE not in stretch.names or block.kind == "value":
            return self._of_block(index, stretch, block)
        position = (self._language, index, (*stretch.via, stretch.start))
        passage = self._passage(index, stretch.source)
        return self._section(position, "price_table", PRICE_TABLE, block.heading, index, passage, stretch.start)

    def _of_block(self, index: int, stretch: Stretch, block: Block) -> Section:
        position = (self._language, index, (*stretch.via, block.start))
        passage = self._passage(index, stretch.source)
        kind: SectionKind = block.kind
        if kind == "value" and PRICE_TABLE in passage.text.text[block.start : block.end]:
            kind = "price_table"
        return self._section(position, kind, block.title, block.heading, index, passage, block.first)

    def _section(
        self, position: tuple[str, int, tuple[int, ...]], kind: SectionKind, title: str, heading: str, index: int,
        passage: Passage, offset: int,
    ) -> Section:  # fmt: skip
        known = self._known.get(position)
        if known is None:
            span = self._version.span(passage)
            role, language = self._wording.parts[index].role, self._wording.language
            known = self._known[position] = Section(
                position, kind, title, heading, role, language, passage.text.source, span.file, *span.position(offset)
            )
        return known

    def _passage(self, index: int, source: str) -> Passage:
        return self._sources[source] if source else self._wording.messages[index]

    @property
    def _language(self) -> str:
        return self._wording.language or ""


def _carried(text: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts, those of a section of which nothing can be seen given to the one before: the line breaks around a
    condition that does not hold."""
    seen = {part.section for part in parts if text[part.start : part.end].strip()}
    if not seen:
        return parts
    section = next(part.section for part in parts if part.section in seen)
    found = []
    for part in parts:
        section = part.section if part.section in seen else section
        found.append(part if part.section is section else replace(part, section=section))
    return tuple(found)


def _examples(wording: Wording) -> dict[int, int]:
    """The messages of clients and answers, each with the message its section begins with: a client's message and the
    answer right after it are one."""
    found: dict[int, int] = {}
    for index, part in enumerate(wording.parts):
        if part.role == "assistant" and index and wording.parts[index - 1].role == "user":
            found[index] = index - 1
        elif part.role != "system":
            found[index] = index
    return found


def _block_at(found: tuple[Block, ...], offset: int) -> Block:
    """The block an offset lies in; the last one for what is behind it."""
    return next((block for block in found if offset < block.end), found[-1])
