"""Messages that this process is answering at the moment: a repeated delivery waits for the first one's answer."""

from __future__ import annotations

import threading
from concurrent.futures import Future


class Deliveries:
    """By idempotency key: which turn answers the message, and a future that ends with it. Safe for threads."""

    def __init__(self) -> None:
        self._turns: dict[str, tuple[str, Future[None]]] = {}
        self._lock = threading.Lock()

    def begun(self, key: str, turn_id: str) -> None:
        """Notes that a turn answers the message."""
        with self._lock:
            self._turns[key] = (turn_id, Future())

    def end_of(self, key: str) -> Future[None] | None:
        """What ends with the turn that answers the message; None when none does here."""
        with self._lock:
            return self._turns[key][1] if key in self._turns else None

    def over(self, key: str, turn_id: str) -> None:
        """The turn has ended; nothing happens when another one answers the message by now."""
        with self._lock:
            owner, over = self._turns.get(key, ("", None))
            if owner != turn_id or over is None:
                return
            del self._turns[key]
        over.set_result(None)
