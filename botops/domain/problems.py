"""One complaint about a file a person wrote: what is wrong, where, and what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A complaint that points at a place in a file.

    `line` and `column` start at 1; 0 means the place is not known (a missing file, a whole-file limit).
    `path` is the dotted way to the value (`prices.0.amount`), empty for the document itself.
    `rule` is a stable id fit for filtering (`unknown-key`, `duplicate-key`, `price-not-in-book` …).
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    level: Level = "error"
    rule: str = ""

    def text(self) -> str:
        """The problem as `file:line:col: path: message`, the form editors make clickable."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"

    def github(self) -> str:
        """The problem as a GitHub Actions annotation."""

        def escape(text: str) -> str:
            return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

        def field(text: str) -> str:
            return escape(text).replace(":", "%3A").replace(",", "%2C")

        where = f"file={field(self.file)}"
        if self.line:
            where += f",line={self.line},col={self.column}"
        title = f",title={field(self.rule)}" if self.rule else ""
        body = f"{self.path}: {self.message}" if self.path else self.message
        return f"::{self.level} {where}{title}::{escape(body)}"


def render_problems(problems: Iterable[Problem], form: Literal["text", "github"] = "text") -> str:
    """All problems, in file order, one a line."""
    return "\n".join(p.github() if form == "github" else p.text() for p in sorted(problems))
