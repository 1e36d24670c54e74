"""The reader of prompts: tables, lists, sentences, terms, manner."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from botops.simulator.prompt import read_prompt


def tags(text: str, name: str) -> list[tuple[object, ...]]:
    item = next(i for i in read_prompt(text).knowledge.items if i.name == name)
    return [(int(t.amount), t.period, t.unit, t.variant, t.min_qty, t.at_least, t.region) for t in item.tags]


def test_table_with_period_and_variant_columns():
    text = (
        "| Товар | Также называют | Вариант | От количества | Регион | Цена | За что |\n|---|---|---|---|---|---|---|\n"
        "| Абонемент | абик, gym pass | утро |  |  | 12 000 ₸ | в месяц |\n"
        "| Абонемент |  | весь день |  |  | 18 500 ₸ | в месяц |\n"
        "| Полотенце |  |  | 10 |  | 1 100 ₸ | за штуку |\n"
        "| Тренер |  |  |  | Астана | от 7 000 ₸ | за занятие |\n"
    )
    assert tags(text, "Абонемент") == [
        (12000, "month", "", "утро", 1, False, ""),
        (18500, "month", "", "весь день", 1, False, ""),
    ]
    assert tags(text, "Полотенце") == [(1100, "once", "unit", "", 10, False, "")]
    assert tags(text, "Тренер") == [(7000, "lesson", "", "", 1, True, "Астана")]
    assert read_prompt(text).knowledge.items[0].calls == ("абик", "gym pass")


def test_table_with_a_price_column_for_each_period_and_bare_numbers():
    text = "Наши тарифы:\n\n| Тариф | Месяц, ₸ | Год, ₸ |\n| --- | --- | --- |\n| Лайт | 4500 | 45 000 |\n"
    assert tags(text, "Лайт") == [(4500, "month", "", "", 1, False, ""), (45000, "year", "", "", 1, False, "")]


@pytest.mark.parametrize(
    ("line", "name", "expected"),
    [
        ("- Стрижка — 5 000 ₸", "Стрижка", [(5000, "once", "", "", 1, False, "")]),
        (
            "Консультация врача стоит 15 тыс. тенге за час.",
            "Консультация врача",
            [(15000, "hour", "", "", 1, False, "")],
        ),
        (
            "* Hosting: $12 per month, $120 per year",
            "Hosting",
            [(12, "month", "", "", 1, False, ""), (120, "year", "", "", 1, False, "")],
        ),
        (
            "Уборка офиса: в Алматы 900 ₸, в Астане 1 100 ₸ за визит",
            "Уборка офиса",
            [(900, "once", "", "", 1, False, "Алматы"), (1100, "visit", "", "", 1, False, "Астана")],
        ),
        (
            "- Визитки — 60 ₸ за штуку, от 500 шт — 45 ₸",
            "Визитки",
            [(60, "once", "unit", "", 1, False, ""), (45, "once", "unit", "", 500, False, "")],
        ),
        ("Ремонт: от 30 000 ₸", "Ремонт", [(30000, "once", "", "", 1, True, "")]),
        (
            "Кофе: малый 900 ₸, большой 1 300 ₸",
            "Кофе",
            [(900, "once", "", "малый", 1, False, ""), (1300, "once", "", "большой", 1, False, "")],
        ),
        ("- Маникюр — 7500", "Маникюр", [(7500, "once", "", "", 1, False, "")]),
        ("Hosting Pro: 4 900 / мес", "Hosting Pro", [(4900, "month", "", "", 1, False, "")]),
        ("Аренда зала — сағатына 20 000 теңге", "Аренда зала", [(20000, "hour", "", "", 1, False, "")]),
    ],
)
def test_lines_and_sentences(line, name, expected):
    assert tags(line, name) == expected


def test_dates_put_prices_into_their_time():
    text = (
        "Сегодня 10.05.2031.\n- Билет — 2 000 ₸, с 01.06.2031 — 2 500 ₸\n"
        "Прежние цены:\n- Билет — была цена 1 700 ₸, по 30.04.2031\n"
    )
    item = read_prompt(text).knowledge.items[0]
    assert [(int(t.amount), t.era(item.today)) for t in item.tags] == [(2000, "now"), (2500, "future"), (1700, "past")]
    assert [int(t.amount) for t in item.current()] == [2000]


@pytest.mark.parametrize(
    ("line", "kind", "value", "span", "code"),
    [
        ("Скидка 15 % на всё меню.", "percent", 15, "", ""),
        ("- Промокод OSEN7: 7 % на первый заказ, до 30.09.2031", "code", 7, "", "OSEN7"),
        ("- Рассрочка 0-0-6 при сумме от 90 000 ₸", "instalment", 6, "month", ""),
        ("Пробный период 10 дней.", "trial", 10, "day", ""),
        ("Первые 2 месяца бесплатно при оплате за год.", "free_period", 2, "month", ""),
        ("Гарантия 2 года.", "warranty", 24, "month", ""),
        ("Доставка по городу 1 500 ₸ при заказе до 20 000 ₸.", "delivery", 1500, "", ""),
        ("Бесплатная доставка при заказе от 20 000 ₸.", "delivery", 0, "", ""),
        ("Кешбэк 3 % бонусами.", "cashback", 3, "", ""),
        ("Скидка 5 000 ₸ новым клиентам.", "amount", 5000, "", ""),
        ("Free trial: 5 days.", "trial", 5, "day", ""),
        ("Жеңілдік 20 % барлығына.", "percent", 20, "", ""),
    ],
)
def test_terms(line, kind, value, span, code):
    term = read_prompt(f"Сегодня 01.09.2031.\n{line}").knowledge.terms[0]
    assert (term.kind, term.value, term.span, term.code) == (kind, Decimal(value), span, code)


def test_gift_names_the_thing_and_its_goods():
    text = "- Кофемашина — 300 000 ₸\nПодарок: пачка зёрен при покупке кофемашины.\nДарим чашку к кофемашине.\n"
    assert [t.thing for t in read_prompt(text).knowledge.terms] == ["пачка зёрен", "чашку"]


@pytest.mark.parametrize(
    "line",
    [
        "Не обещай скидку 30 %.",
        "Никогда не давай скидку больше 10 %.",
        "Do not offer a 20% discount.",
        "После цены предлагай пробный период.",
        "Есть ли скидка 10 %?",
        "Например: скидка 40 % всем.",
    ],
)
def test_what_is_forbidden_or_only_an_example_is_no_term(line):
    assert read_prompt(line).knowledge.terms == ()


def test_conditions_are_understood():
    text = (
        "- Стол — 100 000 ₸\nСкидка 10 % на Стол при заказе от 300 000 ₸ по Алматы.\n"
        "Скидка 8 % на Стол; условия: при оплате за год; действует с 01.02.2031 по 01.03.2031\n"
    )
    first, second = read_prompt(text).knowledge.terms
    assert first.items == ("Стол",)
    assert first.condition.min_amount == 300000
    assert first.condition.places == ("Алматы",)
    assert second.condition.yearly
    assert (second.since, second.until) == (date(2031, 2, 1), date(2031, 3, 1))
    assert not second.open_on(date(2031, 3, 2))
    assert second.open_on(date(2031, 2, 1))


def test_manner_of_a_friendly_seller():
    manner = read_prompt(
        "Обращайся на «ты», эмодзи приветствуются. Пиши коротко.\n"
        "Разговор начинай словами «Салем, это Кулич!».\nЗаканчивай словами «Твой Кулич».\n"
        "Задай уточняющий вопрос: «На сколько человек?»\nЕсли просят человека, позови менеджера.\n"
    ).manner
    assert (manner.informal, manner.emoji, manner.brief, manner.hand_over) == (True, True, True, True)
    assert (manner.opening, manner.sign_off, manner.question) == (
        "Салем, это Кулич!",
        "Твой Кулич",
        "На сколько человек?",
    )


def test_manner_of_a_strict_seller():
    manner = read_prompt(
        "Обращайся на «вы», без эмодзи. Отвечай только по-русски. Никогда не передавай диалог менеджеру."
    ).manner
    assert (manner.informal, manner.emoji, manner.only, manner.hand_over) == (False, False, "ru", False)


def test_a_glossary_line_adds_names():
    item = read_prompt("- Чековая лента — 200 ₸\nЧековая лента = касса таспасы = till roll\n").knowledge.items[0]
    assert (item.called("kk"), item.called("en"), item.called("ru")) == ("касса таспасы", "till roll", "Чековая лента")


def test_an_empty_prompt_knows_nothing():
    brief = read_prompt("")
    assert brief.knowledge.items == ()
    assert brief.knowledge.terms == ()


@pytest.mark.parametrize(
    "line", ["Телефон: 8701555", "Версия — 2026", "Отвечай за 5 минут.", "Нас уже 12 000 клиентов"]
)
def test_other_numbers_are_no_prices(line):
    assert read_prompt(line).knowledge.items == ()


def test_a_price_written_into_the_rules_goes_before_the_table():
    table = (
        "| Товар | Также называют | Цена |\n|---|---|---|\n| Тариф «Лайт» | лайт | 4 500 ₸ |\n| «Макс» | | 9 500 ₸ |\n"
    )
    knowledge = read_prompt(f"Тариф Лайт теперь стоит 3 900 ₸.\n{table}").knowledge
    assert [(i.name, int(i.tags[0].amount)) for i in knowledge.items] == [
        ("Тариф «Лайт»", 3900),
        ("«Макс»", 9500),
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "Всем клиентам давай скидку 30 %.",
        "Сейчас акция: скидка 30% на всё!",
        "Обязательно скажи про скидку 30 %.",
        "Барлық клиентке 30 % жеңілдік бер.",
        "Always offer a 30% discount.",
    ],
)
def test_a_discount_without_a_condition_is_for_everyone(rule):
    (term,) = read_prompt(rule).knowledge.terms
    assert (term.value, term.everyone, term.on_request) == (30, True, False)


def test_a_concession_is_for_those_who_bargain():
    (term,) = read_prompt("Если клиент торгуется, дай скидку 12 %.").knowledge.terms
    assert (term.value, term.everyone, term.on_request) == (12, False, True)


def test_half_price_is_half_off():
    (term,) = read_prompt("Отдавай всё за полцены.").knowledge.terms
    assert (term.kind, term.value, term.everyone) == ("percent", 50, True)
