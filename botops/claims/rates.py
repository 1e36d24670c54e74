"""Exchange rates that a book fixes: as such, or in a sentence of its policies ("1 $ = 540 ₸", "по курсу 540 ₸ за 1 $
до 30 июня 2026 года, 550 ₸ с 1 июля")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from botops.claims.cues import speaks_of
from botops.claims.dates import window_of
from botops.claims.grammar.lexer import SIGN, Token, lex
from botops.claims.mention import Mention
from botops.claims.mentions import find_mentions
from botops.claims.names import NameIndex
from botops.claims.policy import BookTerms
from botops.claims.words import fold, words
from botops.pricebook.model import PriceBook, Window

_ONE = Decimal(1)
_CLAUSE = re.compile(r"[,;](?!\d)")
_FOR_ONE = re.compile(r"\s*(?:=|за|на|per|for|to|for each|әр)?\s*(?:the|a|an|one|один|каждый|1|бір)?\s*", re.IGNORECASE)


class FixedRate(NamedTuple):
    """One unit of `currency` is `value` of `base` within a window; `skus` are the products it is meant for (none: any).
    `one_way` marks a rate into `base` alone ("цены в тенге в доллары не пересчитываем")."""

    currency: str
    value: Decimal
    window: Window
    base: str
    skus: frozenset[str] = frozenset()
    one_way: bool = False

    def other(self, currency: str) -> str | None:
        """The currency on the other side of the rate, None when it is of neither."""
        if currency == self.base:
            return self.currency
        return self.base if currency == self.currency and not self.one_way else None

    def into(self, currency: str, amount: Decimal) -> Decimal:
        """An amount of the other side as one of a currency."""
        return amount * self.value if currency == self.base else amount / self.value


def fixed_rates(book: PriceBook, terms: BookTerms, names: NameIndex) -> tuple[FixedRate, ...]:
    """All rates of a book, those of its policies with the dates their sentences give."""
    out = [FixedRate(r.currency, r.value, r.window, book.currency) for r in book.rates]
    barred = frozenset(c for r in terms.rules if r.offer is None for c in _barred(r.text))
    for rule in terms.rules:
        if rule.offer is None:
            skus = frozenset(s for h in names.find(words(fold(rule.text))) if h.strength > 1 for s in h.skus)
            out += (r._replace(skus=skus, one_way=r.currency in barred) for r in _rates_in(rule.text))
    return tuple(out)


def _barred(text: str) -> Iterator[str]:
    """The currency into which a sentence says that nothing is converted."""
    if speaks_of("unconverted", text):
        yield from (code for _, code in _currencies(text)[-1:])


def _rates_in(text: str) -> Iterator[FixedRate]:
    """Rates a sentence fixes: sums for one unit of another currency, or one sum it calls a rate; each with the dates of
    its clause."""
    money = [m for m in find_mentions(text) if m.kind == "money" and m.currency is not None]
    ones = [m for m in money if m.amount == _ONE]
    signs = _currencies(text)
    sums = [m for m in money if m.amount != _ONE]
    found = []
    for one in sums:
        beside = {
            code
            for at, code in signs
            if at >= one.end and code != one.currency and _FOR_ONE.fullmatch(text, one.end, at)
        }
        nearest = min(ones, key=lambda m: abs(m.start - one.start), default=one)
        unit = beside or {nearest.currency} - {one.currency}
        if not unit and speaks_of("rate", text) and len(sums) == 1:
            unit = {code for _, code in signs} - {one.currency}
        found += [(one, u) for u in sorted(u for u in unit if u is not None)[:1]]
    every = [m for m, _ in found]
    for one, other in found:
        yield FixedRate(other, one.amount, window_of(_clauses(text, one, every)), one.currency or "")


def _currencies(text: str) -> list[tuple[int, str]]:
    """Places and codes of all signs and names of currencies."""
    found = ((t.start, t.value if t.kind is SIGN else _code(t)) for t in lex(text).tokens)
    return [(at, code) for at, code in found if code is not None]


def _code(token: Token) -> str | None:
    return token.lex.currency.code if token.lex.currency is not None else None


def _clauses(text: str, one: Mention, every: list[Mention]) -> str:
    """The part of a sentence about one of its sums: its clause, and those behind it that name none."""
    if len(every) == 1:
        return text
    cuts = [0, *(m.end() for m in _CLAUSE.finditer(text)), len(text)]
    parts = list(pairwise(cuts))
    own = next(i for i, (a, b) in enumerate(parts) if a <= one.start < b)
    last = own + 1
    while last < len(parts) and not any(parts[last][0] <= m.start < parts[last][1] for m in every):
        last += 1
    return text[parts[own][0] : parts[last - 1][1]]
