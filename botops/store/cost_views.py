"""What reads of costs return: plain values, fit for any screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from botops.domain.usage import Usage

CostDimension = Literal[
    "day", "week", "month", "purpose", "prompt", "version", "experiment", "variant", "model", "tier", "channel",
    "language", "outcome", "origin", "simulated",
]  # fmt: skip
"""What costs can be told by. A week is named by its Monday, a month by its first day."""


class PromptVersion(NamedTuple):
    """A version of a prompt; without a prompt `("", 0)`."""

    prompt: str
    version: int

    def __str__(self) -> str:
        return f"{self.prompt}@{self.version}" if self.prompt else ""


class ExperimentVariant(NamedTuple):
    """A variant of an experiment: 0 is the control, -1 whoever was left out; without an experiment `("", -1)`."""

    experiment: str
    variant: int

    def __str__(self) -> str:
        return f"{self.experiment}:{self.variant}" if self.experiment else ""


CostValue = date | str | bool | PromptVersion | ExperimentVariant
CostKey = tuple[CostValue, ...]


@dataclass(frozen=True, slots=True)
class CallSums:
    """Sums over the calls of a group on one day, and over the turns they belong to.

    A turn is counted with its first call. `answered` turns gave a reply; `failed_turns` were cut off or answered in the
    model's place after a fault; `simulated_turns` were answered by a simulated model, nobody is billed for them.
    `unknown_turns` have a call without a known price. `calls` of which `failed` gave nothing usable; `estimated` ones
    were counted here because the provider sent no usage, `unknown` ones have no known price.

    Amounts are pico-dollars: `pico_usd` all calls; of that `billed` calls a provider bills, `repairs` calls for
    corrections, `failed_calls_cost` and `failed_turns_cost` what calls and turns without a usable end cost,
    `estimated_cost` what rests on estimated tokens. `saved` is what caching saved; `saved_unknown` counts calls of
    which that is not known.
    """

    key: CostKey
    day: date
    usage: Usage
    calls: int = 0
    failed: int = 0
    estimated: int = 0
    unknown: int = 0
    turns: int = 0
    answered: int = 0
    failed_turns: int = 0
    unknown_turns: int = 0
    simulated_turns: int = 0
    saved_unknown: int = 0
    pico_usd: int = 0
    billed: int = 0
    repairs: int = 0
    failed_calls_cost: int = 0
    failed_turns_cost: int = 0
    estimated_cost: int = 0
    saved: int = 0


@dataclass(frozen=True, slots=True)
class Spoken:
    """Whom a group's turns were with, each counted once: dialogues, and leads that are qualified or have bought, as it
    is known now."""

    dialogues: int = 0
    qualified: int = 0
    won: int = 0


@dataclass(frozen=True, slots=True)
class CostRange:
    """What dialogues cost in a period, in pico-dollars: how many there are, the quantiles asked for, the dearest."""

    dialogues: int
    quantiles: Mapping[float, int]
    dearest: int
