"""The closed loop over HTTP: a wrong promise becomes a test, which what is live fails and the mended draft passes."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from botops.domain.evaluations import EvalTask, TaskState
from botops.evals.suite import read_suite
from botops.store import DialogueFilter

PROMISE = "      - Всем даём скидку 50 % на любой тариф.\n"
ASKED = "Есть ли скидка на тариф «Магазин»?"


@pytest.fixture
def wrong(project):
    """A project whose live prompt promises what the price book does not know."""
    version = project / "prompts/sales/1.yaml"
    good = version.read_text("utf-8")
    version.write_text(good.rstrip("\n") + "\n" + PROMISE, "utf-8")
    for old in ("2.yaml", "release.yaml"):
        (project / "prompts/sales" / old).unlink()
    return project, good


@pytest.fixture
def api(running, wrong):
    with running(wrong[0]) as server:
        published = server.http.post(
            "/v1/prompts/sales/publish", json={"version": 1, "by": "Айгуль", "reason": "акция"}
        )
        assert published.status_code == 200, published.text
        server.chat("Здравствуйте!", dialogue_id="angry")
        flagged = server.chat(ASKED + " Мой номер +7 701 234 56 78", dialogue_id="angry")
        assert flagged["action"] == "blocked"
        yield server


def make(api, turn=2, **more):
    body = {"turn": turn, "by": "Айгуль", "reason": "обещал скидку, которой нет", **more}
    return api.http.post("/v1/dialogues/angry/case", json=body)


def ask(api, version, suites=("regressions",), **more):
    body = {"prompt": "sales", "version": version, "suites": list(suites), "by": "Айгуль", **more}
    return api.http.post("/v1/evals/tasks", json=body)


def ended(api, task):
    until = time.monotonic() + 60
    while True:
        found = api.http.get(f"/v1/evals/tasks/{task['id']}").json()
        if found["state"] != "running" or time.monotonic() > until:
            return found
        time.sleep(0.1)


def test_from_a_flag_to_the_version_that_mends_it(api, wrong):
    project, good = wrong
    ref = {"turn_id": api.container.store.reads.dialogue("angry")[1].id, "attempt": 0, "finding": 1}
    ruled = api.http.post("/v1/reviews", json={**ref, "ruling": "confirmed", "by": "Айгуль", "reason": "такого нет"})
    assert ruled.status_code == 201, ruled.text
    made = make(api)
    assert made.status_code == 201, made.text
    case = made.json()["case"]
    file = project / "evals/suites/regressions.yaml"
    assert made.json() == {"suite": "regressions", "case": case, "file": "regressions.yaml", "prompt": "sales"}
    (written,) = yaml.safe_load(file.read_text("utf-8"))["cases"]
    assert written["origin"] == "dialogue:angry#2"
    assert "234 56 78" not in file.read_text("utf-8")
    assert written["x-reviews"][0]["ruling"] == "confirmed"
    assert "50 %" in written["x-reviews"][0]["quote"]
    assert read_suite(file).cases[0].history[0].content == "Здравствуйте!"
    (said,) = [e for e in api.http.get("/v1/audit").json() if e["deed"] == "case"]
    assert (said["by"], said["reason"], said["detail"]["case"]) == ("Айгуль", "обещал скидку, которой нет", case)

    begun = ask(api, 1)
    assert begun.status_code == 202, begun.text
    first = ended(api, begun.json())
    assert (first["state"], first["done"], first["total"], first["failed"]) == ("done", 1, 1, 1)
    run = api.http.get(f"/v1/evals/runs/{first['runs'][0]}").json()
    (outcome,) = run["outcomes"]
    assert (run["passed"], run["version"], outcome["status"]) == (False, 1, "fail")
    assert (outcome["dialogue_id"], outcome["turn"]) == ("angry", 2)
    assert outcome["failures"][0]["rule"].startswith("no_invented_claims")
    assert "50" in outcome["failures"][0]["quote"]
    held = outcome["turns"][0]["held"][0]
    mark = held["marks"][0]
    assert "50" in held["text"][mark["start"] : mark["end"]]

    saved = api.http.put("/v1/prompts/sales/draft", json={"text": good, "by": "Айгуль"})
    assert saved.status_code == 200
    second = ended(api, ask(api, "draft").json())
    assert (second["state"], second["version"], second["failed"]) == ("done", "draft", 0)
    walked = api.container.store.eval_runs.of_dialogue("angry")
    assert [(r.version, o.case, o.status) for r, o in walked] == [(0, case, "pass"), (1, case, "fail")]
    listed = api.http.get("/v1/evals/runs", params={"suite": "regressions"}).json()
    assert [run["passed"] for run in listed] == [True, False]
    deeds = [e["deed"] for e in api.http.get("/v1/audit", params={"subject": "prompt:sales"}).json()]
    assert deeds.count("eval") == 2


def test_a_dialogue_whose_id_has_a_slash(api):
    api.chat(ASKED, dialogue_id="crm/7")
    body = {"turn": 1, "by": "Айгуль", "reason": "обещал скидку, которой нет"}
    assert api.http.post("/v1/dialogues/crm%2F7/case", json=body).status_code == 201


def test_what_cannot_become_a_case(api, wrong):
    project, _ = wrong
    assert make(api, turn=9).status_code == 404
    assert api.http.post("/v1/dialogues/nobody/case", json={"turn": 1, "by": "А", "reason": "б"}).status_code == 404
    assert make(api, suite="unknown").status_code == 404
    assert make(api, suite="../x").status_code == 422
    assert make(api, by=" ").status_code == 422
    assert make(api, reason=" ").status_code == 400
    suites = project / "evals/suites"
    assert not (suites / "regressions.yaml").exists()
    assert make(api, suite="demo").status_code == 201
    again = make(api)
    assert (again.status_code, "is a case already" in again.json()["detail"]) == (409, True)
    head = "name: other\nprompt: reception\nat: 2026-01-01T00:00:00Z\n"
    other = f"{head}cases:\n  - {{id: x, turns: [а], expect: [language]}}\n"
    (suites / "other.yaml").write_text(other, "utf-8")
    refused = make(api, turn=1, suite="other")
    assert (refused.status_code, "tests the prompt reception" in refused.json()["detail"]) == (400, True)
    assert (suites / "other.yaml").read_text("utf-8") == other
    (suites / "regressions.yaml").write_text("name: regressions\ncases: [", "utf-8")
    broken = make(api, turn=1)
    assert (broken.status_code, "regressions.yaml:" in broken.json()["detail"]) == (400, True), broken.text


def test_what_cannot_be_run(api, wrong):
    project, _ = wrong
    assert ask(api, 7).status_code == 404
    assert ask(api, "draft").status_code == 404
    assert ask(api, 1, ["nothing"]).status_code == 404
    assert ask(api, 1, []).status_code == 422
    assert ask(api, 1, ["demo"], model="gpt-4o-mini").status_code == 400
    assert api.http.get("/v1/evals/tasks/none").status_code == 404
    assert api.http.get("/v1/evals/runs/none").status_code == 404
    assert api.http.post("/v1/evals/tasks/none/cancel", json={"by": "А"}).status_code == 404
    suite = project / "evals/suites/demo.yaml"
    suite.write_text(suite.read_text("utf-8").replace("no_invented_claims", "no_invented_claim", 1), "utf-8")
    failed = ended(api, ask(api, 1, ["demo"]).json())
    assert (failed["state"], "demo.yaml:" in failed["error"]) == ("failed", True)
    assert failed["runs"] == []


def test_one_runs_at_a_time_and_can_be_cancelled(api, wrong):
    project, _ = wrong
    suite = project / "evals/suites/demo.yaml"
    head, _, cases = suite.read_text("utf-8").partition("cases:\n")
    many = "".join(cases.replace("- id: ", f"- id: n{n}-") for n in range(30))
    suite.write_text(f"{head}cases:\n{many}", "utf-8")
    begun = ask(api, 1, ["demo"]).json()
    second = ask(api, 1, ["demo"])
    assert (second.status_code, "under way" in second.json()["detail"]) == (409, True)
    # Clients are answered meanwhile.
    assert api.chat("Сколько стоит тариф «Старт»?")["reply"]
    cancelled = api.http.post(f"/v1/evals/tasks/{begun['id']}/cancel", json={"by": "Данияр"}).json()
    assert (cancelled["state"], cancelled["ended_by"], cancelled["runs"]) == ("cancelled", "Данияр", [])
    again = api.http.post(f"/v1/evals/tasks/{begun['id']}/cancel", json={"by": "Данияр"})
    assert again.status_code == 409
    assert api.http.get("/v1/evals/runs").json() == []
    assert ask(api, 1, ["demo"]).status_code == 202


def test_a_run_of_a_dead_service_is_interrupted_and_bars_nobody(running, project):
    with running(project) as server:
        at = datetime(2026, 11, 1, tzinfo=UTC)
        server.container.store.eval_tasks.begin(EvalTask("old", at, "А", "sales", 1, ("demo",), "simulator"))
    with running(project) as server:
        assert server.http.get("/v1/evals/tasks/old").json()["state"] == TaskState.INTERRUPTED.value
        assert server.http.get("/v1/evals/tasks", params={"prompt": "sales"}).json()[0]["id"] == "old"
        assert ask(server, 1, ["demo"]).status_code == 202


def test_files_of_results_do_not_stay(api, wrong):
    done = ended(api, ask(api, 1, ["demo"]).json())
    assert done["state"] == "done"
    assert not list(Path(wrong[0] / ".botops/evals").glob("*.json"))
    assert api.container.store.reads.dialogues(DialogueFilter(limit=5)).items  # its dialogues are no clients'
    assert api.container.store.reads.counts().dialogues == 1


class Billed:
    """A model that nobody may ask here; only its name and that it is billed matter."""

    name = "gpt-4o-mini"
    simulated = False


def test_a_billed_model_is_estimated_first_and_needs_a_limit(running, wrong, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "no-key")
    with running(wrong[0], model=Billed()) as server:
        what = {"prompt": "sales", "version": 1, "suites": ["demo"], "model": "gpt-4o-mini"}
        told = server.http.post("/v1/evals/estimate", json=what)
        assert told.status_code == 200, told.text
        least, likely, most = (float(told.json()[name]) for name in ("least_usd", "likely_usd", "most_usd"))
        assert 0 < least < likely < most < 1
        assert told.json()["dialogues"] == 62
        free = server.http.post("/v1/evals/estimate", json={**what, "model": "simulator"}).json()
        assert (free["dialogues"], free["most_usd"], free["unpriced"]) == (62, None, [])
        assert server.http.post("/v1/evals/estimate", json={**what, "suites": ["none"]}).status_code == 404
        without = server.http.post("/v1/evals/tasks", json={**what, "by": "Айгуль"})
        assert (without.status_code, "may cost at most" in without.json()["detail"]) == (400, True)
        refused = ended(
            server, server.http.post("/v1/evals/tasks", json={**what, "by": "А", "max_usd": "0.0001"}).json()
        )
        assert (refused["state"], "Nothing was asked" in refused["error"]) == ("failed", True)
