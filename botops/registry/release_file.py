"""What the release files of prompts and of price books have in common: their look, and how two writers stay apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from botops.config import MAX_BYTES
from botops.config.yaml_writer import dump_yaml
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.registry.checksums import checksum_of
from botops.registry.folders import read_bytes
from botops.registry.model import ReleaseAction

UNRELEASED = ""
"""The checksum that stands for "there is no release file yet" where a writer names what it saw."""

_HEADER = "# Written when a version is published or rolled back. Versions listed here never change.\n"

MOST_STEPS = 100
"""Steps of its history that a release file goes on telling."""
FEWEST_STEPS = 10
"""Steps it tells however long their reasons are."""
MOST_STEPS_BYTES = 64_000
"""Bytes of names and reasons in its history."""

V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)


class ReleaseStep(Protocol[V_co]):
    """One step of a release file's history: what was done, the version then live, and the one it replaced."""

    @property
    def action(self) -> ReleaseAction:
        """What was done."""
        ...

    @property
    def by(self) -> str:
        """Who did it."""
        ...

    @property
    def reason(self) -> str:
        """Why."""
        ...

    @property
    def version(self) -> V_co:
        """The version live after the step."""
        ...

    @property
    def replaced(self) -> V_co | None:
        """The version live before it."""
        ...


S = TypeVar("S", bound=ReleaseStep[Any])


def latest(history: Sequence[S]) -> tuple[S, ...]:
    """The steps a release file goes on telling, so that it stays small and readable however often something is
    released. The audit log and git keep them all."""
    first = max(0, len(history) - MOST_STEPS)
    while len(history) - first > FEWEST_STEPS and sum(map(_bytes, history[first:])) > MOST_STEPS_BYTES:
        first += 1
    return tuple(history[first:])


def _bytes(step: ReleaseStep[Any]) -> int:
    return len(step.by.encode()) + len(step.reason.encode())


def version_before(history: Sequence[ReleaseStep[V]], live: V) -> V:
    """The version that was live before the present one, undoing rolled back steps. Raises UserError without one."""
    stack: list[V] = []
    for step in history:
        if step.action is ReleaseAction.PUBLISH:
            if step.replaced is not None and stack[-1:] != [step.replaced]:
                stack.append(step.replaced)
            stack.append(step.version)
        elif step.action is ReleaseAction.ROLLBACK:
            while stack and stack[-1] != step.version:
                stack.pop()
            stack = stack or [step.version]
    while stack and stack[-1] == live:
        stack.pop()
    if not stack:
        raise UserError("no earlier version was ever published: name the version to go back to")
    return stack[-1]


def release_yaml(data: Mapping[str, Any]) -> str:
    """A release file's text."""
    return _HEADER + dump_yaml(data)


def existing(path: Path, *, most: int = MAX_BYTES) -> bytes | None:
    """A file's bytes, None when there is no such file. Raises UserError."""
    try:
        return read_bytes(path, most=most)
    except NotFoundError:
        return None


def seen(raw: bytes | None) -> str:
    """The checksum by which a writer names what it saw."""
    return UNRELEASED if raw is None else checksum_of(raw)


def refuse_other(path: Path, raw: bytes | None, expected: str) -> None:
    """Raises ConflictError with the file's text when it is not the one the writer saw."""
    if seen(raw) != expected:
        theirs = raw.decode(errors="replace") if raw is not None else None
        raise ConflictError(f"{path} was changed by somebody else: look at theirs and try again", theirs)
