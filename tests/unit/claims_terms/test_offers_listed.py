"""An offer told to a client who asked about something else: what the sentence itself names decides."""

from datetime import UTC, datetime

import pytest

from botops.claims import check
from botops.domain.messages import Message
from botops.pricebook import load

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "Дадите скидку на тариф «Магазин»?",
            "Сейчас 3 месяца бесплатно: Подключение к ОФД при покупке любого терминала Aina.",
        ),
        (
            "Дадите скидку на тариф «Магазин»?",
            "Скидка 10 % — POS-терминал Aina T1, при оплате любого тарифа за год в том же заказе.",
        ),
        (
            "Магазин тарифіне жеңілдік бар ма?",
            "10 % жеңілдік — POS-терминал Aina T1 (сол тапсырыста кез келген тарифке бір жылға төлесеңіз).",
        ),
        (
            "Any discount on the Shop plan?",
            "10% off: POS terminal Aina T1 when any plan is paid for a year in the same order.",
        ),
    ],
)
def test_an_offer_for_the_product_named_after_it_is_right(repository, asked, said):
    book = load(repository / "pricebook" / "demo.yaml")
    assert check([Message("user", asked), Message("assistant", said)], book, at=AT) == []


def test_an_offer_for_another_product_stays_wrong(repository):
    book = load(repository / "pricebook" / "demo.yaml")
    said = [Message("user", "Есть скидки?"), Message("assistant", "10 % скидка — сканер штрихкодов.")]
    assert [f.kind for f in check(said, book, at=AT)] == ["discount"]


def test_the_kazakh_or_denies_nothing(repository):
    book = load(repository / "pricebook" / "demo.yaml")
    said = [
        Message("user", "Магазин тарифі қанша?"),
        Message("assistant", "«Магазин» тарифі — айына 9 000 ₸ немесе жылына 139 000 ₸."),
    ]
    assert [f.quote for f in check(said, book, at=AT)] == ["9 000 ₸"]
