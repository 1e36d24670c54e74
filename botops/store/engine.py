"""Connections: SQLite in WAL mode by default, PostgreSQL by URL. Everything that differs between them is here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from botops.domain.errors import StoreError, UserError

Role = Literal["writer", "side", "reader"]

BUSY_TIMEOUT_S = 10
"""How long a SQLite connection waits for another's transaction before it gives up."""
_WAL_LIMIT = 64 * 2**20
_AGAIN = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
_SERIAL = 0x6C6564676572  # "ledger" in ASCII
_Insert = sqlite.Insert | postgresql.Insert


def parse_url(url: str) -> URL:
    """A store address: `sqlite:///file.db` or `postgresql://…` (psycopg is chosen for it).

    Raises:
        UserError: it is no database address, another database, or a SQLite one without a file.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UserError(
            f"store: {url!r} is not a database address; write sqlite:///botops.db or postgresql://…"
        ) from error
    kind = parsed.get_backend_name()
    if kind == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise UserError(f"store: {kind} is not supported; use sqlite:///file.db or postgresql://user@host/name")
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise UserError("store: SQLite needs a plain file that several connections can share: sqlite:///botops.db")
    return parsed


def sqlite_path(url: URL) -> Path | None:
    """The database file of a SQLite address, None for PostgreSQL."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def make_folder(database: Path) -> None:
    """Makes the folder of a SQLite file. Raises StoreError."""
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{database.parent}: cannot be made: {error.strerror}. Choose another place.") from error


def open_engine(url: URL, role: Role) -> Engine:
    """An engine whose transactions fit its role. Raises UserError when PostgreSQL's driver is not installed.

    Writers begin with `BEGIN IMMEDIATE`: a deferred one that turns into a writer fails at once when another writes,
    whatever the timeout. Only the serving process checkpoints. `synchronous=NORMAL` keeps every commit when a process
    is killed; a loss of power may cost the last ones.
    """
    options: dict[str, Any] = {"json_serializer": _dumps, "hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}, **options)
        _prepare_sqlite(engine, role)
        return engine
    if role == "reader":
        options["execution_options"] = {"postgresql_readonly": True}
    try:
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5}, **options)
    except ImportError as error:
        raise UserError("store: PostgreSQL needs its driver: pip install 'botops[postgres]'") from error


def _prepare_sqlite(engine: Engine, role: Role) -> None:
    begin = "BEGIN" if role == "reader" else "BEGIN IMMEDIATE"

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        # SQLite lowers ASCII only; searches in Russian and Kazakh need more.
        connection.create_function("lower", 1, _lower, deterministic=True)
        cursor = connection.cursor()
        if role == "reader":
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA secure_delete=ON")
            cursor.execute(f"PRAGMA journal_size_limit={_WAL_LIMIT}")
        if role != "writer":
            cursor.execute("PRAGMA wal_autocheckpoint=0")
        cursor.close()

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)


def checkpoint(engine: Engine) -> None:
    """Moves the write-ahead log into a SQLite file and empties it; nothing on PostgreSQL."""
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()
        finally:
            connection.close()


def wait_for_serial(connection: Connection) -> None:
    """Takes the lock of serial transactions to the end of this one. To be called before any row is touched: whoever
    waits for it then holds nothing another could wait for."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SERIAL})


def hold_still(connection: Connection) -> None:
    """Lets a read transaction see one state of the database throughout. To be called before its first statement."""
    if connection.dialect.name == "postgresql":  # SQLite's do anyway
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def worth_again(error: SQLAlchemyError) -> bool:
    """True when the same work may well succeed at once: PostgreSQL broke a deadlock at our cost."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) in _AGAIN


def transaction_lost(connection: Connection) -> bool:
    """True when the database gave up the whole transaction by itself: SQLite does when the disk is full, and what
    follows would be committed statement by statement."""
    if connection.invalidated:
        return True
    driver = connection.connection.driver_connection
    return connection.dialect.name == "sqlite" and driver is not None and not driver.in_transaction


def upsert(dialect: str, table: Table) -> _Insert:
    """An insert of the named dialect, which alone knows ON CONFLICT."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def store_error(error: SQLAlchemyError, what: str, where: URL) -> StoreError:
    """The typed error of a database failure: what was being done, where, what the database said, what to do next."""
    cause = getattr(error, "orig", None) or error
    said = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
    typed = StoreError(f"{where.render_as_string()}: could not {what}: {said}. {_advice(error, said)}")
    typed.__cause__ = error
    return typed


def _advice(error: SQLAlchemyError, said: str) -> str:
    low = said.lower()
    if "full" in low or "disk i/o" in low or "no space" in low:
        return "Free disk space; writing resumes by itself."
    if "locked" in low:
        return "Another process holds the database; see which with `botops doctor`."
    if "no such table" in low or "does not exist" in low:
        return "The store is not set up yet: start `botops up` once."
    if "readonly" in low or "permission" in low or "unable to open" in low:
        return "Check the path and the rights of the file and its folder."
    if isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return "Check that the database is up and reachable."
    return "Nothing of it was written; see `botops doctor`."


@contextmanager
def translated(what: str, where: URL) -> Iterator[None]:
    """Turns database failures inside the block into `StoreError`."""
    try:
        yield
    except SQLAlchemyError as error:
        raise store_error(error, what, where) from error


def _lower(text: str | None) -> str | None:
    return None if text is None else str(text).lower()


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
