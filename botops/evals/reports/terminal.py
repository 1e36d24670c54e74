"""What a terminal shows of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.evals.reports.lines import ReportLanguage, failure_line, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from botops.evals.comparison import Comparison, Flip
    from botops.evals.result import RunResult

_ERRORS_SHOWN = 3
_FLAKY_SHOWN = 10
_ADVICE_SHOWN = 20


def failure_lines(
    result: RunResult, comparison: Comparison | None, language: ReportLanguage, most: int
) -> Iterator[str]:
    """Every failure in a line; with a baseline it is said which are new. At most so many, the rest is counted."""
    new = {(f.after.suite, f.after.case, f.after.subject) for f in comparison.worse} if comparison else set()
    lines = []
    for case in result.cases:
        if case.status == "fail":
            known = comparison is not None and (case.suite, case.case, case.subject) not in new
            mark = "FAIL (as before)" if known else "FAIL"
            lines += [f"{mark} {line}" for line in lines_of(case, language)]
    yield from lines[:most]
    if len(lines) > most:
        yield f"… and {len(lines) - most} more lines: --json, --html or --markdown hold them all"
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


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """What changed since the baseline."""
    yield (
        f"{len(comparison.regressions)} broken, {len(comparison.fixed)} fixed, "
        f"{len(comparison.still_failing)} failing as before, {len(comparison.new_failing)} new cases failing"
    )
    for flip in comparison.fixed:
        yield f"FIXED {_name(flip)}"
    for change in comparison.checks:
        told = f"{change.worse} worse, {change.better} better of {change.pairs}"
        yield f"  {change.check}: {told} (p = {change.p_adjusted:.3f}, Holm over all checks)"
    if comparison.not_comparable:
        yield f"{len(comparison.not_comparable)} not comparable: one side could not be judged"
    if comparison.gone:
        yield f"{len(comparison.gone)} cases of the baseline were not run"
    told = f"p = {comparison.p_value:.3f}" if comparison.enough else "too few changes to tell from chance"
    yield f"{comparison.pairs} pairs: {comparison.passed_before} passed before, {comparison.passed_after} now ({told})"


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
    for suite in result.suites:
        for subject in suite.subjects:
            cases, prompt = result.of(suite, subject), suite.prompt_of(subject)
            row = [str(sum(c.status == status for c in cases)) for status in ("pass", "fail", "error")]
            if result.repeat > 1:
                verdicts: dict[str, set[str]] = {}
                for case in cases:
                    if case.status != "error":
                        verdicts.setdefault(case.case, set()).add(case.status)
                row.append(str(sum(len(found) > 1 for found in verdicts.values())))
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
    yield f"{result.turns} turns in {result.seconds:.1f} s, {result.usd:.4f} $"
    for cost in result.model_costs:
        billed = "simulated, nothing is billed" if cost.model.simulated else "billed"
        if cost.unpriced:
            told = f"price unknown: add {cost.model.priced_as} under costs.prices in botops.yaml"
        else:
            told = f"{cost.usd:.4f} $, {cost.model.prices}"
            if cost.model.priced_as != cost.model.label:
                told += f" for {cost.model.priced_as}"
        yield f"  {cost.model.label}: {cost.turns} turns, {told} ({billed})"
    if result.judge is not None:
        grades = [grade for case in result.cases for grade in case.grades]
        given = sum(grade.score is not None for grade in grades)
        yield f"  judge {result.judge.model}: {given} of {len(grades)} grades, {result.side_usd('judge'):.4f} $"


def _name(flip: Flip) -> str:
    return f"{flip.after.suite}/{flip.after.case} · {flip.after.subject}"
