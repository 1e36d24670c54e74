"""Fields whose value stands in the address: set by whoever comes with an address, kept there for who copies it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from botops.console import frame

T = TypeVar("T")


def start(parameter: str, key: str, read: Callable[[str], T]) -> None:
    """Sets a field to what the address says, when that is not what the field itself wrote there."""
    said = st.query_params.get(parameter, "")
    if key not in st.session_state or st.session_state.get(f"{key}-address") != said:
        st.session_state[key] = read(said)
        st.session_state[f"{key}-address"] = said


def keep(parameter: str, key: str, value: str | None) -> None:
    """Writes a field's value into the address; None takes it out."""
    frame.remember(parameter, value)
    st.session_state[f"{key}-address"] = value or ""
