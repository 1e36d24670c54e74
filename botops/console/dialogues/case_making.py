"""A turn of a dialogue becomes a test, on the dialogue's page; what became of those that did stands beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import streamlit as st

from botops.app.container import Container
from botops.app.evals.cases import prompt_of_turn, usual_suite
from botops.app.evals.reading import Walk
from botops.app.evals.suite_files import ListedSuite
from botops.console import deeds, parts, presses
from botops.console.dialogues import verdict
from botops.console.evals import chain as eval_chain
from botops.console.i18n import _
from botops.domain.access import Right
from botops.domain.turns import TurnRecord


def made(container: Container, record: TurnRecord, known: Sequence[Walk]) -> None:
    """The tests made of a turn, with what became of them."""
    for walk in known:
        if walk.turn == record.number:
            with st.container(key=f"chain-{record.id}-{walk.suite}-{walk.case}"):
                eval_chain.section(container, walk, here="dialogue")


def missing(record: TurnRecord, known: Sequence[Walk]) -> bool:
    """True when a test can be made of a turn and none stands in a suite."""
    return bool(record.inbound.text) and not any(walk.listed for walk in known if walk.turn == record.number)


def button(container: Container, record: TurnRecord, suites: Sequence[ListedSuite], by: str) -> None:
    """Makes a test of a turn, for a reason and in a suite of one's choice; who does it is asked where `by` is empty."""
    prompt = prompt_of_turn(container.settings, record)
    usual = usual_suite(container.settings, prompt)
    names = list(dict.fromkeys([usual, *(s.name for s in suites if s.prompt == prompt and not s.problem)]))
    with (
        deeds.popover(_("Make a test"), Right.EDIT, icon=":material/add_task:", key=f"make-test-{record.id}"),
        st.form(f"make-test-form-{record.id}", border=False),
    ):
        parts.answer(_("The client's words are said again, and the reply must be right. Nothing changes for clients."))
        suite = st.selectbox(_("Set of tests"), names, key=f"make-test-suite-{record.id}", filter_mode=None)
        key = f"test-{record.id}"
        # Given as the field's own value: one set in the session would be lost while the popover is closed.
        reason = st.text_input(_("Why"), verdict.reason_of(record), key=f"why-{key}", max_chars=1000)
        body: dict[str, Any] = {
            "turn": record.number,
            "suite": suite,
            "reason": reason,
            "by": by.strip() or deeds.who(key),
        }
        if presses.submit(_("Make the test"), type="primary", key=f"make-test-now-{record.id}"):
            deeds.send(f"/v1/dialogues/{quote(record.inbound.dialogue_id, safe='')}/case", body)
