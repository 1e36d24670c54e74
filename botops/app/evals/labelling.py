"""Dialogues of a run as rows for people to label: what `botops eval calibrate` reads, with the label left open."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botops.app.delimited import plain
from botops.app.evals.labels import questions_of
from botops.domain.errors import UserError

if TYPE_CHECKING:
    from botops.evals.checks.base import Question
    from botops.evals.model import Case, Suite
    from botops.evals.result import CaseResult, RunResult, TurnResult

_COLUMNS = ("id", "question", "client", "reply", "label", "criterion", "scale")


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """What a person is asked: a question about a dialogue, or with `graded` `last` about its last reply."""

    id: str
    question: Question
    messages: tuple[tuple[str, str], ...]
    graded: Literal["all", "last"]

    @property
    def scale(self) -> str:
        """What may be written as the label, in words."""
        return f"yes or no, or {self.question.low} to {self.question.high} ({self.question.least} and more is enough)"

    @property
    def replies(self) -> int:
        """How many replies are to be judged."""
        return 1 if self.graded == "last" else sum(role == "assistant" for role, _ in self.messages)


def unlabelled(
    result: RunResult, suites: Sequence[Suite], limit: int | None = None, seed: int | None = None
) -> list[Unlabelled]:
    """What the suites ask a judge about the dialogues of a run: a row for every question and dialogue.

    At most `limit` rows: the first ones, or with a `seed` a sample that is always the same. Raises UserError when the
    suites ask no judge anything, or the run has no dialogue of theirs.
    """
    cases = {(suite.name, case.id): case for suite in suites for case in suite.cases}
    expected = [e for case in cases.values() for e in case.expectations if e.check.question is not None]
    questions_of([e.check.question(e.params) for e in expected if e.check.question is not None])
    rows = [
        row
        for held in result.cases
        if (case := cases.get((held.suite, held.case))) is not None and _is_whole(held, case)
        for row in _rows(held, case)
    ]
    if not rows:
        raise UserError("the result has no dialogue about which the suites ask a judge: run these suites with --json")
    if seed is not None:
        rows.sort(key=lambda row: hashlib.sha256(f"{seed}\0{row.id}\0{row.question.name}".encode()).digest())
    return rows[:limit]


def _is_whole(held: CaseResult, case: Case) -> bool:
    """True for a dialogue held to its end, whether or not its judge could be asked."""
    to_the_end = len(held.turns) == len(case.lines) if case.lines else held.status != "error"
    return to_the_end and all(turn.reply.strip() for turn in held.turns)


def _rows(held: CaseResult, case: Case) -> Iterator[Unlabelled]:
    name = f"{held.suite}/{held.case}@{held.subject}#{held.repeat}"
    before = [(message.role, message.content) for message in case.history]
    for expectation in case.expect:
        if expectation.check.question is not None:
            yield Unlabelled(name, expectation.check.question(expectation.params), _said(before, held.turns), "all")
    for number, (line, _) in enumerate(zip(case.lines, held.turns, strict=False), 1):
        for expectation in line.expect:
            if expectation.check.question is not None:
                said = _said(before, held.turns[:number])
                question = expectation.check.question(expectation.params)
                yield Unlabelled(f"{name}.{number}", question, said, "last")


def _said(before: Sequence[tuple[str, str]], turns: Sequence[TurnResult]) -> tuple[tuple[str, str], ...]:
    held = [pair for turn in turns for pair in (("user", turn.client), ("assistant", turn.reply))]
    return (*before, *held)


def as_rows(rows: Sequence[Unlabelled]) -> str:
    """JSON Lines with `"label": null`, which a person replaces. Keys that begin with `x-` are for reading only."""
    return "".join(f"{json.dumps(_row(row), ensure_ascii=False)}\n" for row in rows)


def _row(row: Unlabelled) -> Mapping[str, Any]:
    return {
        "id": row.id,
        "question": row.question.name,
        "label": None,
        "graded": row.graded,
        "messages": [{"role": role, "content": text} for role, text in row.messages],
        "x-criterion": row.question.criterion,
        "x-scale": row.scale,
    }


def as_table(rows: Sequence[Unlabelled]) -> tuple[str, int]:
    """A CSV table with an empty `label` column, and how many rows it has no place for: it shows one message of the
    client and one reply, so that only dialogues of a single turn can be judged by it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    fitting = [row for row in rows if len(row.messages) == 2]
    for row in fitting:
        (_, client), (_, reply) = row.messages
        cells = (row.id, row.question.name, client, reply, "", row.question.criterion, row.scale)
        writer.writerow([plain(cell) for cell in cells])
    return text.getvalue(), len(rows) - len(fitting)
