"""`botops eval run --judge` against a judge on loopback; the simulator answers the clients."""

import json
from functools import partial

import pytest

from botops.testing import Behaviour, FakeProvider

SUITE = """\
name: judged
price_book: ../../pricebook/demo.yaml
at: 2026-11-21T12:00:00+05:00
cases:
  - id: polite
    turns: [Сколько стоит тариф «Магазин»?]
    expect: [no_invented_claims, tone]
  - id: only-judged
    turns: [Сколько стоит тариф «Старт»?]
    expect: [{success: The client knows the price.}]
"""
BAD = json.dumps({"reason": "Грубо.", "quote": "", "score": 1})
RUN = ("eval", "run", "evals/suites/judged.yaml", "--model", "simulator", "--concurrency", "1")


@pytest.fixture
def botops(botops, project):
    """Runs a command in the project, which has a suite to be judged."""
    (project / "evals/suites/judged.yaml").write_text(SUITE, "utf-8")
    return partial(botops, project)


def result_of(project):
    return json.loads((project / "r.json").read_text("utf-8"))


def test_without_a_judge_nothing_is_said_of_such_cases(botops):
    code, _, err = botops(*RUN)
    assert code == 3
    assert "ERROR judged/only-judged · " in err
    assert " · no_judge: " in err
    assert "--judge MODEL" in err


def test_such_checks_can_be_left_out(botops, project):
    code, _, err = botops(*RUN, "--no-llm", "--json", "r.json")
    assert code == 0, err
    assert "judged: checks that ask a language model were left out of 1 case" in err
    assert "judged: 1 case that expects nothing else was not run" in err
    assert "kept as proof" not in err
    assert {case["case"] for case in result_of(project)["cases"]} == {"polite"}


def test_an_uncalibrated_judge_advises_and_what_it_cost_is_told_apart(botops, project):
    with FakeProvider([Behaviour(text=BAD)]) as fake:
        code, _, err = botops(*RUN, "--judge", fake.base_url, "--json", "r.json")
    assert code == 0, err
    assert "`tone` is advisory, it cannot fail the gate: gpt-4o-mini was never calibrated" in err
    assert "ADVICE judged/polite · " in err
    assert "The judge gave 1 of 5, at least 4 is wanted. Грубо." in err
    assert "judge gpt-4o-mini: 4 of 4 grades, 0.0001 $" in err
    result = result_of(project)
    assert result["judge"]["model"] == "gpt-4o-mini"
    assert len(result["judge"]["checksum"]) == 64
    polite = next(case for case in result["cases"] if case["case"] == "polite")
    assert polite["side_pico_usd"]["judge"] > 0
    assert polite["grades"][0]["reason"] == "Грубо."


def test_recorded_grades_are_replayed_without_a_network(botops, project):
    with FakeProvider([Behaviour(text=BAD)]) as fake:
        code, _, err = botops(*RUN, "--judge", fake.base_url, "--record", "--json", "r.json")
    assert code == 0, err
    recorded = [case["grades"] for case in result_of(project)["cases"]]
    replay = ("eval", "run", "evals/suites/judged.yaml", "--model", "replay", "--judge", "replay", "--json", "r.json")
    code, _, err = botops(*replay)
    assert code == 0, err
    assert [case["grades"] for case in result_of(project)["cases"]] == recorded


def test_a_judge_that_is_down_and_only_advises_fails_nothing(botops):
    with FakeProvider(["500"]) as fake:
        code, _, err = botops(*RUN, "--judge", fake.base_url, "--set", "model.attempts=1")
    assert code == 0, err
    assert "grades that would have been advice are missing" in err


def test_the_simulator_is_no_judge(botops):
    code, _, err = botops(*RUN, "--judge", "simulator")
    assert code == 2
    assert "the simulated model cannot judge" in err


def test_a_calibration_that_cannot_be_read_is_told(botops, project):
    (project / "evals/judge-calibration.json").write_text('{"schema_version": 1, "calibrations": [{}]}', "utf-8")
    code, _, err = botops(*RUN, "--judge", "http://127.0.0.1:9/v1")
    assert code == 2
    assert "judge-calibration.json: no calibration (calibrations.0" in err
