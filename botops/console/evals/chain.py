"""From a flag to the version that mended it: the steps of a test made of a dialogue."""

from __future__ import annotations

import streamlit as st

from botops.app.container import Container
from botops.app.evals.reading import Walk
from botops.console import formats, frame, navigation, safe
from botops.console.evals import labels as eval_labels
from botops.console.i18n import _
from botops.console.safe import Html, tag
from botops.domain.evaluations import CaseOutcome
from botops.domain.releases import EvalRun


def section(container: Container, walk: Walk, *, here: str) -> None:
    """The steps of one test, and the links to each of them but the one the reader is at (`dialogue` or `case`)."""
    steps = [_flag(walk), _case(walk), *_runs(container, walk), _harmless(walk), _version(walk)]
    frame.show(tag("ol", *(tag("li", step) for step in steps if step is not None), class_="bo-chain"))
    with st.container(horizontal=True):
        if here != "case":
            navigation.link(
                "evals", _("The test and its runs"), ":material/checklist:", suite=walk.suite, case=walk.case
            )
        if walk.listed and not walk.runs:
            navigation.link("evals", _("Run the tests"), ":material/play_circle:", prompt=walk.prompt)
        if walk.runs:
            latest = walk.runs[0][0]
            navigation.link("evals", _("The last run"), ":material/play_circle:", run=latest.id)
            navigation.link("prompts", _("Work on the prompt"), ":material/edit:", prompt=latest.prompt, view="draft")


def _flag(walk: Walk) -> Html:
    return tag("span", tag("b", _("Reply {n} of the dialogue").format(n=walk.turn)), f" — {_('what went wrong')}")


def _case(walk: Walk) -> Html:
    gone = None if walk.listed else tag("span", " · ", _("taken out of the suite since"), class_="bo-muted")
    return tag("span", tag("b", _("Test")), " ", tag("code", walk.case), f" · {walk.suite}", gone)


def _runs(container: Container, walk: Walk) -> list[Html]:
    """The last failure and what came after it; one line when it was never run."""
    if not walk.runs:
        return [tag("span", _("Not run yet: run it on the version that was wrong, it should fail."), class_="bo-muted")]
    shown: list[tuple[EvalRun, CaseOutcome]] = []
    for pair in walk.runs:
        if not shown or pair[1].status != shown[-1][1].status:
            shown.append(pair)
        if len(shown) > 1 and pair[1].status == "fail":
            break
    return [_run(container, *pair) for pair in reversed(shown)]


def _run(container: Container, run: EvalRun, outcome: CaseOutcome) -> Html:
    when = formats.moment(run.at, container.settings.company.timezone)
    quote = next((f.quote for f in outcome.failures if f.quote), "")
    said = tag("span", f" «{safe.preview(quote, 120)}»", class_="bo-muted") if quote else None
    return tag("span", tag("b", eval_labels.text(run.version)), f" · {when} ", eval_labels.outcome(outcome), said)


def _harmless(walk: Walk) -> Html | None:
    """What a first run that passes means: nobody has mended anything."""
    if not walk.runs or any(outcome.status != "pass" for _run, outcome in walk.runs):
        return None
    said = _("The mistake did not come back. Models do not err every time: the test stays and guards the next texts.")
    return tag("span", said, class_="bo-muted")


def _version(walk: Walk) -> Html | None:
    if walk.mended_by is None:
        return None
    if not walk.published_as:
        return tag("span", _("The draft mends it: publish it."), class_="bo-muted")
    version = eval_labels.text(walk.published_as)
    if walk.live:
        return tag("span", tag("b", version), f" — {_('mends it and is live')}")
    return tag("span", tag("b", version), f" — {_('mends it and is not live yet')}")
