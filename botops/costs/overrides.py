"""A company's own prices: contracts and self-hosted models, in any currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from botops.config import Strict, load
from botops.costs.prices import PriceRow, Rate

Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


class Tier(Strict):
    """Prices of a call with more than `above` input tokens; what is left out keeps its lower price."""

    above: Annotated[int, Field(gt=0)]
    input: Amount | None = None
    output: Amount | None = None
    cached_input: Amount | None = None
    cache_write: Amount | None = None
    reasoning: Amount | None = None


class PriceOverride(Strict):
    """A model's price for a million tokens, from `since` to `until`, both days included; None is open.

    `model` is a name or a pattern with `*`, compared without regard to case. What is left out of `cached_input`,
    `cache_write` and `reasoning` is charged as input or output. `note` says where the price is from (a contract).
    """

    model: Annotated[str, Field(min_length=1)]
    input: Amount
    output: Amount
    cached_input: Amount | None = None
    cache_write: Amount | None = None
    reasoning: Amount | None = None
    per_call: Amount = Decimal(0)
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"
    since: date | None = None
    until: date | None = None
    tiers: tuple[Tier, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"`until` {self.until} lies before `since` {self.since}")
        thresholds = [tier.above for tier in self.tiers]
        if thresholds != sorted(set(thresholds)):
            raise ValueError("tiers must rise by `above`")
        return self

    def covers(self, model: str, day: date) -> bool:
        """True when this price is of the model and in force on the day."""
        known = fnmatchcase(model.lower(), self.model.lower())
        return known and (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    def row(self) -> PriceRow:
        """The price as the meter takes it."""
        rates = {key: self._rate(key) for key in ("input", "output", "cached_input", "cache_write", "reasoning")}
        assert rates["input"] is not None
        assert rates["output"] is not None
        dated = f" since {self.since}" if self.since else ""
        note = f" ({self.note})" if self.note else ""
        return PriceRow(
            self.model,
            rates["input"],
            rates["output"],
            rates["cached_input"],
            rates["cache_write"],
            rates["reasoning"],
            self.per_call,
            self.currency,
            f"own price{dated}{note}",
        )

    def _rate(self, key: str) -> Rate | None:
        base: Decimal | None = getattr(self, key)
        if base is None:
            return None
        tiers = ((tier.above, getattr(tier, key)) for tier in self.tiers)
        return Rate(base, tuple((above, price) for above, price in tiers if price is not None))


class PriceFile(Strict):
    """A file of own prices: `prices:` and a list."""

    prices: tuple[PriceOverride, ...] = ()


def load_overrides(path: Path) -> tuple[PriceOverride, ...]:
    """Own prices from a YAML or JSON file. Raises UserError with every problem at its place."""
    return load(path, PriceFile).prices
