"""Turns told to a collector of OpenTelemetry: a loopback one that understands OTLP over HTTP, one that is away, and one
that never answers."""

import asyncio
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("opentelemetry.exporter.otlp.proto.http")

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from botops.app.container import Container
from botops.app.doctor import examine
from botops.app.services import inbound
from botops.config import Secrets, load_settings
from botops.domain.errors import UserError
from botops.monitor import otel
from botops.testing.fakes import QueueModel

MESSAGE = "Сколько стоит тариф «Магазин»? Мой номер +7 701 123 45 67"


class Collector:
    """Keeps what it is sent. `hold` keeps it from answering."""

    def __init__(self):
        self.spans, self.metrics, self.resources, self.schemas = [], [], [], set()
        self.hold = threading.Event()
        self.hold.set()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.hold.wait(60)
                collector.take(self.path, body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path, body):
        if path == "/v1/traces":
            for one in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.resources.append(told(one.resource.attributes))
                for scope in one.scope_spans:
                    self.schemas.add(scope.schema_url)
                    self.spans.extend(scope.spans)
        elif path == "/v1/metrics":
            for one in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                for scope in one.scope_metrics:
                    self.metrics.extend(scope.metrics)

    def close(self):
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()


def told(attributes):
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.close()


@contextmanager
def bot(project, model=None, **secrets):
    settings = load_settings(project / "botops.yaml", required=True)
    with Container.open(settings, Secrets(**secrets), model=model) as container:
        yield container


def ask(container, text=MESSAGE):
    async def once():
        return await container.bot.run_turn(await inbound(container, text, dialogue_id="d-1", lead_id="lead-7"))

    return asyncio.run(once())


def test_a_turn_reaches_the_collector_without_a_word_of_the_dialogue(project, collector):
    with bot(project, otlp_endpoint=collector.address + "/") as container:
        record = ask(container)
    outer = next(span for span in collector.spans if span.name == "invoke_agent sales")
    calls = [span for span in collector.spans if span.name.startswith("chat ")]
    assert {span.parent_span_id for span in calls} == {outer.span_id}
    assert {span.trace_id for span in calls} == {outer.trace_id}
    assert len(calls) == len(record.attempts)
    attributes = told(outer.attributes)
    assert attributes["botops.turn.id"] == record.id
    assert attributes["gen_ai.conversation.id"] == "d-1"
    (verdict,) = (event for span in calls for event in span.events)
    assert verdict.name == otel.EVALUATION
    assert collector.schemas == {otel.SCHEMA_URL}
    assert collector.resources[0]["service.name"] == "botops"
    sent = b"".join(span.SerializeToString() for span in collector.spans)
    for text in (MESSAGE, "Магазин", "701", "lead-7", record.reply):
        assert text.encode() not in sent


def test_metrics_of_calls_reach_the_collector(project, collector):
    model = QueueModel(["Здравствуйте! Чем помочь?"])
    with bot(project, model, otlp_endpoint=collector.address) as container:
        record = ask(container)
    found = {metric.name: metric for metric in collector.metrics}
    (duration,) = found[otel.DURATION].histogram.data_points
    assert found[otel.DURATION].unit == "s"
    assert duration.count == len(record.attempts)
    assert tuple(duration.explicit_bounds) == otel.DURATION_BUCKETS
    assert told(duration.attributes)["gen_ai.provider.name"] == "openai"
    tokens = {told(p.attributes)[otel.TOKEN_TYPE]: p.sum for p in found[otel.TOKENS].histogram.data_points}
    assert tokens == {"input": record.usage.input_tokens, "output": record.usage.output_tokens}


def test_texts_that_are_asked_for_leave_masked(project, collector):
    with bot(project, otlp_endpoint=collector.address, otlp_content=True) as container:
        ask(container)
    outer = next(span for span in collector.spans if span.name == "invoke_agent sales")
    said = told(outer.attributes)["gen_ai.input.messages"]
    assert "Сколько стоит тариф" in said
    assert "123 45 67" not in said


def test_a_collector_that_is_away_costs_no_reply(project, collector):
    collector.close()
    with bot(project, otlp_endpoint=collector.address) as container:
        assert ask(container).reply
        counted = container.metrics.registry.get_sample_value("botops_observe_errors_total")
    assert counted == 0


def test_a_collector_that_never_answers_holds_nobody(project, collector):
    collector.hold.clear()
    with bot(project, otlp_endpoint=collector.address) as container:
        assert ask(container).reply
    assert collector.spans == []


def test_nothing_is_sent_where_no_collector_is_named(project, collector):
    with bot(project) as container:
        assert container.telemetry is None
        assert container.bot.observer is container.metrics
        ask(container)
    assert collector.spans == []


def test_without_the_packages_it_is_said_what_to_install(project, monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    with (
        pytest.raises(UserError, match=r"pip install 'botops\[otel\]'"),
        bot(project, otlp_endpoint="http://127.0.0.1:1"),
    ):
        pass


@pytest.mark.parametrize(
    "address", ["collector:4318", "grpc://127.0.0.1:4317", "http://", "http://[::1", "http://h:x", "/v"]
)
def test_an_address_that_is_none_is_refused_with_an_example(project, address):
    with pytest.raises(UserError, match="write it as http://127"), bot(project, otlp_endpoint=address):
        pass


@pytest.mark.parametrize(
    ("address", "state", "said"),
    [("http://me:hidden@127.0.0.1:4318", "ok", "turns are told to 127.0.0.1:4318, without texts"),
     ("collector:4318", "error", "is no address")],
)  # fmt: skip
def test_the_doctor_knows_where_turns_are_told(project, monkeypatch, address, state, said):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    (found,) = (check for check in examine(project) if check.name == "OpenTelemetry")
    assert found.state == state
    assert said in found.detail
    assert "hidden" not in found.detail


def test_the_environment_says_where_and_whether():
    where = {"OTEL_EXPORTER_OTLP_ENDPOINT": " http://127.0.0.1:4318 "}
    assert Secrets.from_environ(where).otlp_endpoint == "http://127.0.0.1:4318"
    assert not Secrets.from_environ(where).otlp_content
    assert Secrets.from_environ({**where, "OTEL_SDK_DISABLED": "true"}).otlp_endpoint is None
    assert Secrets.from_environ({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "True"}).otlp_content
    assert Secrets.from_environ({"OTEL_EXPORTER_OTLP_ENDPOINT": " "}).otlp_endpoint is None
