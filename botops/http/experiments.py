"""`/v1/experiments`: start an experiment on a prompt, widen it, see how it stands, stop it, promote a version."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from botops.app.experiments import experimenting
from botops.app.experiments.status import experiment_status, status_json
from botops.domain.people import MOST_REASON
from botops.http.schemas import Body, Id, Problem
from botops.registry.model import Measure, Variant
from botops.registry.targeting import Fact, Moment, Targeting
from botops.split import BUCKETS

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.registry import Release

router = APIRouter(tags=["experiments"])
_FAULTS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}}
_RELEASE = Field(None, description="The checksum of the release file that was seen; another one is a conflict.")


class Deed(Body):
    """Who does it, and why."""

    by: Id = Field(description="Who says so.")
    reason: Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
    release: Id | None = _RELEASE


class StartRequest(Deed):
    """An experiment: which versions, for whom, when, and how it is judged."""

    key: Id = Field(description="Its name; the same one again begins the next phase.")
    variants: list[Variant] = Field(min_length=1, description="The control first; weights sum to 10000.")
    coverage: int = Field(BUCKETS, description="Share of leads, in basis points.")
    unit: Literal["lead", "dialogue"] = "lead"
    targeting: Targeting | None = None
    starts: Moment | None = Field(None, description="A day of the company's zone, or a moment with its offset.")
    ends: Moment | None = Field(None, description="From then on everybody gets the live version again.")
    testers: dict[Fact, int] = Field(default_factory=dict, description="Versions by lead, whatever the bucket.")
    measure: Measure | None = None


class CoverageRequest(Deed):
    """How many leads take part from now on."""

    coverage: int = Field(description="In basis points; it can only grow inside a phase.")


class TesterRequest(Deed):
    """A lead that gets a version in any case."""

    lead: Id
    version: int | None = Field(None, description="Without one it is no tester any longer.")


class PromoteRequest(Deed):
    """Which version becomes live."""

    version: Annotated[int, Field(ge=1)]
    anyway: bool = Field(False, description="Against the verdict; the log keeps what spoke against it.")


class OverrideInForce(BaseModel):
    """An order that stands above the experiment's release file."""

    kind: Literal["hand_over", "version", "control"]
    version: int | None
    by: str
    at: datetime
    reason: str


class ExperimentReply(BaseModel):
    """An experiment as it stands in a release file."""

    prompt: str
    live: int = Field(description="The version of those who take no part.")
    experiment: str = Field(description="The seed of the phase: the key, `key:2` in the second one.")
    key: str
    stage: Literal["waiting", "running", "over", "overridden"]
    phase: int
    variants: list[Variant]
    coverage: int
    unit: Literal["lead", "dialogue"]
    targeting: Targeting | None
    starts: str | None
    ends: str | None
    testers: dict[str, int]
    measure: Measure | None
    overrides: list[OverrideInForce]
    release: str = Field(description="The checksum of the release file.")


class StatusReply(ExperimentReply):
    """An experiment with its verdict: in words, and the figures under it."""

    status: dict[str, Any] | None = Field(description="Null when nothing says how the experiment is judged.")


class EndedReply(BaseModel):
    """The version everybody gets now."""

    prompt: str
    live: int
    release: str = Field(description="The checksum of the release file.")


@router.get("/v1/experiments", summary="List the experiments")
async def experiments(request: Request) -> list[ExperimentReply]:
    """Every experiment that stands in a release file: what is dealt to whom, its stage, the overrides above it."""
    found = await asyncio.to_thread(experimenting.experiments, _container(request))
    return [_reply(one) for one in found]


@router.get("/v1/experiments/{prompt}", responses=_FAULTS, summary="How an experiment stands")
async def status(
    prompt: str, request: Request, language: Annotated[Literal["ru", "kk", "en"], Query()] = "ru"
) -> StatusReply:
    """The experiment on a prompt with its verdict in words and figures; `status` is null when nothing says how it is
    judged."""
    return await asyncio.to_thread(_status, _container(request), prompt, language)


@router.post("/v1/experiments/{prompt}", status_code=201, responses=_FAULTS, summary="Start an experiment")
async def start(prompt: str, request: Request, body: StartRequest) -> ExperimentReply:
    """Starts an experiment on a prompt, or the next phase of the one with that key: leads are dealt anew then, and
    those already served keep their version where it still takes part."""
    data = body.model_dump(exclude={"by", "reason", "release", "key"})
    split = experimenting.planned({"experiment": body.key, **data})
    made = await asyncio.to_thread(
        experimenting.start, _container(request), prompt, split, by=body.by, reason=body.reason, expected=body.release
    )
    return _reply(made)


@router.post("/v1/experiments/{prompt}/coverage", responses=_FAULTS, summary="Let more leads in")
async def coverage(prompt: str, request: Request, body: CoverageRequest) -> ExperimentReply:
    """Raises the coverage inside the phase. No lead changes variants."""
    made = await asyncio.to_thread(
        experimenting.widen, _container(request), prompt, body.coverage, by=body.by, reason=body.reason,
        expected=body.release,
    )  # fmt: skip
    return _reply(made)


@router.post("/v1/experiments/{prompt}/testers", responses=_FAULTS, summary="Name a tester")
async def testers(prompt: str, request: Request, body: TesterRequest) -> ExperimentReply:
    """Gives a lead a version in any case, or makes it a lead like others again. Testers are in no analysis."""
    made = await asyncio.to_thread(
        experimenting.name_tester, _container(request), prompt, body.lead, body.version, by=body.by,
        reason=body.reason, expected=body.release,
    )  # fmt: skip
    return _reply(made)


@router.post("/v1/experiments/{prompt}/stop", responses=_FAULTS, summary="Stop an experiment")
async def stop(prompt: str, request: Request, body: Deed) -> EndedReply:
    """Ends the experiment: everybody gets the live version."""
    release = await asyncio.to_thread(
        experimenting.stop, _container(request), prompt, by=body.by, reason=body.reason, expected=body.release
    )
    return _ended(release)


@router.post("/v1/experiments/{prompt}/promote", responses=_FAULTS, summary="Promote a version")
async def promote(prompt: str, request: Request, body: PromoteRequest) -> EndedReply:
    """Makes a variant's version live and ends the experiment. Refused while the verdict does not say so."""
    release = await asyncio.to_thread(
        experimenting.promote, _container(request), prompt, body.version, by=body.by, reason=body.reason,
        anyway=body.anyway, expected=body.release,
    )  # fmt: skip
    return _ended(release)


def _status(container: Container, prompt: str, language: Literal["ru", "kk", "en"]) -> StatusReply:
    found = experimenting.experiment(container, prompt)
    judged = found.split.measure is not None
    status = status_json(experiment_status(container, prompt, language)) if judged else None
    return StatusReply(**experimenting.experiment_json(found), status=status)


def _reply(found: experimenting.Experiment) -> ExperimentReply:
    return ExperimentReply(**experimenting.experiment_json(found))


def _ended(release: Release) -> EndedReply:
    return EndedReply(prompt=release.name, live=release.live, release=release.checksum)


def _container(request: Request) -> Container:
    container: Container = request.app.state.container
    return container
