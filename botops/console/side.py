"""The side bar: who is signed in, and the way out."""

from __future__ import annotations

import streamlit as st

from botops.console import api, frame, installation, labels, safe
from botops.console.door.addresses import SIGN_IN, WATCH
from botops.console.i18n import _
from botops.console.safe import tag
from botops.domain.access import Actor
from botops.domain.errors import BotopsError, SignInError

_WATCH_MS = 20_000
# Constant scripts: nothing of anybody's text is in them.
_WATCHING = (
    f"<script>window.botopsWatch ||= setInterval(() => fetch('{WATCH}', {{cache: 'no-store'}})"
    f".then(answer => answer.status === 401 && location.reload(), () => null), {_WATCH_MS})</script>"
)
_LEAVING = f"<script>location.assign('{SIGN_IN}')</script>"


def show(who: Actor | None) -> None:
    """Says who is signed in with a way out, or that nobody has to be."""
    with st.sidebar:
        if who is None:
            if not _signs_in():
                st.caption(_("No sign-in: the console is open on this computer only (127.0.0.1)."))
            return
        roles = ", ".join(labels.access_role(role) for role in sorted(who.roles)) or _("no role")
        held = tag("div", roles, class_="bo-muted bo-small")
        frame.show(tag("div", tag("b", safe.preview(who.name, 60)), held, class_="bo-item"))
        if st.button(_("Sign out"), key="sign-out", icon=":material/logout:", width="stretch"):
            _leave()
        st.html(_WATCHING, unsafe_allow_javascript=True)


def _signs_in() -> bool:
    """True also where it is not known: nothing is said of a door that may be there."""
    try:
        return installation.settings().sign_in.on
    except BotopsError:
        return True


def _leave() -> None:
    try:
        api.client().post("/v1/sign-out", {})
    except SignInError:
        pass  # it was over already
    except BotopsError as error:
        frame.fault(_("You are still signed in"), error)
        return
    st.html(_LEAVING, unsafe_allow_javascript=True)
