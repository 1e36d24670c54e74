"""Whether a simulated client buys, rates and how: a function of what the client read.

The weights are assumptions about how people buy, not measurements; they are the same for every prompt. What a rehearsed
experiment shows is that the way from replies to a verdict works, never how real clients would decide.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from botops.domain.messages import Message
from botops.simulator.clients import Goal, Profile
from botops.simulator.wording import sums

_INTENT: Mapping[Goal, float] = {
    "buy": -0.6,
    "recommend": -1.5,
    "compare": -1.8,
    "haggle": -1.9,
    "price": -1.9,
    "terms": -2.1,
    "human": -2.2,
    "browse": -3.5,
}
"""Log-odds of buying by what the client came for, before a word was read."""
_PRICED_AT_ONCE = 0.9
_PRICED_LATE = 0.2
_NEVER_PRICED = -1.5
_ASKED_TO_GO_ON = 0.6
_GIVEN_A_DISCOUNT = 0.5
_OVER_BUDGET = -0.4
_LONG = -0.2
_LONG_REPLY = 700
_GO_ON = re.compile(
    r"выстав\w* сч[её]т|оформ|пробн\w+ период|готовлю сч[её]т|заявк|"
    r"шот|рәсімде|тапсырыс|сынақ|"
    r"\binvoice|\bplace (?:the|an|your) order|\bgo ahead|\btrial",
    re.IGNORECASE,
)
_PERCENT_OFF = re.compile(
    r"(?:скидк|дешевле|жеңілдік|арзан|discount|\boff\b)[^.!?\n]{0,60}\d\s?%|"
    r"\d\s?%[^.!?\n]{0,40}(?:скидк|дешевле|жеңілдік|арзан|discount|\boff\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a client did after the dialogue. `chance` is the probability of buying it was drawn with; `rating` (1 to 5)
    is None for clients who rate nothing."""

    chance: float
    bought: bool
    rating: int | None


def decide(profile: Profile, messages: Sequence[Message], seed: int) -> Decision:
    """The decision of a client who read `messages`. Pure: the same dialogue and seed, the same decision.

    The draw depends on the seed alone, so that the same client who reads something better buys if at all.
    """
    chance = 1 / (1 + math.exp(-_log_odds(profile, [m.content for m in messages if m.role == "assistant"])))
    rng = random.Random(f"decision:{seed}")  # noqa: S311 - a draw, not secrets
    bought = rng.random() < chance
    rates, mood = rng.random() < 0.3, rng.gauss(0, 0.8)
    return Decision(chance, bought, _rating(chance, mood) if rates else None)


def _log_odds(profile: Profile, replies: Sequence[str]) -> float:
    odds = _INTENT[profile.goal]
    priced = next((n for n, reply in enumerate(replies) if sums(reply)), None)
    if priced is None:
        odds += _NEVER_PRICED
    else:
        odds += _PRICED_AT_ONCE if priced == 0 else _PRICED_LATE
        stated = [s.amount for s in sums(replies[priced])]
        if profile.budget is not None and min(stated) > profile.budget:
            odds += _OVER_BUDGET
    if any(_GO_ON.search(reply) for reply in replies):
        odds += _ASKED_TO_GO_ON
    if any(_PERCENT_OFF.search(reply) for reply in replies):
        odds += _GIVEN_A_DISCOUNT
    if replies and sum(map(len, replies)) / len(replies) > _LONG_REPLY:
        odds += _LONG
    return odds


def _rating(chance: float, mood: float) -> int:
    """A client who was served well is likelier to buy, and rates higher."""
    return min(5, max(1, round(3.2 + 2.5 * chance + mood)))
