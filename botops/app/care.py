"""Care of what is kept: a client's right to be forgotten, an end to old dialogues, sums counted anew."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.access.acting import needs
from botops.app.container import new_id
from botops.domain.access import Right
from botops.domain.errors import NotFoundError, UserError
from botops.domain.people import person
from botops.domain.people import reason as reasoned
from botops.domain.releases import AuditEntry, Deed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botops.app.container import Container
    from botops.store.erasure import Erased

SUBJECT = "store"
"""Under which these deeds stand in the audit log."""
BY_RULE = "retention"
"""Who does it when the settings say so."""


@needs(Right.ADMINISTER)
def erase_lead(container: Container, lead_id: str, *, by: str, reason: str) -> Erased:
    """Removes everything kept about a lead and notes that it was done.

    The log names the lead by the SHA-256 of its id: who asks whether they were forgotten can be answered, and the log
    itself forgets them. Backups made before hold the lead still. Raises NotFoundError when nothing is kept about it,
    UserError without a name or a reason.
    """
    who, why = person(by), reasoned(reason)
    erased = container.store.erase_lead(lead_id)
    _refuse_nothing(erased, lead_id)
    detail: dict[str, str | int] = {"lead_sha256": hashlib.sha256(lead_id.encode()).hexdigest()}
    _note(container, Deed.ERASE, who, why, detail | _counts(erased))
    return erased


def kept_of(container: Container, lead_id: str) -> Erased:
    """What `erase_lead` would remove. Raises NotFoundError when nothing is kept about the lead."""
    kept = container.store.kept_of(lead_id)
    _refuse_nothing(kept, lead_id)
    return kept


@needs(Right.ADMINISTER)
def purge(container: Container, before: datetime, *, by: str, reason: str) -> Erased:
    """Removes the dialogues of hours before a moment, which must be past; their sums stay. Noted when there were any.

    Raises UserError for a moment to come, without a name or a reason.
    """
    who, why = person(by), reasoned(reason)
    if before > container.clock.now():
        raise UserError(f"{before:%Y-%m-%d} is to come: name a day that is past")
    erased = container.store.purge(before)
    if erased:
        _note(container, Deed.PURGE, who, why, {"before": before.isoformat(), **_counts(erased)})
    return erased


def retain(container: Container) -> Erased | None:
    """Removes what is older than `privacy.keep_days`, by days of the company; None when no such limit is set."""
    days = container.settings.privacy.keep_days
    if days is None:
        return None
    zone = ZoneInfo(container.settings.company.timezone)
    today = container.clock.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return purge(container, today - timedelta(days=days), by=BY_RULE, reason=f"privacy.keep_days: {days}")


def _refuse_nothing(found: Erased, lead_id: str) -> None:
    if not found:
        raise NotFoundError(f"nothing is kept about lead {lead_id!r}: check the id, `botops outcomes list` shows some")


def _counts(erased: Erased) -> dict[str, str | int]:
    return {
        "dialogues": erased.dialogues, "turns": erased.turns, "outcomes": erased.outcomes, "ratings": erased.ratings,
    }  # fmt: skip


def _note(container: Container, deed: Deed, by: str, reason: str, detail: Mapping[str, str | int]) -> None:
    container.store.audit.add(AuditEntry(new_id(), container.clock.now(), by, deed, SUBJECT, reason, detail=detail))
