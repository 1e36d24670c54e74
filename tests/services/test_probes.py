"""Probes against a real API: asked as clients ask, kept apart from them, right or wrong or without an answer."""

import json
import re
import sqlite3
import time
from contextlib import closing

import pytest

from botops.app.alerts import inbox
from botops.app.alerts.outbox import links_of
from botops.app.alerts.watching import AlertWatch
from botops.app.container import Container
from botops.app.probing import ask_all
from botops.app.probing.asking import questions_of
from botops.app.probing.schedule import run_if_due
from botops.app.probing.source import ProbeSource
from botops.app.releases import kill_switch
from botops.config import Secrets, load_settings
from botops.domain.errors import ModelError
from botops.domain.ports import ModelReply
from botops.domain.probes import HEADER, ProbeFault, ProbeOutcome
from botops.domain.usage import Usage

APART = {"probe_run", "probe_result", "probe_turn", "store_meta", "serving", "botops_schema"}


@pytest.fixture
def project(project):
    """The demo project, with a simulated model that makes no mistakes."""
    settings = project / "botops.yaml"
    settings.write_text(re.sub(r"(    \w+): 0\.0\d+", r"\1: 0.0", settings.read_text("utf-8")), "utf-8")
    return project


def rows_of(project):
    """How many rows each table has that probes have no business with."""
    with closing(sqlite3.connect(project / ".botops/botops.db")) as store:
        names = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: store.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in names
            if name not in APART and not name.startswith("sqlite")
        }


def outcomes(run):
    return {result.name: result.outcome for result in run.results}


def links(project, role):
    """Where links lead that a command makes."""
    with Container.open(load_settings(project / "botops.yaml"), Secrets(), role=role) as container:
        return links_of(container.settings).console


def clients_metrics(server):
    lines = server.http.get("/metrics").text.splitlines()
    return [line for line in lines if line.startswith(("botops_turns", "botops_replies", "botops_hand_offs_total",
                                                       "botops_tokens", "botops_claims_checked"))]  # fmt: skip


RIGHT = dict.fromkeys(("price:ru", "price:kk", "price:en", "hand_over:ru"), ProbeOutcome.RIGHT)


def test_the_bot_is_asked_in_every_language_and_nothing_of_it_counts(project, running):
    with running(project) as server:
        server.chat("Сколько стоит тариф «Магазин»?")
        server.container.store.roll_up()
        rows, metrics = rows_of(project), clients_metrics(server)
        run = ask_all(server.container, server.url)
        server.container.store.roll_up()
        assert outcomes(run) == RIGHT
        assert rows_of(project) == rows
        assert clients_metrics(server) == metrics
        assert all(result.turn.prompt == "sales" for result in run.results)
        assert server.container.store.probes.latest() == (run,)
        assert 'botops_probe_runs_total{language="kk",outcome="right",probe="price"} 1.0' in (
            server.http.get("/metrics").text
        )


def test_a_probe_spends_no_budget(project, running):
    tight = "budgets={company: {period: day, amount: 0.01, simulated: true, hard: {}}}"
    with running(project, tight) as server:
        assert outcomes(ask_all(server.container, server.url)) == RIGHT
        assert server.chat("Сколько стоит тариф «Старт»?")["action"] == "handed_over"


def test_a_probe_is_served_a_variant_and_exposes_nobody(project, running):
    with running(project) as server:
        for n in range(3):
            server.chat("Сколько стоит тариф «Старт»?", lead_id=f"lead-{n}")
        before = rows_of(project)
        run = ask_all(server.container, server.url)
        assert before["exposure"] == 3
        assert rows_of(project) == before
        assert {result.turn.version for result in run.results} <= {1, 2}


def test_the_answer_is_held_against_the_book_in_force(project, running):
    with running(project) as server:
        book = next((project / "pricebook").glob("*.yaml"))
        book.write_text(book.read_text("utf-8").replace("amount: 6900,", "amount: 7100,"), "utf-8")
        until = time.monotonic() + 20
        while questions_of(server.container)[0][0].amount != 7100 and time.monotonic() < until:
            time.sleep(0.1)
        run = ask_all(server.container, server.url)
        assert outcomes(run) == RIGHT
        assert run.results[0].expected == "7 100 ₸ в месяц"


class Liar:
    """A model that names the same price whatever is asked."""

    name = "liar"
    simulated = False

    def __init__(self, said):
        self.said = said

    async def complete(self, request, on_text=None):
        if isinstance(self.said, Exception):
            raise self.said
        return ModelReply(self.said, Usage(10, 0, 0, 10), "liar", "stop", 0.01)


def test_a_wrong_price_is_found_whether_the_guard_stops_it_or_not(project, running):
    model = Liar("Тариф «Старт» стоит 5 000 ₸ в месяц.")
    with running(project, "guard.policy=observe", model=model) as server:
        found = ask_all(server.container, server.url).results
        assert {r.name: r.fault for r in found} == {
            **dict.fromkeys(("price:ru", "price:kk", "price:en"), ProbeFault.NO_PRICE), "hand_over:ru": None,
        }  # fmt: skip
    with running(project, "guard.policy=block", model=model) as server:
        found = ask_all(server.container, server.url).results
        assert [r.outcome for r in found[:3]] == [ProbeOutcome.WRONG] * 3
        assert found[0].detail == "blocked_reply"


def test_a_model_that_fails_is_no_answer_although_the_client_gets_a_text(project, running):
    with running(project, model=Liar(ModelError("timeout", "no answer within 60 s"))) as server:
        found = ask_all(server.container, server.url).results
        assert {(r.outcome, r.fault) for r in found} == {(ProbeOutcome.UNANSWERED, ProbeFault.FAILED_TURN)}
        assert all(r.reply for r in found)


def test_a_kill_switch_is_told_from_a_failure(project, running):
    with running(project) as server:
        kill_switch.kill(server.container, "sales", "hand-over", by="Дана", reason="учения")
        found = ask_all(server.container, server.url).results
        assert {r.outcome for r in found} == {ProbeOutcome.SWITCHED_OFF}


def test_nobody_there_is_no_answer(project, running, port):
    with running(project) as server:
        found = ask_all(server.container, f"http://127.0.0.1:{port}").results
        assert {(r.outcome, r.fault, r.ms) for r in found} == {(ProbeOutcome.UNANSWERED, ProbeFault.NO_ANSWER, None)}
        assert "does not answer" in found[0].detail


def test_a_mark_of_nobodys_probe_is_refused_and_not_taken_for_a_client(project, running):
    with running(project) as server:
        before = rows_of(project)
        for mark in ("guessed", "", "ё"):
            answer = server.http.post(
                "/v1/chat", json={"text": "Сколько стоит «Старт»?"}, headers={HEADER: mark.encode()}
            )
            assert answer.status_code == 403, mark
        assert rows_of(project) == before


def test_a_probe_can_be_streamed_and_still_does_not_count(project, running):
    with running(project) as server:
        mark = server.container.store.probes.make_mark()
        before = rows_of(project)
        answer = server.http.post(
            "/v1/chat", json={"text": "Сколько стоит тариф «Старт»?", "stream": True}, headers={HEADER: mark}
        )
        assert "6 900" in answer.text
        assert rows_of(project) == before


def test_a_scheduled_round_runs_once_and_stands_in_the_month(project, running):
    with running(project) as server:
        assert run_if_due(server.container, server.url)
        assert not run_if_due(server.container, server.url)
        answer = server.http.get("/v1/probes").json()
        assert (answer["runs"], answer["asked"], answer["uptime"], answer["correct"]) == (1, 4, 1.0, 1.0)
        assert [r["outcome"] for r in answer["last"]["results"]] == ["right"] * 4
        assert server.http.get("/v1/probes", params={"month": "2020-02-01"}).json()["uptime"] is None
        (run,) = server.http.get("/v1/probes/runs").json()
        assert run["scheduled"] is True
        metrics = server.http.get("/metrics").text
        assert "botops_probe_up_ratio 1.0" in metrics
        assert "botops_probe_interval_seconds 900.0" in metrics


def test_a_round_cut_short_by_the_end_of_the_server_is_no_outage(project, running, port):
    with running(project) as server:
        assert not run_if_due(server.container, f"http://127.0.0.1:{port}", lambda: True)
        assert server.container.store.probes.latest() == ()


def test_the_command_asks_lists_and_says_by_its_exit_code(project, running, botops, port):
    with running(project) as server:
        code, out, _ = botops(project, "probe", "run", "--api", server.url)
        assert code == 0
        assert [line.split()[:2] for line in out.splitlines()] == [[name, "right"] for name in RIGHT]
        code, out, _ = botops(project, "probe", "run", "--api", server.url, "--scheduled", "--json")
        assert code == 0
        assert json.loads(out)["scheduled"] is True
        code, out, err = botops(project, "probe", "run", "--api", server.url, "--scheduled")
        assert (code, out) == (0, "")
        assert "no round is due" in err
        code, out, _ = botops(project, "probe", "list")
        assert code == 0
        assert "answered 100.0% of 4 (goal 99.5%, budget left 100.0%)" in out
        for _ in range(2):
            code, out, err = botops(project, "probe", "run", "--api", f"http://127.0.0.1:{port}")
            assert code == 3
            assert f"Nobody listens at http://127.0.0.1:{port}: this round is not counted" in err
        assert botops(project, "probe", "list")[0] == 0
        for _ in range(2):
            ask_all(server.container, f"http://127.0.0.1:{port}")
        code, out, _ = botops(project, "probe", "list", "--json")
        assert code == 1
        assert [r["probe"] for r in json.loads(out)["failing"]] == sorted(RIGHT)


@pytest.mark.parametrize("url", ["ftp://bot.example.kz", "bot.example.kz", "http://", "http://bot.example.kz/?a=1"])
def test_an_address_that_is_none_is_refused_with_its_place(project, botops, url):
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + f"\nprobes:\n  url: {url}\n", "utf-8")
    code, _, err = botops(project, "probe", "run")
    assert code == 2
    assert "botops.yaml" in err
    assert "probes.url" in err


def test_a_bad_api_on_the_command_line_is_bad_input(project, botops):
    code, _, err = botops(project, "probe", "run", "--api", "nowhere")
    assert code == 2
    assert "is no address of the API" in err


def test_the_server_probes_itself(project, process, wait_for, port):
    arguments = ("serve", "--port", str(port), "--set", "probes.every_min=1")
    with process(project, *arguments) as child:
        wait_for(f"http://127.0.0.1:{port}/healthz", child=child)
        for _ in range(300):
            found = wait_for(f"http://127.0.0.1:{port}/v1/probes", child=child).json()
            if found["last"] is not None:
                break
        assert [r["outcome"] for r in found["last"]["results"]] == ["right"] * 4
        assert found["last"]["address"] == f"http://127.0.0.1:{port}"


def test_commands_know_the_running_service_by_its_own_address(project, process, wait_for, botops, port):
    with process(project, "serve", "--port", str(port), "--set", "probes.enabled=false") as child:
        wait_for(f"http://127.0.0.1:{port}/healthz", child=child)
        assert botops(project, "probe", "run")[0] == 0
        assert f"at http://127.0.0.1:{port}:" in botops(project, "probe", "list")[1]
        assert links(project, "side") == links(project, "reader") == f"http://127.0.0.1:{port + 1}"
    assert links(project, "side") == links_of(load_settings(project / "botops.yaml")).console, "it has ended"


def test_what_fails_is_an_alert_with_an_owner_until_it_is_right_again(project, running, port):
    nobody = f"http://127.0.0.1:{port}"
    with running(project) as server:
        watch = AlertWatch(server.container, [ProbeSource(server.container)])
        for _ in range(2):
            ask_all(server.container, nobody)
        watch.look()
        (alert,) = inbox.alerts(server.container)
        assert (alert.signal.rule, alert.owner, alert.severity.value) == ("BotopsProbesFailing", "ai_ops", "page")
        assert (project / f"alerts/runbooks/{alert.signal.rule}.md").exists()
        ask_all(server.container, server.url)
        watch.look()
        assert inbox.alerts(server.container) == ()
