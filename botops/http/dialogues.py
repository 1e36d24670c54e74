"""`/v1/dialogues`: taking in dialogues of another bot."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request

from botops.app import services
from botops.http.schemas import IngestReply, Problem, RejectedLine

if TYPE_CHECKING:
    from botops.app.container import Container

Origin = Annotated[str, Query(min_length=1, max_length=200)]
router = APIRouter(tags=["dialogues"])
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/x-ndjson": {"schema": {"type": "string", "description": "One dialogue a line."}}},
    }
}


@router.post(
    "/v1/dialogues",
    responses={400: {"model": Problem}, 413: {"model": Problem}},
    openapi_extra=_BODY,
    summary="Hand in dialogues as JSON lines",
)
async def ingest(request: Request, origin: Origin = "api") -> IngestReply:
    """Takes in dialogues, one JSON object a line, in the format of `botops check`; every reply in them is judged with
    the price book of its day. A malformed line is reported with its number and skipped; the good ones are kept.

    `origin` names where they come from, as a file does.
    """
    container: Container = request.app.state.container
    report = await services.ingest(container, BytesIO(await request.body()), origin=origin)
    return IngestReply(
        dialogues=report.dialogues,
        turns=report.turns,
        findings=report.findings,
        skipped=report.skipped,
        rejected=[RejectedLine(line=p.line, message=p.message) for p in report.problems],
    )
