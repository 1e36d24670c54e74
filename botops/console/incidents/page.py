"""One incident: what it is and whose, what to do now, what it did to clients, what happened, what was learnt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from botops.app import incidents as app
from botops.app.container import Container
from botops.app.prompts.state import role_titles
from botops.console import data, formats, frame, labels, navigation, parts, safe
from botops.console.i18n import _
from botops.console.incidents import clients
from botops.console.incidents import labels as incident_labels
from botops.console.incidents import learning as incident_learning
from botops.console.incidents import listing as incident_list
from botops.console.incidents import postmortem as incident_postmortem
from botops.console.incidents import steps as incident_steps
from botops.console.prompts import switch as prompt_switch
from botops.console.safe import Html, tag
from botops.domain.errors import NotFoundError
from botops.domain.incidents import EntryKind, Incident, Scope, TimelineEntry
from botops.monitor.postmortem import Impact, impact_of

_MOST_ENTRIES = 60
Roles = Mapping[str, Mapping[str, str]]


def page(container: Container, wanted: str) -> None:
    """The incident of a number."""
    navigation.link("alerts", _("All alerts and incidents"), ":material/arrow_back:")
    try:
        incident = container.store.incidents.get(_number(wanted))
    except NotFoundError:
        frame.empty(_("There is no such incident"), _("The link is incomplete, or the store is another one."))
        return
    roles = role_titles(container.settings)
    replies = data.affected(container, data.key_of(container), incident)
    impact = impact_of(replies)
    _head(container, incident, impact, roles)
    incident_steps.section(container, incident, roles)
    _stop(container, incident)
    incident_learning.missing(incident)
    clients.section(container, incident, replies, impact)
    _timeline(container, incident, roles)
    incident_learning.section(container, incident, roles, impact)
    incident_postmortem.section(container, incident)
    incident_learning.closing(incident)


def _number(wanted: str) -> int:
    digits = wanted.upper().removeprefix("INC-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise NotFoundError(f"{wanted!r} is no number of an incident")
    return int(digits)


def _head(container: Container, incident: Incident, impact: Impact, roles: Roles) -> None:
    zone = container.settings.company.timezone
    head = tag(
        "div", tag("b", f"{incident.name} · {safe.preview(incident.title, 300)}"),
        parts.chip(*incident_labels.severity(incident.severity)), parts.chip(*incident_labels.state(incident.state)),
        class_="bo-row bo-title",
    )  # fmt: skip
    end = incident.resolved_at or container.clock.now()
    lasted = formats.span(end - incident.began_at)
    began = f"{formats.moment(incident.began_at, zone)} · " + (
        _("lasted {span}") if incident.resolved_at else _("for {span} now")
    ).format(span=lasted)
    frame.show(
        head,
        parts.facts(
            [
                (_("Owner"), labels.role(incident.owner, roles)),
                (_("Began"), began),
                (_("Opened"), _by(incident.opened_at, incident.opened_by, zone)),
                (_("Taken on by"), _by(incident.acknowledged_at, incident.acknowledged_by, zone)),
                (_("Over"), _by(incident.resolved_at, incident.resolved_by, zone)),
                (_("Closed"), _by(incident.closed_at, incident.closed_by, zone)),
                (_("About"), scope(incident.scope)),
                (_("May cost"), _money(incident, impact)),
            ]
        ),
    )
    if incident.alert:
        navigation.link("alerts", _("The alert it was opened from"), ":material/notifications:", alert=incident.alert)


def _by(at: datetime | None, by: str | None, zone: str) -> str | None:
    return None if at is None else f"{formats.moment(at, zone)} · {by or formats.NOTHING}"


def scope(asked: Scope) -> str:
    """Which replies an incident is about."""
    told = [
        labels.kind(asked.kind) if asked.kind else "",
        _("error: {severity}").format(severity=labels.severity(asked.severity)) if asked.severity else "",
        labels.prompt(asked.prompt, asked.version) if asked.prompt and asked.version else asked.prompt or "",
        labels.channel(asked.channel) if asked.channel else "",
        labels.spoken(asked.language) if asked.language else "",
    ]
    return " · ".join(filter(None, told)) or _("all replies of this time with errors that reached clients")


def _money(incident: Incident, impact: Impact) -> str:
    """What the wrong replies add up to, and what people put it at; unknown is said."""
    sums = " + ".join(formats.money(one) for one in impact.at_risk)
    counted = _("{sum} in these replies").format(sum=sums) if sums else ""
    guessed = _("{sum} by estimate").format(sum=formats.money(incident.at_risk)) if incident.at_risk else ""
    return " · ".join(filter(None, (counted, guessed))) or _("unknown")


def _stop(container: Container, incident: Incident) -> None:
    """The way to stop it at once, while it is not over."""
    name = incident.scope.prompt
    if name is None or incident_list.is_over(incident) or name not in container.registry.names():
        return
    standing = prompt_switch.orders(container, name)
    prompt_switch.banner(container, name, standing)
    with st.container(horizontal=True):
        prompt_switch.switch(container, name, standing)
        navigation.link("prompts", _("Roll the prompt back"), ":material/undo:", prompt=name, view="release")


def _timeline(container: Container, incident: Incident, roles: Roles) -> None:
    parts.question(_("What happened, and what changed before?"))
    found = app.timeline(container, incident)
    shown = found[-_MOST_ENTRIES:]
    if len(found) > len(shown):
        parts.answer(_("The last {n} entries; the postmortem has all.").format(n=len(shown)))
    frame.show(tag("ol", *(_entry(entry, incident, container, roles) for entry in shown), class_="bo-timeline"))


def _entry(entry: TimelineEntry, incident: Incident, container: Container, roles: Roles) -> Html:
    title, words = incident_labels.entry(entry, roles)
    before = entry.at < incident.began_at
    look = "before" if before else "own" if entry.kind not in (EntryKind.DEED, EntryKind.ALERT) else None
    chip = parts.chip(_("before it began")) if before else None
    who = labels.role(entry.by, roles)
    line = tag(
        "div", tag("b", title), chip,
        tag("span", f"{formats.moment(entry.at, container.settings.company.timezone)} · {who}", class_="bo-muted"),
        class_="bo-row bo-small",
    )  # fmt: skip
    said = tag("div", safe.preview(words, 1000)) if words else None
    return tag("li", line, said, class_=look)
