"""The demo company's past: dialogues lived by the product itself, on a clock that is set.

Nothing is inserted. Simulated clients write, the simulated model answers from the prompts of the registry, the guard
judges, the store keeps: every number a screen shows of the demo was made the way a customer's would be.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import math
import random
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import IO, TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.living import Manners, Visit, aftermath, live, report
from botops.app.place import STATE
from botops.domain.errors import BotopsError, ConflictError, UserError
from botops.domain.turns import GuardPolicy, TurnState
from botops.monitor import Metrics
from botops.simulator import Errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from botops.app.container import Container
    from botops.bot import Bot
    from botops.domain.turns import TurnRecord

log = logging.getLogger(__name__)

DAYS = 28
AT_ONCE = 24
_MOST_BROKEN_OFF = 200
"""More turns than several killed makings leave."""
_DIALOGUE = "demo-"
_ERRORS = Errors(wrong_variant=0.03, stale_price=0.03, invented_discount=0.025, wrong_total=0.04)
_OBEYS_REPAIR = 0.85
_OBSERVED_DAYS = 10
"""The company watched for so many days before it let the guard hold replies back."""
_CHANNELS = {"web": 0.45, "whatsapp": 0.3, "telegram": 0.15, "instagram": 0.1}
_HOURS = (0, 0, 0, 0, 0, 0, 0, 1, 3, 6, 9, 10, 10, 8, 9, 10, 10, 9, 8, 7, 5, 4, 2, 1)
_WEEKDAYS = (10, 10, 10, 11, 11, 7, 5)
_RETURNING = 0.12
_TAKEN_MIN, _TAKEN_SPREAD = 5.0, 0.7
"""Median of the minutes until a seller takes a hand-off, and the spread of their logarithm: about one in seventeen
waits for longer than the fifteen minutes that are promised."""
_HANDLED_MIN, _HANDLED_SPREAD = 20.0, 0.8


class Seeding:
    """The making of the demo's dialogues, in an event loop of its own: meant for a thread beside the serving one.

    A note in the installation's folder says that it began and on which day, so that one broken off is taken up where
    it stood: turns that are kept already are answered from the store.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self._note = _note(container)
        self._ending = threading.Event()
        self._held: IO[str] | None = None

    def wanted(self) -> bool:
        """True when dialogues are asked for and the store has none, or an earlier making of them was broken off."""
        container = self._container
        if not container.settings.demo.dialogues:
            return False
        return self._note.exists() or not container.store.reads.dialogue_count()

    def under_way(self) -> bool:
        """True from the beginning of a making to its end; also of one that was broken off and not taken up yet."""
        return self._note.exists()

    def begin(self) -> None:
        """Marks the past as being made: from here to the end of `run` the store is not judged. Raises OSError."""
        self._note.parent.mkdir(parents=True, exist_ok=True)
        self._held = self._note.open("a+", encoding="utf-8")
        # The lock ends with the process, however it dies: what is broken off is not taken for being made.
        fcntl.flock(self._held, fcntl.LOCK_SH)

    def run(self, on_dialogue: Callable[[], None] = lambda: None) -> None:
        """Lives the past to its end, or until `stop`. Faults are logged: the bot serves without a past as well."""
        try:
            if self._held is None:
                self.begin()
            today = self._begun()
            dialogues = self._container.settings.demo.dialogues
            self._forget_broken_off()
            asyncio.run(seed(self._container, dialogues, on_dialogue, today=today, ending=self._ending.is_set))
            if not self._ending.is_set():
                self._note.unlink(missing_ok=True)
        except* (BotopsError, OSError) as group:
            for error in _flat(group):
                log.error("the demo's dialogues were broken off; the next start goes on with them: %s", error)
                break
        finally:
            if self._held is not None:
                self._held.close()
                self._held = None

    def stop(self) -> None:
        """Ends the making after the turns that are being answered."""
        self._ending.set()

    def _forget_broken_off(self) -> None:
        """Removes the clients whose turns a killed making left without an end, to be lived anew: on one day of the past
        they would look like a fault of the bot's."""
        store = self._container.store
        broken_off = {
            row.dialogue_id
            for row in store.reads.recent_failures(_MOST_BROKEN_OFF)
            if row.state is TurnState.INTERRUPTED and row.dialogue_id.startswith(_DIALOGUE)
        }
        for lead in {store.reads.dialogue(one)[0].inbound.lead_id for one in broken_off}:
            store.erase_lead(lead)

    def _begun(self) -> date:
        """The day the demo is told from: the one of the first start."""
        try:
            return date.fromisoformat(self._note.read_text("utf-8").strip())
        except (FileNotFoundError, ValueError):
            today = _today(self._container)
            self._note.write_text(today.isoformat() + "\n", "utf-8")
            return today


def unfinished(container: Container) -> bool:
    """Whether the store holds only a part of the demo's past: it is being made, or was broken off and is still asked
    for."""
    return bool(container.settings.demo.dialogues) and _note(container).exists()


def under_way(container: Container) -> bool:
    """Whether a process is making the demo's past this moment."""
    try:
        with _note(container).open(encoding="utf-8") as note:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def _note(container: Container) -> Path:
    return container.settings.root / STATE / "demo-unfinished"


def _flat(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _flat(error)
        else:
            yield error


async def seed(
    container: Container,
    dialogues: int,
    on_dialogue: Callable[[], None] = lambda: None,
    *,
    today: date | None = None,
    ending: Callable[[], bool] = lambda: False,
) -> None:
    """Lives `dialogues` dialogues of the four weeks before `today`, oldest first, until `ending` says so.

    The same store of the same day gets the same ones. Raises UserError without a price book.
    """
    if container.books.current() is None:
        raise UserError(f"there is no price book at {container.books.path}: the demo needs one")
    waiting = iter(_visits(container, dialogues, today or _today(container)))
    # The past is counted apart: live counters, which alerts watch, tell of live traffic only.
    bot = replace(container.bot, observer=Metrics())

    async def work() -> None:
        for visit in waiting:
            if ending():
                return
            await _live(container, bot, visit, ending)
            on_dialogue()

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())
    while not ending():
        if not await asyncio.to_thread(container.store.roll_up):
            return


def _today(container: Container) -> date:
    return container.clock.now().astimezone(ZoneInfo(container.settings.company.timezone)).date()


def _visits(container: Container, dialogues: int, today: date) -> list[Visit]:
    rng = random.Random(container.settings.simulator.seed)  # noqa: S311  a demo, not a secret
    zone = ZoneInfo(container.settings.company.timezone)
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    chosen = rng.choices(days, [_WEEKDAYS[d.weekday()] for d in days], k=dialogues)
    hours = rng.choices(range(24), _HOURS, k=dialogues)
    moments = sorted(
        datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), zone).astimezone(UTC)
        for day, hour in zip(chosen, hours, strict=True)
    )
    visits: list[Visit] = []
    for number, at in enumerate(moments):
        again = visits and rng.random() < _RETURNING
        known = rng.choice(visits) if again else None
        lead = known.lead if known else f"lead-{number + 1:05d}"
        channel = known.channel if known else rng.choices(list(_CHANNELS), list(_CHANNELS.values()))[0]
        visits.append(Visit(number, lead, f"{_DIALOGUE}{number + 1:05d}", channel, at))
    return visits


async def _live(container: Container, bot: Bot, visit: Visit, ending: Callable[[], bool]) -> None:
    """One dialogue, from the client's first message to the last."""
    current = container.books.current()
    assert current is not None
    watched = (container.clock.now() - visit.at).days >= DAYS - _OBSERVED_DAYS
    bot = replace(bot, rules=replace(bot.rules, policy=GuardPolicy.OBSERVE if watched else GuardPolicy.REPAIR))
    manners = Manners(container.settings.simulator.seed, _ERRORS, _OBEYS_REPAIR)
    rng = random.Random(f"hand-off:{manners.seed}:{visit.number}")  # noqa: S311

    async def attended(record: TurnRecord) -> None:
        if record.hand_off is not None:
            await asyncio.to_thread(_attend, container, record, rng)

    lived = await live(bot, current.book, visit, manners, attended, ending)
    if not ending():
        events = [event for event in aftermath(lived, manners.seed) if event.at <= container.clock.now()]
        await asyncio.to_thread(report, container.store, events)


def _attend(container: Container, record: TurnRecord, rng: random.Random) -> None:
    """A seller takes the dialogue over and closes it: mostly within minutes, now and then late. Whom nobody has come to
    by now is taken now, for in the demo nobody comes later; what is not closed by now stays with the seller."""
    begun, now = record.inbound.at, container.clock.now()
    taken = begun + timedelta(minutes=rng.lognormvariate(math.log(_TAKEN_MIN), _TAKEN_SPREAD))
    closed = taken + timedelta(minutes=rng.lognormvariate(math.log(_HANDLED_MIN), _HANDLED_SPREAD))
    role = container.settings.escalation.role
    with suppress(ConflictError):  # attended before the making was broken off
        container.store.take_hand_off(record.id, role, max(begun, min(taken, now)))
        if closed <= now:
            container.store.close_hand_off(record.id, role, closed)
