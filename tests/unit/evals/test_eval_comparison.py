from dataclasses import replace

import pytest

from botops.domain.errors import UserError
from botops.evals.comparison import compare, holm, mcnemar
from botops.evals.outcomes import outcomes
from botops.evals.result import SubjectInfo
from botops.evals.result_file import dump, load


def names(flips):
    return [f.after.case for f in flips]


def test_every_kind_of_change_is_told_apart(run_of):
    before = run_of({"a": "pass", "b": "fail", "c": "fail", "d": "error", "e": "pass", "gone": "pass"})
    after = run_of({"a": "fail", "b": "pass", "c": "fail", "d": "pass", "e": "error", "new": "fail", "fine": "pass"})
    told = compare(before, after)
    assert names(told.regressions) == ["a"]
    assert names(told.fixed) == ["b"]
    assert names(told.still_failing) == ["c"]
    assert names(told.not_comparable) == ["d", "e"]
    assert names(told.new_failing) == ["new"]
    assert [o.case for o in told.gone] == ["gone"]
    assert names(told.worse) == ["a", "new"]
    assert (told.pairs, told.passed_before, told.passed_after) == (3, 1, 1)
    assert told.usd_before == told.usd_after == pytest.approx(1e-6)
    assert not told.enough


def test_a_cost_that_is_not_known_is_not_taken_for_none(run_of):
    before = run_of({"a": "pass", "b": "pass"})
    after = replace(before, cases=(before.cases[0], replace(before.cases[1], pico_usd=1, unpriced=True)))
    told = compare(before, after)
    assert (told.usd_before, told.usd_after) == (pytest.approx(1e-6), 0)


def test_what_two_versions_of_a_suite_have_in_common_is_noted_once(run_of):
    before = run_of({"a": "pass"}, ("sales@1", "sales@2"))
    suite = before.suites[0]
    other = tuple(replace(subject, model="gpt") for subject in suite.subjects)
    notes = compare(before, replace(before, suites=(replace(suite, subjects=other),))).notes
    assert [(note.kind, note.detail) for note in notes] == [("other_model", f"{suite.subjects[0].model} → gpt")]


def test_what_was_left_out_of_a_run_is_not_gone(run_of):
    before, after = run_of({"a": "pass", "b": "pass"}), run_of({"a": "pass"})
    assert [o.case for o in compare(before, after).gone] == ["b"]
    chosen = replace(after, suites=(replace(after.suites[0], left_out=1),))
    assert compare(before, chosen).gone == ()
    assert compare(before, replace(after, interrupted=True)).gone == ()


def test_a_new_version_is_compared_with_the_live_one(run_of):
    before = run_of({"a": "pass", "b": "fail"}, ("sales@1", "sales@2"))
    told = compare(before, run_of({"a": "fail", "b": "fail"}, ("sales@3",)))
    assert [(f.before.subject, f.after.subject, f.after.case) for f in told.regressions] == [
        ("sales@1", "sales@3", "a")
    ]
    assert told.gone == ()


def test_another_prompt_has_no_counterpart(run_of):
    told = compare(run_of({"a": "pass"}), run_of({"a": "fail"}, ("reception@1",)))
    assert (told.pairs, names(told.new_failing)) == (0, ["a"])


def test_repeats_are_one_outcome(run_of):
    found = outcomes(
        run_of({"steady": "pass pass", "shaky": "pass fail pass", "down": "error error", "half": "error pass"})
    )
    by_case = {key[1]: outcome for key, outcome in found.items()}
    assert [(o.status, o.passed, o.judged, o.flaky) for o in by_case.values()] == [
        ("pass", 2, 2, False), ("fail", 2, 3, True), ("error", 0, 0, False), ("pass", 1, 1, False),
    ]  # fmt: skip
    assert [f.rule for f in by_case["shaky"].failures] == ["language/ru"]
    assert by_case["down"].error == "why"


@pytest.mark.parametrize(
    ("worse", "better", "p"),
    # scipy.stats.binomtest(worse, worse + better, 0.5).pvalue
    [(0, 0, 1), (1, 0, 1), (5, 0, 0.0625), (6, 0, 0.03125), (3, 3, 1), (2, 9, 0.0654296875), (12, 4, 0.0768127441)],
)  # fmt: skip
def test_mcnemar_is_the_exact_binomial_test(worse, better, p):
    assert mcnemar(worse, better) == pytest.approx(p)


def test_enough_changes_can_reach_significance(run_of):
    cases = [f"c{n}" for n in range(6)]
    told = compare(run_of(dict.fromkeys(cases, "pass")), run_of(dict.fromkeys(cases, "fail")))
    assert told.enough
    assert told.p_value < 0.05


def test_a_result_survives_its_file(run_of, tmp_path):
    result = run_of({"a": "pass fail", "b": "error"})
    file = tmp_path / "r.json"
    file.write_text(dump(result), "utf-8")
    assert load(file) == result
    file.write_text(dump(result, brief=True), "utf-8")
    assert load(file) == result
    assert '"schema_version": 2' in file.read_text("utf-8")


def test_a_baseline_is_equal_for_equal_outcomes(run_of):
    one = run_of({"a": "pass", "b": "fail"})
    assert dump(one.as_baseline(), brief=True) == dump(run_of({"a": "pass", "b": "fail"}).as_baseline(), brief=True)
    assert [f.rule for f in one.as_baseline().cases[1].failures] == ["language/ru"]
    assert one.as_baseline().made_at is None


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "no result of"), ('{"botops": 1}', "no result of"), (None, "cannot read")],
)
def test_a_file_that_is_no_result_is_refused(tmp_path, text, said):
    file = tmp_path / "r.json"
    if text is not None:
        file.write_text(text, "utf-8")
    with pytest.raises(UserError, match=said):
        load(file)


def test_a_result_of_another_format_is_refused(run_of, tmp_path):
    file = tmp_path / "r.json"
    file.write_text(dump(run_of({"a": "pass"})).replace('"schema_version": 2', '"schema_version": 9'), "utf-8")
    with pytest.raises(UserError, match="written in version 9"):
        load(file)


@pytest.mark.parametrize(
    ("given", "adjusted"),
    # statsmodels.stats.multitest.multipletests(given, method="holm")[1]
    [([], []), ([0.04], [0.04]), ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]), ([0.5, 0.6, 0.9], [1, 1, 1])],
)
def test_holm(given, adjusted):
    assert holm(given) == pytest.approx(adjusted)


def test_checks_are_compared_one_by_one(run_of):
    def asking(result):
        return replace(result, cases=tuple(replace(c, asked=("language", "max_length")) for c in result.cases))

    cases = [f"c{n}" for n in range(7)]
    told = compare(asking(run_of(dict.fromkeys(cases, "pass"))), asking(run_of(dict.fromkeys(cases, "fail pass"))))
    (change,) = told.checks
    assert told.family == 2
    assert (change.check, change.pairs, change.worse, change.better) == ("language", 7, 7, 0)
    assert change.p_adjusted == pytest.approx(2 * mcnemar(7, 0))
    assert compare(run_of({"a": "pass"}), run_of({"a": "fail"})).checks == ()


def test_a_model_unknown_to_the_baseline_is_compared_with_the_one_it_knows(run_of, moment):
    def matrix(*models, status):
        made = run_of({"a": status})
        subjects = tuple(SubjectInfo(f"sales@1 × {model}", "sales@1", model) for model in models)
        cases = tuple(replace(made.cases[0], subject=subject.label) for subject in subjects)
        return replace(made, cases=cases, suites=(replace(made.suites[0], subjects=subjects),))

    told = compare(matrix("small", "large", status="pass"), matrix("large", "new", status="fail"))
    assert [(f.before.subject, f.after.subject) for f in told.regressions] == [
        ("sales@1 × large", "sales@1 × large"),
        ("sales@1 × small", "sales@1 × new"),
    ]
