"""What changes something is handed to the API, which alone writes; who does it and why is asked in one way."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import streamlit as st

from botops.app.api_client import ApiClient
from botops.app.supervise import API_VARIABLE
from botops.console import data, frame
from botops.console.i18n import _
from botops.domain.errors import BotopsError

_NAME = "reviewer"


def who(key: str) -> str:
    """A field for the reader's name, filled in with the one given last."""
    known: str = st.session_state.get(_NAME, "")
    return st.text_input(_("Your name"), key=f"by-{key}", value=known, max_chars=100)


def why(key: str) -> str:
    """A field for the reason."""
    return st.text_input(_("Why"), key=f"why-{key}", max_chars=1000)


def send(path: str, body: Mapping[str, Any], *, refusal: str = "") -> None:
    """Hands something to the API and draws the page anew, or says why it was refused, under the heading `refusal` where
    nothing was to be kept. `body` names who does it."""
    if refused(body, refusal=refusal):
        return
    try:
        hand("POST", path, body)
    except BotopsError as error:
        frame.fault(refusal or _("It was not kept"), error)
        return
    st.rerun()


def refused(body: Mapping[str, Any], *, refusal: str = "") -> bool:
    """True, and says so, when a name or a reason that is asked for is empty."""
    lacks = [name for name in ("by", "reason") if name in body and not str(body[name]).strip()]
    if lacks:
        asked = _("Say who you are and why.") if "reason" in body else _("Say who you are.")
        frame.show(frame.alert("bad", refusal or _("It was not kept"), asked))
    return bool(lacks)


def hand(method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Hands something to the API (POST or PUT) and gives its answer; fields of None are left out. Raises UserError when
    it is refused, ConflictError with both texts, OutsideError when the API does not answer."""
    st.session_state[_NAME] = body["by"]
    client = ApiClient(api_address())
    exchange = client.put if method == "PUT" else client.post
    answer = exchange(path, {name: value for name, value in body.items() if value is not None})
    data.refresh()
    return answer


def api_address() -> str:
    """Where the API is: as the supervisor says, else as the settings do."""
    server = data.container().settings.server
    return os.environ.get(API_VARIABLE) or f"http://{server.host}:{server.port}"
