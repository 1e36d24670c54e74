"""What single dialogues cost: how that is spread, and the dearest."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from botops.app.container import Container
from botops.app.costs.amounts import dollars
from botops.app.costs.reporting import dearest
from botops.app.periods import period
from botops.console import data, formats, frame, labels, navigation, parts, safe
from botops.console.costs import charts as costs_charts
from botops.console.costs import headline as costs_headline
from botops.console.costs import reads as costs_reads
from botops.console.costs.charts import Bin
from botops.console.costs.choice import USD, Shown
from botops.console.i18n import _, ngettext
from botops.console.safe import tag
from botops.store import DearDialogue

_DEAREST = 8
_FEW = 5
"""With fewer dialogues a picture of their spread tells nothing."""


def section(container: Container, days: int, shown: Shown) -> None:
    """The part of the page."""
    _spread(container, days, shown)
    _dearest(container, days, shown)


def _spread(container: Container, days: int, shown: Shown) -> None:
    found = costs_reads.cost_distribution(container, data.key_of(container), days, shown.currency)
    parts.question(_("What does a dialogue cost?"))
    if found.dialogues < _FEW or found.median is None or found.p95 is None:
        n = found.dialogues
        text = ngettext("Only {n} dialogue: too few for a picture.", "Only {n} dialogues: too few for a picture.", n)
        parts.answer(text.format(n=n))
        return
    with st.container(key="spread-numbers"):
        costs_headline.numbers(
            (
                ("dialogue_cost_median", shown.amount(found.median), ""),
                ("dialogue_cost_p95", shown.amount(found.p95), ""),
            )
        )
    marks = [(_("half"), shown.number(found.median)), ("95 %", shown.number(found.p95))]
    costs_charts.histogram([Bin(b.low, b.high, b.dialogues) for b in found.bins], marks, shown.currency)
    most = shown.amount(found.dearest)
    parts.answer(_("How many dialogues cost how much. The dearest one: {amount}.").format(amount=most))


def _dearest(container: Container, days: int, shown: Shown) -> None:
    parts.question(_("Which dialogues cost most?"))
    found = dearest(container, period(container, days), _DEAREST)
    amounts = {row.id: _amount(row, shown) for row in found}
    if len({currency for _number, currency in amounts.values()}) == 1:
        # Each day has its own rate: the order in dollars need not be that of the amounts shown.
        found = tuple(sorted(found, key=lambda row: -amounts[row.id][0]))
    most = max((row.pico_usd for row in found), default=0) or 1
    for index, row in enumerate(found):
        amount = formats.cost(*amounts[row.id])
        turns = ngettext("{n} reply", "{n} replies", row.turns).format(n=row.turns)
        tokens = ngettext("{n} token", "{n} tokens", row.tokens).format(n=formats.number(row.tokens))
        rest = " · ".join([turns, tokens, labels.channel(row.channel)])
        with st.container(key=f"row-dear-{index}"):
            line = tag("span", tag("b", amount), f" · {rest}")
            frame.show(tag("div", line, safe.bar(row.pico_usd / most), class_="bo-item"))
            navigation.link("dialogues", safe.markdown(row.id), None, dialogue=row.id)


def _amount(row: DearDialogue, shown: Shown) -> tuple[Decimal, str]:
    """What a dialogue cost in the currency shown, in dollars where it is not known in it."""
    local = next((money for money in row.local if money.currency == shown.currency), None)
    return (dollars(row.pico_usd), USD) if local is None else (local.amount, local.currency)
