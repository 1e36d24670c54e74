"""`/v1/prompts`: which version a lead gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Query, Request

from botops.http.schemas import AssignedPrompt, Problem

if TYPE_CHECKING:
    from botops.app.container import Container

router = APIRouter(tags=["prompts"])


@router.get("/v1/prompts/{name}", responses={404: {"model": Problem}}, summary="The version a lead gets")
async def assigned(name: str, request: Request, lead: str = Query(min_length=1, max_length=200)) -> AssignedPrompt:
    """The version of a prompt that a lead is assigned to. Nothing is logged: an exposure is logged with the turn."""
    container: Container = request.app.state.container
    assignment = container.registry.assign(name, lead)
    return AssignedPrompt(
        name=assignment.ref.name,
        version=assignment.ref.version,
        checksum=assignment.ref.checksum,
        experiment=assignment.experiment,
        variant=assignment.variant if assignment.variant >= 0 else None,
        bucket=assignment.bucket,
    )
