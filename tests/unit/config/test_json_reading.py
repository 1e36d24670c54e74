"""JSON is read exactly and refused like YAML, with places found afterwards."""

from decimal import Decimal

import pytest

from botops.config import as_json, parse
from botops.domain.errors import UserError


def refused(text, **limits):
    with pytest.raises(UserError) as caught:
        parse(text, "f.json", **limits)
    return [(p.rule, p.line, p.column, p.path) for p in caught.value.problems]


def test_numbers_stay_exact():
    data = parse('{"a": 1.10, "b": -3, "c": [true, null, "x\\u0416\\n"]}', "f.json").data
    assert data == {"a": Decimal("1.10"), "b": -3, "c": [True, None, "xЖ\n"]}
    assert str(data["a"]) == "1.10"


def test_as_json_gives_plain_types():
    assert as_json({"a": [Decimal("0.5"), (1, "x")], "b": None}) == {"a": [0.5, [1, "x"]], "b": None}


def test_places():
    document = parse('{\n "a": [1, {"b \\"c": "x"}],\n "d": {} , "e": "\\u0416"}', "f.json")
    assert document.position(("a",)) == (2, 7)
    assert document.position(("a", 0)) == (2, 8)
    assert document.position(("a", 1, 'b "c')) == (2, 21)
    assert document.position(("a", 1, 'b "c'), of="key") == (2, 12)
    assert document.position(("d",), of="key") == (3, 2)
    assert document.position(("e",)) == (3, 17)
    assert document.position(("d", "none")) == (3, 2)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1,\n "a": 2}', [("duplicate-key", 2, 2, "a")]),
        ('[{"b": {"c": 1, "c": 2, "c": 3}}]', [("duplicate-key", 1, 17, "0.b.c"), ("duplicate-key", 1, 25, "0.b.c")]),
        ('{"": 1}', [("empty-key", 1, 2, "")]),
        ('{"a": NaN, "b": [-Infinity]}', [("number", 1, 7, "a"), ("number", 1, 18, "b.0")]),
        ('{"a": 1e999}', [("number-range", 1, 7, "a")]),
        ("[" + "9" * 41 + "]", [("number-range", 1, 2, "0")]),
        ("[" + "9" * 5_000 + ", 1.5, true]", [("number-range", 1, 2, "0")]),
        ('["\\u0000"]', [("bad-character", 1, 2, "0")]),
        ('["\\ud800"]', [("bad-character", 1, 2, "0")]),
        ('{"\\uDC00": 1, "ok": ["\\ud83d\\ude00"]}', [("bad-character", 1, 2, "")]),
        ("{", [("syntax", 1, 2, "")]),
        ("", [("syntax", 1, 1, "")]),
        ("[1e999,\n oops", [("syntax", 2, 2, "")]),
    ],
)
def test_refusals(text, found):
    assert refused(text) == found


@pytest.mark.parametrize(
    "text", ["[" * 65 + "]" * 65, "[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 70 + "1" + "}" * 70]
)
def test_nesting_is_bounded(text):
    assert refused(text)[0][0] == "too-deep"


def test_sixty_four_levels_are_fine():
    assert parse("[" * 64 + "]" * 64, "f.json").data


def test_the_number_of_values_is_bounded():
    assert refused("[" + "1," * 10 + "1]", max_values=10) == [("too-many-values", 1, 1, "")]


def test_a_surrogate_pair_is_a_character():
    assert parse('"\\ud83d\\ude00"', "f.JSON").data == "😀"
