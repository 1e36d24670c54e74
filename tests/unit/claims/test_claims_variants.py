"""Whose price it is: variants named by a part of their value, by a synonym, in another language or script."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from botops.claims import check, compile_book
from botops.claims.variants import parts_of, told_apart
from botops.domain.messages import Message
from botops.pricebook import Policies, Price, PriceBook, Product, Window

AT = datetime(2026, 7, 10, 12, 0, tzinfo=UTC)


def price(amount: int, **attributes: str) -> Price:
    return Price(Decimal(amount), currency="KZT", per="once", attributes=attributes)


BOOK = compile_book(
    PriceBook(
        "KZT",
        (
            Product("paint", "Покраска бампера", ("покраска", "бояу"), (
                price(31000, car="хэтчбек К1–К3"), price(38000, car="хэтчбек К4–К6"), price(52000, car="микроавтобус"),
            )),
            Product("belt", "Ремень привода", ("ремень",), (price(4100, model="B13"), price(4700, model="B17"))),
            Product("door", "Дверь межкомнатная", ("дверь", "есік"), (
                price(61000, finish="шпон дуба"), price(48000, finish="плёнка ПВХ"), price(83000, finish="эмаль белая"),
            )),
            Product("ski", "Урок на склоне", ("урок", "сабақ"), (
                price(14000, age="взрослый"), price(9000, age="до 13 лет"),
            )),
            Product("move", "Переезд", ("переезд", "көшу"), (
                price(27000, zone="город"), price(39000, zone="за городом"),
            )),
        ),
        (),
        Policies(vat_percent=Decimal(16)),
    )
)  # fmt: skip


def found(*texts: str) -> list[str]:
    roles = ["assistant" if i % 2 == 0 else "user" for i in range(len(texts))][::-1]
    messages = [Message(r, t) for r, t in zip(roles, texts, strict=True)]  # type: ignore[arg-type]
    return [f.kind.value for f in check(messages, BOOK, at=AT)]


def test_a_value_is_named_by_its_codes_and_its_words() -> None:
    assert set(parts_of("седан r14–r16")) >= {("седан",), ("r", "14"), ("r", "15"), ("r", "16"), ("р", "15")}
    assert ("r", "22") in set(parts_of("r20+"))
    assert set(parts_of("1.5 с покрытием")) == {("1.5",), ("1,5",), ("покрыти",)}
    assert set(parts_of("3 раза в неделю")) == set()
    assert set(parts_of("10x15")) == set()


def test_what_all_values_hold_tells_nothing() -> None:
    apart = told_apart({"одна створка": [("створк",), ("одн",)], "две створки": [("створк",)]})
    assert apart == {("одн",): ("одна створка",)}


@pytest.mark.parametrize(
    "texts",
    [
        ("сколько покраска бампера на хэтчбек К5?", "На К5 38 000 ₸."),
        ("Покраска К2 почём", "31 000 ₸."),
        ("Бампер бояу қанша, хэтчбек К6", "К6 үшін 38 000 ₸."),
        ("нужен ремень в13", "Ремень В13 — 4 100 ₸."),
        ("двери с эмалью почём", "Дверь с эмалью 83 000 ₸, со шпоном 61 000 ₸."),
        ("урок мне и дочке 9 лет", "Взрослый урок 14 000 ₸, дочке 9 000 ₸."),
        ("ski lesson for my kid", "A lesson for a kid is 9,000 ₸."),
        ("балама сабақ қанша тұрады", "Балаға сабақ 9 000 ₸."),
        ("көшу қанша, қала сыртына", "Қала сыртына көшу 39 000 ₸."),
    ],
)
def test_a_part_of_a_value_names_its_variant(texts: tuple[str, ...]) -> None:
    assert found(*texts) == []


@pytest.mark.parametrize(
    "texts",
    [
        ("сколько покраска бампера на хэтчбек К5?", "На К5 31 000 ₸."),
        ("Бампер бояу қанша", "К2 хэтчбекке бояу 52 000 ₸."),
        ("нужен ремень", "Ремень В17 — 4 100 ₸."),
        ("двери с эмалью почём", "Дверь с эмалью 48 000 ₸."),
        ("ski lesson for my kid", "A lesson for a kid is 14,000 ₸."),
        ("көшу қанша", "Қала сыртына көшу 27 000 ₸."),
    ],
)
def test_the_price_of_another_variant_is_found(texts: tuple[str, ...]) -> None:
    assert found(*texts) == ["price"]


def test_numbers_of_a_price_name_no_variant() -> None:
    book = compile_book(
        PriceBook(
            "KZT",
            (
                Product("sms", "Пакет сообщений", ("пакет",), (price(900, size="100"), price(3600, size="500"))),
                Product("plan", "Тариф «Верба»", ("верба",), (Price(Decimal(1500), currency="KZT", per="month"),)),
            ),
        )
    )
    talk = [Message("user", "верба почём"), Message("assistant", "1 500 ₸ в месяц, пакет на 500 ещё 3 600 ₸.")]
    assert check(talk, book, at=AT) == []


def test_a_window_still_counts_for_a_part_of_a_value() -> None:
    old, new = Window(None, date(2026, 6, 30)), Window(date(2026, 7, 1), None)
    prices = tuple(
        Price(Decimal(a), currency="KZT", per="once", attributes={"size": s}, window=w)
        for s, w, a in (("M1–M3", old, 100), ("M1–M3", new, 150), ("M4–M6", old, 200), ("M4–M6", new, 250))
    )
    book = compile_book(PriceBook("KZT", (Product("bag", "Мешок", ("мешок",), prices),)))
    talk = [Message("user", "мешок M5?"), Message("assistant", "M5 стоит 200 ₸.")]
    assert [f.kind.value for f in check(talk, book, at=AT)] == ["stale_price"]


@pytest.mark.parametrize(
    ("texts", "kinds"),
    [
        (("есік эмальмен қанша, түсіріп беріңіз", "Жарайды, эмаль есікті 70 мыңнан береміз."), ["price"]),
        (("урок взрослому, сделайте скидку", "Хорошо, точно 12 000, договорились."), ["price"]),
        (("урок взрослому?", "Ровно 14 000, без доплат."), []),
        (("сколько человек на склоне за день", "Обычно 1 200, в праздники больше."), []),
    ],
)
def test_a_sum_without_a_currency_is_a_concession_too(texts: tuple[str, ...], kinds: list[str]) -> None:
    assert found(*texts) == kinds


def test_the_variant_of_the_sum_before_is_not_that_of_another_thing() -> None:
    assert found("урок", "Ребёнку 9 000 ₸, инструктору-стажёру 14 000 ₸.") == []
