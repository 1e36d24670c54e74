"""Dialogues of another bot, judged and turned into the records our own turns leave."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botops.app.judging import judge_dialogue
from botops.bot.language import detect_language
from botops.claims.check import aware
from botops.domain.messages import InboundMessage
from botops.domain.turns import Action, GuardPolicy, TurnRecord, TurnState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.claims import CompiledBook
    from botops.claims.dialogues import Dialogue
    from botops.domain.problems import Problem

MODEL = "external"
"""The model's name in records of bots we did not run."""


@dataclass
class IngestReport:
    """What became of a batch: dialogues and turns kept, findings in them, turns known already, lines refused."""

    dialogues: int = 0
    turns: int = 0
    findings: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)


def records_of(dialogue: Dialogue, book: CompiledBook, *, version: str, channel: str) -> Iterator[TurnRecord]:
    """One record for each reply of the bot.

    The key of a turn is made of the dialogue's id and the reply's place in it, so that handing the same log in twice
    changes nothing. Client messages in a row are one inbound text; a reply without one before it has an empty one.
    """
    started = aware(dialogue.started_at, book)
    answered = -1
    for number, (place, verdict) in enumerate(judge_dialogue(dialogue, book, version), 1):
        reply = dialogue.messages[place]
        spoken = [m for m in dialogue.messages[answered + 1 : place] if m.role == "user"]
        answered = place
        text = "\n".join(m.content for m in spoken)
        at = next((m.at for m in (*reversed(spoken), reply) if m.at), started)
        key = hashlib.sha256(f"{dialogue.id}\0{place}".encode()).hexdigest()[:32]
        inbound = InboundMessage(
            dialogue.id, dialogue.id, text, at, key, channel, region=dialogue.region, segment=dialogue.segment
        )
        yield TurnRecord(
            key, inbound, number, TurnState.ANSWERED,
            detect_language(text, dialogue.messages[:place]), GuardPolicy.OBSERVE,
            reply=reply.content, action=Action.PASSED if verdict.clean else Action.FLAGGED,
            verdict=verdict, model=MODEL, replied_at=reply.at or at,
        )  # fmt: skip
