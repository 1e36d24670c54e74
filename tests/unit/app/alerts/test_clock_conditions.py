"""Clients who wait, and a clock that somebody sets."""

from datetime import UTC, datetime, timedelta

import pytest

from botops.app.alerts.conditions import RULES

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_a_client_may_wait_as_long_as_the_settings_allow(shop_with):
    shop = shop_with("hand_off: {answer_within_min: 20}\n")
    shop.turns(1, ago=20 * MINUTE, rule="client_asked")
    assert shop.says("BotopsClientsWaiting") == ()
    shop.turns(1, ago=10 * MINUTE, rule="client_asked")
    shop.clock.move(MINUTE)
    (said,) = shop.says("BotopsClientsWaiting")
    assert said.facts == {"waiting": 1, "longest_s": 21 * 60}
    row, later = shop.container.store.reads.hand_offs()
    waiting = [(one.hand_off.dialogue_id, one.hand_off.at) for one in (row, later)]
    assert [(one.dialogue_id, one.at) for one in said.examples] == waiting, "who waits, the longest first"
    shop.container.store.take_hand_off(row.hand_off.turn_id, "ayan")
    assert shop.says("BotopsClientsWaiting") == ()


@pytest.mark.parametrize("jump", [2 * HOUR, -2 * HOUR])
def test_a_clock_that_is_set_neither_raises_nor_ends_anything(shop, jump):
    """Busy a week ago and busy now, with clients who have waited for five minutes and a model that fails at times."""
    shop.turns(200, ago=7 * DAY, first_text_ms=50)
    shop.turns(200, ago=7 * DAY - 2 * HOUR)
    shop.turns(200, ago=7 * DAY + 2 * HOUR)
    shop.turns(5, ago=5 * MINUTE, rule="client_asked")
    stood = []
    for minute in range(30):
        shop.turns(10)
        shop.turns(3, fault="timeout")
        shop.looks.begin()
        stood.append({rule for rule in RULES if shop.says(rule)})
        shop.container.store.rebuild_roll_ups()
        shop.clock.move(MINUTE, jump=jump if minute == 7 else timedelta())
    failing = {"BotopsModelFaults"}
    assert stood == [set(), *[failing] * 9, *[failing | {"BotopsClientsWaiting"}] * 20], "whatever the clock shows"


@pytest.mark.parametrize("jump", [2 * HOUR, -2 * HOUR])
def test_a_clock_that_is_set_makes_no_silence(shop, jump):
    for ago in range(-3, 4):
        shop.turns(60, ago=7 * DAY + ago * HOUR)
    shop.turns(20, ago=90 * MINUTE)
    shop.looks.begin()
    assert shop.says("BotopsQuiet") == ()
    shop.clock.move(MINUTE, jump=jump)
    for minute in range(40):
        shop.looks.begin()
        said = shop.says("BotopsQuiet")
        # Set back, the clock shows the minutes of the last turns again, and they count as new.
        assert bool(said) == (minute >= 30 and jump > timedelta()), "two hours, by the machine's own count"
        shop.clock.move(MINUTE)
