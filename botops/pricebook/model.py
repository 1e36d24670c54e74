"""Price books: products, dated prices, offers and policies, and look-ups "as of" a day.

Amounts are `Decimal` here: this room is pure and exact. A price without a currency is in the book's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class OfferKind(StrEnum):
    """Kinds of offers; what `value` means for each is said at `Offer`."""

    PERCENT = "percent"
    AMOUNT = "amount"
    PROMO_CODE = "promo_code"
    FREE_PERIOD = "free_period"
    INSTALLMENT = "installment"
    GIFT = "gift"
    DELIVERY = "delivery"
    TRIAL = "trial"
    WARRANTY = "warranty"
    CASHBACK = "cashback"


@dataclass(frozen=True, slots=True)
class Window:
    """Days on which something is in force, both ends included; None is open."""

    valid_from: date | None = None
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """True when `day` lies inside."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Price:
    """One price of a product.

    `per` is the charging period or unit (once, month, year, unit, hour, kg, visit, night, lesson …) and `unit` says of
    what. `min_qty` opens a quantity tier. `from_price` marks "from …": the real figure is not below it. `attributes`
    name the variant. `floor` is the amount no concession may go below.
    """

    amount: Decimal
    currency: str
    per: str = "once"
    unit: str | None = None
    window: Window = Window()
    min_qty: int = 1
    from_price: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    floor: Decimal | None = None
    region: str | None = None
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """Something sold, under one name and any number of aliases."""

    sku: str
    name: str
    aliases: tuple[str, ...] = ()
    prices: tuple[Price, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name, then the aliases."""
        return (self.name, *self.aliases)

    def prices_on(self, day: date, *, region: str | None = None, segment: str | None = None) -> tuple[Price, ...]:
        """Prices in force on a day. A price bound to a region or segment counts only for that one; asked without a
        region (or segment), all of them count."""
        return tuple(
            p
            for p in self.prices
            if p.window.covers(day)
            and (region is None or p.region is None or p.region == region)
            and (segment is None or p.segment is None or p.segment == segment)
        )


@dataclass(frozen=True, slots=True)
class Offer:
    """A discount or another commercial term.

    `value`: percent for `percent`; percent or amount for `promo_code` (the conditions say which); money off for
    `amount`; months for `installment`, `warranty` and `free_period` unless the conditions say days; days or visits for
    `trial`; the fee for `delivery`; percent for `cashback`; the thing given for `gift` (text).
    An empty `applies_to` means the whole order.
    """

    id: str
    kind: OfferKind
    value: Decimal | str | None
    code: str | None = None
    applies_to: tuple[str, ...] = ()
    conditions: str = ""
    window: Window = Window()


@dataclass(frozen=True, slots=True)
class Rate:
    """Units of the book's currency for one unit of `currency`, in force in a window."""

    currency: str
    value: Decimal
    window: Window = Window()


@dataclass(frozen=True, slots=True)
class Policies:
    """Free-form rules. `extra` holds keys this version does not know."""

    vat_included: bool | None = None
    vat_percent: Decimal | None = None
    text: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PriceBook:
    """A whole price list. `version` names it in verdicts; without one it is the first 12 hex digits of its SHA-256."""

    currency: str
    products: tuple[Product, ...]
    offers: tuple[Offer, ...] = ()
    policies: Policies = Policies()
    timezone: str = "Asia/Almaty"
    version: str = ""
    rates: tuple[Rate, ...] = ()
    source: str = ""
    _by_sku: dict[str, Product] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_sku.update((p.sku, p) for p in self.products)

    def product(self, sku: str) -> Product | None:
        """The product of a SKU."""
        return self._by_sku.get(sku)

    def offers_on(self, day: date) -> Iterator[Offer]:
        """Offers in force on a day."""
        return (o for o in self.offers if o.window.covers(day))
