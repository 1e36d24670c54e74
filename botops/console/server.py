"""What the console's server has beside Streamlit: its script, routes of ours, and who stands before them."""

from __future__ import annotations

from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Route

from botops.console import navigation
from botops.console.door import api_page, guard
from botops.console.door.routes import routes as door

SCRIPT = Path(__file__).parent / "main.py"
"""Run at every interaction."""


def routes() -> list[BaseRoute]:
    """Addresses that Streamlit does not know."""
    return [Route(f"/{navigation.DEFAULT}", _default_page), *door(), *api_page.routes()]


def middleware() -> list[Middleware]:
    """What stands before every answer."""
    return [Middleware(guard.Guard)]


def _default_page(request: Request) -> RedirectResponse:
    """The page shown at first has no address by its name in Streamlit, but people write it like the others."""
    query = request.url.query
    return RedirectResponse(f"/?{query}" if query else "/")
