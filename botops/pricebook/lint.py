"""What a well-formed price book can still have wrong. Errors make a book unusable, warnings only doubtful."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from botops.config.wording import suggestion
from botops.pricebook.fields import Record
from botops.pricebook.model import Offer, OfferKind, Price, Product, Window

Variant = tuple[Any, ...]


_GROUPED = re.compile(r"(?<=\d)[\s.,](?=\d{3}\b)")
"""What stands between the thousands of a sum."""


def variant_key(price: Price) -> Variant:
    """What tells two prices of one product apart, dates aside."""
    attributes = tuple(sorted((key, str(value)) for key, value in price.attributes.items()))
    return (price.per, price.unit, price.currency, price.min_qty, price.region, price.segment, attributes)


def check_prices(product: Record, prices: Sequence[tuple[int, Price]]) -> None:
    """Notes prices of the same variant whose windows overlap: which of them holds cannot be told."""
    variants: dict[Variant, list[tuple[int, Price]]] = {}
    for index, price in prices:
        variants.setdefault(variant_key(price), []).append((index, price))
    for same in variants.values():
        if len(same) > 1:
            _check_overlaps(product, same)


def _check_overlaps(product: Record, same: list[tuple[int, Price]]) -> None:
    ordered = sorted(same, key=lambda item: (item[1].window.valid_from or date.min, item[0]))
    reach_index, reach = ordered[0]
    for index, price in ordered[1:]:
        if _last(reach.window) >= (price.window.valid_from or date.min):
            _overlap(product, (reach_index, reach), (index, price))
        if _last(price.window) >= _last(reach.window):
            reach_index, reach = index, price


def _overlap(product: Record, one: tuple[int, Price], other: tuple[int, Price]) -> None:
    index, price = other
    path = (*product.path, "prices", index)
    if price.amount == one[1].amount and price.from_price == one[1].from_price:
        message = f"the same price as entry {one[0]} over the same days: remove one of them"
        product.notes.add(path, message, "repeated-price", level="warning")
        return
    message = (
        f"{price.amount} and {one[1].amount} (entry {one[0]}) hold on the same days for the same variant: "
        "end the earlier one with valid_to, or tell them apart by attributes, unit, region or segment"
    )
    product.notes.add(path, message, "overlapping-prices")


def _last(window: Window) -> date:
    return window.valid_to or date.max


def check_offer(record: Record, offer: Offer) -> None:
    """Notes an offer whose value cannot mean anything."""
    number = offer.value if not isinstance(offer.value, str) else None
    percent = offer.kind in {OfferKind.PERCENT, OfferKind.CASHBACK}
    # "20 000 ₸ бонусами" is a cashback of a sum: then its conditions say so.
    if percent and number is not None and number > 100 and f"{number:f}" not in _GROUPED.sub("", offer.conditions):
        message = f"{number} percent: write a percentage from 0 to 100, or name the sum in `conditions`"
        record.wrong("value", message, "percent-range")
    if offer.kind is OfferKind.PROMO_CODE and offer.code is None:
        record.wrong("code", "a promo code without its code: add the key `code`", "missing-code")
    needs_number = offer.kind in {OfferKind.PERCENT, OfferKind.AMOUNT, OfferKind.INSTALLMENT, OfferKind.CASHBACK}
    if needs_number and isinstance(offer.value, str):
        record.wrong("value", f"a number expected, not `{offer.value}`: write digits alone")


def check_book(record: Record, products: Sequence[tuple[int, Product]], offers: Sequence[tuple[int, Offer]]) -> None:
    """Notes repeated SKUs and offer ids, SKUs nobody sells, and names that several products share."""
    skus: dict[str, int] = {}
    names: dict[str, Product] = {}
    for index, product in products:
        if not product.sku:
            continue
        if product.sku in skus:
            message = f"the sku `{product.sku}` is taken by product {skus[product.sku]}: give it another"
            record.notes.add(("products", index, "sku"), message, "duplicate-sku")
        skus.setdefault(product.sku, index)
        _check_names(record, index, product, names)
    ids: dict[str, int] = {}
    for index, offer in offers:
        if offer.id and ids.setdefault(offer.id, index) != index:
            message = f"the id `{offer.id}` is taken by offer {ids[offer.id]}: give it another"
            record.notes.add(("offers", index, "id"), message, "duplicate-offer")
        for number, sku in enumerate(offer.applies_to):
            if sku not in skus:
                message = f"no product has the sku `{sku}`{_near(sku, skus)}"
                record.notes.add(("offers", index, "applies_to", number), message, "unknown-sku")


def _check_names(record: Record, index: int, product: Product, names: dict[str, Product]) -> None:
    for number, name in enumerate(product.names):
        owner = names.setdefault(name.casefold(), product)
        if owner is not product:
            key: tuple[str | int, ...] = ("name",) if number == 0 else ("aliases", number - 1)
            message = f"`{name}` also names `{owner.sku}`: a client's words will not tell the two apart; rename one"
            record.notes.add(("products", index, *key), message, "shared-name", level="warning")


def _near(sku: str, skus: dict[str, int]) -> str:
    hint = suggestion(sku, skus)
    return hint if "did you mean" in hint else ": correct it or add the product"
