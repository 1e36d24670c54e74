"""The HTML report of `botops check`: one self-contained page that asks no other host for anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from botops.claims.shown import worded
from botops.domain.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from botops.domain.findings import Finding, SupportedClaim
    from botops.domain.messages import Message
    from botops.domain.problems import Problem

DIALOGUES_SHOWN = 300
"""The page shows this many dialogues, the worst first; the rest is in the JSON rows."""


@dataclass(frozen=True, slots=True)
class FaultyDialogue:
    """A dialogue with findings, with the messages that show them, and the claims in it that are right if asked for."""

    id: str
    messages: tuple[Message, ...]
    findings: tuple[Finding, ...]
    supported: tuple[SupportedClaim, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        """Worst severity, then the number of findings."""
        return (max(f.severity for f in self.findings), len(self.findings))


@dataclass
class CheckSummary:
    """What a check saw. Counts grow as dialogues come in; only the worst dialogues are kept whole."""

    dialogues: int = 0
    replies: int = 0
    claims: int = 0
    replies_at_fault: int = 0
    not_judged: Counter[str] = field(default_factory=Counter)
    excepted: Counter[str] = field(default_factory=Counter)
    """Findings let pass, by the exception's id."""
    by_kind: Counter[str] = field(default_factory=Counter)
    by_severity: Counter[Severity] = field(default_factory=Counter)
    at_risk: dict[str, Decimal] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    worst: list[FaultyDialogue] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def findings(self) -> int:
        """Findings of all kinds."""
        return self.by_kind.total()

    @property
    def faulty_dialogues(self) -> int:
        """Dialogues with at least one finding."""
        return self._faulty

    _faulty: int = 0

    def add(
        self,
        dialogue: str,
        messages: Sequence[Message],
        findings: Sequence[Finding],
        claims: int,
        replies: int,
        supported: Sequence[SupportedClaim] = (),
    ) -> None:
        """Counts one judged dialogue; `messages` are needed only when there are findings."""
        self.dialogues += 1
        self.replies += replies
        self.claims += claims
        if not findings:
            return
        self._faulty += 1
        self.replies_at_fault += len({f.turn for f in findings})
        for finding in findings:
            self.by_kind[finding.kind.value] += 1
            self.by_severity[finding.severity] += 1
            if finding.at_risk is not None:
                money = finding.at_risk
                self.at_risk[money.currency] = self.at_risk.get(money.currency, Decimal(0)) + money.amount
        self.worst.append(FaultyDialogue(dialogue, tuple(messages), tuple(findings), tuple(supported)))
        if len(self.worst) > 2 * DIALOGUES_SHOWN:
            self._keep_worst()

    def _keep_worst(self) -> None:
        self.worst.sort(key=lambda d: d.rank, reverse=True)
        del self.worst[DIALOGUES_SHOWN:]

    def shown(self) -> list[FaultyDialogue]:
        """The dialogues the page shows, worst first."""
        return sorted(self.worst, key=lambda d: d.rank, reverse=True)[:DIALOGUES_SHOWN]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a message's text; `findings` are the numbers (from 1) of the findings whose spans cover it."""

    text: str
    findings: tuple[int, ...] = ()


def pieces(text: str, findings: Iterable[tuple[int, Finding]]) -> list[Piece]:
    """Cuts a text at the borders of findings, so that each piece is marked by all findings that cover it.

    `findings` are pairs of a number and a finding of this message. Spans may overlap; one outside the text is cut.
    """
    marks = [(n, max(0, f.start), min(len(text), f.end)) for n, f in findings]
    borders = sorted({0, len(text), *(b for _, start, end in marks if start < end for b in (start, end))})
    return [
        Piece(text[a:b], tuple(n for n, start, end in marks if start <= a and b <= end)) for a, b in pairwise(borders)
    ]


def render_html(summary: CheckSummary, *, title: str, made_at: datetime, version: str) -> str:
    """The whole page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("botops.app"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["pieces"] = pieces
    environment.filters["worded"] = worded
    environment.filters["spaced"] = lambda n: f"{n:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    template = environment.get_template("check.html.j2")
    return template.render(s=summary, dialogues=summary.shown(), title=title, made_at=made_at, version=version)
