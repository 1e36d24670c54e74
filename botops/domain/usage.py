"""What a model call used and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from botops.domain.money import PICO, Money


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more model calls, as the provider reports them.

    `input_tokens` includes `cached_tokens` (read from the provider's cache) and `cache_write_tokens`;
    `output_tokens` includes `reasoning_tokens`. So the parts are never added to the wholes.
    `estimated` marks counts made here because the provider sent none.
    """

    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.estimated or other.estimated,
        )

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class Cost:
    """What a usage cost.

    `pico_usd` is exact, in pico-dollars. `local` is the same in the company's currency at `rate` (local units for one
    dollar, of the day of the turn). `priced_as` names the model whose price was used; `source` the price table and its
    date. `simulated` means no bill exists: a simulated reply priced as if a real model had given it.
    `unknown_model` means no price was found: the cost is then 0 and must be shown as unknown.
    """

    pico_usd: int = 0
    local: Money | None = None
    rate: Decimal | None = None
    priced_as: str = ""
    source: str = ""
    simulated: bool = False
    unknown_model: bool = False

    @property
    def usd(self) -> Decimal:
        """Dollars, exact."""
        return Decimal(self.pico_usd) / PICO

    def __add__(self, other: Cost) -> Cost:
        local = self.local
        if other.local is not None:
            local = other.local if local is None else local + other.local
        return Cost(
            self.pico_usd + other.pico_usd,
            local,
            self.rate if self.rate is not None else other.rate,
            self.priced_as or other.priced_as,
            self.source or other.source,
            self.simulated or other.simulated,
            self.unknown_model or other.unknown_model,
        )
