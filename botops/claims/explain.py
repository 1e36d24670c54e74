"""Why a claim was found false, in one or two sentences a seller can read, in Russian, Kazakh and English."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from botops.claims.records import Record
from botops.domain.findings import FindingKind
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
    """An amount as people write it: "15 000 ₸"."""
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


def _day(day: date | None) -> str:
    return day.strftime("%d.%m.%Y") if day else ""


Speaker = Literal["reply", "prompt"]
"""Whose text a finding is told of."""


def explain_amount(
    kind: FindingKind, stated: str, record: Record | None, formula: str, speaker: Speaker = "reply"
) -> dict[str, str]:
    """The explanation of an amount the book does not bear out; `record` is the nearest right price, if there is one."""
    if kind is FindingKind.TOTAL and formula:
        return _three(
            f"Сумма {stated} не получается: по прайсу выходит {formula}.",
            f"{stated} сомасы шықпайды: прайс бойынша {formula}.",
            f"{stated} does not add up: by the price book it is {formula}.",
        )
    if kind is FindingKind.TOTAL:
        return _three(
            f"Сумма {stated} не следует из цен прайса, количества и действующих предложений.",
            f"{stated} сомасы прайстағы бағадан, саннан және күшіндегі ұсыныстардан шықпайды.",
            f"{stated} does not follow from the prices, quantities and offers in force.",
        )
    if kind is FindingKind.UNKNOWN_PRODUCT:
        return _three(
            f"Такого товара или услуги за {stated} в прайсе нет.",
            f"Прайста {stated} тұратын мұндай тауар не қызмет жоқ.",
            f"The price book has no such product or service for {stated}.",
        )
    if record is None or record.price is None or record.product is None:
        return _three(
            f"Цены {stated} в прайсе на эту дату нет.",
            f"Бұл күнге прайста {stated} деген баға жоқ.",
            f"The price book has no price of {stated} on this date.",
        )
    return _with_price(kind, stated, record.product.name, record.price, speaker)


_INNER_QUOTES = str.maketrans("«»", "„“")
"""Quotation marks inside quotation marks: «Тариф „Магазин“»."""


def quoted_name(name: str) -> str:
    """A product's name as it stands between quotation marks."""
    return name.translate(_INNER_QUOTES)


def _with_price(kind: FindingKind, stated: str, name: str, price: Price, speaker: Speaker) -> dict[str, str]:
    shown = [show_price(price, i) for i in range(3)]
    name = quoted_name(name)
    if kind is FindingKind.CURRENCY:
        return _three(
            f"В этой валюте цены {stated} нет: «{name}» — {shown[0]}, курс в правилах не задан.",
            f"Бұл валютада {stated} бағасы жоқ: «{name}» — {shown[1]}, ережеде бағам берілмеген.",
            f"There is no price of {stated} in this currency: {name} is {shown[2]}, and the book gives no rate.",
        )
    since = _day(price.window.valid_from)
    if kind is FindingKind.STALE_PRICE:
        dated = (f" с {since}", f" {since} бастап", f" since {since}") if since else ("", "", "")
        return _three(
            f"Цена {stated} сейчас не действует: «{name}»{dated[0]} стоит {shown[0]}.",
            f"{stated} бағасы қазір күшінде емес: «{name}»{dated[1]} {shown[1]} тұрады.",
            f"The price {stated} is not in force: {name} costs {shown[2]}{dated[2]}.",
        )
    return _three(
        f"В прайсе «{name}» стоит {shown[0]}, а названо {stated}.",
        f"Прайста «{name}» {shown[1]} тұрады, ал айтылғаны {stated}.",
        f"The price book has {name} at {shown[2]}, the {speaker} says {stated}.",
    )


def _three(ru: str, kk: str, en: str) -> dict[str, str]:
    return {"ru": ru, "kk": kk, "en": en}
