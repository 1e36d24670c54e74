"""Reads for screens. Lists and single dialogues come from the turns, sums from the hourly roll-ups."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import URL, ColumnElement, Connection, Engine, TextClause, and_, case, func, select, tuple_

from botops.domain.errors import NotFoundError, UserError
from botops.domain.findings import Severity
from botops.domain.money import Money
from botops.domain.ports import Clock
from botops.domain.prompts import Past
from botops.domain.turns import Action, TurnRecord, TurnState
from botops.domain.usage import Cost, local_amounts
from botops.store import exposures, rows, sums, turns
from botops.store.dialogue_filter import dialogue_conditions, worst_first, worst_of_dialogues
from botops.store.engine import translated
from botops.store.tables import ATTEMPT, BROKEN, DIALOGUE, DIRTY_HOUR, FINDING, HAND_OFF, PENDING, TURN
from botops.store.views import (
    Counts,
    DearDialogue,
    DialogueFilter,
    DialogueRow,
    FailureRow,
    GroupBy,
    GroupValue,
    HandOffRow,
    HourOfReplies,
    Lag,
    Page,
    Totals,
)

PREVIEW = 200
"""Characters of the last message and reply shown in lists."""
MOST = 500
"""Most rows of a page."""


class Reads:
    """Every method is one read transaction. All of them raise StoreError when the database cannot be read."""

    def __init__(self, engine: Engine, url: URL, clock: Clock) -> None:
        self._engine = engine
        self._url = url
        self._clock = clock

    def dialogues(self, wanted: DialogueFilter | None = None) -> Page[DialogueRow]:
        """Dialogues that match, the latest first. Raises UserError on a cursor that is none of ours."""
        wanted = wanted or DialogueFilter()
        limit = max(1, min(wanted.limit, MOST))
        statement = select(DIALOGUE).where(*dialogue_conditions(wanted))
        if wanted.cursor is not None:
            statement = statement.where(tuple_(DIALOGUE.c.last_at, DIALOGUE.c.id) < tuple_(*_after(wanted.cursor)))
        statement = statement.order_by(DIALOGUE.c.last_at.desc(), DIALOGUE.c.id.desc()).limit(limit + 1)
        with self._reading("list dialogues") as connection:
            found = connection.execute(statement).mappings().all()
            page = found[:limit]
            said = _summaries(connection, [row["id"] for row in page])
        cursor = _cursor(page[-1]["last_at"], page[-1]["id"]) if len(found) > limit else None
        return Page(tuple(_dialogue_row(row, said[row["id"]]) for row in page if row["id"] in said), cursor)

    def worst_dialogues(self, wanted: DialogueFilter | None = None) -> tuple[DialogueRow, ...]:
        """Up to `limit` of the dialogues that match and have a faulty reply, those of mistakes that clients saw first,
        then by the gravest mistake, the money at risk, and the latest. The cursor is not looked at."""
        wanted = wanted or DialogueFilter()
        worst = worst_of_dialogues(wanted)
        statement = select(DIALOGUE).join(worst, worst.c.dialogue_id == DIALOGUE.c.id)
        order = (*worst_first(worst), DIALOGUE.c.last_at.desc(), DIALOGUE.c.id.desc())
        statement = statement.where(*dialogue_conditions(wanted)).order_by(*order)
        with self._reading("list the worst dialogues") as connection:
            page = connection.execute(statement.limit(max(1, min(wanted.limit, MOST)))).mappings().all()
            said = _summaries(connection, [row["id"] for row in page])
        return tuple(_dialogue_row(row, said[row["id"]]) for row in page if row["id"] in said)

    def whole_dialogues(self, ids: Sequence[str]) -> dict[str, tuple[TurnRecord, ...]]:
        """All turns of some dialogues, whole, in their order: a few hundred at once."""
        statement = select(TURN).where(TURN.c.dialogue_id.in_(ids)).order_by(TURN.c.dialogue_id, TURN.c.number)
        with self._reading("read dialogues") as connection:
            records = turns.load(connection, connection.execute(statement).mappings().all())
        return {key: tuple(of) for key, of in groupby(records, key=lambda record: record.inbound.dialogue_id)}

    def dialogue(self, dialogue_id: str) -> tuple[TurnRecord, ...]:
        """All turns of a dialogue in order, whole. Raises NotFoundError."""
        statement = select(TURN).where(TURN.c.dialogue_id == dialogue_id).order_by(TURN.c.number)
        with self._reading("read a dialogue") as connection:
            records = turns.load(connection, connection.execute(statement).mappings().all())
        if not records:
            raise NotFoundError(f"there is no dialogue {dialogue_id!r} in the store")
        return records

    def lead_of(self, dialogue_id: str) -> str | None:
        """The lead a dialogue belongs to; None when there is no such dialogue."""
        statement = select(DIALOGUE.c.lead_id).where(DIALOGUE.c.id == dialogue_id)
        with self._reading("look up a dialogue") as connection:
            found: str | None = connection.execute(statement).scalar_one_or_none()
            return found

    def turn(self, turn_id: str) -> TurnRecord:
        """One turn, whole. Raises NotFoundError."""
        with self._reading("read a turn") as connection:
            found = connection.execute(select(TURN).where(TURN.c.id == turn_id)).mappings().all()
            records = turns.load(connection, found)
        if not records:
            raise NotFoundError(f"there is no turn {turn_id!r} in the store")
        return records[0]

    def turns(
        self, since: datetime | None = None, until: datetime | None = None, chunk: int = 500
    ) -> Iterator[TurnRecord]:
        """All turns of a period by dialogue and number, read in chunks: for exports and replays, not for screens."""
        where = _period(since, until)
        last = ("", -1)
        while True:
            statement = (
                select(TURN)
                .where(*where, tuple_(TURN.c.dialogue_id, TURN.c.number) > tuple_(*last))
                .order_by(TURN.c.dialogue_id, TURN.c.number)
                .limit(chunk)
            )
            with self._reading("read turns") as connection:
                records = turns.load(connection, connection.execute(statement).mappings().all())
            yield from records
            if len(records) < chunk:
                return
            last = (records[-1].inbound.dialogue_id, records[-1].number)

    def totals(
        self,
        since: datetime,
        until: datetime,
        group_by: Sequence[GroupBy] = (),
        *,
        timezone: str = "UTC",
        where: Mapping[GroupBy, str | int | bool] | None = None,
    ) -> tuple[Totals, ...]:
        """Sums over the whole hours that begin in [since, until), per group, ordered by key; from roll-ups.

        `day` is the day of `timezone` (an IANA name) on which an hour begins; `where` asks for one value of a group.
        Without `group_by` there is always exactly one row.
        """
        with self._reading("sum up") as connection:
            return sums.totals(connection, since, until, tuple(group_by), timezone, where or {})

    def replies(self, since: datetime, until: datetime) -> tuple[HourOfReplies, ...]:
        """The whole hours that begin in [since, until) and have turns, in order; as `totals` counts them, without the
        sums that take longer."""
        with self._reading("count replies") as connection:
            return sums.replies(connection, since, until)

    def groups(
        self, since: datetime, until: datetime, group_by: Sequence[GroupBy]
    ) -> tuple[tuple[GroupValue, ...], ...]:
        """The keys that `totals` would have, without its sums: what there is to choose from. Hour and day are none."""
        with self._reading("list groups") as connection:
            return sums.groups(connection, since, until, tuple(group_by))

    def distinct_leads(self, since: datetime, until: datetime) -> int:
        """Leads that wrote in [since, until), each counted once. From turns: leads do not add up over hours."""
        return self._distinct(TURN.c.lead_id, since, until)

    def distinct_dialogues(self, since: datetime, until: datetime) -> int:
        """Dialogues with a turn in [since, until), each counted once."""
        return self._distinct(TURN.c.dialogue_id, since, until)

    def hand_offs(
        self, *, open_only: bool = True, limit: int = MOST, dialogue_id: str | None = None
    ) -> tuple[HandOffRow, ...]:
        """The hand-off queue, or what of it belongs to a dialogue: the longest waiting first; with closed ones the
        latest first."""
        statement = select(HAND_OFF, DIALOGUE.c.channel, DIALOGUE.c.language).join_from(
            HAND_OFF, DIALOGUE, DIALOGUE.c.id == HAND_OFF.c.dialogue_id
        )
        if dialogue_id is not None:
            statement = statement.where(HAND_OFF.c.dialogue_id == dialogue_id)
        if open_only:
            statement = statement.where(HAND_OFF.c.closed_at.is_(None)).order_by(HAND_OFF.c.at, HAND_OFF.c.turn_id)
        else:
            statement = statement.order_by(HAND_OFF.c.at.desc(), HAND_OFF.c.turn_id)
        with self._reading("list hand-offs") as connection:
            return tuple(
                HandOffRow(
                    rows.hand_off_of(dict(row)),
                    row["channel"],
                    row["language"],
                    row["taken_at"],
                    row["taken_by"],
                    row["closed_at"],
                    row["closed_by"],
                )
                for row in connection.execute(statement.limit(limit)).mappings()
            )

    def cost_of_dialogues(self, ids: Sequence[str], since: datetime, until: datetime) -> tuple[DearDialogue, ...]:
        """What the turns of dialogues in [since, until) cost, in the order of the ids."""
        columns = (TURN.c.dialogue_id, TURN.c.lead_id, TURN.c.channel, TURN.c.input_tokens, TURN.c.output_tokens,
                   TURN.c.pico_usd, TURN.c.local_minor, TURN.c.local_currency, _RATE)  # fmt: skip
        statement = select(*columns).where(TURN.c.dialogue_id.in_(ids), TURN.c.at >= since, TURN.c.at < until)
        with self._reading("read what dialogues cost") as connection:
            found = connection.execute(statement.order_by(TURN.c.dialogue_id)).mappings().all()
        grouped = {key: list(of) for key, of in groupby(found, key=lambda row: row["dialogue_id"])}
        return tuple(_dear(grouped[key]) for key in ids if key in grouped)

    def recent_failures(self, limit: int = 50) -> tuple[FailureRow, ...]:
        """Turns that failed or were cut off, the latest first."""
        statement = select(TURN).where(BROKEN).order_by(TURN.c.at.desc(), TURN.c.id).limit(limit)
        with self._reading("list failures") as connection:
            broken = connection.execute(statement).mappings().all()
            faults: dict[str, list[str]] = {}
            calls = select(ATTEMPT.c.turn_id, ATTEMPT.c.fault).where(
                ATTEMPT.c.turn_id.in_([row["id"] for row in broken]), ATTEMPT.c.fault.is_not(None)
            )
            for call in connection.execute(calls.order_by(ATTEMPT.c.turn_id, ATTEMPT.c.position)):
                faults.setdefault(call.turn_id, []).append(call.fault)
        return tuple(
            FailureRow(
                row["id"],
                row["dialogue_id"],
                row["number"],
                row["at"],
                TurnState(row["state"]),
                row["model"],
                row["error"],
                tuple(faults.get(row["id"], ())),
            )
            for row in broken
        )

    def past(self, lead_id: str, dialogue_id: str | None = None) -> Past:
        """What is known of a lead before a turn of a dialogue, which may be new: whether it returns, what it was
        served."""
        with self._reading("read a lead") as connection:
            return exposures.past(connection, lead_id, dialogue_id)

    def counts(self) -> Counts:
        """How much the store holds now."""
        with self._reading("count") as connection:

            def count(what: ColumnElement[int], *where: ColumnElement[bool] | TextClause) -> int:
                return int(connection.execute(select(what).where(*where)).scalar_one())

            return Counts(
                dialogues=count(func.count(DIALOGUE.c.id)),
                turns=count(func.count(TURN.c.id)),
                pending=count(func.count(TURN.c.id), PENDING),
                findings=count(func.count(FINDING.c.turn_id), FINDING.c.attempt == rows.TURN_VERDICT),
                leads=count(func.count(DIALOGUE.c.lead_id.distinct())),
                open_hand_offs=count(func.count(HAND_OFF.c.turn_id), HAND_OFF.c.closed_at.is_(None)),
            )

    def dialogue_count(self) -> int:
        """How many dialogues the store holds now, without counting anything else."""
        with self._reading("count dialogues") as connection:
            return int(connection.execute(select(func.count(DIALOGUE.c.id))).scalar_one())

    def waiting(self) -> tuple[int, float]:
        """How many dialogues wait for a person, and for how many seconds the one that waits longest has. Who has been
        taken waits no longer."""
        waiting = and_(HAND_OFF.c.closed_at.is_(None), HAND_OFF.c.taken_at.is_(None))
        statement = select(func.count().label("open"), func.min(HAND_OFF.c.at).label("oldest")).where(waiting)
        with self._reading("count who waits") as connection:
            found = connection.execute(statement).one()
        if not found.open:
            return 0, 0.0
        return found.open, max(0.0, (self._clock.now() - found.oldest).total_seconds())

    def waits(self, since: datetime) -> tuple[float, ...]:
        """For how many seconds each dialogue waited that a person has taken since a moment."""
        statement = select(HAND_OFF.c.at, HAND_OFF.c.taken_at).where(HAND_OFF.c.taken_at >= since)
        with self._reading("read how long who waited") as connection:
            return tuple((row.taken_at - row.at).total_seconds() for row in connection.execute(statement))

    def lag(self) -> Lag:
        """How far the roll-ups are behind."""
        with self._reading("read the lag") as connection:
            found = connection.execute(select(func.count().label("hours"), func.min(DIRTY_HOUR.c.since))).one()
        if not found[0]:
            return Lag()
        return Lag(found[0], max(0.0, (self._clock.now() - found[1]).total_seconds()))

    def lag_since(self) -> datetime | None:
        """Since when the oldest hour waits to be rolled up; None when all are."""
        with self._reading("read the lag") as connection:
            since: datetime | None = connection.execute(select(func.min(DIRTY_HOUR.c.since))).scalar_one()
        return since

    def _distinct(self, column: ColumnElement[str], since: datetime, until: datetime) -> int:
        with self._reading("count") as connection:
            statement = select(func.count(column.distinct())).where(*_period(since, until))
            return int(connection.execute(statement).scalar_one())

    @contextmanager
    def _reading(self, what: str) -> Iterator[Connection]:
        with translated(what, self._url), self._engine.connect() as connection:
            yield connection


def _period(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    """Turns of [since, until); the hours let the index be used."""
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions += [TURN.c.hour >= rows.hour_of(since), TURN.c.at >= since]
    if until is not None:
        conditions += [TURN.c.hour <= rows.hour_of(until), TURN.c.at < until]
    return conditions


_CALL = ATTEMPT.c
_RATE = (
    select(case((and_(func.min(_CALL.rate) == func.max(_CALL.rate), func.count() == func.count(_CALL.rate)),
                 func.min(_CALL.rate))))
    .where(_CALL.turn_id == TURN.c.id)
    .scalar_subquery()
    .label("rate")
)  # fmt: skip
"""The exchange rate of a turn whose calls have all the same one."""
_SUMMARY = (TURN.c.dialogue_id, func.substr(TURN.c.text, 1, PREVIEW).label("text"),
            func.substr(TURN.c.reply, 1, PREVIEW).label("reply"), TURN.c.state, TURN.c.action, TURN.c.prompt,
            TURN.c.prompt_version, TURN.c.findings, TURN.c.worst, TURN.c.pico_usd, TURN.c.local_minor,
            TURN.c.local_currency, _RATE, TURN.c.simulated)  # fmt: skip


def _summaries(connection: Connection, ids: Sequence[str]) -> dict[str, list[Any]]:
    statement = select(*_SUMMARY).where(TURN.c.dialogue_id.in_(ids)).order_by(TURN.c.dialogue_id, TURN.c.number)
    found = connection.execute(statement).mappings()
    return {key: list(of) for key, of in groupby(found, key=lambda row: row["dialogue_id"])}


def _dialogue_row(dialogue: Any, said: Sequence[Any]) -> DialogueRow:
    last, worst = said[-1], max(turn["worst"] for turn in said)
    prompts = dict.fromkeys(f"{t['prompt']}@{t['prompt_version']}" for t in said if t["prompt"] is not None)
    return DialogueRow(
        id=dialogue["id"],
        lead_id=dialogue["lead_id"],
        channel=dialogue["channel"],
        language=dialogue["language"],
        origin=dialogue["origin"],
        first_at=dialogue["first_at"],
        last_at=dialogue["last_at"],
        turns=len(said),
        findings=sum(turn["findings"] for turn in said),
        worst=Severity(worst) if worst else None,
        last_state=TurnState(last["state"]),
        last_action=Action(last["action"]) if last["action"] else None,
        last_text=last["text"],
        last_reply=next((turn["reply"] for turn in reversed(said) if turn["reply"] is not None), None),
        prompts=tuple(prompts),
        pico_usd=sum(turn["pico_usd"] for turn in said),
        local=_local(said),
        simulated=any(turn["simulated"] for turn in said),
        first_text=said[0]["text"],
        actions=tuple(dict.fromkeys(Action(turn["action"]) for turn in said if turn["action"])),
    )


def _dear(said: Sequence[Any]) -> DearDialogue:
    return DearDialogue(
        id=said[0]["dialogue_id"],
        lead_id=said[0]["lead_id"],
        channel=said[0]["channel"],
        turns=len(said),
        tokens=sum(turn["input_tokens"] + turn["output_tokens"] for turn in said),
        pico_usd=sum(turn["pico_usd"] for turn in said),
        local=_local(said),
    )


def _local(said: Iterable[Any]) -> tuple[Money, ...]:
    """One amount per currency."""
    return local_amounts(
        Cost(
            turn["pico_usd"],
            Money(turn["local_minor"], turn["local_currency"]),
            Decimal(turn["rate"]) if turn["rate"] else None,
        )
        for turn in said
        if turn["local_currency"]
    )


def _cursor(at: datetime, dialogue_id: str) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()} {dialogue_id}".encode()).decode()


def _after(cursor: str) -> tuple[datetime, str]:
    try:
        at, _, dialogue_id = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        moment = datetime.fromisoformat(at)
    except (binascii.Error, ValueError) as error:
        raise UserError(f"{cursor!r} is no cursor of this list; leave it out to begin at the first page") from error
    if moment.tzinfo is None:
        raise UserError(f"{cursor!r} is no cursor of this list; leave it out to begin at the first page")
    return moment, dialogue_id
