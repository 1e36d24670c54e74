"""Windows and ages by a clock that somebody sets."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.monitor.steadiness import Steadiness

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def total(window):
    return sum((until - since for since, until in window), timedelta())


def seen(*moments):
    """What a clock was seen to show, and the machine's count of seconds then."""
    steadiness = Steadiness()
    for now, count in moments:
        steadiness.observe(now, count)
    return steadiness


def test_a_clock_that_nobody_sets_has_plain_windows_and_ages():
    steadiness = seen((START, 100.0), (START + HOUR, 3700.0))
    now = START + HOUR
    assert steadiness.window(2 * HOUR, now) == ((now - 2 * HOUR, now),)
    assert steadiness.age(START - HOUR, now) == 2 * HOUR
    assert Steadiness().window(HOUR, now) == ((now - HOUR, now),)
    assert Steadiness().age(START, now) == HOUR


def test_small_corrections_are_no_jump():
    steadiness = Steadiness()
    assert steadiness.observe(START, 0.0) is None
    assert steadiness.observe(START + timedelta(seconds=40), 5.0) is None
    assert len(steadiness.window(HOUR, START + timedelta(seconds=40))) == 1


def test_set_ahead_the_missing_hours_are_left_out():
    steadiness = Steadiness()
    steadiness.observe(START, 0.0)
    assert steadiness.observe(START + 2 * HOUR + 5 * MINUTE, 300.0) == 2 * HOUR
    now = START + 2 * HOUR + 10 * MINUTE
    steadiness.observe(now, 600.0)
    after, before = steadiness.window(HOUR, now)
    assert after == (START + 2 * HOUR + 5 * MINUTE, now)
    assert before == (START + 5 * MINUTE - 55 * MINUTE, START + 5 * MINUTE)
    assert steadiness.age(START, now) == 10 * MINUTE
    assert steadiness.age(now - MINUTE, now) == MINUTE


def test_set_back_the_hours_before_are_not_in_the_future():
    steadiness = Steadiness()
    steadiness.observe(START, 0.0)
    assert steadiness.observe(START - 2 * HOUR + 5 * MINUTE, 300.0) == -2 * HOUR
    now = START - 2 * HOUR + 10 * MINUTE
    steadiness.observe(now, 600.0)
    after, before = steadiness.window(HOUR, now)
    assert after == (START - 2 * HOUR + 5 * MINUTE, now)
    assert before == (START - 50 * MINUTE, START + 5 * MINUTE)
    assert steadiness.age(START, now) == 10 * MINUTE
    assert steadiness.age(START + 5 * HOUR, now) == timedelta()


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4000), st.integers(-20_000, 20_000)), min_size=1, max_size=15),
    st.integers(1, 10**6),
)
def test_a_window_is_as_long_as_asked_however_the_clock_is_set(steps, seconds):
    steadiness, now, count = Steadiness(), START, 0.0
    for passed, jump in steps:
        steadiness.observe(now, count)
        now, count = now + timedelta(seconds=passed + jump), count + passed
    steadiness.observe(now, count)
    span = timedelta(seconds=seconds)
    assert total(steadiness.window(span, now)) == span


@pytest.mark.parametrize("jump", [2 * HOUR, -2 * HOUR])
def test_ages_go_on_as_before_over_a_jump(jump):
    at = START - 20 * MINUTE
    steadiness = seen((START, 0.0), (START + jump + MINUTE, 60.0))
    ages = [steadiness.age(at, START + jump + minute * MINUTE) for minute in (1, 5, 30)]
    assert ages == [21 * MINUTE, 25 * MINUTE, 50 * MINUTE]
