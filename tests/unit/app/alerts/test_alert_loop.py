"""The look-out for alerts as it runs: in its own thread, over a clock that somebody sets."""

import logging
import time
from datetime import timedelta

import pytest

from botops.app.alerts import inbox
from botops.app.alerts.loop import AlertLoop
from botops.app.seed import Seeding
from botops.domain.alerts import AlertState

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def until(come, seconds=30.0):
    end = time.monotonic() + seconds
    while not come():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


@pytest.fixture
def looking(shop):
    loop = AlertLoop(shop.container, every_s=0.02)
    loop.start()
    yield shop
    loop.stop()


def standing(shop):
    return {alert.signal.rule for alert in inbox.alerts(shop.container)}


def test_a_fault_is_found_kept_and_over_again(looking):
    assert standing(looking) == set()
    looking.turns(5, rule="model_error", ago=timedelta(seconds=1))
    until(lambda: standing(looking) == {"BotopsFailingFast", "BotopsFailingSlowly"})
    looking.turns(1000, ago=timedelta(seconds=1))
    until(lambda: standing(looking) == set())
    (alert, _) = inbox.alerts(looking.container, firing=False)
    assert alert.state is AlertState.RESOLVED
    assert [event.kind.value for event in inbox.events(looking.container, alert.id)] == ["raised", "resolved"]


@pytest.mark.parametrize("jump", [2 * HOUR, -2 * HOUR])
def test_a_clock_that_is_set_is_said_and_raises_no_storm(looking, caplog, jump):
    """An hour of traffic, clients who wait, an alert that stands: the clock is set, and back again."""
    caplog.set_level(logging.WARNING)
    looking.turns(40)
    looking.turns(3, ago=10 * MINUTE, rule="client_asked")
    for ago in range(-3, 4):
        looking.turns(60, ago=timedelta(days=7) + ago * HOUR)
    looking.turns(6, fault="timeout")
    until(lambda: standing(looking) == {"BotopsModelFaults"})
    for span in (jump, -jump):
        before = caplog.text.count("the clock was set")
        looking.clock.move(timedelta(), jump=span)
        until(lambda: caplog.text.count("the clock was set") > before)  # noqa: B023 - asked at once
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            assert standing(looking) == {"BotopsModelFaults"}
    told = [event.kind.value for one in inbox.alerts(looking.container, firing=False)
            for event in inbox.events(looking.container, one.id)]  # fmt: skip
    assert told == ["raised"]


def test_nothing_is_judged_while_the_demos_past_is_made(looking):
    """A hand-off of the past is kept a moment before its seller comes: looked at then, it would wake somebody."""
    making = Seeding(looking.container)
    making.begin()
    looking.turns(1, ago=HOUR, rule="client_asked")
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        assert standing(looking) == set()
        time.sleep(0.02)
    making.run()
    until(lambda: standing(looking) == {"BotopsClientsWaiting"})


def test_a_making_of_the_past_that_was_killed_hides_nothing(looking):
    (looking.root / ".botops").mkdir(exist_ok=True)
    (looking.root / ".botops/demo-unfinished").write_text("2026-11-01\n", "utf-8")
    looking.turns(1, ago=HOUR, rule="client_asked")
    until(lambda: standing(looking) == {"BotopsClientsWaiting"})
