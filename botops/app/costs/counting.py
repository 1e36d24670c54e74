"""Calls that belong to no client's dialogue, counted as they are made and kept when their run ends.

Whoever has models asked beside dialogues has them asked through a `CallBook`: what is billed is then in the report of
costs, whatever becomes of the run.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botops.app.clock import SystemClock
from botops.app.place import database_url, store_exists
from botops.domain.errors import BotopsError, ModelError
from botops.domain.side_calls import SideCalls
from botops.domain.turns import Purpose
from botops.domain.usage import Cost, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from botops.config import Secrets, Settings
    from botops.domain.ports import ChatModel, Clock, Meter, ModelReply, ModelRequest, OnText
    from botops.domain.side_calls import Work

log = logging.getLogger(__name__)

_OF_A_PROMPT = frozenset({Purpose.REPLY, Purpose.REPAIR})
"""Purposes whose calls carry a prompt of the company's; the others carry one of ours."""


@dataclass(slots=True)
class _Sum:
    calls: int = 0
    failed: int = 0
    estimated: int = 0
    unknown: int = 0
    usage: Usage = field(default_factory=Usage)
    pico_usd: int = 0
    failed_pico_usd: int = 0
    estimated_pico_usd: int = 0
    saved_pico_usd: int = 0


class CallBook:
    """What the calls of one run cost. `run` is its id, `work` what they are made for."""

    def __init__(self, meter: Meter, run: str, work: Work, clock: Clock | None = None) -> None:
        self._meter, self._run, self._work = meter, run, work
        self._clock = clock or SystemClock()
        self._sums: dict[tuple[Purpose, str, str, int, str], _Sum] = {}

    def counted(self, model: ChatModel, purpose: Purpose | None = None) -> ChatModel:
        """The model, its calls counted; `purpose` stands in for that of its requests. A model that brings no bill (the
        simulator, a replay of it) is given back as it is: nothing was spent."""
        return model if model.simulated else _Counted(model, self, purpose)

    def add(
        self, request: ModelRequest, model: str, own_name: str, requests: Sequence[Usage], *, failed: bool,
        purpose: Purpose | None = None,
    ) -> None:  # fmt: skip
        """Counts one call with the usages it was billed for. A model unknown by the name that answered is priced by
        the name it was asked by."""
        meant = purpose or request.purpose
        name, _, version = request.prompt.partition("@") if meant in _OF_A_PROMPT else ("", "", "")
        number = int(version) if version.isascii() and version.isdigit() else 0
        usage = sum(requests, Usage())
        cost = self._priced(requests, model or own_name, own_name)
        found = self._sums.setdefault((meant, model or own_name, name, number, usage.service_tier), _Sum())
        found.calls += 1
        found.failed += failed
        found.estimated += usage.estimated
        found.unknown += cost.unknown_model
        found.usage += usage
        found.pico_usd += cost.pico_usd
        found.failed_pico_usd += cost.pico_usd if failed else 0
        found.estimated_pico_usd += cost.pico_usd if usage.estimated else 0
        found.saved_pico_usd += cost.saved_pico_usd or 0

    def calls(self) -> tuple[SideCalls, ...]:
        """What was counted so far."""
        now = self._clock.now()
        return tuple(
            SideCalls(
                self._run, now, self._work, purpose, model, prompt, version, tier, False, one.calls, one.failed,
                one.estimated, one.unknown, one.usage, one.pico_usd, one.failed_pico_usd, one.estimated_pico_usd,
                one.saved_pico_usd,
            )
            for (purpose, model, prompt, version, tier), one in sorted(self._sums.items())
        )  # fmt: skip

    def keep(self, settings: Settings, secrets: Secrets) -> None:
        """Keeps what was counted in the installation's store, where there is one. A store that does not take it is
        logged and fails nothing: the run has its result."""
        calls = self.calls()
        if not calls or not store_exists(settings, secrets):
            return
        from botops.store import Store  # half a second, which a run beside no store need not wait for

        try:
            with Store.open(
                database_url(settings, secrets), clock=self._clock, role="side", mask=settings.privacy.mask
            ) as store:
                store.costs.keep(calls)
        except BotopsError as error:
            log.warning("what %s calls beside dialogues cost was not kept: %s", sum(c.calls for c in calls), error)

    def _priced(self, requests: Sequence[Usage], model: str, own_name: str) -> Cost:
        now = self._clock.now()
        cost = sum((self._meter.cost(usage, model, now) for usage in requests), Cost())
        if cost.unknown_model and model != own_name:
            return sum((self._meter.cost(usage, own_name, now) for usage in requests), Cost())
        return cost


class _Counted:
    """A model whose calls a book counts: the port `ChatModel`."""

    def __init__(self, inner: ChatModel, book: CallBook, purpose: Purpose | None) -> None:
        self._inner, self._book, self._purpose = inner, book, purpose

    @property
    def name(self) -> str:
        """As of the model."""
        return self._inner.name

    @property
    def simulated(self) -> bool:
        """As of the model."""
        return self._inner.simulated

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """As of the model."""
        try:
            reply = await self._inner.complete(request, on_text)
        except ModelError as error:
            self._failed(request, error)
            raise
        except (asyncio.CancelledError, Exception) as stopped:
            # A call given up half way is billed all the same; the adapter tells by how much in the cause.
            if isinstance(stopped.__cause__, ModelError):
                self._failed(request, stopped.__cause__)
            raise
        self._count(request, reply.model, reply.billed, failed=False)
        return reply

    async def aclose(self) -> None:
        """Lets go of connections, where the model has any."""
        close = getattr(self._inner, "aclose", None)
        if close is not None:
            await close()

    def _failed(self, request: ModelRequest, error: ModelError) -> None:
        if error.billed:
            self._count(request, error.model, error.billed, failed=True)

    def _count(self, request: ModelRequest, model: str, requests: Sequence[Usage], *, failed: bool) -> None:
        asked = request.parameters.model or self._inner.name
        self._book.add(request, model, asked, requests, failed=failed, purpose=self._purpose)
