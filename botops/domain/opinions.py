"""What a language model says of a reply when it is asked for a second opinion: never a finding, never a verdict."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from botops.domain.usage import Cost, Usage


class Concern(StrEnum):
    """What an opinion may be about. Amounts, percents and dates are the claim checker's alone."""

    TONE = "tone"  # rude, pushy, condescending, indifferent
    INTENT = "intent"  # the reply misses or ignores what the client wants
    PROMISE = "promise"  # a commitment without a figure: "we will settle everything"


class Dropped(StrEnum):
    """Why an opinion that a model gave does not count."""

    NOT_IN_REPLY = "not_in_reply"  # it quotes what the reply does not say
    FIGURE = "figure"  # it speaks of an amount, a percent or a date
    NOT_ASKED = "not_asked"  # its concern was not asked about
    REPEATED = "repeated"  # the same words were quoted for the same concern before


@dataclass(frozen=True, slots=True)
class Opinion:
    """An objection to `messages[turn]`. `start:end` are code-point offsets into that message and `quote` is exactly the
    text between them; `why` is the model's own sentence, hostile text like the dialogue itself."""

    turn: int
    concern: Concern
    quote: str
    why: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What came of asking about `messages[turn]`: opinions, and why others were dropped.

    `reason` says why no opinion was given (a fault of the model, `bad_answer`, `too_large`, `gave_up`); that is not the
    same as a model that had nothing to object to. `cost` and `usage` count failed calls too; `called` is False when the
    model was not asked at all.
    """

    turn: int
    opinions: tuple[Opinion, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)
    called: bool = True

    @property
    def given(self) -> bool:
        """True when the model answered as asked."""
        return self.reason is None

    def has(self, concern: Concern) -> bool:
        """True when something of this concern was objected to."""
        return any(opinion.concern is concern for opinion in self.opinions)

    @classmethod
    def not_given(
        cls, turn: int, reason: str, usage: Usage | None = None, cost: Cost | None = None, *, called: bool = True
    ) -> SecondOpinion:
        """No opinion, and why."""
        return cls(turn, reason=reason, usage=usage or Usage(), cost=cost or Cost(), called=called)
