"""The numbers the costs page begins with."""

from __future__ import annotations

import streamlit as st

from botops.app.container import Container
from botops.app.glossary import GLOSSARY
from botops.console import data, formats, safe
from botops.console.costs import budgets as costs_budgets
from botops.console.costs import reads as costs_reads
from botops.console.costs import where as costs_where
from botops.console.costs.choice import Shown
from botops.console.i18n import _, language, ngettext

Line = tuple[str, str, str]
"""A number: its entry in the glossary, its value, and what stands under it."""


def row(container: Container, days: int, shown: Shown) -> None:
    """This month and the budgets; what a dialogue and a qualified lead cost, and what the cache saves."""
    month = (_month(container, shown), _forecast(container, shown), _budgets(container))
    with st.container(key="numbers"):
        for line in (month, _period(container, days, shown)):
            numbers(line)


def numbers(lines: tuple[Line, ...]) -> None:
    """Numbers in a row, with their meaning on the question mark."""
    for column, (name, value, under) in zip(st.columns(len(lines)), lines, strict=True):
        entry = GLOSSARY[name]
        with column:
            st.metric(
                safe.markdown(entry.name[language()]), safe.markdown(value), safe.markdown(under) or None,
                delta_color="off", delta_arrow="off", help=safe.markdown(entry.meaning[language()]), border=True,
                height="stretch",
            )  # fmt: skip


def _month(container: Container, shown: Shown) -> Line:
    found = costs_reads.costs(container, data.key_of(container), 0, (), shown.currency)
    beside = ""
    if found.side_total.calls:
        beside = _("and {amount} on tests of prompts and the judge").format(amount=shown.amount(found.side_total.cost))
    return "spent_this_month", shown.least(found.total, found.total.cost), beside


def _forecast(container: Container, shown: Shown) -> Line:
    total = costs_reads.forecast(container, data.key_of(container), shown.currency).in_currency(shown.currency).total
    if total is None:
        return "month_forecast", formats.NOTHING, ""
    low, high = (formats.cost(amount, shown.currency) for amount in (total.low, total.high))
    return "month_forecast", formats.cost(total.expected, shown.currency), f"{low} – {high}"


def _budgets(container: Container) -> Line:
    return "budget_used", *costs_budgets.state(costs_reads.budgets(container, data.key_of(container)))


def _period(container: Container, days: int, shown: Shown) -> tuple[Line, ...]:
    total = costs_reads.costs(container, data.key_of(container), days, costs_reads.USUAL_SPLIT, shown.currency).total
    dialogues, leads = total.spoken.dialogues, total.spoken.qualified
    read = formats.percent(float(total.cached_share)) if total.cached_share is not None else formats.NOTHING
    return (
        ("cost_per_dialogue", shown.least(total, total.per_dialogue),
         ngettext("{n} dialogue", "{n} dialogues", dialogues).format(n=formats.number(dialogues))),
        ("cost_per_qualified", shown.least(total, total.per_qualified),
         ngettext("{n} qualified lead", "{n} qualified leads", leads).format(n=formats.number(leads))),
        ("saved_by_cache", costs_where.saved(total, shown), _("{share} of what was read").format(share=read)),
    )  # fmt: skip
