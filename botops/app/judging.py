"""Whole dialogues judged reply by reply, each with only what came before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.claims import CheckResult, Conversation
from botops.claims import TooLargeError as MessageTooLarge
from botops.claims.check import aware
from botops.domain.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.claims import CompiledBook
    from botops.claims.dialogues import Dialogue


@dataclass(frozen=True, slots=True)
class Judged:
    """One of the bot's messages judged: its place in the dialogue and the verdict. `result` is None when the checker
    could not look at it."""

    turn: int
    verdict: Verdict
    result: CheckResult | None = None


def judge_dialogue(dialogue: Dialogue, book: CompiledBook, version: str = "") -> Iterator[Judged]:
    """Each of the bot's messages judged, in order; `version` names the book in the verdicts."""
    conversation = Conversation(
        book, at=aware(dialogue.started_at, book), region=dialogue.region, segment=dialogue.segment
    )
    for place, message in enumerate(dialogue.messages):
        try:
            result = conversation.feed(message)
        except MessageTooLarge:
            if message.role == "assistant":
                yield Judged(place, Verdict.not_judged("too_large", version))
            continue
        if result is not None:
            verdict = Verdict.of(tuple(result.findings), claims=result.claims, book=version)
            yield Judged(place, verdict, result)
