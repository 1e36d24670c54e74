"""Kazakh typed without its own letters says the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from botops.claims.lexicon import entry
from botops.claims.reading import read


@pytest.mark.parametrize(
    ("word", "concept"),
    [
        ("женилдикпен", "discount"),
        ("сыйлыкка", "gift"),
        ("тегин", "free"),
        ("кепилдиги", "warranty"),
        ("жеткизу", "delivery"),
        ("кайтарылады", "refund"),
        ("жок", "s:neg"),
    ],
)
def test_words_without_kazakh_letters_are_understood(word: str, concept: str) -> None:
    assert concept in entry(word).concepts


@pytest.mark.parametrize("word", ["кошка", "аренда", "друга", "деньги", "дети", "бариста", "части"])
def test_russian_words_are_not_taken_for_plain_kazakh(word: str) -> None:
    assert not {"g:switcher", "s:all", "g:birthday", "s:also", "u:day", "u:hour"} & entry(word).concepts


def test_numbers_without_kazakh_letters_count() -> None:
    found = read("еки дана алсам, ушинши де болады").quantities
    assert [(q.value, q.ordinal) for q in found] == [(Decimal(2), False), (Decimal(3), True)]


def test_a_cake_is_not_four() -> None:
    assert read("торт на заказ").quantities == ()
