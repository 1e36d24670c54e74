"""The day a reply speaks of: offers announced, prices kept beyond their window or given after it, stays over two."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from botops.claims import check, compile_book
from botops.claims.compile import CompiledBook
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product, Window


def price(amount: str, per: str = "once", start: date | None = None, end: date | None = None, **more: object) -> Price:
    return Price(Decimal(amount), currency="KZT", per=per, window=Window(start, end), **more)  # type: ignore[arg-type]


SKIS = compile_book(
    PriceBook(
        "KZT",
        (
            Product("ski", "Прокат лыж", ("лыжи", "шаңғы", "skis"), (
                price("8000", "day", None, date(2026, 12, 14)),
                price("11000", "day", date(2026, 12, 15), date(2027, 3, 10)),
            )),
            Product("pass", "Сезонный абонемент", ("сезонный", "абонемент", "маусымдық", "season pass"), (
                price("140000", "once", None, date(2026, 11, 30)),
                price("170000", "once", date(2026, 12, 1), None),
            )),
            Product("helm", "Шлем", ("шлем", "шлема", "дулыға", "helmet"), (price("30000"),)),
        ),
        (
            Offer("april", OfferKind.PERCENT, Decimal(30), window=Window(date(2027, 3, 11), date(2027, 4, 10)),
                  applies_to=("helm",), conditions="закрытие сезона"),
            Offer("glove", OfferKind.GIFT, "перчатки", window=Window(date(2026, 11, 1), date(2026, 11, 30)),
                  applies_to=("pass",), conditions="перчатки в подарок к сезонному абонементу"),
        ),
        Policies(),
    )
)  # fmt: skip
YURTS = compile_book(
    PriceBook(
        "KZT",
        (
            Product("yurt", "Юрта у озера", ("юрта", "юрту", "юрты", "киіз үй", "yurt"), (
                price("50000", "night", None, date(2026, 8, 31)),
                price("40000", "night", date(2026, 9, 1), None),
            )),
            Product("horse", "Верховая езда", ("лошадь", "ат"), (price("9000", "hour"),)),
        ),
        (),
        Policies(text=("Стоимость считается по дате ночи, а не по дню брони.",)),
    )
)  # fmt: skip
BATH = compile_book(
    PriceBook(
        "KZT",
        (
            Product("bath", "Баня на дровах", ("баня", "баню", "монша", "bath house"), (
                price("9000", "hour", attributes={"days": "пн–чт"}),
                price("14000", "hour", attributes={"days": "пт–вс"}),
            )),
        ),
        (),
        Policies(),
    )
)  # fmt: skip
NOVEMBER, FEBRUARY = datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2027, 2, 20, 9, tzinfo=UTC)
DECEMBER, AUGUST = datetime(2026, 12, 5, 9, tzinfo=UTC), datetime(2026, 8, 20, 9, tzinfo=UTC)


def found(book: CompiledBook, at: datetime, *texts: str) -> list[str]:
    roles = ["assistant" if i % 2 == 0 else "user" for i in range(len(texts))][::-1]
    messages = [Message(r, t) for r, t in zip(roles, texts, strict=True)]  # type: ignore[arg-type]
    return [f.kind.value for f in check(messages, book, at=at)]


@pytest.mark.parametrize(
    ("book", "at", "texts"),
    [
        (SKIS, FEBRUARY, ("С 11 марта по 10 апреля на шлемы минус 30%, шлем выйдет 21 000 ₸.",)),
        (SKIS, FEBRUARY, ("когда скидки на шлемы", "11 наурыздан бастап шлемге 30% жеңілдік, сонда 21 000 ₸.",)),
        (SKIS, FEBRUARY, ("я приду за шлемом 15 марта", "Тогда минус 30%: шлем будет стоить 21 000 ₸.",)),
        (SKIS, FEBRUARY, ("helmets on sale soon?", "From March 11 helmets are 30% off, so 21,000 ₸.",)),
        (SKIS, NOVEMBER, ("сколько сезонный", "Сейчас сезонный 140 000 ₸, и 30 ноября так и будет 140 000 ₸.")),
        (SKIS, NOVEMBER, ("в декабре абонемент столько же?", "Нет, с 1 декабря 170 000 ₸, до 30 ноября 140 000 ₸.")),
        (SKIS, NOVEMBER, ("а лыжи в декабре почём", "1 декабря лыжи тоже 8 000 ₸ в день.")),
        (SKIS, NOVEMBER, ("заберу 5 декабря, цена та же?", "Если оплатите сегодня, то да, 140 000 ₸ за сезонный.")),
        (SKIS, NOVEMBER, ("а шлем тоже есть?", "Да, привезём 3 декабря. Сезонный 140 000 ₸, шлем тоже есть.")),
        (SKIS, DECEMBER, ("абонемент был дешевле?", "Да, до 30 ноября сезонный был 140 000 ₸, теперь 170 000 ₸.")),
        (SKIS, DECEMBER, ("я оплатил сезонный 28 ноября", "Раз вы оплатили в ноябре, оставляем 140 000 ₸.")),
        (YURTS, AUGUST, ("yurt, 4 nights from the 30th", "2 × 50,000 + 2 × 40,000 = 180,000 ₸ for the yurt.")),
        (YURTS, AUGUST, ("юрта с 30 августа на 4 ночи", "Юрта: 2 × 50 000 + 2 × 40 000 = 180 000 ₸.")),
        (SKIS, NOVEMBER, ("абонементы подорожают?", "В следующем месяце сезонный будет 170 000 ₸.")),
        (SKIS, NOVEMBER, ("келесі айда маусымдық қанша", "Сонда 170 000 ₸.")),
        (SKIS, NOVEMBER, ("3 абонемента", "Три — 420 000 ₸.", "оплачу 25 ноября, сумма та же?", "Да, 420 000 ₸.")),
        (BATH, DECEMBER, ("баня в пятницу?", "14 000 ₸.", "а 8 и 9 декабря", "8 и 9 декабря баня по 9 000 ₸.")),
        (BATH, DECEMBER, ("bath house on December 11", "The bath house is 14,000 ₸ an hour.")),
        (YURTS, AUGUST, ("we come at noon", "See you at noon, the yurt is 50,000 ₸ a night.")),
    ],
)  # fmt: skip
def test_what_holds_on_the_day_spoken_of_passes(book: CompiledBook, at: datetime, texts: tuple[str, ...]) -> None:
    assert found(book, at, *texts) == []


@pytest.mark.parametrize(
    ("book", "at", "texts"),
    [
        (SKIS, FEBRUARY, ("На шлемы минус 30%, шлем выйдет 21 000 ₸.",)),
        (SKIS, FEBRUARY, ("С 20 апреля на шлемы минус 30%.",)),
        (SKIS, NOVEMBER, ("сезонный почём", "140 000 ₸.", "приеду 3 декабря, цена та же?", "Да, сезонный 140 000 ₸.")),
        (SKIS, NOVEMBER, ("маусымдық қанша", "3 желтоқсанда да маусымдық 140 000 ₸ болып тұра береді.")),
        (SKIS, NOVEMBER, ("season pass?", "It's 140,000 ₸ and on December 5 the season pass will still be 140,000 ₸.")),
        (SKIS, NOVEMBER, ("а в январе перчатки тоже дарите?", "Да, и в январе перчатки к абонементу в подарок.")),
        (SKIS, NOVEMBER, ("в следующем месяце абонемент по той же цене?", "Да, сезонный 140 000 ₸.")),
        (SKIS, NOVEMBER, ("3 абонемента", "Три — 420 000 ₸.", "оплачу 3 декабря, сумма та же?", "Да, 420 000 ₸.")),
        (SKIS, DECEMBER, ("лыжи и абонемент почём", "Сезонный 140 000, лыжи 8 000 ₸ в день.")),
        (BATH, DECEMBER, ("баня 12 декабря почём", "12 декабря баня 9 000 ₸ в час.")),
        (SKIS, DECEMBER, ("оставьте по старой цене абонемент", "Ладно, оставляем сезонный за 140 000 ₸.")),
        (SKIS, DECEMBER, ("маусымдықты ескі бағамен беріңізші", "Жарайды, маусымдықты 140 000 ₸-ге береміз.")),
        (SKIS, DECEMBER, ("can I get the old price?", "OK, we'll honour the season pass at 140,000 ₸.")),
    ],
)  # fmt: skip
def test_what_does_not_hold_on_it_is_found(book: CompiledBook, at: datetime, texts: tuple[str, ...]) -> None:
    assert found(book, at, *texts)
