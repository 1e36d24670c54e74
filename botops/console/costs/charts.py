"""Charts of the costs page. They take plain values; labels are made here, because Vega speaks English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import altair as alt
import streamlit as st

from botops.console import charts, formats, frame, parts
from botops.console.ahead import drawing
from botops.console.i18n import _


@dataclass(frozen=True, slots=True)
class DayCost:
    """A day's cost and what is said of it when one points at it."""

    day: date
    cost: Decimal
    replies: int


def days(costs: Sequence[DayCost], currency: str) -> None:
    """What the model cost by day."""
    drawing()
    values: list[dict[str, object]] = [
        {"order": order, "day": formats.day(spent.day), "cost": float(spent.cost),
         "tip": formats.cost(spent.cost, currency), "replies": formats.number(spent.replies)}
        for order, spent in enumerate(costs)
    ]  # fmt: skip
    chart = charts.bars(values, charts.day_axis(), "cost:Q").encode(
        y=alt.Y("cost:Q", axis=charts.number_axis(4, formats.sign(currency))),
        color=alt.value(charts.BLUE),
        tooltip=[alt.Tooltip("day:N", title=_("Day")), alt.Tooltip("tip:N", title=_("Cost")),
                 alt.Tooltip("replies:N", title=_("Replies"))],
    )  # fmt: skip
    st.altair_chart(chart, width="stretch", alt=_("Model cost by day"), key="costs-days")


@dataclass(frozen=True, slots=True)
class Bin:
    """Dialogues whose cost lies in [low, high); the last bin has no upper end."""

    low: Decimal
    high: Decimal | None
    dialogues: int


def histogram(bins: Sequence[Bin], marks: Sequence[tuple[str, Decimal]], currency: str) -> None:
    """How many dialogues cost how much; `marks` are named costs drawn as lines. The last bin stands for all above."""
    drawing()
    width = bins[0].high - bins[0].low if bins[0].high is not None else Decimal(1)
    values: list[dict[str, float | str]] = [
        {"low": float(b.low), "high": float(b.low + width), "dialogues": b.dialogues,
         "tip": _range(b, currency), "count": formats.number(b.dialogues)}
        for b in bins
    ]  # fmt: skip
    ends = [float(bins[0].low), float(bins[-1].low + width)]
    x = alt.X("low:Q", axis=_money_axis(currency), scale=alt.Scale(domain=ends, nice=False))
    columns = alt.Chart(alt.InlineData(values=values)).mark_bar(
        binSpacing=1, cornerRadiusTopLeft=2, cornerRadiusTopRight=2
    )
    columns = columns.encode(
        x=x, x2="high:Q", y=alt.Y("dialogues:Q", axis=charts.number_axis(4)), y2=alt.datum(0),
        color=alt.value(charts.BLUE),
        tooltip=[alt.Tooltip("tip:N", title=_("Cost")), alt.Tooltip("count:N", title=_("Dialogues"))],
    )  # fmt: skip
    places = [
        {"at": float(cost), "name": f"{name}: {formats.cost(cost, currency)}", "row": row}
        for row, (name, cost) in enumerate(marks)
    ]
    ruled = alt.Chart(alt.InlineData(values=places)).encode(x=alt.X("at:Q", axis=_money_axis(currency)))
    lines = ruled.mark_rule(strokeDash=[4, 4], strokeWidth=1.5).encode(color=alt.value(charts.GREY))
    names = ruled.mark_text(align="left", dx=5, fontSize=12).encode(
        text="name:N", y=alt.Y("row:O", axis=None, scale=alt.Scale(range=[8, 24])), color=alt.value(charts.GREY)
    )
    chart = (columns + lines + names).resolve_scale(y="independent").properties(height=charts.HEIGHT)
    st.altair_chart(chart, width="stretch", alt=_("Dialogues by cost"), key="costs-histogram")


def _range(bin_: Bin, currency: str) -> str:
    low = formats.cost(bin_.low, currency)
    if bin_.high is None:
        return _("{amount} and more").format(amount=low)
    return f"{low} – {formats.cost(bin_.high, currency)}"


def _money_axis(currency: str) -> alt.Axis:
    axis = charts.number_axis(6)
    axis.title = formats.sign(currency)
    axis.grid = False
    axis.labelOverlap = "greedy"
    return axis


@dataclass(frozen=True, slots=True)
class Ahead:
    """A day of the forecast's picture: what was spent, or what is expected with its interval."""

    day: date
    spent: Decimal | None
    expected: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


def ahead(points: Sequence[Ahead], currency: str) -> None:
    """Days behind as bars, days ahead as a line with the band the truth is expected in."""
    drawing()
    spent, expected = _("Spent"), _("Expected")
    values = [
        {
            "order": order,
            "day": formats.day(p.day),
            "spent": None if p.spent is None else float(p.spent),
            "expected": None if p.expected is None else float(p.expected),
            "low": None if p.low is None else float(p.low),
            "high": None if p.high is None else float(p.high),
            "kind": spent if p.spent is not None else expected,
            "tip": formats.cost(p.spent if p.spent is not None else p.expected or Decimal(0), currency),
            "range": formats.NOTHING if p.low is None or p.high is None
            else f"{formats.cost(p.low, currency)} – {formats.cost(p.high, currency)}",
        }
        for order, p in enumerate(points)
    ]  # fmt: skip
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=charts.day_axis(),
        tooltip=[alt.Tooltip("day:N", title=_("Day")), alt.Tooltip("kind:N", title=" "),
                 alt.Tooltip("tip:N", title=_("Cost")), alt.Tooltip("range:N", title=_("Interval"))],
    )  # fmt: skip
    axis = charts.number_axis(4, formats.sign(currency))
    bars = base.mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2).encode(y=alt.Y("spent:Q", axis=axis))
    band = base.mark_area(opacity=0.22).encode(y=alt.Y("low:Q", axis=axis), y2="high:Q")
    line = base.mark_line(point=True, strokeDash=[5, 3]).encode(y=alt.Y("expected:Q", axis=axis))
    blue, green = alt.value(charts.BLUE), alt.value(charts.GREEN)
    layers = bars.encode(color=blue) + band.encode(color=green) + line.encode(color=green)
    chart = layers.properties(height=charts.HEIGHT)
    frame.show(parts.legend([(spent, "blue"), (expected, "green")]))
    st.altair_chart(chart, width="stretch", alt=_("Spending: past and expected"), key="costs-ahead")


@dataclass(frozen=True, slots=True)
class HourLoad:
    """An hour of the day with the load of its busiest minute."""

    hour: int
    tokens: float
    over: bool


def hours(loads: Sequence[HourLoad], limit: float | None) -> None:
    """Tokens a minute by hour of the day, and the provider's limit as a line."""
    drawing()
    within, over = _("Within the limit"), _("Over the limit")
    values: list[dict[str, object]] = [
        {"order": load.hour, "hour": f"{load.hour:02d}", "tokens": load.tokens, "kind": over if load.over else within,
         "tip": formats.compact(load.tokens)}
        for load in loads
    ]  # fmt: skip
    chart: alt.Chart | alt.LayerChart = charts.bars(values, charts.day_axis("hour"), "tokens:Q").encode(
        color=alt.Color("kind:N", title=None, legend=alt.Legend(orient="top"),
                        scale=alt.Scale(domain=[within, over], range=[charts.BLUE, charts.RED])),
        tooltip=[alt.Tooltip("hour:N", title=_("Hour")), alt.Tooltip("tip:N", title=_("Tokens a minute"))],
    )  # fmt: skip
    if limit is not None and loads and limit <= max(load.tokens for load in loads) * 3:
        line = alt.Chart(alt.InlineData(values=[{"at": limit}])).mark_rule(strokeDash=[4, 4])
        chart = chart + line.encode(y="at:Q", color=alt.value(charts.GREY))
    st.altair_chart(chart, width="stretch", alt=_("Tokens a minute by hour"), key="plan-hours")
