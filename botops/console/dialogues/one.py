"""One dialogue: what was said, what each claim is worth, and saying so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from botops.app.checks.stored import supported_by_turn
from botops.app.container import Container
from botops.app.evals.reading import walks
from botops.console import data, deeds, frame, navigation, safe
from botops.console.dialogues import case_making, rating, reviewing, transcript, verdict
from botops.console.dialogues.reviewing_queue import REPLY
from botops.console.i18n import _, ngettext
from botops.domain.errors import NotFoundError

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


def show(container: Container, dialogue_id: str) -> None:
    """The dialogue, or that there is none."""
    back = {k: v for k, v in st.query_params.to_dict().items() if k not in {"dialogue", "lang", REPLY}}
    navigation.link("dialogues", _("All dialogues"), ":material/arrow_back:", **back)
    try:
        records = container.store.reads.dialogue(dialogue_id)
    except NotFoundError:
        frame.empty(_("There is no such dialogue"), _("It may have been erased, or the link is incomplete."))
        return
    zone = container.settings.company.timezone
    frame.show(transcript.summary(records, zone))
    by = deeds.who("words")
    rating.section(container, dialogue_id, by)
    current = container.books.current()
    supported = supported_by_turn(records, current.compiled) if current is not None else {}
    known = reviewing.rulings(container, records)
    reviews = container.store.reply_reviews.of_turns(record.id for record in records)
    suites = data.suites(container)
    tests = walks(container, dialogue_id, suites)
    chosen = next((n for n, record in enumerate(records) if record.id == st.query_params.get(REPLY)), None)
    places = _places(len(records), chosen)
    for number, record in enumerate(records):
        with places[number]:
            frame.show(transcript.turn(record, zone, supported.get(record.id, ())))
            words = verdict.Words(record, reviews.get(record.id, ()), by)
            verdict.show(words, zone)
            with st.container(horizontal=True, key=f"deeds-{record.id}"):
                testable = case_making.missing(record, tests)
                verdict.buttons(words, testable=testable)
                if testable:
                    case_making.button(container, record, suites, by)
                if number != chosen:
                    link = {"dialogue": dialogue_id, REPLY: record.id}
                    navigation.link("dialogues", _("A link to this reply"), ":material/link:", **link)
            case_making.made(container, record, tests)
            if not words.hidden:
                reviewing.section(container, record, known)


def _places(count: int, chosen: int | None) -> list[DeltaGenerator]:
    """Where each reply is drawn: one under the other, and around the one of a link the others folded away."""
    if chosen is None:
        return [st.container()] * count
    later = count - chosen - 1
    before, after = st.container(), st.container()
    if chosen:
        title = ngettext("{n} message before", "{n} messages before", chosen).format(n=chosen)
        before = st.expander(safe.markdown(title), key="before-linked")
    here = st.container(key="linked-reply")
    if later:
        title = ngettext("{n} message after", "{n} messages after", later).format(n=later)
        after = st.expander(safe.markdown(title), key="after-linked")
    return [before] * chosen + [here] + [after] * later
