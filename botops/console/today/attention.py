"""What is wrong right now: incidents under way, problems that keep the bot from answering rightly, who is waiting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from botops.app import queries
from botops.app.alerts import inbox
from botops.app.container import Container
from botops.app.pricebooks.canary import standing_alarm
from botops.app.prompts.state import prompt_states
from botops.console import formats, frame, navigation, parts, safe
from botops.console.i18n import _, language, ngettext
from botops.console.incidents import labels as incident_labels
from botops.domain.alerts import AlertSeverity
from botops.domain.incidents import Incident, IncidentSeverity
from botops.domain.releases import AuditEntry

_MOST_INCIDENTS = 5


def show(container: Container, incidents: Sequence[Incident]) -> None:
    """The incidents under way, then what keeps the bot from answering rightly, and who is waiting."""
    _incidents(container, incidents)
    if container.books.current() is None:
        why = _("Replies cannot be checked without a price book: the guard holds them back. Expected at {path}.")
        frame.show(frame.alert("bad", _("No price book"), why.format(path=frame.short(container.books.path))))
    broken = _("The price book is broken: the last good one stays in force")
    if container.books.current() is None:
        broken = _("The price book file is broken")
    for problem in container.books.problems[:3]:
        frame.show(parts.problem(problem, broken))
    _book_alarm(container)
    _alerts(container)
    for state in prompt_states(container):
        if state.broken:
            title = (
                _("The prompt {name} is broken on disk: its last good state is served")
                if state.stale
                else _("The prompt {name} cannot be served")
            )
            first = next((p for p in state.problems if p.level == "error"), None)
            name = title.format(name=state.name)
            frame.show(parts.problem(first, name) if first else frame.alert("bad", name))
    if not frame.making():  # the queue of a past that is being lived is weeks old
        _waiting(container)


def _incidents(container: Container, found: Sequence[Incident]) -> None:
    """What is under way, the worst first, each with how far it is."""
    for incident in found[:_MOST_INCIDENTS]:
        lasts = formats.span(container.clock.now() - incident.began_at)
        facts = (
            incident_labels.severity(incident.severity)[0], incident_labels.state(incident.state)[0],
            _("for {span} now").format(span=lasts), incident.acknowledged_by or "",
        )  # fmt: skip
        level = "warn" if incident.severity is IncidentSeverity.MINOR else "bad"
        title = f"{incident.name} · {safe.preview(incident.title, 200)}"
        with st.container(key=f"under-way-{incident.number}"):
            frame.show(frame.alert(level, title, " · ".join(filter(None, facts))))
            navigation.link("alerts", _("Open the incident"), incident=str(incident.number))
    more = len(found) - _MOST_INCIDENTS
    if more > 0:
        text = ngettext("{n} more incident is under way", "{n} more incidents are under way", more)
        navigation.link("alerts", text.format(n=formats.number(more)))


def _waiting(container: Container) -> None:
    """Clients who wait for a person longer than was promised."""
    queue = queries.waiting(container)
    if queue.overdue and queue.since is not None:
        count = ngettext(
            "{n} dialogue waits for a person too long", "{n} dialogues wait for a person too long", queue.overdue
        ).format(n=formats.number(queue.overdue))
        since = _("Promised: an answer within {minutes}. The first one has waited for {span}.").format(
            minutes=formats.span(timedelta(minutes=container.settings.hand_off.answer_within_min)),
            span=formats.span(container.clock.now() - queue.since),
        )
        with st.container(key="waiting"):
            frame.show(frame.alert("warn", count, since))
            navigation.link("dialogues", _("Show these dialogues"), waiting="1")


def _alerts(container: Container) -> None:
    """The urgent alerts that nobody has taken on."""
    urgent = [a for a in inbox.alerts(container) if a.severity is AlertSeverity.PAGE and a.acknowledged_by is None]
    if not urgent:
        return
    count = ngettext("{n} urgent alert that nobody has taken", "{n} urgent alerts that nobody has taken", len(urgent))
    titles = "; ".join(safe.preview(alert.signal.title[language()], 120) for alert in urgent[:3])
    with st.container(key="urgent"):
        frame.show(frame.alert("bad", count.format(n=formats.number(len(urgent))), titles))
        navigation.link("alerts", _("Look into them"))


def _book_alarm(container: Container) -> None:
    """The canary's alarm about the price book in force, while it stands."""
    current = container.books.current()
    alarm = standing_alarm(container.store, current) if current is not None else None
    if current is None or alarm is None:
        return
    title = _("Far more replies disagree with the new price book {book}").format(book=current.file.name)
    shares = _("Replies the price book did not bear out: {before} before, {after} now.").format(
        before=_held_share(alarm, "held_before", "replies_before"), after=_held_share(alarm, "held", "replies")
    )
    products = str(alarm.detail.get("products") or "")
    about = _("Most of all: {products}.").format(products=products) if products else ""
    advice = _(
        "If the book is wrong: botops pricebook rollback. If it is right, mend what tells the bot the old prices."
    )
    frame.show(frame.alert("bad", title, " ".join(part for part in (shares, about, advice) if part)))


def _held_share(alarm: AuditEntry, held: str, replies: str) -> str:
    total = int(alarm.detail.get(replies) or 0)
    return formats.percent(int(alarm.detail.get(held) or 0) / total) if total else "—"
