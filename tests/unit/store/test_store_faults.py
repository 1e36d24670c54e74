"""Killed processes, full disks, locked files, rivals: what was acknowledged stays, nothing is half there."""

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from botops.domain.errors import ConflictError, StoreError
from botops.domain.turns import TurnState
from botops.store import Store
from botops.store.engine import open_engine, parse_url, store_error
from botops.store.writer import Writer

CHILD = Path(__file__).with_name("child_process.py")


def killed_child(url: str, after: int) -> tuple[set[str], set[str]]:
    """Ids begun and acknowledged by a process that is killed after so many acknowledgements."""
    begun, acked = set(), set()
    with subprocess.Popen([sys.executable, CHILD, "turns", url], stdout=subprocess.PIPE, text=True) as child:
        for line in child.stdout:
            word, turn_id = line.split()
            {"begun": begun, "acked": acked, "open": set()}[word].add(turn_id)
            if len(acked) == after:
                child.send_signal(signal.SIGKILL)
    return begun, acked


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(url, clock):
    begun, acked = set(), set()
    for after in (1, 70):
        more_begun, more_acked = killed_child(url, after)
        begun |= more_begun
        acked |= more_acked
        started = time.perf_counter()
        with Store.open(url, clock=clock) as store:
            assert time.perf_counter() - started < 1
            kept = {record.id: record for record in store.reads.turns()}
            assert store.reads.counts().pending == 0
            lag = store.reads.lag()
        assert begun <= kept.keys()
        assert {i for i in acked if kept[i].state is not TurnState.ANSWERED} == set()
        for record in kept.values():
            whole = len(record.attempts) == 1 and len(record.verdict.findings) == 1 if record.verdict else False
            assert record.state is (TurnState.ANSWERED if whole else TurnState.INTERRUPTED)
        assert lag.hours == 1
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        assert connection.execute("PRAGMA quick_check").fetchone() == ("ok",)
        connection.close()


def test_a_full_disk_is_said_and_gone_when_there_is_room_again(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    done = subprocess.run([sys.executable, CHILD, "full", url], stdout=subprocess.PIPE, check=True, timeout=60)
    result = json.loads(done.stdout)
    assert result["refused"] > 0
    assert all("could not" in said and "Free disk space" in said for said in result["said"])
    assert {i for i in result["acked"] if result["states"].get(i) != "answered"} == set()
    assert {f"t{n}" for n in range(2000, 2020)} <= set(result["acked"])
    assert result["readable"] >= 20
    unacked = {i: s for i, s in result["states"].items() if i not in result["acked"]}
    assert set(unacked.values()) <= {"pending"}


def test_a_second_server_of_one_file_is_refused(tmp_path, clock):
    url = f"sqlite:///{tmp_path}/new/folder/store.db"
    with Store.open(url, clock=clock):
        with pytest.raises(StoreError, match=r"already served by another process \(.* pid \d+"):
            Store.open(url, clock=clock)
        Store.open(url, clock=clock, role="side").close()
        Store.open(url, clock=clock, role="reader").close()
    Store.open(url, clock=clock).close()


def test_several_servers_share_postgresql(postgres_url, clock, shop):
    inbound = shop.inbound()
    with Store.open(postgres_url, clock=clock) as one:
        asyncio.run(one.begin("t1", inbound, "ru"))
        with Store.open(postgres_url, clock=clock) as two:
            assert two.interrupt_dead() == 0
            with pytest.raises(ConflictError, match="being answered"):
                asyncio.run(two.begin("t2", inbound, "ru"))
            with pytest.raises(StoreError, match="not under way in this process"):
                asyncio.run(two.finish(shop.record("t1", inbound)))
        asyncio.run(one.finish(shop.record("t1", inbound)))
        assert one.reads.turn("t1").state is TurnState.ANSWERED


def test_the_same_message_to_two_servers_begins_once(postgres_url, clock, shop):
    with Store.open(postgres_url, clock=clock) as one, Store.open(postgres_url, clock=clock) as two:

        async def both(n):
            inbound = shop.inbound(f"d{n}")
            tries = (s.begin(f"{name}{n}", inbound, "ru") for name, s in (("a", one), ("b", two)))
            return await asyncio.gather(*tries, return_exceptions=True)

        async def all_of_them():
            return await asyncio.gather(*(both(n) for n in range(40)))

        for results in asyncio.run(all_of_them()):
            refused = [r for r in results if isinstance(r, ConflictError)]
            assert len(refused) == 1, results


def test_a_command_writes_beside_the_server(url, clock, shop):
    """Both write at once; neither is refused, nothing is lost, and each sees to its own pending turns."""
    with Store.open(url, clock=clock) as server, Store.open(url, clock=clock, role="side") as side:
        failures = []

        def ingest():
            try:
                for n in range(10):
                    records = [shop.record(f"s{n}-{k}", shop.inbound(f"s{n}-{k}")) for k in range(50)]
                    side.write_many(records, "log")
            except StoreError as error:
                failures.append(error)

        thread = threading.Thread(target=ingest)
        thread.start()

        async def live():
            await asyncio.gather(*(shop.turn(server, shop.inbound(f"d{n}")) for n in range(100)))

        asyncio.run(live())
        thread.join()
        assert failures == []
        assert server.reads.counts().turns == 600

        asyncio.run(side.begin("beside", shop.inbound("beside"), "ru"))
        asyncio.run(server.begin("served", shop.inbound("served"), "ru"))
        assert server.interrupt_dead() == side.interrupt_dead() == 0
        assert server.reads.counts().pending == 2


def test_a_side_process_that_died_is_cleaned_up_after(tmp_path, clock, shop):
    """Its lock file is left behind, but nobody holds the lock."""
    url = f"sqlite:///{tmp_path}/store.db"
    side = Store.open(url, clock=clock, role="side")
    asyncio.run(side.begin("t1", shop.inbound(), "ru"))
    side._presence._file.close()  # what death does
    assert list(tmp_path.glob("store.db.*.lock"))
    with Store.open(url, clock=clock) as server:
        assert server.reads.turn("t1").state is TurnState.INTERRUPTED
        assert not list(tmp_path.glob("store.db.*.lock"))
    side.close()


def test_a_lock_held_for_a_moment_is_waited_out(tmp_path, clock, shop):
    url = f"sqlite:///{tmp_path}/store.db"
    with Store.open(url, clock=clock) as store:
        rival = sqlite3.connect(tmp_path / "store.db", isolation_level=None, check_same_thread=False)
        rival.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.3, lambda: rival.execute("ROLLBACK"))
        release.start()
        asyncio.run(shop.turn(store, shop.inbound()))
        release.join()
        rival.close()
        assert store.reads.counts().turns == 1


def test_a_long_reader_does_not_stop_the_writer(tmp_path, clock, shop):
    url = f"sqlite:///{tmp_path}/store.db"
    with Store.open(url, clock=clock) as store:
        asyncio.run(shop.turn(store, shop.inbound("d0")))
        slow = store.reads.turns(chunk=1)
        first = next(slow)
        for n in range(1, 4):
            asyncio.run(shop.turn(store, shop.inbound(f"d{n}")))
        assert [first.inbound.dialogue_id, *(r.inbound.dialogue_id for r in slow)] == ["d0", "d1", "d2", "d3"]


def test_the_file_cannot_be_written(tmp_path, clock):
    (tmp_path / "file").write_text("")
    for address in (f"sqlite:///{tmp_path}/file/store.db", "sqlite:////proc/store.db"):
        with pytest.raises(StoreError, match="cannot be"):
            Store.open(address, clock=clock)
    (tmp_path / "text.db").write_text("not a database " * 100)
    with pytest.raises(StoreError, match="could not open the store"):
        Store.open(f"sqlite:///{tmp_path}/text.db", clock=clock)


def test_a_server_that_is_away_is_named_without_its_password(clock, tmp_path):
    address = f"postgresql://botops:secret@/store?host={tmp_path}"
    for role in ("writer", "reader"):
        with pytest.raises(StoreError, match="reachable") as caught:
            Store.open(address, clock=clock, role=role)
        assert "secret" not in str(caught.value)


def test_sessions_ended_by_the_server_are_opened_again(postgres_url, clock, shop):
    with Store.open(postgres_url, clock=clock) as store:
        asyncio.run(store.begin("t1", shop.inbound("d1"), "ru"))
        import psycopg

        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        asyncio.run(shop.turn(store, shop.inbound("d2")))
        assert store.interrupt_dead() == 0
        with Store.open(postgres_url, clock=clock):  # sees that the first one lives
            assert store.reads.counts().pending == 1


def test_a_session_ended_within_a_transaction_is_an_error_and_no_more(postgres_url, clock, shop):
    engine = open_engine(parse_url(postgres_url), "writer")
    with Store.open(postgres_url, clock=clock) as store:
        writer = Writer(engine, parse_url(postgres_url))
        gate = threading.Event()
        writer.submit("wait", lambda _: gate.wait(10))
        suicide = text("SELECT pg_terminate_backend(pg_backend_pid())")
        culprit = writer.submit("live on", lambda connection: connection.execute(suicide))
        after = writer.submit("count", lambda connection: connection.execute(text("SELECT 1")).scalar())
        gate.set()
        assert "could not live on" in str(culprit.exception())
        assert after.result() == 1
        writer.close()
        assert store.reads.counts().turns == 0
    engine.dispose()


@pytest.mark.parametrize("together", [False, True])
def test_a_deadlock_costs_nobody_his_write(postgres_url, together):
    url = parse_url(postgres_url)
    engine = open_engine(url, "writer")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE pair (id INT PRIMARY KEY, n INT)"))
        connection.execute(text("INSERT INTO pair VALUES (1, 0), (2, 0)"))
    meet, writers = threading.Barrier(2), [Writer(engine, url), Writer(engine, url)]

    def crosswise(first, second):
        runs = []

        def work(connection):
            runs.append(first)
            plus = text("UPDATE pair SET n = n + 1 WHERE id = :id")
            connection.execute(plus, {"id": first})
            if len(runs) == 1:
                meet.wait(5)
            connection.execute(plus, {"id": second})

        return work, runs

    (one, one_runs), (two, two_runs) = crosswise(1, 2), crosswise(2, 1)
    gates = [threading.Event(), threading.Event()]
    for writer, gate in zip(writers, gates, strict=True):
        if together:  # the job is one of a group
            writer.submit("wait", lambda _, gate=gate: gate.wait(10))
            time.sleep(0.05)
            writer.submit("look", lambda connection: connection.execute(text("SELECT 1")))
    jobs = [writers[0].submit("cross", one), writers[1].submit("cross", two)]
    for gate in gates:
        gate.set()
    for job in jobs:
        assert job.result(10) is None
    for writer in writers:
        writer.close()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT n FROM pair")).scalars().all() == [2, 2]
    engine.dispose()
    assert min(len(one_runs), len(two_runs)) == 1
    assert max(len(one_runs), len(two_runs)) >= 2, "the one that lost was done again; under load more than once"


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("database or disk is full", "Free disk space"),
        ("database is locked", "Another process holds"),
        ("no such table: turn", "not set up yet"),
        ("attempt to write a readonly database", "rights of the file"),
        ("server closed the connection unexpectedly", "up and reachable"),
        ("", "up and reachable"),
    ],
)
def test_an_error_says_what_to_do(said, advice):
    error = OperationalError("SELECT 1", {}, sqlite3.OperationalError(said))
    typed = store_error(error, "read a turn", parse_url("postgresql://u:secret@host/db"))
    assert str(typed).startswith("postgresql+psycopg://u:***@host/db: could not read a turn: ")
    assert advice in str(typed)
    assert typed.__cause__ is error


def test_postgresql_without_its_driver_says_what_to_install():
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from botops.store.engine import open_engine, parse_url\n"
        "from botops.domain.errors import UserError\n"
        "try: open_engine(parse_url('postgresql://host/db'), 'writer')\n"
        "except UserError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert "pip install 'botops[postgres]'" in done.stdout


def test_only_the_server_checkpoints(tmp_path, clock):
    url = f"sqlite:///{tmp_path}/store.db"
    Store.open(url, clock=clock).close()
    for role, pages in (("writer", 1000), ("side", 0), ("reader", 0)):
        engine = open_engine(parse_url(url), role)
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA wal_autocheckpoint")).scalar() == pages
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        engine.dispose()


def test_the_key_is_found_by_its_index(tmp_path, clock):
    url = f"sqlite:///{tmp_path}/store.db"
    Store.open(url, clock=clock).close()
    engine = open_engine(parse_url(url), "reader")
    from botops.store.turns import _BY_KEY

    with engine.connect() as connection:
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {_BY_KEY}"), {"key": "k"}).all()
    engine.dispose()
    assert any("uq_turn_idempotency_key" in row[3] for row in plan)


@pytest.fixture
def writer(tmp_path):
    url = parse_url(f"sqlite:///{tmp_path}/jobs.db")
    engine = open_engine(url, "writer")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE done (job TEXT PRIMARY KEY)"))
    writer = Writer(engine, url)
    gate = threading.Event()
    writer.submit("wait", lambda _: gate.wait(10))
    time.sleep(0.05)  # so that what comes now forms one group
    yield writer, gate, engine
    gate.set()
    writer.close()
    engine.dispose()


def add(job):
    return lambda connection: connection.execute(text("INSERT INTO done VALUES (:job)"), {"job": job}).rowcount


def done(engine):
    with engine.connect() as connection:
        return set(connection.execute(text("SELECT job FROM done")).scalars())


def test_jobs_of_a_group_fail_alone(writer):
    writer, gate, engine = writer

    def breaks(connection):
        add("half")(connection)
        raise ValueError("a fault of ours")

    def refused(connection):
        add("half too")(connection)
        raise ConflictError("another was first")

    jobs = {
        "first": writer.submit("add", add("first")),
        "same": writer.submit("add", add("first")),
        "breaks": writer.submit("break", breaks),
        "refused": writer.submit("be refused", refused),
        "cancelled": writer.submit("add", add("cancelled")),
        "last": writer.submit("add", add("last")),
    }
    assert writer.waiting == 6
    jobs["cancelled"].cancel()
    gate.set()
    assert jobs["first"].result() == jobs["last"].result() == 1
    assert "UNIQUE" in str(jobs["same"].exception())
    assert isinstance(jobs["breaks"].exception(), StoreError)
    assert isinstance(jobs["breaks"].exception().__cause__, ValueError)
    assert isinstance(jobs["refused"].exception(), ConflictError)
    assert done(engine) == {"first", "last"}


def test_a_transaction_lost_by_the_database_is_done_again_without_the_culprit(writer):
    """SQLite rolls everything back by itself when the disk is full; what follows must not be committed piecemeal."""
    writer, gate, engine = writer

    def loses(connection):
        connection.connection.driver_connection.execute("ROLLBACK")
        connection.execute(text("SELECT * FROM nowhere"))

    before = writer.submit("add", add("before"))
    culprit = writer.submit("lose", loses)
    after = writer.submit("add", add("after"))
    gate.set()
    assert before.result() == after.result() == 1
    assert "could not lose" in str(culprit.exception())
    assert done(engine) == {"before", "after"}


def test_what_is_queued_at_closing_is_still_written(writer):
    writer, gate, engine = writer
    jobs = [writer.submit("add", add(str(n))) for n in range(200)]
    gate.set()
    writer.close()
    writer.close()
    assert all(job.done() for job in jobs)
    assert len(done(engine)) == 200
    with pytest.raises(StoreError, match="closed"):
        writer.submit("add", add("late"))
