"""What a run has finished so far, kept in a file so that a stopped run can be taken up again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from botops.domain.errors import StoreError
from botops.evals.result import CaseResult


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[CaseResult]:
    return TypeAdapter(CaseResult)


class Checkpoint:
    """One JSON line for each finished case run. The file's name is the identity of the run: same suites, prompts,
    price books, model and settings; so what it holds can be trusted."""

    def __init__(self, directory: Path, identity: str) -> None:
        self.path = directory / f"{identity[:32]}.jsonl"

    def known(self) -> Iterator[CaseResult]:
        """What an earlier run could judge; errors are left out, to be tried again, and so is a line cut short."""
        if not self.path.exists():
            return
        for line in self.path.read_bytes().splitlines():
            try:
                result = _adapter().validate_json(line)
            except ValidationError:
                continue
            if result.status != "error":
                yield result

    def begin(self, kept: Iterable[CaseResult]) -> None:
        """Starts the file anew with what is taken over; the old one stands until the new one is whole. Raises
        StoreError."""
        fresh = self.path.with_suffix(".new")
        self._write(fresh, "".join(_line(result) for result in kept), "w")
        try:
            fresh.replace(self.path)
        except OSError as error:
            raise StoreError(f"{self.path}: what was finished cannot be kept ({error.strerror})") from error

    def add(self, result: CaseResult) -> None:
        """Keeps one more. Raises StoreError."""
        self._write(self.path, _line(result), "a")

    def clear(self) -> None:
        """Forgets the run: it came to its end."""
        self.path.unlink(missing_ok=True)

    def _write(self, path: Path, text: str, mode: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open(mode, encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise StoreError(f"{path}: what was finished cannot be kept ({error.strerror})") from error


def _line(result: CaseResult) -> str:
    return _adapter().dump_json(result).decode() + "\n"
