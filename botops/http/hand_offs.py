"""`/v1/hand-offs`: clients who wait for a person; the tool the sellers write in says who took them on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import AwareDatetime, BaseModel, Field

from botops.app import hand_offs as queue
from botops.http.schemas import Body, Id, Problem

if TYPE_CHECKING:
    from botops.store.views import HandOffRow

router = APIRouter(tags=["hand-offs"])
_FAULTS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}}
DialogueId = Annotated[str, Path(min_length=1, max_length=200)]


class HandOffReply(BaseModel):
    """A dialogue in the queue."""

    dialogue_id: str
    lead_id: str
    turn_id: str
    at: AwareDatetime
    status: Literal["waiting", "taken", "closed"]
    rule: str = Field(description="What fired: a verdict of the guard, the client's wish, a fault of the model.")
    reason: str
    role: str = Field(description="The role of the team's file it goes to.")
    channel: str
    language: str
    taken_at: AwareDatetime | None
    taken_by: str | None


class Taken(Body):
    """Who does it."""

    by: Id


@router.get("/v1/hand-offs", summary="List who waits for a person")
async def hand_offs(request: Request) -> list[HandOffReply]:
    """What is waiting or taken on, the longest waiting first."""
    found = await asyncio.to_thread(queue.queue, request.app.state.container)
    return [_reply(row) for row in found]


@router.post("/v1/hand-offs/{dialogue_id:path}/take", responses=_FAULTS, summary="Take a dialogue on")
async def take(request: Request, dialogue_id: DialogueId, body: Taken) -> HandOffReply:
    """Somebody takes it on: the client waits no longer. 409 when another has it."""
    return _reply(await asyncio.to_thread(queue.take, request.app.state.container, dialogue_id, by=body.by))


@router.post(
    "/v1/hand-offs/{dialogue_id:path}/close", status_code=204, responses=_FAULTS, summary="Be done with a dialogue"
)
async def close(request: Request, dialogue_id: DialogueId, body: Taken) -> None:
    """It leaves the queue."""
    await asyncio.to_thread(queue.close, request.app.state.container, dialogue_id, by=body.by)


def _reply(row: HandOffRow) -> HandOffReply:
    of = row.hand_off
    return HandOffReply(
        dialogue_id=of.dialogue_id, lead_id=of.lead_id, turn_id=of.turn_id, at=of.at, status=row.status, rule=of.rule,
        reason=of.reason, role=of.role, channel=row.channel, language=row.language, taken_at=row.taken_at,
        taken_by=row.taken_by,
    )  # fmt: skip
