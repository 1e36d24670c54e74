"""What is kept of evaluations: where a case comes from, what became of it in a run, and runs that people asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Literal, Self
from urllib.parse import quote, unquote

ORIGIN_SCHEME = "dialogue:"
_ORIGIN = re.compile(rf"{ORIGIN_SCHEME}([A-Za-z0-9%._~-]+)#([1-9][0-9]{{0,8}})")

CaseStatus = Literal["pass", "fail", "error"]
"""`fail`: a check was not met. `error`: nothing can be said, because a model, a recording or a check failed."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The turn of a dialogue that a case says again, written `dialogue:ID#TURN`; in ID all but letters, digits and
    `._~-` is percent-encoded, so that every id reads back as it was."""

    dialogue_id: str
    turn: int

    def __str__(self) -> str:
        return f"{ORIGIN_SCHEME}{quote(self.dialogue_id, safe='')}#{self.turn}"

    @classmethod
    def of(cls, text: str) -> Self | None:
        """The origin a text names; None for any other text, as a link or a remark."""
        found = _ORIGIN.fullmatch(text)
        return cls(unquote(found[1]), int(found[2])) if found else None


@dataclass(frozen=True, slots=True)
class KeptMark:
    """A stretch of a reply that a claim check objects to, in code points."""

    start: int
    end: int
    severity: str


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A reply, or what was held back in its place, and what in it a claim check objects to."""

    text: str
    marks: tuple[KeptMark, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """What a client wrote in a case, what would have been answered, and what would have been held back before."""

    client: str
    reply: KeptDraft
    action: str = ""
    held: tuple[KeptDraft, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptFailure:
    """An expectation that was not met; `rule` as in reports, `explanations` by language."""

    rule: str
    explanations: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    turn: int | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """What became of a case in a kept run, all its repeats together: `passed` of `judged` ones met every expectation.

    `turns` are those of a repeat that failed, else of the first. They and the quotes go when they are older than what
    is retained, and all of it goes when the lead of the case's dialogue is erased.
    """

    case: str
    status: CaseStatus
    passed: int = 0
    judged: int = 0
    failures: tuple[KeptFailure, ...] = ()
    error: str | None = None
    origin: Origin | None = None
    turns: tuple[KeptTurn, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that were broken, each once."""
        return tuple(dict.fromkeys(failure.rule for failure in self.failures))


class TaskState(StrEnum):
    """Where a run that somebody asked for stands."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"  # it could not be run: `error` says why
    INTERRUPTED = "interrupted"  # the process it ran beside died


@dataclass(frozen=True, slots=True)
class EvalTask:
    """A run somebody asked for, of suites on one version of a prompt (0: the draft) with one model.

    `done` of `total` dialogues are held; `runs` are the ids of the runs kept as evidence. `max_usd` is the most it may
    cost, as text, None for no limit.
    """

    id: str
    at: datetime
    by: str
    prompt: str
    version: int
    suites: tuple[str, ...]
    model: str
    state: TaskState = TaskState.RUNNING
    done: int = 0
    total: int = 0
    failed: int = 0
    max_usd: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    error: str | None = None
    runs: tuple[str, ...] = ()
