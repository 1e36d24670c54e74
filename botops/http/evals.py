"""`/v1/evals` and `/v1/dialogues/{id}/case`: tests made of dialogues, runs of suites, and what came of each case."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, StringConstraints

from botops.app.evals import baselines
from botops.app.evals import cases as making
from botops.app.evals.tasks import MOST_SUITES, EvalDesk, Wanted
from botops.domain.people import MOST_REASON
from botops.http.schemas import Body, Id, Problem

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.evaluations import CaseOutcome, EvalTask
    from botops.domain.releases import EvalRun

router = APIRouter(tags=["evals"])
_FAULTS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}}
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem}}
SuiteName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Dollars = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$")]
Most = Annotated[int, Query(ge=1, le=200)]


class CaseRequest(Body):
    """Which turn becomes a case, of which suite, and why."""

    turn: Annotated[int, Field(strict=True, ge=1, lt=10**9)]
    by: Id = Field(description="Who makes it.")
    reason: Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
    suite: SuiteName | None = Field(None, description="Without it the usual one for regressions, made when missing.")


class CaseReply(BaseModel):
    """The case as it was written."""

    suite: str
    case: str
    file: str
    prompt: str


class TaskRequest(Body):
    """What is to be run."""

    prompt: Id
    version: Annotated[int, Field(strict=True, ge=1, lt=10**9)] | Literal["draft"]
    suites: Annotated[list[SuiteName], Field(min_length=1, max_length=MOST_SUITES)]
    by: Id = Field(description="Who asks for it.")
    model: Id | None = Field(None, description="`simulator`, or the configured model; without it the simulator.")
    max_usd: Dollars | None = Field(None, description="The most it may cost; needed for a model that is billed.")


class EstimateRequest(Body):
    """What would be run."""

    prompt: Id
    version: Annotated[int, Field(strict=True, ge=1, lt=10**9)] | Literal["draft"]
    suites: Annotated[list[SuiteName], Field(min_length=1, max_length=MOST_SUITES)]
    model: Id | None = None


class EstimateReply(BaseModel):
    """What it would cost. The dollars are missing where nothing is billed."""

    dialogues: int
    least_usd: str | None
    likely_usd: str | None
    most_usd: str | None
    unpriced: list[str] = Field(description="Models whose price is not known; the dollars leave them out.")


class CancelRequest(Body):
    """Who ends a run."""

    by: Id


class BaselineRequest(Body):
    """Who chooses a run to hold later ones against, and why."""

    by: Id
    reason: Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
    allow_gone: bool = Field(
        False, description="Cases of the earlier baseline that this run lacks are meant to be gone."
    )


class TaskReply(BaseModel):
    """A run that was asked for. `running`, then `done`, `cancelled`, `failed` (`error` says why) or `interrupted`."""

    id: str
    at: datetime
    by: str
    prompt: str
    version: int | Literal["draft"]
    suites: list[str]
    model: str
    state: Literal["running", "done", "cancelled", "failed", "interrupted"]
    done: int = Field(description="Dialogues held.")
    total: int
    failed: int = Field(description="Of those held, the ones that did not pass.")
    max_usd: str | None
    ended_at: datetime | None
    ended_by: str | None
    error: str | None
    runs: list[str] = Field(description="What was kept as evidence: see /v1/evals/runs.")


class RunReply(BaseModel):
    """A whole suite that was run on one exact text."""

    id: str
    at: datetime
    suite: str
    prompt: str
    version: int | Literal["draft"]
    checksum: str
    model: str
    passed: bool
    cases: int
    failed: int


class FailureReply(BaseModel):
    """An expectation that was not met."""

    rule: str
    explanations: dict[str, str]
    turn: int | None
    quote: str


class OutcomeReply(BaseModel):
    """What became of a case; `dialogue_id` and `turn` say where it comes from."""

    case: str
    status: Literal["pass", "fail", "error"]
    passed: int
    judged: int
    failures: list[FailureReply]
    error: str | None
    dialogue_id: str | None
    turn: int | None
    turns: list[dict[str, Any]] = Field(description="The dialogue, while it is retained.")


class RunWithCases(RunReply):
    """A run and what became of its cases; none are known of runs that were kept without them."""

    outcomes: list[OutcomeReply]


@router.post(
    "/v1/dialogues/{dialogue_id:path}/case", status_code=201, responses=_FAULTS, summary="Make a test of a turn"
)
async def make_case(dialogue_id: str, request: Request, body: CaseRequest) -> CaseReply:
    """Writes a turn as a case into a suite's file: masked, at its moment, with what reviewers said of it."""
    container: Container = request.app.state.container
    made = await asyncio.to_thread(
        making.make_case, container, dialogue_id, body.turn, by=body.by, reason=body.reason, suite=body.suite
    )
    return CaseReply(suite=made.suite, case=made.case, file=made.file.name, prompt=made.prompt)


@router.post("/v1/evals/tasks", status_code=202, responses=_FAULTS, summary="Run suites on a prompt's version")
async def begin(request: Request, body: TaskRequest) -> TaskReply:
    """Begins a run in the background and answers at once. One runs at a time; clients never wait for it."""
    desk: EvalDesk = request.app.state.evals
    version = 0 if body.version == "draft" else body.version
    wanted = Wanted(body.prompt, version, tuple(dict.fromkeys(body.suites)), body.model, body.max_usd)
    return _task(await asyncio.to_thread(desk.begin, wanted, body.by))


@router.post("/v1/evals/estimate", responses=_FAULTS, summary="What a run would cost")
async def estimate(request: Request, body: EstimateRequest) -> EstimateReply:
    """Counts what would be asked and what that costs. Nothing is run and no model is asked."""
    desk: EvalDesk = request.app.state.evals
    version = 0 if body.version == "draft" else body.version
    wanted = Wanted(body.prompt, version, tuple(dict.fromkeys(body.suites)), body.model)
    found = await asyncio.to_thread(desk.estimate, wanted)
    least, likely, most = (str(usd) for usd in found.usd) if found.usd else (None, None, None)
    return EstimateReply(
        dialogues=found.dialogues, least_usd=least, likely_usd=likely, most_usd=most, unpriced=list(found.unpriced)
    )


@router.get("/v1/evals/tasks", summary="Runs that were asked for")
async def tasks(request: Request, prompt: str | None = None, limit: Most = 20) -> list[TaskReply]:
    """The latest runs somebody asked for, the newest first."""
    container: Container = request.app.state.container
    found = await asyncio.to_thread(lambda: container.store.eval_tasks.latest(prompt, most=limit))
    return [_task(task) for task in found]


@router.get("/v1/evals/tasks/{task_id}", responses=_MISSING, summary="How a run stands")
async def task(task_id: str, request: Request) -> TaskReply:
    """A run somebody asked for, and how far it is."""
    container: Container = request.app.state.container
    return _task(await asyncio.to_thread(container.store.eval_tasks.get, task_id))


@router.post("/v1/evals/tasks/{task_id}/cancel", responses=_FAULTS, summary="End a run before its time")
async def cancel(task_id: str, request: Request, body: CancelRequest) -> TaskReply:
    """Ends a run. What it found until then is not kept: it proves nothing."""
    desk: EvalDesk = request.app.state.evals
    return _task(await asyncio.to_thread(desk.cancel, task_id, body.by))


@router.get("/v1/evals/runs", summary="Kept evaluations")
async def runs(
    request: Request, prompt: str | None = None, suite: str | None = None, limit: Most = 50
) -> list[RunReply]:
    """The latest whole suites that were run, wherever: here, in CI or by a command; the newest first."""
    container: Container = request.app.state.container
    found = await asyncio.to_thread(lambda: container.store.eval_runs.latest(prompt, suite=suite, most=limit))
    return [RunReply(**_run(run)) for run in found]


@router.get("/v1/evals/runs/{run_id}", responses=_MISSING, summary="One kept evaluation and its cases")
async def run(run_id: str, request: Request) -> RunWithCases:
    """A run with what became of each case, and where each case comes from."""
    container: Container = request.app.state.container
    found = await asyncio.to_thread(container.store.eval_runs.get, run_id)
    outcomes = await asyncio.to_thread(container.store.eval_runs.cases, run_id)
    return RunWithCases(**_run(found), outcomes=[_outcome(outcome) for outcome in outcomes])


@router.post("/v1/evals/runs/{run_id}/baseline", responses=_FAULTS, summary="Hold later runs against this one")
async def choose_baseline(run_id: str, request: Request, body: BaselineRequest) -> RunReply:
    """Makes a kept run the one that later runs of its suite are held against. Who, when and why stand in the audit
    log."""
    container: Container = request.app.state.container
    found = await asyncio.to_thread(
        baselines.choose_baseline, container, run_id, by=body.by, reason=body.reason, allow_gone=body.allow_gone
    )
    return RunReply(**_run(found.run))


def _task(found: EvalTask) -> TaskReply:
    values = {**asdict(found), "state": found.state.value, "version": found.version or "draft"}
    return TaskReply(**values)


def _run(found: EvalRun) -> dict[str, Any]:
    values = {**asdict(found), "version": found.version or "draft"}
    return {name: values[name] for name in RunReply.model_fields}


def _outcome(found: CaseOutcome) -> OutcomeReply:
    return OutcomeReply(
        case=found.case, status=found.status, passed=found.passed, judged=found.judged,
        failures=[
            FailureReply(rule=f.rule, explanations=dict(f.explanations), turn=f.turn, quote=f.quote)
            for f in found.failures
        ],
        error=found.error, dialogue_id=found.origin.dialogue_id if found.origin else None,
        turn=found.origin.turn if found.origin else None, turns=[asdict(turn) for turn in found.turns],
    )  # fmt: skip
