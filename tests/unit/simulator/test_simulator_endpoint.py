"""The OpenAI-compatible endpoint, driven by the real client over loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import openai
import pytest
import uvicorn

from botops.domain.errors import ModelError
from botops.domain.messages import Message
from botops.simulator import SimulatedModel
from botops.simulator.http import app

PROMPT = "Ты продавец. Отвечай на языке клиента.\n- Чайник — 17 300 ₸\n"
ASKED = [{"role": "system", "content": PROMPT}, {"role": "user", "content": "сколько стоит чайник?"}]


@contextlib.asynccontextmanager
async def serving(model: object) -> AsyncIterator[openai.AsyncOpenAI]:
    """A client of a server on a free loopback port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app(model), log_level="error", lifespan="off", ws="none"))
    task = asyncio.create_task(server.serve([listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn tells of its start by this flag only
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    try:
        async with openai.AsyncOpenAI(base_url=url, api_key="none", max_retries=0) as client:
            yield client
    finally:
        server.should_exit = True
        await task
        listener.close()


def expected() -> str:
    return SimulatedModel().answer([Message("system", PROMPT), Message("user", "сколько стоит чайник?")])


def test_a_plain_completion():
    async def scenario() -> None:
        async with serving(SimulatedModel()) as client:
            reply = await client.chat.completions.create(model="simulated", messages=ASKED)
            again = await client.chat.completions.create(model="simulated", messages=ASKED)
        assert reply.choices[0].message.content == expected()
        assert reply.choices[0].finish_reason == "stop"
        assert reply.usage is not None
        assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
        assert reply == again

    asyncio.run(scenario())


def test_a_streamed_completion_with_usage():
    async def scenario() -> None:
        async with serving(SimulatedModel()) as client:
            stream = await client.chat.completions.create(
                model="simulated", messages=ASKED, stream=True, stream_options={"include_usage": True}
            )
            chunks = [chunk async for chunk in stream]
        text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        assert text == expected()
        assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
        assert chunks[-1].usage is not None
        assert chunks[-1].usage.completion_tokens > 0

    asyncio.run(scenario())


def test_a_stream_without_usage_has_none():
    async def scenario() -> None:
        async with serving(SimulatedModel()) as client:
            stream = await client.chat.completions.create(model="simulated", messages=ASKED, stream=True)
            assert all(chunk.usage is None for chunk in [c async for c in stream])

    asyncio.run(scenario())


def test_limits_content_parts_and_the_developer_role():
    async def scenario() -> None:
        parts = [{"type": "text", "text": "сколько стоит чайник?"}]
        asked = [{"role": "developer", "content": PROMPT}, {"role": "user", "content": parts}]
        async with serving(SimulatedModel()) as client:
            whole = await client.chat.completions.create(model="simulated", messages=asked)
            cut = await client.chat.completions.create(model="simulated", messages=asked, max_completion_tokens=3)
        assert whole.choices[0].message.content == expected()
        assert cut.choices[0].finish_reason == "length"

    asyncio.run(scenario())


def test_models_are_listed():
    async def scenario() -> None:
        async with serving(SimulatedModel(name="sim")) as client:
            assert [m.id async for m in client.models.list()] == ["sim"]
            assert (await client.models.retrieve("sim")).id == "sim"
            with pytest.raises(openai.NotFoundError):
                await client.models.retrieve("other")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "system", "content": PROMPT}],
        [{"role": "wizard", "content": "hi"}],
        [{"role": "user", "content": 5}],
        ["text"],
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_unusable_messages_are_refused(messages, stream):
    async def scenario() -> None:
        async with serving(SimulatedModel()) as client:
            with pytest.raises(openai.BadRequestError):
                await client.chat.completions.create(model="simulated", messages=messages, stream=stream)

    asyncio.run(scenario())


def test_a_wrong_limit_or_a_broken_body_is_refused():
    async def scenario() -> None:
        async with serving(SimulatedModel()) as client:
            with pytest.raises(openai.BadRequestError, match="max_tokens"):
                await client.chat.completions.create(model="simulated", messages=ASKED, max_tokens=0)
            with pytest.raises(openai.BadRequestError, match="not JSON"):
                await client.post("/chat/completions", cast_to=object, options={"headers": {}}, content=b"{")

    asyncio.run(scenario())


class Failing:
    """A model whose provider always refuses."""

    name = "failing"
    simulated = False

    async def complete(self, request, on_text=None):
        raise ModelError("rate_limited", "slow down")


@pytest.mark.parametrize("stream", [False, True])
def test_a_models_fault_becomes_a_status(stream):
    async def scenario() -> None:
        async with serving(Failing()) as client:
            with pytest.raises(openai.RateLimitError, match="slow down"):
                await client.chat.completions.create(model="failing", messages=ASKED, stream=stream)

    asyncio.run(scenario())
