"""Charts. Each answers the question written above it; labels are made here, because Vega speaks English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import altair as alt
import streamlit as st

from botops.app.queries import FaultyDay, Spending
from botops.console import formats
from botops.console.i18n import _, language

_RED, _GREEN, _BLUE = "#d92d20", "#12b76a", "#2e90fa"
_HEIGHT = 230


def faulty(days: Sequence[FaultyDay]) -> None:
    """Replies with false terms by day: those that reached a client and those that were stopped."""
    reached, stopped = _("Reached the client"), _("Stopped by the guard")
    values = [
        {"order": order, "day": formats.day(d.day), "fate": fate, "rank": rank, "replies": count,
         "tip": _("{count} of {all} replies").format(count=formats.number(count), all=formats.number(d.replies))}
        for order, d in enumerate(days)
        for rank, (fate, count) in enumerate(((reached, d.reached), (stopped, d.stopped)))
    ]  # fmt: skip
    colour = alt.Color(
        "fate:N",
        title=None,
        scale=alt.Scale(domain=[reached, stopped], range=[_RED, _GREEN]),
        legend=alt.Legend(orient="top", labelLimit=260),
    )
    chart = _bars(values, _days(days[0].day, len(days)), "replies:Q").encode(
        color=colour,
        order="rank:Q",
        tooltip=[alt.Tooltip("day:N", title=_("Day")), alt.Tooltip("fate:N", title=_("Outcome")),
                 alt.Tooltip("tip:N", title=_("Replies"))],
    )  # fmt: skip
    st.altair_chart(chart, width="stretch", alt=_("Replies with false terms by day"))


def spending(days: Sequence[Spending], currency: str) -> None:
    """What the model cost by day."""
    local = all(day.local is not None for day in days)
    values = []
    for order, spent in enumerate(days):
        day = spent.key[0]
        assert isinstance(day, date)
        amount = spent.local.amount if local and spent.local is not None else spent.usd
        values.append({"order": order, "day": formats.day(day), "cost": float(amount),
                       "tip": formats.cost(Decimal(amount), currency if local else "USD"),
                       "replies": formats.number(spent.replies)})  # fmt: skip
    first = days[0].key[0]
    assert isinstance(first, date)
    chart = _bars(values, _days(first, len(days)), "cost:Q").encode(
        color=alt.value(_BLUE),
        tooltip=[alt.Tooltip("day:N", title=_("Day")), alt.Tooltip("tip:N", title=_("Cost")),
                 alt.Tooltip("replies:N", title=_("Replies"))],
    )  # fmt: skip
    st.altair_chart(chart, width="stretch", alt=_("Model cost by day"))


def _bars(values: list[dict[str, object]], x: alt.X, y: str) -> alt.Chart:
    number = (
        "format(datum.value, ',.12~g')"
        if language() == "en"
        else ("replace(replace(format(datum.value, ',.12~g'), /,/g, '\u00a0'), '.', ',')")
    )
    axis = alt.Axis(title=None, tickCount=4, labelExpr=number)
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(x=x, y=alt.Y(y, axis=axis))
        .properties(height=_HEIGHT)
    )
    return chart


def _days(first: date, count: int) -> alt.X:
    sort = alt.EncodingSortField(field="order", op="min")
    axis = alt.Axis(title=None, labelAngle=0, labelOverlap="greedy", labelSeparation=8, ticks=False)
    return alt.X("day:N", sort=sort, axis=axis, scale=alt.Scale(paddingInner=0.25))
