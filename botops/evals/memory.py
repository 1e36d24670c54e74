"""A turn store in memory: what a dialogue of an eval needs, and nothing that outlives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.domain.messages import Message
from botops.domain.ports import Begun
from botops.domain.turns import TurnState

if TYPE_CHECKING:
    from botops.domain.messages import InboundMessage, Language
    from botops.domain.turns import TurnRecord


class DialogueMemory:
    """The port `TurnStore` for one dialogue. `said` is what was said before its first turn."""

    def __init__(self, said: tuple[Message, ...] = ()) -> None:
        self.records: list[TurnRecord] = []
        self._said = said
        self._begun = 0

    @property
    def messages(self) -> tuple[Message, ...]:
        """Everything said so far: what was there before and what was answered, as the client saw it."""
        spoken: list[Message] = []
        for record in self.records:
            if record.state in {TurnState.ANSWERED, TurnState.INTERRUPTED}:
                spoken.append(Message("user", record.inbound.text, at=record.inbound.at))
                if record.reply:
                    spoken.append(Message("assistant", record.reply, at=record.inbound.at))
        return (*self._said, *spoken)

    async def begin(self, turn_id: str, inbound: InboundMessage, language: Language) -> Begun:
        """The next turn, or the finished one of an earlier delivery with the same key."""
        for record in self.records:
            if record.inbound.idempotency_key == inbound.idempotency_key:
                return Begun(record.number, stored=record)
        self._begun += 1
        return Begun(self._begun, self.messages)

    async def finish(self, record: TurnRecord) -> None:
        """Keeps the record."""
        self.records.append(record)
