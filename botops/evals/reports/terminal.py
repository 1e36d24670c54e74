"""What a terminal shows of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.evals.outcomes import outcomes
from botops.evals.reports.lines import (
    chance_line,
    change_lines,
    failure_line,
    lines_of,
    note_line,
    outcome_name,
    rule_line,
)
from botops.evals.reports.texts import ReportLanguage, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from botops.evals.comparison import Comparison
    from botops.evals.result import RunResult

_ERRORS_SHOWN = 3
_FLAKY_SHOWN = 10
_ADVICE_SHOWN = 20
_NAMES_SHOWN = 20


def failure_lines(
    result: RunResult, comparison: Comparison | None, language: ReportLanguage, most: int
) -> Iterator[str]:
    """Every failure in a line, new ones first; with a baseline it is said which are old. At most so many, the rest is
    counted."""
    new = {flip.after.key for flip in comparison.worse} if comparison else set()
    lines: tuple[list[str], list[str]] = ([], [])
    for case in result.cases:
        if case.status == "fail":
            known = comparison is not None and (case.suite, case.case, case.subject) not in new
            mark = "FAIL (as before)" if known else "FAIL"
            lines[known].extend(f"{mark} {line}" for line in lines_of(case, language))
    found = [*lines[0], *lines[1]]
    yield from found[:most]
    if len(found) > most:
        yield f"… and {len(found) - most} more lines: --json, --html or --markdown hold them all"
    yield from _error_lines(result, language)


def _error_lines(result: RunResult, language: ReportLanguage) -> Iterator[str]:
    """A provider that is down fails every dialogue in the same way: the first few tell it."""
    by_fault: dict[str, list[str]] = {}
    for case in result.cases:
        if case.status == "error":
            by_fault.setdefault(case.fault or "", []).extend(lines_of(case, language))
    for fault, lines in by_fault.items():
        yield from (f"ERROR {line}" for line in lines[:_ERRORS_SHOWN])
        if len(lines) > _ERRORS_SHOWN:
            yield f"… and {len(lines) - _ERRORS_SHOWN} more: {fault}"


def advice_lines(result: RunResult, language: ReportLanguage) -> Iterator[str]:
    """What a judge objects to that may not fail the gate, and the grades it did not give; a few of each."""
    advice = [f"ADVICE {failure_line(case, failure, language)}" for case in result.cases for failure in case.advice]
    missing = [g for case in result.cases for g in case.grades if g.advisory and g.fault]
    yield from advice[:_ADVICE_SHOWN]
    if len(advice) > _ADVICE_SHOWN:
        yield f"… and {len(advice) - _ADVICE_SHOWN} more pieces of advice: --json holds them all"
    if missing:
        yield f"{len(missing)} grades that would have been advice are missing: {missing[0].reason}"


def gate_lines(result: RunResult, language: ReportLanguage) -> Iterator[str]:
    """Every rule of the gate in a line, broken ones first."""
    marks = {False: "BROKEN", True: "kept", None: "not asked"}
    for rule in sorted(result.gate, key=lambda rule: list(marks).index(rule.kept)):
        yield f"GATE {marks[rule.kept]}: {rule_line(rule, language)}"


def comparison_lines(comparison: Comparison, language: ReportLanguage = "en") -> Iterator[str]:
    """What changed since the baseline, flips first."""
    for note in comparison.notes:
        yield note_line(note, language)
    yield text(
        "counts", language, worse=len(comparison.regressions), fixed=len(comparison.fixed),
        still=len(comparison.still_failing), new=len(comparison.new_failing),
    )  # fmt: skip
    yield from _listed("FIXED", [outcome_name(flip.after) for flip in comparison.fixed])
    if comparison.not_comparable:
        yield text("not_comparable", language, n=len(comparison.not_comparable))
    if comparison.gone:
        yield text("gone_line", language, n=len(comparison.gone))
        yield from _listed("GONE", [outcome_name(outcome) for outcome in comparison.gone])
    yield chance_line(comparison, language)
    changes = list(change_lines(comparison, language))
    yield from (f"  {line}" for line in changes)
    if changes:
        yield f"  ({text('family', language, n=comparison.family)})"


def _listed(mark: str, names: list[str]) -> Iterator[str]:
    yield from (f"{mark} {name}" for name in names[:_NAMES_SHOWN])
    if len(names) > _NAMES_SHOWN:
        yield f"… and {len(names) - _NAMES_SHOWN} more"


def summary_table(result: RunResult) -> Table:
    """A row for each suite, prompt version and model."""
    from rich.table import Table  # noqa: PLC0415 - only where a table is printed

    table = Table(box=None, pad_edge=False)
    for title in ("suite", "prompt"):
        table.add_column(title, overflow="fold")
    for title in ("passed", "failed", "not judged"):
        table.add_column(title, justify="right")
    if result.repeat > 1:
        table.add_column("flaky", justify="right")
    known = outcomes(result) if result.repeat > 1 else {}
    for suite in result.suites:
        for subject in suite.subjects:
            cases, prompt = result.of(suite, subject), suite.prompt_of(subject)
            row = [str(sum(c.status == status for c in cases)) for status in ("pass", "fail", "error")]
            if result.repeat > 1:
                mine = (suite.name, subject.label)
                row.append(str(sum(o.flaky and (o.suite, o.subject) == mine for o in known.values())))
            table.add_row(suite.name, f"{subject.label} ({prompt.role})", *row)
    return table


def repeat_lines(result: RunResult) -> Iterator[str]:
    """What repeats say: the chance that one run passes, that one of all does, that all do, and the cases that waver."""
    k = result.repeat
    for rates in result.repeats:
        told = [("pass@1", rates.pass_at[0]), (f"pass@{k}", rates.pass_at[-1]), (f"pass^{k}", rates.pass_all[-1])]
        shown = ", ".join(f"{name} {100 * rate:.1f} %" for name, rate in told if rate is not None)
        yield f"{rates.suite} · {rates.subject}: {shown or 'no run could be judged'}"
        if rates.flaky:
            names = ", ".join(rates.flaky[:_FLAKY_SHOWN])
            more = f" and {len(rates.flaky) - _FLAKY_SHOWN} more" if len(rates.flaky) > _FLAKY_SHOWN else ""
            yield f"  flaky, {len(rates.flaky)} of {rates.cases[0]}: {names}{more}"


def cost_lines(result: RunResult) -> Iterator[str]:
    """What the run took, and what each model of it cost at which prices."""
    usd = f"{result.usd:.4f} $"
    if result.unpriced:
        usd = f"more than {usd}" if result.usd else "cost unknown"
    yield f"{result.turns} turns in {result.seconds:.1f} s, {usd}"
    for cost in result.model_costs:
        billed = "simulated, nothing is billed" if cost.model.simulated else "billed"
        if cost.unpriced:
            told = f"price unknown: add {cost.model.priced_as} under costs.prices in botops.yaml"
        else:
            told = f"{cost.usd:.4f} $, {cost.model.prices}"
            if cost.model.priced_as != cost.model.label:
                told += f" for {cost.model.priced_as}"
        yield f"  {cost.model.label}: {cost.turns} turns, {told} ({billed})"
    if result.side_usd("client"):
        yield f"  simulated clients: {result.side_usd('client'):.4f} $"
    if result.judge is not None:
        grades = [grade for case in result.cases for grade in case.grades]
        given = sum(grade.score is not None for grade in grades)
        yield f"  judge {result.judge.model}: {given} of {len(grades)} grades, {result.side_usd('judge'):.4f} $"
