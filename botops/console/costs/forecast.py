"""The forecast: what the month comes to, what it rests on, and how such forecasts did before."""

from __future__ import annotations

from botops.app.container import Container
from botops.app.costs.forecasting import Forecast
from botops.console import data, formats, frame, parts
from botops.console.costs import charts as costs_charts
from botops.console.costs import forecast_notes
from botops.console.costs import reads as costs_reads
from botops.console.costs.charts import Ahead
from botops.console.costs.choice import Shown
from botops.console.i18n import _, ngettext
from botops.console.safe import tag
from botops.costs.forecast import Backtest, Projection


def section(container: Container, shown: Shown) -> None:
    """The picture of the month with the words under it."""
    parts.question(_("What will the month come to?"))
    found = costs_reads.forecast(container, data.key_of(container), shown.currency)
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
    if lines := [tag("li", said) for said in forecast_notes.said(found, shown)]:
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
