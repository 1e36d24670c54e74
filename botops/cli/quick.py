"""Short commands spare themselves most of the work of looking for garbage."""

from __future__ import annotations

import atexit
import gc
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")
_SELDOM = (50_000, 20, 20)
"""Python's own 700 new objects are reached a hundred times while modules and price books are read, which stay."""


def seldom_collected(command: Callable[P, R]) -> Callable[P, R]:
    """A command that looks for garbage in circles more seldom, and not at all when the process ends: a tenth of the
    start, a fifth of judging and a quarter of a second at the end. What is not in circles is freed at once as ever."""

    @wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> R:
        before = gc.get_threshold()
        gc.set_threshold(*_SELDOM)
        atexit.register(gc.freeze)
        try:
            return command(*args, **options)
        finally:
            gc.set_threshold(*before)

    return run
