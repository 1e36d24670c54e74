"""Two businesses more: a flying school above a lake, and a workshop that saws worktops of stone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product, Window


def price(amount: str, **more: object) -> Price:
    return Price(Decimal(amount), "KZT", **more)


def offer(name: str, kind: OfferKind, value: str | int | None, conditions: str = "", **more: object) -> Offer:
    return Offer(name, kind, Decimal(value) if isinstance(value, int) else value, conditions=conditions, **more)


GLIDE = PriceBook(
    "KZT",
    (
        Product("tandem", "Тандемный полёт", ("тандем", "tandem flight", "тандем ұшу"), (price("38000"),)),
        Product("course", "Курс пилота", ("курс", "pilot course", "ұшқыш курсы"), (price("290000"),)),
        Product("winch", "Старт с лебёдки", ("лебёдка", "winch launch", "лебёдка"), (price("9000"),)),
        Product("film", "Видео полёта", ("видео", "flight video", "ұшу бейнесі"), (price("12000"),)),
    ),
    (
        offer("few", OfferKind.PERCENT, 12, "группам до 6 человек в одном бронировании", applies_to=("tandem",)),
        offer(
            "sky",
            OfferKind.PROMO_CODE,
            4000,
            "минус 4 000 ₸ новым клиентам",
            code="SKY4",
            applies_to=("tandem",),
            window=Window(date(2026, 5, 1), date(2026, 9, 30)),
        ),
        offer("parts", OfferKind.INSTALLMENT, 6, "0-0-6", applies_to=("course",)),
        offer("points", OfferKind.CASHBACK, 4, "4% баллами от оплаченной суммы"),
        offer("early", OfferKind.PERCENT, 15, "при оплате за 30 дней до начала", applies_to=("course",)),
    ),
    Policies(
        False,
        Decimal(16),
        (
            "Все цены без НДС, сверху начисляется НДС 16%.",
            "С 28 июня по 4 июля скидки и промокоды не действуют.",
            "Полёт на закате — наценка 35%.",
            "Баллами можно оплатить до 15% следующего полёта.",
            "Предоплата: курс 100%, тандем 40%.",
            "Отмена за 10 дней и раньше — предоплата возвращается, за 9–4 дня — 60%, позже не возвращается.",
            "Минимум: лебёдка 3 занятия, курс 5 занятий.",
            "Пробный урок вычитается из цены курса при записи в течение 10 дней.",
            "Пропущенные дни курса не возвращаются.",
        ),
    ),
)

STONE = PriceBook(
    "KZT",
    (
        Product("quartz", "Столешница из кварца", ("кварц", "quartz worktop"), (price("95000", per="m"),)),
        Product("granite", "Столешница из гранита", ("гранит", "granite worktop"), (price("70000", per="m"),)),
        Product("sill", "Подоконник", ("подоконник", "window sill", "терезе алды"), (price("32000", per="m"),)),
        Product("cut", "Вырез под мойку", ("вырез", "sink cut-out"), (price("15000"),)),
    ),
    (
        offer("small", OfferKind.PERCENT, 8, "до 300 кг, на первый заказ", applies_to=("granite",)),
        offer(
            "rock",
            OfferKind.PROMO_CODE,
            10,
            "10% на кварц",
            code="ROCK10",
            applies_to=("quartz",),
            window=Window(date(2026, 3, 1), date(2026, 4, 30)),
        ),
        offer("years", OfferKind.WARRANTY, 24, "24 месяца", applies_to=("quartz", "granite", "sill")),
        offer("parts", OfferKind.INSTALLMENT, 12, "0-0-12", applies_to=("quartz",)),
    ),
    Policies(
        True,
        Decimal(16),
        (
            "Скидки не суммируются.",
            "Срочный заказ за 3 дня — плюс 20%.",
            "Предоплата 100%.",
            "За распиленный камень деньги не возвращаем.",
        ),
    ),
)
