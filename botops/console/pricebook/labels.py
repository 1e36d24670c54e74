"""What columns, faults and changes of a price list are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botops.console.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from botops.app.pricebooks.candidate import Need
    from botops.pricebook import Suspicion
    from botops.pricebook.proposing import Basis

_FIELDS: Mapping[str, str] = {
    "skip": N_("Not needed"),
    "name": N_("Name of the product"),
    "sku": N_("Article number"),
    "amount": N_("Price"),
    "currency": N_("Currency"),
    "per": N_("What it is paid for: month, year, piece"),
    "unit": N_("Unit"),
    "valid_from": N_("Holds from"),
    "valid_to": N_("Holds until"),
    "min_qty": N_("From how many on"),
    "from": N_("“From” price: yes or no"),
    "region": N_("Region"),
    "segment": N_("Group of clients"),
    "floor": N_("Never below this price"),
    "aliases": N_("Other names"),
}
_BASES: Mapping[str, str] = {
    "header": N_("by its header"),
    "values": N_("by what stands in it"),
    "memory": N_("as the last time"),
    "figures": N_("figures nobody explains: not used"),
    "trade": N_("inner data of trade: not used"),
}
_UNREADABLE = N_(
    "This file cannot be read as a price list. Open it in Excel, see that the prices are there, save it as XLSX or "
    "CSV UTF-8 and drop it in again."
)
_FAULTS: Mapping[str, str] = {
    "cell-amount": N_("This is not one price. Write a number such as 15 000, or leave the row out."),
    "cell-range": N_("Two prices in one cell: read as “from” the lower one."),
    "cell-name": N_("There is a price but no name."),
    "cell-date": N_("This is not a date. Write it as 31.05.2026."),
    "cell-quantity": N_("This is not a quantity. Write a whole number from 1."),
    "cell-flag": N_("This is neither yes nor no."),
    "overlapping-prices": N_("The same product has another price further up. Leave one of the rows out."),
    "repeated-price": N_("The same price stands twice."),
    "below-floor": N_("The price is below the lowest one allowed for this product."),
    "shared-name": N_("Two products go by this name: a client's words will not tell them apart."),
    "no-prices": N_("No row holds a price. Is it the right sheet and the right column?"),
    "column-map": N_("Choose the column with the name and the column with the price."),
    "unreadable-table": _UNREADABLE,
    "damaged-workbook": _UNREADABLE,
    "damaged-text": _UNREADABLE,
    "empty-table": N_("The file is empty. Open it, see that the prices are there, save it and drop it in again."),
    "old-excel": N_("This is an old Excel file. Open it, save it as XLSX and drop that in."),
    "no-table": N_("This is no table. Save the price list as XLSX or CSV and drop that in."),
    "too-large": N_("The file is too large."),
    "negative-amount": N_("The price is below zero."),
    "number-range": N_("The number is larger than any price."),
    "duplicate-sku": N_("Two products have the same article number."),
    "unknown-sku": N_("An offer names a product that is not in the price book."),
    "window": N_("The last day is before the first."),
}
_SUSPICIONS: Mapping[str, str] = {
    "changed": N_("{n} of {m} prices would become others or be gone."),
    "moved": N_("{n} of {m} prices would become many times higher or lower: a digit too many?"),
    "gone": N_("{n} of {m} products would be gone."),
    "currency": N_("{n} of {m} prices would be in another currency."),
}

_NEEDS: Mapping[Need, str] = {
    "confirm": N_("The change that looks like a slip is meant so"),
    "anyway": N_("Publish in spite of the remarks"),
}


def field(value: str) -> str:
    """What a column holds."""
    kind, _colon, rest = value.partition(":")
    if kind == "attribute":
        return _("Variant: {name}").format(name=rest)
    what, _colon, whom = rest.partition(":")
    if what == "segment":
        return _("Price for the clients “{name}”").format(name=whom)
    if what == "region":
        return _("Price in the region “{name}”").format(name=whom)
    if what == "quantity":
        number = int(whom) if whom.isdecimal() else 0
        return ngettext("Price from {n} piece on", "Price from {n} pieces on", number).format(n=whom)
    return _(_FIELDS[value]) if value in _FIELDS else value


def basis(value: Basis) -> str:
    """What the reading of a column rests on; empty when on nothing."""
    return _(_BASES[value]) if value in _BASES else ""


def fault(rule: str) -> str:
    """What is wrong with a row; empty for what has no words of its own."""
    return _(_FAULTS[rule]) if rule in _FAULTS else ""


def suspicion(found: Suspicion) -> str:
    """What looks like a slip of the hand."""
    return _(_SUSPICIONS[found.rule]).format(n=found.count, m=found.of)


def need(value: Need) -> str:
    """A yes that a publication asks for."""
    return _(_NEEDS[value])
