"""The last step of a new price book: put forward for a second person, or made live."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from botops.app.container import Container
from botops.app.pricebooks.candidate import Candidate
from botops.console import deeds, frame, parts, presses
from botops.console.i18n import _
from botops.console.pricebook import labels, uploads
from botops.console.pricebook.uploads import Upload
from botops.domain.access import Right
from botops.domain.errors import BotopsError

VIEW = "view"
RELEASES = "releases"


def section(container: Container, found: Candidate, upload: Upload, token: str) -> None:
    """The form, with the words of yes that this book needs."""
    parts.question(_("Shall it hold?"))
    if found.checksum == found.base:
        frame.show(frame.alert("note", _("This price book is in force already.")))
        return
    second = container.settings.releases.of_pricebook().needs_approval
    parts.answer(
        _("A second person has to agree: propose it, and they find it under “Releases”.") if second
        else _("It holds for every reply within two seconds, and can be taken back at any time.")
    )  # fmt: skip
    with st.form(f"live-{token}", border=False):
        yes = _asked(found, token)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            by, reason = deeds.who(f"live-{token}"), deeds.why(f"live-{token}")
        with st.container(horizontal=True):
            proposed = _button(_("Propose it"), Right.EDIT, f"live-propose-{token}", main=second)
            published = not second and _button(_("Make it live"), Right.APPROVE, f"live-publish-{token}", main=True)
    body = {"text": found.raw.decode("utf-8", "replace"), "format": found.suffix.removeprefix("."), "by": by,
            "reason": reason}  # fmt: skip
    if proposed:
        _hand("propose", body, upload, token)
    elif published and not all(yes.values()):
        frame.show(frame.alert("bad", _("Nothing was published"), _("Tick what is meant so, or correct the list.")))
    elif published:
        _hand("publish", {**body, **yes, "expected": found.expected or None}, upload, token)


def _button(label: str, right: Right, key: str, *, main: bool) -> bool:
    lacking = deeds.lacking(right)
    kind: Literal["primary", "secondary"] = "primary" if main else "secondary"
    return presses.submit(label, type=kind, key=key, disabled=lacking is not None, help=lacking)


def _asked(found: Candidate, token: str) -> dict[str, bool]:
    """A yes for each thing that looks wrong."""
    return {need: st.checkbox(labels.need(need), key=f"live-{need}-{token}") for need in found.needs()}


def _hand(step: str, body: dict[str, Any], upload: Upload, token: str) -> None:
    if deeds.refused(body):
        return
    try:
        deeds.hand("POST", f"/v1/pricebook/{step}", body)
        if columns := upload.last("columns"):
            deeds.hand("PUT", "/v1/pricebook/columns", {"columns": columns, "by": body["by"]})
    except BotopsError as error:
        frame.fault(_("It was not kept"), error)
        return
    uploads.drop(token)
    frame.remember(uploads.PARAMETER, None)
    frame.remember(VIEW, RELEASES)
    st.session_state["book-told"] = step
    st.rerun()
