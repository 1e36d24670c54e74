"""Any OpenAI-compatible endpoint, through the openai client.

The client is used for what it does well (transport, authentication, server-sent events). What it leaves open is done
here: it retries by itself, returns a cut stream as success, never bounds the total time and raises bare JSON errors.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botops.domain.errors import ModelError
from botops.domain.messages import Message
from botops.domain.ports import ModelReply, ModelRequest, OnText
from botops.llm.call import BoundedCall, Limits, Receiver
from botops.llm.errors import ReplyTooLargeError, blot, detail_of, error_object, fault_of_error_object
from botops.llm.retry import RetryPolicy
from botops.llm.wire import Piece, read_piece

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

DEFAULT_BASE_URL = "https://api.openai.com/v1"
_PATH = "/chat/completions"
_CONNECT_S = 5.0
_CONNECTIONS = 1000
"""The library's own 100 would make the 101st dialogue wait inside its deadline."""
_USAGE_GRACE_S = 2.0
"""How long a finished stream may still take to send its usage; a late count is estimated, not waited for."""
_BYTES_PER_CHAR = 512
"""A stream that sends one character a chunk needs about 300 bytes for each."""
_SPARE_BYTES = 256 * 1024
_PACKING = 64
_PACKED_BYTES = 16 * 1024
"""We ask for no compression. Of a server that compresses all the same less is taken, as little can unpack to much."""


class OpenAIModel:
    """A chat model behind an OpenAI-compatible endpoint.

    `deadline_s` caps the deadline of every request; `max_reply_chars` the length of a reply; `attempts` (or a whole
    `retry` policy) the calls made for one request. `transport` replaces the network, in tests and behind odd proxies.
    """

    def __init__(
        self,
        model: str,
        *,
        api_key: str,
        base_url: str | None = None,
        deadline_s: float = 120.0,
        first_text_s: float | None = None,
        max_reply_chars: int = 20_000,
        attempts: int = 3,
        retry: RetryPolicy | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._model = model
        self._api_key = api_key
        self._base_url = base_url or DEFAULT_BASE_URL
        self._limits = Limits(deadline_s, first_text_s, max_reply_chars, retry or RetryPolicy(attempts))
        self._transport = transport
        importlib.import_module("openai.resources.chat")  # about a second: now, not inside the first turn
        self._client: AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def name(self) -> str:
        """The model's name as configured."""
        return self._model

    @property
    def simulated(self) -> bool:
        """False: a provider answers."""
        return False

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """The whole reply; streamed when `on_text` is given. Raises ModelError."""
        client = self._client_of_this_loop()
        call = BoundedCall(request.parameters.model or self._model, request, self._limits, (self._api_key,))

        async def attempt(receiver: Receiver) -> None:
            if on_text is None:
                await self._read_body(client, self._body(request), receiver)
            else:
                streaming = {"stream": True, "stream_options": {"include_usage": True}}
                await self._read_stream(client, self._body(request) | streaming, receiver)

        return await call.run(attempt, on_text)

    async def aclose(self) -> None:
        """Closes the connections of the running loop."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _client_of_this_loop(self) -> AsyncOpenAI:
        """The client, made anew when the loop has changed: pooled connections belong to the loop they were made in."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client, self._loop = self._new_client(), loop
        return self._client

    def _new_client(self) -> AsyncOpenAI:
        import httpx2
        from openai import AsyncOpenAI

        cap = _SPARE_BYTES + _BYTES_PER_CHAR * self._limits.max_reply_chars

        async def bound(response: httpx2.Response) -> None:
            assert isinstance(response.stream, httpx2.AsyncByteStream)
            packed = response.headers.get("content-encoding", "identity") != "identity"
            response.stream = _capped(response.stream, max(_PACKED_BYTES, cap // _PACKING) if packed else cap)

        # Reads wait as long as the deadline of the call allows; only connecting has a time-out of its own.
        http = httpx2.AsyncClient(
            headers={"accept-encoding": "identity"},
            timeout=httpx2.Timeout(None, connect=_CONNECT_S),
            limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=100),
            transport=self._transport,
            event_hooks={"response": [bound]},
            follow_redirects=False,
        )
        # An empty key is refused by the client, and local servers need none.
        return AsyncOpenAI(
            api_key=self._api_key or "none",
            base_url=self._base_url,
            max_retries=0,
            timeout=httpx2.Timeout(None, connect=_CONNECT_S),
            http_client=http,
        )

    def _body(self, request: ModelRequest) -> dict[str, Any]:
        parameters = request.parameters
        limit = "max_completion_tokens" if _is_openai(self._base_url) else "max_tokens"
        optional = {
            "temperature": parameters.temperature,
            "top_p": parameters.top_p,
            limit: parameters.max_tokens,
            "seed": parameters.seed,
        }
        return {
            "model": parameters.model or self._model,
            "messages": [_wire_message(message) for message in request.messages],
            **{key: value for key, value in optional.items() if value is not None},
            **parameters.extra,
        }

    async def _read_body(self, client: AsyncOpenAI, body: dict[str, Any], receiver: Receiver) -> None:
        create = client.chat.completions.with_streaming_response.create
        # Read by hand: the client would decode the JSON itself, and let its error through bare. Everything goes as
        # `extra_body`, as it stands: what is given by name the client first turns over field by field, for 1 ms a call.
        async with create(model=body["model"], messages=(), extra_body=body) as response:
            receiver.accepted = True
            content = await response.read()
        await self._take(self._decoded(content), receiver)

    async def _read_stream(self, client: AsyncOpenAI, body: dict[str, Any], receiver: Receiver) -> None:
        from openai import APIConnectionError, AsyncStream

        stream = await client.post(_PATH, cast_to=object, body=body, stream=True, stream_cls=AsyncStream[object])
        receiver.accepted = True
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as grace:
                async for chunk in stream:
                    await self._take(chunk, receiver)
                    if receiver.finish is not None and grace.when() is None:
                        grace.reschedule(loop.time() + _USAGE_GRACE_S)
        except TimeoutError:
            if not grace.expired():
                raise
        except APIConnectionError:
            if receiver.finish is None:
                raise
        finally:
            await stream.close()

    async def _take(self, data: object, receiver: Receiver) -> None:
        if (error := error_object(data)) is not None:
            raise ModelError(
                fault_of_error_object(error), self._said(f"the provider sent an error: {detail_of(error)}")
            )
        piece: Piece = read_piece(data)
        if not piece.recognised:
            raise ModelError("bad_response", self._said("the reply is no chat completion"))
        receiver.usage = piece.usage or receiver.usage
        receiver.model = piece.model or receiver.model
        receiver.refusal += piece.refusal
        receiver.began = receiver.began or bool(piece.text or piece.finish or piece.refusal)
        await receiver.take(piece.text)
        receiver.finish = piece.finish or receiver.finish

    def _decoded(self, content: bytes) -> object:
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ModelError("bad_response", self._said(f"the reply is not JSON ({type(error).__name__})")) from None

    def _said(self, text: str) -> str:
        return f"{self._model}: {blot(text, (self._api_key,))}"


def _capped(stream: httpx2.AsyncByteStream, cap: int) -> httpx2.AsyncByteStream:
    """The same stream, broken off with ReplyTooLargeError after `cap` bytes, whatever shape the body has."""
    import httpx2

    class Capped(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for part in stream:
                size += len(part)
                if size > cap:
                    raise ReplyTooLargeError(f"the reply passed {cap} bytes and was dropped")
                yield part

        async def aclose(self) -> None:
            await stream.aclose()

    return Capped()


def _wire_message(message: Message) -> dict[str, str]:
    """A message as the endpoint takes it.

    A tool's result goes as the user's words with the tool named: the protocol accepts the role `tool` only after a call
    with an id, which logs do not keep, and a system message would give foreign text the authority of the prompt.
    """
    if message.role == "tool":
        return {"role": "user", "content": f"[{message.name or 'tool'}] {message.content}"}
    return {"role": message.role, "content": message.content}


def _is_openai(base_url: str) -> bool:
    """True for OpenAI itself, whose newer models refuse `max_tokens`; compatible servers often know nothing else."""
    host = urlsplit(base_url).hostname or ""
    return host == "api.openai.com" or host.endswith(".api.openai.com")
