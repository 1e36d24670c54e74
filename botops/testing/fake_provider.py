"""An OpenAI-compatible endpoint on 127.0.0.1 that fails on command.

It speaks raw HTTP/1.1 over a socket, so that a client meets faults exactly as a network and a bad provider make them:
a body cut in the middle, a stream that ends without a word, a drip that never ends.

    async with FakeProvider(["429", "ok_stream"]) as fake:
        model = OpenAIModel("any-model", api_key="test", base_url=fake.base_url)
        ...
    assert len(fake.requests) == 2

In tests without a loop of their own use `with FakeProvider(...) as fake:`; it then runs in a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, get_args

Mode = Literal[
    "ok",                # a whole reply; streamed when the request asks for a stream
    "ok_stream",         # a streamed reply whatever was asked
    "401",               # a refused key, echoed in the message as careless providers do
    "429",               # too many requests, with Retry-After
    "500",               # a server error with a JSON body
    "503_html",          # a load balancer's page
    "hang",              # takes the request and never answers
    "cut_body",          # announces a body and closes in the middle of it
    "cut_stream",        # a stream that ends cleanly after "… 45 00", with no finish reason
    "drip",              # a stream that sends a word now and then, for ever
    "bad_json",          # 200 with half a JSON document
    "html_200",          # 200 with a web page
    "empty_choices",     # 200 with `choices: []`
    "error_mid_stream",  # an error object after two pieces of text
    "error_200",         # 200 with an error object for a body
    "bad_json_stream",   # an event that is not JSON after two pieces of text
    "huge",              # 20 MB of reply
    "no_finish",         # a whole reply or stream without a finish reason
    "no_usage",          # a whole reply or stream without usage
    "length",            # stopped by the token limit
    "filtered",          # stopped by the content filter
    "slow_first",        # answers well after `delay_s`
    "no_end",            # a finished stream whose connection stays open and sends no usage
    "cut_end",           # a finished stream whose connection breaks before the usage
]  # fmt: skip

USAGE: Mapping[str, Any] = {
    "prompt_tokens": 120,
    "completion_tokens": 40,
    "total_tokens": 160,
    "prompt_tokens_details": {"cached_tokens": 100},
    "completion_tokens_details": {"reasoning_tokens": 10},
}
_HUGE_BYTES = 20_000_000
_CUT_AFTER = "45 00"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the fake does with one call. `delay_s` is the pause of `slow_first` and between the pieces of `drip`."""

    mode: Mode = "ok"
    text: str = "Здравствуйте! Тариф «Команда» стоит 45 000 ₸ в месяц."
    retry_after: str = "0"
    delay_s: float = 0.05
    usage: Mapping[str, Any] = field(default_factory=lambda: USAGE)

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            raise ValueError(f"unknown mode {self.mode!r}; known: {', '.join(get_args(Mode))}")


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request as it arrived. Header names are in lower case; `body` is the decoded JSON."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


class FakeProvider:
    """The endpoint. Calls are answered by the script in order; its last entry answers all further calls."""

    def __init__(self, script: Sequence[Behaviour | Mode] = ("ok",)) -> None:
        if not script:
            raise ValueError("the script of a fake provider needs at least one behaviour")
        self._script = [step if isinstance(step, Behaviour) else Behaviour(step) for step in script]
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread: _Thread | None = None
        self._arrival = asyncio.Condition()
        self.requests: list[RecordedRequest] = []
        self.port = 0

    @property
    def base_url(self) -> str:
        """The address to configure as the provider's."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self) -> None:
        """Starts listening on a free port of 127.0.0.1."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Closes every connection and the port."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()

    async def asked(self, calls: int = 1) -> None:
        """Returns when this many calls have arrived; for tests in the fake's own loop."""
        async with self._arrival:
            await self._arrival.wait_for(lambda: len(self.requests) >= calls)

    async def __aenter__(self) -> FakeProvider:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def __enter__(self) -> FakeProvider:
        self._thread = _Thread(self)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._thread is not None
        self._thread.stop()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            request = await _read_request(reader)
            if request is not None:
                async with self._arrival:
                    self.requests.append(request)
                    self._arrival.notify_all()
                step = self._script[min(len(self.requests), len(self._script)) - 1]
                async for part in _answer(step, request):
                    writer.write(part)
                    await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the fake is being stopped: both are part of its work
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()


class _Thread(threading.Thread):
    """Runs a fake in a loop of its own."""

    def __init__(self, fake: FakeProvider) -> None:
        super().__init__(name="fake-provider", daemon=True)
        self._fake = fake
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def start(self) -> None:
        super().start()
        if not self._ready.wait(10):
            raise RuntimeError("the fake provider did not start within 10 s")

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        async with self._fake:
            self._ready.set()
            await self._stopping.wait()

    def stop(self) -> None:
        assert self._loop is not None
        assert self._stopping is not None
        self._loop.call_soon_threadsafe(self._stopping.set)
        self.join(10)


async def _read_request(reader: asyncio.StreamReader) -> RecordedRequest | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, path, _ = first.split(" ", 2)
    raw = await reader.readexactly(int(headers.get("content-length", "0")))
    return RecordedRequest(method, path, headers, json.loads(raw) if raw else {})


async def _answer(step: Behaviour, request: RecordedRequest) -> AsyncIterator[bytes]:
    streamed = bool(request.body.get("stream")) or step.mode == "ok_stream"
    if step.mode == "hang":
        await asyncio.sleep(3600)
    elif step.mode in _STATUS_MODES:
        yield _status_answer(step, request)
    elif step.mode in _BODY_MODES:
        yield _body_answer(step)
    elif step.mode == "slow_first":
        await asyncio.sleep(step.delay_s)
        async for part in _answer(Behaviour("ok", step.text, usage=step.usage), request):
            yield part
    elif streamed or step.mode in _STREAM_MODES:
        async for part in _stream(step, request):
            yield part
    else:
        async for part in _whole(step, request):
            yield part


_STATUS_MODES = frozenset({"401", "429", "500", "503_html"})
_BODY_MODES = frozenset({"bad_json", "html_200", "empty_choices", "error_200"})
_STREAM_MODES = frozenset({"drip", "error_mid_stream", "bad_json_stream", "cut_stream", "no_end", "cut_end"})


def _head(status: str, kind: str, length: int | None, extra: str = "") -> bytes:
    size = "" if length is None else f"content-length: {length}\r\n"
    return f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{size}{extra}connection: close\r\n\r\n".encode("latin-1")


def _json_answer(status: str, data: object, extra: str = "") -> bytes:
    body = json.dumps(data, ensure_ascii=False).encode()
    return _head(status, "application/json", len(body), extra) + body


def _status_answer(step: Behaviour, request: RecordedRequest) -> bytes:
    if step.mode == "401":
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        message = f"Incorrect API key provided: {key}"
        return _json_answer("401 Unauthorized", {"error": {"message": message, "code": "invalid_api_key"}})
    if step.mode == "429":
        error = {"error": {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}}
        return _json_answer("429 Too Many Requests", error, f"retry-after: {step.retry_after}\r\n")
    if step.mode == "500":
        return _json_answer("500 Internal Server Error", {"error": {"message": "The server had an error"}})
    page = b"<html><body>Service Temporarily Unavailable</body></html>"
    return _head("503 Service Unavailable", "text/html", len(page)) + page


def _body_answer(step: Behaviour) -> bytes:
    if step.mode == "empty_choices":
        return _json_answer("200 OK", {"id": "c1", "object": "chat.completion", "choices": [], "usage": None})
    if step.mode == "error_200":
        return _json_answer("200 OK", {"error": {"message": "Upstream is overloaded", "code": 503}})
    kind, body = ("application/json", b'{"id": "c1", "choices": [{"message": {"content": "45 0')
    if step.mode == "html_200":
        kind, body = "text/html", b"<!doctype html><html><body>Sign in to the network</body></html>"
    return _head("200 OK", kind, len(body)) + body


def _finish_of(mode: Mode) -> str | None:
    return {"no_finish": None, "length": "length", "filtered": "content_filter"}.get(mode, "stop")


async def _whole(step: Behaviour, request: RecordedRequest) -> AsyncIterator[bytes]:
    text = "x" * _HUGE_BYTES if step.mode == "huge" else step.text
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": _finish_of(step.mode)}
    data = {"id": "c1", "object": "chat.completion", "model": request.body.get("model", ""), "choices": [choice]}
    if step.mode != "no_usage":
        data["usage"] = dict(step.usage)
    answer = _json_answer("200 OK", data)
    yield answer[: len(answer) // 2] if step.mode == "cut_body" else answer


def _event(request: RecordedRequest, choices: list[dict[str, Any]], **more: Any) -> bytes:
    data = {"id": "c1", "object": "chat.completion.chunk", "model": request.body.get("model", ""), "choices": choices}
    return b"data: " + json.dumps(data | more, ensure_ascii=False).encode() + b"\n\n"


def _text_event(request: RecordedRequest, text: str) -> bytes:
    return _event(request, [{"index": 0, "delta": {"content": text}, "finish_reason": None}])


async def _stream(step: Behaviour, request: RecordedRequest) -> AsyncIterator[bytes]:
    yield _head("200 OK", "text/event-stream", _HUGE_BYTES if step.mode in {"cut_body", "cut_end"} else None)
    yield _event(request, [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}])
    async for part in _stream_text(step, request):
        yield part
    if step.mode in {"cut_stream", "cut_body", "error_mid_stream", "bad_json_stream"}:
        return
    if (finish := _finish_of(step.mode)) is not None:
        yield _event(request, [{"index": 0, "delta": {}, "finish_reason": finish}])
    if step.mode == "no_end":
        await asyncio.sleep(3600)
    if step.mode == "cut_end":
        return
    if step.mode != "no_usage" and (request.body.get("stream_options") or {}).get("include_usage"):
        yield _event(request, [], usage=dict(step.usage))
    yield b"data: [DONE]\n\n"


async def _stream_text(step: Behaviour, request: RecordedRequest) -> AsyncIterator[bytes]:
    if step.mode == "huge":
        for _ in range(_HUGE_BYTES // 10_000):
            yield _text_event(request, "x" * 10_000)
        return
    if step.mode == "drip":
        while True:
            yield _text_event(request, "и ещё ")
            await asyncio.sleep(step.delay_s)
    if step.mode in {"cut_stream", "cut_body"}:
        yield _text_event(request, "Стоимость ")
        yield _text_event(request, _CUT_AFTER)
        return
    if step.mode in {"error_mid_stream", "bad_json_stream"}:
        yield _text_event(request, "Стоимость ")
        yield _text_event(request, _CUT_AFTER)
        broken = b'{"choices": [{"delta'
        error = json.dumps({"error": {"message": "The server had an error", "type": "server_error"}}).encode()
        yield b"data: " + (broken if step.mode == "bad_json_stream" else error) + b"\n\n"
        return
    for start in range(0, len(step.text), 7):
        yield _text_event(request, step.text[start : start + 7])
