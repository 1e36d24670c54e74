"""The application factory: takes a container, gives an ASGI application."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from botops import __version__
from botops.app.access.acting import actor
from botops.app.access.refusing import note_refusal
from botops.app.evals.tasks import EvalDesk
from botops.domain.errors import (
    BotopsError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    OutsideError,
    SignInError,
    SwitchedOffError,
)
from botops.domain.refusals import Refusal
from botops.http import (
    alerts,
    audit,
    chat,
    costs,
    dialogues,
    evals,
    experiments,
    hand_offs,
    incidents,
    outcomes,
    overrides,
    people,
    pricebook,
    probes,
    prompts,
    proposals,
    releases,
    remedies,
    reviews,
    sign_in,
    system,
    trials,
)
from botops.http.bounds import Bounds
from botops.http.comparing import Comparisons
from botops.http.gate import Gate, Keys

if TYPE_CHECKING:
    from botops.app.container import Container

_DESCRIPTION = """Talk to the bot, hand in another bot's dialogues, read the metrics.

Every price, discount and term of a reply is compared with the price book before the reply leaves."""


def create_api(container: Container, keys: Keys | None = None) -> FastAPI:
    """The API over a container, which stays the caller's to close. Its pages load nothing from other hosts. `keys` let
    programs in where people have to sign in."""
    api = FastAPIOffline(
        redoc_url=None, title="botops", version=__version__, description=_DESCRIPTION, **_page(container)
    )
    api.state.container = container
    api.state.evals = EvalDesk(container)
    api.state.comparisons = Comparisons()
    for part in (
        chat,
        prompts,  # asked for before every reply, so looked at early
        dialogues,
        costs,
        evals,
        experiments,
        alerts,
        hand_offs,
        incidents,
        remedies,
        outcomes,
        overrides,
        releases,
        trials,
        proposals,
        pricebook,
        audit,
        reviews,
        probes,
        sign_in,
        people,
        system,
    ):
        api.include_router(part.router)
    api.add_exception_handler(BotopsError, _botops_error)
    api.add_exception_handler(RequestValidationError, _bad_request)
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(Exception, _fault)
    if container.settings.sign_in.on:
        api.add_middleware(Gate, container=container, keys=keys or Keys())
    api.add_middleware(Bounds, hosts=container.settings.server.hosts)
    return api


def _page(container: Container) -> dict[str, Any]:
    """Where people sign in, a browser reads the description at the console, from where nothing can be tried out."""
    return {"swagger_ui_parameters": {"supportedSubmitMethods": []}} if container.settings.sign_in.on else {}


def container_of(request: Request) -> Container:
    """The container the API was made with."""
    container: Container = request.app.state.container
    return container


def status_of(error: BotopsError) -> int:
    """The HTTP status of an error: 401 not signed in, 429 after too many tries to or among too many, 403 not allowed,
    404 unknown, 409 conflict or switched off, 503 infrastructure, 400 other input."""
    if isinstance(error, SignInError):
        return 401 if error.wait_s is None else 429
    if isinstance(error, ForbiddenError):
        return 403
    if isinstance(error, NotFoundError):
        return 404
    if isinstance(error, ConflictError | SwitchedOffError):
        return 409
    return 503 if isinstance(error, OutsideError) else 400


async def _botops_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BotopsError)
    body: dict[str, object] = {"error": type(error).__name__, "detail": str(error)}
    if error.refusal is not None:
        body |= {"refusal": error.refusal.value, "values": dict(error.values)}
    if isinstance(error, ConflictError) and (error.theirs is not None or error.yours is not None):
        return JSONResponse({**body, "theirs": error.theirs, "yours": error.yours}, status_of(error))
    headers = {"Retry-After": str(error.wait_s)} if isinstance(error, SignInError) and error.wait_s else None
    may_not = isinstance(error, ForbiddenError) and error.refusal is not Refusal.SIGN_INS_WAIT
    if may_not and (who := actor()) is not None:
        container, path = container_of(request), f"{request.method} {request.url.path}"
        await asyncio.to_thread(note_refusal, container, who, f"{path}: {error}")
    return JSONResponse(body, status_of(error), headers=headers)


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # What was sent is not echoed: it may hold a client's personal data.
    places = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()]
    told = {"refusal": Refusal.NOT_VALID.value, "values": {}}
    return JSONResponse({"error": "bad_request", "detail": "; ".join(places), **told}, 422)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    name = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return JSONResponse({"error": name, "detail": error.detail}, error.status_code, headers=error.headers)


async def _fault(request: Request, error: Exception) -> JSONResponse:
    # The server logs it with its traceback; a client learns nothing of our inside.
    return JSONResponse({"error": "internal_error", "detail": "an error of botops itself: see its log"}, 500)
