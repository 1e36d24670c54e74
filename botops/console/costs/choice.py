"""What a reader of the costs page has chosen: the part, the currency, how to split. All of it is in the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import streamlit as st

from botops.app.container import Container
from botops.app.costs.amounts import Amount, Mean
from botops.app.costs.currency import rate_today
from botops.app.costs.reporting import CostRow
from botops.console import formats, frame
from botops.console.i18n import N_, _

VIEWS: Mapping[str, str] = {
    "where": N_("Where it goes"),
    "dialogues": N_("By dialogue"),
    "ahead": N_("Budgets and forecast"),
    "plan": N_("Planner"),
    "basis": N_("How it is counted"),
}
FIRST = "where"
USD = "USD"
Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True)
class Shown:
    """In which currency amounts are shown: the company's, or dollars when chosen or when there is no rate."""

    currency: str

    def amount(self, cost: Amount | Mean | None) -> str:
        """A cost as text; a dash for none, dollars where it is not known in the currency."""
        if cost is None:
            return formats.NOTHING
        if cost.local is None or self.currency == USD:
            return formats.cost(cost.usd, USD)
        return formats.cost(cost.local, cost.currency)

    def least(self, row: CostRow, cost: Amount | Mean | None) -> str:
        """A cost of a row's calls; unknown where none of them has a price, and marked where some have none."""
        if not row.calls_unknown or cost is None:
            return self.amount(cost)
        return f"≥ {self.amount(cost)}" if row.pico_usd else _("unknown")

    def number(self, cost: Amount | Mean) -> Decimal:
        """The same as a number, for a chart's axis."""
        return cost.usd if cost.local is None or self.currency == USD else cost.local


def view() -> str:
    """The part of the page."""
    kept = st.query_params.get("view", FIRST)
    chosen = st.segmented_control(
        _("Part of the page"), list(VIEWS), default=kept if kept in VIEWS else FIRST, required=True, key="costs-view",
        format_func=lambda name: _(VIEWS[name]), label_visibility="collapsed",
    )  # fmt: skip
    frame.remember("view", None if chosen == FIRST else chosen)
    return chosen or FIRST


def currency(container: Container) -> Shown:
    """The currency: the company's own or dollars. Without a rate there is nothing to choose."""
    own = container.settings.company.currency
    if own == USD or rate_today(container) is None:
        return Shown(USD)
    return Shown(pick("currency", _("Currency"), [own, USD], own, {own: formats.sign(own), USD: "$"}))


def pick(name: str, label: str, options: Sequence[Name], usual: Name, titles: Mapping[Name, str]) -> Name:
    """One of a few, kept in the address under `name` unless it is the usual one."""
    kept = st.query_params.get(name)
    chosen = st.segmented_control(
        label, options, default=kept if kept in options else usual, required=True, key=f"costs-{name}",
        format_func=lambda option: titles[option], label_visibility="collapsed",
    )  # fmt: skip
    found = next((option for option in options if option == chosen), usual)
    frame.remember(name, None if found == usual else found)
    return found
