"""Dialogues: a list one can narrow down, and one dialogue with every claim shown in place."""

from datetime import timedelta

import streamlit as st

from botops.app.checks.stored import supported_by_turn
from botops.app.container import Container
from botops.app.evals.reading import walks
from botops.console import (
    case_making,
    data,
    filters,
    formats,
    frame,
    labels,
    navigation,
    parts,
    reviewing,
    safe,
    transcript,
)
from botops.console.i18n import _, ngettext
from botops.console.safe import Html, tag
from botops.domain.errors import NotFoundError
from botops.domain.turns import Action
from botops.store import DialogueRow, HandOffRow

_PAGE = 25
_WORST_FIRST = (Action.FLAGGED, Action.BLOCKED, Action.REPAIRED, Action.HANDED_OVER)


def body(container: Container) -> None:
    wanted = st.query_params.get("dialogue")
    if wanted:
        _one(container, wanted)
    elif st.query_params.get("waiting"):
        _waiting(container)
    elif st.query_params.get("exceptions"):
        navigation.link("dialogues", _("All dialogues"), ":material/arrow_back:")
        reviewing.exceptions(container)
    else:
        _list(container)


def _list(container: Container) -> None:
    navigation.link("dialogues", _("What is let pass: exceptions"), ":material/rule:", exceptions="1")
    asked = filters.chosen(container, limit=_PAGE * st.session_state.get("pages", 1))
    found = container.store.reads.dialogues(asked.filter)
    if not found.items:
        if asked.any:
            frame.empty(_("Nothing matches"), _("Take a filter away or choose a longer period."))
        else:
            frame.empty(
                _("No dialogues yet"),
                _("Write to the bot on the Chat page, or take in your bot's log with botops ingest."),
            )
        return
    zone = container.settings.company.timezone
    for index, row in enumerate(found.items):
        with st.container(key=f"row-{index}"):
            frame.show(_item(row, zone))
            navigation.link("dialogues", safe.markdown(row.id), None, **asked.parameters, dialogue=row.id)
    if found.cursor is not None and st.button(_("Show more"), key="more", width="stretch"):
        st.session_state["pages"] = st.session_state.get("pages", 1) + 1
        st.rerun()


def _item(row: DialogueRow, zone: str) -> Html:
    worst = parts.severity(row.worst) if row.worst else None
    head = tag(
        "div",
        tag("b", formats.moment(row.last_at, zone)),
        tag("span", f"{labels.channel(row.channel)} · {labels.spoken(row.language)}", class_="bo-muted"),
        *_fates(row),
        worst,
        class_="bo-row bo-small",
    )
    facts = [
        ngettext("{n} reply", "{n} replies", row.turns).format(n=row.turns),
        ", ".join(map(labels.version, row.prompts)),
        formats.money(row.local[0]) if row.local else "",
    ]
    return tag(
        "div", head, tag("div", safe.preview(row.first_text), class_="bo-line"),
        tag("div", " · ".join(fact for fact in facts if fact), class_="bo-muted bo-small"), class_="bo-item",
    )  # fmt: skip


def _fates(row: DialogueRow) -> list[Html]:
    """What became of the replies, the worst first; a dialogue that went well says so once."""
    if row.last_action is None:
        return [parts.chip(labels.state(row.last_state), "warn")]
    told = [action for action in _WORST_FIRST if action in row.actions]
    return [parts.fate(action) for action in told] or [parts.fate(Action.PASSED)]


def _waiting(container: Container) -> None:
    """The hand-off queue."""
    navigation.link("dialogues", _("All dialogues"), ":material/arrow_back:")
    rows = [row for row in container.store.reads.hand_offs(limit=200) if row.status == "waiting"]
    parts.question(_("Who is waiting for a person?"))
    if not rows:
        frame.empty(_("Nobody is waiting"), _("Every dialogue handed over has been answered."))
        return
    parts.answer(_("The longest waiting first."))
    for index, row in enumerate(rows[: _PAGE * 2]):
        with st.container(key=f"row-{index}"):
            frame.show(_hand_off(container, row))
            navigation.link(
                "dialogues", safe.markdown(row.hand_off.dialogue_id), None, dialogue=row.hand_off.dialogue_id
            )


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


def _one(container: Container, dialogue_id: str) -> None:
    back = {k: v for k, v in st.query_params.to_dict().items() if k not in {"dialogue", "lang"}}
    navigation.link("dialogues", _("All dialogues"), ":material/arrow_back:", **back)
    try:
        records = container.store.reads.dialogue(dialogue_id)
    except NotFoundError:
        frame.empty(_("There is no such dialogue"), _("It may have been erased, or the link is incomplete."))
        return
    zone = container.settings.company.timezone
    frame.show(transcript.summary(records, zone))
    current = container.books.current()
    supported = supported_by_turn(records, current.compiled) if current is not None else {}
    known = reviewing.rulings(container, records)
    suites = data.suites(container)
    tests = walks(container, dialogue_id, suites)
    for record in records:
        frame.show(transcript.turn(record, zone, supported.get(record.id, ())))
        reviewing.section(container, record, known)
        case_making.section(container, record, suites, tests)


frame.page("dialogues", body)
