"""Outcomes and ratings are kept once however often they are delivered; what became of a lead counts in its window."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.domain.errors import ConflictError
from botops.domain.money import Money
from botops.domain.outcomes import Feedback, Outcome, Stage, Voice
from botops.store import Delivery, Store, feedback_id, outcome_id

AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
WON = Outcome("deal-1", "lead-a", Stage.WON, AT, Money(13_900_000, "KZT"), "crm")


def rating(value, *, at=AT, dialogue="a", voice=Voice.CLIENT, by="", reason="", turn=None):
    return Feedback(feedback_id(dialogue, turn, voice, by), dialogue, value, at, reason, voice, by, turn)


def test_an_outcome_delivered_again_changes_nothing(store):
    assert store.outcomes.add(WON) is Delivery.NEW
    assert store.outcomes.add(replace(WON, at=AT.astimezone(timezone(timedelta(hours=5))))) is Delivery.KNOWN
    assert store.outcomes.add(replace(WON, source="a table")) is Delivery.KNOWN
    assert store.outcomes.of_lead("lead-a") == (WON,)


def test_an_id_with_another_content_is_a_conflict_and_the_first_stays(store):
    store.outcomes.add(WON)
    with pytest.raises(ConflictError, match="deal-1"):
        store.outcomes.add(replace(WON, stage=Stage.LOST, amount=None))
    assert store.outcomes.of_lead("lead-a") == (WON,)


def test_a_batch_tells_of_each_and_loses_none(store):
    store.outcomes.add(WON)
    lost = Outcome("deal-2", "lead-b", Stage.LOST, AT)
    batch = [WON, lost, replace(WON, amount=None), lost, replace(lost, lead_id="lead-c")]
    assert [d.value for d in store.outcomes.add_many(batch)] == ["known", "new", "conflict", "known", "conflict"]
    assert store.outcomes.latest() == (WON, lost)
    assert store.outcomes.add_many([]) == ()


def test_many_outcomes_go_in_at_once(store):
    batch = [replace(WON, id=f"deal-{n}", lead_id=f"lead-{n}") for n in range(1200)]
    assert set(store.outcomes.add_many(batch)) == {Delivery.NEW}
    assert set(store.outcomes.add_many(batch)) == {Delivery.KNOWN}


def test_two_processes_that_deliver_the_same_events_keep_each_once(store, url, clock):
    events = [replace(WON, id=f"deal-{n}", lead_id=f"lead-{n}") for n in range(300)]
    with Store.open(url, clock=clock, role="side") as other, ThreadPoolExecutor(2) as pool:
        both = [pool.submit(store.outcomes.add_many, events), pool.submit(other.outcomes.add_many, events[::-1])]
        found = [delivery for one in both for delivery in one.result()]
    assert (found.count(Delivery.NEW), found.count(Delivery.KNOWN)) == (300, 300)


def test_unknown_leads_and_dialogues_are_named(store, shop):
    store.write_many([shop.record("t1", shop.inbound("a"))], "log")
    assert store.outcomes.unknown_leads(["lead-a", "lead-z", "lead-z"]) == {"lead-z"}
    assert store.feedback.unknown_dialogues(["a", "z"]) == {"z"}
    assert store.feedback.dialogues_of_turns(["t1", "t2"]) == {"t1": "a"}


def test_a_later_rating_of_the_same_person_replaces_the_earlier(store):
    assert store.feedback.add(rating(3)) is Delivery.NEW
    assert store.feedback.add(rating(3, at=AT + timedelta(hours=3))) is Delivery.KNOWN
    assert store.feedback.add(rating(2, at=AT + timedelta(hours=2))) is Delivery.REPLACED
    assert store.feedback.add(rating(5, at=AT + timedelta(hours=1))) is Delivery.OUTDATED
    assert store.feedback.add(rating(4, voice=Voice.MANAGER, by="Асель")) is Delivery.NEW
    assert store.feedback.add(rating(4, voice=Voice.MANAGER, by="Данияр")) is Delivery.NEW
    kept = {(f.rating, f.at - AT, f.by) for f in store.feedback.of_dialogue("a")}
    assert kept == {(4, timedelta(0), "Асель"), (4, timedelta(0), "Данияр"), (2, timedelta(hours=2), "")}


def test_a_rating_with_an_id_of_its_own_is_never_replaced(store):
    own = replace(rating(3), id="survey-7")
    assert store.feedback.add(own) is Delivery.NEW
    assert store.feedback.add(own) is Delivery.KNOWN
    with pytest.raises(ConflictError, match="survey-7"):
        store.feedback.add(replace(own, rating=5))


def test_the_reason_of_a_rating_is_masked(store):
    told = rating(1, reason="звоните +7 701 234 56 78, бот врёт")
    store.feedback.add(told)
    assert store.feedback.add(told) is Delivery.KNOWN
    (kept,) = store.feedback.of_dialogue("a")
    assert "701" not in kept.reason
    assert kept.reason.endswith("бот врёт")


def test_who_the_client_is_is_masked_and_still_one_person(store):
    phone = "+7 701 234 56 78"
    assert store.feedback.add(rating(1, by=phone)) is Delivery.NEW
    assert store.feedback.add(rating(1, by="+7 701 234 56 79")) is Delivery.NEW
    assert store.feedback.add(rating(4, by=phone, at=AT + timedelta(hours=1))) is Delivery.REPLACED
    assert store.feedback.add(rating(4, by=phone)) is Delivery.KNOWN
    assert not any("701" in f.by for f in store.feedback.of_dialogue("a"))


def test_a_lead_is_erased_with_its_outcomes_and_ratings(store, shop):
    store.write_many([shop.record("t1", shop.inbound("a")), shop.record("t2", shop.inbound("b"))], "log")
    store.outcomes.add_many([WON, replace(WON, id="deal-2", lead_id="lead-b")])
    store.feedback.add_many([rating(5), rating(1, dialogue="b")])
    erased = store.erase_lead("lead-a")
    assert (erased.outcomes, erased.ratings) == (1, 1)
    assert store.outcomes.of_lead("lead-a") == ()
    assert store.feedback.of_dialogue("a") == ()
    assert len(store.outcomes.latest()) == len(store.feedback.of_dialogue("b")) == 1


def test_a_lead_known_by_its_outcomes_alone_is_erased_too(store):
    store.outcomes.add(WON)
    assert store.erase_lead("lead-a")
    assert store.outcomes.latest() == ()


def test_retention_takes_old_ratings_and_leaves_outcomes(store):
    store.feedback.add_many([rating(5), rating(1, dialogue="b", at=AT + timedelta(days=9))])
    store.outcomes.add(WON)
    assert store.purge(AT + timedelta(days=1)).ratings == 1
    assert store.feedback.of_dialogue("a") == ()
    assert len(store.feedback.of_dialogue("b")) == len(store.outcomes.latest()) == 1


@pytest.fixture
def exposed(store, shop):
    """One lead in the experiment `greeting`, exposed at the start."""
    store.write_many([shop.record("t1", shop.inbound("a"))], "log")

    def look(**options):
        (lead,) = store.experiments.exposed_leads("greeting", **options)
        return lead

    return look


@pytest.mark.parametrize(
    ("events", "qualified", "won"),
    [
        ([], False, False),
        ([("qualified", 1)], True, False),
        ([("won", 1)], True, True),
        ([("won", 13.99)], True, True),
        ([("won", 14)], False, False),
        ([("won", -1)], False, False),
        ([("won", 2), ("lost", 3)], True, False),
        ([("lost", 2), ("won", 3)], True, True),
        ([("won", 2), ("lost", 15)], True, True),
        ([("lost", 2)], False, False),
    ],
)
def test_what_became_of_a_lead_counts_in_its_window(store, shop, exposed, events, qualified, won):
    made = [Outcome(f"e{n}", "lead-a", Stage(s), shop.start + timedelta(days=day)) for n, (s, day) in enumerate(events)]
    store.outcomes.add_many(made)
    lead = exposed()
    assert (lead.qualified, lead.won) == (qualified, won)


def test_the_window_is_as_long_as_asked(store, shop, exposed):
    store.outcomes.add(replace(WON, at=shop.start + timedelta(days=20)))
    assert not exposed().won
    assert exposed(window=timedelta(days=21)).won


def test_the_last_rating_of_the_client_in_the_window_counts(store, shop, exposed):
    def given_at(days, value, **more):
        return replace(rating(value, at=shop.start + timedelta(days=days), **more), id=f"r-{days}-{value}")

    assert exposed().rating is None
    store.feedback.add_many([given_at(1, 2), given_at(3, 5), given_at(15, 1), given_at(4, 1, voice=Voice.MANAGER)])
    assert exposed().rating == 5


def test_a_lead_as_it_stood_at_a_moment(store, shop, exposed):
    store.write_many([shop.record("t2", shop.inbound("a", at=shop.start + timedelta(days=2)), number=2)], "log")
    lead = exposed()
    assert (lead.turns, lead.replies, lead.characters) == (2, 2, 2 * len(shop.reply))
    assert exposed(until=shop.start + timedelta(days=1)).turns == 1
    assert store.experiments.exposed_leads("greeting", until=shop.start) == ()


def test_a_lead_whose_turns_retention_removed_still_took_part(store, shop, exposed):
    store.outcomes.add(replace(WON, at=shop.start + timedelta(days=1)))
    store.purge(shop.start + timedelta(days=1))
    lead = exposed()
    assert (lead.turns, lead.dialogues, lead.flagged, lead.won) == (0, 0, False, True)


_LEADS, _STAGES = st.sampled_from(["a", "b"]), st.sampled_from(list(Stage))
_EVENTS = st.builds(
    lambda n, lead, stage, minutes: Outcome(f"e{n}", lead, stage, AT + timedelta(minutes=minutes)),
    st.integers(0, 3), _LEADS, _STAGES, st.integers(0, 2),
)  # fmt: skip


@given(batches=st.lists(st.lists(_EVENTS, max_size=6), max_size=4))
def test_however_events_are_delivered_the_first_of_an_id_is_kept(tmp_path_factory, sqlite_template, batches):
    path = tmp_path_factory.mktemp("store") / "store.db"
    path.write_bytes(sqlite_template.read_bytes())

    class Clock:
        now = staticmethod(lambda: AT)

    first = {}
    with Store.open(f"sqlite:///{path}", clock=Clock()) as store:
        for batch in batches:
            for event, delivery in zip(batch, store.outcomes.add_many(batch), strict=True):
                same = first.get(event.id) == event
                wanted = Delivery.NEW if event.id not in first else Delivery.KNOWN if same else Delivery.CONFLICT
                assert delivery is wanted
                first.setdefault(event.id, event)
        assert {o.id: o for o in store.outcomes.latest()} == first


def test_derived_ids_tell_events_apart():
    same = {outcome_id("l", Stage.WON, at) for at in (AT, AT.astimezone(timezone(timedelta(hours=5))))}
    assert len(same) == 1
    ids = {outcome_id(lead, stage, AT) for lead in ("a", "b") for stage in Stage}
    assert len(ids | same) == 7
    assert feedback_id("d", None, Voice.CLIENT, "x") != feedback_id("d", "x", Voice.CLIENT, "")


def test_the_leads_a_prompt_spoke_to(store, shop):
    day = timedelta(days=1)
    store.write_many(
        [
            shop.record("t0", shop.inbound("early", at=shop.start - day)),
            shop.record("t1", shop.inbound("a")),
            shop.flagged("t2", shop.inbound("a", at=shop.start + day), number=2),
            shop.record("t3", shop.inbound("b", at=shop.start + day), assignment=None),
            shop.handed_over("t4", shop.inbound("c", at=shop.start + 2 * day)),
            shop.record("t5", shop.inbound("late", at=shop.start + 9 * day)),
        ],
        "log",
    )
    store.outcomes.add(replace(WON, lead_id="lead-c", at=shop.start + 4 * day))
    store.feedback.add_many([rating(4, at=shop.start + day), rating(1, dialogue="early", at=shop.start + day)])
    found = store.experiments.leads_of_prompt("sales", shop.start, shop.start + 9 * day)
    assert [(x.lead_id, x.turns, x.flagged, x.escalated, x.won, x.rating) for x in found] == [
        ("lead-a", 2, True, False, False, 4), ("lead-c", 1, False, True, True, None),
    ]  # fmt: skip
    assert found[0].exposed_at == shop.start
    assert not store.experiments.leads_of_prompt("sales", shop.start, shop.start + 9 * day, window=day)[1].won
    assert store.experiments.leads_of_prompt("other", shop.start, shop.start + 9 * day) == ()
