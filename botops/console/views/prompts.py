"""Prompts: what is live, how clients are split, what each version says, what changed, what is wrong."""

import re

import streamlit as st

from botops.app.container import Container
from botops.app.prompt_state import PromptState, VersionState, prompt_states, role_titles
from botops.console import data, formats, frame, labels, parts, safe
from botops.console.i18n import _, language, ngettext
from botops.console.safe import Html, Mark, tag
from botops.domain.problems import Problem
from botops.registry import PromptVersion, ReleaseAction, diff

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def body(container: Container) -> None:
    states = prompt_states(container)
    if not states:
        frame.empty(
            _("No prompts yet"),
            _("Prompts are files in {folder}. botops prompts new writes the first one.").format(
                folder=frame.short(container.registry.directory)
            ),
        )
        _others(container, states)
        return
    _others(container, states)
    state = _chosen(states)
    _broken(state)
    _card(container, state)
    tabs = st.tabs([_("Text"), _("Compare"), _("Check"), _("History")])
    readable = [v for v in state.versions if v.version is not None]
    with tabs[0]:
        _text(state)
    with tabs[1]:
        _compare(readable)
    with tabs[2]:
        _lint(container, state)
    with tabs[3]:
        _history(container, state)


def _chosen(states: tuple[PromptState, ...]) -> PromptState:
    names = [state.name for state in states]
    serves = {state.name: " · " + _("serves") if state.serving else "" for state in states}
    kept = st.query_params.get("prompt")
    name = st.segmented_control(
        _("Prompt"), names, default=kept if kept in names else names[0], required=True, key="prompt-name",
        format_func=lambda name: f"{safe.markdown(name)}{serves[name]}",
    )  # fmt: skip
    frame.remember("prompt", None if name == names[0] else name)
    return states[names.index(name or names[0])]


def _others(container: Container, states: tuple[PromptState, ...]) -> None:
    """Faults that belong to no prompt in the list."""
    shown = {p for state in states for p in state.problems}
    for problem in container.registry.state().problems:
        if problem not in shown:
            frame.show(parts.problem(problem, _("Something is wrong in the prompts' folder")))


def _broken(state: PromptState) -> None:
    if state.stale:
        frame.show(
            frame.alert("bad", _("A file is broken: clients get the last good state"),
                        _("Mend the file; it is read again at once."))
        )  # fmt: skip
    for problem in state.problems:
        title = _("An error in a file") if problem.level == "error" else _("A warning")
        frame.show(parts.problem(problem, title))


def _card(container: Container, state: PromptState) -> None:
    live = next((v.version for v in state.versions if v.number == state.live and v.version), None)
    named = live.spec.owner if live else None
    owner = labels.role(named, role_titles(container.settings)) if named else _("nobody: name one in the file")
    shares = [v for v in state.versions if v.share > 0]
    split = safe.join(
        tag("div", tag("b", f"v{v.number}"), f" — {formats.percent(v.share)} ", safe.bar(v.share))
        for v in reversed(shares)
    )
    frame.show(
        parts.facts(
            [
                (_("Live"), f"v{state.live}" if state.live else _("nothing published")),
                (_("Split"), safe.join([safe.text(state.experiment), split]) if state.experiment else _("none")),
                (_("Owner"), owner if live else None),
                (_("Purpose"), live.spec.purpose or None if live else None),
                (_("Reviewed"), formats.full_day(live.spec.reviewed) if live and live.spec.reviewed else None),
            ]
        )
    )  # fmt: skip


def _pick(label: str, versions: list[VersionState], index: int, key: str) -> VersionState:
    by_number = {v.number: v for v in versions}
    shares = {v.number: f" · {formats.percent(v.share)}" if v.share else "" for v in versions}
    chosen = st.selectbox(
        label, list(by_number), index=index, key=key, width=240, filter_mode=None,
        format_func=lambda number: f"v{number}{shares[number]}",
    )  # fmt: skip
    return by_number[chosen]


def _text(state: PromptState) -> None:
    if not state.versions:
        frame.empty(_("No versions"), _("botops prompts new writes the first one."))
        return
    live = next((i for i, v in enumerate(state.versions) if v.number == state.live), 0)
    chosen = _pick(_("Version"), list(state.versions), live, f"text-{state.name}")
    if chosen.version is None:
        for problem in chosen.problems:
            frame.show(parts.problem(problem, _("This version cannot be read")))
        return
    version = chosen.version
    if version.spec.description:
        parts.answer(version.spec.description)
    for wording in version.wordings:
        if wording.language:
            parts.question(labels.spoken(wording.language))
        for part in wording.parts:
            frame.show(_message(part.content))
    for ref, partial in version.partials.items():
        parts.question(ref)
        frame.show(_message(partial.spec.text))
    parts.answer(_("Highlighted places are filled in at each reply: the price list, the date, the client's language."))


def _message(content: str) -> Html:
    marks = [Mark(m.start(), m.end(), "variable") for m in _TEMPLATE.finditer(content)]
    return tag("div", safe.said(content, marks), class_="bo-prompt")


def _compare(versions: list[VersionState]) -> None:
    if len(versions) < 2:
        frame.empty(_("Nothing to compare"), _("There is only one readable version."))
        return
    with st.container(horizontal=True):
        before = _pick(_("Before"), versions, 1, "diff-before").version
        after = _pick(_("After"), versions, 0, "diff-after").version
    assert before is not None
    assert after is not None
    _difference(before, after)


def _difference(before: PromptVersion, after: PromptVersion) -> None:
    found = diff(before, after)
    if not found.changed:
        frame.empty(_("No differences"), _("Both versions say the same."))
        return
    legend = tag("span", tag("ins", _("added")), " ", tag("del", _("removed")), class_="bo-prompt")
    changes = [*(message.pieces for message in found.messages), *(include.pieces for include in found.includes)]
    for change in changes:
        pieces = [
            safe.text(p.text) if p.operation == "equal" else tag("ins" if p.operation == "insert" else "del", p.text)
            for p in change
        ]
        frame.show(tag("div", *pieces, class_="bo-prompt"))
    frame.show(tag("p", legend, class_="bo-small"))
    if found.fields:
        parts.question(_("What else changed?"))
        heads = [(_("Field"), False), (_("Before"), False), (_("After"), False)]
        frame.show(parts.table(heads, [(tag("code", c.path), c.before or "—", c.after or "—") for c in found.fields]))


def _lint(container: Container, state: PromptState) -> None:
    folder = f"{container.registry.directory / state.name}/"
    found: list[Problem] = [
        p
        for p in data.lint(container, data.key_of(container), language())
        if p.file.startswith(folder) or f"(included by {state.name}@" in p.message
    ]
    if not found:
        frame.show(
            frame.alert(
                "note",
                _("Nothing to object to"),
                _("Files, variables and every price in the text were checked against the price book."),
            )
        )
        return
    count = ngettext("{n} remark", "{n} remarks", len(found)).format(n=len(found))
    parts.answer(count)
    for problem in found:
        title = _("Disagrees with the price book") if problem.rule.startswith("prompt-") else _("An error in a file")
        frame.show(parts.problem(problem, title if problem.level == "error" else _("A warning")))


def _history(container: Container, state: PromptState) -> None:
    if not state.approvals:
        frame.empty(_("No releases recorded"), _("Publishing writes down who did it, when and why."))
        return
    names = {
        ReleaseAction.PUBLISH: _("published"), ReleaseAction.ROLLBACK: _("rolled back"),
        ReleaseAction.SPLIT: _("split begun or widened"), ReleaseAction.SPLIT_END: _("split ended"),
    }  # fmt: skip
    zone = container.settings.company.timezone
    heads = [(_("When"), False), (_("What"), False), (_("Who"), False), (_("Reason"), False)]
    titles = role_titles(container.settings)
    rows = [
        (formats.moment(a.at, zone), f"v{a.version} · {names[a.action]}", labels.role(a.by, titles), a.reason)
        for a in reversed(state.approvals)
    ]
    frame.show(parts.table(heads, rows))


frame.page("prompts", body)
