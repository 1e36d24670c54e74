"""The dialogues that wait for a person."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import streamlit as st

from botops.app.container import Container
from botops.console import deeds, formats, frame, labels, navigation, parts, presses, safe
from botops.console.i18n import _
from botops.console.safe import Html, tag
from botops.domain.access import Right
from botops.store import HandOffRow

_MOST = 50


def show(container: Container) -> None:
    """The hand-off queue."""
    navigation.link("dialogues", _("All dialogues"), ":material/arrow_back:")
    rows = [row for row in container.store.reads.hand_offs(limit=200) if row.status == "waiting"]
    parts.question(_("Who is waiting for a person?"))
    if not rows:
        frame.empty(_("Nobody is waiting"), _("Every dialogue handed over has been answered."))
        return
    parts.answer(_("The longest waiting first."))
    for index, row in enumerate(rows[:_MOST]):
        with st.container(key=f"row-{index}"):
            frame.show(_hand_off(container, row))
            navigation.link(
                "dialogues", safe.markdown(row.hand_off.dialogue_id), None, dialogue=row.hand_off.dialogue_id
            )
            _take(index, row)


def _take(index: int, row: HandOffRow) -> None:
    key = f"take-{index}"
    with (
        deeds.popover(_("Take it on"), Right.OPERATE, icon=":material/front_hand:", key=key),
        st.form(f"form-{key}", border=False),
    ):
        body = {"by": deeds.who(key)}
        if presses.submit(_("I take it on"), type="primary", key=f"do-{key}"):
            deeds.send(f"/v1/hand-offs/{quote(row.hand_off.dialogue_id, safe='')}/take", body)


def _hand_off(container: Container, row: HandOffRow) -> Html:
    waited = container.clock.now() - row.hand_off.at
    late = waited > timedelta(minutes=container.settings.hand_off.answer_within_min)
    head = tag(
        "div",
        tag("b", labels.rule(row.hand_off.rule).capitalize()),
        parts.chip(_("waits {span}").format(span=formats.span(waited)), "bad" if late else ""),
        tag("span", f"{labels.channel(row.channel)} · {labels.spoken(row.language)}", class_="bo-muted"),
        class_="bo-row bo-small",
    )
    return tag("div", head, tag("div", safe.preview(row.hand_off.reason, 220), class_="bo-line"), class_="bo-item")
