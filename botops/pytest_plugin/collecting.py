"""Suites as files and their dialogues as tests.

A dialogue is held in the setup of its test and judged in its call: so what could not be judged is an error, what broke
an expectation a failure, in the terminal as in JUnit XML.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from functools import cached_property
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from botops import __version__
from botops.app.evals.evaluation import EvalRequest, Evaluation, faultless
from botops.app.evals.prompts import shown
from botops.app.models import REPLAY
from botops.cli.context import counted, relative
from botops.config import FILE_NAME, Secrets, load_settings
from botops.domain.errors import BotopsError, UserError
from botops.domain.money import PICO
from botops.domain.problems import render_problems
from botops.evals.result import SETUP_FAULTS, CaseResult
from botops.pytest_plugin.showing import dialogue_text

if TYPE_CHECKING:
    from botops.domain.problems import Problem
    from botops.evals.result import SuiteInfo
    from botops.evals.runner import Job

_COST, _SIMULATED = "botops.usd", "botops.simulated"
_NOT_IN_MARKERS = re.compile(r"[^\w+./-]+")


class Suites:
    """The plug-in of a run with `--botops`: finds suites, and holds their dialogues in one event loop."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._patterns: list[str] = config.getini("botops_suites")
        self._runner: asyncio.Runner | None = None
        self._evaluations: list[Evaluation] = []
        self._registered: set[str] = set()

    @property
    def models(self) -> tuple[str, ...]:
        """The models as they were asked for."""
        return tuple(dict.fromkeys(self._config.getoption("--botops-model"))) or (REPLAY,)

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> SuiteFile | None:
        """A suite: a file given by name, or one of a folder that fits `botops_suites`."""
        if file_path.suffix not in {".yaml", ".yml", ".json", ".jsonl"}:
            return None
        if not parent.session.isinitpath(file_path) and not any(map(file_path.match, self._patterns)):
            return None
        file: SuiteFile = SuiteFile.from_parent(parent, path=file_path)
        file.suites = self
        return file

    def pytest_report_header(self) -> str:
        """The version and what was asked for."""
        prompts = self._config.getoption("--botops-prompt")
        return f"botops: {__version__}, model {', '.join(self.models)}, prompts {', '.join(prompts) or 'as served'}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """What the dialogues cost; with xdist their reports come from its workers."""
        held = {}
        for kind in ("passed", "failed", "error", "skipped"):
            for report in terminalreporter.getreports(kind):
                about = dict(report.user_properties) if isinstance(report, pytest.TestReport) else {}
                if _COST in about:
                    held[report.nodeid] = about
        if not held:
            return
        usd = sum(float(str(about[_COST])) for about in held.values())
        simulated = all(about[_SIMULATED] == "true" for about in held.values())
        billed = "simulated, nothing is billed" if simulated else "billed"
        terminalreporter.write_line(f"botops: {counted(len(held), 'dialogue')}, {usd:.4f} $ ({billed})")

    def pytest_unconfigure(self) -> None:
        """Ends the models' connections and the event loop."""
        if self._runner is None:
            return
        with self._runner:
            for evaluation in self._evaluations:
                self._runner.run(evaluation.close())

    def evaluation(self, file: Path) -> Evaluation:
        """A suite with everything its dialogues need. Raises BotopsError."""
        folder = next((folder for folder in file.parents if (folder / FILE_NAME).is_file()), None)
        if folder is None:
            raise UserError(f"{shown(file)}: no {FILE_NAME} above it: an eval needs the project it belongs to")
        overrides = tuple(self._config.getoption("--botops-set"))
        settings = load_settings(shown(folder / FILE_NAME), required=True, overrides=faultless(overrides))
        prompts = tuple(self._config.getoption("--botops-prompt"))
        no_llm = bool(self._config.getoption("--botops-no-llm"))
        request = EvalRequest((Path(shown(file)),), prompts, self.models, no_llm=no_llm)
        evaluation = Evaluation(settings, Secrets.from_environ(os.environ), request)
        self._evaluations.append(evaluation)
        return evaluation

    def hold(self, evaluation: Evaluation, job: Job) -> CaseResult:
        """Holds one dialogue. A model keeps its connections from one to the next: the loop is the same for all."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(evaluation.hold_one(job))

    @cached_property
    def _taken(self) -> frozenset[str]:
        """Markers that take arguments do something (`skip(reason)`): a tag of such a name must not."""
        signatures = [line.partition(":")[0] for line in self._config.getini("markers")]
        return frozenset(s.partition("(")[0].strip() for s in signatures if "(" in s)

    def marker(self, tag: str) -> str:
        """The name of the marker for a tag, registered; empty for a tag that no marker can be named after."""
        name = _NOT_IN_MARKERS.sub("-", tag).strip("-_")
        if name in self._taken:
            name = f"tag-{name}"
        if name and name not in self._registered:
            self._registered.add(name)
            self._config.addinivalue_line("markers", f"{name}: eval cases tagged {tag!r}")
        return name


class SuiteFile(pytest.File):
    """A suite. What is wrong with it, its prompts or its price book is told at its place when it is collected."""

    suites: Suites

    def collect(self) -> Iterator[CaseItem]:
        """Every case with every prompt version and model, in the order of the file."""
        try:
            evaluation = self.suites.evaluation(self.path)
        except BotopsError as error:
            raise self.CollectError(_text(error)) from error
        (suite,) = evaluation.result().suites
        names = _names(suite, self.suites.models)
        marks = {tag: self.suites.marker(tag) for job in evaluation.run.jobs for tag in job.case.tags}
        for job in evaluation.run.jobs:
            name = f"{job.case.id}[{names[job.subject.label]}]"
            item: CaseItem = CaseItem.from_parent(self, name=name)
            item.take(evaluation, job, suite)
            for marker in dict.fromkeys(("botops", *filter(None, map(marks.__getitem__, job.case.tags)))):
                item.add_marker(marker)
            yield item


class CaseItem(pytest.Item):
    """A dialogue with a prompt version and a model."""

    parent: SuiteFile
    _result: CaseResult

    def take(self, evaluation: Evaluation, job: Job, suite: SuiteInfo) -> None:
        """What the test is about."""
        self._evaluation, self._job, self._suite = evaluation, job, suite

    def setup(self) -> None:
        """Holds the dialogue. What could not be judged ends here: as an error, or skipped where that was asked for."""
        super().setup()
        self._result = self.parent.suites.hold(self._evaluation, self._job)
        self._remember()
        if self._result.status != "error":
            return
        if self.config.getoption("--botops-faults") == "skip" and self._result.fault not in SETUP_FAULTS:
            pytest.skip(f"could not be judged ({self._result.fault}): {self._result.error}")
        pytest.fail(self._text, pytrace=False)

    def runtest(self) -> None:
        """Fails when an expectation was not met."""
        if self._result.status == "fail":
            pytest.fail(self._text, pytrace=False)

    def reportinfo(self) -> tuple[os.PathLike[str] | str, int | None, str]:
        """The line of the case in its suite."""
        return self.path, self._place.line - 1, self.name

    @property
    def _text(self) -> str:
        language = self.config.getoption("--botops-lang")
        known = self._evaluation.result().problems
        return dialogue_text(self._result, (f"{self._place.file}:{self._place.line}", *known), language)

    @cached_property
    def _place(self) -> Problem:
        return self._evaluation.problem(self._job.bench.suite.name, self._job.case.id, "", "")

    def _remember(self) -> None:
        """Puts into reports, JUnit XML among them, which text was judged and what that cost."""
        subject = next(s for s in self._suite.subjects if s.label == self._job.subject.label)
        prompt = next(p for p in self._suite.prompts if p.label == subject.prompt)
        self.user_properties += [
            ("botops.prompt.sha256", prompt.checksum),
            ("botops.price_book", self._suite.book),
            (_SIMULATED, str(self._job.subject.model.simulated).lower()),
            (_COST, f"{self._result.pico_usd / PICO:.8f}"),
        ]


def _names(suite: SuiteInfo, models: tuple[str, ...]) -> dict[str, str]:
    """By subject, its part of a test's id: the prompt version and the model as it was asked for. It is the same
    whatever else is run, and whether recordings are there or not: a test's history in CI hangs on it."""
    asked = cycle(models)  # every prompt version is run with all of them in turn
    return {subject.label: f"{subject.prompt}-{model}" for subject, model in zip(suite.subjects, asked, strict=False)}


def _text(error: BotopsError) -> str:
    if not isinstance(error, UserError) or not error.problems:
        return str(error)
    return render_problems(map(relative, error.problems))
