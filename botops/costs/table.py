"""Which price holds for a model on a day: the company's own first, then the kept public table `genai-prices`.

The public table is the snapshot inside the installed package. It is read when the first price is asked for (about
0.4 s) and never refreshed over the network: a new table comes with a new version of the package, by choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from botops.costs.overrides import PriceOverride
from botops.costs.prices import PriceRow, Rate

if TYPE_CHECKING:
    from genai_prices import types
    from genai_prices.data_snapshot import DataSnapshot

_LOOKED_UP = re.compile(r"(?:verified|checked|reported [^.;]*?|as of|on file) (?:on )?(20\d\d-\d\d-\d\d)")


class PriceTable:
    """Prices of models by day.

    `provider` names whose price list counts for models several sell (`azure`, `openrouter` …; None: the maker's).
    Days of own prices are of `zone`. With `public=False` own prices are all there is.
    """

    def __init__(
        self,
        overrides: Iterable[PriceOverride] = (),
        *,
        provider: str | None = None,
        zone: tzinfo = UTC,
        public: bool = True,
    ) -> None:
        self._overrides = tuple(overrides)
        self._provider = provider
        self._zone = zone
        self._public = public

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies own prices are in."""
        return frozenset(override.currency for override in self._overrides)

    @property
    def source(self) -> str:
        """The public table's version and date; loads it."""
        return _public_table().source if self._public else "own prices"

    def row(self, model: str, at: datetime) -> PriceRow | None:
        """The price of a model at a moment; None when neither table knows the model.

        Of several own prices in force the one with the latest `since` counts, then the last in the file.
        """
        day = at.astimezone(self._zone).date()
        own = [o for o in self._overrides if o.covers(model, day)]
        if own:
            latest = max(enumerate(own), key=lambda pair: (pair[1].since or date.min, pair[0]))
            return latest[1].row()
        return _public_table().row(model, at, self._provider) if self._public else None


@dataclass(frozen=True)
class _PublicTable:
    """The snapshot of genai-prices and how to name it."""

    snapshot: DataSnapshot
    source: str

    def row(self, model: str, at: datetime, provider: str | None) -> PriceRow | None:
        found = self._find(model, provider)
        if found is None:
            return None
        prices = found.get_prices(at)
        if prices.input_mtok is None and prices.output_mtok is None:
            return None  # listed without a price: as good as unknown, never free of charge
        return PriceRow(
            found.id,
            _rate(prices.input_mtok) or Rate(Decimal(0)),
            _rate(prices.output_mtok) or Rate(Decimal(0)),
            _rate(prices.cache_read_mtok),
            _rate(prices.cache_write_mtok),
            _rate(prices.output_reasoning_mtok),
            prices.requests_kcount / 1000 if isinstance(prices.requests_kcount, Decimal) else Decimal(0),
            "USD",
            self.source,
        )

    def _find(self, model: str, provider: str | None) -> types.ModelInfo | None:
        """A model by its name, or by `provider/name` as routers write it."""
        vendor, slash, name = model.partition("/")
        ways = [(model, provider), (name, vendor)] if slash and provider is None else [(model, provider)]
        for reference, seller in ways:
            try:
                return self.snapshot.find_provider_model(reference, None, seller, None)[1]
            except LookupError:
                continue
        return None


@cache
def _public_table() -> _PublicTable:
    # Here and not above: 0.3 s and 30 MB, paid only where a price is asked for.
    from genai_prices import __version__  # noqa: PLC0415
    from genai_prices.data import providers  # noqa: PLC0415
    from genai_prices.data_snapshot import DataSnapshot  # noqa: PLC0415

    # The package names no date for its data, but its notes say when prices were last looked up.
    noted = (_LOOKED_UP.findall(m.price_comments or "") for p in providers for m in p.models)
    dates = [day for days in noted for day in days]
    source = f"genai-prices {__version__}" + (f", prices of {max(dates)}" if dates else "")
    return _PublicTable(DataSnapshot(providers=providers, from_auto_update=False), source)


def _rate(price: Decimal | types.TieredPrices | None) -> Rate | None:
    if price is None or isinstance(price, Decimal):
        return None if price is None else Rate(price)
    return Rate(price.base, tuple((tier.start, tier.price) for tier in price.tiers))
