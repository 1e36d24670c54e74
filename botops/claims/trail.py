"""What bears out the terms of a reply: noted only when somebody asks why they are right."""

from __future__ import annotations

from dataclasses import dataclass, field

from botops.claims.policy import Rule
from botops.claims.rules_text import describe
from botops.domain.findings import FindingKind
from botops.pricebook.model import Window

_OPEN = Window()


@dataclass(frozen=True, slots=True)
class Basis:
    """What a term rests on: words fit to show, where they stand, since and until when they hold, for which products."""

    text: str
    source: str
    window: Window = _OPEN
    skus: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rule: Rule) -> Basis:
        """A rule of the book as a basis."""
        return cls(describe(rule), rule.source, rule.window, rule.skus)


@dataclass(frozen=True, slots=True)
class Borne:
    """A term the book bears out: its span in the text and what it rests on. `subject` is what it is about (gift)."""

    kind: FindingKind
    subject: str
    start: int
    end: int
    basis: Basis


@dataclass(slots=True)
class Trail:
    """Terms borne out so far. A judge names the basis just before it lets a claim pass; whoever asked it names the
    claim. A claim that passes without a basis (nothing of the book is about it) leaves no trace."""

    borne: list[Borne] = field(default_factory=list)
    _basis: Basis | None = None

    def rests_on(self, basis: Rule | Basis) -> None:
        """What the claim in hand rests on."""
        self._basis = Basis.of(basis) if isinstance(basis, Rule) else basis

    def stands(self, kind: FindingKind, subject: str, start: int, end: int) -> None:
        """The claim in hand passed."""
        if self._basis is not None:
            self.borne.append(Borne(kind, subject, start, end, self._basis))
            self._basis = None
