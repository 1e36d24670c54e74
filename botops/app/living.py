"""Dialogues lived by the product itself: a simulated client writes, the bot answers as it answers customers."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.clock import SetClock
from botops.app.prompts.prompting import table_of_the_day
from botops.domain.messages import InboundMessage, Message
from botops.domain.outcomes import Feedback, Outcome, Stage
from botops.simulator import SimulatedClient, SimulatedModel, decide

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime

    from botops.bot import Bot
    from botops.domain.turns import TurnRecord
    from botops.pricebook import PriceBook
    from botops.simulator import Decision, Errors
    from botops.store import Store

_MOST_SEEDS = 100_003
"""Keeps the seeds of one making's clients apart from another's."""
_MEAN_DAYS_TO_BUY = 2.0
_RATES_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Visit:
    """A lead who comes at a moment. `number` tells visits apart and seeds what the client is like."""

    number: int
    lead: str
    dialogue: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Manners:
    """How the simulated model answers: its seed, how often it errs, how often it obeys a repair."""

    seed: int
    errors: Errors
    obeys_repair: float = 1.0


@dataclass(frozen=True, slots=True)
class Lived:
    """A dialogue from its first message to the last, and what the client did after it. `over` is when it ended."""

    visit: Visit
    messages: tuple[Message, ...]
    decision: Decision
    over: datetime


def aftermath(lived: Lived, seed: int) -> tuple[Outcome | Feedback, ...]:
    """What the client's decision brings: a rating soon after, a deal some days later. Ids come from the visit's."""
    visit = lived.visit
    found: list[Outcome | Feedback] = []
    if lived.decision.rating is not None:
        at = lived.over + _RATES_AFTER
        found.append(Feedback(f"rating:{visit.dialogue}", visit.dialogue, lived.decision.rating, at))
    if lived.decision.bought:
        rng = random.Random(f"deal:{seed}:{visit.number}")  # noqa: S311  a draw, not a secret
        at = lived.over + timedelta(days=rng.expovariate(1 / _MEAN_DAYS_TO_BUY))
        found.append(Outcome(f"won:{visit.dialogue}", visit.lead, Stage.WON, at, source="simulated"))
    return tuple(found)


def report(store: Store, events: Iterable[Outcome | Feedback]) -> None:
    """Tells the store what came of dialogues, each event once however often it is told. Raises StoreError."""
    events = tuple(events)
    store.outcomes.add_many([event for event in events if isinstance(event, Outcome)])
    store.feedback.add_many([event for event in events if isinstance(event, Feedback)])


async def live(
    bot: Bot,
    book: PriceBook,
    visit: Visit,
    manners: Manners,
    on_turn: Callable[[TurnRecord], Awaitable[None]] | None = None,
    ending: Callable[[], bool] = lambda: False,
) -> Lived:
    """One dialogue on a clock of its own, until it is over or `ending` says so. The same visit, book and prompts live
    the same dialogue."""
    clock = SetClock(visit.at)
    model = SimulatedModel(seed=manners.seed + visit.number, errors=manners.errors, obeys_repair=manners.obeys_repair)
    bot = replace(bot, clock=clock, model=model)
    rng = random.Random(f"{manners.seed}:{visit.number}")  # noqa: S311  a draw, not a secret
    day = visit.at.astimezone(ZoneInfo(book.timezone)).date()
    drawn = manners.seed * _MOST_SEEDS + visit.number
    client = SimulatedClient.drawn(drawn, table_of_the_day(book, day, "ru"))
    spoken: list[Message] = []
    while not ending() and (text := client.next(spoken)) is not None:
        key = f"{visit.dialogue}:{len(spoken)}"
        record = await bot.run_turn(InboundMessage(visit.dialogue, visit.lead, text, clock.at, key, visit.channel))
        spoken += [Message("user", text), Message("assistant", record.reply or "")]
        if on_turn is not None:
            await on_turn(record)
        clock.at += timedelta(seconds=rng.randrange(15, 240))
    return Lived(visit, tuple(spoken), decide(client.profile, spoken, drawn), clock.at)
