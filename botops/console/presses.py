"""Buttons that change something, and what is said when a press of one came to nothing.

Streamlit draws a page anew at every choice and gives up the run under way; a press that this run had not come to yet is
forgotten, and so is one whose button is not there any more. To do it in a later run would be to do it with fields that
may say something else by then, so it is not done, and the reader is told.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from botops.console import safe
from botops.console.i18n import _

_PRESSED = "pressed"


def button(label: str, *, key: str, **options: Any) -> bool:
    """A button; True in the run in which its press is to be done."""
    pressed = _pressed()
    return _reached(st.button(label, key=key, on_click=pressed.append, args=(label,), **options), pressed)


def submit(label: str, *, key: str, **options: Any) -> bool:
    """The button of a form, as `button`."""
    pressed = _pressed()
    return _reached(st.form_submit_button(label, key=key, on_click=pressed.append, args=(label,), **options), pressed)


def told() -> None:
    """Says at the end of a page, whatever page it is by now, which presses came to nothing."""
    pressed = _pressed()
    for label in pressed:
        sorry = _("“{button}” was not done: the page changed before it came to that. Press it again if you mean it.")
        st.toast(safe.markdown(sorry.format(button=label)), icon=":material/warning:", duration="long")
    pressed.clear()


def _pressed() -> list[str]:
    """The labels of presses not done yet. A list that stays the same: to set a value of the session's state is one of
    the moments at which Streamlit gives up a run."""
    found: list[str] = st.session_state.setdefault(_PRESSED, [])
    return found


def _reached(now: bool, pressed: list[str]) -> bool:
    if now:
        pressed.clear()
    return now
