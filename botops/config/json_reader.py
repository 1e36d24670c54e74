"""JSON at full speed; places are worked out by a second, slower reading only when a problem must be pointed at."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from botops.config.faults import Faults
from botops.config.scalars import NumberTooLargeError, decimal, integer
from botops.config.spots import Path, Place, Spot
from botops.config.yaml_reader import DEEPEST, MOST_VALUES, TOO_MANY
from botops.domain.errors import UserError

_SURROGATES = re.compile("[\ud800-\udfff]")
_UNSAFE_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


class _RefusedError(ValueError):
    """Something valid in JSON that is not taken; the second reading finds its place."""


def read_json(text: str, file: str, *, max_values: int = MOST_VALUES) -> Any:
    """The data of a document, numbers exact. Raises UserError with every problem."""
    try:
        data = json.loads(
            text, object_pairs_hook=_unique, parse_float=decimal, parse_int=integer, parse_constant=_constant
        )
        if _measured(data) > max_values:
            raise Faults(file).stop((1, 1), (), TOO_MANY, "too-many-values")
        if _UNSAFE_ESCAPE.search(text):
            _refuse_unsafe(data)
    except json.JSONDecodeError as error:
        raise _syntax(error, file) from error
    except (_RefusedError, NumberTooLargeError, RecursionError) as error:
        raise _located(text, file) from error
    return data


def json_spots(text: str, file: str) -> Spot:
    """The tree of places of a document that `read_json` accepts."""
    return _Scanner(text, file).scan()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs) or "" in values:
        raise _RefusedError
    return values


def _constant(name: str) -> Decimal:
    raise _RefusedError(name)


def _measured(data: Any) -> int:
    """The number of values, keys apart. Raises _RefusedError when they are nested too deep."""
    values = 1
    level = [data]
    for _ in range(DEEPEST):
        inner = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, (dict, list))]
        values += sum(map(len, inner))
        level = [value for one in inner for value in one if isinstance(value, (dict, list))]
        if not level:
            return values
    raise _RefusedError


def _refuse_unsafe(data: Any) -> None:
    if isinstance(data, str):
        if "\0" in data or _SURROGATES.search(data):
            raise _RefusedError
    elif isinstance(data, dict):
        for key, value in data.items():
            _refuse_unsafe(key)
            _refuse_unsafe(value)
    elif isinstance(data, list):
        for value in data:
            _refuse_unsafe(value)


def _syntax(error: json.JSONDecodeError, file: str) -> UserError:
    message = f"not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}: correct it here or just above"
    return Faults(file).stop((error.lineno, error.colno), (), message, "syntax")


def _located(text: str, file: str) -> UserError:
    scanner = _Scanner(text, file)
    try:
        # The first reading stopped half-way: what follows may not even be JSON, and the scanner relies on that.
        json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        return _syntax(error, file)
    except RecursionError:
        pass  # the scanner stops at DEEPEST, far above the place where Python's parser gave up
    try:
        scanner.scan()
    except UserError as error:
        return error
    return scanner.faults.error()


_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_ATOM = re.compile(r"[^\s,\]}]+")


class _Scanner:
    """Walks JSON text that Python's parser took, and notes where everything stands."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.faults = Faults(file)
        self.at = 0
        self.path: list[str | int] = []
        self._line, self._line_start, self._seen = 1, 0, 0

    def scan(self) -> Spot:
        """The spot of the whole document."""
        self._skip()
        return self._value()

    def _place(self) -> Place:
        newlines = self.text.count("\n", self._seen, self.at)
        if newlines:
            self._line += newlines
            self._line_start = self.text.rfind("\n", self._seen, self.at) + 1
        self._seen = self.at
        return self._line, self.at - self._line_start + 1

    def _value(self) -> Spot:
        place = self._place()
        spot = Spot(place, place)
        first = self.text[self.at]
        if first in "{[":
            if len(self.path) >= DEEPEST:
                message = f"nested more than {DEEPEST} levels deep: flatten it"
                raise self.faults.stop(place, tuple(self.path[:8]), message, "too-deep")
            self._items(spot, self._member if first == "{" else self._element, "}" if first == "{" else "]")
        elif first == '"':
            self._string(place)
        else:
            self._atom(place)
        return spot

    def _items(self, spot: Spot, item: Callable[[Spot], None], close: str) -> None:
        self.at += 1
        self._skip()
        while self.text[self.at] != close:
            item(spot)
            self._skip()
            if self.text[self.at] == ",":
                self.at += 1
                self._skip()
        self.at += 1

    def _member(self, spot: Spot) -> None:
        place = self._place()
        key = self._string(place)
        if spot.children and key in spot.children:
            message = f"the key `{key}` stands here twice: keep one of them"
            self.faults.add(place, (*self.path, key), message, "duplicate-key")
        elif not key:
            self.faults.add(place, tuple(self.path), "an empty key: write a name before the colon", "empty-key")
        self._skip()
        self.at += 1
        self._skip()
        self.path.append(key)
        inner = self._value()
        self.path.pop()
        inner.key = place
        spot.put(key, inner)

    def _element(self, spot: Spot) -> None:
        index = len(spot.children or ())
        self.path.append(index)
        spot.put(index, self._value())
        self.path.pop()

    def _string(self, place: Place) -> str:
        match = _STRING.match(self.text, self.at)
        assert match is not None  # Python's parser has read this text already
        self.at = match.end()
        text: str = json.loads(match.group())
        if "\0" in text or _SURROGATES.search(text):
            message = "a NUL character or half of a surrogate pair cannot be stored: remove the escape"
            self.faults.add(place, tuple(self.path), message, "bad-character")
        return text

    def _atom(self, place: Place) -> None:
        match = _ATOM.match(self.text, self.at)
        assert match is not None  # Python's parser has read this text already
        self.at = match.end()
        atom = match.group()
        path: Path = tuple(self.path)
        if atom in {"NaN", "Infinity", "-Infinity"}:
            self.faults.add(place, path, f"{atom} is not a number that can be used: write a number or null", "number")
        elif atom not in {"true", "false", "null"}:
            try:
                (decimal if set(atom) & set(".eE") else integer)(atom)
            except NumberTooLargeError as error:
                self.faults.add(place, path, str(error), "number-range")

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at
