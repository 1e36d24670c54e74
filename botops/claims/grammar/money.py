"""Currencies and percent signs beside a number: where they stand, how many tokens they take, what they mean."""

from __future__ import annotations

from typing import NamedTuple

from botops.claims.grammar.currencies import MINOR_SIGNS
from botops.claims.grammar.currency_names import names
from botops.claims.grammar.lexer import NUMBER, PERCENT, PUNCT, SIGN, WORD, Token, glued
from botops.claims.grammar.suffixes import KK_SUFFIX_CASES

_ABBREVIATED = frozenset("руб р коп грн тыс тг тнг лв проц kr nu fr rs rp din долл дол".split())
_POUNDS = frozenset(("pound", "pounds"))
_DASHES = frozenset("-—")
_DOLLAR = "USD"
_NAME_PUNCTUATION = frozenset("-&./")
_CELL_WORDS = 1
_CELL_TOKENS = 6


class Marker(NamedTuple):
    """A currency or percent wording over tokens `first:last`."""

    first: int
    last: int
    code: str | None
    minor: bool = False
    case: str = ""
    sign: bool = False


def is_cell(tokens: list[Token]) -> bool:
    """True when the text is a price and nothing else, as in a table cell: then a rare abbreviation is a currency."""
    return len(tokens) <= _CELL_TOKENS and sum(t.kind is WORD for t in tokens) <= _CELL_WORDS


def currency_after(tokens: list[Token], at: int, *, cell: bool) -> Marker | None:
    """The currency whose wording begins at token `at`, right behind a number."""
    size = len(tokens)
    first = at
    if at + 1 < size and tokens[at].text in {",", "."} and tokens[at + 1].text[0] in _DASHES and glued(tokens, at + 1):
        at += 2
    if at >= size:
        return None
    token = tokens[at]
    if token.kind is SIGN:
        return _sign_after(tokens, first, at)
    if token.kind is not WORD:
        return None
    lex = token.lex
    if lex.opens_name or lex.country:
        named = _full_name(tokens, at)
        if named is not None:
            return named._replace(first=first)
    word = lex.currency
    if word is None:
        return _dotted_us(tokens, at)
    if (word.cell_only and not cell) or _weighs(tokens, at):
        return None
    last = at + 1
    if last < size and tokens[last].text == "." and token.low in _ABBREVIATED and tokens[last].start == token.end:
        last += 1
    return _with_ending(tokens, Marker(first, last, word.code, word.minor, lex.case))


def _weighs(tokens: list[Token], at: int) -> bool:
    """ "5 pounds of flour", "weighs 5 pounds"."""
    if tokens[at].low not in _POUNDS:
        return False
    following = tokens[at + 1].low if at + 1 < len(tokens) else ""
    return following == "of" or any(t.low.startswith("weigh") for t in tokens[max(0, at - 5) : at])


def _sign_after(tokens: list[Token], first: int, at: int) -> Marker | None:
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    apart = token.start > tokens[first - 1].end
    if following is not None and following.kind is NUMBER and following.start == token.end and apart:
        return None
    return _with_ending(tokens, Marker(first, at + 1, token.value, token.text in MINOR_SIGNS, sign=True))


def _with_ending(tokens: list[Token], found: Marker) -> Marker:
    """ "₸-ден", "тг-ға": a Kazakh ending behind a hyphen."""
    at = found.last
    hyphen = at + 1 < len(tokens) and tokens[at].text == "-" and glued(tokens, at, at + 1)
    if hyphen and tokens[at + 1].low in KK_SUFFIX_CASES:
        return found._replace(last=at + 2, case=KK_SUFFIX_CASES[tokens[at + 1].low])
    return found


def _full_name(tokens: list[Token], at: int) -> Marker | None:
    """ "российских рублей", "АҚШ доллары", "Hong Kong dollars"."""
    known = names()
    lower = tokens[at].low
    for rest, code in known.by_first.get(lower, ()):
        last = at + 1
        for word in rest:
            while last < len(tokens) and tokens[last].text in _NAME_PUNCTUATION:
                last += 1
            if last >= len(tokens) or tokens[last].low != word:
                break
            last += 1
        else:
            return Marker(at, last, code, case=tokens[last - 1].lex.case)
    country = tokens[at].lex.country
    if country is not None and at + 1 < len(tokens):
        noun = tokens[at + 1].lex.currency
        if noun is not None and noun.noun and not noun.minor:
            last = at + 2
            if last < len(tokens) and tokens[last].low.startswith("стерлинг"):
                last += 1
            return Marker(at, last, country, case=tokens[at + 1].lex.case)
    return None


def _dotted_us(tokens: list[Token], at: int) -> Marker | None:
    """ "U.S. dollars"."""
    texts = [t.text for t in tokens[at : at + 4]]
    if texts[:3] == ["U", ".", "S"]:
        last = at + 4 if texts[3:] == ["."] else at + 3
        if last < len(tokens) and tokens[last].lex.currency is not None:
            return Marker(at, last + 1, _DOLLAR)
    return None


def currency_before(tokens: list[Token], at: int, taken: int, *, cell: bool) -> Marker | None:
    """The currency right in front of the number at token `at`; tokens before `taken` belong to another amount."""
    before = at - 1
    while before >= taken and tokens[before].text in {":", ".", "..", "-"} and tokens[before].kind is PUNCT:
        if at - before > 2:
            return None
        before -= 1
    if before < taken:
        return None
    token = tokens[before]
    skipped = before != at - 1
    if token.kind is SIGN:
        if skipped and tokens[before + 1].start != token.end:
            return None
        return _wider(tokens, before, taken, Marker(before, at, token.value, sign=True))
    word = token.lex.currency
    if word is None or not (word.before or cell) or (word.cell_only and not cell):
        return None
    if skipped and not (tokens[before + 1].text == "." and token.low in _ABBREVIATED) and not cell:
        return None
    return Marker(before, at, word.code, word.minor)


def _wider(tokens: list[Token], at: int, taken: int, found: Marker) -> Marker:
    """ "NZD $100" is in New Zealand dollars."""
    if at - 1 >= taken and tokens[at].text == "$":
        code = tokens[at - 1].lex.currency
        if code is not None and code.before and tokens[at - 1].text.isupper() and len(tokens[at - 1].text) == 3:
            return Marker(at - 1, found.last, code.code, sign=True)
    return found


def merged(before: Marker | None, after: Marker | None, tokens: list[Token]) -> tuple[str | None, int | None]:
    """(code, last token of the part behind the number that belongs to it) when currencies stand on both sides.

    "$1,190.00 AUD" and "£94.50 GBP" name one currency twice: the code wins over the sign. Otherwise what stands in
    front counts, and what follows belongs to something else."""
    if before is None:
        return (after.code, after.last) if after else (None, None)
    if after is None:
        return before.code, None
    text = tokens[after.first].text
    if before.sign and not after.sign and len(text) == 3 and text.isupper():
        return after.code, after.last
    if before.code == after.code or (after.sign and text == "$" and before.code is not None and not before.sign):
        return before.code, after.last
    return before.code, None


def percent_before(tokens: list[Token], at: int, taken: int) -> bool:
    """True for a sign glued in front: "%20", as written in Turkish."""
    sign = tokens[at - 1] if at > taken else None
    if sign is None or sign.kind is not PERCENT or sign.end != tokens[at].start:
        return False
    return at < 2 or tokens[at - 2].end < sign.start or tokens[at - 2].kind is PUNCT


def percent_after(tokens: list[Token], at: int) -> Marker | None:
    """A percent sign or word behind a number, with a Kazakh ending ("%-ке") or a Russian one ("%-ная")."""
    size = len(tokens)
    if at >= size:
        return None
    start = at
    if (
        tokens[at].text == "-"
        and at + 1 < size
        and tokens[at + 1].lex.percent
        and tokens[at].start == tokens[at - 1].end
    ):
        at += 1
    token = tokens[at]
    if token.kind is PERCENT and token.text != "‰":
        last = at + 1
        hyphen = last + 1 < size and tokens[last].text == "-" and tokens[last + 1].kind is WORD
        if hyphen and glued(tokens, last, last + 1):
            last += 2
        return Marker(start, last, None, case=KK_SUFFIX_CASES.get(tokens[last - 1].low, ""), sign=True)
    if token.lex.percent:
        last = at + 1
        if last < size and tokens[last].text == "." and token.low in _ABBREVIATED:
            last += 1
        return Marker(start, last, None, case=token.lex.case)
    if token.low == "per" and at + 1 < size and tokens[at + 1].low == "cent":
        return Marker(start, at + 2, None)
    return None
