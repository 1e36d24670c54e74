"""A model that keeps failing is left alone for a while: clients then get their safe answer at once, and not after the
whole deadline, and a provider in trouble is not asked all the more."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.domain.errors import ModelError, ModelFault

if TYPE_CHECKING:
    from botops.domain.ports import ChatModel, ModelReply, ModelRequest, OnText

log = logging.getLogger(__name__)

OUTAGES: frozenset[ModelFault] = frozenset({"timeout", "rate_limited", "server", "connection", "auth", "bad_response"})
"""Faults that the next call would likely meet too. What one request is refused for says nothing of others."""

OnChange = Callable[[str, bool], None]
"""Told a model's name, and whether it is left alone from now on."""


@dataclass(slots=True)
class _Circuit:
    """The calls of one model: failures in a row, the fault of the last one, until when it is left alone, and whether a
    call is trying it."""

    failures: int = 0
    fault: ModelFault = "connection"
    rests_until: float | None = None
    trying: bool = False


class Breaker:
    """Asks `inner`, unless it failed `failures` calls in a row (retries are part of a call): then it is left alone for
    `rest_s` seconds, after which one call tries it. When that is answered everything is as before, else it rests again.

    Models that prompts name for themselves are told apart. `failures` of 0 means that it is always asked. For one event
    loop.
    """

    def __init__(
        self,
        inner: ChatModel,
        *,
        failures: int = 5,
        rest_s: float = 10.0,
        on_change: OnChange = lambda model, resting: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.inner = inner
        self._failures = failures
        self._rest_s = rest_s
        self._on_change = on_change
        self._now = now
        self._circuits: defaultdict[str, _Circuit] = defaultdict(_Circuit)

    @property
    def name(self) -> str:
        """The model's name as configured."""
        return self.inner.name

    @property
    def simulated(self) -> bool:
        """Whether no language model stands behind it."""
        return self.inner.simulated

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """The inner model's reply. Raises ModelError as it does, and while it rests with the fault it failed by: why
        there is no reply does not change by not asking."""
        model = request.parameters.model or self.name
        circuit = self._circuits[model]
        tries = self._enter(model, circuit)
        try:
            reply = await self.inner.complete(request, on_text)
        except ModelError as error:
            self._failed(model, circuit, error.fault)
            raise
        else:
            self._answered(model, circuit)
            return reply
        finally:
            if tries:
                circuit.trying = False

    async def aclose(self) -> None:
        """Closes the inner model's connections, where it has some."""
        close = getattr(self.inner, "aclose", None)
        if close is not None:
            await close()

    def _enter(self, model: str, circuit: _Circuit) -> bool:
        """Lets a call through; whether it is the one that tries a model that rested. Raises ModelError."""
        if circuit.rests_until is None:
            return False
        left = circuit.rests_until - self._now()
        if left > 0 or circuit.trying:
            again = f"in {left:.0f} s" if left > 0 else "when the call that tries it has ended"
            raise ModelError(
                circuit.fault, f"{model}: not asked, it failed {circuit.failures} times in a row; asked again {again}",
                model=model, attempts=0,
            )  # fmt: skip
        circuit.trying = True
        return True

    def _failed(self, model: str, circuit: _Circuit, fault: ModelFault) -> None:
        if fault not in OUTAGES:
            return
        circuit.failures += 1
        circuit.fault = fault
        if self._failures == 0 or circuit.failures < self._failures:
            return
        began = circuit.rests_until is None
        circuit.rests_until = self._now() + self._rest_s
        if began:
            log.error(
                "%s failed %s times in a row (%s): left alone, tried every %g s", model, circuit.failures, fault,
                self._rest_s,
            )  # fmt: skip
            self._on_change(model, True)

    def _answered(self, model: str, circuit: _Circuit) -> None:
        rested, circuit.failures, circuit.rests_until = circuit.rests_until is not None, 0, None
        if rested:
            log.warning("%s answers again", model)
            self._on_change(model, False)
