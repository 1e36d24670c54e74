"""What people say of replies: one word a person, the queue of those nobody judged, and who agreed with whom."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, text

from botops.domain.findings import FindingKind, Severity, Verdict
from botops.domain.money import Money
from botops.domain.outcomes import Outcome, Stage
from botops.domain.reviews import ReplyReview, ReplyVerdict
from botops.domain.turns import Action
from botops.store import DialogueFilter
from botops.store.engine import open_engine, parse_url
from botops.store.migrate import downgrade, upgrade
from botops.store.tables import REVIEW

RIGHT, WRONG = ReplyVerdict.RIGHT, ReplyVerdict.WRONG


def faulty(shop, turn_id, dialogue, *, severity=Severity.HIGH, action=Action.FLAGGED, risk=900_000, **changes):
    """A reply the check objected to; a repaired one is clean in the end and has the finding on its first draft."""
    found = replace(shop.finding(FindingKind.PRICE, severity), at_risk=Money(risk, "KZT"))
    bad, clean = Verdict.of((found,), claims=2, book="b"), Verdict.of((), claims=2, book="b")
    repaired = action is Action.REPAIRED
    attempts = (shop.attempt(verdict=bad), shop.attempt(verdict=clean)) if repaired else (shop.attempt(verdict=bad),)
    verdict = clean if repaired else bad
    return shop.record(turn_id, shop.inbound(dialogue, **changes), action=action, verdict=verdict, attempts=attempts)


@pytest.fixture
def reviewed(store, shop, clock):
    """Replies of every kind, and a way to say a word on one."""
    records = [
        faulty(shop, "t-mild", "d-mild", severity=Severity.LOW),
        faulty(shop, "t-dear", "d-dear", risk=5_000_000),
        faulty(shop, "t-cheap", "d-cheap"),
        faulty(shop, "t-stopped", "d-stopped", severity=Severity.CRITICAL, action=Action.REPAIRED, channel="telegram"),
        shop.record("t-fine", shop.inbound("d-fine")),
    ]
    store.write_many(records, origin="live")

    def say(turn_id, verdict, by, **changes):
        clock.move(minutes=1)
        store.reply_reviews.add(ReplyReview(turn_id, verdict, by, clock.now(), **changes))

    return say


def queue(store, **changes):
    return [one.turn_id for one in store.reply_reviews.waiting(DialogueFilter(**changes))]


def test_the_worst_that_clients_saw_waits_first_and_a_word_takes_it_out(store, reviewed):
    assert queue(store) == ["t-dear", "t-cheap", "t-mild", "t-stopped"]
    assert queue(store, limit=1) == ["t-dear"]
    assert queue(store, channel="telegram") == ["t-stopped"]
    assert queue(store, severity=Severity.HIGH) == ["t-dear", "t-cheap", "t-stopped"]
    assert queue(store, kind=FindingKind.DISCOUNT) == []
    assert queue(store, text="ТЕТРАДЬ", severity=Severity.HIGH) == ["t-dear", "t-cheap", "t-stopped"]
    assert queue(store, text="d-mild") == ["t-mild"]
    assert store.reply_reviews.count_waiting(DialogueFilter(text="никто")) == 0
    first = store.reply_reviews.waiting(DialogueFilter())[0]
    assert (first.dialogue_id, first.number, first.worst, first.action) == ("d-dear", 1, Severity.HIGH, Action.FLAGGED)
    reviewed("t-dear", WRONG, "Айгуль")
    reviewed("t-stopped", RIGHT, "Айгуль")
    assert queue(store) == ["t-cheap", "t-mild"]
    assert store.reply_reviews.count_waiting(DialogueFilter(limit=1)) == 2
    assert store.reply_reviews.count_waiting(DialogueFilter(channel="telegram")) == 0


def test_examples_of_each_pattern_are_those_clients_saw_then_the_latest(store, shop):
    hour = timedelta(hours=1)
    records = [
        faulty(shop, f"t-{n}", f"d-{n}", action=Action.REPAIRED if n == 3 else Action.FLAGGED, at=shop.start + n * hour)
        for n in range(4)
    ]
    delivery = replace(shop.finding(FindingKind.TERMS), sku=None)
    records.append(shop.flagged("t-terms", shop.inbound("d-terms"), delivery))
    store.write_many(records, origin="live")
    prices, terms = store.faulty.patterns(shop.start, shop.start + 9 * hour)
    assert (prices.replies, prices.reached, terms.key.sku) == (4, 3, None)
    found = store.faulty.examples([prices.key, terms.key], shop.start, shop.start + 9 * hour, 3)
    assert [one.turn_id for one in found[prices.key]] == ["t-2", "t-1", "t-0"]
    assert [(one.turn_id, one.explanations) for one in found[terms.key]] == [("t-terms", delivery.explanations)]
    late = store.faulty.examples([prices.key], shop.start + 3 * hour, shop.start + 4 * hour, 3)
    assert [one.turn_id for one in late[prices.key]] == ["t-3"]
    assert store.faulty.examples([], shop.start, shop.start + hour) == {}


def test_the_queue_asks_for_replies_of_the_period_not_for_dialogues(store, shop, clock, reviewed):
    clock.move(days=40)
    late = faulty(shop, "t-late", "d-mild", at=clock.now())
    store.write_many([replace(late, number=2)], origin="live")
    assert queue(store, since=clock.now() - timedelta(days=1)) == ["t-late"]
    assert queue(store, until=clock.now() - timedelta(days=1), severity=Severity.HIGH) == [
        "t-dear", "t-cheap", "t-stopped",
    ]  # fmt: skip


def test_a_person_has_one_word_and_the_first_one_is_remembered(store, reviewed):
    reviewed("t-cheap", RIGHT, "Айгуль", reason="звоните +7 701 123 45 67")
    reviewed("t-cheap", WRONG, "айгуль ", ideal="Тетрадь стоит 500 ₸.")
    reviewed("t-cheap", WRONG, "Болат")
    one, other = store.reply_reviews.of_turns(["t-cheap", "t-cheap", "none"])["t-cheap"]
    assert (one.verdict, one.first, one.ideal, other.by) == (WRONG, RIGHT, "Тетрадь стоит 500 ₸.", "Болат")
    assert "701" not in one.reason
    assert store.reply_reviews.of_turns([]) == {}


def test_dialogues_are_found_by_what_people_said(store, reviewed):
    def found(state):
        return {row.id for row in store.reads.dialogues(DialogueFilter(reviewed=state)).items}

    reviewed("t-cheap", WRONG, "Айгуль")
    reviewed("t-cheap", RIGHT, "Болат")
    reviewed("t-fine", RIGHT, "Болат")
    assert found("waiting") == {"d-mild", "d-dear", "d-stopped"}
    assert found("disputed") == {"d-cheap"}
    assert found("right") == {"d-cheap", "d-fine"}
    assert found("wrong") == {"d-cheap"}
    reviewed("t-cheap", WRONG, "Сауле")
    assert found("disputed") == set()


def test_the_worst_dialogues_come_first_and_faultless_ones_not_at_all(store, reviewed):
    rows = store.reads.worst_dialogues(DialogueFilter())
    assert [row.id for row in rows] == ["d-dear", "d-cheap", "d-mild", "d-stopped"]
    assert [row.id for row in store.reads.worst_dialogues(DialogueFilter(action=Action.REPAIRED))] == ["d-stopped"]
    assert [row.id for row in store.reads.worst_dialogues(DialogueFilter(limit=2))] == ["d-dear", "d-cheap"]


def test_dialogues_are_found_by_what_became_of_the_client(store, clock, reviewed):
    store.outcomes.add(Outcome("o1", "lead-d-dear", Stage.WON, clock.now()))
    assert [row.id for row in store.reads.dialogues(DialogueFilter(stage=Stage.WON)).items] == ["d-dear"]
    assert store.reads.dialogues(DialogueFilter(stage=Stage.LOST)).items == ()


def test_a_second_look_is_for_somebody_else_and_pairs_are_of_first_words(store, clock, reviewed):
    since = clock.now() - timedelta(days=1)
    reviewed("t-cheap", RIGHT, "Айгуль")
    reviewed("t-mild", WRONG, "Айгуль")

    def offered(by):
        return [one.turn_id for one in store.reply_reviews.for_second_look(by, since, 10)]

    assert offered("АЙГУЛЬ") == []
    assert offered("Болат") == ["t-cheap", "t-mild"]
    reviewed("t-cheap", WRONG, "Болат")
    reviewed("t-cheap", WRONG, "Айгуль")  # thought again, after seeing what the other said
    reviewed("t-cheap", RIGHT, "Сауле")  # the third word makes no second pair
    assert offered("Болат") == ["t-mild"]
    assert offered("Сауле") == ["t-mild"]
    assert store.reply_reviews.blind_pairs(since, clock.now() + timedelta(hours=1)) == ((RIGHT, WRONG),)
    assert store.reply_reviews.blind_pairs(since, since) == ()


def test_erasing_a_client_takes_the_words_on_its_replies_along(store, reviewed):
    reviewed("t-dear", WRONG, "Айгуль")
    assert store.erase_lead("lead-d-dear").turns == 1
    assert store.reply_reviews.of_turns(["t-dear"]) == {}


def test_rulings_from_before_reviews_of_replies_become_such(store, shop, clock, url):
    store.write_many([faulty(shop, "t1", "d1"), faulty(shop, "t2", "d2")], origin="live")
    engine = open_engine(parse_url(url), "writer")
    with engine.begin() as connection:
        downgrade(connection, "0016")
        old = {"attempt": -1, "position": 0, "at": clock.now(), "reason": "r"}
        for n, (turn, ruling, by) in enumerate((("t1", "false_alarm", "A"), ("t1", "confirmed", "a"),
                                                ("t2", "false_alarm", "B"))):  # fmt: skip
            connection.execute(insert(REVIEW), {**old, "id": f"r{n}", "turn_id": turn, "ruling": ruling, "by": by})
        upgrade(connection)
        assert connection.execute(text("SELECT count(*) FROM reply_review")).scalar_one() == 2
    engine.dispose()
    found = store.reply_reviews.of_turns(["t1", "t2"])
    assert {key: [one.verdict for one in of] for key, of in found.items()} == {"t1": [WRONG], "t2": [RIGHT]}
