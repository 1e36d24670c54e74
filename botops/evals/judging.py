"""From the records of a dialogue to its result: faults told apart from failures, checks asked, turns written down."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from botops.domain.findings import Verdict
from botops.domain.turns import TurnRecord
from botops.domain.usage import Cost
from botops.evals.checks.base import CannotJudgeError, DialogueView, Miss, TurnView
from botops.evals.grading import graded_by, is_advisory
from botops.evals.judge import Judge
from botops.evals.model import Case, Expectation
from botops.evals.result import AttemptResult, ClaimFinding, Failure, Fault, GradeResult, TurnResult

log = logging.getLogger(__name__)


def fault_of(record: TurnRecord) -> Fault | None:
    """Why a turn says nothing about the prompt: no model answered, or the prompt could not be filled in."""
    if record.error is None:
        return None
    kind = record.attempts[-1].fault if record.attempts else None
    kind = kind or "prompt_error"
    return Fault(kind, record.error.removeprefix(f"{kind}: "))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a dialogue's expectations.

    `failures` stand in the order of their turns. `advice` are the failures that a judge has found by a criterion it may
    not fail a gate by. `fault` is why a check could not say. `grades` and `judge_cost` are what the judge said and what
    asking it cost. `asked` are the ids of the checks that could fail the dialogue.
    """

    failures: tuple[Failure, ...]
    advice: tuple[Failure, ...]
    fault: Fault | None
    grades: tuple[GradeResult, ...]
    judge_cost: Cost
    asked: tuple[str, ...]


_Asked = tuple[Expectation, Sequence[TurnView]]


async def judged(case: Case, dialogue: DialogueView, judge: Judge | None = None, *, cut_short: bool) -> Outcome:
    """Asks everything that is expected of a dialogue; the `judge` of several criteria at once.

    A dialogue that a fault has cut short is asked only what was wrong in what the model did say. Raises StoreError when
    an answer of the judge cannot be recorded.
    """
    asked: list[_Asked] = [(e, dialogue.turns) for e in case.expect]
    for line, turn in zip(case.lines, dialogue.turns, strict=False):
        asked += [(e, (turn,)) for e in line.expect]
    asked = [(e, scope) for e, scope in asked if e.check.of_attempts or not cut_short]
    failures: list[Failure] = []
    broken = None
    for expectation, scope in asked:
        check = expectation.check
        if check.needs_llm:
            continue
        try:
            failures += [_failure(check.id, miss) for miss in check.missed(expectation.params, dialogue, scope)]
        except CannotJudgeError as error:
            broken = Fault("not_judged", f"{check.id}: {error}")
        except Exception as error:  # a check that breaks, a plug-in's perhaps, must not pass for a bad prompt
            log.exception("the check %s failed on case %s", check.id, case.id)
            broken = Fault("check_failed", f"{check.id}: {type(error).__name__}: {error}")
    graded = await graded_by(judge, dialogue, [(e, scope) for e, scope in asked if e.check.needs_llm])
    return Outcome(
        _once([*failures, *graded.failures]),
        _once(graded.advice),
        broken or graded.fault,
        graded.grades,
        graded.cost,
        tuple(sorted({e.check.id for e in case.expectations if not is_advisory(e, judge)})),
    )


def _once(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """A repair that says the same again is one failure, not two."""
    once: dict[object, Failure] = {}
    for failure in failures:
        once.setdefault((failure.rule, failure.turn, failure.quote, failure.expected), failure)
    return tuple(sorted(once.values(), key=lambda f: f.turn or 0))


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
