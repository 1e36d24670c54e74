"""The gate: what a run must reach so that a change may pass, and the exit code that says so."""

from __future__ import annotations

from collections.abc import Iterator

from botops.evals.comparison import Comparison
from botops.evals.model import GateRules
from botops.evals.result import SETUP_FAULTS, CaseResult, RunResult, SuiteInfo


def broken_rules(result: RunResult, comparison: Comparison | None = None) -> list[str]:
    """The rules that were not kept, each as a sentence. A suite without rules wants every case to pass; compared with
    a baseline, every case that it does not know as failing. What could not be judged counts in no rate."""
    return [line for suite in result.suites for line in _of_suite(result, suite, comparison)]


def exit_code(result: RunResult, comparison: Comparison | None = None) -> int:
    """2 when what was handed in is at fault, else 1 when a rule of the gate was broken, else 3 when something could
    not be judged or was not run, else 0."""
    if any(case.fault in SETUP_FAULTS for case in result.cases):
        return 2
    if broken_rules(result, comparison):
        return 1
    return 3 if result.interrupted or any(case.status == "error" for case in result.cases) else 0


def _of_suite(result: RunResult, suite: SuiteInfo, comparison: Comparison | None) -> Iterator[str]:
    cases = [case for case in result.cases if case.suite == suite.name and case.status != "error"]
    rules = suite.gate
    if rules is None:
        rules = GateRules(pass_rate=100) if comparison is None else GateRules(new_failures=0)
    if rules.pass_rate is not None:
        yield from _rate(suite.name, "pass_rate", _passed(cases), rules.pass_rate)
    for check, least in rules.checks.items():
        asked = [case for case in cases if check in case.asked]
        held = [(c.weight, all(f.check != check for f in c.failures)) for c in asked]
        yield from _rate(suite.name, check, held, least)
    if comparison is not None:
        yield from _compared(suite.name, rules, comparison)


def _passed(cases: list[CaseResult]) -> list[tuple[float, bool]]:
    return [(case.weight, case.status == "pass") for case in cases]


def _rate(suite: str, name: str, held: list[tuple[float, bool]], least: float) -> Iterator[str]:
    total = sum(weight for weight, _ in held)
    if not total:
        return
    rate = 100 * sum(weight for weight, good in held if good) / total
    if rate < least:
        missed = sum(not good for _, good in held)
        yield f"{suite}: {name} is {rate:.1f} %, at least {least:g} % are wanted ({missed} of {len(held)} missed it)"


def _compared(suite: str, rules: GateRules, comparison: Comparison) -> Iterator[str]:
    if rules.new_failures is not None:
        worse = sum(flip.after.suite == suite for flip in comparison.worse)
        if worse > rules.new_failures:
            yield f"{suite}: {worse} cases fail that had not failed before, at most {rules.new_failures} are allowed"
    if rules.cost_per_dialogue is not None and comparison.usd_before:
        more = 100 * (comparison.usd_after / comparison.usd_before - 1)
        if more > rules.cost_per_dialogue:
            yield f"{suite}: a dialogue costs {more:+.1f} %, at most {rules.cost_per_dialogue:+g} % are allowed"
