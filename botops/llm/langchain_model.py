"""Any LangChain chat model behind our port, with the guarantees of `botops.llm.call`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from botops.domain.errors import ModelError, UserError
from botops.domain.messages import Message
from botops.domain.ports import ModelReply, ModelRequest, OnText
from botops.llm.call import BoundedCall, Limits, Receiver
from botops.llm.retry import RetryPolicy
from botops.llm.wire import finish_reason
from botops.usage import Api, read_usage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

_FINISH_KEYS = ("finish_reason", "stop_reason", "done_reason", "finishReason")
"""Where LangChain's integrations put why a reply ended: OpenAI and Google, Anthropic, Ollama, others."""


class LangChainModel:
    """A chat model wrapped around a LangChain `BaseChatModel`.

    Set the model's own `max_retries` to 0: there is one retry loop, and it is here. `require_finish_reason=False` is
    for local models that never say why they stopped; a reply cut on the way then goes unnoticed. `secrets` are blotted
    out of error messages. Raises UserError when LangChain is not installed.
    """

    def __init__(
        self,
        chat_model: BaseChatModel,
        *,
        name: str | None = None,
        deadline_s: float = 120.0,
        first_text_s: float | None = None,
        max_reply_chars: int = 20_000,
        attempts: int = 3,
        retry: RetryPolicy | None = None,
        require_finish_reason: bool = True,
        secrets: tuple[str, ...] = (),
    ) -> None:
        try:
            self._messages = importlib.import_module("langchain_core.messages")
        except ImportError as error:
            raise UserError("LangChain is not installed; install it with: pip install 'botops[langchain]'") from error
        self._chat_model = chat_model
        self._name = name or _model_name(chat_model)
        self._limits = Limits(deadline_s, first_text_s, max_reply_chars, retry or RetryPolicy(attempts))
        self._require_finish_reason = require_finish_reason
        self._secrets = secrets

    @property
    def name(self) -> str:
        """The name given, else the one the LangChain model carries."""
        return self._name

    @property
    def simulated(self) -> bool:
        """False: what LangChain wraps is taken for a real model."""
        return False

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """The whole reply; streamed when `on_text` is given. Raises ModelError."""
        call = BoundedCall(self._name, request, self._limits, self._secrets)

        async def attempt(receiver: Receiver) -> None:
            messages = [self._message(message) for message in request.messages]
            options = _options(request)
            if on_text is None:
                await self._take(await self._chat_model.ainvoke(messages, **options), receiver)
            else:
                async for chunk in self._chat_model.astream(messages, **options):
                    await self._take(chunk, receiver)
            if receiver.finish is None and receiver.began:
                receiver.finish = self._finish_unsaid()

        return await call.run(attempt, on_text)

    def _finish_unsaid(self) -> str:
        if self._require_finish_reason:
            raise ModelError(
                "truncated",
                f"{self._name}: the reply ended without a finish reason: it may be cut anywhere. Wrap a model that "
                "never gives one: LangChainModel(model, require_finish_reason=False)",
                model=self._name,
            )
        return "stop"

    async def _take(self, message: AIMessage, receiver: Receiver) -> None:
        told = {"usage_metadata": message.usage_metadata, "response_metadata": message.response_metadata}
        usage = read_usage(told, Api.LANGCHAIN)
        if usage is not None:
            receiver.usage = usage if receiver.usage is None else receiver.usage + usage
        metadata = message.response_metadata
        ended = next((metadata[key] for key in _FINISH_KEYS if metadata.get(key)), None)
        text = str(message.text)
        receiver.began = receiver.began or bool(text or ended)
        model = metadata.get("model_name")
        receiver.model = model if isinstance(model, str) and model else receiver.model
        await receiver.take(text)
        receiver.finish = finish_reason(ended) or receiver.finish

    def _message(self, message: Message) -> BaseMessage:
        kinds = {"system": "SystemMessage", "assistant": "AIMessage"}
        content = message.content if message.role != "tool" else f"[{message.name or 'tool'}] {message.content}"
        kind = getattr(self._messages, kinds.get(message.role, "HumanMessage"))
        result: BaseMessage = kind(content=content)
        return result


def _model_name(chat_model: BaseChatModel) -> str:
    for attribute in ("model_name", "model", "model_id", "deployment_name"):
        value = getattr(chat_model, attribute, None)
        if isinstance(value, str) and value:
            return value
    return type(chat_model).__name__


def _options(request: ModelRequest) -> dict[str, Any]:
    """Call options; only what the prompt sets, since integrations differ in what they take."""
    p = request.parameters
    optional = {
        "model": p.model,
        "temperature": p.temperature,
        "top_p": p.top_p,
        "max_tokens": p.max_tokens,
        "seed": p.seed,
    }
    return {**{key: value for key, value in optional.items() if value is not None}, **p.extra}
