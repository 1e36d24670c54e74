"""What the versions of a prompt say, and how two of them differ."""

from __future__ import annotations

import re
from collections.abc import Iterable

import streamlit as st

from botops.app.prompts.state import PromptState, VersionState
from botops.console import formats, frame, labels, parts, safe
from botops.console.i18n import _
from botops.console.safe import Html, Mark, tag
from botops.registry import PromptVersion, diff
from botops.registry.diff import Piece, PromptDiff

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def texts(state: PromptState) -> None:
    """A version's messages with their variables marked."""
    if not state.versions:
        frame.empty(_("No versions"), _("botops prompts new writes the first one."))
        return
    live = next((i for i, v in enumerate(state.versions) if v.number == state.live), 0)
    chosen = _pick(_("Version"), list(state.versions), live, f"text-{state.name}", "version")
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
            frame.show(message(part.content))
    for ref, partial in version.partials.items():
        parts.question(ref)
        frame.show(message(partial.spec.text))
    parts.answer(_("Highlighted places are filled in at each reply: the price list, the date, the client's language."))


def message(content: str) -> Html:
    """A template, what will be filled in highlighted."""
    marks = [Mark(m.start(), m.end(), "variable") for m in _TEMPLATE.finditer(content)]
    return tag("div", safe.said(content, marks), class_="bo-prompt")


def compare(state: PromptState) -> None:
    """The difference of two versions the reader picks."""
    versions = [v for v in state.versions if v.version is not None]
    if len(versions) < 2:
        frame.empty(_("Nothing to compare"), _("There is only one readable version."))
        return
    with st.container(horizontal=True):
        before = _pick(_("Before"), versions, 1, f"diff-before-{state.name}", "before").version
        after = _pick(_("After"), versions, 0, f"diff-after-{state.name}", "after").version
    if before is not None and after is not None:
        difference(before, after)


def difference(before: PromptVersion, after: PromptVersion) -> None:
    """What one version says otherwise than another, word by word."""
    found = diff(before, after)
    if found.changed:
        changes(found)
    else:
        frame.empty(_("No differences"), _("Both versions say the same."))


def changes(found: PromptDiff) -> None:
    """A difference: the words, then the other fields."""
    for change in [*(m.pieces for m in found.messages if m.changed), *(i.pieces for i in found.includes)]:
        frame.show(words(change))
    frame.show(tag("p", _legend(), class_="bo-small"))
    if found.fields:
        parts.question(_("What else changed?"))
        heads = [(_("Field"), False), (_("Before"), False), (_("After"), False)]
        frame.show(parts.table(heads, [(tag("code", c.path), c.before or "—", c.after or "—") for c in found.fields]))


def words(pieces: Iterable[Piece]) -> Html:
    """A text with what was taken out and put in."""
    drawn = [
        safe.text(p.text) if p.operation == "equal" else tag("ins" if p.operation == "insert" else "del", p.text)
        for p in pieces
    ]
    return tag("div", *drawn, class_="bo-prompt")


def _legend() -> Html:
    return tag("span", tag("ins", _("added")), " ", tag("del", _("removed")), class_="bo-prompt")


def _pick(label: str, versions: list[VersionState], index: int, key: str, parameter: str) -> VersionState:
    """A version the reader picks, kept in the address; the one at `index` without a choice."""
    by_number = {v.number: v for v in versions}
    shares = {v.number: f" · {formats.percent(v.share)}" if v.share else "" for v in versions}
    kept = st.query_params.get(parameter, "")
    usual = versions[index].number
    first = next((n for n in by_number if str(n) == kept), usual)
    chosen = st.selectbox(
        label, list(by_number), index=list(by_number).index(first), key=key, width=240, filter_mode=None,
        format_func=lambda number: f"v{number}{shares[number]}",
    )  # fmt: skip
    frame.remember(parameter, None if chosen == usual else str(chosen))
    return by_number[chosen]
