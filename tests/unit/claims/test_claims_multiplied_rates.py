"""Rates doubled or raised by the day, tiers in written sums, hours at two rates, bounds nobody set; an invented pet
hotel."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims import check, compile_book
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product

AT = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def price(amount: int, per: str = "unit", **more: object) -> Price:
    return Price(Decimal(amount), "KZT", per, **more)  # type: ignore[arg-type]


BOOK = compile_book(
    PriceBook(
        "KZT",
        (
            Product("dog", "Передержка собаки", ("собака", "ит қонақүйі", "dog boarding"),
                    (price(8000, "day"), price(7000, "day", min_qty=10))),
            Product("walk", "Выгул, день", ("выгул", "дневной выгул", "серуен", "walk"), (price(3000, "hour"),)),
            Product("walk2", "Выгул, вечер", ("вечерний выгул", "кешкі серуен", "evening walk"),
                    (price(3800, "hour"),)),
            Product("groom", "Груминг", ("груминг", "стрижка", "grooming"), (price(12000, "unit", from_price=True),)),
            Product("taxi", "Зоотакси", ("такси", "taxi"), (price(5000, "trip"),)),
            Product("cage", "Аренда клетки", ("клетка", "тор", "cage"), (price(7000, "month"),)),
        ),
        (Offer("i", OfferKind.INSTALLMENT, Decimal(3), conditions="0-0-3 на счёт от 50 000 ₸"),),
        Policies(
            vat_included=True,
            vat_percent=Decimal(16),
            text=(
                "В праздники 8 марта и 21–23 марта передержка и выгул в двойном размере.",
                "По субботам и воскресеньям к выгулу +700 ₸ за час.",
                "Срочное зоотакси за час — в полтора раза дороже.",
            ),
        ),
    )
)  # fmt: skip


def wrong(*texts: str) -> list[str]:
    roles = ["assistant" if back % 2 == 0 else "user" for back in range(len(texts))][::-1]
    talk = [Message(role, text) for role, text in zip(roles, texts, strict=True)]  # type: ignore[arg-type]
    return [f.quote for f in check(talk, BOOK, at=AT)]


@pytest.mark.parametrize(
    "texts",
    [
        ("8 марта выгул нужен", "8 марта праздник, ставка двойная: выгул 6 000 ₸ в час."),
        ("собаку на 8 марта", "Передержка в этот день 16 000 ₸."),
        ("8 наурызда серуен қанша", "Мереке күні екі есе: серуен сағатына 6 000 теңге, 2 сағат 12 000 теңге."),
        ("dog boarding on March 8?", "That day is double rate: 16,000 KZT for the day."),
        ("выгул в субботу на 2 часа", "В субботу выгул 3 700 ₸ в час, два часа — 7 400 ₸."),
        ("серуен жексенбіде 2 сағат", "Жексенбіде сағатына 3 700 теңге, 2 сағат 7 400 теңге."),
        ("walk this Saturday, 2 hours", "On Saturday it is 3,700 an hour, so 7,400 KZT for two hours."),
        ("такси срочно", "Срочное зоотакси 7 500 ₸."),
    ],
)  # fmt: skip
def test_a_rate_multiplied_or_raised_for_its_day_is_right(texts: tuple[str, ...]) -> None:
    assert wrong(*texts) == []


@pytest.mark.parametrize(
    ("texts", "quote"),
    [
        (("8 марта выгул нужен", "8 марта праздник, выгул 9 000 ₸ в час."), "9 000 ₸"),
        (("выгул в субботу на 2 часа", "В субботу выгул 3 500 ₸ в час."), "3 500 ₸"),
        (("выгул в среду", "В среду выгул 6 000 ₸ в час."), "6 000 ₸"),
        (("клетка на 8 марта", "В праздник двойной тариф: клетка 14 000 ₸ в месяц."), "14 000 ₸"),
        (("walk on Monday", "A walk on Monday is 3,700 KZT an hour."), "3,700 KZT"),
    ],
)  # fmt: skip
def test_a_rate_multiplied_otherwise_is_not(texts: tuple[str, ...], quote: str) -> None:
    assert wrong(*texts) == [quote]


TIER = "Собака на 12 дней: 12 × 7 000 = 84 000 ₸."


@pytest.mark.parametrize("texts", [("9 дней", "9 × 8 000 = 72 000 ₸."), ("11 дней", "11 × 7 000 = 77 000 ₸.")])
def test_a_written_sum_takes_the_price_of_its_tier(texts: tuple[str, ...]) -> None:
    assert wrong("собаку на 12 дней", TIER, *texts) == []


def test_a_written_sum_below_the_tier_is_wrong_whatever_else_costs_as_much() -> None:
    assert wrong("собаку на 12 дней", TIER, "а 6 дней", "6 × 7 000 = 42 000 ₸.") != []


@pytest.mark.parametrize(
    "texts",
    [
        ("выгул 3 часа", "Дневной выгул 3 000 ₸ в час, 9 000 ₸.", "а если до ночи",
         "После шести вечерний 3 800: 4 часа днём и 2 вечером, всего 19 600 ₸."),
        ("серуен 3 сағат", "Серуен сағатына 3 000 теңге.", "кешке дейін ше",
         "Кешкісі 3 800: күндіз 4 сағат, кешке 2 сағат, барлығы 19 600 теңге."),
        ("a walk please", "A walk is 3,000 KZT an hour.", "until late?",
         "The evening rate is 3,800: 4 hours by day and 2 in the evening, 19,600 KZT in total."),
    ],
)  # fmt: skip
def test_hours_at_two_rates_add_up(texts: tuple[str, ...]) -> None:
    assert wrong(*texts) == []


def test_hours_at_two_rates_wrongly_added_are_found() -> None:
    texts = ("выгул 3 часа", "Дневной выгул 3 000 ₸ в час.", "а до ночи",
             "Вечерний 3 800: 4 часа днём и 2 вечером, всего 18 300 ₸.")  # fmt: skip
    assert wrong(*texts) == ["18 300 ₸"]


@pytest.mark.parametrize(
    ("texts", "quote"),
    [
        (("стрижка", "От 12 000 ₸.", "примерно же знаете", "На такую собаку обычно 15–17 тысяч."), "15–17 тысяч"),
        (("стрижка", "От 12 000 ₸.", "сколько точно?", "Груминг 12 000 ₸, цена фиксированная."), "12 000 ₸"),
        (("стрижка", "12 000 теңгеден басталады.", "дәл 12 ме", "Дәл 12 000 ₸, басқа ештеңе жоқ."), "12 000 ₸"),
        (("grooming?", "From 12,000 KZT.", "lock it at 12000", "Sure, 12,000 KZT flat."), "12,000 KZT"),
    ],
)  # fmt: skip
def test_a_bound_or_range_nobody_set_is_found(texts: tuple[str, ...], quote: str) -> None:
    assert wrong(*texts) == [quote]


LIST = """Посчитал:
• такси 2 × 5 000 = 10 000 ₸
• собака 3 × 8 000 = 24 000 ₸
• выгул 4 × 3 000 = 12 000 ₸
Итого 56 000 ₸."""


def test_lines_of_an_earlier_list_are_added_up_anew() -> None:
    asked = "такси 2 раза, собака 3 дня, выгул 4 часа"
    assert wrong(asked, LIST, "у меня 46 выходит", "Пересчитал, верно 46 000 ₸.") == []
    assert wrong(asked, LIST, "у меня 41 выходит", "Пересчитал, верно 41 000 ₸.") == ["41 000 ₸"]
