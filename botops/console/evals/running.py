"""Running tests from the console: what is asked for, how far it is, and what came of it on one text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import streamlit as st

from botops.app.container import Container
from botops.app.evals.reading import Text, last_runs
from botops.app.evals.suite_files import ListedSuite
from botops.app.models import SIMULATOR
from botops.console import api, deeds, formats, frame, labels, navigation, parts, presses
from botops.console.evals import labels as eval_labels
from botops.console.i18n import _
from botops.console.safe import tag
from botops.domain.access import Right
from botops.domain.errors import BotopsError
from botops.domain.evaluations import EvalTask, TaskState

LOOK_EVERY_S = 1.5


def section(container: Container, prompt: str, text: Text, suites: Sequence[ListedSuite], key: str) -> None:
    """The sets of tests of a prompt on one of its texts: the last results, the run under way, and a form for the next.
    `key` tells one place on a page from another."""
    mine = [suite for suite in suites if suite.prompt == prompt and not suite.problem]
    if not mine:
        parts.answer(_("No set of tests is for this prompt yet: a flagged dialogue makes the first test."))
        return
    found = last_runs(container, prompt, text, mine)
    for suite in mine:
        last = found.get(suite.name)
        with st.container(horizontal=True, vertical_alignment="center", key=f"last-{key}-{suite.name}"):
            frame.show(tag("div", tag("b", suite.name), *eval_labels.last(last), class_="bo-row"))
            if last is not None:
                navigation.link("evals", _("See the run"), run=last.run.id)
    run(container, prompt, text, mine, key)


def run(container: Container, prompt: str, text: Text, suites: Sequence[ListedSuite], key: str) -> None:
    """The run under way and a form for the next."""
    _under_way(container, prompt, key)
    _form(container, prompt, text, suites, key)


def _under_way(container: Container, prompt: str, key: str) -> None:
    """The run under way, whoever asked for it, or how the last one of this prompt ended when it ended badly."""
    with st.container(key=f"task-{key}"):  # one place, so that the form below keeps its own
        running = container.store.eval_tasks.running()
        if running:
            _progress(container, running[0], key)
            return
        latest = container.store.eval_tasks.latest(prompt, most=1)
        if latest and latest[0].state not in {TaskState.DONE, TaskState.RUNNING}:
            task = latest[0]
            frame.show(frame.alert("warn", _title(task), eval_labels.task(task), details=task.error or ""))


@st.fragment(run_every=LOOK_EVERY_S)
def _progress(container: Container, begun: EvalTask, key: str) -> None:
    """How far a run is; the page is shown anew when it ends."""
    task = container.store.eval_tasks.get(begun.id)
    if task.state is not TaskState.RUNNING:
        st.rerun()
    st.progress(task.done / task.total if task.total else 0.0, text=f"{_title(task)}: {eval_labels.task(task)}")
    with (
        deeds.popover(_("Cancel the run"), Right.EDIT, key=f"cancel-{key}-{task.id}"),
        st.form(f"cancel-form-{key}-{task.id}", border=False),
    ):
        by = deeds.who(f"cancel-{key}-{task.id}")
        if deeds.submit(_("Cancel it"), Right.EDIT, key=f"cancel-now-{key}"):
            deeds.send(f"/v1/evals/tasks/{quote(task.id)}/cancel", {"by": by}, refusal=_("The run was not cancelled"))


def _title(task: EvalTask) -> str:
    return _("{prompt} {version}, asked for by {who}").format(
        prompt=task.prompt, version=eval_labels.text(task.version), who=task.by
    )


def _form(container: Container, prompt: str, text: Text, suites: Sequence[ListedSuite], key: str) -> None:
    names = [suite.name for suite in suites if suite.cases]
    model = container.bot.model
    limit: float | None = None
    with st.form(f"run-form-{key}", border=False):
        chosen = st.multiselect(_("Sets of tests"), names, default=names, key=f"run-suites-{key}", filter_mode=None,
                                placeholder=_("nothing chosen"))  # fmt: skip
        body: dict[str, Any] = {"prompt": prompt, "version": text.version or "draft", "suites": chosen}
        costs = False
        if not model.simulated:
            asked = [SIMULATOR, model.name]
            body["model"] = st.radio(
                _("Who answers"), asked, key=f"run-model-{key}", horizontal=True,
                format_func={SIMULATOR: _("the simulator, free of charge"), model.name: labels.model(model.name)}.get,
            )  # fmt: skip
        if not model.simulated or container.settings.judge.model:  # a judge is billed whoever answers
            limit = st.number_input(
                _("The models may cost at most, $"), 0.01, 1000.0, 1.0, key=f"run-most-{key}", width=260
            )
            costs = presses.submit(_("What would it cost?"), key=f"run-cost-{key}")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            with st.container(width=260):
                body["by"] = deeds.who(f"run-{key}")
            busy = bool(container.store.eval_tasks.running())  # one runs at a time, and it is shown above
            pressed = deeds.submit(_("Run the tests"), Right.EDIT, type="primary", key=f"run-now-{key}", disabled=busy)
        if (pressed or costs) and not chosen:
            frame.show(frame.alert("bad", _("Choose a set of tests")))
        elif costs:
            _cost(body)
        elif pressed:
            body["max_usd"] = f"{limit:.2f}" if limit is not None else None
            deeds.send("/v1/evals/tasks", body, refusal=_("The tests were not started"))


def _cost(body: dict[str, Any]) -> None:
    """What the run would cost, before anybody pays for it."""
    asked = {name: value for name, value in body.items() if name != "by"}
    try:
        with st.spinner(_("Counting…")):
            told = api.client().post("/v1/evals/estimate", asked)
    except BotopsError as error:
        frame.fault(_("The cost cannot be told"), error)
        return
    dialogues = formats.number(int(told["dialogues"]))
    if told["most_usd"] is None:
        parts.answer(_("{n} dialogues, free of charge.").format(n=dialogues))
        return
    likely, most = (formats.cost(Decimal(told[name]), "USD") for name in ("likely_usd", "most_usd"))
    parts.answer(_("{n} dialogues, about {likely}, at most {most}.").format(n=dialogues, likely=likely, most=most))
    if told["unpriced"]:
        parts.answer(_("The price of the model is not known: set it under costs.prices in botops.yaml."))
