"""The meter: from a usage to a cost in dollars and in the company's currency."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, localcontext

from botops.costs.prices import pico_of, unpriced
from botops.costs.rates import ExchangeRates
from botops.costs.table import PriceTable
from botops.domain.errors import UserError
from botops.domain.money import PICO, Money
from botops.domain.usage import Cost, Usage

log = logging.getLogger(__name__)

_DIGITS = 60
"""Working digits: enough for a division by a rate to be rounded once, at the pico-dollar."""
_MOST_WARNED = 1_000


class CostMeter:
    """Prices usages: implements the port `Meter`.

    `simulated_as` names the real model whose price a simulated reply is counted at. Rates are those of the day in
    `zone`, the company's time zone. Raises UserError when own prices are in a currency without an exchange rate.
    """

    def __init__(
        self,
        table: PriceTable,
        rates: ExchangeRates,
        local_currency: str,
        simulated_as: str,
        *,
        zone: tzinfo = UTC,
    ) -> None:
        unknown = sorted(currency for currency in table.currencies if not rates.knows(currency))
        if unknown:
            raise UserError(
                f"own model prices are in {', '.join(unknown)}, but there is no exchange rate for it: add one to "
                f"costs.rates, for example {{since: 2026-01-01, currency: {unknown[0]}, per_usd: …}}"
            )
        self._table = table
        self._rates = rates
        self._local_currency = local_currency
        self._simulated_as = simulated_as
        self._zone = zone
        self._warned: set[str] = set()

    @property
    def table(self) -> PriceTable:
        """The prices it counts with."""
        return self._table

    @property
    def rates(self) -> ExchangeRates:
        """The exchange rates it counts with."""
        return self._rates

    def cost(self, usage: Usage, model: str, at: datetime, *, simulated: bool = False) -> Cost:
        """What `usage` of one call of `model` cost at a moment, which must be aware.

        `pico_usd` is exact (rounded half up only where a price has more than six decimals or is in another currency).
        An unknown model costs 0, is marked `unknown_model` and warned of once. A tool or tier without a price is told
        in `unpriced` and in `source`. Without a rate, `local` stays None.
        """
        if at.tzinfo is None:
            raise ValueError(f"{at} has no time zone: prices and rates are dated")
        priced_as = self._simulated_as if simulated else model
        row = self._table.row(priced_as, at, usage.service_tier)
        if row is None:
            self._warn(priced_as)
            return Cost(priced_as=priced_as, source=self._table.source, simulated=simulated, unknown_model=True)
        day = at.astimezone(self._zone).date()
        with localcontext() as context:
            context.prec = _DIGITS
            foreign = self._rates.on(day, row.currency)
            assert foreign is not None  # the constructor has seen to it
            pico = pico_of(usage, row, per_usd=foreign.per_usd)
            saved = 0
            if usage.cached_tokens or usage.cache_write_tokens:
                saved = pico_of(usage.uncached(), row, per_usd=foreign.per_usd) - pico
            local = self._rates.on(day, self._local_currency)
            money = None if local is None else _money(pico, local.per_usd, self._local_currency)
        missing = unpriced(usage, row)
        sources = [row.source, foreign.source, local.source if local is not None else ""]
        sources += [f"no price for {', '.join(missing)}"] if missing else []
        return Cost(
            pico_usd=pico,
            local=money,
            rate=None if local is None else local.per_usd,
            priced_as=priced_as,
            source="; ".join(dict.fromkeys(text for text in sources if text)),
            simulated=simulated,
            saved_pico_usd=saved,
            unpriced=missing,
        )

    def _warn(self, model: str) -> None:
        # Names come from outside: a provider that makes one up for every call must fill neither memory nor the log.
        if model not in self._warned and len(self._warned) < _MOST_WARNED:
            self._warned.add(model)
            log.warning(
                "no price is known for the model %r: what its calls cost is unknown. Add one to costs.prices in "
                "botops.yaml; botops cost prices shows names that are known",
                model,
            )


def local_total(costs: Iterable[Cost], currency: str) -> Money:
    """Costs in the local currency, rounded once at the end.

    A turn can cost less than a tiyn, so a sum of rounded turns drifts; this is the figure to show for many turns.
    Costs without a rate are left out.
    """
    by_rate: dict[Decimal, int] = {}
    for cost in costs:
        if cost.rate is not None:
            by_rate[cost.rate] = by_rate.get(cost.rate, 0) + cost.pico_usd
    with localcontext() as context:
        context.prec = _DIGITS
        total = sum((Decimal(pico) * rate / PICO for rate, pico in by_rate.items()), Decimal(0))
        return Money.of(total, currency)


def _money(pico: int, rate: Decimal, currency: str) -> Money:
    return Money.of(Decimal(pico) * rate / PICO, currency)
