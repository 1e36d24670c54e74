"""What stands around an amount: bounds, hedges, charging units, words of price — and what shows it is no money."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from botops.claims.grammar.amounts import Amount
from botops.claims.grammar.lexer import Kind, Token
from botops.claims.grammar.lexemes import Bound
from botops.claims.mention import Reason
from botops.claims.grammar.units import COUNTED_ONLY

_CUE_WINDOW = 6
_HEDGE_SIGNS = frozenset("~≈±≃∼")
_NEGATIONS = frozenset("не not no".split())
_BOUND_FILLERS = frozenset("than чем".split())
_BOUND_PAIRS: dict[tuple[str, str], Bound] = {
    ("up", "to"): "upto", ("at", "least"): "from", ("at", "most"): "upto", ("starting", "at"): "from",
    ("starts", "at"): "from", ("low", "as"): "from", ("much", "as"): "upto", ("beginning", "at"): "from",
    ("начиная", "с"): "from", ("как", "минимум"): "from",
}  # fmt: skip
_STOPS = frozenset(".!?;")
_PER_UNITS_MAX = 3
_NAME_JOINTS = frozenset("/-")
_LAST_DAY = 31
_YEARS = range(1900, 2100)
_LONGEST_PRICE = 8


def bound_before(tokens: list[Token], at: int) -> tuple[Bound | None, bool]:
    """(bound, hedge) said in front of token `at`: "от", "up to", "not less than", "около", "~"."""
    bound: Bound | None = None
    hedge = False
    for index in range(at - 1, max(-1, at - 5), -1):
        token = tokens[index]
        lex, before = token.lex, tokens[index - 1].low if index else ""
        if lex.hedge or token.text in _HEDGE_SIGNS:
            hedge = True
        elif lex.bound is not None:
            if bound is None:
                bound = lex.bound
                if before in _NEGATIONS and token.low not in {"до", "от"}:
                    bound = "upto" if bound == "from" else "from"
        elif bound is None and (before, token.low) in _BOUND_PAIRS:
            return _BOUND_PAIRS[before, token.low], hedge
        elif token.low not in _BOUND_FILLERS:
            break
    return bound, hedge


class After(NamedTuple):
    """What follows an amount: a bound, a hedge, the charging units and the token behind them."""

    bound: Bound | None
    hedge: bool
    pers: tuple[str, ...]
    last: int


def read_after(tokens: list[Token], at: int, case: str) -> After:
    """Reads what belongs to the amount that ends at token `at`."""
    bound: Bound | None = None
    hedge = False
    pers: list[str] = []
    size = len(tokens)
    if at < size:
        lex = tokens[at].lex
        if lex.after_bound is not None and (case in {"abl", "dat"} or not lex.bound):
            bound, at = lex.after_bound, at + 1
            if at < size and tokens[at].low == "емес":
                bound, at = ("upto" if bound == "from" else "from"), at + 1
        elif lex.after_hedge:
            hedge, at = True, at + 1
        elif tokens[at].text == "+" and tokens[at].start == tokens[at - 1].end:
            bound, at = "from", at + 1
        elif tokens[at].low in {"or", "и", "and"} and at + 1 < size:
            following = tokens[at + 1].low
            if following in {"more", "up", "выше", "более", "больше"}:
                bound, at = "from", at + 2
            elif following in {"less", "under", "ниже", "менее", "below"}:
                bound, at = "upto", at + 2
    while len(pers) < _PER_UNITS_MAX:
        found = _per(tokens, at)
        if found is None:
            break
        pers.append(found[0])
        at = found[1]
    return After(bound, hedge, tuple(pers), at)


def _per(tokens: list[Token], at: int) -> tuple[str, int] | None:
    """A charging unit at token `at`: "/мес", "в месяц", "per user", "a night", "айына", "monthly"."""
    size = len(tokens)
    if at < size and tokens[at].text in {"(", ","} and at + 1 < size and tokens[at + 1].lex.per:
        at += 1
    if at >= size:
        return None
    token = tokens[at]
    if token.text == "/":
        at += 1
        while at < size and tokens[at].digits is not None and tokens[at].text == "1":
            at += 1
        if at < size and tokens[at].lex.unit is not None:
            return tokens[at].lex.unit or "", _after_dot(tokens, at)
        return None
    if token.lex.adverb is not None:
        return token.lex.adverb, at + 1
    if token.lex.unit is not None and token.lex.case == "dat":
        return token.lex.unit, at + 1
    if not token.lex.per:
        return None
    opener = at
    while at < size and (tokens[at].lex.per or tokens[at].text == "1") and at - opener < 3:
        at += 1
    if at < size and tokens[at].lex.unit is not None and tokens[at].lex.unit not in COUNTED_ONLY:
        unit = tokens[at].lex.unit
        if unit == "person" and at + 1 < size and tokens[at + 1].lex.case == "dat":
            return unit, at + 2
        return unit, _after_dot(tokens, at)
    return None


def _after_dot(tokens: list[Token], at: int) -> int:
    dotted = at + 1 < len(tokens) and tokens[at + 1].text == "." and len(tokens[at].text) <= 4
    return at + 2 if dotted and tokens[at + 1].start == tokens[at].end else at + 1


def per_before(tokens: list[Token], at: int) -> str | None:
    """A charging unit in front: "айына 5 000", "в месяц 5 000", "ежемесячно 5 000"."""
    if at < 1:
        return None
    lex = tokens[at - 1].lex
    if lex.adverb is not None:
        return lex.adverb
    if lex.unit is None or lex.unit in COUNTED_ONLY:
        return None
    if lex.case == "dat":
        return lex.unit
    opener = tokens[at - 2] if at >= 2 else None
    return (
        lex.unit if opener is not None and opener.lex.per and opener.low in {"в", "за", "per", "с"} else None
    )


def priced(tokens: list[Token], first: int, last: int) -> bool:
    """True when a word of price stands in the same clause within a few words."""
    for index in range(first - 1, max(-1, first - 1 - _CUE_WINDOW), -1):
        token = tokens[index]
        if token.kind is Kind.LINE or token.text in _STOPS:
            break
        if token.lex.cue:
            return True
    if first and tokens[first - 1].low in {"за", "по", "for", "at"}:
        return True
    for index in range(last, min(len(tokens), last + 3)):
        token = tokens[index]
        if token.kind is Kind.LINE or token.text in _STOPS:
            break
        if token.lex.cue:
            return True
    return False


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
    token = tokens[first]
    before = tokens[first - 1] if first else None
    after = tokens[last] if last < len(tokens) else None
    glued_before = before is not None and before.end == token.start
    if before is not None and glued_before and (before.kind is Kind.WORD or before.text in {"#", "№", "@", "_"}):
        return Excluded("id", None, last)
    counted = None if after is None else _counted(tokens, amount, after)
    if counted is not None and counted.reason != "id":
        return counted
    if before is not None and _names_id(tokens, first):
        return Excluded("id", None, last)
    if before is not None and before.lex.measure and not amount.scaled:
        return Excluded("size", None, last)
    if before is not None and before.lex.month and amount.value <= _LAST_DAY:
        return Excluded("date", None, last)
    digits = amount.number.digits
    if digits is not None and amount.value_max is None:
        if digits.plain and (digits.count > _LONGEST_PRICE or digits.leading_zero):
            return Excluded("id", None, last)
        if digits.plain and _glued_to_digits(tokens, first, last):
            return Excluded("id", None, last)
        if digits.plain and digits.count == 4 and int(digits.value) in _YEARS and _is_year(before, after):
            return Excluded("year", None, last + (after is not None and after.lex.unit == "year"))
    return counted


def _glued_to_digits(tokens: list[Token], first: int, last: int) -> bool:
    """True inside "45/12", "8/256", "15-2024": the parts of a number that is a name."""
    if last + 1 < len(tokens) and tokens[last].text in _NAME_JOINTS and tokens[last + 1].digits is not None:
        return tokens[last].start == tokens[last - 1].end and tokens[last + 1].start == tokens[last].end
    if first >= 2 and tokens[first - 1].text in _NAME_JOINTS and tokens[first - 2].digits is not None:
        return tokens[first - 1].end == tokens[first].start and tokens[first - 2].end == tokens[first - 1].start
    return False


def _names_id(tokens: list[Token], first: int) -> bool:
    before = tokens[first - 1]
    if before.text in {"№", "#"}:
        return True
    if before.lex.id_cue:
        return True
    return before.text in {":", "-", "."} and first >= 2 and tokens[first - 2].lex.id_cue


def _is_year(before: Token | None, after: Token | None) -> bool:
    if after is not None and after.lex.unit == "year":
        return True
    if before is not None and (before.lex.month or before.low in {"в", "с", "до", "in", "since", "of", "по"}):
        return True
    return after is None or not (after.lex.cue or after.lex.per)


def _counted(tokens: list[Token], amount: Amount, after: Token) -> Excluded | None:
    last = amount.last
    glued = after.start == tokens[last - 1].end
    if after.lex.month and not amount.scaled:
        return Excluded("date", None, last + 1)
    if after.low in {"am", "pm", "a.m", "p.m"}:
        return Excluded("time", None, last + 1)
    unit = _unit_at(tokens, last)
    if unit is not None and not (after.lex.per and not glued and after.lex.unit is None):
        return Excluded("size" if unit in COUNTED_ONLY or glued else "count", unit, last + 1)
    if after.text in {'"', "°", "'", "″", "′"} and glued:
        return Excluded("size", None, last + 1)
    if after.kind is Kind.WORD and glued and not amount.scaled:
        return Excluded("id", None, last + 1)
    if after.text == "-" and glued and last + 1 < len(tokens) and tokens[last + 1].start == after.end:
        following = tokens[last + 1]
        if following.kind is Kind.WORD:
            return Excluded("count", following.low, last + 2)
    return None


def _unit_at(tokens: list[Token], at: int) -> str | None:
    if at >= len(tokens) or tokens[at].lex.unit is None:
        return None
    if tokens[at].lex.function and tokens[at].lex.adverb is None and tokens[at].low != "час":
        return None
    if tokens[at].lex.case == "dat" or tokens[at].lex.adverb is not None:
        return None
    return tokens[at].lex.unit


def counted_word(tokens: list[Token], at: int) -> str | None:
    """The unknown word right behind a number, which then most likely names what is counted ("5 столов")."""
    if at >= len(tokens) or tokens[at].kind is not Kind.WORD:
        return None
    lex = tokens[at].lex
    known = lex.function or lex.per or lex.cue or lex.bound or lex.after_bound or lex.hedge or lex.after_hedge
    if known or lex.numeral is not None or lex.currency is not None or lex.adverb is not None:
        return None
    if lex.unit is not None and lex.case == "dat":
        return None
    return tokens[at].low


def too_small(value: Decimal) -> bool:
    """True for numbers that without any mark are counts, not prices."""
    return value < 100
