"""The last hours as charts under one another, on one time axis; what was changed meanwhile is drawn through all."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt
import streamlit as st

from botops.app.live import Live, LiveHour
from botops.console import charts, formats, frame, parts
from botops.console.ahead import drawing
from botops.console.i18n import _

_HEIGHT = 140
_LEFT = 58
"""Pixels left of every chart, so that the same hour stands at the same place in all."""
_SIGNS = 24
"""As many numbers of changes fit side by side, on a narrow screen too."""
_TICK_HOURS = {24: 3, 72: 12, 168: 24}


@dataclass(frozen=True, slots=True)
class Mark:
    """A change on the axis: its number in the list under the charts, and its name."""

    number: str
    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class _Axis:
    """Hours since the beginning, labelled as clocks of the company show them."""

    since: datetime
    hours: int
    zone: ZoneInfo
    marks: tuple[Mark, ...]

    def place(self, at: datetime) -> float:
        return (at - self.since) / timedelta(hours=1)

    def x(self, field: str = "from") -> alt.X:
        step = _TICK_HOURS.get(self.hours, 24)
        places, labels = [], []
        for number in range(self.hours):
            local = (self.since + timedelta(hours=number)).astimezone(self.zone)
            if local.hour % step == 0:
                places.append(number)
                labels.append(f"{local:%H:%M}" if step < 24 and local.hour else formats.day(local.date()))
        said = f"{json.dumps(labels, ensure_ascii=False)}[indexof({json.dumps(places)}, datum.value)]"
        axis = alt.Axis(title=None, values=places, labelExpr=said, labelOverlap="greedy", labelSeparation=8, grid=False)
        return alt.X(f"{field}:Q", axis=axis, scale=alt.Scale(domain=[0, self.hours], nice=False))

    def rules(self) -> alt.LayerChart | None:
        if not self.marks:
            return None
        values = [
            {"at": self.place(m.at), "number": m.number, "name": m.name, "time": formats.moment(m.at, str(self.zone))}
            for m in self.marks
        ]
        base = alt.Chart(alt.InlineData(values=values)).encode(
            x=self.x("at"),
            tooltip=[alt.Tooltip("time:N", title=_("When")), alt.Tooltip("name:N", title=_("What"))],
        )
        lines = base.mark_rule(strokeDash=[4, 3], strokeWidth=1.5, clip=True).encode(color=alt.value(charts.GREY))
        signs = base.mark_text(baseline="bottom", dy=-2, fontSize=11, fontWeight="bold").encode(
            text="number:N", y=alt.value(0), color=alt.value(charts.GREY)
        )
        whole: alt.LayerChart = lines + signs
        return whole


def stack(found: Live, marks: Sequence[Mark], currency: str) -> None:
    """Four charts, each under the question it answers."""
    drawing()
    axis = _Axis(found.period.since, len(found.hours), ZoneInfo(found.period.zone), _apart(marks, len(found.hours)))
    parts.question(_("Does the bot answer?"))
    frame.show(parts.legend([(_("Answered by itself"), "blue"), (_("Could not answer"), "red")]))
    _replies(found.hours, axis)
    parts.question(_("Does it answer fast?"))
    _bars(found.hours, axis, "p95", lambda h: None if h.p95_ms is None else h.p95_ms / 1000,
          lambda h: formats.milliseconds(h.p95_ms or 0), _("Time 95% of replies stay under"), _("s"))  # fmt: skip
    parts.question(_("How many dialogues go to people?"))
    _bars(found.hours, axis, "handed", lambda h: h.handed_over, lambda h: formats.number(h.handed_over),
          _("Handed to a person"), None)  # fmt: skip
    parts.question(_("What does an hour cost?"))
    dollars = any(hour.cost.local is None for hour in found.hours)
    _bars(found.hours, axis, "cost", lambda h: float(h.cost.usd if dollars else h.cost.local or 0),
          lambda h: formats.cost(h.cost.usd, "USD") if dollars or h.cost.local is None
          else formats.cost(h.cost.local, currency),
          _("Cost"), "$" if dollars else formats.sign(currency))  # fmt: skip


def _apart(marks: Sequence[Mark], hours: int) -> tuple[Mark, ...]:
    """Marks whose numbers would lie upon one another as one, at the place of the first."""
    near = timedelta(hours=hours) / _SIGNS
    found: list[list[Mark]] = []
    for mark in sorted(marks, key=lambda one: one.at):
        if found and mark.at - found[-1][0].at < near:
            found[-1].append(mark)
        else:
            found.append([mark])
    return tuple(Mark(_signs(some), some[0].at, "; ".join(mark.name for mark in some)) for some in found)


def _signs(marks: Sequence[Mark]) -> str:
    """The numbers of several changes and, once, the sign of alerts among them: `2–4 !`."""
    numbers = [mark.number for mark in marks if mark.number.isdigit()]
    span = numbers[:1] if len(numbers) < 2 else [f"{numbers[0]}–{numbers[-1]}"]
    others = dict.fromkeys(mark.number for mark in marks if not mark.number.isdigit())
    return " ".join([*span, *others])


def _replies(hours: Sequence[LiveHour], axis: _Axis) -> None:
    well, badly = _("Answered by itself"), _("Could not answer")
    values = [
        {**_hour(h, axis), "kind": kind, "rank": rank, "replies": count,
         "tip": _("{count} of {all} replies").format(count=formats.number(count), all=formats.number(h.turns))}
        for h in hours
        for rank, (kind, count) in enumerate(((well, h.turns - h.failed), (badly, h.failed)))
        if count
    ]  # fmt: skip
    chart = _chart(values, axis).encode(
        y=alt.Y("replies:Q", axis=_y_axis(None)),
        color=alt.Color("kind:N", legend=None, scale=alt.Scale(domain=[well, badly], range=[charts.BLUE, charts.RED])),
        order="rank:Q",
        tooltip=[_when(), alt.Tooltip("kind:N", title=_("Outcome")), alt.Tooltip("tip:N", title=_("Replies"))],
    )
    _show(chart, axis, _("Replies by hour"), "live-replies")


def _bars(
    hours: Sequence[LiveHour],
    axis: _Axis,
    name: str,
    value: Callable[[LiveHour], float | None],
    said: Callable[[LiveHour], str],
    title: str,
    unit: str | None,
) -> None:
    values = [
        {**_hour(hour, axis), "value": found, "tip": said(hour)} for hour in hours if (found := value(hour)) is not None
    ]
    chart = _chart(values, axis).encode(
        y=alt.Y("value:Q", axis=_y_axis(unit)),
        color=alt.value(charts.BLUE),
        tooltip=[_when(), alt.Tooltip("tip:N", title=title)],
    )
    _show(chart, axis, title, f"live-{name}")


def _hour(hour: LiveHour, axis: _Axis) -> dict[str, Any]:
    place = axis.place(hour.at)
    return {"from": place + 0.06, "to": place + 0.94, "hour": formats.moment(hour.at, str(axis.zone))}


def _when() -> alt.Tooltip:
    return alt.Tooltip("hour:N", title=_("Hour from"))


def _y_axis(unit: str | None) -> alt.Axis:
    axis = charts.number_axis(3, unit)
    axis.minExtent = axis.maxExtent = _LEFT
    return axis


def _chart(values: list[dict[str, Any]], axis: _Axis) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(x=axis.x(), x2="to:Q", y2=alt.datum(0))
    )
    return chart


def _show(chart: alt.Chart, axis: _Axis, description: str, key: str) -> None:
    rules = axis.rules()
    whole = chart if rules is None else chart + rules
    st.altair_chart(
        whole.properties(height=_HEIGHT, padding={"top": 14, "left": 0, "right": 5, "bottom": 5}),
        width="stretch", alt=description, key=key,
    )  # fmt: skip
