"""Which column of a table holds what, as its header says in Russian, Kazakh or English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.pricebook.cells import currency_of, period_of, text_of
from botops.pricebook.sheets import Row

FIELDS = ("sku", "name", "aliases", "amount", "currency", "per", "unit", "valid_from", "valid_to", "min_qty", "from",
          "region", "segment", "floor", "skip")  # fmt: skip
"""What a column map may assign a column to, besides `attribute:<name>`. `skip` leaves a column out."""

_GUESSES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(pattern, re.IGNORECASE))
    for field, pattern in (
        ("floor", r"мин\w*\.? цен|минимальн\w+ стоим|ниже не|floor|min\w*\.? price|ең төмен"),
        ("valid_from", r"действ\w* с\b|дата начал|начало|с даты|valid from|start|басталу|бастап"),
        ("valid_to", r"действ\w* (?:по|до)\b|дата оконч|окончани|по дату|valid (?:to|until)|\bend|expir|аяқтал|дейін"),
        ("min_qty", r"от (?:кол|шт|скольк)|мин\w*\.? (?:кол|парт|заказ)|количеств|кол-во|\bqty\b|quantity|саны|мөлшер"),
        ("sku", r"\bsku\b|артикул|\bкод\b|\bcode\b|\bid\b|part ?n|№ ?товар"),
        ("aliases", r"синоним|псевдоним|также|друг\w+ назв|alias|басқа ат"),
        ("currency", r"^валюта|^currency|^валютасы"),
        ("amount", r"цен|стоимост|прайс|price|cost|amount|сумма|баға|құны"),
        ("region", r"регион|город|область|region|city|қала|аймақ|облыс"),
        ("segment", r"сегмент|тип клиент|категория клиент|segment|customer type"),
        ("unit", r"ед\w*\.? ?(?:изм|$)|единиц|unit|өлшем|бірлік"),
        ("per", r"период|за что|оплата за|\bper\b|period|кезең"),
        (
            "name",
            r"наимен|назв|товар|услуг|позици|продукт|номенклатур|тариф|"
            r"product|name|item|service|plan|атау|тауар|қызмет",
        ),
        ("skip", r"^№$|^n$|^#$|п/п|остат|фото|ссылк|налич|примеч|коммент|описан|stock|photo|link|note|descr"),
    )
)  # fmt: skip
_HEADER_ROWS = 20


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds. An amount column's header may name the currency and the period of its amounts."""

    field: str
    header: str
    currency: str | None = None
    per: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns by index, and the index of the first row of data."""

    columns: Mapping[int, Column]
    first: int


def guess(rows: Sequence[Row], file: str) -> Layout:
    """The layout by the header that names most of what a price list needs. Raises UserError without such a header."""
    best = Layout({}, 0)
    for index in range(min(_HEADER_ROWS, len(rows))):
        for height in (1, 2):  # a merged heading has its details in the row below
            if index + height > len(rows):
                continue
            layout = Layout(_columns(_headers(rows[index : index + height])), index + height)
            if _worth(layout) > _worth(best):
                best = layout
    if not _usable(best.columns):
        message = (
            "no header with a name (or SKU) and a price in the first 20 rows: "
            "name the columns there, or say which is which, as in --column Позиция=name --column Опт=amount"
        )
        raise UserError(problems=[Problem(file, 1, 1, "", message, rule="no-header")])
    return best


def mapped(rows: Sequence[Row], column_map: Mapping[str, str], file: str) -> Layout:
    """The layout by a map from headers (or column letters) to fields. Raises UserError for what does not fit."""
    problems = [
        Problem(
            file, 0, 0, header, f"`{field}` is no field{suggestion(field, FIELDS, others='fields')}", rule="column-map"
        )
        for header, field in column_map.items()
        if field not in FIELDS and not field.startswith("attribute:")
    ]
    wanted = {_folded(header): field for header, field in column_map.items()}
    index, headers = _header_row(rows, wanted)
    columns = {}
    for number, header in enumerate(headers):
        field = wanted.pop(_folded(header), None) or wanted.pop(_letter(number).casefold(), None)
        if field is not None and field != "skip":
            columns[number] = Column(field, header, currency_of(header), period_of(header))
    problems += [
        Problem(file, index + 1, 1, name, f"no such column{suggestion(name, filter(None, headers), others='columns')}",
                rule="column-map")
        for name in wanted
    ]  # fmt: skip
    if not problems and not _usable(columns):
        message = "the column map needs a `name` or `sku` and an `amount`: add them"
        problems.append(Problem(file, 0, 0, "", message, rule="column-map"))
    if problems:
        raise UserError(problems=problems)
    return Layout(columns, index + 1)


def _header_row(rows: Sequence[Row], wanted: Mapping[str, str]) -> tuple[int, list[str]]:
    scored = [
        (sum(_folded(text_of(cell)) in wanted for cell in row.cells), -index)
        for index, row in enumerate(rows[:_HEADER_ROWS])
    ]
    score, negative = max(scored, default=(0, 0))
    if score == 0:  # only letters: the first row with anything in it is the header
        negative = -next((n for n, row in enumerate(rows) if not row.empty), 0)
    cells = rows[-negative].cells if rows else ()
    return -negative, [text_of(cell) for cell in cells]


def _headers(rows: Sequence[Row]) -> list[str]:
    width = max(len(row.cells) for row in rows)
    headers = []
    for number in range(width):
        parts = [text_of(row.cells[number]) for row in rows if number < len(row.cells)]
        headers.append(" ".join(dict.fromkeys(part for part in parts if part)))
    return headers


def _columns(headers: Sequence[str]) -> dict[int, Column]:
    columns: dict[int, Column] = {}
    taken: set[str] = set()
    for number, header in enumerate(headers):
        if not header or len(header) > 80:
            continue
        field = next((field for field, pattern in _GUESSES if pattern.search(header)), None)
        if field is None and currency_of(header):
            field = "amount"
        if field == "skip" or (field in taken and field != "amount"):
            continue
        if field is None:
            field = f"attribute:{header}"
        taken.add(field)
        columns[number] = Column(field, header, currency_of(header), period_of(header))
    return columns


def _worth(layout: Layout) -> int:
    """How much a row looks like a header: recognised columns count, a second row only when it adds something."""
    known = [c for c in layout.columns.values() if not c.field.startswith("attribute:")]
    distinct = {(c.field, c.per, c.currency) for c in known}
    return len(distinct) * (3 if _usable(layout.columns) else 1)


def _usable(columns: Mapping[int, Column]) -> bool:
    fields = {column.field for column in columns.values()}
    return "amount" in fields and bool(fields & {"name", "sku"})


def _folded(header: str) -> str:
    return " ".join(header.split()).casefold()


def _letter(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
