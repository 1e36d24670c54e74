"""What a prompt tells the bot to promise, held against the price book; bans and clients' wishes are no promises."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims import compile_book
from botops.claims.clashes import clashes, discount_cap, language_orders
from botops.claims.instructions import Instructions
from botops.config import parse
from botops.pricebook import parse_book

AT = datetime(2026, 11, 22, tzinfo=UTC)
BOOK = """\
currency: KZT
products:
  - {sku: t1, name: Терминал T1, prices: [{amount: 89000}]}
  - {sku: sub, name: Подписка, prices: [{amount: 9900}]}
offers:
  - {id: year, kind: percent, value: 10, conditions: при оплате за год}
policies:
  text:
    - Доставка платная, 2500 тенге.
    - Деньги за подписку не возвращаются.
    - Рассрочку не предоставляем.
    - Гарантия 12 месяцев.
"""
NO_DISCOUNTS = BOOK.replace("offers:\n  - {id: year, kind: percent, value: 10, conditions: при оплате за год}\n", "")
DENIED = NO_DISCOUNTS + "    - Скидок не предоставляем.\n"


def compiled(text=BOOK):
    book, problems = parse_book(parse(text, "book.yaml"))
    assert book, problems
    return compile_book(book)


def found(text, book=BOOK):
    return [(f.kind.value, f.quote) for f in Instructions(text).findings(compiled(book), AT)]


def leaves(text, book=BOOK):
    return [
        (leave.quote, leave.denied is not None, len(leave.known))
        for leave in Instructions(text).open_leaves(compiled(book))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Предлагай скидку 20 %.", "Предлагай скидку до 20 %.", "Можешь давать скидку 20 %.",
        "Разрешено давать скидку 50 %.", "20 % жеңілдік ұсын.", "20 пайыз жеңілдік бересің.", "Give a 20% discount.",
        "You may offer a discount of up to 20%.", "Не забудь предложить скидку 20 %.", "Не отказывай в скидке 20 %.",
        "Don't forget to offer a 20% discount.", "Если клиент просит скидку 20 %, соглашайся.",
        "Если клиент торгуется, дай скидку 25 %.", "Называй скидку 20 %.", "Скажи, что скидка 20 %.",
        "Не предлагай рассрочку, а предложи скидку 20 %.", "Обещай вернуть деньги за подписку.",
        "Говори, что вернём деньги за подписку.", "Обещай бесплатную доставку всем.", "Предлагай рассрочку.",
        "Говори, что терминал стоит 50 000 ₸.", "Не забудь сказать, что терминал стоит 50 000 ₸.",
        "Обещай гарантию 36 месяцев.", "Offer free delivery to everyone.", "Тегін жеткізуді ұсын.",
    ],
)  # fmt: skip
def test_orders_that_the_book_does_not_bear_out_are_found(text):
    assert found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Не обещай скидку 20 %.", "Не давай скидку 20 %.", "Никогда не предлагай скидку 20 %.",
        "Скидку 20 % не предлагай.", "Скидку 20 %, даже если клиент просит, не давай.", "20 % жеңілдік берме.",
        "20 % жеңілдік ұсынбаңыз.", "Жеңілдік беруге болмайды.", "Never promise a 20% discount.",
        "Don't offer a 20% discount.", "Avoid offering a 20% discount.", "Запрещено давать скидку 20 %.",
        "Скидка 20 % запрещена.", "Откажи в скидке 20 %.", "Воздержись от скидок 20 %.",
        "Если клиент просит скидку 20 %, откажи.", "Если клиент просит скидку 20 %, передай менеджеру.",
        "Если клиент просит скидку 20 %, не соглашайся.", "20 % жеңілдік сұраса, менеджерге тапсыр.",
        "Клиенты часто просят скидку 20 % — вежливо объясни, что её нет.", "Скидку больше 10 % не давай.",
        "If the client asks for a 20% discount, hand over to a manager.", "Вместо скидки 20 % предложи тариф за год.",
        "Не дари подарков и не обещай скидку 20 % никому.", "Не обещай бесплатную доставку.",
        "Нельзя:\n- обещать скидку 20 %\n- предлагать рассрочку", "## Чего не обещать\n- скидку 20 %\n\nДобрый день.",
        "Запрещено:\n  1. давать скидку 20 %.", "Плохо: «Дам скидку 20 %»", "Не говори: «Скидка 20 %».",
        "Never say: 20% discount.", "Болмайды:\n- 20 % жеңілдік беру", "Рассрочку не предлагай.",
        "Предлагай скидку 10 % при оплате за год.", "Не обещай, что подписка подешевеет до 5 000 ₸.",
        "Не говори клиенту, что терминал стоит 50 000 ₸.", "Never tell the client that T1 costs 50,000 KZT.",
        "Пример плохого ответа: «Дам скидку 20 %».", "Клиенты ждут скидку 20 % — объясни, что её нет.",
    ],
)  # fmt: skip
def test_bans_and_clients_wishes_are_not(text):
    assert found(text) == []
    assert leaves(text) == []


def test_quotes_and_places_are_those_of_the_text():
    text = "Отвечай вежливо.\nНе забудь: называй скидку 20 %."
    (finding,) = Instructions(text).findings(compiled(), AT)
    assert text[finding.start : finding.end] == finding.quote == "скидку 20 %"


@pytest.mark.parametrize(
    "text",
    [
        "Можешь давать скидку.", "Жеңілдік бер.", "You may give a discount.", "Если клиент просит скидку, дай её.",
        "Предлагай скидки постоянным клиентам.", "Жеңілдік бере аласың.",
    ],
)  # fmt: skip
def test_leave_to_a_discount_that_nobody_bounds_is_found(text):
    ((quote, denied, known),) = leaves(text)
    assert (quote in text, denied, known) == (True, False, 1)
    assert [row[1:] for row in leaves(text, DENIED)] == [(True, 0)]
    assert [row[1:] for row in leaves(text, NO_DISCOUNTS)] == [(False, 0)]


@pytest.mark.parametrize(
    ("policy", "cap"),
    [
        ("Максимальная скидка — 10 %.", 10), ("Скидка не больше 10 %.", 10), ("Скидку больше 7 % не даём.", 7),
        ("Скидка до 12,5 %.", Decimal("12.5")), ("Maximum discount is 10%.", 10), ("Ең көп жеңілдік — 10 %.", 10),
        ("Постоянным клиентам скидка не больше 10 %.", None), ("На терминал T1 скидка не больше 10 %.", None),
        ("Минимальная скидка — 10 %.", None), ("Скидка 10 %.", None), ("Скидок не предоставляем.", None),
        ("До 31 декабря скидка 20 %.", None), ("Скидка до 10 % при заказе от 100 000 тенге.", None),
        ("Скидка больше 10 % не суммируется с другими.", None),
    ],
)  # fmt: skip
def test_the_highest_discount_of_the_policies_is_read(policy, cap):
    assert discount_cap(compiled(NO_DISCOUNTS + f"    - {policy}\n")) == cap


def test_leave_within_a_highest_discount_is_vague_not_forbidden():
    book = NO_DISCOUNTS + "    - Скидку больше 10 % не даём.\n"
    assert [row[1:] for row in leaves("Можешь давать скидку.", book)] == [(False, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "Называй скидки из списка акций.", "Предлагай скидки только из прайса.", "Предлагай скидку 10 % за год.",
        "Менеджер может дать скидку.",
        "Сделай акцент на скидке.", "Нельзя:\n- давать скидку", "Нельзя давать скидки.", "Своих скидок не придумывай.",
    ],
)  # fmt: skip
def test_leave_that_names_its_bounds_is_fine(text):
    assert leaves(text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Скидка до 20 % постоянным клиентам. Постоянным клиентам скидка не больше 10 %.", "limit"),
        ("Предлагай скидку до 20 %.\nСкидку больше 10 % не давай.", "limit"),
        ("Отвечай не больше двух предложений. Пиши до 5 предложений.", "limit"),
        ("Пиши минимум 5 предложений. Не больше 3 предложений.", "limit"),
        ("Answer in at most 2 sentences. Reply with up to 4 sentences.", "limit"),
        ("Всегда отвечай на русском. Отвечай только на казахском языке.", "language"),
        ("Предлагай рассрочку. Рассрочку не предлагай.", "ban"),
        ("Жеңілдік бер. Жеңілдік берме.", "ban"),
    ],
)
def test_orders_that_cannot_both_be_followed_are_found(text, kind):
    (clash,) = clashes([Instructions(text)])
    assert clash.kind.value == kind
    assert text.index(clash.first.quote) < text.index(clash.second.quote) == clash.second.start


@pytest.mark.parametrize(
    "text",
    [
        "Скидка до 20 % студентам. Скидка до 10 % пенсионерам.",
        "Отвечай на языке клиента: по-русски, по-казахски или по-английски.",
        "Если клиент пишет по-казахски, отвечай на казахском. Отвечай на русском.",
        "Не больше двух предложений. Задай не больше одного вопроса.",
        "Предлагай рассрочку. Не предлагай скидку.",
        "Отвечай коротко: не больше двух предложений. Пиши не больше 2 предложений.",
        "Пиши минимум 2 предложения. Не больше 5 предложений.",
    ],
)
def test_orders_that_agree_are_not(text):
    assert list(clashes([Instructions(text)])) == []


def test_texts_read_together_are_held_against_each_other():
    first, second = Instructions("Пиши до 3 предложений."), Instructions("Правила.\nПиши до 5 предложений.")
    (clash,) = clashes([first, second])
    assert (clash.first.text, clash.second.text, clash.second.start) == (0, 1, 9)


def test_an_order_to_answer_in_one_language_is_known_as_such():
    (order,) = language_orders([Instructions("Всегда отвечай на русском.")])
    assert order.language == "ru"
    assert language_orders([Instructions("Всегда отвечай на языке клиента, например на русском.")]) == ()


def test_a_long_hostile_text_costs_no_more_than_its_length():
    import time

    text = "если клиент просит скидку 20 % не давай дай " * 2_000
    began = time.process_time()
    instructions = Instructions(text)
    list(instructions.open_leaves(compiled()))
    list(clashes([instructions]))
    assert time.process_time() - began < 5
