"""Cuts a normalised text into tokens in one pass; digits become numbers here, with both readings where two are open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from botops.claims.grammar.currencies import DOLLARS, SIGNS
from botops.claims.grammar.currency_names import names
from botops.claims.grammar.lexemes import NOTHING, Lexeme, lexeme
from botops.claims.mention import Reason


class Kind(IntEnum):
    """Kinds of tokens."""

    NUMBER = 1
    WORD = 2
    SIGN = 3
    PERCENT = 4
    PUNCT = 5
    LINE = 6
    OTHER = 7


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


class Token(NamedTuple):
    """`start:end` in the normalised text. `digits` of a NUMBER, `lex` of a WORD (NOTHING else), `code` of a SIGN,
    `reason` of OTHER: a date, phone and the like, seen by its shape."""

    kind: Kind
    start: int
    end: int
    text: str
    lex: Lexeme = NOTHING
    digits: Digits | None = None
    code: str | None = None
    reason: Reason | None = None


_LONGEST_CHUNK = 64
_SIGN_CHARS = "".join(SIGNS)
# Runs are possessive or of bounded length: the scan never retreats over more than a few characters.
_MASTER = re.compile(
    r"(?P<link>https?://[^\s]++|www\.[^\s]++)"
    r"|(?P<instalment>(?<![0-9])0 ?[-·/] ?0 ?[-·/] ?[0-9]{1,2}(?![0-9]))"
    r"|(?P<phone>\+[0-9](?:[ ()-]{0,2}[0-9]){9,12}(?![0-9])"
    r"|(?<![0-9.,])(?![0-9]{11})[78][ -]?\(?[0-9]{3}\)?[ -]?[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{2}(?![0-9])"
    r"|(?<![0-9.,])\(?[0-9]{3}\)?[ -][0-9]{3}-[0-9]{2}-?[0-9]{2}(?![0-9])"
    r"|(?<![0-9.,])[0-9]{2,3}-[0-9]{2}-[0-9]{2}(?![0-9-]))"
    r"|(?P<date>(?<![0-9.,])(?:[0-3]?[0-9][./-][01]?[0-9][./-](?:(?:19|20)[0-9]{2}|[0-9]{2})(?![0-9.,]*[0-9])"
    r"|(?:19|20)[0-9]{2}[./-][01][0-9][./-][0-3][0-9](?![0-9])))"
    r"|(?P<time>(?<![0-9.,:])[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9:]))"
    r"|(?P<size>(?<![0-9.,])[0-9]{1,4}(?:[.,][0-9]{1,2})?[xXхХ×][0-9]{1,3}(?:[.,][0-9]{1,2})?(?:[xXхХ×][0-9]{1,4})?"
    r"(?![0-9. ]*[0-9]))"
    r"|(?P<number>[0-9]++(?:[.,' ][0-9]++)*+|(?<![\w.])\.[0-9]++)"
    r"|(?P<percent>[%٪‰])"
    rf"|(?P<sign>[A-Z]{{1,3}}\$|GH₵|B/\.|S/\.?|[{re.escape(_SIGN_CHARS)}])"
    r"|(?P<word>[^\W\d_]++(?:'[^\W\d_]++)?)"
    r"|(?P<line>\n\s*+)"
    r"|(?P<punct>(?P<_p>[^\w\s])(?P=_p)*+)"
    r"|(?P<rest>_++|\d++)"
)
_GROUP_NAMES = {index: name for name, index in _MASTER.groupindex.items() if name != "_p"}
_SHAPES: dict[str, Reason] = {
    "link": "id", "phone": "phone", "date": "date", "time": "time", "instalment": "instalment", "size": "size",
    "rest": "digits",
}  # fmt: skip


def tokens(text: str) -> list[Token]:
    """All tokens of a normalised text. Linear."""
    result: list[Token] = []
    add = result.append
    for found in _MASTER.finditer(text):
        name = _GROUP_NAMES[found.lastindex or 0]
        start, end = found.span()
        piece = found[0]
        if name == "word":
            add(Token(Kind.WORD, start, end, piece, lexeme(piece)))
        elif name == "punct":
            add(Token(Kind.PUNCT, start, end, piece))
        elif name == "number":
            if end - start > _LONGEST_CHUNK:
                add(Token(Kind.OTHER, start, end, piece, reason="digits"))
            else:
                _add_numbers(result, start, piece)
        elif name == "line":
            add(Token(Kind.LINE, start, end, piece))
        elif name == "percent":
            add(Token(Kind.PERCENT, start, end, piece))
        elif name == "sign":
            add(Token(Kind.SIGN, start, end, piece, code=_sign_code(piece)))
        else:
            add(Token(Kind.OTHER, start, end, piece, reason=_SHAPES[name]))
    return result


@lru_cache(maxsize=1024)
def _sign_code(sign: str) -> str | None:
    if sign in SIGNS:
        return SIGNS[sign]
    letters = sign[:-1]
    if sign.endswith("$"):
        return DOLLARS.get(letters) or (letters if letters in names().codes else None)
    return {"GH₵": "GHS", "B/.": "PAB", "S/.": "PEN", "S/": "PEN"}[sign]


def _add_numbers(result: list[Token], start: int, chunk: str) -> None:
    for first, last, digits in read_chunk(chunk):
        text = chunk[first:last]
        if digits is None:
            result.append(Token(Kind.OTHER, start + first, start + last, text, reason="digits"))
        else:
            result.append(Token(Kind.NUMBER, start + first, start + last, text, digits=digits))


_GROUPED = re.compile(r"([0-9]{1,3})((?:([.,'])[0-9]{3})(?:\3[0-9]{3})*)(?:([.,])([0-9]+))?")
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?")
_DECIMAL = re.compile(r"([0-9]*)[.,]([0-9]+)")
_TAIL = re.compile(r"[0-9]{3}(?:[.,][0-9]{1,2})?")


@lru_cache(maxsize=8192)
def read_chunk(chunk: str) -> tuple[tuple[int, int, Digits | None], ...]:
    """The numbers in a run of digits, spaces and separators: (start, end, digits); None for a shape that is no number
    (a version, a card). "15 000 20 000" is two numbers, "1 298,00" is one."""
    pieces = chunk.split(" ")
    if len(pieces) >= 3 and all(len(p) == 4 and p.isdigit() for p in pieces):
        return ((0, len(chunk), None),)
    result: list[tuple[int, int, Digits | None]] = []
    at = index = 0
    while index < len(pieces):
        piece, taken = pieces[index], 1
        if piece.isdigit() and len(piece) <= 3 and piece[0] != "0":
            while index + taken < len(pieces) and _TAIL.fullmatch(pieces[index + taken]):
                taken += 1
                if not pieces[index + taken - 1].isdigit():
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
    if piece.isdigit():
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
