"""`/v1/costs`: what the models cost, where budgets stand, what the month comes to, what a plan takes."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request

from botops.app.costs.budget_rows import standing_row
from botops.app.costs.budgets import standings
from botops.app.costs.forecasting import budget_json, forecast, note_json, projection_json
from botops.app.costs.planning import plan, plan_json
from botops.app.costs.report_rows import report_json
from botops.app.costs.reporting import report
from botops.app.costs.what_if import WhatIf
from botops.app.periods import MOST_DAYS, between, period
from botops.domain.errors import UserError
from botops.http.cost_schemas import BudgetReply, CostReportReply, ForecastReply, PlanReply
from botops.http.schemas import Problem
from botops.store import CostDimension

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.periods import Period

router = APIRouter(tags=["costs"])
_FAULTS: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 503: {"model": Problem}}
_DAYS = 28
_MOST_DIMENSIONS = 4
"""Dimensions told by together: more of them are nearly as many rows as there are turns."""
_MOST_PER_DAY = 1e9

Currency = Annotated[
    str | None, Query(pattern=r"^[A-Za-z]{3}$", description="An ISO code with a known rate; the company's without one.")
]
Confidence = Annotated[float, Query(ge=0.5, le=0.99, description="In how many cases of one the interval is to hold.")]
Name = Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Share = Annotated[float | None, Query(ge=0, le=1)]
PerMinute = Annotated[int | None, Query(ge=1, le=1_000_000_000_000)]


@router.get("/v1/costs/report", responses=_FAULTS, summary="What the models cost")
async def cost_report(
    request: Request,
    since: Annotated[date | None, Query(description="The first day, in the company's time zone.")] = None,
    until: Annotated[date | None, Query(description="The last day; today without one.")] = None,
    days: Annotated[
        int | None,
        Query(ge=1, le=MOST_DAYS, description=f"The last so many days, instead; {_DAYS} when nothing is said."),
    ] = None,
    by: Annotated[
        list[CostDimension] | None, Query(max_length=_MOST_DIMENSIONS, description="Dimensions to tell by, together.")
    ] = None,
    currency: Currency = None,
) -> CostReportReply:
    """Costs of a period by any dimensions, from hourly roll-ups: exact in pico-dollars, in dollars, and in another
    currency at each day's own rate."""
    container = _container(request)

    def read() -> dict[str, Any]:
        asked = tuple(dict.fromkeys(by or ()))
        return report_json(report(container, _period(container, since, until, days), asked, currency=currency))

    return CostReportReply(**await asyncio.to_thread(read))


@router.get("/v1/costs/budgets", responses=_FAULTS, summary="Where budgets stand")
async def cost_budgets(request: Request) -> list[BudgetReply]:
    """Every budget in the order of the settings: spent, held for calls under way, left, when it will be used up."""
    found = await asyncio.to_thread(standings, _container(request))
    return [BudgetReply(**standing_row(one)) for one in found]


@router.get("/v1/costs/forecast", responses=_FAULTS, summary="What the month comes to")
async def cost_forecast(
    request: Request,
    month: Annotated[
        str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="As 2026-11; the present month without one.")
    ] = None,
    currency: Currency = None,
    confidence: Confidence = 0.9,
) -> ForecastReply:
    """The forecast of a month with its interval, its back-test and what it rests on."""
    container = _container(request)

    def read() -> dict[str, Any]:
        found = forecast(container, _first_of(month), confidence=confidence, currency=currency)
        code = found.shown(currency)
        notes = {"notes": [note_json(note) for note in found.notes]}
        return projection_json(found.in_currency(code), code) | notes | {
            "budgets": [budget_json(one) for one in found.budgets]
        }  # fmt: skip

    return ForecastReply(**await asyncio.to_thread(read))


@router.get("/v1/costs/plan", responses=_FAULTS, summary="What a number of dialogues a day takes")
async def cost_plan(
    request: Request,
    dialogues: Annotated[float | None, Query(gt=0, le=_MOST_PER_DAY, description="How many a day; as now.")] = None,
    model: Name = None,
    prompt: Annotated[
        str | None, Query(min_length=1, max_length=200, description="NAME@VERSION or NAME@draft.")
    ] = None,
    cached: Share = None,
    repairs: Share = None,
    rpm: PerMinute = None,
    tpm: PerMinute = None,
    confidence: Confidence = 0.9,
) -> PlanReply:
    """Calls, tokens and money, which rate limit is hit at which hour, and what would change with another model, prompt
    version or share of the cache."""
    container = _container(request)

    def read() -> dict[str, Any]:
        what_if = WhatIf(model, prompt, cached, repairs)
        return plan_json(plan(container, dialogues, what_if=what_if, rpm=rpm, tpm=tpm, confidence=confidence))

    return PlanReply(**await asyncio.to_thread(read))


def _period(container: Container, since: date | None, until: date | None, days: int | None) -> Period:
    if since is None:
        if until is not None:
            raise UserError("until is the last day of a period: say with since when it begins")
        return period(container, days or _DAYS)
    if days is not None:
        raise UserError("days counts back from today: give either days, or since and until")
    today = period(container, 1).dates()[0]
    return between(container, since, until if until is not None else max(today, since))


def _first_of(month: str | None) -> date | None:
    if month is None:
        return None
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise UserError(f"{month} is no month: write it as 2026-11") from None


def _container(request: Request) -> Container:
    container: Container = request.app.state.container
    return container
