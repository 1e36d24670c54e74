"""A number as read from a text, and the letters glued to its digits: "15к", "5 000-нан", "10-ти тысяч", "2025-інші"."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from botops.claims.grammar.digits import Digits
from botops.claims.grammar.lexer import NUMBER, WORD, Token
from botops.claims.grammar.numerals import LETTER_SCALES, Rank

_ORDINAL_ENDINGS = frozenset("й ый ой я ая е ое го ого му м ом ую ші шы".split())
THOUSANDTH = Decimal("0.001")
KK_SUFFIX_CASES = {
    **dict.fromkeys("ға ге қа ке га ка на не".split(), "dat"),
    **dict.fromkeys("дан ден тан тен нан нен".split(), "abl"),
    **dict.fromkeys("ды ді ты ті ны ні ақ".split(), "acc"),
    **dict.fromkeys("дың дің тың тің ның нің".split(), "gen"),
    **dict.fromkeys("да де та те".split(), "loc"),
    **dict.fromkeys("мен бен пен".split(), "ins"),
    **dict.fromkeys("дай дей тай тей".split(), "like"),
}
_RU_SUFFIXES = frozenset("ти х и ю ми мя".split())


@dataclass(slots=True)
class Number:
    """A number over tokens `first:last` (last excluded). `place` is that of the last digit said. `scaled` when a
    scale word or letter is part of it; `letter` when that letter may also be a unit ("5 m"); `lone` for a scale word
    by itself; `scale` is the value of its last scale word; `case` the Kazakh case of its last word; `ordinal` for
    "third", "2025-інші"; `money` for slang that is said of money alone ("grand")."""

    first: int
    last: int
    value: Decimal
    place: Decimal
    lang: str = ""
    spelled: bool = False
    scaled: bool = False
    scale: Decimal | None = None
    letter: str = ""
    lone: bool = False
    case: str = ""
    ordinal: bool = False
    approx: bool = False
    money: bool = False
    digits: Digits | None = None


def with_suffix(tokens: list[Token], number: Number) -> Number:
    """Letters glued to digits: "15к", "5 000-нан", "2025-інші", "10-ти"."""
    at = number.last
    if at >= len(tokens):
        return number
    token, before = tokens[at], tokens[at - 1]
    if token.start != before.end or (number.spelled and token.text != "-"):
        return number
    if token.kind is WORD and before.kind is NUMBER:
        scale = LETTER_SCALES.get(token.text)
        if scale is not None:
            digits = before.digits
            value = digits.decimal if digits and digits.decimal is not None else number.value
            place = THOUSANDTH if digits and digits.decimal is not None else number.place
            number.value, number.place = value * scale, place * scale
            number.scaled, number.scale, number.letter, number.digits = True, scale, token.text, None
            number.last += 1
        return number
    if token.text == "-" and at + 1 < len(tokens) and tokens[at + 1].kind is WORD:
        suffix = tokens[at + 1].low
        glued = tokens[at + 1].start == token.end
        if glued and suffix in KK_SUFFIX_CASES:
            number.case, number.last = KK_SUFFIX_CASES[suffix], at + 2
            number.approx = number.case == "like"
        elif glued and suffix in _RU_SUFFIXES:
            number.last = at + 2
            _scale_behind(tokens, number)
        elif glued and _is_ordinal_ending(suffix):
            number.ordinal, number.last = True, at + 2
    return number


def _scale_behind(tokens: list[Token], number: Number) -> None:
    """ "5-ти тысяч"."""
    word = tokens[number.last].lex.numeral if number.last < len(tokens) else None
    if word is not None and word.rank is Rank.SCALE:
        number.value, number.place = number.value * word.value, number.place * word.value
        number.scaled, number.scale, number.lang, number.digits = True, word.value, word.lang, None
        number.last += 1


def _is_ordinal_ending(suffix: str) -> bool:
    return suffix in _ORDINAL_ENDINGS or "нші" in suffix or "ншы" in suffix
