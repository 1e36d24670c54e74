"""A business of a fourth kind: a climbing hall that sells passes, rents itself out and lends shoes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product, Window


def price(amount: str, **more: object) -> Price:
    return Price(Decimal(amount), "KZT", **more)


def offer(name: str, kind: OfferKind, value: str | int | None, conditions: str = "", **more: object) -> Offer:
    return Offer(name, kind, Decimal(value) if isinstance(value, int) else value, conditions=conditions, **more)


CLIMB = PriceBook(
    "KZT",
    (
        Product("pass", "Абонемент безлимит", ("безлимит", "membership"), (price("20000", per="month"),)),
        Product("intro", "Вводное занятие", ("вводное", "intro class", "кіріспе сабақ"), (price("8000"),)),
        Product("hall", "Аренда малого зала", ("малый зал", "small hall", "кіші зал"), (price("60000"),)),
        Product("chalk", "Мешочек магнезии", ("магнезия", "chalk bag", "магнезия қапшығы"), (price("4500"),)),
        Product("shoes", "Скальные туфли", ("туфли", "climbing shoes", "туфли скальные"), (price("45000"),)),
        Product("kids", "Детская группа", ("kids group", "балалар тобы"), (price("25000", per="month"),)),
        Product("lock", "Шкафчик на месяц", ("шкафчик", "locker"), (price("2000", per="month"),)),
    ),
    (
        offer("g1", OfferKind.GIFT, "Мешочек магнезии", "при оплате абонемента от 3 месяцев", applies_to=("pass",)),
        offer("g2", OfferKind.GIFT, "Аренда малого зала", "при мероприятии от 20 человек"),
        offer("p1", OfferKind.PERCENT, 10, "для групп от 8 человек", applies_to=("intro",)),
        offer("p2", OfferKind.PERCENT, 7, "при оплате за 6 месяцев вперёд", applies_to=("pass", "kids")),
        offer("p3", OfferKind.PERCENT, 12, "при покупке двух абонементов сразу", applies_to=("pass",)),
        offer(
            "c1",
            OfferKind.PROMO_CODE,
            15,
            "15% на абонемент",
            code="ROCK15",
            applies_to=("pass",),
            window=Window(date(2026, 9, 1), date(2026, 10, 31)),
        ),
        offer(
            "c2",
            OfferKind.PROMO_CODE,
            20,
            "20% на детскую группу",
            code="WALL20",
            applies_to=("kids",),
            window=Window(date(2026, 12, 1), None),
        ),
        offer("w", OfferKind.WARRANTY, 6, "6 месяцев на туфли", applies_to=("shoes",)),
        offer("t", OfferKind.TRIAL, 1, "1 пробный день бесплатно новым клиентам", applies_to=("pass",)),
        offer("k", OfferKind.CASHBACK, 10, "10% от первого платежа приведённого друга на ваш счёт"),
        offer("i", OfferKind.INSTALLMENT, 6, "рассрочка без переплаты", applies_to=("shoes",)),
        offer(
            "m",
            OfferKind.AMOUNT,
            3000,
            "при покупке любого абонемента за год в том же заказе",
            applies_to=("shoes", "chalk"),
        ),
    ),
    Policies(
        True,
        Decimal(16),
        (
            "Скидки и промокоды не суммируются, действует наибольшая.",
            "Страховка и верёвки входят в стоимость абонемента; полотенца в стоимость не входят.",
            "Заморозка абонемента — до 20 дней один раз в год, бесплатно, кроме детской группы.",
            "Баллами можно оплатить до 30% счёта.",
            "Предоплата за аренду зала 50%, возвращается при отмене за 3 дня; позже предоплата не возвращается.",
            "В праздничные дни наценка 25% на вводное занятие.",
            "Сервисный сбор 8% начисляется на аренду сверх цены.",
            "В абонемент входят 4 часа сауны в месяц.",
            "При длительной аренде депозит — одна неделя.",
            "Возврат товара — в течение 14 дней, если он не был в употреблении.",
        ),
    ),
    version="climb",
)
