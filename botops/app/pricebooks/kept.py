"""The last good price book, kept on disk so that a restart with a broken file still serves."""

from __future__ import annotations

import json
from pathlib import Path

from botops.config.writing import locked, replace, write_new
from botops.domain.errors import OutsideError, UserError
from botops.domain.problems import Problem
from botops.registry.checksums import checksum_of

_FORMAT = 1


class KeptBook:
    """A copy in a folder of the caller's. `source` is where the price books are: a copy of another place is not used.
    Its loss costs nothing while the price book's own files are good."""

    def __init__(self, folder: Path, source: Path) -> None:
        self._folder = folder
        self._source = str(source.absolute())
        self._written: tuple[str, str, bool] | None = None

    def keep(self, name: str, raw: bytes, *, released: bool) -> tuple[Problem, ...]:
        """Keeps a good book; a problem when that failed, which never stops serving."""
        checksum = checksum_of(raw)
        if self._written == (name, checksum, released):
            return ()
        row = {"format": _FORMAT, "source": self._source, "name": name, "checksum": checksum, "released": released}
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with locked(self._folder):
                # The book first: the row never names what is not there.
                write_new(self._book(checksum), raw)
                replace(self._folder / "last.json", json.dumps(row, ensure_ascii=False).encode())
                for other in self._folder.glob("*.book"):
                    if other != self._book(checksum):
                        other.unlink(missing_ok=True)
        except (OSError, OutsideError, UserError) as error:
            message = f"the last good price book cannot be kept ({error}): a restart with a broken file would not serve"
            return (Problem(str(self._folder), 0, 0, "", message, "warning", "snapshot"),)
        self._written = (name, checksum, released)
        return ()

    def load(self) -> tuple[str, bytes, bool] | None:
        """The file name and the bytes of the last good book, and whether it was released; None without one."""
        try:
            row = json.loads((self._folder / "last.json").read_bytes())
            if row["format"] != _FORMAT or row["source"] != self._source:
                return None
            raw = self._book(row["checksum"]).read_bytes()
            return (row["name"], raw, bool(row["released"])) if checksum_of(raw) == row["checksum"] else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _book(self, checksum: str) -> Path:
        return self._folder / f"{checksum}.book"
