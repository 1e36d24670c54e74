"""The price of a model and what a usage costs at it: pure and exact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from botops.domain.money import PICO
from botops.domain.usage import Usage

_DIGITS = 60
"""Working digits: enough for a division by a rate to be rounded once, at the pico-dollar."""
_REPEATING = Decimal("1e-15")
"""A third of three pico-dollars is one, not 0.999…: repeating digits of a division are closed up before rounding."""


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

    cached and cache-write tokens as input, those written for an hour as cache-write, reasoning as output, audio as
    text, cached audio as audio (as cached where audio has no rate either). `per_call` is charged for every call,
    `tools` are prices of one use by unit (`web_search`). `tier` is the service tier the prices are of, several joined
    by `+`; "" is the ordinary one. `source` names the table the row is from; `since` is the day its prices came into
    force and `checked` the day somebody last looked them up, None where the table does not say.
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
    cache_write_1h: Rate | None = None
    audio_input: Rate | None = None
    audio_cached: Rate | None = None
    audio_output: Rate | None = None
    tools: dict[str, Decimal] = field(default_factory=dict, hash=False)
    tier: str = ""
    since: date | None = None
    checked: date | None = None


@dataclass(frozen=True, slots=True)
class Billable:
    """A usage split into parts that do not overlap, each charged once: their sum is the usage's total.

    `input` and `output` are what is plain text and nothing else; `cache_write` is what was written for five minutes.
    """

    input: int
    cached: int
    cache_write: int
    output: int
    reasoning: int
    cache_write_1h: int = 0
    audio_input: int = 0
    audio_cached: int = 0
    audio_output: int = 0

    @classmethod
    def of(cls, usage: Usage) -> Billable:
        """The parts of a usage. Where a provider reports a part greater than its whole, the part is what it charges.

        Providers say how much of the input was audio and how much of it was cached, but seldom how much was both: then
        it is the least it can be, what does not fit beside the other parts.
        """
        read, written, heard = usage.cached_tokens, usage.cache_write_tokens, usage.audio_input_tokens
        both = min(read, heard, max(usage.audio_cached_tokens, read + written + heard - usage.input_tokens))
        fresh = max(0, usage.input_tokens - read - written)
        audio = min(heard - both, fresh)
        hour = min(usage.cache_write_1h_tokens, written)
        said = max(0, usage.output_tokens - usage.reasoning_tokens)
        spoken = min(usage.audio_output_tokens, said)
        return cls(
            input=fresh - audio,
            cached=read - both,
            cache_write=written - hour,
            output=said - spoken,
            reasoning=usage.reasoning_tokens,
            cache_write_1h=hour,
            audio_input=audio,
            audio_cached=both,
            audio_output=spoken,
        )

    @property
    def size(self) -> int:
        """All input tokens: what the tiers of long prompts go by."""
        return self.input + self.cached + self.cache_write + self.cache_write_1h + self.audio_input + self.audio_cached


def cost_of(usage: Usage, row: PriceRow, *, calls: int = 1) -> Decimal:
    """What `usage` of one call costs at `row`, in units of the row's currency, exact.

    `calls` counts what `per_call` is charged for. A usage summed over calls must not be priced by a row with tiers:
    the threshold is one call's. What the row has no price for adds nothing: `unpriced` tells.
    """
    parts = Billable.of(usage)
    priced = (
        (parts.input, row.input),
        (parts.cached, row.cached or row.input),
        (parts.cache_write, row.cache_write or row.input),
        (parts.cache_write_1h, row.cache_write_1h or row.cache_write or row.input),
        (parts.audio_input, row.audio_input or row.input),
        (parts.audio_cached, row.audio_cached or row.audio_input or row.cached or row.input),
        (parts.output, row.output),
        (parts.reasoning, row.reasoning or row.output),
        (parts.audio_output, row.audio_output or row.output),
    )
    with localcontext() as context:
        context.prec = _DIGITS
        tokens = sum((count * rate.at(parts.size) for count, rate in priced if count), Decimal(0))
        tools = sum((number * row.tools.get(unit, Decimal(0)) for unit, number in usage.tool_uses), Decimal(0))
        billed = usage.total_tokens or usage.tool_uses
        return tokens.scaleb(-6) + tools + (row.per_call * calls if billed else 0)


def pico_of(usage: Usage, row: PriceRow, *, per_usd: Decimal | None = None) -> int:
    """What `usage` of one call costs at `row`, in pico-dollars (10⁻¹² $).

    `per_usd` is what a dollar was worth in the row's currency, needed when that is not the dollar. The sum is exact and
    rounded once, half up, to the pico-dollar; at prices in dollars with up to six decimals nothing is left to round.
    Raises ValueError without a rate that is needed, and for one that is not above zero.
    """
    if per_usd is None:
        if row.currency != "USD":
            raise ValueError(f"prices of {row.model} are in {row.currency}: give its rate, units for one dollar")
        per_usd = Decimal(1)
    if not (per_usd.is_finite() and per_usd > 0):
        raise ValueError(f"{per_usd} {row.currency} for a dollar is no rate: give a number above zero")
    with localcontext() as context:
        context.prec = _DIGITS
        exact = (cost_of(usage, row) * PICO / per_usd).quantize(_REPEATING)
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def unpriced(usage: Usage, row: PriceRow) -> tuple[str, ...]:
    """What of a usage the row has no price of its own for, so that its cost is too low or a guess; empty when all has.

    A service tier is priced as the ordinary one, audio as text and an hour-long cache as a short one; a tool adds
    nothing.
    """
    had = set(row.tier.split("+"))
    missing = [f"tier {tier}" for tier in usage.service_tier.split("+") if tier not in had and tier]
    missing += [unit for unit, _ in usage.tool_uses if unit not in row.tools]
    if usage.audio_input_tokens and row.audio_input is None:
        missing.append("audio_input")
    if usage.audio_output_tokens and row.audio_output is None:
        missing.append("audio_output")
    if usage.cache_write_1h_tokens and row.cache_write_1h is None and row.cache_write is not None:
        missing.append("cache_write_1h")
    return tuple(missing)
