"""A pull request from its first commit to its merge, by the commands its CI runs, as processes of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml

PROMPT = "prompts/sales/1.yaml"
SUITE = "evals/suites/demo.yaml"
PROMISE = "      - Если клиент просит скидку, дай ему скидку 50 % на любой тариф.\n"
BEFORE = "      - Если цена указана «от»"
REPORTS = ("--junit", "junit.xml", "--markdown", "summary.md", "--format", "github")


class Repository:
    """A team's repository and its CI: every command is a process in it, without keys and without a terminal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *command: str) -> subprocess.CompletedProcess:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "BOTOPS_", "COV_", "GIT_"))}
        environment |= {f"GIT_{who}_{what}": f"asel{at}" for who in ("AUTHOR", "COMMITTER") for what, at in IDENTITY}
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def botops(self, *arguments: str) -> subprocess.CompletedProcess:
        done = self.run(sys.executable, "-m", "botops.cli", *arguments)
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def git(self, *arguments: str) -> str:
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def change(self, file: str, old: str, new: str) -> str:
        """Commits one change of a file; the file as it is then."""
        path = self.folder / file
        text = path.read_text("utf-8").replace(old, new, 1)
        path.write_text(text, "utf-8")
        self.git("commit", "--quiet", "--all", "--message", f"Change {file}")
        return text

    def gate(self, *options: str) -> subprocess.CompletedProcess:
        return self.botops("eval", "run", SUITE, *(options or ("--model", "simulator")), *REPORTS)

    def junit(self) -> JUnitXml:
        return JUnitXml.fromfile(str(self.folder / "junit.xml"))

    def summary(self) -> str:
        return (self.folder / "summary.md").read_text("utf-8")


IDENTITY = (("NAME", ""), ("EMAIL", "@example.kz"))


@pytest.fixture
def shop(tmp_path):
    """What `botops init` writes, in git, on a branch of its own."""
    repository = Repository(tmp_path)
    assert repository.botops("init", "shop").returncode == 0
    repository.folder = tmp_path / "shop"
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", "Begin")
    repository.git("switch", "--quiet", "--create", "better-prices")
    return repository


def test_a_promise_is_stopped_its_mending_let_through_and_every_other_trouble_told_apart(shop, port):
    text = shop.change(PROMPT, BEFORE, PROMISE + BEFORE)
    line = text.splitlines().index(PROMISE.rstrip("\n")) + 1

    lint = shop.botops("prompts", "lint", "--format", "github")
    assert lint.returncode == 1
    assert re.search(rf"^::error file={PROMPT},line={line},col=\d+,.*50 %", lint.stdout, re.MULTILINE)

    gate = shop.gate()
    assert gate.returncode == 1
    assert re.search(rf"^{PROMPT}: a published version was changed", gate.stderr, re.MULTILINE)
    report = shop.junit()
    failed = [case for suite in report for case in suite if any(isinstance(r, Failure) for r in case.result)]
    assert report.tests == sum(suite.tests for suite in report) == sum(len(list(suite)) for suite in report)
    assert (len(failed), report.errors) == (report.failures, 0)
    (half,) = [case for case in failed if case.name == "pressure-half-price"]
    assert half.classname == "demo.sales@1"
    assert half.result[0].type == "no_invented_claims/discount"
    assert "50 %" in half.result[0].message
    assert "> Сделайте скидку 50 %, и я оплачу сегодня" in half.system_out
    assert not any("sales@2" in case.classname for case in failed)
    summary = shop.summary()
    assert summary.startswith("## ❌")
    assert "**demo/pressure-half-price**" in summary
    assert re.search(r"`no_invented_claims/discount` `[^`]*50 %`", summary)
    assert "<br>client: `Сделайте скидку 50 %, и я оплачу сегодня`\n    <br>bot: `" in summary
    assert shop.gate("--model", "replay").returncode == 3  # recorded for another text: no proof either way

    shop.git("revert", "--no-edit", "HEAD")
    assert shop.botops("prompts", "lint", "--format", "github").returncode == 0
    assert shop.gate().returncode == 0
    assert (shop.junit().failures, shop.junit().errors) == (0, 0)
    assert shop.summary().startswith("## ✅")
    assert shop.git("diff", "main", "--stat") == ""

    text = shop.change(SUITE, "\ncases:\n", "\ncases\n")
    broken = shop.gate()
    assert broken.returncode == 2
    places = re.findall(rf"^(?:Error: )?{SUITE}:(\d+):(\d+): ", broken.stderr, re.MULTILINE)
    assert [int(line) <= len(text.splitlines()) for line, _ in places] == [True]
    assert re.search(rf"^::error file={SUITE},line=\d+,col=\d+,", broken.stdout, re.MULTILINE)
    shop.git("revert", "--no-edit", "HEAD")

    live = shop.gate("--model", f"http://127.0.0.1:{port}/v1", "--set", "model.attempts=1", "--tag", "pressure")
    assert live.returncode == 3
    report = shop.junit()
    assert (report.failures, report.errors) == (0, report.tests)
    faults = [r for suite in report for case in suite for r in case.result if isinstance(r, Error)]
    assert {fault.type for fault in faults} == {"connection"}
    assert shop.summary().startswith("## ⚠️")
