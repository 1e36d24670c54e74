"""Numbers of messages: which may multiply a price, which are sums, and the words and units of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from botops.claims.context import ParsedMessage, sounds_like_money
from botops.claims.quantities import Quantity, ends_a_name
from botops.claims.reading import read
from botops.claims.words import fold, words

_MAX_COUNT = Decimal(100_000)
_MAX_HEADS, _MAX_SUM = Decimal(10_000), Decimal(10) ** 9
_LARGE, _FIRST_YEAR, _LAST_YEAR = 1000, 1990, 2100
_EACH = re.compile(r"\b(?:по|at)\s+$")
_AREA = re.compile(
    r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,2})?)\s?(?:м|m)?\s?(?:[x×х*]|на|by|ға)\s?(\d{1,3}(?:[.,]\d{1,2})?)(?![\d%]|[.,]\d|\s\d{3})"
)


@lru_cache(maxsize=4096)
def stems_in(text: str) -> frozenset[str]:
    """Stems of all words of a text."""
    return frozenset(w.stem for w in words(fold(text)))


@lru_cache(maxsize=4096)
def units_in(text: str) -> frozenset[str]:
    """Units and periods a text names."""
    return frozenset(t[2:] for tags in read(text).tags for t in tags if t.startswith("u:"))


def sums_in(message: ParsedMessage) -> list[Decimal]:
    """Sums a client named, with a currency or without ("у меня по смете 540 000", "бюджет 1500")."""
    sums = {
        m.start: m.amount
        for m in message.numbers
        if m.kind == "money" and (m.role != "bare" or sounds_like_money(m, message.book))
    }
    for quantity in message.quantities:
        if _MAX_HEADS <= quantity.value <= _MAX_SUM and " " in message.folded[quantity.start : quantity.end]:
            sums.setdefault(quantity.start, quantity.value)
    return [sums[k] for k in sorted(sums)]


def prices_each(message: ParsedMessage) -> frozenset[Decimal]:
    """Sums a client names as the price of one of several ("20 рулонов по 1 000"): nothing that could be added up."""
    return frozenset(m.amount for m in message.numbers if _EACH.search(message.folded, max(m.start - 8, 0), m.start))


def plain_sums(message: ParsedMessage) -> list[Decimal]:
    """Large numbers of nothing said ("а на 3000?", "счёт на 27000"): what a percent may be taken of."""
    return [
        q.value
        for q in message.quantities
        if q.value >= _LARGE and not q.unit and not _FIRST_YEAR <= q.value <= _LAST_YEAR and countable(message, q)
    ]


def numbers_in(messages: Iterable[ParsedMessage]) -> tuple[Decimal, ...]:
    """Numbers of messages that may multiply a price, areas of two sides included, each once."""
    out: dict[Decimal, None] = {}
    for message in messages:
        for sides in _AREA.finditer(message.folded):
            area = Decimal(sides[1].replace(",", ".")) * Decimal(sides[2].replace(",", "."))
            out.update({area: None} if area else {})
        for quantity in message.quantities:
            if countable(message, quantity):
                out[quantity.value] = None
    return tuple(out)


def countable(message: ParsedMessage, quantity: Quantity) -> bool:
    """True for a number that may multiply a price: no money, no percent, no year, no phone, no part of a name."""
    if not 0 < quantity.value <= _MAX_COUNT or quantity.ordinal or ends_a_name(message.text, message.words, quantity):
        return False
    if message.days.meet(quantity.start, quantity.end) or message.sums.meet(quantity.start, quantity.end):
        return False
    text = message.text[quantity.start : quantity.end]
    return not (text.isdecimal() and len(text) > 5)
