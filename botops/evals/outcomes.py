"""Cases with their repeats taken together: what comparison, gate and reports count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from botops.domain.evaluations import CaseStatus
from botops.domain.money import PICO
from botops.evals.means import NOTHING, Measured
from botops.evals.result import CaseResult, Failure, RunResult

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """All repeats of a case with a subject taken together: a pass only when every judged one passed.

    Cost and `measured` are means of the judged repeats, `turn_ms` the times of all their turns in milliseconds; a
    simulation has none. `unpriced` when it cost more than that, because the price of some call is not known.
    """

    suite: str
    case: str
    subject: str
    status: CaseStatus
    passed: int
    judged: int
    failures: tuple[Failure, ...] = ()
    pico_usd: int = 0
    error: str | None = None
    asked: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    measured: Measured = NOTHING
    turn_ms: tuple[int, ...] = ()
    unpriced: bool = False

    @property
    def key(self) -> Key:
        """Suite, case and subject."""
        return self.suite, self.case, self.subject

    def met(self, check: str) -> bool:
        """True when no repeat missed the check."""
        return all(failure.check != check for failure in self.failures)

    @property
    def flaky(self) -> bool:
        """True when repeats disagree."""
        return 0 < self.passed < self.judged


def outcomes(result: RunResult) -> dict[Key, Outcome]:
    """The run's cases by suite, case and subject, repeats taken together."""
    grouped: dict[Key, list[CaseResult]] = {}
    for case in result.cases:
        grouped.setdefault((case.suite, case.case, case.subject), []).append(case)
    simulated = {(s.name, subject.label) for s in result.suites for subject in s.subjects if result.simulates(subject)}
    return {key: _outcome(key, runs, timed=(key[0], key[2]) not in simulated) for key, runs in grouped.items()}


def _outcome(key: Key, runs: list[CaseResult], *, timed: bool) -> Outcome:
    judged = [run for run in runs if run.status != "error"]
    failed = [run for run in judged if run.status == "fail"]
    status: CaseStatus = "fail" if failed else "pass" if judged else "error"
    return Outcome(
        *key,
        status,
        len(judged) - len(failed),
        len(judged),
        _once(failed),
        sum(run.pico_usd for run in judged) // max(1, len(judged)),
        next((run.error for run in runs if run.error), None),
        runs[0].asked,
        runs[0].tags,
        _measured(judged, timed=timed),
        tuple(ms for run in judged for ms in run.measured.turn_ms) if timed else (),
        any(run.unpriced for run in judged),
    )


def _measured(runs: Sequence[CaseResult], *, timed: bool) -> Measured:
    """Means over the repeats that were judged: a faulty one would count its waiting as latency."""
    measures = [run.measured for run in runs]
    times = [fmean(m.turn_ms) for m in measures if m.turn_ms and timed]
    grades: dict[str, list[int]] = {}
    for grade in (grade for run in runs for grade in run.grades if grade.score is not None):
        grades.setdefault(grade.name or grade.check, []).append(grade.score or 0)
    return Measured(
        fmean(run.pico_usd for run in runs) / PICO if runs and not any(run.unpriced for run in runs) else None,
        fmean(times) / 1000 if times else None,
        fmean(m.input_tokens + m.output_tokens for m in measures) if measures else None,
        {name: fmean(scores) for name, scores in grades.items()},
    )


def _once(runs: Iterable[CaseResult]) -> tuple[Failure, ...]:
    """The failures of several repeats, each rule at each turn once."""
    found: dict[tuple[str, int | None], Failure] = {}
    for run in runs:
        for failure in run.failures:
            found.setdefault((failure.rule, failure.turn), failure)
    return tuple(found.values())


def dollars(found: Iterable[Outcome | None]) -> float:
    """Mean cost of the outcomes, in dollars; 0 when there are none, or when the price of some call is not known."""
    known = [o for o in found if o is not None]
    if not known or any(o.unpriced for o in known):
        return 0.0
    return fmean(o.pico_usd for o in known) / PICO
