"""Look-ups "as of" a day: which price holds for whom, how many and until when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from botops.pricebook.model import Offer, OfferKind, Price, PriceBook

_PERCENT = re.compile(r"%|процент|пайыз|percent", re.IGNORECASE)
_MONEY = re.compile(r"₸|\$|€|₽|тенге|теңге|\bтг\b|\bруб|\bkzt\b|\busd\b|фиксированн|fixed amount", re.IGNORECASE)


def prices_of(
    book: PriceBook,
    sku: str,
    on: date,
    *,
    quantity: int = 1,
    per: str | None = None,
    unit: str | None = None,
    currency: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    region: str | None = None,
    segment: str | None = None,
) -> tuple[Price, ...]:
    """Prices of a product that hold on a day for this quantity, one for each variant that the arguments leave open.

    Of quantity tiers the highest one reached holds. A price of the asked region or segment comes before a general one;
    asked without a region (or segment), general prices come before those bound to one. `attributes` must all match,
    compared as text in any case. An unknown SKU has no prices.
    """
    product = book.product(sku)
    if product is None:
        return ()
    wanted = {key: _folded(value) for key, value in (attributes or {}).items()}
    found = [
        price
        for price in product.prices_on(on, region=region, segment=segment)
        if price.min_qty <= quantity
        and (per is None or price.per == per)
        and (unit is None or price.unit == unit)
        and (currency is None or price.currency == currency)
        and all(_folded(price.attributes.get(key)) == value for key, value in wanted.items())
    ]
    return _nearest(found, region, segment)


def price_of(
    book: PriceBook,
    sku: str,
    on: date,
    *,
    quantity: int = 1,
    per: str | None = None,
    unit: str | None = None,
    currency: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    region: str | None = None,
    segment: str | None = None,
) -> Price | None:
    """The price that holds, as for `prices_of`; None when there is none, or when several variants are left open."""
    found = prices_of(
        book, sku, on, quantity=quantity, per=per, unit=unit, currency=currency,
        attributes=attributes, region=region, segment=segment,
    )  # fmt: skip
    return found[0] if len(found) == 1 else None


def from_price(prices: Iterable[Price]) -> Price | None:
    """The lowest of some prices, fit to be quoted as "from …"; None without prices or across currencies."""
    listed = list(prices)
    if len({(p.currency, p.per, p.unit) for p in listed}) != 1:
        return None
    return min(listed, key=lambda p: p.amount)


def floor_of(prices: Iterable[Price]) -> Decimal | None:
    """The lowest amount any of some prices may be conceded to; None when none of them has a floor."""
    return min((p.floor for p in prices if p.floor is not None), default=None)


def current_and_coming(book: PriceBook, sku: str, on: date) -> tuple[tuple[Price, ...], tuple[Price, ...]]:
    """Prices of a product in force on a day, and those that begin later, soonest first."""
    product = book.product(sku)
    if product is None:
        return (), ()
    coming = [p for p in product.prices if p.window.valid_from is not None and p.window.valid_from > on]
    return product.prices_on(on), tuple(sorted(coming, key=lambda p: p.window.valid_from or date.min))


def is_percent(offer: Offer) -> bool:
    """True when an offer's value is a percentage. A promo code's conditions say which it is; where they say neither,
    a value up to 100 is a percentage. So is that of a discount or of cashback; above 100 it is a sum."""
    if offer.kind in {OfferKind.PERCENT, OfferKind.CASHBACK}:
        return not isinstance(offer.value, Decimal) or offer.value <= 100
    if offer.kind is not OfferKind.PROMO_CODE or not isinstance(offer.value, Decimal) or offer.value > 100:
        return False
    return bool(_PERCENT.search(offer.conditions)) or not _MONEY.search(offer.conditions)


def _nearest(prices: list[Price], region: str | None, segment: str | None) -> tuple[Price, ...]:
    """Of prices that differ only in tier, region or segment, the one that fits best."""
    best: dict[tuple[Any, ...], tuple[tuple[bool, bool, int], Price]] = {}
    for price in prices:
        attributes = tuple(sorted((key, _folded(value)) for key, value in price.attributes.items()))
        # Asked for no region, prices of different regions stay different answers.
        bound = (price.region if region is None else None, price.segment if segment is None else None)
        rank = (price.region is not None, price.segment is not None, price.min_qty)
        key = (price.per, price.unit, price.currency, attributes, bound)
        if key not in best or rank > best[key][0]:
            best[key] = (rank, price)
    found = [price for _, price in best.values()]
    for name, asked in (("region", region), ("segment", segment)):
        general = [p for p in found if getattr(p, name) is None]
        if asked is None and general:
            found = general
    return tuple(found)


def _folded(value: Any) -> str:
    return "" if value is None else str(value).strip().casefold()
