"""Tests: every set with its last results on what is live and on the draft, running them, and one run or test."""

from collections.abc import Mapping, Sequence

import streamlit as st

from botops.app.container import Container
from botops.app.evals.baselines import baseline_of
from botops.app.evals.reading import LastRun, Text, last_runs, texts_of
from botops.app.evals.suite_files import ListedSuite
from botops.console import data, formats, frame, navigation, parts, safe
from botops.console.evals import against, judge
from botops.console.evals import labels as eval_labels
from botops.console.evals import run as eval_run
from botops.console.evals import running as eval_running
from botops.console.i18n import _, ngettext
from botops.console.safe import Html, tag

_MOST = 30


def body(container: Container) -> None:
    suites = data.suites(container)
    asked = st.query_params
    if "run" in asked or "case" in asked:
        frame.arrived("evals")
    if "run" in asked:
        eval_run.run(container, asked["run"])
    elif "suite" in asked and "case" in asked:
        eval_run.case(container, asked["suite"], asked["case"], suites)
    else:
        _all(container, suites)


def _all(container: Container, suites: tuple[ListedSuite, ...]) -> None:
    for suite in suites:
        if suite.problem:
            files = [tag("code", frame.short(file)) for file in (suite.taken_by, suite.file) if file is not None]
            if suite.taken_by is None:
                title = _("The set of tests {name} cannot be read").format(name=suite.name)
            else:
                title = _("Two sets of tests are called {name}: rename one").format(name=suite.name)
            frame.show(frame.alert("bad", title, *files, details=suite.problem))
    readable = tuple(suite for suite in suites if not suite.problem)
    prompts = list(dict.fromkeys(suite.prompt for suite in readable))
    if not prompts:
        frame.empty(
            _("No tests yet"), _("Open a dialogue with a mistake and make a test of it, so that it stays mended.")
        )
        return
    prompt = _chosen(prompts, container.settings.prompt)
    columns = texts_of(container, prompt)
    mine = tuple(suite for suite in readable if suite.prompt == prompt)
    parts.question(_("Does the bot answer as it should?"))
    results = {text.checksum: last_runs(container, prompt, text, mine) for text in columns}
    for suite in mine:
        with st.container(key=f"suite-{suite.name}"):
            frame.show(_suite(suite, columns, results))
            _last_runs(suite, columns, results)
            chosen = baseline_of(container, suite.name)
            if chosen is not None:
                frame.show(against.yardstick(container, chosen))
            _cases(suite)
    _run_form(container, prompt, columns, mine)
    _past(container, prompt)
    judge.section(container)


def _chosen(prompts: list[str], usual: str) -> str:
    first = usual if usual in prompts else prompts[0]
    kept = st.query_params.get("prompt")
    name = st.segmented_control(
        _("Prompt"), prompts, default=kept if kept in prompts else first, required=True, key="evals-prompt",
        format_func=safe.markdown,
    )  # fmt: skip
    frame.remember("prompt", None if name == first else name)
    return name or first


def _suite(suite: ListedSuite, texts: Sequence[Text], results: Mapping[str, Mapping[str, LastRun]]) -> Html:
    n = len(suite.cases)
    counted = ngettext("{n} test", "{n} tests", n).format(n=formats.number(n))
    head = tag("div", tag("b", suite.name), tag("span", counted, class_="bo-muted"), class_="bo-row")
    rows = []
    for text in texts:
        chips = safe.join(eval_labels.last(results[text.checksum].get(suite.name)), " ")
        rows.append((_serving(text), chips))
    return tag("div", head, parts.facts(rows), class_="bo-item")


def _serving(text: Text) -> str:
    """One of the texts of a prompt, and whether clients get it."""
    name = eval_labels.text(text.version)
    if text.live:
        return f"{name} · {_('live')}"
    return f"{name} · {_('in an experiment')}" if text.version else name


def _last_runs(suite: ListedSuite, texts: Sequence[Text], results: Mapping[str, Mapping[str, LastRun]]) -> None:
    with st.container(horizontal=True):
        for text in texts:
            last = results[text.checksum].get(suite.name)
            if last is not None:
                title = _("The run on {version}").format(version=eval_labels.text(text.version))
                navigation.link("evals", title, ":material/play_circle:", run=last.run.id)


def _cases(suite: ListedSuite) -> None:
    """Tests made of dialogues, each with its own page; those written by hand are named."""
    with st.expander(_("What is tested"), key=f"tests-{suite.name}"):
        for case in (case for case in suite.cases if case.origin is not None):
            navigation.link("evals", safe.markdown(case.id), ":material/forum:", suite=suite.name, case=case.id)
        rows = [[tag("code", case.id), ", ".join(case.tags)] for case in suite.cases if case.origin is None]
        if rows:
            frame.show(parts.table([(_("Test"), False), (_("Marks"), False)], rows))


def _run_form(container: Container, prompt: str, texts: Sequence[Text], suites: tuple[ListedSuite, ...]) -> None:
    if not texts:
        frame.empty(_("Nothing to test"), _("This prompt has neither a live version nor a draft."))
        return
    parts.question(_("What is to be tested?"))
    names = {str(text.version): text for text in texts}
    kept = st.query_params.get("text", "")
    chosen = st.segmented_control(
        _("Text"), list(names), default=kept if kept in names else next(iter(names)), required=True,
        key=f"evals-text-{prompt}", label_visibility="collapsed",
        format_func=lambda version: _serving(names[version]),
    )  # fmt: skip
    frame.remember("text", None if chosen == next(iter(names)) else chosen)
    text = names[chosen or next(iter(names))]
    eval_running.run(container, prompt, text, suites, f"{prompt}-{text.version}")


def _past(container: Container, prompt: str) -> None:
    runs = container.store.eval_runs.latest(prompt, most=_MOST)
    if not runs:
        return
    parts.question(_("What was run lately?"))
    zone = container.settings.company.timezone
    for run in runs:
        with st.container(key=f"row-{run.id}"):
            facts = (eval_labels.text(run.version), run.suite, formats.moment(run.at, zone))
            said = tag("span", " · ".join(facts), class_="bo-muted")
            frame.show(tag("div", eval_labels.run(run), said, class_="bo-row bo-small"))
            navigation.link("evals", _("See the run"), None, run=run.id)


frame.page("evals", body)
