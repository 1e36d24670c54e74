"""Turns a recorded dialogue into a case: a complaint today is a regression test tomorrow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from botops.domain.errors import NotFoundError
from botops.domain.evaluations import Origin
from botops.domain.reviews import FindingRef, ReplyReview, Review
from botops.domain.turns import TurnRecord
from botops.evals.suite import SuiteReader
from botops.evals.suite_writer import append_cases, cases_text, write_suite

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]+")


def case_of(
    records: Sequence[TurnRecord],
    turn: int | None = None,
    rulings: Mapping[FindingRef, Review] = MappingProxyType({}),
    reviews: Sequence[ReplyReview] = (),
) -> dict[str, Any]:
    """The case that says a turn again: what was said before it as its history, the client's words as its line.

    Without `turn` the first one with a finding is taken, else the last. What the store has masked stays masked. What
    reviewers said of the turn's findings stands in `x-reviews`, and how they say the bot should have answered in
    `x-ideal`. Raises NotFoundError when there is no such turn.
    """
    if not records:
        raise NotFoundError("the dialogue has no turns: there is nothing to say again")
    chosen = _chosen(records, turn)
    inbound = chosen.inbound
    case: dict[str, Any] = {
        "id": _NOT_IN_ID.sub("-", f"dialogue-{inbound.dialogue_id}"[:90]).strip("-") + f"-{chosen.number}",
        "at": inbound.at.isoformat(timespec="seconds"),
        "origin": str(Origin(inbound.dialogue_id, chosen.number)),
        "tags": ["regression", chosen.language],
    }
    known = {"language": inbound.locale, "channel": inbound.channel, "region": inbound.region}
    known["segment"] = inbound.segment
    case |= {key: value for key, value in known.items() if value is not None}
    history = [
        {"role": role, "content": text}
        for record in records
        if record.number < chosen.number
        for role, text in (("user", record.inbound.text), ("assistant", record.reply))
        if text
    ]
    if history:
        case["history"] = history
    case |= {"turns": [inbound.text], "expect": ["no_invented_claims", "language"]}
    said = [_review(chosen, review) for ref, review in rulings.items() if ref.turn_id == chosen.id]
    if said:
        case["x-reviews"] = said
    if better := [r.ideal for r in sorted(reviews, key=lambda r: r.at) if r.turn_id == chosen.id and r.ideal]:
        case["x-ideal"] = better[-1]
    return case


def _review(turn: TurnRecord, review: Review) -> dict[str, str]:
    """A ruling as it stands in a case: on which words, what was ruled, by whom and why."""
    ref = review.finding
    verdict = turn.verdict if ref.attempt < 0 else turn.attempts[ref.attempt].verdict
    findings = verdict.findings if verdict is not None else ()
    about = {"kind": findings[ref.position].kind.value, "quote": findings[ref.position].quote} if findings else {}
    return {**about, "ruling": review.ruling.value, "by": review.by, "reason": review.reason}


def _chosen(records: Sequence[TurnRecord], turn: int | None) -> TurnRecord:
    if turn is None:
        flagged = (r for r in records if any(a.verdict and a.verdict.findings for a in r.attempts))
        return next(flagged, records[-1])
    for record in records:
        if record.number == turn:
            return record
    raise NotFoundError(f"the dialogue has no turn {turn}: its turns are 1 to {records[-1].number}")


def case_text(case: dict[str, Any]) -> str:
    """A case as an item of a suite's `cases`."""
    return cases_text([case])


def append_case(path: Path, case: dict[str, Any], reader: SuiteReader, *, beginning: str | None = None) -> None:
    """Adds a case at the end of a suite's file; its comments and everything else stay as they are. With `beginning`,
    which ends with `cases:`, a new file is written.

    Raises UserError when the file could not be read with the case in it (a taken id, `cases` not the last key), and
    ConflictError when a new file's name is taken; then nothing is written.
    """
    if beginning is None:
        append_cases(path, [case], reader)
    else:
        write_suite(path, beginning.rstrip("\n") + "\n" + case_text(case), reader)
