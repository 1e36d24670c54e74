"""The meter an installation's settings ask for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo

from botops.config.settings import Costs
from botops.costs.meter import CostMeter
from botops.costs.overrides import PriceOverride
from botops.costs.rates import ExchangeRate, ExchangeRates
from botops.costs.table import PriceTable


def configured_meter(
    costs: Costs, *, currency: str, zone: tzinfo, simulated_as: str, overrides: Iterable[PriceOverride] = ()
) -> CostMeter:
    """A meter with the rates and prices of the settings; `overrides` from a file of own prices come after them.

    Raises UserError when an own price is in a currency without an exchange rate.
    """
    own = [PriceOverride.model_validate(price.model_dump()) for price in costs.prices]
    rates = ExchangeRates(ExchangeRate(rate.since, currency, rate.per_usd) for rate in costs.rates)
    return CostMeter(PriceTable([*own, *overrides], zone=zone), rates, currency, simulated_as, zone=zone)
