"""Sums said right behind a product's name: prices of it, whatever is added up around them."""

from __future__ import annotations

import re

from botops.claims.context import ParsedMessage
from botops.claims.cues import speaks_of
from botops.claims.mention import Mention

_BESIDE = re.compile(
    r"[\s—–:»”\"-]{1,5}"
    r"(?:(?:сейчас|сегодня|теперь|у нас|қазір|currently|now)\s+)?"
    r"(?:(?:стоит|стоят|это|is|are|costs?|currently)\s+){0,2}"
    r"(?:[—–:-]\s*)?"
    r"(?:(?:бір\s\w+|ай|жыл|апта|күн|сағат|түн)\w*?(?:на|не|ына|іне|ға|ге|қа|ке)\s+){0,2}"
)
_WITH = frozenset("с со вместе плюс и без кроме за with and plus without besides мен бен пен және".split())
_WITH_KAZAKH = ("мен", "бен", "пен", "сыз", "сіз")


def plainly_priced(reply: ParsedMessage, mention: Mention) -> bool:
    """True for "доставка 5 000 ₸" with the product's whole name; "с доставкой 25 000" and "итого доставка …" are sums
    that take it in."""
    hit = next((h for h in reversed(reply.hits) if h.end <= mention.start), None)
    if hit is None or hit.strength < 2 or not _BESIDE.fullmatch(reply.folded, hit.end, mention.start):
        return False
    if reply.folded.endswith(_WITH_KAZAKH, 0, hit.end):
        return False
    part = reply.segment_of(mention.start)
    start = max([part.start if part is not None else 0, *(m.end for m in reply.numbers if m.end <= hit.start)])
    led = reply.folded[start : hit.start]
    return not speaks_of("total", led) and _WITH.isdisjoint(led.split())
