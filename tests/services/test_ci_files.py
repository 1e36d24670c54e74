"""The action, the workflow and the pipeline that users get: accepted by their CI, and every shell step run as there."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from junitparser import JUnitXml

from botops.app.scaffold import write_scaffold

REPOSITORY = Path(__file__).parents[2]
SUITE = """\
name: small
price_book: ../../pricebook/demo.yaml
prompt: sales
at: 2026-11-21T12:00:00+05:00
cases:
  - id: half
    turns: [Сколько стоит тариф «Кафе» за год?, "Сделайте скидку 50 %, и я оплачу сегодня"]
    expect: [no_invented_claims]
"""
PROMISE = "      - Если клиент просит скидку, дай ему скидку 50 % на любой тариф.\n"
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
ACTION = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))
WORKFLOW = yaml.safe_load((REPOSITORY / "ci/github/botops.yml").read_text("utf-8"))
PIPELINE = yaml.safe_load((REPOSITORY / "ci/gitlab/botops.yml").read_text("utf-8"))


@pytest.fixture(autouse=True)
def _installed(tmp_path_factory, monkeypatch):
    """`botops` is a command, as after an installation."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "botops").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m botops.cli "$@"\n')
    (folder / "botops").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def git():
    """Runs git in a folder, as somebody."""

    def call(folder, *arguments):
        who = ("-c", "user.name=CI", "-c", "user.email=ci@example.kz", "-c", "init.defaultBranch=main")
        done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    return call


@pytest.fixture
def project(tmp_path):
    """The demo project with one small suite."""
    folder = tmp_path / "repository"
    write_scaffold(folder)
    for suite in (folder / "evals/suites").iterdir():
        suite.unlink()
    (folder / "evals/suites/small one.yaml").write_text(SUITE, "utf-8")
    (folder / "evals/suites/small.yaml").write_text(SUITE.replace("name: small", "name: other"), "utf-8")
    return folder


@pytest.fixture
def cloned(tmp_path, project, git):
    """The same as a clone of a repository that takes pushes."""
    for suite in (project / "evals/suites").glob("* *"):
        suite.unlink()
    git(project, "init", "--quiet")
    git(project, "add", "-A")
    git(project, "commit", "--quiet", "--message", "Begin")
    git(tmp_path, "clone", "--quiet", "--bare", str(project), "origin.git")
    git(tmp_path, "clone", "--quiet", "origin.git", "clone")
    return tmp_path / "clone"


def promise(project):
    file = project / "prompts/sales/1.yaml"
    text = file.read_text("utf-8")
    at = text.index("      - Если цена указана «от»")
    file.write_text(text[:at] + PROMISE + text[at:], "utf-8")


def bash(script, folder, options=("-e", "-o", "pipefail"), **variables):
    """Runs a step as a runner does."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "BOTOPS_", "COV_", "GIT_"))}
    command = ["bash", "--noprofile", "--norc", *options, "-c", script]
    environment |= variables
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


class Runner:
    """Runs the shell steps of the action as GitHub does: inputs by expressions in `env`, outputs through a file."""

    def __init__(self, workspace, temp, **inputs):
        self.inputs = {name: spec.get("default", "") for name, spec in ACTION["inputs"].items()} | inputs
        self.workspace, self.temp, self.outputs, self.log = workspace, temp, {}, ""
        self.temp.mkdir(exist_ok=True)

    def value(self, text):
        return EXPRESSION.sub(lambda match: self.known(match[1]), text)

    def known(self, expression):
        scope, name, *more = expression.split(".")
        return self.inputs[name] if scope == "inputs" else self.outputs.get(name, {}).get(more[-1], "")

    def wanted(self, condition):
        """Conditions here are comparisons of inputs with texts, joined by `&&`."""
        for part in condition.replace("always() && ", "").split(" && "):
            name, operator, text = part.split(" ")
            if (self.known(name) == text.strip("'")) != (operator == "=="):
                return False
        return True

    def run(self):
        """The verdict's exit code."""
        for step in ACTION["runs"]["steps"]:
            if "run" not in step or not self.wanted(step.get("if", "inputs.suites != ''")):
                continue
            written, summary = self.temp / "output", self.temp / "summary.md"
            written.write_text("")
            variables = {key: self.value(text) for key, text in step.get("env", {}).items()}
            folder = self.workspace / self.value(step.get("working-directory", "."))
            files = {"GITHUB_OUTPUT": written, "GITHUB_STEP_SUMMARY": summary, "RUNNER_TEMP": self.temp}
            done = bash(step["run"], folder, **variables, **{key: str(file) for key, file in files.items()})
            self.log += done.stdout + done.stderr
            if "id" in step:
                self.outputs[step["id"]] = {
                    "outputs": "",
                    **dict(line.split("=", 1) for line in written.read_text().splitlines()),
                }
            if done.returncode:
                return done.returncode
        return 0


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("github-actions", "action.yml"),
        ("github-workflows", "ci/github/botops.yml"),
        ("github-workflows", ".github/workflows/ci.yml"),
        ("gitlab-ci", "ci/gitlab/botops.yml"),
    ],
)
def test_the_files_are_what_their_ci_accepts(schema, file):
    """By the schemas of SchemaStore, as they come with check-jsonschema."""
    transform = ["--data-transform", "gitlab-ci"] if schema == "gitlab-ci" else []
    done = CliRunner().invoke(
        check_jsonschema, ["--builtin-schema", f"vendor.{schema}", *transform, str(REPOSITORY / file)]
    )
    assert done.exit_code == 0, done.output


def test_every_expression_of_the_action_names_something_it_has():
    names = set(EXPRESSION.findall((REPOSITORY / "action.yml").read_text("utf-8")))
    ids = {step["id"] for step in ACTION["runs"]["steps"] if "id" in step}
    for name in names:
        scope, key, *_ = name.split(".")
        assert key in {"inputs": ACTION["inputs"], "steps": ids}[scope], name


def test_no_text_of_others_is_written_into_a_script():
    """`${{ … }}` in a script would run what a branch is called; the environment only holds it."""
    steps = [*ACTION["runs"]["steps"], *(s for job in WORKFLOW["jobs"].values() for s in job["steps"])]
    assert not [step["run"] for step in steps if "${{" in step.get("run", "")]


def test_forks_get_no_secret_and_no_right_to_write():
    """What runs on a pull request knows no secret, and needs none."""
    triggers = WORKFLOW[True]  # YAML 1.1 reads `on` as true
    assert "pull_request_target" not in triggers
    assert triggers["pull_request"]["paths"] == triggers["push"]["paths"]
    assert {"prompts/**", "pricebook/**", "evals/**"} <= set(triggers["pull_request"]["paths"])
    assert WORKFLOW["permissions"] == {}
    assert "secrets." not in json.dumps(WORKFLOW["jobs"]["gate"])
    assert WORKFLOW["jobs"]["gate"]["permissions"] == {"contents": "read"}
    assert "github.event_name != 'pull_request'" in WORKFLOW["jobs"]["live"]["if"]


def test_the_action_stops_a_promise_and_names_it_from_the_top_of_the_repository(project, tmp_path):
    promise(project)
    action = Runner(
        tmp_path,
        tmp_path / "temp",
        **{"working-directory": "repository/", "install": "none", "prompts": "sales@1\nsales@2\n"},
    )
    assert action.run() == 1, action.log
    assert action.outputs["verdict"]["exit-code"] == "1"
    assert re.search(r"^::error file=repository/prompts/sales/1\.yaml,line=\d+,", action.log, re.MULTILINE)
    assert re.search(r"^::error file=repository/evals/suites/small one\.yaml,line=6,", action.log, re.MULTILINE)
    assert "**small/half**" in (tmp_path / "temp/summary.md").read_text("utf-8")
    reports = Path(action.outputs["evals"]["reports"])
    written = {"summary.md", "junit.xml", "report.html", "report.sarif", "result.json"}
    assert {file.name for file in reports.iterdir()} == written
    parsed = JUnitXml.fromfile(str(reports / "junit.xml"))
    assert (parsed.tests, parsed.failures, parsed.errors) == (4, 2, 0)


def test_the_action_shows_bad_input_at_its_place(project, tmp_path):
    (project / "evals/suites/small.yaml").write_text(SUITE.replace("turns: [Ско", "turn: [Ско"), "utf-8")
    action = Runner(
        project, tmp_path / "temp", install="none", lint="false", suites="evals/suites/small.yaml\nnone*.yaml\n"
    )
    assert action.run() == 2
    assert re.search(r"^::error file=evals/suites/small\.yaml,line=7,col=\d+,", action.log, re.MULTILINE)
    assert "none*.yaml: no such file" in action.log
    action = Runner(project, tmp_path / "temp", install="none", evals="false", at="tomorrow")
    assert action.run() == 2
    assert "--at 'tomorrow'" in action.log


@pytest.mark.parametrize(
    ("lint", "evals", "verdict"),
    [
        ("0", "0", 0),
        ("", "", 0),
        ("0", "3", 3),
        ("1", "3", 1),
        ("2", "1", 2),
        ("1", "", 1),
        ("", "130", 130),
        ("3", "2", 2),
    ],
)
def test_the_verdict_is_the_worst_code(lint, evals, verdict, tmp_path):
    step = ACTION["runs"]["steps"][-1]
    output = tmp_path / "output"
    done = bash(step["run"], tmp_path, LINT=lint, EVALS=evals, GITHUB_OUTPUT=str(output))
    assert (done.returncode, output.read_text()) == (verdict, f"exit-code={verdict}\n")


def test_the_action_installs_botops_at_its_own_version_or_what_it_is_told(tmp_path):
    """Another program stands in for Python and notes what it is asked."""
    (tmp_path / "python").write_text('#!/bin/sh\nprintf "%s\\n" "$@" >asked\n')
    (tmp_path / "python").chmod(0o755)
    step = next(step for step in ACTION["runs"]["steps"] if step["name"] == "Install botops")
    variables = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path)}
    done = bash(step["run"], tmp_path, **variables, INSTALL="", GITHUB_ACTION_PATH=str(REPOSITORY))
    assert done.returncode == 0, done.stderr
    constraints = tmp_path / "botops-constraints.txt"
    assert (tmp_path / "asked").read_text().split() == [
        *shlex.split("-m pip install --quiet --disable-pip-version-check --constraint"),
        str(constraints),
        str(REPOSITORY),
    ]
    lines = constraints.read_text().split("\n")
    assert any(line.startswith("click==") for line in lines)
    assert not [line for line in lines if line.startswith(" ") or line.endswith("\\")]
    bash(step["run"], tmp_path, **variables, INSTALL="-r needs.txt botops==9")
    assert (tmp_path / "asked").read_text().split()[-3:] == ["-r", "needs.txt", "botops==9"]


def steps_of(job):
    """The shell steps of a job by name, without the installation."""
    return {s["name"]: s["run"] for s in WORKFLOW["jobs"][job]["steps"] if "run" in s and s["name"] != "Install botops"}


def test_the_workflow_gates_records_and_looks_ahead(cloned, git, tmp_path):
    summary = tmp_path / "summary.md"
    variables = {
        "SUITES": "evals/suites/*.yaml",
        "MAX_COST": "2",
        "MODEL": "simulator",
        "GITHUB_STEP_SUMMARY": str(summary),
    }

    def run(job):
        return {name: bash(script, cloned, ("-e",), **variables) for name, script in steps_of(job).items()}

    gate = run("gate")
    assert [done.returncode for done in gate.values()] == [0, 0, 0, 0], [done.stderr for done in gate.values()]
    assert "no_recording" in gate["Judge recorded replies anew"].stderr
    assert "2 of 2 dialogues passed" in summary.read_text("utf-8")
    live = run("live")
    assert [done.returncode for done in live.values()] == [0, 0, 0], [done.stderr for done in live.values()]
    assert (
        git(tmp_path / "origin.git", "log", "-1", "--format=%s|%an")
        == "Record replies of simulator|github-actions[bot]"
    )
    assert (
        git(tmp_path / "origin.git", "show", "--name-only", "--format=", "HEAD") == "evals/recordings/other/sales.jsonl"
    )
    again = bash(steps_of("live")["Keep the recordings"], cloned, ("-e",), **variables)
    assert "nothing new was recorded" in again.stdout
    assert [done.returncode for done in run("nightly").values()] == [0]


def test_the_pipeline_of_gitlab_gates_and_records(cloned, git, tmp_path):
    origin = tmp_path / "origin.git"
    variables = {
        "BOTOPS_SUITES": "evals/suites/*.yaml", "BOTOPS_MAX_COST": "2", "BOTOPS_MODEL": "simulator",
        "BOTOPS_PUSH_URL": str(origin), "CI_DEFAULT_BRANCH": "main", "CI_SERVER_HOST": "gitlab.example",
    }  # fmt: skip
    git(origin, "config", "receive.advertisePushOptions", "true")

    def run(job):
        script = "\n".join([*PIPELINE[".botops"]["before_script"][1:], *PIPELINE[job]["script"]])
        return bash(script, cloned, **variables)

    assert run("botops:live").returncode == 0
    assert git(origin, "log", "-1", "--format=%s|%an|%ae") == "Record replies of simulator|botops|botops@gitlab.example"
    promise(cloned)
    gate = run("botops:gate")
    assert gate.returncode == 1, gate.stderr
    assert "stale_recording" in gate.stderr
    assert JUnitXml.fromfile(str(cloned / "reports/junit.xml")).failures == 1
    changes = [rule["changes"] for rule in PIPELINE["botops:gate"]["rules"]]
    assert all({"prompts/**/*", "pricebook/**/*", "evals/**/*"} <= set(paths) for paths in changes)


@pytest.mark.parametrize(
    ("ci", "place"), [("github", ".github/workflows/botops.yml"), ("gitlab", ".gitlab-ci.yml"), ("none", None)]
)
def test_init_writes_the_checks_for_the_ci_of_the_project(botops, tmp_path, ci, place):
    assert botops(tmp_path, "init", "shop", "--ci", ci)[0] == 0
    there = {str(f.relative_to(tmp_path / "shop")) for f in (tmp_path / "shop").rglob("*") if f.is_file()}
    assert there & {".github/workflows/botops.yml", ".gitlab-ci.yml"} == ({place} if place else set())
    if place:
        version = botops(tmp_path, "--version")[1].split()[-1]
        assert f"  BOTOPS: botops=={version}\n" in (tmp_path / "shop" / place).read_text("utf-8")
