"""Signing in: the form, the way to the company's sign-in and back, and whether a page's session still stands."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from botops.app.access.passwords import MOST
from botops.console import api
from botops.console.door import addresses, company, session
from botops.console.door.origin import from_here
from botops.console.door.page import page
from botops.domain.errors import BotopsError, SignInError
from botops.domain.refusals import Refusal

if TYPE_CHECKING:
    from starlette.requests import Request

_MOST_BYTES = 16_384
_MOST_FIELDS = 10
_MOST_NAME = 200
_MOST_DEVICE = 200
_WANTED = "next"


def routes() -> list[BaseRoute]:
    """The addresses of the door."""
    return [
        Route(addresses.SIGN_IN, _show, methods=["GET"]),
        Route(addresses.SIGN_IN, _take, methods=["POST"]),
        Route(addresses.COMPANY, _to_company, methods=["GET"]),
        Route(addresses.CALLBACK, _from_company, methods=["GET"]),
        Route(addresses.WATCH, _watch, methods=["GET"]),
    ]


async def _show(request: Request) -> Response:
    """The page; on to the console for who need not sign in, or has."""
    wanted = _inside(request.query_params.get(_WANTED, ""))
    found = await run_in_threadpool(session.standing, request)
    if found is None or found.open:
        return RedirectResponse(wanted, 303)
    answer = await run_in_threadpool(page, request, wanted=wanted)
    if session.shown(request):
        session.forget(answer, request)
    return answer


async def _take(request: Request) -> Response:
    """Looks at what was typed; a session that was there is ended, whoever's it is."""
    typed = await _typed(request)
    wanted, name = _inside(typed.get(_WANTED, "")), typed.get("name", "")
    if not from_here(request):  # it would sign its visitor in as somebody else
        return await run_in_threadpool(page, request, wanted=wanted, fault="foreign", status=403)
    body = {"name": name, "password": typed.get("password", ""), "device": session.device(request)[:_MOST_DEVICE]}
    if not (0 < len(name) <= _MOST_NAME and 0 < len(body["password"]) <= MOST):
        nobodys = SignInError("nobody has such a name or such a password")  # the API would call it badly formed
        return await run_in_threadpool(page, request, wanted=wanted, name=name[:_MOST_NAME], fault=nobodys, status=401)
    try:
        answer = await run_in_threadpool(api.anonymous().post, "/v1/sign-in", body)
    except BotopsError as error:
        busy = error.refusal is Refusal.SIGN_INS_WAIT
        status = 429 if busy else 401 if isinstance(error, SignInError) else 503
        again = await run_in_threadpool(page, request, wanted=wanted, name=name, fault=error, status=status)
        if busy:
            again.headers["retry-after"] = error.values["n"]
        return again
    return await _welcome(request, answer, wanted)


async def _to_company(request: Request) -> Response:
    wanted = _inside(request.query_params.get(_WANTED, ""))
    try:
        return await company.leave(request, wanted)
    except BotopsError as error:
        return await run_in_threadpool(page, request, wanted=wanted, fault=error, status=503)


async def _from_company(request: Request) -> Response:
    try:
        claims, wanted = await company.arrive(request)
    except company.NotDoneError:
        return await run_in_threadpool(page, request, wanted="/", fault="not_done", status=401)
    except BotopsError as error:
        return await run_in_threadpool(page, request, wanted="/", fault=error, status=503)
    wanted = _inside(wanted)
    try:
        answer = await run_in_threadpool(api.of_console().post, "/v1/sign-in/verified", {"claims": claims})
    except BotopsError as error:
        return await run_in_threadpool(page, request, wanted=wanted, fault=error, status=401)
    return await _welcome(request, answer, wanted)


async def _watch(request: Request) -> Response:
    """An open page asks this now and then. The guard before it refuses who has no session."""
    return Response(status_code=204, headers={"cache-control": "no-store"})


async def _welcome(request: Request, answer: dict[str, Any], wanted: str) -> Response:
    if before := session.shown(request):
        await run_in_threadpool(api.end_quietly, before)
    response = RedirectResponse(wanted, 303, {"cache-control": "no-store"})
    session.keep(response, request, str(answer["token"]), datetime.fromisoformat(str(answer["until"])))
    if mark := str(answer["device"]):
        session.keep_device(response, request, mark)
    return response


async def _typed(request: Request) -> dict[str, str]:
    """The fields of the form; none of a body larger, or of more fields, than any form of ours."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            return {}
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _inside(wanted: str) -> str:
    """An address of this console; the start for one that leads elsewhere."""
    try:
        parts = urlsplit(wanted.replace("\\", "/"))
    except ValueError:
        return "/"
    leads_away = parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith("//")
    unreadable = any(ord(sign) < ord(" ") for sign in wanted)
    return "/" if leads_away or unreadable or parts.path.startswith(addresses.SIGN_IN) else wanted
