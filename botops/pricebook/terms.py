"""Offers and policies in words, for the price table."""

from __future__ import annotations

import re
from decimal import Decimal

from botops.domain.messages import Language
from botops.pricebook import phrases
from botops.pricebook.lookup import is_percent
from botops.pricebook.model import Offer, OfferKind, Policies, PriceBook, Window
from botops.pricebook.words import WORDS

_DAYS = re.compile(r"\bдн(?:ей|я|и|ь)?\b|\bдень\b|суток|сутки|\bкүн|\bdays?\b", re.IGNORECASE)
_SPAN_IN_DAYS = re.compile(r"\bв днях\b|(?<![0-9])(?<![0-9][\s-])\b(?:дней|дни|days|күнмен)\b", re.IGNORECASE)
_VISITS = re.compile(r"визит|посещен|занят|урок|\bvisits?\b|\blessons?\b|сабақ|\bкелу", re.IGNORECASE)

_HEADS: dict[OfferKind, tuple[str, str, str]] = {
    OfferKind.PERCENT: ("Скидка {}", "{} жеңілдік", "Discount of {}"),
    OfferKind.AMOUNT: ("Скидка {}", "{} жеңілдік", "Discount of {}"),
    OfferKind.PROMO_CODE: (
        "Промокод {code}: скидка {}",
        "{code} промокоды: {} жеңілдік",
        "Promo code {code}: discount of {}",
    ),
    OfferKind.FREE_PERIOD: ("{} бесплатно", "{} тегін", "{} free"),
    OfferKind.INSTALLMENT: ("Рассрочка на {}", "{} бөліп төлеу", "Instalments over {}"),
    OfferKind.GIFT: ("Подарок: {}", "Сыйлық: {}", "Gift: {}"),
    OfferKind.DELIVERY: ("Доставка — {}", "Жеткізу — {}", "Delivery — {}"),
    OfferKind.TRIAL: ("Пробный период: {}", "Сынақ мерзімі: {}", "Trial: {}"),
    OfferKind.WARRANTY: ("Гарантия {}", "Кепілдік {}", "{} warranty"),
    OfferKind.CASHBACK: ("Кешбэк {}", "{} кешбэк", "{} cashback"),
}
_BARE_HEADS: dict[OfferKind, tuple[str, str, str]] = {
    OfferKind.PERCENT: ("Скидка", "Жеңілдік", "Discount"),
    OfferKind.AMOUNT: ("Скидка", "Жеңілдік", "Discount"),
    OfferKind.PROMO_CODE: ("Промокод {code}", "{code} промокоды", "Promo code {code}"),
    OfferKind.FREE_PERIOD: ("Бесплатный период", "Тегін кезең", "Free period"),
    OfferKind.INSTALLMENT: ("Рассрочка", "Бөліп төлеу", "Instalments"),
    OfferKind.GIFT: ("Подарок", "Сыйлық", "Gift"),
    OfferKind.DELIVERY: ("Доставка", "Жеткізу", "Delivery"),
    OfferKind.TRIAL: ("Пробный период", "Сынақ мерзімі", "Trial"),
    OfferKind.WARRANTY: ("Гарантия", "Кепілдік", "Warranty"),
    OfferKind.CASHBACK: ("Кешбэк", "Кешбэк", "Cashback"),
}
_TAKES_OFF = frozenset({OfferKind.PERCENT, OfferKind.AMOUNT, OfferKind.PROMO_CODE, OfferKind.CASHBACK})
_FREE = {"ru": "бесплатно", "kk": "тегін", "en": "free"}
_INDEX: dict[Language, int] = {"ru": 0, "kk": 1, "en": 2}


def offer_line(offer: Offer, book: PriceBook, language: Language) -> str:
    """An offer as one line: what it gives, on what, on which conditions, and when it is in force."""
    words = WORDS[language]
    parts = [_head(offer, book, language)]
    if offer.applies_to:
        names = ", ".join(_listed(_name(sku, book), language) for sku in offer.applies_to)
        if offer.kind is OfferKind.GIFT:
            parts.append(words.bought_products.format(names))
        else:
            parts[0] += f" {(words.off_products if offer.kind in _TAKES_OFF else words.for_products).format(names)}"
    elif offer.kind in _TAKES_OFF:
        parts[0] += f" {words.whole_order}"
    conditions = " ".join(offer.conditions.split()).rstrip(". ")
    if conditions and conditions.casefold() not in parts[0].casefold():
        parts.append(words.conditions.format(conditions))
    if offer.window != Window():
        parts.append(words.valid.format(period_words(offer.window, language)))
    return "; ".join(parts)


def period_words(window: Window, language: Language) -> str:
    """The days of a window: `с 01.04.2026 по 30.06.2026`; empty for an open one."""
    words = WORDS[language]
    if window.valid_from is not None and window.valid_to is not None:
        return words.between.format(phrases.day(window.valid_from), phrases.day(window.valid_to))
    if window.valid_from is not None:
        return words.since.format(phrases.day(window.valid_from))
    return words.until.format(phrases.day(window.valid_to)) if window.valid_to is not None else ""


def policy_lines(policies: Policies, language: Language) -> list[str]:
    """The rules of a book, one a line: tax first, then the book's own texts as they stand."""
    words = WORDS[language]
    lines = []
    if policies.vat_included is not None:
        percent = "" if policies.vat_percent is None else f" {phrases.percent(policies.vat_percent, language)}"
        lines.append((words.vat_in if policies.vat_included else words.vat_out).format(percent))
    texts = [*policies.text, *(value for value in policies.extra.values() if isinstance(value, str))]
    return lines + [" ".join(text.split()) for text in texts]


def _head(offer: Offer, book: PriceBook, language: Language) -> str:
    value = _value(offer, book, language)
    heads = _HEADS if value else _BARE_HEADS
    return heads[offer.kind][_INDEX[language]].format(value, code=offer.code or "")


def _value(offer: Offer, book: PriceBook, language: Language) -> str:
    value = offer.value
    if value is None or isinstance(value, str):
        return value or ""
    if is_percent(offer):
        return phrases.percent(value, language)
    if offer.kind in _TAKES_OFF or offer.kind is OfferKind.DELIVERY:
        free = offer.kind is OfferKind.DELIVERY and value == 0
        return _FREE[language] if free else phrases.amount(value, book.currency, language)
    return phrases.count(value, _counted(offer), language) if _is_span(offer) else phrases.number(value, language)


def _is_span(offer: Offer) -> bool:
    return offer.kind in {OfferKind.FREE_PERIOD, OfferKind.INSTALLMENT, OfferKind.TRIAL, OfferKind.WARRANTY}


def _counted(offer: Offer) -> str:
    """Months, but days where the conditions speak of days; a trial is counted in days unless they speak of visits."""
    if offer.kind is OfferKind.TRIAL:
        return "visit" if _VISITS.search(offer.conditions) and not _DAYS.search(offer.conditions) else "day"
    if offer.kind is not OfferKind.INSTALLMENT and _says_days(offer):
        return "day"
    return "month"


def _says_days(offer: Offer) -> bool:
    """True when the conditions count the offer's own value in days: `14 дней`, not `в течение дня`."""
    if not isinstance(offer.value, Decimal):
        return False
    figure = re.escape(format(offer.value.normalize(), "f"))
    near = re.search(rf"(?<!\d){figure}(?!\d)\s*[-–]?\s*(\w+)", offer.conditions)
    if near is not None:
        return bool(_DAYS.search(near.group(1)))
    return bool(_SPAN_IN_DAYS.search(offer.conditions))


def _name(sku: str, book: PriceBook) -> str:
    product = book.product(sku)
    return product.name if product is not None else sku


def _listed(name: str, language: Language) -> str:
    """A name as it stands in the table; one with a comma in it is quoted, or it would read as two."""
    if "," not in name:
        return name
    return f'"{name}"' if language == "en" else f"«{name}»"
