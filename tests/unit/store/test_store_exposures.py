"""What the store says of a lead's past, and which leads an experiment is analysed on."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from botops.domain.prompts import Assignment, Exposure, Past, PromptRef
from botops.store import Store, migrate
from botops.store.engine import open_engine, parse_url


def dealt(variant, experiment="greeting", version=None, unit="lead"):
    ref = PromptRef("sales", version or variant + 1, "ab" * 32)
    return Assignment(ref, experiment, variant, 4321, unit=unit)


def turn(store, shop, dialogue, lead, assignment, **changes):
    inbound = shop.inbound(dialogue, lead_id=lead, **changes)
    return asyncio.run(shop.turn(store, inbound, assignment=assignment))


def begun(store, shop, dialogue, lead):
    return asyncio.run(store.begin(f"t-{dialogue}-{lead}", shop.inbound(dialogue, lead_id=lead), "ru"))


def analysed(store, experiment="greeting", **options):
    return [(x.variant, x.turns) for x in store.experiments.exposed_leads(experiment, **options)]


def test_a_turn_begins_with_what_the_lead_was_served(store, shop, clock):
    assert begun(store, shop, "d0", "zero").past == Past(False, {})
    turn(store, shop, "d1", "one", dealt(1))
    assert begun(store, shop, "d1", "one").past == Past(False, {"greeting": Exposure(1, "sales", 2)})
    clock.move(hours=1)
    turn(store, shop, "d2", "one", dealt(0, "greeting:2"), at=clock.at)
    both = {"greeting": Exposure(1, "sales", 2), "greeting:2": Exposure(0, "sales", 1)}
    assert store.reads.past("one") == store.reads.past("one", "d2") == Past(True, both)
    # the older dialogue goes on: the lead was new when it began
    assert store.reads.past("one", "d1") == Past(False, both)
    assert store.reads.past("nobody", "new") == Past(False, {})


def test_a_dialogue_has_exposures_of_its_own_where_it_is_dealt_to(store, shop, clock):
    turn(store, shop, "d1", "one", dealt(1, unit="dialogue"))
    clock.move(hours=1)
    second = turn(store, shop, "d2", "one", dealt(0, unit="dialogue"), at=clock.at)
    assert store.reads.past("one", "d1").exposures == {"greeting": Exposure(1, "sales", 2, "dialogue")}
    assert store.reads.past("one", "d2").exposures == {"greeting": Exposure(0, "sales", 1, "dialogue")}
    assert store.reads.past("one", "d3").exposures == {}
    assert analysed(store) == [(1, 1), (0, 1)]
    (kept,) = (r for r in store.reads.turns() if r.id == second.id)
    assert kept.assignment == second.assignment
    # a later phase that deals to leads: this one is not new to the experiment
    turn(store, shop, "d3", "one", dealt(0, "greeting:2"), at=clock.at)
    assert analysed(store, "greeting:2") == []


def test_the_first_exposure_wins(store, shop):
    turn(store, shop, "d1", "one", dealt(1))
    turn(store, shop, "d1", "one", dealt(0))
    assert store.reads.past("one").exposures == {"greeting": Exposure(1, "sales", 2)}
    assert store.experiments.exposures("greeting") == {1: 1}


def test_who_is_analysed(store, shop):
    turn(store, shop, "a", "plain", dealt(0))
    turn(store, shop, "a", "plain", dealt(0))
    turn(store, shop, "b", "twice", dealt(0))
    turn(store, shop, "b", "twice", dealt(1))
    turn(store, shop, "c", "outside", dealt(-1))
    turn(store, shop, "d", "later-in", dealt(-1))
    turn(store, shop, "d", "later-in", dealt(1))
    turn(store, shop, "e", "tester", dealt(1))
    assert sorted(analysed(store)) == [(0, 2), (1, 1), (1, 1)]
    assert sorted(analysed(store, without=["tester"])) == [(0, 2), (1, 1)]


def test_a_phase_is_analysed_on_leads_no_earlier_phase_had(store, shop, clock):
    turn(store, shop, "a", "old", dealt(0))
    clock.move(hours=1)
    turn(store, shop, "a", "old", dealt(0), at=clock.at)  # kept: recorded under the first phase
    turn(store, shop, "b", "redealt", dealt(1), at=clock.at)
    turn(store, shop, "b", "redealt", dealt(0, "greeting:2", version=3), at=clock.at)
    turn(store, shop, "c", "new", dealt(1, "greeting:2", version=4), at=clock.at)
    turn(store, shop, "d", "newest", dealt(0, "greeting:3"), at=clock.at)
    turn(store, shop, "c", "new", dealt(0, "greeting:3"), at=clock.at)
    assert analysed(store) == [(0, 2), (1, 1)]
    assert analysed(store, "greeting:2") == [(1, 1)]
    assert analysed(store, "greeting:3") == [(0, 1)]
    assert analysed(store, "greeting:4") == []


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    return f"sqlite:///{tmp_path}/old.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")


def test_exposures_of_an_older_store_are_kept(address, clock, shop):
    """A lead could have two rows then, and no row said which text it was."""
    Store.open(address, clock=clock).close()
    with Store.open(address, clock=clock) as store:
        turn(store, shop, "a", "plain", dealt(1))
        turn(store, shop, "b", "twice", dealt(0))
        turn(store, shop, "b", "twice", dealt(1), at=shop.start + timedelta(hours=1))
    engine = open_engine(parse_url(address), "writer")
    with engine.begin() as connection:
        migrate.downgrade(connection, "0002")
        second = text(
            "INSERT INTO exposure (experiment, lead_id, variant, at, turn_id) "
            "SELECT experiment, lead_id, variant, at, id FROM turn WHERE lead_id = 'twice' AND variant = 1"
        )
        connection.execute(second)
    engine.dispose()
    with Store.open(address, clock=clock) as store:
        assert store.reads.past("twice").exposures == {"greeting": Exposure(0, "sales", 1)}
        assert store.reads.past("plain").exposures == {"greeting": Exposure(1, "sales", 2)}
        assert analysed(store) == [(1, 1)]
