from dataclasses import replace
from datetime import date

import pytest

from botops.monitor.detectors.result import Result, Seen, State
from botops.monitor.detectors.words import percent, say

TODAY = date(2026, 11, 20)
BURST = Result(
    "findings", "rate", "up", State.RAISED, (TODAY, -1),
    usual=0.051, last=Seen(11, 92, 4.7), change=Seen(11, 92, 4.7),
    since=(TODAY, -1), raised=(TODAY, -1), by="burst", days_between=214.0,
)  # fmt: skip
DRIFT = replace(BURST, since=(date(2026, 11, 17), -1), change=Seen(31, 390, 19.9, 4), by="drift", days_between=121)


def plain(text):
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Обычно 5,1 %, сегодня 11 из 92 — 12 %; такое случайно бывает раз в 210 дней."),
        ("kk", "Әдетте 5,1 %, бүгін 92 ішінен 11 — 12 %; мұндай жағдай кездейсоқ 210 күнде бір рет болады."),
        ("en", "Usually 5.1%, today 11 of 92 — 12%; by chance this happens once in 210 days."),
    ],
)
def test_a_strange_day_in_words(language, text):
    assert plain(say(BURST, language, today=TODAY)) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "Обычно 5,1 %, за 4 дня (с 17 ноября) 31 из 390 — 7,9 %; такое случайно бывает раз в 120 дней."),
        ("kk", "Әдетте 5,1 %, 4 күн ішінде (17 қараша бастап) 390 ішінен 31 — 7,9 %; "
               "мұндай жағдай кездейсоқ 120 күнде бір рет болады."),
        ("en", "Usually 5.1%, over 4 days (since 17 November) 31 of 390 — 7.9%; "
               "by chance this happens once in 120 days."),
    ],
)  # fmt: skip
def test_a_drift_in_words(language, text):
    assert plain(say(DRIFT, language, today=TODAY)) == text


@pytest.mark.parametrize(
    ("days", "said"),
    [(1, "раз в 1 день"), (2, "раз в 2 дня"), (5, "раз в 5 дней"), (11, "раз в 11 дней"), (21, "раз в 21 день"),
     (22.4, "раз в 22 дня"), (0.2, "раз в 1 день"), (2_449, "раз в 2 400 дней"), (40_000, "почти не бывает")],
)  # fmt: skip
def test_days_are_counted_as_russian_does_and_no_more_exactly_than_they_are_known(days, said):
    assert said in plain(say(replace(BURST, days_between=days), "ru"))


@pytest.mark.parametrize(("days", "said"), [(1, "1 day."), (2, "2 days.")])
def test_days_are_counted_as_english_does(days, said):
    assert say(replace(BURST, days_between=days), "en").endswith(said)


def test_a_cost_is_shown_as_its_caller_shows_money():
    result = replace(BURST, measure="each", usual=12.0, last=Seen(1900, 100, 1200), change=Seen(1900, 100, 1200))
    said = plain(say(result, "ru", today=TODAY, amount=lambda value: f"{value:.0f} ₸"))
    assert said == "Обычно 12 ₸, сегодня 19 ₸ — в 1,6 раза больше; такое случайно бывает раз в 210 дней."


def test_a_volume_that_fell_to_nothing_is_said():
    result = replace(BURST, measure="units", usual=150, last=Seen(0, 0, 150), change=Seen(0, 0, 150))
    assert "Обычно 150, вчера 0 — более чем в 10 раз меньше" in plain(say(result, "ru", today=date(2026, 11, 21)))
    assert "usually 150" in say(replace(result, state=State.OVER), "en")


def test_an_hour_is_named():
    result = replace(BURST, at=(TODAY, 9), since=(TODAY, 9), raised=(TODAY, 9))
    assert "сегодня, 9:00 11 из 92" in plain(say(result, "ru", today=TODAY))
    assert "с 20 ноября, 7:00 31 из 390" in plain(say(replace(DRIFT, since=(TODAY, 7), at=(TODAY, 9)), "ru"))


def test_every_state_is_said_in_every_language():
    for language in ("ru", "kk", "en"):
        said = {
            say(replace(BURST, state=state, raised=BURST.raised), language, today=TODAY)
            for state in State
        }  # fmt: skip
        assert len(said) == len(State)
        assert all("{" not in text for text in said)


def test_a_withdrawn_alarm_is_said_first():
    result = replace(BURST, state=State.QUIET, raised=None, since=None, withdrawn=(TODAY, -1))
    assert say(result, "ru").startswith("Тревога от 20 ноября снята")


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.12, "12 %"), (0.0996, "10 %"), (0.051, "5,1 %"), (0.0047, "0,47 %"), (0, "0,0 %"), (1, "100 %")],
)
def test_shares_show_two_digits_that_count(share, shown):
    assert plain(percent(share, "ru")) == shown
