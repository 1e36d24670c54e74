"""The API's own description, shown by the console: a browser has its session here, and no header to show the API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from botops.console import api, installation
from botops.console.door import session
from botops.domain.errors import BotopsError

if TYPE_CHECKING:
    from starlette.requests import Request

PAGE = "/docs"
_ASSETS = "/static-offline-docs"
_KINDS = {
    PAGE: "text/html",
    "/openapi.json": "application/json",
    f"{_ASSETS}/swagger-ui-bundle.js": "text/javascript",
    f"{_ASSETS}/swagger-ui.css": "text/css",
}
"""What the page is made of, at the addresses it has at the API."""
_ICON = Path(__file__).parents[1] / "assets" / "icon.png"
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}


def routes() -> list[BaseRoute]:
    """The addresses of the page and of what it loads."""
    return [*(Route(path, _show, methods=["GET"]) for path in _KINDS), Route(f"{_ASSETS}/favicon.png", _icon)]


async def _show(request: Request) -> Response:
    """What the API has at this address, asked for in the name of who is signed in."""
    path = request.url.path
    try:
        if not installation.settings().sign_in.on:  # the API's own page can be tried out as well
            return RedirectResponse(api.address() + path)
        text = await run_in_threadpool(api.in_name_of(session.shown(request)).text, path)
    except BotopsError as error:
        return PlainTextResponse(str(error), 503, _HEADERS)
    return Response(text, media_type=_KINDS[path], headers=_HEADERS)


async def _icon(request: Request) -> Response:
    return FileResponse(_ICON)
