"""Experiments as people run them: over HTTP and on the command line, with clients who talk meanwhile."""

import io
import json
import re
import sys
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.clock import SetClock
from botops.cli.main import run

WHO = {"by": "Айгерим", "reason": "проба нового приветствия"}
HALVES = [{"version": 1, "weight": 5000}, {"version": 2, "weight": 5000}]
MEASURE = {"primary": "escalated", "planned": 400, "guardrails": [{"metric": "flagged", "margin": 0.03}]}
QUIET = "simulator.errors={wrong_variant: 0, stale_price: 0}"


@pytest.fixture
def clock():
    return SetClock(datetime(2026, 11, 12, 7, 0, tzinfo=UTC))


@pytest.fixture
def server(project, running, clock):
    with running(project, QUIET, clock=clock) as started:
        # the demo project comes with an experiment of its own
        assert post(started, "/stop").json()["live"] == 1
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


def post(server, action="", **body):
    return server.http.post(f"/v1/experiments/sales{action}", json={**WHO, **body})


def started(server, **body):
    answer = post(server, **{"key": "tone", "variants": HALVES, **body})
    assert answer.status_code == 201, answer.text
    return answer.json()


def spoke(server, lead, **more):
    """The prompt a lead is answered with; it is what `/v1/prompts` says before and after."""
    place = {name: value for name, value in more.items() if name in {"channel", "source", "region"}}
    place |= {"language": more["locale"]} if "locale" in more else {}

    def served():
        answer = server.http.get("/v1/prompts/sales", params={"lead": lead, **place}).json()
        return {name: answer[name] for name in ("name", "version", "experiment", "variant")}

    before = served()
    prompt = server.chat("Сколько стоит тариф «Магазин»?", lead_id=lead, **more)["prompt"]
    assert before == prompt == served()
    return prompt["version"], prompt["experiment"], prompt["variant"]


def exposed(server, seed):
    return len(server.container.store.experiments.exposed_leads(seed))


def test_a_phase_change_keeps_what_leads_were_served(server):
    assert started(server)["experiment"] == "tone"
    first = {lead: spoke(server, lead) for lead in ("a", "b", "c", "d", "e", "f")}
    assert {seed for _, seed, _ in first.values()} == {"tone"}
    assert {version for version, _, _ in first.values()} == {1, 2}
    other = [{"version": 1, "weight": 100}, {"version": 2, "weight": 9900}]
    second = started(server, variants=other)
    assert (second["experiment"], second["phase"]) == ("tone:2", 2)
    assert {lead: spoke(server, lead) for lead in first} == first
    new = {lead: spoke(server, lead) for lead in ("g", "h", "i")}
    assert {seed for _, seed, _ in new.values()} == {"tone:2"}
    assert (exposed(server, "tone"), exposed(server, "tone:2")) == (6, 3)

    # a version that takes part no longer is dealt anew, and such a lead is not in the new phase's analysis
    third = started(server, variants=[{"version": 1, "weight": 10_000}])
    assert third["experiment"] == "tone:3"
    for lead, (version, seed, _) in {**first, **new}.items():
        assert spoke(server, lead) == ((1, seed, 0) if version == 1 else (1, "tone:3", 0))
    assert exposed(server, "tone:3") == 0
    assert (exposed(server, "tone"), exposed(server, "tone:2")) == (6, 3)


def test_coverage_grows_and_moves_nobody(server):
    started(server, coverage=3000)
    names = [f"lead-{n}" for n in range(12)]
    before = {lead: spoke(server, lead) for lead in names}
    assert {variant for _, _, variant in before.values()} >= {None}
    assert post(server, "/coverage", coverage=2000).status_code == 400
    assert post(server, "/coverage", coverage=3000).status_code == 409
    assert post(server, "/coverage", coverage=10_000).json()["coverage"] == 10_000
    after = {lead: spoke(server, lead) for lead in names}
    for lead, (version, seed, variant) in before.items():
        if variant is not None:
            assert after[lead] == (version, seed, variant)
        assert after[lead][2] is not None


def test_only_those_it_is_for_take_part(server):
    started(server, targeting={"channels": ["telegram"], "languages": ["kk"]})
    assert spoke(server, "a", channel="web", locale="kk") == (1, "tone", None)
    assert spoke(server, "b", channel="telegram", locale="ru") == (1, "tone", None)
    assert spoke(server, "c", channel="telegram", locale="kk")[2] is not None
    # whoever was dealt to stays in, on another channel too
    assert spoke(server, "c", channel="web", locale="ru")[2] is not None
    assert exposed(server, "tone") == 1


def test_newcomers_stay_in_when_they_return(server, clock):
    server.chat("Здравствуйте", lead_id="old")
    clock.at += timedelta(hours=1)
    started(server, targeting={"visitors": ["new"]})
    assert spoke(server, "old")[2] is None
    first = server.chat("Здравствуйте", lead_id="new")["prompt"]
    assert first["variant"] is not None
    clock.at += timedelta(days=1)
    assert server.chat("Это снова я", lead_id="new")["prompt"] == first


def test_dates_bound_it_in_the_companys_zone(server, clock):
    clock.at = datetime(2026, 11, 30, 18, 59, 59, tzinfo=UTC)
    begun = started(server, variants=[{"version": 2, "weight": 10_000}], starts="2026-12-01", ends="2026-12-03")
    assert (begun["stage"], begun["starts"]) == ("waiting", "2026-12-01")
    assert spoke(server, "a") == (1, None, None)
    clock.at += timedelta(seconds=1)
    assert spoke(server, "a") == (2, "tone", 0)
    clock.at = datetime(2026, 12, 2, 18, 59, 59, tzinfo=UTC)
    assert spoke(server, "a") == (2, "tone", 0)
    clock.at += timedelta(seconds=1)
    assert spoke(server, "a") == (1, None, None)
    (listed,) = server.http.get("/v1/experiments").json()
    assert listed["stage"] == "over"


def test_a_tester_sees_a_version_and_is_not_counted(server):
    started(server, testers={"me": 2}, variants=[{"version": 1, "weight": 10_000}, {"version": 2, "weight": 0}])
    assert spoke(server, "me") == (2, None, None)
    assert spoke(server, "you") == (1, "tone", 0)
    assert exposed(server, "tone") == 1
    assert post(server, "/testers", lead="you", version=2).json()["testers"] == {"me": 2, "you": 2}
    assert spoke(server, "you") == (2, None, None)
    status = server.http.get("/v1/experiments/sales").json()
    assert status["status"] is None
    assert post(server, "/testers", lead="me", version=None).json()["testers"] == {"you": 2}
    assert spoke(server, "me") == (1, "tone", 0)
    assert post(server, "/testers", lead="me", version=None).status_code == 404
    assert post(server, "/testers", lead="me", version=9).status_code == 400


def test_the_verdict_stands_between_a_variant_and_its_promotion(server, clock):
    started(server, measure=MEASURE)
    clock.at += timedelta(minutes=1)
    assert spoke(server, "a")[1] == "tone"
    status = server.http.get("/v1/experiments/sales", params={"language": "en"}).json()
    assert status["status"]["text"].startswith("Too early")
    refused = post(server, "/promote", version=2)
    assert refused.status_code == 400
    assert "Too early" in refused.json()["detail"]
    assert post(server, "/promote", version=7).status_code == 400
    assert post(server, "/promote", version=2, anyway=True, reason="о" * 2001).status_code == 422
    assert post(server, "/promote", version=2, release="0" * 64, anyway=True).status_code == 409
    long = "долго думали " * 153
    done = post(server, "/promote", version=2, anyway=True, release=status["release"], reason=long).json()
    assert done["live"] == 2
    assert spoke(server, "a") == (2, None, None)
    last = server.container.registry.release("sales").spec.approvals[-1]
    assert (last.action, last.replaced, last.experiment) == ("publish", 1, "tone")
    assert last.reason.startswith(long)
    assert "(against" in last.reason
    log = server.container.store.audit.entries("experiment:tone")
    assert [entry.deed.value for entry in log] == ["split_end", "split"]
    assert log[0].detail["promoted"] == 2
    assert log[1].detail["variants"] == "1:5000 2:5000"
    assert post(server, "/stop").status_code == 400


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"variants": [{"version": 1, "weight": 9000}]}, "sum to 10000"),
        ({"variants": [{"version": 9, "weight": 10_000}]}, "no version 9"),
        ({"coverage": 10_001}, "at most 10000"),
        ({"key": "с пробелом"}, "right form"),
        ({"key": "tone:2"}, "right form"),
        ({"starts": "2026-12-02", "ends": "2026-12-01"}, "later than"),
        ({"testers": {"me": 3}}, "none of the variants"),
        ({"ends": "2026-11-12"}, "is past"),
    ],
)
def test_what_cannot_be_started(server, body, words):
    answer = post(server, **{"key": "tone", "variants": HALVES, **body})
    assert answer.status_code in {400, 404}, answer.text
    assert words in answer.json()["detail"]
    assert server.http.get("/v1/experiments").json() == []


def test_another_experiment_is_not_lost_by_mistake(server):
    started(server)
    for body, status in (({"key": "other"}, 400), ({}, 409), ({"coverage": 5000}, 409)):
        assert post(server, **{"key": "tone", "variants": HALVES, **body}).status_code == status
    elsewhere = server.http.post("/v1/experiments/reception", json={**WHO, "key": "tone", "variants": HALVES})
    assert elsewhere.status_code == 400
    assert "experiment on sales" in elsewhere.json()["detail"]
    assert server.http.post("/v1/experiments/nobody", json={**WHO, "key": "x", "variants": HALVES}).status_code == 404
    assert post(server, "/stop").status_code == 200
    assert started(server)["phase"] == 2


def test_the_same_by_command(server, project, botops):
    who = ("--by", "Айгерим", "--reason", "проба")
    code, out, err = botops(
        "experiment", "start", "sales", "--key", "tone", "--variant", "1:5000", "--variant", "2:5000",
        "--coverage", "2000", "--target", "channel=web,telegram", "--target", "visitor=new", "--primary", "escalated",
        "--planned", "400", "--guardrail", "flagged:0.03", "--window-days", "7", "--ends", "2036-01-01",
        "--tester", "me=2", *who,
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "tone: sales, running · phase 1 · v1 50 % / v2 50 % · coverage 20 %" in out
    assert "until 2036-01-01 · testers: 1" in out
    assert botops("experiment", "coverage", "sales", "5000", *who)[0] == 0
    assert botops("experiment", "tester", "sales", "me", *who)[0] == 0
    code, out, _ = botops("experiment", "list", "--json")
    (row,) = json.loads(out)
    assert (row["coverage"], row["testers"], row["measure"]["window_days"]) == (5000, {}, 7)
    assert row["targeting"]["channels"] == ["web", "telegram"]
    code, out, _ = botops("experiment", "status", "--json")
    assert (code, json.loads(out)["state"], json.loads(out)["phase"]) == (0, None, 1)
    path = project / "prompts/sales/release.yaml"
    good = path.read_text("utf-8")
    path.write_text(good.replace("coverage: 5000", "coverage: lots"), "utf-8")
    for command in ("status", "list"):
        code, out, err = botops("experiment", command)
        assert (code, "coverage 50 %" in out) == (0, True)
        assert re.search(r"release\.yaml:\d+:\d+: .*coverage", err)
        assert "its last good state is shown" in err
    path.write_text(good, "utf-8")
    code, _, err = botops("experiment", "promote", "sales", "2", *who)
    assert code == 2
    assert "--anyway" in err
    code, out, _ = botops("experiment", "promote", "sales", "2", "--anyway", "--json", *who)
    assert (code, json.loads(out)["live"]) == (0, 2)
    code, _, err = botops("experiment", "stop", "sales", *who)
    assert (code, "no experiment runs" in err) == (2, True)


def test_which_version_a_client_gets_is_told(server, botops):
    started(server)
    assert spoke(server, "lead-1")[1] == "tone"
    started(server, variants=[{"version": 1, "weight": 1}, {"version": 2, "weight": 9999}], coverage=9000,
            targeting={"channels": ["telegram"]})  # fmt: skip
    code, out, _ = botops("prompts", "assign", "sales", "lead-1", "--json")
    row = json.loads(out)
    assert (code, row["version"], row["experiment"], row["variant"]) == (0, *spoke(server, "lead-1"))
    assert row["experiment"] == "tone"
    assert botops("prompts", "assign", "sales", "lead-2")[1] == "sales@1: takes no part in tone:2\n"
    assert "sales@2: tone:2, variant 1, bucket" in botops("prompts", "assign", "sales", "x", "--channel", "telegram")[1]
    assert botops("prompts", "assign", "nobody", "lead-2")[0] == 2
    assert post(server, "/stop").status_code == 200
    assert botops("prompts", "assign", "sales", "lead-1")[1] == "sales@1: no experiment decides on it\n"


BROKEN = (
    ("--variant", "1"),
    ("--variant", "one:5000"),
    ("--variant", "1:10000", "--target", "chanel=web"),
    ("--variant", "1:10000", "--target", "visitor=old"),
    ("--variant", "1:10000", "--planned", "400"),
    ("--variant", "1:10000", "--primary", "escalated"),
    ("--variant", "1:10000", "--primary", "escalated", "--planned", "400", "--guardrail", "flagged:viel"),
    ("--variant", "1:10000", "--primary", "escalated", "--planned", "400", "--guardrail", "flagged:nan"),
    ("--variant", "1:10000", "--starts", "2026-12-01T09:00"),
    ("--variant", "1:10000", "--tester", "me"),
)


@pytest.mark.parametrize("options", BROKEN)
def test_a_command_that_makes_no_sense_changes_nothing(project, botops, options):
    release = project / "prompts/sales/release.yaml"
    before = release.read_bytes()
    code, out, err = botops(
        "experiment", "start", "sales", "--key", "k", "--by", "Айгерим", "--reason", "проба", *options
    )
    assert (code, out) == (2, "")
    assert err.startswith("Error:")
    assert release.read_bytes() == before
