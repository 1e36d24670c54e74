"""A business of a fifth kind: a bicycle workshop that rents, mends and stores, with many offers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product, Window


def price(amount: str, **more: object) -> Price:
    return Price(Decimal(amount), "KZT", **more)


def offer(name: str, kind: OfferKind, value: str | int | None, conditions: str = "", **more: object) -> Offer:
    return Offer(name, kind, Decimal(value) if isinstance(value, int) else value, conditions=conditions, **more)


_HIRE = ("mtb", "kid")

BIKES = PriceBook(
    "KZT",
    (
        Product(
            "mtb",
            "Прокат горного велосипеда",
            ("горный велик", "mountain bike", "тау велосипеді"),
            (price("6000", per="day"),),
        ),
        Product(
            "kid",
            "Прокат детского велосипеда",
            ("детский велик", "kids bike", "балалар велосипеді"),
            (price("3000", per="day"),),
        ),
        Product("wheel", "Правка колеса", ("правка обода", "wheel truing", "дөңгелек түзету"), (price("2500"),)),
        Product("store", "Зимнее хранение", ("хранение", "winter storage", "қысқы сақтау"), (price("12000"),)),
        Product(
            "tour",
            "Велотур на Кок-Жайляу",
            ("велотур", "bike tour", "велотур Көкжайлау"),
            (price("15000", per="person"),),
        ),
        Product("helm", "Шлем", ("шлемы", "helmet", "дулыға"), (price("9000"),)),
    ),
    (
        offer("pens", OfferKind.PERCENT, 10, "пенсионерам и многодетным", applies_to=_HIRE),
        offer("week", OfferKind.PERCENT, 15, "в понедельник, вторник и среду", applies_to=_HIRE),
        offer("dawn", OfferKind.PERCENT, 20, "при выдаче с 07:00 до 10:00", applies_to=("mtb",)),
        offer(
            "second",
            OfferKind.PERCENT,
            25,
            "на велосипед для второго и следующих детей одной семьи",
            applies_to=("kid",),
        ),
        offer("law", OfferKind.PERCENT, 12, "юрлицам по договору от 5 велосипедов", applies_to=_HIRE),
        offer("set", OfferKind.AMOUNT, 3000, "минус 3 000 ₸ при покупке 4 шлемов", applies_to=("helm",)),
        offer(
            "ride",
            OfferKind.PROMO_CODE,
            8,
            "8% новым клиентам на первый прокат",
            code="RIDE8",
            applies_to=_HIRE,
            window=Window(date(2026, 5, 1), date(2026, 9, 30)),
        ),
        offer(
            "tour",
            OfferKind.PROMO_CODE,
            2000,
            "минус 2 000 ₸ с заявки на велотур, от 2 человек",
            code="KOK2000",
            applies_to=("tour",),
            window=Window(date(2026, 5, 1), date(2026, 8, 31)),
        ),
        offer("friend", OfferKind.CASHBACK, 5, "5% от первого заказа приглашённого друга бонусами"),
    ),
    Policies(
        vat_included=True,
        vat_percent=Decimal(16),
        text=(
            "Скидки и промокоды не суммируются, действует одна, наибольшая.",
            "За каждый час опоздания с возвратом велосипеда 30% дневной цены.",
            "Срочная правка колеса в тот же день плюс 40%.",
            "Бонусами можно оплатить до 25% ремонта.",
            "Предоплата 50% за велотур.",
        ),
    ),
)
