"""A Kazakh number with a case ending is a price by itself; one that counts things takes no ending."""

from __future__ import annotations

from decimal import Decimal

import pytest

from botops.claims.mentions import find_numbers


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Жарайды, 17 000-ға келісеміз", 17000),
        ("келісейік, 42 мыңнан береміз", 42000),
        ("90 мынга бересиз бе", 90000),
        ("23 500-ден сатамыз", 23500),
    ],
)
def test_a_governed_number_is_a_price(text: str, amount: int) -> None:
    (mention,) = find_numbers(text)
    assert (mention.kind, mention.amount) == ("money", Decimal(amount))
    assert mention.role in {"priced", "scaled"}


@pytest.mark.parametrize("text", ["3 айға жазылдым", "5 адамға үстел", "8 адам келеміз", "2 ден астам"])
def test_counts_stay_counts(text: str) -> None:
    assert not find_numbers(text)
