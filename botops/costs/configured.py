"""The meter an installation's settings ask for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from pathlib import Path

from botops.config.model_prices import PriceOverride
from botops.config.settings import Costs
from botops.costs.meter import CostMeter
from botops.costs.overrides import load_overrides
from botops.costs.rate_files import load_rates
from botops.costs.rates import ExchangeRate, ExchangeRates
from botops.costs.table import PriceTable


def configured_meter(
    costs: Costs,
    *,
    currency: str,
    zone: tzinfo,
    simulated_as: str,
    overrides: Iterable[PriceOverride] = (),
    root: Path = Path(),
) -> CostMeter:
    """A meter with the rates and prices of the settings, their files (relative to `root`) included; `overrides` come
    after them.

    Raises UserError for a file that cannot be read, and when an own price is in a currency without an exchange rate.
    """
    table = configured_table(costs, zone=zone, overrides=overrides, root=root)
    rates = configured_rates(costs, currency=currency, root=root)
    return CostMeter(table, rates, currency, simulated_as, zone=zone)


def configured_table(
    costs: Costs, *, zone: tzinfo, overrides: Iterable[PriceOverride] = (), root: Path = Path()
) -> PriceTable:
    """The prices of the settings: the company's own, from its file too, before the public table. Raises UserError."""
    filed = load_overrides(root / costs.prices_file) if costs.prices_file is not None else ()
    return PriceTable([*costs.prices, *filed, *overrides], zone=zone)


def configured_rates(costs: Costs, *, currency: str, root: Path = Path()) -> ExchangeRates:
    """The exchange rates of the settings, from their file too. `currency` is that of rates which name none. Raises
    UserError."""
    filed = load_rates(root / costs.rates_file) if costs.rates_file is not None else ()
    return ExchangeRates(ExchangeRate.of(rate, currency) for rate in (*costs.rates, *filed))
