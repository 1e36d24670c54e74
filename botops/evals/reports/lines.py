"""A failure in a line: dialogue, turn, rule, quote, what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.evals.result import CaseResult, Failure

ReportLanguage = Literal["ru", "en"]

WORDS = {
    "turn": ("ход", "turn"),
    "dialogue": ("диалог", "dialogue"),
    "expected": ("ожидалось", "expected"),
}


def word(key: str, language: ReportLanguage) -> str:
    """A word of the reports in a language."""
    return WORDS[key][language == "en"]


def name_of(case: CaseResult) -> str:
    """A case's run as reports call it."""
    return f"{case.suite}/{case.case}" + (f"#{case.repeat}" if case.repeat > 1 else "")


def place_of(failure: Failure, language: ReportLanguage) -> str:
    """The turn, or the dialogue as a whole."""
    return f"{word('turn', language)} {failure.turn}" if failure.turn else word("dialogue", language)


def failure_line(case: CaseResult, failure: Failure, language: ReportLanguage) -> str:
    """One line that names dialogue, prompt version, turn and rule, with the quote and what was expected."""
    line = f"{name_of(case)} · {case.subject} · {place_of(failure, language)} · {failure.rule}: "
    if failure.quote:
        line += f"«{failure.quote}» — "
    line += failure.explanations.get(language) or next(iter(failure.explanations.values()), "")
    return line


def lines_of(case: CaseResult, language: ReportLanguage) -> Iterator[str]:
    """Every failure of a case in a line, then its error."""
    for failure in case.failures:
        yield failure_line(case, failure, language)
    if case.error:
        yield f"{name_of(case)} · {case.subject} · {case.fault}: {case.error}"
