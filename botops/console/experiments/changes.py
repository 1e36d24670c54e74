"""What may change while an experiment runs: more clients take part, and somebody gets a variant to look at it."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from botops.app.experiments.experimenting import Experiment
from botops.console import deeds, frame, parts, presses
from botops.console.i18n import _
from botops.domain.access import Right
from botops.split import BUCKETS

_POINT = BUCKETS // 100
_NOT = 0
"""In the place of a version: no tester any longer."""


def section(one: Experiment) -> None:
    """Letting more clients in, and testers."""
    path = f"/v1/experiments/{quote(one.prompt)}"
    if one.split.coverage < BUCKETS:
        with deeds.popover(_("Let more clients in"), Right.APPROVE, icon=":material/group_add:", key="widen"):
            _widen(one, path)
    with deeds.popover(_("Show a variant to somebody"), Right.APPROVE, icon=":material/person_add:", key="testers"):
        _testers(one, path)


def _widen(one: Experiment, path: str) -> None:
    parts.answer(_("Nobody changes variants: those who come in are dealt like the others. It cannot be made smaller."))
    with st.form("widen-form", border=False):
        least = one.split.coverage // _POINT + 1
        share = st.slider(_("Clients who take part, %"), min(least, 99), 100, 100, key=f"widen-{one.split.coverage}")
        body = {"coverage": share * _POINT, "reason": deeds.why("widen"), "by": deeds.who("widen"),
                "release": one.release}  # fmt: skip
        if presses.submit(_("Let them in"), key="widen-now"):
            deeds.send(f"{path}/coverage", body)


def _testers(one: Experiment, path: str) -> None:
    parts.answer(_("This client always gets the variant and is left out of the figures: to look at it oneself."))
    testers = one.split.testers
    if testers:
        heads = [(_("Client"), False), (_("Version"), False)]
        frame.show(parts.table(heads, [(lead, f"v{version}") for lead, version in testers.items()]))
    with st.form("testers-form", border=False):
        lead = st.text_input(_("Client id"), key="tester-lead", max_chars=200)
        options = [*one.split.versions, *([_NOT] if testers else [])]
        version = st.selectbox(
            _("Version"), options, key=f"tester-version-{len(testers)}", filter_mode=None,
            format_func=lambda n: _("like any client again") if n == _NOT else f"v{n}",
        )  # fmt: skip
        body = {"lead": lead.strip(), "reason": deeds.why("tester"), "by": deeds.who("tester"), "release": one.release}
        if presses.submit(_("Save"), key="tester-now"):
            if not lead.strip():
                frame.show(frame.alert("bad", _("It was not kept"), _("Name the client.")))
                return
            deeds.send(f"{path}/testers", body | {"version": version or None})
