"""What each part of a prompt costs: tokens of its sections, the calls that carry them, money a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from botops.app.costs.prompt_tokens import Pricing, PromptTokens, cells_of
from botops.app.prompts.diff import MONTH_DAYS, TRAFFIC_DAYS, priced_model
from botops.costs.apportion import apportioned
from botops.domain.messages import Language
from botops.domain.money import PICO, Money
from botops.domain.usage import Usage
from botops.llm.estimate import counts_exactly
from botops.registry.sections import Section

if TYPE_CHECKING:
    from botops.app.container import Container
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
    call in each language where there are none. `filled` are the tokens that variables brought, by their names, in the
    language most spoken. `calls` a month carried it; `monthly` is None where no price is known or
    no call was counted.
    """

    section: Section | None
    tokens: Mapping[Language, int]
    share: float
    calls: float
    monthly: MonthlyCost | None
    filled: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


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
    counts = PromptTokens(version, pricing, model, cells)
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
            MappingProxyType(counts.filled.get(section, {}) if section is not None else {}),
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


class _Money:
    """The money of tokens at the price of a model now."""

    def __init__(self, pricing: Pricing, model: str, cached: float, days: int) -> None:
        self._pricing, self._model, self._cached, self._days = pricing, model, cached, days
        nothing = pricing.meter.cost(Usage(), model, pricing.at, simulated=pricing.simulated)
        self.known, self.priced_as, self.source = not nothing.unknown_model, nothing.priced_as, nothing.source
        self._rate = nothing.rate
        self._currency = pricing.settings.company.currency

    def by_section(self, counts: PromptTokens) -> dict[Section | None, tuple[int, int]]:
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
