"""Which column of a table holds what, as its header says in Russian, Kazakh or English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.pricebook.cells import currency_of, period_of, quantity_of, text_of
from botops.pricebook.sheets import Row

FIELDS = ("sku", "name", "aliases", "amount", "currency", "per", "unit", "valid_from", "valid_to", "min_qty", "from",
          "region", "segment", "floor", "skip")  # fmt: skip
"""What a column map may assign a column to, besides `attribute:<name>`. `skip` leaves a column out."""
_FOR_SOME = ("amount:segment:", "amount:region:", "amount:quantity:")
"""Prices for one segment or region alone, or from a quantity on: `amount:segment:опт`, `amount:quantity:10`."""

_GUESSES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (field, re.compile(pattern, re.IGNORECASE))
    for field, pattern in (
        ("floor", r"мин\w*\.? цен|минимальн\w+ стоим|ниже не|floor|min\w*\.? price|ең төмен"),
        ("valid_from", r"действ\w* с\b|дата начал|начало|с даты|valid from|start|басталу|бастап"),
        ("valid_to", r"действ\w* (?:по|до)\b|дата оконч|окончани|по дату|valid (?:to|until)|\bend|expir|аяқтал|дейін"),
        ("min_qty", r"от (?:кол|шт|скольк)|мин\w*\.? (?:кол|парт|заказ)|количеств|кол-во|\bqty\b|quantity|саны|мөлшер"),
        ("sku", r"\bsku\b|артикул|\bкод\b|\bcode\b|\bid\b|part ?n(?!er)|№ ?товар"),
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
_WHOLESALE = re.compile(r"\bопт(?!и)|wholesale|көтерме", re.IGNORECASE)
_TRADE = re.compile(
    r"дилер|dealer|дистриб|distribut|партн[её]р|partner|серіктес|закуп|purchas|сатып ал|себестоим|\bcost\b|өзіндік құн|"
    r"входн\w+ (?:цен|стоим)|^входная$|приходн\w+ цен|кіріс баға|поставщ|supplier|vendor|жеткізуші|"
    r"нацен|үстеме|mark-?up|\bмарж|\bmargin|рентаб|прибыл|profit|пайда|служебн|менеджер",
    re.IGNORECASE,
)
_FORMER = re.compile(
    r"стар\w+ цен|прежн\w+ цен|предыдущ\w+ цен|\b(?:old|former|previous) price|ескі баға|бұрынғы баға",
    re.IGNORECASE,
)
_SUPPLIER = re.compile(r"поставщ|supplier|жеткізуші", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds. An amount column's header may name the currency and the period of its amounts; its amounts
    may hold for one segment or region alone, or from a quantity on."""

    field: str
    header: str
    currency: str | None = None
    per: str | None = None
    segment: str | None = None
    region: str | None = None
    min_qty: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns by index, and the index of the first row of data. `unused` are the headers of columns that may matter and
    are not read, because only a person can say what they are."""

    columns: Mapping[int, Column]
    first: int
    unused: tuple[str, ...] = ()


def header(rows: Sequence[Row]) -> tuple[Layout, int]:
    """The layout by the row, or the two, of the first 20 that look most like a header, and how many rows it takes: 0
    when none names a column."""
    best, taken = Layout({}, 0), 0
    for index in range(min(_HEADER_ROWS, len(rows))):
        for height in (1, 2):  # a merged heading has its details in the row below
            if index + height > len(rows) or (height > 1 and _tells_a_price(rows[index], rows[index + 1])):
                continue
            layout = Layout(_columns(headers_of(rows[index : index + height])), index + height)
            if _worth(layout) > _worth(best):
                best, taken = layout, height
    return best, taken


def _tells_a_price(upper: Row, lower: Row) -> bool:
    """True for a row of data under a header: it has words of its own where the header has the name, and a sum beside
    them. Details of a merged heading have no name of their own."""
    columns = _columns(headers_of([upper]))
    below = {n: text_of(lower.cells[n]) for n in columns if n < len(lower.cells)}
    names = {n for n, column in columns.items() if column.field in {"name", "sku"}}
    named = any(below.get(n, "") not in {"", columns[n].header} for n in names)
    return named and any(_is_price(text) for n, text in below.items() if n not in names)


def _is_price(text: str) -> bool:
    return is_value(text) or (currency_of(text) is not None and re.search(r"\d", text) is not None)


def header_at(rows: Sequence[Row], index: int) -> Layout:
    """The layout by the row at an index, whatever it names."""
    return Layout(_columns(headers_of(rows[index : index + 1])), index + 1)


def column(field: str, header: str) -> Column:
    """A column that holds a field under a header, with the currency and the period the header names."""
    kind, _colon, whom = field.partition(":")
    made = Column(field, header, currency_of(header), period_of(header))
    if kind != "amount" or not whom:
        return made
    what, _colon, value = whom.partition(":")
    count = quantity_of(value) if what == "quantity" else None
    if count is not None:  # `шт` belongs to the quantity there: `Цена от 10 шт`
        made = replace(made, per=period_of(re.sub(r"\d+\s*\S*", "", header)))
    return replace(
        made, field="amount", segment=value if what == "segment" else None,
        region=value if what == "region" else None, min_qty=count,
    )  # fmt: skip


def is_field(field: str) -> bool:
    """True for what a column map may assign a column to."""
    kind = next((kind for kind in ("attribute:", *_FOR_SOME) if field.startswith(kind)), None)
    if kind is None:
        return field in FIELDS
    value = field.removeprefix(kind).strip()
    return quantity_of(value) is not None if kind == "amount:quantity:" else bool(value)


def mapped(rows: Sequence[Row], column_map: Mapping[str, str], file: str) -> Layout:
    """The layout by a map from headers (or column letters) to fields. Raises UserError for what does not fit."""
    problems = [
        Problem(
            file, 0, 0, header, f"`{field}` is no field{suggestion(field, FIELDS, others='fields')}", rule="column-map"
        )
        for header, field in column_map.items()
        if not is_field(field)
    ]
    wanted = {_folded(header): field for header, field in column_map.items()}
    index, headers = _header_row(rows, wanted)
    columns = {}
    for number, header in enumerate(headers):
        field = wanted.pop(_folded(header), None) or wanted.pop(letter(number).casefold(), None)
        if field is not None and field != "skip":
            columns[number] = column(field, header)
    problems += [
        Problem(file, index + 1, 1, name, f"no such column{suggestion(name, filter(None, headers), others='columns')}",
                rule="column-map")
        for name in wanted
    ]  # fmt: skip
    if not problems and not usable(columns):
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


def headers_of(rows: Sequence[Row]) -> list[str]:
    """The headers of the columns that one or two rows name."""
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
        if field == "name" and _SUPPLIER.search(header):  # `Наименование поставщика` is not what is sold
            field = None
        if field == "skip" or (field in taken and field != "amount"):
            continue
        if field is None:
            field = f"attribute:{header}"
        taken.add(field)
        columns[number] = Column(field, header, currency_of(header), period_of(header))
    return columns


def _worth(layout: Layout) -> int:
    """How much a row looks like a header: recognised columns count, a second row only when it adds something."""
    if any(c.field == "amount" and is_value(c.header) for c in layout.columns.values()):
        return 0  # a row of prices: `Тариф «Старт»; 6 900 ₸`
    known = [c for c in layout.columns.values() if not c.field.startswith("attribute:")]
    distinct = {(c.field, c.per, c.currency) for c in known}
    return len(distinct) * (3 if usable(layout.columns) else 1)


def usable(columns: Mapping[int, Column]) -> bool:
    """True when there are prices and something they are the prices of."""
    fields = {column.field for column in columns.values()}
    return "amount" in fields and bool(fields & {"name", "sku"})


def says_nothing_of_prices(header: str) -> bool:
    """True for a header over what a price list has beside prices: a number of the row, what is in stock, a remark."""
    return next((field for field, pattern in _GUESSES if pattern.search(header)), None) == "skip"


def of_trade(header: str) -> bool:
    """True for a header over what the company keeps to itself: what it buys for and from whom, what it adds, what
    dealers pay."""
    return _TRADE.search(header) is not None


def for_others(header: str) -> bool:
    """True for a header over prices that are not those a client pays today: of trade, of wholesale, of before."""
    return of_trade(header) or _WHOLESALE.search(header) is not None or _FORMER.search(header) is not None


def is_value(text: str) -> bool:
    """True for what is figures more than words: `от 12 990 ₸`, not `Цена за 1 мес`."""
    signs = [c for c in text if c.isalnum()]
    return 2 * sum(c.isdigit() for c in signs) >= len(signs) > 0


def _folded(header: str) -> str:
    return " ".join(header.split()).casefold()


def letter(number: int) -> str:
    """What spreadsheets call a column: 0 is A, 26 is AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
