"""A company's own prices: contracts and self-hosted models, in any currency."""

from __future__ import annotations

from decimal import Decimal, localcontext
from pathlib import Path

from botops.config import load
from botops.config.model_prices import TOKEN_PRICES, PriceFile, PriceOverride
from botops.costs.prices import PriceRow, Rate
from botops.usage import tier_of

_DIGITS = 40


def row_of(price: PriceOverride) -> PriceRow:
    """An own price as the meter takes it; that of machines by the hour turned into one for tokens."""
    rates = _by_the_hour(price) if price.per_gpu_hour is not None else _by_the_token(price)
    dated = f" since {price.since}" if price.since else ""
    note = f" ({price.note})" if price.note else ""
    return PriceRow(
        model=price.model,
        input=rates["input"],
        output=rates["output"],
        cached=rates.get("cached_input"),
        cache_write=rates.get("cache_write"),
        reasoning=rates.get("reasoning"),
        per_call=price.per_call,
        currency=price.currency,
        source=f"own price{dated}{note}",
        tools=dict(price.tools),
        tier=tier_of(price.service_tier),
        since=price.since,
        cache_write_1h=rates.get("cache_write_1h"),
        audio_input=rates.get("audio_input"),
        audio_cached=rates.get("audio_cached"),
        audio_output=rates.get("audio_output"),
    )


def price_of_machines(per_gpu_hour: Decimal, gpus: int, tokens_per_second: Decimal) -> Decimal:
    """What a million tokens cost on machines paid by the hour:

        price of a million = per_gpu_hour x gpus / (3,600 s x tokens_per_second) x 1,000,000

    `tokens_per_second` is what all the GPUs together got through, over whole hours with their waiting. Four GPUs at
    2.50 an hour that get through 5,000 tokens a second cost 10 / 18,000,000 for a token, 0.5555… for a million.
    """
    with localcontext() as context:
        context.prec = _DIGITS
        return per_gpu_hour * gpus * 1_000_000 / (3_600 * tokens_per_second)


def _by_the_hour(price: PriceOverride) -> dict[str, Rate]:
    assert price.per_gpu_hour is not None
    speeds = (
        price.input_tokens_per_second or price.tokens_per_second,
        price.output_tokens_per_second or price.tokens_per_second,
    )
    rates = {}
    for name, speed in zip(("input", "output"), speeds, strict=True):
        assert speed is not None  # what the settings let through has one way or the other
        rates[name] = Rate(price_of_machines(price.per_gpu_hour, price.gpus, speed))
    return rates


def _by_the_token(price: PriceOverride) -> dict[str, Rate]:
    rates = {}
    for name in TOKEN_PRICES:
        base: Decimal | None = getattr(price, name)
        if base is not None:
            tiers = ((tier.above, getattr(tier, name)) for tier in price.tiers)
            steps = tuple((above, dearer) for above, dearer in tiers if dearer is not None)
            rates[name] = Rate(base, steps)
    return rates


def load_overrides(path: Path) -> tuple[PriceOverride, ...]:
    """Own prices from a YAML or JSON file. Raises UserError with every problem at its place."""
    return load(path, PriceFile).prices
