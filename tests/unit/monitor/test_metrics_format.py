"""What `/metrics` answers: formats, exemplars, series that stay few, and what is not known yet."""

import math
from dataclasses import replace
from itertools import product, zip_longest
from typing import get_args

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from botops.domain.errors import ModelFault
from botops.domain.messages import InboundMessage
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, Purpose, Timing, TurnRecord, TurnState
from botops.domain.turns import GuardPolicy as Policy
from botops.domain.usage import Cost, Usage
from botops.monitor import Metrics
from botops.monitor.metrics import LABELS, Declared, declared_by, fill
from botops.monitor.metrics.declared import SUBJECTS
from botops.monitor.metrics.declaring import Declarations, counter, gauge
from botops.testing.fakes import START

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
ALL = declared_by(Metrics)


def record(turn_id="t" * 32, channel="web"):
    attempt = Attempt(Purpose.REPLY, "m", "", Usage(), Cost(), 1, fault="timeout")
    return TurnRecord(
        turn_id, InboundMessage("d", "l", "text", START, "k", channel=channel), 1, TurnState.ANSWERED, "ru",
        Policy.BLOCK, attempts=(attempt,), timing=Timing(1200, 900, 2, 300),
    )  # fmt: skip


def test_who_takes_openmetrics_gets_the_turn_behind_a_figure():
    metrics = Metrics()
    metrics.turn_finished(record())
    body, content_type = metrics.scrape(OPENMETRICS)
    assert content_type.startswith("application/openmetrics-text")
    families = {family.name: family for family in openmetrics(body.decode())}
    told = [s.exemplar.labels for s in families["botops_turn_seconds"].samples if s.exemplar]
    assert told
    assert all(labels == {"turn_id": "t" * 32} for labels in told)
    assert [s.exemplar.labels for s in families["botops_model_faults"].samples] == [{"turn_id": "t" * 32}]
    assert b"turn_id" not in metrics.exposition()


@pytest.mark.parametrize(
    "accept", ["", "*/*", "text/html", "application/openmetrics-text; version=x.y", "text/plain;version=;;=", "\x00,;="]
)
def test_whatever_a_reader_accepts_it_gets_metrics(accept):
    body, content_type = Metrics().scrape(accept)
    assert content_type.startswith(("text/plain", "application/openmetrics-text"))
    assert b"botops_build" in body


@pytest.mark.parametrize("turn_id", ["x" * 122, "ы" * 5000])
def test_an_id_too_long_for_an_exemplar_is_left_out_of_it(turn_id, caplog):
    metrics = Metrics()
    metrics.turn_finished(record(turn_id))
    assert metrics.registry.get_sample_value("botops_observe_errors_total") == 0
    assert metrics.registry.get_sample_value("botops_turn_seconds_count", {"stage": "total"}) == 1
    assert not caplog.records
    assert turn_id.encode() not in metrics.scrape(OPENMETRICS)[0]


def test_channels_beyond_the_first_are_folded_together():
    metrics = Metrics()
    for n in range(500):
        metrics.turn_finished(record(channel=f"channel-{n}"))
    labels = {"state": "answered", "channel": "other", "language": "ru"}
    assert metrics.registry.get_sample_value("botops_turns_total", labels) == 480
    assert sum(line.startswith(b"botops_turns_total{") for line in metrics.exposition().splitlines()) == 21


def test_series_stay_few_whatever_comes():
    metrics, faults = Metrics(), get_args(ModelFault)
    for n, (state, language) in product(range(60), product(TurnState, ("ru", "kk", "en"))):
        one = record(channel=f"channel-{n}")
        attempts = [
            replace(one.attempts[0], model=f"model-{n}", purpose=purpose, fault=fault)
            for purpose, fault in zip_longest(Purpose, faults, fillvalue=Purpose.REPLY)
        ]
        ref = PromptRef(f"prompt-{n}", n, "0" * 64)
        metrics.turn_finished(
            replace(one, state=state, language=language, attempts=tuple(attempts), action=list(Action)[n % 5],
                    assignment=Assignment(ref, "e", n % 3))
        )  # fmt: skip
    assert metrics.registry.get_sample_value("botops_observe_errors_total") == 0
    assert sum(not line.startswith(b"#") for line in metrics.exposition().splitlines()) < 2000


def test_no_series_says_when_it_began():
    metrics = Metrics()
    metrics.turn_finished(record())
    assert b"_created" not in metrics.exposition()
    assert b"_created" not in metrics.scrape(OPENMETRICS)[0]


def test_what_is_not_known_yet_is_not_nought():
    families = {f.name: f for f in text_string_to_metric_families(Metrics().exposition().decode())}
    assert math.isnan(families["botops_backup_timestamp_seconds"].samples[0].value)
    assert math.isnan(families["botops_hand_off_queue"].samples[0].value)
    assert families["botops_budget_left_ratio"].samples == []


def test_names_and_texts_keep_to_the_rules_of_prometheus():
    names = [metric.name for metric in ALL.values()]
    assert len(set(names)) == len(names)
    for metric in ALL.values():
        assert metric.name.startswith("botops_")
        assert metric.text.endswith(".")
        assert set(metric.labels) <= LABELS, metric.name
        kind = metric.kind.__name__
        assert metric.name.endswith("_total") == (kind == "Counter"), metric.name
        if kind == "Histogram":
            assert metric.name.endswith("_seconds")
            assert list(metric.buckets) == sorted(metric.buckets)
            assert len(metric.buckets) <= 12
        assert not metric.name.endswith(("_ms", "_minutes", "_percent", "_share", "_count", "_sum", "_bucket"))


def test_every_subject_is_in_the_metrics_of_a_process():
    assert {name: metric for subject in SUBJECTS for name, metric in declared_by(subject).items()} == ALL
    metrics = Metrics()
    for name in ALL:
        assert not isinstance(getattr(metrics, name), Declared)


def test_a_label_that_is_not_on_the_list_is_refused():
    with pytest.raises(ValueError, match="dialogue_id may not be a label"):
        counter("botops_x_total", "X.", "dialogue_id")


def test_two_sets_of_metrics_share_nothing():
    one, other = Metrics(), Metrics()
    one.turn_finished(record())
    assert other.registry.get_sample_value("botops_turn_seconds_count", {"stage": "total"}) is None


def test_what_is_gone_leaves_no_series():
    class Own(Declarations):
        left = gauge("botops_left_ratio", "Left.", "budget")

    registry = CollectorRegistry()
    own = Own(registry)
    fill(own.left, {("day",): 0.5, ("month",): 1})
    fill(own.left, {("day",): 0.25})
    assert registry.get_sample_value("botops_left_ratio", {"budget": "day"}) == 0.25
    assert registry.get_sample_value("botops_left_ratio", {"budget": "month"}) is None
    fill(own.left, {})
    assert registry.get_sample_value("botops_left_ratio", {"budget": "day"}) is None


def test_the_metrics_of_a_model_that_is_tried_again():
    metrics = Metrics()
    metrics.model_retried("m", "server")
    metrics.turn_finished(replace(record(), attempts=()))
    labels = {"model": "m", "fault": "server"}
    assert metrics.registry.get_sample_value("botops_model_retries_total", labels) == 1
