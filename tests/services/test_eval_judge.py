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


def test_checks_are_listed_with_what_they_are(botops):
    code, out, _ = botops("eval", "list", "--checks", "--json")
    rows = {row["check"]: row for row in json.loads(out)}
    assert code == 0
    assert rows["tone"] == {
        "check": "tone", "label": {"ru": "Тон", "en": "Tone"}, "tags": ["judge"], "languages": ["ru", "kk", "en"],
        "about": "A judge model finds the bot polite, warm and unpushy.", "needs_llm": True,
        "parameters": ["least", "scale"], "written_alone": "least",
    }  # fmt: skip
    assert rows["json_schema"]["parameters"] == ["fenced", "schema"]
    assert not rows["max_length"]["needs_llm"]
    _, out, _ = botops("eval", "list", "--checks", "--tag", "judge", "--tag", "code", "--case", "[!s]*")
    assert [line.split()[0] for line in out.splitlines() if line[0] != " "] == ["check", "rubric", "tone", "python"]


def test_cases_are_listed_by_tag_and_id(botops):
    _, out, _ = botops("eval", "list", "evals/suites/demo.yaml", "--tag", "kk", "--case", "price-*", "--json")
    rows = json.loads(out)
    assert rows
    assert all("kk" in row["tags"] and row["case"].startswith("price-") for row in rows)
    code, _, err = botops("eval", "list")
    assert (code, "name suites, or ask for --checks" in err) == (2, True)


def test_code_of_a_suite_runs_only_when_it_is_allowed(botops, project):
    (project / "evals/suites/shop.py").write_text("def check(dialogue, turns):\n    return 'нет'\n", "utf-8")
    suite = (
        SUITE.split("cases:", maxsplit=1)[0] + "cases:\n  - {id: a, turns: [Цена?], expect: [{python: 'shop:check'}]}\n"
    )
    (project / "evals/suites/judged.yaml").write_text(suite, "utf-8")
    code, _, err = botops(*RUN)
    assert code == 2
    assert "judged.yaml:5:47: cases.0.expect.0.python: the suite brings code of its own" in err
    code, _, err = botops(*RUN, "--allow-code", "--prompt", "sales@1")
    assert code == 1
    assert "FAIL judged/a · sales@1 · turn 1 · python: нет" in err


def test_a_suite_of_rows_is_run_and_annotated_at_its_row(botops, project):
    rows = [{"id": "a", "turns": ["Цена?"], "expect": ["language"]},
            {"id": "b", "turns": ["Цена?"], "expect": [{"max_length": 1}]}]  # fmt: skip
    (project / "evals/suites/rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    suite = SUITE.split("cases:", maxsplit=1)[0] + "cases: {file: rows.jsonl}\n"
    (project / "evals/suites/judged.yaml").write_text(suite, "utf-8")
    code, out, err = botops(*RUN, "--prompt", "sales@1", "--format", "github")
    assert code == 1, err
    assert "file=evals/suites/rows.jsonl,line=2,col=8" in out
