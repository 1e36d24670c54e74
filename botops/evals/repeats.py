"""What repeated runs of a case say: how often one of k passes, how often all k do, and which cases waver.

pass@k is the chance that at least one of k runs passes, by the unbiased estimator 1 − C(n−c, k) / C(n, k) of Chen et
al. (2021, "Evaluating Large Language Models Trained on Code") from c passes in n runs. pass^k is the chance that all k
pass, C(c, k) / C(n, k) (Yao et al., 2024, "τ-bench"): what clients meet who come one after the other. Runs that could
not be judged count in neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import comb

from botops.evals.result import CaseResult, RepeatRates, SubjectInfo, SuiteInfo


def pass_at_k(runs: int, passed: int, k: int) -> float:
    """The chance that at least one of `k` runs passes, estimated from `passed` of `runs`."""
    _check(runs, passed, k)
    return 1 - comb(runs - passed, k) / comb(runs, k)


def pass_all_k(runs: int, passed: int, k: int) -> float:
    """The chance that all of `k` runs pass, estimated from `passed` of `runs`."""
    _check(runs, passed, k)
    return comb(passed, k) / comb(runs, k)


def repeat_rates(cases: Iterable[CaseResult], suites: Iterable[SuiteInfo], repeat: int) -> tuple[RepeatRates, ...]:
    """The rates of every suite and subject for k from 1 to `repeat`."""
    counts: dict[tuple[str, str], dict[str, _Count]] = {}
    for case in cases:
        if case.status != "error":
            of_subject = counts.setdefault((case.suite, case.subject), {})
            of_subject.setdefault(case.case, _Count(case.weight)).add(case.status == "pass")
    return tuple(
        _rates(suite, subject, counts.get((suite.name, subject.label), {}), repeat)
        for suite in suites
        for subject in suite.subjects
    )


class _Count:
    """Runs of one case with one subject that could be judged."""

    def __init__(self, weight: float) -> None:
        self.weight = weight
        self.runs = self.passed = 0

    def add(self, passed: bool) -> None:
        self.runs += 1
        self.passed += passed


def _rates(suite: SuiteInfo, subject: SubjectInfo, counts: dict[str, _Count], repeat: int) -> RepeatRates:
    enough = [[count for count in counts.values() if count.runs >= k] for k in range(1, repeat + 1)]
    return RepeatRates(
        suite.name,
        subject.label,
        tuple(len(of_k) for of_k in enough),
        tuple(_mean([(c.weight, pass_at_k(c.runs, c.passed, k)) for c in of_k]) for k, of_k in enumerate(enough, 1)),
        tuple(_mean([(c.weight, pass_all_k(c.runs, c.passed, k)) for c in of_k]) for k, of_k in enumerate(enough, 1)),
        tuple(case for case, count in counts.items() if 0 < count.passed < count.runs),
    )


def _mean(weighted: Sequence[tuple[float, float]]) -> float | None:
    total = sum(weight for weight, _ in weighted)
    return sum(weight * rate for weight, rate in weighted) / total if total else None


def _check(runs: int, passed: int, k: int) -> None:
    if not (0 <= passed <= runs and 1 <= k <= runs):
        raise ValueError(f"{passed} of {runs} runs cannot say anything of {k}")
