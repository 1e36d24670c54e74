"""What became of leads, and ratings: taken in as often as they are delivered, kept once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Table, select, update

from botops.domain.errors import ConflictError
from botops.domain.money import Money
from botops.domain.outcomes import Feedback, Outcome, Stage, Voice
from botops.store.access import Access, Row
from botops.store.engine import upsert
from botops.store.erasure import purged_before
from botops.store.outcome_tables import FEEDBACK, OUTCOME
from botops.store.tables import DIALOGUE, TURN
from botops.store.turns import mark_dirty

_AT_ONCE = 500
"""Rows of one statement: databases bound the number of its values."""
MOST = 1000
_ABOUT = frozenset({"received_at", "source"})
"""What is kept of the delivery: the same event may come by several ways."""


class Delivery(StrEnum):
    """What became of one delivered event."""

    NEW = "new"
    KNOWN = "known"
    """The same is kept already (of a person's rating: whenever it was given); nothing changed."""
    REPLACED = "replaced"
    """A rating took the place of an earlier one of the same person."""
    OUTDATED = "outdated"
    """A rating of the same person that is later is kept already; nothing changed."""
    CONFLICT = "conflict"
    """The id is kept with another content; nothing changed."""


def outcome_id(lead_id: str, stage: Stage, at: datetime) -> str:
    """The id of an outcome that was delivered without one: the same lead, stage and moment are the same event."""
    return _derived("o", lead_id, stage.value, at.astimezone(UTC).isoformat())


def feedback_id(dialogue_id: str, turn_id: str | None, voice: Voice, by: str) -> str:
    """The id of a rating that was delivered without one: a person has one rating of a dialogue, or of a turn of it."""
    return _derived("f", dialogue_id, turn_id or "", voice.value, by)


Changed = Callable[[dict[str, Any], dict[str, Any]], Delivery]


def _clash(kept: dict[str, Any], row: dict[str, Any]) -> Delivery:
    return Delivery.CONFLICT


class Outcomes:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, outcome: Outcome) -> Delivery:
        """Keeps an outcome; a repeated delivery is `known`. Raises ConflictError for the same id with another
        content."""
        (delivery,) = self.add_many([outcome])
        if delivery is Delivery.CONFLICT:
            raise ConflictError(f"outcome {outcome.id!r} is kept with another content: give a new event a new id")
        return delivery

    def add_many(self, outcomes: Sequence[Outcome]) -> tuple[Delivery, ...]:
        """Keeps outcomes, all in one transaction; what became of each, in their order."""
        now = self._access.clock.now()
        rows = [_outcome_row(o) | {"received_at": now} for o in outcomes]

        def work(connection: Connection) -> tuple[Delivery, ...]:
            deliveries = _add(connection, OUTCOME, rows)
            new = {row["lead_id"] for row, what in zip(rows, deliveries, strict=True) if what is Delivery.NEW}
            _mark(connection, new, now)
            return deliveries

        return self._access.write("keep outcomes", work)

    def of_lead(self, lead_id: str) -> tuple[Outcome, ...]:
        """What became of a lead, in the order it happened."""
        statement = select(OUTCOME).where(OUTCOME.c.lead_id == lead_id).order_by(OUTCOME.c.at, OUTCOME.c.id)
        return tuple(_outcome(row) for row in self._access.rows("read outcomes", statement))

    def latest(self, most: int = 200) -> tuple[Outcome, ...]:
        """The latest outcomes of all leads, the newest first."""
        statement = select(OUTCOME).order_by(OUTCOME.c.at.desc(), OUTCOME.c.id).limit(min(most, MOST))
        return tuple(_outcome(row) for row in self._access.rows("read outcomes", statement))

    def unknown_leads(self, lead_ids: Iterable[str]) -> frozenset[str]:
        """Those leads no dialogue is kept of."""
        return _missing(self._access, DIALOGUE.c.lead_id, lead_ids)


class FeedbackStore:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, feedback: Feedback) -> Delivery:
        """Keeps a rating; its reason, and who the client is, masked.

        A rating whose id is `feedback_id` of its own person replaces that person's earlier one, and is `outdated` when
        a later one is kept. Raises ConflictError for an id of the caller's own that is kept with another content.
        """
        (delivery,) = self.add_many([feedback])
        if delivery is Delivery.CONFLICT:
            raise ConflictError(f"feedback {feedback.id!r} is kept with another content: give a new rating a new id")
        return delivery

    def add_many(self, ratings: Sequence[Feedback]) -> tuple[Delivery, ...]:
        """Keeps ratings, all in one transaction; what became of each, in their order."""
        now, hide = self._access.clock.now(), self._access.hide
        rows = [_feedback_row(f, hide) | {"received_at": now} for f in ratings]
        of_persons = {f.id for f in ratings if f.id == feedback_id(f.dialogue_id, f.turn_id, f.voice, f.by)}

        def changed(kept: dict[str, Any], row: dict[str, Any]) -> Delivery:
            return _thought_again(kept, row) if row["id"] in of_persons else Delivery.CONFLICT

        return self._access.write("keep feedback", lambda connection: _add(connection, FEEDBACK, rows, changed))

    def of_dialogue(self, dialogue_id: str) -> tuple[Feedback, ...]:
        """The ratings of a dialogue and its turns, in the order they were given."""
        statement = select(FEEDBACK).where(FEEDBACK.c.dialogue_id == dialogue_id)
        rows = self._access.rows("read feedback", statement.order_by(FEEDBACK.c.at, FEEDBACK.c.id))
        return tuple(_feedback(row) for row in rows)

    def listed(self, *, voice: Voice | None = None, most_rating: int = 5, limit: int = 50) -> tuple[Feedback, ...]:
        """The latest ratings of a voice, those of `most_rating` or less, the newest first."""
        statement = select(FEEDBACK).where(FEEDBACK.c.rating <= most_rating)
        if voice is not None:
            statement = statement.where(FEEDBACK.c.voice == voice.value)
        ordered = statement.order_by(FEEDBACK.c.at.desc(), FEEDBACK.c.id)
        rows = self._access.rows("read feedback", ordered.limit(max(1, min(limit, MOST))))
        return tuple(_feedback(row) for row in rows)

    def unknown_dialogues(self, dialogue_ids: Iterable[str]) -> frozenset[str]:
        """Those dialogues that are not kept."""
        return _missing(self._access, DIALOGUE.c.id, dialogue_ids)

    def dialogues_of_turns(self, turn_ids: Iterable[str]) -> Mapping[str, str]:
        """The dialogue of each turn that is kept."""
        found: dict[str, str] = {}
        for some in _chunks(sorted(set(turn_ids))):
            statement = select(TURN.c.id, TURN.c.dialogue_id).where(TURN.c.id.in_(some))
            found |= {row["id"]: row["dialogue_id"] for row in self._access.rows("look up turns", statement)}
        return found


def _add(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], changed: Changed = _clash
) -> tuple[Delivery, ...]:
    """Inserts rows whose ids are new; what became of each. `changed` says it of a row whose id is kept with another
    content."""
    found: list[Delivery] = []
    for some in _chunks(rows):
        first = {row["id"]: row for row in reversed(some)}
        statement = upsert(connection.dialect.name, table).on_conflict_do_nothing().returning(table.c.id)
        # In the order of their ids: two deliveries of the same events wait for each other then, and do not deadlock.
        fresh = set(connection.execute(statement, [first[key] for key in sorted(first)]).scalars())
        kept = {r["id"]: dict(r) for r in connection.execute(select(table).where(table.c.id.in_(first))).mappings()}
        for row in some:
            if row is first[row["id"]] and row["id"] in fresh:
                found.append(Delivery.NEW)
                continue
            delivery = _compared(kept[row["id"]], row, changed)
            if delivery is Delivery.REPLACED:
                connection.execute(update(table).where(table.c.id == row["id"]).values(**row))
                kept[row["id"]] = row
            found.append(delivery)
    return tuple(found)


def _mark(connection: Connection, leads: Iterable[str], now: datetime) -> None:
    """Has the hours in which leads wrote rolled up anew: costs are told by what became of the lead."""
    hours: set[int] = set()
    for some in _chunks(sorted(leads)):
        hours.update(connection.execute(select(TURN.c.hour).where(TURN.c.lead_id.in_(some)).distinct()).scalars())
    frozen = purged_before(connection)
    mark_dirty(connection, {hour for hour in hours if hour >= frozen}, now)


def _compared(kept: dict[str, Any], row: dict[str, Any], changed: Changed) -> Delivery:
    same = all(kept[name] == value for name, value in row.items() if name not in _ABOUT)
    return Delivery.KNOWN if same else changed(kept, row)


def _thought_again(kept: dict[str, Any], row: dict[str, Any]) -> Delivery:
    """What a rating is to the kept one of the same person."""
    if (kept["rating"], kept["reason"]) == (row["rating"], row["reason"]):
        return Delivery.KNOWN
    return Delivery.REPLACED if row["at"] >= kept["at"] else Delivery.OUTDATED


def _missing(access: Access, column: Any, values: Iterable[str]) -> frozenset[str]:
    wanted = set(values)
    known: set[str] = set()
    for some in _chunks(sorted(wanted)):
        rows = access.rows("look up leads and dialogues", select(column.label("id")).where(column.in_(some)).distinct())
        known |= {row["id"] for row in rows}
    return frozenset(wanted - known)


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _AT_ONCE] for start in range(0, len(values), _AT_ONCE))


def _derived(kind: str, *parts: str) -> str:
    return f"{kind}-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"


def _outcome_row(outcome: Outcome) -> dict[str, Any]:
    amount = outcome.amount
    return {
        "id": outcome.id, "lead_id": outcome.lead_id, "stage": outcome.stage.value, "at": outcome.at.astimezone(UTC),
        "amount_minor": amount.minor if amount else None, "amount_currency": amount.currency if amount else None,
        "source": outcome.source,
    }  # fmt: skip


def _outcome(row: Row) -> Outcome:
    minor = row["amount_minor"]
    amount = None if minor is None else Money(minor, row["amount_currency"])
    return Outcome(row["id"], row["lead_id"], Stage(row["stage"]), row["at"], amount, row["source"])


def _feedback_row(feedback: Feedback, hide: Callable[[str], str]) -> dict[str, Any]:
    # A client may be named by a phone or an address; who of the company rates is said as in the audit log.
    by = hide(feedback.by) if feedback.voice is Voice.CLIENT else feedback.by
    return {
        "id": feedback.id, "dialogue_id": feedback.dialogue_id, "turn_id": feedback.turn_id,
        "rating": feedback.rating, "reason": hide(feedback.reason), "voice": feedback.voice.value, "by": by,
        "at": feedback.at.astimezone(UTC),
    }  # fmt: skip


def _feedback(row: Row) -> Feedback:
    return Feedback(
        row["id"], row["dialogue_id"], row["rating"], row["at"], row["reason"], Voice(row["voice"]), row["by"],
        row["turn_id"],
    )  # fmt: skip
