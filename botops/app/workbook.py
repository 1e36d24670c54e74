"""Excel workbooks in which texts are texts: nothing in them is a formula."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_CHARACTERS = 32_767
"""Of a cell: a spreadsheet holds no more."""
Cell = str | int | Decimal | datetime | None


def workbook(heads: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]) -> bytes:
    """A sheet under a head that stays in place. A moment is written as it stands, without its zone, which a workbook
    does not know. `widths` are those of the columns in characters."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("botops")
    sheet.freeze_panes = "A2"
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width

    def cell(value: Cell, *, bold: bool = False) -> Any:
        if isinstance(value, datetime):
            made = WriteOnlyCell(sheet, value.replace(tzinfo=None, microsecond=0))
            made.number_format = "dd.mm.yyyy hh:mm"
            return made
        text = isinstance(value, str)
        shown = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:MOST_CHARACTERS] if isinstance(value, str) else value
        made = WriteOnlyCell(sheet, shown)  # type: ignore[arg-type]  # its stubs know no Decimal
        if text:
            made.data_type = "s"  # what begins with "=" would be taken for a formula
            made.alignment = Alignment(wrap_text=True, vertical="top")
        made.font = Font(bold=bold)
        return made

    sheet.append([cell(head, bold=True) for head in heads])
    for row in rows:
        sheet.append([cell(value) for value in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
