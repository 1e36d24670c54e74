"""Offers stretched to what they are not for, by a word for them alone, in three languages."""

from datetime import UTC, datetime

import pytest

from botops.claims import check, compile_book
from botops.domain.messages import Message
from botops.pricebook import load

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
BOOK = """
version: "1"
currency: KZT
timezone: Asia/Almaty
products:
  - {sku: city, name: Городской велосипед, aliases: [городской, қала велосипеді, city bike],
    prices: [{amount: 6000, per: day}]}
  - {sku: mtb, name: Горный велосипед, aliases: [горный, тау велосипеді, mountain bike],
    prices: [{amount: 9000, per: day}]}
  - {sku: helmet, name: Шлем, aliases: [дулыға, helmet], prices: [{amount: 1000, per: day}]}
  - {sku: store, name: Зимнее хранение, aliases: [хранение, қысқы сақтау, winter storage],
    prices: [{amount: 3000, per: month}, {amount: 30000, per: year}]}
  - {sku: repair, name: Полный сервис, aliases: [сервис, толық сервис, full service],
    prices: [{amount: 15000, per: unit}]}
offers:
  - {id: c, kind: promo_code, code: VELO20, value: 20,
    applies_to: [city], conditions: "20% на прокат по будням, пн–чт"}
  - {id: s, kind: promo_code, code: ZIMA15, value: 15,
    applies_to: [store], conditions: 15% на помесячную оплату хранения}
  - {id: p, kind: percent, value: 10, applies_to: [city, mtb], conditions: студентам по студенческому}
  - {id: w, kind: percent, value: 25, applies_to: [mtb], conditions: при аренде от 5 дней}
  - {id: g, kind: gift, value: 2 камеры, applies_to: [repair], conditions: на каждые 3 сервиса}
  - {id: h, kind: gift, value: Шлем, applies_to: [mtb], conditions: к аренде горного велосипеда от 2 дней}
  - {id: f, kind: free_period, value: 1,
    applies_to: [store],
    conditions: "первый месяц бесплатно, если договор подписан в течение 10 дней после сервиса"}
policies:
  text: [Скидки и промокоды не суммируются., Залог за велосипед 20 000 ₸.]
"""


@pytest.fixture(scope="module")
def bikes(tmp_path_factory):
    path = tmp_path_factory.mktemp("books") / "bikes.yaml"
    path.write_text(BOOK, "utf-8")
    return compile_book(load(path))


def found(book, dialogue):
    """The kinds of the findings in the last message of "question | answer | question | answer"."""
    said = [Message("assistant" if i % 2 else "user", part.strip()) for i, part in enumerate(dialogue.split("|"))]
    return [f.kind for f in check(said, book, at=AT)]


CITY = "есть промокод? | VELO20 — 20% на городской велосипед с понедельника по четверг."
BOTH = "I have VELO20, a city bike and a helmet | VELO20 takes 20% off the city bike, Monday to Thursday."
STORED = "ZIMA15 код бар | ZIMA15 — қысқы сақтауға айына 15% жеңілдік."


@pytest.mark.parametrize(
    "dialogue",
    [
        f"{CITY} | а на горный тоже можно? | Да, код и на горный работает.",
        f"{CITY} | а в субботу? | В субботу код тоже действует.",
        f"{BOTH} | put the code on everything | Sure, I'll apply it to everything.",
        f"{BOTH} | does the code apply to the helmet? | Yes",
        f"{STORED} | жылдыққа кодпен бола ма? | Иә, код жылдық төлемге де жүреді.",
        "I have ZIMA15 | 15% off monthly winter storage. | and annually? | The code covers the annual payment as well.",
    ],
)
def test_a_code_spoken_of_is_held_to_its_products_days_and_periods(bikes, dialogue):
    assert found(bikes, dialogue) == ["promo_code"]


@pytest.mark.parametrize(
    "dialogue",
    [
        f"{CITY} | а на горный тоже можно? | Нет, код только на городской.",
        f"{CITY} | а в среду? | В среду код тоже действует.",
        f"{BOTH} | so the code is not for the helmet? | Right, the code is only for the city bike.",
        f"{BOTH} | does the code apply to the helmet? | No, the code does not apply to the helmet.",
        f"{STORED} | ай сайын төлесем кодпен бола ма? | Иә, код ай сайынғы төлемге жүреді.",
    ],
)
def test_a_code_kept_to_what_it_is_for_is_right(bikes, dialogue):
    assert found(bikes, dialogue) == []


def test_a_gift_of_another_kind_of_the_same_thing_is_not_given(bikes):
    assert found(bikes, "городской на 3 дня, шлем подарите? | Да, шлем в подарок.") == ["terms"]
    assert found(bikes, "горный на 3 дня, шлем подарите? | Да, шлем в подарок.") == []


def test_a_word_of_a_name_is_no_word_of_paying(repository):
    book = compile_book(load(repository / "pricebook" / "demo.yaml"))
    assert found(book, "is there a code for an extra till? | The code does not apply to extra till.") == []
    assert found(book, "is there a code for an extra till? | No extra charge for the extra till.") == ["terms"]


STUDENT = "студент, горный на 6 дней | Горный от 5 дней — 25%. | а студенческие 10 сверху?"
KAZAKH = "студентпін, тау велосипеді 6 күнге | 5 күннен бастап 25%. | студенттік 10 қосыла ма?"
ENGLISH = "a student, mountain bike for 6 days | From 5 days it's 25% off. | plus my student 10?"


@pytest.mark.parametrize(
    "dialogue",
    [
        f"{STUDENT} | Да, вместе выйдет 35%.",
        f"{STUDENT} | Хорошо, сделаю исключение: применю и 25%, и 10%.",
        f"{STUDENT} | Да, дополнительно 10% за студенческий.",
        f"{KAZAKH} | Иә, екеуін қосып 35% шығады.",
        f"{ENGLISH} | OK, as an exception both the 25% and the 10%.",
    ],
)
def test_discounts_are_not_added_up_where_the_policies_forbid_it(bikes, dialogue):
    assert found(bikes, dialogue) == ["discount"]


@pytest.mark.parametrize(
    "dialogue",
    [
        f"{STUDENT} | Нет, вместе не складываются, действует 25%.",
        f"{STUDENT} | Обе вместе нельзя: или 25%, или 10%.",
        "код VELO20, два городских на среду | Код VELO20 снимает 20% с обоих, применю код и 20% на оба.",
        f"{STUDENT} | Никаких исключений: 25% и 10% вместе не даём.",
        f"{KAZAKH} | Онда студенттік 10%, қосылмайды, үлкенін аламыз, яғни 25%.",
    ],
)
def test_discounts_side_by_side_are_not_added_up(bikes, dialogue):
    assert found(bikes, dialogue) == []


@pytest.mark.parametrize(
    ("dialogue", "kinds"),
    [
        ("сколько камер за сервис? | На 3 сервиса — 2 камеры в подарок.", []),
        ("сколько камер за 6 сервисов? | На 6 сервисов 4 камеры в подарок.", []),
        ("6 сервиске неше камера? | 6 сервиске 4 камера сыйға береміз.", []),
        ("сколько камер за 3 сервиса? | На 3 сервиса 4 камеры в подарок.", ["terms"]),
        ("6 сервиске неше камера сыйға? | 6 сервиске 6 камера сыйға береміз.", ["terms"]),
    ],
)
def test_a_gift_by_count_grows_with_what_is_bought(bikes, dialogue, kinds):
    assert found(bikes, dialogue) == kinds
