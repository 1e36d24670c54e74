"""Asking the server: one background thread, one deadline over the whole call, one wait after failures."""

from __future__ import annotations

import asyncio
import json
import random
import re
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from botops import __version__
from botops.domain.errors import SwitchedOffError

MOST_BYTES = 4 * 2**20
"""Bytes an answer may have."""
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 15.0
_DIRECTIVE = re.compile(r"(?:^|,)\s*(max-age|stale-while-revalidate)\s*=\s*\"?([0-9]{1,9})\"?\s*(?=,|$)", re.IGNORECASE)
_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')
_NOT_KEPT = re.compile(r"(?:^|,)\s*no-(?:store|cache)\b", re.IGNORECASE)

_T = TypeVar("_T")


class FetchError(Exception):
    """No answer. `outage` is True when another question would fare no better: the server is away or out of order."""

    def __init__(self, message: str, *, outage: bool) -> None:
        self.outage = outage
        super().__init__(message)


class SwitchedOff(Exception):  # noqa: N818 - an order, not a fault
    """The server says that the bot is to answer nobody, and why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the server said. `body` is None when what the client has is still right. Times are the server's wish in
    seconds, None where it has none."""

    body: bytes | None
    tag: str
    fresh_s: float | None
    stale_s: float | None


class Background:
    """An event loop in a daemon thread of its own, begun when first needed, and an HTTP client that lives in it.

    A thread of its own makes calls safe from any thread and any event loop, and lets a call be broken off: time-outs of
    sockets cannot end an answer that arrives one byte a second.
    """

    def __init__(self, server: str, headers: Mapping[str, str]) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        # Made here, since reading the trusted certificates takes longer than a question.
        self._http = httpx2.AsyncClient(
            base_url=server,
            headers={"User-Agent": f"botops-client/{__version__}", **headers},
            timeout=None,  # `fetch` has one deadline over the whole call
            follow_redirects=False,
        )

    def run(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        """Begins work in the background."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_live, args=(self._loop,), name="botops-client", daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def fetch(self, path: str, tag: str, deadline_s: float) -> Fetched:
        """Asks for an address within a deadline over everything. Runs in the background. Raises FetchError,
        SwitchedOff."""
        conditional = {"If-None-Match": tag} if tag else {}
        try:
            async with asyncio.timeout(deadline_s), self._http.stream("GET", path, headers=conditional) as response:
                return await _read(response, tag)
        except TimeoutError:
            raise FetchError(f"{self._server} did not answer within {deadline_s:g} s", outage=True) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            reason = str(error) or type(error).__name__
            raise FetchError(f"{self._server} does not answer: {reason}", outage=True) from error

    def close(self) -> None:
        """Breaks off what is under way and ends the thread."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_end(self._http), loop)
        thread.join(5)


def _live(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _end(http: httpx2.AsyncClient) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(5):  # a connection's tasks warn of work never begun when they are broken off before their first step
        await asyncio.sleep(0)
    while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=1)
    await http.aclose()
    loop.call_soon(loop.stop)


class Breaker:
    """Spares a server that is away, and callers the wait for it: after a failure nobody asks for a while, longer each
    time up to fifteen seconds, then one asks. Not safe for threads by itself."""

    def __init__(self) -> None:
        self._failures = 0
        self._until = float("-inf")
        self.problem = ""

    def allows(self, now: float, deadline_s: float) -> bool:
        """True when a question may be asked now."""
        if not self._failures:
            return True
        if self._until - _LONGEST_WAIT_S * 2 < now < self._until:
            return False
        self._until = now + deadline_s  # this one tries; the others wait for what becomes of it
        return True

    def succeeded(self) -> None:
        """The server answers."""
        self._failures, self.problem = 0, ""

    def failed(self, now: float, problem: str) -> None:
        """The server does not answer."""
        wait = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(self._failures, 10))
        self._failures += 1
        self._until = now + wait * random.uniform(0.5, 1.0)  # noqa: S311 - so that clients do not all come at once
        self.problem = problem


async def _read(response: httpx2.Response, tag: str) -> Fetched:
    status = response.status_code
    if status == httpx2.codes.NOT_MODIFIED and tag:
        return _fetched(None, response)
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise FetchError(f"the answer is over {MOST_BYTES // 2**20} MB", outage=True)
    if status == httpx2.codes.OK:
        return _fetched(bytes(body), response)
    if status == httpx2.codes.CONFLICT and (order := _order(bytes(body))):
        raise SwitchedOff(order)
    detail = bytes(body[:300]).decode(errors="replace")
    outage = status >= httpx2.codes.INTERNAL_SERVER_ERROR or status == httpx2.codes.TOO_MANY_REQUESTS
    raise FetchError(f"the server answered {status}: {detail}", outage=outage)


def _fetched(body: bytes | None, response: httpx2.Response) -> Fetched:
    said = response.headers.get("cache-control", "")
    seconds = {name.lower(): float(value) for name, value in _DIRECTIVE.findall(said)}
    fresh = 0.0 if _NOT_KEPT.search(said) else seconds.get("max-age")
    tag = response.headers.get("etag", "")
    return Fetched(body, tag if _TAG.fullmatch(tag) else "", fresh, seconds.get("stale-while-revalidate"))


def _order(body: bytes) -> str:
    """Why the prompt is switched off; nothing when the body says something else."""
    try:
        said = json.loads(body)
        return str(said["detail"]) if said["error"] == SwitchedOffError.__name__ else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
