"""The day a price list names above its prices, in three languages."""

from datetime import date

import pytest

from botops.pricebook import propose, read_sheets
from botops.pricebook.told_day import told_day

FIRST = date(2026, 12, 1)


@pytest.mark.parametrize(
    "text",
    [
        "ПРАЙС-ЛИСТ на 01.12.2026", "Прайс от 1.12.26 г.", "Цены с 01/12/2026", "2026-12-01",
        "Прайс на 1 декабря 2026 года",
        "Цены действуют с «01» декабря 2026 г.", "2026 жылғы 1 желтоқсандағы бағалар", "1 желтоқсан 2026 ж. бастап",
        "Price list, December 1, 2026", "Prices from 1st of December 2026", "Prices as of 1 Dec 2026",
        "Цены с 01.12.2026 по 31.12.2026", "01.12.2026–31.12.2026", "Прайс 01.12.2026.",
    ],
)  # fmt: skip
def test_a_day_by_digits_or_by_the_name_of_its_month(text):
    assert told_day(["ТОО «Ромашка»", text]) == (FIRST, text)


@pytest.mark.parametrize(
    "text",
    [
        "", "Прайс-лист", "Прайс на 2026 год", "Прайс на декабрь 2026", "Действует до 31.12.2026", "31.12.2026 дейін",
        "Действует по 31 декабря 2026", "2026 жылғы 31 желтоқсанға дейін", "Договор № 5 от 01.12.2024",
        "Утверждено 25.11.2026", "Прайс на 31.02.2026", "тел. 01-12-20265", "версия 1.12.26.4", "8 701 01.12",
    ],
)  # fmt: skip
def test_what_is_no_day_of_the_prices(text):
    assert told_day([text]) is None


def test_only_what_stands_above_the_header_counts():
    text = "ПРАЙС-ЛИСТ на 01.12.2026\n\nТовар;Цена\nАкция 05.12.2026;1000\nКасса;2000\n"
    (sheet,) = read_sheets(text.encode(), "price.csv", max_bytes=10**6)
    assert propose(sheet).day == (FIRST, "ПРАЙС-ЛИСТ на 01.12.2026")
    (sheet,) = read_sheets(text.partition("\n\n")[2].encode(), "price.csv", max_bytes=10**6)
    assert propose(sheet).day is None
