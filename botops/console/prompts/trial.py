"""A text tried out before anybody gets it: a talk of one's own, or the same moment of a real dialogue again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import streamlit as st
from pydantic import ValidationError

from botops.app.container import Container
from botops.app.prompts.archive import RECORD
from botops.console import api, deeds, frame, labels, parts, safe
from botops.console.dialogues import transcript
from botops.console.i18n import N_, _
from botops.console.prompts import trial_dialogue
from botops.console.safe import tag
from botops.domain.access import Right
from botops.domain.errors import BotopsError, OutsideError
from botops.domain.turns import TurnRecord
from botops.registry import PromptVersion

_WAYS: Mapping[str, str] = {"own": N_("Ask it yourself"), "real": N_("A real dialogue again")}
_MOST_ASKED = 20
_SAID = 100


@dataclass(frozen=True, slots=True)
class _Tried:
    """A reply of a text; `text` is the checksum of that text."""

    text: str
    record: TurnRecord


def section(
    container: Container, name: str, text: str, version: PromptVersion | None, values: Mapping[str, str]
) -> None:
    """Talking with a text as it stands in the fields; `version` is what it reads as, None when it cannot be read."""
    wanted = st.query_params.get("dialogue")
    with st.expander(_("Try it in a talk"), icon=":material/forum:", key=f"trial-{name}", expanded=bool(wanted)):
        parts.answer(_("The text answers as it stands in the fields, saved or not. Nothing of it is kept."))
        if not container.bot.model.simulated:
            parts.answer(_("The model is asked for real: each reply costs what a reply to a client costs."))
        if version is None:
            parts.answer(_("The text cannot be read yet: mend what is named above."))
            return
        way = st.segmented_control(
            _("With what"), list(_WAYS), default="real" if wanted else "own", required=True, key=f"trial-way-{name}",
            format_func={way: _(title) for way, title in _WAYS.items()}.__getitem__, label_visibility="collapsed",
        )  # fmt: skip
        asked = {"text": text, "values": dict(values)}
        if way == "real":
            _real(container, name, asked, version.text_checksum)
        else:
            _own(container, name, asked, version.text_checksum)


def _own(container: Container, name: str, asked: dict[str, Any], checksum: str) -> None:
    """A talk that goes on while the text is worked on."""
    talk: list[_Tried] = st.session_state.setdefault(f"talk-{name}", [])
    for tried in talk:
        frame.show(transcript.turn(tried.record, container.settings.company.timezone))
    with st.container(horizontal=True):
        if talk and st.button(_("Begin anew"), key=f"talk-new-{name}", icon=":material/add_comment:"):
            talk.clear()
            st.rerun()
        old = any(tried.text != checksum for tried in talk)
        again = old and deeds.button(
            _("Ask the same again"), Right.EDIT, key=f"talk-again-{name}", icon=":material/replay:"
        )
    if old:
        parts.answer(_("The text was changed since: what stands above was answered by the one before."))
    message = st.chat_input(
        _("Write as a client would"),
        key=f"talk-{name}-message",
        max_chars=4000,
        disabled=len(talk) >= _MOST_ASKED or not deeds.may(Right.EDIT),
    )
    questions = [tried.record.inbound.text for tried in talk] if again else [message] if message else []
    if not questions:
        return
    answered = [] if again else list(talk)
    for question in questions:
        record = _tried(name, {**asked, "message": question, "said": _said([t.record for t in answered])})
        if record is None:
            return
        answered.append(_Tried(checksum, record))
    st.session_state[f"talk-{name}"] = answered
    st.rerun()


def _real(container: Container, name: str, asked: dict[str, Any], checksum: str) -> None:
    """A reply of a dialogue that took place, and what this text would have answered in its place."""
    records = trial_dialogue.dialogue(container, name)
    if not records:
        return
    record = trial_dialogue.reply(name, records)
    if record is None:
        parts.answer(_("There is no reply in this dialogue that could be given again."))
        return
    zone = container.settings.company.timezone
    before = records[: records.index(record)]
    if before:
        said = [transcript.turn(one, zone) for one in before]
        frame.show(tag("details", tag("summary", _("What was said before")), *said))
    known: _Tried | None = st.session_state.get(f"real-{name}-{record.id}")
    pressed = deeds.button(_("What would it answer?"), Right.EDIT, key=f"real-ask-{name}", type="primary")
    parts.answer(_("With the prices of today: they may have been others then."))
    if pressed:
        inbound = record.inbound
        body = {**asked, "message": inbound.text, "said": _said(before), "channel": inbound.channel,
                "language": record.language, "region": inbound.region, "segment": inbound.segment}  # fmt: skip
        found = _tried(name, body)
        known = _Tried(checksum, found) if found is not None else known
        st.session_state[f"real-{name}-{record.id}"] = known
    then, now = st.columns(2)
    with then:
        frame.show(tag("h4", _("Then: {version}").format(version=_version(record))), transcript.turn(record, zone))
    with now:
        if known is None:
            frame.show(tag("h4", _("With this text")), tag("p", _("Not asked yet."), class_="bo-muted"))
            return
        stale = parts.chip(_("the text was changed since"), "warn") if known.text != checksum else None
        frame.show(tag("h4", _("With this text")), stale or safe.text(""), transcript.turn(known.record, zone))


def _version(record: TurnRecord) -> str:
    ref = record.assignment.ref if record.assignment else None
    return labels.prompt(ref.name, ref.version) if ref else labels.model(record.model)


def _said(records: Sequence[TurnRecord]) -> list[dict[str, str]]:
    """What was said in turns, as the client saw it."""
    spoken = []
    for record in records[-_SAID:]:
        at = record.inbound.at.isoformat()
        spoken.append({"role": "user", "content": record.inbound.text, "at": at})
        if record.reply:
            spoken.append({"role": "assistant", "content": record.reply, "at": at})
    return spoken


def _tried(name: str, body: Mapping[str, Any]) -> TurnRecord | None:
    """What the API answers, None when it refuses: then that is said."""
    try:
        with st.spinner(_("The bot is writing…")):
            answer = api.client().post(
                f"/v1/prompts/{quote(name)}/try", {key: value for key, value in body.items() if value is not None}
            )
        return RECORD.validate_python(answer["turn"])
    except (KeyError, ValidationError) as error:
        frame.fault(_("The bot did not answer"), OutsideError(f"the API answers otherwise than this console: {error}"))
    except BotopsError as error:
        frame.fault(_("The bot did not answer"), error)
    return None
