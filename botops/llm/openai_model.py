"""Any OpenAI-compatible endpoint, over httpx2.

The protocol is a POST with JSON and either JSON or server-sent events in return; pool, time-outs and the reading of
events are the library's. Everything that decides whether a reply may be used is in `call`. Why not the openai client:
docs/adr/0012-openai-protocol-over-httpx2.md.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2

from botops import __version__
from botops.domain.errors import ModelError
from botops.domain.messages import Message
from botops.domain.ports import ModelReply, ModelRequest, OnText
from botops.llm.call import BoundedCall, Limits, Receiver
from botops.llm.errors import ReplyTooLargeError, blot, detail_of, error_object, fault_of_error_object
from botops.llm.retry import RetryPolicy
from botops.llm.wire import Piece, read_piece

DEFAULT_BASE_URL = "https://api.openai.com/v1"
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
_END = "[DONE]"


class OpenAIModel:
    """A chat model behind an OpenAI-compatible endpoint.

    `deadline_s` caps the deadline of every request; `max_reply_chars` the length of a reply; `attempts` (or a whole
    `retry` policy) the calls made for one request. `headers` go with every call; `transport` replaces the network, in
    tests and behind odd proxies.
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
        headers: Mapping[str, str] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self._model = model
        self._api_key = api_key
        self._base_url = base_url or DEFAULT_BASE_URL
        self._url = self._base_url.rstrip("/") + "/chat/completions"
        self._headers = dict(headers or {})
        self._limits = Limits(deadline_s, first_text_s, max_reply_chars, retry or RetryPolicy(attempts))
        self._transport = transport
        self._client: httpx2.AsyncClient | None = None
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
            await client.aclose()

    def _client_of_this_loop(self) -> httpx2.AsyncClient:
        """The client, made anew when the loop has changed: pooled connections belong to the loop they were made in."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client, self._loop = self._new_client(), loop
        return self._client

    def _new_client(self) -> httpx2.AsyncClient:
        cap = _SPARE_BYTES + _BYTES_PER_CHAR * self._limits.max_reply_chars

        async def bound(response: httpx2.Response) -> None:
            assert isinstance(response.stream, httpx2.AsyncByteStream)
            packed = response.headers.get("content-encoding", "identity") != "identity"
            response.stream = _Capped(response.stream, max(_PACKED_BYTES, cap // _PACKING) if packed else cap)

        # Local servers need no key; some want the header all the same.
        own = {
            "authorization": f"Bearer {self._api_key or 'none'}",
            "accept-encoding": "identity",
            "user-agent": f"botops/{__version__}",
        }
        # Reads wait as long as the deadline of the call allows; only connecting has a time-out of its own.
        return httpx2.AsyncClient(
            headers=own | self._headers,
            timeout=httpx2.Timeout(None, connect=_CONNECT_S),
            limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=100),
            transport=self._transport,
            event_hooks={"response": [bound]},
            follow_redirects=False,
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

    async def _read_body(self, client: httpx2.AsyncClient, body: dict[str, Any], receiver: Receiver) -> None:
        async with client.stream("POST", self._url, json=body) as response:
            await _accept(response)
            receiver.accepted = True
            content = await response.aread()
        await self._take(self._decoded(content), receiver)

    async def _read_stream(self, client: httpx2.AsyncClient, body: dict[str, Any], receiver: Receiver) -> None:
        async with client.stream("POST", self._url, json=body) as response:
            await _accept(response)
            receiver.accepted = True
            # Servers and proxies that call their events something else are read all the same; events are UTF-8.
            response.headers["content-type"] = "text/event-stream"
            try:
                await self._read_events(httpx2.EventSource(response), receiver)
            except httpx2.TransportError:
                if receiver.finish is None:
                    raise

    async def _read_events(self, events: httpx2.EventSource, receiver: Receiver) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as grace:
                async for event in events:
                    if event.data.startswith(_END):
                        return
                    await self._take(self._decoded(event.data), receiver)
                    if receiver.finish is not None and grace.when() is None:
                        grace.reschedule(loop.time() + _USAGE_GRACE_S)
        except TimeoutError:
            if not grace.expired():
                raise

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

    def _decoded(self, content: bytes | str) -> object:
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ModelError("bad_response", self._said(f"the reply is not JSON ({type(error).__name__})")) from None

    def _said(self, text: str) -> str:
        return f"{self._model}: {blot(text, (self._api_key,))}"


class _RefusedError(Exception):
    """An answer that is no success, with what `model_error` classes it by."""

    def __init__(self, response: httpx2.Response, body: object) -> None:
        self.response, self.body = response, body
        super().__init__(body if isinstance(body, str) and body else response.reason_phrase)


async def _accept(response: httpx2.Response) -> None:
    """Raises _RefusedError unless the answer is a success; what cannot be read of its body is left out."""
    if response.is_success:
        return
    content = b""
    try:
        content = await response.aread()
        body: object = json.loads(content)
    except (httpx2.TransportError, ReplyTooLargeError, ValueError, RecursionError):
        body = content.decode("utf-8", "replace")
    raise _RefusedError(response, body) from None


class _Capped(httpx2.AsyncByteStream):
    """A stream broken off with ReplyTooLargeError after `cap` bytes, whatever shape the body has."""

    def __init__(self, stream: httpx2.AsyncByteStream, cap: int) -> None:
        self._stream, self._cap = stream, cap

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._stream:
            size += len(part)
            if size > self._cap:
                raise ReplyTooLargeError(f"the reply passed {self._cap} bytes and was dropped")
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()


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
