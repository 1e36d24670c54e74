"""The grammar of amounts: ranges, currencies on either side, percents, hundredths ("5 рублей 50 копеек")."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from botops.claims.grammar.context_words import Bound
from botops.claims.grammar.lexer import NUMBER, SIGN, WORD, Token, glued
from botops.claims.grammar.money import Marker, currency_after, currency_before, merged, percent_after, percent_before
from botops.claims.grammar.numbers import read_number
from botops.claims.grammar.numerals import Rank
from botops.claims.grammar.suffixes import Number

_HUNDREDTH = Decimal("0.01")
_MAX_SPACED_RATIO = 4
_MAX_GLUED_RATIO = 20
_MAX_RATIO = 1000
_LONG_DASH = "—"
_DASHES = frozenset(("-", _LONG_DASH))
_RANGE_OPENERS = frozenset("от from с между between около примерно обычно порядка about around шамамен ~".split())
_UNIT_PRICE_OPENERS = frozenset("по за at".split())
_LONGEST_LIST = 3
_HUNDRED, _FAR_APART = Decimal(100), 50
_ALTERNATIVES = frozenset("/ или и or and және немесе".split())
_VAGUE = frozenset(
    "бірнеше бирнеше жүздеген жуздеген мыңдаған мындаган ондаған ондаган несколько сотни тысячи several"
    " few many".split()
)
_CONNECTORS = frozenset("до to and и or или".split())


@dataclass(slots=True)
class Amount:
    """A number or range with what stands right beside it, over tokens `first:last`."""

    first: int
    last: int
    number: Number
    value: Decimal
    place: Decimal
    value_max: Decimal | None = None
    currency: str | None = None
    marked: bool = False
    percent: bool = False
    case: str = ""
    bound: Bound | None = None
    approx: bool = False
    head: Number | None = None

    @property
    def scaled(self) -> bool:
        """True when a scale word ("тыс", "к") is part of it."""
        return self.number.scaled


class Reader:
    """Reads amounts out of a list of tokens; `taken` is the token after the last amount read."""

    def __init__(self, tokens: list[Token], *, cell: bool) -> None:
        self.tokens = tokens
        self.cell = cell
        self.taken = 0

    def read(self, at: int) -> Amount | None:
        """The amount whose number begins at token `at`; None when no number does."""
        number = read_number(self.tokens, at)
        if number is None:
            return None
        if number.ordinal:
            return self._single(number, mark=False)
        left = self._single(number)
        found = self._range(left) or left
        self._inverted(found)
        if not found.marked:
            self._behind_postposition(found)
        if not found.marked:
            self._shared_currency(found)
        if found.number.lone and found.first and self.tokens[found.first - 1].low in _VAGUE:
            found.marked, found.currency = False, None
        return found

    def _shared_currency(self, amount: Amount) -> None:
        """ "9 900/14 900 тг", "5 или 7 долларов": the currency behind the last is that of them all."""
        at = amount.last
        for _ in range(_LONGEST_LIST):
            if at + 1 >= len(self.tokens) or self.tokens[at].low not in _ALTERNATIVES:
                return
            number = read_number(self.tokens, at + 1) if self._begins_number(at + 1) else None
            if number is None or number.ordinal:
                return
            taken, self.taken = self.taken, at + 1
            right = self._single(number)
            self.taken = taken
            if right.marked:
                alike = amount.value >= _HUNDRED or amount.value * _FAR_APART >= right.value
                first = right.percent == amount.percent and right.first == number.first and amount.value < right.value
                if first and alike:
                    amount.currency, amount.marked = right.currency, True
                return
            at = right.last

    def _begins_number(self, at: int) -> bool:
        return self.tokens[at].kind is NUMBER or self.tokens[at].lex.numeral is not None

    def _inverted(self, amount: Amount) -> None:
        """ "тысяч пять", "рублей пятьсот": the noun goes first when the number is a guess."""
        before = self.tokens[amount.first - 1] if amount.first > self.taken else None
        if before is None or before.kind is not WORD or amount.number.scaled:
            return
        numeral, currency = before.lex.numeral, before.lex.currency
        if amount.percent or (amount.marked and amount.first != amount.number.first):
            return
        if numeral is not None and numeral.rank is Rank.SCALE and numeral.lang == "ru" and not numeral.lone:
            number = amount.number
            number.scaled, number.scale, number.lang = True, numeral.value, numeral.lang
            amount.value, amount.place = amount.value * numeral.value, amount.place * numeral.value
            if amount.value_max is not None:
                amount.value_max *= numeral.value
        elif currency is not None and currency.noun and not currency.minor and not amount.marked:
            amount.currency, amount.marked = currency.code, True
        else:
            return
        amount.first, amount.approx = amount.first - 1, True

    def _behind_postposition(self, amount: Amount) -> None:
        """ "5 мыңға жуық теңге", "5 мыңнан астам теңге": the currency comes after the Kazakh postposition."""
        at = amount.last
        if amount.case not in {"abl", "dat", "own"} or at + 1 >= len(self.tokens):
            return
        lex = self.tokens[at].lex
        after = currency_after(self.tokens, at + 1, cell=False) if lex.after_bound or lex.after_hedge else None
        if after is not None and not after.minor:
            amount.currency, amount.marked, amount.last = after.code, True, after.last
            amount.bound, amount.approx = lex.after_bound, amount.approx or lex.after_hedge

    def _single(self, number: Number, *, mark: bool = True) -> Amount:
        amount = Amount(number.first, number.last, number, number.value, number.place, case=number.case)
        amount.approx = number.approx
        if not mark:
            return amount
        if self.cell:
            self._shop_decimal(amount)
        before = after = None
        if amount.last < len(self.tokens) and _may_mark(self.tokens[amount.last]):
            percent = percent_after(self.tokens, amount.last)
            if percent is not None:
                amount.percent, amount.last, amount.marked = True, percent.last, True
                amount.case = percent.case
                return amount
            after = currency_after(self.tokens, amount.last, cell=self.cell)
        if amount.first > self.taken and _may_mark(self.tokens[amount.first - 1]):
            if percent_before(self.tokens, amount.first, self.taken):
                amount.percent, amount.first, amount.marked = True, amount.first - 1, True
                return amount
            before = currency_before(self.tokens, amount.first, self.taken, cell=self.cell)
        if before is not None or after is not None:
            self._mark(amount, before, after)
        return amount

    def _shop_decimal(self, amount: Amount) -> None:
        """ "$119. 95" and "1.837, 32 €": a space slipped in before the hundredths of a price that stands alone."""
        at, tokens = amount.last, self.tokens
        if at + 1 >= len(tokens) or amount.number.scaled:
            return
        point, tail = tokens[at], tokens[at + 1]
        hundredths = tail.digits is not None and tail.digits.plain and len(tail.text) == 2 and tail.start > point.end
        if point.text in {",", "."} and hundredths and glued(tokens, at):
            amount.value += tail.value.value * _HUNDREDTH
            amount.place, amount.last = _HUNDREDTH, at + 2

    def _mark(self, amount: Amount, before: Marker | None, after: Marker | None) -> None:
        code, last = merged(before, after, self.tokens)
        amount.currency, amount.marked = code, True
        if before is not None:
            amount.first = before.first
        if last is None:
            self._hundredths(amount)
            return
        assert after is not None
        amount.last, amount.case = last, after.case or amount.case
        if after.minor:
            amount.value, amount.place = amount.value * _HUNDREDTH, amount.place * _HUNDREDTH
        else:
            self._hundredths(amount)

    def _hundredths(self, amount: Amount) -> None:
        """ "5 рублей 50 копеек", "5 dollars and 50 cents"."""
        at = amount.last
        if at < len(self.tokens) and self.tokens[at].low in {"and", "и"}:
            at += 1
        if at >= len(self.tokens) or amount.value != amount.value.to_integral_value():
            return
        cents = read_number(self.tokens, at) if self.tokens[at].digits or self.tokens[at].lex.numeral else None
        if cents is None or cents.ordinal or not 0 < cents.value < 100:
            return
        after = currency_after(self.tokens, cents.last, cell=False)
        if after is not None and after.minor:
            amount.value += cents.value * _HUNDREDTH
            amount.place, amount.last, amount.case = _HUNDREDTH, after.last, after.case

    def _range(self, left: Amount) -> Amount | None:
        at = left.last
        if at + 1 >= len(self.tokens) or left.number.ordinal:
            return None
        link = self.tokens[at]
        dash = link.text in _DASHES
        kk = left.case == "abl" and not dash
        if not dash and not kk and link.low not in _CONNECTORS:
            return None
        first = at if kk else at + 1
        if first >= len(self.tokens):
            return None
        start = self._number_start(first)
        number = read_number(self.tokens, start) if start is not None else None
        if number is None or number.ordinal:
            return None
        taken, self.taken = self.taken, first
        right = self._single(number)
        self.taken = taken
        spaced = dash and not glued(self.tokens, at, at + 1)
        if not (self._spans(left, right) if spaced else self._connected(left, right, dash=dash, kk=kk)):
            return None
        return self._joined(left, right, _MAX_SPACED_RATIO if spaced else _MAX_GLUED_RATIO if dash else _MAX_RATIO)

    def _spans(self, left: Amount, right: Amount) -> bool:
        """Whether a dash with spaces is a range ("400 – 600 руб.") or says "is" ("5 бутылей по 1 000 ₸ — 5 000 ₸")."""
        opener = self.tokens[left.first - 1].low if left.first else ""
        if opener in _RANGE_OPENERS:
            return True
        if self.tokens[left.last].text == _LONG_DASH:
            shared_scale = right.scaled and not left.scaled and not left.marked
            return shared_scale or (left.scaled and right.scaled and not left.marked)
        return opener not in _UNIT_PRICE_OPENERS

    def _number_start(self, at: int) -> int | None:
        for index in (at, at + 1, at + 2):
            if index >= len(self.tokens):
                return None
            token = self.tokens[index]
            if token.digits is not None or token.lex.numeral is not None:
                return index
            if token.kind is not SIGN and token.lex.currency is None:
                return None
        return None

    def _connected(self, left: Amount, right: Amount, *, dash: bool, kk: bool) -> bool:
        if dash:
            return True
        if kk:
            after = self.tokens[right.last] if right.last < len(self.tokens) else None
            return after is not None and after.lex.after_bound == "upto"
        link = self.tokens[left.last].low
        before = self.tokens[left.first - 1] if left.first else None
        opener = before.low if before is not None else ""
        if link in {"and", "и"}:
            return opener in {"between", "между"}
        if opener in {"от", "from", "с", "со", "between", "ranging", "в"}:
            return link in {"до", "to"}
        return link == "to" and (right.marked or not left.marked)

    def _joined(self, left: Amount, right: Amount, most: int) -> Amount | None:
        """The range, when its ends are in order, of one kind, and the upper is at most `most` times the lower."""
        low, place = left.value, left.place
        if right.scaled and not left.scaled and not left.marked:
            scale = right.number.scale
            if scale is not None and low * scale <= right.value:
                low, place = low * scale, place * scale
        if left.percent != right.percent and left.marked and right.marked:
            return None
        if left.currency != right.currency and left.marked and right.marked:
            return None
        if not 0 < low < right.value or right.value > most * low:
            return None
        marked = right if right.marked else left
        joined = Amount(left.first, right.last, right.number, low, min(place, right.place), right.value)
        joined.currency, joined.marked, joined.percent = marked.currency, marked.marked, marked.percent
        joined.case, joined.approx, joined.head = right.case, left.approx or right.approx, left.number
        return joined


def _may_mark(token: Token) -> bool:
    """A quick look: False when a token beside a number can be no part of a currency or a percent."""
    return token.kind is not WORD or token.lex.marks
