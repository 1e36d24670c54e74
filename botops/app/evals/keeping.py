"""What of a finished run is kept: each case with what became of it, where it comes from, and its dialogue."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.domain.evaluations import CaseOutcome, KeptDraft, KeptFailure, KeptMark, KeptTurn, Origin
from botops.evals.outcomes import outcomes

if TYPE_CHECKING:
    from botops.evals.result import AttemptResult, CaseResult, RunResult, TurnResult

MOST_TEXT = 8_000
"""Characters of one message of a dialogue that are kept."""


def kept_cases(result: RunResult) -> tuple[CaseOutcome, ...]:
    """The cases of a result that is about one suite and one subject, in its order."""
    shown: dict[str, CaseResult] = {}
    for case in result.cases:
        known = shown.get(case.case)
        if known is None or (known.status != "fail" and case.status == "fail"):
            shown[case.case] = case
    found = {outcome.case: outcome for outcome in outcomes(result).values()}
    return tuple(
        CaseOutcome(
            name,
            found[name].status,
            found[name].passed,
            found[name].judged,
            tuple(
                KeptFailure(f.rule, MappingProxyType(dict(f.explanations)), f.turn, f.quote)
                for f in found[name].failures
            ),
            found[name].error,
            Origin.of(case.origin),
            tuple(_turn(turn) for turn in case.turns),
        )
        for name, case in shown.items()
    )


def _turn(turn: TurnResult) -> KeptTurn:
    sent = next((a for a in reversed(turn.attempts) if a.left and a.text == turn.reply), None)
    reply = _draft(sent) if sent else KeptDraft(turn.reply[:MOST_TEXT])
    held = [_draft(attempt) for attempt in turn.attempts if attempt.findings and not attempt.left]
    return KeptTurn(turn.client[:MOST_TEXT], reply, turn.action, tuple(held))


def _draft(attempt: AttemptResult) -> KeptDraft:
    marks = (KeptMark(f.start, f.end, f.severity) for f in attempt.findings if f.end <= MOST_TEXT)
    return KeptDraft(attempt.text[:MOST_TEXT], tuple(marks))
