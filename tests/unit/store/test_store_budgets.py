"""The ledger of budgets: exact over erasure, death, late data, midnight and clock changes, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from botops.domain.budgets import (
    Allowance,
    BudgetAlert,
    BudgetLevel,
    Decision,
    Expected,
    Permit,
    PlannedCall,
    Window,
)
from botops.domain.errors import StoreError
from botops.domain.messages import Message
from botops.domain.ports import ModelRequest
from botops.domain.prompts import PromptRef
from botops.domain.turns import Purpose, TurnState
from botops.domain.usage import Cost, Usage
from botops.store import Store
from botops.store.ledger import CUT_OFF

EVER = Window(date(2000, 1, 1), date(2100, 1, 1), simulated=True)
REF = PromptRef("sales", 3, "ab" * 32)
A_CALL = 1_234_567_890  # what the shop's attempt costs, in pico-dollars


def expected(pico=5_000, unknown=False):
    cost = Cost(pico, priced_as="small-model", source="prices", unknown_model=unknown, simulated=True)
    return Expected("small-model", Usage(1000, output_tokens=700, estimated=True), cost)


def planned(turn_id, inbound, made=(), purpose=Purpose.REPLY):
    request = ModelRequest((Message("user", inbound.text),), purpose=purpose)
    return PlannedCall(turn_id, inbound, REF, request, "small-model", True, made)


def go(pico=5_000, alerts=()):
    return lambda used: Decision(Permit(), expected(pico), alerts)


def spent(store, window=EVER):
    return sum(pico for _, pico in store.budgets.used([window])[0].spent)


def held(store, window=EVER):
    return sum(pico for _, pico in store.budgets.used([window])[0].held)


def assert_exact(store):
    assert store.budgets.compare(date(2026, 2, 1), date(2026, 4, 30)) == ()
    kept = sum(a.cost.pico_usd for r in store.reads.turns() for a in r.attempts)
    assert spent(store) >= kept
    return kept


async def under_way(store, shop, *, dialogue="d1", pico=5_000, **inbound):
    message = shop.inbound(dialogue, **inbound)
    turn_id = f"turn-{message.idempotency_key}"
    begun = await store.begin(turn_id, message, "ru")
    await store.budgets.hold(planned(turn_id, message), [EVER], go(pico))
    return turn_id, message, begun


def test_a_call_is_held_and_then_charged(store, shop):
    async def live():
        turn_id, message, begun = await under_way(store, shop)
        assert (held(store), spent(store)) == (5_000, 0)
        await store.finish(replace(shop.record(turn_id, message), number=begun.number))

    asyncio.run(live())
    assert (held(store), spent(store)) == (0, A_CALL)
    assert assert_exact(store) == A_CALL


def test_a_repair_keeps_what_the_reply_cost_and_holds_its_own(store, shop):
    seen = []

    async def live():
        turn_id, message, _ = await under_way(store, shop)

        def look(used):
            seen.append(used[0])
            return Decision(Permit(), expected(7_000))

        call = planned(turn_id, message, made=(shop.attempt(),), purpose=Purpose.REPAIR)
        await store.budgets.hold(call, [EVER], look)

    asyncio.run(live())
    assert seen[0].held == ()  # the turn's own calls are the decision's to add
    assert held(store) == A_CALL + 7_000


def test_what_is_decided_is_decided_one_after_another(store, shop):
    """Every decision sees what all before it hold: of 40 calls at once exactly ten fit."""

    async def one(number):
        message = shop.inbound(f"d{number}")
        await store.begin(f"t{number}", message, "ru")

        def decide(used):
            if sum(pico for _, pico in used[0].held) + 10 > 100:
                return Decision(Permit(Allowance.HAND_OVER))
            return Decision(Permit(), expected(10))

        return await store.budgets.hold(planned(f"t{number}", message), [EVER], decide)

    async def live():
        return await asyncio.gather(*(one(number) for number in range(40)))

    answers = [decision.permit.allowance for decision in asyncio.run(live())]
    assert answers.count(Allowance.GO) == 10
    assert held(store) == 100


def test_nothing_is_held_for_a_turn_that_is_not_under_way(store, shop):
    message = shop.inbound()
    with pytest.raises(StoreError, match="not under way"):
        asyncio.run(store.budgets.hold(planned("nobody", message), [EVER], go()))
    asyncio.run(shop.turn(store, message))
    with pytest.raises(StoreError, match="not under way"):
        asyncio.run(store.budgets.hold(planned(f"turn-{message.idempotency_key}", message), [EVER], go()))
    assert held(store) == 0


def test_a_caller_that_goes_away_leaves_nothing_held(store, shop):
    async def live():
        message = shop.inbound()
        await store.begin("t1", message, "ru")
        asking = asyncio.ensure_future(store.budgets.hold(planned("t1", message), [EVER], go()))
        await asyncio.sleep(0)
        asking.cancel()
        await store.finish(shop.record("t1", message, state=TurnState.INTERRUPTED, attempts=()))

    asyncio.run(live())
    assert (held(store), spent(store)) == (0, 0)


def test_windows_tell_prompts_channels_dialogues_and_simulated_replies_apart(store, shop):
    real = replace(shop.attempt(), cost=Cost(100, simulated=False))
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    asyncio.run(shop.turn(store, shop.inbound("d2", channel="telegram"), attempts=(real,), simulated=False))
    asyncio.run(under_way(store, shop, dialogue="d1"))
    first, last = EVER.first, EVER.last
    assert spent(store, Window(first, last)) == 100
    assert spent(store) == A_CALL + 100
    assert spent(store, Window(first, last, channel="telegram")) == 100
    assert spent(store, Window(first, last, channel="web", simulated=True)) == A_CALL
    assert spent(store, Window(first, last, prompt="sales", simulated=True)) == A_CALL + 100
    assert spent(store, Window(first, last, prompt="other", simulated=True)) == 0
    assert spent(store, Window(first, last, dialogue_id="d1", simulated=True)) == A_CALL
    assert spent(store, Window(first, last, dialogue_id="d1")) == 0
    assert held(store, Window(first, last, dialogue_id="d1", simulated=True)) == 5_000
    assert held(store, Window(first, last, dialogue_id="d2", simulated=True)) == 0


def test_erasing_a_lead_does_not_unspend(store, shop):
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    asyncio.run(shop.turn(store, shop.inbound("d2")))
    store.erase_lead("lead-d1")
    assert spent(store) == 2 * A_CALL
    assert assert_exact(store) == A_CALL
    assert store.budgets.rebuild() == 0
    assert spent(store) == 2 * A_CALL


def test_a_call_of_an_erased_lead_is_charged_as_it_was_held(store, shop):
    async def live():
        turn_id, message, _ = await under_way(store, shop)
        await asyncio.to_thread(store.erase_lead, message.lead_id)
        with pytest.raises(StoreError):
            await store.finish(shop.record(turn_id, message))

    asyncio.run(live())
    assert (held(store), spent(store)) == (0, 5_000)
    assert assert_exact(store) == 0


def test_retention_does_not_unspend(store, shop, clock):
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    clock.move(days=40)
    asyncio.run(shop.turn(store, shop.inbound("d2", at=clock.at)))
    assert store.purge(clock.at - timedelta(days=30)).turns == 1
    assert spent(store) == 2 * A_CALL
    assert_exact(store)
    store.budgets.rebuild()
    assert spent(store) == 2 * A_CALL


def test_turns_of_other_bots_are_not_our_spending(store, shop):
    store.write_many([shop.record("t1", shop.inbound("d1"))], origin="import")
    assert spent(store) == 0
    store.write_many([shop.record("t2", shop.inbound("d2"))], origin="live")
    store.write_many([shop.record("t2", shop.inbound("d2", idempotency_key="key-2"))], origin="live")
    assert spent(store) == A_CALL
    assert store.budgets.compare(date(2026, 2, 1), date(2026, 4, 30)) == ()


def test_a_dead_process_leaves_estimates_that_are_marked(url, clock, shop):
    with Store.open(url, clock=clock) as store:
        turn_id, message, _ = asyncio.run(under_way(store, shop))
        call = planned(turn_id, message, made=(shop.attempt("Первый."),), purpose=Purpose.REPAIR)
        asyncio.run(store.budgets.hold(call, [EVER], go(7_000)))
    with Store.open(url, clock=clock) as store:
        (record,) = store.reads.turns()
        reply, repair = record.attempts
        assert record.state is TurnState.INTERRUPTED
        assert (reply.cost.pico_usd, reply.fault, reply.usage) == (A_CALL, None, shop.attempt().usage)
        assert (repair.cost.pico_usd, repair.fault, repair.usage.estimated) == (7_000, CUT_OFF, True)
        assert repair.purpose is Purpose.REPAIR
        assert record.cost.pico_usd == A_CALL + 7_000
        assert record.assignment.ref == REF
        assert (held(store), spent(store)) == (0, A_CALL + 7_000)
        assert_exact(store)
        while store.roll_up():
            pass
        (totals,) = store.reads.totals(message.at - timedelta(days=1), message.at + timedelta(days=1))
        assert totals.pico_usd == A_CALL + 7_000


def test_a_process_taken_for_dead_is_charged_once(postgres_url, clock, shop):
    """PostgreSQL may end a session, and with it the sign of life, of a process that goes on."""
    with Store.open(postgres_url, clock=clock) as store:
        turn_id, message, begun = asyncio.run(under_way(store, shop))
        store._presence.release()
        with Store.open(postgres_url, clock=clock) as other:
            assert spent(other) == 5_000
        asyncio.run(store.finish(replace(shop.record(turn_id, message), number=begun.number)))
        assert (held(store), spent(store)) == (0, A_CALL)
        (record,) = store.reads.turns()
        assert [a.fault for a in record.attempts] == [None]
        assert_exact(store)


def test_two_writers_on_one_database_wait_for_each_other_and_never_in_a_circle(postgres_url, clock, shop):
    limit = 40 * 10

    async def one(store, number):
        message = shop.inbound(f"d{number}", channel=("web", "telegram", "whatsapp")[number % 3])
        begun = await store.begin(f"t{number}", message, "ru")

        def decide(used):
            if sum(pico for _, pico in (*used[0].spent, *used[0].held)) + 10 > limit:
                return Decision(Permit(Allowance.HAND_OVER))
            return Decision(Permit(), expected(10))

        decision = await store.budgets.hold(planned(f"t{number}", message), [EVER], decide)
        made = (replace(shop.attempt(), cost=Cost(10, simulated=True)),) if decision.held else ()
        await store.finish(replace(shop.record(f"t{number}", message, attempts=made), number=begun.number))
        if number % 10 == 0:
            await asyncio.to_thread(store.roll_up)
            await asyncio.to_thread(store.budgets.rebuild)

    with Store.open(postgres_url, clock=clock) as first, Store.open(postgres_url, clock=clock) as second:

        async def live():
            await asyncio.gather(*(one((first, second)[number % 2], number) for number in range(120)))

        asyncio.run(live())
        assert spent(first) == limit
        assert held(first) == 0
        assert_exact(second)
    import psycopg

    with psycopg.connect(postgres_url) as connection:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert connection.execute(query).fetchone() == (0,)


def test_the_ledger_begins_with_what_was_spent_before_it(url, clock, shop):
    with Store.open(url, clock=clock) as store:
        asyncio.run(shop.turn(store, shop.inbound("d1")))
        _sql(store, "DELETE FROM spending")
    with Store.open(url, clock=clock, zone="Asia/Almaty") as store:
        assert spent(store) == A_CALL
        assert_exact(store)


def test_damage_is_seen_and_mended(store, shop):
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    _sql(store, "UPDATE spending SET pico_usd = pico_usd + 5, calls = 7")
    (line,) = store.budgets.compare(date(2026, 3, 1), date(2026, 3, 31))
    assert (line.ledger_pico_usd, line.attempts_pico_usd) == (A_CALL + 5, A_CALL)
    assert (line.ledger_calls, line.attempts_calls) == (7, 1)
    assert store.budgets.rebuild() == 1
    assert spent(store) == A_CALL
    assert_exact(store)
    _sql(store, "DELETE FROM spending")
    assert store.budgets.rebuild() == 1
    assert_exact(store)


@pytest.mark.parametrize(
    ("zone", "moments", "days"),
    [
        # midnight in Almaty (UTC+5) is 19:00 UTC; the last second of a month, the first of the next
        ("Asia/Almaty", ["2026-03-31T18:59:59", "2026-03-31T19:00:00"], ["2026-03-31", "2026-04-01"]),
        # the night the clocks of Berlin go forward: 23 hours
        ("Europe/Berlin", ["2026-03-28T23:00:00", "2026-03-29T21:59:59", "2026-03-29T22:00:00"],
         ["2026-03-29", "2026-03-29", "2026-03-30"]),
        # half-hour zones: a UTC hour lies in two local days
        ("Asia/Kolkata", ["2026-03-02T18:29:59", "2026-03-02T18:30:00"], ["2026-03-02", "2026-03-03"]),
    ],
)  # fmt: skip
def test_days_are_the_companys(url, clock, shop, zone, moments, days):
    with Store.open(url, clock=clock, zone=zone) as store:
        for number, moment in enumerate(moments):
            at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
            asyncio.run(shop.turn(store, shop.inbound(f"d{number}", at=at)))
        found = dict(store.budgets.used([EVER])[0].spent)
        assert found == {date.fromisoformat(day): days.count(day) * A_CALL for day in set(days)}
        assert_exact(store)
        assert store.budgets.rebuild() == 0


def test_a_company_that_moves_has_its_days_counted_anew(url, clock, shop):
    at = datetime(2026, 3, 2, 20, tzinfo=UTC)  # the third of March in Almaty
    with Store.open(url, clock=clock, zone="Asia/Almaty") as store:
        asyncio.run(shop.turn(store, shop.inbound("d1", at=at)))
        assert dict(store.budgets.used([EVER])[0].spent) == {date(2026, 3, 3): A_CALL}
    with Store.open(url, clock=clock, zone="UTC") as store:
        assert dict(store.budgets.used([EVER])[0].spent) == {date(2026, 3, 2): A_CALL}
        assert_exact(store)
    with Store.open(url, clock=clock, role="reader") as store:
        assert store.budgets.zone == ZoneInfo("UTC")


def alert(level=BudgetLevel.SOFT, share="0.8", since=date(2026, 3, 2), limit="5 USD", at=None):
    return BudgetAlert("day", since, level, Decimal(share), limit, at or datetime(2026, 3, 2, 9, tzinfo=UTC), "said")


def test_an_alert_is_told_once_in_its_period_also_after_a_restart(url, clock):
    with Store.open(url, clock=clock) as store:
        assert store.budgets.tell([alert(), alert(share="0.80"), alert(share="0.5")]) == (alert(), alert(share="0.5"))
    with Store.open(url, clock=clock) as store:
        assert store.budgets.tell([alert()]) == ()
        assert store.budgets.tell([alert(since=date(2026, 3, 3)), alert(limit="7 USD")]) != ()
        assert len(store.budgets.alerts(date(2026, 3, 1))) == 4
        assert len(store.budgets.alerts(date(2026, 3, 3))) == 1


def test_refusals_are_told_once_and_counted(store):
    refusal = alert(BudgetLevel.HAND_OVER, share="0")
    assert store.budgets.tell([refusal]) == (refusal,)
    assert store.budgets.tell([replace(refusal, at=refusal.at + timedelta(hours=1))]) == ()
    assert [(a.times, a.at) for a in store.budgets.alerts(date(2026, 3, 1))] == [(2, refusal.at)]


def test_the_dearest_dialogue_of_a_day(store, shop):
    cheap = replace(shop.attempt(), cost=Cost(10, simulated=False))
    asyncio.run(shop.turn(store, shop.inbound("d1"), attempts=(cheap,), simulated=False))
    asyncio.run(shop.turn(store, shop.inbound("d2")))
    assert store.budgets.dearest_dialogue(date(2026, 3, 2), simulated=True) == "d2"
    assert store.budgets.dearest_dialogue(date(2026, 3, 2), simulated=False) == "d1"
    assert store.budgets.dearest_dialogue(date(2026, 3, 3), simulated=True) is None


def _sql(store, statement):
    from sqlalchemy import text

    store._write("damage", lambda connection: connection.execute(text(statement)))
