"""`rollback` and `kill` of alerts and incidents: one action against what is at fault."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from botops.app.incidents import remedies
from botops.domain.people import MOST_REASON
from botops.http.overrides import KillReply, kill_reply
from botops.http.schemas import Body, Id, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.app.container import Container
    from botops.app.incidents.remedies import AtFault

router = APIRouter(tags=["incidents"])
_FAULTS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}}
Number = Annotated[int, Path(ge=1, lt=2**63)]
AlertId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[0-9a-zA-Z_-]+$")]


class UndoRequest(Body):
    """Who goes back, and why; the name of the trouble stands in the audit log anyway."""

    by: Id
    reason: Annotated[str, Field(min_length=1, max_length=MOST_REASON)] | None = None


class SwitchRequest(UndoRequest):
    """What the prompt at fault is switched to."""

    to: Literal["last-good", "hand-over", "control"] | Annotated[int, Field(strict=True, ge=1, lt=2**63)] | None = (
        Field(None, description="Without it, the version that was live before the one at fault.")
    )


class UndoneReply(BaseModel):
    """What was at fault and what is live now: a version as `sales@3`, or a price book's file."""

    at_fault: str
    prompt: str | None
    version: int | None
    live: str


@router.post("/v1/incidents/{number}/rollback", responses=_FAULTS, summary="Go back to before the trouble")
async def rollback_of_incident(request: Request, number: Number, body: UndoRequest) -> UndoneReply:
    """Takes the version an incident is about out of service; or what the likely cause of its alert changed."""
    return await _undone(request, lambda c: remedies.of_incident(c, number), body)


@router.post("/v1/incidents/{number}/kill", status_code=201, responses=_FAULTS, summary="Switch the prompt at once")
async def kill_of_incident(request: Request, number: Number, body: SwitchRequest) -> KillReply:
    """Switches the prompt an incident is about, on every replica within two seconds."""
    return await _switched(request, lambda c: remedies.of_incident(c, number), body)


@router.post("/v1/alerts/{alert}/rollback", responses=_FAULTS, summary="Go back to before the trouble")
async def rollback_of_alert(request: Request, alert: AlertId, body: UndoRequest) -> UndoneReply:
    """Takes the version an alert is about out of service; or what its likely cause changed."""
    return await _undone(request, lambda c: remedies.of_alert(c, alert), body)


@router.post("/v1/alerts/{alert}/kill", status_code=201, responses=_FAULTS, summary="Switch the prompt at once")
async def kill_of_alert(request: Request, alert: AlertId, body: SwitchRequest) -> KillReply:
    """Switches the prompt an alert is about, on every replica within two seconds."""
    return await _switched(request, lambda c: remedies.of_alert(c, alert), body)


async def _undone(request: Request, find: Callable[[Container], AtFault], body: UndoRequest) -> UndoneReply:
    container: Container = request.app.state.container

    def act() -> UndoneReply:
        done = remedies.roll_back(container, find(container), by=body.by, reason=body.reason)
        fault = done.at_fault
        return UndoneReply(at_fault=fault.words, prompt=fault.prompt, version=fault.version, live=done.live)

    return await asyncio.to_thread(act)


async def _switched(request: Request, find: Callable[[Container], AtFault], body: SwitchRequest) -> KillReply:
    container: Container = request.app.state.container

    def act() -> KillReply:
        return kill_reply(remedies.switch_off(container, find(container), body.to, by=body.by, reason=body.reason))

    return await asyncio.to_thread(act)
