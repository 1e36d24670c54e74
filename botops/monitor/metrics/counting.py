"""The metrics of a process: one registry, and how a finished turn is counted in it.

Labels only take values we know: dialogue ids, leads and texts are never labels, and of values that come from outside
(versions, models, channels) those beyond the first few seen are folded into `other`, so the number of series stays
bounded.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from botops.monitor.metrics.declared import (
    AlertMetrics,
    DataMetrics,
    GuardMetrics,
    ModelMetrics,
    ProcessMetrics,
    PromptMetrics,
    TurnMetrics,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

    from botops.domain.findings import Verdict
    from botops.domain.turns import Attempt, TurnRecord

log = logging.getLogger(__name__)

MAX_VERSIONS = 40
OTHER = "other"
_MOST_NAMES = 20
"""Values of a label that comes from outside: models, channels, currencies, rules."""
_TURN = "turn_id"
_EXEMPLAR_CHARACTERS = 128
"""More would be refused by OpenMetrics, and by the library with an error."""


class Metrics(TurnMetrics, GuardMetrics, ModelMetrics, PromptMetrics, DataMetrics, AlertMetrics, ProcessMetrics):
    """The metrics of one process. `registry` may be handed in; tests never share the global one."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        super().__init__(self.registry)
        self._versions = Few(MAX_VERSIONS)
        self._prompts = Few(_MOST_NAMES)
        self._models = Few(_MOST_NAMES)
        self._channels = Few(_MOST_NAMES)
        self._currencies = Few(_MOST_NAMES)
        self._rules = Few(_MOST_NAMES)

    def exposition(self) -> bytes:
        """Every metric in the Prometheus text format."""
        return self.scrape()[0]

    def scrape(self, accept: str = "") -> tuple[bytes, str]:
        """What `/metrics` answers to an `Accept` header, and its content type: OpenMetrics for who takes it (exemplars
        stand in no other format), else the Prometheus text format."""
        try:
            encode, content_type = choose_encoder(accept)
        except (TypeError, ValueError):  # a version that is none
            encode, content_type = choose_encoder("")
        return encode(_WithoutBirths(self.registry)), content_type

    def turn_finished(self, record: TurnRecord) -> None:
        """Counts one turn. A failure is counted and logged, never raised: the reply is already kept."""
        try:
            self._count(record)
        except Exception:  # whatever a record holds, counting it must not break a reply
            self.observe_errors.inc()
            log.exception("metrics of turn %s were not counted", record.id)

    def model_retried(self, model: str, fault: str) -> None:
        """Counts a request that is sent again after a fault."""
        self.model_retries.labels(self._models(model), fault).inc()

    def model_resting(self, model: str, resting: bool) -> None:
        """Tells whether a model is left alone because it kept failing."""
        self.breaker_open.labels(self._models(model)).set(resting)

    def _count(self, record: TurnRecord) -> None:
        shown = exemplar(record)
        channel = self._channels(record.inbound.channel)
        self.turns.labels(record.state.value, channel, record.language).inc(exemplar=shown)
        if record.action is not None:
            self.replies.labels(record.action.value, *self._prompt_labels(record)).inc(exemplar=shown)
        if record.hand_off is not None:
            self.hand_offs.labels(self._rules(record.hand_off.rule)).inc(exemplar=shown)
        for attempt in record.attempts:
            self._count_attempt(attempt, shown)
        timing = record.timing
        self.seconds.labels("total").observe(timing.total_ms / 1000, shown)
        self.seconds.labels("model").observe(timing.model_ms / 1000, shown)
        if timing.first_text_ms is not None:
            self.seconds.labels("first_text").observe(timing.first_text_ms / 1000, shown)
        self.guard_seconds.observe(timing.guard_ms / 1000, shown)

    def _count_attempt(self, attempt: Attempt, shown: dict[str, str] | None) -> None:
        model, purpose, usage = self._models(attempt.model), attempt.purpose.value, attempt.usage
        self.tokens.labels(model, purpose, "input").inc(usage.input_tokens)
        self.tokens.labels(model, purpose, "cached").inc(usage.cached_tokens)
        self.tokens.labels(model, purpose, "output").inc(usage.output_tokens)
        self.tokens.labels(model, purpose, "reasoning").inc(usage.reasoning_tokens)
        self.cost_usd.labels(model, purpose).inc(float(attempt.cost.usd))
        if attempt.cost.unknown_model:
            self.unpriced_calls.labels(model, "model").inc()
        elif attempt.cost.unpriced:
            self.unpriced_calls.labels(model, "part").inc()
        if attempt.fault:
            self.model_faults.labels(model, attempt.fault).inc(exemplar=shown)
        if attempt.verdict is not None:
            self._count_verdict(attempt.verdict, shown)

    def _count_verdict(self, verdict: Verdict, shown: dict[str, str] | None) -> None:
        self.verdicts.labels(verdict.judgement.value).inc(exemplar=shown)
        self.claims.inc(verdict.claims)
        for finding in verdict.excepted:
            self.excepted.labels(finding.kind.value).inc()
        for finding in verdict.findings:
            severity, at_risk = finding.severity.label, finding.at_risk
            self.findings.labels(finding.kind.value, severity).inc(exemplar=shown)
            if at_risk is not None:
                self.at_risk.labels(severity, self._currencies(at_risk.currency)).inc(float(at_risk.amount))

    def _prompt_labels(self, record: TurnRecord) -> tuple[str, str, str]:
        if record.assignment is None:
            return "none", "none", "none"
        ref, variant = record.assignment.ref, record.assignment.variant
        if self._versions(f"{ref.name}@{ref.version}") == OTHER:
            return self._prompts(ref.name), OTHER, "none"
        return ref.name, str(ref.version), str(variant) if variant >= 0 else "none"


class Few:
    """The first values seen of a label, and `other` for all that come after them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: set[str] = set()

    def __call__(self, value: str) -> str:
        """The value a label gets."""
        if value not in self._seen:
            if len(self._seen) >= self._most:
                return OTHER
            self._seen.add(value)
        return value


def exemplar(record: TurnRecord) -> dict[str, str] | None:
    """What an exemplar says of a turn; None for an id too long to stand in one."""
    return {_TURN: record.id} if len(_TURN) + len(record.id) <= _EXEMPLAR_CHARACTERS else None


class _WithoutBirths:
    """A registry without the samples that say when each series began: they would double the series for nothing."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        """Every family of the registry."""
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family
