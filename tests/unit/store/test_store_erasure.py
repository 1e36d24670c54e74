"""What is kept about a lead can be taken out, and old turns go while their sums stay."""

import asyncio
import sqlite3
from datetime import timedelta

import pytest

from botops.domain.alerts import AlertSeverity
from botops.domain.errors import NotFoundError
from botops.domain.notices import Notice, NoticeKind, Words
from botops.store import Store


def roll_up(store):
    while store.roll_up():
        pass


def test_a_lead_is_erased_with_all_that_hangs_on_it(store, shop):
    async def live():
        await shop.turn(store, shop.inbound("a", text="Меня зовут Выдуманный"), "flagged")
        await shop.turn(store, shop.inbound("a", at=shop.start + timedelta(hours=1)), "handed_over")
        await shop.turn(store, shop.inbound("b"), "flagged")

    asyncio.run(live())
    roll_up(store)
    erased = store.erase_lead("lead-a")
    assert (erased.dialogues, erased.turns) == (1, 2)
    with pytest.raises(NotFoundError):
        store.reads.dialogue("a")
    assert store.reads.hand_offs() == ()
    assert store.experiments.exposures("greeting") == {1: 1}
    assert store.reads.lag().hours == 2
    roll_up(store)
    (total,) = store.reads.totals(shop.start, shop.start + timedelta(days=1))
    assert (total.turns, total.findings_of()) == (1, 1)
    assert not store.erase_lead("lead-a")
    store.erase_lead("lead-b")
    roll_up(store)
    assert store.reads.totals(shop.start, shop.start + timedelta(days=1), ("prompt",)) == ()


def test_erased_text_is_gone_from_the_file(tmp_path, clock, shop):
    """Not only from the tables: freed pages are overwritten, the log is emptied."""
    with Store.open(f"sqlite:///{tmp_path}/store.db", clock=clock) as store:
        asyncio.run(shop.turn(store, shop.inbound("a", text="Меня зовут Выдуманный Человек")))
        files = [tmp_path / "store.db", tmp_path / "store.db-wal"]
        word = "Выдуманный".encode()
        assert any(word in f.read_bytes() for f in files)
        store.erase_lead("lead-a")
        assert not any(word in f.read_bytes() for f in files if f.exists())


def test_old_turns_go_and_their_sums_stay(store, shop):
    records = [shop.flagged(f"t{n}", shop.inbound(f"d{n}", at=shop.start + timedelta(hours=n))) for n in range(4)]
    records.append(shop.handed_over("t9", shop.inbound("d0", at=shop.start + timedelta(hours=3)), number=2))
    store.write_many(records, "log")
    erased = store.purge(shop.start + timedelta(hours=2, minutes=30))
    assert (erased.dialogues, erased.turns) == (1, 2)  # d0 lives on with its second turn
    assert store.reads.counts().turns == 3
    assert len(store.reads.dialogue("d0")) == 1
    (total,) = store.reads.totals(shop.start, shop.start + timedelta(days=1))
    assert (total.turns, total.findings_of()) == (5, 4)

    late = shop.record("late", shop.inbound("late", at=shop.start))
    store.write_many([late], "log")
    roll_up(store)
    store.erase_lead("lead-d1")
    roll_up(store)
    (total,) = store.reads.totals(shop.start, shop.start + timedelta(days=1))
    assert total.turns == 5  # hours before the purge are frozen
    assert store.reads.lag().hours == 0


def test_what_people_were_told_before_goes_with_the_turns_it_quotes(store, shop):
    def notice(key, at):
        words = {"ru": Words("Дайджест", "«скидка 50 %»", "<p>«скидка 50 %»</p>")}
        return Notice(key, NoticeKind.DIGEST, AlertSeverity.DIGEST, "ops", at, words)

    day = timedelta(days=1)
    store.outbox.put(notice("old", shop.start), notice("new", shop.start + 5 * day))
    for kept in store.outbox.due(shop.start + 5 * day):
        store.outbox.plan(kept.id, ["mail"], shop.start)
    store.outbox.sent("mail", [sending.notice.id for sending in store.outbox.latest()], shop.start + 5 * day)
    store.purge(shop.start + 3 * day)
    assert [sending.notice.notice.key for sending in store.outbox.latest()] == ["new"]


def test_purging_twice_or_nothing_does_no_harm(store, shop):
    store.write_many([shop.record("t", shop.inbound())], "log")
    assert not store.purge(shop.start)
    assert store.purge(shop.start + timedelta(hours=1))
    assert not store.purge(shop.start)
    (total,) = store.reads.totals(shop.start, shop.start + timedelta(days=1))
    assert total.turns == 1


def test_retention_takes_many_in_pieces(store, shop):
    store.write_many((shop.record(f"t{n}", shop.inbound(f"d{n}")) for n in range(1200)), "log")
    assert store.purge(shop.start + timedelta(days=1)).turns == 1200
    assert store.reads.counts().dialogues == 0


def test_foreign_keys_hold(tmp_path, clock, shop):
    with Store.open(f"sqlite:///{tmp_path}/store.db", clock=clock) as store:
        asyncio.run(shop.turn(store, shop.inbound("a"), "flagged"))
        store.erase_lead("lead-a")
    connection = sqlite3.connect(tmp_path / "store.db")
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
