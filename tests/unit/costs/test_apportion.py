import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.costs.apportion import apportioned


@given(st.integers(0, 10**18), st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_parts_add_up_and_are_within_one_of_their_share(total, weights):
    parts = apportioned(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        assert all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))


def test_what_rounding_leaves_goes_to_the_largest_remainders():
    assert apportioned(10, [1, 1, 1]) == [4, 3, 3]
    assert apportioned(7, [2, 3, 1]) == [2, 4, 1]
    assert apportioned(5, [0, 0]) == [5, 0]


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, []), (1, [2, -1])])
def test_what_cannot_be_shared_out_is_refused(total, weights):
    with pytest.raises(ValueError, match="shared out"):
        apportioned(total, weights)
