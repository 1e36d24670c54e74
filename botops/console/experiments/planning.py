"""A new experiment: how many clients it takes, and the form that starts it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from botops.app.container import Container
from botops.app.experiments.metrics import METRICS
from botops.app.experiments.plan_words import say_plan
from botops.app.experiments.planning import Asked
from botops.app.glossary import GLOSSARY
from botops.console import data, frame, parts, safe
from botops.console.experiments import labels as experiment_labels
from botops.console.experiments import new_form, reads
from botops.console.i18n import _, language
from botops.domain.errors import NotFoundError, UserError
from botops.registry import Release

_EFFECTS = ("10%", "20%", "30%", "50%")


def section(container: Container) -> None:
    """The form, folded away."""
    with st.expander(
        _("A new experiment"), icon=":material/add:", key="new-experiment", expanded="new" in st.query_params
    ):
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
        wanted = st.query_params.get("new", "")
        first = list(prompts).index(wanted) if wanted in prompts else 0
        name = st.selectbox(_("Prompt"), list(prompts), index=first, key="new-prompt", width=200, filter_mode=None)
        release, others = prompts[name]
        versions = st.multiselect(_("Against v{live}").format(live=release.live), others, default=others[:1],
                                  key=f"new-versions-{name}", width=260, filter_mode=None,
                                  format_func=lambda n: f"v{n}", placeholder=_("nothing chosen"))  # fmt: skip
        metric = st.selectbox(_("What decides"), list(METRICS), key="new-metric", width=260, filter_mode=None,
                              format_func=lambda key: GLOSSARY[key].name[language()])  # fmt: skip
        effect = st.selectbox(_("Change worth seeing"), _EFFECTS, index=1, key="new-effect", width=170,
                              filter_mode=None)  # fmt: skip
        share = st.slider(_("Clients who take part, %"), 1, 100, 100, key="new-coverage", width=260)
    with st.container():  # one place whatever is said, so that the fields below keep theirs and what is typed
        if not versions:
            frame.show(frame.alert("warn", _("Choose a version to compare with")))
        planned = _plan(container, name, Asked(metric, effect, variants=1 + max(1, len(versions))), share / 100)
    new_form.section(
        container,
        name,
        release,
        new_form.Chosen(tuple(versions), metric, effect, share, planned or new_form.PLANNED, told=planned is not None),
    )


def _plan(container: Container, prompt: str, asked: Asked, share: float) -> int | None:
    """Says what the experiment takes; the leads to plan, None where nothing tells."""
    try:
        plan = reads.plan(container, data.key_of(container), prompt, asked)
        if share < 1:  # the same figures, fewer of whom come into it
            per_day = plan.leads_per_day * share
            plan = reads.plan(container, data.key_of(container), prompt, replace(asked, leads_per_day=per_day))
    except NotFoundError:
        raise
    except UserError:
        parts.answer(_("There are no figures of this prompt yet, so how many clients it takes cannot be told."))
        return None
    frame.show(safe.tag("p", say_plan(plan, language()), class_="bo-answer"))
    parts.answer(_("Today: {value}.").format(value=experiment_labels.value(asked.metric, plan.baseline)))
    return min(new_form.MOST, max(new_form.LEAST, plan.sequence.total))
