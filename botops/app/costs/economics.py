"""What each part of a prompt costs: tokens of its sections, the calls that carry them, money a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from botops.app.prompts.diff import CHANNEL, MONTH_DAYS, TRAFFIC_DAYS, preview_values, priced_model
from botops.costs.apportion import apportioned
from botops.domain.messages import Language, Message
from botops.domain.money import PICO, Money
from botops.domain.usage import Usage
from botops.llm.estimate import counts_exactly, estimate_messages, estimate_tokens, token_starts
from botops.registry.sections import Section, SectionedMessage, Sections

if TYPE_CHECKING:
    from datetime import datetime

    from botops.app.container import Container
    from botops.config import Settings
    from botops.domain.ports import Meter
    from botops.pricebook import PriceBook
    from botops.registry import PromptVersion
    from botops.store.prompt_calls import PromptCalls

Basis = Literal["version", "prompt", "none"]
"""Whose calls are counted: the version's own; those of all versions of the prompt, where it has none; nobody's."""


@dataclass(frozen=True, slots=True)
class MonthlyCost:
    """Money a month, exact: `pico_usd` at the measured share of tokens read from the provider's cache, `uncached` as if
    there were no cache. `local` and `local_uncached` are the same in the company's currency, rounded once; None without
    an exchange rate."""

    pico_usd: int
    uncached: int
    local: Money | None = None
    local_uncached: Money | None = None

    @property
    def usd(self) -> Decimal:
        """Dollars at the measured share of the cache."""
        return Decimal(self.pico_usd) / PICO

    @property
    def usd_uncached(self) -> Decimal:
        """Dollars without a cache."""
        return Decimal(self.uncached) / PICO


@dataclass(frozen=True, slots=True)
class SectionCost:
    """A section of a prompt and what it costs. `section` is None for the frame: what the provider counts around each
    message.

    `tokens` are those of one call, by the language of the reply, on the channel most calls come from; a language that
    never carries the section has none. `share` is its share of the prompt's tokens over all calls counted, or of one
    call in each language where there are none. `calls` a month carried it; `monthly` is None where no price is known or
    no call was counted.
    """

    section: Section | None
    tokens: Mapping[Language, int]
    share: float
    calls: float
    monthly: MonthlyCost | None


@dataclass(frozen=True, slots=True)
class PromptEconomics:
    """A version's sections in order, the frame last; in each language, the most spoken first, their tokens add up to
    `tokens`.

    `exact` is False when tokens are estimated by the shape of the text, for lack of the model's vocabulary. `calls`
    are those a month (30 days) at the rate of the `days` looked at, `counted` those that were counted: replies and
    repairs; `basis` says whose. `cached` is the share of their input tokens that came from the provider's cache, and
    `carried` the share of their input tokens that is this prompt; None without calls, `carried` also where the
    provider counted fewer tokens than the prompt has now. `priced_as` is the model whose
    prices count, from `price_source`; `known_price` False where it has none, so that there is no money. `simulated`
    means that nobody bills it.
    """

    prompt: str
    version: int
    label: str
    days: int
    basis: Basis
    counted: int
    calls: float
    cached: float | None
    carried: float | None
    tokens: Mapping[Language, int]
    exact: bool
    sections: tuple[SectionCost, ...]
    monthly: MonthlyCost | None
    priced_as: str
    price_source: str
    known_price: bool
    simulated: bool


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


def sections(
    container: Container, name: str, version: int | None = None, *, days: int = TRAFFIC_DAYS
) -> PromptEconomics:
    """The sections of a version of a prompt (the live one by default, 0 for the draft) with what they cost.

    The prompt is rendered with the price book in force, `days` are those whose calls are counted. Raises UserError when
    there is no such version or its template fails, StoreError.
    """
    number = container.registry.release(name).spec.live if version is None else version
    return sections_of(container, container.registry.version(name, number), days=days)


def sections_of(container: Container, version: PromptVersion, *, days: int = TRAFFIC_DAYS) -> PromptEconomics:
    """As `sections`, of a text that may stand in no file yet."""
    now = container.clock.now()
    calls = container.store.prompt_calls.of_prompt(version.ref.name, now - timedelta(days=days), now)
    return economics(version, pricing_of(container), calls, days)


def pricing_of(container: Container) -> Pricing:
    """What prompts are priced with now."""
    current = container.books.current()
    return Pricing(
        container.settings, current.book if current else None, container.meter, container.clock.now(),
        container.bot.model.simulated,
    )  # fmt: skip


def economics(
    version: PromptVersion, pricing: Pricing, calls: Sequence[PromptCalls], days: int = TRAFFIC_DAYS
) -> PromptEconomics:
    """The sections of a version with their tokens, calls and money; `calls` are those of its prompt in `days`. Raises
    UserError where a template fails."""
    basis, own = calls_counted(version, calls)
    cells = cells_of(own)
    model = priced_model(version, pricing.settings, simulated=pricing.simulated)
    counts = _Counts(version, pricing, model, cells)
    read = sum(c.input_tokens for c in own)
    cached = sum(c.cached_tokens for c in own) / read if read else None
    counted = sum(c.calls for c in own)
    money = _Money(pricing, model, cached or 0.0, days)
    monthly = money.by_section(counts) if counted else {}
    rate = MONTH_DAYS / days
    rows = tuple(
        SectionCost(
            section, counts.tokens_of(section), counts.share_of(section), counts.calls_of(section) * rate,
            money.cost(monthly[section]) if section in monthly and money.known else None,
        )
        for section in counts.order
    )  # fmt: skip
    total = money.total(monthly.values()) if monthly and money.known else None
    prompt = sum(cell.calls * counts.total(cell) for cell in cells)
    return PromptEconomics(
        version.ref.name, version.ref.version, version.label, days, basis, counted, counted * rate, cached,
        prompt / read if 0 < prompt <= read else None, counts.by_language, counts_exactly(model), rows, total,
        money.priced_as, money.source, money.known, pricing.simulated,
    )  # fmt: skip


def cells_of(calls: Iterable[PromptCalls]) -> tuple[Cell, ...]:
    """Calls by language and channel, the most frequent first."""
    found: dict[tuple[Language, str], int] = defaultdict(int)
    for row in calls:
        found[_language(row.language), row.channel] += row.calls
    cells = (Cell(language, channel, number) for (language, channel), number in found.items())
    return tuple(sorted(cells, key=lambda c: (-c.calls, c.language, c.channel)))


def section_tokens(message: SectionedMessage, model: str) -> dict[Section, int]:
    """The tokens of a rendered message by section: each token belongs to the section in which it begins, so that they
    add up to the message's tokens. Without the model's vocabulary the message's estimate is shared out by those of the
    parts."""
    found: dict[Section, int] = {part.section: 0 for part in message.parts}
    starts = token_starts(message.text, model)
    if starts is None:
        texts: dict[Section, str] = defaultdict(str)
        for part in message.parts:
            texts[part.section] += message.text[part.start : part.end]
        weights = [estimate_tokens(text, model) for text in texts.values()]
        total = estimate_tokens(message.text, model)
        return dict(zip(texts, apportioned(total, weights), strict=True)) if texts else {}
    at = 0
    for start in starts:
        while at + 1 < len(message.parts) and start >= message.parts[at].end:
            at += 1
        found[message.parts[at].section] += 1
    return found


class _Counts:
    """Tokens of a version's sections in each language and channel that calls come from; the key None is the frame."""

    def __init__(self, version: PromptVersion, pricing: Pricing, model: str, cells: tuple[Cell, ...]) -> None:
        self.cells = cells
        sectioned = Sections(version)
        languages = dict.fromkeys((*(c.language for c in cells), *pricing.settings.company.languages))
        channels = {language: next((c.channel for c in cells if c.language == language), CHANNEL)
                    for language in languages}  # fmt: skip
        self._shown = tuple(Cell(language, channels[language], 1) for language in languages)
        self._tokens: dict[tuple[Language, str], dict[Section | None, int]] = {}
        for cell in (*self._shown, *cells):
            key = cell.language, cell.channel
            if key not in self._tokens:
                values = preview_values(version, pricing.settings, pricing.book, pricing.at, *key)
                self._tokens[key] = _counted(sectioned.render(values), model)
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


class _Money:
    """The money of tokens at the price of a model now."""

    def __init__(self, pricing: Pricing, model: str, cached: float, days: int) -> None:
        self._pricing, self._model, self._cached, self._days = pricing, model, cached, days
        nothing = pricing.meter.cost(Usage(), model, pricing.at, simulated=pricing.simulated)
        self.known, self.priced_as, self.source = not nothing.unknown_model, nothing.priced_as, nothing.source
        self._rate = nothing.rate
        self._currency = pricing.settings.company.currency

    def by_section(self, counts: _Counts) -> dict[Section | None, tuple[int, int]]:
        """Pico-dollars a month of each section, with the cache and without: shares of what the whole prompt costs, so
        that they add up to it."""
        found: dict[Section | None, tuple[int, int]] = dict.fromkeys(counts.order, (0, 0))
        for cell in counts.cells:
            tokens = counts.of(cell)
            each = [self._month(counts.total(cell), cell.calls, share) for share in (self._cached, 0.0)]
            parts = [apportioned(amount, list(tokens.values())) for amount in each]
            for section, *added in zip(tokens, *parts, strict=True):
                found[section] = found[section][0] + added[0], found[section][1] + added[1]
        return found

    def cost(self, pico: tuple[int, int]) -> MonthlyCost:
        """Pico-dollars as money a month."""
        return MonthlyCost(*pico, *(self._local(amount) for amount in pico))

    def total(self, each: Iterable[tuple[int, int]]) -> MonthlyCost:
        """The sum, rounded once."""
        amounts = list(each)
        return self.cost((sum(a for a, _ in amounts), sum(b for _, b in amounts)))

    def _month(self, tokens: int, calls: int, share: float) -> int:
        usage = Usage(input_tokens=tokens, cached_tokens=round(tokens * share))
        cost = self._pricing.meter.cost(usage, self._model, self._pricing.at, simulated=self._pricing.simulated)
        return round(Decimal(cost.pico_usd * calls * MONTH_DAYS) / self._days)

    def _local(self, pico: int) -> Money | None:
        return None if self._rate is None else Money.of(Decimal(pico) * self._rate / PICO, self._currency)


def calls_counted(version: PromptVersion, calls: Sequence[PromptCalls]) -> tuple[Basis, Sequence[PromptCalls]]:
    """Whose calls of a prompt are taken for those of a version: its own, else those of all versions."""
    own = [row for row in calls if row.version == version.ref.version]
    if own and not version.is_draft:
        return "version", own
    return ("prompt", calls) if calls else ("none", ())


def _language(value: str) -> Language:
    return "kk" if value == "kk" else "en" if value == "en" else "ru"
