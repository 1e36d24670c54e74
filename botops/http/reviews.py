"""`/v1/reviews` and `/v1/exceptions`: rulings on findings, and what became of them."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from botops.app.checks import reviewing
from botops.app.dialogues import judging
from botops.app.dialogues.judging import MOST_CHARACTERS
from botops.domain.reviews import ClaimException, FindingRef, Remedy, ReplyVerdict, Ruling
from botops.http.schemas import Body, Id, Problem

if TYPE_CHECKING:
    from botops.app.container import Container

router = APIRouter(tags=["reviews"])
_FAULTS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}}
Words = Annotated[str, Field(min_length=1, max_length=1000)]


class ReviewRequest(Body):
    """A ruling on one finding of one turn."""

    turn_id: Id
    attempt: Annotated[int, Field(ge=-1, le=20)] = Field(-1, description="The draft it is about; -1 for what left.")
    finding: Annotated[int, Field(ge=1, le=1000)] = Field(1, description="Its number among the findings, from 1.")
    ruling: Literal["confirmed", "false_alarm"]
    remedy: Literal["exception", "book", "check"] | None = Field(None, description="What a false alarm becomes.")
    by: Words = Field(description="Who says so.")
    reason: Words
    owner: Id | None = Field(None, description="The role that answers for the exception.")
    until: date | None = Field(None, description="The exception's last day, within a year.")
    wording: Annotated[str, Field(max_length=500)] | None = Field(
        None, description="A longer wording than the finding quotes, to let less pass."
    )


class ReviewReply(BaseModel):
    """The ruling as kept."""

    id: str
    exception_id: str | None


class ExceptionReply(BaseModel):
    """An exception: what it lets pass, whose it is, until when, how often it fired."""

    id: str
    wording: str
    kind: str
    product: str | None
    owner: str
    reason: str
    since: date
    until: date
    in_force: bool
    fired: int


class RevokeRequest(Body):
    """Who ends an exception."""

    by: Words


@router.post("/v1/reviews", status_code=201, responses=_FAULTS, summary="Rule on a finding")
async def review(request: Request, body: ReviewRequest) -> ReviewReply:
    """Says whether a finding is right. A false alarm becomes an exception or a correction of the price book."""
    container: Container = request.app.state.container
    said = reviewing.Said(
        FindingRef(body.turn_id, body.attempt, body.finding - 1), Ruling(body.ruling), body.by, body.reason,
        Remedy(body.remedy) if body.remedy else None, body.owner, body.until, body.wording,
    )  # fmt: skip
    made = await asyncio.to_thread(reviewing.review, container, said)
    return ReviewReply(id=made.id, exception_id=made.exception_id)


class ReplyReviewRequest(Body):
    """A person's word on a reply."""

    verdict: Literal["right", "wrong"]
    by: Words = Field(description="Who says so.")
    reason: Annotated[str, Field(max_length=MOST_CHARACTERS)] = ""
    ideal: Annotated[str, Field(max_length=MOST_CHARACTERS)] = Field("", description="How it should have been.")


class ReplyReviewReply(BaseModel):
    """The word as kept."""

    turn_id: str
    verdict: Literal["right", "wrong"]
    by: str


@router.post("/v1/turns/{turn_id}/review", status_code=201, responses=_FAULTS, summary="Say whether a reply is right")
async def review_reply(request: Request, turn_id: str, body: ReplyReviewRequest) -> ReplyReviewReply:
    """Keeps a person's word on a reply in the place of their earlier one, and rules on what the check found in it:
    confirmed in a wrong reply, a false alarm in a right one, where nobody else has ruled."""
    container: Container = request.app.state.container
    made = await asyncio.to_thread(
        judging.review_reply, container, turn_id, ReplyVerdict(body.verdict), by=body.by, reason=body.reason,
        ideal=body.ideal,
    )  # fmt: skip
    return ReplyReviewReply(turn_id=made.turn_id, verdict=made.verdict.value, by=made.by)


@router.get("/v1/exceptions", summary="List exceptions")
async def exceptions(request: Request, revoked: bool = False) -> list[ExceptionReply]:
    """The exceptions, the newest first, those that are over included; revoked ones only on request."""
    container: Container = request.app.state.container
    found = await asyncio.to_thread(lambda: container.store.reviews.exceptions(revoked=revoked))
    day = reviewing.today(container)
    return [_reply(exception, day) for exception in found]


@router.post("/v1/exceptions/{exception_id}/revoke", responses=_FAULTS, summary="End an exception")
async def revoke(request: Request, exception_id: str, body: RevokeRequest) -> dict[str, str]:
    """Ends an exception now: what it let pass counts as a finding again within two seconds."""
    container: Container = request.app.state.container
    await asyncio.to_thread(reviewing.revoke_exception, container, exception_id, body.by)
    return {"id": exception_id, "state": "revoked"}


def _reply(exception: ClaimException, day: date) -> ExceptionReply:
    return ExceptionReply(
        id=exception.id, wording=exception.wording, kind=exception.kind.value, product=exception.sku,
        owner=exception.owner, reason=exception.reason, since=exception.since, until=exception.until,
        in_force=exception.in_force(day), fired=exception.fired,
    )  # fmt: skip
