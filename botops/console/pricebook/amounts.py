"""Prices in words, in the language of the session."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from botops.app.container import Container
from botops.console import formats, safe
from botops.console.i18n import _, language, ngettext
from botops.console.safe import Html, tag
from botops.pricebook import Price, PriceBook, phrases
from botops.pricebook.render import variant as attributes


def today(container: Container, book: PriceBook) -> date:
    """Today where the price book holds."""
    return container.clock.now().astimezone(ZoneInfo(book.timezone)).date()


def told(price: Price) -> Html:
    """A price as a client hears it: the amount, "from", and what it is paid for."""
    amount = formats.price(price.amount, price.currency)
    if price.from_price:
        amount = _("from {amount}").format(amount=amount)
    what = phrases.per(price.per, price.unit, language())
    return tag("span", tag("b", amount), " ", tag("span", what, class_="bo-small bo-muted"))


def line(price: Price) -> str:
    """The same as text."""
    amount = formats.price(price.amount, price.currency)
    shown = _("from {amount}").format(amount=amount) if price.from_price else amount
    return f"{shown} {phrases.per(price.per, price.unit, language())}"


def variant(price: Price) -> str:
    """What tells a price from the others of its product: variant, quantity, region, group of clients."""
    told_apart = [safe.preview(attributes(price, language()), 120)] if price.attributes else []
    if price.min_qty > 1:
        quantity = ngettext("from {n} piece on", "from {n} pieces on", price.min_qty)
        told_apart.append(quantity.format(n=formats.number(price.min_qty)))
    told_apart += [safe.preview(whom, 60) for whom in (price.region, price.segment) if whom]
    return " · ".join(told_apart)


def following(price: Price | None) -> str | Html:
    """The price that comes next, and from when; a dash without one."""
    if price is None or price.window.valid_from is None:
        return "—"
    return tag("span", _("from {day}:").format(day=formats.full_day(price.window.valid_from)), " ", told(price))


def change(before: Price | None, after: Price | None) -> str:
    """By how much a price changed: `+12 %`; empty where that says nothing."""
    if before is None or after is None or before.currency != after.currency or not before.amount:
        return ""
    share: Decimal = (after.amount - before.amount) / before.amount
    return f"{'+' if share > 0 else ''}{formats.percent(float(share), 1)}" if share else ""
