"""Turns a recorded dialogue into a case: a complaint today is a regression test tomorrow."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from botops.config import parse
from botops.config.document import read_text
from botops.domain.errors import NotFoundError, UserError
from botops.domain.evaluations import Origin
from botops.domain.reviews import FindingRef, Review
from botops.domain.turns import TurnRecord
from botops.evals.suite import MAX_BYTES, SuiteReader

_NEW_MODE = 0o644
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]+")


def case_of(
    records: Sequence[TurnRecord],
    turn: int | None = None,
    rulings: Mapping[FindingRef, Review] = MappingProxyType({}),
) -> dict[str, Any]:
    """The case that says a turn again: what was said before it as its history, the client's words as its line.

    Without `turn` the first one with a finding is taken, else the last. What the store has masked stays masked. What
    reviewers said of the turn's findings stands in `x-reviews`. Raises NotFoundError when there is no such turn.
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
    return {**case, "x-reviews": said} if said else case


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
    text = yaml.safe_dump([case], allow_unicode=True, sort_keys=False, width=110)
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))


def append_case(path: Path, case: dict[str, Any], reader: SuiteReader, *, beginning: str | None = None) -> None:
    """Adds a case at the end of a suite's file; its comments and everything else stay as they are. With `beginning`,
    which ends with `cases:`, a new file is written.

    Raises UserError when the file could not be read with the case in it (a taken id, `cases` not the last key); then
    nothing is written.
    """
    before = read_text(path, max_bytes=MAX_BYTES) if beginning is None else beginning
    text = before.rstrip("\n") + "\n" + case_text(case)
    data = parse(text, str(path)).data
    if not isinstance(data, dict) or not isinstance(data.get("cases"), list) or case["id"] != data["cases"][-1]["id"]:
        raise UserError(f"{path}: `cases` must be the last key of the file, its items indented by two spaces")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        reader.read(temporary)
        temporary.chmod(_NEW_MODE if beginning is not None else path.stat().st_mode)
        temporary.replace(path)
    except UserError as error:
        problems = [type(p)(str(path), p.line, p.column, p.path, p.message, p.level, p.rule) for p in error.problems]
        raise UserError(problems=problems) from error
    finally:
        temporary.unlink(missing_ok=True)
