"""Where people have to sign in: nothing passes without a session or a key, and the rest knows who acts."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import TYPE_CHECKING

from botops.app.access.acting import acting_as
from botops.app.access.signing_in import session_of
from botops.domain.access import Actor, Right
from botops.domain.errors import StoreError, UserError
from botops.domain.probes import HEADER as PROBE_HEADER
from botops.domain.refusals import Refusal
from botops.http.refusal import refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from botops.app.container import Container
    from botops.config import Secrets

LEAST_KEY = 20
"""Characters of a key: nobody slows down guesses at one."""
_OPEN = frozenset({("GET", "/healthz"), ("GET", "/readyz"), ("POST", "/v1/sign-in")})
"""What needs no session."""
_OF_SERVICES = (
    ("POST", re.compile(r"/v1/(chat|outcomes|feedback|dialogues)")),
    ("GET", re.compile(r"/v1/prompts(/[^/]+)?|/v1/prompts/[^/]+/versions/[^/]+")),
    ("GET", re.compile(r"/metrics")),
)
"""What the service key opens: the bot, its prompts, what is handed in, the metrics."""
_OF_CONSOLE = (
    ("POST", re.compile(r"/v1/sign-in/verified")),
    ("GET", re.compile(r"/metrics")),
)
"""What the console's key opens; for all else it has the session of who is in front of it."""
_NOT_KEPT = {"cache-control": "no-store"}
_SERVICE = Actor("service", frozenset(), frozenset({Right.SERVE}))
_CONSOLE = Actor("console", frozenset())


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of programs: `service` of those that talk with the bot or hand in what happened, `console` of the console's
    process. None opens nothing."""

    service: str | None = field(default=None, repr=False)
    console: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, secrets: Secrets) -> Keys:
        """The keys of the environment. Raises UserError for one that could be guessed."""
        for name, key in (("BOTOPS_API_KEY", secrets.service_key), ("BOTOPS_CONSOLE_KEY", secrets.console_key)):
            if key is not None and len(key) < LEAST_KEY:
                raise UserError(
                    f"{name} has {len(key)} characters, at least {LEAST_KEY} are needed: make one with "
                    "`openssl rand -hex 32`"
                )
        return cls(secrets.service_key, secrets.console_key)


class Gate:
    """Middleware: sets who acts for the request, or refuses it with 401 or 403."""

    def __init__(self, app: ASGIApp, container: Container, keys: Keys) -> None:
        self._app = app
        self._container = container
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on in the name of who sent it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # there is nothing else here: a websocket is closed unanswered
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        path = scope["path"]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if (method, path) in _OPEN or _is_probe(method, path, headers):
            await self._app(scope, receive, send)
            return
        token = bearer_of(headers.get("authorization", ""))
        try:
            who = await self._actor(token, method, path)
        except StoreError as error:
            await refuse(send, 503, "StoreError", str(error), _NOT_KEPT)
            return
        if who is None:
            missing = "sign in first: a session is missing here, is over or was ended"
            await refuse(
                send,
                401,
                "SignInError",
                missing,
                {**_NOT_KEPT, "www-authenticate": "Bearer"},
                refusal=Refusal.SESSION_OVER,
            )
        elif not (who.may(Right.READ) or _opened(who, method, path)):
            closed = f"the key of the {who.name} does not open {method} {path}"
            await refuse(send, 403, "ForbiddenError", closed, _NOT_KEPT)
        else:
            with acting_as(who):
                await self._app(scope, receive, send)

    async def _actor(self, token: str, method: str, path: str) -> Actor | None:
        if not token:
            return None
        if _same(token, self._keys.service):
            return _SERVICE
        if _same(token, self._keys.console):
            return _CONSOLE
        return await asyncio.to_thread(session_of, self._container, token)


def bearer_of(header: str) -> str:
    """The token of an `Authorization` header; empty without one."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _same(token: str, key: str | None) -> bool:
    return key is not None and compare_digest(token.encode(), key.encode())


def _opened(who: Actor, method: str, path: str) -> bool:
    doors = _OF_CONSOLE if who is _CONSOLE else _OF_SERVICES if who is _SERVICE else ()
    return any(method == allowed and pattern.fullmatch(path) for allowed, pattern in doors)


def _is_probe(method: str, path: str, headers: dict[str, str]) -> bool:
    """True for a message of our own probes: its mark, which only who reads the store knows, is looked at by the route,
    and a wrong one refused there."""
    return (method, path) == ("POST", "/v1/chat") and PROBE_HEADER.lower() in headers
