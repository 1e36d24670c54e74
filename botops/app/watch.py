"""The watch loop: what has to be done every few seconds so that the rest stays right."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from botops.app.care import retain
from botops.app.costs.budgets import announcing, look
from botops.app.digest.sending import Digesting
from botops.app.experiments.auto_stop import ExperimentWatch
from botops.app.experiments.experimenting import promote_winners
from botops.app.incidents.reminding import Reminding
from botops.app.looping import Loop
from botops.app.pricebooks.canary import BookCanary
from botops.app.releases.overrides import unservable

if TYPE_CHECKING:
    from collections.abc import Callable

    from botops.app.container import Container
    from botops.app.looping import Duty

log = logging.getLogger(__name__)

_EVERY_S = 5.0
_LOOK_FOR_DEAD_EVERY = 12
"""Rounds, a minute together."""
_LOOK_AT_EXPERIMENTS_EVERY = 6
"""Rounds, half a minute together: traffic goes back to the control within a minute of harm shown."""
_REMOVE_OLD_EVERY = 720
"""Rounds, an hour together."""
_REMIND_EVERY = 12
"""Rounds, a minute together."""
_ROLL_UPS_A_ROUND = 10


class Watch:
    """The watch loop, in a thread of its own: roll-ups, turns of dead processes, dialogues kept for too long, a new
    price book, experiments that do harm or come to their planned end, soft limits of budgets, and what is wrong with
    prompt and price files, said once in the log when it appears and once when it is mended."""

    def __init__(self, container: Container, on_tick: Callable[[], None] | None = None) -> None:
        self._container = container
        self._told: frozenset[str] = frozenset()
        self._canary = BookCanary(container)
        self._experiments = ExperimentWatch(container)
        self._stuck: frozenset[str] = frozenset()
        files: Duty = (1, "looking at the files", self._tell)
        self._loop = Loop(
            "watch", _EVERY_S, (*self._duties(), files), container.metrics, at_once=[files], on_tick=on_tick
        )

    def start(self) -> None:
        """Starts the thread."""
        self._loop.start()

    def stop(self) -> None:
        """Ends it after what it is doing."""
        self._loop.stop()

    def quiet_s(self) -> float:
        """Seconds since it last came round."""
        return self._loop.quiet_s()

    def _duties(self) -> tuple[Duty, ...]:
        """What is done every so many rounds, in this order: experiments first, which steady traffic must not delay."""
        return (
            (_LOOK_AT_EXPERIMENTS_EVERY, "looking for harm done by experiments", self._experiments.look),
            (_LOOK_AT_EXPERIMENTS_EVERY, "promoting the winners of experiments", self._promote),
            (_LOOK_FOR_DEAD_EVERY, "looking for turns of dead processes", self._container.store.interrupt_dead),
            (_REMOVE_OLD_EVERY, "removing dialogues kept for too long", partial(retain, self._container)),
            (_REMIND_EVERY, "reminding of incidents", Reminding(self._container).look),
            (_REMIND_EVERY, "telling what the day came to", Digesting(self._container).look),
            (1, "watching the price book", self._canary.look),
            (1, "watching budgets", self._watch_budgets),
            (1, "rolling up", self._roll_up),
        )

    def _roll_up(self) -> None:
        """Rolls up what is due, or some of it: under steady traffic there is always more, and what else is looked after
        must not wait for it."""
        for _ in range(_ROLL_UPS_A_ROUND):
            if self._loop.ending.is_set() or not self._container.store.roll_up():
                return

    def _watch_budgets(self) -> None:
        """Tells the soft limits that were reached."""
        look(self._container, announcing(self._container.metrics))

    def _promote(self) -> None:
        """Makes winners live where their experiments ask for it; what stands against it is said once."""
        stuck = frozenset(promote_winners(self._container))
        for line in sorted(stuck - self._stuck):
            log.error("%s", line)
        self._stuck = stuck

    def _tell(self) -> None:
        now = frozenset(broken_files(self._container))
        for line in sorted(now - self._told):
            log.error("%s", line)
        if self._told and not now:
            log.warning("prompts and price book are whole again")
        self._told = now


def broken_files(container: Container) -> list[str]:
    """What is wrong with the files the bot serves from, in lines fit for a log; the last good texts serve meanwhile."""
    registry, books = container.registry, container.books
    registry.refresh()
    lines = [p.text() for p in registry.state().faults if p.level == "error"]
    if books.current() is None and not books.problems:
        lines.append(f"{books.path}: no price book: replies are not judged and nothing is sold without one")
    lines += unservable(registry, container.overrides.in_force())
    return lines + [p.text() for p in books.problems]
