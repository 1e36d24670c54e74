"""Model calls that belong to no client's dialogue: evaluations, second opinions on a log, measuring a judge, trying a
draft out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from botops.domain.turns import Purpose
from botops.domain.usage import Usage


class Work(StrEnum):
    """What calls beside dialogues were made for. Reports show it where a dialogue's turn has its origin."""

    EVAL = "eval"
    OPINION = "opinion"
    CALIBRATION = "calibration"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class SideCalls:
    """Calls of one run that belong to no dialogue of a client, summed by purpose, model, prompt and service tier.

    `run` is the run's id, `at` (aware) when it ended; with what is summed by, the run names the row, so that keeping it
    twice changes nothing. `failed` calls gave nothing usable, `estimated` ones were counted here because the
    provider sent no usage, `unknown` ones have no known price (they count 0 in `pico_usd`). `simulated` calls bring no
    bill. The sums of pico-dollars are exact; `saved_pico_usd` is as in `Cost`.
    """

    run: str
    at: datetime
    work: Work
    purpose: Purpose
    model: str
    prompt: str = ""
    version: int = 0
    tier: str = ""
    simulated: bool = False
    calls: int = 0
    failed: int = 0
    estimated: int = 0
    unknown: int = 0
    usage: Usage = field(default_factory=Usage)
    pico_usd: int = 0
    failed_pico_usd: int = 0
    estimated_pico_usd: int = 0
    saved_pico_usd: int = 0
