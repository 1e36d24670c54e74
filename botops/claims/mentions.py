"""Finds money, percents, bare numbers and quantities in a text: the door of the grammar of amounts.

    read(text)           everything at once: mentions, bare numbers, quantities
    find_mentions(text)  money and percents — what a text says as such
    find_numbers(text)   the same plus bare numbers that could be prices ("Тариф Плюс — 24 900")
    find_quantities(text)  counts, measures, dates, phones, order numbers: numbers that are no prices

Each number of the text is in exactly one of `mentions`, `bare`, `quantities`, or (small counts of an unknown thing)
among the quantities with reason "count". One pass, linear in the text, no state between calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from botops.claims.grammar import exclusions, surroundings
from botops.claims.grammar.amounts import Amount, Reader
from botops.claims.grammar.lexemes import may_hold_numbers
from botops.claims.grammar.lexer import OTHER, Lexed, Token, lex
from botops.claims.grammar.money import is_cell
from botops.claims.grammar.surroundings import After
from botops.claims.mention import Mention, Quantity, Reason, Role
from botops.claims.normalise import Normalised, normalise

_DIGIT = re.compile("[0-9]")
_RUSSIAN_HE = "он"
_THOUSANDS = frozenset("kKкК")
_GOVERNED = frozenset({"dat", "abl"})
"""Kazakh cases of a number that is a price by itself ("14 000-ға келістік"): one that counts takes no ending."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Every number of a text, sorted by place: money and percents, bare numbers, and numbers that are neither.
    `complete` is False when the text held more numbers than are read (`lexer.MAX_NUMBERS`): judge nothing then."""

    mentions: tuple[Mention, ...] = ()
    bare: tuple[Mention, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    complete: bool = True

    @property
    def numbers(self) -> tuple[Mention, ...]:
        """Mentions and bare numbers in the order of the text."""
        return tuple(sorted((*self.mentions, *self.bare), key=lambda m: m.start)) if self.bare else self.mentions


_EMPTY = Reading()


def find_mentions(text: str) -> tuple[Mention, ...]:
    """Money (with a currency, or a scale or price word) and percents. Never raises, whatever the text."""
    return read(text).mentions


def find_numbers(text: str) -> tuple[Mention, ...]:
    """`find_mentions` plus numbers that could be prices (role "priced" or "bare", currency None); numbers known as a
    phone, date, time, order number, size or count are left out."""
    return read(text).numbers


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Numbers that are no prices: counts with their unit, dates, times, phones, numbers of orders."""
    return read(text).quantities


def read(text: str) -> Reading:
    """Reads a text once."""
    plain = normalise(text)
    if not _DIGIT.search(plain.text) and not may_hold_numbers(plain.text.lower()):
        return _EMPTY
    return _Scan(text, plain, lex(plain.text)).run()


class _Scan:
    def __init__(self, text: str, plain: Normalised, lexed: Lexed) -> None:
        self.text = text
        self.plain = plain
        self.tokens, self.anchors, self.complete = lexed
        self.reader = Reader(self.tokens, cell=is_cell(self.tokens))
        self.said = 0  # the token behind the last amount and its charging units
        self.mentions: list[Mention] = []
        self.bare: list[Mention] = []
        self.quantities: list[Quantity] = []

    def run(self) -> Reading:
        reader, items = self.reader, self.tokens
        for at in self.anchors:
            if at < reader.taken:
                continue
            token = items[at]
            if token.kind is OTHER:
                self._quantity(token.value, token.start, token.end)
            elif token.lex.percent_value is not None:
                self._compound(token)
            else:
                amount = reader.read(at)
                if amount is not None:
                    reader.taken = self._sort(amount)
        return Reading(tuple(self.mentions), tuple(self.bare), tuple(self.quantities), self.complete)

    def _compound(self, token: Token) -> None:
        """ "двадцатипроцентная": the number and the percent in one word."""
        start, end = self.plain.span(token.start, token.end)
        value = token.lex.percent_value
        assert value is not None
        self.mentions.append(Mention("percent", start, end, self.text[start:end], value))

    def _sort(self, amount: Amount) -> int:
        """Files an amount where it belongs and returns the token to go on from."""
        if amount.marked:
            return self._mention(amount, "marked")
        if amount.last == amount.first + 1 and self.tokens[amount.first].low == _RUSSIAN_HE:
            return amount.last
        why_not = exclusions.excluded(self.tokens, amount)
        if why_not is not None:
            self._count(amount, why_not.reason, why_not.unit, why_not.last)
            return max(why_not.last, amount.last)
        after = surroundings.read_after(self.tokens, amount.last, amount.case)
        cued = surroundings.priced(self.tokens, amount)
        counted = exclusions.counted_word(self.tokens, after.last if after.bound or after.hedge else amount.last)
        small = surroundings.too_small(amount)
        if amount.case in _GOVERNED and not small:
            cued, counted = True, None
        if counted is not None and (small or not (cued and self._cue_is_near(amount))):
            self._count(amount, "count", counted, amount.last)
            return amount.last
        slang = amount.number.money and amount.first > 0 and self.tokens[amount.first - 1].low in {"a", "в", "за"}
        if amount.number.lone and slang:
            return self._mention(amount, "scaled")
        if amount.number.lone or (amount.number.spelled and not amount.scaled and (small or not cued)):
            self._count(amount, "count", None, amount.last)
            return amount.last
        if amount.scaled and self._scale_is_money(amount, after, cued=cued, counted=counted):
            return self._mention(amount, "scaled")
        if small and not cued and not after.pers:
            self._count(amount, "count", None, amount.last)
            return amount.last
        return self._add(amount, "priced" if cued or after.pers else "bare", self.bare)

    def _cue_is_near(self, amount: Amount) -> bool:
        """True when one of the two words in front is of price: "стоит 15 700 независимо …" counts nothing."""
        return any(token.lex.cue for token in self.tokens[max(0, amount.first - 2) : amount.first])

    def _scale_is_money(self, amount: Amount, after: After, *, cued: bool, counted: str | None) -> bool:
        """True when a scale word alone shows money: slang, a price word near by, or nothing behind it to be counted."""
        letter = amount.number.letter
        if amount.number.money:
            return True
        if letter and letter not in _THOUSANDS:
            return False
        if cued:
            return True
        return counted is None and bool(letter or after.pers or amount.number.lang in {"ru", "kk"})

    def _mention(self, amount: Amount, role: Role) -> int:
        return self._add(amount, role, self.mentions)

    def _add(self, amount: Amount, role: Role, into: list[Mention]) -> int:
        """Files a mention and returns the token behind it, its bound and its charging units."""
        items = self.tokens
        before_bound, before_hedge = surroundings.bound_before(items, amount.first)
        after = surroundings.read_after(items, amount.last, amount.case)
        pers = after.pers
        unit = None if amount.percent else surroundings.per_before(items, amount.first, self.said)
        if unit and unit not in pers:
            pers = (*pers, unit)
        start, end = self.plain.span(items[amount.first].start, items[amount.last - 1].end)
        one_sided = amount.value_max is None
        into.append(
            Mention(
                kind="percent" if amount.percent else "money",
                start=start,
                end=end,
                quote=self.text[start:end],
                amount=_tidy(amount.value),
                amount_max=None if amount.value_max is None else _tidy(amount.value_max),
                currency=amount.currency,
                per=pers[0] if pers else None,
                bound=(after.bound or amount.bound or before_bound) if one_sided else None,
                approx=amount.approx or amount.case == "like" or before_hedge or after.hedge,
                digits=_tidy(amount.place),
                role=role,
                pers=pers,
            )
        )
        self.said = after.last
        return after.last

    def _count(self, amount: Amount, reason: Reason, unit: str | None, last: int) -> None:
        start, end = self.tokens[amount.first].start, self.tokens[max(last, amount.last) - 1].end
        value_max = None if amount.value_max is None else _tidy(amount.value_max)
        self._quantity(reason, start, end, _tidy(amount.value), value_max, unit)

    def _quantity(
        self, reason: Reason, start: int, end: int, value: Decimal | None = None, high: Decimal | None = None,
        unit: str | None = None,
    ) -> None:  # fmt: skip
        start, end = self.plain.span(start, end)
        self.quantities.append(Quantity(reason, start, end, self.text[start:end], value, high, unit))


def _tidy(value: Decimal) -> Decimal:
    """Without trailing zeros and never in exponent form: 1E+3 and 1000.00 are both 1000."""
    if value.as_tuple().exponent == 0:
        return value
    whole = value.to_integral_value()
    return whole.quantize(Decimal(1)) if value == whole else value.normalize()
