"""Where things stand in a file: a tree of places beside the data."""

from __future__ import annotations

from dataclasses import dataclass

Path = tuple[str | int, ...]
"""The way to a value: keys and list indexes from the document's top."""

Place = tuple[int, int]
"""Line and column, both from 1."""


@dataclass(slots=True)
class Spot:
    """The place of a value, of the key that names it (its own place in a list), and of everything inside it."""

    value: Place
    key: Place
    children: dict[str | int, Spot] | None = None

    def put(self, step: str | int, inner: Spot) -> None:
        """Notes what stands inside under a key or an index."""
        if self.children is None:
            self.children = {}
        self.children[step] = inner

    def find(self, path: Path) -> tuple[Spot, bool]:
        """The deepest spot on the way to `path`, and whether the whole way exists."""
        spot = self
        for step in path:
            inner = spot.children.get(step) if spot.children else None
            if inner is None:
                return spot, False
            spot = inner
        return spot, True


def dotted(path: Path) -> str:
    """The path as people write it: `prices.0.amount`."""
    return ".".join(str(step) for step in path)


def place_of(text: str, index: int) -> Place:
    """The line and column of a character offset."""
    before = text[:index]
    return before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1
