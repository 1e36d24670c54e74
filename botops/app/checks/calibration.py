"""Calibration of the second opinion: what a model says of replies against what people said of the same replies."""

from __future__ import annotations

import json
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from botops.app.checks.opinion_request import MAX_REPLY
from botops.domain.errors import UserError
from botops.domain.messages import Message, Role
from botops.domain.opinions import Concern, SecondOpinion
from botops.domain.problems import Problem

_MOST_BYTES = 64 * 2**20
_EXAMPLE = '{"id": "1", "messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}], ' \
           '"labels": {"tone": true, "intent": false}}'  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelledReply:
    """The last of `messages`, a reply, and what a person found in it: True where the concern is justified. A concern
    that is left out was not looked at."""

    id: str
    messages: tuple[Message, ...]
    labels: dict[Concern, bool]


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore")

    role: Role
    content: str
    name: str | None = None


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: StrictStr | StrictInt
    messages: list[_Said] = Field(min_length=1)
    labels: dict[Concern, StrictBool] = Field(min_length=1)


def read_labels(path: Path) -> tuple[list[LabelledReply], list[Problem]]:
    """The labelled replies of a JSONL file, and what is wrong with its other lines.

    A row is `{"id", "messages", "labels": {"tone": bool, "intent": bool, "promise": bool}}`; the last message is the
    reply the labels are about; keys that begin with `x-` are free. Raises UserError when the file cannot be read.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UserError(f"{path} is over {_MOST_BYTES // 2**20} MB: labels are given by hand, this is another file")
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    replies: dict[str, LabelledReply] = {}
    problems = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            reply = _labelled(line, replies, first=number == 1)
            replies[reply.id] = reply
        except _RowError as error:
            problems.append(Problem(str(path), number, 1, error.path, str(error), rule="bad-label"))
    return list(replies.values()), problems


class _RowError(ValueError):
    def __init__(self, path: str, message: str) -> None:
        self.path = path
        super().__init__(message)


def _labelled(line: bytes, known: Container[str], *, first: bool) -> LabelledReply:
    try:
        data = json.loads(line.decode("utf-8-sig" if first else "utf-8"))
    except (ValueError, RecursionError) as error:
        raise _RowError("", f"not a JSON row; one looks like {_EXAMPLE}") from error
    if isinstance(data, dict):
        data = {key: value for key, value in data.items() if not key.startswith("x-")}
    try:
        row = _Row.model_validate(data)
    except ValidationError as error:
        first_fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first_fault["loc"])
        raise _RowError(place, f"{first_fault['msg']}; a row looks like {_EXAMPLE}") from error
    if str(row.id) in known:
        raise _RowError("id", f"`{row.id}` stands twice: a reply counts once")
    last = row.messages[-1]
    if last.role != "assistant" or not last.content.strip():
        raise _RowError("messages", "the last message is the labelled reply: it is the bot's and not empty")
    if len(last.content) > MAX_REPLY:
        raise _RowError("messages", f"the reply is over {MAX_REPLY} characters: no model is asked about such")
    messages = tuple(Message(m.role, m.content, m.name) for m in row.messages)
    return LabelledReply(str(row.id), messages, dict(row.labels))


@dataclass(frozen=True, slots=True)
class Calibrated:
    """How a model and people agree on one concern. `table[i][j]` counts replies that people left alone (i = 0) or
    objected to (1) and the model left alone (j = 0) or objected to (1). `low` and `high` are the ends of the Wilson
    interval of the agreement; kappa is None where both always said the same one thing."""

    concern: Concern
    table: tuple[tuple[int, int], tuple[int, int]]
    agreement: float
    low: float
    high: float
    kappa: float | None

    @property
    def replies(self) -> int:
        """Replies both gave an opinion on."""
        return sum(sum(row) for row in self.table)


@dataclass(frozen=True)
class Calibration:
    """The concerns that were labelled and asked about, in the order they are defined."""

    concerns: list[Calibrated] = field(default_factory=list)


def calibrated(
    replies: Sequence[LabelledReply], opinions: Sequence[SecondOpinion], asked: Container[Concern] = tuple(Concern)
) -> Calibration:
    """Agreement by concern, of those the model was `asked` about.

    Replies the model gave no opinion on are left out: they are counted where it was asked.
    """
    from botops.experiments.agreement import agreement, cohen_kappa, confusion

    found = []
    for concern in Concern:
        pairs = [
            (reply.labels[concern], opinion.has(concern))
            for reply, opinion in zip(replies, opinions, strict=True)
            if opinion.given and concern in asked and concern in reply.labels
        ]
        if not pairs:
            continue
        table = confusion(pairs)
        share = agreement(table)
        try:
            kappa = cohen_kappa(table)
        except ValueError:  # one answer only, on both sides: agreement by chance is certain
            kappa = None
        found.append(Calibrated(concern, table, share.estimate, share.low, share.high, kappa))
    return Calibration(found)


def calibration_json(calibration: Calibration) -> dict[str, Any]:
    """A calibration for programs."""
    return {
        str(c.concern): {
            "replies": c.replies,
            "agreement": round(c.agreement, 6),
            "low": round(c.low, 6),
            "high": round(c.high, 6),
            "kappa": None if c.kappa is None else round(c.kappa, 6),
            "neither": c.table[0][0],
            "model_only": c.table[0][1],
            "person_only": c.table[1][0],
            "both": c.table[1][1],
        }
        for c in calibration.concerns
    }
