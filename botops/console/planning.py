"""A new experiment: how many clients it takes, and the form that starts it."""

from __future__ import annotations

import streamlit as st

from botops.app.container import Container
from botops.app.experiments.metrics import METRICS
from botops.app.experiments.plan_words import say_plan
from botops.app.experiments.planning import Asked, plan_experiment
from botops.app.glossary import GLOSSARY
from botops.console import deeds, experiment_labels, frame, parts, safe
from botops.console.i18n import _, language
from botops.domain.errors import NotFoundError, UserError
from botops.registry import Release

_EFFECTS = ("10%", "20%", "30%", "50%")
_MARGIN_POINTS = 3.0
_LEAST, _MOST = 100, 10_000_000
_PLANNED = 2000


def section(container: Container) -> None:
    """The form, folded away."""
    with st.expander(_("A new experiment"), icon=":material/add:", key="new-experiment"):
        prompts = _candidates(container)
        if not prompts:
            frame.empty(
                _("Nothing to compare"),
                _("An experiment needs a prompt with two versions, one of them live, on which none runs yet."),
            )
            return
        _form(container, prompts)


def _candidates(container: Container) -> dict[str, tuple[Release, list[int]]]:
    """Prompts an experiment could begin on, each with its versions besides the live one."""
    found = {}
    for name in container.registry.names():
        try:
            release = container.registry.release(name)
        except UserError:
            continue
        others = [n for n in container.registry.versions(name) if n != release.live]
        if others and release.split is None:
            found[name] = (release, others[::-1])
    return found


def _form(container: Container, prompts: dict[str, tuple[Release, list[int]]]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(_("Prompt"), list(prompts), key="new-prompt", width=200, filter_mode=None)
        release, others = prompts[name]
        version = st.selectbox(_("Against v{live}").format(live=release.live), others, key=f"new-version-{name}",
                               width=140, format_func=lambda n: f"v{n}", filter_mode=None)  # fmt: skip
        metric = st.selectbox(_("What decides"), list(METRICS), key="new-metric", width=260, filter_mode=None,
                              format_func=lambda key: GLOSSARY[key].name[language()])  # fmt: skip
        effect = st.selectbox(_("Change worth seeing"), _EFFECTS, index=1, key="new-effect", width=170,
                              filter_mode=None)  # fmt: skip
    with st.container():  # one place whatever is said, so that the fields below keep theirs and what is typed
        planned = _plan(container, name, metric, effect)
    with st.form("new-form", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            share = st.slider(_("Clients who take part, %"), 1, 100, 100, key="new-coverage", width=260)
            key = f"new-planned-{name}-{metric}-{effect}"
            total = st.number_input(_("Clients planned"), _LEAST, _MOST, planned, key=key, width=180)
            margin = st.number_input(
                _("False claims: stop when worse by, points"),
                0.1,
                50.0,
                _MARGIN_POINTS,
                0.5,
                key="new-margin",
                width=300,
            )
        experiment = st.text_input(_("Name of the experiment"), key=f"new-key-{name}-{version}", max_chars=60,
                                   value=f"{name}-v{version}")  # fmt: skip
        guardrails = [] if metric == "flagged" else [{"metric": "flagged", "margin": round(margin / 100, 4)}]
        body = {
            "key": experiment,
            "variants": [{"version": release.live, "weight": 5000}, {"version": version, "weight": 5000}],
            "coverage": share * 100,
            "measure": {"primary": metric, "planned": int(total), "guardrails": guardrails},
            "reason": deeds.why("new"),
            "by": deeds.who("new"),
            "release": release.checksum,
        }
        if st.form_submit_button(_("Start"), key="new-start"):
            deeds.send(f"/v1/experiments/{name}", body)


def _plan(container: Container, prompt: str, metric: str, effect: str) -> int:
    """Says what the experiment takes; the leads to plan."""
    try:
        plan = plan_experiment(container, prompt, Asked(metric, effect))
    except NotFoundError:
        raise
    except UserError:
        parts.answer(_("There are no figures of this prompt yet, so how many clients it takes cannot be told."))
        return _PLANNED
    frame.show(safe.tag("p", say_plan(plan, language()), class_="bo-answer"))
    parts.answer(_("Today: {value}.").format(value=experiment_labels.value(metric, plan.baseline)))
    return min(_MOST, max(_LEAST, plan.sequence.total))
