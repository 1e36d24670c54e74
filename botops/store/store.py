"""The store: opening and closing it, and the port through which turns are kept."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import URL, Connection, Engine, insert, select
from sqlalchemy.exc import IntegrityError

from botops.domain.errors import ConflictError, StoreError
from botops.domain.messages import InboundMessage, Language
from botops.domain.ports import Begun, Clock
from botops.domain.turns import TurnRecord, TurnState
from botops.store import alert_erasure, erasure, eval_tasks, hand_offs, ledger, migrate, rollup, turns
from botops.store.access import Access
from botops.store.alerts import Alerts
from botops.store.audit import AuditLog
from botops.store.book_replies import BookReplies
from botops.store.budgets import BudgetStore
from botops.store.calls import CallReads
from botops.store.copying import copy_before_migration
from botops.store.cost_reads import CostReads
from botops.store.deliveries import Deliveries
from botops.store.detector_state import DetectorStates
from botops.store.engine import Role, checkpoint, make_folder, open_engine, parse_url, sqlite_path, translated
from botops.store.erasure import Erased
from botops.store.eval_runs import EvalRuns
from botops.store.eval_tasks import EvalTasks
from botops.store.experiments import ExperimentReads
from botops.store.faulty import FaultyReads
from botops.store.heartbeats import Heartbeats
from botops.store.incidents import Incidents
from botops.store.leading import Leading
from botops.store.masking import mask as mask_text
from botops.store.masking import mask_inbound, mask_record, storable
from botops.store.moments import MomentReads
from botops.store.outbox import Outbox
from botops.store.outcomes import FeedbackStore, Outcomes
from botops.store.overrides import Overrides
from botops.store.people import People
from botops.store.presence import FilePresence, Presence, ServerPresence
from botops.store.probes import ProbeStore
from botops.store.prompt_calls import PromptCallReads
from botops.store.proposals import Proposals
from botops.store.reads import Reads
from botops.store.recent import Recent
from botops.store.reception import ReceptionReads
from botops.store.reply_reviews import ReplyReviews
from botops.store.repricing import Repricing
from botops.store.reviewing import Reviews
from botops.store.series import SeriesReads
from botops.store.series_examples import SeriesExamples
from botops.store.served import Served
from botops.store.sessions import Sessions
from botops.store.tables import IMPORT_BATCH, SERVING, TURN
from botops.store.views import Written
from botops.store.writer import Writer, follow

T = TypeVar("T")

CHUNK = 500
"""Turns written in one transaction by `write_many`: live turns get in between."""
DUPLICATE_WAIT_S = 30.0


class Store:
    """Keeps turns (the port `TurnStore`), imports them, erases them; `reads` answers the screens.

    Roles: `writer` serves (on SQLite only one process may; it alone checkpoints), `side` writes beside it (a command
    line's ingest), `reader` only reads. Blocking methods must not be called from an event loop; `begin` and `finish`
    are async. Opened by `Store.open`, closed by `close` or as a context manager.
    """

    def __init__(
        self,
        url: URL,
        engine: Engine,
        clock: Clock,
        role: Role,
        *,
        hide: Callable[[str], str],
        wait_s: float,
        backups: Path | None = None,
    ) -> None:
        self._url = url
        self._engine = engine
        self._clock = clock
        self._role = role
        self._hide = hide
        self._wait_s = wait_s
        self._backups = backups
        self._process = uuid.uuid4().hex
        self._presence: Presence | None = None
        self._leading = Leading(self._process)
        self._writer: Writer | None = None
        self._reader = engine if role == "reader" else open_engine(url, "reader")
        self._deliveries = Deliveries()
        self.reads = Reads(self._reader, url, clock)
        self.faulty = FaultyReads(self._reader, url)
        access = self._access = Access(self._reader, url, clock, hide, self._write)
        self.overrides = Overrides(access)
        self.audit = AuditLog(access)
        self.book_replies = BookReplies(access)
        self.calls = CallReads(access)
        self.repricing = Repricing(access)
        self.outcomes = Outcomes(access)
        self.feedback = FeedbackStore(access)
        self.experiments = ExperimentReads(access)
        self.proposals = Proposals(access)
        self.reviews = Reviews(access)
        self.reply_reviews = ReplyReviews(access)
        self.costs = CostReads(access)
        self.incidents = Incidents(access)
        self.alerts = Alerts(access)
        self.recent = Recent(access)
        self.reception = ReceptionReads(access)
        self.outbox = Outbox(access)
        self.moments = MomentReads(access)
        self.series = SeriesReads(access)
        self.series_examples = SeriesExamples(access)
        self.detector_states = DetectorStates(access)
        self.eval_runs = EvalRuns(access)
        self.prompt_calls = PromptCallReads(access)
        self.eval_tasks = EvalTasks(access, self._process)
        self.budgets = BudgetStore(access, self._process, self._submit)
        self.heartbeats, self.served = Heartbeats(access), Served(access)
        self.people = People(access)
        self.sessions = Sessions(access)
        self.probes = ProbeStore(access, self._process, lambda: self.budgets.zone)

    @classmethod
    def open(
        cls, url: str, *, clock: Clock, role: Role = "writer", mask: bool = True,
        duplicate_wait_s: float = DUPLICATE_WAIT_S, backups: Path | None = None, zone: str | None = None,
    ) -> Store:  # fmt: skip
        """Opens a store, bringing its tables up to date first unless it is only read.

        As a writer it marks the pending turns of dead processes `interrupted`. `mask` hides personal data before
        storage; `duplicate_wait_s` is how long, in seconds, a repeated delivery waits for the first one's answer.
        `backups` is the folder a store of older tables is copied to before they are brought up to date.
        `zone` is the company's time zone, by whose days spending is kept; None keeps the one of before.

        Raises:
            UserError: the address is not usable.
            StoreError: the database cannot be reached, is served by another process, is missing (reader), or was
                written by a newer botops.
        """
        parsed = parse_url(url)
        engine = open_engine(parsed, role)
        store = cls(
            parsed, engine, clock, role, hide=mask_text if mask else storable, wait_s=duplicate_wait_s, backups=backups
        )
        try:
            store._start(zone)
        except BaseException:
            store.close()
            raise
        return store

    @property
    def process(self) -> str:
        """The id under which this process's turns are kept."""
        return self._process

    @property
    def waiting(self) -> int:
        """Writes in the queue."""
        return self._writer.waiting if self._writer else 0

    # --- turns ---------------------------------------------------------------------------------------------------

    async def begin(self, turn_id: str, inbound: InboundMessage, language: Language) -> Begun:
        """Writes the pending row and numbers the turn (from 1), or returns the stored turn of an earlier delivery.

        The history is what the clients wrote and what left as replies, oldest first, without this message; it is masked
        as stored. A delivery repeated while the first is being answered waits for that answer. A key is given back
        when its turn failed or was interrupted before any text left, so that a repeated delivery is answered then.

        Raises:
            ConflictError: the first delivery is still being answered (in another process, or for longer than the
                wait), or the dialogue or the key belongs to another lead.
            StoreError: nothing was written.
        """
        inbound = mask_inbound(inbound, self._hide)
        key = inbound.idempotency_key
        loop = asyncio.get_running_loop()
        end = loop.time() + self._wait_s
        raced = False
        while True:
            try:
                result = await self._begin_once(turn_id, inbound, language)
            except StoreError as error:
                # Another process wrote the same key between our look and our insert; the second look will see it.
                if raced or not isinstance(error.__cause__, IntegrityError):
                    raise
                raced = True
                continue
            if isinstance(result, Begun):
                return result
            if result is None or loop.time() >= end:
                raise ConflictError(f"message {key!r} is being answered at this moment; ask again in a few seconds")
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.wrap_future(follow(result)), end - loop.time())

    async def _begin_once(
        self, turn_id: str, inbound: InboundMessage, language: Language
    ) -> Begun | Future[None] | None:
        """The beginning; or, when the same message is being answered here, what ends with it; None if elsewhere."""
        key = inbound.idempotency_key

        def work(connection: Connection) -> Begun | Future[None] | None:
            result = turns.begin(connection, turn_id, inbound, language, self._process)
            if result is None:
                return self._deliveries.end_of(key)
            if result.stored is None:
                self._deliveries.begun(key, turn_id)
            return result

        future = self._submit("begin a turn", work)
        try:
            return await asyncio.shield(asyncio.wrap_future(future))
        except asyncio.CancelledError:
            if not future.cancel():
                future.add_done_callback(lambda _: self._abandon(turn_id, key))
            raise
        except BaseException:
            self._deliveries.over(key, turn_id)
            raise

    def _abandon(self, turn_id: str, key: str) -> None:
        now = self._clock.now()
        with suppress(StoreError):  # closed meanwhile: closing marks what is pending
            gone = self._submit("abandon a turn", lambda connection: turns.abandon(connection, turn_id, now))
            gone.add_done_callback(lambda _: self._deliveries.over(key, turn_id))

    async def finish(self, record: TurnRecord) -> None:
        """Writes the whole record over its pending row. Goes on to its end even when the caller is cancelled.

        Raises:
            StoreError: it did not happen: the turn is not under way here, the record has no end (`pending`), or the
                database refused it. After the last one `finish` may be called again.
        """
        if record.state not in turns.ENDED:
            raise StoreError(f"turn {record.id}: a {record.state.value} turn cannot be finished; it needs an outcome")
        if record.hand_off is not None and record.hand_off.turn_id != record.id:
            raise StoreError(f"turn {record.id}: its hand-off names another turn, {record.hand_off.turn_id}")
        masked, now, held = mask_record(record, self._hide), self._clock.now(), self.budgets.holds(record.id)

        def work(connection: Connection) -> None:
            turns.finish(connection, masked, self._process, now, self.budgets.zone, held=held)

        future = self._submit("finish a turn", work, serial=True)

        def finished(done: Future[None]) -> None:
            if done.exception() is None:
                self.budgets.ended(record.id)
                self._deliveries.over(record.inbound.idempotency_key, record.id)

        future.add_done_callback(finished)
        await asyncio.shield(asyncio.wrap_future(future))

    def write_many(self, records: Iterable[TurnRecord], origin: str) -> Written:
        """Writes finished turns that came from elsewhere (a log, another bot), in transactions of `CHUNK`.

        Idempotent by key: known ones are left out. `origin` names the source and is kept with each turn.

        Raises:
            StoreError: a record is pending or clashes with another turn; earlier chunks stay written.
        """
        batch, written, seen = uuid.uuid4().hex, 0, 0
        for chunk in _chunks(records, CHUNK):
            for record in chunk:
                if record.state not in turns.ENDED:
                    raise StoreError(f"turn {record.id}: a pending turn cannot be imported; it needs an outcome")
            masked = [mask_record(r, self._hide) for r in chunk]
            now = self._clock.now()
            seen += len(chunk)
            work = partial(
                turns.add, records=masked, origin=origin, process=self._process, now=now, zone=self.budgets.zone
            )
            written += self._write("import turns", work, serial=True)
        row = {"id": batch, "origin": origin, "at": self._clock.now(), "written": written, "skipped": seen - written}
        self._write("note the import", lambda connection: connection.execute(insert(IMPORT_BATCH), row))
        return Written(batch, written, seen - written)

    # --- upkeep --------------------------------------------------------------------------------------------------

    def roll_up(self, most: int = rollup.HOURS_AT_ONCE) -> int:
        """Makes the roll-ups of up to `most` dirty hours anew, oldest first; how many. Zero means all are right."""
        return self._write("roll up", lambda connection: rollup.roll_up(connection, most))

    def rebuild_roll_ups(self) -> int:
        """Counts every hour anew, for when the sums and the turns are not trusted to agree; how many hours. Hours whose
        turns retention has removed keep their sums."""
        now = self._clock.now()
        hours = self._write("mark the roll-ups", lambda connection: rollup.mark_all(connection, now))
        while self.roll_up():
            pass
        return hours

    def interrupt_dead(self) -> int:
        """Marks the pending turns and the evaluations of processes that died; how many turns. Done at opening too.

        Worth calling every minute or so: on PostgreSQL it also renews this process's own sign of life when the server
        ended its session.
        """
        now = self._clock.now()
        return self._write("mark interrupted turns", lambda c: self._interrupt_dead(c, now), serial=True)

    def leads(self) -> bool:
        """True for the one of the serving processes that does what only one should: of those that live, the one that
        started first. Raises StoreError."""
        if self._role != "writer" or sqlite_path(self._url) is not None:
            return self._role == "writer"  # a SQLite store is served by one process
        assert self._presence is not None
        return self._write("see who leads", partial(self._leading.leads, presence=self._presence))

    def kept_of(self, lead_id: str) -> Erased:
        """What `erase_lead` would remove."""
        with translated("count what is kept of a lead", self._url), self._reader.connect() as connection:
            return erasure.kept_of(connection, lead_id)

    def erase_lead(self, lead_id: str) -> Erased:
        """Removes everything kept about a lead: dialogues, turns, attempts, findings, hand-offs, exposures, outcomes,
        ratings.

        The hours concerned are rolled up anew, so no screen goes on counting them.
        """
        now, zone = self._clock.now(), self.budgets.zone
        erased = self._write("erase a lead", lambda c: erasure.erase_lead(c, lead_id, now, zone), serial=True)
        self._checkpoint()
        return erased

    def purge(self, before: datetime) -> Erased:
        """Retention: removes turns of whole hours before a moment. Their roll-ups stay, frozen; texts and ids go."""
        while self.roll_up():
            pass
        erased, zone, salt = Erased(), self.budgets.zone, secrets.token_bytes(32)
        while self._write("unlink costs", lambda connection: erasure.unlink(connection, before, salt, CHUNK)):
            pass
        self._write("forget what alerts quote", lambda connection: alert_erasure.forget_before(connection, before))
        while self.outbox.forget(before):
            pass
        while some := self._write("purge old turns", lambda c: erasure.purge(c, before, CHUNK, zone), serial=True):
            erased += some
        self._checkpoint()
        return erased

    def take_hand_off(self, turn_id: str, who: str, at: datetime | None = None) -> None:
        """Says who takes care of a waiting dialogue, now or `at` a moment. Raises NotFoundError, ConflictError when
        another has it."""
        now = at or self._clock.now()
        self._write("take a hand-off", lambda connection: hand_offs.take(connection, turn_id, who, now))

    def close_hand_off(self, turn_id: str, who: str, at: datetime | None = None) -> None:
        """Takes a dialogue out of the queue, now or `at` a moment. Raises NotFoundError, ConflictError when it is
        closed already."""
        now = at or self._clock.now()
        self._write("close a hand-off", lambda connection: hand_offs.close(connection, turn_id, who, now))

    # --- life ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Finishes queued writes, marks turns left pending here as interrupted, and lets go of the database."""
        if self._writer is not None:
            now = self._clock.now()
            last = self._submit("close", lambda c: turns.interrupt_dead(c, [self._process], now), serial=True)
            self._writer.close()
            self._writer = None
            if last.exception() is None:  # else the next writer does it
                self._checkpoint()
        if self._presence is not None:
            self._presence.release()
            self._presence = None
        self._reader.dispose()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, zone: str | None) -> None:
        path = sqlite_path(self._url)
        if self._role == "reader":
            if path is not None and not path.exists():
                raise StoreError(f"{path}: there is no store yet; start `botops up` once or point `store` at another")
            self._check_revision()
            self._know_zone()
            return
        with translated("open the store", self._url):
            if path is not None:
                make_folder(path)
            self._presence = (
                ServerPresence(self._engine, self._process)
                if path is None
                else FilePresence(path, self._process, self._role)
            )
            if self._backups is not None:
                copy_before_migration(self._url, self._engine, self._backups)
            with self._engine.begin() as connection:
                migrate.upgrade(connection)
                if zone is not None:
                    ledger.prepare(connection, ZoneInfo(zone))
        self._know_zone()
        self._writer = Writer(self._engine, self._url)
        self._write("register this process", self._register)
        if self._role == "writer":
            self.interrupt_dead()

    def _know_zone(self) -> None:
        with translated("open the store", self._url), self._engine.connect() as connection:
            kept = ledger.kept_zone(connection)
        if kept is not None:
            self.budgets.zone = ZoneInfo(kept)

    def _check_revision(self) -> None:
        with translated("open the store", self._url), self._engine.connect() as connection:
            now = migrate.revision(connection)
        migrate.refuse_newer(now)
        if now != migrate.HEAD:
            raise StoreError(
                f"{self._url.render_as_string()}: the store is not set up for this version (tables {now or 'none'}, "
                f"needed {migrate.HEAD}); start `botops up` or `botops serve` once"
            )

    def _register(self, connection: Connection) -> None:
        row = {
            "id": self._process, "role": self._role, "host": socket.gethostname(), "pid": os.getpid(),
            "started_at": self._clock.now(),
        }  # fmt: skip
        connection.execute(insert(SERVING), row)

    def _interrupt_dead(self, connection: Connection, now: datetime) -> int:
        assert self._presence is not None
        writers = select(SERVING.c.id).union(select(TURN.c.process).where(TURN.c.state == TurnState.PENDING.value))
        others = sorted({*connection.execute(writers).scalars(), *eval_tasks.processes(connection)} - {self._process})
        alive = self._presence.alive(others)
        dead = [p for p in others if p not in alive]
        eval_tasks.interrupt_dead(connection, dead, now)
        return turns.interrupt_dead(connection, dead, now)

    def _checkpoint(self) -> None:
        if self._role == "writer":
            with translated("checkpoint", self._url):
                checkpoint(self._engine)

    def _submit(self, what: str, work: Callable[[Connection], T], *, serial: bool = False) -> Future[T]:
        """Queues a transaction. `serial` ones read or change what is spent and held: they never run beside another
        process's."""
        if self._writer is None:
            state = "opened for reading" if self._role == "reader" else "closed"
            raise StoreError(f"{self._url.render_as_string()}: could not {what}: the store is {state}")
        return self._writer.submit(what, work, serial=serial)

    def _write(self, what: str, work: Callable[[Connection], T], *, serial: bool = False) -> T:
        return self._submit(what, work, serial=serial).result()


def _chunks(records: Iterable[TurnRecord], size: int) -> Iterator[list[TurnRecord]]:
    source = iter(records)
    while chunk := list(islice(source, size)):
        yield chunk
