"""The draft of a prompt: written here, kept through the API. Nothing typed is lost before it is kept."""

from __future__ import annotations

from urllib.parse import quote

import streamlit as st

from botops.app.container import Container
from botops.app.evals.reading import text_of
from botops.app.prompts.drafting import draft_file, examine
from botops.app.prompts.state import PromptState
from botops.app.releases.auditing import prompt_subject
from botops.console import data, deeds, formats, frame, labels, parts, safe
from botops.console.evals import running as eval_running
from botops.console.i18n import _, language
from botops.console.prompts import effect as prompt_effect
from botops.console.prompts import texts as prompt_texts
from botops.console.prompts import trial, variables
from botops.console.prompts.typed import Typed, begun, held_under, hold, versions_of
from botops.console.safe import tag
from botops.domain.access import Right
from botops.domain.errors import BotopsError, ConflictError, UserError
from botops.registry import DRAFT, word_diff
from botops.registry.editing import EditableText, editable_texts, with_text

_LONGEST = 200_000
_LOWEST, _TALLEST = 120, 560


def section(container: Container, state: PromptState) -> None:
    """The draft's texts, what is wrong with them, and what they would change."""
    there = container.registry.draft_text(state.name)
    typed = begun(state, there)
    _source(state, typed, there)
    above = st.container()
    with st.container():  # a complaint among the fields moves nothing below them
        _fields(container, state.name, typed)  # before the rest: what is said above is of the text as it now stands
    with above:
        _status(typed)
        if there is not None and there[0] != typed.seen:
            _conflict(container, state.name, typed, there)
    _keep(container, state.name, typed)
    found = examine(container, state.name, typed.text, language())
    with st.container():  # one place whatever is said: what is opened and typed below stays
        prompt_effect.section(container, state.name, typed.text, found)
    values = variables.section(container, state.name, typed, found.problems)
    trial.section(container, state.name, typed.text, found.version, values)
    _tests(container, state.name, typed)
    if found.version is not None:
        prompt_effect.closer(container, state.name, found.version, values)


def _source(state: PromptState, typed: Typed, there: tuple[str, str] | None) -> None:
    """Beginning from another text, and back."""
    texts = ({"": there[1]} if there is not None else {}) | versions_of(state)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Begin from"), list(texts), key=f"begin-{state.name}", width=200, filter_mode=None,
            format_func={**{name: name for name in texts}, "": _("the draft as it is kept")}.__getitem__,
        )  # fmt: skip
        if st.button(_("Take this text"), key=f"take-{state.name}", disabled=not texts):
            typed.take(texts[chosen], chosen)
            st.rerun()
        if typed.replaced is not None and st.button(
            _("Bring back what was here"), key=f"back-{state.name}", icon=":material/undo:"
        ):
            typed.take(typed.replaced, typed.source)
            st.rerun()


def _status(typed: Typed) -> None:
    if typed.changed:
        parts.answer(_("Not saved yet. Clients get nothing of it before a version is published."))
    elif typed.seen:
        parts.answer(_("The draft is saved. Clients get nothing of it before a version is published."))
    elif typed.source:
        parts.answer(_("There is no draft yet: this is the text of {version}.").format(version=typed.source))


def _fields(container: Container, name: str, typed: Typed) -> None:
    """A field for each message, or one for the whole file: when the reader asks, or the file cannot be read."""
    file = draft_file(container, name)
    try:
        texts = editable_texts(typed.text, file)
    except UserError:
        texts = ()
    if not texts:
        st.session_state[f"whole-{name}"] = True  # and it stays so until the reader says otherwise
    asked = st.toggle(_("The whole file (YAML)"), key=f"whole-{name}")
    if asked or not texts:
        typed.text = _field(_("File"), typed.text, f"draft-{name}-{typed.round}-file")
        return
    for text in texts:
        shown = text.content.rstrip("\n")
        written = _field(_title(text), shown, f"draft-{name}-{typed.round}-{'.'.join(map(str, text.path))}")
        said = written.rstrip("\n")
        if said != shown:
            try:
                typed.text = with_text(
                    typed.text, file, text.path, said + text.content[len(shown) :]
                )  # line breaks at the end, which nobody sees, stay in the file as they were, whatever is typed
            except UserError as error:
                frame.fault(_("This text cannot be written into the file"), error)


def _field(label: str, text: str, key: str) -> str:
    held = st.session_state.pop(held_under(key), None)
    if key not in st.session_state:  # drawn for the first time, or again after another page or a fault took its place
        st.session_state[key] = text if held is None else held
    elif text not in st.session_state.get(f"{key}:known", ()):  # the text came here another way
        st.session_state[key] = text
    height = max(_LOWEST, min(_TALLEST, 50 + 21 * sum(1 + len(line) // 120 for line in text.splitlines())))
    written: str = st.text_area(label, key=key, height=height, max_chars=_LONGEST, on_change=hold, args=(key,))
    # What was written may read back otherwise, or not be taken at all: a line break at its end, a text the file cannot
    # hold. Neither is a reason to write over what is being typed.
    st.session_state[f"{key}:known"] = (text, written, written.rstrip("\n"))
    return written


def _title(text: EditableText) -> str:
    spoken = f" · {safe.markdown(labels.spoken(text.language))}" if text.language else ""
    roles = {"system": _("What the bot is told"), "user": _("What a client says"), "assistant": _("What the bot says")}
    return f"{roles.get(text.role) or safe.markdown(text.role)}{spoken}"


def _keep(container: Container, name: str, typed: Typed) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=260):
            by = deeds.who(f"draft-{name}")
        pressed = deeds.button(_("Save the draft"), Right.EDIT, key=f"save-{name}", type="primary")
    body = {"text": typed.text, "by": by, "expected": typed.seen}
    if not pressed or deeds.refused({"by": by}):
        return
    try:
        answer = deeds.hand("PUT", f"/v1/prompts/{quote(name)}/draft", body)
    except ConflictError as error:
        there = container.registry.draft_text(name)
        if there is not None and there[0] != typed.seen:
            st.rerun()  # both texts are shown above the fields
        frame.fault(_("It was not kept. What you typed is still here."), error)
    except BotopsError as error:
        frame.fault(_("It was not kept. What you typed is still here."), error)
    else:
        typed.seen, typed.began, typed.source, typed.replaced = str(answer["checksum"]), typed.text, "", None
        st.rerun()


def _tests(container: Container, name: str, typed: Typed) -> None:
    """The sets of tests on the draft as it is kept."""
    kept = text_of(container, name, DRAFT)
    if kept is None:
        return
    with st.expander(_("Check with tests"), icon=":material/checklist:", key=f"tests-{name}-draft"):
        with st.container():
            if typed.changed:
                parts.answer(_("The draft is tested as it is saved: what is typed since is not in it."))
        eval_running.section(container, name, kept, data.suites(container), f"{name}-draft")


def _conflict(container: Container, name: str, typed: Typed, there: tuple[str, str]) -> None:
    checksum, theirs = there
    saved = container.store.audit.of_text(prompt_subject(name), checksum)
    zone = container.settings.company.timezone
    by = _("It was {who}, {when}.").format(who=saved[0].by, when=formats.moment(saved[0].at, zone)) if saved else ""
    frame.show(
        frame.alert(
            "bad", _("The draft was changed meanwhile"), by,
            _("Nothing of yours is lost and nothing was written over: choose which text to go on with."),
        )
    )  # fmt: skip
    with st.expander(_("What yours says otherwise"), expanded=True, key=f"conflict-diff-{name}"):
        frame.show(prompt_texts.words(word_diff(theirs, typed.text)))
    with st.expander(_("The saved text as a whole"), key=f"conflict-theirs-{name}"):
        frame.show(tag("div", theirs, class_="bo-prompt"))
    with st.container(horizontal=True):
        if st.button(_("Go on with mine"), key=f"mine-{name}"):
            typed.seen, typed.began = checksum, theirs
            st.rerun()
        if st.button(_("Go on with the saved one"), key=f"theirs-{name}"):
            typed.take(theirs, "")
            typed.seen, typed.began = checksum, theirs
            st.rerun()
