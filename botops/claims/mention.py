"""What the grammar of amounts finds in a text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Role = Literal["marked", "scaled", "priced", "bare"]
Reason = Literal["count", "size", "time", "date", "year", "phone", "id", "ordinal", "instalment", "digits"]


@dataclass(frozen=True, slots=True)
class Mention:
    """Money or a percent named in a text.

    `start:end` are code-point offsets of the whole wording, currency and scale words included; `quote` is the text
    between them. `amount` is what it spells ("15к" is 15000); `amount_max` the upper end of a range. `currency` is an
    ISO code, None when the text names none. `per` is the charging period or unit said beside it (month, year, unit,
    hour, kg, visit, night, lesson, person …). `bound` is "from" or "upto" for a one-sided range. `approx` is a hedge
    ("около", "≈"). `digits` is the place of the last digit written, in major units: 1 for "15 000", 1000 for "15к",
    100000 for "1,2 млн", 0.01 for "$4.99" — how exactly it was said.

    `role` is how it is known to be money: "marked" by a currency or a percent sign, "scaled" by a scale word ("15к"),
    "priced" by a word of price or a charging unit beside it ("итого 15 700"), "bare" when it is a number that nothing
    shows to be anything else. `pers` holds every charging unit in the order said ("per user per month").
    """

    kind: Literal["money", "percent"]
    start: int
    end: int
    quote: str
    amount: Decimal
    amount_max: Decimal | None = None
    currency: str | None = None
    per: str | None = None
    bound: Literal["from", "upto"] | None = None
    approx: bool = False
    digits: Decimal = Decimal(1)
    role: Role = "marked"
    pers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that is not money: a count or a measure with its unit, or a date, phone, order number and the like.

    `value` is None where the digits are no number (a phone, a date); `value_max` is the upper end of a range. `unit` is
    the unit's name (month, day, person, kg, m2 …) or the counted word as written, lower-case.
    """

    reason: Reason
    start: int
    end: int
    quote: str
    value: Decimal | None = None
    value_max: Decimal | None = None
    unit: str | None = None
