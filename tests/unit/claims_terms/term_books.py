"""Invented businesses for the tests of terms: a bakery (ru), a gym (kk/ru), a print shop (en, VAT on top)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from botops.claims.compile import CompiledBook, compile_book
from botops.claims.context import ReplyContext, parse_message
from botops.domain.messages import Message
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product, Window


def price(amount: str, currency: str = "KZT", **more: object) -> Price:
    return Price(Decimal(amount), currency, **more)


def offer(name: str, kind: OfferKind, value: str | int | None, conditions: str = "", **more: object) -> Offer:
    said = Decimal(value) if isinstance(value, int) else value
    return Offer(name, kind, said, conditions=conditions, **more)


BAKERY = PriceBook(
    "KZT",
    (
        Product("cake", "Торт «Медовик»", ("медовик", "торт", "cake"), (price("9000", per="kg"),)),
        Product("ecl", "Набор эклеров", ("эклеры", "эклер", "eclairs"), (price("4800", per="once"),)),
        Product("candle", "Свечи для торта", ("свечи", "свеча", "шамдар"), (price("600"),)),
        Product("box", "Подарочная коробка", ("коробка", "қорап", "box"), (price("1500"),)),
        Product("photo", "Фотопечать на торте", ("фотопечать", "фото на торт"), (price("3000"),)),
        Product("dlv", "Доставка по городу", ("доставка", "жеткізу", "delivery"), (price("1200"),)),
    ),
    (
        offer("pens", OfferKind.PERCENT, 7, "пенсионерам по удостоверению"),
        offer("five", OfferKind.PERCENT, 12, "при заказе от 5 наборов", applies_to=("ecl",)),
        offer("candle", OfferKind.GIFT, "Свечи", "свечи в подарок к торту", applies_to=("cake",)),
        offer("d0", OfferKind.DELIVERY, 0, "бесплатно от 15 000 ₸"),
        offer("cb", OfferKind.CASHBACK, 4, "4% бонусами на следующий заказ"),
        offer(
            "spring",
            OfferKind.PROMO_CODE,
            10,
            "10% на торты",
            code="MED10",
            applies_to=("cake",),
            window=Window(date(2026, 3, 1), date(2026, 5, 31)),
        ),
        offer(
            "autumn",
            OfferKind.PROMO_CODE,
            1000,
            "минус 1 000 ₸ на эклеры",
            code="EKLER1000",
            applies_to=("ecl",),
            window=Window(date(2026, 9, 1), date(2026, 11, 30)),
        ),
    ),
    Policies(
        True,
        Decimal(12),
        (
            "Скидки не суммируются.",
            "Предоплата 40% на торты под заказ.",
            "Отмена за 48 часов — полный возврат, позже предоплата не возвращается.",
            "Надпись на торте бесплатна.",
            "Фотопечать оплачивается отдельно.",
            "Минимальный заказ торта — 2 кг.",
        ),
    ),
    version="bakery",
)

GYM = PriceBook(
    "KZT",
    (
        Product(
            "m1",
            "Абонемент на месяц",
            ("айлық абонемент", "месячный абонемент", "monthly pass"),
            (price("22000", per="month"),),
        ),
        Product(
            "m12",
            "Абонемент на год",
            ("жылдық абонемент", "годовой абонемент", "annual pass"),
            (price("180000", per="year"),),
        ),
        Product("pt", "Персональная тренировка", ("жеке жаттығу", "персоналка", "personal training"), (price("9000"),)),
        Product("lock", "Аренда шкафчика", ("шкафчик", "шкаф", "locker"), (price("2500", per="month"),)),
        Product("tow", "Полотенце", ("сүлгі", "полотенце", "towel"), (price("500"),)),
    ),
    (
        offer("stud", OfferKind.PERCENT, 15, "студентам при предъявлении билета", applies_to=("m1",)),
        offer("frz", OfferKind.FREE_PERIOD, 1, "1 месяц бесплатно при оплате за год", applies_to=("m12",)),
        offer("tri", OfferKind.TRIAL, 1, "1 пробное посещение бесплатно"),
        offer("ins", OfferKind.INSTALLMENT, 6, "Kaspi 0-0-6", applies_to=("m12",)),
        offer("ref", OfferKind.AMOUNT, 3000, "за приведённого друга", applies_to=("m1", "m12")),
        offer("bag", OfferKind.GIFT, "Спортивная сумка", "сумка в подарок к годовому абонементу", applies_to=("m12",)),
    ),
    Policies(
        True,
        Decimal(0),
        (
            "Скидки и акции не суммируются.",
            "Заморозка годового абонемента до 30 дней бесплатно.",
            "Сауна входит в абонемент.",
            "Полотенце в абонемент не входит.",
            "Дети до 7 лет — бесплатно в сопровождении взрослого.",
            "Возврат в течение 14 дней с удержанием 10%.",
        ),
    ),
    version="gym",
)

PRINT = PriceBook(
    "USD",
    (
        Product("card", "Business cards", ("cards",), (price("30", "USD", unit="pack"),)),
        Product("flyer", "Flyers", ("flyer", "leaflets"), (price("80", "USD"),)),
        Product("lam", "Lamination", ("laminate",), (price("12", "USD"),)),
        Product("rush", "Rush order", ("rush printing", "24-hour rush"), (price("25", "USD"),)),
        Product("mug", "Photo mug", ("mug", "mugs"), (price("9", "USD"),)),
    ),
    (
        offer("bulk", OfferKind.PERCENT, 20, "from 10 packs", applies_to=("card",)),
        offer("ngo", OfferKind.PERCENT, 25, "for charities and schools"),
        offer("war", OfferKind.WARRANTY, 6, "6 months on lamination", applies_to=("lam",)),
        offer("ship", OfferKind.DELIVERY, 0, "free shipping from $100"),
        offer("proof", OfferKind.GIFT, "Digital proof", "free digital proof with every order"),
        offer("wel", OfferKind.PROMO_CODE, 5, "5% off the first order", code="HELLO5"),
        offer("split", OfferKind.INSTALLMENT, 3, "three payments for orders over $500"),
    ),
    Policies(
        False,
        Decimal(20),
        (
            "Discounts cannot be combined; the largest applies.",
            "All prices exclude VAT 20%.",
            "50% deposit before printing.",
            "Full refund if cancelled 24 hours before printing.",
            "Design changes are free up to 2 revisions.",
        ),
    ),
    version="print",
)

COMPILED: dict[str, CompiledBook] = {b.version: compile_book(b) for b in (BAKERY, GYM, PRINT)}


def context(book: str, *messages: str, at: str = "2026-10-10") -> ReplyContext:
    """A dialogue that ends with the assistant's message; speakers alternate backwards from it."""
    compiled = COMPILED[book]
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    last = len(messages) - 1
    parsed = tuple(
        parse_message(Message("assistant" if (last - i) % 2 == 0 else "user", text), i, compiled)
        for i, text in enumerate(messages)
    )
    return ReplyContext(compiled, moment, moment.date(), parsed)
