"""The page of the installation: service, models, what is served, the store, the doctor."""

import ast
import asyncio
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

import botops.app
from botops.app import system
from botops.app.container import Container
from botops.app.doctor import Check
from botops.app.system import ModelState, model_state
from botops.config import Secrets, load_settings
from botops.console.ops import labels as ops_labels
from botops.domain.alerts import AlertSeverity
from botops.domain.errors import ModelError
from botops.domain.messages import InboundMessage
from botops.domain.notices import Notice, NoticeKind, Words
from botops.store.moments import ModelCalls
from botops.testing.fakes import QueueModel


def _text(said):
    return unescape(re.sub(r"<[^>]+>", " ", said))


def test_a_service_that_is_gone_is_said_loudly(seeded, run, words, monkeypatch):
    monkeypatch.setenv("BOTOPS_API", "http://127.0.0.1:9")
    test = run(seeded, "system")
    assert not test.exception
    assert "Сервис не отвечает" in words(test)


def test_a_service_that_answers_tells_its_version(served, project, run, words, monkeypatch):
    address, _container = served
    monkeypatch.setenv("BOTOPS_API", address)
    said = words(run(project, "system"))
    assert "Сервис не отвечает" not in said
    assert address in said


def test_store_prompts_and_prices_are_told(seeded, run, words):
    said = _text(words(run(seeded, "system")))
    assert "sales-price-first" in said
    assert "demo.yaml" in said
    assert re.search(r"Диалоги\s+60", said)
    assert re.search(r"[МК]Б", said)


def test_what_the_doctor_finds_comes_first_and_in_russian(project, run, words):
    (project / "prompts" / "sales" / "1.yaml").write_text("messages: [\n", encoding="utf-8")
    said = words(run(project, "system"))
    assert "В промпте ошибка: пока её не исправят, клиенты получают последнюю исправную версию." in said
    assert said.index("В промпте ошибка") < said.index("Работает ли сервис?")


def test_ports_that_the_running_service_took_itself_are_no_finding(seeded):
    names = {check.name for check in system.findings(seeded)}
    assert not names & {"API port", "console port"}
    assert {"store", "prompts", "model"} <= names


def test_a_failing_model_is_told_with_its_fault(bare, run, words):
    model = QueueModel(["Добрый день!", ModelError("rate_limited", "429")], name="gpt-test")
    with Container.open(load_settings(bare / "botops.yaml"), Secrets(), role="writer", model=model) as container:
        for name in ("one", "two"):
            said = InboundMessage(name, name, "Привет", container.clock.now(), name)
            asyncio.run(container.bot.run_turn(said))
        (calls,) = system.models(container)
    assert (calls.calls, calls.failed, calls.fault) == (2, 1, "rate_limited")
    assert model_state(calls) is ModelState.FAILING
    said = _text(words(run(bare, "system")))
    assert "слишком много вызовов для провайдера" in said
    assert "последний вызов не удался" in said


@pytest.mark.parametrize(
    ("good", "failed", "state"),
    [(5, None, ModelState.ANSWERS), (5, 4, ModelState.ANSWERS), (4, 5, ModelState.FAILING),
     (None, 5, ModelState.FAILING), (None, None, ModelState.SILENT)],
)  # fmt: skip
def test_the_last_call_says_whether_a_model_answers(good, failed, state):
    def at(hour):
        return None if hour is None else datetime(2026, 11, 22, hour, tzinfo=UTC)

    assert model_state(ModelCalls("m", False, 2, 1, at(good), at(failed), None)) is state


def test_a_check_nobody_has_named_yet_keeps_its_name():
    found = Check("solar flare", "warning", "…", "wait")
    assert ops_labels.check(found) == "solar flare"
    assert ops_labels.advice(found) == ""


@pytest.fixture
def open_side():
    def open_side(folder):
        return Container.open(load_settings(folder / "botops.yaml"), Secrets(), role="side")

    return open_side


def test_without_channels_nobody_is_told_and_the_page_says_so(seeded, run, words):
    assert "О тревогах никому не сообщается" in words(run(seeded, "system"))


def test_a_channel_that_fails_is_told_with_its_last_delivery(project, run, words, open_side):
    with (project / "botops.yaml").open("a", encoding="utf-8") as file:
        file.write("\nalerts:\n  channels:\n    duty: {env: ALERTS_DUTY}\n    mail: {env: ALERTS_MAIL}\n")
    with open_side(project) as container:
        now = container.clock.now()
        notice = Notice("n", NoticeKind.TEST, AlertSeverity.PAGE, None, now, {"ru": Words("проба", "проба")})
        container.store.outbox.put(notice)
        (kept,) = container.store.outbox.due(now + timedelta(seconds=1))
        container.store.outbox.plan(kept.id, ["duty"], now)
        container.store.outbox.failed("duty", {kept.id: now + timedelta(minutes=1)}, now, "нет связи")
    said = _text(words(run(project, "system")))
    assert "О тревогах никому не сообщается" not in said
    assert re.search(r"duty\s+не работает с", said)
    assert re.search(r"mail\s+ещё ничего не отправляли", said)


def test_every_check_of_the_doctor_has_a_name_on_the_screen():
    """By the code of the doctor: a check that is new there has to be called something here."""
    room = Path(botops.app.__file__).parent
    names = set()
    for file in (room / "doctor.py", room / "doctor_care.py", room / "alerts" / "channels.py"):
        calls = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)]
        checks = [call for call in calls if getattr(call.func, "id", "") == "Check" and call.args]
        names |= {call.args[0].value for call in checks if isinstance(call.args[0], ast.Constant)}
    assert len(names) > 20
    assert names - set(ops_labels._CHECKS) == set()
    failing = Check("alert channel duty", "error", "…")
    assert ops_labels.check(failing) == "Канал duty"
    assert ops_labels.advice(failing)


def test_a_model_that_is_left_alone_is_told(served, project, run, words, monkeypatch):
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    said = InboundMessage("now", "now", "Привет", container.clock.now(), "now")
    asyncio.run(container.bot.run_turn(said))
    assert system.left_alone(address) == frozenset()
    container.metrics.breaker_open.labels("simulated").set(1)
    assert system.left_alone(address) == {"simulated"}
    assert "не спрашиваем: подряд не отвечала" in words(run(project, "system"))
    assert system.left_alone("http://127.0.0.1:9") == frozenset()
