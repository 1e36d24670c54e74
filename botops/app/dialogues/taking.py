"""Taking dialogues along as a table: one row a reply, with what was found in it and what people say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.checks.reviewing import findings_of
from botops.app.delimited import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from botops.app.container import Container
    from botops.app.workbook import Cell
    from botops.domain.findings import FindingKind, Severity
    from botops.domain.reviews import ReplyReview, ReplyVerdict
    from botops.domain.turns import Action, TurnRecord
    from botops.store import DialogueFilter

MOST_DIALOGUES = 1000
_AT_ONCE = 100
_WIDTHS = (24, 18, 7, 17, 12, 8, 14, 50, 60, 20, 50, 12, 14, 9, 30, 60)


@dataclass(frozen=True)
class Wording:
    """What the reader's language calls the columns, in their order, and what stands in them."""

    heads: Sequence[str]
    kinds: Mapping[FindingKind, str]
    severities: Mapping[Severity, str]
    actions: Mapping[Action, str]
    verdicts: Mapping[ReplyVerdict, str]


def csv_table(container: Container, wanted: DialogueFilter, wording: Wording, *, worst_first: bool = False) -> bytes:
    """The dialogues that match, up to `MOST_DIALOGUES`, as CSV that spreadsheets open as it is (UTF-8 with a mark). A
    cell that would be run as a formula is made plain."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(wording.heads)
    for row in _rows(container, wanted, wording, worst_first=worst_first):
        writer.writerow([plain(_text(value)) for value in row])
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def xlsx_table(container: Container, wanted: DialogueFilter, wording: Wording, *, worst_first: bool = False) -> bytes:
    """The same as an Excel workbook."""
    from botops.app.workbook import workbook

    return workbook(wording.heads, _rows(container, wanted, wording, worst_first=worst_first), _WIDTHS)


def _text(value: Cell) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return "" if value is None else str(value)


def _rows(
    container: Container, wanted: DialogueFilter, wording: Wording, *, worst_first: bool
) -> Iterator[tuple[Cell, ...]]:
    reads, zone = container.store.reads, ZoneInfo(container.settings.company.timezone)
    ids = _ids(container, wanted, worst_first=worst_first)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        whole = reads.whole_dialogues(some)
        known = container.store.reply_reviews.of_turns(r.id for records in whole.values() for r in records)
        for dialogue_id in some:
            for record in whole.get(dialogue_id, ()):
                yield _row(record, known.get(record.id, ()), wording, zone)


def _ids(container: Container, wanted: DialogueFilter, *, worst_first: bool) -> list[str]:
    reads = container.store.reads
    if worst_first:
        return [row.id for row in reads.worst_dialogues(replace(wanted, limit=MOST_DIALOGUES))]
    ids: list[str] = []
    cursor = None
    while len(ids) < MOST_DIALOGUES:
        page = reads.dialogues(replace(wanted, limit=MOST_DIALOGUES - len(ids), cursor=cursor))
        ids += [row.id for row in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    return ids


def _row(record: TurnRecord, reviews: Sequence[ReplyReview], wording: Wording, zone: ZoneInfo) -> tuple[Cell, ...]:
    inbound, found = record.inbound, [one.finding for one in findings_of(record)]
    ref = record.assignment.ref if record.assignment else None
    risks = [finding.at_risk for finding in found if finding.at_risk is not None]
    currency = risks[0].currency if risks and len({risk.currency for risk in risks}) == 1 else None
    at_risk = sum((risk.amount for risk in risks), start=risks[0].amount * 0) if currency else None
    errors = (f"{wording.kinds[f.kind]}: «{f.quote}» → {f.expected or '—'}" for f in found)
    said = (f"{wording.verdicts[r.verdict]} ({r.by}{f': {r.reason}' if r.reason else ''})" for r in reviews)
    return (
        inbound.dialogue_id, inbound.lead_id, record.number, inbound.at.astimezone(zone), inbound.channel,
        record.language, f"{ref.name}@{ref.version}" if ref else None, inbound.text, record.reply,
        wording.actions[record.action] if record.action else None, "\n".join(errors) or None,
        wording.severities[max(f.severity for f in found)] if found else None, at_risk, currency,
        "\n".join(said) or None, next((r.ideal for r in reversed(reviews) if r.ideal), None),
    )  # fmt: skip
