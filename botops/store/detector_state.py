"""What detectors keep between looks, and what people said is usual now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from botops.domain.releases import AuditEntry
from botops.store.access import Access
from botops.store.audit import audit_row
from botops.store.detector_tables import DETECTOR_STATE
from botops.store.engine import upsert
from botops.store.release_tables import AUDIT
from botops.store.tables import META

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class NewUsual:
    """A person's word of the day `said` that what is seen since the day `since` is usual now."""

    since: date
    said: date
    by: str


@dataclass(frozen=True, slots=True)
class DetectorState:
    """What is kept of a series: the detector's own plain values, None before its first look, and the rule they were
    worked out by."""

    series: str
    rule: str | None = None
    state: Mapping[str, Any] | None = None
    usual: NewUsual | None = None


class DetectorStates:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def all(self) -> Mapping[str, DetectorState]:
        """What is kept, by series."""
        found = self._access.rows("read what detectors keep", select(DETECTOR_STATE))
        return {
            row["series"]: DetectorState(
                row["series"], row["rule"], row["state"],
                NewUsual(row["usual_since"], row["usual_said"], row["usual_by"]) if row["usual_said"] else None,
            )
            for row in found
        }  # fmt: skip

    def put(self, states: Collection[DetectorState], at: datetime) -> None:
        """Keeps states; what people said is usual is left as it is."""
        rows = [{"series": s.series, "rule": s.rule, "state": s.state, "saved_at": at} for s in states]

        def work(connection: Connection) -> None:
            statement = upsert(connection.dialect.name, DETECTOR_STATE)
            kept = {name: statement.excluded[name] for name in ("rule", "state", "saved_at")}
            connection.execute(
                statement.on_conflict_do_update(index_elements=[DETECTOR_STATE.c.series], set_=kept), rows
            )

        if rows:
            self._access.write("keep what detectors know", work)

    def swap_note(self, name: str, value: str) -> str | None:
        """Keeps a short value under a name; the one kept before."""
        key = f"noted_{name}"

        def work(connection: Connection) -> str | None:
            before = connection.execute(select(META.c.value).where(META.c.key == key)).scalar_one_or_none()
            statement = upsert(connection.dialect.name, META).values(key=key, value=value)
            connection.execute(
                statement.on_conflict_do_update(index_elements=[META.c.key], set_={"value": statement.excluded.value})
            )
            return before

        return self._access.write("keep a note", work)

    def forget(self, series: Collection[str]) -> None:
        """Removes what is kept of series nobody judges any more."""
        wanted = sorted(series)

        def work(connection: Connection) -> None:
            for start in range(0, len(wanted), _AT_ONCE):
                part = wanted[start : start + _AT_ONCE]
                connection.execute(delete(DETECTOR_STATE).where(DETECTOR_STATE.c.series.in_(part)))

        if wanted:
            self._access.write("forget what detectors knew", work)

    def say_usual(self, series: str, usual: NewUsual, entry: AuditEntry) -> None:
        """Keeps people's word, with its audit entry; the latest counts."""
        row = {"series": series, "usual_since": usual.since, "usual_said": usual.said, "usual_by": usual.by}

        def work(connection: Connection) -> None:
            statement = upsert(connection.dialect.name, DETECTOR_STATE).values(**row)
            said = {name: statement.excluded[name] for name in ("usual_since", "usual_said", "usual_by")}
            connection.execute(statement.on_conflict_do_update(index_elements=[DETECTOR_STATE.c.series], set_=said))
            connection.execute(insert(AUDIT), audit_row(self._access, entry))

        self._access.write("keep what is usual now", work)
