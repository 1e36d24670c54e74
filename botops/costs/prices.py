"""The price of a model and what a usage costs at it: pure and exact."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from botops.domain.usage import Usage


@dataclass(frozen=True, slots=True)
class Rate:
    """A price for a million tokens. `tiers` are (threshold, price): above a threshold of input tokens the price holds
    for all tokens of the call, not only for those above (the long-context rule of OpenAI, Anthropic and Google)."""

    base: Decimal
    tiers: tuple[tuple[int, Decimal], ...] = ()

    def at(self, input_tokens: int) -> Decimal:
        """The price for a call with this many input tokens."""
        price = self.base
        for threshold, tier in self.tiers:
            if input_tokens > threshold:
                price = tier
        return price


@dataclass(frozen=True, slots=True)
class PriceRow:
    """What a model costs, in `currency`. A kind of token without a rate of its own is charged at its whole's rate:

    cached and cache-write tokens as input, reasoning tokens as output. `per_call` is charged for every call.
    `source` names the table the row is from and its date.
    """

    model: str
    input: Rate
    output: Rate
    cached: Rate | None = None
    cache_write: Rate | None = None
    reasoning: Rate | None = None
    per_call: Decimal = Decimal(0)
    currency: str = "USD"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Billable:
    """A usage split into parts that do not overlap, each charged once."""

    input: int
    cached: int
    cache_write: int
    output: int
    reasoning: int

    @classmethod
    def of(cls, usage: Usage) -> Billable:
        """The parts of a usage. Where a provider reports a part greater than its whole, the part is what it charges."""
        return cls(
            max(0, usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens),
            usage.cached_tokens,
            usage.cache_write_tokens,
            max(0, usage.output_tokens - usage.reasoning_tokens),
            usage.reasoning_tokens,
        )


def cost_of(usage: Usage, row: PriceRow, *, calls: int = 1) -> Decimal:
    """What `usage` of one call costs at `row`, in units of the row's currency, exact.

    `calls` counts what `per_call` is charged for. A usage summed over calls must not be priced by a row with tiers:
    the threshold is one call's.
    """
    parts = Billable.of(usage)
    size = parts.input + parts.cached + parts.cache_write
    priced = (
        (parts.input, row.input),
        (parts.cached, row.cached or row.input),
        (parts.cache_write, row.cache_write or row.input),
        (parts.output, row.output),
        (parts.reasoning, row.reasoning or row.output),
    )
    tokens = sum((count * rate.at(size) for count, rate in priced), Decimal(0))
    return tokens.scaleb(-6) + (row.per_call * calls if usage.total_tokens else 0)
