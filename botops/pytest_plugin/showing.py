"""A dialogue that did not pass, as text: what was said, then what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.evals.reports.lines import lines_of, place_of
from botops.evals.reports.texts import encodable, text, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from botops.evals.reports.texts import ReportLanguage
    from botops.evals.result import CaseResult, TurnResult


def dialogue_text(result: CaseResult, known: Iterable[str], language: ReportLanguage) -> str:
    """What is wrong in a line, for pytest's short summary; what is `known` besides, as the place of the case; the
    dialogue turn by turn with what the guard held back; then every failure as `botops eval run` shows it, with what was
    expected."""
    lines = [_first(result, language), *known]
    lines += [line for turn in result.turns for line in _turn(turn, language)]
    lines.append("")
    for number, line in enumerate(lines_of(result, language)):
        failure = result.failures[number] if number < len(result.failures) else None
        lines.append(f"{'ERROR' if failure is None else 'FAIL'} {line}")
        if failure is not None and failure.expected:
            lines.append(f"     {text('expected', language)}: {visible(failure.expected)}")
    return encodable("\n".join(lines))


def _first(result: CaseResult, language: ReportLanguage) -> str:
    if not result.failures:
        return visible(f"{result.fault}: {result.error}")
    first = result.failures[0]
    more = f" (+{len(result.failures) - 1})" if len(result.failures) > 1 else ""
    return visible(f"{place_of(first, language)} · {first.rule}{f': «{first.quote}»' if first.quote else ''}{more}")


def _turn(turn: TurnResult, language: ReportLanguage) -> Iterator[str]:
    yield ""
    yield f"{text('turn', language)} {turn.number}"
    yield from _said("client", turn.client, language)
    for attempt in turn.attempts:
        if attempt.text and not attempt.left:
            yield from _said("held", attempt.text, language)
    yield from _said("bot", turn.reply, language)


def _said(who: str, said: str, language: ReportLanguage) -> Iterator[str]:
    """Foreign text, each line under its speaker: no line of it can pass for one of the report."""
    name = f"  {text(who, language)}: "
    for number, line in enumerate(said.splitlines() or [""]):
        yield (name if not number else " " * len(name)) + visible(line)
