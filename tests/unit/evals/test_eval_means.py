import random
from dataclasses import replace

import pytest
from scipy.stats import ttest_rel

from botops.domain.errors import UserError
from botops.evals.comparison import between, compare, data
from botops.evals.means import LEAST_PAIRS, Measured, mean_changes
from botops.evals.reports.lines import mean_line
from botops.evals.result import Measures, ModelInfo


def pairs_of(before, after):
    return [(Measured(usd=b), Measured(usd=a)) for b, a in zip(before, after, strict=True)]


def test_the_interval_and_the_p_value_agree_with_a_t_test_on_well_behaved_data():
    chance = random.Random(5)
    before = [chance.gauss(10, 2) for _ in range(80)]
    after = [b + chance.gauss(0.5, 1) for b in before]
    (mean,) = mean_changes(pairs_of(before, after))
    expected = ttest_rel(after, before)
    interval = expected.confidence_interval()
    assert (mean.low, mean.high) == pytest.approx((interval.low, interval.high), abs=0.03)
    assert mean.p_value == pytest.approx(expected.pvalue, abs=0.01)
    assert (mean.what, mean.unit, mean.pairs, mean.after > mean.before) == ("cost", "$", 80, True)


def test_the_same_runs_always_say_the_same():
    chance = random.Random(6)
    pairs = pairs_of([chance.random() for _ in range(40)], [chance.random() for _ in range(40)])
    assert mean_changes(pairs) == mean_changes(pairs)


def test_few_pairs_say_so_in_words():
    (mean,) = mean_changes(pairs_of([1.0] * (LEAST_PAIRS - 1), [2.0] * (LEAST_PAIRS - 1)))
    assert (mean.low, mean.p_value) == (None, None)
    assert mean_line(mean, "en") == "Cost of a dialogue: 1 → 2 $ (+100.0 %); 9 pairs: too few to conclude from"
    assert "слишком мало для вывода" in mean_line(mean, "ru")


def test_an_equal_rise_of_every_dialogue_is_no_chance():
    (mean,) = mean_changes(pairs_of([1.0] * 12, [2.0] * 12))
    assert (mean.low, mean.high) == (1.0, 1.0)
    assert mean.p_value == pytest.approx(2 / 2**12)


def test_what_is_not_measured_on_both_sides_is_not_compared():
    pairs = [(Measured(seconds=1.0, scores={"tone": 4.0}), Measured(usd=1.0, scores={"tone": 3.0}))] * 3
    assert [(m.what, m.unit, m.before, m.after) for m in mean_changes(pairs)] == [("score tone", "score", 4, 3)]


def spending(result, usd, ms=(), tokens=100):
    cases = tuple(
        replace(c, pico_usd=int(usd(n) * 10**12), measures=Measures(tuple(ms), tokens, 10))
        for n, c in enumerate(result.cases)
    )
    return replace(result, cases=cases)


@pytest.fixture
def twelve(run_of):
    return run_of({f"c{n}": "pass" for n in range(12)})


def test_cost_latency_and_tokens_are_adjusted_together_with_the_checks(twelve):
    asked = replace(twelve, cases=tuple(replace(c, asked=("language",)) for c in twelve.cases))
    real = replace(asked, models=(ModelInfo("simulated", simulated=False),))
    before = spending(real, lambda n: 0.001 + n / 10**6, [1000, 2000])
    after = spending(real, lambda n: 0.002 + n / 10**6, [1000, 4000], tokens=100)
    told = compare(before, after)
    cost, latency = told.means
    assert told.family == 4  # the check, cost, latency, and tokens, which did not change
    assert (latency.what, latency.before, latency.after) == ("latency", 1.5, 2.5)
    assert cost.p_value == pytest.approx(2 / 2**12)
    assert cost.p_adjusted == pytest.approx(4 * cost.p_value)
    simulated = compare(spending(asked, lambda n: 1, [1]), spending(asked, lambda n: 1, [9]))
    assert simulated.means == ()


def test_a_baseline_keeps_what_means_are_counted_from(twelve):
    live = replace(twelve, models=(ModelInfo("simulated", simulated=False),))
    spent = spending(live, lambda n: 0.001, [1000])
    assert compare(spent.as_baseline(), spent).means == ()
    assert spent.as_baseline().cases[0].measured == Measures((1000,), 100, 10)
    assert spending(twelve, lambda n: 1, [1000]).as_baseline().cases[0].measured.turn_ms == ()


def test_two_versions_of_one_run_are_compared(run_of):
    result = run_of({"a": "pass", "b": "pass"}, ("sales@1", "sales@2"))
    cases = tuple(replace(c, status="fail") if c.key[1:3] == ("b", "sales@2") else c for c in result.cases)
    before, after, told = between(replace(result, cases=cases), "sales@1", "sales@2")
    assert [(f.before.subject, f.after.subject, f.after.case) for f in told.regressions] == [
        ("sales@1", "sales@2", "b")
    ]
    assert [{case.subject for case in part.cases} for part in (before, after)] == [{"sales@1"}, {"sales@2"}]
    assert (told.pairs, told.gone, told.notes) == (2, (), ())
    assert data(told, after)["pairs"] == 2


@pytest.mark.parametrize(
    ("labels", "said"),
    [(("sales@1", "sales@22"), "did you mean"), (("sales@1", "sales@1"), "with itself: in this run there are")],
)
def test_versions_that_cannot_be_compared_are_named(run_of, labels, said):
    with pytest.raises(UserError, match=said):
        between(run_of({"a": "pass"}, ("sales@1", "sales@2")), *labels)


def test_a_comparison_says_what_it_was_held_against(run_of):
    before, after = run_of({"a": "pass"}), run_of({"a": "pass"})

    def kinds(before, after):
        return [(note.kind, note.detail) for note in compare(before, after).notes]

    def suite(result, **changes):
        return replace(result, suites=(replace(result.suites[0], **changes),))

    assert kinds(before, after) == []
    assert kinds(suite(before, name="other"), after) == [("unknown_suite", "")]
    assert kinds(before, run_of({"a": "pass"}, ("reception@1",))) == [("unknown_prompt", "reception")]
    one = suite(before, checksum="1", book_checksum="2")
    other = suite(after, checksum="3", book="2", book_checksum="4")
    assert kinds(one, other) == [("other_suite", ""), ("other_book", "1 → 2")]
    assert kinds(before, suite(after, checksum="3")) == []
