"""What stands before everything the console's server answers: without a session there is only the page to sign in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from botops.console.door.addresses import CALLBACK, COMPANY, SIGN_IN
from botops.console.door.origin import from_here
from botops.console.door.session import standing

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from starlette.types import ASGIApp, Receive, Scope, Send

_OPEN = frozenset({SIGN_IN, COMPANY, CALLBACK, "/_stcore/health"})
"""What needs no session. Health is what `botops up` waits for; it says nothing but that."""
_STILL_OPEN_S = 5.0
"""For as long an open page is believed after its session was looked at."""
_POLICY_VIOLATION = 1008
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Middleware: sends who has not signed in to the page where they can, ends what a session that is over left open,
    and refuses what pages of other addresses send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request or an open page through, or not."""
        if scope["type"] == "websocket":
            await self._talk(scope, receive, send)
        elif scope["type"] != "http" or _needs_none(scope["path"]):
            await self._app(scope, receive, send)
        elif scope["method"] not in _SAFE_METHODS and not from_here(HTTPConnection(scope)):
            await Response(status_code=403, headers={"cache-control": "no-store"})(scope, receive, send)
        elif await _may_enter(scope):
            await self._app(scope, receive, send)
        else:
            await _turned_away(Request(scope))(scope, receive, send)

    async def _talk(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page talks with its script for hours: whether the session still stands is asked at what it says."""
        if not from_here(HTTPConnection(scope)) or not await _may_enter(scope):
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        looked_at = time.monotonic()

        async def heard() -> MutableMapping[str, Any]:
            nonlocal looked_at
            message = await receive()
            if message["type"] == "websocket.receive" and time.monotonic() - looked_at > _STILL_OPEN_S:
                if not await _may_enter(scope):
                    return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}
                looked_at = time.monotonic()
            return message

        await self._app(scope, heard, send)


def _needs_none(path: str) -> bool:
    return path in _OPEN or path.startswith("/static/")


async def _may_enter(scope: Scope) -> bool:
    found = await run_in_threadpool(standing, HTTPConnection(scope))
    return found is None or found.open


def _turned_away(request: Request) -> Response:
    """To the sign-in and back again for who opens a page; a plain refusal for what a page fetches."""
    if request.method != "GET" or "text/html" not in request.headers.get("accept", ""):
        return Response(status_code=401, headers={"cache-control": "no-store"})
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    query = {"next": wanted} if wanted != "/" else {}
    query |= {"lang": lang} if (lang := request.query_params.get("lang")) else {}
    return RedirectResponse(f"{SIGN_IN}?{urlencode(query)}" if query else SIGN_IN, 303, {"cache-control": "no-store"})
