"""Feedback: how managers and clients rate dialogues, and what became of each bad mark."""

from collections import Counter
from collections.abc import Callable, Mapping

import streamlit as st

from botops.app.container import Container
from botops.app.dialogues.ratings import FATES, LOOKED_AT, LOW, Fate, RatedDialogue, rated
from botops.console import data, formats, frame, navigation, parts, safe
from botops.console.dialogues import rating, verdict
from botops.console.evals import chain
from botops.console.i18n import N_, _
from botops.console.safe import Html, tag
from botops.domain.outcomes import Voice

_PAGE = 25
_FATES: Mapping[Fate, tuple[str, str]] = {
    "open": (N_("nobody has looked"), "bad"),
    "reviewed": (N_("looked into"), "warn"),
    "test": (N_("made a test"), "warn"),
    "mended": (N_("mended, not live yet"), "good"),
    "live": (N_("mended and live"), "good"),
    "away": (N_("the dialogue is not here"), ""),
    "fine": (N_("nothing to do"), ""),
}


def body(container: Container) -> None:
    whose, fate = _choice()
    found = rated(container, data.suites(container), voice=whose)
    if not found:
        frame.empty(
            _("No ratings yet"),
            _("Managers rate a dialogue on its page; clients' ratings come over HTTP or from a table."),
        )
        return
    _fates(found)
    chosen = sorted((one for one in found if fate in {None, one.fate}), key=lambda one: FATES.index(one.fate))
    parts.question(_("What was rated, and what came of it?"))
    if not chosen:
        frame.empty(_("Nothing matches"), _("Choose another state or voice."))
    shown = _PAGE * st.session_state.get("feedback-pages", 1)
    said = container.store.reads.whole_dialogues([one.feedback.dialogue_id for one in chosen[:shown]])
    for index, one in enumerate(chosen[:shown]):
        records = said.get(one.feedback.dialogue_id, ())
        with st.container(key=f"row-{index}"):
            _rating(container, one, records[0].inbound.text if records else "")
    if len(chosen) > shown and st.button(_("Show more"), key="more", width="stretch"):
        st.session_state["feedback-pages"] = st.session_state.get("feedback-pages", 1) + 1
        st.rerun()


def _choice() -> tuple[Voice | None, Fate | None]:
    """Whose ratings and how far they came, kept in the address."""
    voices: list[str] = [v.value for v in Voice]
    with st.container(horizontal=True, key="filters"):
        voice = _select("voice", _("Who rates"), voices, lambda key: rating.voice(Voice(key)))
        fate = _select("state", _("What became of it"), [str(known) for known in FATES], _named)
    return Voice(voice) if voice else None, next((known for known in FATES if known == fate), None)


def _named(fate: str) -> str:
    return next(_(words) for known, (words, _kind) in _FATES.items() if known == fate)


def _select(name: str, label: str, keys: list[str], shown: Callable[[str], str]) -> str | None:
    kept = st.query_params.get(name)
    picked = st.selectbox(
        label, keys, index=keys.index(kept) if kept in keys else None, key=f"f-{name}", placeholder=_("any"),
        format_func=shown, width=220, filter_mode=None,
    )  # fmt: skip
    frame.remember(name, picked)
    return picked


def _fates(found: tuple[RatedDialogue, ...]) -> None:
    """How far the bad marks came, in one line."""
    low = Counter(one.fate for one in found if one.feedback.rating <= LOW)
    parts.question(_("What became of the bad marks?"))
    if not low:
        frame.show(frame.alert("good", _("No bad marks"), _("Every rating is 4 or 5 of 5.")))
        return
    told = _("{n} of the last {all} ratings are 3 or less.")
    all_of_them = formats.number(min(len(found), LOOKED_AT))
    parts.answer(told.format(n=formats.number(low.total()), all=all_of_them))
    rows = [
        (parts.chip(_(_FATES[fate][0]), _FATES[fate][1]), formats.number(low[fate]), safe.bar(low[fate] / low.total()))
        for fate in FATES if low[fate]
    ]  # fmt: skip
    frame.show(parts.table([(_("State"), False), (_("Ratings"), True), ("", False)], rows))


def _rating(container: Container, one: RatedDialogue, asked: str) -> None:
    feedback, zone = one.feedback, container.settings.company.timezone
    words, kind = _FATES[one.fate]
    head = tag("div", *rating.line(feedback, zone), parts.chip(_(words), kind), class_="bo-row bo-small")
    said: list[Html] = [verdict.said(review, zone) for review in one.reviews]
    frame.show(tag("div", head, tag("div", safe.preview(asked), class_="bo-line"), *said, class_="bo-item"))
    if one.walk is not None:
        chain.section(container, one.walk, here="dialogue")
    if one.fate != "away":
        step = _("Look into it") if one.fate == "open" else _("Open the dialogue")
        navigation.link("dialogues", step, dialogue=feedback.dialogue_id)


frame.page("feedback", body)
