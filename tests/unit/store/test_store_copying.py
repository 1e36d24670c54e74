"""A store is copied before its tables change, and a copy is the store it was made of."""

import sqlite3

import pytest

from botops.app.clock import SystemClock
from botops.domain.errors import ConflictError, NotFoundError, StoreError, UserError
from botops.store import Store, migrate
from botops.store.copying import StoreCopy, copy_sqlite, copy_store, restore_store
from botops.store.engine import open_engine, parse_url


@pytest.fixture
def url(tmp_path):
    url = f"sqlite:///{tmp_path}/live.db"
    Store.open(url, clock=SystemClock()).close()
    return url


def older(url):
    """Takes a store back by one revision; that revision."""
    engine = open_engine(parse_url(url), "writer")
    with engine.begin() as connection:
        migrate.downgrade(connection, "-1")
        now = migrate.revision(connection)
    engine.dispose()
    return now


def test_tables_are_copied_before_they_change_and_not_again(url, tmp_path):
    was = older(url)
    folder = tmp_path / "backups"
    Store.open(url, clock=SystemClock(), backups=folder).close()
    (copy,) = folder.iterdir()
    with sqlite3.connect(copy) as connection:
        assert connection.execute(f"SELECT version_num FROM {migrate.VERSION_TABLE}").fetchone() == (was,)
    Store.open(url, clock=SystemClock(), backups=folder).close()
    assert list(folder.iterdir()) == [copy]


def test_a_store_of_this_version_is_not_copied(url, tmp_path):
    Store.open(url, clock=SystemClock(), backups=tmp_path / "backups").close()
    assert not (tmp_path / "backups").exists()


def test_tables_do_not_change_when_they_cannot_be_copied(url, tmp_path):
    was = older(url)
    (tmp_path / "backups").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="backups"):
        Store.open(url, clock=SystemClock(), backups=tmp_path / "backups")
    engine = open_engine(parse_url(url), "reader")
    with engine.connect() as connection:
        assert migrate.revision(connection) == was
    engine.dispose()


def test_postgresql_is_copied_by_its_own_program(postgres_url, tmp_path):
    was = older(postgres_url)
    Store.open(postgres_url, clock=SystemClock(), backups=tmp_path).close()
    (copy,) = tmp_path.iterdir()
    assert copy.name == f"before-{migrate.HEAD}-tables-{was}.pgdump"
    assert copy.read_bytes().startswith(b"PGDMP")


def test_a_served_store_is_not_replaced(url, tmp_path):
    copy = copy_store(url, tmp_path / "copy")
    with Store.open(url, clock=SystemClock()), pytest.raises(StoreError, match="already served"):
        restore_store(url, tmp_path / "copy", copy, aside=tmp_path / "aside")


def test_a_store_is_replaced_only_when_its_place_is_named(url, tmp_path):
    copy = copy_store(url, tmp_path / "copy")
    with pytest.raises(ConflictError, match="--force"):
        restore_store(url, tmp_path / "copy", copy)
    restore_store(url, tmp_path / "copy", copy, aside=tmp_path / "aside")
    assert (tmp_path / "aside" / "live.db").exists()
    Store.open(url, clock=SystemClock()).close()


def test_what_cannot_be_restored_here_is_refused(url, tmp_path):
    copy_store(url, tmp_path / "copy")
    with pytest.raises(UserError, match="postgresql"):
        restore_store(url, tmp_path / "copy", StoreCopy("postgresql", migrate.HEAD))
    with pytest.raises(StoreError, match="newer botops"):
        restore_store(url, tmp_path / "copy", StoreCopy("sqlite", "9999"), aside=tmp_path)


def test_a_damaged_store_is_not_called_copied(url, tmp_path):
    file = tmp_path / "live.db"
    whole = bytearray(file.read_bytes())
    whole[4096 * 2 : 4096 * 6] = b"\xff" * 4096 * 4
    file.write_bytes(whole)
    with pytest.raises(StoreError, match=r"live\.db"):
        copy_sqlite(file, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_there_must_be_a_store_to_copy(tmp_path):
    with pytest.raises(NotFoundError):
        copy_store(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy")
    sqlite3.connect(tmp_path / "empty.db").execute("VACUUM")
    with pytest.raises(NotFoundError):
        copy_store(f"sqlite:///{tmp_path}/empty.db", tmp_path / "copy")
