from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from botops.registry import Variable, VariableType
from botops.registry.values import coerce


@pytest.mark.parametrize(
    ("kind", "given_value", "value"),
    [
        ("text", "a", "a"),
        ("number", "1.50", Decimal("1.50")),
        ("number", 0.1, Decimal("0.1")),
        ("number", 7, 7),
        ("number", Decimal(-3), Decimal(-3)),
        ("integer", "5", 5),
        ("integer", 5.0, 5),
        ("boolean", "true", True),
        ("boolean", False, False),
        ("date", "2026-01-31", date(2026, 1, 31)),
        ("date", date(2026, 1, 31), date(2026, 1, 31)),
    ],
)
def test_values_are_taken_as_their_type(kind, given_value, value):
    result = coerce(given_value, VariableType(kind))
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", 5), ("text", None), ("number", "много"), ("number", True), ("number", float("nan")),
        ("number", "1e999999"), ("number", "9" * 100), ("number", float("inf")), ("integer", 1.5), ("integer", "x"),
        ("integer", []),
        ("boolean", 1),
        ("boolean", "да"), ("date", "31.01.2026"), ("date", "2026-13-01"), ("date", datetime(2026, 1, 1, tzinfo=UTC)),
        ("date", 20260101), ("choice", "c"),
    ],
)  # fmt: skip
def test_other_values_are_refused_with_what_is_expected(kind, value):
    with pytest.raises(ValueError, match="expected"):
        coerce(value, VariableType(kind), ("a", "b") if kind == "choice" else ())


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.decimals(), st.lists(st.text())),
       st.sampled_from(VariableType))  # fmt: skip
def test_nothing_but_a_value_error_comes_out(value, kind):
    with suppress(ValueError):
        coerce(value, kind, ("a",))


def test_a_long_text_is_refused():
    with pytest.raises(ValueError, match="at most 3"):
        Variable(max_length=3).checked("abcd")


@pytest.mark.parametrize(
    "declaration",
    [
        {"type": "choice"},
        {"type": "text", "choices": ["a"]},
        {"required": True, "default": "a"},
        {"type": "integer", "default": "five"},
        {"type": "date", "example": "soon"},
        {"type": "choice", "choices": ["a"], "default": "b"},
    ],
)
def test_contradictory_declarations_are_refused(declaration):
    with pytest.raises(ValidationError):
        Variable.model_validate(declaration)


def test_what_must_be_supplied():
    assert Variable().needed
    assert not Variable(default="a").needed
    assert not Variable(required=False).needed


@pytest.mark.parametrize(
    ("declared", "value", "said"),
    [
        ({"type": "number", "min": 1, "max": 5}, 0, "less than 1"),
        ({"type": "number", "min": 1, "max": "5.5"}, "5.51", "more than 5.5"),
        ({"type": "integer", "max": 3}, 4, "more than 3"),
        ({"type": "date", "min": "2026-01-01"}, "2025-12-31", "less than 2026-01-01"),
    ],
)
def test_numbers_and_dates_are_bounded(declared, value, said):
    with pytest.raises(ValueError, match=said):
        Variable(**declared).checked(value)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"type": "text", "min": 1}, "for numbers and dates"),
        ({"type": "number", "min": 5, "max": 1}, "more than `max`"),
        ({"type": "date", "max": "завтра"}, "`max` does not fit"),
        ({"type": "integer", "min": 3, "default": 2}, "`default` does not fit"),
        ({"type": "integer", "max": 3, "example": 4}, "`example` does not fit"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(declared, said):
    with pytest.raises(ValueError, match=said):
        Variable(**declared)


@pytest.mark.parametrize(
    "declared",
    [
        {}, {"max_length": 2}, {"type": "number"}, {"type": "integer", "min": 7}, {"type": "number", "max": -1},
        {"type": "boolean"}, {"type": "date"}, {"type": "date", "max": "2020-01-01"},
        {"type": "choice", "choices": ["a", "b"]}, {"example": "x", "default": "y"}, {"default": "y"},
    ],
)  # fmt: skip
def test_a_preview_has_a_value_that_fits(declared):
    variable = Variable(**declared)
    assert variable.checked(variable.shown("client_name")) == variable.shown("client_name")
