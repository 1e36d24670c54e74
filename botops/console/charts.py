"""Charts. Each answers the question written above it; labels are made here, because Vega speaks English."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import streamlit as st

from botops.app.experiments.status import HistoryPoint
from botops.app.queries import FaultyDay
from botops.console import formats
from botops.console.ahead import drawing
from botops.console.experiments import labels as experiment_labels
from botops.console.i18n import _, language

RED, GREEN, BLUE, GREY = "#d92d20", "#12b76a", "#2e90fa", "#667085"
HEIGHT = 230


def faulty(days: Sequence[FaultyDay]) -> None:
    """Replies with false terms by day: those that reached a client and those that were stopped."""
    drawing()
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
        scale=alt.Scale(domain=[reached, stopped], range=[RED, GREEN]),
        legend=alt.Legend(orient="top", labelLimit=260),
    )
    chart = bars(values, day_axis(), "replies:Q").encode(
        color=colour,
        order="rank:Q",
        tooltip=[alt.Tooltip("day:N", title=_("Day")), alt.Tooltip("fate:N", title=_("Outcome")),
                 alt.Tooltip("tip:N", title=_("Replies"))],
    )  # fmt: skip
    st.altair_chart(chart, width="stretch", alt=_("Replies with false terms by day"))


def sequence(points: Sequence[HistoryPoint], metric: str, margin: float | None) -> None:
    """The difference from the control by day with the interval that holds whenever one looks; the dashed line is what a
    guardrail allows. One colour a variant."""
    drawing()
    scale = 100 if experiment_labels.in_points(metric) else 1
    values = [
        {"order": order, "day": formats.day(p.day), "variant": f"v{p.version}", "diff": p.diff * scale,
         "low": p.low * scale, "high": p.high * scale,
         "tip": f"{experiment_labels.difference(metric, p.low)} … {experiment_labels.difference(metric, p.high)}",
         "leads": " / ".join(formats.number(n) for n in p.leads)}
        for order, p in enumerate(points)
    ]  # fmt: skip
    x = day_axis()
    base = alt.Chart(alt.InlineData(values=values)).encode(x=x, color=alt.Color("variant:N", title=None, legend=None))
    # The first days know next to nothing: their bands would press the rest of the picture flat.
    limits = [bound * scale for p in points[len(points) // 4 :] for bound in (p.low, p.high)]
    domain = alt.Scale(domain=[min(0.0, *limits), max(0.0, *limits)], nice=True)
    axis = number_axis(5)
    band = base.mark_area(opacity=0.22, clip=True).encode(
        y=alt.Y("low:Q", axis=axis, scale=domain), y2="high:Q",
        tooltip=[alt.Tooltip("day:N", title=_("Day")), alt.Tooltip("tip:N", title=_("Interval")),
                 alt.Tooltip("leads:N", title=_("Clients by variant"))],
    )  # fmt: skip
    line = base.mark_line(point=True, clip=True).encode(y=alt.Y("diff:Q", axis=axis, scale=domain))
    rules = [0.0] if margin is None else [0.0, margin * scale]
    ruled = alt.Chart(alt.InlineData(values=[{"at": at, "dash": n} for n, at in enumerate(rules)]))
    marks = ruled.mark_rule(clip=True, strokeDash=[4, 4]).encode(
        y=alt.Y("at:Q", axis=axis, scale=domain), color=alt.value(GREY)
    )
    st.altair_chart((band + line + marks).properties(height=HEIGHT), width="stretch", alt=_("Difference by day"))


_LABEL_EN = "format(datum.value, ',.12~g')"
_LABEL = "replace(replace(format(datum.value, ',.12~g'), /,/g, '\u00a0'), '.', ',')"


def number_axis(ticks: int, unit: str | None = None) -> alt.Axis:
    """An axis of numbers, written as the session's language writes them, with their unit above it."""
    axis = alt.Axis(title=unit, tickCount=ticks, labelExpr=_LABEL_EN if language() == "en" else _LABEL)
    if unit is not None:
        axis.titleAngle, axis.titleAlign, axis.titleX, axis.titleY, axis.titleBaseline = 0, "right", -7, -9, "bottom"
    return axis


def bars(values: list[dict[str, object]], x: alt.X, y: str) -> alt.Chart:
    """Bars over an axis of names."""
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(x=x, y=alt.Y(y, axis=number_axis(4)))
        .properties(height=HEIGHT)
    )
    return chart


def day_axis(name: str = "day") -> alt.X:
    """An axis of days in the order of `order`, with as many labels as fit."""
    sort = alt.EncodingSortField(field="order", op="min")
    axis = alt.Axis(title=None, labelAngle=0, labelOverlap="greedy", labelSeparation=8, ticks=False)
    return alt.X(f"{name}:N", sort=sort, axis=axis, scale=alt.Scale(paddingInner=0.25))
