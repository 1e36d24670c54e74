"""The migrations make exactly the tables the code believes in, up and down again, on both databases."""

import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Integer, create_engine, inspect, text

from botops.app.clock import SystemClock
from botops.domain.errors import StoreError
from botops.store import Store, migrate
from botops.store.engine import open_engine, parse_url
from botops.store.tables import METADATA


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    if request.param == "sqlite":
        engine = open_engine(parse_url(f"sqlite:///{tmp_path}/empty.db"), "writer")
    else:
        address = request.getfixturevalue("postgres_url")
        engine = open_engine(parse_url(address), "writer")
        with engine.begin() as connection:
            migrate.downgrade(connection, "base")
    yield engine
    engine.dispose()


def test_tables_do_not_drift_from_the_migrations(empty):
    with empty.begin() as connection:
        migrate.upgrade(connection)
        context = MigrationContext.configure(
            connection, opts={"version_table": migrate.VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, METADATA) == []
        assert migrate.revision(connection) == migrate.HEAD


def test_up_and_down_again_leaves_nothing(empty):
    with empty.begin() as connection:
        migrate.upgrade(connection)
        migrate.upgrade(connection)
    with empty.begin() as connection:
        migrate.downgrade(connection, "base")
    with empty.connect() as connection:
        assert inspect(connection).get_table_names() == [migrate.VERSION_TABLE]
        assert migrate.revision(connection) is None
    with empty.begin() as connection:
        migrate.upgrade(connection)
        assert set(METADATA.tables) <= set(inspect(connection).get_table_names())


def test_a_failed_migration_leaves_no_half(empty):
    with empty.connect() as connection, connection.begin() as transaction:
        migrate.upgrade(connection)
        transaction.rollback()
    with empty.connect() as connection:
        assert migrate.revision(connection) is None
        assert "turn" not in inspect(connection).get_table_names()


def test_tests_work_with_the_tables_of_the_migrations(tmp_path):
    """Most tests open stores whose tables were copied from the first one."""

    def tables(name):
        with closing(sqlite3.connect(tmp_path / name)) as database:
            made = database.execute(
                "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
            ).fetchall()
            return made, database.execute(f"SELECT * FROM {migrate.VERSION_TABLE}").fetchall()

    engine = open_engine(parse_url(f"sqlite:///{tmp_path}/migrated.db"), "writer")
    with engine.begin() as connection:
        migrate.upgrade(connection)
    engine.dispose()
    for name in ("first.db", "second.db"):
        Store.open(f"sqlite:///{tmp_path}/{name}", clock=SystemClock()).close()
        assert tables(name) == tables("migrated.db")


def test_head_is_the_newest_script(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/x.db")
    with engine.connect() as connection:
        assert ScriptDirectory.from_config(migrate.config(connection)).get_current_head() == migrate.HEAD
    engine.dispose()


def test_no_integer_is_32_bits_wide():
    narrow = [
        str(column)
        for table in METADATA.tables.values()
        for column in table.columns
        if isinstance(column.type, Integer) and not isinstance(column.type, BigInteger)
    ]
    assert narrow == []


def test_a_store_of_a_newer_version_is_refused(tmp_path, clock):
    url = f"sqlite:///{tmp_path}/store.db"
    Store.open(url, clock=clock).close()
    engine = open_engine(parse_url(url), "writer")
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {migrate.VERSION_TABLE} SET version_num = '9999'"))
    engine.dispose()
    for role in ("writer", "reader"):
        with pytest.raises(StoreError, match="newer botops"):
            Store.open(url, clock=clock, role=role)


def test_a_reader_neither_makes_nor_migrates(tmp_path, clock, postgres):
    with pytest.raises(StoreError, match="no store yet"):
        Store.open(f"sqlite:///{tmp_path}/none.db", clock=clock, role="reader")
    assert not list(tmp_path.iterdir())
    (tmp_path / "empty.db").touch()
    for address in (f"sqlite:///{tmp_path}/empty.db", postgres % "postgres"):
        with pytest.raises(StoreError, match="not set up"):
            Store.open(address, clock=clock, role="reader")
