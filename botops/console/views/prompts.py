"""Prompts: what is live, writing the next text, releasing it, going back, and who did what."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

import streamlit as st

from botops.app.container import Container
from botops.app.prompts.state import PromptState, prompt_states, role_titles
from botops.console import data, formats, frame, labels, parts, safe
from botops.console.i18n import N_, _, language
from botops.console.prompts import costs as prompt_costs
from botops.console.prompts import editor as prompt_editor
from botops.console.prompts import effect as prompt_effect
from botops.console.prompts import history as prompt_history
from botops.console.prompts import library, shared_texts
from botops.console.prompts import release as prompt_release
from botops.console.prompts import switch as prompt_switch
from botops.console.prompts import texts as prompt_texts
from botops.console.safe import Html, tag
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.registry import PromptSpec

_VIEWS: Mapping[str, str] = {
    "text": N_("Text"),
    "draft": N_("Draft"),
    "release": N_("Release"),
    "compare": N_("Compare"),
    "costs": N_("Costs"),
    "check": N_("Check"),
    "history": N_("History"),
    "shared": N_("Shared texts"),
}


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
    with st.container():
        _others(container, states)
        state = _chosen(states)
    standing = prompt_switch.orders(container, state.name)
    with st.container():  # what comes and goes has one place: a field below that changes its place loses what is typed
        prompt_switch.banner(container, state.name, standing)
        _broken(state)
    library.section(container, states)
    _card(container, state)
    prompt_switch.switch(container, state.name, standing)
    _view(container, state)


def _chosen(states: tuple[PromptState, ...]) -> PromptState:
    names = [state.name for state in states]
    serves = {state.name: " · " + _("serves") if state.serving else "" for state in states}
    kept = st.query_params.get("prompt")
    if kept is not None and kept not in names:
        title = _("There is no prompt “{name}”").format(name=safe.preview(kept, 80))
        frame.show(frame.alert("warn", title, _("It was renamed or deleted, or the link is wrong.")))
    name = st.segmented_control(
        _("Prompt"), names, default=kept if kept in names else names[0], required=True, key="prompt-name",
        format_func=lambda name: f"{safe.markdown(name)}{serves[name]}",
    )  # fmt: skip
    frame.remember("prompt", None if name == names[0] else name)
    return states[names.index(name or names[0])]


def _view(container: Container, state: PromptState) -> None:
    kept = st.query_params.get("view", "text")
    chosen = st.segmented_control(
        _("What to do"), list(_VIEWS), default=kept if kept in _VIEWS else "text", required=True, key="prompt-view",
        format_func={view: _(title) for view, title in _VIEWS.items()}.__getitem__, label_visibility="collapsed",
    )  # fmt: skip
    frame.remember("view", None if chosen == "text" else chosen)
    try:
        match chosen:
            case "draft":
                prompt_editor.section(container, state)
            case "release":
                prompt_release.section(container, state)
            case "compare":
                prompt_texts.compare(state)
            case "costs":
                prompt_costs.section(container, state)
            case "check":
                _lint(container, state)
            case "history":
                prompt_history.section(container, state.name)
            case "shared":
                shared_texts.section(container)
            case _:
                prompt_texts.texts(state)
    except UserError as error:
        frame.fault(_("A file cannot be read"), error)


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
                (_("Reviewed"), _reviewed(container, live.spec) if live else None),
            ]
        )
    )  # fmt: skip


def _reviewed(container: Container, spec: PromptSpec) -> Html:
    today = container.clock.now().astimezone(ZoneInfo(container.settings.company.timezone)).date()
    when: date | None = spec.reviewed
    if when is None:
        return parts.chip(_("never"), "warn")
    overdue = (today - when).days > container.settings.prompts.review_days
    return safe.join(
        [safe.text(f"{formats.full_day(when)} "), parts.chip(_("overdue"), "warn") if overdue else safe.text("")]
    )


def _lint(container: Container, state: PromptState) -> None:
    folder = f"{container.registry.directory / state.name}/"
    found: list[Problem] = [
        p
        for p in data.lint(container, data.key_of(container), language())
        if p.file.startswith(folder) or f"(included by {state.name}@" in p.message
    ]
    prompt_effect.problems(tuple(found))


frame.page("prompts", body)
