"""The forecast: what the month comes to, what it rests on, and how such forecasts did before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from botops.app.container import Container
from botops.app.costs.forecasting import Forecast
from botops.console import costs_charts, data, formats, frame, parts
from botops.console.costs_charts import Ahead
from botops.console.costs_choice import USD, Shown
from botops.console.i18n import _, ngettext
from botops.console.safe import tag
from botops.costs.forecast import Backtest, Projection


def section(container: Container, shown: Shown) -> None:
    """The picture of the month with the words under it."""
    parts.question(_("What will the month come to?"))
    found = data.forecast(container, data.key_of(container), shown.currency)
    months = found.in_currency(shown.currency)
    if months.total is None:
        frame.empty(_("Nothing to tell from yet"), _("A forecast needs at least one whole day with a reply."))
        return
    total = months.total
    text = _("By {day}: about {expected}, between {low} and {high} nine times in ten. {spent} is spent already.")
    frame.show(
        tag("p", text.format(
            day=formats.day(months.until), expected=formats.cost(total.expected, shown.currency),
            low=formats.cost(total.low, shown.currency), high=formats.cost(total.high, shown.currency),
            spent=formats.cost(months.spent, shown.currency),
        ), class_="bo-answer")
    )  # fmt: skip
    if months.few_days:
        frame.show(frame.alert("warn", _("A rough idea only"), _few(months)))
    points = [
        Ahead(
            each.day, each.actual, each.expected if each.day >= months.first else None,
            each.interval.low if each.interval else None, each.interval.high if each.interval else None,
        )
        for each in months.days
    ]  # fmt: skip
    costs_charts.ahead(points, shown.currency)
    _words(found, months, shown)


def _words(found: Forecast, months: Projection, shown: Shown) -> None:
    parts.question(_("Can the forecast be believed?"))
    parts.answer(_backtest(months.backtest))
    kinds = [note for note in found.notes if note.kind in _NOTES]
    lines = [tag("li", _NOTES[note.kind](note.values, shown)) for note in kinds]
    if lines:
        frame.show(tag("ul", *lines, class_="bo-small bo-notes"))
    if months.weekdays:
        names = formats.weekdays()
        days = [f"{name} {formats.percent(share)}" for name, share in zip(names, months.weekdays, strict=True)]
        parts.answer(_("Days of the week against the mean day: {days}.").format(days=", ".join(days)))


def _backtest(tried: Backtest) -> str:
    """How forecasts made of the past did, in words."""
    if tried.mape is None or tried.coverage is None:
        return _("The history is too short to try forecasts on it: nothing can be said of their error.")
    n = len(tried.trials)
    text = ngettext(
        "Made as of {n} day of the last four weeks, the forecast missed by {error} on average; the interval held "
        "{share} of the time (it should be about 90 %).",
        "Made as of each of {n} days of the last four weeks, the forecast missed by {error} on average; the interval "
        "held {share} of the time (it should be about 90 %).",
        n,
    )
    said = text.format(n=n, error=formats.percent(tried.mape, 1), share=formats.percent(tried.coverage))
    if tried.next_day_mape is not None:
        said += " " + _("A single day, told the day before: {error}.").format(
            error=formats.percent(tried.next_day_mape, 1)
        )
    if tried.usual is not None and tried.usual.mape is not None:
        n = tried.unusual_days
        text = ngettext(
            "Without {n} day that nobody could foresee: {error}.",
            "Without {n} days that nobody could foresee: {error}.",
            n,
        )
        said += " " + text.format(n=n, error=formats.percent(tried.usual.mape, 1))
    return said


def _few(months: Projection) -> str:
    n = months.history_days
    text = ngettext(
        "Only {n} whole day is known: weekdays and growth are mostly guessed, so the interval is wide.",
        "Only {n} whole days are known: weekdays and growth are mostly guessed, so the interval is wide.",
        n,
    )
    return text.format(n=n)


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


_NOTES: Mapping[str, Callable[[Values, Shown], str]] = {
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
