"""What the words of alerts are called on the screen."""

from __future__ import annotations

from collections.abc import Mapping

from botops.console.i18n import N_, _, language
from botops.domain.alerts import Alert, AlertEventKind, AlertSeverity, AlertState, Where
from botops.domain.notices import NoticeKind, NoticeState
from botops.monitor import traffic_words

_SEVERITIES: Mapping[AlertSeverity, tuple[str, str]] = {
    AlertSeverity.PAGE: (N_("urgent"), "critical"),
    AlertSeverity.TICKET: (N_("in working hours"), "warn"),
    AlertSeverity.DIGEST: (N_("for the daily digest"), ""),
}
_EVENTS: Mapping[AlertEventKind, str] = {
    AlertEventKind.RAISED: N_("Raised"),
    AlertEventKind.WORSENED: N_("It got worse"),
    AlertEventKind.RETURNED: N_("It is back"),
    AlertEventKind.ACKNOWLEDGED: N_("Taken on"),
    AlertEventKind.INCIDENT: N_("Incident opened"),
    AlertEventKind.RESOLVED: N_("Over"),
}
_NOTICES: Mapping[NoticeKind, str] = {
    NoticeKind.RAISED: N_("that it was raised"),
    NoticeKind.WORSENED: N_("that it got worse"),
    NoticeKind.RETURNED: N_("that it is back"),
    NoticeKind.RESOLVED: N_("that it is over"),
    NoticeKind.REMINDER: N_("that it still stands"),
    NoticeKind.ESCALATED: N_("that nobody has taken it on"),
    NoticeKind.INCIDENT: N_("of an incident"),
    NoticeKind.DIGEST: N_("of the day"),
    NoticeKind.TEST: N_("as a trial"),
}
_NOTICE_STATES: Mapping[NoticeState, tuple[str, str]] = {
    NoticeState.WAITING: (N_("waits to be sent"), "warn"),
    NoticeState.PLANNED: (N_("handed to the channels"), "good"),
    NoticeState.DROPPED: (N_("told to nobody"), ""),
}


def severity(value: AlertSeverity) -> tuple[str, str]:
    """Whom an alert disturbs, and the look of it."""
    text, look = _SEVERITIES[value]
    return _(text), look


def state(value: Alert) -> tuple[str, str]:
    """Whether it stands and who takes care of it, and the look of that."""
    if value.state is AlertState.RESOLVED:
        return _("over by now"), "good"
    if value.acknowledged_by is None:
        return _("nobody has taken it"), "bad"
    return _("taken on by {who}").format(who=value.acknowledged_by), "warn"


def event(value: AlertEventKind) -> str:
    """What happened to an alert."""
    return _(_EVENTS[value])


def notice(value: NoticeKind) -> str:
    """What people were told."""
    return _(_NOTICES[value])


def notice_state(value: NoticeState) -> tuple[str, str]:
    """Whether they were told, and the look of that."""
    text, look = _NOTICE_STATES[value]
    return _(text), look


def part(where: Where) -> str:
    """The part of the traffic most of it is in."""
    return traffic_words.part(where.dimension, where.value, language())
