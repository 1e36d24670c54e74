"""A version on its way out: its messages as plain text with variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.registry.exchange.segments import CannotSayError, Literal, Segment, from_template, write_braces
from botops.registry.model import MessageTemplate
from botops.registry.version import PromptVersion

RULE = "cannot-export"
"""The rule that problems of an export are filed under."""


@dataclass(frozen=True, slots=True)
class Writable:
    """A version to be exported. With `values` its variables are filled in and only text is left; `live` says that it is
    the one in force; `message` why it was published."""

    version: PromptVersion
    live: bool = False
    message: str = ""
    values: Mapping[str, Any] | None = None

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What filling in took away."""
        if self.values is None:
            return self._written_out
        message = "written with its variables filled in: conditions, loops and variables are gone"
        return (self.version.document.problem(("messages",), message, rule="flat", level="warning", of="key"),)

    @property
    def _written_out(self) -> tuple[Problem, ...]:
        if not self.version.partials:
            return ()
        names = ", ".join(sorted(self.version.partials))
        message = f"the shared texts it includes are written out in their places: {names}"
        return (self.version.document.problem(("messages",), message, rule="flat", level="warning", of="key"),)

    @property
    def _messages(self) -> tuple[MessageTemplate, ...]:
        return self.version.expanded()

    def texts(self, form: str, read: Callable[[str], tuple[Segment, ...]], tool: str) -> list[tuple[str, str]]:
        """Role and text of every message; `form` is how the tool writes a variable. Raises UserError with each place
        the tool cannot say."""
        if self.values is not None:
            parts: list[tuple[str, int, tuple[Segment, ...]]] = [
                (message.role, index, (Literal(message.content),))
                for index, message in enumerate(self.version.render(self.values))
            ]
            return [(role, self._written(index, s, form, read, tool)) for role, index, s in parts]
        written: list[tuple[str, str]] = []
        problems: list[Problem] = []
        if self.version.spec.texts:
            what = "messages of their own for some languages: export one with --flat --set language=ru"
            problem = self.version.document.problem(("texts",), f"{tool} cannot say {what}", rule=RULE, of="key")
            problems.append(problem)
        for index, message in enumerate(self._messages):
            try:
                segments = self._segments(index, tool)
                written.append((message.role, self._written(index, segments, form, read, tool)))
            except UserError as error:
                problems.extend(error.problems)
        if problems:
            raise UserError(problems=problems)
        return written

    def _segments(self, index: int, tool: str) -> tuple[Segment, ...]:
        try:
            return from_template(self._messages[index].content)
        except CannotSayError as error:
            raise self._cannot(index, error, tool) from error

    def _written(
        self,
        index: int,
        segments: tuple[Segment, ...],
        form: str,
        read: Callable[[str], tuple[Segment, ...]],
        tool: str,
    ) -> str:
        try:
            return write_braces(segments, form, read)
        except CannotSayError as error:
            raise self._cannot(index, error, tool) from error

    def _cannot(self, index: int, error: CannotSayError, tool: str) -> UserError:
        if self.values is not None:
            message = f"{tool} cannot say {error.what}: take it out"
            return UserError(problems=[self.version.document.problem(("messages",), message, rule=RULE, of="key")])
        written_out = bool(self.version.wording().messages[index].text.includes)
        lines = self._messages[index].content.split("\n")
        offset = 0 if written_out else sum(len(line) + 1 for line in lines[: error.line - 1])
        message = f"{tool} cannot say {error.what}: take it out, or export with --flat to fill everything in"
        passage = self.version.wording().messages[index]
        return UserError(problems=[self.version.problem_in(passage, offset, message, rule=RULE)])
