"""Runs of digits and separators as numbers, with both readings where two are open ("1,250")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_GROUPED = re.compile(r"([0-9]{1,3})((?:([.,'])[0-9]{3})(?:\3[0-9]{3})*)(?:([.,])([0-9]+))?")
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?")
_ONE_SEPARATOR = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*\1[0-9]{2}")
_DECIMAL = re.compile(r"([0-9]*)[.,]([0-9]+)")
_TAIL = re.compile(r"[0-9]{3}(?:[.,][0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Digits:
    """A number in digits. `place` is that of its last digit. `decimal` is the other reading of "1,250": 1.25.
    `plain` is False when separators were read; `count` is how many digits were written."""

    value: Decimal
    place: Decimal
    count: int
    plain: bool = True
    decimal: Decimal | None = None
    leading_zero: bool = False


@lru_cache(maxsize=8192)
def read_chunk(chunk: str, *, joined: bool = True) -> tuple[tuple[int, int, Digits | None], ...]:
    """The numbers in a run of digits, spaces and separators: (start, end, digits); None for a shape that is no number
    (a version, a card). "15 000 20 000" is two numbers, "1 298,00" is one; not `joined`, spaces always part numbers
    ("iPhone 17 512 GB")."""
    pieces = chunk.split(" ")
    if len(pieces) >= 3 and all(len(p) == 4 and p.isdecimal() for p in pieces):
        return ((0, len(chunk), None),)
    result: list[tuple[int, int, Digits | None]] = []
    at = index = 0
    while index < len(pieces):
        piece, taken = pieces[index], 1
        if joined and piece.isdecimal() and len(piece) <= 3 and piece[0] != "0":
            while index + taken < len(pieces) and _TAIL.fullmatch(pieces[index + taken]):
                taken += 1
                if not pieces[index + taken - 1].isdecimal():
                    break
        whole = " ".join(pieces[index : index + taken])
        if taken > 1:
            result.append((at, at + len(whole), _plain_or_decimal(whole.replace(" ", ""), plain=False)))
        else:
            result.extend((at + a, at + b, d) for a, b, d in _read_piece(piece))
        at += len(whole) + 1
        index += taken
    return tuple(result)


def _plain_or_decimal(text: str, *, plain: bool) -> Digits:
    number = text.replace(",", ".")
    fraction = number.partition(".")[2]
    place = Decimal(1).scaleb(-len(fraction))
    count = len(number) - ("." in number)
    zero = len(number) > 1 and number[0] == "0" and number[1] != "."
    return Digits(Decimal(number if number[0] != "." else "0" + number), place, count, plain, leading_zero=zero)


def _read_piece(piece: str) -> list[tuple[int, int, Digits | None]]:
    size = len(piece)
    if piece.isdecimal():
        return [(0, size, _plain_or_decimal(piece, plain=True))]
    grouped = _GROUPED.fullmatch(piece)
    if (
        grouped
        and grouped[1] != "0"
        and not (grouped[1][0] == "0" and len(grouped[1]) > 1)
        and grouped[3] != grouped[4]
    ):
        whole = grouped[1] + re.sub(r"[.,']", "", grouped[2])
        digits = _plain_or_decimal(whole + ("." + grouped[5] if grouped[5] else ""), plain=False)
        if grouped[5] is None and len(grouped[2]) == 4 and grouped[3] != "'":
            other = Decimal(f"{grouped[1]}.{grouped[2][1:]}")
            digits = Digits(digits.value, digits.place, digits.count, plain=False, decimal=other)
        return [(0, size, digits)]
    if _ONE_SEPARATOR.fullmatch(piece):
        whole, fraction = re.sub(r"[.,]", "", piece[:-3]), piece[-2:]
        return [(0, size, _plain_or_decimal(f"{whole}.{fraction}", plain=False))]
    if _INDIAN.fullmatch(piece):
        return [(0, size, _plain_or_decimal(piece.replace(",", ""), plain=False))]
    if _DECIMAL.fullmatch(piece):
        return [(0, size, _plain_or_decimal(piece, plain=False))]
    if "." in piece or "'" in piece:
        return [(0, size, None)]
    result: list[tuple[int, int, Digits | None]] = []
    at = 0
    for part in piece.split(","):
        result.append((at, at + len(part), _plain_or_decimal(part, plain=True)))
        at += len(part) + 1
    return result
