"""Prices of models and exchange rates as people write them, in the settings or in files of their own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Self

from pydantic import Field, model_validator

from botops.config.validation import Strict

Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
Speed = Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Unit = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]

TOKEN_PRICES = (
    "input", "output", "cached_input", "cache_write", "cache_write_1h", "reasoning", "audio_input", "audio_cached",
    "audio_output",
)  # fmt: skip
"""The kinds of token that can have a price of their own, for a million of them."""


class LongContext(Strict):
    """Prices of a call with more than `above` input tokens; what is left out keeps its lower price."""

    above: Annotated[int, Field(gt=0)]
    input: Amount | None = None
    output: Amount | None = None
    cached_input: Amount | None = None
    cache_write: Amount | None = None
    cache_write_1h: Amount | None = None
    reasoning: Amount | None = None
    audio_input: Amount | None = None
    audio_cached: Amount | None = None
    audio_output: Amount | None = None


class PriceOverride(Strict):
    """A company's own price of a model, from `since` to `until`, both days included; None is open.

    `model` is a name or a pattern with `*`, compared without regard to case. `service_tier` is the tier the price is of
    (`batch`, `flex`, `priority`); "" and `default` are the ordinary one. Prices are for a million tokens in `currency`;
    what is left out is charged as its whole is: cached and written tokens as input, reasoning as output. `tools` are
    prices for one use (`web_search`), `per_call` for one call, `tiers` those of long prompts. `note` says where it is
    from.

    A model that runs on machines of one's own is priced by the hour instead: `per_gpu_hour` for each of `gpus`, and
    `tokens_per_second` that all of them handle together, input and output alike; or `input_tokens_per_second` and
    `output_tokens_per_second` where these were measured apart. Machines that wait are paid for too, so it is the
    throughput over whole hours that counts, not the peak.
    """

    model: Annotated[str, Field(min_length=1)]
    input: Amount | None = None
    output: Amount | None = None
    cached_input: Amount | None = None
    cache_write: Amount | None = None
    cache_write_1h: Amount | None = None
    reasoning: Amount | None = None
    audio_input: Amount | None = None
    audio_cached: Amount | None = None
    audio_output: Amount | None = None
    tools: dict[Unit, Amount] = Field(default_factory=dict)
    per_call: Amount = Decimal(0)
    per_gpu_hour: Amount | None = None
    gpus: Annotated[int, Field(gt=0, le=1_000_000)] = 1
    tokens_per_second: Speed | None = None
    input_tokens_per_second: Speed | None = None
    output_tokens_per_second: Speed | None = None
    currency: Currency = "USD"
    service_tier: Annotated[str, Field(max_length=40)] = ""
    since: date | None = None
    until: date | None = None
    tiers: tuple[LongContext, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"`until` {self.until} lies before `since` {self.since}")
        thresholds = [tier.above for tier in self.tiers]
        if thresholds != sorted(set(thresholds)):
            raise ValueError("tiers must rise by `above`")
        return self

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.per_gpu_hour is None:
            if self.input is None or self.output is None:
                raise ValueError("give `input` and `output` for a million tokens, or `per_gpu_hour`")
            return self
        if self.tiers or any(getattr(self, name) is not None for name in TOKEN_PRICES):
            raise ValueError("a price by `per_gpu_hour` has none for tokens: leave them out")
        apart = [self.input_tokens_per_second, self.output_tokens_per_second]
        if None not in apart if self.tokens_per_second is None else apart == [None, None]:
            return self
        raise ValueError(
            "beside `per_gpu_hour` give `tokens_per_second`, or both `input_tokens_per_second` and "
            "`output_tokens_per_second`"
        )

    def covers(self, model: str, day: date) -> bool:
        """True when this price is of the model and in force on the day."""
        known = fnmatchcase(model.lower(), self.model.lower())
        return known and (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class PriceFile(Strict):
    """A file of own prices: `prices:` and a list."""

    prices: tuple[PriceOverride, ...] = ()


class DatedRate(Strict):
    """Units of a currency for one dollar, from a day on. Without a currency it is the company's."""

    since: date
    per_usd: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
    currency: Currency | None = None
    source: str = ""


class RateFile(Strict):
    """A file of exchange rates: `rates:` and a list."""

    rates: tuple[DatedRate, ...] = ()


class RateLimit(Strict):
    """What a provider lets through in a minute: requests (`rpm`) and tokens, input and output together (`tpm`).

    `model` is a name or a pattern with `*`, compared without regard to case; of several that fit the first counts.
    """

    model: Annotated[str, Field(min_length=1)]
    rpm: Annotated[int, Field(gt=0)] | None = None
    tpm: Annotated[int, Field(gt=0)] | None = None

    def covers(self, model: str) -> bool:
        """True when the limits are those of the model."""
        return fnmatchcase(model.lower(), self.model.lower())
