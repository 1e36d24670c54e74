"""Who writes to a store, and which of them are dead.

A writing process holds a lock that the operating system (SQLite: `flock` on a file beside the database) or the server
(PostgreSQL: a session's advisory lock) lets go of when the process dies, however it dies. Process ids and heartbeats
would lie after a reboot, in another container or on a slow machine.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from botops.domain.errors import StoreError
from botops.store.engine import Role


class Presence(Protocol):
    """The lock of one writing process."""

    def alive(self, others: Sequence[str]) -> set[str]:
        """Those of `others` (ids of processes) that still hold their lock."""
        ...

    def release(self) -> None:
        """Lets go of the lock."""
        ...


class FilePresence:
    """Locks on files beside a SQLite database: `<db>.lock` for the one writer, `<db>.<id>.lock` for those beside it."""

    def __init__(self, database: Path, process: str, role: Role) -> None:
        self._database = database
        self._exclusive = role == "writer"
        self._path = self._lock_path(None if self._exclusive else process)
        self._file = _locked_soon(self._path)
        if self._file is None:
            holder = _first_line(self._path)
            raise StoreError(
                f"{database}: already served by another process ({holder or 'unknown'}). "
                "Stop that one, or use its API; only one process may serve a SQLite file."
            )
        self._file.truncate(0)
        self._file.write(f"{socket.gethostname()} pid {os.getpid()} id {process}\n")
        self._file.flush()

    def _lock_path(self, process: str | None) -> Path:
        return Path(f"{self._database}.{process}.lock" if process else f"{self._database}.lock")

    def alive(self, others: Sequence[str]) -> set[str]:
        """Ids whose lock is held; the files of dead ones are removed."""
        living = set()
        if not self._exclusive and (line := _first_line(self._lock_path(None))):
            writer = line.rsplit(" ", 1)[-1]
            if writer in others and _is_locked(self._lock_path(None)):
                living.add(writer)
        for other in others:
            path = self._lock_path(other)
            if _is_locked(path):
                living.add(other)
            elif path.exists():
                path.unlink(missing_ok=True)
        return living

    def release(self) -> None:
        """Lets go; the shared lock file stays, because removing it would race with the next writer."""
        if self._file is not None:
            if not self._exclusive:
                self._path.unlink(missing_ok=True)
            self._file.close()
            self._file = None


class ServerPresence:
    """An advisory lock of PostgreSQL, held by a connection of its own; several processes may write."""

    def __init__(self, engine: Engine, process: str) -> None:
        self._engine = engine
        self._process = process
        self._connection = self._hold()

    def alive(self, others: Sequence[str]) -> set[str]:
        """Ids whose lock is held by some session. A session the server ended is opened and locked again first."""
        try:
            return self._alive(others)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        self.release()
        self._connection = self._hold()
        return self._alive(others)

    def release(self) -> None:
        """Ends the session, and the lock with it."""
        if not self._connection.closed:
            if not self._connection.invalidated:
                self._connection.detach()  # a pooled connection would keep the session, and so the lock
            self._connection.close()

    def _hold(self) -> Connection:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _key(self._process)})
        return connection

    def _alive(self, others: Sequence[str]) -> set[str]:
        self._connection.execute(text("SELECT 1"))  # the lock is gone with the session: notice it, whoever is asked for
        living = set()
        for other in others:
            key = {"key": _key(other)}
            if self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar():
                self._connection.execute(text("SELECT pg_advisory_unlock(:key)"), key)
            else:
                living.add(other)
        return living


def _key(process: str) -> int:
    return int.from_bytes(hashlib.blake2b(process.encode(), digest_size=8).digest(), "big", signed=True)


def _locked(path: Path) -> IO[str] | None:
    try:
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}. Check the folder of the store.") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _locked_soon(path: Path) -> IO[str] | None:
    """As `_locked`, but outlasts the moment in which another process only looks whether the lock is held."""
    for _ in range(3):
        if (file := _locked(path)) is not None:
            return file
        time.sleep(0.05)
    return _locked(path)


def _is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    file = _locked(path)
    if file is None:
        return True
    file.close()
    return False


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0]
    except OSError:
        return ""
