"""Collects what is wrong with a file, so that one run shows everything."""

from __future__ import annotations

from botops.config.spots import Path, Place, dotted
from botops.domain.errors import UserError
from botops.domain.problems import Problem

MOST_PROBLEMS = 200
"""Problems kept of one file: nobody reads more, and a hostile file could have a hundred thousand."""


class Faults:
    """The problems of one file, in the order found."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._left_out = 0

    def add(self, place: Place, path: Path, message: str, rule: str) -> None:
        """Notes a problem; after `MOST_PROBLEMS` it is only counted."""
        if len(self.problems) >= MOST_PROBLEMS:
            self._left_out += 1
            return
        self.problems.append(Problem(self.file, *place, dotted(path), message, rule=rule))

    def stop(self, place: Place, path: Path, message: str, rule: str) -> UserError:
        """The error to raise when reading cannot go on, with everything found so far in it."""
        self.add(place, path, message, rule)
        return self.error()

    def error(self) -> UserError:
        """All problems as one error."""
        found = list(self.problems)
        if self._left_out:
            last = max(found)
            more = f"and {self._left_out} more problems: mend these first and run it again"
            found.append(Problem(self.file, last.line, last.column + 1, "", more, rule="too-many-problems"))
        return UserError(problems=found)

    def raise_if_any(self) -> None:
        """Raises UserError when something was found."""
        if self.problems:
            raise self.error()
