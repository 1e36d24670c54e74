"""The outbox: put once, sent at least once, held against other processes, back to the plan when its channel is gone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from botops.domain.alerts import AlertSeverity
from botops.domain.notices import Notice, NoticeKind, NoticeState, SendingState, Words
from botops.store import Store

HOLD, FURTHEST = timedelta(seconds=60), timedelta(minutes=15)


@pytest.fixture
def notice(clock):
    words = {"ru": Words("Бот молчит", "С 9:00", "<p>С 9:00</p>"), "en": Words("The bot is silent", "Since 9:00")}
    return Notice("alert:1:raised", NoticeKind.RAISED, AlertSeverity.PAGE, "ai_ops", clock.now(), words, alert="1")


def planned(store, notice, *channels):
    store.outbox.put(notice)
    (kept,) = store.outbox.due(notice.at)
    assert store.outbox.plan(kept.id, channels, notice.at)
    return kept.id


def claimed(store, clock, channel="telegram"):
    return store.outbox.claim(channel, clock.now(), hold=HOLD, furthest=FURTHEST)


def test_a_notice_comes_back_as_it_was_put(store, notice):
    full = replace(notice, incident=3, about_channel="mail", not_before=notice.at)
    assert store.outbox.put(full) == 1
    assert [kept.notice for kept in store.outbox.due(notice.at)] == [full]
    assert [kept.notice for kept in store.outbox.of_alert("1")] == [full]


def test_a_key_is_put_once(store, notice):
    other = replace(notice, words={"en": Words("Another", "text")})
    assert store.outbox.put(notice, notice) == 1
    assert store.outbox.put(other) == 0
    (kept,) = store.outbox.due(notice.at)
    assert kept.notice.words["en"].title == "The bot is silent"


def test_a_notice_that_is_held_back_is_not_due(store, clock, notice):
    store.outbox.put(replace(notice, not_before=clock.now() + timedelta(hours=1)))
    assert store.outbox.due(clock.now()) == ()
    assert len(store.outbox.due(clock.now() + timedelta(hours=1))) == 1
    (kept,) = store.outbox.of_alert("1")
    assert store.outbox.hold(kept.id, clock.now() + timedelta(hours=9), "quiet hours")
    assert store.outbox.due(clock.now() + timedelta(hours=2)) == ()


def test_what_is_dropped_is_not_planned_any_more(store, clock, notice):
    store.outbox.put(notice)
    (kept,) = store.outbox.due(clock.now())
    assert store.outbox.drop(kept.id, "it was over before anybody was told")
    assert not store.outbox.plan(kept.id, ["telegram"], clock.now())
    (seen,) = store.outbox.of_alert("1")
    assert (seen.state, seen.reason) == (NoticeState.DROPPED, "it was over before anybody was told")


def test_of_two_planners_one_plans(store, clock, notice):
    kept_id = planned(store, notice, "telegram")
    assert not store.outbox.plan(kept_id, ["telegram", "mail"], clock.now())
    assert [s.channel for s in store.outbox.latest()] == ["telegram"]


def test_what_is_claimed_is_held_and_comes_back_when_its_process_dies(store, clock, notice):
    planned(store, notice, "telegram", "mail")
    (first,) = claimed(store, clock)
    assert (first.channel, first.attempts, first.notice.notice) == (
        "telegram",
        1,
        replace(notice, not_before=notice.at),
    )
    assert claimed(store, clock) == ()
    assert len(claimed(store, clock, "mail")) == 1
    clock.move(seconds=61)
    (again,) = claimed(store, clock)
    assert again.attempts == 2


def test_a_claim_outlives_the_process_that_took_it(url, clock, notice):
    with Store.open(url, clock=clock) as store:
        planned(store, notice, "telegram")
        assert claimed(store, clock)
    clock.move(seconds=61)
    with Store.open(url, clock=clock) as store:
        assert [s.notice.notice.key for s in claimed(store, clock)] == [notice.key]


def test_of_two_processes_one_takes_a_notice(store, url, clock, notice):
    planned(store, notice, "telegram")
    with Store.open(url, clock=clock, role="side") as other:
        assert len(claimed(store, clock)) == 1
        assert claimed(other, clock) == ()


def test_what_was_sent_is_not_sent_again(store, clock, notice):
    kept_id = planned(store, notice, "telegram")
    claimed(store, clock)
    store.outbox.sent("telegram", [kept_id], clock.now())
    clock.move(hours=1)
    assert claimed(store, clock) == ()
    (health,) = store.outbox.health()
    assert (health.name, health.waiting, health.failing_since) == ("telegram", 0, None)
    assert health.sent_at == notice.at


def test_what_has_reached_nobody_is_told_with_how_late_it_is(store, clock, notice):
    assert store.outbox.unsent(notice.at) == (0, None)
    kept_id = planned(store, notice, "telegram", "mail")
    store.outbox.put(replace(notice, key="later", not_before=notice.at + timedelta(hours=1)))
    assert store.outbox.unsent(notice.at) == (1, notice.at)
    assert store.outbox.unsent(notice.at + timedelta(hours=2)) == (2, notice.at)
    claimed(store, clock)
    store.outbox.sent("telegram", [kept_id], clock.now())
    assert store.outbox.unsent(notice.at) == (1, notice.at)
    store.outbox.give_up("mail", [kept_id], "gone")
    assert store.outbox.unsent(notice.at) == (0, None)


def test_a_failure_is_kept_and_tried_again_when_its_time_comes(store, clock, notice):
    kept_id, first = planned(store, notice, "telegram"), clock.now()
    for minutes in (1, 2):
        claimed(store, clock)
        store.outbox.failed("telegram", {kept_id: clock.now() + timedelta(minutes=minutes)}, clock.now(), "refused")
        assert claimed(store, clock) == ()
        clock.move(minutes=minutes)
    (health,) = store.outbox.health()
    assert (health.failing_since, health.error, health.waiting, health.sent_at) == (first, "refused", 1, None)
    assert [k.id for k in store.outbox.waiting_for("telegram")] == [kept_id]
    claimed(store, clock)
    store.outbox.sent("telegram", [kept_id], clock.now())
    (health,) = store.outbox.health()
    assert (health.failing_since, health.error, health.waiting, health.sent_at) == (None, None, 0, clock.now())


def test_a_clock_that_was_set_back_delays_nothing(store, clock, notice):
    kept_id = planned(store, notice, "telegram")
    claimed(store, clock)
    store.outbox.failed("telegram", {kept_id: clock.now() + timedelta(minutes=5)}, clock.now(), "refused")
    clock.move(hours=-2)
    assert [s.notice.id for s in claimed(store, clock)] == [kept_id]
    clock.move(hours=-2)  # while it is held
    assert [s.notice.id for s in claimed(store, clock)] == [kept_id]


def test_what_is_released_counts_no_attempt(store, clock, notice):
    kept_id = planned(store, notice, "telegram")
    claimed(store, clock)
    store.outbox.release("telegram", [kept_id])
    (again,) = claimed(store, clock)
    assert again.attempts == 1


def test_what_is_given_up_waits_for_nothing(store, clock, notice):
    kept_id = planned(store, notice, "telegram")
    claimed(store, clock)
    store.outbox.give_up("telegram", [kept_id], "refused for a day")
    clock.move(hours=1)
    assert claimed(store, clock) == ()
    (seen,) = store.outbox.latest(channel="telegram")
    assert (seen.state, seen.error) == (SendingState.GIVEN_UP, "refused for a day")


def test_what_waited_for_a_channel_that_is_gone_is_planned_anew(store, clock, notice):
    alone = planned(store, notice, "old")
    other = replace(notice, key="alert:2:raised", alert="2")
    store.outbox.put(other)
    (kept,) = store.outbox.due(clock.now())
    store.outbox.plan(kept.id, ["old", "mail"], clock.now())
    assert store.outbox.forget_channels(["mail"]) == ("old",)
    assert store.outbox.forget_channels(["mail"]) == ()
    assert [k.id for k in store.outbox.due(clock.now())] == [alone]
    assert [(s.channel, s.notice.id) for s in store.outbox.latest()] == [("mail", kept.id)]


def test_old_notices_are_removed_but_never_one_that_waits(store, clock, notice):
    sent, waits = planned(store, notice, "telegram"), replace(notice, key="alert:2:raised", alert="2")
    store.outbox.sent("telegram", [sent], clock.now())
    planned(store, waits, "telegram")
    store.outbox.put(replace(notice, key="alert:3:raised", alert="3"))
    clock.move(days=90)
    assert store.outbox.forget(clock.now()) == 1
    assert store.outbox.of_alert("1") == ()
    assert len(store.outbox.of_alert("2")) == len(store.outbox.of_alert("3")) == 1
