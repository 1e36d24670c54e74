"""What is written beside every change of an alert, in its transaction."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.app.alerts.outbox import notice_of
from botops.domain.alerts import AlertEventKind
from botops.domain.notices import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from botops.app.container import Container
    from botops.domain.alerts import AlertChange
    from botops.store import Along

_TOLD: Mapping[AlertEventKind, NoticeKind] = MappingProxyType(
    {
        AlertEventKind.RAISED: NoticeKind.RAISED,
        AlertEventKind.WORSENED: NoticeKind.WORSENED,
        AlertEventKind.RETURNED: NoticeKind.RETURNED,
        AlertEventKind.RESOLVED: NoticeKind.RESOLVED,
    }
)
"""What people are told of; what they did themselves they know."""


def announcing(container: Container) -> Along | None:
    """Puts the notices about a change in the outbox; None where nobody is to be told anything."""
    from botops.store.outbox import put_notice

    settings = container.settings
    if not settings.alerts.channels and settings.alerts.alertmanager is None:
        return None

    def announce(connection: Connection, changes: Sequence[AlertChange]) -> None:
        for change in changes:
            kind = _TOLD.get(change.event.kind) if change.event is not None else None
            if change.event is not None and kind is not None:
                put_notice(connection, notice_of(settings, change.alert, kind, change.event.at))

    return announce
