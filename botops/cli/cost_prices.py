"""`botops cost prices`."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import click

from botops.cli.context import counted, json_option, open_reading, project_settings
from botops.cli.cost_tables import exact, table

if TYPE_CHECKING:
    from botops.app.costs.pricing import Price, Pricing, Quote

_UNITS = {"citation_tokens": "citation token", "sources": "source", "search_units": "search unit"}


@click.command()
@click.argument("model", required=False)
@click.option("--at", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="A day as 2026-11-01; else now.")
@click.option("--tier", default="", metavar="TIER", help="Service tier, as batch, flex or priority; else the ordinary.")
@json_option
def prices(model: str | None, day: datetime | None, tier: str, as_json: bool) -> None:
    """Show what MODEL costs, where its price is from and how old it is; without MODEL, the models in use.

    Prices are for a million tokens, in dollars and in the company's currency at the rate of the day. Own prices of
    `costs.prices` come before the public table. Exit code 1 when a model has no known price: its calls then cost an
    unknown amount.
    """
    from zoneinfo import ZoneInfo

    from botops.app.costs.pricing import Pricing, models_in_use, quote_json
    from botops.usage import tier_of

    settings = project_settings()
    pricing = Pricing(settings)
    now = datetime.now(UTC)
    zone = ZoneInfo(settings.company.timezone)
    at = datetime.combine(day.date(), time(12), zone) if day is not None else now
    if model is not None:
        names: tuple[str, ...] = (model,)
    else:
        with open_reading(settings) as (_, store):
            names = models_in_use(settings, pricing, store, now)
    quotes = [pricing.quote(name, at, tier_of(tier)) for name in names]
    if as_json:
        click.echo(json.dumps([quote_json(quote) for quote in quotes], ensure_ascii=False, indent=1))
    else:
        _show(quotes)
    _say(quotes, pricing, at)
    if any(quote.row is None for quote in quotes):
        sys.exit(1)


def _show(quotes: list[Quote]) -> None:
    currency = quotes[0].currency if quotes else ""
    both = currency != "USD"
    head = ["model", "price of", "USD", *([currency] if both else []), "source", "in force since", "looked up"]
    rows = []
    for quote in quotes:
        lines = _lines(quote)
        if not lines:
            rows.append([quote.model, "unknown", "", *([""] if both else []), "no price is known", "", ""])
        for number, (what, price) in enumerate(lines):
            amounts = [exact(price.usd), *([_local(price)] if both else [])]
            rows.append(
                [quote.model if number == 0 else "", what, *amounts, *(_origin(quote) if number == 0 else [""] * 3)]
            )
    table(head, rows, right=(2, 3) if both else (2,))


def _lines(quote: Quote) -> list[tuple[str, Price]]:
    lines = []
    for kind, steps in quote.per_million.items():
        for price in steps:
            longer = f", prompts over {price.above:,}" if price.above else ""
            lines.append((f"1M {kind.replace('_', ' ')}{longer}", price))
    lines += [(f"1 {_UNITS.get(unit, unit.replace('_', ' '))}", price) for unit, price in quote.tools.items()]
    return lines + ([("1 call", quote.per_call)] if quote.per_call else [])


def _origin(quote: Quote) -> list[str]:
    row = quote.row
    assert row is not None
    tier = f", {row.tier}" if row.tier else ""
    aged = str(row.checked or "")
    if row.checked is not None and quote.age_days:
        aged += f", {counted(quote.age_days, 'day')} ago"
    return [f"{row.source}{tier}", str(row.since or ""), aged]


def _local(price: Price) -> str:
    return "" if price.local is None else exact(price.local)


def _say(quotes: list[Quote], pricing: Pricing, at: datetime) -> None:
    from botops.costs import rate_freshness

    for quote in quotes:
        if quote.row is None:
            like = f"; names like it: {', '.join(quote.near)}" if quote.near else ""
            click.echo(f"{quote.model}: no price is known, add one to costs.prices in botops.yaml{like}", err=True)
        elif not quote.tier_known:
            click.echo(
                f"{quote.model}: no price of the tier {quote.tier} is known, the ordinary one is shown", err=True
            )
        if quote.stale:
            click.echo(
                f"{quote.model}: its price was last looked up {quote.age_days} days ago: is it still so?", err=True
            )
    currencies = {quotes[0].currency, *(quote.row.currency for quote in quotes if quote.row)} if quotes else set()
    for rate in rate_freshness(pricing.rates, currencies, pricing.today(at)):
        if rate.stale:
            how = (
                "none is of that day or before it"
                if rate.day is None
                else f"it is of {rate.day}, {rate.age_days} days old"
            )
            click.echo(f"exchange rate of {rate.what}: {how}; add one to costs.rates in botops.yaml", err=True)
