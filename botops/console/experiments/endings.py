"""The two ways an experiment ends: a variant is promoted, or everybody gets the live version again."""

from __future__ import annotations

import streamlit as st

from botops.app.experiments.experimenting import Experiment
from botops.console import deeds, presses
from botops.console.experiments import changes
from botops.console.i18n import _
from botops.domain.access import Right


def section(one: Experiment) -> None:
    """Promoting a variant and stopping: the two ways an experiment ends; and what may change before that."""
    with st.container(horizontal=True):
        changes.section(one)
        with deeds.popover(_("Make a version live"), Right.APPROVE, icon=":material/rocket_launch:", key="promote"):
            _promote(one)
        with deeds.popover(_("Stop the experiment"), Right.APPROVE, icon=":material/stop_circle:", key="stop"):
            st.markdown(_("Everybody gets the live version again, v{version}.").format(version=one.live))
            with st.form("stop-form", border=False):
                body = {"reason": deeds.why("stop"), "by": deeds.who("stop"), "release": one.release}
                if presses.submit(_("Stop"), key="stop-now"):
                    deeds.send(f"/v1/experiments/{one.prompt}/stop", body)


def _promote(one: Experiment) -> None:
    with st.form("promote-form", border=False):
        version = st.selectbox(
            _("Version"),
            one.split.versions[::-1],
            format_func=lambda n: f"v{n}",
            key="promote-version",
            filter_mode=None,
        )
        anyway = st.checkbox(_("Although the verdict does not say so; the log keeps why"), key="promote-anyway")
        body = {"version": version, "anyway": anyway, "reason": deeds.why("promote"), "by": deeds.who("promote"),
                "release": one.release}  # fmt: skip
        if presses.submit(_("Make it live and end the experiment"), key="promote-now"):
            deeds.send(f"/v1/experiments/{one.prompt}/promote", body)
