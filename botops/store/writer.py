"""One thread that writes. Jobs that wait are committed together, each in a savepoint of its own."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from botops.domain.errors import BotopsError, StoreError
from botops.store.engine import store_error, transaction_lost, wait_for_serial, worth_again

T = TypeVar("T")

GROUP = 64
"""Most jobs committed together: bounds how long the first of them waits."""
TRIES = 3
"""How often a job alone is tried when the database breaks a deadlock at its cost."""
_GIVE_WAY_S = 0.1
"""Seconds before it is tried the second time; twice as many before the third."""


@dataclass(slots=True)
class _Job:
    what: str
    work: Callable[[Connection], Any]
    future: Future[Any]
    serial: bool = False


class Writer:
    """Runs jobs one after another on one connection; a job's future is resolved only after its COMMIT."""

    def __init__(self, engine: Engine, url: URL) -> None:
        self._engine = engine
        self._url = url
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="botops-store-writer", daemon=True)
        self._thread.start()

    def submit(self, what: str, work: Callable[[Connection], T], *, serial: bool = False) -> Future[T]:
        """Queues a job. `what` completes "could not …" in its error. `serial` ones never run at the same time as a
        serial one of another process.

        Raises:
            StoreError: the store is closed.
        """
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise StoreError(f"{self._url.render_as_string()}: could not {what}: the store is closed")
            self._jobs.put(_Job(what, work, future, serial))
        return future

    @property
    def waiting(self) -> int:
        """Jobs in the queue."""
        return self._jobs.qsize()

    def close(self) -> None:
        """Finishes what is queued, then ends the thread."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            group: list[_Job] = []
            job = self._jobs.get()
            while job is not None:
                if job.future.set_running_or_notify_cancel():
                    group.append(job)
                if len(group) >= GROUP or self._jobs.empty():
                    break
                job = self._jobs.get()
            going = job is not None
            if group:
                self._commit(group)

    def _commit(self, group: list[_Job], tries: int = TRIES) -> None:
        results: list[tuple[_Job, Any, Exception | None]] = []
        try:
            with self._engine.connect() as connection, connection.begin():
                alone = len(group) == 1
                if any(job.serial for job in group):
                    wait_for_serial(connection)
                results.extend((job, *self._attempt(connection, job, alone=alone)) for job in group)
        except SQLAlchemyError as error:
            self._failed(group, error, tries - 1)
            return
        except Exception as error:  # noqa: BLE001 - the thread must outlive any job; its future carries the error
            for job in group:
                job.future.set_exception(self._typed(job, error))
            return
        for job, result, fault in results:
            if fault is None:
                job.future.set_result(result)
            else:
                job.future.set_exception(fault)

    def _attempt(self, connection: Connection, job: _Job, *, alone: bool) -> tuple[Any, Exception | None]:
        if alone:
            return job.work(connection), None
        try:
            with connection.begin_nested():
                return job.work(connection), None
        except SQLAlchemyError as error:
            if transaction_lost(connection) or worth_again(error):
                raise
            return None, store_error(error, job.what, self._url)
        except Exception as error:  # noqa: BLE001 - one job's failure is its own; its future carries it
            return None, self._typed(job, error)

    def _typed(self, job: _Job, error: Exception) -> BotopsError:
        """Callers are promised errors of ours; what a driver could not bind or encode comes as a plain one."""
        if isinstance(error, BotopsError):
            return error
        typed = StoreError(f"{self._url.render_as_string()}: could not {job.what}: {error}")
        typed.__cause__ = error
        return typed

    def _failed(self, group: list[_Job], error: SQLAlchemyError, tries: int) -> None:
        """The whole transaction is lost. Alone, each job gets another chance, so that only the one at fault fails."""
        if len(group) == 1 and tries > 0 and worth_again(error):
            # At once it would take its rows again before the one it gave way to has woken up, and lose once more.
            time.sleep(_GIVE_WAY_S * (TRIES - tries))
            self._commit(group, tries)
            return
        if len(group) == 1:
            group[0].future.set_exception(store_error(error, group[0].what, self._url))
            return
        for job in group:
            self._commit([job])


def follow(over: Future[None]) -> Future[None]:
    """A future of one's own that ends with `over`: cancelling it must not cancel what others wait for."""
    own: Future[None] = Future()

    def ended(_: Future[None]) -> None:
        if own.set_running_or_notify_cancel():
            own.set_result(None)

    over.add_done_callback(ended)
    return own
