"""Today: seven numbers, what is under way or wrong, what waits, and what was changed."""

import time

import streamlit as st

from botops.app import queries, today
from botops.app.container import Container
from botops.app.glossary import GLOSSARY
from botops.console import charts, data, frame, navigation, numbers, parts
from botops.console.i18n import _, ngettext
from botops.console.today import attention, changes, patterns, reads, waiting
from botops.domain.errors import StoreError

FIRST_S = 2  # how often it is looked whether there is something to show
GROWING_S = 20  # how often growing numbers are shown anew
_DRAWN = "today-drawn"


def body(container: Container) -> None:
    days = frame.period()
    found = reads.numbers(container, data.key_of(container), days)
    incidents = today.under_way(container)
    attention.show(container, incidents)
    if found.empty:
        _await_numbers(container, days)
    else:
        if frame.making():
            _renew()
        patterns.worst(container, days)
        _numbers(container, found)
        patterns.show(container, days)
    waiting.show(container, found, incidents)
    changes.show(container)
    if not found.empty:
        parts.question(_("How many false promises are there a day, and do they reach clients?"))
        charts.faulty(found.faulty)


@st.fragment(run_every=FIRST_S)
def _await_numbers(container: Container, days: int) -> None:
    """Says why there is nothing to show, and looks again until there is."""
    try:
        found = reads.numbers(container, data.key_of(container), days)
        uncounted = container.store.reads.lag().hours
    except StoreError:
        st.rerun()  # the page itself says so
    if not found.empty:
        st.rerun()
    if frame.making():
        told = _("The demo company is living its past right now. You need not do anything.")
        frame.empty(_("The first numbers appear here in a few seconds"), told)
    elif uncounted:
        frame.empty(
            _("The first numbers appear here in a few seconds"), _("Dialogues are there and are being counted.")
        )
    else:
        frame.empty(
            _("No dialogues in this period"),
            _("Write to the bot on the Chat page, take in a log with botops ingest, or choose a longer period."),
        )
        navigation.link("chat", _("Write to the bot"))


@st.fragment(run_every=GROWING_S)
def _renew() -> None:
    """Draws the page anew while the demo's past is being made: its numbers grow, and nothing is typed here."""
    if time.monotonic() - st.session_state.setdefault(_DRAWN, time.monotonic()) >= GROWING_S:
        st.session_state[_DRAWN] = time.monotonic()
        st.rerun()


def _numbers(container: Container, found: queries.Overview) -> None:
    with st.container(key="numbers"):
        for row in (found.numbers[:4], found.numbers[4:]):
            for column, number in zip(st.columns(len(row)), row, strict=True):
                with column:
                    numbers.metric(container, number, numbers.note(number))
    days = found.period.days
    if any(number.change is not None for number in found.numbers):
        note = ngettext("Arrows: the change to the {n} day before.", "Arrows: the change to the {n} days before.", days)
        parts.answer(note.format(n=days))
    with st.expander(_("What these numbers mean")):
        frame.show(parts.definitions(GLOSSARY[number.id] for number in found.numbers))
        navigation.link("glossary", _("All numbers"))


frame.page("today", body)
