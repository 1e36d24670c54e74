"""Digests put into the outbox when their time has come, each once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.digest.day import daily
from botops.app.digest.model import LANGUAGES, spoken
from botops.app.digest.week import weekly
from botops.app.releases.team import responsible_for
from botops.app.seed import under_way
from botops.config.digesting import WEEKDAYS
from botops.domain.alerts import AlertSeverity
from botops.domain.errors import UserError
from botops.domain.notices import Notice, NoticeKind, Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.app.container import Container
    from botops.app.digest.model import Digest, DigestLanguage
    from botops.config import Settings
    from botops.domain.messages import Language

    Make = Callable[[Container, date, DigestLanguage], Digest]

_STALE_AFTER = timedelta(hours=14)
"""A digest that could not be put for so long is left out: the next one is near."""


class Digesting:
    """Puts the digest of the day before and, on its weekday, that of the week before: a duty of the watch loop.

    The key of a notice has the day it is put on and the role: after a restart, beside another process or when the clock
    jumps back, the outbox has it already.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self._put_on: date | None = None

    def look(self) -> int:
        """Puts what is due; how many notices are new. Raises StoreError."""
        container, settings = self._container, self._container.settings
        if not settings.alerts.channels or under_way(container):  # half of the demo's past is nobody's day
            return 0
        now = container.clock.now()
        today = now.astimezone(ZoneInfo(settings.company.timezone)).date()
        at = put_at(settings, today)
        if today == self._put_on or not at <= now < at + _STALE_AFTER:
            return 0
        notices = _notices(container, today, at)
        new = container.store.outbox.put(*notices) if notices else 0
        self._put_on = today
        return new


def put_at(settings: Settings, day: date) -> datetime:
    """When the digests of a day of the company's are put, in UTC."""
    told = time.fromisoformat(settings.alerts.digest_at)
    return datetime.combine(day, told, ZoneInfo(settings.company.timezone)).astimezone(UTC)


def readers(settings: Settings) -> tuple[str, ...]:
    """The roles that get the digest of a day: as set, else those who answer for `service` and `replies`."""
    if settings.digest.daily is not None:
        return settings.digest.daily
    try:
        found = (responsible_for(settings, "service"), responsible_for(settings, "replies"))
    except UserError:  # the doctor tells of a broken team file; without it nobody is known to read a digest
        return ()
    return tuple(dict.fromkeys(role for role in found if role is not None))


def _notices(container: Container, today: date, at: datetime) -> list[Notice]:
    asked = container.settings.digest
    yesterday = today - timedelta(days=1)
    notices = _told(container, daily, yesterday, readers(container.settings), f"digest:daily:{today}", at)
    if WEEKDAYS[today.weekday()] == asked.weekday:
        last_week = today - timedelta(days=today.weekday() + 1)
        notices += _told(container, weekly, last_week, asked.weekly, f"digest:weekly:{today}", at)
    return notices


def _told(container: Container, make: Make, day: date, roles: tuple[str, ...], key: str, at: datetime) -> list[Notice]:
    if not roles:
        return []
    first = spoken(container.settings.company.languages[0])
    words: dict[Language, Words] = {
        one: _words(make(container, day, one)) for one in sorted(LANGUAGES, key=lambda one: one != first)
    }
    return [
        Notice(f"{key}:{role}", NoticeKind.DIGEST, AlertSeverity.DIGEST, role, at, words)
        for role in dict.fromkeys(roles)
    ]


def _words(digest: Digest) -> Words:
    return Words(digest.title, digest.text, digest.html)
