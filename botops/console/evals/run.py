"""One run: what broke and what was mended first, with the dialogues side by side; and one test with its past."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from botops.app.container import Container
from botops.app.evals.reading import CaseChange, changes, walks
from botops.app.evals.suite_files import ListedSuite
from botops.console import formats, frame, labels, navigation, parts, safe
from botops.console.evals import against
from botops.console.evals import chain as eval_chain
from botops.console.evals import labels as eval_labels
from botops.console.i18n import _, ngettext
from botops.console.safe import Html, Mark, tag
from botops.domain.errors import NotFoundError
from botops.domain.evaluations import CaseOutcome, KeptDraft, KeptTurn
from botops.domain.releases import EvalRun
from botops.domain.turns import Action

_MOST_OPEN = 3
_PAGE = 30
"""Tests shown at a time: a browser takes a minute to draw a thousand of them."""
_PLAIN = {"", Action.PASSED}


def run(container: Container, run_id: str) -> None:
    """A run and its tests."""
    navigation.link("evals", _("All tests"), ":material/arrow_back:")
    try:
        found = container.store.eval_runs.get(run_id)
    except NotFoundError:
        frame.empty(_("There is no such run"), _("The link is incomplete, or the store is another one."))
        return
    before, cases = changes(container, found, against.chosen(container, found))
    _facts(container, found, before)
    if not cases:
        frame.empty(_("Its tests are not known"), _("It was kept before tests were, or its clients were erased."))
        return
    _flips(cases, before)
    against.choose(container, found)
    shown = [case for case in cases if case.broke or case.mended or case.after.status != "pass"]
    if shown:
        parts.question(_("What went wrong, and what was mended?"))
    key = f"shown-{found.id}"
    most: int = st.session_state.get(key, _PAGE)
    for number, change in enumerate(shown[:most]):
        _case(found, before, change, opened=number < _MOST_OPEN)
    if len(shown) > most and st.button(_("Show more"), key=f"more-{found.id}"):
        st.session_state[key] = most + _PAGE
        st.rerun()
    _passed(found, before, [case for case in cases if case not in shown])


def case(container: Container, suite: str, name: str, suites: tuple[ListedSuite, ...]) -> None:
    """One test: where it comes from, what became of it, and its past."""
    navigation.link("evals", _("All tests"), ":material/arrow_back:")
    listed = next((c for s in suites if s.name == suite for c in s.cases if c.id == name), None)
    runs = container.store.eval_runs.of_case(suite, name)
    if listed is None and not runs:
        frame.empty(_("There is no such test"), _("It was taken out, or the link is incomplete."))
        return
    parts.question(name)
    origin = listed.origin if listed else runs[0][1].origin
    if origin is not None:
        mine = [w for w in walks(container, origin.dialogue_id, suites) if (w.suite, w.case) == (suite, name)]
        for walk in mine:
            eval_chain.section(container, walk, here="case")
        navigation.link("dialogues", _("The dialogue it comes from"), ":material/forum:", dialogue=origin.dialogue_id)
    if not runs:
        parts.answer(_("Not run yet."))
        return
    zone = container.settings.company.timezone
    heads = [(_("When"), False), (_("Version"), False), (_("Result"), False), (_("Model"), False)]
    rows = [
        [formats.moment(r.at, zone), eval_labels.text(r.version), eval_labels.outcome(c), labels.model(r.model)]
        for r, c in runs
    ]
    frame.show(parts.table(heads, rows))
    latest = next((c for c in container.store.eval_runs.cases(runs[0][0].id) if c.case == name), None)
    if latest is not None:
        parts.question(_("How did it go the last time?"))
        frame.show(_failures(latest), _dialogue(latest))


def _facts(container: Container, found: EvalRun, before: EvalRun | None) -> None:
    zone = container.settings.company.timezone
    against = f"{eval_labels.text(before.version)} · {formats.moment(before.at, zone)}" if before else None
    frame.show(
        parts.facts(
            [
                (_("Set of tests"), found.suite),
                (_("Prompt"), f"{found.prompt} {eval_labels.text(found.version)}"),
                (_("When"), formats.moment(found.at, zone)),
                (_("Model"), labels.model(found.model)),
                (_("Result"), eval_labels.run(found)),
                (_("Held against"), against),
            ]
        )
    )


def _flips(cases: Sequence[CaseChange], before: EvalRun | None) -> None:
    if before is None:
        parts.answer(_("There is no earlier run to hold it against."))
        return
    broke, mended = sum(c.broke for c in cases), sum(c.mended for c in cases)
    said = []
    if broke:
        said.append(ngettext("{n} test broke", "{n} tests broke", broke).format(n=broke))
    if mended:
        said.append(ngettext("{n} test was mended", "{n} tests were mended", mended).format(n=mended))
    level = "bad" if broke else "good" if mended else "note"
    frame.show(frame.alert(level, " · ".join(said) or _("No test changed its outcome")))


def _case(found: EvalRun, before: EvalRun | None, change: CaseChange, *, opened: bool) -> None:
    flip = _("broke") if change.broke else _("mended") if change.mended else ""
    title = f"{safe.markdown(change.after.case)}{f' — {flip}' if flip else ''}"
    with st.expander(title, expanded=opened, key=f"case-{found.id}-{change.after.case}"):
        if change.after.error:
            frame.show(frame.alert("warn", _("It could not be judged"), details=change.after.error))
        sides = [(eval_labels.text(found.version), change.after)]
        if change.before is not None and before is not None:
            sides.insert(0, (eval_labels.text(before.version), change.before))
        for column, (title, outcome) in zip(st.columns(len(sides)), sides, strict=True):
            with column:
                head = tag("div", tag("b", title), eval_labels.outcome(outcome), class_="bo-row")
                frame.show(head, _failures(outcome), _dialogue(outcome))
        with st.container(horizontal=True):
            navigation.link("evals", _("The test and its runs"), ":material/checklist:",
                            suite=found.suite, case=change.after.case)  # fmt: skip
            if change.after.origin is not None:
                navigation.link("dialogues", _("The dialogue it comes from"), ":material/forum:",
                                dialogue=change.after.origin.dialogue_id)  # fmt: skip


def _passed(found: EvalRun, before: EvalRun | None, cases: Sequence[CaseChange]) -> None:
    if not cases:
        return
    n = len(cases)
    if before is None:
        title = ngettext("{n} test passed", "{n} tests passed", n).format(n=formats.number(n))
    else:
        title = ngettext("{n} test passed as before", "{n} tests passed as before", n).format(n=formats.number(n))
    with st.expander(title, key=f"passed-{found.id}"):
        frame.show(parts.table([(_("Test"), False)], [[tag("code", c.after.case)] for c in cases]))


def _failures(outcome: CaseOutcome) -> Html:
    lines = [
        tag("li", tag("b", f"«{safe.preview(f.quote, 160)}» ") if f.quote else None,
            safe.preview(eval_labels.why(f), 400), " ", tag("code", f.rule))
        for f in outcome.failures
    ]  # fmt: skip
    return tag("ul", *lines, class_="bo-small") if lines else safe.text("")


def _dialogue(outcome: CaseOutcome) -> Html:
    if not outcome.turns:
        return tag("p", _("Its dialogue is no longer kept."), class_="bo-muted bo-small")
    return tag("div", *(_turn(turn) for turn in outcome.turns), class_="bo-plain")


def _turn(turn: KeptTurn) -> Html:
    held = [_bubble(_("Held back: the client did not see this"), draft, "held") for draft in turn.held]
    head = _("Bot") if turn.action in _PLAIN else labels.action(Action(turn.action))
    if turn.action == Action.BLOCKED:
        head = _("Safe answer: this is what the client saw")
    flagged = "bot flagged" if turn.reply.marks else "bot"
    client = tag("div", tag("div", _("Client"), class_="bo-who bo-muted"), safe.said(turn.client),
                 class_="bo-bubble client")  # fmt: skip
    return tag("div", client, *held, _bubble(head, turn.reply, flagged), class_="bo-turn")


def _bubble(head: str, draft: KeptDraft, kind: str) -> Html:
    marks = [Mark(m.start, m.end, m.severity) for m in draft.marks]
    return tag("div", tag("div", tag("b", head), class_="bo-who"), safe.said(draft.text, marks),
               class_=f"bo-bubble {kind}")  # fmt: skip
