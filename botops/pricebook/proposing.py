"""What the columns of a price list seem to hold, by their headers and, where those say nothing, by their values.

A proposal is shown to a person, who corrects it: so it never fails, and says what it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.pricebook.cells import (
    amount_of,
    currency_of,
    day_of,
    is_no_price,
    lower_bound,
    period_of,
    quantity_of,
    text_of,
)
from botops.pricebook.columns import (
    Column,
    Layout,
    column,
    for_others,
    header,
    header_at,
    headers_of,
    is_value,
    letter,
    of_trade,
    says_nothing_of_prices,
    usable,
)
from botops.pricebook.sheets import Row, Sheet
from botops.pricebook.told_day import told_day

Basis = Literal["header", "values", "memory", "nothing", "figures", "trade"]
"""What a proposed field rests on; `memory` is how somebody read such a header before. Not read are `figures` that no
header explains and what the header tells to be data of trade: only a person can say that clients may hear it."""
SKIP = "skip"
_THINGS = r"(?:шт|ед|уп|кг|pcs|units?|дана)"
_TIER = re.compile(
    rf"\b(?:от|from|с)\s+(\d[\d ]*)\s*{_THINGS}\b|(?<![\d.,])(\d+)\s*(?:-|–|—|до)\s*\d+\s*{_THINGS}\b"
    r"|(?<![\d.,])(\d+)\s*\+",
    re.IGNORECASE,
)
_PRICE_WORD = re.compile(
    r"цен|стоимост|прайс|price|cost|баға|тг$|kzt$|тенге|теңге|руб|rub$|usd$|eur$|за$|в$", re.IGNORECASE
)
_MEASURE = re.compile(
    r"размер(?! (?:скид|нацен|марж|опл|бонус|комисс))|цвет|об[ъь]?[её]м|\bвес\b|масс[аы]\b|длин|ширин|высот|толщин|"
    r"глубин|диаметр|площад|мощност|напряж|ёмкост|емкост|\bгод\b|гарант|срок|жирн|плотност|\bрост\b|модель|\bтип\b|"
    r"\bsize|colou?r|volume|weight|length|width|height|diameter|capacity|power|\byear\b|warranty|model|"
    r"көлем|салма|ұзынд|\bені\b|биікт|\bтүс|кепілдік|үлгі|жыл",
    re.IGNORECASE,
)
"""Headers over figures that do tell variants apart: `Размер` 42, `Объём` 0,5."""
_WORDS_OF_SUMS = re.compile(r"\b(?:от|from|тыс(?:яч\w*)?|мың|млн|миллион\w*)\b|(?<=\d)\s*[kк]\b|бастап", re.IGNORECASE)
_SAMPLE = 200
_SAMPLES = 3
_MOST_COLUMNS = 60
_HALF = 0.5
_MOSTLY = 0.7
_NEARLY_ALL = 0.9
_LONGEST_CODE = 20
_LARGEST_DISCOUNT = 5
"""What is less than a fifth of the price is no price of the same thing for more of it."""
_LONGEST_FEATURE = 60


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """A column as it seems to be: its number from 0 and letter, the header over it, the field it is read as (`skip` for
    none), what that rests on, and some of its values."""

    number: int
    letter: str
    header: str
    field: str
    basis: Basis
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a sheet seems to be laid out. `header_line` is the line of the header, 0 when there is none; `first` the
    index of the first row of prices; `usable` says that there are prices and what they are the prices of."""

    sheet: str
    rows: Sequence[Row]
    header_line: int
    first: int
    columns: tuple[ProposedColumn, ...]

    @property
    def usable(self) -> bool:
        """True when there are prices and something they are the prices of."""
        return usable(self.layout({}).columns)

    @property
    def currencies(self) -> Mapping[str, str]:
        """The currencies that the rows above the prices name, headings and headers, each with the cell that does."""
        told = [text_of(cell) for row in self.rows[: self.first] for cell in row.cells]
        return {code: text for text in reversed(told) if (code := currency_of(text)) is not None}

    @property
    def day(self) -> tuple[date, str] | None:
        """The day that a row above the header names for the prices, with the cell that does."""
        above = (row for row in self.rows[: self.first] if not self.header_line or row.line < self.header_line)
        return told_day(dict.fromkeys(text_of(cell) for row in above for cell in row.cells))

    def layout(self, fields: Mapping[int, str]) -> Layout:
        """The layout, with the fields of some columns as somebody said they are."""
        chosen = {c.number: column(fields.get(c.number, c.field), c.header) for c in self.columns}
        read = {n: c for n, c in chosen.items() if c.field != SKIP}
        unused = (c.header for c in self.columns if c.number not in read and c.header and c.basis != "header")
        return Layout(read, self.first, tuple(unused))


def propose(sheet: Sheet, known: Mapping[str, str] | None = None, header_line: int | None = None) -> Proposal:
    """How a sheet is best read. `known` are fields by folded header, as somebody read them before; `header_line` is the
    line of the header where a person says so, 0 for none."""
    proposals = [_proposed(sheet.name, rows, known or {}, header_line) for rows in sheet.readings]
    return next((p for n, p in enumerate(proposals) if p.usable and (p.header_line or not n)), proposals[0])


def recognised(rows: Sequence[Row], file: str) -> Layout:
    """The layout as it is proposed, where nobody is there to correct it: what a header names is taken for that even if
    the cells cannot be it, so that they are told of. Raises UserError without a header over a name and a price."""
    found = _proposed("", rows, {}, None, strict=True)
    if not found.usable or not found.header_line:
        message = (
            "no header with a name (or SKU) and a price in the first 20 rows: "
            "name the columns there, or say which is which, as in --column Позиция=name --column Опт=amount"
        )
        raise UserError(problems=[Problem(file, 1, 1, "", message, rule="no-header")])
    return found.layout({})


def folded(text: str) -> str:
    """A header without what people write differently."""
    return " ".join(text.split()).casefold()


def _proposed(
    sheet: str, rows: Sequence[Row], known: Mapping[str, str], header_line: int | None, *, strict: bool = False
) -> Proposal:
    layout, height = _header(rows, header_line)
    heads = headers_of(rows[layout.first - height : layout.first]) if height else []
    values = _values(rows[layout.first :])
    columns = []
    for number in range(min(max(len(heads), *(n + 1 for n in values), 0), _MOST_COLUMNS)):
        head = heads[number] if number < len(heads) else ""
        seen = values.get(number, [])
        if not head and not seen:
            continue
        field, basis = _by_header(layout.columns.get(number), head, seen, strict=strict)
        if head and folded(head) in known:
            field, basis = known[folded(head)], "memory"
        samples = tuple(dict.fromkeys(text_of(v)[:80] for v in seen))[:_SAMPLES]
        columns.append(ProposedColumn(number, letter(number), head, field, basis, samples))
    line = rows[layout.first - height].line if height else 0
    return Proposal(
        sheet, rows, line, layout.first, tuple(_of_one_kind(tuple(_tiers(_by_values(columns, values), values))))
    )


def _header(rows: Sequence[Row], line: int | None) -> tuple[Layout, int]:
    """The layout by the header, and how many rows that takes: 0 when there is none."""
    if line is not None:
        index = next((n for n, row in enumerate(rows) if row.line == line), None)
        return (header_at(rows, index), 1) if index is not None else (Layout({}, _first_price(rows) or 0), 0)
    layout, height = header(rows)
    if usable(layout.columns):
        return layout, height
    # A heading of the whole list may look like that of a column. What stands right over the prices is a header.
    first = _first_price(rows)
    if first is None:
        return layout, height
    above = rows[first - 1] if first else None
    named = [cell for cell in above.cells if text_of(cell)] if above is not None else []
    if len(named) > 1 and not any(is_value(text_of(cell)) for cell in named):
        return header_at(rows, first - 1), 1
    return Layout({}, first), 0


def _first_price(rows: Sequence[Row]) -> int | None:
    """The index of the first row with an amount and with words beside it."""
    for index, row in enumerate(rows[:_SAMPLE]):
        cells = [cell for cell in row.cells if text_of(cell)]
        sums = sum(_is_sum(cell) for cell in cells)
        if sums and any(not _is_sum(cell) and _is_words(text_of(cell)) for cell in cells):
            return index
    return None


def _values(rows: Sequence[Row]) -> dict[int, list[Any]]:
    """What stands in each column of the first rows, blanks left out."""
    values: dict[int, list[Any]] = {}
    for row in rows[:_SAMPLE]:
        for number, cell in enumerate(row.cells[:_MOST_COLUMNS]):
            if text_of(cell):
                values.setdefault(number, []).append(cell)
    return values


def _by_header(named: Column | None, head: str, values: Sequence[Any], *, strict: bool) -> tuple[str, Basis]:
    """The field that a header names, unless the values under it cannot be that; `strict` for even then."""
    if named is None:
        return SKIP, "header" if head and says_nothing_of_prices(head) else "nothing"
    if named.field.startswith("attribute:"):
        if _are_figures(values) and not _measures(head, values):
            return SKIP, "figures"
        if of_trade(head):
            return SKIP, "trade"
        return (named.field, "header") if _tells_apart(values) else (SKIP, "values")
    if strict:
        return named.field, "header"
    readable = _READABLE.get(named.field)
    if readable is not None and values and _share(values, readable) < 1 - _MOSTLY:
        return SKIP, "values"
    if named.field == "min_qty" and _share(values, lambda v: quantity_of(v) is not None) < 1:
        return SKIP, "values"  # how many are in stock, not from how many on
    return named.field, "header"


def _by_values(columns: Sequence[ProposedColumn], values: Mapping[int, Sequence[Any]]) -> list[ProposedColumn]:
    """The columns, with what is missing for a price list found among those that no header explains."""
    found = {c.number: c for c in columns}

    def take(field: str, numbers: Sequence[int]) -> None:
        if numbers:
            found[numbers[0]] = replace(found[numbers[0]], field=field, basis="values")

    def free() -> list[int]:
        return [
            n for n, c in found.items() if c.basis != "memory" and (c.field == SKIP or c.field[:10] == "attribute:")
        ]

    fields = {c.field for c in columns}
    sums = [n for n in free() if _share(values.get(n, ()), _is_price) >= _HALF and not _counts_rows(values[n])]
    sums = [n for n in sums if not of_trade(found[n].header)]
    sums = [n for n in sums if not for_others(found[n].header)] or sums
    full = max((len(values[n]) for n in sums), default=0)
    named = [c.number for c in columns if c.field.partition(":")[0] == "amount"]
    # A header that only names a currency may stand over what few rows have: wholesale prices, deposits.
    if full > 2 * max((len(values.get(n, ())) for n in named), default=0):
        for n in named:
            if found[n].basis != "memory":
                found[n] = replace(found[n], field=SKIP, basis="nothing")
        sums = [n for n in sums if len(values[n]) >= _MOSTLY * full]
        take("amount", sorted(sums, key=lambda n: _weight(values[n]), reverse=True))
    if not fields & {"name", "sku"}:
        texts = [n for n in free() if _share(values.get(n, ()), _is_name) >= _MOSTLY and found[n].basis != "trade"]
        # Names are many, and stand left of what else is said about the products.
        many = max((len({text_of(v) for v in values[n]}) for n in texts), default=0)
        take("name", [n for n in texts if len({text_of(v) for v in values[n]}) >= _MOSTLY * many])
    for field, fits in _BY_VALUE.items():
        if field not in fields:
            take(field, [n for n in free() if not found[n].header and _share(values.get(n, ()), fits) >= _NEARLY_ALL])
    return list(found.values())


def _tiers(columns: Sequence[ProposedColumn], values: Mapping[int, Sequence[Any]]) -> Iterator[ProposedColumn]:
    """The columns; one whose header tells a quantity alone, and over sums of the size of the prices, as a tier."""
    base = next(
        (_weight(values[c.number])[1] for c in columns if c.field == "amount" and c.number in values), Decimal(0)
    )
    for found in columns:
        free = found.basis != "memory" and (found.field == SKIP or found.field.startswith("attribute:"))
        tier = _tier(found.header) if free and not of_trade(found.header) else None
        sums = values.get(found.number, ())
        if tier is not None and tier > 1 and _share(sums, _is_price) >= _MOSTLY:
            size = _weight(sums)[1]
            if base / _LARGEST_DISCOUNT <= size <= base and size:
                yield replace(found, field=f"amount:quantity:{tier}", basis="header")
                continue
        yield found


def _of_one_kind(columns: Sequence[ProposedColumn]) -> Iterator[ProposedColumn]:
    """The columns, so that of several columns of prices with one currency and period one alone is the price. A header
    that tells a quantity makes a tier; for whom another one holds, only a person can say, so it is not read. Prices of
    trade and of before are not read beside others, whichever their currency."""
    seen: set[tuple[str | None, str | None]] = set()
    amounts = [c for c in columns if c.field == "amount"]
    plain = any(not for_others(c.header) for c in amounts)
    for found in columns:
        if found.field != "amount" or found.basis == "memory":
            yield found
            continue
        made = column("amount", found.header)
        kind = (made.currency, made.per if _tier(found.header) is None else None)
        tier = _tier(found.header)
        if plain and for_others(found.header) and (tier is None or of_trade(found.header)):
            yield replace(found, field=SKIP, basis="trade" if of_trade(found.header) else "nothing")
        elif tier is not None and (seen or tier > 1):
            yield replace(found, field=f"amount:quantity:{tier}")
        elif kind in seen:
            yield replace(found, field=SKIP, basis="nothing")
        else:
            seen.add(kind)
            yield found


def _tier(head: str) -> int | None:
    """From how many on the prices under a header hold: `от 10 шт`, `10-49 шт`, `50+`."""
    match = _TIER.search(head)
    return quantity_of(match[1] or match[2] or match[3]) if match is not None else None


def for_whom(head: str) -> str:
    """What a header of prices calls those they are for: `Цена опт, ₸` is `опт`."""
    rest = " ".join(word for word in re.findall(r"\w[\w-]*", head) if not _PRICE_WORD.match(word))
    return rest or head


def _share(values: Sequence[Any], fits: Callable[[Any], bool]) -> float:
    return sum(map(fits, values)) / len(values) if values else 0.0


def _is_sum(value: Any) -> bool:
    """True for what is an amount and no date, phone or code."""
    if day_of(value) is not None:
        return False
    found = amount_of(value)
    return found is not None and (not isinstance(value, str) or is_value(value) or found.currency is not None)


def _is_price(value: Any) -> bool:
    return _is_sum(value) or is_no_price(text_of(value))


def _is_words(text: str) -> bool:
    return sum(c.isalpha() for c in text) >= 2


def _is_name(value: Any) -> bool:
    return _is_words(text_of(value)) and not _is_sum(value)


def _is_code(value: Any) -> bool:
    text = text_of(value)
    mixed = any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
    return mixed and " " not in text and len(text) <= _LONGEST_CODE


def _counts_rows(values: Sequence[Any]) -> bool:
    """True for 1, 2, 3 …: a number of the row."""
    return [text_of(v).rstrip(".") for v in values[:5]] == [str(n) for n in range(1, min(len(values), 5) + 1)]


def _weight(values: Sequence[Any]) -> tuple[int, Decimal]:
    """How much sums look like prices: those with a currency first, then the larger ones."""
    sums = sorted(a.amount for v in values if (a := amount_of(v)) is not None)
    return sum(currency_of(text_of(v)) is not None for v in values), sums[len(sums) // 2] if sums else Decimal(0)


def _distinct(values: Sequence[Any]) -> float:
    return len({text_of(v) for v in values}) / len(values)


def _length(values: Sequence[Any]) -> float:
    return sum(min(len(text_of(v)), _LONGEST_FEATURE) for v in values) / len(values)


def _are_figures(values: Sequence[Any]) -> bool:
    """True for a column of numbers or money, of which some may not be told."""
    return any(map(_is_figure, values)) and _share(values, lambda v: _is_figure(v) or is_no_price(text_of(v))) >= _HALF


def _is_figure(value: Any) -> bool:
    """True for an amount without a thing of its own beside it: `900`, `от 900 ₸`, `25 %`, not `500 мл`."""
    found = amount_of(value) or lower_bound(value)
    if found is None or day_of(value) is not None:
        return False
    text = text_of(value)
    return found.currency is not None or "/" in text or not any(c.isalpha() for c in _WORDS_OF_SUMS.sub("", text))


def _measures(head: str, values: Sequence[Any]) -> bool:
    """True for a header that tells what its figures measure, where none of them is money."""
    money = currency_of(head) or any(currency_of(text_of(v)) for v in values)
    return not money and not for_others(head) and _MEASURE.search(head) is not None


def _tells_apart(values: Sequence[Any]) -> bool:
    """True for what may tell variants of a product apart; a description and a bar code do not."""
    if not values:
        return False
    long = _length(values) >= _LONGEST_FEATURE * _MOSTLY
    codes = len(values) > 2 and _distinct(values) == 1 and _share(values, lambda v: text_of(v).isdigit()) == 1
    return not long and not codes


_READABLE: Mapping[str, Callable[[Any], bool]] = {
    "amount": lambda v: amount_of(v) is not None or lower_bound(v) is not None or is_no_price(text_of(v)),
    "floor": lambda v: amount_of(v) is not None,
    "valid_from": lambda v: day_of(v) is not None,
    "valid_to": lambda v: day_of(v) is not None,
}
_BY_VALUE: Mapping[str, Callable[[Any], bool]] = {
    "currency": lambda v: len(text_of(v)) <= _LONGEST_CODE and currency_of(text_of(v)) is not None and not _is_sum(v),
    "unit": lambda v: len(text_of(v)) <= _LONGEST_CODE and period_of(text_of(v)) is not None and not _is_sum(v),
    "valid_from": lambda v: day_of(v) is not None,
    "valid_to": lambda v: day_of(v) is not None,
    "sku": _is_code,
}
