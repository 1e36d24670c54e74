"""The promises made to clients, derived anew from dialogues of the store or of files: nothing of them is stored."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botops.app.checks.checking import BookChoice, compiled_book
from botops.app.checks.extensions import NOTHING_OWN, ExtensionChoice
from botops.app.checks.judging import judge_dialogue
from botops.app.checks.stored import judged_turns
from botops.app.delimited import plain
from botops.claims.dialogues import read_dialogues
from botops.claims.promises import what
from botops.domain.errors import UserError
from botops.domain.findings import Judgement
from botops.domain.problems import Problem
from botops.domain.turns import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from botops.claims import CheckResult, CompiledBook
    from botops.domain.findings import Finding
    from botops.domain.messages import Language
    from botops.domain.promises import Promise
    from botops.domain.turns import TurnRecord
    from botops.store.reads import Reads

COLUMNS = (
    "dialogue_id", "turn", "at", "kind", "what", "value", "sku", "product", "valid_until", "status", "quote",
    "explanation", "sources",
)  # fmt: skip
"""Columns of an export, in order."""

_REPLACED = frozenset({Action.BLOCKED, Action.REPAIRED})


def stored_promises(
    reads: Reads, book: CompiledBook, *, version: str, since: datetime | None = None, dialogue: str | None = None
) -> Iterator[Promise]:
    """Promises of the store's dialogues, by dialogue and turn: of one dialogue, or of all replies since a moment.

    `version` names the book. A reply that was judged by another version keeps that judgement: what was right then was
    rightly promised. Raises NotFoundError for a dialogue that is not there.
    """
    wanted = [dialogue] if dialogue is not None else _dialogues(reads, since)
    for identifier in wanted:
        for record, result in judged_turns(reads.dialogue(identifier), book):
            if result is None or (since is not None and record.inbound.at < since):
                continue
            for promise in result.promises(identifier, _found(record, result, version)):
                yield replace(promise, turn=record.number)


def _dialogues(reads: Reads, since: datetime | None) -> Iterator[str]:
    last = None
    for record in reads.turns(since):
        if record.inbound.dialogue_id != last:
            last = record.inbound.dialogue_id
            yield last


def _found(record: TurnRecord, result: CheckResult, version: str) -> Sequence[Finding]:
    """The findings that count: as recorded by another book's version, else those of now; what an exception let pass
    then is marked with it. A verdict about a text that never left says nothing of the one that did."""
    verdict = record.verdict
    if verdict is None or record.reply is None or record.action in _REPLACED:
        return result.findings
    recorded = [f for f in (*verdict.findings, *verdict.excepted) if record.reply[f.start : f.end] == f.quote]
    if verdict.judgement is not Judgement.NOT_JUDGED and verdict.book != version:
        return recorded
    passed = [f for f in recorded if f.exception is not None]
    return [next((p for p in passed if p.start < f.end and f.start < p.end), f) for f in result.findings]


def promises_in_files(
    files: Iterable[Path], choice: BookChoice, *, since: datetime | None = None, dialogue: str | None = None,
    extensions: ExtensionChoice = NOTHING_OWN,
) -> Iterator[Promise | Problem]:  # fmt: skip
    """Promises of the dialogues of JSONL files, in order; `turn` indexes the messages. A Problem stands in the place of
    each row that cannot be used. `extensions` are what the company adds to the checker. Raises UserError for a file
    that cannot be opened."""
    for file in files:
        try:
            for row in read_dialogues(file):
                if isinstance(row, Problem):
                    yield row
                elif dialogue is None or row.id == dialogue:
                    try:
                        book = compiled_book(choice.path(row.price_book, str(file)), extensions)
                    except UserError as error:
                        yield Problem(str(file), row.line, 1, "price_book", f"{row.id}: {error}", rule="price-book")
                        continue
                    for judged in judge_dialogue(row, book):
                        promises = judged.result.promises(row.id) if judged.result is not None else ()
                        yield from (p for p in promises if since is None or p.at >= since)
        except OSError as error:
            raise UserError(f"cannot read {file}: {error.strerror}") from error


def promise_row(promise: Promise, language: Language) -> dict[str, Any]:
    """A promise as a row of an export."""
    return {
        "dialogue_id": promise.dialogue_id,
        "turn": promise.turn,
        "at": promise.at.isoformat(),
        "kind": promise.kind.value,
        "what": what(promise, language),
        "value": promise.value,
        "sku": promise.sku,
        "product": promise.product,
        "valid_until": promise.valid_until.isoformat() if promise.valid_until else None,
        "status": promise.status.value,
        "quote": promise.quote,
        "explanation": promise.explanation(language) or None,
        "sources": list(promise.sources),
    }


def as_csv(rows: Iterable[dict[str, Any]], *, head: bool = True) -> Iterator[str]:
    """Rows as lines of CSV with a head. A text that a spreadsheet would run as a formula is made plain."""
    if head:
        yield _csv_line(COLUMNS)
    for row in rows:
        yield _csv_line([_cell(row[name]) for name in COLUMNS])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = "; ".join(value) if isinstance(value, list) else str(value)
    return plain(text.encode("utf-8", "backslashreplace").decode()) if isinstance(value, str | list) else text


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
