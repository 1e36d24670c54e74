"""Which dialogue, and which reply of it, a text is tried on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from botops.app.container import Container
from botops.console import formats, frame, safe
from botops.console.i18n import _
from botops.domain.errors import NotFoundError
from botops.domain.turns import TurnRecord, TurnState
from botops.store import DialogueFilter, DialogueRow

_LATEST = 30


def dialogue(container: Container, name: str) -> tuple[TurnRecord, ...]:
    """The chosen dialogue: those with mistakes are offered first, any other by its link."""
    found = {row.id: row for row in _offered(container, name)}
    wanted = st.query_params.get("dialogue", "")
    options = list(found) if not wanted or wanted in found else [wanted, *found]
    if not options:
        frame.empty(_("No dialogues yet"), _("When clients have written, their dialogues can be played again here."))
        return ()

    def said(key: str) -> str:
        row = found.get(key)
        if row is None:
            return key
        wrong = f" · {_('with a mistake')}" if row.findings else ""
        when = formats.moment(row.first_at, container.settings.company.timezone)
        return f"{when}{wrong} · {safe.preview(row.first_text, 60)}"

    chosen = st.selectbox(
        _("Dialogue"), options, index=options.index(wanted) if wanted else 0, key=f"real-dialogue-{name}-{wanted}",
        format_func=said,
    )  # fmt: skip
    try:
        return container.store.reads.dialogue(chosen)
    except NotFoundError:
        frame.empty(_("There is no such dialogue"), _("It may have been erased, or the link is incomplete."))
        return ()


def _offered(container: Container, name: str) -> list[DialogueRow]:
    reads = container.store.reads
    wrong = reads.dialogues(DialogueFilter(prompt=name, has_findings=True, limit=_LATEST)).items
    latest = reads.dialogues(DialogueFilter(prompt=name, limit=_LATEST)).items
    return list({row.id: row for row in (*wrong, *latest)}.values())


def reply(name: str, records: Sequence[TurnRecord]) -> TurnRecord | None:
    """The reply to be given again: of several the first with a mistake is chosen at first."""
    able = [r for r in records if r.inbound.text and r.state in {TurnState.ANSWERED, TurnState.FAILED}]
    if not able:
        return None
    by_number = {record.number: record for record in able}
    wrong = next((r.number for r in able if r.verdict is not None and r.verdict.findings), able[0].number)
    asked = st.query_params.get("turn", "")
    first = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in by_number else wrong
    number = st.selectbox(
        _("Reply to"), list(by_number), index=list(by_number).index(first), filter_mode=None,
        key=f"real-turn-{name}-{records[0].inbound.dialogue_id}",
        format_func=lambda n: f"{n}. {safe.preview(by_number[n].inbound.text, 80)}",
    )  # fmt: skip
    frame.remember("dialogue", records[0].inbound.dialogue_id)
    frame.remember("turn", str(number))
    return by_number[number]
