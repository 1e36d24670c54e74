"""Overrides: orders above the release files."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from botops.domain.errors import ConflictError, NotFoundError
from botops.domain.releases import Override, OverrideKind
from botops.store.access import Access, Row
from botops.store.release_tables import OVERRIDE


class Overrides:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def in_force(self) -> tuple[Override, ...]:
        """The overrides nobody has ended, the oldest first."""
        statement = select(OVERRIDE).where(OVERRIDE.c.ended_at.is_(None)).order_by(OVERRIDE.c.at, OVERRIDE.c.id)
        return tuple(_override(row) for row in self._access.rows("read the overrides", statement))

    def history(self, subject: str) -> tuple[Override, ...]:
        """All overrides there ever were of a subject, the newest first."""
        statement = select(OVERRIDE).where(OVERRIDE.c.subject == subject).order_by(OVERRIDE.c.at.desc(), OVERRIDE.c.id)
        return tuple(_override(row) for row in self._access.rows("read the overrides", statement))

    def add(self, override: Override) -> None:
        """Puts an override in force."""
        row = _row(override)
        row["reason"] = self._access.hide(override.reason)
        self._access.write("keep an override", lambda connection: connection.execute(insert(OVERRIDE), row))

    def end(self, override_id: str, by: str, reason: str, at: datetime) -> None:
        """Ends an override. Raises NotFoundError, ConflictError when somebody ended it already."""
        ended = {"ended_at": at, "ended_by": by, "ended_reason": self._access.hide(reason)}

        def work(connection: Any) -> None:
            of_id = OVERRIDE.c.id == override_id
            row = connection.execute(select(OVERRIDE).where(of_id).with_for_update()).mappings().first()
            if row is None:
                raise NotFoundError(f"there is no override {override_id!r}")
            if row["ended_at"] is not None:
                raise ConflictError(f"the override was ended by {row['ended_by']}", theirs=row["ended_by"])
            connection.execute(update(OVERRIDE).where(of_id).values(**ended))

        self._access.write("end an override", work)


def _row(override: Override) -> dict[str, Any]:
    return {
        "id": override.id, "subject": override.subject, "kind": override.kind.value, "by": override.by,
        "at": override.at, "reason": override.reason, "version": override.version,
        "experiment": override.experiment,
    }  # fmt: skip


def _override(row: Row) -> Override:
    return Override(
        row["id"], row["subject"], OverrideKind(row["kind"]), row["by"], row["at"], row["reason"], row["version"],
        row["experiment"], row["ended_at"], row["ended_by"], row["ended_reason"],
    )  # fmt: skip
