"""A check of an invented company: its couriers never come on the day of the order, so the bot must not say so.

Installed as a package of its own; see pyproject.toml beside it for the entry point.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from botops.claims import ReplyToCheck
from botops.domain.findings import Finding

_COMES = re.compile(r"привез\w*|достав\w*|жеткіз\w*|deliver\w*", re.IGNORECASE)
_SAME_DAY = re.compile(r"\b(?:сегодня(?:\s+же)?|в\s+день\s+заказа|бүгін|today|same[- ]day)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?\n]+")
_WHY = {
    "ru": "Курьеры не приезжают в день заказа: самое раннее — завтра.",
    "kk": "Курьерлер тапсырыс күні келмейді: ең ерте дегенде — ертең.",
    "en": "Couriers never come on the day of the order: tomorrow at the earliest.",
}


def same_day(reply: ReplyToCheck) -> Iterable[Finding]:
    """Deliveries promised for the day of the order, unless a policy of the price book allows them."""
    if any(_SAME_DAY.search(policy) for policy in reply.book.book.policies.text):
        return
    for sentence in _SENTENCE.finditer(reply.text):
        promised = _SAME_DAY.search(sentence[0])
        if promised and _COMES.search(sentence[0]) and " не " not in f" {sentence[0].lower()} ":
            start = sentence.start()
            yield reply.finding(start + promised.start(), start + promised.end(), _WHY)
