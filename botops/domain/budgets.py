"""Budgets: how much models may cost, what a call under way may cost, and what is decided before it is made.

Amounts spent are integers of pico-dollars by local day; a budget's amount is in its own currency, and each day is
converted at its own exchange rate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

from botops.domain.messages import InboundMessage
from botops.domain.prompts import PromptRef
from botops.domain.turns import Attempt
from botops.domain.usage import Cost, Usage

if TYPE_CHECKING:
    from botops.domain.ports import ModelRequest


class BudgetScope(StrEnum):
    """Whose calls a budget counts."""

    COMPANY = "company"
    PROMPT = "prompt"
    CHANNEL = "channel"
    DIALOGUE = "dialogue"
    """Each dialogue by itself, from its beginning: it stops a loop."""


class BudgetPeriod(StrEnum):
    """When a budget begins anew, in the company's time zone."""

    DAY = "day"
    MONTH = "month"


UnknownPrice = Literal["hand_over", "go"]
"""What a hard budget does with a call whose price nobody knows, besides the alarm."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit on what models may cost.

    `of` names the prompt or channel. `soft` are shares of the amount that raise an alert. From `cheaper_at` on (a share
    of the amount) `cheaper_model` answers, from `hand_over_at` on dialogues go to people; without `hand_over_at` the
    budget only alerts. `simulated` counts simulated replies too, at the price of the model they stand for.
    """

    name: str
    scope: BudgetScope
    amount: Decimal
    currency: str
    period: BudgetPeriod | None = None
    of: str | None = None
    soft: tuple[Decimal, ...] = ()
    cheaper_model: str | None = None
    cheaper_at: Decimal | None = None
    hand_over_at: Decimal | None = None
    unknown_price: UnknownPrice = "hand_over"
    simulated: bool = False

    @property
    def hard(self) -> bool:
        """True when it does more than alert."""
        return self.hand_over_at is not None

    def concerns(self, prompt: str, channel: str, *, simulated: bool) -> bool:
        """True when calls of a prompt on a channel count in it."""
        if simulated and not self.simulated:
            return False
        if self.scope is BudgetScope.PROMPT:
            return self.of == prompt
        if self.scope is BudgetScope.CHANNEL:
            return self.of == channel
        return True


@dataclass(frozen=True, slots=True)
class Window:
    """Which spending a question is about: calls of local days `first` to `last`, both included, of a prompt, channel or
    dialogue where one is named; simulated replies only with `simulated`."""

    first: date
    last: date
    prompt: str | None = None
    channel: str | None = None
    dialogue_id: str | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Used:
    """What a window has used, in pico-dollars by local day: `spent` by finished turns, `held` for calls under way.

    `unknown` counts calls whose price was not known: `spent` is then the least it can be.
    """

    spent: tuple[tuple[date, int], ...] = ()
    held: tuple[tuple[date, int], ...] = ()
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A model call that is about to be made in a turn. `made` are the turn's calls before it; `model` is who would
    answer."""

    turn_id: str
    inbound: InboundMessage
    ref: PromptRef
    request: ModelRequest
    model: str
    simulated: bool
    made: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """What a planned call will use and cost, estimated before it."""

    model: str
    usage: Usage
    cost: Cost


class Allowance(StrEnum):
    """The answer to a planned call."""

    GO = "go"
    CHEAPER = "cheaper_model"
    HAND_OVER = "hand_over"


@dataclass(frozen=True, slots=True)
class Permit:
    """The answer with its reason. `model` is who is to answer instead, None for the one planned; `budget` names the
    budget that decided, None when none did."""

    allowance: Allowance = Allowance.GO
    model: str | None = None
    budget: str | None = None
    reason: str = ""


class BudgetLevel(StrEnum):
    """What a budget has come to."""

    SOFT = "soft"
    CHEAPER = "cheaper_model"
    HAND_OVER = "hand_over"
    HELD = "held"
    """Calls under way hold what is left: a dialogue went to a person, and once they are over others may go again."""
    UNKNOWN_PRICE = "unknown_price"


@dataclass(frozen=True, slots=True)
class BudgetAlert:
    """A level that a budget reached for the first time in a period.

    `since` is the period's first local day (of a dialogue's budget: the day it happened on). `share` is the soft share,
    0 for other levels. `limit` is the amount the level begins at, as it was then ("150000 KZT"): a changed one alerts
    anew. `detail` says what happened, in English; `times` counts how often, up to the last.
    """

    budget: str
    since: date
    level: BudgetLevel
    share: Decimal
    limit: str
    at: datetime
    detail: str = ""
    times: int = 1

    @property
    def key(self) -> tuple[str, date, BudgetLevel, Decimal, str]:
        """What is told once: the budget, its period, the level or share, and the amount."""
        return self.budget, self.since, self.level, self.share.normalize(), self.limit


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided on a planned call: the answer, what to hold for it (None: nothing), and what to tell."""

    permit: Permit
    held: Expected | None = None
    alerts: tuple[BudgetAlert, ...] = ()


Decide = Callable[[tuple[Used, ...]], Decision]
"""From what each window has used, the turn's own calls left out, to a decision. Must be pure: it may be asked twice."""


class Budgets(Protocol):
    """Asked before every model call of a turn."""

    async def ask(self, call: PlannedCall) -> Permit:
        """May the call be made, and by which model? What it may cost is held until its turn is finished. Raises
        StoreError."""
        ...


class NoBudgets:
    """The port `Budgets` where nothing is limited: evaluations, and installations without budgets."""

    async def ask(self, call: PlannedCall) -> Permit:
        """Always go."""
        return Permit()
