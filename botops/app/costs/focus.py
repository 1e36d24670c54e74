"""Costs in the columns of FOCUS, the FinOps Open Cost and Usage Specification, dataset Cost and Usage.

Written are the columns of FOCUS 1.4 that every row must have, those recommended or conditional ones of which something
is known, and own ones, which the specification wants to begin with `x_`. For tools that read 1.2, two columns have
their older names. A row is one UTC day, model, service tier and group; https://focus.finops.org has the meanings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from botops.app.costs.amounts import dollars
from botops.app.costs.currency import currency_asked
from botops.app.costs.export_files import Column, Row
from botops.app.costs.exporting import ALWAYS, Asked, Table, dimensions, lag_notes, spread, sums_of, times
from botops.store import CallSums, CostDimension

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.costs.rates import ExchangeRates

Version = Literal["1.4", "1.2"]
NEWEST: Version = "1.4"
UNKNOWN = "Unknown"
"""The provider of a model nobody has named one for; the specification allows no empty cell there."""
_UTC = ZoneInfo("UTC")
_MODEL: tuple[CostDimension, ...] = ("model", "tier")

COLUMNS = (
    Column("BilledCost", "money"), Column("BillingAccountId"), Column("BillingAccountName"), Column("BillingCurrency"),
    Column("BillingPeriodEnd", "moment"), Column("BillingPeriodStart", "moment"), Column("ChargeCategory"),
    Column("ChargeClass"), Column("ChargeDescription"), Column("ChargeFrequency"), Column("ChargePeriodEnd", "moment"),
    Column("ChargePeriodStart", "moment"), Column("ConsumedQuantity", "count"), Column("ConsumedUnit"),
    Column("ContractedCost", "money"), Column("ContractedUnitPrice", "money"), Column("EffectiveCost", "money"),
    Column("HostProviderName"), Column("InvoiceId"), Column("InvoiceIssuerName"), Column("ListCost", "money"),
    Column("ListUnitPrice", "money"), Column("PricingCategory"), Column("PricingQuantity", "count"),
    Column("PricingUnit"), Column("ServiceCategory"), Column("ServiceName"), Column("ServiceProviderName"),
    Column("ServiceSubcategory"), Column("SkuId"), Column("SkuMeter"), Column("SkuPriceId"), Column("Tags"),
    Column("x_Calls", "count"), Column("x_InputTokens", "count"), Column("x_CachedInputTokens", "count"),
    Column("x_CacheWriteTokens", "count"), Column("x_OutputTokens", "count"), Column("x_ReasoningTokens", "count"),
    Column("x_ServiceTier"), Column("x_EstimatedCalls", "count"), Column("x_UnknownPriceCalls", "count"),
    Column("x_LocalCost", "money"), Column("x_LocalCurrency"),
)  # fmt: skip
MANDATORY = frozenset(
    "BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory "
    "ChargeClass ChargeDescription ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost HostProviderName "
    "InvoiceIssuerName ListCost PricingQuantity PricingUnit ServiceCategory ServiceName ServiceProviderName".split()
)
"""The columns FOCUS 1.4 wants in every Cost and Usage table."""
_IN_1_2 = {"ServiceProviderName": "ProviderName", "HostProviderName": "PublisherName"}
NULLS: Mapping[str, str] = {
    "ChargeClass": "no row corrects an earlier invoice",
    "HostProviderName": "where the provider runs a model is not told to its clients",
    "InvoiceId": "the store sees calls, not invoices",
    "ListUnitPrice": "input, cached input and output have a price each, a row sums them up",
    "ContractedUnitPrice": "as ListUnitPrice",
    "SkuPriceId": "providers of models publish no ids of prices",
}
"""Columns that are empty in every row, and why."""


@dataclass(frozen=True, slots=True)
class Billing:
    """Who is billed, and by whom: `account` stands for the billing account, `provider` for every model's seller where
    the price table is not to tell it."""

    account: str
    provider: str | None = None


def focus_table(container: Container, asked: Asked, billing: Billing, version: Version = NEWEST) -> Table:
    """Costs that bring a bill, by UTC day and month, in FOCUS columns; the dimensions asked for are tags.

    Simulated calls are left out. A cost is empty where no call of the row has a known price: the specification allows
    that in no row, so the notes say how many there are. Raises UserError for what is not known.
    """
    currency, rates = currency_asked(container, asked.currency)
    tags = tuple(name for name in dimensions(asked.by) if name not in {*_MODEL, "simulated"})
    by = tuple(dict.fromkeys((*_MODEL, *ALWAYS, *tags)))
    seller = _sellers(container, billing)
    sums = sums_of(container, asked, by, _UTC)
    billed = [one for one in sums if one.calls and not one.key[by.index("simulated")]]
    rows = (_row(_Charge(one, by, tags), billing, seller, rates, currency, version) for one in billed)
    columns = COLUMNS if version == "1.4" else tuple(Column(_IN_1_2.get(c.name, c.name), c.kind) for c in COLUMNS)
    simulated = sum(one.calls for one in sums if one.key[by.index("simulated")])
    incomplete = sum(1 for one in billed if one.unknown == one.calls)
    notes = (*_notes(simulated, incomplete, version), *lag_notes(container, asked))
    return Table(columns, rows, notes, incomplete)


def _sellers(container: Container, billing: Billing) -> Callable[[str], str]:
    table = getattr(container.meter, "table", None)
    known: dict[str, str] = {}

    def seller(model: str) -> str:
        if billing.provider is not None:
            return billing.provider
        if model not in known:
            known[model] = (table.seller(model) if table is not None else None) or UNKNOWN
        return known[model]

    return seller


def _notes(simulated: int, incomplete: int, version: Version) -> Iterator[str]:
    yield f"FOCUS {version}, Cost and Usage; days and months are UTC, amounts US dollars, x_LocalCost converted by day"
    if simulated:
        yield f"{simulated} simulated calls are left out: nobody bills them"
    for name, why in NULLS.items():
        if version == "1.4" or name != "HostProviderName":
            yield f"{name} is empty: {why}"
    yield "ListCost, ContractedCost and EffectiveCost equal BilledCost: prices before discounts are not kept"
    if incomplete:
        yield (
            f"{incomplete} rows have empty costs, which FOCUS does not allow: their models have no known price; add it "
            "to `costs.prices`, then `botops cost reprice --apply`"
        )


@dataclass(frozen=True, slots=True)
class _Charge:
    """The sums behind one row, and what its key means."""

    sums: CallSums
    by: tuple[CostDimension, ...]
    tags: tuple[CostDimension, ...]

    def of(self, dimension: CostDimension) -> Any:
        return self.sums.key[self.by.index(dimension)]

    def tag_text(self) -> str:
        """The tags as JSON; what has no value is left out."""
        found: dict[str, str] = {}
        for name in self.tags:
            names = {"version": ("prompt", "version"), "variant": ("experiment", "variant")}.get(name, (name,))
            cells = spread(self.of(name))
            found |= {key: str(cell) for key, cell in zip(names, cells, strict=True) if cell is not None}
        return json.dumps(found, ensure_ascii=False, sort_keys=True)


def _row(
    charge: _Charge, billing: Billing, seller: Callable[[str], str], rates: ExchangeRates, currency: str,
    version: Version,
) -> Row:  # fmt: skip
    sums, model = charge.sums, str(charge.of("model"))
    cost = None if sums.unknown == sums.calls else dollars(sums.pico_usd)
    values = {
        **dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), cost),
        **_periods(sums.day),
        **_provider(seller(model), model, version),
        "BillingAccountId": billing.account,
        "BillingAccountName": billing.account,
        "BillingCurrency": "USD",
        "ChargeCategory": "Usage",
        "ChargeDescription": f"{model}: calls of {sums.day}",
        "ChargeFrequency": "Usage-Based",
        **dict.fromkeys(("ConsumedQuantity", "PricingQuantity"), sums.usage.total_tokens),
        **dict.fromkeys(("ConsumedUnit", "PricingUnit", "SkuMeter"), "Tokens"),
        "PricingCategory": "Standard",
        "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI",
        "SkuId": model,
        "Tags": charge.tag_text(),
        "x_Calls": sums.calls,
        "x_InputTokens": sums.usage.input_tokens,
        "x_CachedInputTokens": sums.usage.cached_tokens,
        "x_CacheWriteTokens": sums.usage.cache_write_tokens,
        "x_OutputTokens": sums.usage.output_tokens,
        "x_ReasoningTokens": sums.usage.reasoning_tokens,
        "x_ServiceTier": charge.of("tier") or None,
        "x_EstimatedCalls": sums.estimated,
        "x_UnknownPriceCalls": sums.unknown,
        "x_LocalCost": _local(cost, sums.day, rates, currency),
        "x_LocalCurrency": currency,
    }
    return [values.get(column.name) for column in COLUMNS]


def _provider(name: str, model: str, version: Version) -> dict[str, str | None]:
    """Who sells, bills and runs the model; 1.2 wants a publisher in every row, where 1.4 has the host."""
    return {
        "InvoiceIssuerName": name,
        "ServiceProviderName": name,
        "HostProviderName": name if version == "1.2" else None,
        "ServiceName": model if name == UNKNOWN else f"{name} models",
    }


def _periods(day: date) -> dict[str, datetime]:
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return {
        "ChargePeriodStart": _midnight(day),
        "ChargePeriodEnd": _midnight(day + timedelta(days=1)),
        "BillingPeriodStart": _midnight(day.replace(day=1)),
        "BillingPeriodEnd": _midnight(following),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _local(cost: Decimal | None, day: date, rates: ExchangeRates, currency: str) -> Decimal | None:
    rate = rates.on(day, currency) if rates.knows(currency) else None
    return None if cost is None or rate is None else times(cost, rate.per_usd)
