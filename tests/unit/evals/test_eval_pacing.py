"""The pace of a model, on a clock that the test moves."""

import asyncio
from dataclasses import replace

import pytest

from botops.domain.errors import ModelError
from botops.domain.messages import Message
from botops.domain.ports import ModelReply, ModelRequest
from botops.domain.usage import Usage
from botops.evals.pacing import DialogueClock, Pace, PacedModel, Pacer, Window
from botops.evals.runner import Run, jobs_of
from botops.testing.fakes import START, QueueModel

pytestmark = pytest.mark.anyio

ASKED = ModelRequest((Message("user", "Цена?"),), deadline_s=10.0)


class Time:
    """Time that passes when somebody sleeps; the earliest sleeper wakes when nobody else has anything to do."""

    def __init__(self):
        self.at = 0.0
        self._sleepers = []

    def now(self):
        return self.at

    async def sleep(self, seconds):
        until, woken = self.at + seconds, asyncio.Event()
        self._sleepers.append((until, id(woken), woken))
        while not woken.is_set():
            for _ in range(20):  # whoever is ready goes first
                await asyncio.sleep(0)
            if not woken.is_set() and min(self._sleepers)[1] == id(woken):
                woken.set()
        self._sleepers.remove((until, id(woken), woken))
        self.at = max(self.at, until)


class Model:
    """Takes `seconds` to answer; refuses the calls for which `refuse` gives a wish, and notes when it was asked."""

    name, simulated = "m", False

    def __init__(self, time, seconds=1.0, refuse=lambda model: None):
        self.time, self.seconds, self.refuse = time, seconds, refuse
        self.asked, self.now, self.most = [], 0, 0

    async def complete(self, request, on_text=None):
        self.asked.append((self.time.at, request.deadline_s))
        self.now += 1
        self.most = max(self.most, self.now)
        refused = self.refuse(self)
        try:
            if refused is not None:
                raise ModelError("rate_limited", "slow down", retry_after=refused or None)
            await self.time.sleep(self.seconds)
        finally:
            self.now -= 1
        return ModelReply("Да.", Usage(input_tokens=90, output_tokens=10), "m", "stop", self.seconds)


def paced(time, model, estimate=100, **pace):
    pacer = Pacer(Pace(**pace), lambda request: estimate, time.now, time.sleep)
    return pacer, PacedModel(model, pacer)


async def ask(model, times):
    return await asyncio.gather(*(model.complete(ASKED) for _ in range(times)), return_exceptions=True)


async def test_no_more_calls_at_a_time_than_allowed():
    time = Time()
    inner = Model(time)
    _, model = paced(time, inner, calls=3)
    await ask(model, 10)
    assert inner.most == 3
    assert time.at == 4.0


async def test_a_refusal_stops_every_dialogue_for_as_long_as_the_model_asks():
    time = Time()
    inner = Model(time, refuse=lambda model: 30.0 if len(model.asked) == 1 else None)
    _, model = paced(time, inner, calls=4)
    replies = await ask(model, 6)
    assert all(isinstance(reply, ModelReply) for reply in replies)
    first_wave = [at for at, _ in inner.asked if at == 0.0]
    assert min(at for at, _ in inner.asked if at > 0) >= 30.0
    assert len(inner.asked) == 7
    assert len(first_wave) < 4  # those that had not started when the refusal came waited too


async def test_calls_under_way_together_halve_the_number_once():
    time = Time()
    pacer = Pacer(Pace(calls=8), lambda request: 1, time.now, time.sleep)
    places = [await pacer.enter(ASKED) for _ in range(8)]
    time.at = 0.1
    for place in places:
        pacer.refused(place, None)
        pacer.leave(place, Usage())
    assert pacer.allowed == 4
    time.at = 1.0
    place = await pacer.enter(ASKED)
    pacer.refused(place, None)
    assert pacer.allowed == 2


async def test_answers_raise_the_number_again_and_never_above_what_was_asked_for():
    time = Time()
    pacer = Pacer(Pace(calls=8), lambda request: 1, time.now, time.sleep)
    place = await pacer.enter(ASKED)
    pacer.refused(place, None)
    pacer.leave(place, Usage())
    time.at = 60.0
    allowed = []
    for _ in range(60):
        place = await pacer.enter(ASKED)
        pacer.answered(place, Usage(output_tokens=1))
        pacer.leave(place, Usage())
        allowed.append(pacer.allowed)
    assert allowed[0] == 4
    assert allowed == sorted(allowed)
    assert allowed[-1] == 8


async def test_a_model_that_asks_to_wait_too_long_is_given_up_until_then():
    time = Time()
    inner = Model(time, refuse=lambda model: 3600 if model.time.at < 3600 else None)
    _, model = paced(time, inner, calls=2, max_wait=120)
    errors = await ask(model, 50)
    assert {error.fault for error in errors} == {"rate_limited"}
    assert len(inner.asked) <= 2  # the others are not even asked
    assert any("may be asked again in 3600 s" in str(error) for error in errors)
    assert time.at == 0.0
    time.at = 3600.0
    assert (await ask(model, 1))[0].text == "Да."


async def test_a_model_that_refuses_everything_is_given_up_after_the_longest_wait():
    time = Time()
    inner = Model(time, refuse=lambda model: 0)
    _, model = paced(time, inner, calls=8, max_wait=60)
    errors = await ask(model, 100)
    assert {error.fault for error in errors} == {"rate_limited"}
    assert time.at <= 60
    assert len(inner.asked) < 40


async def test_tries_share_the_deadline_and_waiting_does_not_count():
    time = Time()
    inner = Model(time, refuse=lambda model: 30.0 if len(model.asked) < 3 else None)
    _, model = paced(time, inner)
    await model.complete(ASKED)
    assert [deadline for _, deadline in inner.asked] == [10.0, 10.0, 10.0]
    assert [at for at, _ in inner.asked] == [0.0, 30.0, 60.0]


async def test_what_refused_tries_used_is_part_of_the_usage():
    time = Time()
    partly = ModelError("rate_limited", "after a broken try", usage=Usage(input_tokens=5))
    pacer = Pacer(Pace(), lambda request: 1, time.now, time.sleep)
    reply = await PacedModel(QueueModel([partly, "Да."]), pacer).complete(ASKED)
    assert reply.usage.input_tokens == 105
    model = PacedModel(QueueModel([partly, ModelError("server", "down", usage=Usage(input_tokens=7))]), pacer)
    with pytest.raises(ModelError) as raised:
        await model.complete(ASKED)
    assert raised.value.usage.input_tokens == 12


async def test_a_reply_that_was_heard_in_part_is_not_asked_for_again():
    class Breaks(QueueModel):
        async def complete(self, request, on_text=None):
            self.requests.append(request)
            await on_text("Стоимость ")
            raise ModelError("rate_limited", "in the middle")

    heard = []

    async def hear(text):
        heard.append(text)

    time = Time()
    inner = Breaks([])
    model = PacedModel(inner, Pacer(Pace(), lambda request: 1, time.now, time.sleep))
    with pytest.raises(ModelError):
        await model.complete(ASKED, hear)
    assert (heard, len(inner.requests)) == (["Стоимость "], 1)


async def test_requests_of_any_minute_are_bounded():
    time = Time()
    inner = Model(time, seconds=0.5)
    _, model = paced(time, inner, calls=50, requests=10)
    await ask(model, 25)
    starts = [at for at, _ in inner.asked]
    assert all(sum(start <= at < start + 60 for at in starts) <= 10 for start in starts)
    assert time.at == 120.5


async def test_tokens_of_any_minute_are_bounded_and_corrected_by_what_was_used():
    time = Time()
    inner = Model(time, seconds=0.5)
    _, model = paced(time, inner, estimate=250, calls=1, tokens=1000)
    await ask(model, 9)
    early = [at for at, _ in inner.asked if at < 60]
    assert len(early) == 8  # 250 were expected of each, 100 were used
    assert inner.asked[-1][0] == 60.0


async def test_a_window_lets_through_alone_what_is_too_large_for_it():
    window = Window(10)
    assert window.wait(25, 0.0) == 0.0
    taken = window.take(25, 0.0)
    assert window.wait(1, 1.0) == 59.0
    window.correct(taken, 8)
    assert window.wait(1, 1.0) == 0.0
    assert window.wait(3, 1.0) == 59.0
    assert window.wait(3, 60.0) == 0.0
    window.correct(taken, 100)  # too late to matter
    assert window.wait(10, 60.0) == 0.0


async def test_a_dialogues_clock_leaves_out_the_wait(house):
    time = Time()

    class Watch:
        def now(self):
            return START

        def monotonic(self):
            return time.at

    clock = DialogueClock(Watch())
    inner = Model(time, seconds=2.0, refuse=lambda model: 30.0 if len(model.asked) == 1 else None)
    pacer = Pacer(Pace(), lambda request: 1, time.now, time.sleep)
    await PacedModel(inner, pacer, clock).complete(ASKED)
    assert (time.at, clock.monotonic(), clock.now()) == (32.0, 2.0, START)


async def test_the_latency_of_a_turn_does_not_count_the_wait(house):
    cases = "cases:\n" + "".join(f"  - {{id: c{n}, turns: [Да?], expect: [{{max_latency: 1.5}}]}}\n" for n in range(6))
    time = Time()

    class Watch:
        def now(self):
            return START

        monotonic = staticmethod(time.now)

    bench = house.bench(cases, model=Model(time))
    pacer = Pacer(Pace(calls=1), lambda request: 1, time.now, time.sleep)
    subject = replace(bench.subjects[0], pacer=pacer)
    bench = replace(bench, subjects=(subject,), clock_at=lambda at: Watch())
    run = Run(tuple(jobs_of(bench)), concurrency=6)
    await run.hold()
    assert [r.status for r in run.finished] == ["pass"] * 6
    assert [r.seconds for r in run.finished] == [1.0] * 6
    assert time.at == 6.0


async def test_a_slow_model_holds_up_no_other(house):
    time = Time()
    cases = "cases:\n" + "".join(f"  - {{id: c{n}, turns: [Да?], expect: [{{max_length: 5}}]}}\n" for n in range(4))
    slow, quick = Model(time, refuse=lambda model: 60.0 if len(model.asked) == 1 else None), Model(time, seconds=0.1)
    bench = house.bench(cases, model=slow)
    subjects = tuple(
        replace(bench.subjects[0], label=label, model=model, pacer=Pacer(Pace(), lambda r: 1, time.now, time.sleep))
        for label, model in (("slow", slow), ("quick", quick))
    )
    finished = []
    run = Run(tuple(jobs_of(replace(bench, subjects=subjects))), 2, lambda case: finished.append(case.subject))
    await run.hold()
    assert finished[:4] == ["quick"] * 4
    assert run.complete
