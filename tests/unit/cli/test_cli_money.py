"""Amounts as the terminal shows them."""

from decimal import Decimal

import pytest

from botops.cli.money import amount


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0", "0.00"), ("0.93", "0.93"), ("0.9", "0.90"), ("0.925458", "0.925"), ("0.00178350", "0.00178"),
        ("12", "12.00"), ("1238.60943828", "1,238.61"),
    ],
)  # fmt: skip
def test_no_digit_is_made_up(value, said):
    assert amount(Decimal(value)) == said
