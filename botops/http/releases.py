"""`/v1/prompts/{name}/draft|versions|publish|rollback`: writing prompts and making them live."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints

from botops.app.releases import releasing
from botops.domain.people import MOST_REASON
from botops.http.schemas import Body, Conflict, Id, Problem

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.registry import Release

router = APIRouter(tags=["releases"])
FAULTS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Conflict}}
Reason = Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
Checksum = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
PromptText = Annotated[str, Field(max_length=262_144)]


class DraftRequest(Body):
    """A draft, faults and all."""

    text: PromptText
    by: Id = Field(description="Who saves it.")
    expected: Checksum | None = Field(None, description="The SHA-256 of the draft that was seen; empty when none was.")


class DraftReply(BaseModel):
    """The draft as it is kept."""

    prompt: str
    checksum: str
    text: str


class VersionRequest(Body):
    """A new version: of a text, or of the draft."""

    by: Id = Field(description="Who writes it.")
    reason: Reason
    text: PromptText | None = Field(None, description="Without it the version is made of the draft.")
    expected: Checksum | None = Field(None, description="The SHA-256 of the draft that was seen.")


class VersionReply(BaseModel):
    """A version as it was written."""

    prompt: str
    version: int
    checksum: str


class PublishRequest(Body):
    """Which version is to go live, who says so and why."""

    version: Annotated[int, Field(strict=True, ge=1, lt=10**9)]
    by: Id = Field(description="Who publishes it.")
    reason: Reason
    expected: Checksum | None = Field(None, description="The SHA-256 of release.yaml that was seen.")
    end_split: bool = Field(False, description="End the split that runs, with this step.")


class RollbackRequest(Body):
    """Who goes back, why, and to which version; without one to what was live before."""

    by: Id = Field(description="Who goes back.")
    reason: Reason
    to: Annotated[int, Field(strict=True, ge=1, lt=10**9)] | None = None
    expected: Checksum | None = Field(None, description="The SHA-256 of release.yaml that was seen.")


class ReleaseReply(BaseModel):
    """What is live now, and the step that made it so."""

    prompt: str
    live: int
    checksum: str = Field(description="SHA-256 of the live text.")
    release: str = Field(description="SHA-256 of release.yaml: name it as `expected` in the next step.")
    action: str
    by: str
    at: datetime
    reason: str
    replaced: int | None
    approved_by: str | None
    eval_runs: list[str]


@router.get("/v1/prompts/{name}/draft", responses={404: {"model": Problem}}, summary="The draft of a prompt")
async def draft(name: str, request: Request) -> DraftReply:
    """The draft as it stands, with its checksum."""
    container: Container = request.app.state.container
    checksum, text = await asyncio.to_thread(releasing.draft_text, container, name)
    return DraftReply(prompt=name, checksum=checksum, text=text)


@router.put("/v1/prompts/{name}/draft", responses=FAULTS, summary="Save the draft of a prompt")
async def save_draft(name: str, request: Request, body: DraftRequest) -> DraftReply:
    """Saves a draft. Without `expected` nobody else's draft is written over; a conflict shows both texts."""
    container: Container = request.app.state.container
    checksum = await asyncio.to_thread(
        releasing.save_draft, container, name, body.text, by=body.by, expected=body.expected
    )
    return DraftReply(prompt=name, checksum=checksum, text=body.text)


@router.post("/v1/prompts/{name}/versions", status_code=201, responses=FAULTS, summary="Write a new version")
async def new_version(name: str, request: Request, body: VersionRequest) -> VersionReply:
    """Writes the next version of a prompt. Clients get it when it is published."""
    container: Container = request.app.state.container
    made = await asyncio.to_thread(
        releasing.new_version, container, name, body.text, by=body.by, reason=body.reason, expected=body.expected
    )
    return VersionReply(prompt=name, version=made.ref.version, checksum=made.ref.checksum)


@router.post("/v1/prompts/{name}/publish", responses=FAULTS, summary="Make a version live")
async def publish(name: str, request: Request, body: PublishRequest) -> ReleaseReply:
    """Makes a version live, when everything botops.yaml asks for under `releases` has happened."""
    container: Container = request.app.state.container
    release = await asyncio.to_thread(
        releasing.publish, container, name, body.version, by=body.by, reason=body.reason, expected=body.expected,
        end_split=body.end_split,
    )  # fmt: skip
    return _reply(release)


@router.post("/v1/prompts/{name}/rollback", responses=FAULTS, summary="Go back to what was live before")
async def rollback(name: str, request: Request, body: RollbackRequest) -> ReleaseReply:
    """Ends the split that runs, or else makes the version live that was live before. Needs no approval."""
    container: Container = request.app.state.container
    release = await asyncio.to_thread(
        releasing.rollback, container, name, by=body.by, reason=body.reason, to=body.to, expected=body.expected
    )
    return _reply(release)


def _reply(release: Release) -> ReleaseReply:
    step = release.spec.approvals[-1]
    return ReleaseReply(
        prompt=release.name, live=release.live, checksum=step.checksum, release=release.checksum,
        action=step.action.value, by=step.by, at=step.at, reason=step.reason, replaced=step.replaced,
        approved_by=step.approved_by, eval_runs=list(step.eval_runs),
    )  # fmt: skip
