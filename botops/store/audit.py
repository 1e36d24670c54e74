"""The audit log: added to, read, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, insert, select

from botops.domain.releases import OF_ACCESS, AuditEntry, Deed
from botops.store.access import Access, Row
from botops.store.engine import upsert
from botops.store.release_tables import AUDIT

_AT_ONCE = 500
"""Ids looked up in one statement: both databases bound the number of parameters."""


class AuditLog:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, entry: AuditEntry) -> None:
        """Adds an entry."""
        row = audit_row(self._access, entry)
        self._access.write("keep an audit entry", lambda connection: connection.execute(insert(AUDIT), row))

    def add_missing(self, entries: Iterable[AuditEntry]) -> None:
        """Adds those entries whose ids are not in the log yet."""
        rows = [audit_row(self._access, entry) for entry in entries]

        def work(connection: Connection) -> None:
            connection.execute(upsert(connection.dialect.name, AUDIT).on_conflict_do_nothing(), rows)

        if rows:
            self._access.write("keep audit entries", work)

    def known(self, ids: Collection[str]) -> frozenset[str]:
        """Those of the ids that are in the log."""
        found: set[str] = set()
        wanted = sorted(ids)
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            rows = self._access.rows("read the audit log", select(AUDIT.c.id).where(AUDIT.c.id.in_(part)))
            found.update(row["id"] for row in rows)
        return frozenset(found)

    def of_text(self, subject: str, checksum: str) -> tuple[AuditEntry, ...]:
        """The entries about one exact text of a subject, the newest first."""
        statement = (
            select(AUDIT)
            .where(AUDIT.c.subject == subject, AUDIT.c.checksum == checksum)
            .order_by(AUDIT.c.at.desc(), AUDIT.c.id)
        )
        return tuple(_entry(row) for row in self._access.rows("read the audit log", statement))

    def entries(self, subject: str | None = None, *, most: int = 200) -> tuple[AuditEntry, ...]:
        """The latest entries (of one subject), the newest first."""
        statement = select(AUDIT).order_by(AUDIT.c.at.desc(), AUDIT.c.id).limit(most)
        if subject is not None:
            statement = statement.where(AUDIT.c.subject == subject)
        return tuple(_entry(row) for row in self._access.rows("read the audit log", statement))

    def between(self, since: datetime, until: datetime, *, most: int = 1000) -> tuple[AuditEntry, ...]:
        """The entries of [since, until) about what clients get, the oldest first: not who signed in or was refused."""
        statement = (
            select(AUDIT)
            .where(AUDIT.c.at >= since, AUDIT.c.at < until, AUDIT.c.deed.not_in(sorted(OF_ACCESS)))
            .order_by(AUDIT.c.at, AUDIT.c.id)
        )
        return tuple(_entry(row) for row in self._access.rows("read the audit log", statement.limit(most)))


def audit_row(access: Access, entry: AuditEntry) -> dict[str, Any]:
    """An entry as a row, for repositories that keep a deed in the same transaction as what it changed."""
    return {
        "id": entry.id, "at": entry.at, "by": entry.by, "deed": entry.deed.value, "subject": entry.subject,
        "reason": access.hide(entry.reason), "version": entry.version, "checksum": entry.checksum,
        "detail": dict(entry.detail),
    }  # fmt: skip


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(
        row["id"], row["at"], row["by"], Deed(row["deed"]), row["subject"], row["reason"], row["version"],
        row["checksum"], MappingProxyType(row["detail"] or {}),
    )  # fmt: skip
