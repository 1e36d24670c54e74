"""Whose price a sum is: names put together of two others, values that only one product has, thresholds of a rule about
what is spoken of, counts told from prices."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims import check, compile_book
from botops.domain.messages import Message
from botops.pricebook import Policies, Price, PriceBook, Product


def price(amount: int, per: str = "once", **more: object) -> Price:
    return Price(Decimal(amount), currency="KZT", per=per, **more)  # type: ignore[arg-type]


BOOK = compile_book(
    PriceBook(
        "KZT",
        (
            Product("pool", "Бассейн каркасный", ("бассейн", "хауыз", "pool"), (price(210000),)),
            Product("filter", "Чистка фильтра", ("чистка", "тазалау", "cleaning"), (price(6000),)),
            Product("clean", "Чистка каркасного бассейна", (), (price(31000),)),
            Product("tiles", "Мозаика", ("мозаика", "mosaic"), (
                price(900, "unit"), price(800, "unit", min_qty=50), price(700, "unit", min_qty=300),
            )),
            Product("haul", "Вывоз грунта", ("вывоз",), (
                price(14000, attributes={"машина": "Газель"}), price(26000, attributes={"машина": "самосвал"}),
            )),
            Product("tea", "Шөп шайы", ("травяной чай",), (price(1200),)),
            Product("salt", "Тұз бөлмесі", ("тұз",), (price(3000, "visit"),)),
            Product("wood", "Деревянные двери", ("ағаш есік",), (price(90000),)),
            Product("door", "Дверь входная", ("есік", "дверь"), (price(120000),)),
            Product("tint", "Цветная плёнка", ("түсті пленка",), (price(2500),)),
            Product("film", "Плёнка защитная", ("пленка",), (price(1800),)),
            Product("water", "Анализ воды", ("су талдауы", "water test"), (price(4500, "visit"),)),
        ),
        (),
        Policies(text=("Анализ воды бесплатно при заказе от 60 000 ₸.",)),
    )
)  # fmt: skip


def found(*texts: str) -> list[str]:
    roles = ["assistant" if i % 2 == 0 else "user" for i in range(len(texts))][::-1]
    messages = [Message(r, t) for r, t in zip(roles, texts, strict=True)]  # type: ignore[arg-type]
    return [f.kind.value for f in check(messages, BOOK, at=datetime(2027, 5, 4, 9, tzinfo=UTC))]


@pytest.mark.parametrize(
    "texts",
    [
        ("хауызды тазалайсыз ба", "Хауыз тазалау 31 000 теңге."),
        ("do you clean pools", "Pool cleaning is 31,000 KZT."),
        ("чистка", "Чистка бассейна 31 000 ₸, фильтра — 6 000 ₸."),
        ("бассейн сколько", "Бассейн 210 000 ₸.", "а землю куда", "Увезём: самосвал 26 000 ₸, Газель 14 000 ₸."),
        ("бассейн қанша", "Хауыз 210 000 теңге.", "топырақ ше", "Газель 14 000 теңге."),
        ("су талдауы ақылы ма", "Су талдауы ақысыз, өйткені 60 000-нан асады, бөлек алсаңыз 4 500 теңге."),
        ("is the water test paid", "The water test is free above 60,000 KZT, otherwise 4,500 KZT."),
        (
            "мозаика 60 штук",
            "Мозаика 60 штук по 800 ₸, всего 48 000 ₸.",
            "а было 900 же",
            "900 ₸ до 50 штук, вам 800 ₸.",
        ),
        ("что у вас из трав", "Тұз 3 000 теңге, шай 1 200 теңге."),
        ("пленка қанша", "Пленкасы 1 800 теңге."),
        ("вместе", "Бассейн 210 000 ₸, анализ воды 0 ₸."),
    ],
)
def test_what_holds_passes(texts: tuple[str, ...]) -> None:
    assert found(*texts) == []


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (("хауызды тазалайсыз ба", "Хауыз тазалау 28 000 теңге."), "price"),
        (("do you clean pools", "Pool cleaning is 26,500 KZT."), "price"),
        (("чистка", "Чистка фильтра 31 000 ₸."), "price"),
        (("бассейн", "Бассейн 210 000 ₸.", "а землю куда", "Увезём: самосвал 24 000 ₸."), "price"),
        (("бассейн", "Бассейн 210 000 ₸.", "подсветку?", "Подсветка бассейна и самосвал — 14 000 ₸."), "price"),
        (("су талдауы", "Су талдауы 60 000 теңге тұрады ғой, дәл солай."), "price"),
        (("мозаика 60 штук", "Мозаика по 700 ₸."), "price"),
        (("что у вас из трав", "Тұз 3 000 теңге, шай 1 500 теңге."), "price"),
        (("пленка қанша", "Пленкасы 2 500 теңге."), "price"),
    ],
)
def test_what_does_not_hold_is_found(texts: tuple[str, ...], kind: str) -> None:
    assert kind in found(*texts)
