"""Every fault a provider or a network can produce, streamed and not: how it is classed, how often it is tried,
how long it takes, and that nothing cut is ever returned as a reply."""

import asyncio
import time

import pytest

from botops.domain.errors import ModelError
from botops.domain.messages import Message
from botops.domain.ports import ModelRequest
from botops.llm.openai_model import OpenAIModel
from botops.llm.retry import RetryPolicy
from botops.testing import Behaviour, FakeProvider

SHORT, LONG = 0.6, 10.0
KEY = "sk-canary-4f1c"
ASK = (Message("user", "Сколько стоит тариф на десять человек?"),)

NEVER_ENDING = {"hang", "drip"}
# mode, (fault, calls) without streaming, (fault, calls) with streaming; None means a good reply
MATRIX = [
    ("ok", None, None),
    ("ok_stream", ("bad_response", 3), None),
    ("401", ("auth", 1), ("auth", 1)),
    ("429", ("rate_limited", 3), ("rate_limited", 3)),
    ("500", ("server", 3), ("server", 3)),
    ("503_html", ("server", 3), ("server", 3)),
    ("hang", ("timeout", 1), ("timeout", 1)),
    ("cut_body", ("connection", 3), ("connection", 1)),
    ("cut_stream", ("bad_response", 3), ("truncated", 1)),
    ("drip", ("timeout", 1), ("timeout", 1)),
    ("bad_json", ("bad_response", 3), ("bad_response", 3)),
    ("html_200", ("bad_response", 3), ("bad_response", 3)),
    ("empty_choices", ("bad_response", 3), ("bad_response", 3)),
    ("error_mid_stream", ("bad_response", 3), ("bad_response", 1)),
    ("error_200", ("server", 3), ("bad_response", 3)),
    ("bad_json_stream", ("bad_response", 3), ("bad_response", 1)),
    ("huge", ("too_large", 1), ("too_large", 1)),
    ("no_finish", ("truncated", 1), ("truncated", 1)),
    ("no_usage", None, None),
    ("length", ("truncated", 1), ("truncated", 1)),
    ("filtered", ("filtered", 1), ("filtered", 1)),
    ("slow_first", None, None),
]


def deadline_of(mode):
    """Short only where it decides: on a busy machine three tries may take a while."""
    return SHORT if mode in NEVER_ENDING else LONG


async def call(mode, *, streamed):
    """The outcome of one call: reply or error, the calls the provider saw, seconds, and the pieces handed on."""
    pieces = []

    async def on_text(piece):
        pieces.append(piece)

    async with FakeProvider([Behaviour(mode, delay_s=0.1)]) as fake:
        retry = RetryPolicy(3, base_s=0.01, random=lambda: 0.0)
        model = OpenAIModel("any-model", api_key=KEY, base_url=fake.base_url, retry=retry)
        started = time.monotonic()
        try:
            request = ModelRequest(ASK, deadline_s=deadline_of(mode))
            outcome = await model.complete(request, on_text if streamed else None)
        except ModelError as error:
            outcome = error
        seconds = time.monotonic() - started
        await model.aclose()
        return outcome, len(fake.requests), seconds, pieces


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(("mode", "whole", "stream"), MATRIX, ids=[row[0] for row in MATRIX])
def test_every_fault_has_its_class_and_ends_in_time(mode, whole, stream, streamed):
    outcome, calls, seconds, pieces = asyncio.run(call(mode, streamed=streamed))
    expected = stream if streamed else whole

    assert seconds <= deadline_of(mode) + 0.5
    if expected is None:
        assert outcome.text == Behaviour().text
        assert outcome.finish_reason == "stop"
        assert calls == 1
        assert "".join(pieces) == (outcome.text if streamed else "")
        return
    fault, tries = expected
    assert isinstance(outcome, ModelError), f"a {mode} reply was returned: {outcome}"
    assert (outcome.fault, outcome.attempts, calls) == (fault, tries, tries)
    assert outcome.model == "any-model"
    assert "any-model" in str(outcome)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_key_the_provider_echoes_is_in_no_message_nor_in_what_is_shown_of_the_cause(streamed):
    outcome, _, _, _ = asyncio.run(call("401", streamed=streamed))
    assert KEY not in str(outcome)
    assert "***" in str(outcome)
    assert outcome.__cause__ is None
    assert outcome.__suppress_context__


def test_what_was_billed_for_a_cut_stream_is_reported_as_an_estimate():
    outcome, _, _, pieces = asyncio.run(call("cut_stream", streamed=True))
    assert pieces == ["Стоимость ", "45 00"]
    assert outcome.usage.estimated
    assert outcome.usage.input_tokens > 0
    assert outcome.usage.output_tokens > 0


@pytest.mark.parametrize("mode", ["no_finish", "length", "filtered"])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_refused_reply_still_reports_the_usage_the_provider_sent(mode, streamed):
    outcome, _, _, _ = asyncio.run(call(mode, streamed=streamed))
    assert (outcome.usage.input_tokens, outcome.usage.output_tokens, outcome.usage.estimated) == (120, 40, False)


@pytest.mark.parametrize("mode", ["401", "429", "500", "html_200"])
def test_a_call_that_never_reached_a_model_bills_nothing(mode):
    outcome, _, _, _ = asyncio.run(call(mode, streamed=False))
    assert outcome.usage is None


@pytest.mark.parametrize("mode", ["cut_body", "huge", "hang"])
def test_a_reply_lost_on_the_way_may_be_billed_all_the_same(mode):
    outcome, tries, _, _ = asyncio.run(call(mode, streamed=False))
    assert outcome.usage.estimated
    assert outcome.usage.input_tokens > 10 * tries, "every try had the prompt"


def test_a_refused_connection_is_tried_again_and_classed():
    async def main():
        async with FakeProvider() as fake:
            address = fake.base_url
        retry = RetryPolicy(2, base_s=0.01)
        model = OpenAIModel("any-model", api_key=KEY, base_url=address, retry=retry)
        with pytest.raises(ModelError) as caught:
            await model.complete(ModelRequest(ASK, deadline_s=LONG))
        await model.aclose()
        return caught.value

    error = asyncio.run(main())
    assert (error.fault, error.attempts, error.usage) == ("connection", 2, None)
