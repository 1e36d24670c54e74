"""Health, readiness and metrics."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from botops import __version__
from botops.app import services
from botops.app.gauges import refresh_gauges
from botops.app.watch import broken_files
from botops.http.schemas import Health, Readiness

if TYPE_CHECKING:
    from botops.app.container import Container

router = APIRouter(tags=["system"])


@router.get("/", include_in_schema=False)
async def root() -> RedirectResponse:
    """The page a person sees first: the API's own documentation."""
    return RedirectResponse("docs")


@router.get("/healthz", summary="The process is alive")
async def healthz() -> Health:
    """Answers while the process lives; says nothing of what it depends on."""
    return Health(version=__version__)


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}}, summary="It can answer now")
async def readyz(request: Request) -> Response:
    """200 when the store, the prompts and the price book are usable, else 503; `checks` says what is wrong."""
    container: Container = request.app.state.container
    checks = await services.readiness(container)
    ready = all(state == "ok" for state in checks.values())
    body = Readiness(
        ready=ready,
        checks=checks,
        warnings=broken_files(container),
        simulated=container.bot.model.simulated,
        model=container.bot.model.name,
    )
    return JSONResponse(body.model_dump(), 200 if ready else 503)


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response)
async def metrics(request: Request) -> Response:
    """The metrics of this process, in the OpenMetrics format (with the turns that stand behind figures) for who accepts
    it, else in the Prometheus text format."""
    container: Container = request.app.state.container
    await asyncio.to_thread(refresh_gauges, container)
    body, content_type = container.metrics.scrape(request.headers.get("accept", ""))
    return Response(body, media_type=content_type)
