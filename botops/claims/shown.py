"""Amounts and prices in texts about findings: the checker's own notation, and how the reader of a language has it."""

from __future__ import annotations

import re
from decimal import Decimal

from botops.domain.messages import Language
from botops.pricebook.model import Price

_SYMBOLS = {"KZT": "₸", "USD": "$", "EUR": "€", "RUB": "₽", "GBP": "£"}
_SPACE = "\u00a0"
_PER = {
    "month": ("в месяц", "айына", "a month"),
    "year": ("в год", "жылына", "a year"),
    "hour": ("в час", "сағатына", "an hour"),
    "day": ("в день", "күніне", "a day"),
    "night": ("за ночь", "түніне", "a night"),
    "kg": ("за кг", "келісіне", "per kg"),
    "visit": ("за визит", "бір келуге", "a visit"),
    "lesson": ("за занятие", "бір сабаққа", "a lesson"),
}


def show_amount(amount: Decimal, currency: str | None) -> str:
    """An amount in the checker's own notation, "15 000.50 ₸"; `worded` gives it to a reader."""
    whole = amount == amount.to_integral_value()
    number = f"{amount:,.0f}" if whole else f"{amount:,.2f}"
    symbol = _SYMBOLS.get(currency or "", currency or "")
    return f"{number.replace(',', _SPACE)}{_SPACE}{symbol}".strip()


def show_price(price: Price, language: int = 0) -> str:
    """A price of the book with its period, its tier and "from"."""
    text = show_amount(price.amount, price.currency)
    if price.from_price:
        text = (f"от {text}", f"{text} бастап", f"from {text}")[language]
    per = _PER.get(price.per)
    if per:
        text = f"{text} {per[language]}"
    if price.min_qty > 1:
        text += (f" (от {price.min_qty})", f" ({price.min_qty} бастап)", f" (from {price.min_qty})")[language]
    return text


_AMOUNT = rf"-?\d{{1,3}}(?:{_SPACE}\d{{3}})*(?:\.\d\d)?(?:{_SPACE}\S{{1,3}})?"
_SHOWN = re.compile(
    rf"(?P<from>от )?(?P<amount>{_AMOUNT})"
    rf"(?: (?P<per>{'|'.join(re.escape(per[0]) for per in _PER.values())}))?(?: \(от (?P<least>\d+)\))?"
)
"""What `show_amount` and `show_price` write in Russian."""


def price_in(shown: str, language: Language) -> str | None:
    """An amount or a price as `expected` of a finding has it, in a language; None for what is neither, as the words of
    a rule of the book, which only the company can translate."""
    found = _SHOWN.fullmatch(shown)
    if found is None or language == "ru":
        return None if found is None else _amounts_in(shown, language)
    place = 1 if language == "kk" else 2
    text = _amounts_in(found["amount"], language)
    if found["from"]:
        text = (f"{text} бастап", f"from {text}")[place - 1]
    if found["per"]:
        text += " " + next(per[place] for per in _PER.values() if per[0] == found["per"])
    if found["least"]:
        text += (f" ({found['least']} бастап)", f" (from {found['least']})")[place - 1]
    return text


_DASH = " — "
"""Stands between a product and its price, where a finding names both."""
_WRITTEN = re.compile(
    rf"(?<![\d.,])(\d{{1,3}}(?:{_SPACE}\d{{3}})*)(\.\d\d)?(?:{_SPACE}([₸$€₽£]|[A-Z]{{3}})(?!\w))?(?!\d)"
)
"""An amount as `show_amount` writes it. A number without no-break spaces and currency may be anything: it is left."""


def worded(text: str, language: str) -> str:
    """What the checker wrote of prices and amounts as a reader of the language has it: "16 900,50 ₸" in Russian and
    Kazakh, "₸16,900.50" in English. The company's own words stay as they are."""
    known: Language = "en" if language == "en" else "kk" if language == "kk" else "ru"
    name, dash, price = text.rpartition(_DASH)
    said = price_in(price, known)
    return _amounts_in(text, known) if said is None else f"{name}{dash}{said}"


def by_language(ru: str, kk: str, en: str) -> dict[str, str]:
    """The same said in three languages, each with its amounts as its reader has them."""
    return {"ru": _amounts_in(ru, "ru"), "kk": _amounts_in(kk, "kk"), "en": _amounts_in(en, "en")}


def _amounts_in(text: str, language: Language) -> str:
    return _WRITTEN.sub(_english if language == "en" else _cyrillic, text)


def _english(found: re.Match[str]) -> str:
    whole, part, currency = found[1], found[2] or "", found[3]
    if currency is None and _SPACE not in whole:
        return found[0]
    sign = "" if currency is None else f"{currency}{_SPACE}" if currency.isalpha() else currency
    return f"{sign}{whole.replace(_SPACE, ',')}{part}"


def _cyrillic(found: re.Match[str]) -> str:
    whole, part, currency = found[1], found[2], found[3]
    if not part or (currency is None and _SPACE not in whole):
        return found[0]
    return f"{whole},{part[1:]}" + (f"{_SPACE}{currency}" if currency is not None else "")
