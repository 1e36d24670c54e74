"""What a forecast rests on, in words: one sentence for each kind of note."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from botops.app.costs.forecasting import Forecast
from botops.console import formats
from botops.console.costs.choice import USD, Shown
from botops.console.i18n import _, ngettext

Values = Mapping[str, Any]


def _unusual(values: Values, shown: Shown) -> str:
    day: date = values["day"]
    text = _("{day} cost {times} times the usual: it was left out and is not expected again.")
    return text.format(day=formats.day(day), times=formats.number(float(values["times"]), 1))


def _missing(values: Values, shown: Shown) -> str:
    n = int(values["days"])
    text = ngettext("{n} day has no figure and was passed over.", "{n} days have no figure and were passed over.", n)
    return text.format(n=n)


def _growing(values: Values, shown: Shown) -> str:
    text = _("Spending grows by {share} a week; the further ahead, the less of it is carried on.")
    return text.format(share=formats.percent(abs(float(values["share"])), 1))


def _shrinking(values: Values, shown: Shown) -> str:
    text = _("Spending falls by {share} a week; the further ahead, the less of it is carried on.")
    return text.format(share=formats.percent(abs(float(values["share"])), 1))


def _shifted(values: Values, shown: Shown) -> str:
    share = float(values["share"])
    text = (
        _("From about {day} on the level is {share} higher than before: that is carried on.")
        if share > 0
        else _("From about {day} on the level is {share} lower than before: that is carried on.")
    )
    return text.format(day=formats.day(values["day"]), share=formats.percent(abs(share)))


def _partial(values: Values, shown: Shown) -> str:
    text = _("Today is not over: {share} of a day's cost is usually spent by now.")
    return text.format(share=formats.percent(float(values["share"])))


def _widened(values: Values, shown: Shown) -> str:
    text = _("Past forecasts missed by more than chance explains, so the interval is {times} times as wide.")
    return text.format(times=formats.number(float(values["times"]), 1))


def _far(values: Values, shown: Shown) -> str:
    n = int(values["days"])
    text = ngettext(
        "{n} day lies further ahead than the history was tried on.",
        "{n} days lie further ahead than the history was tried on.",
        n,
    )
    return text.format(n=n)


def _room(values: Values, shown: Shown) -> str:
    n = int(values["days"])
    text = ngettext(
        "The high end leaves room for an unusual day, such as comes once in {n} day.",
        "The high end leaves room for an unusual day, such as comes once in {n} days.",
        n,
    )
    return text.format(n=n)


def _side(values: Values, shown: Shown) -> str:
    text = _("Tests of prompts and the judge cost {amount} this month; they are in no figure here.")
    return text.format(amount=formats.cost(Decimal(str(values["usd"])), USD))


def _held(values: Values, shown: Shown) -> str:
    text = _("Days to come are counted at the rate of {day}: {rate} for a dollar. It may change.")
    rate = formats.rate(Decimal(str(values["rate"])), str(values["currency"]))
    return text.format(day=formats.day(values["day"]), rate=rate)


def _unpriced(values: Values, shown: Shown) -> str:
    n = int(values["replies"])
    text = ngettext(
        "{n} reply of unknown price is in no figure here: the real cost is higher.",
        "{n} replies of unknown price are in no figure here: the real cost is higher.",
        n,
    )
    return text.format(n=formats.number(n))


def _simulated(values: Values, shown: Shown) -> str:
    n = int(values["replies"])
    text = ngettext(
        "{n} simulated reply is counted at a real model's price; nobody bills it.",
        "{n} simulated replies are counted at a real model's price; nobody bills them.",
        n,
    )
    return text.format(n=formats.number(n))


NOTES: Mapping[str, Callable[[Values, Shown], str]] = {
    "missing_days": _missing,
    "unusual_day": _unusual,
    "growing": _growing,
    "shrinking": _shrinking,
    "shifted": _shifted,
    "partial_day": _partial,
    "far_ahead": _far,
    "widened": _widened,
    "incident_room": _room,
    "side_calls": _side,
    "rate_held": _held,
    "unknown_price": _unpriced,
    "simulated": _simulated,
}
"""How each kind of note is said; the others stand on the page already."""


def said(found: Forecast, shown: Shown) -> list[str]:
    """The notes of a forecast that stand nowhere else on the page, in words."""
    return [NOTES[note.kind](note.values, shown) for note in found.notes if note.kind in NOTES]
