"""Whole copies of a store, consistent while it is written to, and their way back.

SQLite is copied by its own online backup in one step: the copy is the state of one moment and writers go on meanwhile.
PostgreSQL is copied and restored by its own programs, `pg_dump` and `pg_restore`.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, Engine, select

from botops.domain.errors import ConflictError, NotFoundError, OutsideError, StoreError, UserError
from botops.store import migrate
from botops.store.engine import open_engine, parse_url, sqlite_path, translated
from botops.store.presence import FilePresence, ServerPresence
from botops.store.tables import SERVING

log = logging.getLogger(__name__)

_SESSIONS = "session"
"""Left out of copies: whoever signed out since would be signed in again by a restore."""
Kind = Literal["sqlite", "postgresql"]


@dataclass(frozen=True, slots=True)
class StoreCopy:
    """A copy of a store in a file: which database wrote it, and the revision of its tables."""

    kind: Kind
    revision: str


def copy_store(url: str, target: Path) -> StoreCopy:
    """Copies a store into a new file. Raises NotFoundError without a store, ConflictError when `target` is there,
    OutsideError (a program of PostgreSQL is missing), StoreError."""
    parsed = parse_url(url)
    if target.exists():
        raise ConflictError(f"{target} exists already: nothing was written")
    path = sqlite_path(parsed)
    if path is not None and not path.exists():
        raise NotFoundError(f"{path}: there is no store yet")
    engine = open_engine(parsed, "reader")
    try:
        with translated("copy the store", parsed), engine.connect() as connection:
            revision = migrate.revision(connection)
    finally:
        engine.dispose()
    if revision is None:
        raise NotFoundError(f"{parsed.render_as_string()}: there is no store yet")
    if path is not None:
        copy_sqlite(path, target)
        return StoreCopy("sqlite", revision)
    _run(
        "pg_dump", parsed, "--format=custom", "--no-owner", "--no-privileges", f"--exclude-table-data={_SESSIONS}",
        f"--file={target}",
    )  # fmt: skip
    return StoreCopy("postgresql", revision)


def copy_sqlite(source: Path, target: Path) -> None:
    """The state of a SQLite database at one moment but for who is signed in, as a file of its own that is whole. Raises
    StoreError."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as original,
            closing(sqlite3.connect(target)) as copied,
        ):
            original.backup(copied)
            # A copy travels as one file: the journal mode of the original would leave a second one beside it.
            copied.execute("PRAGMA journal_mode=DELETE")
            if copied.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (_SESSIONS,)).fetchone():
                copied.execute(f"DELETE FROM {_SESSIONS}")  # noqa: S608
                copied.commit()
            found = copied.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise StoreError(f"{source}: could not be copied: {error}") from error
    if found != "ok":
        target.unlink(missing_ok=True)
        raise StoreError(f"{source}: is damaged ({found}): restore the last backup with `botops restore`")


def copy_before_migration(url: URL, engine: Engine, folder: Path) -> Path | None:
    """Copies a store whose tables are older than this version's, before they change; None when nothing was copied.

    The copy of the first try stays when a migration has to be tried again. Without PostgreSQL's programs a warning is
    logged and the migration, which is one transaction, goes on. Raises StoreError, OSError.
    """
    with engine.connect() as connection:
        now = migrate.revision(connection)
    if now is None or now >= migrate.HEAD:
        return None
    if sqlite_path(url) is None and shutil.which("pg_dump") is None:
        log.warning("the store is not copied before its tables change (%s to %s): no pg_dump", now, migrate.HEAD)
        return None
    target = folder / f"before-{migrate.HEAD}-tables-{now}{'.db' if sqlite_path(url) else '.pgdump'}"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".botops-{uuid.uuid4().hex}.tmp"
    try:
        copy_store(url.render_as_string(hide_password=False), temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    log.info("the store was copied to %s before its tables change (%s to %s)", target, now, migrate.HEAD)
    return target


def restore_store(url: str, source: Path, copy: StoreCopy, *, aside: Path | None = None) -> None:
    """Puts a copy in the place of a store.

    A store that is there already is refused, unless `aside` names a folder its file is moved to (SQLite) or its last
    state is dumped to (PostgreSQL). Raises UserError for another kind of database, ConflictError, StoreError while a
    process serves it or for a newer botops's copy, OutsideError.
    """
    parsed = parse_url(url)
    kind = parsed.get_backend_name()
    if kind != copy.kind:
        raise UserError(
            f"the backup holds a {copy.kind} database, but `store.url` names {kind}: restore it where that is used"
        )
    migrate.refuse_newer(copy.revision)
    path = sqlite_path(parsed)
    if path is not None:
        _restore_file(path, source, aside)
    else:
        _restore_server(parsed, source, aside)


def _restore_file(path: Path, source: Path, aside: Path | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    presence = FilePresence(path, uuid.uuid4().hex, "writer")
    try:
        family = [file for file in (path, *(Path(f"{path}{end}") for end in ("-wal", "-shm"))) if file.exists()]
        if family and aside is None:
            raise ConflictError(f"{path} holds a store already: restore elsewhere, or move it aside with --force")
        if aside is not None:
            aside.mkdir(parents=True, exist_ok=True)
            for file in family:
                file.replace(aside / file.name)
        temporary = path.with_name(f".botops-{uuid.uuid4().hex}.tmp")
        try:
            shutil.copyfile(source, temporary)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OutsideError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        presence.release()


def _restore_server(url: URL, source: Path, aside: Path | None) -> None:
    with _unserved(url) as there:
        if there and aside is None:
            raise ConflictError(
                f"{url.render_as_string()} holds a store already: name an empty database, or replace it with --force"
            )
        if there and aside is not None:
            aside.mkdir(parents=True, exist_ok=True)
            _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={aside / 'store.pgdump'}")
    clean = ("--clean", "--if-exists") if there else ()
    _run("pg_restore", url, "--no-owner", "--no-privileges", "--single-transaction", *clean, str(source))


@contextmanager
def _unserved(url: URL) -> Iterator[bool]:
    """Whether a store is there. Raises StoreError while a process writes to it."""
    engine = open_engine(url, "side")
    try:
        with translated("look who serves the store", url):
            with engine.connect() as connection:
                there = migrate.revision(connection) is not None
                others = list(connection.execute(select(SERVING.c.id)).scalars()) if there else []
            presence = ServerPresence(engine, uuid.uuid4().hex)
            try:
                serving = presence.alive(others)
            finally:
                presence.release()
        if serving:
            raise StoreError(f"{url.render_as_string()}: is served by {len(serving)} processes: stop them first")
        yield there
    finally:
        engine.dispose()


def _run(program: str, url: URL, *arguments: str) -> None:
    """Runs a program of PostgreSQL's; the password goes through the environment, where `ps` does not show it."""
    where = shutil.which(program)
    if where is None:
        raise OutsideError(f"{program} is not there: install PostgreSQL's client programs (postgresql-client)")
    database = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    command = [where, f"--dbname={database}", "--no-password", *arguments]
    done = subprocess.run(  # noqa: S603 - arguments of our own, and the address of the settings
        command, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = next(iter(done.stderr.strip().splitlines()[-1:]), f"exit code {done.returncode}")
        raise StoreError(f"{url.render_as_string()}: {program} failed: {said}")
