"""The kill switch as people meet it: over HTTP, on the command line, and in what a client is answered."""

import io
import json
import sys
import time

import pytest

from botops.cli.main import run

WHO = {"by": "Айгерим", "reason": "бот обещает подарки"}


@pytest.fixture
def server(project, running):
    with running(project, "simulator.errors={wrong_variant: 0, stale_price: 0}") as started:
        yield started


@pytest.fixture
def botops(project, monkeypatch, capsysbinary):
    """Runs a command in the project's folder, in this process: exit code, stdout, stderr."""
    monkeypatch.chdir(project)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b""), "utf-8"))

    def call(*arguments):
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as stop:
            run(arguments)
        out, err = capsysbinary.readouterr()
        return stop.value.code, out.decode(), err.decode()

    return call


def post(server, path, **body):
    return server.http.post(path, json=body)


def test_a_killed_prompt_hands_over_and_comes_back(server):
    made = post(server, "/v1/prompts/sales/kill", to="hand-over", **WHO)
    assert made.status_code == 201
    assert made.json()["override"]["kind"] == "hand_over"
    reply = server.chat("Сколько стоит тариф «Магазин»?")
    assert (reply["action"], reply["handed_over"], reply["prompt"]) == ("handed_over", True, None)
    events = server.http.post("/v1/chat", json={"text": "А год?", "stream": True}).text
    assert reply["reply"] in events
    assert "подарки" not in events
    assigned = server.http.get("/v1/prompts/sales", params={"lead": "x"})
    assert (assigned.status_code, assigned.json()["error"]) == (409, "SwitchedOffError")
    (listed,) = server.http.get("/v1/overrides").json()
    assert (listed["prompt"], listed["by"], listed["reason"]) == ("sales", *WHO.values())
    assert post(server, "/v1/prompts/sales/restore", by="Даулет", reason="исправили").json()[0]["id"] == listed["id"]
    assert server.http.get("/v1/overrides").json() == []
    assert server.chat("Сколько стоит тариф «Магазин»?")["action"] == "passed"
    assert server.http.get("/metrics").text.count('botops_hand_offs_total{rule="kill_switch"} 2.0') == 1


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        ("sales/kill", {"by": "a"}, 422, "body.reason"),
        ("sales/kill", {**WHO, "to": "nowhere"}, 422, "body.to"),
        ("sales/kill", {**WHO, "to": 0}, 422, "body.to"),
        ("sales/kill", {**WHO, "to": True}, 422, "body.to"),
        ("sales/kill", {**WHO, "to": 10**30}, 422, "body.to"),
        ("sales/kill", {**WHO, "force": True}, 422, "body.force"),
        ("sales/kill", {**WHO, "by": "a\x00b"}, 422, "body.by"),
        ("sales/kill", {**WHO, "reason": "a\x00b"}, 400, "control character"),
        ("sales/kill", {**WHO, "reason": " "}, 400, "the reason is missing"),
        ("sales/kill", {**WHO, "by": "guardrail:flagged"}, 400, "give a person's name"),
        ("sales/kill", {**WHO, "to": 9}, 404, "only goes back"),
        ("nothing/kill", {**WHO, "to": "hand-over"}, 404, "no prompt"),
        ("..%2Fsales/kill", WHO, 404, ""),
        ("sales/restore", WHO, 409, "no override is in force"),
        ("nothing/restore", WHO, 404, "no prompt"),
    ],
)
def test_what_cannot_be_ordered_is_refused_and_nothing_is_kept(server, path, body, status, says):
    answer = post(server, f"/v1/prompts/{path}", **body)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert server.http.get("/v1/overrides").json() == []
    assert server.container.store.audit.entries() == ()


def test_an_order_of_the_command_line_reaches_a_server_that_runs(server, botops):
    server.chat("Здравствуйте")
    code, out, _ = botops("prompts", "kill", "sales", "--to", "2", "--by", "Айгерим", "--reason", "лучше")
    assert (code, out) == (0, "sales: everybody gets version 2, within two seconds\n")
    time.sleep(1.1)
    assert {server.chat("Здравствуйте", lead_id=f"l{n}")["prompt"]["version"] for n in range(8)} == {2}
    code, out, err = botops("prompts", "kill", "sales", "--to", "hand-over", "--by", "Даулет", "--reason", "врёт")
    assert "replaced: everybody gets version 2, by Айгерим: лучше" in err
    (row,) = json.loads(botops("prompts", "overrides", "--json")[1])
    assert (row["kind"], row["by"]) == ("hand_over", "Даулет")
    assert "sales: every dialogue goes to a person" in botops("prompts", "overrides")[1]
    rows = {r["name"]: r for r in json.loads(botops("prompts", "list", "--json")[1])}
    assert rows["sales"]["overrides"] == ["every dialogue goes to a person"]
    assert rows["reception"]["overrides"] == []
    _, doctor, _ = botops("doctor")
    assert "botops prompts restore sales" in doctor
    code, out, _ = botops("prompts", "restore", "sales", "--by", "Даулет", "--reason", "исправили")
    assert (code, "врёт" in out) == (0, True)
    time.sleep(1.1)
    assert not server.chat("Здравствуйте")["handed_over"]


def test_the_command_line_says_what_is_wrong(botops, project):
    assert json.loads(botops("prompts", "list", "--json")[1])[0]["overrides"] == []
    assert not (project / ".botops/botops.db").exists(), "a list makes no store"
    for arguments, says in (
        (("kill", "sales", "--to", "nowhere", "--by", "a", "--reason", "b"), "nothing to switch to"),
        (("kill", "salse", "--to", "hand-over", "--by", "a", "--reason", "b"), "did you mean sales"),
        (("kill", "reception", "--by", "a", "--reason", "b"), "--to hand-over"),
        (("restore", "sales", "--by", "a", "--reason", "b"), "no override is in force"),
        (("kill", "sales", "--by", "a"), "--reason"),
    ):
        code, out, err = botops("prompts", *arguments)
        assert (code, out, says in err) == (2, "", True), err


def test_the_switch_works_where_little_else_does(botops, project):
    """No price book, a package that is not there, a prompt file cut in half: an order is given all the same."""
    for file in (project / "pricebook").glob("*.yaml"):
        file.unlink()
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + "\nclaims: {checks: [no_such_check]}\n", "utf-8")
    (project / "prompts/sales/2.yaml").write_text("messages: [", "utf-8")
    code, out, err = botops("prompts", "kill", "sales", "--to", "hand-over", "--by", "Айгерим", "--reason", "врёт")
    assert (code, out) == (0, "sales: every dialogue goes to a person, within two seconds\n"), err
    assert json.loads(botops("prompts", "overrides", "--json")[1])[0]["reason"] == "врёт"


def test_before_there_is_a_store_nothing_is_ordered(botops):
    assert botops("prompts", "overrides", "--json")[:2] == (0, "[]\n")
