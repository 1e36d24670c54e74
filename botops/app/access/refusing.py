"""Refusals in the audit log: who tried what they may not."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from botops.app.container import new_id
from botops.domain.errors import StoreError
from botops.domain.people import MOST_REASON, readable
from botops.domain.releases import AuditEntry, Deed

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.access import Actor

log = logging.getLogger(__name__)

ACCESS = "access"
"""The audit log's subject of what concerns no known person or thing."""


def note_refusal(container: Container, who: Actor, what: str) -> None:
    """Writes down that `what` was refused to somebody. One that cannot be written down stays one; it is logged."""
    reason = readable(what)[:MOST_REASON]
    entry = AuditEntry(new_id(), container.clock.now(), who.name, Deed.REFUSE, ACCESS, reason)
    try:
        container.store.audit.add(entry)
    except StoreError:
        log.exception("the refusal of %s to %s is not in the audit log", reason, who.name)
