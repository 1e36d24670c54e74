"""When prices run out: the day after which something sold has no price any more."""

from __future__ import annotations

from datetime import date, timedelta

from botops.pricebook.model import PriceBook, Product

_DAY = timedelta(days=1)


def first_end(book: PriceBook, today: date) -> tuple[date, str] | None:
    """The first day from `today` on that is the last one on which a product now sold has a price, and the product's
    SKU; None when no price runs out.

    A price that another one follows without a gap does not run out, whatever variant, region or quantity it is for.
    """
    ends = ((end, product.sku) for product in book.products if (end := last_day(product, today)) is not None)
    return min(ends, default=None)


def last_day(product: Product, today: date) -> date | None:
    """The last day on which a product has a price without a gap since `today`; None when there is no such day, or no
    price today."""
    last = today - _DAY
    while windows := [price.window for price in product.prices_on(last + _DAY)]:
        ends = [window.valid_to for window in windows if window.valid_to is not None]
        if len(ends) < len(windows):
            return None
        last = max(ends)
    return last if last >= today else None
