"""Rating a dialogue, as a manager does who has read it; and how ratings look."""

from __future__ import annotations

from typing import Any

import streamlit as st

from botops.app.container import Container
from botops.console import deeds, formats, frame, presses, safe
from botops.console.i18n import N_, _
from botops.console.safe import Html, tag
from botops.domain.access import Right
from botops.domain.outcomes import Feedback, Voice

_VOICES = {Voice.CLIENT: N_("client"), Voice.MANAGER: N_("manager")}


def section(container: Container, dialogue_id: str, by: str) -> None:
    """The ratings of a dialogue, and a form to give one."""
    zone = container.settings.company.timezone
    for feedback in container.store.feedback.of_dialogue(dialogue_id):
        frame.show(tag("div", *line(feedback, zone), class_="bo-row bo-small"))
    with (
        deeds.popover(_("Rate the dialogue"), Right.SERVE, icon=":material/star:", key="rate"),
        st.form("rate-form", border=False),
    ):
        stars = st.feedback("stars", key="rate-stars")
        why = st.text_input(_("What was good or bad"), key="rate-why", max_chars=1000)
        if presses.submit(_("Rate"), type="primary", key="rate-now"):
            if stars is None:
                frame.show(frame.alert("bad", _("It was not kept"), _("Choose from one star to five.")))
                return
            body: dict[str, Any] = {"dialogue_id": dialogue_id, "rating": stars + 1, "voice": "manager", "by": by}
            deeds.send("/v1/feedback", body | ({"reason": why} if why.strip() else {}))


def line(feedback: Feedback, zone: str) -> list[Html]:
    """Stars, who gave them and when, and why."""
    given = _("{n} of 5").format(n=feedback.rating)
    drawn = "★" * feedback.rating + "☆" * (5 - feedback.rating)
    stars = tag("span", drawn, class_="bo-stars", aria_label=given, role="img")
    who = voice(feedback.voice) + (f" {safe.preview(feedback.by, 80)}" if feedback.by else "")
    about = tag("span", f"{given} · {who} · {formats.moment(feedback.at, zone)}", class_="bo-muted")
    return [stars, about, *([tag("span", f"«{safe.preview(feedback.reason, 400)}»")] if feedback.reason else [])]


def voice(value: Voice) -> str:
    """Who rates."""
    return _(_VOICES[value])
