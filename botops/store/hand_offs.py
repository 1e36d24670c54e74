"""The hand-off queue: taking and closing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from botops.domain.errors import ConflictError, NotFoundError
from botops.store.tables import HAND_OFF


def take(connection: Connection, turn_id: str, who: str, now: datetime) -> None:
    """Notes who takes care of a dialogue; taking again what one has changes nothing."""
    row = _open(connection, turn_id)
    if row["taken_by"] is not None and row["taken_by"] != who:
        raise ConflictError(f"the dialogue is already with {row['taken_by']}", theirs=row["taken_by"])
    if row["taken_by"] is None:
        connection.execute(update(HAND_OFF).where(HAND_OFF.c.turn_id == turn_id).values(taken_by=who, taken_at=now))


def close(connection: Connection, turn_id: str, who: str, now: datetime) -> None:
    """Takes a dialogue out of the queue."""
    _open(connection, turn_id)
    connection.execute(update(HAND_OFF).where(HAND_OFF.c.turn_id == turn_id).values(closed_by=who, closed_at=now))


def _open(connection: Connection, turn_id: str) -> Any:
    row = connection.execute(select(HAND_OFF).where(HAND_OFF.c.turn_id == turn_id).with_for_update()).mappings().first()
    if row is None:
        raise NotFoundError(f"no dialogue was handed over by turn {turn_id!r}")
    if row["closed_at"] is not None:
        raise ConflictError(f"the hand-off was closed by {row['closed_by']}", theirs=row["closed_by"])
    return row
