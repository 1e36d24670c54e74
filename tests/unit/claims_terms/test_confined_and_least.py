"""What a holiday camp by a lake allows for some of its lodgings alone, and the least it lets and sells."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims.check import check
from botops.claims.compile import compile_book
from botops.domain.messages import Message
from botops.pricebook.model import Policies, Price, PriceBook, Product


def _sold(sku: str, name: str, aliases: str, amount: str, per: str) -> Product:
    return Product(sku, name, tuple(aliases.split("|")), (Price(Decimal(amount), "KZT", per=per),))


_LAKE = compile_book(
    PriceBook(
        "KZT",
        (
            _sold("cabin", "Домик у озера", "домик|домики|cabin|үйшік", "30000", "night"),
            _sold("room", "Номер в корпусе", "номер|номера|room", "20000", "night"),
            _sold("tent", "Кемпинг-палатка", "палатка|палатку|tent|шатыр", "8000", "night"),
            _sold("cake", "Торт на заказ", "торт|торты|cake", "9000", "kg"),
            _sold("pie", "Пирог осетинский", "пирог|пироги|pie", "4500", "unit"),
            _sold("pet", "Проживание с животным", "животное|с питомцем", "3000", "night"),
            _sold("hall", "Зал", "зал|залды|hall", "12000", "hour"),
        ),
        (),
        Policies(
            True,
            Decimal(16),
            (
                "С животными можно только в домики и палатку.",
                "Срочный заказ +25%, только торты.",
                "Зал сдаём минимум на 4 часа.",
                "Торт минимум 2 кг.",
                "Завтрак для гостей домиков бесплатно.",
            ),
        ),
    )
)


def _found(*turns: str) -> list[str]:
    said = [Message("user" if i % 2 == 0 else "assistant", text) for i, text in enumerate(turns)]
    return [f.quote for f in check(said, _LAKE, at=datetime(2026, 6, 10, 9, tzinfo=UTC))]


@pytest.mark.parametrize(
    "turns",
    [
        ("можно с собакой в номер?", "Да, можно."),
        ("мы с собакой, домик на ночь", "Домик 30 000 ₸.", "а если номер взять?", "Можно, доплата та же, 3 000 ₸."),
        ("срочно пирог, наценка есть?", "Да, на пирог за срочность плюс 25%."),
        ("can I bring my dog to the room?", "Sure, dogs are welcome in the room."),
        ("зал на 2 часа сколько", "2 часа × 12 000 = 24 000 ₸."),
        ("залды 2 сағатқа алсақ", "2 сағат 24 000 ₸ болады."),
        ("hall for 2 hours please", "2 hours is 24,000 KZT."),
        ("торт на 1 кг", "Торт 1 кг — 9 000 ₸."),
        ("зал на 5 часов", "Зал на 5 часов — 60 000 ₸.", "спасибо", "Ждём!", "а 3 часа?", "Можно, 3 часа — 36 000 ₸."),
        ("завтрак платный?", "Завтрак бесплатно каждому гостю."),
        ("таңғы ас ақылы ма", "Жоқ, таңғы ас барлық қонаққа тегін."),
    ],
)
def test_what_is_for_others_alone_or_less_than_the_least_is_found(turns: tuple[str, ...]) -> None:
    assert _found(*turns)


@pytest.mark.parametrize(
    "turns",
    [
        ("можно с собакой в домик?", "Да, можно."),
        ("номер с котом?", "С котом в номер нельзя, только в домик."),
        ("мы с собакой, номер можно?", "Номер 20 000 ₸, но с собакой только в домики и палатку."),
        ("мы с собакой, домик на ночь", "Домик 30 000 ₸.", "номер свободен?", "Да, номер свободен, 20 000 ₸ за ночь."),
        ("can I bring my dog to the tent?", "Sure, dogs are welcome in the tent."),
        ("срочно торт, наценка есть?", "Да, на торт за срочность плюс 25%."),
        ("срочно пирог, наценка есть?", "Нет, пирог 4 500 ₸ без наценки."),
        ("зал на 2 часа сколько", "Минимум 4 часа, так что 48 000 ₸."),
        ("зал на 2 часа сколько", "Меньше 4 часов не сдаём, за 4 часа 48 000 ₸."),
        ("hall for 5 hours please", "5 hours is 60,000 KZT."),
        ("завтрак платный?", "Гостям домиков завтрак бесплатно."),
        ("мы в домике, завтрак платный?", "Завтрак бесплатно, каждому гостю домика."),
        ("зал на 5 часов и торт 2 кг", "Зал 5 часов 60 000 ₸, торт 2 кг 18 000 ₸."),
    ],
)
def test_what_the_policies_allow_passes(turns: tuple[str, ...]) -> None:
    assert _found(*turns) == []
