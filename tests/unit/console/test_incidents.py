"""Incidents on their pages: opened by a form, walked to the end, told in the reader's language."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from botops.app import incidents as app
from botops.app.container import Container
from botops.app.releases.kill_switch import kill
from botops.config import Secrets, load_settings
from botops.console import i18n
from botops.console.incidents import labels as incident_labels
from botops.domain.alerts import AlertEventKind
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.findings import FindingKind
from botops.domain.incidents import CauseKind, EntryKind, IncidentSeverity, IncidentState, Scope, TimelineEntry
from botops.domain.money import Money

HOSTILE = "<script>window.hacked=1</script> ![x](http://evil.example/b.png) [y](javascript:alert(1)) \u202eтёарбо"


@pytest.fixture
def trouble():
    """Opens an incident about every wrong reply of four weeks."""

    def trouble(container, title="Бот обещает лишнее", **changes):
        scope = Scope(container.clock.now() - timedelta(days=29), **changes)
        return app.open_incident(container, title, IncidentSeverity.CRITICAL, scope, by="Айгуль")

    return trouble


@pytest.fixture
def side():
    def side(folder, role="side"):
        return Container.open(load_settings(folder / "botops.yaml"), Secrets(), role=role)

    return side


def _text(said):
    return unescape(re.sub(r"<[^>]+>", " ", said))


def _sign(test, key, name="Айгуль"):
    test.text_input(key=f"by-{key}").set_value(name)


def test_without_incidents_the_page_says_so(seeded, run, words):
    said = words(run(seeded, "alerts"))
    assert "Открытых инцидентов нет" in said
    assert "Как быстро мы справляемся?" not in said


def test_an_incident_is_opened_by_the_form_and_shown(served, project, run, words, monkeypatch):
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    test = run(project, "alerts")
    test.text_input(key="incident-title").set_value("Бот обещает скидку 50 %")
    test.selectbox(key="incident-kind").set_value(FindingKind.DISCOUNT)
    _sign(test, "incident")
    test.button(key="open-incident-now").click().run()
    assert not test.exception
    (made,) = container.store.incidents.latest()
    assert (made.title, made.scope.kind, made.opened_by) == ("Бот обещает скидку 50 %", FindingKind.DISCOUNT, "Айгуль")
    assert made.owner == "sales_enablement"
    assert timedelta(minutes=55) < container.clock.now() - made.began_at < timedelta(minutes=66)
    assert test.query_params["incident"] == "1"
    assert "INC-1" in words(test)


def test_a_form_that_is_not_filled_in_opens_nothing(served, project, run, words, monkeypatch):
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    test = run(project, "alerts")
    test.button(key="open-incident-now").click().run()
    assert "Инцидент не открыт" in words(test)
    _sign(test, "incident")
    test.button(key="open-incident-now").click().run()
    assert not test.exception
    assert "Инцидент не открыт" in words(test)
    assert container.store.incidents.latest(under_way=False) == ()


def test_from_the_first_step_to_the_last(served, project, run, words, trouble, monkeypatch):
    """Taken on, noted, explained, given to somebody, tested, over, closed: all of it on the page."""
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    trouble(container)
    test = run(project, "alerts", incident="1")
    said = words(test)
    assert "никто не взял" in said
    for lack in ("не отмечено, что всё устранено", "не названа причина", "никому не поручено", "нет теста"):
        assert lack in said
    assert "Кому бот сказал неправду?" in said
    assert "lead-" in said

    _sign(test, "acknowledge")
    test.button(key="do-acknowledge").click().run()
    assert "в работе" in words(test)
    test.text_area(key="words-notes").set_value("отключили акцию")
    test.button(key="do-notes").click().run()  # the name is known by now
    test.text_area(key="words-cause").set_value("чужая акция в промпте")
    test.button(key="do-cause").click().run()
    test.text_area(key="words-action").set_value("тест на скидки")
    test.selectbox(key="action-owner").set_value("ai_ops")
    test.button(key="do-action").click().run()
    test.button(key="do-done-1").click().run()
    test.radio(key="case-how").set_value("none").run()
    test.text_area(key="words-no-case").set_value("разовая акция")
    test.button(key="do-case").click().run()
    assert not any(button.key == "do-close" for button in test.button)
    test.text_area(key="words-resolve").set_value("откатили промпт")
    test.button(key="do-resolve").click().run()
    test.button(key="do-close").click().run()
    assert not test.exception

    found = container.store.incidents.get(1)
    assert found.state is IncidentState.CLOSED
    assert (found.cause_kind, found.cause, found.no_case) == (
        CauseKind.PROMPT, "чужая акция в промпте", "разовая акция",
    )  # fmt: skip
    (action,) = found.follow_ups
    assert (action.owner, action.done_by) == ("ai_ops", "Айгуль")
    said = _text(words(test))
    assert "отключили акцию" in said
    assert "Чтобы закрыть, не хватает" not in said
    assert "Как быстро мы справляемся?" in words(run(project, "alerts", all="1"))


def test_the_estimate_is_kept_as_people_type_it(served, project, run, words, trouble, monkeypatch):
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    trouble(container)
    test = run(project, "alerts", incident="INC-1")
    _sign(test, "at-risk")
    test.text_input(key="change-at-risk").set_value("много")
    test.button(key="do-at-risk").click().run()
    assert [e.value for e in test.error] == ["Напишите сумму числом, например 150000."]
    test.text_input(key="change-at-risk").set_value("150 000,50")
    test.button(key="do-at-risk").click().run()
    assert container.store.incidents.get(1).at_risk == Money(15_000_050, "KZT")
    assert "150 000,50 ₸ по оценке" in words(test).replace("\xa0", " ")


def test_a_draft_nobody_changed_keeps_up_with_the_incident_and_one_that_was_stays(
    served, project, run, words, trouble, monkeypatch
):
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    trouble(container)

    def box():
        (found,) = (area for area in test.text_area if area.key.startswith("postmortem-1"))
        return found

    test = run(project, "alerts", incident="1")
    assert "Устранено: ещё нет" in box().value
    app.resolve(container, 1, "откатили промпт", by="Болат")
    test.run()
    assert "Устранено: ещё нет" not in box().value
    box().set_value("своими словами").run()
    app.reopen(container, 1, "опять", by="Болат")
    test.run()
    assert box().value == "своими словами"


def test_a_postmortem_is_completed_and_kept(served, project, run, words, trouble, monkeypatch):
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    trouble(container)
    test = run(project, "alerts", incident="1")
    assert "Черновик из того, что известно" in words(test)
    (box,) = (area for area in test.text_area if area.key.startswith("postmortem-1"))
    assert box.value.startswith("# INC-1: Бот обещает лишнее")
    box.set_value(box.value + "\nЗаметили за час.")
    app.note(container, 1, "пока пишут, жизнь идёт", by="Болат")
    test.run()
    (box,) = (area for area in test.text_area if area.key.startswith("postmortem-1"))
    assert box.value.endswith("Заметили за час.")  # what is typed outlives what happens meanwhile
    _sign(test, "postmortem")
    test.button(key="do-postmortem").click().run()
    assert not test.exception
    kept = (project / "postmortems" / "INC-1.md").read_text("utf-8")
    assert kept.endswith("Заметили за час.\n")
    assert "Как сохранили в последний раз." in words(run(project, "alerts", incident="1"))


def test_two_who_write_at_once_lose_nothing(served, project, run, words, trouble, monkeypatch):
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    trouble(container)
    test = run(project, "alerts", incident="1")
    app.keep_postmortem(container, 1, "Болат был первым", by="Болат", base="")
    _sign(test, "postmortem")
    test.button(key="do-postmortem").click().run()
    said = words(test)
    assert "Пока вы писали, кто-то сохранил другой текст" in said
    assert "Болат был первым" in said
    assert (project / "postmortems" / "INC-1.md").read_text("utf-8") == "Болат был первым\n"


def test_a_postmortem_is_refused_where_it_cannot_be_right(project, side, trouble):
    with side(project) as container:
        trouble(container)
        with pytest.raises(UserError):
            app.keep_postmortem(container, 1, "  \n", by="Айгуль", base="")
        with pytest.raises(NotFoundError):
            app.keep_postmortem(container, 2, "текст", by="Айгуль", base="")
        app.keep_postmortem(container, 1, "текст\r\nдля +7 701 123 45 67", by="Айгуль", base="")
        kept = app.kept_postmortem(container, 1)
        assert kept.startswith("текст\nдля ")
        assert "701 123" not in kept
        with pytest.raises(ConflictError) as caught:
            app.keep_postmortem(container, 1, "другой", by="Болат", base="")
        assert (caught.value.theirs, caught.value.yours) == (kept, "другой")
        app.keep_postmortem(container, 1, "другой", by="Болат", base=app.checksum(kept))
        assert app.kept_postmortem(container, 1) == "другой\n"
        noted = container.store.incidents.entries(1)[-1]
    assert (noted.kind, noted.text) == (EntryKind.CHANGED, "postmortem kept: postmortems/INC-1.md")


def test_every_step_of_the_timeline_is_told_in_russian(project, side, run, words, trouble):
    with side(project) as container:
        trouble(container)
        app.set_severity(container, 1, IncidentSeverity.MAJOR, by="Айгуль")
        app.set_owner(container, 1, "ai_ops", by="Айгуль")
        app.set_cause(container, 1, CauseKind.PRICE_BOOK, "старый прайс", by="Айгуль")
        today = container.clock.now().date()
        app.add_follow_up(container, 1, "сверить цены", "head_of_sales", today + timedelta(days=1), by="Айгуль")
        app.finish_follow_up(container, 1, 1, by="Айгуль")
        app.link_case(container, 1, None, no_case="разовое", by="Айгуль")
        app.set_at_risk(container, 1, Money(5_000_000, "KZT"), by="Айгуль")
        app.set_at_risk(container, 1, None, by="Айгуль")
        app.keep_postmortem(container, 1, "текст", by="Айгуль", base="")
        kill(container, "reception", "hand-over", by="Болат", reason="на всякий случай")
        told = app.timeline(container, container.store.incidents.get(1))
    changes = [entry for entry in told if entry.kind is EntryKind.CHANGED]
    assert len(changes) == 9
    for entry in changes:
        assert any(re.fullmatch(pattern, entry.text, re.DOTALL) for pattern, _said in incident_labels._CHANGES)
    said = _text(words(run(project, "alerts", incident="1")))
    assert "Ответственный: AI Ops" in said
    assert "Причина — Прайс-лист. старый прайс" in said
    assert "reception · аварийный выключатель" in said
    assert "на всякий случай" in said
    assert not re.search(r"\b(severity|owner|cause|action|money at risk|override)\b", said)


def test_hostile_words_stay_words(project, side, run, trouble):
    with side(project) as container:
        kept = trouble(container)
        # Such a title is refused today; stores keep those of the time before.
        entry = TimelineEntry(kept.opened_at, EntryKind.OPENED, "x", HOSTILE)
        container.store.incidents.open(replace(kept, title=HOSTILE), entry)
        app.note(container, 1, "<img src=x onerror=alert(1)>", by="<b>me</b>")
        app.note(container, 2, "<img src=x onerror=alert(1)>", by="<b>me</b>")
    for parameters in ({"incident": "1"}, {"incident": "2"}, {}):
        test = run(project, "alerts", **parameters)
        assert not test.exception
        bodies = "".join(h.proto.body for h in test.get("html") if "<style>" not in h.proto.body)
        assert "<script>window" not in bodies
        assert "<img" not in bodies
        assert not any("evil.example" in m.value for m in test.markdown)


@pytest.mark.parametrize("wanted", ["99", "0", "-1", "x", "1e9", "9" * 40, "<b>"])
def test_an_incident_that_is_not_there(seeded, run, words, wanted):
    test = run(seeded, "alerts", incident=wanted)
    assert not test.exception
    assert "Такого инцидента нет" in words(test)


def test_what_became_of_an_alert_is_told_in_the_readers_language():
    assert i18n.language() == "ru"
    for event in AlertEventKind:
        entry = TimelineEntry(datetime.now(UTC), EntryKind.ALERT, "botops", f"{event.value}: Ошибок больше", "alert:1")
        kind, said = incident_labels.entry(entry, {})
        assert (kind.split(" · ")[0], said) == ("Тревога", "Ошибок больше")
        assert event.value not in kind


def test_labels_are_whole():
    for values, label in (
        (IncidentSeverity, incident_labels.severity),
        (IncidentState, incident_labels.state),
    ):
        assert len({label(value)[0] for value in values}) == len(values)
    assert set(incident_labels.CAUSES) == set(CauseKind)
    assert set(incident_labels._ENTRIES) == set(EntryKind)
    assert i18n.language() == "ru"
