"""Businesses of a third kind: a flower shop with a Kazakh price list, a garage (rubles), a fitness app (euros)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product, Window


def price(amount: str, currency: str = "KZT", **more: object) -> Price:
    return Price(Decimal(amount), currency, **more)


def offer(name: str, kind: OfferKind, value: str | int | None, conditions: str = "", **more: object) -> Offer:
    return Offer(name, kind, Decimal(value) if isinstance(value, int) else value, conditions=conditions, **more)


FLOWERS = PriceBook(
    "KZT",
    (
        Product("rose", "Раушан гүлі", ("раушан", "роза", "розы", "rose"), (price("1200", unit="дана"),)),
        Product("bq", "Гүл шоғы «Көктем»", ("көктем", "букет весна", "букет"), (price("18000"),)),
        Product("vase", "Құмыра", ("ваза", "құмыра", "vase"), (price("5000"),)),
        Product("card", "Ашықхат", ("открытка", "ашықхат"), (price("500"),)),
        Product("dl", "Қала ішінде жеткізу", ("жеткізу", "доставка", "delivery"), (price("1500"),)),
    ),
    (
        offer("n", OfferKind.PERCENT, 10, "25 данадан бастап", applies_to=("rose",)),
        offer("c", OfferKind.GIFT, "Ашықхат", "кез келген шоққа ашықхат сыйға", applies_to=("bq",)),
        offer("d", OfferKind.DELIVERY, 0, "20 000 теңгеден бастап тегін"),
        offer("k", OfferKind.CASHBACK, 5, "5% бонус"),
        offer(
            "m8",
            OfferKind.PROMO_CODE,
            12,
            "12% шоқтарға",
            code="MEREKE",
            applies_to=("bq",),
            window=Window(date(2026, 3, 1), date(2026, 3, 10)),
        ),
    ),
    Policies(
        True,
        Decimal(16),
        (
            "Жеңілдіктер қосылмайды.",
            "Алдын ала төлем 100%.",
            "Солып қалса, 24 сағат ішінде тегін ауыстырамыз.",
            "Түнгі жеткізу 3 000 теңге.",
        ),
    ),
    version="flower",
)
AUTO = PriceBook(
    "RUB",
    (
        Product("oil", "Замена масла", ("масло",), (price("1500", "RUB"),)),
        Product("diag", "Компьютерная диагностика", ("диагностика",), (price("1000", "RUB"),)),
        Product("pads", "Замена тормозных колодок", ("колодки",), (price("2500", "RUB"),)),
        Product("tow", "Эвакуатор", ("эвакуация",), (price("4000", "RUB"),)),
        Product("tire", "Шиномонтаж R16", ("шиномонтаж", "переобувка"), (price("2400", "RUB"),)),
    ),
    (
        offer("d", OfferKind.GIFT, "Диагностика", "диагностика бесплатно при ремонте от 10 000 рублей"),
        offer("w", OfferKind.WARRANTY, 6, "6 месяцев на работы"),
        offer("p", OfferKind.PERCENT, 5, "при записи онлайн"),
        offer("b", OfferKind.PERCENT, 10, "именинникам в течение недели"),
        offer("t", OfferKind.AMOUNT, 300, "при шиномонтаже четырёх колёс", applies_to=("tire",)),
    ),
    Policies(
        None,
        None,
        (
            "Запчасти оплачиваются отдельно.",
            "Скидки не складываются.",
            "Хранение шин — первый месяц бесплатно.",
            "Предоплата за запчасти 100%, за работы предоплаты нет.",
        ),
    ),
    version="auto",
)
FITNESS_APP = PriceBook(
    "EUR",
    (
        Product("basic", "Basic membership", ("basic",), (price("9", "EUR", per="month"),)),
        Product("pro", "Pro membership", ("pro",), (price("19", "EUR", per="month"),)),
        Product("coach", "Coach call", ("coach call", "coaching"), (price("25", "EUR"),)),
        Product("plan", "Custom meal plan", ("meal plan",), (price("30", "EUR"),)),
    ),
    (
        offer("y", OfferKind.FREE_PERIOD, 2, "two months free when you pay for a year", applies_to=("pro",)),
        offer("t", OfferKind.TRIAL, 7, "7-day trial of Pro", applies_to=("pro",)),
        offer("s", OfferKind.PERCENT, 40, "for students", applies_to=("basic", "pro")),
        offer("g", OfferKind.GIFT, "Coach call", "one free coach call a month with Pro", applies_to=("pro",)),
        offer(
            "c",
            OfferKind.PROMO_CODE,
            15,
            "15% off Basic",
            code="FIT15",
            applies_to=("basic",),
            window=Window(date(2026, 10, 1), date(2026, 10, 31)),
        ),
    ),
    Policies(
        True,
        Decimal(21),
        (
            "Offers can't be combined.",
            "Cancel anytime; no refunds for started months.",
            "Freeze up to 60 days a year.",
            "Meal plans are not part of any membership.",
        ),
    ),
    version="app",
)
