"""A `TurnRecord` as rows of the tables, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from botops.domain.errors import StoreError
from botops.domain.findings import Finding, FindingKind, Judgement, Severity, Verdict
from botops.domain.messages import InboundMessage, Language
from botops.domain.money import Money
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, HandOff, Purpose, Timing, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage
from botops.store.latency import bucket_of

Row = dict[str, Any]
LIVE = "live"
"""The origin of turns that were answered here."""
TURN_VERDICT = -1
"""`finding.attempt` of the findings on the turn itself."""
UNKNOWN_POLICY = GuardPolicy.BLOCK
"""A turn cut off before its end never said its policy; it is read back as the strictest."""


def hour_of(at: datetime) -> int:
    """Whole hours since 1970-01-01 UTC."""
    return int(at.timestamp() // 3600)


def first_hour(at: datetime) -> int:
    """The first hour that begins at a moment or after it."""
    return -int(-at.timestamp() // 3600)


def start_of(hour: int) -> datetime:
    """The moment an hour counted by `hour_of` begins, in UTC."""
    return datetime.fromtimestamp(hour * 3600, UTC)


def inbound_row(turn_id: str, inbound: InboundMessage, number: int, language: Language, process: str) -> Row:
    """The pending row of a turn."""
    return {
        "id": turn_id,
        "dialogue_id": inbound.dialogue_id,
        "number": number,
        "lead_id": inbound.lead_id,
        "channel": inbound.channel,
        "locale": inbound.locale,
        "region": inbound.region,
        "segment": inbound.segment,
        "source": inbound.source,
        "idempotency_key": inbound.idempotency_key,
        "at": inbound.at,
        "hour": hour_of(inbound.at),
        "text": inbound.text,
        "language": language,
        "origin": LIVE,
        "process": process,
        "state": TurnState.PENDING.value,
    }


def outcome_row(record: TurnRecord) -> Row:
    """What `finish` adds to the pending row."""
    assignment, verdict, timing = record.assignment, record.verdict, record.timing
    try:
        cost = record.cost
    except ValueError as error:
        raise StoreError(f"turn {record.id}: its attempts are priced in different currencies: {error}") from error
    usage = record.usage
    findings = verdict.findings if verdict else ()
    return {
        "language": record.language,
        "state": record.state.value,
        "policy": record.policy.value,
        "reply": record.reply,
        "action": record.action.value if record.action else None,
        "replied_at": record.replied_at,
        "error": record.error,
        "model": record.model,
        "simulated": record.simulated,
        "prompt": assignment.ref.name if assignment else None,
        "prompt_version": assignment.ref.version if assignment else None,
        "prompt_checksum": assignment.ref.checksum if assignment else None,
        "rendered": record.rendered,
        "experiment": assignment.experiment if assignment else None,
        "variant": assignment.variant if assignment else None,
        "bucket": assignment.bucket if assignment else None,
        "unit": assignment.unit if assignment else None,
        "stale": assignment.stale if assignment else False,
        **_verdict_columns(verdict),
        "total_ms": timing.total_ms,
        "model_ms": timing.model_ms,
        "guard_ms": timing.guard_ms,
        "first_text_ms": timing.first_text_ms,
        "latency_bucket": bucket_of(timing.total_ms),
        "input_tokens": usage.input_tokens,
        "cached_tokens": usage.cached_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        **cost_sums(cost),
        "findings": len(findings),
        "worst": max((int(f.severity) for f in findings), default=0),
    }


def attempt_rows(record: TurnRecord) -> list[Row]:
    """The rows of a record's model calls."""
    return [_attempt_row(record.id, position, attempt) for position, attempt in enumerate(record.attempts)]


def _attempt_row(turn_id: str, position: int, attempt: Attempt) -> Row:
    usage, cost = attempt.usage, attempt.cost
    return {
        "turn_id": turn_id,
        "position": position,
        "purpose": attempt.purpose.value,
        "model": attempt.model,
        "text": attempt.text,
        "fault": attempt.fault,
        "model_ms": attempt.model_ms,
        **usage_row(usage),
        "tries": [one.plain() for one in attempt.tries] or None,
        **cost_row(cost),
        **_verdict_columns(attempt.verdict),
    }


USAGE = tuple(each.name for each in fields(Usage))
"""The columns of a usage."""


def usage_row(usage: Usage) -> Row:
    """The columns of a usage."""
    return {name: getattr(usage, name) for name in USAGE} | {"tool_uses": dict(usage.tool_uses) or None}


def usage_of(row: Mapping[str, Any]) -> Usage:
    """The usage of a row with the columns of `usage_row`."""
    return Usage.of_plain({name: row[name] for name in USAGE})


def cost_row(cost: Cost) -> Row:
    """The columns of a cost."""
    return {
        "pico_usd": cost.pico_usd,
        "local_minor": cost.local.minor if cost.local else None,
        "local_currency": cost.local.currency if cost.local else None,
        "rate": None if cost.rate is None else str(cost.rate),
        "priced_as": cost.priced_as,
        "price_source": cost.source,
        "simulated": cost.simulated,
        "unknown_model": cost.unknown_model,
        "saved_pico_usd": cost.saved_pico_usd,
    }


def cost_of(row: Mapping[str, Any]) -> Cost:
    """The cost of a row with the columns of `cost_row`."""
    return Cost(
        row["pico_usd"],
        money_of(row["local_minor"], row["local_currency"]),
        None if row["rate"] is None else Decimal(row["rate"]),
        row["priced_as"],
        row["price_source"],
        row["simulated"],
        row["unknown_model"],
        row["saved_pico_usd"],
    )


def cost_sums(cost: Cost) -> Row:
    """The columns of a turn that sum up the costs of its calls."""
    return {
        "pico_usd": cost.pico_usd,
        "local_minor": cost.local.minor if cost.local else 0,
        "local_currency": cost.local.currency if cost.local else "",
        "unknown_cost": cost.unknown_model,
    }


def _verdict_columns(verdict: Verdict | None) -> Row:
    return {
        "judgement": verdict.judgement.value if verdict else None,
        "verdict_reason": verdict.reason if verdict else None,
        "claims": verdict.claims if verdict else 0,
        "book": verdict.book if verdict else None,
    }


def finding_rows(record: TurnRecord) -> list[Row]:
    """The rows of all findings: of the turn's verdict and of each attempt's."""
    return [
        _finding_row(record.id, attempt, position, finding)
        for attempt, verdict in _verdicts(record)
        for position, finding in enumerate(verdict.findings)
    ]


def excepted_rows(record: TurnRecord) -> list[Row]:
    """The same of the findings that exceptions let pass."""
    return [
        _finding_row(record.id, attempt, position, finding) | {"exception_id": finding.exception or ""}
        for attempt, verdict in _verdicts(record)
        for position, finding in enumerate(verdict.excepted)
    ]


def _verdicts(record: TurnRecord) -> Iterable[tuple[int, Verdict]]:
    verdicts = [(TURN_VERDICT, record.verdict), *((n, a.verdict) for n, a in enumerate(record.attempts))]
    return [(attempt, verdict) for attempt, verdict in verdicts if verdict is not None]


def _finding_row(turn_id: str, attempt: int, position: int, finding: Finding) -> Row:
    at_risk, overcharge = finding.at_risk, finding.overcharge
    return {
        "turn_id": turn_id,
        "attempt": attempt,
        "position": position,
        "message": finding.turn,
        "kind": finding.kind.value,
        "quote": finding.quote,
        "span_start": finding.start,
        "span_end": finding.end,
        "severity": int(finding.severity),
        "stated": finding.stated,
        "expected": finding.expected,
        "explanations": dict(finding.explanations),
        "sku": finding.sku,
        "at_risk_minor": at_risk.minor if at_risk else None,
        "at_risk_currency": at_risk.currency if at_risk else None,
        "overcharge_minor": overcharge.minor if overcharge else None,
        "overcharge_currency": overcharge.currency if overcharge else None,
        "source": finding.source,
        "rule": finding.rule,
    }


def hand_off_row(hand_off: HandOff) -> Row:
    """The row of a hand-off, not yet taken by anyone."""
    return {
        "turn_id": hand_off.turn_id,
        "dialogue_id": hand_off.dialogue_id,
        "lead_id": hand_off.lead_id,
        "at": hand_off.at,
        "rule": hand_off.rule,
        "reason": hand_off.reason,
        "role": hand_off.role,
    }


def hand_off_of(row: Mapping[str, Any]) -> HandOff:
    """The hand-off of a row."""
    return HandOff(
        row["dialogue_id"], row["lead_id"], row["turn_id"], row["at"], row["rule"], row["reason"], row["role"]
    )


def record_of(
    turn: Mapping[str, Any],
    attempts: Iterable[Mapping[str, Any]] = (),
    findings: Iterable[Mapping[str, Any]] = (),
    hand_off: Mapping[str, Any] | None = None,
    excepted: Iterable[Mapping[str, Any]] = (),
) -> TurnRecord:
    """The record a turn's rows stand for; `attempts`, `findings` and `excepted` in order."""
    found, passed = _by_attempt(findings), _by_attempt(excepted)
    return TurnRecord(
        id=turn["id"],
        inbound=_inbound_of(turn),
        number=turn["number"],
        state=TurnState(turn["state"]),
        language=turn["language"],
        policy=GuardPolicy(turn["policy"]) if turn["policy"] else UNKNOWN_POLICY,
        reply=turn["reply"],
        action=Action(turn["action"]) if turn["action"] else None,
        assignment=_assignment_of(turn),
        verdict=_verdict_of(turn, found.get(TURN_VERDICT, ()), passed.get(TURN_VERDICT, ())),
        attempts=tuple(
            _attempt_of(row, found.get(row["position"], ()), passed.get(row["position"], ())) for row in attempts
        ),
        hand_off=hand_off_of(hand_off) if hand_off else None,
        timing=Timing(turn["total_ms"], turn["model_ms"], turn["guard_ms"], turn["first_text_ms"]),
        model=turn["model"],
        simulated=turn["simulated"],
        error=turn["error"],
        replied_at=turn["replied_at"],
        rendered=turn["rendered"],
    )


def _by_attempt(rows: Iterable[Mapping[str, Any]]) -> dict[int, list[Finding]]:
    found: dict[int, list[Finding]] = {}
    for row in rows:
        found.setdefault(row["attempt"], []).append(finding_of(row))
    return found


def _inbound_of(turn: Mapping[str, Any]) -> InboundMessage:
    return InboundMessage(
        dialogue_id=turn["dialogue_id"],
        lead_id=turn["lead_id"],
        text=turn["text"],
        at=turn["at"],
        idempotency_key=turn["idempotency_key"],
        channel=turn["channel"],
        locale=turn["locale"],
        region=turn["region"],
        segment=turn["segment"],
        source=turn["source"],
    )


def _assignment_of(turn: Mapping[str, Any]) -> Assignment | None:
    if turn["prompt"] is None:
        return None
    ref = PromptRef(turn["prompt"], turn["prompt_version"], turn["prompt_checksum"])
    return Assignment(ref, turn["experiment"], turn["variant"], turn["bucket"], turn["stale"], turn["unit"] or "lead")


def _verdict_of(row: Mapping[str, Any], findings: Sequence[Finding], excepted: Sequence[Finding]) -> Verdict | None:
    if row["judgement"] is None:
        return None
    return Verdict(
        Judgement(row["judgement"]),
        tuple(findings),
        reason=row["verdict_reason"],
        claims=row["claims"],
        book=row["book"],
        excepted=tuple(excepted),
    )


def _attempt_of(row: Mapping[str, Any], findings: Sequence[Finding], excepted: Sequence[Finding]) -> Attempt:
    return Attempt(
        Purpose(row["purpose"]),
        row["model"],
        row["text"],
        usage_of(row),
        cost_of(row),
        row["model_ms"],
        _verdict_of(row, findings, excepted),
        row["fault"],
        tuple(Usage.of_plain(one) for one in row["tries"] or ()),
    )


def finding_of(row: Mapping[str, Any]) -> Finding:
    """The finding of a row."""
    return Finding(
        turn=row["message"],
        kind=FindingKind(row["kind"]),
        quote=row["quote"],
        start=row["span_start"],
        end=row["span_end"],
        severity=Severity(row["severity"]),
        stated=row["stated"],
        expected=row["expected"],
        explanations=dict(row["explanations"]),
        sku=row["sku"],
        at_risk=money_of(row["at_risk_minor"], row["at_risk_currency"]),
        overcharge=money_of(row["overcharge_minor"], row["overcharge_currency"]),
        source=row["source"],
        rule=row["rule"],
        exception=row.get("exception_id"),
    )


def money_of(minor: int | None, currency: str | None) -> Money | None:
    """An amount, or None when the column was empty."""
    return None if minor is None or currency is None else Money(minor, currency)
