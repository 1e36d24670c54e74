"""What a run is held against: the choice of another run, and making a run the one that others are held against."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from botops.app.container import Container
from botops.app.evals.baselines import Baseline, baseline_of
from botops.app.evals.reading import comparable
from botops.console import deeds, formats, frame, parts, safe
from botops.console.evals import labels as eval_labels
from botops.console.i18n import _
from botops.console.safe import Html
from botops.domain.access import Right
from botops.domain.releases import EvalRun

_USUAL = ""


def chosen(container: Container, run: EvalRun) -> EvalRun | None:
    """Another run of the suite that a person chose to hold this one against; None for the usual one. The choice stands
    in the address."""
    others = {other.id: other for other in comparable(container, run)}
    if not others:
        return None
    kept = st.query_params.get("against", _USUAL)
    baseline = baseline_of(container, run.suite)
    names = [_USUAL, *others]
    usual = _("as usual: the yardstick, or what is live")
    picked = st.selectbox(
        _("Hold against"), names, index=names.index(kept) if kept in others else 0, key=f"against-{run.id}",
        format_func=lambda key: _name(container, others[key], baseline) if key else usual, filter_mode=None,
    )  # fmt: skip
    frame.remember("against", picked or None)
    return others.get(picked)


def _name(container: Container, run: EvalRun, baseline: Baseline | None) -> str:
    zone = container.settings.company.timezone
    passed = _("{passed} of {all} passed").format(
        passed=formats.number(run.cases - run.failed), all=formats.number(run.cases)
    )
    mark = f" · {_('the yardstick')}" if baseline is not None and baseline.run.id == run.id else ""
    return f"{eval_labels.text(run.version)} · {formats.moment(run.at, zone)} · {passed}{mark}"


def yardstick(container: Container, baseline: Baseline) -> Html:
    """Which run a suite is held against, whose choice it is, and why."""
    zone = container.settings.company.timezone
    who, why = safe.preview(baseline.by, 60), safe.preview(baseline.reason, 160)
    by = _("{who}, {when}: {why}").format(who=who, when=formats.moment(baseline.at, zone), why=why)
    rows = [(_("The yardstick"), _name(container, baseline.run, None)), (_("Chosen by"), by)]
    return parts.facts(rows)


def choose(container: Container, run: EvalRun) -> None:
    """Makes this run the one that later runs are held against."""
    baseline = baseline_of(container, run.suite)
    if baseline is not None and baseline.run.id == run.id:
        frame.show(yardstick(container, baseline))
        return
    key = f"baseline-{run.id}"
    with deeds.popover(_("Make it the yardstick"), Right.EDIT, icon=":material/straighten:", key=key):
        parts.answer(_("Later runs of these tests are held against it until another is chosen."))
        with st.form(f"form-{key}", border=False):
            by, reason = deeds.who(key), deeds.why(key)
            gone = st.checkbox(_("Tests that are missing in this run were taken out on purpose"), key=f"gone-{key}")
            if deeds.submit(_("Hold later runs against it"), Right.EDIT, type="primary", key=f"do-{key}"):
                body = {"by": by, "reason": reason, "allow_gone": gone}
                path = f"/v1/evals/runs/{quote(run.id, safe='')}/baseline"
                deeds.send(path, body, refusal=_("It was not made the yardstick"))
