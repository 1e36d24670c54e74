"""What shows that a number without a currency is no money: a count, a measure, a date, a year, somebody's number."""

from __future__ import annotations

from typing import NamedTuple

from botops.claims.grammar.amounts import Amount
from botops.claims.grammar.lexer import LINE, PUNCT, WORD, Token, glued
from botops.claims.grammar.units import COUNTED_ONLY
from botops.claims.mention import Reason

_YEARS = range(1900, 2100)
_LONGEST_PRICE = 8
_NAME_JOINTS = frozenset("/-")
_LAST_DAY = 31
_ZIP_DIGITS = 5
_LOOK_BACK = 4
_MASKS = frozenset("•*·#№@_")
_YEAR_OPENERS = frozenset("в с до in since of по от".split())
_INCHES = frozenset("\"°'″′")
_RESOLUTIONS = frozenset("24568")
_PRICE_OPENERS = frozenset("за по на for at".split())
_SMALL_SIGNS = frozenset(":-.(")
_PHONE_DIGITS = 11
_HOURS = frozenset("am pm".split())
_ORDINAL_ENDINGS = frozenset("st nd rd th".split())
_KELVIN_DIGITS = 3


class Excluded(NamedTuple):
    """Why a number is no money, with its unit and the token behind it."""

    reason: Reason
    unit: str | None
    last: int


def excluded(tokens: list[Token], amount: Amount) -> Excluded | None:
    """What an amount without a currency or percent is, if its surroundings show that it is no money."""
    first, last = amount.first, amount.last
    if amount.number.ordinal:
        return Excluded("ordinal", _unit_at(tokens, last), last)
    before = tokens[first - 1] if first else None
    after = tokens[last] if last < len(tokens) else None
    if before is not None and before.end == tokens[first].start and _is_name_part(before):
        return Excluded("id", None, last)
    if _numbers_a_list(tokens, first, last):
        return Excluded("ordinal", None, last + 1)
    if _is_year(amount, before, after):
        return Excluded("year", None, last + (after is not None and after.lex.unit in {"year", "g"}))
    counted = None if after is None else _counted(tokens, amount, after)
    if counted is not None:
        return counted
    return _named(tokens, amount, before)


def _is_name_part(before: Token) -> bool:
    return before.kind is WORD or before.text[0] in _MASKS


def _numbers_a_list(tokens: list[Token], first: int, last: int) -> bool:
    """ "1. Базовый", "2) Плюс" at the head of a line."""
    if last >= len(tokens) or tokens[last].text not in {".", ")"} or last - first != 1:
        return False
    heads = first == 0 or tokens[first - 1].kind is LINE
    digits = tokens[first].digits
    return heads and digits is not None and digits.plain and digits.count <= 2 and last + 1 < len(tokens)


def _is_year(amount: Amount, before: Token | None, after: Token | None) -> bool:
    digits = amount.number.digits
    if digits is None or amount.value_max is not None or not digits.plain:
        return False
    if digits.count != 4 or int(digits.value) not in _YEARS:
        return False
    if after is not None and (after.lex.unit == "year" or after.low == "г"):
        return True
    if before is not None and (before.lex.month or before.low in _YEAR_OPENERS):
        return True
    return after is None or not (after.lex.cue or after.lex.per)


def _counted(tokens: list[Token], amount: Amount, after: Token) -> Excluded | None:
    last = amount.last
    attached = glued(tokens, last)
    if after.lex.month and not amount.scaled:
        return Excluded("date", None, last + 1)
    if after.low in _HOURS:
        return Excluded("time", None, last + 1)
    if attached and after.low in _ORDINAL_ENDINGS:
        return Excluded("ordinal", None, last + 1)
    unit = _unit_at(tokens, last)
    if unit is not None:
        return Excluded("size" if unit in COUNTED_ONLY or attached else "count", unit, last + 1)
    if after.text in _INCHES and attached:
        return Excluded("size", None, last + 1)
    if after.kind is WORD and attached and not amount.scaled:
        return Excluded("id", None, last + 1)
    if after.text == "-" and glued(tokens, last, last + 1) and tokens[last + 1].kind is WORD:
        return Excluded("count", tokens[last + 1].low, last + 2)
    return None


def _named(tokens: list[Token], amount: Amount, before: Token | None) -> Excluded | None:
    first, last = amount.first, amount.last
    if _letter_is_a_unit(tokens, amount):
        return Excluded("size", None, last)
    if before is None:
        return _too_long(amount)
    if before.lex.month and amount.value <= _LAST_DAY:
        return Excluded("date", None, last)
    digits = amount.number.digits
    plain = digits is not None and digits.plain and amount.value_max is None
    opener, adjacent = _opener(tokens, first)
    if opener == "size" or (opener == "id" and not amount.scaled and (adjacent or plain)):
        return Excluded(opener, None, last)
    if not plain or digits is None:
        return None
    place = tokens[first - 2] if before.text == "," and first >= 2 else before
    state = place.kind is WORD and len(place.text) == 2 and place.text.isupper()
    if (state and digits.count == _ZIP_DIGITS) or _glued_to_digits(tokens, first, last):
        return Excluded("id", None, last)
    return _too_long(amount)


def _opener(tokens: list[Token], first: int) -> tuple[Reason | None, bool]:
    """(what the words in front say the number is, whether they stand right in front): "код клиента: 4471" is an id,
    "пробег всего 15 тысяч" a size. Small words and signs may stand between."""
    if tokens[first - 1].text[0] in _MASKS:
        return "id", True
    for index in range(first - 1, max(-1, first - 1 - _LOOK_BACK), -1):
        token = tokens[index]
        if token.lex.id_cue or token.lex.measure:
            adjacent = index == first - 1 or (index == first - 2 and tokens[first - 1].kind is PUNCT)
            return "id" if token.lex.id_cue else "size", adjacent
        small_word = token.lex.function and not token.lex.bound and token.low not in _PRICE_OPENERS
        if not small_word and token.text not in _SMALL_SIGNS:
            break
    return None, False


def _letter_is_a_unit(tokens: list[Token], amount: Amount) -> bool:
    """ "4K" is a resolution, "573.15K" a temperature, "5 m" a length: letters that are scales of money elsewhere."""
    letter = amount.number.letter
    if letter != "K":
        return False
    text = tokens[amount.first].text
    return text in _RESOLUTIONS or ("." in text and len(text.partition(".")[0]) >= _KELVIN_DIGITS)


def _too_long(amount: Amount) -> Excluded | None:
    digits = amount.number.digits
    if digits is None or not digits.plain or (digits.count <= _LONGEST_PRICE and not digits.leading_zero):
        return None
    return Excluded("phone" if digits.count == _PHONE_DIGITS else "id", None, amount.last)


def _glued_to_digits(tokens: list[Token], first: int, last: int) -> bool:
    """True inside "45/12", "8/256", "15-2024": the parts of a number that is a name."""
    if last + 1 < len(tokens) and tokens[last].text in _NAME_JOINTS and tokens[last + 1].digits is not None:
        return glued(tokens, last, last + 1)
    if first >= 2 and tokens[first - 1].text in _NAME_JOINTS and tokens[first - 2].digits is not None:
        return glued(tokens, first - 1, first)
    return False


def _unit_at(tokens: list[Token], at: int) -> str | None:
    lex = tokens[at].lex if at < len(tokens) else None
    if lex is None or lex.unit is None or lex.adverb is not None or lex.case == "own" or lex.function:
        return None
    return lex.unit


def counted_word(tokens: list[Token], at: int) -> str | None:
    """The unknown word right behind a number, which then most likely names what is counted ("5 столов")."""
    if at >= len(tokens) or tokens[at].kind is not WORD:
        return None
    lex = tokens[at].lex
    known = lex.function or lex.per or lex.cue or lex.bound or lex.after_bound or lex.hedge or lex.after_hedge
    if known or lex.numeral is not None or lex.currency is not None or lex.adverb is not None or lex.unit is not None:
        return None
    return lex.low
