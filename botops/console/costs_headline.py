"""The numbers the costs page begins with."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from botops.app.container import Container
from botops.app.glossary import GLOSSARY
from botops.console import data, safe
from botops.console.costs_choice import Shown
from botops.console.i18n import language

Line = tuple[str, str, str]
"""A number: its entry in the glossary, its value, and what stands under it."""


def row(container: Container, days: int, shown: Shown) -> None:
    """This month, the budgets, and what a dialogue costs."""
    key = data.key_of(container)
    month = data.month_spent(container, key)
    lines: list[Line] = [("spent_this_month", shown.amount(month.pico_usd, month.local), "")]
    period = data.spending(container, key, days, "total")[0]
    overview = next(n for n in data.overview(container, key, days).numbers if n.id == "cost_per_dialogue")
    lines.append(("model_cost", shown.amount(period.pico_usd, period.local), ""))
    lines.append(
        (
            "cost_per_dialogue",
            shown.exact(overview.usd, overview.value if isinstance(overview.value, Decimal) else None),
            "",
        )
    )
    with st.container(key="numbers"):
        for column, line in zip(st.columns(len(lines)), lines, strict=True):
            with column:
                _metric(*line)


def _metric(name: str, value: str, under: str) -> None:
    entry = GLOSSARY[name]
    st.metric(
        safe.markdown(entry.name[language()]), value, under or None, delta_color="off", delta_arrow="off",
        help=safe.markdown(entry.meaning[language()]), border=True, height="stretch",
    )  # fmt: skip
