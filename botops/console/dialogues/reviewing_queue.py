"""Reviewing one by one: the worst reply nobody has looked at, or one for a second look; the next one opens itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from botops.app.checks.stored import supported_by_turn
from botops.app.container import Container
from botops.app.dialogues import queue
from botops.app.evals.reading import walks
from botops.console import data, deeds, formats, frame, labels, navigation, parts, safe
from botops.console.dialogues import case_making, filters, reads, transcript, verdict
from botops.console.i18n import _, ngettext
from botops.console.safe import tag
from botops.domain.errors import NotFoundError
from botops.domain.reviews import ReplyVerdict
from botops.domain.turns import TurnRecord

REPLY = "reply"
"""The parameter that names one reply, by the id of its turn."""
_ASIDE = "put-aside"
_LAST = "last-word"


def show(container: Container, which: str) -> None:
    """The next reply of the queue (`first` or `second`), or that all are done."""
    kept = filters.parameters()
    navigation.link("dialogues", _("All dialogues"), ":material/arrow_back:", **kept)
    by = deeds.who("words")
    second = which == "second"
    if second and not by.strip():
        frame.empty(_("Say who you are"), _("The second look is for those who have not judged the reply yet."))
        return
    _standing(container, second=second)
    _last_word(kept)
    found = _next(container, by, second=second)
    if found is None:
        frame.show(frame.alert("good", _("All is looked at"), _("Nothing waits for a word here.")))
        return
    _one(container, *found, by)


def _standing(container: Container, *, second: bool) -> None:
    """How many wait, or how far reviewers agree."""
    if second:
        parts.question(_("Do two people see it alike?"))
        agreement(container)
        return
    left = reads.waiting(container, filters.asked(container, 1))
    parts.question(ngettext("{n} reply waits for your word", "{n} replies wait for your word", left).format(
        n=formats.number(left)))  # fmt: skip
    days = ngettext("of the last {n} day", "of the last {n} days", queue.REVIEW_DAYS).format(n=queue.REVIEW_DAYS)
    parts.answer(_("Those clients saw first, then the gravest, {days}.").format(days=days))


def agreement(container: Container) -> None:
    """How far reviewers agree, in words and figures."""
    found = reads.agreement(container)
    if found.level == "too_few":
        parts.answer(_(
            "Too few to say: {n} replies have the words of two people, from {least} on their agreement is told."
        ).format(n=found.pairs, least=queue.LEAST_PAIRS))  # fmt: skip
        return
    assert found.share is not None
    assert found.low is not None
    assert found.high is not None
    figures = _("The same word on {agreed} of {pairs} replies: {share}, from {low} to {high}.").format(
        agreed=formats.number(found.agreed), pairs=formats.number(found.pairs), share=formats.percent(found.share),
        low=formats.percent(found.low), high=formats.percent(found.high),
    )  # fmt: skip
    beyond = ""
    if found.kappa is not None and found.kappa_low is not None and found.kappa_high is not None:
        beyond = _("Beyond chance: {kappa}, from {low} to {high} (1 is always, 0 is guessing).").format(
            kappa=formats.number(found.kappa, 2), low=formats.number(found.kappa_low, 2),
            high=formats.number(found.kappa_high, 2),
        )  # fmt: skip
    verdicts = {
        "high": ("good", _("Reviewers nearly always agree")),
        "good": ("good", _("Reviewers agree well")),
        "low": ("warn", _("Reviewers often disagree: settle together what counts as a mistake")),
        "one_sided": ("note", _("Everybody always says the same: agreement beyond chance cannot be told")),
    }
    frame.show(frame.alert(*verdicts[found.level], figures, beyond))


def _last_word(kept: dict[str, str]) -> None:
    """What was said of the reply before, and the way back to it."""
    if (last := st.session_state.get(_LAST)) is None:
        return
    dialogue, said = last
    with st.container(horizontal=True, vertical_alignment="center", key="last-word"):
        frame.show(tag("span", _("Kept: {word}").format(word=labels.reply_verdict(said)), class_="bo-small bo-muted"))
        navigation.link("dialogues", _("Look at it again"), ":material/undo:", **kept, dialogue=dialogue)


def _next(container: Container, by: str, *, second: bool) -> tuple[str, int] | None:
    """The dialogue and the number of the reply to show: the one in the address unless its reader has judged it, else
    the next. It stays in the address, so that a colleague can be sent it, until a word is said or it is put aside."""
    aside = st.session_state.setdefault(_ASIDE, set())
    if (wanted := st.query_params.get(REPLY)) and (record := _linked(container, wanted, by)) is not None:
        return record.inbound.dialogue_id, record.number
    found = (
        queue.next_for_second_look(container, by, aside)
        if second
        else queue.next_to_review(container, filters.asked(container, 1), aside)
    )
    frame.remember(REPLY, found.turn_id if found is not None else None)
    return (found.dialogue_id, found.number) if found is not None else None


def _linked(container: Container, turn_id: str, by: str) -> TurnRecord | None:
    """The reply of a link; None, and says why, where it is not there or its reader has judged it."""
    try:
        record = container.store.reads.turn(turn_id)
    except NotFoundError:
        frame.show(
            frame.alert("warn", _("The reply of the link is not here"), _("The next one of the queue is shown."))
        )
        return None
    words = verdict.Words(record, container.store.reply_reviews.of_turns([turn_id]).get(turn_id, ()), by)
    return record if words.own is None else None


def _one(container: Container, dialogue_id: str, number: int, by: str) -> None:
    try:
        records = [record for record in container.store.reads.dialogue(dialogue_id) if record.number <= number]
    except NotFoundError:  # erased at this very moment
        st.rerun()
    record, zone = records[-1], container.settings.company.timezone
    frame.show(transcript.summary(records, zone))
    _before(records[:-1], zone)
    current = container.books.current()
    supported = supported_by_turn(records, current.compiled) if current is not None else {}
    frame.show(transcript.turn(record, zone, supported.get(record.id, ())))
    words = verdict.Words(record, container.store.reply_reviews.of_turns([record.id]).get(record.id, ()), by)
    testable = case_making.missing(record, walks(container, dialogue_id, data.suites(container)))
    verdict.show(words, zone)
    with st.container(horizontal=True, key="word"):
        verdict.buttons(words, keys=True, then=partial(_remember, dialogue_id), testable=testable)
        if st.button(_("Later"), key=f"later-{record.id}", icon=":material/skip_next:", shortcut="4"):
            st.session_state[_ASIDE].add(record.id)
            frame.remember(REPLY, None)
            st.rerun()
    navigation.link("dialogues", _("The whole dialogue"), ":material/forum:", dialogue=dialogue_id)


def _before(records: Sequence[TurnRecord], zone: str) -> None:
    """What was said before, folded away."""
    if records:
        title = ngettext("{n} message before", "{n} messages before", len(records)).format(n=len(records))
        with st.expander(safe.markdown(title), key=f"before-{records[-1].id}"):
            frame.show(*(transcript.turn(record, zone) for record in records))


def _remember(dialogue_id: str, said: ReplyVerdict) -> None:
    st.session_state[_LAST] = (dialogue_id, said)
    frame.remember(REPLY, None)
