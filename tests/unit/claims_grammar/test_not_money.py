"""Numbers that are no money, and what they are instead."""

import pytest

from botops.claims.mentions import find_mentions, find_numbers, find_quantities


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("Звоните +7 701 123 45 67", ["phone"]),
        ("8 (727) 250-12-34", ["phone"]),
        ("87011234567", ["phone"]),
        ("call 1-800-555-0199", ["phone"]),
        ("до 31.12.2026", ["date"]),
        ("2026-03-15", ["date"]),
        ("до 31 марта", ["date"]),
        ("1 қыркүйектен бастап", ["date"]),
        ("May 12, 2026", ["date", "year"]),
        ("в 15:30", ["time"]),
        ("с 9:00 до 18:00", ["time", "time"]),
        ("at 10 am", ["time"]),
        ("в 2026 году", ["year"]),
        ("2019 г. выпуска", ["year"]),
        ("ИИН 900101300123", ["id"]),
        ("БИН 123456789012", ["id"]),
        ("IMEI 356938035643809", ["id"]),
        ("VIN XTA210990Y1234567", ["id", "id"]),
        ("заказ № 4471", ["id"]),
        ("order #12345", ["id"]),
        ("по договору 45/12", ["id", "id"]),
        ("promo SALE20", ["id"]),
        ("card ending in 2732", ["id"]),
        ("my zip code is 98193", ["id"]),
        ("Springfield, IL, 62701", ["id"]),
        ("4400 1234 5678 9012", ["digits"]),
        ("https://shop.example/p/15000", ["id"]),
        ("60х90", ["size"]),
        ("128 ГБ", ["size"]),
        ("квартира 60 м²", ["count"]),
        ("рост 170", ["size"]),
        ("рейтинг 4.8", ["size"]),
        ("разрешение 4K", ["size"]),
        ("573.15K", ["size"]),
        ("пробег всего 15 тысяч", ["size"]),
        ('экран 27"', ["size"]),
        ("рассрочка 0-0-12", ["instalment"]),
        ("первый месяц", ["ordinal"]),
        ("2-й заказ", ["ordinal"]),
        ("the 4th of May", ["ordinal"]),
        ("2025-інші жылға", ["ordinal"]),
        ("1. Базовый\n2. Плюс", ["ordinal", "ordinal"]),
        ("гарантия 12 месяцев", ["count"]),
        ("5 столов", ["count"]),
        ("1 250 отзывов", ["count"]),
        ("15 thousand people", ["count"]),
        ("refund takes 5 to 7 business days", ["count"]),
        ("12 айға бөліп төлеу", ["count"]),
        ("бес адам", ["count"]),
        ("3-комнатная", ["count"]),
    ],
)
def test_numbers_that_are_no_money(text: str, reasons: list[str]) -> None:
    assert [quantity.reason for quantity in find_quantities(text)] == reasons
    assert find_numbers(text) == ()


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("гарантия 12 месяцев", "12", "month"),
        ("для 5 сотрудников", "5", "person"),
        ("двадцать лицензий", "20", "user"),
        ("он екі айға", "12", "month"),
        ("three nights", "3", "night"),
        ("7 столов", "7", "столов"),
        ("50 кг", "50", "kg"),
        ("500 МБ", "500", "mb"),
        ("2 kW", "2", "kw"),
        ("две недели", "2", "week"),
    ],
)
def test_quantities_carry_value_and_unit(text: str, value: str, unit: str) -> None:
    (quantity,) = find_quantities(text)
    assert (str(quantity.value), quantity.unit) == (value, unit)
    assert text[quantity.start : quantity.end] == quantity.quote


def test_a_range_of_a_quantity_keeps_both_ends() -> None:
    (quantity,) = find_quantities("3-5 дней")
    assert (quantity.value, quantity.value_max, quantity.unit) == (3, 5, "day")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\t ",
        "🎉🔥",
        "Здравствуйте! Чем могу помочь?",
        "он пришёл один",
        "I want a hundred and two of those",
        "Oh look, a penny!",
        "approximately one-half miles east",
        "two thousand people came",
        "за полцены",
        "half price",
        "жартысына",
        "ТОП 10 и ALL 5 inclusive",
        "процессор AMD 5600 у нас на складе есть",
        "at least several hundred years",
        "версия 12.5.3",
        "I bought 5 pounds of flour",
        "it weighs about 5 pounds",
        "In 2010 won the cup",
    ],
)
def test_texts_without_money(text: str) -> None:
    assert find_mentions(text) == ()


def test_rare_abbreviations_are_currencies_only_where_a_price_stands_alone() -> None:
    assert [m.currency for m in find_mentions("25 KM")] == ["BAM"]
    assert find_mentions("We drove 25 KM to the city and back again") == ()


def test_a_pronoun_is_not_ten() -> None:
    assert find_numbers("он стоит дорого") == ()
    assert [m.amount for m in find_mentions("он мың теңге")] == [10_000]
