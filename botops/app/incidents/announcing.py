"""What people are told of incidents: notices put into the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.alerts.outbox import links_of
from botops.app.releases.team import role_titles
from botops.domain.errors import UserError
from botops.domain.notices import Notice, NoticeKind
from botops.monitor.alert_words import NO_OWNERS
from botops.monitor.incident_reminders import disturbs
from botops.monitor.incident_words import opened_words, reminder_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from botops.app.container import Container
    from botops.config import Settings
    from botops.domain.incidents import Incident
    from botops.domain.messages import Language
    from botops.monitor.incident_reminders import Reminder
    from botops.store.incidents import Along


def announcing(container: Container) -> Along | None:
    """Puts the notice of a new incident into the outbox; None where no channel is set up."""
    from botops.store.outbox import put_notice

    settings = container.settings
    if not settings.alerts.channels:
        return None

    def announce(connection: Connection, incident: Incident) -> None:
        put_notice(connection, notice_of_opening(settings, incident))

    return announce


def notice_of_opening(settings: Settings, incident: Incident) -> Notice:
    """What is told of a new incident, to its owner."""
    zone = ZoneInfo(settings.company.timezone)
    words = opened_words(incident, links_of(settings), zone, titles_of(settings))
    return Notice(
        f"incident:{incident.number}:opened", NoticeKind.INCIDENT, disturbs(incident.severity), incident.owner,
        incident.opened_at, words, incident=incident.number,
    )  # fmt: skip


def notice_of_reminder(settings: Settings, reminder: Reminder, at: datetime) -> Notice:
    """What is told of something that is not done, to whom it is to be done by."""
    zone = ZoneInfo(settings.company.timezone)
    words = reminder_words(reminder, at, links_of(settings), zone, titles_of(settings))
    return Notice(
        reminder.key, NoticeKind.INCIDENT, reminder.severity, reminder.role, at, words,
        incident=reminder.incident.number,
    )  # fmt: skip


def titles_of(settings: Settings) -> Mapping[str, Mapping[Language, str]]:
    """What roles are called; nothing where the team's file cannot be read."""
    try:
        return role_titles(settings)
    except UserError:  # the doctor tells of it; the trouble matters more
        return NO_OWNERS
