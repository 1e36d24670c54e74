"""Whole dialogues judged reply by reply, each with only what came before it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botops.claims import CheckResult, Conversation
from botops.claims import TooLargeError as MessageTooLarge
from botops.claims.check import local
from botops.claims.exceptions import NO_EXCEPTIONS
from botops.claims.extensions import CheckFailure
from botops.domain.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from botops.claims import CompiledBook
    from botops.claims.dialogues import Dialogue
    from botops.claims.exceptions import Exceptions


log = logging.getLogger(__name__)
_told: set[tuple[str, str]] = set()


@dataclass(frozen=True, slots=True)
class Judged:
    """One of the bot's messages judged: its place in the dialogue and the verdict. `result` is None when the checker
    could not look at it."""

    turn: int
    verdict: Verdict
    result: CheckResult | None = None


def log_failure(failure: CheckFailure) -> None:
    """Logs a check that failed, the first time in its own way with its traceback; later ones would say the same."""
    kind = (failure.check, type(failure.error).__name__)
    if kind not in _told:
        _told.add(kind)
        log.error("check %r failed on a reply (%s): the reply is not judged", *kind, exc_info=failure.error)


OnFailure = Callable[[CheckFailure], None]


def verdict_of(
    result: CheckResult, text: str, version: str, exceptions: Exceptions, day: date, on_failure: OnFailure = log_failure
) -> Verdict:
    """The verdict on a reply with this text: what exceptions of the day let pass decides nothing.

    A reply that a check of the company's own could not look at is not judged, unless there is a finding anyway.
    `on_failure` is told of each such check.
    """
    for failure in result.failures:
        on_failure(failure)
    kept, excepted = exceptions.sort(result.findings, text, day)
    if result.failures and not kept:
        return replace(Verdict.not_judged("check_failed", version), claims=result.claims, excepted=excepted)
    return Verdict.of(kept, claims=result.claims, book=version, excepted=excepted)


def judge_dialogue(
    dialogue: Dialogue, book: CompiledBook, version: str = "", *, exceptions: Exceptions = NO_EXCEPTIONS,
    day: date | None = None, on_failure: OnFailure = log_failure,
) -> Iterator[Judged]:  # fmt: skip
    """Each of the bot's messages judged, in order; `version` names the book in the verdicts.

    `day` is the one on which exceptions must be in force; without it, the day the dialogue began. `on_failure` is told
    of the company's own checks that failed.
    """
    started = local(dialogue.started_at, book)
    day = day or started.date()
    conversation = Conversation(book, at=started, region=dialogue.region, segment=dialogue.segment)
    for place, message in enumerate(dialogue.messages):
        try:
            result = conversation.feed(message)
        except MessageTooLarge:
            refused = "too_large"
        except Exception:  # one reply that breaks the checker must not cost the rest of a log
            log.exception("message %d of dialogue %s could not be judged", place, dialogue.id)
            refused = "checker_failed"
        else:
            if result is not None:
                yield Judged(place, verdict_of(result, message.content, version, exceptions, day, on_failure), result)
            continue
        conversation.skip(message)
        if message.role == "assistant":
            yield Judged(place, Verdict.not_judged(refused, version))
