"""Why a claim was found false, in one or two sentences a seller can read, in Russian, Kazakh and English."""

from __future__ import annotations

from datetime import date
from typing import Literal

from botops.claims.records import Record
from botops.claims.shown import by_language, show_price
from botops.domain.findings import FindingKind
from botops.pricebook.model import Price


def _day(day: date | None) -> str:
    return day.strftime("%d.%m.%Y") if day else ""


Speaker = Literal["reply", "prompt"]
"""Whose text a finding is told of."""


def explain_amount(
    kind: FindingKind, stated: str, record: Record | None, formula: str, speaker: Speaker = "reply"
) -> dict[str, str]:
    """The explanation of an amount the book does not bear out; `record` is the nearest right price, if there is one."""
    if kind is FindingKind.TOTAL and formula:
        return by_language(
            f"Сумма {stated} не получается: по прайсу выходит {formula}.",
            f"{stated} сомасы шықпайды: прайс бойынша {formula}.",
            f"{stated} does not add up: by the price book it is {formula}.",
        )
    if kind is FindingKind.TOTAL:
        return by_language(
            f"Сумма {stated} не следует из цен прайса, количества и действующих предложений.",
            f"{stated} сомасы прайстағы бағадан, саннан және күшіндегі ұсыныстардан шықпайды.",
            f"{stated} does not follow from the prices, quantities and offers in force.",
        )
    if kind is FindingKind.UNKNOWN_PRODUCT:
        return by_language(
            f"Такого товара или услуги за {stated} в прайсе нет.",
            f"Прайста {stated} тұратын мұндай тауар не қызмет жоқ.",
            f"The price book has no such product or service for {stated}.",
        )
    if record is None or record.price is None or record.product is None:
        return by_language(
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
        return by_language(
            f"В этой валюте цены {stated} нет: «{name}» — {shown[0]}, курс в правилах не задан.",
            f"Бұл валютада {stated} бағасы жоқ: «{name}» — {shown[1]}, ережеде бағам берілмеген.",
            f"There is no price of {stated} in this currency: {name} is {shown[2]}, and the book gives no rate.",
        )
    since = _day(price.window.valid_from)
    if kind is FindingKind.STALE_PRICE:
        dated = (f" с {since}", f" {since} бастап", f" since {since}") if since else ("", "", "")
        return by_language(
            f"Цена {stated} сейчас не действует: «{name}»{dated[0]} стоит {shown[0]}.",
            f"{stated} бағасы қазір күшінде емес: «{name}»{dated[1]} {shown[1]} тұрады.",
            f"The price {stated} is not in force: {name} costs {shown[2]}{dated[2]}.",
        )
    return by_language(
        f"В прайсе «{name}» стоит {shown[0]}, а названо {stated}.",
        f"Прайста «{name}» {shown[1]} тұрады, ал айтылғаны {stated}.",
        f"The price book has {name} at {shown[2]}, the {speaker} says {stated}.",
    )
