"""Brings a store to this version of the tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from botops.domain.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "botops_schema"
HEAD = "0017"
"""The newest revision in `migrations/versions`; a test keeps the two together."""
_MIGRATION_LOCK = 0x626F746F7073  # "botops" in ASCII


def config(connection: Connection) -> Config:
    """Alembic's settings for a connection, without an ini file."""
    from alembic.config import Config  # noqa: PLC0415 - slow to import and rarely needed

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def revision(connection: Connection) -> str | None:
    """The revision a store stands at, None for an empty database."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608


def upgrade(connection: Connection, to: str = "head") -> None:
    """Runs the missing migrations in the connection's transaction; nothing when there are none.

    Raises:
        StoreError: the store was written by a newer botops.
    """
    if connection.dialect.name == "postgresql":  # two workers may start at once
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    now = revision(connection)
    if to == "head" and now == HEAD:
        return
    refuse_newer(now)
    from alembic import command  # noqa: PLC0415 - slow to import and rarely needed

    command.upgrade(config(connection), to)


def downgrade(connection: Connection, to: str) -> None:
    """Undoes migrations down to a revision (`base` removes everything)."""
    from alembic import command  # noqa: PLC0415 - slow to import and rarely needed

    command.downgrade(config(connection), to)


def refuse_newer(now: str | None) -> None:
    """Raises StoreError when revision `now` is newer than this version knows."""
    if now is not None and now > HEAD:
        raise StoreError(
            f"the store was written by a newer botops (tables {now}, this version knows {HEAD}); update botops"
        )
