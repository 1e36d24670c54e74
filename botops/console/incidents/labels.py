"""What the words of incidents are called on the screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import get_args

from botops.app.releases.auditing import prompt_of
from botops.console import formats, labels
from botops.console.alerts import labels as alert_labels
from botops.console.i18n import N_, _
from botops.console.prompts import release_labels
from botops.domain.alerts import AlertEventKind, Area
from botops.domain.incidents import CauseKind, EntryKind, IncidentSeverity, IncidentState, TimelineEntry
from botops.domain.money import Money
from botops.domain.releases import Deed
from botops.monitor.incidents import Lack

SEVERITIES: Mapping[IncidentSeverity, tuple[str, str]] = {
    IncidentSeverity.CRITICAL: (N_("critical: clients are told wrong things or nobody is answered"), "critical"),
    IncidentSeverity.MAJOR: (N_("major: it concerns part of the clients"), "bad"),
    IncidentSeverity.MINOR: (N_("minor: nobody but us notices"), "warn"),
}
_SHORT: Mapping[IncidentSeverity, str] = {
    IncidentSeverity.CRITICAL: N_("critical incident"),
    IncidentSeverity.MAJOR: N_("major incident"),
    IncidentSeverity.MINOR: N_("minor incident"),
}
_STATES: Mapping[IncidentState, tuple[str, str]] = {
    IncidentState.OPEN: (N_("nobody has taken it"), "bad"),
    IncidentState.ACKNOWLEDGED: (N_("being worked on"), "warn"),
    IncidentState.RESOLVED: (N_("over, not learnt from yet"), ""),
    IncidentState.CLOSED: (N_("closed"), "good"),
}
CAUSES: Mapping[CauseKind, str] = {
    CauseKind.PROMPT: N_("Prompt"),
    CauseKind.PRICE_BOOK: N_("Price list"),
    CauseKind.MODEL: N_("Model"),
    CauseKind.PROVIDER: N_("Provider of the model"),
    CauseKind.SETTINGS: N_("Settings"),
    CauseKind.SOFTWARE: N_("Software"),
    CauseKind.DATA: N_("Data"),
    CauseKind.OTHER: N_("Something else"),
}
AREAS: Mapping[Area, str] = {
    "replies": N_("The bot says wrong things"),
    "data": N_("Data disagree"),
    "service": N_("The bot does not answer"),
    "sales": N_("Clients wait for people"),
}
assert set(AREAS) == set(get_args(Area))
_ENTRIES: Mapping[EntryKind, str] = {
    EntryKind.OPENED: N_("Incident opened"),
    EntryKind.ACKNOWLEDGED: N_("Taken on"),
    EntryKind.NOTE: N_("Note"),
    EntryKind.CHANGED: N_("Change"),
    EntryKind.RESOLVED: N_("Over"),
    EntryKind.REOPENED: N_("Opened again"),
    EntryKind.CLOSED: N_("Closed"),
    EntryKind.DEED: N_("Event"),
    EntryKind.ALERT: N_("Alert"),
}
_LACKS: Mapping[Lack, str] = {
    Lack.END: N_("it is not said that the trouble is over"),
    Lack.CAUSE: N_("the cause is not named"),
    Lack.ACTIONS: N_("nobody has been given anything to do about it"),
    Lack.CASE: N_("there is no test for it, nor a reason why not"),
}


def severity(value: IncidentSeverity) -> tuple[str, str]:
    """How bad an incident is, in two words, and the look of it."""
    return _(_SHORT[value]), SEVERITIES[value][1]


def state(value: IncidentState) -> tuple[str, str]:
    """How far an incident is, and the look of it."""
    text, look = _STATES[value]
    return _(text), look


def lack(value: Lack) -> str:
    """What is missing before it may be closed."""
    return _(_LACKS[value])


def area(value: Area) -> str:
    """What is wrong."""
    return _(AREAS[value])


def entry(value: TimelineEntry, roles: Mapping[str, Mapping[str, str]]) -> tuple[str, str]:
    """What an entry of a timeline says: its kind, and its words in the reader's language as far as they are ours."""
    if value.kind is EntryKind.DEED:
        return _deed(value)
    if value.kind is EntryKind.CHANGED:
        for pattern, said in _CHANGES:
            if found := re.fullmatch(pattern, value.text, re.DOTALL):
                return _(_ENTRIES[value.kind]), said(found, roles)
    if value.kind is EntryKind.ALERT:
        return _alert(value)
    return _(_ENTRIES[value.kind]), value.text


def _alert(value: TimelineEntry) -> tuple[str, str]:
    """What became of an alert: `raised: its title`."""
    name, _colon, said = value.text.partition(": ")
    event = next((one for one in AlertEventKind if one.value == name), None)
    if event is None:
        return _(_ENTRIES[value.kind]), value.text
    return " · ".join((_(_ENTRIES[value.kind]), alert_labels.event(event))), said


def _deed(value: TimelineEntry) -> tuple[str, str]:
    """A line of the audit log: `publish 3: why`."""
    head, _colon, reason = value.text.partition(": ")
    name, _space, version = head.partition(" ")
    prompt = prompt_of(value.subject or "")
    thing = release_labels.thing(value.subject or "")
    known = next((deed for deed in Deed if deed.value == name), None)
    if known is None:
        return _(_ENTRIES[value.kind]), f"{thing} {value.text}".strip()
    number = release_labels.version(version or None) if prompt else version
    return " · ".join(filter(None, (thing, number, release_labels.deed(known)))), reason


Roles = Mapping[str, Mapping[str, str]]
_CHANGES: tuple[tuple[str, Callable[[re.Match[str], Roles], str]], ...] = (
    (r"severity: (critical|major|minor)", lambda m, roles: severity(IncidentSeverity(m[1]))[0]),
    (r"owner: (.+)", lambda m, roles: _("Owner: {role}").format(role=labels.role(m[1], roles))),
    (
        r"cause \((\w+)\): (.+)",
        lambda m, roles: _("Cause: {kind}. {words}").format(kind=_(CAUSES[CauseKind(m[1])]), words=m[2]),
    ),
    (
        r"action by (\S+): (.+) \((\S+)\)",
        lambda m, roles: _("To do by {day}: {words} ({role})").format(
            day=m[1], words=m[2], role=labels.role(m[3], roles)
        ),
    ),
    (r"action (\d+) is done", lambda m, roles: _("Action {n} is done").format(n=m[1])),
    (r"regression case (.+)", lambda m, roles: _("Test: {name}").format(name=m[1])),
    (r"no regression case: (.+)", lambda m, roles: _("No test: {words}").format(words=m[1])),
    (r"money at risk: unknown", lambda m, roles: _("Nobody knows what it may cost")),
    (
        r"money at risk: (\S+) ([A-Z]{3})",
        lambda m, roles: _("May cost {sum}").format(sum=formats.money(Money.of(m[1], m[2]))),
    ),
    (r"postmortem kept: (.+)", lambda m, roles: _("Postmortem kept: {file}").format(file=m[1])),
)
"""How steps are noted in the store, and how they are told here."""
