"""What pages read: the container, opened once for the process, and queries kept for a few seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import streamlit as st

from botops.app import incidents, queries, system
from botops.app import live as live_hours
from botops.app.checkup import Check
from botops.app.container import Container
from botops.app.evals.suite_files import ListedSuite, listed_suites, suites_folder
from botops.app.experiments import status as experiments
from botops.app.periods import period
from botops.app.prompts.state import lint_findings
from botops.console import installation, signed
from botops.domain.incidents import AffectedReply, Incident
from botops.domain.messages import Language
from botops.domain.problems import Problem

QUERY_SECONDS = 5
LINT_SECONDS = 30
DOCTOR_SECONDS = 60
_KEPT: list[Callable[[], None]] = []
_P = ParamSpec("_P")
_R = TypeVar("_R")


def kept(seconds: float, entries: int = 8) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Keeps what a function reads for so many seconds, for so many sets of arguments; `refresh` lets go of it.

    It is kept as it is, not pickled: fit for what holds read-only mappings, when nothing in it can be changed.
    """

    def keep(function: Callable[_P, _R]) -> Callable[_P, _R]:
        cached = st.cache_resource(ttl=seconds, show_spinner=False, max_entries=entries)(function)
        _KEPT.append(cached.clear)
        return cached

    return keep


def container() -> Container:
    """The installation in the working directory, for who may look into it.

    Raises UserError for broken settings, SignInError for who has not signed in where people have to, and StoreError
    while there is no store.
    """
    opened = installation.opened()
    signed.require(opened)
    return opened


def forget() -> None:
    """Lets go of everything kept: after a fault the next run opens it anew."""
    installation.close()
    st.cache_data.clear()


@st.cache_data(ttl=QUERY_SECONDS, show_spinner=False)
def patterns(_container: Container, key: str, days: int) -> tuple[queries.Pattern, ...]:
    """Where the bot errs."""
    return queries.patterns(_container, period(_container, days))


@kept(QUERY_SECONDS, 32)
def experiment(_container: Container, key: str, prompt: str, language: Language) -> experiments.ExperimentStatus:
    """How the experiment on a prompt stands."""
    return experiments.experiment_status(_container, prompt, language)


@kept(QUERY_SECONDS)
def live(_container: Container, key: str, hours: int) -> live_hours.Live:
    """The last hours."""
    return live_hours.live(_container, hours)


@kept(QUERY_SECONDS)
def _affected(_container: Container, key: str, number: int, until: str) -> tuple[AffectedReply, ...]:
    return tuple(incidents.affected(_container, _container.store.incidents.get(number)))


def affected(container: Container, key: str, incident: Incident) -> tuple[AffectedReply, ...]:
    """What was wrong in replies that reached clients in an incident."""
    return _affected(container, key, incident.number, str(incident.resolved_at))


@kept(LINT_SECONDS, 4)
def store_state(_container: Container, key: str) -> system.StoreState:
    """What the store holds; counting a large one takes a while."""
    return system.store_state(_container)


@kept(DOCTOR_SECONDS, 4)
def doctor(key: str, settings_changed: int) -> tuple[Check, ...]:
    """What the doctor says of the installation in a folder."""
    return system.findings(Path(key))


@kept(LINT_SECONDS)
def experiment_history(_container: Container, key: str, prompt: str) -> tuple[experiments.HistoryPoint, ...]:
    """How it stood at the end of each day."""
    return experiments.experiment_history(_container, prompt)


@st.cache_data(ttl=LINT_SECONDS, show_spinner=False)
def lint(_container: Container, key: str, language: Language) -> tuple[Problem, ...]:
    """What lint says of the prompts, explained in a language."""
    return lint_findings(_container, language)


@kept(LINT_SECONDS)
def _suites(_container: Container, key: str, files: tuple[tuple[str, int, int], ...]) -> tuple[ListedSuite, ...]:
    return listed_suites(_container.settings)


def suites(container: Container) -> tuple[ListedSuite, ...]:
    """The sets of tests as their files stand, read anew when one of them changes."""
    folder = suites_folder(container.settings)
    found = [(path.name, path.stat()) for path in sorted(folder.glob("*.y*ml"))]
    return _suites(container, key_of(container), tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in found))


def refresh() -> None:
    """Lets go of kept figures and looks at the files now: something was changed."""
    opened = container()
    opened.registry.refresh()
    opened.books.refresh()
    st.cache_data.clear()
    for clear in _KEPT:
        clear()


def key_of(container: Container) -> str:
    """What tells this installation's kept queries from another's."""
    return str(container.settings.root)
