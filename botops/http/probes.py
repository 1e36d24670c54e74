"""`/v1/probes`: what the dialogues that botops holds with its own bot say."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from botops.app.probing import standing
from botops.app.probing.rows import run_row, standing_row
from botops.http.schemas import Problem

if TYPE_CHECKING:
    from botops.app.container import Container

router = APIRouter(tags=["system"])
_FAULTS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 503: {"model": Problem}}
Share = Annotated[float, Field(ge=0, le=1)]


class ProbeResultReply(BaseModel):
    """One question of a round and what became of it."""

    probe: str = Field(description="`price:LANGUAGE` or `hand_over:LANGUAGE`.")
    at: datetime
    outcome: Literal["right", "wrong", "unanswered", "switched_off"]
    asked: str
    expected: str | None = Field(description="The price that was to be named, as the book in force had it.")
    reply: str | None
    fault: str | None = Field(description="What was wrong, or why there was no answer.")
    detail: str | None
    ms: int | None = Field(description="Milliseconds until the whole reply was there.")
    prompt: str | None
    version: int | None
    model: str | None


class ProbeRunReply(BaseModel):
    """One round of questions."""

    id: str
    at: datetime
    address: str
    scheduled: bool = Field(description="False for a round that somebody asked for: it is in no month's figures.")
    note: str | None = Field(description="What could not be asked, and why.")
    results: list[ProbeResultReply]


class ProbeObjectives(BaseModel):
    """What is promised for a month."""

    answered: Share
    right: Share


class QuestionReply(BaseModel):
    """A month of one question."""

    name: str
    asked: int
    uptime: Share | None
    correct: Share | None


class ProbesReply(BaseModel):
    """The probes of a month; shares are null where nothing is known."""

    month: str = Field(pattern=r"^\d{4}-\d{2}$")
    on: bool = Field(description="Whether they run by themselves.")
    every_s: int
    objectives: ProbeObjectives
    runs: int
    missed: int = Field(description="Rounds that were due and never took place.")
    asked: int
    answered: int
    judged: int
    right: int
    uptime: Share | None = Field(description="Answered of asked.")
    uptime_at_least: Share | None = Field(description="The same, were all missed rounds unanswered.")
    correct: Share | None = Field(description="Right of judged.")
    uptime_budget_left: float | None = Field(description="Part of the month's allowed failures; below 0 if overspent.")
    correct_budget_left: float | None
    cost_usd: str = Field(description="What their model calls cost, in dollars; in no budget and no report.")
    unknown_cost: bool
    questions: list[QuestionReply]
    failing: list[ProbeResultReply] = Field(description="Questions that failed so often in a row that it is an alert.")
    last: ProbeRunReply | None


@router.get("/v1/probes", responses=_FAULTS, summary="Uptime and correctness by probes")
async def probes(
    request: Request,
    month: Annotated[date | None, Query(description="Any day of the month; this month without one.")] = None,
) -> ProbesReply:
    """How often the bot answered the questions that botops asks it, and how often it was right."""
    container: Container = request.app.state.container
    return ProbesReply.model_validate(standing_row(await asyncio.to_thread(standing, container, month)))


@router.get("/v1/probes/runs", responses=_FAULTS, summary="The latest rounds of probes")
async def runs(request: Request, limit: Annotated[int, Query(ge=1, le=1_000)] = 20) -> list[ProbeRunReply]:
    """The latest rounds with every question and answer, the newest first."""
    container: Container = request.app.state.container
    found = await asyncio.to_thread(container.store.probes.latest, limit)
    return [ProbeRunReply.model_validate(run_row(one)) for one in found]
