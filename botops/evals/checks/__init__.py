"""Checks: what can be expected of a reply or a dialogue."""

from botops.evals.checks.base import CannotJudgeError, Check, DialogueView, Miss, Params, Question, Sample, TurnView

__all__ = [
    "CannotJudgeError",
    "Check",
    "DialogueView",
    "Miss",
    "Params",
    "Question",
    "Sample",
    "TurnView",
]
