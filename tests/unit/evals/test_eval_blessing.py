from dataclasses import replace
from datetime import UTC, datetime

import pytest

from botops.domain.errors import UserError
from botops.evals.blessing import bless
from botops.evals.result import Blessing
from botops.evals.result_file import dump, load

WHO = Blessing("sales_lead", datetime(2026, 11, 21, tzinfo=UTC), "the autumn offer ended")


def test_a_baseline_says_who_blessed_it_when_and_why(run_of, tmp_path):
    blessed = bless(run_of({"a": "pass", "b": "fail"}), None, WHO)
    file = tmp_path / "b.json"
    file.write_text(dump(blessed.baseline, brief=True), "utf-8")
    assert load(file).blessed == WHO
    assert not blessed.same


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: replace(r, interrupted=True), "not complete"),
        (lambda r: replace(r, cases=(replace(r.cases[0], status="error"),)), "1 cases not judged"),
        (lambda r: replace(r, suites=(replace(r.suites[0], left_out=3),)), "3 cases of the suite demo were left out"),
    ],
)
def test_a_run_that_does_not_say_everything_is_refused(run_of, change, said):
    with pytest.raises(UserError, match=said):
        bless(change(run_of({"a": "pass"})), None, WHO)


def test_a_suite_does_not_shrink_in_silence(run_of):
    earlier = bless(run_of({"a": "pass", "b": "pass", "c": "pass"}), None, WHO).baseline
    fewer = run_of({"a": "pass"})
    with pytest.raises(UserError, match="demo/b, demo/c; if that is meant, say --allow-gone"):
        bless(fewer, earlier, WHO)
    assert bless(fewer, earlier, WHO, allow_gone=True).told == ("no longer in the baseline: demo/b, demo/c",)


def test_what_is_blessed_as_failing_is_named(run_of):
    earlier = bless(run_of({"a": "pass", "b": "fail"}), None, WHO).baseline
    told = bless(run_of({"a": "fail", "b": "pass", "new": "fail"}), earlier, WHO).told
    assert told == ("blessed as failing: demo/a · sales@1, demo/new · sales@1", "fixed: demo/b · sales@1")


def test_the_same_outcome_is_no_new_baseline(run_of):
    earlier = bless(run_of({"a": "pass"}), None, WHO).baseline
    again = Blessing("another", datetime(2026, 12, 1, tzinfo=UTC), "again")
    assert bless(run_of({"a": "pass"}), earlier, again).same
    assert not bless(run_of({"a": "fail"}), earlier, again).same
