"""What stands around an amount: bounds, hedges, charging units, words of price — and what shows it is no money."""

from __future__ import annotations

from typing import NamedTuple

from botops.claims.grammar.amounts import Amount
from botops.claims.grammar.context_words import Bound
from botops.claims.grammar.lexer import LINE, PERCENT, SIGN, Token
from botops.claims.grammar.units import COUNTED_ONLY

_CUE_WINDOW = 6
_NEAR = 3
_SMALL = 100
_TIMES = frozenset("×*xх")
_PRICE_PREPOSITIONS = frozenset("за по for at".split())
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
_OPENERS_BEFORE = frozenset("в за с per каждый каждую каждого каждое each every".split())
_BARE_UNITS = frozenset("сутки ночь месяц мес час день шт чел".split())
_LEADS = frozenset("по - — :".split())
_PER_CASES = frozenset(("dat", "own"))
_KK_NOT = frozenset("емес болмайды болмауы болмайтын түспейді".split())
_KK_ONE = frozenset("бір бир әр ар".split())
_COMPARATIVES = frozenset("more less fewer".split())


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
            if token.low in _COMPARATIVES and (index + 1 >= len(tokens) or tokens[index + 1].low != "than"):
                break  # "less 5%" takes away
            if token.low == "от" and index and (tokens[index - 1].kind is PERCENT or tokens[index - 1].lex.percent):
                break  # "20% от суммы": a share of it
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
        if lex.after_bound is not None and (case in {"abl", "dat", "own"} or not lex.bound):
            bound, at = lex.after_bound, at + 1
            if at < size and tokens[at].low in _KK_NOT:
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
        if found is None or (pers and tokens[at].low == "for"):
            break
        pers.append(found[0])
        at = found[1]
    return After(bound, hedge, tuple(pers), at)


def _per(tokens: list[Token], at: int) -> tuple[str, int] | None:
    """A charging unit at token `at`: "/мес", "в месяц", "per user", "a night", "айына", "monthly"."""
    size = len(tokens)
    if at + 1 < size and tokens[at].text == "(" and tokens[at + 1].lex.per:
        at += 1
    if at >= size:
        return None
    token = tokens[at]
    if token.text == "/":
        at += 1
        while at < size and tokens[at].text == "1":
            at += 1
        return _unit(tokens, at)
    if token.lex.adverb is not None:
        return token.lex.adverb, at + 1
    if token.lex.unit is not None and (token.lex.case in _PER_CASES or token.low in _BARE_UNITS):
        return token.lex.unit, at + 1
    if not token.lex.per:
        return None
    opener = at
    while at < size and (tokens[at].lex.per or tokens[at].text == "1") and at - opener < _PER_UNITS_MAX:
        at += 1
    if at >= size or tokens[at].lex.unit in COUNTED_ONLY:
        return None
    if token.low == "for" and tokens[at].low.endswith("s"):
        return None  # "for members" says to whom, not per what
    if tokens[at - 1].low in _KK_ONE and tokens[at].lex.case not in _PER_CASES:
        return None
    return _unit(tokens, at)


def _unit(tokens: list[Token], at: int) -> tuple[str, int] | None:
    unit = tokens[at].lex.unit if at < len(tokens) else None
    if unit is None:
        return None
    power = tokens[at + 1] if at + 1 < len(tokens) else None
    if unit == "m" and power is not None and power.text in {"2", "3"} and power.start == tokens[at].end:
        return unit + power.text, at + 2
    return unit, _after_dot(tokens, at)


def _after_dot(tokens: list[Token], at: int) -> int:
    dotted = at + 1 < len(tokens) and tokens[at + 1].text == "." and len(tokens[at].text) <= 4
    return at + 2 if dotted and tokens[at + 1].start == tokens[at].end else at + 1


def per_before(tokens: list[Token], at: int, taken: int) -> str | None:
    """A charging unit in front: "айына 5 000", "в месяц 5 000", "с каждого гостя по 5 000", "ежемесячно 5 000". Tokens
    before `taken` belong to another amount."""
    last = at - 1
    if last > 0 and tokens[last].low in _LEADS:
        last -= 1
    if last < taken:
        return None
    lex = tokens[last].lex
    if lex.adverb is not None:
        return lex.adverb
    if lex.unit is None or lex.unit in COUNTED_ONLY:
        return None
    if lex.case == "own" or (lex.case == "dat" and not _counts(tokens, last - 1)):
        return lex.unit
    opener = last - 1
    while opener > 0 and tokens[opener].text in {".", "1"}:
        opener -= 1
    return lex.unit if opener >= 0 and tokens[opener].low in _OPENERS_BEFORE else None


def _counts(tokens: list[Token], at: int) -> bool:
    """True for a number other than one: "4 сағатқа 80 000" is for four hours, "бір сағатқа" per hour."""
    if at < 0 or (tokens[at].lex.numeral is None and tokens[at].digits is None):
        return False
    return tokens[at].text != "1" and tokens[at].low not in _KK_ONE


def priced(tokens: list[Token], amount: Amount) -> bool:
    """True when a word of price stands near by in the same clause. A small whole number ("2 seats … cost") needs it
    right in front; words behind the number count only for one that is not small."""
    first, last = amount.first, amount.last
    small = too_small(amount)
    if small and last < len(tokens) and tokens[last].low in _TIMES:
        return False
    window = _NEAR if small else _CUE_WINDOW
    for index in range(first - 1, max(-1, first - 1 - window), -1):
        token = tokens[index]
        if token.kind is LINE or token.text in _STOPS or token.kind is SIGN:
            break
        if token.lex.cue:
            return True
    if small:
        return False
    if first and tokens[first - 1].low in _PRICE_PREPOSITIONS:
        return True
    for index in range(last, min(len(tokens), last + _NEAR)):
        token = tokens[index]
        if token.kind is LINE or token.text in _STOPS:
            break
        if token.lex.cue:
            return True
    return False


def too_small(amount: Amount) -> bool:
    """True for whole numbers that without any mark are counts, not prices."""
    return amount.place >= 1 and (amount.value_max or amount.value) < _SMALL
