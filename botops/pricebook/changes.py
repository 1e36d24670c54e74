"""What changed between two price books, or between two days of one book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from botops.domain.messages import Language
from botops.pricebook import phrases
from botops.pricebook.lint import Variant, variant_key
from botops.pricebook.model import Offer, Policies, Price, PriceBook, Product
from botops.pricebook.render import quoted, variant
from botops.pricebook.terms import offer_line, period_words, policy_lines

_MOST_DAYS = 24
"""Days of change that are looked at, the nearest ones."""


@dataclass(frozen=True, slots=True)
class PriceChange:
    """One price that came (`before` is None), went (`after` is None) or became another."""

    sku: str
    name: str
    before: Price | None
    after: Price | None

    @property
    def effective(self) -> date | None:
        """The day from which the change holds, when the book says so."""
        if self.after is not None:
            return self.after.window.valid_from
        return self.before.window.valid_to if self.before is not None else None

    def line(self, language: Language = "ru") -> str:
        """The change as one line: `~ Тариф: 4 900 ₸ → 5 900 ₸ в месяц, с 01.06.2026`."""
        shown = self.after or self.before
        assert shown is not None
        amounts = [quoted(p, language) for p in (self.before, self.after) if p is not None]
        windows = [period_words(p.window, language) for p in (self.before, self.after) if p is not None]
        details = variant(shown, language)
        name = f"{self.name} ({details})" if details else self.name
        amount = " → ".join(dict.fromkeys(amounts))
        when = " → ".join(dict.fromkeys(w or "…" for w in windows)) if any(windows) else ""
        sign = "~" if self.before and self.after else "+" if self.after else "-"
        what = f"{amount} {phrases.per(shown.per, shown.unit, language)}"
        return f"{sign} {name}: {what}, {when}" if when else f"{sign} {name}: {what}"


@dataclass(frozen=True, slots=True)
class OfferChange:
    """One offer that came, went or became another."""

    id: str
    before: Offer | None
    after: Offer | None


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """Everything that differs between an old and a new book. `renamed` are products whose name or aliases changed."""

    old: PriceBook
    new: PriceBook
    added: tuple[Product, ...] = ()
    removed: tuple[Product, ...] = ()
    renamed: tuple[tuple[Product, Product], ...] = ()
    prices: tuple[PriceChange, ...] = ()
    offers: tuple[OfferChange, ...] = ()
    policies: tuple[Policies, Policies] | None = None

    @property
    def empty(self) -> bool:
        """True when nothing a client could notice differs."""
        return not (self.added or self.removed or self.renamed or self.prices or self.offers or self.policies)

    def lines(self, language: Language = "ru") -> list[str]:
        """The report for people, one change a line: `+` came, `-` went, `~` changed."""
        lines = [f"- {product.name} [{product.sku}]" for product in self.removed]
        for product in self.added:
            lines.append(f"+ {product.name} [{product.sku}]")
            lines += [PriceChange(product.sku, product.name, None, p).line(language) for p in product.prices]
        lines += [f"~ {', '.join(one.names)} → {', '.join(other.names)} [{one.sku}]" for one, other in self.renamed]
        lines += [change.line(language) for change in self.prices]
        for change in self.offers:
            if change.before is not None:
                lines.append(f"- {offer_line(change.before, self.old, language)} [{change.id}]")
            if change.after is not None:
                lines.append(f"+ {offer_line(change.after, self.new, language)} [{change.id}]")
        if self.policies is not None:
            before, after = (policy_lines(one, language) for one in self.policies)
            lines += [f"- {line}" for line in before if line not in after]
            lines += [f"+ {line}" for line in after if line not in before]
        return lines


def diff(old: PriceBook, new: PriceBook) -> ChangeReport:
    """What differs between two books. Products are the same by SKU, offers by id, prices by variant and dates."""
    common = [(one, other) for one in old.products if (other := new.product(one.sku)) is not None]
    old_offers, new_offers = ({o.id: o for o in book.offers} for book in (old, new))
    ids = dict.fromkeys([*old_offers, *new_offers])
    return ChangeReport(
        old=old,
        new=new,
        added=tuple(p for p in new.products if old.product(p.sku) is None),
        removed=tuple(p for p in old.products if new.product(p.sku) is None),
        renamed=tuple((one, other) for one, other in common if one.names != other.names),
        prices=tuple(change for one, other in common for change in _price_changes(one.prices, other.prices, other)),
        offers=tuple(
            OfferChange(key, old_offers.get(key), new_offers.get(key))
            for key in ids
            if old_offers.get(key) != new_offers.get(key)
        ),
        policies=(old.policies, new.policies) if old.policies != new.policies else None,
    )


def changes_since(book: PriceBook, since: date, until: date) -> tuple[PriceChange, ...]:
    """Prices in force on `until` that differ from those in force on `since`, by the book's own dates."""
    return tuple(
        change
        for product in book.products
        for change in _price_changes(product.prices_on(since), product.prices_on(until), product)
    )


def told_changes(old: PriceBook, new: PriceBook, today: date) -> tuple[tuple[date, PriceChange], ...]:
    """What clients are told otherwise by `new` than by `old`, each with the first day on which it is so: today, or a
    later one on which a price of either begins or ends. How dates are written makes no difference.

    Days beyond the next 24 such are not looked at.
    """
    differing = [
        (one, other) for product in new.products
        if (one := old.product(product.sku)) != (other := product) and (one is None or one.prices != other.prices)
    ]  # fmt: skip
    gone = [(product, replace(product, prices=())) for product in old.products if new.product(product.sku) is None]
    found = []
    for one, other in [*((a or replace(b, prices=()), b) for a, b in differing), *gone]:
        seen: set[tuple[Variant, object]] = set()
        for day in _days(one.prices, other.prices, today):
            before, after = ({variant_key(p): p for p in side.prices_on(day)} for side in (one, other))
            for key in dict.fromkeys([*before, *after]):
                a, b = before.get(key), after.get(key)
                if _told(a) != _told(b) and (key, _told(b)) not in seen:
                    seen.add((key, _told(b)))
                    found.append((day, PriceChange(other.sku, other.name, a, b)))
    return tuple(sorted(found, key=lambda pair: pair[0]))


def _days(one: Sequence[Price], other: Sequence[Price], today: date) -> list[date]:
    begins = {p.window.valid_from for p in (*one, *other)}
    last = [p.window.valid_to for p in (*one, *other)]
    ends = {day + timedelta(days=1) for day in last if day is not None and day < date.max}
    return [today, *sorted(d for d in begins | ends if d is not None and d > today)[:_MOST_DAYS]]


def _told(price: Price | None) -> object:
    """What of a price a client hears."""
    return None if price is None else (price.amount, price.currency, price.from_price)


def _price_changes(before: Sequence[Price], after: Sequence[Price], product: Product) -> list[PriceChange]:
    if before == after:
        return []
    old, new = _by_variant(before), _by_variant(after)
    changes = []
    for key in dict.fromkeys([*old, *new]):
        ones = [p for p in old.get(key, ()) if p not in new.get(key, ())]
        others = [p for p in new.get(key, ()) if p not in old.get(key, ())]
        for one, other in _paired(ones, others):
            changes.append(PriceChange(product.sku, product.name, one, other))
    return changes


def _by_variant(prices: Sequence[Price]) -> dict[Variant, list[Price]]:
    grouped: dict[Variant, list[Price]] = {}
    for price in sorted(prices, key=lambda p: p.window.valid_from or date.min):
        grouped.setdefault(variant_key(price), []).append(price)
    return grouped


def _paired(ones: list[Price], others: list[Price]) -> list[tuple[Price | None, Price | None]]:
    """Prices of one variant that belong together: those that begin on the same day, then the rest in order."""
    pairs: list[tuple[Price | None, Price | None]] = []
    left = list(others)
    unpaired = []
    for one in ones:
        match = next((p for p in left if p.window.valid_from == one.window.valid_from), None)
        if match is None:
            unpaired.append(one)
        else:
            left.remove(match)
            pairs.append((one, match))
    both = min(len(unpaired), len(left))
    pairs += zip(unpaired[:both], left[:both], strict=True)
    pairs += [(one, None) for one in unpaired[both:]]
    pairs += [(None, other) for other in left[both:]]
    return pairs
