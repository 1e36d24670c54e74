"""What the costs page reads, kept for a few seconds."""

from __future__ import annotations

import streamlit as st

from botops.app.container import Container
from botops.app.costs import choices, forecasting, planning, reporting
from botops.app.costs.budgets import BudgetStanding, standings
from botops.app.costs.distribution import CostDistribution, distribution
from botops.app.costs.periods import this_month
from botops.app.periods import period
from botops.console import data
from botops.costs.plan import CapacityPlan
from botops.store import CostDimension

COST_SECONDS = 15
"""Costs are read from roll-ups, which are behind by as much."""
FORECAST_SECONDS = 120
"""For as long a forecast holds when nothing was spent since."""
USUAL_SPLIT: tuple[CostDimension, ...] = ("purpose",)
"""What the costs page is split by at first: its total is that of every other split, so one read serves both."""


@data.kept(COST_SECONDS, 32)
def costs(
    _container: Container, key: str, days: int, by: tuple[CostDimension, ...], currency: str
) -> reporting.CostReport:
    """What the model cost in a period; of 0 days, since the first of the month."""
    asked = period(_container, days) if days else this_month(_container)
    return reporting.report(_container, asked, by, currency=currency)


@data.kept(COST_SECONDS)
def cost_days(_container: Container, key: str, days: int, currency: str) -> tuple[reporting.CostRow, ...]:
    """What the model cost by day."""
    return reporting.cost_rows(_container, period(_container, days), ("day",), currency=currency)


@data.kept(COST_SECONDS)
def cost_distribution(_container: Container, key: str, days: int, currency: str) -> CostDistribution:
    """How the costs of dialogues are spread."""
    return distribution(_container, period(_container, days), currency=currency)


@st.cache_data(ttl=data.LINT_SECONDS, show_spinner=False)
def models_to_try(_container: Container, key: str, present: str) -> tuple[str, ...]:
    """The models a plan can be tried with."""
    return choices.models_to_try(_container, present)


@data.kept(data.QUERY_SECONDS, 4)
def budgets(_container: Container, key: str) -> tuple[BudgetStanding, ...]:
    """Where each budget stands."""
    return standings(_container)


def forecast(container: Container, key: str, currency: str) -> forecasting.Forecast:
    """The forecast of this month, of no less than what is shown as spent in it."""
    return _forecast(container, key, costs(container, key, 0, (), currency).total.pico_usd)


@data.kept(FORECAST_SECONDS, 4)
def _forecast(_container: Container, key: str, spent: int) -> forecasting.Forecast:
    return forecasting.forecast(_container)


@data.kept(data.LINT_SECONDS, 32)
def plan(
    _container: Container,
    key: str,
    dialogues: float | None,
    what_if: planning.WhatIf | None,
    rpm: int | None,
    tpm: int | None,
) -> CapacityPlan:
    """The plan for a number of dialogues a day. Raises UserError."""
    return planning.plan(_container, dialogues, what_if=what_if, rpm=rpm, tpm=tpm)
