"""What an exchange brings and what it says about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from botops.config import Document
from botops.config.spots import Path
from botops.domain.problems import Problem

LIVE_LABEL = "production"
"""The label (Langfuse) or alias (MLflow) that says which version is served."""


@dataclass(frozen=True, slots=True)
class ImportedVersion:
    """A version as another tool kept it: its number there and the text of the prompt file it becomes."""

    number: int
    text: str
    labels: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class ImportedPrompt:
    """A prompt and its versions by number; `live` is the number of the one in force there, None when none is named."""

    name: str
    versions: tuple[ImportedVersion, ...]
    live: int | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """Everything an import file holds. `notes` name what was not taken over or was changed, each with its place."""

    prompts: tuple[ImportedPrompt, ...]
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """A prompt as another tool takes it; `notes` name what it cannot say."""

    text: str
    notes: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Notes:
    """Collects notes on a document while it is being read."""

    document: Document
    kept: list[Problem] = field(default_factory=list)

    def lost(self, path: Path, why: str) -> None:
        """Notes that something was not taken over."""
        self.kept.append(self.document.problem(path, f"not imported: {why}", rule="not-imported", level="warning"))

    def changed(self, path: Path, what: str) -> None:
        """Notes that something was taken over, but not as it stood."""
        self.kept.append(self.document.problem(path, what, rule="changed", level="warning"))


NOTHING: Mapping[str, Any] = MappingProxyType({})
