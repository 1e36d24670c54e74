"""Rates fixed for a time, days named without their month, prices by a unit of their own after talk of another thing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from botops.claims import check, compile_book
from botops.claims.compile import CompiledBook
from botops.claims.dates import find_dates
from botops.claims.words import fold, words
from botops.domain.messages import Message
from botops.pricebook import Policies, Price, PriceBook, Product, Window


def price(amount: str, per: str = "once", currency: str = "KZT", **more: object) -> Price:
    return Price(Decimal(amount), currency=currency, per=per, **more)  # type: ignore[arg-type]


PARTS = compile_book(
    PriceBook(
        "USD",
        (
            Product("motor", "Лодочный мотор", ("мотор", "қозғалтқыш", "outboard motor"), (
                price("900", currency="USD", window=Window(None, date(2027, 2, 28))),
                price("960", currency="USD", window=Window(date(2027, 3, 1), None)),
            )),
            Product("screw", "Гребной винт", ("винт", "бұранда", "propeller"), (price("80", currency="USD"),)),
            Product("fit", "Установка мотора", ("установка", "орнату", "fitting"), (price("25000"),)),
        ),
        (),
        Policies(text=("Оплата: 500 ₸ за 1 $ до 31 января 2027 года, 520 ₸ за 1 $ с 1 февраля до 30 апреля 2027.",)),
    )
)  # fmt: skip
BERRIES = compile_book(
    PriceBook(
        "KZT",
        (
            Product("straw", "Клубника", ("құлпынай", "strawberries"), (
                price("2400", "kg", window=Window(None, date(2027, 6, 14))),
                price("1700", "kg", window=Window(date(2027, 6, 15), None)),
            )),
            Product("picnic", "Пикник в саду", ("пикник", "picnic"), (price("30000"),)),
            Product("veranda", "Веранда", (), (price("9000", "hour"),)),
            Product("keeper", "Камера хранения", (), (price("6000", "month"),)),
        ),
        (),
        Policies(text=("Карты других стран: фиксированный курс 510 ₸ за 1 $ до 31 июля 2027.",)),
    )
)  # fmt: skip
JANUARY, FEBRUARY = datetime(2027, 1, 20, 9, tzinfo=UTC), datetime(2027, 2, 20, 9, tzinfo=UTC)
JUNE = datetime(2027, 6, 8, 9, tzinfo=UTC)


def found(book: CompiledBook, at: datetime, *texts: str) -> list[str]:
    roles = ["assistant" if i % 2 == 0 else "user" for i in range(len(texts))][::-1]
    messages = [Message(r, t) for r, t in zip(roles, texts, strict=True)]  # type: ignore[arg-type]
    return [f.kind.value for f in check(messages, book, at=at)]


@pytest.mark.parametrize(
    ("at", "texts"),
    [
        (JANUARY, ("мотор в тенге", "Мотор 900 $, по курсу 500 ₸ это 450 000 ₸.")),
        (FEBRUARY, ("мотор в тенге", "Мотор 900 $, по нашему курсу 520 ₸ — 468 000 ₸.")),
        (
            FEBRUARY,
            ("винт пен мотор", "Винт 80 $, мотор 900 $, барлығы 980 $.", "теңгемен ше", "520 бағамымен 509 600 теңге."),
        ),
        (
            JANUARY,
            (
                "motor and fitting",
                "The outboard motor is 900 $, fitting is 25,000 KZT.",
                "all in tenge?",
                "At 500 it is 475,000 KZT all in.",
            ),
        ),
        (JANUARY, ("если в феврале оплачу винт?", "В феврале курс уже 520 ₸, винт выйдет 41 600 ₸.")),
        (FEBRUARY, ("i would pay on march 5", "Then the outboard motor is 960 $.")),
        (JUNE, ("а если приеду пятнадцатого?", "Клубника тогда 1 700 ₸ за кг, 3 кг — 5 100 ₸.")),
        (JUNE, ("клубника", "До 14 июня 2 400 ₸ за кг, с 15-го 1 700 ₸ за кг.")),
        (JUNE, ("құлпынай 15 маусымда қанша", "Құлпынай келісі 1 700 теңге.")),
        (JUNE, ("strawberries on the 16th?", "Strawberries will be 1,700 KZT per kg.")),
        (JUNE, ("пикник", "Пикник 30 000 ₸.", "а посидеть под крышей?", "Час под крышей 9 000 ₸.")),
        (JUNE, ("picnic price", "The picnic is 30,000 KZT.", "card from Berlin", "At 510 it is 58.82 USD.")),
    ],
)
def test_what_holds_passes(at: datetime, texts: tuple[str, ...]) -> None:
    assert found(BERRIES if at is JUNE else PARTS, at, *texts) == []


@pytest.mark.parametrize(
    ("at", "texts", "kind"),
    [
        (FEBRUARY, ("мотор в тенге", "Мотор 900 $, по курсу 500 ₸ это 450 000 ₸."), "currency"),
        (JANUARY, ("винт теңгемен", "Винт 80 $, 520 бағамымен 41 600 теңге."), "currency"),
        (JANUARY, ("motor in tenge", "The outboard motor is 900 $, that is 480,000 KZT."), "currency"),
        (JUNE, ("клубника", "Клубника сегодня 1 700 ₸ за кг."), "stale_price"),
        (JUNE, ("а если приеду пятнадцатого?", "Клубнику и сегодня отдам по 1 700 ₸."), "stale_price"),
        (JUNE, ("құлпынай", "Құлпынай келісі 1 700 теңге."), "stale_price"),
        (JUNE, ("пикник", "Пикник 30 000 ₸.", "а на час?", "Час пикника 8 000 ₸."), "price"),
    ],
)
def test_what_does_not_hold_is_found(at: datetime, texts: tuple[str, ...], kind: str) -> None:
    assert kind in found(BERRIES if at is JUNE else PARTS, at, *texts)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("на восьмое можно?", [8]), ("с 5-го по 9-е, потом дороже", [5, 9]),
        ("седьмого и восьмого доставки нет", [7, 8]),
        ("on the 14th, please", [14]), ("8-інде келемін", [8]), ("до второго занятия", []), ("с 3-го этажа", []),
        ("Десятого опять дешевле", [10]), ("к двадцатому", [20]), ("восьмое марта", [8]), ("9-е мая", [9]),
        ("since August 5th", [5]),
    ],
)  # fmt: skip
def test_days_are_named_without_their_month(text: str, days: list[int]) -> None:
    assert [d.day for d in find_dates(words(fold(text)))] == days


def test_each_rate_of_a_sentence_has_its_time() -> None:
    assert [(r.value, r.window.valid_from, r.window.valid_to) for r in PARTS.rates] == [
        (Decimal(500), None, date(2027, 1, 31)),
        (Decimal(520), date(2027, 2, 1), date(2027, 4, 30)),
    ]
