"""The application factory: takes a container, gives an ASGI application."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from botops import __version__
from botops.app.evals.tasks import EvalDesk
from botops.domain.errors import BotopsError, ConflictError, NotFoundError, OutsideError, SwitchedOffError
from botops.http import (
    audit,
    chat,
    costs,
    dialogues,
    evals,
    experiments,
    outcomes,
    overrides,
    pricebook,
    prompts,
    proposals,
    releases,
    reviews,
    system,
)
from botops.http.bounds import Bounds

if TYPE_CHECKING:
    from botops.app.container import Container

_DESCRIPTION = """Talk to the bot, hand in another bot's dialogues, read the metrics.

Every price, discount and term of a reply is compared with the price book before the reply leaves."""


def create_api(container: Container) -> FastAPI:
    """The API over a container, which stays the caller's to close. Its pages load nothing from other hosts."""
    api = FastAPIOffline(redoc_url=None, title="botops", version=__version__, description=_DESCRIPTION)
    api.state.container = container
    api.state.evals = EvalDesk(container)
    for part in (
        chat,
        prompts,  # asked for before every reply, so looked at early
        dialogues,
        costs,
        evals,
        experiments,
        outcomes,
        overrides,
        releases,
        proposals,
        pricebook,
        audit,
        reviews,
        system,
    ):
        api.include_router(part.router)
    api.add_exception_handler(BotopsError, _botops_error)
    api.add_exception_handler(RequestValidationError, _bad_request)
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(Exception, _fault)
    api.add_middleware(Bounds, hosts=container.settings.server.hosts)
    return api


def container_of(request: Request) -> Container:
    """The container the API was made with."""
    container: Container = request.app.state.container
    return container


def status_of(error: BotopsError) -> int:
    """The HTTP status of an error: 404 unknown, 409 conflict or switched off, 503 infrastructure, 400 other input."""
    if isinstance(error, NotFoundError):
        return 404
    if isinstance(error, ConflictError | SwitchedOffError):
        return 409
    return 503 if isinstance(error, OutsideError) else 400


async def _botops_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BotopsError)
    body = {"error": type(error).__name__, "detail": str(error)}
    if isinstance(error, ConflictError) and (error.theirs is not None or error.yours is not None):
        return JSONResponse({**body, "theirs": error.theirs, "yours": error.yours}, status_of(error))
    return JSONResponse(body, status_of(error))


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # What was sent is not echoed: it may hold a client's personal data.
    places = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()]
    return JSONResponse({"error": "bad_request", "detail": "; ".join(places)}, 422)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    name = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return JSONResponse({"error": name, "detail": error.detail}, error.status_code, headers=error.headers)


async def _fault(request: Request, error: Exception) -> JSONResponse:
    # The server logs it with its traceback; a client learns nothing of our inside.
    return JSONResponse({"error": "internal_error", "detail": "an error of botops itself: see its log"}, 500)
