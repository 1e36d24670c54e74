"""Findings of an export as tables for spreadsheets. No cell of them runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from botops.app.delimited import plain
from botops.claims.shown import worded

if TYPE_CHECKING:
    from datetime import datetime

    from botops.app.imports.checking import ExportCheck, Fault
    from botops.domain.messages import Language

COLUMNS = ("dialogue", "reply", "at", "kind", "severity", "said", "price_book", "at_risk", "currency", "why")
_MOST_CELL = 32_000
"""Characters of a cell; spreadsheets hold 32,767."""
_NO_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What a workbook's XML cannot hold."""

Named = Callable[["Fault"], tuple[str, str]]
"""What a finding's kind and severity are called in the reader's language."""


def fault_rows(found: ExportCheck, language: Language, named: Named) -> Iterator[tuple[str, ...]]:
    """One row a finding, under `COLUMNS`. Replies are counted from 1."""
    for fault in found.faults:
        finding = fault.finding
        kind, severity = named(fault)
        risk = finding.at_risk
        row = (
            fault.dialogue, str(finding.turn + 1), _at(fault.at), kind, severity, finding.quote,
            worded(finding.expected or "", language),
            f"{risk.amount:f}" if risk is not None else "", risk.currency if risk is not None else "",
            finding.explanation(language),
        )  # fmt: skip
        yield tuple(plain(_NO_CELL.sub("\ufffd", cell))[:_MOST_CELL] for cell in row)


def as_csv(heads: Sequence[str], rows: Iterator[tuple[str, ...]]) -> bytes:
    """A table for a spreadsheet: UTF-8 with its mark, semicolons, as Excel reads it where commas are decimal."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=";", lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return sink.getvalue().encode("utf-8-sig")


def as_xlsx(heads: Sequence[str], rows: Iterator[tuple[str, ...]]) -> bytes:
    """The same as a workbook; every cell is text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("botops")
    for row in ((*heads,), *rows):
        cells = []
        for text in row:
            cell = WriteOnlyCell(sheet, value=text)
            cell.data_type = "s"  # or openpyxl takes what begins with = for a formula
            cells.append(cell)
        sheet.append(cells)
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


def _at(at: datetime | None) -> str:
    return at.isoformat(" ", "minutes") if at is not None else ""
