"""Plain words for what a value should have been."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from pydantic_core import ErrorDetails

_LONGEST_SHOWN = 40

_EXPECTED = {
    "string_type": "text",
    "string_sub_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list (lines that begin with `- `)",
    "tuple_type": "a list (lines that begin with `- `)",
    "set_type": "a list (lines that begin with `- `)",
    "frozen_set_type": "a list (lines that begin with `- `)",
    "dict_type": "a mapping (lines of `key: value`)",
    "mapping_type": "a mapping (lines of `key: value`)",
    "model_type": "a mapping (lines of `key: value`)",
    "model_attributes_type": "a mapping (lines of `key: value`)",
    "dataclass_type": "a mapping (lines of `key: value`)",
    "none_required": "nothing (null)",
    "path_type": "a file name",
}
_DATES = ("date_", "datetime_", "time_", "timezone_")
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
    "multiple_of": ("multiple_of", "a multiple of"),
}


def wording(detail: ErrorDetails) -> str:
    """One pydantic error as a sentence that says what is there and what should be."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "missing":
        return f"missing: add the key `{detail['loc'][-1]}`"
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"{shown(value)} is out of range: write a value that is {words} {context[bound]}"
    if kind in {"literal_error", "enum", "union_tag_invalid"}:
        return _choice(value, kind, context)
    if kind in {"value_error", "assertion_error"}:
        return str(context.get("error", detail["msg"]))
    if kind in _EXPECTED:
        return _wrong_type(kind, value)
    return _length(kind, context) or _form(kind, value, context, detail["msg"])


def shown(value: Any) -> str:
    """A value as a person wrote it, shortened, with what it is."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, Decimal, float)):
        return f"the number {value}"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = " ".join(str(value).split())
    return f"`{text[:_LONGEST_SHOWN]}…`" if len(text) > _LONGEST_SHOWN else f"`{text}`"


def suggestion(name: str, known: Iterable[str], *, others: str = "allowed") -> str:
    """`: did you mean …?` when something near is known, else the list of what is known."""
    import difflib  # noqa: PLC0415 - only needed once something is wrong

    names = list(known)
    folded = {one.casefold(): one for one in names}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    if near:
        return f": did you mean `{folded[near[0]]}`?"
    return f": {others} are {', '.join(f'`{one}`' for one in names)}" if names else ": remove it"


def _wrong_type(kind: str, value: Any) -> str:
    expected = _EXPECTED[kind]
    if value is None:
        return f"empty: write {expected}, or remove the key"
    if kind == "string_type" and isinstance(value, (bool, int, Decimal)):
        return f"text expected, not {shown(value)}: put quotes around it"
    return f"{expected} expected, not {shown(value)}: correct it"


def _choice(value: Any, kind: str, context: dict[str, Any]) -> str:
    raw = context.get("expected_tags" if kind == "union_tag_invalid" else "expected", "")
    names = [part.strip(" '\"") for part in str(raw).replace(" or ", ", ").split(",")]
    names = [name for name in names if name]
    if kind == "union_tag_invalid":
        value = context.get("tag", value)
    return f"{shown(value)} is not one of {', '.join(names)}{_near(value, names)}"


def _near(value: Any, names: list[str]) -> str:
    hint = suggestion(str(value), names)
    return hint if "did you mean" in hint else ": choose one of them"


def _length(kind: str, context: dict[str, Any]) -> str | None:
    least, most = context.get("min_length"), context.get("max_length")
    if kind in {"string_too_short", "too_short"}:
        unit = "characters" if kind.startswith("string") else "entries"
        return "empty: write at least one" if least == 1 else f"too short: write at least {least} {unit}"
    if kind in {"string_too_long", "too_long"}:
        unit = "characters" if kind.startswith("string") else "entries"
        return f"too long: write at most {most} {unit}"
    return None


def _form(kind: str, value: Any, context: dict[str, Any], message: str) -> str:
    if kind.startswith(_DATES):
        example = "2026-03-31T18:30:00+05:00" if kind.startswith(("datetime", "timezone")) else "2026-03-31"
        if kind.startswith("time_"):
            example = "18:30"
        if kind == "timezone_aware":
            return f"{shown(value)} lacks the time of day or its offset from UTC: write it as {example}"
        return f"{shown(value)} is not a valid date or time: write it as {example}"
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} does not have the right form: it must match {context.get('pattern')}"
    if kind == "union_tag_not_found":
        return f"missing: add the key {context.get('discriminator')}"
    if kind.startswith("decimal_"):
        return f"{shown(value)} has too many digits: {message[:1].lower()}{message[1:]}"
    return f"{shown(value)} cannot be used: {message[:1].lower()}{message[1:]}"
