"""Dialogues of the store read again by the claim checker, reply by reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.claims import Conversation
from botops.claims import TooLargeError as MessageTooLarge
from botops.domain.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from botops.claims import CheckResult, CompiledBook
    from botops.domain.findings import SupportedClaim
    from botops.domain.turns import TurnRecord


def messages_of(records: Sequence[TurnRecord]) -> list[tuple[TurnRecord, Message]]:
    """What the client and the bot said, as both saw it, each message with its turn."""
    out = []
    for record in records:
        if record.inbound.text:
            out.append((record, Message("user", record.inbound.text, at=record.inbound.at)))
        if record.reply:
            out.append((record, Message("assistant", record.reply, at=record.inbound.at)))
    return out


def judged_turns(records: Sequence[TurnRecord], book: CompiledBook) -> Iterator[tuple[TurnRecord, CheckResult | None]]:
    """Each turn of a dialogue and what the checker says of the text that left.

    A turn is judged by the book as it stood at its own moment. The result is None where nothing left or a message is
    too large to be read.
    """
    first = records[0].inbound
    conversation = Conversation(book, at=first.at, region=first.region, segment=first.segment)
    for record in records:
        result = None
        said = [Message("user", record.inbound.text, at=record.inbound.at)] if record.inbound.text else []
        said += [Message("assistant", record.reply, at=record.inbound.at)] if record.reply else []
        for message in said:
            try:
                result = conversation.feed(message)
            except MessageTooLarge:
                result = None
        yield record, result


def supported_by_turn(records: Sequence[TurnRecord], book: CompiledBook) -> dict[str, tuple[SupportedClaim, ...]]:
    """For each turn, by its id, the claims of the text that left which are right, and why; not those that a recorded
    finding is about, which another version of the book may have made."""
    out = {}
    for record, result in judged_turns(records, book):
        found = record.verdict.findings if record.verdict is not None else ()
        claims = result.supported if result is not None else ()
        apart = tuple(c for c in claims if not any(f.start < c.end and c.start < f.end for f in found))
        if apart:
            out[record.id] = apart
    return out
