"""The sign of life an installation gives to the outside: that it was given, and so that the store takes writes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from botops.store.access import Access
from botops.store.engine import upsert
from botops.store.tables import META

_KEY = "heartbeat"


class Heartbeats:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def note(self) -> None:
        """Notes a sign of life at this moment."""
        row = {"key": _KEY, "value": self._access.clock.now().isoformat()}

        def work(connection: Connection) -> None:
            statement = upsert(connection.dialect.name, META)
            statement = statement.on_conflict_do_update(
                index_elements=[META.c.key], set_={"value": statement.excluded.value}
            )
            connection.execute(statement, row)

        self._access.write("note a sign of life", work)

    def last(self) -> datetime | None:
        """When the last one was noted."""
        found = self._access.rows("read the sign of life", select(META.c.value).where(META.c.key == _KEY))
        return datetime.fromisoformat(found[0]["value"]) if found else None
