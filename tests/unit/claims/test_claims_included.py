"""What a policy includes in products it lists by name, beside a dearer thing of nearly the same name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from botops.claims import check, compile_book
from botops.domain.messages import Message
from botops.pricebook import Policies, Price, PriceBook, Product, load

AT = datetime(2026, 7, 10, 12, 0, tzinfo=UTC)


def sold(sku: str, name: str, amount: int, *aliases: str) -> Product:
    return Product(sku, name, aliases, (Price(Decimal(amount), currency="KZT", per="month"),))


BOOK = compile_book(
    PriceBook(
        "KZT",
        (
            sold("sprout", "Тариф «Росток»", 4_000, "Росток"),
            sold("shop", "Тариф «Магазин»", 7_000, "Магазин", "«Магазин» тарифі", "тариф для магазина"),
            sold("garden", "Тариф «Сад»", 11_000, "Сад"),
            sold("always", "Поддержка 24/7", 9_500, "круглосуточная поддержка", "тәулік бойғы қолдау"),
            sold("copy", "Ежечасная копия", 6_000, "копия каждый час", "сағат сайынғы көшірме"),
        ),
        (),
        Policies(text=("В тарифы «Росток», «Магазин» и «Сад» входят один пользователь и поддержка в чате.",)),
    )
)


def kinds(text: str) -> list[str]:
    return [f.kind.value for f in check([Message("assistant", text)], BOOK, at=AT)]


@pytest.mark.parametrize("name", ["Росток", "Магазин", "Сад"])
@pytest.mark.parametrize("text", ["В «{}» входит поддержка в чате.", "«{}» тарифіне чаттағы қолдау кіреді."])
def test_what_a_list_of_products_includes_is_included_in_each(name: str, text: str) -> None:
    assert kinds(text.format(name)) == []


def test_a_kazakh_list_bears_its_ending_once() -> None:
    assert kinds("«Росток», «Магазин» және «Сад» тарифтеріне чаттағы қолдау кіреді.") == []


@pytest.mark.parametrize(
    "text",
    [
        "В «Росток» входит круглосуточная поддержка.",
        "В тариф «Сад» входит ежечасная копия.",
        "«Сад» тарифіне тәулік бойғы қолдау кіреді.",
    ],
)
def test_a_thing_with_a_price_of_its_own_is_not_included(text: str) -> None:
    assert kinds(text) == ["terms"]


@pytest.mark.parametrize(
    "text",
    [
        "В «Старт» входит поддержка в чате с 9 до 21.",
        "В «Магазин» входит поддержка в чате.",
        "«Старт», «Магазин» және «Кафе» тарифтеріне бір пайдаланушы кіреді, бір касса және сағат 9-дан 21-ге дейін "
        "чаттағы қолдау кіреді.",
    ],
)
def test_the_demo_may_say_what_its_plans_include(repository: Path, text: str) -> None:
    at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert check([Message("assistant", text)], load(repository / "pricebook/demo.yaml"), at=at) == []
