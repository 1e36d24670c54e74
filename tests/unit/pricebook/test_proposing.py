"""What the columns of a price list are taken for: headers, values, sheets, tiers; and what is read by it."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from botops.domain.errors import UserError
from botops.pricebook import (
    Part,
    dump,
    for_whom,
    import_parts,
    import_table,
    load_bytes,
    price_table,
    propose,
    read_sheets,
)
from botops.pricebook.model import Price, PriceBook, Product

MESSY = """\
ТОО «Ромашка»;;;
Прайс-лист на 01.12.2026;;;
;;;
№;Что продаём;Сколько стоит;Комментарий
1;Касса;от 12 990 тг/мес;самая простая
2;Лента;190,50 тг/рулон;
;ОБОРУДОВАНИЕ;;
3;Сканер;14 900;хит
4;Выезд;по запросу;
"""


def sheets(text, name="price.csv", encoding="cp1251"):
    return read_sheets(text.encode(encoding), name, max_bytes=10**7)


def proposed(text, **how):
    return propose(sheets(text)[0], **how)


def fields(proposal):
    return {c.header or c.letter: c.field for c in proposal.columns}


def read(proposal, chosen=None, **how):
    return import_parts([Part(proposal.sheet, proposal.rows, proposal.layout(chosen or {}))], "price.csv", **how)


def test_a_header_that_says_nothing_is_understood_by_what_stands_below():
    found = proposed(MESSY)
    assert found.header_line == 4
    assert fields(found) == {"№": "skip", "Что продаём": "name", "Сколько стоит": "amount", "Комментарий": "skip"}
    assert [c.basis for c in found.columns] == ["header", "values", "values", "header"]
    assert found.columns[2].samples[0] == "от 12 990 тг/мес"
    result = read(found)
    assert result.problems == ()
    till, paper, scanner = (p.prices[0] for p in result.book.products)
    assert (till.amount, till.per, till.from_price) == (Decimal(12990), "month", True)
    assert (paper.amount, paper.per, paper.unit) == (Decimal("190.50"), "unit", "рулон")
    assert scanner.amount == 14900
    assert result.report.skipped_rows == (("", 7), ("", 9))
    assert result.origins[0, 0] == ("", 5)


def test_a_list_without_a_header():
    found = proposed("Касса;6 900 тг;\nЛента;190 тг;\n")
    assert (found.header_line, found.first) == (0, 0)
    assert fields(found) == {"A": "name", "B": "amount"}
    assert len(read(found).book.products) == 2


def test_the_line_of_the_header_may_be_said():
    text = "Товар;Цена\nПозиция;Сумма\nКасса;5\n"
    assert proposed(text).header_line == 1
    found = proposed(text, header_line=2)
    assert (found.header_line, fields(found)) == (2, {"Позиция": "name", "Сумма": "amount"})
    bare = proposed("Касса;5000\nЛента;190\n", header_line=0)
    assert (bare.header_line, len(read(bare).book.products)) == (0, 2)


def test_the_first_product_is_no_second_line_of_the_header():
    found = proposed("Прайс на ноябрь;;\nТовар;Розница;Опт от 10 шт\nКасса 5;12 990 тенге;11 500\nЛента;450;400\n")
    assert (found.header_line, found.first) == (2, 2)
    assert [c.header for c in found.columns] == ["Товар", "Розница", "Опт от 10 шт"]
    assert [int(p.prices[0].amount) for p in read(found).book.products] == [12990, 450]
    details = proposed("Товар;Цена, тенге;Цена, тенге\n;за 1 мес;за год\nКасса;5000;50000\n")
    assert (details.header_line, details.first) == (1, 2)


def test_what_is_in_stock_is_no_quantity_and_a_bar_code_tells_no_variants_apart():
    rows = "".join(f"Товар {n};{n}000;{n - 1};487000111222{n};красный\n" for n in range(1, 6))
    found = proposed("Наименование;Цена;Кол-во;Штрихкод;Цвет\n" + rows)
    assert fields(found) == {
        "Наименование": "name", "Цена": "amount", "Кол-во": "skip", "Штрихкод": "skip", "Цвет": "attribute:Цвет",
    }  # fmt: skip


def test_of_columns_of_figures_the_price_is_not_what_is_in_stock():
    found = proposed("Модель;Остаток;Розница;Сайт\nКасса;15;5000;4900\nЛента;900;190;\nЯщик;7;пять;\n")
    assert list(fields(found).values()) == ["name", "skip", "amount", "skip"]


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Опт", "900"), ("Дилер", "800 ₸"), ("Закупка", "5 тыс."), ("Наценка", "25%"),
        ("Комментарий", "уступить можно"),
        ("Поставщик", "ТОО «Ромашка»"), ("Наименование поставщика", "ТОО «Ромашка»"), ("Дилерская", "от 700"),
        ("Партнёрская", "650-700"), ("Входная", "по запросу"), ("Себестоимость", "600"), ("Закупочная цена, $", "2"),
        ("Wholesale", "900"), ("Dealer", "800"), ("Purchase", "700"), ("Cost", "700"), ("Supplier", "ACME"),
        ("Markup", "25"), ("Margin", "0.2"), ("Partner", "ACME"), ("Көтерме", "900"), ("Сатып алу бағасы", "700"),
        ("Жеткізуші", "Ромашка ЖШС"), ("Үстеме", "25"), ("Акция месяца", "950"), ("Старая цена", "1200"),
    ],
)  # fmt: skip
def test_what_clients_must_not_hear_is_no_variant_unless_a_person_says_so(tmp_path, header, cell):
    for text in (f"Товар;{header};Цена\nКасса;{cell};1000\n", f"Товар;Цена;{header}\nКасса;1000;{cell}\n"):
        found = propose(sheets(text, encoding="utf-8")[0])
        assert fields(found) == {"Товар": "name", "Цена": "amount", header: "skip"}
        (tmp_path / "price.csv").write_text(text, "utf-8")
        for book in (read(found).book, import_table(tmp_path / "price.csv").book):
            assert [(int(p.amount), p.attributes) for p in book.products[0].prices] == [(1000, {})]
            assert header not in price_table(book, date(2026, 12, 1), "ru")
        number = next(c.number for c in found.columns if c.header == header)
        assert read(found, {number: "attribute:x"}).book.products[0].prices[0].attributes


def test_columns_no_header_explains_say_why_they_are_not_read():
    found = proposed("Товар;Розница;Опт;Дилер;Поставщик;Цвет\nКасса;1000;900;800;Ромашка;белый\n")
    assert [(c.field, c.basis) for c in found.columns] == [
        ("name", "header"), ("amount", "values"), ("skip", "figures"), ("skip", "figures"), ("skip", "trade"),
        ("attribute:Цвет", "header"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "cells"),
    [("Цвет", "белый чёрный"), ("Размер", "42 44"), ("Объём", "0,5 1,5"), ("Упаковка", "500мл 2кг"),
     ("Год", "2024 2025"), ("Состав", "хлопок шёлк"), ("Гарантия, мес", "12 24")],
)  # fmt: skip
def test_what_tells_variants_apart_is_one(tmp_path, header, cells):
    one, other = cells.split()
    text = f"Товар;{header};Цена\nКасса;{one};1000\nКасса;{other};1200\n"
    assert fields(proposed(text))[header] == f"attribute:{header}"
    (tmp_path / "price.csv").write_text(text, "utf-8")
    prices = import_table(tmp_path / "price.csv").book.products[0].prices
    assert [list(p.attributes) for p in prices] == [[header], [header]]


def test_a_column_few_rows_have_is_not_the_price():
    rows = "".join(f"Товар {n};{n} 000;\n" for n in range(1, 7))
    found = proposed(f"Что;Сколько;Опт, тг\n{rows}Товар 7;7 000;6 500\n")
    assert list(fields(found).values()) == ["name", "amount", "skip"]


def test_tiers_by_their_headers():
    found = proposed("Товар;Цена;от 10 шт;50+\nЛента;190;160;140\n")
    assert list(fields(found).values()) == ["name", "amount", "amount:quantity:10", "amount:quantity:50"]
    found = proposed("Товар;Цена, тг;Цена от 10 шт, тг;Цена 50+, тг\nЛента;190;160;140\n")
    assert list(fields(found).values()) == ["name", "amount", "amount:quantity:10", "amount:quantity:50"]
    prices = read(found).book.products[0].prices
    assert [(int(p.amount), p.min_qty, p.per) for p in prices] == [
        (190, 1, "once"),
        (160, 10, "once"),
        (140, 50, "once"),
    ]


def test_a_tier_needs_no_word_for_a_price_and_what_is_no_price_is_no_tier():
    found = proposed("Товар;Розница;Опт от 10 шт;Гарантия от 12 шт\nКасса;5000;4000;12\nЛента;190;170;3\n")
    assert list(fields(found).values()) == ["name", "amount", "amount:quantity:10", "attribute:Гарантия от 12 шт"]
    known = {"опт от 10 шт": "skip"}
    assert fields(proposed("Товар;Розница;Опт от 10 шт\nКасса;5000;4000\n", known=known))["Опт от 10 шт"] == "skip"


@pytest.mark.parametrize(
    ("text", "currency", "per", "unit"),
    [
        ("Товар;Цена;Ед. изм.\nКасса;5000;руб/мес\n", "RUB", "month", None),
        ("Товар;Цена;Ед. изм., руб\nКасса;5000;мес\n", "RUB", "month", None),
        ("Товар;Цена;За что\nКасса;5000;$/мес\n", "USD", "month", None),
        ("Товар;Цена;Ед.\nКасса;5000;руб./рулон\n", "RUB", "unit", "рулон"),
        ("Товар;Цена;Ед.\nКасса;5000;USD\n", "USD", "once", None),
        ("Товар;Цена;Ед.\nКасса;5000 тг;руб/мес\n", "KZT", "month", None),
        ("Товар;Цена;Ед.\nКасса;5000;рубашка\n", "KZT", "unit", "рубашка"),
    ],
)
def test_the_currency_a_unit_names_is_that_of_the_price(text, currency, per, unit):
    price = read(proposed(text)).book.products[0].prices[0]
    assert (price.currency, price.per, price.unit) == (currency, per, unit)


def test_a_heading_names_the_currency_of_the_list():
    assert proposed("Цены указаны в рублях;\nТовар;Цена\nКасса;5\n").currencies == {"RUB": "Цены указаны в рублях"}
    assert proposed("Рубашки и рубанки;\nТовар;Цена\nРубанок 5 $;5\n").currencies == {}


def test_of_two_columns_of_prices_a_person_says_whose_the_other_is():
    found = proposed("Товар;Розница, тг;Цена опт, тг\nКасса;10000;8000\n")
    assert list(fields(found).values()) == ["name", "amount", "skip"]
    assert for_whom("Цена опт, тг") == "опт"
    prices = read(found, {2: "amount:segment:опт"}).book.products[0].prices
    assert [(int(p.amount), p.segment) for p in prices] == [(10000, None), (8000, "опт")]
    prices = read(found, {2: "amount:region:Астана"}).book.products[0].prices
    assert prices[1].region == "Астана"


def test_what_somebody_said_before_is_remembered_by_the_header():
    found = proposed("Товар;Цена;Наша\nКасса;10;8\n", known={"наша": "amount:segment:свои", "цена": "skip"})
    assert list(fields(found).values()) == ["name", "skip", "amount:segment:свои"]
    assert [c.basis for c in found.columns] == ["header", "memory", "memory"]


def test_every_sheet_with_something_in_it_and_several_read_together():
    workbook = openpyxl.Workbook()
    workbook.active.title = "Пустой"
    for title, name, amount in (("Тарифы", "Старт", 6900), ("Железо", "Сканер", 14900)):
        sheet = workbook.create_sheet(title)
        sheet.append([f"{title} с 1 декабря"])
        sheet.merge_cells("A1:B1")
        sheet.append(["Товар", "Цена"])
        sheet.append([name, amount])
    sheet.append(["Ящик", "дорого"])
    hidden = workbook.create_sheet("Старое")
    hidden.sheet_state = "hidden"
    hidden.append(["Товар", "Цена"])
    kept = io.BytesIO()
    workbook.save(kept)
    found = read_sheets(kept.getvalue(), "price.xlsx", max_bytes=10**7)
    assert [(s.name, s.shown) for s in found] == [("Тарифы", True), ("Железо", True), ("Старое", False)]
    parts = [Part(p.sheet, p.rows, p.layout({})) for p in map(propose, found[:2])]
    result = import_parts(parts, "price.xlsx")
    assert [(p.file, p.line, p.column, p.rule) for p in result.problems] == [
        ("price.xlsx [Железо]", 4, 2, "cell-amount")
    ]
    without = import_parts(parts, "price.xlsx", left_out=[("Железо", 4)])
    assert [p.name for p in without.book.products] == ["Старт", "Сканер"]
    assert without.origins[1, 0] == ("Железо", 3)


def test_clashing_rows_of_two_sheets_name_theirs():
    (sheet,) = sheets("Товар;Цена\nКасса;10\n")
    one, other = (propose(type(sheet)(name, sheet.readings)) for name in ("А", "Б"))
    other.rows[1] = type(other.rows[1])(2, ("Касса", "20"))
    rows = [[one.rows[0], type(one.rows[1])(2, ("Касса", "10"))], other.rows]
    parts = [Part(p.sheet, r, p.layout({})) for p, r in zip((one, other), rows, strict=True)]
    result = import_parts(parts, "price.csv")
    assert [(p.file, p.line, p.rule) for p in result.problems] == [("price.csv [Б]", 2, "overlapping-prices")]


def test_a_product_is_known_by_any_of_its_names_and_keeps_what_its_price_is_for():
    kept = PriceBook(
        "KZT",
        (
            Product("shop", "Тариф «Магазин»", ("магазинный",), (
                Price(Decimal(13900), "KZT", "month"), Price(Decimal(139000), "KZT", "year"))),
            Product("tape", "Лента", (), (Price(Decimal(190), "KZT", "unit", "roll"),)),
        ),
    )  # fmt: skip
    result = read(proposed("Товар;Цена\nмагазинный;14 900\nТариф Магазин;149 000\nлента;900\nНовое;5\n"), keep=kept)
    shop, tape, new = result.book.products
    assert (shop.sku, shop.name, [p.per for p in shop.prices]) == ("shop", "Тариф «Магазин»", ["month", "year"])
    assert (tape.sku, tape.prices[0].per, tape.prices[0].unit) == ("tape", "unit", "roll")
    assert new.prices[0].per == "once"
    assert result.report.periods_kept == 3


@pytest.mark.parametrize(
    ("raw", "name", "said"),
    [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xlsx", "not a readable XLSX"), (b"a\0b", "a.csv", "not a text file")],
)
def test_what_is_no_table_is_refused(raw, name, said):
    with pytest.raises(UserError, match=said):
        read_sheets(raw, name, max_bytes=10**6)
    with pytest.raises(UserError, match="larger than 3 bytes"):
        read_sheets(b"aaaa", name, max_bytes=3)


@pytest.mark.parametrize("text", ["", "\n", ";;;\n", "просто текст\n", "Товар;Цена\n", "a;b\n" * 3, ";".join("я" * 99)])
def test_a_proposal_never_fails(text):
    found = proposed(text)
    if found.usable:
        read(found)


def test_a_thing_is_counted_by_the_word_the_book_has():
    kept = PriceBook("KZT", (Product("tape", "Лента", (), (Price(Decimal(190), "KZT", "unit", "roll"),)),))
    result = read(proposed("Товар;Цена\nЛента;210 тг/рулон\nСкотч;90 тг/рулон\n"), keep=kept)
    assert [p.prices[0].unit for p in result.book.products] == ["roll", "рулон"]


def test_a_book_made_of_a_list_reads_back():
    book = read(proposed(MESSY)).book
    assert load_bytes(dump(book).encode(), "new.yaml").products == book.products
