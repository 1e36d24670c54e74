"""The bot does not answer, is slow, or nobody writes."""

from datetime import UTC, datetime, timedelta

from botops.app.alerts.conditions import RULES

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_nothing_stands_against_an_installation_where_all_is_well(shop):
    shop.turns(50)
    assert {rule: shop.says(rule) for rule in RULES if shop.says(rule)} == {}


def test_failing_fast_needs_a_burn_rate_and_two_failures(shop):
    shop.turns(9)
    shop.turns(1, rule="model_error")
    assert shop.says("BotopsFailingFast") == ()
    shop.turns(1, rule="internal_error")
    (said,) = shop.says("BotopsFailingFast")
    assert said.facts["failed"] == 2
    assert "18" in said.title["ru"]
    assert len(said.examples) == 2
    shop.turns(1, rule="client_asked")
    assert shop.says("BotopsFailingFast")[0].facts["failed"] == 2


def test_failing_fast_is_over_when_the_last_minutes_are_well(shop):
    shop.turns(5, rule="model_error")
    assert shop.says("BotopsFailingFast")
    shop.clock.move(6 * MINUTE)
    shop.turns(3)
    assert shop.says("BotopsFailingFast") == ()


def test_failing_slowly_looks_at_hours(shop):
    for ago in (5 * HOUR, 4 * HOUR, 3 * HOUR, 2 * HOUR, 10 * MINUTE):
        shop.turns(20, ago=ago + MINUTE)
        shop.turns(1, ago=ago, rule="prompt_error")
    assert shop.says("BotopsFailingFast") == ()
    (said,) = shop.says("BotopsFailingSlowly")
    assert (said.facts["failed"], said.facts["turns"]) == (5, 105)
    assert said.began_at == NOW - 5 * HOUR, "with the first failure of the window"
    shop.container.store.roll_up()
    assert shop.says("BotopsFailingSlowly")[0].facts["turns"] == 105


def test_failing_for_days_counts_whole_hours_by_their_sums(shop):
    for hours in range(1, 70, 6):
        shop.turns(50, ago=hours * HOUR)
        shop.turns(1, ago=hours * HOUR, rule="model_error")
    shop.container.store.rebuild_roll_ups()
    (said,) = shop.says("BotopsFailingForDays")
    assert (said.facts["failed"], said.facts["turns"]) == (12, 12 * 51)
    shop.turns(3000)
    shop.container.store.rebuild_roll_ups()
    assert shop.says("BotopsFailingForDays") == ()


def test_slow_needs_a_share_and_five_who_waited(shop):
    shop.turns(4, first_text_ms=4100)
    assert shop.says("BotopsSlow") == ()
    shop.turns(1, first_text_ms=4100)
    shop.turns(11)
    assert shop.says("BotopsSlow")[0].facts["slow"] == 5
    shop.turns(2)
    assert shop.says("BotopsSlow") == ()


def test_faults_of_the_model_are_told_by_class(shop):
    shop.turns(20)
    shop.turns(4, fault="timeout")
    shop.turns(1, fault="auth")
    assert shop.says("BotopsModelFaults") == ()
    shop.turns(1, fault="timeout", rule="model_error")
    (said,) = shop.says("BotopsModelFaults")
    assert (said.key, said.facts["calls"], len(said.examples)) == ("model_faults:timeout", 5, 1)
    shop.clock.move(16 * MINUTE)
    assert shop.says("BotopsModelFaults") == ()


def test_quiet_is_no_news_where_a_week_ago_it_was_quiet_too(shop):
    assert shop.says("BotopsQuiet") == ()
    shop.turns(9, ago=7 * DAY + HOUR)
    assert shop.says("BotopsQuiet") == ()
    shop.turns(1, ago=7 * DAY + HOUR)
    assert shop.says("BotopsQuiet")[0].facts["a_week_ago"] == 10
    shop.turns(1, ago=90 * MINUTE)
    assert shop.says("BotopsQuiet") == ()


def test_simulated_clients_do_not_make_an_hour_busy(shop):
    shop.turns(30, ago=7 * DAY + HOUR, simulated=True)
    assert shop.says("BotopsQuiet") == ()


def test_opening_hours_move_with_the_clocks_on_the_wall(shop_with):
    shop = shop_with("")
    shop.container.settings.company.__dict__["timezone"] = "Europe/Berlin"
    shop.clock.at = datetime(2026, 10, 26, 8, 30, tzinfo=UTC)  # clocks went back the day before: 9:30 on the wall
    opened = datetime(2026, 10, 19, 7, 30, tzinfo=UTC)  # 9:30 on the wall
    shop.turns(15, ago=shop.clock.at - opened - 5 * MINUTE)  # just after that, when the shop had opened
    assert shop.says("BotopsQuiet") == (), "an hour of UTC later it was busy; on the wall it was not yet"
    shop.clock.move(10 * MINUTE)
    assert shop.says("BotopsQuiet")


def test_roll_ups_are_late_once_they_are_for_ten_minutes(shop):
    shop.turns(1)
    shop.clock.move(16 * MINUTE)
    assert shop.says("BotopsRollupsLate") == ()
    shop.clock.move(10 * MINUTE)
    assert shop.says("BotopsRollupsLate")[0].facts["lag_s"] == 26 * 60
    while shop.container.store.roll_up():
        pass
    assert shop.says("BotopsRollupsLate") == ()


def test_a_watch_that_fails_again_and_again_is_told(shop):
    assert shop.says("BotopsWatchFailing") == ()
    shop.container.metrics.watch_errors.inc(5)
    shop.clock.move(MINUTE)
    assert shop.says("BotopsWatchFailing")[0].facts["errors"] == 5
    shop.clock.move(28 * MINUTE)
    assert shop.says("BotopsWatchFailing")
    shop.clock.move(2 * MINUTE)
    assert shop.says("BotopsWatchFailing") == ()
