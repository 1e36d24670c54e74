"""Cuts a normalised text into tokens in one pass; digits become numbers here, with both readings where two are open."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import Any, NamedTuple

from botops.claims.grammar.currencies import DOLLARS, SIGNS
from botops.claims.grammar.currency_names import names
from botops.claims.grammar.digits import Digits, read_chunk
from botops.claims.grammar.lexemes import LINK_WORDS, NOTHING, Lexeme, lexeme
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


NUMBER, WORD, SIGN, PERCENT, PUNCT, LINE, OTHER = Kind
"""The kinds by short names: looking a member up in its class costs more than the comparison it is for."""


class Token(NamedTuple):
    """`start:end` in the normalised text. `low` is the text in lower case. `lex` is of a WORD (NOTHING else). `value`
    holds the `Digits` of a NUMBER, the ISO code (or None) of a SIGN, the reason of OTHER: a date, phone and the like,
    known by its shape."""

    kind: Kind
    start: int
    end: int
    text: str
    low: str
    lex: Lexeme
    value: Any

    @property
    def digits(self) -> Digits | None:
        """The number of a NUMBER, None for other tokens."""
        return self.value if self.kind is NUMBER else None


MAX_NUMBERS = 3_000
"""Numbers read from one text. No reply of a seller holds more; a hostile one is not read to its end."""
_LONGEST_CHUNK = 64
_SIGN_CHARS = re.escape("".join(SIGNS))
# Runs are possessive or of bounded length: the scan never retreats over more than a few characters.
_MASTER = re.compile(
    r"([^\W\d_]++(?:'[^\W\d_]++)?)"
    r"|([0-9]++(?:[.,' ][0-9]++)*+|(?<![\w.])\.[0-9]++)"
    rf"|([{_SIGN_CHARS}])"
    r"|([%٪‰])"
    r"|(([^\w\s])\6*+)"
    r"|(\n\s*+)"
    r"|([\d_]++)"
)
_WORD, _NUMBER, _SIGN, _PERCENT, _PUNCT, _LINE = 1, 2, 3, 4, 5, 7
_KINDS = {_LINE: LINE, _PERCENT: PERCENT}
_SHAPE = re.compile(
    r"(?P<instalment>0 ?[-·/] ?0 ?[-·/] ?[0-9]{1,2}(?![0-9]))"
    r"|(?P<phone>(?![0-9]{11})[78][ -]?\(?[0-9]{3}\)?[ -]?[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{2}(?![0-9])"
    r"|(?:1[ -])?[0-9]{3}[-.][0-9]{3}[-.][0-9]{4}(?![0-9])"
    r"|[0-9]{3}\)?[ -][0-9]{3}-[0-9]{2}-?[0-9]{2}(?![0-9])"
    r"|[0-9]{2,3}-[0-9]{2}-[0-9]{2}(?![0-9-]))"
    r"|(?P<date>[0-3]?[0-9][./-][01]?[0-9][./-](?:(?:19|20)[0-9]{2}|[0-9]{2})(?![0-9.,]*[0-9])"
    r"|(?:19|20)[0-9]{2}[./-][01][0-9][./-][0-3][0-9](?![0-9]))"
    r"|(?P<time>[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9:]))"
    r"|(?P<size>[0-9]{1,4}(?:[.,][0-9]{1,2})?[xXхХ×][0-9]{1,3}(?:[.,][0-9]{1,2})?(?:[xXхХ×][0-9]{1,4})?"
    r"(?![0-9. ]{0,9}[0-9])(?! ?(?:[$€£₸₽₴₹¥]|тг|тенге|теңге|руб)))"
)
_INTERNATIONAL = re.compile(r"\+[0-9](?:[ ()-]{0,2}[0-9]){9,12}(?![0-9])")
_STORAGE = re.compile(r" ?(?:gb|гб|tb|тб|mb|мб)(?![^\W\d_])", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s]++|www\.[^\s]++")


def glued(tokens: list[Token], first: int, last: int | None = None) -> bool:
    """True when tokens `first` to `last` (one when not given) each begin where the one before ends."""
    stop = (first if last is None else last) + 1
    return stop <= len(tokens) and all(tokens[i].start == tokens[i - 1].end for i in range(first, stop))


class Lexed(NamedTuple):
    """The tokens of a text, and the indices of those that a number may begin with or that are one by their shape.
    `complete` is False when the text held more than `MAX_NUMBERS` of them and lexing stopped there."""

    tokens: list[Token]
    anchors: list[int]
    complete: bool


def lex(text: str) -> Lexed:
    """All tokens of a normalised text. Linear."""
    lexer = _Lexer(text)
    return Lexed(lexer.run(), lexer.anchors, len(lexer.anchors) <= MAX_NUMBERS)


class _Lexer:
    """`skip` is the offset up to which the text is already inside a token known by its shape."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.result: list[Token] = []
        self.anchors: list[int] = []
        self.skip = 0

    def run(self) -> list[Token]:
        add, new = self.result.append, tuple.__new__
        for found in _MASTER.finditer(self.text):
            if len(self.anchors) > MAX_NUMBERS:
                break
            start, end = found.span()
            if start < self.skip:
                if end > self.skip and found.lastindex == _NUMBER:
                    self._numbers(self.skip, self.text[self.skip : end])
                continue
            piece, group = found[0], found.lastindex or 0
            if group == _WORD:
                known = lexeme(piece)
                if known.anchor and self._anchored(known, start):
                    continue
                add(new(Token, (WORD, start, end, piece, known.low, known, None)))
            elif group == _PUNCT:
                if not self._opens_shape(piece, start):
                    add(new(Token, (PUNCT, start, end, piece, piece, NOTHING, None)))
            elif group == _NUMBER:
                self._number(start, end, piece)
            elif group == _SIGN:
                self._sign(start, end, piece)
            else:
                add(new(Token, (_KINDS.get(group, PUNCT), start, end, piece, piece, NOTHING, None)))
        return self.result

    def _other(self, start: int, end: int, reason: Reason) -> None:
        piece = self.text[start:end]
        self.anchors.append(len(self.result))
        self.result.append(Token(OTHER, start, end, piece, piece, NOTHING, reason))
        self.skip = end

    def _anchored(self, known: Lexeme, start: int) -> bool:
        """Notes that a number may begin here; True when the word was the head of a link, taken whole."""
        if known.low in LINK_WORDS:
            return self._link(start)
        self.anchors.append(len(self.result))
        return False

    def _link(self, start: int) -> bool:
        found = _LINK.match(self.text, start)
        if found is not None:
            self._other(start, found.end(), "id")
        return found is not None

    def _opens_shape(self, piece: str, start: int) -> bool:
        return (piece == "+" and self._international(start)) or (piece == "/" and self._slashed(start))

    def _international(self, start: int) -> bool:
        found = _INTERNATIONAL.match(self.text, start)
        if found is not None:
            self._other(start, found.end(), "phone")
        return found is not None

    def _slashed(self, start: int) -> bool:
        """ "S/ 120" and "B/. 5": soles and balboas."""
        last = self.result[-1] if self.result else None
        code = _SLASHED.get(last.text) if last is not None and last.end == start else None
        end = start + 2 if self.text.startswith("/.", start) else start + 1
        if last is None or code is None or (end < len(self.text) and self.text[end] not in " 0123456789"):
            return False
        piece = self.text[last.start : end]
        self.result[-1] = Token(SIGN, last.start, end, piece, piece, NOTHING, code)
        self.skip = end
        return True

    def _sign(self, start: int, end: int, piece: str) -> None:
        """ "US$" and "GH₵": letters glued in front of a sign say whose it is."""
        last = self.result[-1] if self.result else None
        if last is not None and last.kind is WORD and last.end == start and len(last.text) <= _LONGEST_PREFIX:
            code = _prefixed(last.text + piece)
            if code is not None:
                self.result.pop()
                whole = last.text + piece
                self.result.append(Token(SIGN, last.start, end, whole, whole, NOTHING, code or None))
                return
        self.result.append(Token(SIGN, start, end, piece, piece, NOTHING, SIGNS[piece]))

    def _number(self, start: int, end: int, piece: str) -> None:
        if end - start > _LONGEST_CHUNK:
            self._other(start, end, "digits")
            return
        behind = self.text[end : end + 2].lstrip()[:1]
        if end - start < _SHORTEST_PHONE and "." not in piece and behind not in _SHAPE_SIGNS:
            self._numbers(start, piece)
            return
        at = start
        while at < end:
            shape = _SHAPE.match(self.text, at)
            if shape is not None and (at == start or shape.lastgroup != "phone"):
                break
            space = piece.find(" ", at - start)
            at = end if space < 0 else start + space + 1
        else:
            self._numbers(start, piece)
            return
        assert shape is not None
        if at > start:
            self._numbers(start, piece[: at - start - 1])
        self._other(at, shape.end(), _SHAPES[shape.lastgroup or ""])
        if shape.end() < end:
            self._number(shape.end(), end, self.text[shape.end() : end])

    def _numbers(self, start: int, chunk: str) -> None:
        rest = chunk if chunk[0] == "." else chunk.lstrip(" .,'")
        start += len(chunk) - len(rest)
        if not rest:
            return
        storage = " " in rest and _STORAGE.match(self.text, start + len(rest)) is not None
        for first, last, digits in read_chunk(rest, joined=not storage):
            text = rest[first:last]
            kind = OTHER if digits is None else NUMBER
            value = "digits" if digits is None else digits
            self.anchors.append(len(self.result))
            token = (kind, start + first, start + last, text, text, NOTHING, value)
            self.result.append(tuple.__new__(Token, token))


_SHORTEST_PHONE = 10
# Behind a run of digits these may go on a date, a time, a size, a phone.
_SHAPE_SIGNS = frozenset(":/-·xXхХ×()")
_SHAPES: dict[str, Reason] = {
    "phone": "phone", "date": "date", "time": "time", "instalment": "instalment", "size": "size",
}  # fmt: skip
_LONGEST_PREFIX = 3
_SLASHED = {"S": "PEN", "B": "PAB"}
_PREFIXED = {"GH₵": "GHS", "CN¥": "CNY", "JP¥": "JPY", "E£": "EGP"}


@lru_cache(maxsize=1024)
def _prefixed(sign: str) -> str | None:
    """The code of a sign with letters in front, "" when it is a dollar of nobody knows where, None when the letters
    are a word of their own."""
    letters = sign[:-1]
    if sign in _PREFIXED:
        return _PREFIXED[sign]
    if not sign.endswith("$") or not (letters.isupper() and letters.isascii()):
        return None
    return DOLLARS.get(letters) or (letters if letters in names().codes else "")
