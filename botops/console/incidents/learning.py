"""What was learnt from an incident: its cause, what is to be done, the test that shows it again; and its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import streamlit as st

from botops.app.container import Container
from botops.console import data, deeds, formats, frame, labels, navigation, parts, presses, safe
from botops.console.i18n import _
from botops.console.incidents import labels as incident_labels
from botops.console.incidents.steps import path
from botops.console.safe import tag
from botops.domain.access import Right
from botops.domain.incidents import CauseKind, FollowUp, Incident, IncidentState
from botops.domain.people import MOST_REASON
from botops.monitor.incidents import lacks
from botops.monitor.postmortem import Impact

_DUE_DAYS = 7
Roles = Mapping[str, Mapping[str, str]]
How = Literal["make", "link", "none"]


def missing(incident: Incident) -> None:
    """What has to be known before it may be closed."""
    found = lacks(incident)
    if incident.state is IncidentState.CLOSED or not found:
        return
    items = tag("ul", *(tag("li", incident_labels.lack(one)) for one in found), class_="bo-notes")
    frame.show(frame.alert("note", _("Before it can be closed:"), items))


def section(container: Container, incident: Incident, roles: Roles, impact: Impact) -> None:
    """Cause, actions and test."""
    closed = incident.state is IncidentState.CLOSED
    _cause(incident, closed=closed)
    _actions(container, incident, roles, closed=closed)
    _case(container, incident, impact, closed=closed)


def closing(incident: Incident) -> None:
    """The last step, once nothing is missing."""
    if incident.state is not IncidentState.RESOLVED or lacks(incident):
        return
    with (
        deeds.popover(
            _("Close the incident"), Right.OPERATE, icon=":material/verified:", key="step-close", type="primary"
        ),
        st.form("form-close", border=False),
    ):
        parts.answer(_("Cause, actions and test are known: it was learnt from."))
        body = {"by": deeds.who("close")}
        if presses.submit(_("Close it"), type="primary", key="do-close"):
            deeds.send(path(incident, "close"), body)


def _cause(incident: Incident, *, closed: bool) -> None:
    parts.question(_("What was the cause?"))
    if incident.cause and incident.cause_kind:
        kind = _(incident_labels.CAUSES[incident.cause_kind])
        frame.show(tag("div", parts.chip(kind), " ", safe.preview(incident.cause, 2000), class_="bo-item"))
    else:
        parts.answer(_("Not named yet."))
    if closed:
        return
    with (
        deeds.popover(_("Name the cause"), Right.OPERATE, icon=":material/search_insights:", key="step-cause"),
        st.form("form-cause", border=False),
    ):
        kinds = list(CauseKind)
        kind = st.selectbox(
            _("Where did it lie?"), kinds, index=kinds.index(incident.cause_kind) if incident.cause_kind else 0,
            key="cause-kind", filter_mode=None, format_func=lambda one: _(incident_labels.CAUSES[one]),
        )  # fmt: skip
        words = st.text_area(
            _("What broke, and why was it not stopped earlier?"), incident.cause or "", key="words-cause",
            max_chars=MOST_REASON,
        )  # fmt: skip
        body = {"kind": kind.value, "words": words, "by": deeds.who("cause")}
        if presses.submit(_("Keep the cause"), type="primary", key="do-cause"):
            deeds.send(path(incident, "cause"), body, method="PUT")


def _actions(container: Container, incident: Incident, roles: Roles, *, closed: bool) -> None:
    parts.question(_("What do we do so that it does not happen again?"))
    today = container.clock.now().astimezone(ZoneInfo(container.settings.company.timezone)).date()
    if not incident.follow_ups:
        parts.answer(_("Nobody has been given anything to do yet."))
    for place, one in enumerate(incident.follow_ups, 1):
        with st.container(key=f"action-{place}", horizontal=True, vertical_alignment="center"):
            frame.show(_action(place, one, roles, today))
            if one.done_at is None:
                _done(incident, place)
    if not closed:
        _add_action(incident, roles, today)


def _action(place: int, one: FollowUp, roles: Roles, today: date) -> safe.Html:
    if one.done_at is not None:
        fate = parts.chip(_("done, {who}").format(who=one.done_by or formats.NOTHING), "good")
    else:
        late = one.due < today
        text = _("overdue: {day}") if late else _("by {day}")
        fate = parts.chip(text.format(day=formats.day(one.due)), "bad" if late else "")
    said = tag("span", f"{labels.role(one.owner, roles)}", class_="bo-muted")
    return tag("div", tag("b", f"{place}. {safe.preview(one.text, 500)}"), fate, said, class_="bo-row")


def _done(incident: Incident, place: int) -> None:
    with deeds.popover(_("Done"), Right.OPERATE, icon=":material/check:", key=f"step-done-{place}"):  # noqa: SIM117
        with st.form(f"form-done-{place}", border=False):
            body = {"by": deeds.who(f"done-{place}")}
            if presses.submit(_("It is done"), key=f"do-done-{place}"):
                deeds.send(path(incident, f"actions/{place}/done"), body)


def _add_action(incident: Incident, roles: Roles, today: date) -> None:
    with (
        deeds.popover(_("Add what to do"), Right.OPERATE, icon=":material/add_task:", key="step-action"),
        st.form("form-action", border=False),
    ):
        words = st.text_area(_("What is to be done?"), key="words-action", max_chars=MOST_REASON)
        owner = st.selectbox(
            _("Who?"), list(roles), key="action-owner", filter_mode=None,
            format_func=lambda role: labels.role(role, roles),
        )  # fmt: skip
        due = st.date_input(_("By which day?"), today + timedelta(days=_DUE_DAYS), min_value=today, key="action-due",
                            format="DD.MM.YYYY")  # fmt: skip
        by = deeds.who("action")
        body = {"words": words, "owner": owner, "due": due.isoformat() if isinstance(due, date) else None, "by": by}
        if presses.submit(_("Add it"), type="primary", key="do-action"):
            deeds.send(path(incident, "actions"), body)


def _case(container: Container, incident: Incident, impact: Impact, *, closed: bool) -> None:
    parts.question(_("Which test shows it if it comes back?"))
    if incident.case:
        suite, _mark, case = incident.case.partition("#")
        navigation.link("evals", _("Test {name}").format(name=safe.markdown(incident.case)), suite=suite, case=case)
    elif incident.no_case:
        parts.answer(_("There is none: {why}").format(why=safe.preview(incident.no_case, 1000)))
    else:
        parts.answer(_("None yet."))
    if closed:
        return
    with deeds.popover(_("Make or link a test"), Right.OPERATE, icon=":material/checklist:", key="step-case"):
        ways: dict[How, str] = {"make": _("Make one of the worst reply"), "link": _("There is one already"),
                                "none": _("There can be none")}  # fmt: skip
        if not impact.replies:
            del ways["make"]
        how = st.radio(_("Which?"), list(ways), key="case-how", format_func=lambda one: ways[one])
        with st.form(f"form-case-{how}", border=False):
            body = _case_fields(container, how) | {"by": deeds.who("case")}
            if presses.submit(_("Keep the test"), type="primary", key="do-case"):
                deeds.send(path(incident, "case"), body, method="PUT")


def _case_fields(container: Container, how: How) -> dict[str, Any]:
    if how == "make":
        parts.answer(_("The client's words are said again, and the reply must be right. Nothing changes for clients."))
        return {"make": True}
    if how == "none":
        return {"no_case": st.text_area(_("Why can there be no test?"), key="words-no-case", max_chars=MOST_REASON)}
    known = [f"{s.name}#{case.id}" for s in data.suites(container) if not s.problem for case in s.cases]
    return {"case": st.selectbox(_("Test"), known, index=None, key="case-name", placeholder=_("set#test"))}
