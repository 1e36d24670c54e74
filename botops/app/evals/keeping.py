"""What of a finished run is kept: each case with what became of it, where it comes from, and its dialogue."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.domain.evaluations import CaseOutcome, KeptFailure, KeptMark, KeptTurn, Origin
from botops.evals.comparison import outcomes

if TYPE_CHECKING:
    from botops.evals.result import CaseResult, RunResult, TurnResult

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
    # What left last is what a person reads; a safe answer in the place of a blocked draft has nothing to mark.
    sent = next((a for a in reversed(turn.attempts) if a.left and a.text == turn.reply), None)
    marks = [KeptMark(f.start, f.end, f.severity) for f in sent.findings if f.end <= MOST_TEXT] if sent else []
    return KeptTurn(turn.client[:MOST_TEXT], turn.reply[:MOST_TEXT], turn.action, tuple(marks))
