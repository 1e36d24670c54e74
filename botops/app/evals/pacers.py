"""The pace of every model of a run: one for each, whether it answers, judges or plays clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.domain.errors import RETRYABLE
from botops.evals.pacing import Pace, PacedModel, Pacer
from botops.llm.estimate import estimate_messages

if TYPE_CHECKING:
    from botops.app.evals.request import EvalRequest
    from botops.domain.ports import ChatModel, ModelRequest

RETRIED = RETRYABLE - {"rate_limited"}
"""What a model tries again by itself in an eval: a refused call is for the pacer, which stops all that ask it."""


class Pacers:
    """Makes pacers at the request's pace and keeps them by how a model was asked for."""

    def __init__(self, request: EvalRequest) -> None:
        self._pace = Pace(
            request.concurrency, request.requests_per_minute, request.tokens_per_minute, request.max_wait
        )  # fmt: skip
        self._known: dict[tuple[str, str], Pacer] = {}

    def of(self, wanted: str, model: ChatModel) -> Pacer | None:
        """The pacer of a model; None for one that is no server's, which needs no sparing."""
        if model.simulated:
            return None

        def tokens_of(request: ModelRequest) -> int:
            return estimate_messages(request.messages, model.name, wait=False)

        return self._known.setdefault((wanted, model.name), Pacer(self._pace, tokens_of))

    def paced(self, wanted: str, model: ChatModel) -> ChatModel:
        """The model at its pace."""
        pacer = self.of(wanted, model)
        return model if pacer is None else PacedModel(model, pacer)
