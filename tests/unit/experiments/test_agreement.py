import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.experiments import wilson
from botops.experiments.agreement import agreement, cohen_kappa, confusion, kappa_interval


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        (((20, 5), (10, 15)), 0.4),
        (((45, 15), (25, 15)), 0.130435),  # the same agreement of .60 …
        (((25, 35), (5, 35)), 0.259259),  # … with other shares of the raters
        (((10, 0), (0, 10)), 1.0),
        (((0, 10), (10, 0)), -1.0),
        (((25, 25), (25, 25)), 0.0),
        (((9, 0), (1, 0)), 0.0),  # one rater always says the same
        (((44, 5, 1), (7, 20, 3), (9, 5, 6)), 0.491525),
    ],
)
def test_kappa_of_known_tables(table, kappa):
    assert cohen_kappa(table) == pytest.approx(kappa, abs=1e-6)


def test_kappa_has_no_value_where_only_one_answer_was_given():
    with pytest.raises(ValueError, match="same category"):
        cohen_kappa(((7, 0), (0, 0)))


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (((1, 2), (3,)), "columns"),
        (((1, 2, 3), (4, 5, 6)), "columns"),
        (((1, -2), (3, 4)), "counts"),
        (((1, 0.5), (3, 4)), "counts"),
        (((True, 1), (3, 4)), "counts"),
        (((0, 0), (0, 0)), "nothing"),
        ((), "nothing"),
    ],
)
def test_what_is_no_table_of_agreement_is_refused(table, why):
    for function in (cohen_kappa, agreement, kappa_interval):
        with pytest.raises(ValueError, match=why):
            function(table)


def test_agreement_is_the_share_on_the_diagonal_with_its_wilson_interval():
    assert agreement(((20, 5), (10, 15))) == wilson(35, 50)
    assert agreement(((20, 5), (10, 15)), 0.1) == wilson(35, 50, 0.1)


def test_a_table_counts_pairs_by_the_first_rater_then_the_second():
    assert confusion([(False, True), (False, True), (True, False), (True, True), (False, False)]) == ((1, 2), (1, 1))
    assert confusion([]) == ((0, 0), (0, 0))


_COUNTS = st.integers(0, 60)


@given(st.tuples(_COUNTS, _COUNTS, _COUNTS, _COUNTS).filter(lambda t: t[0] + t[1] and t[2] + t[3]))
def test_kappa_is_symmetric_and_never_above_the_agreement(cells):
    table, turned = (cells[:2], cells[2:]), ((cells[0], cells[2]), (cells[1], cells[3]))
    kappa = cohen_kappa(table)
    assert kappa == pytest.approx(cohen_kappa(turned))
    assert -1 <= kappa <= agreement(table).estimate + 1e-12


def test_an_interval_of_kappa_holds_it_and_narrows_with_more_labels():
    few, many = ((8, 2), (1, 9)), ((80, 20), (10, 90))
    low, high = kappa_interval(few)
    assert low < cohen_kappa(few) < high
    assert kappa_interval(many)[1] - kappa_interval(many)[0] < high - low
    # p = 17/20, p_e = 1/2; Wilson's ends of 17/20 are 0.6396 and 0.9476.
    assert (low, high) == pytest.approx((0.2791, 0.8952), abs=1e-3)


def test_perfect_agreement_on_a_few_things_is_not_certain():
    low, high = kappa_interval(((3, 0), (0, 3)))
    assert high == pytest.approx(1)
    assert low < 0.6
