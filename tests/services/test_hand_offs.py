"""Clients who wait for a person, as sellers meet them: on the command line and over HTTP."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from botops.app.alerts.conditions import conditions
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.messages import InboundMessage


def ask_for_a_person(container, dialogue="d1"):
    at = datetime.now(UTC) - timedelta(hours=1)
    for number in (1, 2):  # a client may ask twice
        inbound = InboundMessage(dialogue, "lead", "Позовите менеджера", at, f"{dialogue}:{number}")
        asyncio.run(container.bot.run_turn(inbound))


def alarmed(container):
    (rule,) = [one for one in conditions(container) if one.name == "BotopsClientsWaiting"]
    return bool(rule.look(container.clock.now()))


@pytest.fixture
def waiting(project):
    with Container.open(load_settings(project / "botops.yaml"), Secrets()) as container:
        ask_for_a_person(container)
        assert alarmed(container)
    return project


def test_the_queue_on_the_command_line(waiting, botops):
    def run(*arguments, by="aliya"):
        return botops(waiting, "hand-offs", *arguments, by=by)

    code, out, err = run("list")
    assert code == 1
    assert "d1  waiting  since" in out
    assert "waiting\n" in err
    assert run("take", "d1")[0] == 0
    assert run("take", "d1")[0] == 0, "taking what one has changes nothing"
    with Container.open(load_settings(waiting / "botops.yaml"), Secrets()) as container:
        assert not alarmed(container)
    code, out, _ = run("list", "--json")
    assert code == 0
    assert {json.loads(line)["taken_by"] for line in out.splitlines()} == {"aliya"}
    code, _, err = run("take", "d1", by="marat")
    assert (code, "already with aliya" in err) == (2, True)
    assert run("close", "d1")[0] == 0
    assert run("list") == (0, "", "0 dialogues waiting\n")
    code, _, err = run("close", "d1")
    assert (code, "botops hand-offs list" in err) == (2, True)


def test_the_queue_over_http(project, running):
    with running(project) as server:
        ask_for_a_person(server.container)

        def post(step, dialogue="d1", **body):
            return server.http.post(f"/v1/hand-offs/{dialogue}/{step}", json=body)

        assert {one["status"] for one in server.http.get("/v1/hand-offs").json()} == {"waiting"}
        assert post("take").status_code == 422
        assert post("take", by=" ").status_code == 422
        taken = post("take", by="Айгуль")
        assert (taken.status_code, taken.json()["status"], taken.json()["taken_by"]) == (200, "taken", "Айгуль")
        assert not alarmed(server.container)
        assert post("take", by="Болат").status_code == 409
        assert post("take", "d2", by="Болат").status_code == 404
        assert post("close", by="Айгуль").status_code == 204
        assert server.http.get("/v1/hand-offs").json() == []


def test_an_id_of_another_system_may_hold_any_sign(project, running):
    with running(project) as server:
        ask_for_a_person(server.container, "crm/7?a#b")
        for step, code in (("take", 200), ("close", 204)):
            path = f"/v1/hand-offs/{quote('crm/7?a#b', safe='')}/{step}"
            assert server.http.post(path, json={"by": "Айгуль"}).status_code == code
