"""Probes in the store: kept apart from clients' dialogues, and from everything that counts those."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, select

from botops.domain.errors import StoreError
from botops.domain.probes import ProbeFault, ProbeKind, ProbeOutcome, ProbeResult, ProbeRun, ProbeTally
from botops.store import Store
from botops.store.probe_tables import PROBE_RESULT, PROBE_RUN, PROBE_TURN
from botops.store.tables import META, METADATA

OWN = {PROBE_RUN.name, PROBE_RESULT.name, PROBE_TURN.name, META.name, "serving"}


def everything(url):
    """All rows of all tables that probes have no business with."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(select(table)).all()))
                for table in METADATA.tables.values()
                if table.name not in OWN
            }
    finally:
        engine.dispose()


def result(run, outcome=ProbeOutcome.RIGHT, kind=ProbeKind.PRICE, language="ru", **more):
    return ProbeResult(run.id, kind, language, run.at, outcome, "Сколько стоит тетрадь?", "450 ₸", **more)


def kept(store, run, *results):
    run = replace(run, results=results)
    store.probes.keep_run(run)
    return run


def test_the_turn_of_a_probe_leaves_no_trace_among_those_of_clients(store, shop, url):
    before = everything(url)
    made = shop.flagged("p1", shop.inbound("probe-1"))
    store.probes.keep_turn(replace(made, hand_off=shop.handed_over("p1", made.inbound).hand_off))
    store.roll_up()
    assert everything(url) == before
    noted = store.probes.turn("p1")
    assert (noted.prompt, noted.version, noted.rule, noted.failed) == ("sales", 3, "client_asked", False)
    assert noted.pico_usd == made.cost.pico_usd
    assert store.probes.turn("p2") is None


def test_a_turn_that_ended_in_an_error_is_noted_as_failed(store, shop):
    store.probes.keep_turn(shop.record("p1", shop.inbound("probe-1"), error="timeout: no answer"))
    assert store.probes.turn("p1").failed


def test_what_would_not_let_a_clients_turn_be_kept_fails_the_probe_too(store, shop):
    made = shop.record("p1", shop.inbound("probe-1"))
    twice = replace(made, attempts=(made.attempts[0], replace(made.attempts[0], model=None)))
    with pytest.raises(StoreError, match="keep the turn of a probe"):
        store.probes.keep_turn(twice)
    assert store.probes.turn("p1") is None


def test_clients_turns_are_kept_beside_it_as_ever(store, shop):
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    store.probes.keep_turn(shop.record("p1", shop.inbound("probe-1")))
    asyncio.run(shop.turn(store, shop.inbound("d1")))
    assert [t.number for t in store.reads.dialogue("d1")] == [1, 2]


def test_one_mark_is_made_and_kept(store):
    assert store.probes.mark() is None
    mark = store.probes.make_mark()
    assert len(mark) > 40
    assert store.probes.make_mark() == mark == store.probes.mark()


def test_a_round_that_is_due_is_taken_once(store, clock):
    assert store.probes.due(600)
    assert store.probes.begin(600)
    assert not store.probes.due(600)
    assert not store.probes.begin(600)
    clock.move(seconds=600)
    assert store.probes.due(600)
    assert store.probes.begin(600)


@pytest.mark.parametrize("hours", [2, -2])
def test_a_clock_that_jumps_costs_no_more_than_one_round(store, clock, hours):
    store.probes.begin(600)
    clock.move(hours=hours)
    assert store.probes.begin(600)
    assert not store.probes.begin(600)


def test_rounds_come_back_as_they_were_kept(store, shop):
    store.probes.keep_turn(shop.record("p1", shop.inbound("probe-1")))
    first = ProbeRun("r1", shop.start, "http://127.0.0.1:8000", 600, "nothing to ask for")
    first = kept(store, first, result(first, turn=store.probes.turn("p1"), ms=42, reply="450 ₸"))
    second = ProbeRun("r2", shop.start + timedelta(minutes=10), "http://127.0.0.1:8000")
    fault = {"fault": ProbeFault.NO_ANSWER, "detail": "connection refused"}
    second = kept(store, second, result(second, ProbeOutcome.UNANSWERED, **fault), result(second, language="kk"))
    newest, oldest = store.probes.latest()
    assert oldest == first
    assert sorted(newest.results, key=lambda r: r.language) == sorted(second.results, key=lambda r: r.language)
    assert store.probes.latest(1) == (newest,)


def test_a_reply_is_masked_before_it_is_kept(store, shop):
    run = ProbeRun("r1", shop.start, "http://127.0.0.1:8000")
    kept(store, run, result(run, reply="Звоните: +7 701 123 45 67"))
    assert "123 45 67" not in store.probes.latest()[0].results[0].reply


def test_a_span_tallies_its_scheduled_rounds_and_knows_those_around_it(store, shop):
    def at(minutes):
        return shop.start + timedelta(minutes=minutes)

    for n, minutes in enumerate((-20, -10, 0, 10, 20, 30)):
        run = ProbeRun(f"r{n}", at(minutes), "http://127.0.0.1:8000", None if minutes == 10 else 600)
        wrong = ProbeOutcome.WRONG if minutes == 0 else ProbeOutcome.RIGHT
        kept(store, run, result(run), result(run, wrong, language="kk"))
    for n, simulated in enumerate((True, False)):  # a simulated reply brings no bill
        store.probes.keep_turn(shop.record(f"p{n}", shop.inbound(f"probe-{n}", at=at(5)), simulated=simulated))
    span = store.probes.span(at(0), at(20))
    assert span.tallies == (
        ProbeTally(ProbeKind.PRICE, "kk", ProbeOutcome.WRONG, 1),
        ProbeTally(ProbeKind.PRICE, "ru", ProbeOutcome.RIGHT, 1),
    )
    assert (span.runs, span.pico_usd, span.unknown_cost) == (1, 1_234_567_890, False)
    assert span.scheduled == ((at(-10), 600), (at(0), 600), (at(20), 600))


def test_old_rounds_are_removed_with_what_hangs_on_them(store, shop, url):
    for n in range(2):
        run = ProbeRun(f"r{n}", shop.start + timedelta(days=n), "http://127.0.0.1:8000", 600)
        store.probes.keep_turn(shop.record(f"p{n}", shop.inbound(f"probe-{n}", at=run.at)))
        kept(store, run, result(run, turn=store.probes.turn(f"p{n}")))
    assert store.probes.purge(shop.start + timedelta(hours=1)) == 1
    (left,) = store.probes.latest()
    assert (left.id, left.results[0].turn.id) == ("r1", "p1")
    assert store.probes.turn("p0") is None


def test_of_several_processes_one_takes_the_round(url, clock):
    with (
        Store.open(url, clock=clock) as one,
        Store.open(url, clock=clock, role="side") as two,
        ThreadPoolExecutor(8) as pool,
    ):
        for _ in range(5):
            taken = list(pool.map(lambda n: (one, two)[n % 2].probes.begin(600), range(8)))
            assert sum(taken) == 1
            clock.move(seconds=600)
        assert len(set(pool.map(lambda n: (one, two)[n % 2].probes.make_mark(), range(8)))) == 1


def test_failures_began_after_the_last_other_outcome(store, shop):
    assert store.probes.failing_since(ProbeKind.PRICE, "ru") is None
    outcomes = (ProbeOutcome.WRONG, ProbeOutcome.RIGHT, ProbeOutcome.UNANSWERED, ProbeOutcome.WRONG)
    for n, outcome in enumerate(outcomes):
        run = ProbeRun(f"r{n}", shop.start + timedelta(minutes=n), "http://127.0.0.1:8000", 600)
        kept(store, run, result(run, outcome), result(run, language="kk"))
    assert store.probes.failing_since(ProbeKind.PRICE, "ru") == shop.start + timedelta(minutes=2)
    assert store.probes.failing_since(ProbeKind.PRICE, "kk") is None
    assert store.probes.failing_since(ProbeKind.HAND_OVER, "ru") is None
