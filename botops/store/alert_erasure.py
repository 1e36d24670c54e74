"""Taking what clients said out of alerts again, and out of the notices that told of them.

Alerts and notices themselves stay: what was wrong, when, and who was told is the company's, not a client's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, select, update

from botops.store.alert_tables import ALERT
from botops.store.outbox_tables import NOTICE


def forget_dialogues(connection: Connection, dialogues: Collection[str], since: datetime) -> int:
    """Takes dialogues, of which the first turn was at `since`, out of alerts and of what was told; how many alerts."""
    gone = frozenset(dialogues)
    marks = tuple(f"dialogue={quote(one, safe='')}&" for one in gone)  # as links name them
    rows = connection.execute(select(NOTICE.c.id, NOTICE.c.words).where(NOTICE.c.at >= since)).mappings()
    for row in [row for row in rows if any(mark in _told(row["words"]) for mark in marks)]:
        words = {language: _title_alone(said) for language, said in row["words"].items()}
        connection.execute(update(NOTICE).where(NOTICE.c.id == row["id"]).values(words=words))
    old = select(ALERT.c.id, ALERT.c.signal).where(ALERT.c.seen_at >= since)
    return _without(connection, old, lambda example: example["dialogue_id"] in gone)


def forget_before(connection: Connection, before: datetime) -> int:
    """Takes what was said before a moment out of alerts; how many. Notices from before it go as a whole."""
    old = select(ALERT.c.id, ALERT.c.signal).where(ALERT.c.raised_at < before)
    return _without(connection, old, lambda example: datetime.fromisoformat(example["at"]) < before)


def _without(connection: Connection, alerts: Any, goes: Callable[[Mapping[str, Any]], bool]) -> int:
    changed = 0
    for row in connection.execute(alerts).mappings().all():
        examples = row["signal"].get("examples") or []
        kept = [example for example in examples if not goes(example)]
        if len(kept) < len(examples):
            signal = {**row["signal"], "examples": kept}
            connection.execute(update(ALERT).where(ALERT.c.id == row["id"]).values(signal=signal))
            changed += 1
    return changed


def _told(words: Mapping[str, Mapping[str, Any]]) -> str:
    return "\n".join(str(value) for said in words.values() for value in said.values() if value)


def _title_alone(said: Mapping[str, Any]) -> dict[str, Any]:
    return {**said, "text": said["title"], "html": None}
