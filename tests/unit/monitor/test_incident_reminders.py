"""What people are reminded of, how often, and that a jumping clock says nothing twice."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from botops.domain.alerts import AlertSeverity
from botops.domain.incidents import CauseKind, FollowUp, Incident, IncidentSeverity, Scope
from botops.domain.money import Money
from botops.monitor import incidents as life
from botops.monitor.alert_words import Links
from botops.monitor.incident_reminders import UNLEARNT_AFTER, Undone, due, undone
from botops.monitor.incident_words import opened_words, reminder_line, reminder_words

OPENED = datetime(2026, 11, 20, 9, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Almaty")
EVERY = timedelta(hours=4)
NEW = Incident(
    7,
    "Бот <b>обещает</b> скидку",
    IncidentSeverity.CRITICAL,
    "sales_enablement",
    Scope(OPENED),
    OPENED,
    OPENED,
    "aliya",
)
TAKEN = life.acknowledge(NEW, OPENED + timedelta(hours=1), "marat")
OVER = life.resolve(TAKEN, OPENED + timedelta(hours=5), "marat")


def keys(incident, after):
    return [one.key for one in due([incident], OPENED + after, ZONE, EVERY)]


def test_what_nobody_took_is_told_again_each_interval_and_never_twice_under_one_key():
    assert keys(NEW, timedelta(hours=3, minutes=59)) == []
    assert keys(NEW, timedelta(hours=4)) == keys(NEW, timedelta(hours=7)) == ["incident:7:untaken:1"]
    assert keys(NEW, timedelta(hours=8)) == ["incident:7:untaken:2"]
    assert keys(NEW, timedelta(hours=-2)) == []  # a clock set back


def test_what_somebody_has_is_told_once_a_day_of_the_company_from_the_next_day_on():
    assert keys(TAKEN, timedelta(hours=9)) == []
    assert keys(TAKEN, timedelta(hours=10, minutes=1)) == ["incident:7:unresolved:2026-11-21"]  # midnight in Almaty
    assert keys(TAKEN, timedelta(hours=33)) == ["incident:7:unresolved:2026-11-21"]
    assert keys(TAKEN, timedelta(hours=35)) == ["incident:7:unresolved:2026-11-22"]


def test_what_is_over_and_not_learnt_from_is_told_once_a_week_after_three_days():
    assert keys(OVER, timedelta(days=2)) == []
    first = keys(OVER, timedelta(hours=5) + UNLEARNT_AFTER)
    assert first == keys(OVER, timedelta(days=9)) == ["incident:7:unlearnt:0"]
    assert keys(OVER, timedelta(days=11)) == ["incident:7:unlearnt:1"]


def test_an_action_past_its_day_goes_to_whom_it_belongs_after_closing_too():
    todo = FollowUp("a", "тест", "ai_ops", date(2026, 11, 25))
    known = life.with_case(life.with_cause(life.with_follow_up(OVER, todo), CauseKind.PROMPT, "x"), None, "сбой")
    closed = life.close(known, OPENED + timedelta(hours=6), "aliya")
    assert keys(closed, timedelta(days=5, hours=9)) == []
    (late,) = due([closed], OPENED + timedelta(days=6), ZONE, EVERY)
    assert (late.role, late.severity, late.key) == ("ai_ops", AlertSeverity.TICKET, "incident:7:action:a:2026-11-26")
    assert keys(life.with_done(closed, 1, OPENED, "marat"), timedelta(days=6)) == []


@pytest.mark.parametrize(
    ("severity", "disturbs"),
    [
        (IncidentSeverity.CRITICAL, AlertSeverity.PAGE),
        (IncidentSeverity.MAJOR, AlertSeverity.TICKET),
        (IncidentSeverity.MINOR, AlertSeverity.DIGEST),
    ],
)
def test_a_critical_one_wakes_people_until_somebody_has_it(severity, disturbs):
    new, taken = replace(NEW, severity=severity), replace(TAKEN, severity=severity)
    assert undone([new], OPENED, ZONE)[0].severity is disturbs
    assert undone([taken], OPENED, ZONE)[0].severity is not AlertSeverity.PAGE


def test_words_name_the_incident_its_owner_and_its_page_and_nothing_in_them_is_markup():
    links = Links("https://console.example")
    owners = {"sales_enablement": {"ru": "Отдел качества"}}
    told = opened_words(replace(NEW, at_risk=Money(250_000_000, "KZT")), links, ZONE, owners)
    assert set(told) == {"ru", "kk", "en"}
    assert "INC-7" in told["kk"].title
    assert "Отдел качества" in told["ru"].text
    assert "2\u00a0500\u00a0000" in told["ru"].text
    assert "sales_enablement" in told["en"].text
    assert "https://console.example/alerts?incident=7" in told["en"].text
    assert "<b>обещает" not in told["ru"].html
    at = OPENED + timedelta(days=8)
    todo = FollowUp("a", "тест <i>", "ai_ops", date(2026, 11, 21))
    incidents = [NEW, replace(TAKEN, number=8), replace(OVER, number=9, follow_ups=(todo,))]
    found = undone(incidents, at, ZONE)
    assert {one.what for one in found} == set(Undone)
    for one in found:
        for language, words in reminder_words(one, at, links, ZONE, owners).items():
            assert words.title == f"🔔 {reminder_line(one, at, language)}"
            assert "<i>" not in words.html
            assert "{" not in words.text + words.title
