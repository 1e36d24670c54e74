"""Checks whole dialogues, in this process or in workers; memory stays flat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from botops.claims.check import Conversation, aware
from botops.claims.compile import CompiledBook
from botops.claims.dialogues import Dialogue
from botops.domain.findings import Finding, SupportedClaim


def check_dialogue(dialogue: Dialogue, book: CompiledBook) -> list[Finding]:
    """Findings of every assistant message, in order. Raises TooLargeError for a message over the size cap."""
    at = aware(dialogue.started_at, book)
    conversation = Conversation(book, at=at, region=dialogue.region, segment=dialogue.segment)
    found: list[Finding] = []
    for message in dialogue.messages:
        result = conversation.feed(message)
        if result is not None:
            found.extend(result.findings)
    return found


def finding_row(dialogue_id: str, finding: Finding, language: str = "ru") -> dict[str, Any]:
    """A finding as a JSON row of `botops check`; the explanation is in the asked language. `rule` and `exception` stand
    in it only where the finding has them."""
    more = {"rule": finding.rule, "exception": finding.exception}
    row = {
        "dialogue_id": dialogue_id,
        "turn": finding.turn,
        "kind": finding.kind.value,
        "quote": finding.quote,
        "start": finding.start,
        "end": finding.end,
        "severity": finding.severity.label,
        "stated": finding.stated,
        "expected": finding.expected,
        "explanation": finding.explanation(language),
    }
    return row | {key: value for key, value in more.items() if value is not None}


def supported_row(dialogue_id: str, claim: SupportedClaim, language: str = "ru") -> dict[str, Any]:
    """A claim that is right as a JSON row of `botops check --explain`: the keys of a finding, with `expected` what
    bears the claim out and `severity` null, then where that stands and until when it holds."""
    return {
        "dialogue_id": dialogue_id,
        "turn": claim.turn,
        "kind": claim.kind.value,
        "quote": claim.quote,
        "start": claim.start,
        "end": claim.end,
        "severity": None,
        "stated": claim.stated,
        "expected": claim.basis,
        "explanation": claim.explanation(language),
        "supported": True,
        "sku": claim.sku,
        "sources": list(claim.sources),
        "valid_until": claim.valid_until.isoformat() if claim.valid_until else None,
    }


def check_rows(dialogues: Iterable[Dialogue], book: CompiledBook) -> Iterator[dict[str, Any]]:
    """Rows of all findings, explained in the language of each dialogue when it names one."""
    for dialogue in dialogues:
        for finding in check_dialogue(dialogue, book):
            yield finding_row(dialogue.id, finding, dialogue.lang or "ru")
