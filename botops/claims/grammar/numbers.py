"""Puts digits, number words and scale words together into one number by rules of value, not by lists of phrases."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from botops.claims.grammar.lexer import Digits, Kind, Token
from botops.claims.grammar.numerals import LETTER_SCALES, NumeralWord, Rank

_THOUSAND = Decimal(1000)
_HALF = Decimal("0.5")
_THOUSANDTH = Decimal("0.001")
_NOTHING_PLACED = 9
_JOINTS = frozenset(("с", "and"))
_ABBREVIATIONS = frozenset("тыс млн млрд трлн тыщ т".split())
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
    """A number over tokens `first:last` (last excluded). `place` is that of the last digit said. `scaled` when a scale
    word or letter is part of it; `letter` when that letter may also be a unit ("5 m"); `lone` for a scale word by
    itself; `scale` is the value of its last scale word; `case` the Kazakh case of its last word; `ordinal` for "third", "2025-інші"; `money` for slang that is said of money alone ("grand")."""

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


class _Sum:
    """The state of a number being put together: closed scale groups and the open group below one thousand."""

    __slots__ = (
        "approx",
        "case",
        "group",
        "lang",
        "last_scale",
        "money",
        "placed",
        "place",
        "pure_scale",
        "spelled",
        "total",
    )

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.group = Decimal(0)
        self.placed = _NOTHING_PLACED
        self.last_scale: Decimal | None = None
        self.place = Decimal(1)
        self.lang = ""
        self.case = ""
        self.spelled = False
        self.pure_scale = False
        self.approx = False
        self.money = False

    @property
    def empty(self) -> bool:
        return self.placed == _NOTHING_PLACED and self.last_scale is None

    def add_digits(self, digits: Digits) -> bool:
        if self.placed != _NOTHING_PLACED or (self.last_scale is not None and digits.value >= self.last_scale):
            return False
        self.group, self.placed, self.place = digits.value, 0, digits.place
        return True

    def add_word(self, word: NumeralWord) -> bool:
        if self.lang and word.lang != self.lang and word.rank not in (Rank.SCALE, Rank.TIMES_HUNDRED):
            return False
        if self.case not in ("", "nom"):
            return False
        if not self._take(word):
            return False
        if word.rank is not Rank.SCALE or not self.lang:
            self.lang = word.lang
        self.case = word.case
        self.money = self.money or word.money
        self.spelled = self.spelled or word.rank is not Rank.SCALE
        return True

    def _take(self, word: NumeralWord) -> bool:
        rank, value = word.rank, word.value
        if rank is Rank.SCALE:
            return self._close(word)
        if rank is Rank.MIXED:
            return self._mixed(word)
        if rank is Rank.TIMES_HUNDRED:
            if self.placed == _NOTHING_PLACED:
                self.group = Decimal(100)
            elif 0 < self.group < 100 and self.group == self.group.to_integral_value():
                self.group *= 100
            else:
                return False
            self.placed, self.place = Rank.HUNDRED, Decimal(1)
            return True
        if rank is Rank.HUNDRED and self._says_thousands():
            self.total, self.last_scale, self.group = self.group * _THOUSAND, _THOUSAND, Decimal(0)
        elif rank is Rank.HUNDRED and self.placed == _NOTHING_PLACED:
            pass
        elif rank is Rank.TEN and self.placed >= Rank.HUNDRED:
            pass
        elif rank is Rank.TEEN and self.placed >= Rank.HUNDRED:
            rank = Rank.UNIT
        elif not (rank is Rank.UNIT and self.placed >= Rank.TEN and value):
            if not (value == 0 and self.empty):
                return False
        self.group += value
        self.placed, self.place = rank, Decimal(1)
        return True

    def _says_thousands(self) -> bool:
        """ "двадцать четыре девятьсот": the word for thousands is left out in speech."""
        return self.spelled and self.last_scale is None and self.placed in (Rank.UNIT, Rank.TEN) and self.group >= 1

    def _mixed(self, word: NumeralWord) -> bool:
        if word.lang == "kk" and self.placed in (0, Rank.UNIT, Rank.TEN) and word.value < 1:
            self.group += word.value
        elif self.placed == _NOTHING_PLACED and self.last_scale is None:
            self.group = word.value
        else:
            return False
        self.placed = 0
        self.place = Decimal("0.1") if word.value < 100 else Decimal(1)
        return True

    def _close(self, word: NumeralWord) -> bool:
        if self.last_scale is not None and word.value >= self.last_scale:
            return False
        if self.placed == _NOTHING_PLACED:
            if self.last_scale is not None or not word.lone and word.lang == "ru":
                return False
            self.group, self.pure_scale = Decimal(1), True
        self.total += self.group * word.value
        self.place = self.place * word.value
        self.last_scale = word.value
        self.group, self.placed = Decimal(0), _NOTHING_PLACED
        return True


def read_number(tokens: list[Token], at: int) -> Number | None:
    """The longest number beginning at token `at`; None when none does. An ordinal is returned with `ordinal` set."""
    token = tokens[at]
    if token.kind is Kind.NUMBER:
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if following is None or (following.lex.numeral is None and following.low not in _JOINTS):
            digits: Digits = token.value
            number = Number(at, at + 1, digits.value, digits.place, digits=digits)
            return number if following is None or following.start > token.end else _with_suffix(tokens, number)
    state = _Sum()
    here = _opened(tokens, at, state)
    while here < len(tokens):
        token = tokens[here]
        if token.lex.numeral is not None and token.lex.numeral.rank is Rank.ORDINAL:
            return _ordinal(at, here, state, token.lex.numeral)
        after = _taken(tokens, here, state)
        if after == here:
            break
        here = after
    if state.empty or (state.last_scale is None and tokens[at].lex.half):
        return None
    number = Number(at, here, state.total + state.group, state.place, state.lang, state.spelled)
    number.scaled, number.scale = state.last_scale is not None, state.last_scale
    number.lone = state.pure_scale and state.group == 0 and state.total == state.last_scale
    number.case, number.approx, number.money = state.case, state.approx, state.money
    number.digits = tokens[at].digits if here == at + 1 else None
    return _with_suffix(tokens, number)


def _ordinal(at: int, here: int, state: _Sum, word: NumeralWord) -> Number | None:
    if state.empty:
        return Number(at, here + 1, Decimal(0), Decimal(1), spelled=True, ordinal=True) if at == here else None
    if word.lang == state.lang and state.spelled and state.case in ("", "nom"):
        return Number(at, here + 1, state.total + state.group, Decimal(1), spelled=True, ordinal=True)
    return Number(at, here, state.total + state.group, state.place, state.lang, state.spelled)


def _taken(tokens: list[Token], here: int, state: _Sum) -> int:
    """Adds the token to the number and returns the one behind what was added; `here` when it does not belong."""
    token = tokens[here]
    if token.kind is Kind.NUMBER:
        fits = _digits_may_follow(tokens, here, state) and state.add_digits(token.value)
        return here + 1 if fits else here
    word = token.lex.numeral
    if word is None:
        return _joint(tokens, here, state) or here
    before = tokens[here - 1] if here else None
    digits = before.digits if before is not None and state.placed == 0 else None
    if digits is not None and word.rank is Rank.SCALE and state.last_scale is None and state.group == digits.value:
        state.group, state.place = _with_scale(tokens[here - 1], word)
    if not state.add_word(word):
        return here
    here += 1
    if word.rank is Rank.SCALE and token.low in _ABBREVIATIONS and here + 1 < len(tokens) and tokens[here].text == ".":
        return here + 1 if tokens[here + 1].kind in (Kind.WORD, Kind.SIGN) or tokens[here + 1].text == "-" else here
    return here


def _opened(tokens: list[Token], at: int, state: _Sum) -> int:
    """Takes a half in front of a scale word ("half a million", "пол миллиона"); returns the token to go on from."""
    if tokens[at].lex.half:
        scale = at + 1
        while scale < len(tokens) and tokens[scale].low in {"a", "-", "of"} and scale - at < 3:
            scale += 1
        word = tokens[scale].lex.numeral if scale < len(tokens) else None
        if word is not None and word.rank is Rank.SCALE:
            state.group, state.placed, state.place = _HALF, 0, Decimal("0.1")
            return scale
    return at


def _with_scale(token: Token, word: NumeralWord) -> tuple[Decimal, Decimal]:
    """ "1,250 млн" is 1.25 million in Russian and Kazakh, "1,250 million" is grouped in English; a point is decimal."""
    digits = token.digits
    assert digits is not None
    if digits.decimal is None or (word.lang == "en" and "," in token.text):
        return digits.value, digits.place
    return digits.decimal, _THOUSANDTH


def _digits_may_follow(tokens: list[Token], at: int, state: _Sum) -> bool:
    """Digits after a scale word ("15 тысяч 700") belong to it when a smaller scale or a currency closes them, or when
    they are exactly three and nothing countable follows."""
    if state.empty:
        return True
    token = tokens[at]
    digits = token.digits
    if state.last_scale is None or digits is None or state.placed != _NOTHING_PLACED:
        return False
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if after is None or after.kind is Kind.LINE:
        return digits.count == 3
    if after.kind is Kind.SIGN or after.lex.currency is not None:
        return True
    if after.lex.numeral is not None and after.lex.numeral.rank is Rank.SCALE:
        return after.lex.numeral.value * digits.value < state.last_scale
    return digits.count == 3 and (after.kind is Kind.PUNCT or after.lex.function) and after.text not in "-%"


def _joint(tokens: list[Token], at: int, state: _Sum) -> int | None:
    """The token after "and", "с половиной", "and a half" or the hyphen of "twenty-five"; None when there is no joint."""
    token = tokens[at]
    size = len(tokens)
    if token.kind is Kind.PUNCT:
        following = tokens[at + 1].lex.numeral if at + 1 < size else None
        if token.text != "-" or following is None or following.lang != "en" or state.lang != "en":
            return None
        if following.rank is Rank.UNIT and state.placed == Rank.TEN or following.rank is Rank.SCALE:
            return at + 1
        return None
    if token.kind is not Kind.WORD or at + 1 >= size:
        return None
    word, after = token.low, tokens[at + 1]
    if word == "с" and after.low in ("половиной", "полов") and state.placed <= Rank.TEN:
        state.group += _HALF
        state.place = Decimal("0.1")
        state.placed = 0
        return at + 2
    if word == "and" and not state.empty:
        if after.low == "a" and at + 2 < size and tokens[at + 2].low == "half":
            if state.placed == _NOTHING_PLACED and state.last_scale:
                state.total += state.last_scale / 2
                state.place = state.last_scale / 10
            else:
                state.group += _HALF
                state.place, state.placed = Decimal("0.1"), 0
            return at + 3
        hundred = state.placed == Rank.HUNDRED or (state.placed == _NOTHING_PLACED and state.last_scale is not None)
        if hundred and state.lang == "en" and after.lex.numeral is not None and after.lex.numeral.lang == "en":
            return at + 1 if after.lex.numeral.rank <= Rank.TEN else None
    return None


def _with_suffix(tokens: list[Token], number: Number) -> Number:
    """Letters glued to digits: "15к", "5 000-нан", "2025-інші", "10-ти"."""
    at = number.last
    if at >= len(tokens):
        return number
    token, before = tokens[at], tokens[at - 1]
    if token.start != before.end or (number.spelled and token.text != "-"):
        return number
    if token.kind is Kind.WORD and before.kind is Kind.NUMBER:
        scale = LETTER_SCALES.get(token.text)
        if scale is not None:
            digits = before.digits
            value = digits.decimal if digits and digits.decimal is not None else number.value
            place = _THOUSANDTH if digits and digits.decimal is not None else number.place
            number.value, number.place = value * scale, place * scale
            number.scaled, number.scale, number.letter, number.digits = True, scale, token.text, None
            number.last += 1
        return number
    if token.text == "-" and at + 1 < len(tokens) and tokens[at + 1].kind is Kind.WORD:
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
    if len(suffix) <= 3:
        return suffix in {
            "й",
            "ый",
            "ой",
            "я",
            "ая",
            "е",
            "ое",
            "го",
            "ого",
            "му",
            "м",
            "ом",
            "ую",
            "ші",
            "шы",
            "th",
            "st",
        }
    return suffix[-3:] in ("нші", "ншы", "сші", "ыны", "іні") or "нші" in suffix or "ншы" in suffix or suffix == "сыншы"
