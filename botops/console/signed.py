"""Who is in front of the page: by the token that the browser showed when it was opened."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st

from botops.app.access.signing_in import session_of
from botops.app.container import Container
from botops.console import installation
from botops.domain.access import Actor
from botops.domain.errors import BotopsError, SignInError

if TYPE_CHECKING:
    from collections.abc import Mapping

_COOKIE = "botops_session"
_DEVICE = "botops_device"
_NAME = "signed-in-as"


def cookie(headers: Mapping[str, str]) -> str:
    """What the cookie with the session's token is called at the address that a browser asked for. A browser keeps one
    cookie of a name for all ports of a host: with the port in its name, two consoles on one machine throw nobody out of
    the other."""
    try:
        port = urlsplit(f"//{headers.get('host', '')}").port
    except ValueError:
        port = None
    return _COOKIE if port is None else f"{_COOKIE}_{port}"


def device_cookie(headers: Mapping[str, str]) -> str:
    """What the cookie is called by which a browser is known at its next sign-in, as `cookie`."""
    return cookie(headers).replace(_COOKIE, _DEVICE, 1)


def token() -> str:
    """The session's token; empty without one."""
    return st.context.cookies.get(cookie(st.context.headers), "")


def actor() -> Actor | None:
    """Who is signed in. None where nobody has to sign in, nobody has, or the installation cannot be read."""
    try:
        return session_of(installation.opened(), token()) if installation.settings().sign_in.on else None
    except BotopsError:
        return None


def let_in() -> Actor | None:
    """Who is signed in, at the start of a run. What another person left in this page is gone: the browser may come back
    to it with somebody else's session."""
    who = actor()
    name = who.name if who is not None else ""
    if st.session_state.get(_NAME, name) != name:
        st.session_state.clear()
    st.session_state[_NAME] = name
    return who


def require(container: Container) -> None:
    """Raises SignInError where people have to sign in and nobody has, StoreError."""
    if container.settings.sign_in.on and session_of(container, token()) is None:
        raise SignInError("the session is over or was ended: sign in again")
