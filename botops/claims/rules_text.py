"""Rules of a book in words fit to show."""

from __future__ import annotations

import re
from decimal import Decimal

from botops.claims.policy import Rule
from botops.claims.shown import show_amount
from botops.pricebook.lookup import is_percent
from botops.pricebook.model import Offer, OfferKind

_JOINED = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f](?=\d{3}\b)")
"""Spaces between thousands."""
_SUMS = frozenset({OfferKind.AMOUNT, OfferKind.DELIVERY, OfferKind.PERCENT, OfferKind.PROMO_CODE, OfferKind.CASHBACK})
"""Offers whose value is a sum of money where it is no percentage."""


def describe(rule: Rule) -> str:
    """A rule as one line: its value, its conditions, until when it holds."""
    offer = rule.offer
    if offer is None:
        return rule.text
    parts = []
    if offer.code:
        parts.append(offer.code)
    if offer.value is not None and str(offer.value) not in _JOINED.sub("", rule.text):
        parts.append(_value(offer, rule.currency))
    if rule.text:
        parts.append(rule.text)
    line = " — ".join(parts) or offer.id
    if offer.window.valid_from and offer.window.valid_to:
        return f"{line} ({offer.window.valid_from:%d.%m.%Y} – {offer.window.valid_to:%d.%m.%Y})"
    if offer.window.valid_to:
        return f"{line} (– {offer.window.valid_to:%d.%m.%Y})"
    return line


def _value(offer: Offer, currency: str) -> str:
    if is_percent(offer):
        return f"{offer.value}%"
    if offer.kind in _SUMS and isinstance(offer.value, Decimal):
        return show_amount(offer.value, currency)
    return str(offer.value)
