"""The simulated model behind an OpenAI-compatible endpoint, so that the real client is exercised on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import blake2b
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from botops.domain.errors import ModelError
from botops.domain.messages import Message, Role
from botops.domain.ports import ChatModel, ModelReply, ModelRequest
from botops.domain.prompts import ModelParameters
from botops.domain.usage import Usage

MAX_BODY = 4_000_000
"""Longest request body taken, in bytes."""
_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_STATUS = {"rate_limited": 429, "auth": 401, "bad_request": 400, "timeout": 504}


class _BadRequestError(Exception):
    """A body this endpoint cannot use; the message says why."""


def app(model: ChatModel) -> Starlette:
    """`POST /v1/chat/completions` (plain and streamed, with usage) and `GET /v1/models` over a model."""

    async def completions(request: Request) -> Response:
        body = await request.body()
        try:
            wanted = _parsed(body)
            asked = _request(wanted)
        except _BadRequestError as error:
            return _error(400, str(error), "invalid_request_error")
        if wanted.get("stream"):
            options = wanted.get("stream_options")
            with_usage = isinstance(options, dict) and bool(options.get("include_usage"))
            return await _streamed(model, asked, body, with_usage=with_usage)
        try:
            reply = await model.complete(asked)
        except ModelError as error:
            return _failed(error)
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": reply.text, "refusal": None},
            "logprobs": None,
        }
        return JSONResponse(
            _envelope(body, reply.model, "chat.completion")
            | {"choices": [choice | {"finish_reason": reply.finish_reason}], "usage": _usage(reply.usage)}
        )

    async def models(_: Request) -> Response:
        return JSONResponse({"object": "list", "data": [_model_card(model.name)]})

    return Starlette(
        routes=[
            Route("/v1/chat/completions", completions, methods=["POST"]),
            Route("/v1/models", models),
            Route("/v1/models/{name:path}", _one_model(model)),
        ]
    )


def _one_model(model: ChatModel) -> Any:
    async def one(request: Request) -> Response:
        if request.path_params["name"] != model.name:
            return _error(404, f"The model `{request.path_params['name']}` does not exist", "invalid_request_error")
        return JSONResponse(_model_card(model.name))

    return one


def _model_card(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "botops"}


def _parsed(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BODY:
        raise _BadRequestError(f"the body has {len(body)} bytes, at most {MAX_BODY} are taken")
    try:
        data = json.loads(body)
    except ValueError as error:
        raise _BadRequestError(f"the body is not JSON: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("messages"), list) or not data["messages"]:
        raise _BadRequestError("`messages` must be a list with at least one message")
    return data


def _request(data: dict[str, Any]) -> ModelRequest:
    messages = tuple(_message(m, n) for n, m in enumerate(data["messages"]))
    limit = data.get("max_completion_tokens", data.get("max_tokens"))
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise _BadRequestError("`max_tokens` must be a whole number above 0")
    return ModelRequest(messages, ModelParameters(model=data.get("model"), max_tokens=limit))


def _message(data: Any, n: int) -> Message:
    role = _ROLES.get(data.get("role", "")) if isinstance(data, dict) else None
    if role is None:
        raise _BadRequestError(f"messages[{n}]: `role` must be one of {', '.join(_ROLES)}")
    content = data.get("content")
    if isinstance(content, list):
        content = "".join(p.get("text", "") for p in content if isinstance(p, dict) and p.get("type") == "text")
    if content is None and role == "assistant":
        content = ""
    if not isinstance(content, str):
        raise _BadRequestError(f"messages[{n}]: `content` must be text")
    return Message(role, content, name=data.get("name"))


async def _streamed(model: ChatModel, asked: ModelRequest, body: bytes, *, with_usage: bool) -> Response:
    """Server-sent events. A fault before the first word is an HTTP error, as with a real provider."""
    pieces: asyncio.Queue[str | None] = asyncio.Queue()
    task = asyncio.ensure_future(_collect(model, asked, pieces))
    first = await pieces.get()
    if first is None:
        await asyncio.wait({task})
        if isinstance(fault := task.exception(), ModelError):
            return _failed(fault)
    events = _events(model.name, body, pieces, first, task, with_usage=with_usage)
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})


async def _collect(model: ChatModel, asked: ModelRequest, pieces: asyncio.Queue[str | None]) -> ModelReply:
    try:
        return await model.complete(asked, pieces.put)
    finally:
        pieces.put_nowait(None)


async def _events(
    name: str,
    body: bytes,
    pieces: asyncio.Queue[str | None],
    first: str | None,
    task: asyncio.Future[ModelReply],
    *,
    with_usage: bool,
) -> AsyncIterator[str]:
    head = _envelope(body, name, "chat.completion.chunk")

    def event(delta: dict[str, str], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event(head | {"choices": [choice]} | ({"usage": None} if with_usage else {}))

    try:
        yield event({"role": "assistant", "content": ""})
        piece = first
        while piece is not None:
            yield event({"content": piece})
            piece = await pieces.get()
        reply = await task
        yield event({}, reply.finish_reason)
        if with_usage:
            yield _event(head | {"choices": [], "usage": _usage(reply.usage)})
        yield "data: [DONE]\n\n"
    finally:
        task.cancel()


def _event(data: dict[str, Any]) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


def _envelope(body: bytes, model: str, kind: str) -> dict[str, Any]:
    """The outer fields of an answer. The id follows from the request, so that equal requests give equal answers."""
    return {"id": f"chatcmpl-{blake2b(body, digest_size=12).hexdigest()}", "object": kind, "created": 0, "model": model}


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens, "audio_tokens": 0},
    }


def _failed(error: ModelError) -> JSONResponse:
    return _error(_STATUS.get(error.fault, 500), str(error), "api_error")


def _error(status: int, message: str, kind: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": kind, "param": None, "code": None}}, status_code=status)
