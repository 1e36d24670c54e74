"""Where the process that serves an installation listens: what runs beside it may have been started with other
settings."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, select

from botops.store.access import Access
from botops.store.engine import upsert
from botops.store.tables import META

_KEY = "served"


@dataclass(frozen=True, slots=True)
class Listening:
    """The host and the ports of the API and the console."""

    host: str
    port: int
    console_port: int


class Served:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def note(self, where: Listening) -> None:
        """Notes where is served from now on; of several processes the last one stands."""
        row = {"key": _KEY, "value": json.dumps(asdict(where))}

        def work(connection: Connection) -> None:
            statement = upsert(connection.dialect.name, META)
            statement = statement.on_conflict_do_update(
                index_elements=[META.c.key], set_={"value": statement.excluded.value}
            )
            connection.execute(statement, row)

        self._access.write("note where is served", work)

    def forget(self, where: Listening) -> None:
        """Notes that nothing is served there any more, unless another process serves elsewhere by now."""
        own = (META.c.key == _KEY, META.c.value == json.dumps(asdict(where)))

        def work(connection: Connection) -> None:
            connection.execute(delete(META).where(*own))

        self._access.write("note that nothing is served", work)

    def where(self) -> Listening | None:
        """Where is served; None when nothing is. A process that was killed has not said so."""
        found = self._access.rows("read where is served", select(META.c.value).where(META.c.key == _KEY))
        return Listening(**json.loads(found[0]["value"])) if found else None
