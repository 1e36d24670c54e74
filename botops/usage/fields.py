"""Taking numbers out of foreign JSON: what is no plausible count is no count, and nothing raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

Block = Mapping[str, Any]

_MOST = 10**12
"""More than any call can use: a larger count is garbage."""


def block_of(value: object) -> Block:
    """The value when it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def count(value: object) -> int | None:
    """A count of tokens or calls; None for what is none (text, NaN, a fraction, below zero, absurdly large)."""
    if value is None:
        return None
    if type(value) is int:
        return value if 0 <= value < _MOST else None
    if isinstance(value, float) and 0 <= value < _MOST and value == int(value):
        return int(value)
    return None


def at(block: Block, path: str) -> object:
    """What stands at a dotted path; None where nothing does."""
    value: object = block
    for key in _steps(path):
        if type(value) is not dict and not isinstance(value, Mapping):  # the first is quick, and JSON's own
            return None
        value = value.get(key)
        if value is None:
            return None
    return value


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def first(block: Block, *paths: str) -> int | None:
    """The first count among the paths; None when none of them holds one."""
    return next((found for path in paths if (found := count(at(block, path))) is not None), None)


def most(block: Block, *paths: str) -> int:
    """The greatest count among paths that are spellings of one number; 0 without any. A gateway may fill in a zero
    beside the provider's own field."""
    return max([found for path in paths if (found := count(at(block, path))) is not None], default=0)


def text(value: object) -> str:
    """The value when it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def rows(value: object) -> Iterator[Block]:
    """The mappings of a list; nothing for what is no list."""
    if isinstance(value, list | tuple):
        yield from (each for each in value if isinstance(each, Mapping))
