"""What somebody is writing for a draft, kept for the session until it is saved."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from botops.app.prompts.state import PromptState
from botops.registry import UNRELEASED


@dataclass(slots=True)
class Typed:
    """What is being written. `seen` is the checksum of the draft it began from, empty when there was none; `began` that
    text, from `source`; `replaced` what a button took away; `round` tells the fields of one text from the next one's.
    """

    text: str
    seen: str
    began: str
    source: str
    round: int = 0
    replaced: str | None = None

    @property
    def changed(self) -> bool:
        """True when something here is kept nowhere else."""
        return self.text != self.began

    def take(self, text: str, source: str) -> None:
        """Puts another text in the place of this one, which can be brought back."""
        self.replaced = self.text if self.changed else None
        self.text, self.source, self.round = text, source, self.round + 1


def unsaved(name: str) -> bool:
    """True when something typed for a prompt's draft is not kept yet."""
    typed = st.session_state.get(_place(name))
    return isinstance(typed, Typed) and typed.changed


def _place(name: str) -> str:
    return f"typed:{name}"


def begun(state: PromptState, there: tuple[str, str] | None) -> Typed:
    """What is being written for a prompt; a draft saved elsewhere is taken up as long as nothing was typed here.
    `there` is the checksum and text of the draft as it is kept."""
    known = st.session_state.get(_place(state.name))
    if isinstance(known, Typed):
        if there is None:
            known.seen = UNRELEASED  # deleted meanwhile: keeping what was typed takes nothing from anybody
        if known.changed or _pending(state.name, known) or known.seen == (there[0] if there else UNRELEASED):
            return known
    if there is not None:
        fresh = Typed(there[1], there[0], there[1], "")
    else:
        versions = versions_of(state)
        source = f"v{state.live}" if f"v{state.live}" in versions else next(iter(versions), "")
        fresh = Typed(versions.get(source, ""), UNRELEASED, versions.get(source, ""), source)
    fresh.round = known.round + 1 if isinstance(known, Typed) else 0
    st.session_state[_place(state.name)] = fresh
    return fresh


def hold(key: str) -> None:
    """Keeps what was typed into a field apart from the field, which is forgotten when a fault or another page is shown
    in the run that brings the text."""
    st.session_state[held_under(key)] = st.session_state[key]


def held_under(key: str) -> str:
    """Where the text of a field is held until the field is drawn."""
    return f"{key}:held"


def _pending(name: str, typed: Typed) -> bool:
    """True when something was typed since the fields were drawn."""
    fields = f"draft-{name}-{typed.round}-"
    return any(str(key).startswith(fields) and str(key).endswith(held_under("")) for key in st.session_state)


def versions_of(state: PromptState) -> dict[str, str]:
    """The files of the versions that can be read, the newest first."""
    return {f"v{v.number}": v.version.document.text for v in state.versions if v.version is not None}
