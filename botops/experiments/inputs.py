"""What the methods refuse: an answer made from an input without one would be read as a finding."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import wraps
from itertools import pairwise
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer", bound="DataclassInstance")

MOST_COUNTED = 2**53
"""The largest count: beyond it a float cannot tell one whole number from the next."""


def computable(method: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
    """The method, refusing with ValueError what floats cannot compute, in place of an overflow, an infinity or NaN."""

    @wraps(method)
    def refusing(*args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
        try:
            with np.errstate(all="ignore"):
                answer = method(*args, **kwargs)
        except ArithmeticError as error:
            raise ValueError(_BEYOND) from error
        if not all(_computed(getattr(answer, field.name)) for field in fields(answer)):
            raise ValueError(_BEYOND)
        return answer

    return refusing


_BEYOND = "the numbers are too large or too small to compute an answer from: check their units"


def _computed(value: object) -> bool:
    values = value if isinstance(value, tuple) else (value,)
    return all(not isinstance(v, float) or math.isfinite(v) for v in values)


def number(name: str, value: float) -> float:
    """A finite number. Raises ValueError for anything else, True and False included."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise ValueError(f"{name} must be a finite number, not {value!r:.80}")
    return float(value)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that no float can hold
        return False


def numbers(name: str, values: Sequence[float], *, least: int = 1) -> list[float]:
    """A list of finite numbers, at least `least` of them."""
    if isinstance(values, str | bytes) or not isinstance(values, Sequence) or len(values) < least:
        raise ValueError(f"{name} must be a list of at least {least} numbers, not {values!r:.80}")
    return [number(f"{name}[{i}]", v) for i, v in enumerate(values)]


def positive(name: str, value: float) -> float:
    """A finite number above 0."""
    if number(name, value) <= 0:
        raise ValueError(f"{name} must be above 0, not {value!r}")
    return float(value)


def not_negative(name: str, value: float) -> float:
    """A finite number, 0 or above."""
    if number(name, value) < 0:
        raise ValueError(f"{name} must not be negative, not {value!r}")
    return float(value)


def count(name: str, value: float, *, least: int = 0) -> int:
    """A whole number of units, at least `least`."""
    if number(name, value) > MOST_COUNTED:
        raise ValueError(f"{name} must be at most {MOST_COUNTED}, not {value!r:.80}")
    if value != int(value):
        raise ValueError(f"{name} must be a whole number, not {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value!r}")
    return int(value)


def successes(x_name: str, x: float, n_name: str, n: float) -> tuple[int, int]:
    """So many of so many: both whole, at least one trial, no more successes than trials."""
    total = count(n_name, n, least=1)
    done = count(x_name, x)
    if done > total:
        raise ValueError(f"{x_name} = {done} is more than {n_name} = {total}")
    return done, total


def inside(name: str, value: float) -> float:
    """A share strictly between 0 and 1, as `alpha` and `power` are."""
    if not 0 < number(name, value) < 1:
        raise ValueError(f"{name} must lie strictly between 0 and 1, not {value!r}")
    return float(value)


def proportion(name: str, value: float) -> float:
    """A share from 0 to 1, ends included."""
    if not 0 <= number(name, value) <= 1:
        raise ValueError(f"{name} must lie between 0 and 1, not {value!r}")
    return float(value)


def shares(name: str, weights: Sequence[float]) -> list[float]:
    """Weights of at least two arms, all above 0, normalised to sum to 1."""
    given = numbers(name, weights, least=2)
    for i, weight in enumerate(given):
        positive(f"{name}[{i}]", weight)
    total = math.fsum(given)
    return [positive(name, w / total) for w in given]


def same_length(*named: tuple[str, Sequence[object]]) -> None:
    """Lists that belong together have one length."""
    for (one, first), (other, second) in pairwise(named):
        if len(first) != len(second):
            raise ValueError(f"{one} has {len(first)} entries and {other} has {len(second)}: they belong together")
