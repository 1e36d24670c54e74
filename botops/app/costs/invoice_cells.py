"""What the cells of invoices mean: counts, amounts and days, as providers and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal

MOST_COUNT = 10**15
"""More tokens or requests in one row is a slip: it would cost more than there is money."""
MOST_AMOUNT = Decimal(10) ** 12
_MOST_DIGITS = 60
_YEARS = range(2015, 2100)
_SPACES = " \u00a0\u202f\u2009'_"
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_UNIX = re.compile(r"\d{9,11}", re.ASCII)
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


class CellError(ValueError):
    """A cell that means nothing usable; the message says what is wrong and what to do."""


def count_of(text: str) -> int | None:
    """A whole number of tokens or requests, None for an empty cell. Raises CellError."""
    if not text.strip():
        return None
    value = _number(text, None)
    if value != value.to_integral_value():
        raise CellError(f"{text.strip()!r} is not a whole number: give the column of counts, not of shares or prices")
    if value < 0:
        raise CellError(f"{text.strip()!r} is below zero: a credit belongs into the column of amounts")
    if value > MOST_COUNT:
        raise CellError(f"{_short(text)!r} is more than {MOST_COUNT:,}: no invoice counts so many in a row")
    return int(value)


def amount_of(text: str, mark: str | None = None) -> Decimal | None:
    """A sum of money, exact; below zero for a credit; None for an empty cell. `mark` is the decimal mark, "." or ","
    (None: the point; a lone comma before three digits is then refused, for it may be either). Raises CellError."""
    if not text.strip():
        return None
    value = _number(text.strip().lstrip("$€₸").rstrip("$€₸"), mark)
    if abs(value) > MOST_AMOUNT:
        raise CellError(f"{_short(text)!r} is more than {MOST_AMOUNT:,}: no row of an invoice is so large")
    return value


def _number(text: str, mark: str | None) -> Decimal:
    bare = text.strip()
    for space in _SPACES:
        bare = bare.replace(space, "")
    bare = bare.replace("−", "-")
    if bare.startswith("(") and bare.endswith(")"):  # how bookkeepers write a credit
        bare = f"-{bare[1:-1]}"
    if len(bare) > _MOST_DIGITS:
        raise CellError(f"{_short(text)!r} has more than {_MOST_DIGITS} characters: no number is so long")
    if mark == ",":
        bare = bare.replace(".", "").replace(",", ".")
    elif _GROUPED.fullmatch(bare):
        if mark is None and bare.count(",") == 1 and "." not in bare:
            raise CellError(
                f"{text.strip()!r} may be a thousand or a fraction: say which with --decimal , or --decimal ."
            )
        bare = bare.replace(",", "")
    if not _PLAIN.fullmatch(bare):
        hint = ": if the comma is its decimal mark, say so with --decimal ," if "," in bare else ""
        raise CellError(f"{_short(text)!r} is not a number{hint}")
    value = Decimal(bare)
    if value and not -_MOST_DIGITS < value.adjusted() < _MOST_DIGITS:
        raise CellError(f"{_short(text)!r} is out of range: no invoice counts in such numbers")
    return value


def moment_of(text: str, zone: tzinfo) -> datetime | None:
    """A moment or the beginning of a day or month, None for an empty cell: ISO 8601, Unix seconds, 2026-11, 01.11.2026.

    What has no offset is of `zone`. Raises CellError.
    """
    bare = text.strip()
    if not bare:
        return None
    at = _moment(bare, zone)
    if at.year not in _YEARS:
        raise CellError(f"{_short(text)!r} is of the year {at.year}: no model was billed then")
    return at


def _moment(bare: str, zone: tzinfo) -> datetime:
    try:
        if _UNIX.fullmatch(bare):
            return datetime.fromtimestamp(int(bare), UTC)
        if month := _MONTH.fullmatch(bare):
            return datetime.combine(date(int(month[1]), int(month[2]), 1), time(), zone)
        if day := _DAY.fullmatch(bare):
            return datetime.combine(date(int(day[3]), int(day[2]), int(day[1])), time(), zone)
        at = datetime.fromisoformat(bare)
    except ValueError:
        raise CellError(
            f"{_short(bare)!r} is no day: write 2026-11-01, 01.11.2026, 2026-11, a moment as 2026-11-01T00:00:00Z or "
            "Unix seconds"
        ) from None
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def end_of(text: str, start: datetime, zone: tzinfo) -> datetime:
    """The end of a row that names only its start: of its month, where a month is all it names, else of its day."""
    first = start.astimezone(zone).date()
    if _MONTH.fullmatch(text.strip()):
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    else:
        following = first + timedelta(days=1)
    return datetime.combine(following, time(), zone)


def _short(text: str) -> str:
    bare = text.strip()
    return bare if len(bare) <= 40 else f"{bare[:40]}…"
