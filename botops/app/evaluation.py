"""`botops eval run`: suites, prompts, models, guard and meter put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops import __version__
from botops.app.checks.extensions import extensions_of
from botops.app.clock import SetClock, SystemClock
from botops.app.container import STATE, book_path, build_meter, rules_of
from botops.app.eval_prompts import FixedPrompt, PromptsUnderTest, shown
from botops.app.guard import ClaimGuard
from botops.app.models import REPLAY, SIMULATOR, build_model, recordings_of
from botops.app.pricebooks.books import Books
from botops.app.prompts.prompting import Prompting
from botops.app.releases.suites import text_checksum
from botops.domain.errors import UserError
from botops.domain.money import PICO
from botops.domain.usage import Usage
from botops.evals.checkpoint import Checkpoint
from botops.evals.checks.catalogue import installed
from botops.evals.reports.lines import lines_of
from botops.evals.result import ModelInfo, RunResult, SubjectInfo, SuiteInfo
from botops.evals.runner import Bench, Run, Subject, jobs_of
from botops.evals.suite import SuiteReader, lint_against_book
from botops.llm.recordings import RecordingModel, ReplayModel
from botops.pricebook import price_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from botops.config import Secrets, Settings
    from botops.domain.ports import ChatModel
    from botops.domain.problems import Problem
    from botops.evals.model import ClientProfile, Suite
    from botops.evals.reports.lines import ReportLanguage
    from botops.evals.result import CaseResult
    from botops.evals.runner import Client
    from botops.pricebook import PriceBook

_ERRORS = ("wrong_variant", "stale_price", "invented_discount", "wrong_total")


@dataclass(frozen=True, slots=True)
class EvalRequest:
    """What is to be run. `prompts` as `NAME`, `NAME@VERSION` or `NAME@draft`; none means what is served.

    Each of `models` is `replay`, `replay:MODEL`, `simulator`, a URL or a model's name; every prompt version is run with
    every model. `cases` are patterns of case ids
    (`promo-*`), `tags` select the cases that have one of them.
    """

    suites: tuple[Path, ...]
    prompts: tuple[str, ...] = ()
    models: tuple[str, ...] = (REPLAY,)
    concurrency: int = 8
    repeat: int = 1
    record: bool = False
    resume: bool = False
    max_cost: Decimal | None = None
    cases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """True when nothing of the suites and of what is served is left out."""
        return self.every_case and not self.prompts

    @property
    def every_case(self) -> bool:
        """True when no case of the suites is left out."""
        return not (self.cases or self.tags)


def faultless(overrides: tuple[str, ...]) -> tuple[str, ...]:
    """Settings for a gate: the simulated model makes no errors of its own, unless the caller asks for them."""
    return (*(f"simulator.errors.{name}=0" for name in _ERRORS), *overrides)


@dataclass(frozen=True, slots=True)
class _Prepared:
    bench: Bench
    info: SuiteInfo
    recorders: tuple[RecordingModel, ...]
    models: tuple[ModelInfo, ...]
    book_checksum: str
    positions: Mapping[str, int]
    """Where in its file each case stands, counted from 0."""


class Evaluation:
    """A run, prepared: everything that can be wrong with its input is found before the first dialogue."""

    def __init__(
        self,
        settings: Settings,
        secrets: Secrets,
        request: EvalRequest,
        on_case: Callable[[CaseResult], None] = lambda _: None,
    ) -> None:
        """Raises UserError with the problems of suites, price books, prompts and recordings."""
        self._settings, self._secrets, self._request = settings, secrets, request
        self._prompts = PromptsUnderTest(settings.path("prompts"))
        self._prepared = [self._prepare(suite) for suite in self._suites()]
        jobs = [job for p in self._prepared for job in jobs_of(p.bench, request.repeat)]
        if not jobs:
            raise UserError("no case fits --case and --tag: `botops eval list SUITE` shows them")
        most = None if request.max_cost is None else int(request.max_cost * PICO)
        self.run = Run(tuple(jobs), request.concurrency, on_case, most)
        self._checkpoint = Checkpoint(settings.root / STATE / "evals", self._identity())
        if request.resume:
            keys = {job.key for job in jobs}
            for case in self._checkpoint.known():
                if case.key in keys:
                    self.run.keep(case)
        self.resumed = len(self.run.finished)

    async def hold(self) -> None:
        """Holds every dialogue that has no result yet, and keeps each as it is finished, for `resume`.

        A complete recording drops what is no longer asked for. Raises StoreError.
        """
        shown = self.run.on_case

        def keep(case: CaseResult) -> None:
            self._checkpoint.add(case)
            shown(case)

        self.run.on_case = keep
        self._checkpoint.begin(list(self.run.finished))
        await self.run.hold()
        if not self.run.complete or any(case.status == "error" for case in self.run.finished):
            return
        self._checkpoint.clear()
        for prepared in self._prepared:
            if self._request.whole and not self.resumed:
                for recorder in prepared.recorders:
                    recorder.prune()

    def _prices(self) -> str:
        """The models and the price tables that costs were counted by."""
        bench = self._prepared[0].bench
        models = dict.fromkeys(subject.model for subject in bench.subjects)
        costs = [bench.meter.cost(Usage(), m.name, bench.suite.at, simulated=m.simulated) for m in models]
        named = (", ".join(part for part in (cost.priced_as, cost.source) if part) for cost in costs)
        return "; ".join(dict.fromkeys(named))

    def _identity(self) -> str:
        """What must be the same for two runs to be one: every text, price and setting that a result depends on."""
        settings = self._settings.model_dump_json(exclude={"store", "server", "demo", "hand_off"})
        parts = [__version__, *self._request.models, str(self._request.repeat), str(self._request.record), settings]
        for prepared in self._prepared:
            parts += [prepared.bench.suite.document.text, prepared.bench.book.version, prepared.book_checksum]
            parts += [f"{prompt.label} {prompt.checksum}" for prompt in prepared.info.prompts]
        return sha256("\0".join(parts).encode()).hexdigest()

    def result(self, seconds: float = 0.0) -> RunResult:
        """What is known, also of a run that was stopped."""
        return RunResult(
            __version__,
            tuple(dict.fromkeys(model for prepared in self._prepared for model in prepared.models)),
            tuple(p.info for p in self._prepared),
            self.run.finished,
            SystemClock().now(),
            self._request.repeat,
            tuple(self._prompts.problems),
            self._prices(),
            interrupted=not self.run.complete,
            seconds=round(seconds, 3),
        )

    def inputs(self) -> dict[str, tuple[str, str]]:
        """By suite, the SHA-256 of its file and of the price book's file it is judged with."""
        return {
            p.bench.suite.name: (text_checksum(p.bench.suite.document.text), p.book_checksum) for p in self._prepared
        }

    def annotations(self, language: ReportLanguage = "en") -> list[Problem]:
        """Failures as problems at the line of their case, for annotations in CI."""
        places = {p.info.name: (p.bench.suite, p.positions) for p in self._prepared}
        found = []
        for case in self.run.finished:
            suite, positions = places[case.suite]
            for line in lines_of(case, language):
                problem = suite.document.problem(("cases", positions[case.case], "id"), line, rule=case.status)
                found.append(replace(problem, file=shown(suite.file)))
        return found

    def _suites(self) -> list[Suite]:
        reader = SuiteReader(installed())
        problems: list[Problem] = []
        suites: dict[str, Suite] = {}
        for path in self._request.suites:
            try:
                suite = reader.read(path)
            except UserError as error:
                problems += error.problems
                if not error.problems:
                    raise
                continue
            if suite.name in suites:
                place = suite.document
                message = f"`{suite.name}` is the name of {suites[suite.name].file} too: rename one"
                problems.append(place.problem(("name",), message, rule="duplicate-name"))
            suites[suite.name] = suite
        if problems:
            raise UserError(problems=problems)
        return list(suites.values())

    def _prepare(self, suite: Suite) -> _Prepared:
        books = Books(suite.price_book or book_path(self._settings), extensions_of(self._settings))
        current = books.current()
        if current is None:
            raise UserError(
                "" if books.problems else f"there is no price book at {books.path}: put one there", books.problems
            )
        problems = lint_against_book(suite, current.book)
        if problems:
            raise UserError(problems=problems)
        name = suite.prompt or self._settings.prompt
        versions = [v for wanted in self._request.prompts or (name,) for v in self._prompts.versions(wanted)]
        prompting = Prompting(self._prompts.registry, books, name=name, company=self._settings.company)
        models = [self._model(suite, wanted) for wanted in dict.fromkeys(self._request.models)]
        subjects, named = [], []
        for (prompt, version), (about, model) in product(versions, models):
            label = prompt.label if len(models) == 1 else f"{prompt.label} × {about.label}"
            source = FixedPrompt(self._prompts.registry, version, prompting, current.book)
            subjects.append(Subject(label, source, model))
            named.append(SubjectInfo(label, prompt.label, about.label))
        chosen = replace(suite, cases=tuple(case for case in suite.cases if self._chosen(case.id, case.tags)))
        bench = Bench(
            chosen, current.book, tuple(subjects), ClaimGuard(books), build_meter(self._settings),
            rules_of(self._settings), SetClock, _simulated_client,
        )  # fmt: skip
        info = SuiteInfo(
            suite.name, shown(suite.file), suite.at, current.book.version, shown(books.path),
            tuple(info for info, _ in versions), tuple(named), len(chosen.cases), suite.gate,
        )  # fmt: skip
        checksum = sha256(books.path.read_bytes()).hexdigest()
        recorders = tuple(model for _, model in models if isinstance(model, RecordingModel))
        places = {case.id: n for n, case in enumerate(suite.cases)}
        return _Prepared(bench, info, recorders, tuple(about for about, _ in models), checksum, places)

    def _chosen(self, case: str, tags: tuple[str, ...]) -> bool:
        wanted = self._request
        return (not wanted.cases or any(fnmatchcase(case, pattern) for pattern in wanted.cases)) and (
            not wanted.tags or any(tag in wanted.tags for tag in tags)
        )

    def _model(self, suite: Suite, wanted: str) -> tuple[ModelInfo, ChatModel]:
        folder = recordings_of(self._settings) / suite.name
        if wanted == REPLAY or wanted.startswith(f"{REPLAY}:"):
            if self._request.record:
                raise UserError("a replay cannot be recorded: choose --model simulator or a model's name")
            name = wanted.partition(":")[2] or None
            named = "".join(f" --prompt {prompt}" for prompt in self._request.prompts)
            command = f"botops eval run {shown(suite.file)}{named} --model {name or SIMULATOR} --record"
            replay = ReplayModel(folder, model=name, command=command)
            return ModelInfo(f"{REPLAY}:{replay.name}", True), replay
        model = build_model(self._settings, self._secrets, wanted)
        about = ModelInfo(model.name, model.simulated)
        return about, RecordingModel(model, folder) if self._request.record else model


def _simulated_client(profile: ClientProfile, book: PriceBook, at: datetime) -> Client:
    from botops.simulator import Profile, SimulatedClient

    prices = price_table(book, at.astimezone(ZoneInfo(book.timezone)).date(), profile.language)
    wanted = Profile(
        profile.language,
        profile.goal,  # type: ignore[arg-type]  # the suite's file allows the simulator's goals and manners only
        profile.persona,  # type: ignore[arg-type]
        profile.max_turns,
        profile.budget,
        profile.things,
    )
    return SimulatedClient(wanted, prices, profile.seed)
