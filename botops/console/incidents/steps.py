"""What people do with an incident from its page: take it on, note, say it is over, give it to another."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import streamlit as st

from botops.app.container import Container
from botops.console import deeds, formats, labels, presses
from botops.console.i18n import _
from botops.console.incidents import labels as incident_labels
from botops.domain.access import Right
from botops.domain.incidents import Incident, IncidentSeverity, IncidentState
from botops.domain.people import MOST_REASON

Roles = Mapping[str, Mapping[str, str]]


def section(container: Container, incident: Incident, roles: Roles) -> None:
    """The steps that are open now."""
    with st.container(horizontal=True, key="incident-steps"):
        if incident.state is IncidentState.OPEN:
            _acknowledge(incident)
        _said(incident, "notes", _("Add a note"), ":material/edit_note:", _("What was seen or tried?"))
        if incident.state in (IncidentState.OPEN, IncidentState.ACKNOWLEDGED):
            _said(incident, "resolve", _("It is over"), ":material/task_alt:", _("What ended it?"))
        else:
            _said(incident, "reopen", _("It is not over"), ":material/restart_alt:", _("What is still wrong?"))
        if incident.state is not IncidentState.CLOSED:
            _change(container, incident, roles)


def path(incident: Incident, step: str) -> str:
    """Where a step of an incident is handed in."""
    return f"/v1/incidents/{incident.number}/{step}"


def _acknowledge(incident: Incident) -> None:
    with (
        deeds.popover(_("Take it on"), Right.OPERATE, icon=":material/front_hand:", key="step-acknowledge"),
        st.form("form-acknowledge", border=False),
    ):
        body = {"by": deeds.who("acknowledge")}
        if presses.submit(_("I take it on"), type="primary", key="do-acknowledge"):
            deeds.send(path(incident, "acknowledge"), body)


def _said(incident: Incident, step: str, title: str, icon: str, question: str) -> None:
    with deeds.popover(title, Right.OPERATE, icon=icon, key=f"step-{step}"), st.form(f"form-{step}", border=False):
        words = st.text_area(question, key=f"words-{step}", max_chars=MOST_REASON)
        body = {"words": words, "by": deeds.who(step)}
        if presses.submit(_("Keep it"), type="primary", key=f"do-{step}"):
            deeds.send(path(incident, step), body)


def _change(container: Container, incident: Incident, roles: Roles) -> None:
    with deeds.popover(_("Change it"), Right.OPERATE, icon=":material/tune:", key="step-change"):
        with st.form("form-severity", border=False):
            levels = list(IncidentSeverity)
            severity = st.selectbox(
                _("How bad is it?"), levels, index=levels.index(incident.severity), key="change-severity",
                filter_mode=None, format_func=lambda one: _(incident_labels.SEVERITIES[one][0]),
            )  # fmt: skip
            body: dict[str, Any] = {"severity": severity.value, "by": deeds.who("severity")}
            if presses.submit(_("Keep the severity"), key="do-severity"):
                deeds.send(path(incident, "severity"), body, method="PUT")
        with st.form("form-owner", border=False):
            known = list(dict.fromkeys([incident.owner, *roles]))
            owner = st.selectbox(
                _("Who has it?"), known, key="change-owner", filter_mode=None,
                format_func=lambda role: labels.role(role, roles),
            )  # fmt: skip
            body = {"owner": owner, "by": deeds.who("owner")}
            if presses.submit(_("Give it over"), key="do-owner"):
                deeds.send(path(incident, "owner"), body, method="PUT")
        _at_risk(container, incident)


def _at_risk(container: Container, incident: Incident) -> None:
    """What it may cost, where wrong replies do not tell."""
    currency = container.settings.company.currency
    with st.form("form-at-risk", border=False):
        kept = incident.at_risk
        typed = st.text_input(
            _("May cost, in {currency}, by estimate").format(currency=formats.sign(currency)),
            value=str(kept.amount) if kept is not None else "", key="change-at-risk", max_chars=20,
        )  # fmt: skip
        by = deeds.who("at-risk")
        if deeds.submit(_("Keep the estimate"), Right.OPERATE, key="do-at-risk"):
            amount = _amount(typed)
            if amount is None:
                st.error(_("Write the sum as a number, for example 150000."))
            else:
                body = {"at_risk": {"amount": str(amount), "currency": currency}, "by": by}
                deeds.send(path(incident, "at-risk"), body, method="PUT")


def _amount(typed: str) -> Decimal | None:
    """A sum as people type it: 150 000,50."""
    plain = "".join(typed.split()).replace(",", ".")
    try:
        amount = Decimal(plain)
    except ArithmeticError:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
