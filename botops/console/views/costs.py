"""Costs: what the models cost, where the money goes, whether budgets hold, and what next month will cost."""

import streamlit as st

from botops.app.container import Container
from botops.console import data, frame, navigation
from botops.console.costs import basis as costs_basis
from botops.console.costs import budgets as costs_budgets
from botops.console.costs import choice as costs_choice
from botops.console.costs import dialogues as costs_dialogues
from botops.console.costs import forecast as costs_forecast
from botops.console.costs import headline as costs_headline
from botops.console.costs import planner as costs_planner
from botops.console.costs import reads as costs_reads
from botops.console.costs import where as costs_where
from botops.console.i18n import _


def body(container: Container) -> None:
    with st.container(horizontal=True, key="costs-choice"):
        days = frame.period()
        shown = costs_choice.currency(container)
    if costs_reads.costs(container, data.key_of(container), days, costs_reads.USUAL_SPLIT, shown.currency).empty:
        frame.empty(_("No costs in this period"), _("Choose a longer period or write to the bot on the Chat page."))
        if st.query_params.get("view") == "plan":
            costs_planner.section(container, shown)
        else:
            navigation.link("costs", _("Plan costs before the first dialogue"), view="plan")
        return
    costs_headline.row(container, days, shown)
    costs_basis.warnings(container, days, shown)
    match costs_choice.view():
        case "dialogues":
            costs_dialogues.section(container, days, shown)
        case "ahead":
            costs_budgets.section(container, shown)
            costs_forecast.section(container, shown)
        case "plan":
            costs_planner.section(container, shown)
        case "basis":
            costs_basis.section(container, days, shown)
        case _:
            costs_where.section(container, days, shown)


frame.page("costs", body)
