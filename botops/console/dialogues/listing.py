"""The list of dialogues: what is worth looking at, worst or latest first, and taking it along as a table."""

from __future__ import annotations

import streamlit as st

from botops.app.container import Container
from botops.console import formats, frame, labels, navigation, parts, safe
from botops.console.dialogues import filters, reads, taking
from botops.console.i18n import _, ngettext
from botops.console.safe import Html, tag
from botops.domain.turns import Action
from botops.store import DialogueRow

_PAGE = 25
_WORST_FIRST = (Action.FLAGGED, Action.BLOCKED, Action.REPAIRED, Action.HANDED_OVER)


def show(container: Container) -> None:
    """The list with its filters, and the ways to the queues."""
    ways = st.container(horizontal=True)
    asked = filters.chosen(container, limit=_PAGE * st.session_state.get("pages", 1))
    with ways:
        _ways(container, asked)
    rows, more = _rows(container, asked)
    if not rows:
        _nothing(asked)
        return
    if asked.worst_first:
        parts.answer(_("Mistakes that clients saw, then by how grave they are. Dialogues without one are left out."))
    zone = container.settings.company.timezone
    for index, row in enumerate(rows):
        with st.container(key=f"row-{index}"):
            frame.show(_item(row, zone))
            navigation.link("dialogues", safe.markdown(row.id), None, **asked.parameters, dialogue=row.id)
    if more and st.button(_("Show more"), key="more", width="stretch"):
        st.session_state["pages"] = st.session_state.get("pages", 1) + 1
        st.rerun()
    taking.buttons(container, asked)


def _ways(container: Container, asked: filters.Chosen) -> None:
    """To the replies that wait for a word, to the second look, and to what is let pass."""
    left = reads.waiting(container, asked.filter)
    count = ngettext("Review one by one: {n} waits", "Review one by one: {n} wait", left)
    navigation.link(
        "dialogues", count.format(n=formats.number(left)), ":material/rule_settings:", **asked.parameters, queue="first"
    )
    navigation.link("dialogues", _("Second look"), ":material/group:", queue="second")
    navigation.link("dialogues", _("What is let pass: exceptions"), ":material/rule:", exceptions="1")


def _rows(container: Container, asked: filters.Chosen) -> tuple[tuple[DialogueRow, ...], bool]:
    """The dialogues to show, and whether there may be more."""
    if asked.worst_first:
        found = container.store.reads.worst_dialogues(asked.filter)
        return found, len(found) == asked.filter.limit
    page = container.store.reads.dialogues(asked.filter)
    return page.items, page.cursor is not None


def _nothing(asked: filters.Chosen) -> None:
    if asked.worst_first:
        frame.empty(_("No mistakes here"), _("Among these dialogues the check objected to nothing."))
    elif asked.any:
        frame.empty(_("Nothing matches"), _("Take a filter away or choose a longer period."))
    else:
        frame.empty(
            _("No dialogues yet"), _("Write to the bot on the Chat page, or take in your bot's log with botops ingest.")
        )


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
