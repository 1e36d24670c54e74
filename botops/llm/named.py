"""A model asked for by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botops.domain.ports import ChatModel, ModelReply, ModelRequest, OnText


class NamedModel:
    """Answers with `inner`'s own model, whatever model a prompt names for itself.

    Without it a comparison of two models would ask twice the one that the prompt prefers.
    """

    def __init__(self, inner: ChatModel) -> None:
        self.inner = inner

    @property
    def name(self) -> str:
        """The name of the model that answers."""
        return self.inner.name

    @property
    def simulated(self) -> bool:
        """Whether the model that answers is a simulated one."""
        return self.inner.simulated

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """The inner model's reply. Raises ModelError as it does."""
        if request.parameters.model is not None:
            request = replace(request, parameters=replace(request.parameters, model=None))
        return await self.inner.complete(request, on_text)

    async def aclose(self) -> None:
        """Closes the inner model's connections, where it has some."""
        close = getattr(self.inner, "aclose", None)
        if close is not None:
            await close()
