"""Compares two runs, or two subjects of one run, case by case: what broke, what was mended, what could be chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import comb
from typing import Any, Literal

from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.domain.evaluations import CaseStatus
from botops.evals.means import MeanChange, mean_changes
from botops.evals.outcomes import Outcome, dollars, outcomes
from botops.evals.result import RunResult, SubjectInfo

LEAST_FLIPS = 6
"""Fewer cases that changed can never reach p < 0.05 in an exact two-sided McNemar test (2 · 0.5^5 = 0.0625)."""

_Counterparts = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Flip:
    """A case before and after; `before` is None for a case the baseline does not know."""

    before: Outcome | None
    after: Outcome


@dataclass(frozen=True, slots=True)
class CheckChange:
    """How a check fared over the compared cases that ask it: cases that miss it now and did not, and the other way
    round. `p_adjusted` is McNemar's p-value after Holm's correction over all checks and means of the comparison."""

    check: str
    pairs: int
    worse: int
    better: int
    p_adjusted: float


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader of a comparison must know. `kind`: `unknown_suite` and `unknown_prompt` when the baseline has
    nothing to compare with, `other_suite` and `other_book` when the suite's or the price book's file is another one
    than the baseline was judged with, `other_model` when another model answers. `detail` names it."""

    kind: Literal["unknown_suite", "unknown_prompt", "other_suite", "other_book", "other_model"]
    suite: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one run to another. `compared` are the cases judged on both sides, `gone` those the later run
    does not have, though nothing of their suite was left out of it. `p_value` is McNemar's, exact and two-sided, over
    all compared cases; `checks` and `means` are those that changed, and the p-values of both are adjusted together, as
    one family of `family` tests."""

    regressions: tuple[Flip, ...]
    fixed: tuple[Flip, ...]
    still_failing: tuple[Flip, ...]
    new_failing: tuple[Flip, ...]
    not_comparable: tuple[Flip, ...]
    gone: tuple[Outcome, ...]
    compared: tuple[Flip, ...]
    p_value: float
    checks: tuple[CheckChange, ...] = ()
    means: tuple[MeanChange, ...] = ()
    family: int = 0
    notes: tuple[Note, ...] = ()

    @property
    def pairs(self) -> int:
        """How many cases were compared."""
        return len(self.compared)

    @property
    def passed_before(self) -> int:
        """Compared cases that passed before."""
        return sum(f.before is not None and f.before.status == "pass" for f in self.compared)

    @property
    def passed_after(self) -> int:
        """Compared cases that pass now."""
        return sum(f.after.status == "pass" for f in self.compared)

    @property
    def usd_before(self) -> float:
        """Mean cost of a compared dialogue before, in dollars; 0 when a price is not known."""
        return dollars(f.before for f in self.compared)

    @property
    def usd_after(self) -> float:
        """Mean cost of a compared dialogue now, in dollars; 0 when a price is not known."""
        return dollars(f.after for f in self.compared)

    @property
    def worse(self) -> tuple[Flip, ...]:
        """What a gate refuses: cases that failed and had not failed before."""
        return (*self.regressions, *self.new_failing)

    @property
    def enough(self) -> bool:
        """False when too few cases changed for the test to say anything."""
        return len(self.regressions) + len(self.fixed) >= LEAST_FLIPS


def compare(before: RunResult, after: RunResult) -> Comparison:
    """What changed. A subject unknown to the baseline is compared with the baseline's first one of that prompt, which
    is the live version, answered by the same model where the baseline has it."""
    return _compare(before, after, _counterparts(before, after))


def between(result: RunResult, first: str, second: str) -> tuple[RunResult, RunResult, Comparison]:
    """Two subjects of one run, by their labels: the parts of the run that are about each, and what is different with
    the second. Raises UserError for labels the run does not have."""
    known = list(dict.fromkeys(subject.label for suite in result.suites for subject in suite.subjects))
    for label in (first, second):
        if label not in known:
            raise UserError(f"`{label}` was not run{suggestion(label, known, others='in this run')}")
    if first == second:
        raise UserError(f"`{first}` cannot be compared with itself: in this run there are {', '.join(known)}")
    one, other = _about(result, first), _about(result, second)
    return one, other, _compare(one, other, {(suite.name, second): first for suite in one.suites})


def _about(result: RunResult, label: str) -> RunResult:
    suites = [
        replace(suite, subjects=tuple(s for s in suite.subjects if s.label == label))
        for suite in result.suites
        if any(s.label == label for s in suite.subjects)
    ]
    cases = tuple(case for case in result.cases if case.subject == label)
    return replace(result, suites=tuple(suites), cases=cases)


def _compare(before: RunResult, after: RunResult, counterparts: _Counterparts) -> Comparison:
    old, new = outcomes(before), outcomes(after)
    earlier = {key: counterparts.get((o.suite, o.subject), o.subject) for key, o in new.items()}
    flips = [Flip(old.get((o.suite, o.case, earlier[key])), o) for key, o in new.items()]
    known = [f for f in flips if f.before is not None]
    comparable = [f for f in known if f.before and "error" not in (f.before.status, f.after.status)]
    regressions = _changed(comparable, "pass", "fail")
    fixed = _changed(comparable, "fail", "pass")
    used = {f.before.key for f in known if f.before}
    seen = {(o.suite, o.case) for o in new.values()}
    partial = {suite.name for suite in after.suites if suite.left_out or after.interrupted}
    tallies = _tallies(comparable)
    means = mean_changes((f.before.measured, f.after.measured) for f in comparable if f.before)
    tested = [mcnemar(t.worse, t.better) for t in tallies] + [m.p_value for m in means if m.p_value is not None]
    adjusted = iter(holm(tested))
    checks = tuple(replace(tally, p_adjusted=next(adjusted)) for tally in tallies)
    means = tuple(m if m.p_value is None else replace(m, p_adjusted=next(adjusted)) for m in means)
    return Comparison(
        regressions,
        fixed,
        _changed(comparable, "fail", "fail"),
        tuple(f for f in flips if f.before is None and f.after.status == "fail"),
        tuple(f for f in known if f.before and "error" in (f.before.status, f.after.status)),
        tuple(
            o for key, o in old.items() if key not in used and (o.suite, o.case) not in seen and o.suite not in partial
        ),
        tuple(comparable),
        mcnemar(len(regressions), len(fixed)),
        tuple(c for c in checks if c.worse or c.better),
        tuple(m for m in means if m.changed),
        len(tested),
        tuple(dict.fromkeys(_notes(before, after, counterparts))),  # subjects of a suite often say the same
    )


def _notes(before: RunResult, after: RunResult, counterparts: _Counterparts) -> Iterator[Note]:
    old = {suite.name: suite for suite in before.suites}
    for suite in after.suites:
        known = old.get(suite.name)
        if known is None:
            yield Note("unknown_suite", suite.name)
            continue
        models = {subject.label: subject.model for subject in known.subjects}
        for subject in suite.subjects:
            other = counterparts.get((suite.name, subject.label))
            if other is None:
                yield Note("unknown_prompt", suite.name, suite.prompt_of(subject).name)
            elif models[other] != subject.model:
                yield Note("other_model", suite.name, f"{models[other]} → {subject.model}")
        if known.checksum and suite.checksum != known.checksum:
            yield Note("other_suite", suite.name)
        if known.book_checksum and suite.book_checksum != known.book_checksum:
            yield Note("other_book", suite.name, f"{known.book} → {suite.book}")


def data(comparison: Comparison, after: RunResult) -> dict[str, Any]:
    """A comparison as plain values, flips first, with the rules of the gate of the later run; of the compared cases
    only their number, since the results hold them."""
    plain = asdict(replace(comparison, compared=()))
    del plain["compared"]
    numbers = {
        "pairs": comparison.pairs,
        "passed_before": comparison.passed_before,
        "passed_after": comparison.passed_after,
        "usd_before": comparison.usd_before,
        "usd_after": comparison.usd_after,
        "enough": comparison.enough,
    }
    return {"schema_version": 1, **plain, **numbers, "gate": [asdict(rule) for rule in after.gate]}


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


def _tallies(flips: Sequence[Flip]) -> list[CheckChange]:
    """How each check fared, not adjusted yet."""
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
    return [CheckChange(check, pairs, worse, better, 1.0) for check, (pairs, worse, better) in counts.items()]


def _changed(flips: Iterable[Flip], before: CaseStatus, after: CaseStatus) -> tuple[Flip, ...]:
    return tuple(f for f in flips if f.before and f.before.status == before and f.after.status == after)


def _counterparts(before: RunResult, after: RunResult) -> _Counterparts:
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
