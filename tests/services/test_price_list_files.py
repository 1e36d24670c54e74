"""Price lists straight from the seller's table, and price books caught while they are being written."""

import json

import openpyxl
import pytest

from botops.app.pricebooks.books import Books

ROW = {
    "id": "d1",
    "started_at": "2026-11-10T10:00:00+05:00",
    "messages": [
        {"role": "user", "content": "Сколько стоит кофе?"},
        {"role": "assistant", "content": "Кофе молотый стоит 1 000 ₸."},
    ],
}
BOOK = """\
currency: KZT
products:
  - sku: a
    name: Кофе молотый
    prices: [{amount: 2500}]
"""
SECOND = """\
  - sku: b
    name: Чай зелёный
    prices: [{amount: 1200}]
"""


def _table(path, price):
    if path.suffix == ".csv":
        path.write_text(f"SKU;Название;Цена\nA1;Кофе молотый;{price}\n", "utf-8")
    else:
        book = openpyxl.Workbook()
        book.active.append(["Артикул", "Наименование", "Цена"])
        book.active.append(["A1", "Кофе молотый", price])
        book.save(path)
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(("price", "code"), [("2500", 1), ("даром", 2)])
def test_check_takes_a_price_list_as_it_is(project, process, tmp_path, kind, price, code):
    table = _table(tmp_path / f"prices.{kind}", price)
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps(ROW, ensure_ascii=False), "utf-8")
    with process(project, "check", "--dialogues", str(log), "--price-book", str(table)) as child:
        assert child.wait(60) == code
        said = " ".join(child.stdout.read().decode().split())
    assert ("2 500" in said) is (code == 1)
    assert (f"{table}:2:3:" in said) is (code == 2)


def test_a_book_in_the_middle_of_being_written_is_not_taken(tmp_path, monkeypatch):
    monkeypatch.setattr("botops.app.pricebooks.books._LOOK_AGAIN_S", 0.0)
    file = tmp_path / "book.yaml"
    file.write_text(BOOK + SECOND, "utf-8")
    books = Books(file)
    assert len(books.current().book.products) == 2
    for half in ("", "currency: KZT\n", BOOK):
        file.write_text(half, "utf-8")
        assert len(books.current().book.products) == 2
        assert books.problems == ()
    file.write_text(BOOK.replace("2500", "2700") + SECOND, "utf-8")
    books.current()
    assert str(books.current().book.products[0].prices[0].amount) == "2700"


def test_an_emptied_book_is_refused_and_the_last_good_one_stays(tmp_path, monkeypatch):
    monkeypatch.setattr("botops.app.pricebooks.books._LOOK_AGAIN_S", 0.0)
    file = tmp_path / "book.yaml"
    file.write_text(BOOK, "utf-8")
    books = Books(file)
    assert books.current()
    file.write_text("", "utf-8")
    books.current()
    assert len(books.current().book.products) == 1
    assert "an empty file" in books.problems[0].text()
