"""The week against the one before: which way a number went, and what is chance."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from botops.app import monday
from botops.app.glossary import MONDAY
from botops.app.monday import Turn, turn
from botops.app.queries import Number
from botops.domain.errors import UserError
from botops.domain.money import Money


def _share(name, now, before, counted=1000, earlier=1000):
    return Number(name, now, before, counted=counted, counted_before=earlier)


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (_share("false_replies", 90.0, 50.0), Turn.WORSE),
        (_share("false_replies", 50.0, 90.0), Turn.BETTER),
        (_share("false_replies", 52.0, 50.0), Turn.SAME),
        (_share("false_replies", 90.0, 50.0, 40, 40), Turn.SAME),
        (_share("false_reached", 20.0, 0.0), Turn.WORSE),
        (_share("false_reached", 0.0, 0.0), Turn.SAME),
        (_share("handed_over", 0.4, 0.2), Turn.CHANGED),
        (_share("kept_talking", 0.80, 0.95), Turn.WORSE),
        (_share("kept_talking", None, 0.95), Turn.UNKNOWN),
        (_share("satisfied", 0.9, 0.5, 19, 400), Turn.UNKNOWN),
        (_share("satisfied", 0.9, 0.5, 100, 100), Turn.BETTER),
        (Number("below_book", Money(9_000_00, "KZT"), Money(1_000_00, "KZT")), Turn.WORSE),
        (Number("below_book", Money(0, "KZT"), Money(0, "KZT")), Turn.SAME),
        (Number("below_book", Money(5, "KZT"), Money(0, "KZT")), Turn.WORSE),
        (Number("cost_per_dialogue", None, None), Turn.UNKNOWN),
    ],
)
def test_which_way_a_number_went(number, wanted):
    assert turn(number) is wanted


def test_a_week_begins_on_monday(desk):
    with pytest.raises(UserError, match="2026-11-16"):
        monday.week(desk.container, date(2026, 11, 18))


def test_a_week_to_come_is_refused(desk):
    with pytest.raises(UserError, match="still to come"):
        monday.week(desk.container, monday.last_week(desk.container) + timedelta(days=14))


def test_a_week_without_dialogues_has_unknown_shares_and_says_what_is_open(desk):
    found = monday.week(desk.container, monday.last_week(desk.container))
    assert {one.number.id for one in found.numbers} == set(MONDAY)
    assert found.replies == 0
    assert all(one.number.value is None for one in found.numbers if one.number.id != "dialogues")
    assert not found.under_way
    assert monday.week(desk.container, monday.last_week(desk.container) + timedelta(days=7)).under_way


def test_an_unreadable_team_file_is_unknown_and_not_nothing():
    nothing = monday.Open(*[0] * 9)
    assert nothing.nothing
    assert not replace(nothing, without_owner=None).nothing
    assert not replace(nothing, drafts=1).nothing
    assert not replace(nothing, bad_marks=1).nothing
    assert not replace(nothing, unreached=1).nothing


def test_replies_that_wait_for_a_word_are_left_open():
    assert not replace(monday.Open(*[0] * 9), to_review=3).nothing
