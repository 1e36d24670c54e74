"""What OpenTelemetry is told of a turn."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from botops.domain.findings import Finding, FindingKind, Severity, Verdict
from botops.domain.messages import InboundMessage
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, HandOff, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.monitor import otel
from botops.testing.fakes import START

FINDING = Finding(1, FindingKind.PRICE, "45 000", 0, 6, Severity.HIGH, "45 000 ₸", "49 000 ₸")
SECRET = "мой номер 87011234567"


def attempt(**more):
    whole = Attempt(
        Purpose.REPLY, "gpt-4o-mini-2024", "ТЕКСТ ОТВЕТА", Usage(100, 40, 7, 20, 5), Cost(5 * 10**9), 900,
        verdict=Verdict.of((FINDING,), claims=2, book="b"),
    )  # fmt: skip
    return replace(whole, **more)


def turn(**more):
    whole = TurnRecord(
        "t1", InboundMessage("d1", "lead-secret", SECRET, START, "k"), 3, TurnState.ANSWERED, "ru",
        GuardPolicy.BLOCK, reply="ТЕКСТ ОТВЕТА", action=Action.BLOCKED,
        assignment=Assignment(PromptRef("sales", 4, "0" * 64), "opening", 1, 4242),
        attempts=(attempt(), attempt(purpose=Purpose.REPAIR, model_ms=300, verdict=None, fault="timeout")),
        hand_off=HandOff("d1", "lead-secret", "t1", START, "blocked_reply", "ПРИЧИНА"),
        timing=Timing(1500, 1200, 2, 300), model="gpt-4o-mini", replied_at=START + timedelta(seconds=1.5),
        error="СЕКРЕТ",
    )  # fmt: skip
    return replace(whole, **more)


def everything(span):
    return [span.name, dict(span.attributes), [(e.name, dict(e.attributes)) for e in span.events]] + [
        everything(child) for child in span.children
    ]


def test_a_turn_is_a_span_with_its_calls_inside():
    span = otel.turn_span(turn(), "openai")
    assert span.name == "invoke_agent sales"
    assert (span.end_ns - span.begin_ns) == 1_500_000_000
    assert span.begin_ns == int(START.timestamp()) * 10**9
    assert span.attributes["gen_ai.conversation.id"] == "d1"
    assert span.attributes["botops.prompt.version"] == 4
    assert span.attributes["botops.variant"] == 1
    assert span.attributes["botops.cost.pico_usd"] == 10**10
    assert span.error is None
    first, second = span.children
    assert (first.name, first.kind) == ("chat gpt-4o-mini-2024", "client")
    assert first.begin_ns == span.begin_ns
    assert second.begin_ns == first.end_ns == first.begin_ns + 900_000_000
    assert second.end_ns <= span.end_ns
    assert first.attributes["gen_ai.usage.cache_read.input_tokens"] == 40
    assert first.attributes["gen_ai.request.model"] == "gpt-4o-mini"
    assert first.attributes["gen_ai.response.model"] == "gpt-4o-mini-2024"
    assert "error.type" not in first.attributes
    assert second.error == second.attributes["error.type"] == "timeout"
    (judged,) = first.events
    assert judged.name == "gen_ai.evaluation.result"
    assert judged.attributes["gen_ai.evaluation.score.label"] == "contradicted"
    assert judged.attributes["gen_ai.evaluation.score.value"] == 1
    assert second.events == ()


def test_no_text_of_a_dialogue_leaves_unless_asked_for():
    told = json.dumps(everything(otel.turn_span(turn(), "openai")), ensure_ascii=False)
    for text in (SECRET, "ТЕКСТ", "ПРИЧИНА", "СЕКРЕТ", "lead-secret", "45 000"):
        assert text not in told
    asked = otel.turn_span(turn(), "openai", content=lambda text: text.replace("87011234567", "•"))
    message = json.loads(asked.attributes["gen_ai.input.messages"])
    assert message == [{"role": "user", "parts": [{"type": "text", "content": "мой номер •"}]}]
    assert "ТЕКСТ ОТВЕТА" in asked.attributes["gen_ai.output.messages"]


def test_values_are_of_types_that_can_be_sent():
    def values(span):
        yield from span.attributes.values()
        for event in span.events:
            yield from event.attributes.values()
        for child in span.children:
            yield from values(child)

    for value in values(otel.turn_span(turn(), "openai", content=str)):
        assert isinstance(value, str | int | float | bool)
        assert not isinstance(value, Decimal)
        assert str(value) != "None"


def test_a_turn_that_failed_is_an_error():
    assert otel.turn_span(turn(state=TurnState.FAILED, hand_off=None), "openai").error == "failed"
    handed = HandOff("d1", "l", "t1", START, "model_error", "")
    span = otel.turn_span(turn(hand_off=handed), "openai")
    assert span.error == span.attributes["error.type"] == "model_error"


def test_a_turn_without_prompt_calls_or_end_has_a_span_all_the_same():
    bare = turn(assignment=None, attempts=(), replied_at=None, hand_off=None, action=None, reply=None, timing=Timing())
    span = otel.turn_span(bare, "openai", content=str)
    assert span.name == "invoke_agent"
    assert span.begin_ns == span.end_ns
    assert "gen_ai.agent.name" not in span.attributes
    assert "gen_ai.output.messages" not in span.attributes
    assert otel.measured(bare, "openai") == []


def test_calls_that_outlast_their_turn_stay_inside_its_span():
    span = otel.turn_span(turn(timing=Timing(100, 1200, 2)), "openai")
    assert span.end_ns == max(child.end_ns for child in span.children)


def test_metrics_carry_few_attributes_and_no_ids():
    first, second = otel.measured(turn(), "openai")
    assert set(first.attributes) == {
        "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model", "gen_ai.response.model",
        "botops.purpose",
    }  # fmt: skip
    assert first.tokens == {"input": 100, "output": 20}
    assert first.seconds == pytest.approx(0.9)
    assert second.attributes["error.type"] == "timeout"


def test_tokens_that_nobody_counted_are_not_reported():
    (call,) = otel.measured(turn(attempts=(attempt(usage=Usage(9, estimated=True)),)), "openai")
    assert call.tokens == {}


def test_a_simulated_model_is_provided_by_nobody_else():
    (call, _) = otel.measured(turn(simulated=True), "openai")
    assert call.attributes["gen_ai.provider.name"] == "botops.simulator"


def test_names_are_those_of_the_pinned_conventions():
    metrics = pytest.importorskip("opentelemetry.semconv._incubating.metrics.gen_ai_metrics")
    from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
    from opentelemetry.semconv.attributes import error_attributes
    from opentelemetry.semconv.schemas import Schemas

    known = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")}
    known.add(error_attributes.ERROR_TYPE)
    named = [one.name for table in (otel.TURN, otel.CALL, otel.JUDGED) for one in table]
    assert {name for name in [*named, otel.TOKEN_TYPE] if not name.startswith("botops.")} <= known
    assert metrics.GEN_AI_CLIENT_OPERATION_DURATION == otel.DURATION
    assert metrics.GEN_AI_CLIENT_TOKEN_USAGE == otel.TOKENS
    assert Schemas.V1_41_0.value == otel.SCHEMA_URL
    for table in (otel.TURN, otel.CALL, otel.JUDGED):
        assert len({one.name for one in table}) == len(table)
