"""Incidents in a list: what is under way and overdue first, figures of three months, and a form to open one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from botops.app import incidents as app
from botops.app.container import Container
from botops.app.glossary import GLOSSARY
from botops.app.prompts.state import role_titles
from botops.console import deeds, formats, frame, labels, navigation, parts, presses, safe
from botops.console.dialogues import filters, reads
from botops.console.i18n import _, language, ngettext
from botops.console.incidents import labels as incident_labels
from botops.console.safe import Html, tag
from botops.domain.access import Right
from botops.domain.alerts import Area
from botops.domain.errors import BotopsError
from botops.domain.findings import FindingKind
from botops.domain.incidents import Incident, IncidentSeverity, IncidentState
from botops.monitor import incidents as life

FIGURE_DAYS = 90
_MOST = 50
_AREAS: tuple[Area, ...] = ("replies", "data", "service")
Roles = Mapping[str, Mapping[str, str]]


def section(container: Container) -> None:
    """What is under way, then what should have been done, then all the rest."""
    everything = st.query_params.get("all") == "1"
    found = container.store.incidents.latest(under_way=not everything, most=_MOST)
    parts.question(_("Which incidents are under way?") if not everything else _("Which incidents were there?"))
    roles = role_titles(container.settings)
    if not found:
        text = _("Nothing is on fire. Open an incident when clients notice something wrong.")
        frame.show(frame.alert("good", _("No incident is under way."), text))
    worst = list(IncidentSeverity)
    for incident in found if everything else sorted(found, key=lambda one: worst.index(one.severity)):
        with st.container(key=f"row-incident-{incident.number}"):
            frame.show(item(container, incident, roles))
            navigation.link("alerts", _("Open the incident"), None, incident=str(incident.number))
    with st.container(horizontal=True):
        if everything:
            navigation.link("alerts", _("Only what is under way"), ":material/arrow_back:")
        else:
            navigation.link("alerts", _("All incidents, closed ones too"), ":material/history:", all="1")
        _open_form(container, roles)
    _overdue(container, roles)
    _figures(container)


def item(container: Container, incident: Incident, roles: Roles) -> Html:
    """An incident in a list."""
    now, zone = container.clock.now(), container.settings.company.timezone
    over = incident.resolved_at
    lasted = _("lasted {span}") if over else _("for {span} now")
    span = lasted.format(span=formats.span((over or now) - incident.began_at))
    head = tag(
        "div", tag("b", f"{incident.name} · {safe.preview(incident.title, 200)}"),
        parts.chip(*incident_labels.severity(incident.severity)), parts.chip(*incident_labels.state(incident.state)),
        class_="bo-row",
    )  # fmt: skip
    facts = (formats.moment(incident.began_at, zone), span, labels.role(incident.owner, roles),
             incident.acknowledged_by or "")  # fmt: skip
    return tag("div", head, tag("div", " · ".join(filter(None, facts)), class_="bo-muted bo-small"), class_="bo-item")


def _overdue(container: Container, roles: Roles) -> None:
    today = container.clock.now().astimezone(ZoneInfo(container.settings.company.timezone)).date()
    late = life.overdue(container.store.incidents.latest(most=1000), today)
    if not late:
        return
    parts.question(_("What was promised and is overdue?"))
    heads = [(_("Incident"), False), (_("What"), False), (_("Who"), False), (_("Due"), False)]
    rows: list[Sequence[str | Html]] = [
        (i.name, safe.preview(f.text, 300), labels.role(f.owner, roles), parts.chip(formats.day(f.due), "bad"))
        for i, f in late
    ]
    frame.show(parts.table(heads, rows))


def _figures(container: Container) -> None:
    """How fast people deal with trouble, and what comes back."""
    found = app.figures(container, FIGURE_DAYS)
    if not found.incidents:
        return
    parts.question(_("How fast do we deal with trouble?"))
    count = ngettext("{n} incident in three months.", "{n} incidents in three months.", found.incidents)
    parts.answer(count.format(n=formats.number(found.incidents)))
    lines = (("to_acknowledge", found.to_acknowledge), ("to_resolve", found.to_resolve))
    with st.container(key="numbers"):
        for column, (name, spans) in zip(st.columns(len(lines)), lines, strict=True):
            entry = GLOSSARY[name]
            with column:
                st.metric(
                    safe.markdown(entry.name[language()]), formats.span(spans.median) if spans else formats.NOTHING,
                    help=safe.markdown(entry.meaning[language()]), border=True,
                )  # fmt: skip
    for repeat in found.repeats:
        cause = _(incident_labels.CAUSES[repeat.kind])
        names = ", ".join(f"INC-{number}" for number in repeat.incidents[:10])
        frame.show(frame.alert("warn", _("The same cause again: {cause}").format(cause=cause), names))


def _open_form(container: Container, roles: Roles) -> None:
    with (
        deeds.popover(_("Open an incident"), Right.OPERATE, icon=":material/add_alert:", key="open-incident"),
        st.form("open-incident-form", border=False),
    ):
        title = st.text_input(
            _("What do clients notice?"), key="incident-title", max_chars=200,
            placeholder=_("The bot promises a discount of 50%"),
        )  # fmt: skip
        severity = st.selectbox(
            _("How bad is it?"), list(IncidentSeverity), index=1, key="incident-severity", filter_mode=None,
            format_func=lambda one: _(incident_labels.SEVERITIES[one][0]),
        )  # fmt: skip
        area = st.selectbox(
            _("What is wrong?"), _AREAS, key="incident-area", filter_mode=None, format_func=incident_labels.area
        )
        since = _since(container)
        body: dict[str, Any] = {
            "title": title,
            "severity": (severity or IncidentSeverity.MAJOR).value,
            "area": area,
            "since": since,
        }
        body |= _scope_fields(container)
        owner = st.selectbox(
            _("Who has it?"), list(roles), index=None, key="incident-owner", filter_mode=None,
            placeholder=_("who is responsible for it"), format_func=lambda role: labels.role(role, roles),
        )  # fmt: skip
        body |= {"owner": owner, "by": deeds.who("incident")}
        if presses.submit(_("Open the incident now"), type="primary", key="open-incident-now"):
            open_and_show("/v1/incidents", body)


def open_and_show(path: str, body: Mapping[str, Any]) -> None:
    """Has an incident opened and goes to its page, or says why it was not."""
    if deeds.refused(body, refusal=_("It was not opened")):
        return
    try:
        answer = deeds.hand("POST", path, body)
    except BotopsError as error:
        frame.fault(_("It was not opened"), error)
        return
    st.query_params.from_dict({"incident": str(answer["number"])})
    st.rerun()


def _since(container: Container) -> str | None:
    """When it began, in the company's time."""
    zone = ZoneInfo(container.settings.company.timezone)
    now = container.clock.now().astimezone(zone)
    earlier = now - timedelta(hours=1)
    with st.container(horizontal=True):
        day = st.date_input(_("Began on"), earlier.date(), max_value=now.date(), key="incident-day",
                            format="DD.MM.YYYY")  # fmt: skip
        clock = st.time_input(_("At"), earlier.time().replace(second=0, microsecond=0), key="incident-time", step=300)
    return datetime.combine(day, clock, zone).isoformat() if isinstance(day, date) else None


def _scope_fields(container: Container) -> dict[str, Any]:
    """Which replies it is about; every field may be left out."""
    known = reads.occurring(container)
    parts.answer(_("Which replies is it about? What is left out does not narrow them down."))
    kind = st.selectbox(
        _("Error"), list(FindingKind), index=None, key="incident-kind", placeholder=_("any"), filter_mode=None,
        format_func=labels.kind,
    )  # fmt: skip
    version = st.selectbox(
        _("Prompt version"), list(known.versions), index=None, key="incident-version", placeholder=_("any"),
        format_func=labels.version, filter_mode=None,
    )  # fmt: skip
    channel = st.selectbox(
        _("Channel"), list(known.channels), index=None, key="incident-channel", placeholder=_("any"),
        format_func=labels.channel, filter_mode=None,
    )  # fmt: skip
    spoken = st.selectbox(
        _("Client's language"), filters.LANGUAGES, index=None, key="incident-language", placeholder=_("any"),
        format_func=labels.spoken, filter_mode=None,
    )  # fmt: skip
    name, _at, number = (version or "").rpartition("@")
    return {
        "kind": kind.value if kind else None, "prompt": name or None,
        "version": int(number) if number.isdigit() else None, "channel": channel, "language": spoken,
    }  # fmt: skip


def is_over(incident: Incident) -> bool:
    """True when the trouble is over."""
    return incident.state in (IncidentState.RESOLVED, IncidentState.CLOSED)
