"""What a usage costs: dated prices, dated exchange rates, exact sums. Calls no model and no network."""

from botops.costs.configured import configured_meter
from botops.costs.meter import CostMeter, local_total
from botops.costs.overrides import PriceOverride, load_overrides
from botops.costs.prices import PriceRow, Rate, cost_of
from botops.costs.rates import ExchangeRate, ExchangeRates
from botops.costs.table import PriceTable

__all__ = [
    "CostMeter",
    "ExchangeRate",
    "ExchangeRates",
    "PriceOverride",
    "PriceRow",
    "PriceTable",
    "Rate",
    "configured_meter",
    "cost_of",
    "load_overrides",
    "local_total",
]
