"""The suites of a project, as the release policy names them: `evals/suites/*.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botops.config import parse, read_text
from botops.domain.errors import UserError
from botops.evals.case_rows import suite_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botops.config import Settings


@dataclass(frozen=True, slots=True)
class SuiteFile:
    """A suite's file: its name, the prompt it tests, its own price book (None: the one in force), the SHA-256 of its
    text with that of its cases."""

    name: str
    file: Path
    prompt: str
    price_book: Path | None
    checksum: str


def project_suites(settings: Settings) -> Mapping[str, SuiteFile]:
    """The suites by name. Files that cannot be read are left out: running them says what is wrong. Of two files with
    one name the one that is called so has it, else the first."""
    folder = settings.path("evals") / "suites"
    read = (_suite(settings, path) for path in sorted(folder.glob("*.y*ml"), reverse=True))
    found = sorted((suite for suite in read if suite is not None), key=lambda suite: suite.file.stem == suite.name)
    chosen = {suite.name: suite for suite in found}
    return {suite.name: suite for suite in sorted(chosen.values(), key=lambda suite: suite.file)}


def text_checksum(text: str) -> str:
    """The SHA-256 a suite's text is known by."""
    return sha256(text.encode()).hexdigest()


def book_checksum(path: Path) -> str | None:
    """The SHA-256 of a price book's file, None when it cannot be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _suite(settings: Settings, path: Path) -> SuiteFile | None:
    try:
        document = parse(read_text(path), str(path))
        text = suite_text(document)
    except UserError:
        return None
    data: Any = document.data
    name = data.get("name") if isinstance(data, dict) else None
    if not isinstance(name, str):
        return None
    prompt, book = data.get("prompt"), data.get("price_book")
    return SuiteFile(
        name,
        path,
        prompt if isinstance(prompt, str) else settings.prompt,
        Path(normpath(path.parent / book)) if isinstance(book, str) else None,
        text_checksum(text),
    )
