"""Turns as OpenTelemetry spans and metrics, sent by OTLP over HTTP where `OTEL_EXPORTER_OTLP_ENDPOINT` says.

What is told stands in `botops.monitor.otel`. Sending is done by threads of OpenTelemetry's own: a collector that is
away loses what was for it and delays no reply. How to reach it (headers, certificates, time-outs) is said by the
standard variables `OTEL_EXPORTER_OTLP_*`.
"""

from __future__ import annotations

import logging
import threading
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

from botops import __version__
from botops.app.models import place_of
from botops.domain.errors import UserError
from botops.monitor import otel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.context import Context
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    from botops.config import Secrets, Settings
    from botops.domain.ports import Observer
    from botops.domain.turns import TurnRecord
    from botops.monitor import Metrics

log = logging.getLogger(__name__)

_SERVICE = "botops"
_OPENAI = "openai"
_PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
_CLOSE_S = 3.0
"""How long the end of a process may wait for what is still to be sent."""


def require_telemetry(secrets: Secrets) -> None:
    """Raises UserError when a collector is named by what is no address, or OpenTelemetry is not installed."""
    if secrets.otlp_endpoint is None:
        return
    if not place_of_collector(secrets):
        raise UserError("OTEL_EXPORTER_OTLP_ENDPOINT is no address: write it as http://127.0.0.1:4318")
    if not all(map(_installed, _PACKAGES)):
        raise UserError(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set and OpenTelemetry is not installed: pip install 'botops[otel]', "
            "or unset it"
        )


def place_of_collector(secrets: Secrets) -> str:
    """Host and port of the collector, without who logs in; empty when its address is none."""
    endpoint = secrets.otlp_endpoint or ""
    return place_of(endpoint) if endpoint.startswith(("http://", "https://")) else ""


def build_telemetry(settings: Settings, secrets: Secrets) -> Telemetry | None:
    """What sends turns to the collector, None when no collector is named."""
    if secrets.otlp_endpoint is None:
        return None
    from botops.store.masking import mask

    base_url = settings.with_environment(secrets).model.base_url
    provider = place_of(base_url) if base_url else _OPENAI
    return Telemetry(secrets.otlp_endpoint.rstrip("/"), provider, mask if secrets.otlp_content else None)


def _installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


class Telemetry:
    """Sends turns to a collector. `content` prepares texts of dialogues for that; without it none are sent."""

    def __init__(self, endpoint: str, provider: str, content: Callable[[str], str] | None = None) -> None:
        from opentelemetry.sdk.resources import Resource

        resource = Resource.create({"service.name": _SERVICE, "service.version": __version__}, otel.SCHEMA_URL)
        self._provider = provider
        self._content = content
        self._tracing = _tracing(endpoint, resource)
        self._metering = _metering(endpoint, resource)
        self._tracer = self._tracing.get_tracer(_SERVICE, __version__, schema_url=otel.SCHEMA_URL)
        meter = self._metering.get_meter(_SERVICE, __version__, schema_url=otel.SCHEMA_URL)
        self._duration = meter.create_histogram(
            otel.DURATION, "s", "GenAI operation duration.",
            explicit_bucket_boundaries_advisory=otel.DURATION_BUCKETS,
        )  # fmt: skip
        self._tokens = meter.create_histogram(
            otel.TOKENS, "{token}", "Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=otel.TOKEN_BUCKETS,
        )  # fmt: skip

    def turn_finished(self, record: TurnRecord) -> None:
        """Hands a turn over to be sent."""
        self._send(otel.turn_span(record, self._provider, content=self._content))
        for call in otel.measured(record, self._provider):
            self._duration.record(call.seconds, call.attributes)
            for kind, number in call.tokens.items():
                self._tokens.record(number, {**call.attributes, otel.TOKEN_TYPE: kind})

    def close(self) -> None:
        """Sends what waits, for a few seconds at most, and ends the threads."""
        # Not all of OpenTelemetry's time-outs can be set: a collector that never answers would hold us for minutes.
        endings = [
            threading.Thread(target=provider.shutdown, name="telemetry-end", daemon=True)
            for provider in (self._tracing, self._metering)
        ]
        until = time.monotonic() + _CLOSE_S
        for ending in endings:
            ending.start()
        for ending in endings:
            ending.join(max(0.0, until - time.monotonic()))

    def _send(self, span: otel.Span, within: Context | None = None) -> None:
        from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

        kind = SpanKind.CLIENT if span.kind == "client" else SpanKind.INTERNAL
        sent = self._tracer.start_span(
            span.name, within, kind, attributes=span.attributes, start_time=span.begin_ns
        )  # fmt: skip
        for event in span.events:
            sent.add_event(event.name, event.attributes, span.end_ns)
        if span.error is not None:
            sent.set_status(Status(StatusCode.ERROR, span.error))
        for child in span.children:
            self._send(child, set_span_in_context(sent, within))
        sent.end(span.end_ns)


class Observers:
    """Tells several observers of a turn. The failure of one is counted and logged, and keeps no other from being
    told."""

    def __init__(self, metrics: Metrics, others: Sequence[Observer]) -> None:
        self._metrics = metrics
        self._others = others

    def turn_finished(self, record: TurnRecord) -> None:
        """Tells each of them of a turn."""
        self._metrics.turn_finished(record)
        for other in self._others:
            try:
                other.turn_finished(record)
            except Exception:  # whatever it does with a turn, the reply is kept already
                self._metrics.observe_errors.inc()
                log.exception("turn %s was not told to %s", record.id, type(other).__name__)


def _tracing(endpoint: str, resource: Resource) -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")))
    return provider


def _metering(endpoint: str, resource: Resource) -> MeterProvider:
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{endpoint}/v1/metrics"))
    return MeterProvider([reader], resource, shutdown_on_exit=False)
