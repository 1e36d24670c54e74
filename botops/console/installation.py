"""The installation in the working directory, opened once for the process."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from botops.app.container import Container
from botops.app.supervise import SET_VARIABLE
from botops.config import FILE_NAME, Secrets, Settings, load_settings


def settings() -> Settings:
    """Its settings, read anew when their file changes. Raises UserError."""
    return _settings(*_state())


def opened() -> Container:
    """Opened for reading; anew when its settings file changes. Whoever shows what is in it asks for a session first.

    Raises UserError for broken settings and StoreError while there is no store.
    """
    return _opened(*_state())


def close() -> None:
    """Lets go of it: after a fault the next run opens it anew."""
    _opened.clear()


def _state() -> tuple[str, int]:
    directory = Path.cwd()
    try:
        changed = (directory / FILE_NAME).stat().st_mtime_ns
    except FileNotFoundError:
        changed = 0
    return str(directory), changed


@st.cache_resource(show_spinner=False, max_entries=4)
def _settings(directory: str, settings_changed: int) -> Settings:
    return load_settings(Path(directory) / FILE_NAME, overrides=os.environ.get(SET_VARIABLE, "").splitlines())


@st.cache_resource(show_spinner=False, max_entries=4, on_release=lambda container: container.close())
def _opened(directory: str, settings_changed: int) -> Container:
    return Container.open(_settings(directory, settings_changed), Secrets.from_environ(os.environ), role="reader")
