"""The audit log: added to, read, never changed."""

from __future__ import annotations

from types import MappingProxyType

from sqlalchemy import insert, select

from botops.domain.releases import AuditEntry, Deed
from botops.store.access import Access, Row
from botops.store.release_tables import AUDIT


class AuditLog:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, entry: AuditEntry) -> None:
        """Adds an entry."""
        row = {
            "id": entry.id, "at": entry.at, "by": entry.by, "deed": entry.deed.value, "subject": entry.subject,
            "reason": self._access.hide(entry.reason), "version": entry.version, "checksum": entry.checksum,
            "detail": dict(entry.detail),
        }  # fmt: skip
        self._access.write("keep an audit entry", lambda connection: connection.execute(insert(AUDIT), row))

    def entries(self, subject: str | None = None, *, most: int = 200) -> tuple[AuditEntry, ...]:
        """The latest entries (of one subject), the newest first."""
        statement = select(AUDIT).order_by(AUDIT.c.at.desc(), AUDIT.c.id).limit(most)
        if subject is not None:
            statement = statement.where(AUDIT.c.subject == subject)
        return tuple(_entry(row) for row in self._access.rows("read the audit log", statement))


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(
        row["id"], row["at"], row["by"], Deed(row["deed"]), row["subject"], row["reason"], row["version"],
        row["checksum"], MappingProxyType(row["detail"] or {}),
    )  # fmt: skip
