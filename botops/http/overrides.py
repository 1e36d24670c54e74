"""`/v1/overrides` and the kill switch of a prompt."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from botops.app.releases import kill_switch
from botops.domain.people import MOST_REASON
from botops.http.schemas import Body, Id, Problem

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.releases.kill_switch import Killed
    from botops.domain.releases import Override

router = APIRouter(tags=["prompts"])
_FAULTS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}}
Reason = Annotated[str, Field(min_length=1, max_length=MOST_REASON)]


class RestoreRequest(Body):
    """Who ends the orders on a prompt, and why."""

    by: Id = Field(description="Who says so.")
    reason: Reason


class KillRequest(RestoreRequest):
    """What a prompt is switched to, by whom and why."""

    to: Literal["last-good", "hand-over", "control"] | Annotated[int, Field(strict=True, ge=1, lt=2**63)] = Field(
        "last-good",
        description="The version that was live before; a person for every dialogue; the first variant of the "
        "experiment for everybody; or a version by its number, of those that were live before.",
    )


class OverrideReply(BaseModel):
    """An order above the release file."""

    id: str
    prompt: str
    kind: Literal["hand_over", "version", "control"]
    version: int | None
    experiment: str | None
    by: str = Field(description="A person, or the rule that acted, as `guardrail:flagged`.")
    at: datetime
    reason: str


class KillReply(BaseModel):
    """The order now in force, and those it took the place of."""

    override: OverrideReply
    replaced: list[OverrideReply]


@router.post("/v1/prompts/{name}/kill", status_code=201, responses=_FAULTS, summary="Switch a prompt at once")
async def kill(name: str, request: Request, body: KillRequest) -> KillReply:
    """Switches a prompt on every replica within two seconds, whatever its release file says."""
    container: Container = request.app.state.container
    made = await asyncio.to_thread(kill_switch.kill, container, name, body.to, by=body.by, reason=body.reason)
    return kill_reply(made)


@router.post("/v1/prompts/{name}/restore", responses=_FAULTS, summary="End what was ordered for a prompt")
async def restore(name: str, request: Request, body: RestoreRequest) -> list[OverrideReply]:
    """Ends the orders people gave on a prompt and returns them: its release file decides again."""
    container: Container = request.app.state.container
    ended = await asyncio.to_thread(kill_switch.restore, container, name, by=body.by, reason=body.reason)
    return [_reply(order) for order in ended]


@router.get("/v1/overrides", summary="List what is ordered above the release files")
async def overrides(request: Request) -> list[OverrideReply]:
    """The overrides in force, the oldest first."""
    container: Container = request.app.state.container
    return [_reply(order) for order in await asyncio.to_thread(container.store.overrides.in_force)]


def kill_reply(made: Killed) -> KillReply:
    """What was ordered, as the API tells it."""
    return KillReply(override=_reply(made.override), replaced=[_reply(order) for order in made.replaced])


def _reply(order: Override) -> OverrideReply:
    return OverrideReply(**kill_switch.override_row(order))
