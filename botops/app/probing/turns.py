"""How the turns of probes are taken: by the bot that serves clients, with nothing of theirs kept or counted."""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botops.domain.budgets import NoBudgets
from botops.domain.ports import Begun

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.bot import Bot
    from botops.domain.messages import InboundMessage, Language
    from botops.domain.turns import TurnRecord
    from botops.store.probes import ProbeStore


@dataclass(frozen=True, slots=True)
class ProbeTurns:
    """Keeps turns of probes, as the port `TurnStore`: each is a dialogue of its own."""

    probes: ProbeStore

    async def begin(self, turn_id: str, inbound: InboundMessage, language: Language) -> Begun:
        """The first turn of a dialogue with somebody nobody knows."""
        return Begun(1)

    async def finish(self, record: TurnRecord) -> None:
        """Keeps a note of the turn. Raises StoreError when a client's turn could not have been kept either."""
        await asyncio.to_thread(self.probes.keep_turn, record)


class Uncounted:
    """Counts nothing, as the port `Observer`: a probe is no traffic."""

    def turn_finished(self, record: TurnRecord) -> None:
        """Does nothing."""


def bot_for(container: Container, mark: str) -> Bot | None:
    """The bot that answers a probe: the one of clients, whose turns are kept apart, spend no budget and are counted in
    no metric of theirs. None when the mark is not this installation's."""
    own = container.store.probes.mark()
    if own is None or not hmac.compare_digest(mark.encode(), own.encode()):
        return None
    turns = ProbeTurns(container.store.probes)
    return replace(container.bot, store=turns, observer=Uncounted(), budgets=NoBudgets())
