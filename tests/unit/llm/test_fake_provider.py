import asyncio
import json
import urllib.error
import urllib.request

import pytest

from botops.testing import USAGE, Behaviour, FakeProvider


def post(fake, body):
    request = urllib.request.Request(
        fake.base_url + "/chat/completions",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "X-Test": "yes"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.read()


def test_it_serves_tests_without_a_loop_and_keeps_what_was_asked():
    with FakeProvider([Behaviour("ok", text="да"), "500"]) as fake:
        reply = json.loads(post(fake, {"model": "m", "messages": []}))
        assert reply["choices"][0]["message"]["content"] == "да"
        assert reply["usage"] == USAGE
        for _ in range(2):  # the last entry of the script answers all further calls
            with pytest.raises(urllib.error.HTTPError) as caught:
                post(fake, {})
            assert caught.value.code == 500
            caught.value.close()
        assert [r.body for r in fake.requests] == [{"model": "m", "messages": []}, {}, {}]
        first = fake.requests[0]
        assert (first.method, first.path, first.headers["x-test"]) == ("POST", "/v1/chat/completions", "yes")
    with pytest.raises(urllib.error.URLError):
        post(fake, {})


def test_a_stream_is_a_row_of_events_that_ends_with_done():
    with FakeProvider(["ok_stream"]) as fake:
        events = post(fake, {"stream_options": {"include_usage": True}}).decode().strip().split("\n\n")
    assert events[-1] == "data: [DONE]"
    chunks = [json.loads(event.removeprefix("data: ")) for event in events[:-1]]
    assert chunks[-1]["usage"] == USAGE
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert "".join(c["choices"][0]["delta"].get("content", "") for c in chunks[:-1]) == Behaviour().text


def test_a_client_that_goes_away_does_not_disturb_it():
    async def main():
        async with FakeProvider([Behaviour("drip", delay_s=0.01), "hang", "ok"]) as fake:
            for _ in range(3):
                _, writer = await asyncio.open_connection("127.0.0.1", fake.port)
                writer.write(b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}")
                await writer.drain()
                await asyncio.sleep(0.03)
                writer.close()
                await writer.wait_closed()
            _, writer = await asyncio.open_connection("127.0.0.1", fake.port)
            writer.close()
            await writer.wait_closed()
            await fake.asked(3)
            return len(fake.requests)

    assert asyncio.run(main()) == 3


def test_mistakes_in_a_script_are_named():
    with pytest.raises(ValueError, match="unknown mode 'teapot'; known: ok,"):
        Behaviour("teapot")
    with pytest.raises(ValueError, match="at least one behaviour"):
        FakeProvider([])
