"""What a usage costs: dated prices, dated exchange rates, exact sums. Calls no model and no network.

`cost_of_block` prices what a provider sends, in one pure function; `CostMeter` prices the usages of an installation by
its own prices, tables and exchange rates. Amounts are whole pico-dollars, rounded once, half up.
"""

from botops.config.model_prices import PriceOverride
from botops.costs.blocks import cost_of_block
from botops.costs.configured import configured_meter, configured_rates, configured_table
from botops.costs.freshness import Freshness, price_freshness, rate_freshness
from botops.costs.meter import CostMeter, local_total
from botops.costs.overrides import load_overrides, price_of_machines, row_of
from botops.costs.prices import Billable, PriceRow, Rate, cost_of, pico_of, unpriced
from botops.costs.rate_files import load_rates
from botops.costs.rates import ExchangeRate, ExchangeRates
from botops.costs.table import PriceTable

__all__ = [
    "Billable",
    "CostMeter",
    "ExchangeRate",
    "ExchangeRates",
    "Freshness",
    "PriceOverride",
    "PriceRow",
    "PriceTable",
    "Rate",
    "configured_meter",
    "configured_rates",
    "configured_table",
    "cost_of",
    "cost_of_block",
    "load_overrides",
    "load_rates",
    "local_total",
    "pico_of",
    "price_freshness",
    "price_of_machines",
    "rate_freshness",
    "row_of",
    "unpriced",
]
