"""Compares two runs case by case: what broke, what was mended, and whether the difference could be chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb

from botops.domain.money import PICO
from botops.evals.model import Status
from botops.evals.result import CaseResult, Failure, RunResult, SubjectInfo

LEAST_FLIPS = 6
"""Fewer cases that changed can never reach p < 0.05 in an exact two-sided McNemar test (2 · 0.5^5 = 0.0625)."""

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """All repeats of a case with a subject taken together: a pass only when every judged one passed."""

    suite: str
    case: str
    subject: str
    status: Status
    passed: int
    judged: int
    failures: tuple[Failure, ...] = ()
    pico_usd: int = 0
    error: str | None = None
    asked: tuple[str, ...] = ()

    def met(self, check: str) -> bool:
        """True when no repeat missed the check."""
        return all(failure.check != check for failure in self.failures)

    @property
    def flaky(self) -> bool:
        """True when repeats disagree."""
        return 0 < self.passed < self.judged


@dataclass(frozen=True, slots=True)
class Flip:
    """A case before and after; `before` is None for a case the baseline does not know."""

    before: Outcome | None
    after: Outcome


@dataclass(frozen=True, slots=True)
class CheckChange:
    """How a check fared over the compared cases that ask it: cases that miss it now and did not, and the other way
    round. `p_adjusted` is McNemar's p-value after Holm's correction over all checks."""

    check: str
    pairs: int
    worse: int
    better: int
    p_adjusted: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one run to another. `p_value` is McNemar's, exact and two-sided, over the compared pairs;
    `checks` are those that changed."""

    regressions: tuple[Flip, ...]
    fixed: tuple[Flip, ...]
    still_failing: tuple[Flip, ...]
    new_failing: tuple[Flip, ...]
    not_comparable: tuple[Flip, ...]
    gone: tuple[Outcome, ...]
    pairs: int
    passed_before: int
    passed_after: int
    p_value: float
    usd_before: float
    usd_after: float
    checks: tuple[CheckChange, ...] = ()

    @property
    def worse(self) -> tuple[Flip, ...]:
        """What a gate refuses: cases that failed and had not failed before."""
        return (*self.regressions, *self.new_failing)

    @property
    def enough(self) -> bool:
        """False when too few cases changed for the test to say anything."""
        return len(self.regressions) + len(self.fixed) >= LEAST_FLIPS


def outcomes(result: RunResult) -> dict[Key, Outcome]:
    """The run's cases by suite, case and subject, repeats taken together."""
    grouped: dict[Key, list[CaseResult]] = {}
    for case in result.cases:
        grouped.setdefault((case.suite, case.case, case.subject), []).append(case)
    return {key: _outcome(key, runs) for key, runs in grouped.items()}


def _outcome(key: Key, runs: list[CaseResult]) -> Outcome:
    judged = [run for run in runs if run.status != "error"]
    failed = [run for run in judged if run.status == "fail"]
    status: Status = "fail" if failed else "pass" if judged else "error"
    return Outcome(
        *key,
        status,
        len(judged) - len(failed),
        len(judged),
        _once(failed),
        sum(run.pico_usd for run in runs) // len(runs),
        next((run.error for run in runs if run.error), None),
        runs[0].asked,
    )


def _once(runs: Iterable[CaseResult]) -> tuple[Failure, ...]:
    """The failures of several repeats, each rule at each turn once."""
    found: dict[tuple[str, int | None], Failure] = {}
    for run in runs:
        for failure in run.failures:
            found.setdefault((failure.rule, failure.turn), failure)
    return tuple(found.values())


def compare(before: RunResult, after: RunResult) -> Comparison:
    """What changed. A subject unknown to the baseline is compared with the baseline's first one of that prompt, which
    is the live version, answered by the same model where the baseline has it."""
    old, new = outcomes(before), outcomes(after)
    counterparts = _counterparts(before, after)
    earlier = {key: counterparts.get((o.suite, o.subject), o.subject) for key, o in new.items()}
    flips = [Flip(old.get((o.suite, o.case, earlier[key])), o) for key, o in new.items()]
    known = [f for f in flips if f.before is not None]
    comparable = [f for f in known if f.before and "error" not in (f.before.status, f.after.status)]
    regressions = _changed(comparable, "pass", "fail")
    fixed = _changed(comparable, "fail", "pass")
    used = {(f.before.suite, f.before.case, f.before.subject) for f in known if f.before}
    seen = {(o.suite, o.case) for o in new.values()}
    return Comparison(
        regressions,
        fixed,
        _changed(comparable, "fail", "fail"),
        tuple(f for f in flips if f.before is None and f.after.status == "fail"),
        tuple(f for f in known if f not in comparable),
        tuple(o for key, o in old.items() if key not in used and (o.suite, o.case) not in seen),
        len(comparable),
        sum(f.before is not None and f.before.status == "pass" for f in comparable),
        sum(f.after.status == "pass" for f in comparable),
        mcnemar(len(regressions), len(fixed)),
        _usd(f.before for f in comparable),
        _usd(f.after for f in comparable),
        _checks(comparable),
    )


def mcnemar(worse: int, better: int) -> float:
    """The exact two-sided p-value of McNemar's test: a binomial test of the discordant pairs at 1/2.

    McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", 1947.
    """
    n = worse + better
    tail = sum(comb(n, i) for i in range(min(worse, better) + 1))
    return float(min(1.0, 2 * tail / 2**n))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values, in the order given.

    Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 1979.
    """
    adjusted = [0.0] * len(p_values)
    so_far = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        so_far = max(so_far, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = so_far
    return adjusted


def _checks(flips: Sequence[Flip]) -> tuple[CheckChange, ...]:
    counts: dict[str, list[int]] = {}
    for flip in flips:
        if flip.before is None:
            continue
        for check in sorted({*flip.before.asked} & {*flip.after.asked}):
            before, after = flip.before.met(check), flip.after.met(check)
            count = counts.setdefault(check, [0, 0, 0])
            count[0] += 1
            count[1] += before and not after
            count[2] += after and not before
    adjusted = holm([mcnemar(worse, better) for _, worse, better in counts.values()])
    changes = [
        CheckChange(check, pairs, worse, better, p)
        for (check, (pairs, worse, better)), p in zip(counts.items(), adjusted, strict=True)
    ]
    return tuple(c for c in changes if c.worse or c.better)


def _changed(flips: Iterable[Flip], before: Status, after: Status) -> tuple[Flip, ...]:
    return tuple(f for f in flips if f.before and f.before.status == before and f.after.status == after)


def _usd(found: Iterable[Outcome | None]) -> float:
    costs = [o.pico_usd for o in found if o is not None]
    return sum(costs) / len(costs) / PICO if costs else 0.0


def _counterparts(before: RunResult, after: RunResult) -> Mapping[tuple[str, str], str]:
    """For each suite and subject of `after` that `before` does not know the subject it is compared with."""
    old: dict[tuple[str, str], list[SubjectInfo]] = {}
    for suite in before.suites:
        for subject in suite.subjects:
            old.setdefault((suite.name, suite.prompt_of(subject).name), []).append(subject)
    return {
        (suite.name, subject.label): _counterpart(known, subject).label
        for suite in after.suites
        for subject in suite.subjects
        if (known := old.get((suite.name, suite.prompt_of(subject).name), []))
    }


def _counterpart(known: Sequence[SubjectInfo], subject: SubjectInfo) -> SubjectInfo:
    """Of the baseline's subjects the same one, else the first with the same model, else the first."""
    same = (k for k in known if k.label == subject.label)
    answered = (k for k in known if k.model == subject.model)
    return next(same, next(answered, known[0]))
