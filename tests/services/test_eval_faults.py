"""Every fault a provider can produce, seen through an eval run: classified, ended in time, never a regression."""

import io
import json
import sys
import time
from pathlib import Path

import pytest

from botops.cli.main import run
from botops.testing import Behaviour, FakeProvider

GOOD = "Тариф «Старт» — 6 900 ₸ в месяц, подключение к ОФД — 1 900 ₸ в месяц за кассу."
CASES = ("--case", "price-start-short", "--case", "price-ofd", "--prompt", "sales@1")


@pytest.fixture
def evaluate(monkeypatch, capsysbinary, project):
    """Runs two cases of the demo suite against a server: exit code, stderr, the cases' results, seconds."""
    monkeypatch.chdir(project)

    def call(url, *options):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(), "utf-8"))
        capsysbinary.readouterr()
        started = time.monotonic()
        with pytest.raises(SystemExit) as stop:
            run(("eval", "run", "evals/suites/demo.yaml", "--model", url, *CASES, "--json", "r.json", *options))
        err = capsysbinary.readouterr().err.decode()
        cases = json.loads((project / "r.json").read_text("utf-8"))["cases"]
        return stop.value.code, err, cases, time.monotonic() - started

    return call


@pytest.fixture
def good(evaluate, tmp_path_factory):
    """The result of a run in which both cases passed, made once."""
    file = tmp_path_factory.getbasetemp() / "good.json"
    if not file.exists():
        with FakeProvider([Behaviour("ok", text=GOOD)]) as fake:
            code, err, _, _ = evaluate(fake.base_url)
        assert code == 0, err
        Path("r.json").rename(file)
    return str(file)


# Every row of the matrix, and what it is called. A stream that breaks off is only met with --stream.
MATRIX = [
    ("401", "auth"),
    ("429", "rate_limited"),
    ("500", "server"),
    ("503_html", "server"),
    ("hang", "timeout"),
    ("cut_body", "connection"),
    ("bad_json", "bad_response"),
    ("html_200", "bad_response"),
    ("empty_choices", "bad_response"),
    ("error_200", "server"),
    ("no_finish", "truncated"),
    ("length", "truncated"),
    ("filtered", "filtered"),
    ("huge", "too_large"),
    ("drip", "timeout"),
]
WHOLE = [*MATRIX, ("ok_stream", "bad_response"), ("cut_stream", "bad_response")]
STREAMED = [
    *(row for row in MATRIX if row[0] != "error_200"),
    ("error_200", "bad_response"),  # a body that holds no event of a stream
    ("cut_stream", "truncated"),
    ("error_mid_stream", "bad_response"),
    ("bad_json_stream", "bad_response"),
]


@pytest.mark.parametrize(
    ("mode", "fault", "options"),
    [
        *(pytest.param(mode, fault, (), id=mode) for mode, fault in WHOLE),
        *(pytest.param(mode, fault, ("--stream",), id=f"{mode}-streamed") for mode, fault in STREAMED),
    ],
)
def test_a_fault_is_classified_in_time_and_is_no_regression(evaluate, good, mode, fault, options):
    with FakeProvider([Behaviour(mode, delay_s=0.1)]) as fake:
        deadline = "0.6" if fault == "timeout" else "10"
        options += ("--set", f"model.deadline_s={deadline}", "--set", "model.attempts=1", "--max-wait", "0")
        code, err, cases, seconds = evaluate(fake.base_url, *options, "--baseline", good)
    assert code == 3, err
    assert [(case["status"], case["fault"], case["failures"]) for case in cases] == [("error", fault, [])] * 2
    assert f" · {fault}: " in err
    assert "2 not comparable" in err
    assert "0 broken" in err
    assert seconds < 8


def test_a_model_that_asks_to_wait_is_waited_for(evaluate):
    good = Behaviour("ok", text=GOOD)
    with FakeProvider([Behaviour("429", retry_after="1"), good]) as fake:
        code, err, cases, seconds = evaluate(
            fake.base_url, "--set", "model.attempts=1", "--set", "model.deadline_s=0.9"
        )
        assert code == 0, err
        assert [case["status"] for case in cases] == ["pass", "pass"]
        assert seconds >= 1
        assert len(fake.requests) == 3
        assert all(turn["total_ms"] < 900 for case in cases for turn in case["turns"])


def test_a_model_that_asks_to_wait_for_an_hour_ends_the_run(evaluate):
    with FakeProvider([Behaviour("429", retry_after="3600")]) as fake:
        code, err, cases, seconds = evaluate(fake.base_url, "--concurrency", "1")
        assert code == 3, err
        assert {case["fault"] for case in cases} == {"rate_limited"}
        assert "may be asked again in 3600 s" in err
        assert len(fake.requests) == 1
    assert seconds < 8


def test_a_server_that_answers_is_judged(evaluate):
    with FakeProvider([Behaviour("ok", text="Тариф «Старт» — 5 000 ₸ в месяц.")]) as fake:
        code, err, cases, _ = evaluate(fake.base_url)
    assert code == 1
    assert "demo/price-start-short · sales@1 · turn 1 · no_invented_claims/price: «5 000 ₸»" in err
    assert {case["status"] for case in cases} == {"fail"}
    assert "billed" in err


def test_a_failure_counts_more_than_an_error(evaluate):
    bad = Behaviour("ok", text="Тариф «Старт» — 5 000 ₸ в месяц.")
    with FakeProvider([bad, bad, Behaviour("500")]) as fake:
        code, err, cases, _ = evaluate(fake.base_url, "--concurrency", "1", "--set", "model.attempts=1")
    assert code == 1, err
    assert {case["status"] for case in cases} == {"fail", "error"}


def test_an_error_is_tried_again_with_resume(evaluate):
    good = Behaviour("ok", text=GOOD)
    with FakeProvider([good, Behaviour("500"), good]) as fake:
        options = ("--concurrency", "1", "--set", "model.attempts=1")
        code, err, cases, _ = evaluate(fake.base_url, *options)
        assert code == 3, err
        assert [case["status"] for case in cases] == ["pass", "error"]
        code, err, cases, _ = evaluate(fake.base_url, *options, "--resume")
        assert code == 0, err
        assert "1 of 2 are known from an earlier run" in err
        assert len(fake.requests) == 3


def test_a_judge_that_asks_to_wait_is_waited_for(evaluate):
    suite = Path("evals/suites/demo.yaml")
    suite.write_text(
        suite.read_text("utf-8").replace("    - language\n", "    - language\n    - tone: 3\n", 1), "utf-8"
    )
    grade = '{"reason": "polite", "quote": "", "score": 5}'
    with (
        FakeProvider([Behaviour("ok", text=GOOD)]) as fake,
        FakeProvider([Behaviour("429", retry_after="1"), Behaviour("ok", text=grade)]) as judge,
    ):
        code, err, cases, seconds = evaluate(fake.base_url, "--judge", judge.base_url, "--set", "model.attempts=1")
    assert code == 0, err
    assert {case["status"] for case in cases} == {"pass"}
    assert [grade["score"] for case in cases for grade in case["grades"]] == [5, 5]
    assert len(judge.requests) == 3
    assert seconds >= 1
