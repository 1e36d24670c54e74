from dataclasses import replace

import pytest

from botops.domain.errors import UserError
from botops.evals.comparison import compare
from botops.evals.gate import broken, exit_code, gate, p95, wilson
from botops.evals.model import GateRules, TagRules
from botops.evals.reports.lines import rule_line
from botops.evals.result import Measures, ModelInfo
from botops.experiments import wilson as wilson_of_experiments


def gated(result, **rules):
    return replace(result, suites=tuple(replace(s, gate=GateRules(**rules)) for s in result.suites))


def lines(result, comparison=None):
    return [rule_line(rule, "en") for rule in broken(gate(result, comparison))]


def by_rule(result, comparison=None):
    return {rule.rule: rule for rule in gate(result, comparison)}


@pytest.mark.parametrize(
    ("cases", "fault", "code"),
    [
        ({"a": "pass"}, "", 0),
        ({"a": "pass", "b": "fail"}, "", 1),
        ({"a": "error"}, "stale_recording", 3),
        ({"a": "error", "b": "fail"}, "timeout", 1),
        ({"a": "error", "b": "fail"}, "prompt_error", 2),
    ],
)
def test_exit_codes(run_of, cases, fault, code):
    assert exit_code(run_of(cases, fault=fault)) == code


def test_with_a_baseline_only_new_failures_count(run_of):
    before = run_of({"a": "fail", "b": "pass"})
    same = run_of({"a": "fail", "b": "pass"})
    assert exit_code(same, compare(before, same)) == 0
    worse = run_of({"a": "fail", "b": "fail"})
    assert exit_code(worse, compare(before, worse)) == 1
    down = run_of({"a": "fail", "b": "error"})
    assert exit_code(down, compare(before, down)) == 3


def test_counts_and_weights(run_of):
    result = run_of({"a": "pass", "b": "fail", "c": "error"})
    assert result.counts == {"pass": 1, "fail": 1, "error": 1}
    heavy = replace(result, cases=(replace(result.cases[0], weight=3.0), *result.cases[1:]))
    rule = by_rule(gated(heavy, pass_rate=100))["pass_rate"]
    assert (rule.kept, rule.measured, rule.n, rule.missed) == (False, 75, 2, 1)
    # Kish: weights 3 and 1 are worth 16 / 10 answers of equal weight.
    assert (rule.low, rule.high) == pytest.approx([100 * end for end in wilson(0.75, 1.6)])


def test_repeats_do_not_make_an_interval_narrower(run_of):
    once = by_rule(gated(run_of({"a": "pass", "b": "fail"}), pass_rate=50))["pass_rate"]
    often = by_rule(gated(run_of({"a": "pass pass pass", "b": "fail fail fail"}), pass_rate=50))["pass_rate"]
    assert (often.n, often.low, often.high) == (6, once.low, once.high)


def test_a_run_that_was_not_finished_is_no_pass(run_of):
    assert exit_code(replace(run_of({"a": "pass"}), interrupted=True)) == 3


def test_rates_may_be_asked_for_instead_of_every_case(run_of):
    result = run_of({"a": "pass", "b": "pass", "c": "pass", "d": "fail", "e": "error"})
    assert lines(gated(result, pass_rate=75)) == []
    assert exit_code(gated(result, pass_rate=75)) == 3
    (line,) = lines(gated(result, pass_rate=80))
    assert line == ("demo · sales@1 · pass_rate: 75.0 %, wanted ≥ 80 %; 1 of 4 missed it; 95 % interval 30.1–95.4 %")
    assert exit_code(gated(result, pass_rate=80)) == 1


def test_a_gate_that_judged_nothing_does_not_pass(run_of):
    down = gated(run_of({"e": "error"}), pass_rate=100)
    assert exit_code(down) == 3
    rules = by_rule(down)
    assert (rules["judged"].kept, rules["judged"].reason) == (False, "not_judged")
    assert (rules["pass_rate"].kept, rules["pass_rate"].reason) == (None, "nothing_asked")
    empty = replace(run_of({"a": "pass"}), cases=())
    assert exit_code(empty) == 1


def test_so_many_cases_must_have_been_judged(run_of):
    result = gated(run_of({"a": "pass", "b": "pass"}), judged=3)
    assert lines(result) == ["demo · sales@1 · judged: 2, wanted ≥ 3"]
    assert exit_code(result) == 1
    faulty = gated(run_of({"a": "pass", "b": "pass", "c": "error"}), judged=3)
    assert exit_code(faulty) == 3
    assert "a model or a recording is at fault" in lines(faulty)[0]
    chosen = replace(result, suites=tuple(replace(s, left_out=1) for s in result.suites))
    assert exit_code(chosen) == 0
    assert by_rule(chosen)["judged"].reason == "only_some_cases"


def test_a_check_has_a_rate_over_the_cases_that_ask_it(run_of):
    result = run_of({"a": "pass", "b": "fail", "c": "pass"})
    asked = tuple(replace(c, asked=("language",) if c.case != "c" else ()) for c in result.cases)
    result = replace(result, cases=asked)
    (line,) = lines(gated(result, checks={"language": 90, "hands_over": 100}))
    assert line.startswith("demo · sales@1 · checks.language: 50.0 %, wanted ≥ 90 %; 1 of 2 missed it")
    assert lines(gated(result, checks={"language": 50})) == []


def test_a_good_version_does_not_make_up_for_a_bad_one(run_of):
    result = run_of({"a": "pass", "b": "pass"}, ("sales@1", "sales@2"))
    worse = tuple(replace(c, status="fail") if c.subject == "sales@2" and c.case == "a" else c for c in result.cases)
    (line,) = lines(gated(replace(result, cases=worse), pass_rate=75))
    assert line.startswith("demo · sales@2 · pass_rate: 50.0 %")


def test_a_tag_has_rules_of_its_own(run_of):
    result = run_of({"a": "pass", "b": "fail", "c": "pass"})
    cases = tuple(replace(c, tags=("kk",) if c.case != "c" else (), asked=("language",)) for c in result.cases)
    result = replace(result, cases=cases)
    found = by_rule(gated(result, tags={"kk": TagRules(95, {"language": 40})}))
    assert (found["tags.kk.pass_rate"].kept, found["tags.kk.pass_rate"].n) == (False, 2)
    assert found["tags.kk.checks.language"].kept is True


def test_new_failures_and_cost_are_counted_against_the_baseline(run_of):
    before = run_of({"a": "pass", "b": "pass"})
    after = gated(run_of({"a": "fail", "b": "pass"}, pico=12 * 10**5), new_failures=0, cost_per_dialogue=10)
    found = lines(after, compare(before, after))
    assert found[0].startswith("demo · sales@1 · new_failures: 1, wanted ≤ 0")
    assert found[1].startswith("demo · sales@1 · cost_per_dialogue: +20.0 %, wanted ≤ +10 %; n = 2")
    loose = gated(after, new_failures=1, cost_per_dialogue=25)
    assert exit_code(loose, compare(before, loose)) == 0
    alone = by_rule(loose)
    assert {alone[rule].reason for rule in ("new_failures", "cost_per_dialogue")} == {"no_baseline"}


def test_each_version_answers_for_its_own_cost(run_of):
    before = run_of({"a": "pass"}, ("sales@1", "sales@2"))
    dear = tuple(replace(c, pico_usd=3 * 10**6) if c.subject == "sales@2" else c for c in before.cases)
    after = gated(replace(before, cases=dear), cost_per_dialogue=10)
    (line,) = lines(after, compare(before, after))
    assert line.startswith("demo · sales@2 · cost_per_dialogue: +200.0 %")


def test_a_dialogue_may_cost_so_many_dollars(run_of):
    result = run_of({"a": "pass", "b": "pass"}, pico=3 * 10**9)
    (line,) = lines(gated(result, max_cost_per_dialogue=0.002))
    assert line == "demo · sales@1 · max_cost_per_dialogue: 0.003 $, wanted ≤ 0.002 $; n = 2"
    assert lines(gated(result, max_cost_per_dialogue=0.003)) == []
    free = by_rule(gated(run_of({"a": "pass"}, pico=0), max_cost_per_dialogue=0.1))
    assert free["max_cost_per_dialogue"].reason == "cost_unknown"
    partly = replace(result, cases=(result.cases[0], replace(result.cases[1], pico_usd=1, unpriced=True)))
    assert by_rule(gated(partly, max_cost_per_dialogue=0.1))["max_cost_per_dialogue"].reason == "cost_unknown"


def live(result, ms):
    """The same run as if a real model had answered, each turn in so many milliseconds."""
    cases = tuple(replace(case, measures=Measures(tuple(ms))) for case in result.cases)
    return replace(result, models=(ModelInfo("simulated", simulated=False),), cases=cases)


def test_latency_is_that_of_95_of_100_turns(run_of):
    result = gated(live(run_of({"a": "pass"}), [100] * 19 + [9000]), max_latency_p95=4)
    rule = by_rule(result)["max_latency_p95"]
    assert (rule.kept, rule.measured, rule.n, rule.missed) == (True, 0.1, 20, 1)
    slow = gated(live(run_of({"a": "pass"}), [100] * 18 + [9000] * 2), max_latency_p95=4)
    assert lines(slow) == ["demo · sales@1 · max_latency_p95: 9 s, wanted ≤ 4 s; n = 20"]
    simulated = by_rule(gated(run_of({"a": "pass"}), max_latency_p95=4))
    assert simulated["max_latency_p95"].reason == "simulated"


def test_latency_may_grow_by_so_much(run_of):
    before = live(run_of({"a": "pass"}), [1000])
    after = gated(live(run_of({"a": "pass"}), [1300]), latency_p95=20)
    (line,) = lines(after, compare(before, after))
    assert line.startswith("demo · sales@1 · latency_p95: +30.0 %, wanted ≤ +20 %")
    simulated = gated(run_of({"a": "pass"}), latency_p95=20)
    assert by_rule(simulated, compare(before, simulated))["latency_p95"].reason == "simulated"


def test_repeats_may_disagree_only_so_often(run_of):
    result = gated(run_of({"a": "pass fail", "b": "pass pass", "c": "error pass"}), pass_rate=0, flaky=10)
    (line,) = lines(result)
    assert line.startswith("demo · sales@1 · flaky: 50.0 %, wanted ≤ 10 %; 1 of 2 missed it")
    assert by_rule(gated(run_of({"a": "pass"}), flaky=10))["flaky"].reason == "not_repeated"


@pytest.mark.parametrize(("x", "n"), [(0, 5), (5, 5), (3, 7), (59, 62), (1, 10_000)])
def test_the_interval_of_a_share_is_that_of_experiments(x, n):
    expected = wilson_of_experiments(x, n)
    assert wilson(x / n, n) == pytest.approx((expected.low, expected.high))


def test_p95_is_the_nearest_rank():
    assert p95(range(1, 101)) == 95
    assert p95([7]) == 7


HEAD = "name: small\nat: 2026-03-02T10:00:00+05:00\n"
CASES = """\
cases:
  - {id: a, tags: [kk], turns: [Бағасы?], expect: [language]}
  - {id: b, turns: [Цена?], expect: [{max_length: 100}]}
"""


def test_rules_may_be_written_as_one_would_say_them(house):
    head = (
        HEAD
        + """\
gate:
  pass_rate: ≥ 97,5 %
  checks: {language: 100 %}
  tags: {kk: 95 %}
  judged: 2
  flaky: ≤ 5 %
  max_cost_per_dialogue: 0.02 $
  max_latency_p95: 4 s
  cost_per_dialogue: ≤ +10 %
  latency_p95: <= 20
"""
    )
    assert house.suite(CASES, head).gate == GateRules(
        97.5, {"language": 100.0}, 0, 10.0, {"kk": TagRules(95.0)}, 2, 5.0, 0.02, 4.0, 20.0
    )


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("{checks: {hands_over: 100}}", "3:17: gate.checks.hands_over: no case asks `hands_over`"),
        ("{checks: {langage: 100}}", "3:17: gate.checks.langage: unknown check"),
        ("{tags: {kz: 95}}", "3:15: gate.tags.kz: no case has this tag"),
        ("{tags: {kk: {checks: {max_length: 95}}}}", "3:29: gate.tags.kk.checks.max_length: no case asks"),
        ("{judged: 3}", "3:16: gate.judged: the suite has 2 cases"),
        ("{judged: 0}", "at least 1"),
        ("{pass_rate: ≤ 95 %}", "points the wrong way: write it as `≥ 95 %`"),
        ("{cost_per_dialogue: 10 $}", "is no such limit: write it as `≤ +10 %`"),
        ("{pass_rate: 101 %}", "101"),
        ("{pass_rat: 10}", "unknown key"),
        ("{max_latency_p95: .inf}", "is no such limit: write it as `≤ 4 s`"),
        ("{cost_per_dialogue: .nan}", "is no such limit"),
        ("{max_cost_per_dialogue: -1 $}", "at least 0"),
    ],
)
def test_a_rule_that_nothing_could_break_is_refused(house, rules, said):
    with pytest.raises(UserError) as refused:
        house.suite(CASES, f"{HEAD}gate: {rules}\n")
    assert said in "\n".join(p.text() for p in refused.value.problems)
