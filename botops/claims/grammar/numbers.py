"""Puts digits, number words and scale words together into one number by rules of value, not by lists of phrases."""

from __future__ import annotations

from decimal import Decimal

from botops.claims.grammar.digits import Digits
from botops.claims.grammar.lexer import LINE, NUMBER, PUNCT, SIGN, WORD, Token
from botops.claims.grammar.numerals import NumeralWord, Rank
from botops.claims.grammar.suffixes import THOUSANDTH, Number, with_suffix

_THOUSAND = Decimal(1000)
_HALF = Decimal("0.5")
_NOTHING_PLACED = 9
_DASHES = frozenset("-—")
_KK_ABOUT = frozenset(("шақты", "шакты"))
_JOINTS = frozenset(("с", "and")) | _KK_ABOUT
_ABBREVIATIONS = frozenset("тыс млн млрд трлн тыщ т".split())


class _Sum:
    """The state of a number being put together: closed scale groups and the open group below one thousand."""

    __slots__ = (
        "approx",
        "case",
        "group",
        "lang",
        "last_scale",
        "money",
        "place",
        "placed",
        "pure_scale",
        "scale_lang",
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
        self.scale_lang = ""
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
        if word.rank is Rank.SCALE:
            self.scale_lang = word.lang
        else:
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
        elif not self._has_room(rank, value):
            return False
        if rank is Rank.TEEN:
            rank = Rank.UNIT
        self.group += value
        self.placed, self.place = rank, Decimal(1)
        return True

    def _has_room(self, rank: Rank, value: Decimal) -> bool:
        if rank is Rank.HUNDRED:
            return self.placed == _NOTHING_PLACED
        if rank in (Rank.TEN, Rank.TEEN):
            return self.placed >= Rank.HUNDRED
        return self.placed >= Rank.TEN if value else self.empty

    def _says_thousands(self) -> bool:
        """ "двадцать четыре девятьсот": the word for thousands is left out in speech."""
        return self.spelled and self.last_scale is None and self.placed in (Rank.UNIT, Rank.TEN) and self.group >= 1

    def _mixed(self, word: NumeralWord) -> bool:
        if word.lang == "kk" and self.placed in (0, Rank.UNIT, Rank.TEN) and word.value < 1:
            self.group += word.value
        elif word.lang == "kk" and word.value < 1 and self.last_scale is not None and self.placed == _NOTHING_PLACED:
            self.total += word.value * self.last_scale
            self.place = self.last_scale / 10
            return True
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
            if self.last_scale is not None or (not word.lone and word.lang == "ru"):
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
    if token.kind is NUMBER:
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if following is None or (following.lex.numeral is None and following.low not in _JOINTS):
            digits: Digits = token.value
            number = Number(at, at + 1, digits.value, digits.place, digits=digits)
            return number if following is None or following.start > token.end else with_suffix(tokens, number)
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
    number = Number(at, here, state.total + state.group, state.place, state.lang or state.scale_lang, state.spelled)
    number.scaled, number.scale = state.last_scale is not None, state.last_scale
    number.lone = state.pure_scale and state.group == 0 and state.total == state.last_scale
    number.case, number.approx, number.money = state.case, state.approx, state.money
    number.digits = tokens[at].digits if here == at + 1 else None
    return with_suffix(tokens, number)


def _ordinal(at: int, here: int, state: _Sum, word: NumeralWord) -> Number | None:
    if state.empty:
        return Number(at, here + 1, Decimal(0), Decimal(1), spelled=True, ordinal=True) if at == here else None
    if word.lang == state.lang and state.spelled and state.case in ("", "nom"):
        return Number(at, here + 1, state.total + state.group, Decimal(1), spelled=True, ordinal=True)
    return Number(at, here, state.total + state.group, state.place, state.lang, state.spelled)


def _taken(tokens: list[Token], here: int, state: _Sum) -> int:
    """Adds the token to the number and returns the one behind what was added; `here` when it does not belong."""
    token = tokens[here]
    if token.kind is NUMBER:
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
        return here + 1 if tokens[here + 1].kind in (WORD, SIGN) or tokens[here + 1].text in _DASHES else here
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
    return digits.decimal, THOUSANDTH


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
    if after is None or after.kind is LINE:
        return digits.count == 3
    if after.kind is SIGN or after.lex.currency is not None:
        return True
    if after.lex.numeral is not None and after.lex.numeral.rank is Rank.SCALE:
        return after.lex.numeral.value * digits.value < state.last_scale
    return digits.count == 3 and (after.kind is PUNCT or after.lex.function) and after.text not in "-%"


def _joint(tokens: list[Token], at: int, state: _Sum) -> int | None:
    """The token after "and", "с половиной", "and a half" or the hyphen of "twenty-five"; None without a joint."""
    token = tokens[at]
    size = len(tokens)
    if token.kind is PUNCT:
        following = tokens[at + 1].lex.numeral if at + 1 < size else None
        if token.text != "-" or following is None or following.lang != "en" or state.lang != "en":
            return None
        if (following.rank is Rank.UNIT and state.placed == Rank.TEN) or following.rank is Rank.SCALE:
            return at + 1
        return None
    if token.kind is not WORD or at + 1 >= size:
        return None
    word, after = token.low, tokens[at + 1]
    if word in _KK_ABOUT and not state.empty:
        state.approx = True
        return at + 1
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
