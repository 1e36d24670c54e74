"""A price book as YAML text that reads back as the same book."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from botops.config.yaml_writer import dump_yaml
from botops.pricebook.model import Offer, Policies, Price, PriceBook, Product, Window

_DERIVED_VERSION = re.compile(r"[0-9a-f]{12}")


def dump(book: PriceBook) -> str:
    """The book as YAML, keys with their default value left out. `load` of it gives an equal book, but for `source` and
    for a version that was derived from the file's contents."""
    return dump_yaml(as_data(book), width=120)


def as_data(book: PriceBook) -> dict[str, Any]:
    """The book as plain data in the file format, fractions as `Decimal`."""
    named = "" if _DERIVED_VERSION.fullmatch(book.version) else book.version
    return _kept(
        {
            "version": named,
            "currency": book.currency,
            "timezone": book.timezone,
            "products": [_product(product, book.currency) for product in book.products],
            "offers": [_offer(offer) for offer in book.offers],
            "policies": _policies(book.policies),
            "rates": [{"currency": r.currency, "value": r.value, **_window(r.window)} for r in book.rates],
        }
    )


def _product(product: Product, currency: str) -> dict[str, Any]:
    return _kept(
        {
            "sku": product.sku,
            "name": product.name,
            "aliases": list(product.aliases),
            "prices": [_price(price, currency) for price in product.prices],
        }
    )


def _price(price: Price, currency: str) -> dict[str, Any]:
    return _kept(
        {
            "amount": price.amount,
            "currency": None if price.currency == currency else price.currency,
            "per": price.per,
            "unit": price.unit,
            **_window(price.window),
            "min_qty": None if price.min_qty == 1 else price.min_qty,
            "from": price.from_price or None,
            "region": price.region,
            "segment": price.segment,
            "floor": price.floor,
            "attributes": dict(price.attributes),
        }
    )


def _offer(offer: Offer) -> dict[str, Any]:
    return _kept(
        {
            "id": offer.id,
            "kind": offer.kind.value,
            "value": offer.value,
            "code": offer.code,
            "applies_to": list(offer.applies_to),
            "conditions": offer.conditions,
            **_window(offer.window),
        }
    )


def _policies(policies: Policies) -> dict[str, Any]:
    known = {
        "vat_included": policies.vat_included,
        "vat_percent": policies.vat_percent,
        "text": list(policies.text),
    }
    return {**_kept(known), **policies.extra}


def _window(window: Window) -> dict[str, str | None]:
    return {"valid_from": _day(window.valid_from), "valid_to": _day(window.valid_to)}


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _kept(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not None and value not in ("", [], {})}
