"""Every prompt in a table, what waits in each, and beginning a new one."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from botops.app.container import Container
from botops.app.prompts.state import PromptState, role_titles
from botops.app.releases.auditing import prompt_subject
from botops.console import deeds, formats, frame, labels, parts, presses, safe
from botops.console.i18n import _, ngettext
from botops.console.prompts.typed import versions_of
from botops.console.safe import Html, tag
from botops.domain.access import Right
from botops.domain.errors import BotopsError, ConflictError, UserError
from botops.domain.releases import UNDECIDED
from botops.registry import UNRELEASED

_EMPTY = ""
_FIRST = "messages:\n- role: system\n  content: |\n    {text}\n"


def section(container: Container, states: tuple[PromptState, ...]) -> None:
    """The table, and the form that begins a prompt; folded away."""
    n = len(states)
    title = ngettext("All prompts: {n}", "All prompts: {n}", n).format(n=n)
    with st.expander(title, icon=":material/library_books:", key="prompt-library"):
        heads = [(_("Prompt"), False), (_("Live"), False), (_("Owner"), False), (_("Reviewed"), False),
                 (_("What waits"), False)]  # fmt: skip
        frame.show(parts.table(heads, [_row(container, state) for state in states]))
        with deeds.popover(_("A new prompt"), Right.EDIT, icon=":material/add:", key=f"new-prompt-popover-{n}"):
            _new(states)


def _row(container: Container, state: PromptState) -> tuple[str | Html, ...]:
    live = next((v.version for v in state.versions if v.number == state.live and v.version), None)
    spec = live.spec if live is not None else None
    owner = labels.role(spec.owner, role_titles(container.settings)) if spec and spec.owner else None
    name = tag("div", tag("b", state.name), parts.chip(_("serves"), "good") if state.serving else None, class_="bo-row")
    said = tag("div", spec.purpose, class_="bo-muted bo-small") if spec and spec.purpose else None
    serving = f"v{state.live}" if state.live else _("nothing published")
    if state.experiment:
        serving += f" · {state.experiment}"
    reviewed = formats.full_day(spec.reviewed) if spec and spec.reviewed else _("never") if spec else formats.NOTHING
    waits = _waits(container, state)
    return (
        tag("div", name, said), serving,
        owner or (parts.chip(_("nobody"), "warn") if spec else formats.NOTHING), reviewed,
        tag("div", *waits, class_="bo-row") if waits else formats.NOTHING,
    )  # fmt: skip


def _waits(container: Container, state: PromptState) -> list[Html]:
    """What somebody has to look at: faults, a draft nobody made a version of, proposals."""
    found = []
    if state.broken:
        found.append(parts.chip(_("a file is broken"), "bad"))
    try:
        draft = container.registry.draft_text(state.name)
    except UserError:  # the view of the draft says what is wrong with it
        draft = None
        found.append(parts.chip(_("the draft cannot be read"), "bad"))
    if draft is not None and not container.registry.has_text(state.name, draft[0]):
        found.append(parts.chip(_("a draft"), "warn"))
    n = len(container.store.proposals.listed(prompt_subject(state.name), UNDECIDED))
    if n:
        said = ngettext("{n} proposal to decide", "{n} proposals to decide", n).format(n=n)
        found.append(parts.chip(said, "warn"))
    return found


def _new(states: tuple[PromptState, ...]) -> None:
    parts.answer(_("It begins as a draft: nobody gets it before a version is published."))
    texts = {state.name: next(iter(versions_of(state).values()), "") for state in states}
    with st.form("new-prompt-form", border=False):
        name = st.text_input(_("Name, in Latin letters"), key="new-prompt-name", max_chars=100, placeholder="support")
        options = [*(known for known, text in texts.items() if text), _EMPTY]
        source = st.selectbox(
            _("Begin from"), options, key="new-prompt-from", filter_mode=None,
            format_func=lambda known: safe.markdown(known) if known else _("an empty text"),
        )  # fmt: skip
        by = deeds.who("new-prompt")
        pressed = presses.submit(_("Begin"), type="primary", key="new-prompt-now")
    if not pressed or deeds.refused({"by": by, "words": name}):
        return
    text = texts.get(source) or _FIRST.format(text=_("What the bot is told"))
    try:
        deeds.hand("PUT", f"/v1/prompts/{quote(name.strip(), safe='')}/draft",
                   {"text": text, "by": by, "expected": UNRELEASED})  # fmt: skip
    except ConflictError:
        frame.show(frame.alert("bad", _("There is a draft of that name already"), _("Choose another name.")))
    except BotopsError as error:
        frame.fault(_("It was not kept"), error)
    else:
        frame.remember("prompt", name.strip())
        frame.remember("view", "draft")
        for field in ("prompt-name", "prompt-view"):
            st.session_state.pop(field, None)
        st.rerun()
