"""What the numbers rest on: prices, rates, what is estimated, simulated or not known, and what each number means."""

from __future__ import annotations

from botops.app import queries
from botops.app.container import Container
from botops.app.glossary import GLOSSARY
from botops.console import data, formats, frame, parts
from botops.console.i18n import _

NUMBERS = ("spent_this_month", "model_cost", "cost_per_dialogue", "tokens", "cached_share")
"""What the page shows, in the order of its parts; each is in the glossary."""


def section(container: Container, days: int) -> None:
    """The part of the page."""
    parts.question(_("How far can these numbers be trusted?"))
    total = data.spending(container, data.key_of(container), days, "total")[0]
    frame.show(
        parts.facts(
            [
                (_("Exchange rate"), rate(container)),
                (_("Simulated"), _simulated(container, total)),
                (_("Price unknown"), _unknown(total)),
            ]
        )
    )
    parts.question(_("What does each number mean?"))
    frame.show(parts.definitions(GLOSSARY[name] for name in NUMBERS))


def rate(container: Container) -> str:
    """The exchange rate in force, or that there is none."""
    found = queries.rate_today(container)
    if found is None:
        return _("No exchange rate is set: amounts are in dollars. Add costs.rates to botops.yaml.")
    amount = formats.rate(found[0], container.settings.company.currency)
    return _("Rate today: {amount} for a dollar, of {day}. Each day is counted at its own rate.").format(
        amount=amount, day=formats.day(found[1])
    )


def warnings(container: Container, days: int) -> None:
    """What must be known before any number is believed."""
    total = data.spending(container, data.key_of(container), days, "total")[0]
    notes = [rate(container), _simulated(container, total) if total.simulated else ""]
    parts.answer(" ".join(note for note in notes if note))
    if total.unknown:
        frame.show(frame.alert("warn", _unknown(total)))


def _simulated(container: Container, total: queries.Spending) -> str:
    if not total.simulated:
        return _("none")
    text = _("Simulated replies: {n}. Nobody is billed; they are counted at the price of {model}.")
    return text.format(n=formats.number(total.simulated), model=container.settings.simulator.priced_as)


def _unknown(total: queries.Spending) -> str:
    if not total.unknown:
        return _("none")
    text = _("Replies without a known price: {n}. Their cost is in no sum; set costs.prices in botops.yaml.")
    return text.format(n=formats.number(total.unknown))
