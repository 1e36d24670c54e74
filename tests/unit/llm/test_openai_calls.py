"""What goes to an OpenAI-compatible endpoint and what comes back from it."""

import asyncio
import gzip
import json
import time
from types import MappingProxyType

import httpx2
import pytest

from botops.domain.errors import ModelError
from botops.domain.messages import Message
from botops.domain.ports import ModelRequest
from botops.domain.prompts import ModelParameters
from botops.domain.usage import Usage
from botops.llm.openai_model import OpenAIModel
from botops.llm.retry import RetryPolicy
from botops.testing import Behaviour, FakeProvider

ASK = (Message("system", "Отвечайте коротко."), Message("user", "Сколько стоит фильтр?"))
QUICK = RetryPolicy(3, base_s=0.01, random=lambda: 0.0)


def run(script, scenario, **options):
    """Runs `scenario(model, fake)` against a fake provider with this script."""

    async def main():
        async with FakeProvider(script) as fake:
            settings = {"api_key": "test", "base_url": fake.base_url, "retry": QUICK} | options
            model = OpenAIModel("any-model", **settings)
            try:
                return await scenario(model, fake)
            finally:
                await model.aclose()

    return asyncio.run(main())


async def ignore(piece):
    assert piece


def test_a_whole_reply_with_the_usage_the_provider_counted():
    async def scenario(model, fake):
        return await model.complete(ModelRequest(ASK)), fake.requests[0]

    reply, request = run(["ok"], scenario)
    assert reply.usage == Usage(input_tokens=120, cached_tokens=100, output_tokens=40, reasoning_tokens=10)
    assert reply.model == "any-model"
    assert reply.first_text_s is not None
    assert 0 <= reply.first_text_s <= reply.seconds
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer test"
    assert request.body == {
        "model": "any-model",
        "messages": [
            {"role": "system", "content": "Отвечайте коротко."},
            {"role": "user", "content": "Сколько стоит фильтр?"},
        ],
    }


def test_a_stream_asks_for_its_usage_and_comes_in_pieces():
    pieces = []

    async def keep(piece):
        pieces.append(piece)

    async def scenario(model, fake):
        return await model.complete(ModelRequest(ASK), keep), fake.requests[0].body

    reply, body = run(["ok"], scenario)
    assert len(pieces) > 1
    assert "".join(pieces) == reply.text
    assert not reply.usage.estimated
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}


def test_parameters_go_out_when_they_are_set_and_a_tool_is_quoted_as_the_client():
    parameters = ModelParameters("other-model", 0.2, 0.9, 300, 7, MappingProxyType({"service_tier": "flex"}))
    messages = (*ASK, Message("tool", "осталось 3 шт.", name="stock"))

    async def scenario(model, fake):
        await model.complete(ModelRequest(messages, parameters))
        return fake.requests[0].body

    body = run(["ok"], scenario)
    assert body["messages"][-1] == {"role": "user", "content": "[stock] осталось 3 шт."}
    del body["messages"]
    assert body == {
        "model": "other-model",
        "temperature": 0.2,
        "top_p": 0.9,
        "max_tokens": 300,
        "seed": 7,
        "service_tier": "flex",
    }


@pytest.mark.parametrize("called", ["text/event-stream; charset=latin-1", "application/json", "text/plain"])
def test_a_stream_is_read_whatever_the_server_calls_it(called):
    events = (
        ": ping\r\n\r\nevent: message\r\n"
        'data: {"choices": [{"index": 0, "delta": {"content": "45\u2028000 ₸"}}]}\r\n\r\n'
        'data: {"choices": [{"index": 0, "delta": {},\ndata: "finish_reason": "stop"}]}\n\n'
        "data: [DONE]\n\n"
    )

    async def main():
        answer = httpx2.Response(200, headers={"content-type": called}, content=events.encode())
        model = OpenAIModel("any-model", api_key="test", transport=httpx2.MockTransport(lambda request: answer))
        reply = await model.complete(ModelRequest(ASK), ignore)
        await model.aclose()
        return reply.text

    assert asyncio.run(main()) == "45\u2028000 ₸"


def test_openai_itself_is_told_the_limit_under_its_new_name():
    seen = []

    def answer(request):
        seen.append(json.loads(request.content))
        choice = {"index": 0, "message": {"content": "да"}, "finish_reason": "stop"}
        return httpx2.Response(200, json={"choices": [choice]})

    async def main():
        model = OpenAIModel("gpt-5-mini", api_key="test", transport=httpx2.MockTransport(answer))
        reply = await model.complete(ModelRequest(ASK, ModelParameters(max_tokens=50)))
        await model.aclose()
        return reply

    reply = asyncio.run(main())
    assert (reply.text, reply.model, reply.usage.estimated) == ("да", "gpt-5-mini", True)
    assert seen[0]["max_completion_tokens"] == 50
    assert "max_tokens" not in seen[0]


@pytest.mark.parametrize("streamed", [False, True])
def test_usage_the_provider_leaves_out_is_estimated_and_marked(streamed):
    async def scenario(model, fake):
        return await model.complete(ModelRequest(ASK), ignore if streamed else None)

    usage = run(["no_usage"], scenario).usage
    assert usage.estimated
    assert usage.input_tokens > 10
    assert usage.output_tokens > 5


def test_a_second_try_cures_a_passing_fault_and_bills_both_tries():
    async def scenario(model, fake):
        return await model.complete(ModelRequest(ASK), ignore), len(fake.requests)

    reply, calls = run(["500", "429", "ok"], scenario)
    assert calls == 3
    assert reply.usage.input_tokens == 120

    empty = Behaviour("ok", text="", usage={"prompt_tokens": 50, "completion_tokens": 1})
    reply, calls = run([empty, "ok"], scenario)
    assert calls == 2
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (170, 41)
    assert [(used.input_tokens, used.output_tokens) for used in reply.tries] == [(50, 1), (120, 40)]
    assert reply.billed == reply.tries


def test_one_request_that_was_billed_is_its_own_usage():
    async def scenario(model, fake):
        return await model.complete(ModelRequest(ASK))

    reply = run(["500", "ok"], scenario)
    assert (reply.tries, reply.billed) == ((), (reply.usage,))


def test_a_call_that_fails_in_the_end_tells_every_try():
    async def scenario(model, fake):
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK))
        return caught.value

    tried = [Behaviour("ok", text="", usage={"prompt_tokens": n, "completion_tokens": 1}) for n in (50, 60, 70)]
    error = run(tried, scenario)
    assert [used.input_tokens for used in error.billed] == [50, 60, 70]
    assert sum(error.tries, Usage()) == error.usage


def test_the_tier_a_reply_was_served_at_is_kept():
    async def scenario(model, fake):
        return await model.complete(
            ModelRequest(ASK, ModelParameters(extra=MappingProxyType({"service_tier": "flex"})))
        )

    usage = {"prompt_tokens": 50, "completion_tokens": 1, "service_tier": "flex"}
    assert run([Behaviour("ok", usage=usage)], scenario).usage.service_tier == "flex"


def test_the_wait_a_provider_asks_for_is_kept():
    async def scenario(model, fake):
        started = time.monotonic()
        await model.complete(ModelRequest(ASK, deadline_s=3))
        return time.monotonic() - started

    assert run([Behaviour("429", retry_after="0.3"), "ok"], scenario) >= 0.3


def test_a_wait_beyond_the_deadline_fails_at_once():
    async def scenario(model, fake):
        started = time.monotonic()
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK, deadline_s=2))
        return caught.value, time.monotonic() - started, len(fake.requests)

    error, seconds, calls = run([Behaviour("429", retry_after="3600"), "ok"], scenario)
    assert (error.fault, error.retry_after, calls) == ("rate_limited", 3600, 1)
    assert seconds < 1


def test_a_deadline_that_has_passed_already_asks_nobody():
    async def scenario(model, fake):
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK, deadline_s=0))
        return caught.value, len(fake.requests)

    error, calls = run(["ok"], scenario)
    assert (error.fault, error.attempts, calls) == ("timeout", 0, 0)


def test_the_model_caps_the_deadline_of_a_request():
    async def scenario(model, fake):
        started = time.monotonic()
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK, deadline_s=60))
        return caught.value.fault, time.monotonic() - started

    fault, seconds = run(["hang"], scenario, deadline_s=0.3)
    assert fault == "timeout"
    assert seconds < 10  # the request itself would have waited a minute


def test_a_stream_that_does_not_begin_is_given_up_early():
    async def scenario(model, fake):
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK, deadline_s=5), ignore)
        return caught.value

    error = run([Behaviour("slow_first", delay_s=3)], scenario, first_text_s=0.2)
    assert error.fault == "timeout"
    assert "no text within 0.2 s" in str(error)
    assert error.usage.estimated
    assert error.usage.input_tokens > 0


def test_once_begun_a_stream_may_take_its_time():
    async def scenario(model, fake):
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK, deadline_s=0.8), ignore)
        return str(caught.value)

    assert "no whole reply within 0.8 s" in run([Behaviour("drip", delay_s=0.1)], scenario, first_text_s=0.3)


def test_a_finished_stream_is_not_held_up_by_missing_usage():
    async def scenario(model, fake):
        started = time.monotonic()
        reply = await model.complete(ModelRequest(ASK, deadline_s=20), ignore)
        return reply, time.monotonic() - started

    reply, seconds = run(["no_end"], scenario)
    assert reply.text == Behaviour().text
    assert reply.usage.estimated
    assert seconds < 4


def test_a_connection_that_breaks_after_the_end_costs_only_the_usage():
    async def scenario(model, fake):
        return await model.complete(ModelRequest(ASK), ignore), len(fake.requests)

    reply, calls = run(["cut_end"], scenario)
    assert (reply.text, reply.finish_reason, calls) == (Behaviour().text, "stop", 1)
    assert reply.usage.estimated


def test_two_hundred_calls_at_once_each_get_their_own_reply():
    async def scenario(model, fake):
        calls = (model.complete(ModelRequest((Message("user", str(n)),)), ignore) for n in range(200))
        return await asyncio.gather(*calls), len(fake.requests)

    replies, calls = run(["ok"], scenario)
    assert calls == 200
    assert {reply.text for reply in replies} == {Behaviour().text}


@pytest.mark.parametrize("streamed", [False, True])
def test_a_cancelled_call_stays_cancelled_and_says_what_it_may_have_cost(streamed):
    async def scenario(model, fake):
        begun = asyncio.Event()

        async def keep(piece):
            begun.set()

        task = asyncio.create_task(model.complete(ModelRequest(ASK), keep if streamed else None))
        if streamed:
            await begun.wait()
        else:
            await fake.asked()
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert task.cancelled()
        return caught.value.__cause__

    cause = run([Behaviour("drip" if streamed else "hang", delay_s=0.01)], scenario)
    assert isinstance(cause, ModelError)
    assert cause.usage.estimated
    assert cause.usage.input_tokens > 0
    assert (cause.usage.output_tokens > 0) is streamed


def test_a_cancelled_wait_between_tries_counts_each_try_once():
    async def scenario(model, fake):
        task = asyncio.create_task(model.complete(ModelRequest(ASK, deadline_s=60)))
        await fake.asked()
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        return caught.value.__cause__.usage

    empty = Behaviour("ok", text="", usage={"prompt_tokens": 50, "completion_tokens": 1})
    usage = run([empty], scenario, retry=RetryPolicy(3, base_s=8, random=lambda: 1.0))
    assert usage == Usage(input_tokens=50, output_tokens=1)


@pytest.mark.parametrize("kind", [ValueError, TimeoutError, ConnectionResetError])
def test_an_error_of_the_caller_is_handed_back_as_it_is(kind):
    async def fail(piece):
        raise kind("the browser is gone")

    async def scenario(model, fake):
        with pytest.raises(kind, match="the browser is gone") as caught:
            await model.complete(ModelRequest(ASK), fail)
        return caught.value, len(fake.requests)

    error, calls = run(["ok"], scenario)
    assert calls == 1
    assert isinstance(error.__cause__, ModelError)
    assert error.__cause__.usage.output_tokens > 0


def test_nothing_over_the_size_cap_is_handed_on():
    pieces = []

    async def keep(piece):
        pieces.append(piece)

    async def scenario(model, fake):
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK), keep)
        return caught.value

    error = run([Behaviour("ok", text="п" * 500)], scenario, max_reply_chars=100)
    assert error.fault == "too_large"
    assert len("".join(pieces)) <= 100


def test_a_body_that_unpacks_to_gigabytes_is_broken_off():
    packed = gzip.compress(b" " * 50_000_000)

    def answer(request):
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        return httpx2.Response(200, headers=headers, stream=httpx2.ByteStream(packed))

    async def main():
        transport = httpx2.MockTransport(answer)
        model = OpenAIModel("any-model", api_key="test", transport=transport, attempts=1, max_reply_chars=100)
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK))
        await model.aclose()
        return caught.value.fault

    assert asyncio.run(main()) == "too_large"


def test_half_a_surrogate_pair_becomes_a_replacement_character():
    def answer(request):
        body = b'{"choices": [{"index": 0, "message": {"content": "ok \\ud83d"}, "finish_reason": "stop"}]}'
        return httpx2.Response(200, content=body, headers={"content-type": "application/json"})

    async def main():
        model = OpenAIModel("any-model", api_key="test", transport=httpx2.MockTransport(answer))
        reply = await model.complete(ModelRequest(ASK))
        await model.aclose()
        return reply.text

    text = asyncio.run(main())
    assert text.encode("utf-8")
    assert text.startswith("ok ")


@pytest.mark.parametrize("body", [[], {}, "text", None, {"choices": "x"}, {"object": "list", "data": []}])
def test_json_that_is_no_completion_is_a_bad_response(body):
    async def main():
        transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=body))
        model = OpenAIModel("any-model", api_key="test", transport=transport, attempts=1)
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK))
        await model.aclose()
        return caught.value

    error = asyncio.run(main())
    assert (error.fault, error.usage) == ("bad_response", None)


@pytest.mark.parametrize("error", [TimeoutError("the proxy"), RuntimeError("a bug in the library")])
def test_nothing_but_a_model_error_comes_out_whatever_the_library_raises(error):
    class Broken(httpx2.AsyncByteStream):
        async def __aiter__(self):
            yield b'data: {"choices": [{"index": 0, "delta": {"content": "45"}}]}\n\n'
            raise error

    async def main():
        transport = httpx2.MockTransport(lambda request: httpx2.Response(200, stream=Broken()))
        model = OpenAIModel("any-model", api_key="test", transport=transport)
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK), ignore)
        await model.aclose()
        return caught.value

    fault = asyncio.run(main()).fault
    assert fault == ("connection" if isinstance(error, TimeoutError) else "bad_response")


def test_a_redirect_is_not_followed_with_the_key():
    seen = []

    def answer(request):
        seen.append(str(request.url))
        return httpx2.Response(302, headers={"location": "http://127.0.0.1:9/elsewhere"})

    async def main():
        model = OpenAIModel("any-model", api_key="test", transport=httpx2.MockTransport(answer))
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK))
        await model.aclose()
        return caught.value.fault

    assert asyncio.run(main()) == "bad_request"
    assert len(seen) == 1


def test_one_model_serves_several_loops_one_after_another():
    model = OpenAIModel("any-model", api_key="", base_url=None)
    assert (model.name, model.simulated) == ("any-model", False)
    with FakeProvider() as fake:
        model = OpenAIModel("any-model", api_key="", base_url=fake.base_url)

        async def once():
            reply = await model.complete(ModelRequest(ASK))
            await model.aclose()
            await model.aclose()
            return reply.text

        assert asyncio.run(once()) == asyncio.run(once()) == Behaviour().text
        assert len(fake.requests) == 2


def test_of_usages_told_with_every_chunk_the_last_counts():
    told = [
        {"choices": [{"index": 0, "delta": {"content": word}}], "usage": {"prompt_tokens": 9, "completion_tokens": n}}
        for n, word in enumerate(("Да", ", ", "есть."), 1)
    ]
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    stream = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in [*told, last]) + "data: [DONE]\n\n"

    def answer(request):
        return httpx2.Response(200, content=stream.encode(), headers={"content-type": "text/event-stream"})

    async def main():
        model = OpenAIModel("any-model", api_key="test", transport=httpx2.MockTransport(answer))
        reply = await model.complete(ModelRequest(ASK), ignore)
        await model.aclose()
        return reply

    reply = asyncio.run(main())
    assert (reply.text, reply.usage) == ("Да, есть.", Usage(9, output_tokens=3))
