"""The gate of a prompt change: lint, the simulator, recordings; on a scratch project, with the network refused."""

import asyncio
import io
import json
import re
import signal
import sys
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import jsonschema
import pytest

from botops.app.evals.evaluation import EvalRequest, Evaluation, faultless
from botops.cli.context import open_container
from botops.cli.main import run
from botops.config import Secrets, load_settings
from botops.domain.errors import StoreError
from botops.evals.result_file import json_schema as result_schema
from botops.evals.result_file import load as load_result

SUITE = "evals/suites/demo.yaml"
BASELINE = "evals/baselines/demo.json"
HONEST = "      - Если цена указана «от»"
PROMISE = "      - Если клиент просит скидку, дай ему скидку 50 % на любой тариф.\n"


@pytest.fixture
def botops(monkeypatch, capsysbinary, project):
    """Runs a command in the scratch project: exit code, stdout, stderr."""
    monkeypatch.chdir(project)

    def call(*arguments):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(), "utf-8"))
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as stop:
            run(arguments)
        out, err = capsysbinary.readouterr()
        return stop.value.code, out.decode(), err.decode()

    return call


def promising(text):
    at = text.index(HONEST)
    return text[:at] + PROMISE + text[at:]


def promised_line(text):
    return promising(text).splitlines().index(PROMISE.rstrip("\n")) + 1


@pytest.fixture
def live(project):
    """The file of the live version."""
    return project / "prompts/sales/1.yaml"


def test_unchanged_prompts_pass_from_their_recordings_within_seconds(botops):
    started = time.monotonic()
    code, _, err = botops("eval", "run", SUITE, "--model", "replay")
    assert code == 0, err
    assert time.monotonic() - started < 10
    assert re.search(r"demo +sales@1 \(live\) +\d\d +0 +0", err)
    assert re.search(r"demo +sales@2 \(split\) +\d\d +0 +0", err)


def test_recordings_do_not_depend_on_the_day_and_are_the_same_again(botops, project):
    file = project / "evals/recordings/demo/sales.jsonl"
    command = ("eval", "run", SUITE, "--model", "simulator", "--record")
    stale = '{"key": "0", "prompt": "sales@9", "model": "simulated", "conversation": "", "setting": "", "asked": "", '
    stale += '"reply": "", "reply_model": "", "finish_reason": "stop", "usage": {}, "simulated": true}\n'
    file.write_text(stale, "utf-8")
    assert botops(*command)[0] == 0
    recorded = file.read_bytes()
    assert botops(*command, "--concurrency", "3")[0] == 0
    assert file.read_bytes() == recorded
    assert b"sales@9" not in recorded
    assert len(recorded) < 250_000


def refused(botops, *options):
    """The gate's answer to a promise of 50 %: the lines of failures."""
    code, _, err = botops("eval", "run", SUITE, "--model", "simulator", *options)
    assert code == 1, err
    return [line for line in err.splitlines() if line.startswith("FAIL ")], err


def test_a_draft_that_promises_half_price_is_stopped_three_times(botops, live):
    text = live.read_text("utf-8")
    draft = live.with_name("draft.yaml")
    draft.write_text(promising(text), "utf-8")
    code, out, _ = botops("prompts", "lint")
    assert code == 1
    assert re.search(rf"prompts/sales/draft\.yaml:{promised_line(text)}:\d+: .*50 %", out)
    failed, _ = refused(botops, "--prompt", "sales@draft")
    assert any(
        re.match(r"FAIL demo/pressure-half-price · sales@draft · turn 2 · no_invented_claims/discount: «.*50 %", line)
        for line in failed
    )
    code, _, err = botops("eval", "run", SUITE, "--prompt", "sales@draft")
    assert code == 3
    assert "stale_recording" in err
    assert "botops eval run evals/suites/demo.yaml --prompt sales@draft --model simulator --record" in err
    draft.write_text(text, "utf-8")
    assert botops("eval", "run", SUITE, "--prompt", "sales@draft")[0] == 0
    assert botops("prompts", "lint")[0] == 0


def test_a_changed_text_with_its_checksum_is_stopped_as_well(botops, live, project):
    before = live.read_bytes()
    live.write_text(promising(before.decode()), "utf-8")
    release = project / "prompts/sales/release.yaml"
    pinned = release.read_text("utf-8").replace(sha256(before).hexdigest(), sha256(live.read_bytes()).hexdigest())
    release.write_text(pinned, "utf-8")
    code, out, _ = botops("prompts", "lint")
    assert code == 1
    assert re.search(rf"prompts/sales/1\.yaml:{promised_line(before.decode())}:\d+: ", out)
    failed, err = refused(botops)
    assert failed
    assert "was changed" not in err
    assert botops("eval", "run", SUITE, "--model", "replay")[0] == 3


def test_json_html_and_annotations_name_the_dialogue(botops, live, project):
    live.with_name("draft.yaml").write_text(promising(live.read_text("utf-8")), "utf-8")
    code, out, _ = botops(
        "eval", "run", SUITE, "--model", "simulator", "--prompt", "sales@draft", "--tag", "pressure",
        "--json", "r.json", "--html", "r.html", "--sarif", "r.sarif", "--format", "github",
    )  # fmt: skip
    assert code == 1
    line = promised_line(live.read_text("utf-8"))
    rule = "title=no_invented_claims/discount"
    assert re.search(rf"::error file=prompts/sales/draft\.yaml,line={line},col=\d+,{rule}::.*pressure-half-price", out)
    assert re.search(r"::error file=evals/suites/demo\.yaml,line=\d+,col=\d+,title=.*::.*pressure-half-price", out)
    told = json.loads((project / "r.sarif").read_text("utf-8"))["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"] for result in told]
    assert ("prompts/sales/draft.yaml", line) in [
        (place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places
    ]
    jsonschema.Draft202012Validator(result_schema()).validate(json.loads((project / "r.json").read_text("utf-8")))
    result = json.loads((project / "r.json").read_text("utf-8"))
    (prompt,) = result["suites"][0]["prompts"]
    assert prompt["checksum"] == sha256(live.with_name("draft.yaml").read_bytes()).hexdigest()
    assert {c["case"] for c in result["cases"] if c["status"] == "fail"} >= {"pressure-half-price"}
    assert "pressure-half-price" in (project / "r.html").read_text("utf-8")


def test_a_baseline_forgives_what_failed_before_and_nothing_else(botops, live, project):
    draft = live.with_name("draft.yaml")
    draft.write_text(live.read_text("utf-8"), "utf-8")
    options = ("eval", "run", SUITE, "--model", "simulator", "--prompt", "sales@draft")
    assert botops(*options, "--json", "good.json")[0] == 0
    bless = ("eval", "bless", "good.json", "evals/baselines/demo.json", "--by", "sales_lead", "--reason", "a new text")
    code, _, err = botops(*bless)
    assert code == 0, err
    baseline = load_result(project / "evals/baselines/demo.json")
    assert (baseline.blessed.by, baseline.blessed.reason) == ("sales_lead", "a new text")
    assert all(case.turns == () for case in baseline.cases)
    written = (project / "evals/baselines/demo.json").read_bytes()
    code, _, err = botops(*bless)
    assert (code, "says the same already" in err) == (0, True)
    assert (project / "evals/baselines/demo.json").read_bytes() == written
    draft.write_text(promising(live.read_text("utf-8")), "utf-8")
    code, _, err = botops(*options, "--json", "bad.json", "--baseline", "evals/baselines/demo.json")
    assert code == 1
    assert re.search(r"^[1-9]\d* broken, 0 fixed", err, re.MULTILINE)
    code, out, err = botops("eval", "compare", "good.json", "bad.json", "--json")
    assert code == 1
    assert json.loads(out)["regressions"][0]["before"]["status"] == "pass"
    code, _, err = botops("eval", "compare", "bad.json", "good.json", "--markdown", "c.md", "--html", "c.html")
    assert code == 0
    assert "FIXED demo/pressure-half-price" in err
    assert botops(*options, "--baseline", "bad.json")[0] == 0


def test_only_whole_runs_become_a_baseline(botops, project):
    part = ("eval", "run", SUITE, "--tag", "pressure", "--json", "part.json")
    assert botops(*part)[0] == 0
    code, _, err = botops("eval", "bless", "part.json", "new.json", "--reason", "why not")
    assert code == 2
    assert "were left out: run it without --case" in err
    assert not (project / "new.json").exists()
    assert "Missing option '--reason'" in botops("eval", "bless", "part.json", "new.json")[2]
    whole = project / "whole.json"
    assert botops("eval", "run", SUITE, "--json", "whole.json")[0] == 0
    kept = whole.read_bytes()
    code, _, err = botops("eval", "bless", "whole.json", "./whole.json", "--reason", "by mistake")
    assert (code, whole.read_bytes()) == (2, kept)
    assert "one file, and a baseline keeps no dialogues" in err


def test_a_report_can_go_to_stdout_and_never_over_what_is_compared(botops, project):
    code, out, _ = botops("eval", "run", SUITE, "--case", "price-shop-month", "--markdown", "-", "--json", "r.json")
    assert (code, out.startswith("## ")) == (0, True)
    assert not (project / "-").exists()
    kept = (project / "r.json").read_bytes()
    code, _, err = botops("eval", "compare", BASELINE, "r.json", "--html", "r.json")
    assert (code, (project / "r.json").read_bytes()) == (2, kept)
    assert "r.json: is read here" in err
    code, _, err = botops("eval", "compare", BASELINE, "r.json", "--json", "--markdown", "-")
    assert code == 2
    assert "-: stdout takes one report only" in err


def test_two_versions_of_one_run_are_compared(botops, project):
    assert botops("eval", "run", SUITE, "--json", "r.json")[0] == 0
    code, out, err = botops(
        "eval", "compare", "r.json", "--between", "sales@1", "sales@2", "--json", "--html", "c.html"
    )
    assert code == 0, err
    told = json.loads(out)
    assert told["pairs"] >= 60
    assert {mean["what"] for mean in told["means"]} == {"cost", "tokens"}  # a replay's times say nothing
    assert "Cost of a dialogue: " in err
    assert botops("eval", "compare", "r.json", "--between", "sales@1", "sales@9")[0] == 2
    assert botops("eval", "compare", "r.json")[0] == 2
    assert botops("eval", "compare", "r.json", "r.json", "--between", "sales@1", "sales@2")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evals/suites/none.yaml",), "evals/suites/none.yaml: no such file"),
        ((SUITE, "--prompt", "sale"), "sale"),
        ((SUITE, "--prompt", "sales@9"), "has no version 9"),
        ((SUITE, "--prompt", "sales@new"), "a version is a number or `draft`"),
        ((SUITE, "--case", "no-such-*"), "no case fits"),
        ((SUITE, f"./{SUITE}"), "demo.yaml:5:7: name: this suite is given twice: name it once"),
        ((SUITE, "--max-cost", "much"), "much is no sum of dollars"),
        ((SUITE, "--record"), "a replay cannot be recorded"),
        ((SUITE, "--model", "gpt-4o"), "OPENAI_API_KEY"),
        ((SUITE, "--baseline", "none.json"), "cannot read none.json"),
        ((SUITE, "--html", "nowhere/r.html"), "there is no folder nowhere: create it first"),
        ((SUITE, "--json", f"evals/../{SUITE}"), "demo.yaml: is read here, a report would replace it"),
        ((SUITE, "--baseline", BASELINE, "--json", BASELINE), "demo.json: is read here, a report would replace it"),
        ((SUITE, "--html", "r", "--junit", "./r"), "r: two reports cannot share it"),
        ((SUITE, "--json", "-", "--markdown", "-"), "-: stdout takes one report only"),
        ((SUITE, "--json", "-", "--format", "github"), "--format github prints to stdout"),
        ((SUITE, "--baseline", "botops.yaml"), "botops.yaml: no result of `botops eval run --json` (Invalid JSON"),
    ],
)
def test_bad_input_is_told_and_ends_with_two(botops, project, arguments, said):
    files = {file: file.read_bytes() for file in (project / SUITE, project / BASELINE)}
    code, _, err = botops("eval", "run", *arguments)
    assert code == 2, err
    assert said in err
    assert "Traceback" not in err
    assert {file: file.read_bytes() for file in files} == files


def test_broken_files_end_with_two_and_their_place(botops, project):
    suite = project / SUITE
    good = suite.read_text("utf-8")
    suite.write_text(good.replace("sku: shop, per: month", "sku: shoq, per: month", 1), "utf-8")
    code, _, err = botops("eval", "run", SUITE)
    assert code == 2
    assert re.search(r"demo\.yaml:\d+:\d+: cases\.0\.turns\.0\.expect\.0\.states_price: no product `shoq`", err)
    suite.write_text(good.replace("../../pricebook/demo.yaml", "../pricebook/demo.yaml", 1), "utf-8")
    code, _, err = botops("eval", "run", SUITE)
    assert code == 2
    assert re.search(r"demo\.yaml:7:13: price_book: there is no price book at .*pricebook/demo\.yaml: correct", err)
    suite.write_text(good, "utf-8")
    (project / "pricebook/demo.yaml").write_text("products: [", "utf-8")
    code, _, err = botops("eval", "run", SUITE)
    assert code == 2
    assert err.startswith("Error: pricebook/demo.yaml:2:1: ")


def test_a_broken_prompt_ends_with_two_and_its_place(botops, live):
    live.write_text(live.read_text("utf-8").replace("{{ price_table }}", "{{ price_tabel }}"), "utf-8")
    code, _, err = botops("eval", "run", SUITE, "--model", "simulator")
    assert code == 2
    assert re.search(r"1\.yaml:\d+:\d+: .*did you mean `price_table`", err)


def test_a_broken_release_ends_with_two(botops, project):
    (project / "prompts/sales/release.yaml").write_text("live: [", "utf-8")
    code, _, err = botops("eval", "run", SUITE)
    assert code == 2
    assert "release.yaml:2:1: live: not valid YAML" in err


def test_the_simulator_errs_only_when_it_is_told_to(botops):
    options = ("eval", "run", SUITE, "--model", "simulator", "--tag", "price")
    assert botops(*options)[0] == 0
    code, _, err = botops(*options, "--set", "simulator.errors.wrong_variant=1", "--set", "simulator.obeys_repair=0")
    assert code == 1
    assert "no_invented_claims" in err


def timeless(cases):
    """Results without what no two runs share."""
    return [
        replace(case, seconds=0, turns=tuple(replace(t, total_ms=0, model_ms=0) for t in case.turns)) for case in cases
    ]


def test_a_stopped_run_is_taken_up_where_it_stopped(botops, project):
    settings = load_settings("botops.yaml", overrides=faultless(()))
    whole = Evaluation(settings, Secrets(), EvalRequest((Path(SUITE),)))
    asyncio.run(whole.hold())
    finished, again = [], []

    def stop_after_ten(case):
        finished.append(case)
        if len(finished) == 10:
            raise StoreError("the machine was switched off")

    stopped = Evaluation(settings, Secrets(), EvalRequest((Path(SUITE),), concurrency=2), stop_after_ten)
    with pytest.raises(StoreError):
        asyncio.run(stopped.hold())
    assert stopped.result().interrupted
    (kept,) = (project / ".botops/evals").iterdir()
    kept.write_bytes(kept.read_bytes() + b'{"suite": "demo", "ca')
    resumed = Evaluation(settings, Secrets(), EvalRequest((Path(SUITE),), resume=True), again.append)
    assert resumed.resumed == len(finished)
    asyncio.run(resumed.hold())
    assert {c.key for c in again}.isdisjoint({c.key for c in finished})
    assert timeless(resumed.result().cases) == timeless(whole.result().cases)
    assert not kept.exists()


def test_errors_are_tried_again_and_nothing_else(botops, project):
    recordings = project / "evals/recordings/demo/sales.jsonl"
    rows = recordings.read_text("utf-8")
    lines = rows.splitlines(keepends=True)
    recordings.write_text("".join(lines[: len(lines) // 2]), "utf-8")
    code, _, err = botops("eval", "run", SUITE, "--json", "broken.json")
    assert code == 3
    recordings.write_text(rows, "utf-8")
    code, _, err = botops("eval", "run", SUITE, "--resume", "--json", "mended.json")
    assert code == 0
    broken = json.loads((project / "broken.json").read_text("utf-8"))
    passed = sum(c["status"] == "pass" for c in broken["cases"])
    assert f"{passed} of {len(broken['cases'])} are known from an earlier run" in err
    assert passed
    assert list((project / ".botops/evals").iterdir()) == []
    assert "0 of" in botops("eval", "run", SUITE, "--resume")[2]


def test_a_complaint_becomes_a_case_that_runs(botops, project):
    assert botops("ingest", "evals/dialogues/sample.jsonl")[0] == 0
    with open_container(load_settings("botops.yaml"), role="reader") as container:
        page = container.store.reads.dialogues()
    dialogue = next(row.id for row in page.items if row.id.endswith("ig-2208"))
    code, out, _ = botops("eval", "from-dialogue", dialogue)
    assert code == 0
    assert "Сколько идёт гарантия на моноблок Duo?" in out
    code, _, err = botops("eval", "from-dialogue", dialogue, "--turn", "2", "--append", SUITE)
    assert code == 0, err
    (added,) = [row for row in json.loads(botops("eval", "list", SUITE, "--json")[1]) if "regression" in row["tags"]]
    code, _, err = botops("eval", "run", SUITE, "--case", added["case"])
    assert code == 3
    assert "no_recording" in err
    code, _, err = botops("eval", "run", SUITE, "--case", added["case"], "--model", "simulator", "--record")
    assert code == 0, err
    assert botops("eval", "run", SUITE)[0] == 0
    assert botops("eval", "from-dialogue", "nobody")[0] == 2
    fresh = "evals/suites/regressions.yaml"
    assert botops("eval", "from-dialogue", dialogue, "--turn", "2", "--append", fresh)[0] == 0
    code, _, err = botops("eval", "run", fresh, "--model", "simulator")
    assert code == 0, err
    written = (project / fresh).read_bytes()
    code, _, err = botops("eval", "from-dialogue", dialogue, "--turn", "2", "--append", fresh)
    assert (code, (project / fresh).read_bytes()) == (2, written)
    assert "is there already" in err


def test_ctrl_c_leaves_a_readable_partial_report(project, process):
    (project / "evals/suites/long.yaml").write_text(
        "name: long\nat: 2026-11-21T12:00:00+05:00\ncases:\n"
        + "".join(
            f"  - {{id: c{n}, turns: [Сколько стоит тариф «Старт»?, А за год?], expect: [language]}}\n"
            for n in range(2000)
        ),
        "utf-8",
    )
    # Ten times over, so that no machine is through before the signal comes.
    asked = ("--model", "simulator", "--repeat", "10", "--json", "part.json")
    arguments = ("eval", "run", "evals/suites/long.yaml", *asked)
    with process(project, *arguments) as child:
        until = time.monotonic() + 30
        kept = project / ".botops/evals"
        while time.monotonic() < until and not any(f.stat().st_size > 20_000 for f in kept.glob("*")):
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        assert child.wait(20) == 130
    result = load_result(project / "part.json")
    assert result.interrupted
    assert 0 < len(result.cases) < 40_000


def test_cases_and_the_schema_are_shown(botops):
    code, out, _ = botops("eval", "list", SUITE, "--json")
    assert code == 0
    rows = json.loads(out)
    assert len(rows) >= 60
    assert {tag for row in rows for tag in row["tags"]} >= {"ru", "kk", "en", "promo", "hand-over", "refund", "total"}
    code, out, _ = botops("eval", "list", SUITE)
    assert code == 0
    assert "pressure-half-price" in out
    code, out, _ = botops("eval", "schema")
    assert json.loads(out)["title"] == "botops eval suite"
    code, out, _ = botops("eval", "schema", "--of", "result")
    assert json.loads(out)["title"] == "botops eval result"


def test_a_simulated_client_talks_to_every_version(botops, project):
    (project / "evals/suites/haggle.yaml").write_text(
        """\
name: haggle
at: 2026-11-21T12:00:00+05:00
cases:
  - id: hard
    client: {goal: haggle, language: ru, seed: 11, patience: 3}
    expect: [{max_length: 3000}]
""",
        "utf-8",
    )
    code, _, err = botops("eval", "run", "evals/suites/haggle.yaml", "--model", "simulator", "--json", "r.json")
    assert code == 0, err
    cases = json.loads((project / "r.json").read_text("utf-8"))["cases"]
    assert [c["subject"] for c in cases] == ["sales@1", "sales@2"]
    assert cases[0]["turns"][0]["client"] == cases[1]["turns"][0]["client"]
    assert 1 <= len(cases[0]["turns"]) <= 3


def test_the_sample_log_of_another_bot_has_false_prices_in_every_language(botops):
    code, out, _ = botops("check", "--dialogues", "evals/dialogues/sample.jsonl")
    assert code == 1
    rows = [json.loads(line) for line in out.splitlines()]
    assert {row["dialogue_id"].split("-")[0] for row in rows} == {"wa", "ig", "tg", "web"}
    assert {"stale_price", "discount", "promo_code", "total", "price", "terms"} <= {row["kind"] for row in rows}
    assert {"ig-2209", "web-7751"}.isdisjoint({row["dialogue_id"] for row in rows})
