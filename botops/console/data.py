"""What pages read: the container, opened once for the process, and queries kept for a few seconds."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from botops.app import queries
from botops.app.container import Container
from botops.app.costs import choices, forecasting, planning, reporting
from botops.app.costs.budgets import BudgetStanding, standings
from botops.app.costs.distribution import CostDistribution, distribution
from botops.app.costs.periods import this_month
from botops.app.evals.suite_files import ListedSuite, listed_suites, suites_folder
from botops.app.experiments import status as experiments
from botops.app.periods import period
from botops.app.prompts.state import lint_findings
from botops.app.supervise import SET_VARIABLE
from botops.config import FILE_NAME, Secrets, load_settings
from botops.costs.plan import CapacityPlan
from botops.domain.messages import Language
from botops.domain.problems import Problem
from botops.store import CostDimension

QUERY_SECONDS = 5
LINT_SECONDS = 30
COST_SECONDS = 15
"""Costs are read from roll-ups, which are behind by as much."""
FORECAST_SECONDS = 120
"""For as long a forecast holds when nothing was spent since."""
USUAL_SPLIT: tuple[CostDimension, ...] = ("purpose",)
"""What the costs page is split by at first: its total is that of every other split, so one read serves both."""


@st.cache_resource(show_spinner=False, max_entries=4, on_release=lambda container: container.close())
def _opened(directory: str, settings_changed: int) -> Container:
    overrides = os.environ.get(SET_VARIABLE, "").splitlines()
    settings = load_settings(Path(directory) / FILE_NAME, overrides=overrides)
    return Container.open(settings, Secrets.from_environ(os.environ), role="reader")


def container() -> Container:
    """The installation in the working directory, opened for reading; anew when its settings file changes.

    Raises UserError for broken settings and StoreError while there is no store.
    """
    directory = Path.cwd()
    try:
        changed = (directory / FILE_NAME).stat().st_mtime_ns
    except FileNotFoundError:
        changed = 0
    return _opened(str(directory), changed)


def forget() -> None:
    """Lets go of everything kept: after a fault the next run opens it anew."""
    _opened.clear()
    st.cache_data.clear()


@st.cache_data(ttl=QUERY_SECONDS, show_spinner=False)
def overview(_container: Container, key: str, days: int) -> queries.Overview:
    """The overview's numbers."""
    return queries.overview(_container, period(_container, days))


@st.cache_data(ttl=QUERY_SECONDS, show_spinner=False)
def patterns(_container: Container, key: str, days: int) -> tuple[queries.Pattern, ...]:
    """Where the bot errs."""
    return queries.patterns(_container, period(_container, days))


@st.cache_resource(ttl=COST_SECONDS, show_spinner=False, max_entries=32)
def costs(
    _container: Container, key: str, days: int, by: tuple[CostDimension, ...], currency: str
) -> reporting.CostReport:
    """What the model cost in a period; of 0 days, since the first of the month."""
    asked = period(_container, days) if days else this_month(_container)
    return reporting.report(_container, asked, by, currency=currency)


@st.cache_resource(ttl=COST_SECONDS, show_spinner=False, max_entries=8)
def cost_days(_container: Container, key: str, days: int, currency: str) -> tuple[reporting.CostRow, ...]:
    """What the model cost by day."""
    return reporting.cost_rows(_container, period(_container, days), ("day",), currency=currency)


@st.cache_resource(ttl=COST_SECONDS, show_spinner=False, max_entries=8)
def cost_distribution(_container: Container, key: str, days: int, currency: str) -> CostDistribution:
    """How the costs of dialogues are spread."""
    return distribution(_container, period(_container, days), currency=currency)


@st.cache_data(ttl=LINT_SECONDS, show_spinner=False)
def models_to_try(_container: Container, key: str, present: str) -> tuple[str, ...]:
    """The models a plan can be tried with."""
    return choices.models_to_try(_container, present)


# Those below are kept as they are, not pickled: they hold read-only mappings, and nothing in them can be changed.
@st.cache_resource(ttl=QUERY_SECONDS, show_spinner=False, max_entries=32)
def experiment(_container: Container, key: str, prompt: str, language: Language) -> experiments.ExperimentStatus:
    """How the experiment on a prompt stands."""
    return experiments.experiment_status(_container, prompt, language)


@st.cache_resource(ttl=QUERY_SECONDS, show_spinner=False, max_entries=4)
def budgets(_container: Container, key: str) -> tuple[BudgetStanding, ...]:
    """Where each budget stands."""
    return standings(_container)


def forecast(container: Container, key: str, currency: str) -> forecasting.Forecast:
    """The forecast of this month, of no less than what is shown as spent in it."""
    return _forecast(container, key, costs(container, key, 0, (), currency).total.pico_usd)


@st.cache_resource(ttl=FORECAST_SECONDS, show_spinner=False, max_entries=4)
def _forecast(_container: Container, key: str, spent: int) -> forecasting.Forecast:
    return forecasting.forecast(_container)


@st.cache_resource(ttl=LINT_SECONDS, show_spinner=False, max_entries=32)
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


@st.cache_resource(ttl=LINT_SECONDS, show_spinner=False, max_entries=8)
def experiment_history(_container: Container, key: str, prompt: str) -> tuple[experiments.HistoryPoint, ...]:
    """How it stood at the end of each day."""
    return experiments.experiment_history(_container, prompt)


@st.cache_data(ttl=LINT_SECONDS, show_spinner=False)
def lint(_container: Container, key: str, language: Language) -> tuple[Problem, ...]:
    """What lint says of the prompts, explained in a language."""
    return lint_findings(_container, language)


@st.cache_resource(ttl=LINT_SECONDS, show_spinner=False, max_entries=8)
def _suites(_container: Container, key: str, files: tuple[tuple[str, int, int], ...]) -> tuple[ListedSuite, ...]:
    return listed_suites(_container.settings)


def suites(container: Container) -> tuple[ListedSuite, ...]:
    """The sets of tests as their files stand, read anew when one of them changes."""
    folder = suites_folder(container.settings)
    found = [(path.name, path.stat()) for path in sorted(folder.glob("*.y*ml"))]
    return _suites(container, key_of(container), tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))


def refresh() -> None:
    """Lets go of kept figures and looks at the files now: something was changed."""
    container().registry.refresh()
    st.cache_data.clear()
    experiment.clear()
    costs.clear()
    cost_days.clear()
    cost_distribution.clear()
    budgets.clear()
    _forecast.clear()
    plan.clear()
    experiment_history.clear()


def key_of(container: Container) -> str:
    """What tells this installation's kept queries from another's."""
    return str(container.settings.root)
