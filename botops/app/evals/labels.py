"""What people said of dialogues, read from JSON Lines or a table, to compare a judge with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt

from botops.app.delimited import Delimited, Line
from botops.config import Strict, validate
from botops.config.rows import Row, read_rows
from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.domain.messages import Message
from botops.domain.problems import Problem
from botops.evals.judge import Said

if TYPE_CHECKING:
    from pathlib import Path

    from botops.evals.checks.base import Question

_COLUMNS = ("id", "client", "reply", "label", "question")
_WORDS = {
    **dict.fromkeys(("true", "yes", "да", "иә"), True),
    **dict.fromkeys(("false", "no", "нет", "жоқ"), False),
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A dialogue and what a person said of it: whether the question's criterion is met."""

    id: str
    question: Question
    said: tuple[Said, ...]
    met: bool


class _Message(Strict):
    role: Literal["user", "assistant", "tool"]
    content: str


class _Label(Strict):
    id: Annotated[str, BeforeValidator(lambda v: str(v) if isinstance(v, int) else v), Field(min_length=1)]
    messages: tuple[_Message, ...] = Field(min_length=1)
    label: StrictBool | StrictInt
    question: str | None = None
    graded: Literal["all", "last"] = "all"


def read_labels(path: Path, questions: Mapping[str, Question]) -> tuple[list[Labelled], list[Problem]]:
    """The labelled dialogues of a file, a table when it ends in .csv or .tsv, and what is wrong with its other rows.

    A row is `{"id", "messages": [{"role", "content"}], "label", "question", "graded"}`, a table's columns are `id`,
    `client`, `reply`, `label` and `question`. `label` is true or false, or a score of the question's scale; `question`
    is a name of `questions` and may be left out when there is one. With `"graded": "last"` the label is about the last
    reply, else about all. Raises UserError for a file that cannot be read.
    """
    rows = _of_table(path) if path.suffix.lower() in {".csv", ".tsv"} else _of_rows(path)
    found: dict[tuple[str, str], Labelled] = {}
    problems: list[Problem] = []
    for row in rows:
        if isinstance(row, UserError):
            problems += row.problems
            continue
        document, label = row
        try:
            labelled = _labelled(document, label, questions)
            if (label.id, labelled.question.name) in found:
                raise _wrong(document, "id", f"`{label.id}` stands twice: a dialogue counts once")
            found[label.id, labelled.question.name] = labelled
        except UserError as error:
            problems += error.problems
    return list(found.values()), problems


_Read = Iterator[tuple[Row, _Label] | UserError]


def _of_rows(path: Path) -> _Read:
    for row in read_rows(path):
        if isinstance(row, UserError):
            yield row
            continue
        try:
            yield row, validate(row, _Label)
        except UserError as error:
            yield error


def _of_table(path: Path) -> _Read:
    try:
        table = Delimited(str(path), path.read_bytes())
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    table.read_as(_COLUMNS, _COLUMNS[:4], {})
    for line in table:
        if isinstance(line, Problem):
            yield UserError(problems=[line])
            continue
        cells = {field: line.cells[place].strip() for field, place in table.columns.items() if place < len(line.cells)}
        try:
            yield _row_of(str(path), line, cells), _label_of(table, line, cells)
        except UserError as error:
            yield error


def _row_of(file: str, line: Line, cells: Mapping[str, str]) -> Row:
    return Row(file, "", dict(cells), True, line.number)


def _label_of(table: Delimited, line: Line, cells: Mapping[str, str]) -> _Label:
    for field in ("id", "reply"):
        if not cells.get(field):
            raise UserError(problems=[table.problem(line, field, "empty: fill it in")])
    said = cells.get("label", "").casefold()
    value = _WORDS.get(said)
    if value is None and not said.isdecimal():
        message = f"`{said}` is no label: write yes or no, or a score of the scale"
        raise UserError(problems=[table.problem(line, "label", message)])
    return _Label(
        id=cells["id"],
        messages=(
            _Message(role="user", content=cells.get("client", "")),
            _Message(role="assistant", content=cells["reply"]),
        ),
        label=int(said) if value is None else value,
        question=cells.get("question") or None,
    )


def _labelled(document: Row, label: _Label, questions: Mapping[str, Question]) -> Labelled:
    question = _question(document, label, questions)
    replies = [n for n, message in enumerate(label.messages) if message.role == "assistant" and message.content.strip()]
    if not replies:
        raise _wrong(document, "messages", "no reply of the bot is there to be judged")
    graded = replies[-1:] if label.graded == "last" else replies
    said = tuple(
        Said(Message(message.role, message.content), n in graded)
        for n, message in enumerate(label.messages[: replies[-1] + 1])
    )
    return Labelled(label.id, question, said, _met(document, label, question))


def _question(document: Row, label: _Label, questions: Mapping[str, Question]) -> Question:
    if label.question is None:
        if len(questions) > 1:
            raise _wrong(document, "question", f"say which: {_listed(questions)}")
        return next(iter(questions.values()))
    if label.question not in questions:
        raise _wrong(
            document, "question", f"no suite asks `{label.question}`{suggestion(label.question, list(questions))}"
        )
    return questions[label.question]


def _met(document: Row, label: _Label, question: Question) -> bool:
    if isinstance(label.label, bool):
        return label.label
    if not question.low <= label.label <= question.high:
        message = f"the scale of `{question.name}` goes from {question.low} to {question.high}"
        raise _wrong(document, "label", message)
    return label.label >= question.least


def _listed(questions: Mapping[str, Question]) -> str:
    return ", ".join(f"`{name}`" for name in questions)


def _wrong(document: Row, key: str, message: str) -> UserError:
    return UserError(problems=[document.problem((key,), message, rule="bad-label")])


def questions_of(asked: Sequence[Question]) -> dict[str, Question]:
    """Questions by name. Raises UserError when two that differ have the same name, and when there is none."""
    found: dict[str, Question] = {}
    for question in asked:
        other = found.setdefault(question.name, question)
        if other.checksum != question.checksum:
            raise UserError(f"two different questions are called `{question.name}`: give one a `name` of its own")
    if not found:
        raise UserError(
            "the suites ask no judge anything: there is nothing to calibrate (checks rubric, tone, success)"
        )
    return found
