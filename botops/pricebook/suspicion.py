"""What of a new price book looks like a slip of the hand: a digit too many, a column shifted, half the list lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from botops.config.settings import SuspiciousChange
from botops.domain.messages import Language
from botops.pricebook.lint import variant_key
from botops.pricebook.model import Price, PriceBook, Product
from botops.pricebook.render import quoted

Variant = tuple[Any, ...]
MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One thing that a person should say yes to by name. `rule` is `changed` (too many prices are another or gone),
    `moved` (a price became many times another), `gone` (too many products are) or `currency`; `count` of `of` are
    concerned, and `examples` name the first of them."""

    rule: Literal["changed", "moved", "gone", "currency"]
    count: int
    of: int
    message: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pair:
    """One price a client is told, before and after (None when it is gone)."""

    product: Product
    before: Price
    after: Price | None

    @property
    def other(self) -> bool:
        """True when the client is told something else."""
        after = self.after
        return after is None or (self.before.amount, self.before.currency) != (after.amount, after.currency)

    @property
    def factor(self) -> Decimal | None:
        """How many times the larger of both is the smaller; None when they cannot be compared, infinite from zero."""
        if self.after is None or self.after.currency != self.before.currency or not self.other:
            return None
        low, high = sorted((self.before.amount, self.after.amount))
        return high / low if low > 0 else Decimal("Infinity")

    def line(self, language: Language) -> str:
        """`Тариф «Старт»: 6 900 ₸ → 69 000 ₸`."""
        after = quoted(self.after, language) if self.after is not None else "—"
        return f"{self.product.name}: {quoted(self.before, language)} → {after}"


def suspicions(
    old: PriceBook, new: PriceBook, today: date, limits: SuspiciousChange, language: Language = "ru"
) -> tuple[Suspicion, ...]:
    """What of the change from `old` to `new` needs an explicit yes.

    Compared is what clients are told: each variant of each product that both books have, today and on every later day
    on which a price of it begins. What only the past was sold at does not count.
    """
    pairs = [pair for product in old.products for pair in _worst(product, new.product(product.sku), today)]
    checks = (_gone(old, new, limits), _changed(pairs, limits, language), _moved(pairs, limits, language))
    return tuple(s for s in (*checks, _currency(old, new, pairs, language)) if s is not None)


def _worst(product: Product, other: Product | None, today: date) -> Iterator[_Pair]:
    """Each variant's pair on the day on which it differs most. Nothing of a product that is gone altogether."""
    if other is None:
        return
    begins = {p.window.valid_from for p in (*product.prices, *other.prices)}
    found: dict[Variant, _Pair] = {}
    for day in sorted({today, *(d for d in begins if d is not None and d > today)}):
        after = _told(other, day)
        for key, price in _told(product, day).items():
            # The same variant in another currency is a change of currency, not a price that came and one that went.
            pair = _Pair(product, price, after.get(key) or _elsewhere(key, after))
            known = found.get(key)
            if known is None or _weight(pair) > _weight(known):
                found[key] = pair
    yield from found.values()


def _told(product: Product, day: date) -> dict[Variant, Price]:
    return {variant_key(price): price for price in product.prices_on(day)}


def _elsewhere(key: Variant, prices: Mapping[Variant, Price]) -> Price | None:
    return next((p for k, p in prices.items() if _but_currency(k) == _but_currency(key)), None)


def _but_currency(key: Variant) -> Variant:
    return (*key[:2], *key[3:])


def _weight(pair: _Pair) -> tuple[bool, Decimal]:
    return pair.other, pair.factor or Decimal(0)


def _gone(old: PriceBook, new: PriceBook, limits: SuspiciousChange) -> Suspicion | None:
    lost = [p.name for p in old.products if new.product(p.sku) is None]
    total = len(old.products)
    if not total or len(lost) <= limits.gone_share * total:
        return None
    message = f"{len(lost)} of {total} products are gone"
    return Suspicion("gone", len(lost), total, message, tuple(lost[:MOST_EXAMPLES]))


def _changed(pairs: list[_Pair], limits: SuspiciousChange, language: Language) -> Suspicion | None:
    others = [p for p in pairs if p.other]
    if not pairs or len(others) <= limits.changed_share * len(pairs):
        return None
    message = f"{len(others)} of {len(pairs)} prices are others or gone"
    return Suspicion("changed", len(others), len(pairs), message, _lines(others, language))


def _moved(pairs: list[_Pair], limits: SuspiciousChange, language: Language) -> Suspicion | None:
    far = [p for p in pairs if p.factor is not None and p.factor > Decimal(str(limits.factor))]
    if not far:
        return None
    far.sort(key=lambda p: -(p.factor or Decimal(0)))
    message = f"{len(far)} of {len(pairs)} prices moved by more than {limits.factor:g} times"
    return Suspicion("moved", len(far), len(pairs), message, _lines(far, language))


def _currency(old: PriceBook, new: PriceBook, pairs: list[_Pair], language: Language) -> Suspicion | None:
    others = [p for p in pairs if p.after is not None and p.after.currency != p.before.currency]
    if not others and old.currency == new.currency:
        return None
    book = f"the book's currency was {old.currency} and is {new.currency}; " if old.currency != new.currency else ""
    message = f"{book}{len(others)} of {len(pairs)} prices are in another currency"
    return Suspicion("currency", len(others), len(pairs), message, _lines(others, language))


def _lines(pairs: list[_Pair], language: Language) -> tuple[str, ...]:
    return tuple(p.line(language) for p in pairs[:MOST_EXAMPLES])
