"""The text put into prompts: complete, regular, and worded as people word it."""

from datetime import date
from decimal import Decimal

import pytest

from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product, Window, price_table
from botops.pricebook.phrases import amount, count, day, per
from botops.pricebook.render import price_lines
from botops.pricebook.terms import offer_line, policy_lines

DAY = date(2026, 6, 10)


def price(value, per="month", **details):
    return Price(Decimal(value), details.pop("currency", "KZT"), per, **details)


TILL = Product(
    "till", "Касса «Базар»", ("касса", "базар"),
    (
        price(4900), price(49000, "year"),
        price(5900, window=Window(date(2026, 7, 1))),
        price(3900, window=Window(None, date(2026, 5, 31))),
        price(2900, window=Window(None, date(2025, 5, 31))),
    ),
)  # fmt: skip
TAPE = Product(
    "tape", "Лента | чековая", (), (price(400, "unit", unit="рулон"), price(350, "unit", unit="рулон", min_qty=10))
)
FORMAT = {"format": "онлайн", "hours": 3, "certificate": True, "group": False}
COURSE = Product(
    "course", "Обучение", (),
    (
        price(15000, "lesson", from_price=True, attributes=FORMAT),
        price(20000, "lesson", region="Алматы", segment="опт", window=Window(None, date(2026, 8, 31))),
    ),
)  # fmt: skip
BOOK = PriceBook("KZT", (TILL, TAPE, COURSE), policies=Policies(True, Decimal(16), ("Возврат 14 дней.",)))


def test_the_whole_table_in_russian():
    assert (
        price_table(BOOK, DAY, "ru")
        == """\
Цены на сегодня, 10.06.2026:

| Товар | Также называют | Вариант | От количества | Регион | Сегмент | Цена | За что | Действует |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| Касса «Базар» | касса, базар |  |  |  |  | 4 900 ₸ | в месяц |  |
| Касса «Базар» |  |  |  |  |  | 49 000 ₸ | в год |  |
| Лента / чековая |  |  |  |  |  | 400 ₸ | за рулон |  |
| Лента / чековая |  |  | 10 |  |  | 350 ₸ | за рулон |  |
| Обучение |  | онлайн, hours 3, certificate, без: group |  |  |  | от 15 000 ₸ | за занятие |  |
| Обучение |  |  |  | Алматы | опт | 20 000 ₸ | за занятие | по 31.08.2026 |

Цены, которые изменятся:
- Касса «Базар» — 5 900 ₸ в месяц, с 01.07.2026

Прежние цены, больше не действуют:
- Касса «Базар» — была цена 3 900 ₸ в месяц, по 31.05.2026

Акции и условия:
- Сейчас никаких акций нет.

Правила:
- Цены указаны с НДС 16 %.
- Возврат 14 дней."""
    )


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("kk", ["Бүгінгі бағалар, 10.06.2026:", "| 15 000 ₸ бастап | сабағына |", "5 900 ₸ айына, 01.07.2026 бастап",
                "бұрын 3 900 ₸ айына, 31.05.2026 дейін", "Бағаларға ҚҚС 16 % кіреді.", "Қазір ешқандай акция жоқ."]),
        ("en", ["Prices today, 10.06.2026:", "| from 15,000 ₸ | per lesson |", "5,900 ₸ per month, from 01.07.2026",
                "was 3,900 ₸ per month, until 31.05.2026", "Prices include VAT 16%.",
                "There are no offers at present."]),
    ],
)  # fmt: skip
def test_other_languages_have_the_same_parts(language, parts):
    text = price_table(BOOK, DAY, language)
    assert all(part in text for part in parts)
    assert text.count("\n") == price_table(BOOK, DAY, "ru").count("\n")


def test_columns_without_content_are_left_out():
    text = price_table(PriceBook("KZT", (Product("a", "Касса", (), (price(1),)),)), DAY)
    assert "| Товар | Вариант | Цена | За что |" in text
    assert "Правила" not in text


def test_region_segment_and_skus_narrow_the_table():
    assert "20 000" not in price_table(BOOK, DAY, region="Астана")
    assert "20 000" in price_table(BOOK, DAY, region="Алматы", segment="опт")
    assert "20 000" not in price_table(BOOK, DAY, segment="розница")
    text = price_table(BOOK, DAY, skus={"tape"})
    assert "Лента" in text
    assert "Касса" not in text


def test_prices_of_other_times_keep_their_variant():
    coming = price(
        9,
        "unit",
        region="Астана",
        min_qty=5,
        attributes={"size": "L"},
        window=Window(date(2026, 7, 1), date(2026, 7, 9)),
    )
    text = price_table(PriceBook("KZT", (Product("a", "Касса", (), (coming,)),)), DAY)
    assert "- Касса (L, Астана, от 5 шт.) — 9 ₸ за штуку, с 01.07.2026 по 09.07.2026" in text


def test_names_cannot_break_the_table():
    text = price_table(PriceBook("KZT", (Product("a", "Касса\n| чужая | строка", (), (price(1),)),)), DAY)
    assert "| Касса / чужая / строка |  | 1 ₸ | в месяц |" in text


def offer(kind, value, **details):
    given = value if value is None or isinstance(value, str) else Decimal(str(value))
    return Offer("o", OfferKind(kind), given, **details)


SUMMER = Window(date(2026, 6, 1), date(2026, 8, 31))


@pytest.mark.parametrize(
    ("given", "ru"),
    [
        (offer("percent", 10, applies_to=("till", "gone"), conditions="при оплате за год.", window=SUMMER),
         "Скидка 10 % на: Касса «Базар», gone; условия: при оплате за год; действует с 01.06.2026 по 31.08.2026"),
        (offer("percent", 7.5), "Скидка 7,5 % на весь заказ"),
        (offer("percent", None, conditions="по карте"), "Скидка на весь заказ; условия: по карте"),
        (offer("amount", 5000), "Скидка 5 000 ₸ на весь заказ"),
        (offer("promo_code", 5, code="LETO5"), "Промокод LETO5: скидка 5 % на весь заказ"),
        (offer("promo_code", 5000, code="LETO5"), "Промокод LETO5: скидка 5 000 ₸ на весь заказ"),
        (offer("promo_code", None, code="LETO5"), "Промокод LETO5 на весь заказ"),
        (offer("free_period", 2), "2 месяца бесплатно"),
        (offer("free_period", 14, conditions="14 дней"), "14 дней бесплатно"),
        (offer("free_period", 2, conditions="при оплате за год, заявка за 5 дней"),
         "2 месяца бесплатно; условия: при оплате за год, заявка за 5 дней"),
        (offer("installment", 12), "Рассрочка на 12 месяцев"),
        (offer("gift", "Сканер", applies_to=("course",)), "Подарок: Сканер; при покупке: Обучение"),
        (offer("delivery", 0), "Доставка — бесплатно"),
        (offer("delivery", 1500), "Доставка — 1 500 ₸"),
        (offer("trial", 14), "Пробный период: 14 дней"),
        (offer("trial", 1, conditions="одно занятие"), "Пробный период: 1 посещение; условия: одно занятие"),
        (offer("warranty", 12), "Гарантия 12 месяцев"),
        (offer("warranty", 30, conditions="срок в днях"), "Гарантия 30 дней; условия: срок в днях"),
        (offer("cashback", 3, window=Window(date(2026, 6, 1))), "Кешбэк 3 % на весь заказ; действует с 01.06.2026"),
    ],
)  # fmt: skip
def test_offers_in_words(given, ru):
    assert offer_line(given, BOOK, "ru") == ru


def test_offers_in_kazakh_and_english():
    given = offer("percent", 10, applies_to=("course",), window=SUMMER)
    assert offer_line(given, BOOK, "kk") == "10 % жеңілдік Обучение үшін; мерзімі: 01.06.2026 – 31.08.2026"
    assert offer_line(given, BOOK, "en") == "Discount of 10% on: Обучение; valid from 01.06.2026 until 31.08.2026"
    assert offer_line(offer("delivery", 0), BOOK, "kk") == "Жеткізу — тегін"
    assert offer_line(offer("free_period", 1), BOOK, "en") == "1 month free"


def test_offers_in_force_and_to_come():
    windows = (SUMMER, Window(date(2026, 9, 1)), Window(None, date(2026, 5, 1)))
    book = PriceBook("KZT", (), tuple(offer("percent", n, window=w) for n, w in enumerate(windows, 1)))
    text = price_table(book, DAY)
    assert "Акции и условия:\n- Скидка 1 %" in text
    assert "Акции, которые ещё не начались:\n- Скидка 2 %" in text
    assert "Скидка 3 %" not in text


def test_policies_in_words():
    assert policy_lines(Policies(False, Decimal(12), (), {"note": "По  будням.", "level": 3}), "ru") == [
        "Цены указаны без НДС; НДС 12 % прибавляется.", "По будням.",
    ]  # fmt: skip
    assert policy_lines(Policies(True), "en") == ["Prices include VAT."]


@pytest.mark.parametrize(
    ("value", "currency", "ru", "en"),
    [
        ("14900", "KZT", "14 900 ₸", "14,900 ₸"),
        ("50.88", "USD", "50,88 $", "$50.88"),
        ("50.5", "EUR", "50,50 €", "€50.50"),
        ("1234567.125", "KZT", "1 234 567,125 ₸", "1,234,567.125 ₸"),
        ("0", "UZS", "0 UZS", "0 UZS"),
        ("1E+3", "RUB", "1 000 ₽", "1,000 ₽"),
    ],
)
def test_amounts(value, currency, ru, en):
    assert amount(Decimal(value), currency, "ru") == amount(Decimal(value), currency, "kk") == ru
    assert amount(Decimal(value), currency, "en") == en


@pytest.mark.parametrize(
    ("period", "unit", "ru", "kk", "en"),
    [
        ("once", None, "разово", "бір рет", "one-time"),
        ("unit", None, "за штуку", "данасына", "each"),
        ("month", "employee", "в месяц за сотрудника", "айына бір қызметкерге", "per month per employee"),
        ("unit", "сутки", "за сутки", "тәулігіне", "per day"),
        ("once", "бутылка 5 л", "за бутылку 5 л", "1 бутылка 5 л үшін", "per бутылка 5 л"),
        ("unit", "смена", "за смену", "1 смена үшін", "per смена"),
        ("unit", "сессия", "за сессию", "1 сессия үшін", "per сессия"),
        ("unit", "бутыль", "за бутыль", "1 бутыль үшін", "per бутыль"),
        ("рейс", None, "за рейс", "1 рейс үшін", "per рейс"),
    ],
)
def test_what_a_price_is_for(period, unit, ru, kk, en):
    assert [per(period, unit, language) for language in ("ru", "kk", "en")] == [ru, kk, en]


@pytest.mark.parametrize(
    ("number", "ru"),
    [
        (1, "1 день"),
        (2, "2 дня"),
        (5, "5 дней"),
        (11, "11 дней"),
        (21, "21 день"),
        (112, "112 дней"),
        ("1.5", "1,5 дня"),
    ],
)
def test_russian_counts(number, ru):
    assert count(Decimal(number), "day", "ru") == ru


def test_counts_elsewhere():
    assert count(Decimal(1), "month", "en") == "1 month"
    assert count(Decimal(3), "visit", "en") == "3 visits"
    assert count(Decimal(3), "month", "kk") == "3 ай"
    assert day(date(2026, 1, 9)) == "09.01.2026"


def test_each_line_names_the_products_it_is_about():
    offers = (Offer("o", OfferKind.PERCENT, Decimal(10), applies_to=("till", "tape")),)
    book = PriceBook("KZT", (TILL, TAPE, COURSE), offers, Policies(True, Decimal(16), ("Возврат 14 дней.",)))
    lines = price_lines(book, DAY, "ru")
    assert "\n".join(line.text for line in lines) == price_table(book, DAY, "ru")
    about = {line.text.split("|")[1].strip() if "|" in line.text else line.text: line.skus for line in lines}
    assert about["Лента / чековая"] == ("tape",)
    assert about["Товар"] == ()
    assert about["- Касса «Базар» — 5 900 ₸ в месяц, с 01.07.2026"] == ("till",)
    assert ("till", "tape") in about.values()
    assert about["- Возврат 14 дней."] == ()
