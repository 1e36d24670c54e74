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
from botops.console import deeds, eval_chain, parts
from botops.console.i18n import _
from botops.domain.turns import TurnRecord


def section(container: Container, record: TurnRecord, suites: Sequence[ListedSuite], known: Sequence[Walk]) -> None:
    """The tests made of a turn with what became of them, or the button that makes one."""
    of_turn = [walk for walk in known if walk.turn == record.number]
    for walk in of_turn:
        with st.container(key=f"chain-{record.id}-{walk.suite}-{walk.case}"):
            eval_chain.section(container, walk, here="dialogue")
    if not any(walk.listed for walk in of_turn) and record.inbound.text:
        _form(container, record, suites)


def _form(container: Container, record: TurnRecord, suites: Sequence[ListedSuite]) -> None:
    prompt = prompt_of_turn(container.settings, record)
    usual = usual_suite(container.settings, prompt)
    names = list(dict.fromkeys([usual, *(s.name for s in suites if s.prompt == prompt and not s.problem)]))
    with (
        st.popover(_("Make a test"), icon=":material/add_task:", key=f"make-test-{record.id}"),
        st.form(f"make-test-form-{record.id}", border=False),
    ):
        parts.answer(_("The client's words are said again, and the reply must be right. Nothing changes for clients."))
        suite = st.selectbox(_("Set of tests"), names, key=f"make-test-suite-{record.id}", filter_mode=None)
        key = f"test-{record.id}"
        body: dict[str, Any] = {"turn": record.number, "suite": suite, "reason": deeds.why(key), "by": deeds.who(key)}
        if st.form_submit_button(_("Make the test"), type="primary", key=f"make-test-now-{record.id}"):
            deeds.send(f"/v1/dialogues/{quote(record.inbound.dialogue_id, safe='')}/case", body)
