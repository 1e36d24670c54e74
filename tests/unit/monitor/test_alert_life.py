"""The life of an alert under a source that says and unsays, a clock that jumps, and people who act on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.domain.alerts import Alert, AlertEventKind, AlertSeverity, AlertState, Signal
from botops.domain.errors import ConflictError
from botops.monitor import alerts as life

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TEXTS = {"ru": "Тихо", "kk": "Тыныш", "en": "Quiet"}
MINUTE = timedelta(minutes=1)


def signal(key="quiet", severity=AlertSeverity.TICKET, at=NOW, **changes):
    return replace(Signal(key, "BotopsQuiet", severity, "service", at, TEXTS, TEXTS), **changes)


class Source:
    """One source whose alerts are kept in memory as the store keeps them."""

    def __init__(self):
        self.alerts = {}
        self.events = []
        self._ids = count(1)

    def says(self, now, *signals):
        known = [
            a
            for a in self.alerts.values()
            if a.state is AlertState.FIRING or a.dismissed or a.resolved_at >= now - life.RETURNS_WITHIN
        ]
        changes = life.reconcile(
            known, "quiet", signals, now, owner=lambda area: "ai_ops", new_id=lambda: f"a{next(self._ids)}"
        )
        for change in changes:
            self.keep(change)
        return [c.event.kind.value for c in changes if c.event is not None]

    def keep(self, change):
        self.alerts[change.alert.id] = change.alert
        self.events += [] if change.event is None else [change.event]

    @property
    def only(self) -> Alert:
        (alert,) = self.alerts.values()
        return alert


@pytest.fixture
def source():
    return Source()


def test_a_signal_is_raised_once_stands_and_is_over_at_once(source):
    assert source.says(NOW, signal()) == ["raised"]
    assert source.says(NOW + MINUTE, signal(at=NOW + MINUTE)) == []
    assert source.only.signal.began_at == NOW
    assert source.says(NOW + 2 * MINUTE) == ["resolved"]
    assert source.only.resolved_at == NOW + 2 * MINUTE
    assert source.says(NOW + 3 * MINUTE) == []


def test_an_alert_that_stands_is_written_once_a_minute(source):
    def changes(now):
        return life.reconcile([source.only], "quiet", [signal(facts={"n": 2})], now, owner=str, new_id=str)

    source.says(NOW, signal())
    assert changes(NOW + timedelta(seconds=59)) == ()
    (change,) = changes(NOW + MINUTE)
    assert (change.alert.seen_at, change.alert.signal.facts, change.event) == (NOW + MINUTE, {"n": 2}, None)


def test_of_two_signals_under_one_key_the_gravest_counts(source):
    assert source.says(NOW, signal(), signal(severity=AlertSeverity.PAGE), signal("other")) == ["raised", "raised"]
    assert {a.signal.key: a.severity for a in source.alerts.values()} == {
        "quiet": AlertSeverity.PAGE, "other": AlertSeverity.TICKET,
    }  # fmt: skip


def test_a_graver_alert_is_to_be_acknowledged_anew_and_stays_as_grave_as_it_was(source):
    source.says(NOW, signal())
    source.keep(life.acknowledge(source.only, NOW, "aliya"))
    assert source.says(NOW + MINUTE, signal(severity=AlertSeverity.PAGE)) == ["worsened"]
    assert source.only.acknowledged_by is None
    assert source.says(NOW + 2 * MINUTE, signal()) == []
    assert source.only.severity is AlertSeverity.PAGE


def test_an_alert_that_is_back_graver_than_before_is_to_be_acknowledged_anew(source):
    source.says(NOW, signal())
    source.keep(life.acknowledge(source.only, NOW, "aliya"))
    source.says(NOW + MINUTE)
    assert source.says(NOW + 2 * MINUTE, signal()) == ["returned"]
    assert source.only.acknowledged_by == "aliya"
    source.says(NOW + 3 * MINUTE)
    assert source.says(NOW + 4 * MINUTE, signal(severity=AlertSeverity.PAGE)) == ["returned"]
    assert (source.only.severity, source.only.acknowledged_by, source.only.acknowledged_at) == (
        AlertSeverity.PAGE, None, None,
    )  # fmt: skip


def test_trouble_that_comes_and_goes_is_one_alert_held_until_it_is_quiet(source):
    told = []
    for minute in range(60):
        standing = minute < 40 and minute % 2 == 0
        told += source.says(NOW + minute * MINUTE, *[signal()] * standing)
    assert told == ["raised", "resolved", "returned", "resolved", "returned", "resolved"]
    assert source.only.resolved_at == NOW + 38 * MINUTE + life.HELD_FOR


def test_long_after_it_was_over_it_is_a_new_alert(source):
    source.says(NOW, signal())
    source.says(NOW + MINUTE)
    assert source.says(NOW + MINUTE + life.RETURNS_WITHIN, signal()) == ["raised"]
    assert len(source.alerts) == 2


def test_what_a_person_called_over_stays_over_while_the_source_goes_on(source):
    source.says(NOW, signal())
    source.keep(life.resolve(source.only, NOW + MINUTE, "aliya", "учения"))
    assert source.says(NOW + 2 * MINUTE, signal()) == []
    assert source.says(NOW + 23 * 60 * MINUTE, signal()) == []
    assert source.says(NOW + 25 * 60 * MINUTE, signal()) == ["raised"]


def test_what_a_person_called_over_is_news_when_it_is_worse_or_back_after_being_gone(source):
    source.says(NOW, signal())
    source.keep(life.resolve(source.only, NOW, "aliya", "учения"))
    gone = Source()
    gone.alerts = dict(source.alerts)
    assert source.says(NOW + MINUTE, signal(severity=AlertSeverity.PAGE)) == ["raised"]
    assert gone.says(NOW + MINUTE) == []
    assert gone.says(NOW + 2 * MINUTE, signal()) == ["returned"]


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(hours=-2)])
@pytest.mark.parametrize("back", [True, False])
def test_a_clock_that_jumps_raises_and_resolves_nothing(source, jump, back):
    moments = [NOW, NOW + MINUTE, NOW + jump, NOW + jump + MINUTE, NOW + (2 * MINUTE if back else jump + 2 * MINUTE)]
    assert [source.says(moment, signal()) for moment in moments] == [["raised"], [], [], [], []]
    assert source.says(moments[-1] + MINUTE) == ["resolved"]
    assert source.only.resolved_at >= source.only.raised_at


def test_a_hold_begins_anew_when_the_clock_is_set_back(source):
    for minute in range(5):
        source.says(NOW + minute * MINUTE, *[signal()] * (minute % 2 == 0))
    assert source.only.returns == life.HELD_AFTER
    earlier = NOW - timedelta(hours=2)
    assert source.says(earlier) == []
    assert source.says(earlier + life.HELD_FOR - MINUTE) == []
    assert source.says(earlier + life.HELD_FOR) == ["resolved"]


def test_steps_people_take_are_refused_when_they_come_too_late(source):
    source.says(NOW, signal())
    source.keep(life.acknowledge(source.only, NOW, "aliya"))
    with pytest.raises(ConflictError, match="acknowledged by aliya"):
        life.acknowledge(source.only, NOW, "marat")
    source.keep(life.link_incident(source.only, 7, NOW, "marat"))
    assert (source.only.incident, source.only.acknowledged_by) == (7, "aliya")
    with pytest.raises(ConflictError, match="INC-7"):
        life.link_incident(source.only, 8, NOW, "marat")
    source.says(NOW + MINUTE)
    for step in (
        lambda: life.acknowledge(source.only, NOW, "marat"),
        lambda: life.resolve(source.only, NOW, "marat", "всё"),
    ):
        with pytest.raises(ConflictError, match="over already"):
            step()


def test_the_inbox_shows_what_stands_and_is_grave_first(source):
    source.says(NOW, signal("ticket"), signal("page", AlertSeverity.PAGE), signal("over", AlertSeverity.PAGE))
    source.says(NOW + MINUTE, signal("ticket"), signal("page", AlertSeverity.PAGE), signal("late"))
    assert [a.signal.key for a in life.gravest_first(source.alerts.values())] == ["page", "late", "ticket", "over"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(-7300, 7300)), min_size=1, max_size=40))
def test_whatever_source_and_clock_do_one_alert_fires_at_a_time_and_its_story_makes_sense(steps):
    source, now = Source(), NOW
    for standing, seconds in steps:
        now += timedelta(seconds=seconds)
        source.says(now, *[signal()] * standing)
        firing = [a for a in source.alerts.values() if a.state is AlertState.FIRING]
        assert len(firing) <= 1
        if standing:
            assert len(firing) == 1
    for key in source.alerts:
        told = [event.kind for event in source.events if event.alert == key]
        assert told[0] is AlertEventKind.RAISED
        assert all((one is AlertEventKind.RESOLVED) != (two is AlertEventKind.RESOLVED) for one, two in pairwise(told))
