"""Makes a result the baseline that later runs are compared with: by a person, with a reason, never by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from botops.domain.errors import UserError
from botops.evals.comparison import compare
from botops.evals.reports.lines import outcome_name
from botops.evals.result import Blessing, RunResult

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Blessed:
    """The new baseline, and what it changes: a sentence for each thing its reader should know. `same` when the earlier
    baseline says the same already."""

    baseline: RunResult
    told: tuple[str, ...]
    same: bool


def bless(result: RunResult, earlier: RunResult | None, blessing: Blessing, *, allow_gone: bool = False) -> Blessed:
    """The result as a baseline in place of an earlier one.

    Raises UserError for a run that was stopped, has cases that could not be judged or holds only some of a suite's
    cases, and, without `allow_gone`, for one that lacks cases of the earlier baseline.
    """
    if result.interrupted or result.counts["error"]:
        raise UserError(f"the run was not complete ({result.counts['error']} cases not judged): run it again")
    partial = next((suite for suite in result.suites if suite.left_out), None)
    if partial is not None:
        left_out = f"{partial.left_out} cases of the suite {partial.name} were left out"
        raise UserError(f"{left_out}: run it without --case, --tag and --no-llm")
    baseline = replace(result.as_baseline(), blessed=blessing)
    if earlier is None:
        return Blessed(baseline, (), same=False)
    now = {(case.suite, case.case) for case in result.cases}
    gone = list(dict.fromkeys((c.suite, c.case) for c in earlier.cases if (c.suite, c.case) not in now))
    named = _named(f"{suite}/{case}" for suite, case in gone)
    if gone and not allow_gone:
        raise UserError(f"cases of the baseline are not in this run: {named}; if that is meant, say --allow-gone")
    told = [f"no longer in the baseline: {named}"] if gone else []
    comparison = compare(earlier, result)
    if comparison.worse:
        told.append(f"blessed as failing: {_named(outcome_name(flip.after) for flip in comparison.worse)}")
    if comparison.fixed:
        told.append(f"fixed: {_named(outcome_name(flip.after) for flip in comparison.fixed)}")
    return Blessed(baseline, tuple(told), replace(baseline, blessed=None) == replace(earlier, blessed=None))


def _named(names: Iterable[str]) -> str:
    known = list(names)
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return ", ".join(known[:_SHOWN]) + more
