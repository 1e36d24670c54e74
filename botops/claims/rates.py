"""Exchange rates that a book fixes: as such, or in a sentence of its policies ("1 $ = 540 ₸", "по курсу 540 ₸").

A sentence may fix several, each for a time of its own: "505 ₸ за 1 $ до 30 сентября 2026, 515 ₸ за 1 $ с 1 октября".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from botops.claims.cues import speaks_of
from botops.claims.dates import Dated, find_dates
from botops.claims.grammar.lexer import lex
from botops.claims.mention import Mention
from botops.claims.mentions import find_mentions
from botops.claims.names import NameIndex
from botops.claims.policy import BookTerms
from botops.claims.words import Word, fold, words
from botops.pricebook.model import PriceBook, Window

_SINCE = frozenset("с со from since бастап".split())
_UNTIL = frozenset("до по until till through дейін".split())
_BESIDE, _YEAR = 3, 4
_EVER = Window()


class FixedRate(NamedTuple):
    """How much of the book's currency one unit of another is; `skus` are the products it is meant for (none: any).

    `said` is the number by which it is spoken of: 505 for "505 ₸ за 1 $", whichever of the two is the book's currency.
    """

    currency: str
    value: Decimal
    window: Window
    skus: frozenset[str] = frozenset()
    said: Decimal = Decimal(0)


def fixed_rates(book: PriceBook, terms: BookTerms, names: NameIndex) -> tuple[FixedRate, ...]:
    """All rates of a book, those of its policies with the dates their sentences give."""
    out = [FixedRate(r.currency, r.value, r.window, said=r.value) for r in book.rates]
    for rule in terms.rules:
        if rule.offer is None:
            found = tuple(_rates_in(rule.text, book.currency))
            if found:
                hits = names.find(words(fold(rule.text)))
                skus = frozenset(s for h in hits if h.strength > 1 for s in h.skus)
                out += (r._replace(skus=skus) for r in found)
    return tuple(out)


def rates_on(rates: tuple[FixedRate, ...], day: date) -> Iterator[FixedRate]:
    """Rates in force on a day."""
    return (r for r in rates if r.window.covers(day))


def _rates_in(text: str, own: str) -> Iterator[FixedRate]:
    """Rates a sentence fixes: one unit of a currency beside a sum in another, or a sum it calls a rate."""
    money = [m for m in find_mentions(text) if m.kind == "money" and m.currency is not None]
    pairs = list(_pairs(money))
    said = words(fold(text))
    for place, pair in enumerate(pairs):
        before = pairs[place - 1][1].end if place else 0
        after = pairs[place + 1][0].start if place + 1 < len(pairs) else len(text)
        follow = [w for w in said if pair[1].end <= w.start < after]
        lead = [w for w in said if before <= w.start < pair[0].start]
        rate = _rate_of(*pair, own)
        if rate is not None:
            yield rate._replace(window=_window_of(follow if find_dates(follow) else lead if place == 0 else ()))
    ours = [m.amount for m in money if m.currency == own]
    if not pairs and len(ours) == 1 and speaks_of("rate", text):
        for currency in sorted({t.lex.currency.code or own for t in lex(text).tokens if t.lex.currency} - {own}):
            yield FixedRate(currency, ours[0], _window_of(said), said=ours[0])


def _pairs(money: Sequence[Mention]) -> Iterator[tuple[Mention, Mention]]:
    """One unit of a currency with the sum in another beside it; each stands in one pair."""
    taken = -1
    for first, second in pairwise(money):
        told = first.currency != second.currency and (first.amount == 1) != (second.amount == 1)
        if told and first.start > taken:
            taken = second.start
            yield first, second


def _rate_of(first: Mention, second: Mention, own: str) -> FixedRate | None:
    """The rate that one unit of a currency beside a sum in another gives; None where neither is the book's."""
    one, other = (first, second) if first.amount == 1 else (second, first)
    if other.currency == own and one.currency is not None:
        return FixedRate(one.currency, other.amount, _EVER, said=other.amount)
    if one.currency == own and other.currency is not None and other.amount:
        return FixedRate(other.currency, 1 / other.amount, _EVER, said=other.amount)
    return None


def _window_of(said: Sequence[Word]) -> Window:
    """The days between "с" and "до" that words name with their year; open where a bound is not named."""
    since = until = None
    for dated in reversed(find_dates(said)):
        day = _day(said, dated, until.year if until is not None else None)
        beside = {w.text for w in _around(said, dated)}
        if day is not None and beside & _UNTIL:
            until = day
        elif day is not None and beside & _SINCE:
            since = day
    return Window(since, until)


def _around(said: Sequence[Word], dated: Dated) -> Iterator[Word]:
    """The word before a date, and the Kazakh postposition behind it."""
    before = [w for w in said if w.end <= dated.start]
    yield from before[-1:]
    yield from [w for w in said if w.start >= dated.end and w.text in {"бастап", "дейін"}][:1]


def _day(said: Sequence[Word], dated: Dated, known: int | None) -> date | None:
    """The day of a date, of the year named beside it or of the one known."""
    near = [w for w in said if w.start >= dated.end][:_BESIDE] + [w for w in said if w.end <= dated.start][-_BESIDE:]
    year = next((int(w.text) for w in near if len(w.text) == _YEAR and w.text.isdigit()), known)
    if year is None or len(dated.months) != 1 or dated.day is None:
        return None
    try:
        return date(year, dated.months[0], dated.day)
    except ValueError:
        return None
