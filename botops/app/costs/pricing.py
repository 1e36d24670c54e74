"""The price of a model in force on a day, where it is from and how old it is: `botops cost prices`, `botops doctor`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botops.costs import PriceRow, Rate, configured_meter
from botops.costs.freshness import STALE_PRICES_DAYS
from botops.costs.public import public_table

if TYPE_CHECKING:
    from datetime import date

    from botops.config import Settings
    from botops.costs import ExchangeRates, PriceTable
    from botops.store import Store

_PATTERN = frozenset("*?[")
_KINDS = (
    "input", "cached", "cache_write", "cache_write_1h", "audio_input", "audio_cached", "output", "reasoning",
    "audio_output",
)  # fmt: skip
_SEEN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Price:
    """A price in dollars and in the company's currency; `local` is None without an exchange rate. `above` is the number
    of input tokens from which on it holds for the whole call."""

    usd: Decimal
    local: Decimal | None
    above: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """What a model costs at a moment. `row` is None when no table knows the model; `near` then names like ones.

    `per_million` holds the prices of a million tokens by kind, the ordinary one first and those of long prompts after
    it; `tools` those of one use; `per_call` that of a call. `age_days` counts from the day the price was last looked
    up, or else came into force; None where no day is known. `tier_known` is False when the tier asked for has no price,
    so that the ordinary one is shown.
    """

    model: str
    tier: str
    row: PriceRow | None
    per_million: dict[str, tuple[Price, ...]]
    tools: dict[str, Price]
    per_call: Price | None
    currency: str
    age_days: int | None = None
    stale: bool = False
    tier_known: bool = True
    near: tuple[str, ...] = ()


class Pricing:
    """Looks prices up as the meter of an installation does.

    Raises UserError for a file that cannot be read, and for own prices in a currency without an exchange rate.
    """

    def __init__(self, settings: Settings) -> None:
        self._zone = ZoneInfo(settings.company.timezone)
        self._currency = settings.company.currency
        meter = configured_meter(
            settings.costs, currency=self._currency, zone=self._zone, simulated_as=settings.simulator.priced_as,
            root=settings.root,
        )  # fmt: skip
        self.table: PriceTable = meter.table
        self.rates: ExchangeRates = meter.rates

    def today(self, now: datetime) -> date:
        """The company's day."""
        return now.astimezone(self._zone).date()

    def quote(self, model: str, at: datetime, tier: str = "") -> Quote:
        """The price of a model at a moment and a service tier."""
        row = self.table.row(model, at, tier)
        if row is None:
            near = tuple(get_close_matches(model.lower(), _known(self.table.own_models), n=3))
            return Quote(model, tier, None, {}, {}, None, self._currency, near=near)
        day = self.today(at)
        checked = row.checked or row.since
        age = None if checked is None else max(0, (day - checked).days)
        kinds = {kind: getattr(row, kind) for kind in _KINDS}
        return Quote(
            model,
            tier,
            row,
            {kind: self._steps(rate, row, day) for kind, rate in kinds.items() if rate is not None},
            {unit: self._price(price, row, day) for unit, price in row.tools.items()},
            self._price(row.per_call, row, day) if row.per_call else None,
            self._currency,
            age,
            # A contract holds as long as it says; what is public may have changed since somebody looked.
            row.checked is not None and age is not None and age > STALE_PRICES_DAYS,
            set(filter(None, tier.split("+"))) <= set(row.tier.split("+")),
        )

    def _steps(self, rate: Rate, row: PriceRow, day: date) -> tuple[Price, ...]:
        return tuple(self._price(price, row, day, above) for above, price in ((0, rate.base), *rate.tiers))

    def _price(self, price: Decimal, row: PriceRow, day: date, above: int = 0) -> Price:
        own, local = self.rates.on(day, row.currency), self.rates.on(day, self._currency)
        assert own is not None  # the meter refuses own prices in a currency without a rate
        with localcontext() as context:
            context.prec = 40
            usd = price / own.per_usd
            return Price(usd, None if local is None else usd * local.per_usd, above)


def models_in_use(settings: Settings, pricing: Pricing, store: Store | None, now: datetime) -> tuple[str, ...]:
    """The models an installation may be billed for: those of the settings, those with a price of its own, and those
    that answered in 30 days."""
    named = [settings.model.name, settings.simulator.priced_as, settings.judge.model, settings.second_opinion.model]
    own = [model for model in pricing.table.own_models if not _PATTERN & set(model)]
    seen: list[str] = []
    if store is not None:
        totals = store.reads.totals(now - _SEEN, now + timedelta(hours=1), ("model", "simulated"))
        seen = [str(total.key[0]) for total in totals if not total.key[1] and total.key[0]]
    return tuple(dict.fromkeys(name for name in (*named, *own, *seen) if name and _is_name(name)))


def quote_json(quote: Quote) -> dict[str, Any]:
    """A quote as `--json` prints it; amounts are texts, so that no digit is lost."""
    row = quote.row
    return {
        "model": quote.model,
        "known": row is not None,
        "priced_as": row.model if row else None,
        "tier": quote.tier,
        "tier_known": quote.tier_known,
        "currency": quote.currency,
        "per_million": {kind: [_price_json(price) for price in steps] for kind, steps in quote.per_million.items()},
        "tools": {unit: _price_json(price) for unit, price in quote.tools.items()},
        "per_call": _price_json(quote.per_call) if quote.per_call else None,
        "source": row.source if row else None,
        "since": row.since.isoformat() if row and row.since else None,
        "checked": row.checked.isoformat() if row and row.checked else None,
        "age_days": quote.age_days,
        "stale": quote.stale,
        "near": list(quote.near),
    }


def _price_json(price: Price) -> dict[str, Any]:
    above = {"above": price.above} if price.above else {}
    return {**above, "usd": _text(price.usd), "local": None if price.local is None else _text(price.local)}


def _text(amount: Decimal) -> str:
    plain = f"{amount:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _is_name(name: str) -> bool:
    """Whether a model of the settings is one that is billed: a recording or a piece of code is not."""
    return name != "replay" and not name.startswith(("replay:", "langchain:", "http://", "https://"))


def _known(own: Iterable[str]) -> list[str]:
    return [*(name.lower() for name in own), *public_table().names()]
