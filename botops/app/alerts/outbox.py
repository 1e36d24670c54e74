"""What goes into the outbox: notices of alerts, reminders, digests."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.releases.team import role_titles
from botops.domain.errors import UserError
from botops.domain.notices import Notice, NoticeKind
from botops.monitor.alert_words import NO_OWNERS, RUNBOOKS, Links, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from botops.app.container import Container
    from botops.config import Settings
    from botops.domain.alerts import Alert
    from botops.domain.messages import Language
    from botops.domain.notices import Words


def put(container: Container, *notices: Notice) -> int:
    """Puts notices into the outbox, from where they are sent at least once; how many of them are new: one whose `key`
    is there already is left as it is.

    What is told of a change of an alert is put by `botops.store.outbox.put_notice` in the transaction of the change.
    Raises StoreError.
    """
    return container.store.outbox.put(*notices)


def notice_of(settings: Settings, alert: Alert, kind: NoticeKind, at: datetime) -> Notice:
    """What is told of a change of an alert: that it was raised, got worse, stands again or is over."""
    return about(settings, alert, kind, at, step=f"{alert.severity.value}:{alert.returns}", role=alert.owner)


def about(settings: Settings, alert: Alert, kind: NoticeKind, at: datetime, *, step: str, role: str | None) -> Notice:
    """A notice of an alert to a role; `step` tells it from others of its kind."""
    key = ":".join(part for part in ("alert", alert.id, kind.value, step) if part)
    return Notice(key, kind, alert.severity, role, at, words_about(settings, alert, kind, at), alert=alert.id,
                  about_channel=_channel(alert))  # fmt: skip


def words_about(settings: Settings, alert: Alert, kind: NoticeKind, at: datetime) -> Mapping[Language, Words]:
    """What people read of an alert, by language. A team file that cannot be read leaves roles without their titles: the
    doctor and the log tell of it, and the trouble matters more."""
    zone = ZoneInfo(settings.company.timezone)
    try:
        titles: Mapping[str, Mapping[Language, str]] = role_titles(settings)
    except UserError:
        titles = NO_OWNERS
    return MappingProxyType(words_of(alert, kind, at, links_of(settings), zone, titles))


def links_of(settings: Settings) -> Links:
    """Where the links of a message lead."""
    server, asked = settings.server, settings.alerts
    console = asked.console_url or f"http://{server.host}:{server.effective_console_port}"
    known = asked.console_url is not None or server.effective_console_port != 0  # else the system chooses
    return Links(console, asked.runbooks_url or (None if known else RUNBOOKS))


CHANNEL_KEY, CHANNEL_FACT = "channel:", "channel"
"""How the key of a signal begins that tells of the loss of a channel, and the fact of it that names the channel."""


def _channel(alert: Alert) -> str | None:
    named = alert.signal.facts.get(CHANNEL_FACT) if alert.signal.key.startswith(CHANNEL_KEY) else None
    return named if isinstance(named, str) else None
