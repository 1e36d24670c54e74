"""Every metric botops exposes, declared once, in one registry per process.

Labels come from a short allow-list and only take values we know: dialogue ids, leads and texts are never labels, and
versions beyond the first `MAX_VERSIONS` seen are folded into `other`, so the number of series stays bounded.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest

if TYPE_CHECKING:
    from botops.domain.findings import Verdict
    from botops.domain.turns import TurnRecord

log = logging.getLogger(__name__)

LABELS = frozenset(
    {"action", "budget", "channel", "fault", "judgement", "kind", "language", "model", "prompt", "purpose", "rule",
     "severity", "stage", "state", "type", "variant", "version"}
)  # fmt: skip
"""Label names a metric may use; a test holds every declaration to it."""

MAX_VERSIONS = 40
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60)
_GUARD_SECONDS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)


class Metrics:
    """The metrics of one process. `registry` may be handed in; tests never share the global one."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        r = self.registry
        self.build = Info("botops_build", "Version of botops that answers.", registry=r)
        self.turns = Counter(
            "botops_turns_total", "Turns finished, by how far they came.",
            ["state", "channel", "language"], registry=r,
        )  # fmt: skip
        self.replies = Counter(
            "botops_replies_total", "Replies by what became of them.",
            ["action", "prompt", "version", "variant"], registry=r,
        )  # fmt: skip
        self.verdicts = Counter(
            "botops_verdicts_total", "Replies judged by the claim checker.", ["judgement"], registry=r
        )
        self.claims = Counter("botops_claims_checked_total", "Commercial claims looked at.", registry=r)
        self.findings = Counter(
            "botops_findings_total", "Claims the price book does not support, held back ones included.",
            ["kind", "severity"], registry=r,
        )  # fmt: skip
        self.excepted = Counter(
            "botops_excepted_findings_total", "Findings that an exception let pass.", ["kind"], registry=r
        )
        self.check_failures = Counter(
            "botops_claim_check_failures_total", "Times a check of the company's own failed on a reply.", ["rule"],
            registry=r,
        )  # fmt: skip
        self.at_risk = Counter(
            "botops_money_at_risk_total", "Promised below what is owed, in major units of the book's currency.",
            ["severity"], registry=r,
        )  # fmt: skip
        self.tokens = Counter(
            "botops_tokens_total",
            "Tokens by type; cached ones are part of input, reasoning of output.",
            ["model", "purpose", "type"],
            registry=r,
        )
        self.cost_usd = Counter(
            "botops_cost_dollars_total", "Model cost in US dollars, for rates only.", ["model", "purpose"], registry=r
        )
        self.unpriced_calls = Counter(
            "botops_unpriced_calls_total",
            "Model calls of unknown cost (kind model), or of too low a one: a tool or tier has no price (kind part).",
            ["model", "kind"],
            registry=r,
        )
        self.model_faults = Counter(
            "botops_model_faults_total", "Model calls without a usable reply, by class.", ["fault"], registry=r
        )
        self.hand_offs = Counter(
            "botops_hand_offs_total", "Dialogues handed to a person, by the rule that fired.", ["rule"], registry=r
        )
        self.seconds = Histogram(
            "botops_turn_seconds", "Time of a turn by stage: first_text, model, total.",
            ["stage"], buckets=_SECONDS, registry=r,
        )  # fmt: skip
        self.guard_seconds = Histogram(
            "botops_guard_seconds", "Time to judge one turn's replies.", buckets=_GUARD_SECONDS, registry=r
        )
        self.ingested = Counter("botops_ingested_turns_total", "Turns taken in from other bots' logs.", registry=r)
        self.observe_errors = Counter("botops_observe_errors_total", "Turns that could not be counted.", registry=r)
        self.watch_errors = Counter("botops_watch_errors_total", "Duties of the watch loop that failed.", registry=r)
        self.prompts_broken = Gauge(
            "botops_prompt_problems", "Problems in prompt files; a broken one is served from its last good text.",
            registry=r,
        )  # fmt: skip
        self.prompts_stale = Gauge("botops_prompts_stale", "Prompts served from a last good text.", registry=r)
        self.overrides = Gauge(
            "botops_overrides", "Orders in force above the release files, by what they do.", ["kind"], registry=r
        )
        self.experiment_stops = Counter(
            "botops_experiment_stops_total", "Experiments that this process stopped because harm was shown.",
            ["prompt", "rule"], registry=r,
        )  # fmt: skip
        self.experiments_mismatched = Gauge(
            "botops_experiments_mismatched", "Experiments whose variants have other sizes than were set.", registry=r
        )
        self.price_book = Info("botops_price_book", "Price book in force.", registry=r)
        self.price_book_problems = Gauge(
            "botops_price_book_problems", "Problems of the price book's file; the last good one stays in force.",
            registry=r,
        )  # fmt: skip
        self.price_book_alarm = Gauge(
            "botops_price_book_alarm", "1 while the price book in force is held to silence right replies.", registry=r
        )
        self.price_book_held = Gauge(
            "botops_price_book_held_share", "Share of first drafts not borne out by the book in force, while watched.",
            registry=r,
        )  # fmt: skip
        self.budget_left = Gauge(
            "botops_budget_left_share", "Part of a budget's amount that is neither spent nor held; below 0 if passed.",
            ["budget"], registry=r,
        )  # fmt: skip
        self.budget_unknown = Gauge(
            "botops_budget_unknown_calls", "Calls of a budget's period without a known price: more is spent than told.",
            ["budget"], registry=r,
        )  # fmt: skip
        self.budget_alerts = Counter(
            "botops_budget_alerts_total", "Levels that budgets reached, each once in a period.",
            ["budget", "kind"], registry=r,
        )  # fmt: skip
        self.queue_open = Gauge("botops_hand_off_queue", "Dialogues waiting for a person.", registry=r)
        self.queue_oldest = Gauge(
            "botops_hand_off_oldest_seconds", "How long the dialogue that waits longest for a person has waited.",
            registry=r,
        )  # fmt: skip
        self.rollup_lag = Gauge("botops_rollup_lag_seconds", "Age of the oldest hour not yet rolled up.", registry=r)
        self._versions: set[tuple[str, str]] = set()
        self._models: set[str] = set()

    def exposition(self) -> bytes:
        """The text that `/metrics` answers with."""
        return generate_latest(self.registry)

    def turn_finished(self, record: TurnRecord) -> None:
        """Counts one turn. A failure is counted and logged, never raised: the reply is already kept."""
        try:
            self._count(record)
        except Exception:  # whatever a record holds, counting it must not break a reply
            self.observe_errors.inc()
            log.exception("metrics of turn %s were not counted", record.id)

    def _count(self, record: TurnRecord) -> None:
        self.turns.labels(record.state.value, record.inbound.channel, record.language).inc()
        if record.action is not None:
            self.replies.labels(record.action.value, *self._prompt_labels(record)).inc()
        if record.hand_off is not None:
            self.hand_offs.labels(record.hand_off.rule).inc()
        for attempt in record.attempts:
            model, purpose = self._model_label(attempt.model), attempt.purpose.value
            usage = attempt.usage
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
                self.model_faults.labels(attempt.fault).inc()
            if attempt.verdict is not None:
                self._count_verdict(attempt.verdict)
        timing = record.timing
        self.seconds.labels("total").observe(timing.total_ms / 1000)
        self.seconds.labels("model").observe(timing.model_ms / 1000)
        if timing.first_text_ms is not None:
            self.seconds.labels("first_text").observe(timing.first_text_ms / 1000)
        self.guard_seconds.observe(timing.guard_ms / 1000)

    def _count_verdict(self, verdict: Verdict) -> None:
        self.verdicts.labels(verdict.judgement.value).inc()
        self.claims.inc(verdict.claims)
        for finding in verdict.excepted:
            self.excepted.labels(finding.kind.value).inc()
        for finding in verdict.findings:
            self.findings.labels(finding.kind.value, finding.severity.label).inc()
            if finding.at_risk is not None:
                self.at_risk.labels(finding.severity.label).inc(float(finding.at_risk.amount))

    def _prompt_labels(self, record: TurnRecord) -> tuple[str, str, str]:
        if record.assignment is None:
            return "none", "none", "none"
        ref = record.assignment.ref
        key = (ref.name, str(ref.version))
        if key not in self._versions:
            if len(self._versions) >= MAX_VERSIONS:
                return ref.name, "other", "none"
            self._versions.add(key)
        variant = str(record.assignment.variant) if record.assignment.variant >= 0 else "none"
        return *key, variant

    def _model_label(self, model: str) -> str:
        if model not in self._models:
            if len(self._models) >= MAX_VERSIONS:
                return "other"
            self._models.add(model)
        return model
