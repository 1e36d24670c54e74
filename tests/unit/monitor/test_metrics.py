from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from botops.domain.findings import Finding, FindingKind, Severity, Verdict
from botops.domain.messages import InboundMessage
from botops.domain.money import Money
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, HandOff, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.monitor import Metrics
from botops.monitor.metrics import LABELS, MAX_VERSIONS
from botops.testing.fakes import START

FINDING = Finding(
    1, FindingKind.PRICE, "45 000", 0, 6, Severity.HIGH, "45 000 ₸", "49 000 ₸", at_risk=Money.of(4000, "KZT")
)


def record(version=1, model="m", **more):
    inbound = InboundMessage("d", "l", "text", START, "k")
    usage = Usage(100, 40, 0, 20, 5)
    attempt = Attempt(
        Purpose.REPLY, model, "text", usage, Cost(5 * 10**11), 900,
        verdict=Verdict.of((FINDING,), claims=2, book="b"),
    )  # fmt: skip
    whole = TurnRecord(
        "t", inbound, 1, TurnState.ANSWERED, "ru", GuardPolicy.BLOCK, reply="safe", action=Action.BLOCKED,
        assignment=Assignment(PromptRef("sales", version, "0" * 64), "opening", 1, 4242),
        attempts=(attempt,), hand_off=HandOff("d", "l", "t", START, "blocked_reply", "why"),
        timing=Timing(1200, 900, 2, 300), model=model,
    )  # fmt: skip
    return replace(whole, **more)


def value(metrics, name, **labels):
    return metrics.registry.get_sample_value(name, labels)


def test_a_turn_is_counted_everywhere():
    metrics = Metrics()
    metrics.turn_finished(record())
    assert value(metrics, "botops_turns_total", state="answered", channel="web", language="ru") == 1
    assert value(metrics, "botops_replies_total", action="blocked", prompt="sales", version="1", variant="1") == 1
    assert value(metrics, "botops_findings_total", kind="price", severity="high") == 1
    assert value(metrics, "botops_money_at_risk_total", severity="high", currency="KZT") == 4000
    assert value(metrics, "botops_claims_checked_total") == 2
    assert value(metrics, "botops_verdicts_total", judgement="contradicted") == 1
    assert value(metrics, "botops_tokens_total", model="m", purpose="reply", type="cached") == 40
    assert value(metrics, "botops_cost_dollars_total", model="m", purpose="reply") == pytest.approx(0.5)
    assert value(metrics, "botops_hand_offs_total", rule="blocked_reply") == 1
    assert value(metrics, "botops_turn_seconds_sum", stage="first_text") == pytest.approx(0.3)


def test_calls_without_a_price_are_counted():
    metrics = Metrics()
    one = record()
    unknown, part, known = (
        replace(one.attempts[0], cost=cost)
        for cost in (Cost(unknown_model=True), Cost(5, unpriced=("web_search",)), Cost(5))
    )
    metrics.turn_finished(replace(one, attempts=(unknown, part, known, part)))
    assert value(metrics, "botops_unpriced_calls_total", model="m", kind="model") == 1
    assert value(metrics, "botops_unpriced_calls_total", model="m", kind="part") == 2


def test_the_exposition_parses_and_uses_allowed_labels_only():
    metrics = Metrics()
    metrics.build.info({"version": "1"})
    metrics.price_book.info({"version": "abc", "currency": "KZT"})
    metrics.turn_finished(record())
    metrics.turn_finished(record(attempts=(Attempt(Purpose.REPLY, "m", "", Usage(), Cost(), 1, fault="timeout"),)))
    families = list(text_string_to_metric_families(metrics.exposition().decode()))
    assert families
    for family in families:
        assert family.name.startswith("botops_")
        assert family.documentation.endswith(".")
        for sample in family.samples:
            if family.type != "info" and not family.name.endswith("_info"):
                assert set(sample.labels) - {"le"} <= LABELS, family.name


def test_many_versions_and_models_do_not_make_many_series():
    metrics = Metrics()
    for version in range(300):
        metrics.turn_finished(record(version, f"model-{version}"))
    families = text_string_to_metric_families(metrics.exposition().decode())
    assert sum(len(f.samples) for f in families) < 2000
    assert value(
        metrics, "botops_replies_total", action="blocked", prompt="sales", version="other", variant="none"
    ) == (300 - MAX_VERSIONS)


def test_a_turn_that_cannot_be_counted_is_counted_as_such(caplog):
    metrics = Metrics(CollectorRegistry())
    metrics.turn_finished(record(attempts=(None,)))
    assert value(metrics, "botops_observe_errors_total") == 1
    assert "were not counted" in caplog.text


def test_a_turn_without_a_prompt_or_reply_is_counted():
    metrics = Metrics()
    metrics.turn_finished(record(assignment=None, hand_off=None, timing=Timing()))
    assert value(metrics, "botops_replies_total", action="blocked", prompt="none", version="none", variant="none") == 1
    metrics.turn_finished(record(action=None, state=TurnState.INTERRUPTED))
    assert value(metrics, "botops_turns_total", state="interrupted", channel="web", language="ru") == 1
