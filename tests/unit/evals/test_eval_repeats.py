from datetime import UTC, datetime
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.evals.repeats import pass_all_k, pass_at_k, repeat_rates
from botops.evals.reports.terminal import repeat_lines
from botops.evals.result import CaseResult, ModelInfo, RunResult, SubjectInfo, SuiteInfo
from botops.evals.result_file import dump, load

SUITE = SuiteInfo(
    "s", "s.yaml", datetime(2026, 3, 2, tzinfo=UTC), "1", "b.yaml", (),
    (SubjectInfo("sales@1", "sales@1", "m"), SubjectInfo("sales@2", "sales@2", "m")), 3,
)  # fmt: skip


@given(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n))))
def test_the_estimators_are_the_share_of_all_choices_of_k_runs(drawn):
    runs, passed, k = drawn
    choices = list(combinations([True] * passed + [False] * (runs - passed), k))
    assert pass_at_k(runs, passed, k) == pytest.approx(sum(map(any, choices)) / len(choices))
    assert pass_all_k(runs, passed, k) == pytest.approx(sum(map(all, choices)) / len(choices))


@pytest.mark.parametrize("wrong", [(3, 4, 1), (3, 1, 4), (3, 1, 0), (0, 0, 1), (3, -1, 1)])
def test_what_cannot_be_estimated_is_refused(wrong):
    for estimator in (pass_at_k, pass_all_k):
        with pytest.raises(ValueError, match="cannot say anything"):
            estimator(*wrong)


def runs(case, *statuses, subject="sales@1", weight=1.0):
    return [CaseResult("s", case, subject, s, n, weight=weight) for n, s in enumerate(statuses, 1)]


CASES = [
    *runs("steady", "pass", "pass", "pass"),
    *runs("wavers", "pass", "fail", "fail", weight=3.0),
    *runs("broken", "pass", "error", "error"),
]


def test_rates_are_weighted_means_over_the_cases_with_enough_judged_runs():
    first, second = repeat_rates(CASES, (SUITE,), 3)
    assert first.cases == (3, 2, 2)
    assert first.pass_at == pytest.approx(((1 + 3 * (1 / 3) + 1) / 5, (1 + 3 * (2 / 3)) / 4, 1.0))
    assert first.pass_all == pytest.approx(((1 + 3 * (1 / 3) + 1) / 5, 1 / 4, 1 / 4))
    assert first.flaky == ("wavers",)
    assert (second.subject, second.cases, second.pass_at, second.flaky) == ("sales@2", (0, 0, 0), (None,) * 3, ())


def test_rates_are_shown_and_kept_in_the_result(tmp_path):
    model = (ModelInfo("m", True),)
    result = RunResult("0", model, (SUITE,), tuple(CASES), repeat=3, repeats=repeat_rates(CASES, (SUITE,), 3))
    assert list(repeat_lines(result)) == [
        "s · sales@1: pass@1 60.0 %, pass@3 100.0 %, pass^3 25.0 %",
        "  flaky, 1 of 3: wavers",
        "s · sales@2: no run could be judged",
    ]
    file = tmp_path / "r.json"
    file.write_text(dump(result), "utf-8")
    assert load(file).repeats == result.repeats
