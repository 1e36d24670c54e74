"""What AI Ops does in a real browser: an alert is taken on, becomes an incident, is rolled back and learnt from."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from botops.app.alerts.watching import AlertWatch
from botops.app.supervise import Console
from botops.domain.alerts import AlertSeverity, AlertState, Example, LikelyCause, Signal, Where
from botops.domain.incidents import IncidentState, Scope
from botops.domain.messages import InboundMessage
from botops.domain.money import Money

pytestmark = pytest.mark.browser
LIES = ("simulator.errors.invented_discount=1", "guard.policy=observe", "probes.enabled=false")
HOSTILE = "<img src=http://evil.example/a.png onerror='window.hacked=1'>![x](http://evil.example/b.png)"


class Rehearsal:
    """Says that version 2 promises discounts that are not there."""

    name = "rehearsal"

    def __init__(self, container):
        self.container = container

    def look(self, now):
        title = dict.fromkeys(("ru", "kk", "en"), "Бот обещает скидки, которых нет")
        text = dict.fromkeys(("ru", "kk", "en"), f"Обычно 5,1 %, сегодня 4 из 4. {HOSTILE}")
        rows = self.container.store.reads.dialogues().items[:3]
        return (Signal(
            "discounts:sales", "BotopsWrongPromises", AlertSeverity.PAGE, "replies", now - timedelta(hours=1), title,
            text, 400.0, Money(900_000, "KZT"), Where("version", "sales@2", 0.93),
            (LikelyCause("publish", now - timedelta(hours=2), "опубликована sales v2", "Болат", 0.87,
                         "prompt:sales", "2"),),
            tuple(Example(row.id, 1, row.last_at, HOSTILE) for row in rows),
            Scope(now - timedelta(hours=2), prompt="sales"), "prompt:sales",
        ),)  # fmt: skip


def _aside(work):
    """Runs a coroutine in a thread of its own: in this one the browser's event loop may be running already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture
def watched(project, running, port):
    """The API and the console of a bot that told four clients of discounts that are not there, which an alert tells."""
    with running(project, *LIES) as server:
        container = server.container
        for number in range(4):
            asked = ("Какая скидка на CRM Старт?", "Сколько стоит CRM Старт? А скидка будет?")[number % 2]
            at = datetime.now(UTC) - timedelta(minutes=5)
            _aside(container.bot.run_turn(InboundMessage(f"d{number}", f"lead-{number}", asked, at, f"k{number}")))
        AlertWatch(container, (Rehearsal(container),)).look()
        console = Console(host="127.0.0.1", port=port, api=server.url, directory=project, overrides=LIES)
        console.start()
        try:
            assert console.wait_ready(60)
            yield container, console.address
        finally:
            console.stop()


@pytest.fixture
def tab(tab):
    """Of a narrow screen."""
    tab.set_viewport_size({"width": 400, "height": 900})
    return tab


def _sign(tab, key, name=None):
    if name is not None:
        tab.locator(f"[class*=st-key-by-{key}] input").fill(name)
    tab.locator(f"[class*=st-key-do-{key}] button").click()


def _said(tab, key):
    return tab.locator(f"[class*=st-key-words-{key}] textarea")


def _fits(tab):
    tab.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")


def test_from_an_alert_to_its_postmortem(watched, tab, project, drawn, brings):
    container, address = watched
    tab.goto(f"{address}/alerts")
    # The look-out of the service may have found more by now.
    row = tab.locator("[class*=st-key-row-alert-]").filter(has_text="Бот обещает скидки, которых нет")
    row.wait_for()
    drawn(tab)
    with brings(tab, tab.get_by_text("случайно такое бывает раз в 400 дней")):
        row.get_by_text("Разобраться").click()
    tab.wait_for_url("**alert=*")
    expect(tab.get_by_text("вероятность 87%")).to_be_visible()
    _fits(tab)
    tab.get_by_role("button", name="Открыть инцидент").click()
    with brings(tab, tab.get_by_text("Кому бот сказал неправду?")):
        _sign(tab, "alert-incident", "Айгуль")
    tab.wait_for_url("**incident=1*")
    tab.get_by_text("lead-0").first.wait_for()
    _fits(tab)

    for title, key, words in (
        ("Назвать причину", "cause", "чужая акция в промпте"),
        ("Добавить, что сделать", "action", "тест на скидки"),
        ("Устранено", "resolve", "откатили промпт"),
    ):
        tab.get_by_role("button", name=title).first.click()
        _said(tab, key).fill(words)
        # Not any text: the field has the words as soon as they are typed.
        with brings(tab, tab.locator(".bo-timeline li").filter(has_text=words)):
            _sign(tab, key)  # the name is known by now
        _fits(tab)
    tab.get_by_role("button", name="Сделать или привязать тест").click()
    with brings(tab, _said(tab, "no-case")):  # before, the button of the form is the one of another way
        tab.get_by_text("Теста быть не может").click()
    _said(tab, "no-case").fill("разовая акция")
    with brings(tab, tab.get_by_text("Теста нет: разовая акция")):
        _sign(tab, "case")
    _fits(tab)

    box = tab.locator("[class*=st-key-postmortem-1] textarea")
    box.fill(box.input_value() + "\nЗаметили за час.")
    box.press("Control+Enter")  # the press below carries the text, whether the page has taken it by then or not
    with brings(tab, tab.get_by_text("Как сохранили в последний раз.")):
        _sign(tab, "postmortem")
    assert (project / "postmortems" / "INC-1.md").read_text("utf-8").endswith("Заметили за час.\n")
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Скачать CSV").click()
    assert waiting.value.suggested_filename == "INC-1.csv"
    tab.get_by_role("button", name="Закрыть инцидент").click()
    with brings(tab, tab.get_by_text("закрыт", exact=True)):
        _sign(tab, "close")
    tab.reload()
    tab.get_by_text("откатили промпт").first.wait_for()
    drawn(tab)
    found = container.store.incidents.get(1)
    assert (found.state, found.closed_by, found.at_risk) == (IncidentState.CLOSED, "Айгуль", Money(900_000, "KZT"))
    (alert,) = container.store.alerts.latest(rule="BotopsWrongPromises")
    assert (alert.incident, alert.acknowledged_by, alert.state) == (1, "Айгуль", AlertState.FIRING)
