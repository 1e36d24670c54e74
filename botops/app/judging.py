"""Whole dialogues judged reply by reply, each with only what came before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.claims import Conversation
from botops.claims import TooLargeError as MessageTooLarge
from botops.claims.check import aware
from botops.domain.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.claims import CompiledBook
    from botops.claims.dialogues import Dialogue


def judge_dialogue(dialogue: Dialogue, book: CompiledBook, version: str = "") -> Iterator[tuple[int, Verdict]]:
    """The place of each of the bot's messages and the verdict on it; `version` names the book in the verdicts."""
    conversation = Conversation(
        book, at=aware(dialogue.started_at, book), region=dialogue.region, segment=dialogue.segment
    )
    for place, message in enumerate(dialogue.messages):
        try:
            result = conversation.feed(message)
        except MessageTooLarge:
            if message.role == "assistant":
                yield place, Verdict.not_judged("too_large", version)
            continue
        if result is not None:
            yield place, Verdict.of(tuple(result.findings), claims=result.claims, book=version)
