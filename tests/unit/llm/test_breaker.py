"""A model that keeps failing is left alone, tried, and asked again when it answers."""

import asyncio

import pytest

from botops.domain.errors import ModelError
from botops.domain.messages import Message
from botops.domain.ports import ModelRequest
from botops.domain.prompts import ModelParameters
from botops.llm.breaker import OUTAGES, Breaker
from botops.testing.fakes import QueueModel


class Watch:
    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


@pytest.fixture
def watch():
    return Watch()


def request(model=None):
    return ModelRequest((Message("user", "Сколько?"),), ModelParameters(model=model))


def ask(breaker, *requests):
    """What became of each call: its text, or the fault."""

    async def one(what):
        try:
            return (await breaker.complete(what)).text
        except ModelError as error:
            return f"not asked: {error.fault}" if error.attempts == 0 else error.fault

    async def main():
        return [await one(what) for what in requests or (request(),)]

    return asyncio.run(main())


def bad(fault="server"):
    return ModelError(fault, "no")


def test_after_failures_in_a_row_it_is_not_asked_until_it_has_rested(watch):
    changes = []
    model = QueueModel([bad(), bad(), bad(), "да", "и да"])
    breaker = Breaker(model, failures=3, rest_s=30, on_change=lambda *what: changes.append(what), now=watch)
    assert ask(breaker, *[request()] * 5) == ["server", "server", "server", "not asked: server", "not asked: server"]
    assert len(model.requests) == 3
    assert changes == [("queue", True)]
    watch.at = 29.9
    assert ask(breaker) == ["not asked: server"]
    watch.at = 30
    assert ask(breaker, request(), request()) == ["да", "и да"]
    assert changes == [("queue", True), ("queue", False)]


def test_a_try_that_fails_lets_it_rest_again(watch):
    breaker = Breaker(QueueModel([bad(), bad("timeout"), "да"]), failures=1, rest_s=30, now=watch)
    assert ask(breaker, request(), request()) == ["server", "not asked: server"]
    watch.at = 31
    assert ask(breaker, request(), request()) == ["timeout", "not asked: timeout"]
    watch.at = 62
    assert ask(breaker) == ["да"]


def test_an_answer_between_failures_begins_the_count_anew(watch):
    breaker = Breaker(QueueModel([bad(), "да", bad(), "да"]), failures=2, now=watch)
    assert ask(breaker, *[request()] * 4) == ["server", "да", "server", "да"]


@pytest.mark.parametrize("fault", ["bad_request", "filtered", "truncated", "too_large"])
def test_what_one_request_is_refused_for_says_nothing_of_others(fault, watch):
    assert fault not in OUTAGES
    breaker = Breaker(QueueModel([bad(fault)] * 3 + ["да"]), failures=1, now=watch)
    assert ask(breaker, *[request()] * 4) == [fault, fault, fault, "да"]


def test_models_are_told_apart(watch):
    breaker = Breaker(QueueModel([bad(), "да"]), failures=1, now=watch)
    assert ask(breaker, request("big"), request("small"), request("big")) == ["server", "да", "not asked: server"]


def test_it_can_be_switched_off(watch):
    breaker = Breaker(QueueModel([bad()] * 20), failures=0, now=watch)
    assert ask(breaker, *[request()] * 20) == ["server"] * 20


class SlowModel(QueueModel):
    """Answers when it is let."""

    async def complete(self, request, on_text=None):
        await asyncio.sleep(0.01)
        return await super().complete(request, on_text)


def test_one_call_tries_it_while_others_are_refused(watch):
    breaker = Breaker(SlowModel([bad(), "да", "и да"]), failures=1, rest_s=30, now=watch)
    assert ask(breaker) == ["server"]
    watch.at = 30

    async def main():
        return await asyncio.gather(*(breaker.complete(request()) for _ in range(3)), return_exceptions=True)

    first, second, third = asyncio.run(main())
    assert first.text == "да"
    assert (second.attempts, third.attempts) == (0, 0)
    assert ask(breaker) == ["и да"]


def test_a_try_that_is_broken_off_lets_the_next_call_try(watch):
    breaker = Breaker(SlowModel([bad(), "да"]), failures=1, rest_s=30, now=watch)
    assert ask(breaker) == ["server"]
    watch.at = 30

    async def main():
        task = asyncio.create_task(breaker.complete(request()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    assert ask(breaker) == ["да"]


def test_the_refusal_says_why_and_when_it_is_asked_again(watch):
    breaker = Breaker(QueueModel([bad()]), failures=1, rest_s=30, now=watch)
    assert ask(breaker) == ["server"]
    watch.at = 10
    with pytest.raises(ModelError, match=r"queue: not asked, it failed 1 times in a row; asked again in 20 s") as found:
        asyncio.run(breaker.complete(request()))
    assert (found.value.attempts, found.value.usage) == (0, None)


def test_it_is_what_it_asks(watch):
    breaker = Breaker(QueueModel([], name="m", simulated=False), now=watch)
    assert (breaker.name, breaker.simulated) == ("m", False)
    asyncio.run(breaker.aclose())
