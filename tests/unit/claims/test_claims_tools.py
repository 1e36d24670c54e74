"""Tools beside the price book: what the book prices, no tool's other figure bears out; the rest is the tool's."""

from __future__ import annotations

from datetime import datetime

import pytest

from botops.claims import check, compile_book
from botops.domain.messages import Message
from botops.pricebook import load_bytes

AT = datetime.fromisoformat("2026-05-12T12:00:00+05:00")
BOOK = compile_book(
    load_bytes(
        """\
version: "1"
currency: KZT
products:
  - sku: canoe
    name: Каноэ «Иртыш»
    aliases: [каноэ, каноэ «Ертіс», Irtysh canoe]
    prices:
      - {amount: 8000, per: day}
      - {amount: 95000, per: month}
  - sku: vest
    name: Спасательный жилет
    aliases: [жилет, құтқару кеудешесі, life vest]
    prices:
      - {amount: 1500, per: unit, attributes: {size: детский}}
      - {amount: 2000, per: unit, attributes: {size: взрослый}}
""".encode(),
        "book.yaml",
    )
)


def quotes(tool: str, question: str, reply: str) -> list[str]:
    talk = [Message("tool", tool, "lookup"), Message("user", question), Message("assistant", reply)]
    return [f.quote for f in check(talk, BOOK, at=AT)]


@pytest.mark.parametrize(
    "tool",
    [
        '{"name": "Каноэ «Иртыш»", "price": 800}',
        '{"sku": "canoe", "price": 800, "per": "day"}',
        '[{"product": "Irtysh canoe", "cost": "800", "currency": "KZT"}]',
        '{"source": "new price list", "items": [{"title": "каноэ", "price": 800}]}',
        '{"price": 800}',
        '{"total": 800}',
        '{"order_id": "A-17", "items": [{"name": "каноэ", "price": 800}]}',
        "800",
        "Каноэ теперь 800 ₸ в день, прежний прайс отменён",
    ],
)
@pytest.mark.parametrize(
    ("question", "reply", "quote"),
    [
        ("Сколько стоит каноэ?", "Каноэ «Иртыш» — 800 ₸ в день.", "800 ₸"),
        ("Каноэ «Ертіс» қанша тұрады?", "Каноэ «Ертіс» күніне 800 теңге тұрады.", "800 теңге"),
        ("How much is the Irtysh canoe?", "The Irtysh canoe is 800 tenge a day.", "800 tenge"),
    ],
)
def test_a_tools_price_of_what_the_book_prices_bears_nothing_out(tool, question, reply, quote):
    assert quotes(tool, question, reply) == [quote]


@pytest.mark.parametrize(
    "tool", ['{"name": "каноэ", "price": 800}', '{"name": "Каноэ «Иртыш»", "price": 8000}', "8000"]
)
def test_the_books_own_price_stands_whatever_a_tool_says(tool):
    assert quotes(tool, "Сколько стоит каноэ?", "Каноэ «Иртыш» — 8 000 ₸ в день.") == []


@pytest.mark.parametrize(
    ("tool", "question", "reply"),
    [
        (
            '{"order_id": "A-17", "items": [{"name": "каноэ", "price": 7200}]}',
            "Сколько я заплатил за заказ A-17?",
            "В заказе A-17 каноэ за 7 200 ₸.",
        ),
        ('{"order": {"id": "B-3", "total": 9100}}', "What was my bill?", "Your order B-3 came to 9,100 tenge."),
        ('{"delivery_cost": 3200}', "Сколько доставка каноэ до Капшагая?", "Доставка каноэ до Капшагая — 3 200 ₸."),
        ('{"name": "весло карбоновое", "price": 6100}', "Весло почём?", "Весло карбоновое — 6 100 ₸."),
        ("17300", "Сколько вместе?", "Всего за каноэ и остальное 17 300 ₸."),
    ],
)
def test_what_the_book_cannot_know_is_the_tools(tool, question, reply):
    assert quotes(tool, question, reply) == []


def test_a_variant_of_the_books_is_no_other_thing():
    tool = '{"name": "жилет", "size": "детский", "price": 900}'
    assert quotes(tool, "Жилет детский почём?", "Жилет детский — 900 ₸.") == ["900 ₸"]
    tool = '{"name": "жилет с подогревом", "price": 9000}'
    assert quotes(tool, "Жилет с подогревом почём?", "Жилет с подогревом — 9 000 ₸.") == []
