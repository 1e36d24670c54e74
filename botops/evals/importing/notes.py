"""What an import has to say: what could not be read, what has no place here, what was changed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from botops.domain.problems import Problem
from botops.evals.importing.entry import Entry

NOT_IMPORTED = "not-imported"
"""The rule of a note on something that would be asked or said here, if there were a way to: a test, a message."""
LEFT_OUT = "left-out"
"""The rule of a note on something that nothing here asks for: a system prompt, a score, a model's setting."""


@dataclass(slots=True)
class Notes:
    """Collects problems (level `error`: a row that cannot be used) and notes (level `warning`) of one import."""

    kept: list[Problem] = field(default_factory=list)

    def lost(self, entry: Entry, why: str) -> None:
        """Notes something that is not imported although it matters."""
        self.kept.append(entry.problem(f"not imported: {why}", NOT_IMPORTED, "warning"))

    def left_out(self, entry: Entry, what: str) -> None:
        """Notes something that is left out because it has no meaning here."""
        self.kept.append(entry.problem(f"left out: {what}", LEFT_OUT, "warning"))

    def changed(self, entry: Entry, what: str) -> None:
        """Notes something that was taken over, but not exactly as it stood."""
        self.kept.append(entry.problem(what, "changed", "warning"))
