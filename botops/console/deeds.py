"""What changes something is handed to the API, which alone writes; who does it and why is asked in one way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from botops.console import api, data, frame, labels, presses, signed
from botops.console.i18n import _
from botops.domain.access import RIGHTS, Right
from botops.domain.errors import BotopsError

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_NAME = "reviewer"


def who(key: str) -> str:
    """The name of who is signed in. Where nobody has to: a field for it, filled in with the one given last, also where
    it stood empty before."""
    if (actor := signed.actor()) is not None:
        return actor.name
    field = f"by-{key}"
    if (known := st.session_state.get(_NAME)) and not st.session_state.get(field):
        st.session_state[field] = known
    return st.text_input(_("Your name"), key=field, max_chars=100)


def why(key: str) -> str:
    """A field for the reason."""
    return st.text_input(_("Why"), key=f"why-{key}", max_chars=1000)


def send(path: str, body: Mapping[str, Any], *, method: str = "POST", refusal: str = "") -> None:
    """Hands something to the API and draws the page anew, or says why it was refused, under the heading `refusal` where
    nothing was to be kept. `body` names who does it."""
    if refused(body, refusal=refusal):
        return
    try:
        hand(method, path, body)
    except BotopsError as error:
        frame.fault(refusal or _("It was not kept"), error)
        return
    st.rerun()


def refused(body: Mapping[str, Any], *, refusal: str = "") -> bool:
    """True, and says so, when a name or a reason that is asked for is empty."""
    lacks = [name for name in ("by", "reason", "words") if name in body and not str(body[name]).strip()]
    if lacks:
        asked = _("Say who you are and why.") if "reason" in body else _("Say who you are.")
        if "words" in body:
            asked = _("Fill in every field and say who you are.")
        frame.show(frame.alert("bad", refusal or _("It was not kept"), asked))
    return bool(lacks)


def hand(method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Hands something to the API (POST or PUT) and gives its answer; fields of None are left out. Raises UserError when
    it is refused, ConflictError with both texts, OutsideError when the API does not answer."""
    if "by" in body:
        st.session_state[_NAME] = body["by"]
    client = api.client()
    exchange = client.put if method == "PUT" else client.post
    answer = exchange(path, {name: value for name, value in body.items() if value is not None})
    data.refresh()
    return answer


def may(right: Right) -> bool:
    """True when who is in front of the page holds the right; see `lacking`."""
    return lacking(right) is None


def lacking(right: Right) -> str | None:
    """Why what asks for the right cannot be done, fit for a tooltip; None for who holds it. Only what is shown hangs on
    it: the services refuse."""
    actor = signed.actor()
    if actor is None or actor.may(right):
        return None
    wanted = next(role for role, rights in RIGHTS.items() if right in rights)
    held = ", ".join(labels.access_role(role) for role in sorted(actor.roles)) or _("no role")
    said = _("This takes the role: {wanted}. Yours: {held}. An admin can change that.")
    return said.format(wanted=labels.access_role(wanted), held=held)


def button(label: str, right: Right, *, key: str, **options: Any) -> bool:
    """A button for who holds the right; for others it stands there disabled and says why."""
    return presses.button(label, key=key, **_for(right, options))


def submit(label: str, right: Right, *, key: str, **options: Any) -> bool:
    """The button of a form, as `button`."""
    return presses.submit(label, key=key, **_for(right, options))


def popover(label: str, right: Right, **options: Any) -> DeltaGenerator:
    """A popover for who holds the right; for others it cannot be opened and says why."""
    return st.popover(label, **_for(right, options))


def _for(right: Right, options: dict[str, Any]) -> dict[str, Any]:
    reason = lacking(right)
    return options if reason is None else options | {"help": reason, "disabled": True}
