"""What a suite holds once it is read: cases, their lines, and what is expected of the replies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from botops.config import Document
from botops.domain.messages import Language, Message
from botops.domain.problems import Problem
from botops.evals.case_rows import CaseRows, problem_at
from botops.evals.checks.base import Check, Params


@dataclass(frozen=True, slots=True)
class Expectation:
    """A check with its parameters; `path` is its place in the suite's file."""

    check: Check
    params: Params
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class ClientLine:
    """What a client writes, and what is expected of the reply to it."""

    text: str
    expect: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class ClientProfile:
    """A simulated client: what for, in what manner, in which language.

    `patience` is the most messages the client writes; `budget` is in the price book's currency; `things` are names from
    the price list. The same `seed` writes the same. `model` is the language model that plays the client, None for the
    simulator; `brief` is what it is told besides.
    """

    goal: str = "price"
    persona: str = "plain"
    language: Language = "ru"
    patience: int = 6
    seed: int = 7
    budget: Decimal | None = None
    things: tuple[str, ...] = ()
    model: str | None = None
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One dialogue. Either `lines` are written in order, or a simulated `client` writes.

    `history` was said before and is not judged; `at` is the moment of the dialogue. `expect` is asked of the whole
    dialogue. `origin` links to where the case comes from; `weight` counts it in rates.
    """

    id: str
    at: datetime
    lines: tuple[ClientLine, ...] = ()
    client: ClientProfile | None = None
    history: tuple[Message, ...] = ()
    expect: tuple[Expectation, ...] = ()
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    owner: str = ""
    origin: str = ""
    channel: str = "web"
    locale: Language | None = None
    region: str | None = None
    segment: str | None = None

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        """Those of the dialogue, then those of its turns."""
        return (*self.expect, *(e for line in self.lines for e in line.expect))


@dataclass(frozen=True, slots=True)
class TagRules:
    """What the cases with one tag must reach, in percent: as a whole and for each check."""

    pass_rate: float | None = None
    checks: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateRules:
    """What each prompt version and model must reach in a suite. Rates are percent of weighted case runs: as a whole
    (`pass_rate`), for each check over the cases that ask it, and for the cases with a tag.

    `judged` is the least number of cases that must have been judged, `flaky` the largest share of repeated cases whose
    runs may disagree, in percent. A dialogue may cost `max_cost_per_dialogue` dollars and 95 of 100 turns must be
    answered within `max_latency_p95` seconds. With a baseline: the most cases that may newly fail, and by how many
    percent a dialogue may become dearer and the latency of 95 of 100 turns longer.
    """

    pass_rate: float | None = None
    checks: dict[str, float] = field(default_factory=dict)
    new_failures: int | None = None
    cost_per_dialogue: float | None = None
    tags: dict[str, TagRules] = field(default_factory=dict)
    judged: int = 1
    flaky: float | None = None
    max_cost_per_dialogue: float | None = None
    max_latency_p95: float | None = None
    latency_p95: float | None = None


@dataclass(frozen=True)
class Suite:
    """Cases over one price book at one moment. `price_book` is None for the project's own; `prompt` likewise."""

    name: str
    file: Path
    at: datetime
    cases: tuple[Case, ...]
    description: str = ""
    price_book: Path | None = None
    prompt: str | None = None
    gate: GateRules | None = None
    document: Document = field(default_factory=lambda: Document("", "", None), repr=False, compare=False)
    rows: CaseRows | None = field(default=None, repr=False, compare=False)

    @property
    def text(self) -> str:
        """What it was read from, the file of its cases included."""
        return self.document.text + (self.rows.text if self.rows else "")

    def problem(self, path: tuple[str | int, ...], message: str, *, rule: str) -> Problem:
        """A problem that points at a value, in the suite's file or in that of its cases."""
        return problem_at(self.document, self.rows, path, message, rule=rule)
