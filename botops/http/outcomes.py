"""`/v1/outcomes` and `/v1/feedback`: what became of leads, and how dialogues were rated."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from botops.app.events import FeedbackEvent, OutcomeEvent
from botops.app.outcomes import Taken, take_feedback, take_outcomes
from botops.http.schemas import Problem

if TYPE_CHECKING:
    from botops.app.container import Container

router = APIRouter(tags=["outcomes"])
_FAULTS: dict[int | str, dict[str, Any]] = {409: {"model": Problem}, 422: {"model": Problem}}


class Delivered(BaseModel):
    """What became of one event. `index` is its place in the list."""

    index: int
    status: Literal["new", "known", "replaced", "outdated", "conflict", "refused"] = Field(
        description="known: kept already, nothing changed; replaced: a rating took the place of the person's earlier "
        "one; outdated: a later one is kept; conflict: the id is kept with another content; refused: not usable."
    )
    id: str | None
    known: bool = Field(description="False when the lead or the dialogue is not here: the event is kept, it may come.")
    detail: str | None = Field(description="What is wrong and what to do next.")


class DeliveredReply(BaseModel):
    """What became of each event, and how many of them were new, were not kept, or are of nobody known here."""

    new: int
    rejected: int
    unknown: int
    items: list[Delivered]


def _body(event: type[BaseModel]) -> dict[str, Any]:
    one = event.model_json_schema()
    schema = {"anyOf": [one, {"type": "array", "items": one}]}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/v1/outcomes", responses=_FAULTS, openapi_extra=_body(OutcomeEvent), summary="Say what became of leads",
    response_model=DeliveredReply,
)  # fmt: skip
async def outcomes(request: Request, body: Annotated[Any, Body()]) -> Any:
    """Takes in outcomes: one object, or a list of them. Sending one again changes nothing and says so. In a list a bad
    event is told by its index and the others are kept; a single one is refused with 422, or 409 for an id that is kept
    with another content."""
    return await _taken(request, body, take_outcomes)


@router.post(
    "/v1/feedback", responses=_FAULTS, openapi_extra=_body(FeedbackEvent), summary="Rate dialogues",
    response_model=DeliveredReply,
)  # fmt: skip
async def feedback(request: Request, body: Annotated[Any, Body()]) -> Any:
    """Takes in ratings of dialogues or of turns: one object, or a list of them. Without an `id` of yours a later rating
    by the same person replaces the earlier one."""
    return await _taken(request, body, take_feedback)


async def _taken(request: Request, body: Any, take: Callable[[Container, Sequence[Any]], Sequence[Taken]]) -> Any:
    container: Container = request.app.state.container
    several = isinstance(body, list)
    items = [
        _item(n, one) for n, one in enumerate(await asyncio.to_thread(take, container, body if several else [body]))
    ]
    if not several and items[0].status in {"refused", "conflict"}:
        status, error = (422, "bad_request") if items[0].status == "refused" else (409, "ConflictError")
        return JSONResponse({"error": error, "detail": items[0].detail}, status)
    return DeliveredReply(
        new=sum(item.status == "new" for item in items),
        rejected=sum(item.status in {"refused", "conflict"} for item in items),
        unknown=sum(not item.known for item in items if item.status not in {"refused", "conflict"}),
        items=items,
    )  # fmt: skip


def _item(index: int, one: Taken) -> Delivered:
    detail = f"{one.field}: {one.problem}" if one.problem and one.field else one.problem
    if detail is not None:  # it may quote half of a surrogate pair, which no encoding can carry
        detail = detail.encode("utf-8", "backslashreplace").decode()
    status = one.delivery.value if one.delivery else "refused"
    return Delivered(index=index, status=status, id=one.id, known=one.known, detail=detail)
