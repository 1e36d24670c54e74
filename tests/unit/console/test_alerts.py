"""The inbox of alerts and one alert's page: what it tells, and everything people can do about it."""

import re
from datetime import timedelta
from html import unescape

import pytest

from botops.app.alerts import inbox
from botops.app.alerts.watching import AlertWatch
from botops.console.alerts import labels as alert_labels
from botops.domain.alerts import (
    AlertEventKind,
    AlertSeverity,
    AlertState,
    Example,
    LikelyCause,
    Signal,
    Where,
)
from botops.domain.incidents import Scope
from botops.domain.money import Money
from botops.domain.notices import NoticeKind, NoticeState

HOSTILE = "<script>window.hacked=1</script> ![x](http://evil.example/b.png) \u202eтёарбо"


class Source:
    """Says what it is told to say."""

    name = "rehearsal"

    def __init__(self, *signals):
        self.signals = signals

    def look(self, now):
        return self.signals


def signal(now, title="Бот обещает скидки, которых нет", **changes):
    words = {"ru": title, "kk": "Бот жоқ жеңілдікті уәде етеді", "en": "The bot promises discounts that are not there"}
    known = {
        "key": "discounts:sales", "rule": "BotopsWrongPromises", "severity": AlertSeverity.PAGE, "area": "replies",
        "began_at": now - timedelta(hours=3), "title": words, "text": words,
    }  # fmt: skip
    return Signal(**(known | changes))


@pytest.fixture
def raised():
    """Raises alerts and gives their ids by their keys."""

    def raised(container, *signals):
        AlertWatch(container, (Source(*signals),)).look()
        return {alert.signal.key: alert.id for alert in inbox.alerts(container)}

    return raised


@pytest.fixture
def explained(served, raised, monkeypatch):
    """The API over a project with one alert that knows everything an alert can know; its container and its id."""
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    now = container.clock.now()
    rows = container.store.reads.dialogues().items[:3]
    found = raised(container, signal(
        now, days_between=400.0, at_risk=Money(1_250_000_000, "KZT"), where=Where("version", "sales@2", 0.93),
        causes=(LikelyCause("publish", now - timedelta(hours=4), "опубликована sales v2", "Болат", 0.87,
                            "prompt:sales", "2"),),
        examples=tuple(Example(row.id, 1, row.last_at, f"скидка 50 % {HOSTILE}") for row in rows),
        scope=Scope(now - timedelta(days=27), prompt="sales", version=2), subject="prompt:sales",
    ))  # fmt: skip
    return container, found["discounts:sales"]


def _text(said):
    return unescape(re.sub(r"<[^>]+>", " ", said)).replace("\xa0", " ")


def _sign(test, key, name="Айгуль"):
    test.text_input(key=f"by-{key}").set_value(name)


def test_a_quiet_inbox_says_so(seeded, run, words):
    assert "Тревог нет." in words(run(seeded, "alerts"))


def test_an_area_is_named_so_that_it_is_true_for_every_alert_of_it(served, project, run, words, raised):
    _address, container = served
    more = signal(container.clock.now(), "Чаще обычного: передачи человеку", key="more", rule="UnusualEscalations")
    alert = raised(container, more)["more"]
    for said in (_text(words(run(project, "alerts"))), _text(words(run(project, "alerts", alert=alert)))):
        assert "Бот говорит неправду" not in said
        assert "Что говорит бот" in said


def test_an_alert_that_is_over_is_not_called_expired(served, project, run, words, raised):
    _address, container = served
    raised(container, signal(container.clock.now()))
    raised(container)
    said = _text(words(run(project, "alerts", over="1")))
    assert "прошла" in said
    assert "истекло" not in said


def test_the_gravest_comes_first_with_its_owner(served, project, run, words, raised):
    _address, container = served
    now = container.clock.now()
    slow = signal(now, "Бот отвечает медленно", key="slow", rule="BotopsSlow", severity=AlertSeverity.TICKET,
                  area="service")  # fmt: skip
    raised(container, slow, signal(now))
    said = _text(words(run(project, "alerts")))
    assert said.index("Бот обещает скидки") < said.index("Бот отвечает медленно")
    assert "Sales Enablement AI" in said
    assert "никто не взял" in said


def test_an_alert_tells_all_it_knows(explained, project, run, words):
    _container, alert = explained
    test = run(project, "alerts", alert=alert)
    assert not test.exception
    said = _text(words(test))
    for told in ("Бот обещает скидки, которых нет", "срочно", "случайно такое бывает раз в 400 дней", "12 500 000 ₸",
                 "93% лишнего — версия 2 промпта sales", "опубликована sales v2", "вероятность 87%",
                 "Sales Enablement AI", "Поднята"):  # fmt: skip
        assert told in said.replace("\\", ""), told
    assert [len(unescape(h.proto.body)) for h in test.get("html") if "скидка 50 %" in h.proto.body] != []
    assert words(run(project, "alerts", alert=alert[:8])).count("скидка 50 %") == 3


def test_hostile_quotes_stay_text(explained, project, run):
    _container, alert = explained
    bodies = "".join(h.proto.body for h in run(project, "alerts", alert=alert).get("html"))
    assert "<script>window" not in bodies
    assert "&lt;script&gt;window" in bodies
    assert "U+202E" in bodies


def test_the_runbook_of_the_project_stands_on_the_page(explained, project, run, words):
    _container, alert = explained
    assert "Что проверить и что делать" not in words(run(project, "alerts", alert=alert))
    folder = project / "alerts" / "runbooks"
    folder.mkdir(parents=True)
    (folder / "BotopsWrongPromises.md").write_text("# Что делать\n\nПозвонить Айгерим <b>сейчас</b>", "utf-8")
    said = words(run(project, "alerts", alert=alert))
    assert "Что проверить и что делать" in said
    assert "Позвонить Айгерим &lt;b&gt;" in said


def test_somebody_takes_it_on(explained, project, run, words):
    container, alert = explained
    test = run(project, "alerts", alert=alert)
    _sign(test, "alert-acknowledge")
    test.button(key="do-alert-acknowledge").click().run()
    assert not test.exception
    assert inbox.alert(container, alert).acknowledged_by == "Айгуль"
    said = words(test)
    assert "в работе: Айгуль" in said
    assert not any(button.key == "do-alert-acknowledge" for button in test.button)


def test_an_incident_is_opened_from_it(explained, project, run, words):
    container, alert = explained
    test = run(project, "alerts", alert=alert)
    _sign(test, "alert-incident")
    test.button(key="do-alert-incident").click().run()
    assert not test.exception
    (incident,) = container.store.incidents.latest()
    assert (incident.alert, incident.scope.prompt, incident.scope.version) == (alert, "sales", 2)
    assert incident.at_risk == Money(1_250_000_000, "KZT")
    assert test.query_params["incident"] == "1"
    said = words(test)
    assert "INC-1" in said
    assert inbox.alert(container, alert).incident == 1


def test_it_is_silenced_and_heard_again(explained, project, run, words):
    container, alert = explained
    test = run(project, "alerts", alert=alert)
    test.selectbox(key="silence-hours").set_value(24)
    test.text_input(key="why-silence").set_value("знаем, чиним")
    _sign(test, "silence")
    test.button(key="do-silence").click().run()
    assert not test.exception
    (silence,) = inbox.silences(container)
    assert (silence.key, silence.rule, silence.area, silence.by) == ("discounts:sales", None, None, "Айгуль")
    assert timedelta(hours=23) < silence.until - container.clock.now() <= timedelta(hours=24)
    assert "Приглушена до" in words(test)
    test = run(project, "alerts")
    said = words(test)
    assert "приглушена" in said
    assert "знаем, чиним" in said
    test.text_input(key=f"why-silence-{silence.id}").set_value("починили")
    _sign(test, f"silence-{silence.id}")
    test.button(key=f"do-end-{silence.id}").click().run()
    assert inbox.silences(container) == ()


def test_a_person_says_that_it_is_over(explained, project, run, words):
    container, alert = explained
    test = run(project, "alerts", alert=alert)
    test.button(key="do-alert-resolve").click().run()
    assert "Назовите себя и причину" in words(test)
    test.text_input(key="why-alert-resolve").set_value("ложная")
    _sign(test, "alert-resolve")
    test.button(key="do-alert-resolve").click().run()
    found = inbox.alert(container, alert)
    assert (found.state, found.resolved_by) == (AlertState.RESOLVED, "Айгуль")
    assert not any(button.key and button.key.startswith("do-alert") for button in test.button)
    assert "Бот обещает скидки" not in words(run(project, "alerts"))
    over = run(project, "alerts")
    over.query_params["over"] = "1"
    assert "Бот обещает скидки" in words(over.run())


def test_what_is_at_fault_is_rolled_back_in_one_action(explained, project, run, words):
    container, alert = explained
    test = run(project, "alerts", alert=alert)
    test.text_input(key="why-alert-rollback").set_value("обещает лишнее")
    _sign(test, "alert-rollback")
    test.button(key="do-alert-rollback").click().run()
    assert not test.exception
    container.registry.refresh()
    release = container.registry.release("sales")
    assert release.split is None
    assert release.live == 1


@pytest.mark.parametrize("wanted", ["nobody", "", "<b>", "%", "*", "0" * 500])
def test_an_alert_that_is_not_there(seeded, run, words, wanted):
    test = run(seeded, "alerts", alert=wanted)
    assert not test.exception
    assert "Такой тревоги нет" in words(test) or not wanted


def test_labels_are_whole():
    assert len({alert_labels.severity(one)[0] for one in AlertSeverity}) == len(AlertSeverity)
    assert set(alert_labels._EVENTS) == set(AlertEventKind)
    assert set(alert_labels._NOTICES) == set(NoticeKind)
    assert set(alert_labels._NOTICE_STATES) == set(NoticeState)


def test_today_tells_of_urgent_alerts_nobody_has_taken(explained, project, run, words):
    container, alert = explained
    said = words(run(project))
    assert "1 срочная тревога, которую никто не взял" in said
    assert "Бот обещает скидки, которых нет" in said
    inbox.acknowledge(container, alert, by="Айгуль")
    assert "срочная тревога" not in words(run(project))
