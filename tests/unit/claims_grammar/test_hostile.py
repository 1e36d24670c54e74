"""Hostile messages: never an error, and work that grows with the length of the text, not faster."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from botops.claims.grammar.lexer import MAX_NUMBERS
from botops.claims.mentions import find_mentions, read

UNITS = {
    "digits": "1234567890",
    "spaced digits": "1 ",
    "groups": "15 000 ",
    "amounts": "15 000 ₸ ",
    "parentheses": "()",
    "numbers in parentheses": "(1",
    "dots": "1.",
    "dashes": "5-",
    "percents": "5%",
    "signs": "$",
    "signs and digits": "$5",
    "plus signs": "+7(7",
    "times": "5*",
    "slashes": "5/",
    "spaced slashes": "5 / ",
    "spaced dashes": "5 - ",
    "alternatives": "5 или ",
    "openers": "от 5 до ",
    "numerals": "сто ",
    "scales": "тысяч ",
    "halves": "half a ",
    "and": "hundred and ",
    "prepositions": "5 в в в ",
    "per": "5/мес",
    "negations": "не более ",
    "hedges": "около ~ ",
    "tags": "<b>",
    "open tags": "<b ",
    "entities": "&nbsp;",
    "emphasis": "*a",
    "zero width": "1\u200b",
    "letters for zeros": "0О",
    "letter groups": "1O OOO ",
    "capitals": "AAA",
    "countries": "российских ",
    "apostrophes": "1'",
    "links": "https://x ",
    "endings": "5-нан ",
    "letters": "я",
    "emoji": "🎉",
}


def calls(action: Callable[[], object]) -> int:
    """How many Python functions an action enters: a measure of work that no busy machine can disturb."""
    count = 0

    def tracer(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(tracer)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_work_grows_no_faster_than_the_text(unit: str) -> None:
    small, large = unit * (2_000 // len(unit)), unit * (16_000 // len(unit))
    read(small)
    assert calls(lambda: read(large)) <= 12 * calls(lambda: read(small)) + 2_000


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_a_hundred_kilobytes_are_read(unit: str) -> None:
    reading = read(unit * (100_000 // len(unit)))
    assert len(reading.numbers) + len(reading.quantities) <= MAX_NUMBERS + 1


def test_more_numbers_than_anyone_writes_are_not_read_to_the_end() -> None:
    assert read("5 тг, " * MAX_NUMBERS).complete
    assert not read("5 тг, " * (MAX_NUMBERS + 10)).complete


def test_two_hundred_amounts_are_all_found() -> None:
    text = "\n".join(f"- товар {chr(0x430 + i % 32)}: {1000 + i} ₸" for i in range(200))
    assert [m.amount for m in find_mentions(text)] == list(range(1000, 1200))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\n",
        "\u200b\u200f",
        "🎉",
        "**",
        "<b></b>",
        "½",
        "₸",
        "%",
        "-",
        "от до",
        "тысяч",
        "a half",
        "и",
        "\ud800",
    ],
)
def test_texts_that_hold_nothing(text: str) -> None:
    assert find_mentions(text) == ()
