"""From the records of a dialogue to its result: faults told apart from failures, checks asked, turns written down."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from botops.domain.findings import Verdict
from botops.domain.turns import TurnRecord
from botops.evals.checks.base import CannotJudgeError, DialogueView, Miss, TurnView
from botops.evals.model import Case, Expectation
from botops.evals.result import AttemptResult, ClaimFinding, Failure, TurnResult

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a dialogue, or a check, says nothing about the prompt."""

    kind: str
    message: str


def fault_of(record: TurnRecord) -> Fault | None:
    """Why a turn says nothing about the prompt: no model answered, or the prompt could not be filled in."""
    if record.error is None:
        return None
    kind = record.attempts[-1].fault if record.attempts else None
    kind = kind or "prompt_error"
    return Fault(kind, record.error.removeprefix(f"{kind}: "))


def judged(case: Case, dialogue: DialogueView, *, cut_short: bool) -> tuple[tuple[Failure, ...], Fault | None]:
    """What the dialogue missed, in the order of its turns, and why a check could not say.

    A dialogue that a fault has cut short is asked only what was wrong in what the model did say.
    """
    asked: list[tuple[Expectation, Sequence[TurnView]]] = [(e, dialogue.turns) for e in case.expect]
    for line, turn in zip(case.lines, dialogue.turns, strict=False):
        asked += [(e, (turn,)) for e in line.expect]
    failures: list[Failure] = []
    broken = None
    for expectation, scope in asked:
        check = expectation.check
        if cut_short and not check.of_attempts:
            continue
        try:
            failures += [_failure(check.id, miss) for miss in check.judge(expectation.params, dialogue, scope)]
        except CannotJudgeError as error:
            broken = Fault("not_judged", f"{check.id}: {error}")
        except Exception as error:  # a check that breaks, a plug-in's perhaps, must not pass for a bad prompt
            log.exception("the check %s failed on case %s", check.id, case.id)
            broken = Fault("check_failed", f"{check.id}: {type(error).__name__}: {error}")
    # A repair that says the same again is one failure, not two.
    once: dict[object, Failure] = {}
    for failure in failures:
        once.setdefault((failure.rule, failure.turn, failure.quote, failure.expected), failure)
    return tuple(sorted(once.values(), key=lambda f: f.turn or 0)), broken


def _failure(check_id: str, miss: Miss) -> Failure:
    rule = f"{check_id}/{miss.rule}" if miss.rule else check_id
    return Failure(check_id, rule, {"ru": miss.ru, "en": miss.en}, miss.turn, miss.quote, miss.expected)


def turn_result(record: TurnRecord) -> TurnResult:
    """A turn as it stands in the result."""
    return TurnResult(
        record.number,
        record.inbound.text,
        record.reply or "",
        str(record.action or ""),
        record.language,
        tuple(
            AttemptResult(str(a.purpose), a.text, a.text == record.reply, _findings(a.verdict), a.fault)
            for a in record.attempts
        ),
        record.hand_off.rule if record.hand_off else None,
        record.timing.total_ms,
        record.timing.model_ms,
        record.usage.input_tokens,
        record.usage.output_tokens,
        record.cost.pico_usd,
    )


def _findings(verdict: Verdict | None) -> tuple[ClaimFinding, ...]:
    return tuple(
        ClaimFinding(
            f.kind.value, f.severity.label, f.quote, f.start, f.end, f.stated, f.expected, dict(f.explanations)
        )
        for f in (verdict.findings if verdict else ())
    )
