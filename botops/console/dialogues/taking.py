"""Taking the chosen dialogues along as a table."""

from __future__ import annotations

from functools import partial

import streamlit as st

from botops.app.container import Container
from botops.app.dialogues.taking import MOST_DIALOGUES, Wording, csv_table, xlsx_table
from botops.console import formats, labels, parts
from botops.console.dialogues.filters import Chosen
from botops.console.i18n import _
from botops.domain.findings import FindingKind, Severity
from botops.domain.reviews import ReplyVerdict
from botops.domain.turns import Action

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def buttons(container: Container, asked: Chosen) -> None:
    """Downloads of what the filters let through. The tables are made when they are asked for."""
    wording, worst = _wording(), asked.worst_first
    with st.popover(_("Take along"), icon=":material/download:", key="take-along"):
        told = _("One row a reply, of up to {n} dialogues that match. Phones and cards are masked.")
        parts.answer(told.format(n=formats.number(MOST_DIALOGUES)))
        st.download_button(
            "Excel", partial(xlsx_table, container, asked.filter, wording, worst_first=worst), "dialogues.xlsx", _XLSX,
            key="take-xlsx", on_click="ignore", icon=":material/table:",
        )  # fmt: skip
        st.download_button(
            "CSV", partial(csv_table, container, asked.filter, wording, worst_first=worst), "dialogues.csv", "text/csv",
            key="take-csv", on_click="ignore", icon=":material/csv:",
        )  # fmt: skip


def _wording() -> Wording:
    heads = (
        _("Dialogue"), _("Client"), _("Reply no."), _("When"), _("Channel"), _("Language"), _("Prompt"),
        _("The client wrote"), _("The bot answered"), _("Outcome"), _("What the check found"), _("Severity"),
        _("Money at risk"), _("Currency"), _("What people say"), _("How it should have been"),
    )  # fmt: skip
    return Wording(
        heads, {one: labels.kind(one) for one in FindingKind}, {one: labels.severity(one) for one in Severity},
        {one: labels.action(one) for one in Action}, {one: labels.reply_verdict(one) for one in ReplyVerdict},
    )  # fmt: skip
