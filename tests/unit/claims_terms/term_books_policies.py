"""A business most of whose terms stand in its policies: a workshop that mends, lends and stores pianos."""

from __future__ import annotations

from decimal import Decimal

from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product


def price(amount: str, **more: object) -> Price:
    return Price(Decimal(amount), "KZT", **more)


def offer(name: str, kind: OfferKind, value: str | int | None, conditions: str = "", **more: object) -> Offer:
    return Offer(name, kind, Decimal(value) if isinstance(value, int) else value, conditions=conditions, **more)


PIANO = PriceBook(
    "KZT",
    (
        Product("grand", "Рояль напрокат", ("рояль", "grand piano"), (price("90000", per="month"),)),
        Product("upright", "Пианино Заря", ("заря",), (price("450000"),)),
        Product("upright2", "Пианино Ласточка", ("ласточка",), (price("520000"),)),
        Product("synth", "Синтезатор", ("синтезатор", "synth"), (price("150000"),)),
        Product("tune", "Настройка", ("настройка", "tuning", "баптау"), (price("18000"),)),
        Product("fix", "Реставрация", ("реставрация", "restoration"), (price("600000"),)),
        Product("room", "Класс для занятий", ("класс", "практика бөлмесі"), (price("2000", per="hour"),)),
        Product("strings", "Комплект струн", ("струны", "ішектер", "strings"), (price("35000"),)),
        Product("notes", "Ноты", ("ноты", "sheet music"), (price("4000"),)),
    ),
    (
        offer("w", OfferKind.WARRANTY, 24, "24 месяца", applies_to=("upright", "upright2")),
        offer("i", OfferKind.INSTALLMENT, 12, "0-0-12", applies_to=("upright", "upright2")),
        offer("c", OfferKind.CASHBACK, 2, "2% бонусами от чека"),
        offer("p", OfferKind.PERCENT, 15, "учителям музыки", applies_to=("notes", "strings")),
        offer("f", OfferKind.FREE_PERIOD, 1, "первый месяц бесплатно при договоре на год", applies_to=("grand",)),
    ),
    Policies(
        True,
        Decimal(16),
        (
            "Цены с НДС 16%.",
            "Доставка по Костанаю 8 000 ₸, от 300 000 ₸ бесплатно; за город 300 ₸ за км.",
            "Подъём без лифта 4 000 ₸ за этаж.",
            "За реставрацию предоплата 40%, остаток при выдаче.",
            "За день просрочки реставрации платим 0,3% от суммы договора, не больше 5%.",
            "Ноты под заказ возврату не подлежат. "
            "Струны в закрытой упаковке принимаем обратно 10 дней, вскрытые не принимаем.",
            "Неиспользованные часы класса на следующий месяц не переносятся.",
            "Без залога рояль не выдаём. Залог 50 000 ₸.",
            "Хранение после реставрации 20 дней бесплатно, дальше 500 ₸ в день.",
            "При утере инструмента возмещаем до 3-кратной цены.",
            "На синтезаторы гарантии магазина нет.",
            "Бонусами можно оплатить до 25% покупки.",
            "Настройка входит в цену реставрации. Банкетка в цену не входит, оплачивается отдельно.",
            "Оценка инструмента 6 000 ₸, вычитается из стоимости реставрации.",
        ),
    ),
)
