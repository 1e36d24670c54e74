"""Turns begin and finish in one transaction each, once per message, numbered, with the history that left."""

import asyncio
import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from botops.domain.errors import ConflictError, NotFoundError, StoreError, UserError
from botops.domain.messages import Message
from botops.domain.turns import Action, TurnState
from botops.store import Store, mask_record


def test_a_turn_is_numbered_and_read_back_whole(store, shop):
    inbound = shop.inbound()
    record = asyncio.run(shop.turn(store, inbound, "flagged"))
    assert record.number == 1
    assert store.reads.dialogue("d1") == (record,)
    assert store.reads.turn(record.id) == record


def test_history_holds_what_clients_wrote_and_what_left(store, shop):
    first, second, third = (shop.inbound(text=t, at=shop.start + timedelta(minutes=n)) for n, t in enumerate("абв"))

    async def talk():
        one = await shop.turn(store, first)
        await shop.turn(store, second, state=TurnState.FAILED, reply=None, action=None, error="нет модели")
        return one, await store.begin("t3", third, "ru")

    one, begun = asyncio.run(talk())
    assert begun.number == 3
    assert begun.history == (
        Message("user", "а", at=first.at),
        Message("assistant", shop.reply, at=one.replied_at),
        Message("user", "б", at=second.at),
    )


def test_history_and_numbers_do_not_mix_dialogues(store, shop):
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    begun = asyncio.run(store.begin("t", shop.inbound("d2"), "ru"))
    assert (begun.number, begun.history) == (1, ())


def test_a_repeated_delivery_gets_the_stored_turn(store, shop):
    inbound = shop.inbound(text="Мой телефон +7 701 123 45 67")
    record = asyncio.run(shop.turn(store, inbound, "flagged"))
    again = asyncio.run(store.begin("other", inbound, "ru"))
    assert again.stored == mask_record(record)
    assert again.number == 1
    assert store.reads.counts().turns == 1


def test_a_delivery_repeated_meanwhile_waits_for_the_answer(store, shop):
    inbound = shop.inbound()

    async def both():
        begun = await store.begin("t1", inbound, "ru")
        second = asyncio.create_task(store.begin("t2", inbound, "ru"))
        await asyncio.sleep(0.05)
        assert not second.done()
        await store.finish(shop.record("t1", inbound, begun.number))
        return await second

    assert asyncio.run(both()).stored == store.reads.turn("t1")


def test_a_delivery_repeated_meanwhile_does_not_wait_for_ever(url, clock, shop):
    inbound = shop.inbound()
    with Store.open(url, clock=clock, duplicate_wait_s=0.05) as store:

        async def both():
            await store.begin("t1", inbound, "ru")
            with pytest.raises(ConflictError, match="being answered"):
                await store.begin("t2", inbound, "ru")

        asyncio.run(both())


@pytest.mark.parametrize("state", [TurnState.FAILED, TurnState.INTERRUPTED])
def test_a_turn_nothing_of_which_left_gives_its_key_back(store, shop, state):
    inbound = shop.inbound()
    asyncio.run(shop.turn(store, inbound, state=state, reply=None, action=None))
    again = asyncio.run(store.begin("again", inbound, "ru"))
    assert again.stored is None
    assert again.number == 2
    assert [m.role for m in again.history] == ["user"]


def test_a_turn_part_of_which_left_keeps_its_key(store, shop):
    inbound = shop.inbound()
    record = asyncio.run(shop.turn(store, inbound, state=TurnState.INTERRUPTED, reply="Тетрадь", action=None))
    assert asyncio.run(store.begin("again", inbound, "ru")).stored == record


def test_a_key_or_a_dialogue_of_another_lead_is_refused(store, shop):
    inbound = shop.inbound()
    asyncio.run(shop.turn(store, inbound))
    with pytest.raises(ConflictError, match="another lead"):
        asyncio.run(store.begin("t2", replace(inbound, lead_id="stranger", dialogue_id="d9"), "ru"))
    with pytest.raises(ConflictError, match="belongs to another lead"):
        asyncio.run(store.begin("t3", shop.inbound("d1", lead_id="stranger"), "ru"))
    assert store.reads.counts().turns == 1


def test_finish_refuses_what_has_no_beginning_or_no_end(store, shop):
    inbound = shop.inbound()
    with pytest.raises(StoreError, match="not under way"):
        asyncio.run(store.finish(shop.record("nobody", inbound)))
    asyncio.run(store.begin("t1", inbound, "ru"))
    with pytest.raises(StoreError, match="needs an outcome"):
        asyncio.run(store.finish(shop.record("t1", inbound, state=TurnState.PENDING)))
    other = replace(shop.handed_over("t1", inbound).hand_off, turn_id="t2")
    with pytest.raises(StoreError, match="names another turn"):
        asyncio.run(store.finish(shop.record("t1", inbound, hand_off=other)))
    asyncio.run(store.finish(shop.record("t1", inbound)))
    with pytest.raises(StoreError, match="already finished"):
        asyncio.run(store.finish(shop.record("t1", inbound)))


def test_costs_in_two_currencies_are_refused(store, shop):
    from botops.domain.money import Money

    inbound = shop.inbound()
    asyncio.run(store.begin("t1", inbound, "ru"))
    attempt = shop.attempt()
    mixed = (attempt, replace(attempt, cost=replace(attempt.cost, local=Money(1, "USD"))))
    with pytest.raises(StoreError, match="different currencies"):
        asyncio.run(store.finish(shop.record("t1", inbound, attempts=mixed)))


def test_fifty_dialogues_at_once_lose_nothing(store, shop):
    async def dialogue(name):
        for n in range(3):
            inbound = shop.inbound(name, at=shop.start + timedelta(minutes=n))
            assert (await shop.turn(store, inbound)).number == n + 1

    async def all_of_them():
        await asyncio.gather(*(dialogue(f"d{n}") for n in range(50)))

    asyncio.run(all_of_them())
    assert store.reads.counts().turns == 150
    assert store.reads.counts().pending == 0
    assert {len(store.reads.dialogue(f"d{n}")) for n in range(50)} == {3}


def test_one_bad_turn_among_many_fails_alone(store, shop):
    async def storm():
        good = [shop.turn(store, shop.inbound(f"d{n}")) for n in range(20)]
        bad = [store.finish(shop.record(f"never-begun-{n}", shop.inbound())) for n in range(20)]
        return await asyncio.gather(*(c for pair in zip(good, bad, strict=True) for c in pair), return_exceptions=True)

    results = asyncio.run(storm())
    assert all(isinstance(r, StoreError) for r in results[1::2])
    assert store.reads.counts().turns == 20


def test_a_cancelled_begin_leaves_no_key_taken(store, shop):
    inbound = shop.inbound()

    async def give_up():
        task = asyncio.create_task(store.begin("t1", inbound, "ru"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await store.begin("t2", inbound, "ru")

    begun = asyncio.run(give_up())
    assert begun.stored is None
    assert store.reads.counts().pending == 1


def test_a_begin_cancelled_while_it_is_written_is_undone(tmp_path, clock, shop):
    inbound = shop.inbound()
    with Store.open(f"sqlite:///{tmp_path}/store.db", clock=clock) as store:
        rival = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        rival.execute("BEGIN IMMEDIATE")

        async def give_up():
            task = asyncio.create_task(store.begin("t1", inbound, "ru"))
            await asyncio.sleep(0.1)  # taken out of the queue, and now waiting for the rival
            assert store.waiting == 0
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            rival.execute("ROLLBACK")
            return await store.begin("t2", inbound, "ru")

        begun = asyncio.run(give_up())
        rival.close()
        assert (begun.number, begun.stored) == (2, None)
        assert store.reads.turn("t1").state is TurnState.INTERRUPTED
        assert store.reads.lag().hours == 1


def test_beginning_again_changes_nothing(store, shop):
    """The answer to a commit may be lost on the way; the job then runs once more."""
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    inbound = shop.inbound("d1")
    first = asyncio.run(store.begin("t", inbound, "ru"))
    assert asyncio.run(store.begin("t", inbound, "ru")) == first
    assert store.reads.counts().turns == 2


def test_a_cancelled_finish_goes_on_to_its_end(store, shop):
    inbound = shop.inbound()

    async def give_up():
        begun = await store.begin("t1", inbound, "ru")
        task = asyncio.create_task(store.finish(shop.record("t1", inbound, begun.number)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(give_up())
    store.roll_up()  # behind it in the queue
    assert store.reads.turn("t1").state is TurnState.ANSWERED


def test_the_dialogue_follows_the_language_spoken(store, shop):
    asyncio.run(shop.turn(store, shop.inbound(), language="kk"))
    assert store.reads.dialogues().items[0].language == "kk"


def test_what_a_database_cannot_hold_is_replaced_or_refused(store, shop):
    asyncio.run(shop.turn(store, shop.inbound(text="а\x00б\ud800в")))
    assert store.reads.dialogue("d1")[0].inbound.text == "а\ufffdб\ufffdв"
    with pytest.raises(StoreError, match="could not begin a turn"):
        asyncio.run(store.begin("t", shop.inbound("\ud800"), "ru"))


def test_unmasked_on_demand(url, clock, shop):
    with Store.open(url, clock=clock, mask=False) as store:
        asyncio.run(shop.turn(store, shop.inbound(text="+7 701 123 45 67")))
        assert store.reads.dialogue("d1")[0].inbound.text == "+7 701 123 45 67"


def test_pending_turns_are_seen_and_marked_at_close(url, clock, shop):
    with Store.open(url, clock=clock) as store:
        asyncio.run(store.begin("t1", shop.inbound(), "ru"))
        assert store.reads.counts().pending == 1
        assert store.reads.turn("t1").state is TurnState.PENDING
    with Store.open(url, clock=clock, role="reader") as reader:
        (record,) = reader.reads.dialogue("d1")
        assert (record.state, record.reply, record.action) == (TurnState.INTERRUPTED, None, None)
        assert [f.turn_id for f in reader.reads.recent_failures()] == ["t1"]


def test_a_closed_store_and_a_reader_refuse_writes(url, clock, shop):
    store = Store.open(url, clock=clock)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        asyncio.run(store.begin("t", shop.inbound(), "ru"))
    with Store.open(url, clock=clock, role="reader") as reader, pytest.raises(StoreError, match="for reading"):
        reader.roll_up()
    assert reader.waiting == 0


def test_missing_things_are_named(store):
    with pytest.raises(NotFoundError, match="'d404'"):
        store.reads.dialogue("d404")
    with pytest.raises(NotFoundError, match="'t404'"):
        store.reads.turn("t404")


@pytest.mark.parametrize("address", ["nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:"])
def test_addresses_that_cannot_be_used(address, clock):
    with pytest.raises(UserError, match="store:"):
        Store.open(address, clock=clock)


def test_import_is_idempotent_by_key(store, shop, clock):
    inbound = [shop.inbound("d1", at=shop.start + timedelta(minutes=n)) for n in range(3)]
    records = [shop.flagged(f"t{n}", i, number=n + 1) for n, i in enumerate(inbound)]
    first = store.write_many(records[:2], "vendor-log")
    assert (first.written, first.skipped) == (2, 0)
    second = store.write_many([*records, records[2]], "vendor-log")
    assert (second.written, second.skipped) == (1, 3)
    assert first.batch != second.batch
    assert store.write_many(records, "vendor-log").written == 0
    assert store.reads.dialogue("d1") == tuple(records)
    assert store.reads.dialogues().items[0].origin == "vendor-log"


def test_import_refuses_pending_and_clashing_turns(store, shop):
    pending = shop.record("t1", shop.inbound(), state=TurnState.PENDING)
    with pytest.raises(StoreError, match="cannot be imported"):
        store.write_many([pending], "log")
    store.write_many([shop.record("t1", shop.inbound())], "log")
    with pytest.raises(StoreError, match="could not import turns"):
        store.write_many([shop.record("t2", shop.inbound())], "log")  # number 1 of d1 again
    assert store.reads.counts().turns == 1


def test_import_into_a_dialogue_of_another_lead_is_refused_whole(store, shop):
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    stranger = shop.record("x2", shop.inbound("d1", lead_id="stranger"), 2)
    with pytest.raises(ConflictError, match="'d1' belongs to another lead"):
        store.write_many([shop.record("x1", shop.inbound("d0")), stranger], "log")
    assert store.reads.counts().turns == 1


def test_import_of_many_goes_in_chunks(store, shop):
    records = (shop.record(f"t{n}", shop.inbound(f"d{n // 4}"), n % 4 + 1) for n in range(1100))
    assert store.write_many(records, "log").written == 1100
    assert store.reads.counts().dialogues == 275


def test_a_hand_off_is_taken_and_closed_once(store, shop, clock):
    record = asyncio.run(shop.turn(store, shop.inbound(), "handed_over"))
    (row,) = store.reads.hand_offs()
    assert (row.hand_off, row.status, row.channel) == (record.hand_off, "waiting", "web")
    clock.move(minutes=5)
    store.take_hand_off(record.id, "Айгерим")
    store.take_hand_off(record.id, "Айгерим")
    with pytest.raises(ConflictError, match="Айгерим"):
        store.take_hand_off(record.id, "Данияр")
    (row,) = store.reads.hand_offs()
    assert (row.status, row.taken_by, row.taken_at) == ("taken", "Айгерим", clock.now())
    store.close_hand_off(record.id, "Айгерим")
    assert store.reads.hand_offs() == ()
    (row,) = store.reads.hand_offs(open_only=False)
    assert (row.status, row.closed_by) == ("closed", "Айгерим")
    with pytest.raises(ConflictError, match="was closed"):
        store.close_hand_off(record.id, "Айгерим")
    with pytest.raises(NotFoundError, match="t404"):
        store.take_hand_off("t404", "Айгерим")
    assert store.reads.dialogue("d1")[0].action is Action.HANDED_OVER
