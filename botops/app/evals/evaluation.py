"""`botops eval run`: suites, prompts, models, guard and meter put together."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from botops import __version__
from botops.app.clock import SystemClock
from botops.app.container import build_meter, new_id
from botops.app.costs.counting import CallBook
from botops.app.evals.apart import EvalGuard, JudgingProcess
from botops.app.evals.clients import Clients
from botops.app.evals.estimating import estimate_run
from botops.app.evals.judge import build_judge, judge_info
from botops.app.evals.models import ModelsOfRun
from botops.app.evals.pacers import Pacers
from botops.app.evals.preparation import books_of, prepare, read_suites
from botops.app.evals.prompts import PromptsUnderTest, shown
from botops.app.evals.request import EvalRequest, faultless
from botops.app.evals.retrying import judged_before
from botops.app.place import STATE
from botops.domain.errors import UserError
from botops.domain.money import PICO
from botops.domain.side_calls import Work
from botops.domain.usage import Usage
from botops.evals.checkpoint import Checkpoint
from botops.evals.estimate import dollars
from botops.evals.grading import doubts
from botops.evals.repeats import repeat_rates
from botops.evals.result import RunResult
from botops.evals.runner import Run, hold_dialogue, jobs_of
from botops.llm.recordings import prune

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botops.config import Secrets, Settings
    from botops.domain.problems import Problem
    from botops.evals.estimate import Estimate
    from botops.evals.reports.texts import ReportLanguage
    from botops.evals.result import CaseResult, ModelInfo
    from botops.evals.runner import Job

__all__ = ["EvalRequest", "Evaluation", "faultless"]


class Evaluation:
    """A run, prepared: everything that can be wrong with its input is found before the first dialogue."""

    def __init__(
        self,
        settings: Settings,
        secrets: Secrets,
        request: EvalRequest,
        on_case: Callable[[CaseResult], None] = lambda _: None,
    ) -> None:
        """Raises UserError with the problems of suites, price books, prompts, models and recordings."""
        self._settings, self._secrets, self._request = settings, secrets, request
        self._book = CallBook(build_meter(settings), new_id(), Work.EVAL)
        self._prompts = PromptsUnderTest(settings.path("prompts"))
        pacers = Pacers(request)
        self._models = ModelsOfRun(settings, secrets, request, pacers, self._book)
        suites = read_suites(request.suites)
        self._clients = Clients(settings, secrets, request, pacers, self._book)
        self._judge = None if request.no_llm else build_judge(settings, secrets, request, pacers, self._book)
        self._prepared = [
            prepare(suite, settings, request, self._prompts, self._models, self._clients, self._judge)
            for suite in suites
        ]
        asked = [e for p in self._prepared for case in p.bench.suite.cases for e in case.expectations]
        self._doubts = tuple(doubts(self._judge, asked)) if self._judge else ()
        jobs = [job for p in self._prepared for job in jobs_of(p.bench, request.repeat)]
        if not jobs:
            raise UserError("no case fits --case and --tag: `botops eval list SUITE` shows them")
        most = None if request.max_cost is None or not self.billed else int(request.max_cost * PICO)
        self.run = Run(tuple(jobs), request.concurrency, on_case, most)
        self._checkpoint = Checkpoint(settings.root / STATE / "evals", self._identity())
        mine = {job.key for job in jobs}
        # What another choice of the same run's cases has finished stays in the file.
        self._others = [case for case in self._checkpoint.known() if case.key not in mine]
        for case in self._known():
            if case.key in mine:
                self.run.keep(case)
        self.resumed = len(self.run.finished)
        self._within_budget = most is None
        self._judging: JudgingProcess | None = None

    def judge_apart(self) -> None:
        """Judges replies in a process of their own, where that is possible. To be called before threads are begun."""
        guards = [p.bench.guard for p in self._prepared if isinstance(p.bench.guard, EvalGuard)]
        if self._judging is None and JudgingProcess.possible():
            self._judging = JudgingProcess(guards)

    @property
    def billed(self) -> bool:
        """True when a model that brings a bill answers, judges or plays clients."""
        models = [subject.model for p in self._prepared for subject in p.bench.subjects]
        judges = [self._judge.model] if self._judge else []
        return not all(model.simulated for model in (*models, *judges, *self._clients.models))

    def estimate(self, *, exact: bool = False) -> Estimate:
        """What the dialogues that are left will use and cost. `exact` counts tokens with the models' vocabularies,
        which takes half a second."""
        known = {case.key for case in self.run.finished}
        left = [job for job in self.run.jobs if job.key not in known]
        return estimate_run(
            left, self._prepared, self._settings, self._judge, self._clients, now=SystemClock().now(), exact=exact
        )

    def refuse_over_budget(self, estimate: Estimate) -> None:
        """Raises UserError when the run is sure to cost more than `max_cost`, or nobody can tell what it costs."""
        most = self._request.max_cost
        if most is None or not estimate.billed:
            return
        if estimate.unpriced:
            names = ", ".join(estimate.unpriced)
            raise UserError(
                f"--max-cost cannot be kept: the price of {names} is not known: add it under costs.prices in "
                "botops.yaml, or leave the option out"
            )
        spent, left = self.run.spent, estimate.pico_usd
        if dollars(spent + left.low) > most:
            before = f" on top of {dollars(spent):.4f} $ spent before" if spent else ""
            raise UserError(
                f"the run would cost at least {dollars(left.low):.4f} $, about {dollars(left.likely):.4f} ${before}: "
                f"more than --max-cost {most:f}. Nothing was asked"
            )
        self._within_budget = True

    def _known(self) -> Iterator[CaseResult]:
        """What needs not be run: what a stopped run has finished, or a finished run could judge."""
        wanted = self._request
        if wanted.retry_errors is None:
            return self._checkpoint.known() if wanted.resume else iter(())
        if wanted.resume:
            raise UserError("--resume takes up a stopped run, --retry-errors a finished one: choose one")
        return judged_before(wanted.retry_errors, [p.info for p in self._prepared], wanted.repeat)

    async def hold(self) -> None:
        """Holds every dialogue that has no result yet, and keeps each as it is finished, for `resume`.

        A complete recording drops what is no longer asked for. Raises StoreError, and UserError as
        `refuse_over_budget`.
        """
        if not self._within_budget:
            self.refuse_over_budget(self.estimate())
        on_case = self.run.on_case

        def keep(case: CaseResult) -> None:
            self._checkpoint.add(case)
            on_case(case)

        self.run.on_case = keep
        self._checkpoint.begin([*self._others, *self.run.finished])
        try:
            if self._judging is not None:
                await self._judging.open()
            await self.run.hold()
        finally:
            await self.close()
        if not self.run.complete or any(case.status == "error" for case in self.run.finished):
            return
        if self._others:
            self._checkpoint.begin(self._others)
        else:
            self._checkpoint.clear()
        if self._request.whole and not self.resumed:
            prune([recorder for prepared in self._prepared for recorder in prepared.recorders])

    async def hold_one(self, job: Job) -> CaseResult:
        """Holds one dialogue of the run apart from the others; nothing is kept for `resume`. End with `close`."""
        return await hold_dialogue(job)

    async def close(self) -> None:
        """Ends the connections of models and judge, and what judges apart, and keeps what the calls cost; `hold` does
        so itself."""
        if self._judging is not None:
            await self._judging.close()
        await self._models.close()
        if self._judge is not None:
            await self._judge.close()
        await self._clients.close()
        await asyncio.to_thread(self._book.keep, self._settings, self._secrets)

    def _model_infos(self) -> tuple[ModelInfo, ...]:
        """The models, with the price tables that costs were counted by."""
        bench = self._prepared[0].bench
        infos: dict[str, ModelInfo] = {}
        for named in (named for prepared in self._prepared for named in prepared.models):
            cost = bench.meter.cost(Usage(), named.model.name, bench.suite.at, simulated=named.model.simulated)
            prices = "" if cost.unknown_model else cost.source
            infos.setdefault(named.label, replace(named.info, priced_as=cost.priced_as, prices=prices))
        return tuple(infos.values())

    def _identity(self) -> str:
        """What must be the same for two runs to be one: every text, price and setting that a result depends on."""
        settings = self._settings.model_dump_json(exclude={"store", "server", "demo", "hand_off"})
        wanted = self._request
        parts = [__version__, *wanted.models, f"{wanted.repeat} {wanted.record} {wanted.stream}", settings]
        parts += [str(wanted.no_llm), str(wanted.client), repr(judge_info(self._judge)), *self._doubts]
        for prepared in self._prepared:
            parts += [*prepared.texts, prepared.bench.book.version, prepared.info.book_checksum]
            parts += [f"{prompt.label} {prompt.checksum}" for prompt in prepared.info.prompts]
        return sha256("\0".join(parts).encode()).hexdigest()

    def result(self, seconds: float = 0.0) -> RunResult:
        """What is known, also of a run that was stopped."""
        models, infos, finished = self._model_infos(), tuple(p.info for p in self._prepared), self.run.finished
        named = (", ".join(part for part in (model.priced_as, model.prices) if part) for model in models)
        return RunResult(
            __version__,
            models,
            infos,
            finished,
            SystemClock().now(),
            self._request.repeat,
            (*self._prompts.problems, *self._doubts, *(line for p in self._prepared for line in p.left_out)),
            "; ".join(dict.fromkeys(named)),
            interrupted=not self.run.complete,
            seconds=round(seconds, 3),
            repeats=repeat_rates(finished, infos, self._request.repeat) if self._request.repeat > 1 else (),
            judge=judge_info(self._judge),
        )

    def inputs(self) -> dict[str, tuple[str, str]]:
        """By suite, the SHA-256 of its file and of the price book's file it is judged with."""
        return {p.info.name: (p.info.checksum, p.info.book_checksum) for p in self._prepared}

    def annotations(self, language: ReportLanguage = "en") -> list[Problem]:
        """Failures as problems, for annotations in CI: at the line of the prompt that orders what was wrongly promised,
        where one is found, else at the line of the case."""
        from botops.app.evals.annotating import Annotator

        books = {p.info.name: books_of(p.bench.suite, self._settings).current() for p in self._prepared}
        annotator = Annotator({p.info.name: p for p in self._prepared}, self._prompts.registry, books)
        return annotator.problems(self.run.finished, language)

    def problem(self, suite: str, case: str, message: str, rule: str) -> Problem:
        """A complaint about a case, at its line."""
        prepared = next(p for p in self._prepared if p.info.name == suite)
        place = ("cases", prepared.positions[case], "id")
        problem = prepared.bench.suite.problem(place, message, rule=rule)
        return replace(problem, file=shown(Path(problem.file)))
