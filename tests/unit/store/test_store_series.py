"""Counts of series by day, hour and part, and what detectors keep, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from botops.domain.outcomes import Feedback, Voice
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.releases import AuditEntry, Deed
from botops.domain.turns import Action, TurnState
from botops.domain.usage import Cost
from botops.store.detector_state import DetectorState, NewUsual
from botops.store.series import PARTS, Asked, Counted

ALMATY = ZoneInfo("Asia/Almaty")
DAY = date(2026, 3, 2)
LATE = datetime(2026, 3, 2, 18, 30, tzinfo=UTC)
"""23:30 of `DAY` in Almaty; an hour later it is the next day there."""


@pytest.fixture
def fill(store, shop):
    def filled(*records, roll_up=True):
        store.write_many(records, "live")
        while roll_up and store.roll_up():
            pass

    return filled


@pytest.fixture
def made(shop):
    def turn(dialogue, number, at, kind="record", **changes):
        inbound = shop.inbound(dialogue, at=at, idempotency_key=f"{dialogue}:{number}")
        record = getattr(shop, kind)(f"t-{dialogue}-{number}", inbound, **changes)
        return replace(record, number=number)

    return turn


def asked(by=None, last=DAY):
    return Asked(DAY, last, ALMATY, by)


def test_false_replies_of_those_judged_by_the_hour_of_the_company(store, fill, made):
    unjudged = made("d4", 1, LATE)
    fill(
        made("d1", 1, LATE), made("d2", 1, LATE, "flagged"), made("d3", 1, LATE, action=Action.REPAIRED),
        replace(unjudged, verdict=None), made("d5", 1, LATE + timedelta(hours=1), "flagged"),
    )  # fmt: skip
    assert store.series.findings(asked()) == (Counted(DAY, 23, "", 2, 3),)
    two_days = store.series.findings(asked(last=DAY + timedelta(days=1)))
    assert two_days[1] == Counted(DAY + timedelta(days=1), 0, "", 1, 1)


def test_parts_add_up_to_the_whole(store, fill, made):
    other = Assignment(PromptRef("sales", 4, "cd" * 32))
    fill(
        made("d1", 1, LATE - timedelta(hours=1), "flagged"), made("d1", 2, LATE, "handed_over", assignment=other),
        made("d2", 1, LATE, state=TurnState.FAILED, error="timeout", language="kk", assignment=None),
        made("d3", 1, LATE, model="other"),
    )  # fmt: skip
    store.feedback.add_many([
        Feedback("f1", "d1", 1, LATE), Feedback("f2", "d2", 5, LATE), Feedback("f3", "d3", 2, LATE, turn_id="t-d3-1"),
        Feedback("f4", "d3", 1, LATE, voice=Voice.MANAGER, by="Марат"),
    ])  # fmt: skip
    now = LATE + timedelta(hours=5)
    for count in (
        store.series.findings, store.series.errors, store.series.escalations, store.series.dissatisfaction,
        lambda which: store.series.adoption(which, now),
    ):  # fmt: skip
        whole = count(asked())
        for by in PARTS:
            parts = count(asked(by))
            assert sum(one.events for one in parts) == sum(one.events for one in whole), by
            assert sum(one.units for one in parts) == sum(one.units for one in whole), by
    assert store.series.escalations(asked()) == (Counted(DAY, 23, "", 1, 3),)
    assert {one.value: one.events for one in store.series.escalations(asked("version"))} == {
        "sales@3": 0, "sales@4": 1, "": 0,
    }  # fmt: skip
    assert store.series.dissatisfaction(asked()) == (Counted(DAY, 23, "", 2, 3),)
    assert store.series.errors(asked("language"))[1:] == (Counted(DAY, 23, "kk", 1, 1), Counted(DAY, 23, "ru", 0, 2))


def test_whether_a_client_goes_on_is_known_after_two_hours(store, fill, made):
    fill(
        made("d1", 1, LATE), made("d1", 2, LATE + timedelta(minutes=10)),
        made("d2", 1, LATE), made("d2", 2, LATE + timedelta(hours=5)), made("d3", 1, LATE),
    )  # fmt: skip
    assert store.series.adoption(asked(), LATE + timedelta(hours=2)) == ()
    assert store.series.adoption(asked(), LATE + timedelta(hours=3)) == (Counted(DAY, 23, "", 1, 3),)


def test_a_dialogue_costs_what_its_turns_of_the_day_do_and_counts_once(store, fill, made, shop):
    unknown = replace(shop.attempt(), model="new-model", cost=Cost(0, None, None, "new-model", "", True, True))
    fill(
        made("d1", 1, LATE - timedelta(hours=3)), made("d1", 2, LATE), made("d2", 1, LATE),
        made("d3", 1, LATE, attempts=(unknown,), model="new-model"),
    )  # fmt: skip
    found = store.series.dialogues(asked())
    assert [(one.day, one.hour, one.dialogues, one.known, one.pico_usd) for one in found] == [
        (DAY, 23, 3, 2, 3 * 1_234_567_890)
    ]
    assert found[0].priced == 2
    by_model = {one.value: one for one in store.series.dialogues(asked("model"))}
    assert (by_model["new-model"].dialogues, by_model["new-model"].known) == (1, 0)


def test_only_days_of_which_all_is_kept_are_known(store, fill, made, clock):
    assert store.series.known_from(ALMATY) is None
    fill(made("d1", 1, LATE - timedelta(days=9)), made("d2", 1, LATE))
    assert store.series.known_from(ALMATY) == DAY - timedelta(days=9)
    assert store.series.last_day(ALMATY) == DAY
    assert store.series.unfinished(ALMATY) == frozenset()
    assert store.series.has_origin("live")
    assert not store.series.has_origin("vendor")
    store.purge(LATE - timedelta(days=3))
    assert store.series.known_from(ALMATY) == DAY - timedelta(days=2)
    fill(made("d3", 1, LATE), roll_up=False)
    assert store.series.unfinished(ALMATY) == {DAY}


def test_models_are_known_by_their_first_answer(store, fill, made, shop):
    newer = replace(shop.attempt(), model="newer")
    fill(made("d1", 1, LATE), made("d2", 1, LATE + timedelta(hours=2), attempts=(newer,), model="newer"))
    assert store.series.models() == {
        "small-model": LATE.replace(minute=0), "newer": LATE.replace(minute=0) + timedelta(hours=2),
    }  # fmt: skip


def test_examples_show_each_dialogue_once_and_only_of_the_part(store, fill, made):
    fill(
        made("d1", 1, LATE, "flagged"), made("d1", 2, LATE + timedelta(minutes=1), "flagged"),
        made("d2", 1, LATE, "flagged", language="kk"), made("d3", 1, LATE, "handed_over"),
        made("d4", 1, LATE, state=TurnState.FAILED, error="timeout"),
    )  # fmt: skip
    store.feedback.add_many([Feedback("f1", "d3", 1, LATE, "не то"), Feedback("f2", "d4", 5, LATE)])
    examples, since, until = store.series_examples, LATE - timedelta(hours=1), LATE + timedelta(hours=6)
    found = examples.of("findings", since, until)
    assert [(one.dialogue_id, one.turn, one.quote) for one in found] == [("d1", 2, "30 %"), ("d2", 1, "30 %")]
    assert [one.dialogue_id for one in examples.of("findings", since, until, by="language", value="kk")] == ["d2"]
    assert [one.dialogue_id for one in examples.of("findings", since, until, by="version", value="sales@3")] == [
        "d1", "d2",
    ]  # fmt: skip
    assert examples.of("findings", since, until, by="version", value="sales@9") == ()
    assert [one.dialogue_id for one in examples.of("escalations", since, until)] == ["d3"]
    assert [(one.dialogue_id, one.quote) for one in examples.of("errors", since, until)] == [("d4", "timeout")]
    assert [(one.dialogue_id, one.quote) for one in examples.of("dissatisfaction", since, until)] == [("d3", "не то")]
    assert examples.of("dissatisfaction", since, until, by="language", value="kk") == ()
    assert {one.dialogue_id for one in examples.of("adoption", since, until)} == {"d2", "d3", "d4"}
    assert examples.of("nothing", since, until) == ()
    assert [one.dialogue_id for one in examples.first_turns(["d3", "d1", "nobody"])] == ["d3", "d1"]


def test_what_detectors_keep_leaves_what_people_said(store, clock):
    states = store.detector_states
    said = NewUsual(DAY, DAY + timedelta(days=1), "Марат")
    entry = AuditEntry("a1", clock.now(), "Марат", Deed.USUAL, "series:findings", "так решили")
    states.say_usual("findings", said, entry)
    assert states.all() == {"findings": DetectorState("findings", usual=said)}
    states.put([DetectorState("findings", "rate:1", {"version": 1})], clock.now())
    assert states.all()["findings"] == DetectorState("findings", "rate:1", {"version": 1}, said)
    states.put([DetectorState("errors", "rate:2", {"version": 1})], clock.now())
    states.forget({"findings"})
    assert set(states.all()) == {"errors"}
    assert store.audit.entries("series:findings") == (entry,)


def test_a_note_is_swapped_for_the_one_before(store):
    assert store.detector_states.swap_note("software", "1") is None
    assert store.detector_states.swap_note("software", "2") == "1"
    assert store.detector_states.swap_note("software", "2") == "2"
