"""Chat: talk to the bot as a client would, and see what the guard did with each reply."""

import uuid

import streamlit as st

from botops.app.api_client import TextPiece
from botops.app.container import Container
from botops.console import api, frame, labels, navigation, safe
from botops.console.dialogues import transcript
from botops.console.i18n import _
from botops.console.safe import tag
from botops.domain.errors import BotopsError, NotFoundError
from botops.domain.turns import GuardPolicy, TurnRecord

# Of its own, so that figures by channel tell a colleague's questions from clients'.
_CHANNEL = "console"
_LONGEST = 20_000
_POLICIES = {
    GuardPolicy.OBSERVE: lambda: _("The guard only observes: a wrong reply is sent and flagged."),
    GuardPolicy.REPAIR: lambda: _("The guard has a wrong reply corrected; if that fails, it sends a safe answer."),
    GuardPolicy.BLOCK: lambda: _("The guard holds a wrong reply back and sends a safe answer."),
}


def body(container: Container) -> None:
    dialogue = st.query_params.get("talk")
    records = _said(container, dialogue)
    _controls(container, dialogue, records)
    if not records:
        frame.empty(
            _("Ask about a price, a discount or delivery"), _("Write as a client would, in Russian, Kazakh or English.")
        )
    for record in records:
        _show(record)
    asked = None if records else _examples(container)
    text = st.chat_input(_("Message to the bot"), key="message", max_chars=_LONGEST) or asked
    if text and text.strip():
        _ask(text, dialogue)


def _examples(container: Container) -> str | None:
    """Questions to begin with, about what the price book sells; the one that was clicked."""
    current = container.books.current()
    questions = [_("What discounts do you have now?"), _("Let me talk to a person")]
    if current is not None and current.book.products:
        name = current.book.products[0].name
        questions.insert(0, _("How much is {product}?").format(product=safe.preview(name, 80)))
    clicked = None
    with st.container(horizontal=True):
        for number, question in enumerate(questions):
            if st.button(safe.markdown(question), key=f"example-{number}"):
                clicked = question
    return clicked


def _said(container: Container, dialogue: str | None) -> tuple[TurnRecord, ...]:
    if dialogue is None:
        return ()
    try:
        return container.store.reads.dialogue(dialogue)
    except NotFoundError:
        return ()


def _controls(container: Container, dialogue: str | None, records: tuple[TurnRecord, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            _("Client id"), key="lead", placeholder=_("a new client"), width=240, disabled=bool(records), max_chars=100,
            help=_("The same client always gets the same prompt version of a split."),
        )  # fmt: skip
        if st.button(_("New dialogue"), key="new", icon=":material/add_comment:", disabled=dialogue is None):
            frame.remember("talk", None)
            st.rerun()
        if records and dialogue:
            navigation.link("dialogues", _("Open as a dialogue"), dialogue=dialogue)
    frame.show(tag("p", _POLICIES[container.settings.guard.policy](), class_="bo-answer bo-muted bo-small"))


def _show(record: TurnRecord) -> None:
    with st.chat_message("user"):
        frame.show(safe.said(record.inbound.text))
    with st.chat_message("assistant"):
        frame.show(safe.said(record.reply or labels.state(record.state)))
        guard = transcript.guard(record)
        if guard is not None:
            with st.expander(_("What the guard did: {action}").format(
                action=labels.action(record.action).lower() if record.action else labels.state(record.state)
            ), expanded=True):  # fmt: skip
                frame.show(guard)
        frame.show(transcript.meta(record))


def _ask(text: str, dialogue: str | None) -> None:
    """Sends the message and draws the reply as it comes."""
    dialogue = dialogue or f"chat-{uuid.uuid4().hex[:12]}"
    with st.chat_message("user"):
        frame.show(safe.said(text))
    with st.chat_message("assistant"):
        place, reply = st.empty(), ""
        place.html(tag("span", _("The bot is writing…"), class_="bo-muted"))
        try:
            lead = st.session_state.get("lead") or None
            for event in api.client().chat(
                text, dialogue_id=dialogue, lead_id=lead, idempotency_key=uuid.uuid4().hex, channel=_CHANNEL
            ):
                if isinstance(event, TextPiece):
                    reply += event.text
                    place.html(safe.said(reply))
        except BotopsError as error:
            place.empty()
            frame.fault(_("The bot did not answer"), error)
            return
    frame.remember("talk", dialogue)
    st.rerun()


frame.page("chat", body)
