"""The demo company's past: dialogues lived by the product itself, on a clock that is set.

Nothing is inserted. Simulated clients write, the simulated model answers from the prompts of the registry, the guard
judges, the store keeps: every number a screen shows of the demo was made the way a customer's would be.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.clock import SetClock
from botops.domain.errors import UserError
from botops.domain.messages import InboundMessage, Message
from botops.domain.turns import GuardPolicy
from botops.pricebook import price_table
from botops.simulator import Errors, SimulatedModel
from botops.simulator.clients import SimulatedClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.app.container import Container
    from botops.domain.turns import TurnRecord

DAYS = 28
AT_ONCE = 24
_ERRORS = Errors(wrong_variant=0.03, stale_price=0.03, invented_discount=0.025, wrong_total=0.04)
_OBEYS_REPAIR = 0.85
_OBSERVED_DAYS = 10
"""The company watched for so many days before it let the guard hold replies back."""
_CHANNELS = {"web": 0.45, "whatsapp": 0.3, "telegram": 0.15, "instagram": 0.1}
_HOURS = (0, 0, 0, 0, 0, 0, 0, 1, 3, 6, 9, 10, 10, 8, 9, 10, 10, 9, 8, 7, 5, 4, 2, 1)
_WEEKDAYS = (10, 10, 10, 11, 11, 7, 5)
_RETURNING = 0.12
_ATTENDED = 0.985
"""Share of hand-offs the sellers got to; the rest shows what a forgotten client looks like."""


@dataclass(frozen=True, slots=True)
class _Visit:
    number: int
    lead: str
    channel: str
    at: datetime


def seed_in_background(container: Container, on_dialogue: Callable[[], None] = lambda: None) -> None:
    """Lives the past in an event loop of its own; meant for a thread beside the serving one."""
    asyncio.run(seed(container, container.settings.demo.dialogues, on_dialogue))


async def seed(container: Container, dialogues: int, on_dialogue: Callable[[], None] = lambda: None) -> None:
    """Lives `dialogues` dialogues of the last four weeks, oldest first. The same store of the same day gets the same
    ones. Raises UserError without a price book."""
    if container.books.current() is None:
        raise UserError(f"there is no price book at {container.books.path}: the demo needs one")
    waiting = iter(_visits(container, dialogues))

    async def work() -> None:
        for visit in waiting:
            await _live(container, visit)
            on_dialogue()

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    while await asyncio.to_thread(container.store.roll_up):
        pass


def _visits(container: Container, dialogues: int) -> list[_Visit]:
    rng = random.Random(container.settings.simulator.seed)  # noqa: S311  a demo, not a secret
    zone = ZoneInfo(container.settings.company.timezone)
    today = container.clock.now().astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    chosen = rng.choices(days, [_WEEKDAYS[d.weekday()] for d in days], k=dialogues)
    hours = rng.choices(range(24), _HOURS, k=dialogues)
    moments = sorted(
        datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), zone).astimezone(UTC)
        for day, hour in zip(chosen, hours, strict=True)
    )
    visits: list[_Visit] = []
    for number, at in enumerate(moments):
        again = visits and rng.random() < _RETURNING
        known = rng.choice(visits) if again else None
        lead = known.lead if known else f"lead-{number + 1:05d}"
        channel = known.channel if known else rng.choices(list(_CHANNELS), list(_CHANNELS.values()))[0]
        visits.append(_Visit(number, lead, channel, at))
    return visits


async def _live(container: Container, visit: _Visit) -> None:
    """One dialogue, from the client's first message to the last."""
    current = container.books.current()
    assert current is not None
    chosen = container.settings.simulator.seed
    watched = (container.clock.now() - visit.at).days >= DAYS - _OBSERVED_DAYS
    clock = SetClock(visit.at)
    bot = replace(
        container.bot,
        clock=clock,
        model=SimulatedModel(seed=chosen + visit.number, errors=_ERRORS, obeys_repair=_OBEYS_REPAIR),
        rules=replace(container.bot.rules, policy=GuardPolicy.OBSERVE if watched else GuardPolicy.REPAIR),
    )
    rng = random.Random(f"{chosen}:{visit.number}")  # noqa: S311
    day = visit.at.astimezone(ZoneInfo(current.book.timezone)).date()
    client = SimulatedClient.drawn(chosen * 100_003 + visit.number, price_table(current.book, day, "ru"))
    dialogue = f"demo-{visit.number + 1:05d}"
    spoken: list[Message] = []
    while (text := client.next(spoken)) is not None:
        key = f"{dialogue}:{len(spoken)}"
        inbound = InboundMessage(dialogue, visit.lead, text, clock.at, key, visit.channel)
        record = await bot.run_turn(inbound)
        spoken += [Message("user", text), Message("assistant", record.reply or "")]
        if record.hand_off is not None:
            await asyncio.to_thread(_attend, container, record, rng)
        clock.at += timedelta(seconds=rng.randrange(15, 240))


def _attend(container: Container, record: TurnRecord, rng: random.Random) -> None:
    """A seller takes the dialogue over and closes it; what was handed over last may still be waiting."""
    taken = record.inbound.at + timedelta(minutes=rng.lognormvariate(2.0, 0.9))
    closed = taken + timedelta(minutes=rng.lognormvariate(3.0, 0.8))
    role = container.settings.escalation.role
    if closed < container.clock.now() - timedelta(hours=3) and rng.random() < _ATTENDED:
        container.store.take_hand_off(record.id, role, taken)
        container.store.close_hand_off(record.id, role, closed)
