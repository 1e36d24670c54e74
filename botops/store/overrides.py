"""Overrides: orders above the release files, each kept and ended together with its line in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Connection, insert, select, update

from botops.domain.errors import ConflictError, NotFoundError
from botops.domain.releases import AuditEntry, Override, OverrideKind
from botops.store.access import Access, Row
from botops.store.audit import audit_row
from botops.store.engine import upsert
from botops.store.release_tables import AUDIT, OVERRIDE

Ending = Callable[[Override], AuditEntry]
"""The audit entry that ends an override: its `by`, `at` and `reason` are kept with the override too."""


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

    def add(self, override: Override, entry: AuditEntry) -> bool:
        """Puts an override in force, with its audit entry; False, and nothing is written, while one of the same kind
        holds on the subject: of several who give the same order at once, one does."""
        row = _row(override, self._access.hide)

        def work(connection: Connection) -> bool:
            if not _inserted(connection, row):
                return False
            self._note(connection, entry)
            return True

        return self._access.write("keep an override", work)

    def replace(
        self, override: Override, entry: AuditEntry, kinds: Collection[OverrideKind], ending: Ending
    ) -> tuple[Override, ...]:
        """Puts an override in force in place of those of `kinds` on its subject, which end in the same transaction; the
        ended ones. Raises ConflictError when somebody gave another order at the same moment."""
        row = _row(override, self._access.hide)
        standing = (
            select(OVERRIDE)
            .where(
                OVERRIDE.c.subject == override.subject,
                OVERRIDE.c.ended_at.is_(None),
                OVERRIDE.c.kind.in_([k.value for k in kinds]),
            )
            .with_for_update()
        )

        def work(connection: Connection) -> tuple[Override, ...]:
            ended = tuple(_override(found) for found in connection.execute(standing).mappings())
            for one in ended:
                self._end(connection, one, ending)
            if not _inserted(connection, row):
                raise ConflictError("somebody gave an order on this prompt at the same moment: look at it first")
            self._note(connection, entry)
            return ended

        return self._access.write("keep an override", work)

    def end(self, override_id: str, ending: Ending) -> Override:
        """Ends an override, with its audit entry; the override as it was. Raises NotFoundError, ConflictError when
        somebody ended it already."""

        def work(connection: Connection) -> Override:
            of_id = select(OVERRIDE).where(OVERRIDE.c.id == override_id).with_for_update()
            row = connection.execute(of_id).mappings().first()
            if row is None:
                raise NotFoundError(f"there is no override {override_id!r}")
            if row["ended_at"] is not None:
                raise ConflictError(f"the override was ended by {row['ended_by']}", theirs=row["ended_by"])
            override = _override(row)
            self._end(connection, override, ending)
            return override

        return self._access.write("end an override", work)

    def _end(self, connection: Connection, override: Override, ending: Ending) -> None:
        entry = ending(override)
        ended = {"ended_at": entry.at, "ended_by": entry.by, "ended_reason": self._access.hide(entry.reason)}
        connection.execute(update(OVERRIDE).where(OVERRIDE.c.id == override.id).values(**ended))
        self._note(connection, entry)

    def _note(self, connection: Connection, entry: AuditEntry) -> None:
        connection.execute(insert(AUDIT), audit_row(self._access, entry))


def _inserted(connection: Connection, row: dict[str, Any]) -> bool:
    statement = (
        upsert(connection.dialect.name, OVERRIDE).values(**row).on_conflict_do_nothing().returning(OVERRIDE.c.id)
    )
    return connection.execute(statement).first() is not None


def _row(override: Override, hide: Callable[[str], str]) -> dict[str, Any]:
    return {
        "id": override.id, "subject": override.subject, "kind": override.kind.value, "by": override.by,
        "at": override.at, "reason": hide(override.reason), "version": override.version,
        "experiment": override.experiment,
    }  # fmt: skip


def _override(row: Row) -> Override:
    return Override(
        row["id"], row["subject"], OverrideKind(row["kind"]), row["by"], row["at"], row["reason"], row["version"],
        row["experiment"], row["ended_at"], row["ended_by"], row["ended_reason"],
    )  # fmt: skip
