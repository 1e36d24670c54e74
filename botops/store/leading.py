"""Which of the processes that serve one store does what only one should."""

from __future__ import annotations

from sqlalchemy import Connection, select

from botops.store.presence import Presence
from botops.store.tables import SERVING


class Leading:
    """Of the serving processes that live, the one that started first leads: no lease has to run out when it dies."""

    def __init__(self, process: str) -> None:
        self._process = process
        self._dead: set[str] = set()

    def leads(self, connection: Connection, presence: Presence) -> bool:
        """True when this process leads now."""
        serving = select(SERVING.c.id).where(SERVING.c.role == "writer").order_by(SERVING.c.started_at, SERVING.c.id)
        for other in connection.execute(serving).scalars():
            if other == self._process:
                return True
            if other not in self._dead:
                if presence.alive([other]):
                    return False
                self._dead.add(other)  # a process that ended never comes back under its id
        return False
