"""The client: answers at once where it may, asks in the background, and always has something to say."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from weakref import WeakSet

from botops.client.answer import Answer, ClientPrompt, Origin, PromptFallback, UnusableAnswerError, read_answer
from botops.client.fetching import Background, Breaker, Fetched, FetchError, SwitchedOff
from botops.client.keeping import Disk, Kept, Key, Memory, bundle_of, read_bundle
from botops.client.switching import Switches
from botops.domain.errors import OutsideError, SwitchedOffError, UserError
from botops.domain.messages import Language

log = logging.getLogger(__name__)

_FRESH_S = 2.0
_STALE_S = 10.0


class NoPromptError(OutsideError):
    """There is no prompt to speak by: the server gives none and nothing was kept or bundled. Hand the dialogue over."""


_Flight = Future[Kept | None]
"""A question under way: gives what is kept then, None when there was no answer."""


class PromptClient:
    """Fetches the prompts that leads get, keeps them, and gives them out while the server is away.

    An answer is given out for `fresh_s` without asking again, and for `stale_s` more while one question in the
    background asks anew; both are the server's to say unless set here. Beyond that the caller waits for the server, at
    most `deadline_s` over everything, and gets the last good answer when it does not come: of memory, of the folder
    `disk`, then any lead's answer that is no variant under test, then `bundled` (a file or folder of saved answers of
    `/v1/prompts/NAME/versions/N`, or fallbacks given in code, by the prompt's name). `origin` and `problem` of what is
    given tell which it was. `memory_entries` and `disk_entries` bound what is kept.

    A prompt that was switched off stays so for all leads until the server says otherwise, outages and restarts
    included: SwitchedOffError then says to hand the dialogue over.

    Safe for threads and for `fork`; `aget` is for event loops. Close it when done: it is a context manager.
    """

    def __init__(
        self,
        server: str,
        *,
        deadline_s: float = 2.0,
        fresh_s: float | None = None,
        stale_s: float | None = None,
        disk: Path | str | None = None,
        bundled: Path | str | Mapping[str, PromptFallback] | None = None,
        memory_entries: int = 10_000,
        disk_entries: int = 1_000,
        headers: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        parts = urlsplit(server)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UserError(f"{server!r} is no address of the API: write it like http://127.0.0.1:8000")
        if deadline_s <= 0 or memory_entries < 1 or disk_entries < 1:
            raise UserError("a deadline must be above 0 seconds, and room must be for one answer at least")
        self._server = server.rstrip("/")
        self._headers = dict(headers or {})
        self._deadline_s = deadline_s
        self._fresh_s = fresh_s
        self._stale_s = stale_s
        self._refusal_s = _FRESH_S if fresh_s is None else fresh_s
        self._clock = clock
        self._disk = Disk(Path(disk), disk_entries, self._server) if disk is not None else None
        if isinstance(bundled, Mapping):
            self._bundle = bundle_of(bundled)
        else:
            self._bundle = read_bundle(Path(bundled)) if bundled is not None else {}
        self._memory = Memory(memory_entries)
        self._anybody = Memory(256)
        self._switches = Switches(self._disk)
        self._begin()
        _CLIENTS.add(self)

    def get(
        self,
        name: str,
        *,
        lead: str | None = None,
        dialogue: str | None = None,
        channel: str | None = None,
        language: Language | None = None,
        region: str | None = None,
        source: str | None = None,
        returning: bool | None = None,
        deadline_s: float | None = None,
    ) -> ClientPrompt:
        """The prompt of a lead, or of a dialogue whose lead is not known.

        Raises SwitchedOffError while the bot is to answer nobody, NoPromptError when there is nothing at all to give,
        and UserError without a lead and a dialogue.
        """
        key = _key(name, lead, dialogue, channel, language, region, source, returning)
        found = self._look(key)
        if isinstance(found, ClientPrompt):
            return found
        kept = None
        if found is not None:
            with contextlib.suppress(TimeoutError, CancelledError):
                kept = found.result(self._deadline_s if deadline_s is None else deadline_s)
        return self._settle(key, kept)

    async def aget(
        self,
        name: str,
        *,
        lead: str | None = None,
        dialogue: str | None = None,
        channel: str | None = None,
        language: Language | None = None,
        region: str | None = None,
        source: str | None = None,
        returning: bool | None = None,
        deadline_s: float | None = None,
    ) -> ClientPrompt:
        """As `get`, without blocking the event loop."""
        key = _key(name, lead, dialogue, channel, language, region, source, returning)
        found = self._look(key)
        if isinstance(found, ClientPrompt):
            return found
        kept = None
        if found is not None:
            try:
                async with asyncio.timeout(self._deadline_s if deadline_s is None else deadline_s):
                    # Others may wait for the same answer: whoever gives up does not break it off.
                    kept = await asyncio.shield(asyncio.wrap_future(found))
            except TimeoutError:
                kept = None
            except asyncio.CancelledError:
                if not found.cancelled():  # it is the caller who was cancelled, not the question
                    raise
        if kept is not None:
            return self._settle(key, kept)
        return await asyncio.to_thread(self._settle, key, kept)

    def close(self) -> None:
        """Ends what runs in the background. What is kept is still given out."""
        with self._lock:
            self._closed = True
        self._background.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.close)

    def _begin(self) -> None:
        """Sets up what belongs to one process: after a fork the child has neither the thread nor its connections."""
        self._lock = threading.Lock()
        self._background = Background(self._server, self._headers)
        self._breaker = Breaker()
        self._flights: dict[Key, _Flight] = {}
        self._closed = False

    def _look(self, key: Key) -> ClientPrompt | _Flight | None:
        """What may be given out at once; else the question to wait for; None when nobody may ask now."""
        with self._lock:
            now = self._clock()
            kept = self._memory.get(key) or Kept(None, at=now, asked=now)
            age, asked = now - kept.at, now - kept.asked
            order = self._switches.of(key.name)
            if order is None and 0 <= asked < kept.fresh_s:
                fresh = kept.answer if not kept.problem else None
                return ClientPrompt(fresh, Origin.FRESH, age) if fresh else None
            if order is not None and 0 <= now - order.at < self._refusal_s:
                raise SwitchedOffError(order.reason)
            away = self._breaker.problem
            flight = self._flight(key, kept, now)
        if order is not None:
            return None if away else flight
        if kept.answer and 0 <= age < kept.fresh_s + kept.stale_s:
            return ClientPrompt(kept.answer, Origin.STALE, age, kept.problem or away)
        # Nobody waits for a server that is known to be away, unless there is nothing else to give.
        return (self._best(key) if away else None) or flight

    def _flight(self, key: Key, kept: Kept, now: float) -> _Flight | None:
        """The question under way, begun if need be. The lock must be held."""
        flight = self._flights.get(key)
        if flight is None and not self._closed and self._breaker.allows(now, self._deadline_s):
            flight = self._background.run(self._ask(key, kept))
            self._flights[key] = flight
        return flight

    async def _ask(self, key: Key, kept: Kept) -> Kept | None:
        """Asks the server and keeps what it says; None when it gave nothing. Runs in the background."""
        try:
            fetched = await self._background.fetch(key.path, kept.tag if kept.answer else "", self._deadline_s)
            answer = kept.answer if fetched.body is None else read_answer(fetched.body, key.name)
            assert answer is not None  # "not changed" is an answer to a tag only, and a tag belongs to an answer
            return self._keep(key, answer, fetched)
        except SwitchedOff as order:
            self._switched_off(key.name, str(order))
        except FetchError as error:
            self._failed(key, kept, str(error), outage=error.outage)
        except UnusableAnswerError as error:
            self._failed(key, kept, f"the server's answer cannot be used: {error}", outage=True)
        except Exception as error:  # whatever breaks in asking, who waits is given what there is
            log.exception("asking for the prompt %s broke off", key.name)
            self._failed(key, kept, f"asking broke off: {type(error).__name__}", outage=True)
        finally:
            with self._lock:
                self._flights.pop(key, None)
        return None

    def _keep(self, key: Key, answer: Answer, fetched: Fetched) -> Kept:
        fresh = next(s for s in (self._fresh_s, fetched.fresh_s, _FRESH_S) if s is not None)
        stale = next(s for s in (self._stale_s, fetched.stale_s, _STALE_S) if s is not None)
        with self._lock:
            if self._breaker.problem:
                log.warning("prompts are fetched again from %s", self._server)
            self._breaker.succeeded()
            self._switches.on(key.name)
            now = self._clock()
            kept = Kept(answer, fetched.tag, now, now, fresh, stale)
            self._memory.put(key, kept)
            before = self._anybody.get(key.anybody)
            if answer.for_anybody:
                self._anybody.put(key.anybody, kept)
        if self._disk and fetched.body is not None:
            self._disk.save(key, fetched.body)
            if answer.for_anybody and not (before and before.answer and _same_text(before.answer, answer)):
                self._disk.save(key.anybody, fetched.body)
        return kept

    def _switched_off(self, name: str, reason: str) -> None:
        with self._lock:
            self._breaker.succeeded()
            self._switches.off(name, reason, self._clock())

    def _failed(self, key: Key, kept: Kept, problem: str, *, outage: bool) -> None:
        with self._lock:
            now = self._clock()
            if outage:
                if not self._breaker.problem:
                    log.warning("prompts cannot be fetched, what was kept is given out: %s", problem)
                self._breaker.failed(now, problem)
            else:
                # The server works and refuses this one question: what it said before stands, and so does the refusal.
                self._breaker.succeeded()
                new = replace(kept, asked=now, fresh_s=self._refusal_s, stale_s=0.0, problem=problem)
                self._memory.put(key, new)

    def _settle(self, key: Key, kept: Kept | None) -> ClientPrompt:
        """What a caller gets who waited or may not ask: the server's answer, or the best of what there is.

        Raises SwitchedOffError, NoPromptError.
        """
        if kept is not None and kept.answer is not None:
            return ClientPrompt(kept.answer, Origin.FRESH)
        with self._lock:
            order = self._switches.of(key.name)
        if order is not None:
            raise SwitchedOffError(order.reason)
        if (best := self._best(key)) is not None:
            return best
        problem = self._problem(key)
        raise NoPromptError(f"there is no prompt {key.name} to speak by: {problem}; nothing was kept or bundled")

    def _best(self, key: Key) -> ClientPrompt | None:
        """The best there is without the server."""
        problem = self._problem(key)
        with self._lock:
            now = self._clock()
            last, anybody = self._memory.get(key), self._anybody.get(key.anybody)
        if last is not None and last.answer is not None:
            return ClientPrompt(last.answer, Origin.STALE, max(0.0, now - last.at), problem)
        if self._disk and (found := self._disk.load(key)):
            return ClientPrompt(found[0], Origin.DISK, found[1], problem)
        if anybody is not None and anybody.answer is not None:
            return ClientPrompt(anybody.answer.unassigned(), Origin.STALE, max(0.0, now - anybody.at), problem)
        if self._disk and (found := self._disk.load(key.anybody)):
            return ClientPrompt(found[0].unassigned(), Origin.DISK, found[1], problem)
        if bundled := self._bundle.get((key.name, key.language)) or self._bundle.get((key.name, None)):
            return ClientPrompt(bundled.unassigned(), Origin.BUNDLED, None, problem)
        return None

    def _problem(self, key: Key) -> str:
        with self._lock:
            last = self._memory.get(key)
            said = (last.problem if last else "") or self._breaker.problem
        return said or f"{self._server} did not answer in time"


_CLIENTS: WeakSet[PromptClient] = WeakSet()


def _begin_all() -> None:
    for client in list(_CLIENTS):
        client._begin()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_all)


def _same_text(one: Answer, other: Answer) -> bool:
    return (one.assignment.ref, one.values) == (other.assignment.ref, other.values)


def _key(
    name: str,
    lead: str | None,
    dialogue: str | None,
    channel: str | None,
    language: Language | None,
    region: str | None,
    source: str | None,
    returning: bool | None,
) -> Key:
    if not lead and not dialogue:
        raise UserError("whose prompt? name the lead, or the dialogue")
    facts = {
        "lead": lead, "dialogue": dialogue, "channel": channel, "language": language, "region": region,
        "source": source, "returning": None if returning is None else str(returning).lower(),
    }  # fmt: skip
    return Key(name, tuple((k, v) for k, v in facts.items() if v))
