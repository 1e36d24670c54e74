"""Whole dialogues judged reply by reply, each with only what came before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.claims import CheckResult, Conversation
from botops.claims import TooLargeError as MessageTooLarge
from botops.claims.check import aware
from botops.claims.exceptions import NO_EXCEPTIONS
from botops.domain.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from botops.claims import CompiledBook
    from botops.claims.dialogues import Dialogue
    from botops.claims.exceptions import Exceptions


@dataclass(frozen=True, slots=True)
class Judged:
    """One of the bot's messages judged: its place in the dialogue and the verdict. `result` is None when the checker
    could not look at it."""

    turn: int
    verdict: Verdict
    result: CheckResult | None = None


def verdict_of(result: CheckResult, text: str, version: str, exceptions: Exceptions, day: date) -> Verdict:
    """The verdict on a reply with this text: what exceptions of the day let pass decides nothing."""
    kept, excepted = exceptions.sort(result.findings, text, day)
    return Verdict.of(kept, claims=result.claims, book=version, excepted=excepted)


def judge_dialogue(
    dialogue: Dialogue, book: CompiledBook, version: str = "", *, exceptions: Exceptions = NO_EXCEPTIONS,
    day: date | None = None,
) -> Iterator[Judged]:  # fmt: skip
    """Each of the bot's messages judged, in order; `version` names the book in the verdicts.

    `day` is the one on which exceptions must be in force; without it, the day the dialogue began.
    """
    started = aware(dialogue.started_at, book)
    day = day or started.date()
    conversation = Conversation(book, at=started, region=dialogue.region, segment=dialogue.segment)
    for place, message in enumerate(dialogue.messages):
        try:
            result = conversation.feed(message)
        except MessageTooLarge:
            if message.role == "assistant":
                yield Judged(place, Verdict.not_judged("too_large", version))
            continue
        if result is not None:
            yield Judged(place, verdict_of(result, message.content, version, exceptions, day), result)
