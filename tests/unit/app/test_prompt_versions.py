"""Two versions side by side: price beside quality, and what too little cannot say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from botops.app.costs.versions import Interval, compare, effective
from botops.domain.errors import UserError
from botops.domain.releases import AuditEntry, Deed, EvalRun
from botops.store.prompt_calls import VersionDialogue

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)


@pytest.fixture
def container(florist):
    with florist.open() as container:
        yield container


def eval_run(container, version, failed, *, at=NOW, suite="prices", suite_text="s" * 64, model="house-model"):
    text = container.registry.version("florist", version).text_checksum
    run = EvalRun(f"{suite}-{version}-{at:%H%M}", at, suite, "florist", version, text, model, not failed, 40, failed,
                  "b" * 64, suite_text)  # fmt: skip
    entry = AuditEntry(f"a-{run.id}", at, "ci", Deed.EVAL, "prompt:florist", "run")
    container.store.eval_runs.add(run, entry)


def test_nothing_is_measured_of_a_version_nobody_got(florist, container):
    florist.keep(container, florist.turn(), florist.turn())
    found = compare(container, "florist", 1, 2)
    assert found.measured_by == "nothing"
    assert (found.findings, found.usd, found.findings_answer) == (None, None, "not_measured")
    assert [f.replies for f in found.figures] == [2, 0]
    assert found.figures[1].usd is None
    assert [t.after - t.before for t in found.priced.tokens] == [12, 12]
    assert found.priced.monthly.usd > 0


def test_a_clear_difference_is_named_with_its_interval(florist, container):
    old = [florist.turn(1, faulty=n % 3 == 0, experiment="kind") for n in range(150)]
    new = [florist.turn(2, repaired=n % 30 == 0, experiment="kind") for n in range(150)]
    florist.keep(container, *old, *new, *[florist.turn(2, faulty=True) for _ in range(50)])
    found = compare(container, "florist", 1, 2)
    assert (found.measured_by, found.experiment) == ("experiment", "kind")
    assert [(f.dialogues, f.replies, f.faulty) for f in found.figures] == [(150, 150, 50), (150, 150, 5)]
    assert found.findings.value == pytest.approx((5 - 50) / 150 * 1000)
    assert found.findings_answer == "less"
    assert found.figures[0].per_thousand.low < 1000 / 3 < found.figures[0].per_thousand.high
    # a repair is a second call: 5 of 150 dialogues of the second version cost twice as much
    assert found.figures[0].usd == Decimal("0.001")
    assert found.figures[1].usd == Decimal("0.001") * 155 / 150
    assert found.usd.value == pytest.approx(0.001 * 5 / 150)
    assert found.usd_answer == "more"


def test_without_an_experiment_each_is_measured_in_its_own_time(florist, container):
    old = [florist.turn(1, at=NOW - timedelta(days=9)) for _ in range(5)]
    new = [florist.turn(2, at=NOW - timedelta(days=2), faulty=n == 0) for n in range(5)]
    florist.keep(container, *old, *new)
    found = compare(container, "florist", 1, 2)
    assert (found.measured_by, found.experiment) == ("period", None)
    assert found.findings.value == pytest.approx(200)
    assert found.findings_answer == "too_few"
    assert found.usd == Interval(0.0)
    assert found.usd_answer == "too_few"
    assert compare(container, "florist", 1, 2, days=5).measured_by == "nothing"


def test_a_cost_nobody_knows_is_not_taken_for_none(florist, container):
    turn = florist.turn(2)
    unknown = replace(turn.attempts[0], cost=replace(turn.attempts[0].cost, pico_usd=0, unknown_model=True))
    florist.keep(container, florist.turn(1), replace(turn, attempts=(unknown,)))
    found = compare(container, "florist", 1, 2)
    assert [f.unknown for f in found.figures] == [0, 1]
    assert found.figures[1].usd is None
    assert found.usd is None
    assert found.findings is not None


def test_replies_of_one_dialogue_do_not_count_as_many():
    alike = [VersionDialogue(1, None, f"d{n}", 10, 10, 10 if n < 5 else 0, 0, 0) for n in range(50)]
    spread = [VersionDialogue(1, None, f"d{n}", 10, 10, 1, 0, 0) for n in range(50)]
    assert effective(spread) == (50, 500)
    faulty, replies = effective(alike)
    assert replies == pytest.approx(500 / 10, rel=0.1)
    assert faulty == pytest.approx(replies / 10, abs=1)
    assert effective([VersionDialogue(1, None, "d", 3, 3, 0, 0, 0)]) == (0, 3)
    assert effective([]) == (0, 0)


def test_only_runs_under_the_same_conditions_stand_beside_each_other(container):
    eval_run(container, 1, 3)
    eval_run(container, 2, 1)
    eval_run(container, 2, 0, at=NOW + timedelta(hours=1))
    eval_run(container, 1, 0, suite="tone")
    eval_run(container, 2, 4, suite="tone", suite_text="c" * 64)
    eval_run(container, 2, 4, suite="manners")
    (pair,) = compare(container, "florist", 1, 2).evals
    assert (pair.suite, pair.before.failed, pair.after.failed) == ("prices", 3, 0)


def test_the_verdict_of_the_experiment_that_runs_is_told(florist, container):
    (florist.root / "prompts/florist/release.yaml").write_text(
        "live: 1\n"
        "split:\n"
        "  experiment: kind\n"
        "  variants: [{version: 1, weight: 5000}, {version: 2, weight: 5000}]\n"
        "  measure: {primary: won, planned: 400}\n",
        "utf-8",
    )
    container.registry.refresh()
    florist.keep(container, florist.turn(1, experiment="kind"), florist.turn(2, experiment="kind"))
    assert "50" in compare(container, "florist", 1, 2, language="en").verdict
    assert compare(container, "florist", 1, 1).verdict is not None


def test_a_version_that_is_not_there_is_refused(container):
    with pytest.raises(UserError, match="no version 5"):
        compare(container, "florist", 1, 5)
