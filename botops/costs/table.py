"""Which price holds for a model on a day: the company's own first, then the kept public table `genai-prices`.

The public table is the snapshot inside the installed package. It is read when the first price is asked for (about
0.4 s) and never refreshed over the network: a new table comes with a new version of the package, by choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo

from botops.config.model_prices import PriceOverride
from botops.costs.overrides import row_of
from botops.costs.prices import PriceRow
from botops.costs.public import public_table
from botops.usage import tier_of


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
        self._rows = [(tier_of(override.service_tier), row_of(override)) for override in self._overrides]
        self._provider = provider
        self._zone = zone
        self._public = public

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies own prices are in."""
        return frozenset(override.currency for override in self._overrides)

    @property
    def own_models(self) -> tuple[str, ...]:
        """The names and patterns that own prices are of, in order."""
        return tuple(dict.fromkeys(override.model for override in self._overrides))

    @property
    def source(self) -> str:
        """The public table's version and date; loads it."""
        return public_table().source if self._public else "own prices"

    @property
    def looked_up(self) -> date | None:
        """The day somebody last looked a price of the public table up; None without the table. Loads it."""
        return public_table().looked_up if self._public else None

    def row(self, model: str, at: datetime, tier: str = "") -> PriceRow | None:
        """The price of a model at a moment and a service tier; None when neither table knows the model.

        Of several own prices in force the one with the latest `since` counts, then the last in the file. A tier that
        has no price gets the ordinary row: its `tier` then says so, and `unpriced` tells.
        """
        day = at.astimezone(self._zone).date()
        own = [place for place, override in enumerate(self._overrides) if override.covers(model, day)]
        for wanted in dict.fromkeys((tier, "")):
            of_tier = [place for place in own if self._rows[place][0] == wanted]
            if of_tier:
                return self._rows[max(of_tier, key=lambda place: (self._overrides[place].since or date.min, place))][1]
        return public_table().row(model, at, tier, self._provider) if self._public else None

    def seller(self, model: str) -> str | None:
        """Who sells a model by the public table; None for one it does not list. Loads it."""
        return public_table().seller(model, self._provider) if self._public else None
