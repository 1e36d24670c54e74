"""The kept public table of prices, `genai-prices`: dated, by provider and model, with tiers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from botops.costs.prices import PriceRow, Rate

if TYPE_CHECKING:
    from genai_prices import types
    from genai_prices.data_snapshot import DataSnapshot

_LOOKED_UP = re.compile(r"(?:verified|checked|reported [^.;]*?|as of|on file) (?:on )?(20\d\d-\d\d-\d\d)")
_RATES = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_1h": "cache_write_1h_mtok",
    "reasoning": "output_reasoning_mtok",
    "audio_input": "input_audio_mtok",
    "audio_cached": "cache_audio_read_mtok",
    "audio_output": "output_audio_mtok",
}
"""Rates of a row, and what the table calls them."""
_TOOLS = {
    "web_search": ("web_searches_kcount", 1_000),
    "social_search": ("social_searches_kcount", 1_000),
    "file_search": ("storage_searches_kcount", 1_000),
    "code_execution": ("code_executions_kcount", 1_000),
    "search_units": ("rerank_searches_kcount", 1_000),
    "citation_tokens": ("output_citation_mtok", 1_000_000),
}
"""What is billed by the piece, what the table calls it, and how many pieces its price is for."""
_MOST_ROWS = 20_000
_CONTEXTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "batch": (("processing", "batch"), ("service_tier", "batch")),
    "fast": (("service_tier", "fast"), ("speed", "fast")),
}
"""Under which keys the table has the price of a tier, where that is not `service_tier`."""


@dataclass(frozen=True)
class PublicTable:
    """The snapshot of genai-prices, how to name it, and the day a price of it was last looked up."""

    snapshot: DataSnapshot
    source: str
    looked_up: date | None
    _rows: dict[tuple[str, str, str | None, date], PriceRow] = field(default_factory=dict, compare=False)

    def row(self, model: str, at: datetime, tier: str = "", provider: str | None = None) -> PriceRow | None:
        """The price of a model at a moment; None when it is not listed, or listed without a price. `tier` of the row
        holds the marks of the wanted tier that the table has a price for."""
        pair = self._find(model, provider)
        if pair is None:
            return None
        # Nearly all prices hold for whole days (of UTC), and calls of a day share their row.
        moment = at.astimezone(UTC)
        key = (model, tier, provider, moment if _by_the_hour(pair[1]) else moment.date())
        known = self._rows.get(key)
        if known is not None:
            return known
        row = self._row(*pair, at, tier)
        if len(self._rows) >= _MOST_ROWS:
            self._rows.clear()
        if row is not None:
            self._rows[key] = row
        return row

    def _row(self, seller: types.Provider, found: types.ModelInfo, at: datetime, tier: str) -> PriceRow | None:
        # A model sold by another than its maker has the maker's ordinary price, but not the maker's tiers.
        offered = any(found is one for one in seller.models)
        priced, context, tier_since = _context(found, tier, at) if offered else ("", {}, None)
        prices = found.get_prices(at, context)
        if prices.input_mtok is None and prices.output_mtok is None:
            return None  # listed without a price: as good as unknown, never free of charge
        rates = {name: _rate(getattr(prices, key)) for name, key in _RATES.items()}
        pieces = {unit: (getattr(prices, key), number) for unit, (key, number) in _TOOLS.items()}
        per_call = prices.requests_kcount
        return PriceRow(
            model=found.id,
            input=rates["input"] or Rate(Decimal(0)),
            output=rates["output"] or Rate(Decimal(0)),
            cached=rates["cached"],
            cache_write=rates["cache_write"],
            reasoning=rates["reasoning"],
            per_call=per_call / 1000 if isinstance(per_call, Decimal) else Decimal(0),
            source=self.source,
            tools={unit: price / number for unit, (price, number) in pieces.items() if isinstance(price, Decimal)},
            tier=priced,
            since=max((day for day in (_since(found, at), tier_since) if day), default=None),
            checked=_looked_up(found.price_comments) or self.looked_up,
            cache_write_1h=rates["cache_write_1h"],
            audio_input=rates["audio_input"],
            audio_cached=rates["audio_cached"],
            audio_output=rates["audio_output"],
        )

    def seller(self, model: str, provider: str | None = None) -> str | None:
        """Who sells a model, as people call them; None for a model that is not listed."""
        pair = self._find(model, provider)
        return None if pair is None else pair[0].name

    def beside(self, model: str, at: datetime, provider: str | None = None) -> tuple[str, ...]:
        """Models of the same seller that write text at a known price, by name; empty for a model that is not listed.
        Those that also speak, and names the table has as patterns (`ft:gpt-4o`), are left out."""
        pair = self._find(model, provider)
        if pair is None:
            return ()
        named = [m for m in pair[0].models if not (m.deprecated or ":" in m.id or m.id.endswith("-"))]
        priced = [(m.id, m.get_prices(at)) for m in named]
        return tuple(
            sorted(
                name
                for name, price in priced
                if price.input_mtok is not None and price.output_mtok is not None and price.input_audio_mtok is None
            )
        )

    def names(self) -> tuple[str, ...]:
        """The names of all models listed."""
        return tuple(dict.fromkeys(model.id for provider in self.snapshot.providers for model in provider.models))

    def _find(self, model: str, provider: str | None) -> tuple[types.Provider, types.ModelInfo] | None:
        """A model by its name, or by `provider/name` as routers write it."""
        vendor, slash, name = model.partition("/")
        ways = [(model, provider), (name, vendor)] if slash and provider is None else [(model, provider)]
        for reference, seller in ways:
            try:
                return self.snapshot.find_provider_model(reference, None, seller, None)
            except LookupError:
                continue
        return None


@cache
def public_table() -> PublicTable:
    """The table inside the installed package, read at the first call."""
    # Here and not above: 0.3 s and 30 MB, paid only where a price is asked for.
    from genai_prices import __version__  # noqa: PLC0415
    from genai_prices.data import providers  # noqa: PLC0415
    from genai_prices.data_snapshot import DataSnapshot  # noqa: PLC0415

    # The package names no date for its data, but its notes say when prices were last looked up.
    noted = (_looked_up(m.price_comments) for p in providers for m in p.models)
    newest = max((day for day in noted if day is not None), default=None)
    source = f"genai-prices {__version__}" + (f", prices of {newest}" if newest else "")
    return PublicTable(DataSnapshot(providers=providers, from_auto_update=False), source, newest)


def _context(found: types.ModelInfo, tier: str, at: datetime) -> tuple[str, dict[str, str], date | None]:
    """Which marks of a tier the model has a price for at a moment, the keys that select it, and since when."""
    marks, context, since = [], {}, None
    for mark in filter(None, tier.split("+")):
        for key, value in _CONTEXTS.get(mark, (("service_tier", mark),)):
            for variant in found.price_variants or ():
                if variant.when != {key: value} or not vars(variant.prices):
                    continue
                if variant.constraint is None or variant.constraint.active(at):
                    marks.append(mark)
                    context[key] = value
                    since = getattr(variant.constraint, "start_date", None) or since
    return "+".join(dict.fromkeys(marks)), context, since


def _by_the_hour(found: types.ModelInfo) -> bool:
    """Whether a price of the model holds for some hours of the day only."""
    dated = (*(found.prices if isinstance(found.prices, list) else ()), *(found.price_variants or ()))
    return any(hasattr(each.constraint, "start_time") for each in dated)


def _since(found: types.ModelInfo, at: datetime) -> date | None:
    """The day the ordinary prices in force came into force, where the table has more than one set of them."""
    if not isinstance(found.prices, list):
        return None
    active = (p.constraint for p in reversed(found.prices) if p.constraint is None or p.constraint.active(at))
    return getattr(next(active, None), "start_date", None)


def _looked_up(comment: str | None) -> date | None:
    return max((date.fromisoformat(day) for day in _LOOKED_UP.findall(comment or "")), default=None)


def _rate(price: Decimal | types.TieredPrices | None) -> Rate | None:
    if price is None or isinstance(price, Decimal):
        return None if price is None else Rate(price)
    return Rate(price.base, tuple((tier.start, tier.price) for tier in price.tiers))
