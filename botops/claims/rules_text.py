"""Rules of a book in words fit to show."""

from __future__ import annotations

import re

from botops.claims.policy import Rule
from botops.pricebook.lookup import is_percent

_JOINED = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}\b)")
"""Spaces between thousands."""


def describe(rule: Rule) -> str:
    """A rule as one line: its value, its conditions, until when it holds."""
    offer = rule.offer
    if offer is None:
        return rule.text
    parts = []
    if offer.code:
        parts.append(offer.code)
    if offer.value is not None and str(offer.value) not in _JOINED.sub("", rule.text):
        parts.append(f"{offer.value}{'%' if is_percent(offer) else ''}")
    if rule.text:
        parts.append(rule.text)
    line = " — ".join(parts) or offer.id
    if offer.window.valid_from and offer.window.valid_to:
        return f"{line} ({offer.window.valid_from:%d.%m.%Y} – {offer.window.valid_to:%d.%m.%Y})"
    if offer.window.valid_to:
        return f"{line} (– {offer.window.valid_to:%d.%m.%Y})"
    return line
