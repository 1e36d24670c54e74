"""The tokens of a prompt's sections, rendered as calls of each language and channel get it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.app.prompts.diff import CHANNEL, preview_values
from botops.costs.apportion import apportioned
from botops.domain.messages import Language, Message
from botops.llm.estimate import estimate_messages, estimate_tokens, token_starts
from botops.registry.sections import Section, SectionedMessage, Sections

if TYPE_CHECKING:
    from datetime import datetime

    from botops.config import Settings
    from botops.domain.ports import Meter
    from botops.pricebook import PriceBook
    from botops.registry import PromptVersion
    from botops.store.prompt_calls import PromptCalls


@dataclass(frozen=True, slots=True)
class Pricing:
    """What prompts are rendered and priced with, at a moment. `simulated` says that no real model answers."""

    settings: Settings
    book: PriceBook | None
    meter: Meter
    at: datetime
    simulated: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """Calls of one language and channel within the period."""

    language: Language
    channel: str
    calls: int


def cells_of(calls: Iterable[PromptCalls]) -> tuple[Cell, ...]:
    """Calls by language and channel, the most frequent first."""
    found: dict[tuple[Language, str], int] = defaultdict(int)
    for row in calls:
        found[_language(row.language), row.channel] += row.calls
    cells = (Cell(language, channel, number) for (language, channel), number in found.items())
    return tuple(sorted(cells, key=lambda c: (-c.calls, c.language, c.channel)))


def part_tokens(message: SectionedMessage, model: str) -> list[int]:
    """The tokens of each part of a rendered message: a token belongs to the part in which it begins, so that they add
    up to the message's tokens. Without the model's vocabulary the message's estimate is shared out by those of the
    parts."""
    if not message.parts:
        return []
    starts = token_starts(message.text, model)
    if starts is None:
        weights = [estimate_tokens(message.text[part.start : part.end], model) for part in message.parts]
        return apportioned(estimate_tokens(message.text, model), weights)
    edges = [bisect_left(starts, part.start) for part in message.parts[1:]]
    return [end - start for start, end in pairwise([0, *edges, len(starts)])]


def section_tokens(message: SectionedMessage, model: str) -> dict[Section, int]:
    """The tokens of a rendered message by section."""
    found: dict[Section, int] = defaultdict(int)
    for part, number in zip(message.parts, part_tokens(message, model), strict=True):
        found[part.section] += number
    return dict(found)


class PromptTokens:
    """Tokens of a version's sections in each language and channel that calls come from; the key None is the frame."""

    def __init__(self, version: PromptVersion, pricing: Pricing, model: str, cells: tuple[Cell, ...]) -> None:
        self.cells = cells
        sectioned = Sections(version)
        languages = dict.fromkeys((*(c.language for c in cells), *pricing.settings.company.languages))
        channels = {language: next((c.channel for c in cells if c.language == language), CHANNEL)
                    for language in languages}  # fmt: skip
        self._shown = tuple(Cell(language, channels[language], 1) for language in languages)
        self._tokens: dict[tuple[Language, str], dict[Section | None, int]] = {}
        self.filled: dict[Section, dict[str, int]] = {}
        for cell in (*self._shown, *cells):
            key = cell.language, cell.channel
            if key not in self._tokens:
                values = preview_values(version, pricing.settings, pricing.book, pricing.at, *key)
                messages = sectioned.render(values)
                self.filled = self.filled if self._tokens else _filled(messages, model)
                self._tokens[key] = _counted(messages, model)
        found = {section for tokens in self._tokens.values() for section in tokens if section is not None}
        self.order: tuple[Section | None, ...] = (*sorted(found), None)

    @property
    def by_language(self) -> Mapping[Language, int]:
        """Tokens of the whole prompt in a call."""
        return MappingProxyType({cell.language: self.total(cell) for cell in self._shown})

    def of(self, cell: Cell) -> Mapping[Section | None, int]:
        """Tokens by section in one call of a cell."""
        return self._tokens[cell.language, cell.channel]

    def total(self, cell: Cell) -> int:
        """Tokens of the prompt in one call of a cell."""
        return sum(self.of(cell).values())

    def tokens_of(self, section: Section | None) -> Mapping[Language, int]:
        """Tokens of a section in a call, by language."""
        return MappingProxyType({c.language: self.of(c)[section] for c in self._shown if section in self.of(c)})

    def share_of(self, section: Section | None) -> float:
        """The section's share of all tokens of the prompt."""
        cells = self.cells or self._shown
        whole = sum(cell.calls * self.total(cell) for cell in cells)
        return sum(cell.calls * self.of(cell).get(section, 0) for cell in cells) / whole if whole else 0.0

    def calls_of(self, section: Section | None) -> int:
        """Calls that carried the section."""
        return sum(cell.calls for cell in self.cells if section in self.of(cell))


def _counted(messages: tuple[SectionedMessage, ...], model: str) -> dict[Section | None, int]:
    tokens: dict[Section | None, int] = defaultdict(int)
    for message in messages:
        for section, number in section_tokens(message, model).items():
            tokens[section] += number
    tokens[None] = estimate_messages([Message(m.role, "") for m in messages], model)
    return dict(tokens)


def _filled(messages: tuple[SectionedMessage, ...], model: str) -> dict[Section, dict[str, int]]:
    found: dict[Section, dict[str, int]] = {}
    for message in messages:
        for part, number in zip(message.parts, part_tokens(message, model), strict=True):
            if not part.written and number:
                of = found.setdefault(part.section, {})
                name = ", ".join(part.names)
                of[name] = of.get(name, 0) + number
    return found


def _language(value: str) -> Language:
    return "kk" if value == "kk" else "en" if value == "en" else "ru"
