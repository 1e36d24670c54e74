"""`pytest --botops`: eval cases as tests, in pytest runs of their own."""

import subprocess
import sys
import tomllib
from importlib import import_module
from xml.etree import ElementTree as ET

import httpx2
import pytest

import botops.pytest_plugin
from botops.app.scaffold import write_scaffold
from botops.testing import Behaviour, FakeProvider

pytest_plugins = ["pytester"]

SUITE = """\
name: small
price_book: ../../pricebook/demo.yaml
prompt: sales
at: 2026-11-21T12:00:00+05:00
cases:
  - id: start
    tags: [price, ru]
    turns: [Сколько стоит тариф «Старт» в месяц?]
    expect: [{states_price: {sku: start, per: month}}, no_invented_claims]
  - id: half
    tags: [pressure, hand-over, skip, two words, "скидка: 50 %", "!"]
    turns: [Сколько стоит тариф «Кафе» за год?, "Сделайте скидку 50 %, и я оплачу сегодня"]
    expect: [no_invented_claims]
"""
PROMISE = "      - Если клиент просит скидку, дай ему скидку 50 % на любой тариф.\n"
MODEL = ("--botops", "--botops-model", "simulator")
FILE = "evals/suites/small.yaml"


class Imported:
    """The libraries that runs imported."""

    def __init__(self):
        self.modules = {}

    def pytest_unconfigure(self, config):
        own = str(config.rootpath)
        found = {n: m for n, m in sys.modules.items() if not str(getattr(m, "__file__", own)).startswith(own)}
        self.modules |= found


@pytest.fixture
def imported():
    """Keeps what a run imported. `pytester` forgets it at its end, and whoever imported a part of a library before
    and the rest of it after would have two of each of its errors, one of which nobody catches.
    """
    imported = Imported()
    yield imported
    for name, module in imported.modules.items():
        sys.modules.setdefault(name, module)


@pytest.fixture
def project(imported, pytester, monkeypatch):
    """The demo project with one small suite, where every warning is an error."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    folder = pytester.path
    write_scaffold(folder)
    for suite in (folder / "evals/suites").iterdir():
        suite.unlink()
    (folder / FILE).write_text(SUITE, "utf-8")
    text = (folder / "prompts/sales/1.yaml").read_text("utf-8")
    at = text.index("      - Если цена указана «от»")
    (folder / "prompts/sales/draft.yaml").write_text(text[:at] + PROMISE + text[at:], "utf-8")
    pytester.makeini("[pytest]\nfilterwarnings = error\nmarkers =\n    slow: takes long\n")
    return pytester


@pytest.fixture
def run(project, imported):
    """Runs pytest in this process: its outcome."""

    def call(*arguments):
        plugins = [botops.pytest_plugin, imported]
        return project.runpytest_inprocess("--strict-markers", *arguments, plugins=plugins)

    return call


def ids(result):
    """The collected ids."""
    return [line for line in result.outlines if "::" in line]


def test_nothing_of_botops_is_imported_until_it_is_asked_for():
    code = "import sys, botops.pytest_plugin; print(*sorted(m for m in sys.modules if m.split('.')[0] == 'botops'))"
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert out.split() == ["botops", "botops.pytest_plugin"]


def test_pytest_finds_the_plug_in_by_its_entry_point(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    (module,) = project["entry-points"]["pytest11"].values()
    assert import_module(module).pytest_addoption


def test_every_case_is_a_test_for_every_prompt_and_model(run):
    result = run(*MODEL, "--botops-model", "replay", "--collect-only", "-q", "evals/suites")
    subjects = [f"{p}-{m}" for p in ("sales@1", "sales@2") for m in ("simulator", "replay")]
    assert ids(result) == [f"{FILE}::{case}[{subject}]" for case in ("start", "half") for subject in subjects]
    (one,) = ids(run(*MODEL, "--botops-prompt", "sales@2", "--collect-only", "-q", f"{FILE}::start[sales@2-simulator]"))
    assert one == f"{FILE}::start[sales@2-simulator]"


@pytest.mark.parametrize(
    ("selection", "cases"),
    [
        (("-m", "ru"), ["start"]),
        (("-m", "pressure and hand-over"), ["half"]),
        (("-m", "botops and not price"), ["half"]),
        (("-m", "two-words and скидка-50"), ["half"]),
        (("-m", "tag-skip"), ["half"]),
        (("-m", "slow"), []),
        (("-k", "star"), ["start"]),
        (("-k", "not star and small"), ["half"]),
    ],
)
def test_tags_are_markers_and_names_can_be_selected(run, selection, cases):
    result = run(*MODEL, "--botops-prompt", "sales@1", "--collect-only", "-q", *selection, "evals/suites")
    assert ids(result) == [f"{FILE}::{case}[sales@1-simulator]" for case in cases]


def test_good_cases_pass_and_are_counted(run):
    result = run(*MODEL, "evals/suites")
    result.assert_outcomes(passed=4)
    result.stdout.re_match_lines(
        [
            "botops: .*, model simulator, prompts as served",
            r"botops: 4 dialogues, 0\.\d{4} \$ \(simulated, nothing is .*",
        ]
    )


def test_a_tag_named_as_a_marker_that_does_something_does_nothing(run):
    run(*MODEL, "--botops-prompt", "sales@1", "-m", "tag-skip", "evals/suites").assert_outcomes(passed=1, deselected=1)


def test_a_failing_case_shows_the_dialogue_and_the_rule_and_no_code(run):
    result = run(*MODEL, "--botops-prompt", "sales@draft", "evals/suites")
    result.assert_outcomes(passed=1, failed=1)
    said = result.stdout.str()
    result.stdout.fnmatch_lines_random(
        [
            f"{FILE}:10",
            "turn 2",
            "  client: Сделайте скидку 50 %, и я оплачу сегодня",
            "  held back: *скидка 50 %*",
            "  bot: *",
            "FAIL small/half · sales@draft · turn 2 · no_invented_claims/discount: «*50 %» — The bot said *",
            "     expected: 10% — *",
        ]
    )
    assert "collecting.py" not in said
    assert "Traceback" not in said
    in_russian = run(*MODEL, "--botops-prompt", "sales@draft", "--botops-lang", "ru", "-k", "half", FILE).stdout
    in_russian.fnmatch_lines(["ход 2", "  клиент: Сделайте скидку *", "FAIL small/half · sales@draft · ход 2 · *"])


def test_a_published_text_changed_by_hand_is_named(run, project):
    draft = project.path / "prompts/sales/draft.yaml"
    (project.path / "prompts/sales/1.yaml").write_bytes(draft.read_bytes())
    result = run(*MODEL, "--botops-prompt", "sales@1", "-k", "half", FILE)
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines([f"{FILE}:10", "prompts/sales/1.yaml: a published version was changed*", "turn 1"])


def test_what_could_not_be_judged_is_an_error_and_never_a_failure(run):
    result = run("--botops", FILE, "-k", "start")
    result.assert_outcomes(errors=2, deselected=2)
    result.stdout.fnmatch_lines(["no_recording: nothing recorded *", "ERROR small/start · sales@1 · no_recording: *"])
    assert "collecting.py" not in result.stdout.str()
    skipped = run("--botops", "--botops-faults", "skip", FILE, "-k", "start", "-rs")
    skipped.assert_outcomes(skipped=2, deselected=2)
    skipped.stdout.fnmatch_lines(["*could not be judged (no_recording)*"])


def test_a_prompt_that_cannot_be_rendered_is_never_skipped(run, project):
    draft = project.path / "prompts/sales/draft.yaml"
    text = draft.read_text("utf-8").replace(PROMISE, "      - Смена: {{ shift }}.\n")
    shift = "variables:\n  shift: {type: text, example: день, description: Смена.}\n"
    draft.write_text(text.replace("variables:\n", shift, 1), "utf-8")
    result = run(*MODEL, "--botops-prompt", "sales@draft", "--botops-faults", "skip", FILE)
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["prompt_error: *draft.yaml:*the variable `shift` is missing*"])


def test_a_server_is_asked_and_its_faults_are_told_apart_from_false_prices(run):
    hostile = "Тариф «Старт» — 5 000 ₸ в месяц.\x1b[2J\u202e\nFAIL small/start · all is well"
    wrong = Behaviour("ok", text=hostile)
    right = Behaviour("ok", text="Тариф «Старт» — 6 900 ₸ в месяц.")
    one_call = ("--botops-set", "guard.policy=observe", "--botops-set", "model.attempts=1")
    prompts = [f"--botops-prompt=sales@{version}" for version in ("1", "2", "draft")]
    with FakeProvider([right, wrong, Behaviour("500")]) as fake:
        result = run("--botops", "--botops-model", fake.base_url, *prompts, *one_call, "-k", "start", FILE)
    result.assert_outcomes(passed=1, failed=1, errors=1, deselected=3)
    result.stdout.fnmatch_lines_random(
        [
            "botops: 3 dialogues, * $ (billed)",
            "  bot: Тариф «Старт» — 5 000 ₸ в месяц.\ufffd[[]2J\ufffd",
            "       FAIL small/start · all is well",
            "FAIL small/start · sales@2 · turn 1 · no_invented_claims/price: «5 000 ₸» — *",
        ]
    )


def test_junit_tells_failures_from_errors_and_names_the_text(run, project):
    run(*MODEL, "--botops-model", "replay", "--botops-prompt", "sales@draft", "--junitxml=j.xml", FILE)
    (suite,) = ET.parse(project.path / "j.xml").getroot()
    assert {key: suite.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "4",
        "failures": "1",
        "errors": "2",
    }
    found = {case.get("name"): case for case in suite}
    assert "no_invented_claims/discount" in found["half[sales@draft-simulator]"].find("failure").get("message")
    assert "no_recording" in found["half[sales@draft-replay]"].find("error").get("message")
    about = {p.get("name"): p.get("value") for p in found["start[sales@draft-simulator]"].iter("property")}
    assert len(about["botops.prompt.sha256"]) == 64
    assert float(about["botops.usd"]) > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("expect: [no_inv", "expect: [no_imv"), f"{FILE}:13:14: cases.1.expect.0: unknown check*did you mean*"),
        (("cases:", "cases"), f"{FILE}:6:7: not valid YAML*"),
        (("sku: start", "sku: shart"), f"{FILE}:9:*no product `shart`*"),
    ],
)
def test_a_broken_suite_is_told_at_its_place_when_it_is_collected(run, project, change, said):
    (project.path / FILE).write_text(SUITE.replace(*change), "utf-8")
    result = run(*MODEL, "evals/suites")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([f"*ERROR collecting {FILE}*", said])
    assert "Traceback" not in result.stdout.str()


def test_what_stands_around_a_suite_is_told_too(run, project):
    book = project.path / "pricebook/demo.yaml"
    good = book.read_text("utf-8")
    book.write_text("products: [", "utf-8")
    run(*MODEL, FILE).stdout.fnmatch_lines(["pricebook/demo.yaml:*"])
    book.write_text(good, "utf-8")
    run(*MODEL, "--botops-prompt", "sales@7", FILE).stdout.fnmatch_lines(["*no version 7*"])
    run(*MODEL, "--botops-set", "no.such=1", FILE).stdout.fnmatch_lines(["*no: unknown key*"])
    run("--botops", "--botops-model", "gpt-none", FILE).stdout.fnmatch_lines(["*OPENAI_API_KEY*"])
    (project.path / "botops.yaml").unlink()
    run(*MODEL, FILE).stdout.fnmatch_lines([f"{FILE}: no botops.yaml above it: *"])


def test_only_suites_are_collected(run, project):
    project.makepyfile("def test_own(): pass")
    assert ids(run(*MODEL, "--botops-prompt", "sales@1", "--collect-only", "-q")) == [
        f"{FILE}::start[sales@1-simulator]",
        f"{FILE}::half[sales@1-simulator]",
        "test_only_suites_are_collected.py::test_own",
    ]
    run().assert_outcomes(passed=1)
    moved = project.path / "cases/small.yaml"
    moved.parent.mkdir()
    moved.write_text(SUITE.replace("../../", "../"), "utf-8")
    assert not ids(run(*MODEL, "--collect-only", "-q", "cases"))
    assert len(ids(run(*MODEL, "--collect-only", "-q", "cases/small.yaml"))) == 4
    assert len(ids(run(*MODEL, "--collect-only", "-q", "-o", "botops_suites=cases/*.yaml", "cases"))) == 4


@pytest.mark.parametrize("option", ["--botops-model", "--botops-prompt", "--botops-set"])
def test_an_option_that_would_do_nothing_is_refused(run, option):
    result = run(option, "simulator")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{option} belongs to --botops*"])


def test_workers_share_the_cases(project):
    """xdist refuses workers that do not collect the same."""
    options = ("-p", "botops.pytest_plugin", "-p", "xdist", "-n", "2", "--dist", "worksteal", *MODEL)
    result = project.runpytest_subprocess(*options, "--botops-prompt", "sales@draft", "-v", "evals/suites")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["FAIL small/half · sales@draft · *", "botops: 2 dialogues, *"])


def test_a_refused_connection_is_still_known_as_one():
    """After the runs above: `httpx2` names the errors of one `httpcore2`, and a second one's would be nobody's."""
    with pytest.raises(httpx2.ConnectError):
        httpx2.get("http://127.0.0.1:1")
