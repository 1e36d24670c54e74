"""The postmortem of an incident: drafted from what is known, completed here, kept as a file of the project."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from botops.app import incidents as app
from botops.app.container import Container
from botops.console import deeds, frame, parts
from botops.console.i18n import _, language
from botops.console.incidents.steps import path
from botops.domain.access import Right
from botops.domain.errors import BotopsError, ConflictError
from botops.domain.incidents import Incident

_HEIGHT = 420
_BEGUN = "postmortems-begun"
Tongue = Literal["ru", "en"]


@dataclass(frozen=True, slots=True)
class _Begun:
    """What somebody began to write from: a text, the checksum of what was kept then, and which beginning it is. It does
    not change while they write, whatever happens meanwhile."""

    text: str
    base: str
    turn: int
    drafted: bool


def section(container: Container, incident: Incident) -> None:
    """The text to complete, to keep and to download."""
    parts.question(_("What will others read about it?"))
    begun = _begun(container, incident)
    if begun.drafted:
        parts.answer(_("A draft from what is known. What is in italics is a question to you: answer it in its place."))
    else:
        parts.answer(_("As it was kept last."))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tongue: Tongue = st.segmented_control(
            _("Language of the draft"), ["ru", "en"], default="en" if language() == "en" else "ru", required=True,
            key="postmortem-language", format_func=lambda one: {"ru": "RU", "en": "EN"}[one],
        )  # fmt: skip
        if st.button(_("Draft it anew"), icon=":material/refresh:", key="postmortem-anew"):
            _begin(container, incident, tongue, begun.turn + 1)
            st.rerun()
    _editor(incident, begun)


def _begun(container: Container, incident: Incident) -> _Begun:
    """What is being written, or a beginning: what was kept, else a draft. A draft nobody has changed yet is drafted
    anew: it does not say of what is over meanwhile that it is not."""
    known: _Begun | None = _memory().get(incident.number)
    if known is not None:
        if known.drafted and st.session_state.get(_key(incident, known), known.text) == known.text:
            tongue: Tongue = st.session_state.get("postmortem-language") or ("en" if language() == "en" else "ru")
            text = app.postmortem(container, incident.number, tongue)
            if text != known.text:
                return _remember(incident, replace(known, text=text, turn=known.turn + 1))
        return known
    kept = app.kept_postmortem(container, incident.number)
    if kept is None:
        return _begin(container, incident, "en" if language() == "en" else "ru", 0)
    return _remember(incident, _Begun(kept, app.checksum(kept), 0, drafted=False))


def _begin(container: Container, incident: Incident, tongue: Tongue, turn: int) -> _Begun:
    base = app.checksum(app.kept_postmortem(container, incident.number))
    return _remember(incident, _Begun(app.postmortem(container, incident.number, tongue), base, turn, drafted=True))


def _remember(incident: Incident, begun: _Begun) -> _Begun:
    _memory()[incident.number] = begun
    return begun


def _memory() -> dict[int, _Begun]:
    found: dict[int, _Begun] = st.session_state.setdefault(_BEGUN, {})
    return found


def _editor(incident: Incident, begun: _Begun) -> None:
    typed = st.text_area(_("Postmortem"), begun.text, height=_HEIGHT, key=_key(incident, begun), max_chars=200_000)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = deeds.who("postmortem")
        keeps = deeds.button(
            _("Keep the postmortem"), Right.OPERATE, type="primary", icon=":material/save:", key="do-postmortem"
        )
        st.download_button(
            _("Download"), typed.encode(), f"{incident.name}.md", "text/markdown", icon=":material/download:",
            key="postmortem-download", on_click="ignore",
        )  # fmt: skip
    if keeps:
        _keep(incident, typed, begun.base, by)


def _key(incident: Incident, begun: _Begun) -> str:
    return f"postmortem-{incident.number}-{begun.turn}-{begun.base[:8]}"


def _keep(incident: Incident, text: str, base: str, by: str) -> None:
    body = {"text": text, "base": base, "by": by}
    if deeds.refused(body):
        return
    try:
        deeds.hand("PUT", path(incident, "postmortem"), body)
    except ConflictError as error:
        frame.show(frame.alert(
            "bad", _("Somebody else has kept another text meanwhile"),
            _("Copy yours, reload the page, and put both together."), details=error.theirs or "",
        ))  # fmt: skip
        return
    except BotopsError as error:
        frame.fault(_("It was not kept"), error)
        return
    _memory().pop(incident.number, None)
    st.rerun()
