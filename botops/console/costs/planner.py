"""The planner: what a number of dialogues a day costs and needs, with another model, prompt or share of the cache."""

from __future__ import annotations

import math

import streamlit as st

from botops.app.container import Container
from botops.app.costs.planning import WhatIf
from botops.app.glossary import GLOSSARY
from botops.console import data, formats, frame, parts, safe
from botops.console.costs import charts as costs_charts
from botops.console.costs import plan_form as costs_plan_form
from botops.console.costs import reads as costs_reads
from botops.console.costs.choice import USD, Shown
from botops.console.costs.plan_form import Wanted
from botops.console.i18n import _, language, ngettext
from botops.costs.forecast import Interval
from botops.costs.plan import CapacityPlan, LimitUse
from botops.domain.errors import BotopsError


@st.fragment
def section(container: Container, shown: Shown) -> None:
    """Sliders and what follows from them; a slider runs this part alone."""
    parts.question(_("What would it cost, and would it fit the provider's limits?"))
    try:
        wanted = costs_plan_form.form(container)
        found = _plan(container, wanted)
    except BotopsError as error:
        frame.fault(_("This plan cannot be made"), error)
        return
    _figures(found, shown)
    _hours(found)
    _inputs(found)


def _plan(container: Container, wanted: Wanted) -> CapacityPlan:
    what_if = WhatIf(wanted.model, wanted.prompt, wanted.cached)
    key = data.key_of(container)
    return costs_reads.plan(container, key, wanted.dialogues, what_if, wanted.rpm, wanted.tpm)


def _figures(found: CapacityPlan, shown: Shown) -> None:
    peak = max(found.hours, key=lambda hour: hour.busy_tokens)
    month, before = _month(found, shown), _month(found.base, shown)
    dialogues = found.dialogues_per_day * 30
    each = "" if month is None or not dialogues else _("{amount} a dialogue").format(
        amount=formats.cost(month.expected / round(dialogues), shown.currency)
    )  # fmt: skip
    hit, when = _limit(found)
    requests = math.ceil(peak.busy_requests)
    lines = [
        ("plan_month_cost", formats.NOTHING if month is None else formats.cost(month.expected, shown.currency),
         _change(month, before) or each),
        ("plan_tokens_per_minute", formats.compact(round(peak.busy_tokens)),
         ngettext("{n} request", "{n} requests", requests).format(n=formats.number(requests))),
        ("plan_limit_hour", hit, when),
    ]  # fmt: skip
    with st.container(key="plan-numbers"):
        for column, (name, value, under) in zip(st.columns(len(lines)), lines, strict=True):
            with column:
                entry = GLOSSARY[name]
                st.metric(
                    safe.markdown(entry.name[language()]), value, under or None, delta_color="off", delta_arrow="off",
                    help=safe.markdown(entry.meaning[language()]), border=True, height="stretch",
                )  # fmt: skip
    if month is None:
        text = _("The price of {model} is not known: add it to costs.prices in botops.yaml.")
        frame.show(frame.alert("warn", text.format(model=safe.preview(found.model, 80))))
        return
    text = _("Between {low} and {high} nine times in ten, by {model} at the prices of {source}.")
    parts.answer(
        text.format(low=formats.cost(month.low, shown.currency), high=formats.cost(month.high, shown.currency),
                    model=safe.preview(found.model, 80), source=_source(found.price_source))
    )  # fmt: skip


def _source(text: str) -> str:
    """Whose prices: the company's own or the table's; what stands behind it is for `botops cost prices`."""
    return _("your own price") if text.startswith("own price") else text.partition(",")[0].partition(";")[0]


def _month(found: CapacityPlan | None, shown: Shown) -> Interval | None:
    """A month's cost in the currency shown; None where no price is known."""
    if found is None:
        return None
    return found.month if shown.currency == USD else found.month_local


def _change(month: Interval | None, before: Interval | None) -> str:
    if month is None or before is None or not before.expected:
        return ""
    share = float(month.expected / before.expected) - 1
    if abs(share) < 0.0005:
        return _("as it is now")
    sign = "+" if share > 0 else "−"
    return _("{share} against now").format(share=f"{sign}{formats.percent(abs(share), 1 if abs(share) < 0.1 else 0)}")


def _limit(found: CapacityPlan) -> tuple[str, str]:
    """The hour a limit is first hit, and what to say of it."""
    if not found.limits:
        return formats.NOTHING, _("give the provider's limits")
    hit = [use for use in found.limits if use.hit]
    if not hit:
        nearest = max(found.limits, key=lambda use: use.share)
        return _("no"), _("{share} of the limit at the peak").format(share=formats.percent(nearest.share))
    first = min(hour for use in hit for hour in use.hours)
    least = min(hit, key=lambda use: use.dialogues_per_day)
    return f"{first:02d}:00", _fits(least)


def _fits(use: LimitUse) -> str:
    n = math.floor(use.dialogues_per_day)
    return ngettext("{n} dialogue a day fits", "{n} dialogues a day fit", n).format(n=formats.number(n))


def _hours(found: CapacityPlan) -> None:
    parts.question(_("When is it busiest?"))
    limit = next((use for use in found.limits if use.limit.kind == "tpm"), None)
    over = set(limit.hours) if limit is not None else set()
    loads = [costs_charts.HourLoad(hour.hour, hour.busy_tokens, hour.hour in over) for hour in found.hours]
    costs_charts.hours(loads, limit.limit.per_minute if limit is not None else None)
    parts.answer(_("Tokens of a busy minute in each hour of the busiest weekday: 99 minutes in a hundred are quieter."))
    for use in found.limits:
        if use.reached_on is not None:
            kind = _("tokens a minute") if use.limit.kind == "tpm" else _("requests a minute")
            text = _("Growing as now, the limit of {kind} is reached on {day}: raise the tier before.")
            frame.show(
                frame.alert("warn" if use.hit else "note", text.format(kind=kind, day=formats.full_day(use.reached_on)))
            )


def _inputs(found: CapacityPlan) -> None:
    with st.expander(_("What the plan rests on"), key="plan-inputs"):
        heads = [(_("Figure"), False), (_("Value"), True), (_("From where"), False)]
        rows = [
            (costs_plan_form.input_name(one), costs_plan_form.input_value(one), parts.chip(*_origin(one.origin)))
            for one in found.inputs
        ]
        frame.show(parts.table(heads, rows))


def _origin(origin: str) -> tuple[str, str]:
    return {
        "measured": (_("measured"), "good"),
        "given": (_("set here"), ""),
        "assumed": (_("assumed"), "warn"),
    }[origin]
