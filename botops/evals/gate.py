"""The gate: what a run must reach so that a change may pass, and the exit code that says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from statistics import NormalDist, fmean

from botops.domain.money import PICO
from botops.evals.comparison import Comparison
from botops.evals.model import GateRules
from botops.evals.outcomes import dollars
from botops.evals.result import SETUP_FAULTS, CaseResult, GateResult, GateUnit, RunResult, SubjectInfo, SuiteInfo

_Z = NormalDist().inv_cdf(0.975)


def gate(result: RunResult, comparison: Comparison | None = None) -> tuple[GateResult, ...]:
    """Every rule with what was measured. Each is asked of every prompt version and model by itself, so that a good one
    cannot make up for a bad one.

    A suite without rules wants every case to pass; compared with a baseline, every case that it does not know as
    failing. What could not be judged counts in no rate.
    """
    return tuple(
        rule
        for suite in result.suites
        for subject in suite.subjects
        for rule in _Part.of(result, suite, subject, comparison).rules()
    )


def broken(rules: Sequence[GateResult]) -> tuple[GateResult, ...]:
    """The rules that were not kept."""
    return tuple(rule for rule in rules if rule.kept is False)


def exit_code(result: RunResult, comparison: Comparison | None = None) -> int:
    """2 when what was handed in is at fault, else 1 when a rule of the gate was broken, else 3 when something could
    not be judged or was not run, else 0."""
    if any(case.fault in SETUP_FAULTS for case in result.cases):
        return 2
    missed = broken(gate(result, comparison))
    if any(rule.reason != "not_judged" for rule in missed):
        return 1
    return 3 if missed or result.interrupted or any(case.status == "error" for case in result.cases) else 0


def wilson(share: float, n: float) -> tuple[float, float]:
    """The ends of the 95 % score interval of a share of `n`, both between 0 and 1 (Wilson, JASA 22, 1927).

    Counted here because `botops.experiments` brings scipy with it, a second of start-up. `n` need not be whole: the
    number of equal weights that would say as much.
    """
    spread = 1 + _Z**2 / n
    centre = (share + _Z**2 / (2 * n)) / spread
    half = _Z / spread * sqrt(share * (1 - share) / n + _Z**2 / (4 * n * n))
    return (0.0 if share == 0 else max(0.0, centre - half)), (1.0 if share == 1 else min(1.0, centre + half))


def p95(values: Sequence[float]) -> float:
    """The smallest of the values that at least 95 of 100 do not exceed (nearest rank)."""
    return sorted(values)[ceil(0.95 * len(values)) - 1]


@dataclass(frozen=True)
class _Part:
    """One suite answered by one subject."""

    result: RunResult
    suite: SuiteInfo
    subject: SubjectInfo
    comparison: Comparison | None
    cases: tuple[CaseResult, ...]
    judged: tuple[CaseResult, ...]

    @classmethod
    def of(cls, result: RunResult, suite: SuiteInfo, subject: SubjectInfo, comparison: Comparison | None) -> _Part:
        """The part of a run."""
        cases = tuple(result.of(suite, subject))
        judged = tuple(case for case in cases if case.status != "error")
        return cls(result, suite, subject, comparison, cases, judged)

    @property
    def unjudged(self) -> bool:
        """True when something kept cases from being judged."""
        return self.result.interrupted or len(self.judged) < len(self.cases)

    def rules(self) -> Iterator[GateResult]:
        """Each rule with its measure, in the order of the suite's file."""
        rules = self.suite.gate
        if rules is None:
            rules = GateRules(pass_rate=100) if self.comparison is None else GateRules(new_failures=0)
        yield self._enough(rules.judged)
        if rules.pass_rate is not None:
            yield self._share("pass_rate", self.judged, _passed, rules.pass_rate)
        for check, least in rules.checks.items():
            yield self._check("checks", check, self.judged, least)
        for tag, of_tag in rules.tags.items():
            tagged = tuple(case for case in self.judged if tag in case.tags)
            if of_tag.pass_rate is not None:
                yield self._share(f"tags.{tag}.pass_rate", tagged, _passed, of_tag.pass_rate)
            for check, least in of_tag.checks.items():
                yield self._check(f"tags.{tag}.checks", check, tagged, least)
        if rules.flaky is not None:
            yield self._flaky(rules.flaky)
        yield from self._absolute(rules)
        yield from self._compared(rules)

    def _rule(self, rule: str, unit: GateUnit, wanted: float, *, at_least: bool = False) -> GateResult:
        return GateResult(self.suite.name, self.subject.label, rule, unit, at_least, wanted, None)

    def _enough(self, least: int) -> GateResult:
        judged = len({case.case for case in self.judged})
        rule = replace(
            self._rule("judged", "cases", least, at_least=True), measured=judged, n=len({c.case for c in self.cases})
        )
        if judged >= least:
            return replace(rule, kept=True)
        if self.unjudged:
            return replace(rule, kept=False, reason="not_judged")
        return replace(rule, reason="only_some_cases") if self.suite.left_out else replace(rule, kept=False)

    def _check(self, place: str, check: str, cases: Sequence[CaseResult], least: float) -> GateResult:
        asked = [case for case in cases if check in case.asked]
        return self._share(f"{place}.{check}", asked, lambda c: all(f.check != check for f in c.failures), least)

    def _share(
        self, name: str, cases: Sequence[CaseResult], good: Callable[[CaseResult], bool], least: float
    ) -> GateResult:
        rule = self._rule(name, "%", least, at_least=True)
        if not cases:
            return replace(rule, reason="only_some_cases" if self.suite.left_out else "nothing_asked")
        weight = sum(case.weight for case in cases)
        share = sum(case.weight for case in cases if good(case)) / weight
        # Kish, "Survey Sampling", 1965: what weighted answers are worth in equal ones. Repeats of a case are alike, so
        # that only cases are counted.
        worth = weight**2 / sum(case.weight**2 for case in cases)
        low, high = wilson(share, worth * len({case.case for case in cases}) / len(cases))
        return replace(
            rule, kept=100 * share >= least, measured=100 * share, n=len(cases),
            missed=sum(not good(case) for case in cases), low=100 * low, high=100 * high,
        )  # fmt: skip

    def _flaky(self, most: float) -> GateResult:
        rule = self._rule("flaky", "%", most)
        verdicts: dict[str, list[str]] = {}
        for case in self.judged:
            verdicts.setdefault(case.case, []).append(case.status)
        repeated = [found for found in verdicts.values() if len(found) > 1]
        if not repeated:
            return replace(rule, reason="not_repeated")
        missed = sum(len(set(found)) > 1 for found in repeated)
        share = missed / len(repeated)
        low, high = wilson(share, len(repeated))
        return replace(
            rule, kept=100 * share <= most, measured=100 * share, n=len(repeated), missed=missed,
            low=100 * low, high=100 * high,
        )  # fmt: skip

    def _absolute(self, rules: GateRules) -> Iterator[GateResult]:
        if rules.max_cost_per_dialogue is not None:
            rule = self._rule("max_cost_per_dialogue", "$", rules.max_cost_per_dialogue)
            costs = [case.pico_usd / PICO for case in self.judged]
            if not any(costs) or any(case.unpriced for case in self.judged):
                yield replace(rule, reason="cost_unknown" if costs else "nothing_asked")
            else:
                mean = fmean(costs)
                yield replace(rule, kept=mean <= rule.wanted, measured=mean, n=len(costs))
        if rules.max_latency_p95 is not None:
            yield self._latency(self._rule("max_latency_p95", "s", rules.max_latency_p95))

    def _latency(self, rule: GateResult) -> GateResult:
        times = [ms / 1000 for case in self.judged for ms in case.measured.turn_ms]
        if self.result.simulates(self.subject):
            return replace(rule, reason="simulated")
        if not times:
            return replace(rule, reason="nothing_asked")
        found = p95(times)
        missed = sum(seconds > rule.wanted for seconds in times)
        return replace(rule, kept=found <= rule.wanted, measured=found, n=len(times), missed=missed)

    def _compared(self, rules: GateRules) -> Iterator[GateResult]:
        wanted = {
            "new_failures": rules.new_failures,
            "cost_per_dialogue": rules.cost_per_dialogue,
            "latency_p95": rules.latency_p95,
        }
        for name, most in wanted.items():
            if most is None:
                continue
            rule = self._rule(name, "cases" if name == "new_failures" else "+%", most)
            if self.comparison is None:
                yield replace(rule, reason="no_baseline")
            elif name == "new_failures":
                worse = [f for f in self.comparison.worse if self._mine(f.after.suite, f.after.subject)]
                yield replace(rule, kept=len(worse) <= most, measured=len(worse), n=len(self.judged), missed=len(worse))
            else:
                yield self._rise(rule, self.comparison)

    def _mine(self, suite: str, subject: str) -> bool:
        return (suite, subject) == (self.suite.name, self.subject.label)

    def _rise(self, rule: GateResult, comparison: Comparison) -> GateResult:
        """How much dearer or slower in percent, over the dialogues that were judged on both sides."""
        pairs = [f for f in comparison.compared if self._mine(f.after.suite, f.after.subject)]
        if not pairs:
            return replace(rule, reason="nothing_compared")
        if rule.rule == "cost_per_dialogue":
            before, after = dollars(f.before for f in pairs), dollars(f.after for f in pairs)
            unknown = "cost_unknown"
        else:
            before = _slow(ms for f in pairs if f.before for ms in f.before.turn_ms)
            after = _slow(ms for f in pairs for ms in f.after.turn_ms)
            unknown = "simulated"
        if not before or not after:
            return replace(rule, n=len(pairs), reason=unknown)
        more = 100 * (after / before - 1)
        return replace(rule, kept=more <= rule.wanted, measured=more, n=len(pairs))


def _slow(times: Iterable[int]) -> float:
    known = list(times)
    return p95(known) if known else 0.0


def _passed(case: CaseResult) -> bool:
    return case.status == "pass"
