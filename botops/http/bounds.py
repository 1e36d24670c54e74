"""What is refused before a route sees it: requests of foreign pages, oversized bodies and bodies that never end.

Without sign-in the API listens on this machine only, but so does every page in the operator's browser: a page of
another site can post to 127.0.0.1, and by pointing its own name here (DNS rebinding) it could read the answers too. A
browser always tells in `Host` which name it used and in `Origin` whose page wrote, so both are compared.
"""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import HTTPException

from botops.http.refusal import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 2**20
"""Bytes of a body, unless its path has a cap of its own."""
MAX_BATCH = 64 * 2**20
BODY_S = 30.0
"""Seconds within which a body must have arrived; a batch or a price book may take `BATCH_S`."""
BATCH_S = 600.0
_BATCHES = frozenset({"/v1/dialogues", *(f"/v1/pricebook/{step}" for step in ("look", "propose", "publish"))})
_CLOSE = {"connection": "close"}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Bounds:
    """Middleware. `hosts` are names besides this machine's own under which a proxy in front passes requests on."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = (), *, body_s: float = BODY_S) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._body_s = body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, its body counted and timed, or refuses it with 403 or 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        batch = scope["path"] in _BATCHES
        cap = MAX_BATCH if batch else MAX_BODY
        if problem := self._foreign(scope["method"], headers):
            await refuse(send, 403, "foreign_site", problem, _CLOSE)
        elif (length := headers.get("content-length", "0")).isdecimal() and int(length) > cap:
            await refuse(send, 413, "too_large", _too_large(cap), _CLOSE)
        else:
            body = _Body(receive, cap, BATCH_S if batch else self._body_s)
            await self._app(scope, body.receive, send)

    def _foreign(self, method: str, headers: dict[str, str]) -> str:
        host = headers.get("host", "")
        if not self._ours(_name(host)):
            return f"this API is not called {host!r}: a proxy's names belong into server.hosts of botops.yaml"
        origin = headers.get("origin")
        if origin is None or method in _SAFE_METHODS:
            return ""
        authority = urlsplit(origin).netloc
        if authority and (authority == host or _name(authority) in self._hosts):
            return ""
        return f"a page of {origin!r} may not write here: its name belongs into server.hosts of botops.yaml if it may"

    def _ours(self, name: str) -> bool:
        if name == "localhost" or name in self._hosts:
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False


class _Body:
    """The receiving end of a request: raises HTTPException when its body is too large or does not arrive in time."""

    def __init__(self, receive: Receive, cap: int, seconds: float) -> None:
        self._receive = receive
        self._cap = cap
        self._end = asyncio.get_running_loop().time() + seconds
        self._size = 0
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:  # what follows is the client going away, which may take as long as the answer
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._end):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, "the body did not arrive in time: send it again") from None
        if message["type"] == "http.request":
            self._size += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
        if self._size > self._cap:
            raise HTTPException(413, _too_large(self._cap))
        return message


def _name(authority: str) -> str:
    """The host of `host:port`, without port and brackets."""
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def _too_large(cap: int) -> str:
    return f"the body is over {cap // 2**20} MB: send it in parts"
