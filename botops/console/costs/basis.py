"""What the numbers rest on: prices, rates, what is estimated, simulated or not known, and what each number means."""

from __future__ import annotations

from botops.app.container import Container
from botops.app.costs.currency import rate_today
from botops.app.costs.reporting import CostReport, CostRow
from botops.app.glossary import GLOSSARY
from botops.console import data, formats, frame, parts
from botops.console.costs import reads as costs_reads
from botops.console.costs.choice import Shown
from botops.console.i18n import _, ngettext
from botops.costs.public import public_table

NUMBERS = (
    "spent_this_month", "month_forecast", "budget_used", "cost_per_dialogue", "cost_per_qualified", "cost_per_won",
    "model_cost", "cost_per_reply", "saved_by_cache", "cached_share", "repairs_cost", "failed_cost", "tokens",
    "dialogue_cost_median", "dialogue_cost_p95", "budget_runs_out", "forecast_error", "forecast_coverage",
    "plan_month_cost", "plan_tokens_per_minute", "plan_limit_hour", "estimated_cost", "unknown_calls",
    "simulated_replies",
)  # fmt: skip
"""What the page shows, in the order of its parts; each is in the glossary."""


def section(container: Container, days: int, shown: Shown) -> None:
    """The part of the page."""
    found = costs_reads.costs(container, data.key_of(container), days, costs_reads.USUAL_SPLIT, shown.currency)
    total = found.total
    parts.question(_("How far can these numbers be trusted?"))
    frame.show(
        parts.facts(
            [
                (_("Billed by a provider"), shown.amount(total.billed)),
                (_("Simulated"), _simulated(container, total) if total.simulated else _("no")),
                (_("Estimated"), _estimated(total, shown)),
                (_("Price unknown"), _unknown(found) or _("no")),
                (_("Exchange rate"), rate(container)),
                (_("Prices of models"), _prices(container)),
                (_("Per reply"), shown.least(total, total.per_reply)),
                (_("Per won deal"), shown.least(total, total.per_won)),
                (_("Still being counted"), _lag(found)),
            ]
        )
    )
    parts.question(_("What does each number mean?"))
    frame.show(parts.definitions(GLOSSARY[name] for name in NUMBERS))


def rate(container: Container) -> str:
    """The exchange rate in force, or that there is none."""
    found = rate_today(container)
    if found is None:
        return _("No exchange rate is set: amounts are in dollars. Add costs.rates to botops.yaml.")
    amount = formats.rate(found[0], container.settings.company.currency)
    return _("Rate today: {amount} for a dollar, of {day}. Each day is counted at its own rate.").format(
        amount=amount, day=formats.day(found[1])
    )


def warnings(container: Container, days: int, shown: Shown) -> None:
    """What must be known before any number is believed."""
    found = costs_reads.costs(container, data.key_of(container), days, costs_reads.USUAL_SPLIT, shown.currency)
    if unknown := _unknown(found):
        frame.show(frame.alert("warn", _("The real cost is higher than shown"), unknown))
    total = found.total
    estimated = _estimated(total, shown) if total.calls_estimated and total.billed.pico_usd else ""
    notes = [rate(container), _simulated(container, total) if total.simulated else "", estimated, _lag(found) or ""]
    parts.answer(" ".join(note for note in notes if note))


def _simulated(container: Container, total: CostRow) -> str:
    text = _("Simulated replies: {n}. Nobody is billed; they are counted at the price of {model}.")
    return text.format(n=formats.number(total.simulated), model=container.settings.simulator.priced_as)


def _estimated(total: CostRow, shown: Shown) -> str:
    if not total.calls_estimated:
        return _("nothing: providers reported all tokens")
    n = total.calls_estimated
    text = ngettext(
        "{amount} rests on tokens estimated here ({n} call), for the provider sent none.",
        "{amount} rests on tokens estimated here ({n} calls), for the provider sent none.",
        n,
    )
    return text.format(amount=shown.amount(total.estimated), n=formats.number(n))


def _unknown(found: CostReport) -> str:
    n = found.total.calls_unknown + found.side_total.calls_unknown
    if not n:
        return ""
    text = ngettext(
        "{n} call of a model without a known price is in no sum. Set costs.prices in botops.yaml.",
        "{n} calls of models without a known price are in no sum. Set costs.prices in botops.yaml.",
        n,
    )
    return text.format(n=formats.number(n))


def _prices(container: Container) -> str:
    """The company's own prices, and the public table with its age."""
    table = public_table()
    n = len(container.settings.costs.prices)
    own = ngettext("{n} price of your own", "{n} prices of your own", n).format(n=n) if n else ""
    shipped = table.source.partition(",")[0]
    if table.looked_up is not None:
        shipped = _("{table}, prices looked up until {day}").format(
            table=shipped, day=formats.full_day(table.looked_up)
        )
    return "; ".join(part for part in (own, shipped) if part)


def _lag(found: CostReport) -> str | None:
    n = found.lag.hours
    if not n:
        return None
    text = ngettext("{n} hour is still being counted.", "{n} hours are still being counted.", n)
    return text.format(n=n)
