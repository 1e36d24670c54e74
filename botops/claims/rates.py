"""Exchange rates that a book fixes: as such, or in a sentence of its policies ("1 $ = 540 ₸", "по курсу 540 ₸")."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from botops.claims.cues import speaks_of
from botops.claims.grammar.lexer import lex
from botops.claims.mentions import find_mentions
from botops.claims.names import NameIndex
from botops.claims.policy import BookTerms
from botops.claims.words import fold, words
from botops.pricebook.model import PriceBook, Window


class FixedRate(NamedTuple):
    """How much of the book's currency one unit of another is; `skus` are the products it is meant for (none: any)."""

    currency: str
    value: Decimal
    window: Window
    skus: frozenset[str] = frozenset()


def fixed_rates(book: PriceBook, terms: BookTerms, names: NameIndex) -> tuple[FixedRate, ...]:
    """All rates of a book, those of its policies with the dates their sentences give."""
    out = [FixedRate(r.currency, r.value, r.window) for r in book.rates]
    for rule in terms.rules:
        if rule.offer is None:
            for currency, value in _rates_in(rule.text, book.currency):
                hits = names.find(words(fold(rule.text)))
                out.append(
                    FixedRate(
                        currency, value, rule.window, frozenset(s for h in hits if h.strength > 1 for s in h.skus)
                    )
                )
    return tuple(out)


def rates_on(rates: tuple[FixedRate, ...], day: date) -> Iterator[FixedRate]:
    """Rates in force on a day."""
    return (r for r in rates if r.window.covers(day))


def _rates_in(text: str, own: str) -> Iterator[tuple[str, Decimal]]:
    """Rates a sentence fixes: one unit of another currency beside a sum in the book's, or a sum it calls a rate."""
    money = [m for m in find_mentions(text) if m.kind == "money"]
    ours = [m.amount for m in money if m.currency == own]
    units = {m.currency for m in money if m.amount == 1} - {None, own}
    if not units and speaks_of("rate", text):
        units = {t.lex.currency.code for t in lex(text).tokens if t.lex.currency is not None} - {None, own}
    for currency in sorted(u for u in units if u is not None):
        if len(ours) == 1:
            yield currency, ours[0]
