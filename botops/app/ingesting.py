"""Dialogues of another bot, judged and turned into the records our own turns leave."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING

from botops.app.checks.judging import OnFailure, judge_dialogue, log_failure
from botops.bot.language import detect_language
from botops.claims.check import local
from botops.claims.exceptions import NO_EXCEPTIONS
from botops.domain.messages import InboundMessage
from botops.domain.turns import Action, GuardPolicy, TurnRecord, TurnState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from botops.claims import CompiledBook
    from botops.claims.dialogues import Dialogue
    from botops.claims.exceptions import Exceptions
    from botops.domain.problems import Problem

_YEARS = range(1970, 2200)
MODEL = "external"
"""The model's name in records of bots we did not run."""


class UnlikelyTimeError(ValueError):
    """A dialogue's time that is surely a mistake, such as the year 1."""


@dataclass
class IngestReport:
    """What became of a batch: dialogues and turns kept, findings in them, turns known already, lines refused."""

    dialogues: int = 0
    turns: int = 0
    findings: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)


def records_of(
    dialogue: Dialogue, book: CompiledBook, *, version: str, channel: str, exceptions: Exceptions = NO_EXCEPTIONS,
    day: date | None = None, on_failure: OnFailure = log_failure,
) -> Iterator[TurnRecord]:  # fmt: skip
    """One record for each reply of the bot.

    The key of a turn is made of the dialogue's id and the reply's place in it, so that handing the same log in twice
    changes nothing. Client messages in a row are one inbound text; a reply without one before it has an empty one.
    `exceptions` are those in force on `day`. Raises UnlikelyTimeError.
    """
    started = _kept_time(dialogue.started_at, book)
    answered = -1
    verdicts = judge_dialogue(dialogue, book, version, exceptions=exceptions, day=day, on_failure=on_failure)
    for number, judged in enumerate(verdicts, 1):
        place, verdict = judged.turn, judged.verdict
        reply = dialogue.messages[place]
        spoken = [m for m in dialogue.messages[answered + 1 : place] if m.role == "user"]
        answered = place
        text = "\n".join(m.content for m in spoken)
        at = next((_kept_time(m.at, book) for m in (*reversed(spoken), reply) if m.at), started)
        key = hashlib.sha256(f"{dialogue.id}\0{place}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        identifier = _encodable(dialogue.id)
        lead = _encodable(dialogue.lead) or identifier
        inbound = InboundMessage(
            identifier, lead, text, at, key, channel, region=dialogue.region, segment=dialogue.segment
        )
        yield TurnRecord(
            key, inbound, number, TurnState.ANSWERED,
            detect_language(text, dialogue.messages[:place]), GuardPolicy.OBSERVE,
            reply=reply.content, action=Action.PASSED if verdict.clean else Action.FLAGGED,
            assignment=dialogue.assignments.get(place),
            verdict=verdict, model=MODEL, replied_at=_kept_time(reply.at, book) if reply.at else at,
        )  # fmt: skip


def _encodable(identifier: str) -> str:
    """An id without lone surrogates and NUL, which JSON can carry and databases do not take."""
    return identifier.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def _kept_time(moment: datetime, book: CompiledBook) -> datetime:
    """A moment in UTC. Raises UnlikelyTimeError for one that no calendar of ours could show everywhere."""
    moment = local(moment, book)
    if moment.year not in _YEARS:
        raise UnlikelyTimeError(f"{moment.isoformat()}: a time of the years {_YEARS[0]} to {_YEARS[-1]} is needed")
    return moment.astimezone(UTC)
