"""Price lists from spreadsheets as people keep them."""

import csv
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.domain.errors import NotFoundError, UserError
from botops.pricebook import Offer, OfferKind, PriceBook, Product, import_table, price_of
from botops.pricebook.cells import amount_of, currency_of, day_of, flag_of, lower_bound, period_of, quantity_of, text_of

DAY = date(2026, 4, 21)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("15 000 ₸", "15000"), ("15\u00a0000", "15000"), ("15.000,50", "15000.50"), ("15,000.50", "15000.50"),
        ("15.000", "15000"), ("15,000", "15000"), ("1.500.000", "1500000"), ("12,5", "12.5"), ("12.50", "12.50"),
        ("0,500", "0.500"), ("1'250", "1250"), ("от 5000", "5000"), ("5000+", "5000"), ("5 тыс.", "5000"),
        ("1,5 млн тг", "1500000"), ("7к", "7000"), ("$49.90", "49.90"), (4900, "4900"), (49.9, "49.9"), ("0", "0"),
        ("4900.-", "4900"), ("1.234.567,89", "1234567.89"), ("5 000 тг/мес", "5000"),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(cell, value):
    assert amount_of(cell).amount == Decimal(value)


@pytest.mark.parametrize(
    "cell",
    ["", "договорная", "5-7", "5000-7000", "-5", "−5", "1.2.3", "12,34,56", "1,2.3,4", "1.23,4.5", "#N/A", None,
     True, float("nan"), float("inf"), "9" * 40, "1.2345,6"],
)  # fmt: skip
def test_what_is_no_single_amount(cell):
    assert amount_of(cell) is None


@pytest.mark.parametrize(
    ("cell", "least"),
    [
        ("5 000 – 7 000", "5000"), ("5000-7000 ₸", "5000"), ("от 5 000 до 7 000", "5000"), ("5–7 тыс.", "5000"),
        ("5 000-нан 7 000-ға дейін", "5000"), ("from 5,000 to 7,000 KZT", "5000"), ("$50 - $70 / month", "50"),
        ("7000-5000", None), ("5 – 7 000", None), ("5000/7000", None), ("01.05-31.05", None), ("8-900-123", None),
        ("5 000", None), (5000, None), (None, None), ("1 - " * 5000, None),
        ("5 a" + " " * 100_000 + "b 7", None),
    ],
)  # fmt: skip
def test_the_lower_end_of_a_range(cell, least):
    found = lower_bound(cell)
    assert (found.amount if found else None) == (Decimal(least) if least else None)
    assert found is None or found.at_least


def test_a_range_is_read_from_its_lower_end_and_said_to_be(tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("Товар;Цена\nКасса;5 000 – 7 000 ₸/мес\nСканер;9 000\nВесы;5 000 / 7 000\n", "utf-8")
    result = import_table(file)
    assert [(p.level, p.line, p.rule) for p in result.problems] == [
        ("warning", 2, "cell-range"), ("error", 4, "cell-amount"),
    ]  # fmt: skip
    file.write_text(file.read_text("utf-8").replace("Весы;5 000 / 7 000\n", ""), "utf-8")
    book = import_table(file).book
    (till,) = book.products[0].prices
    assert (till.amount, till.from_price, till.per, till.currency) == (Decimal(5000), True, "month", "KZT")
    assert not book.products[1].prices[0].from_price


def test_what_stands_around_an_amount():
    found = amount_of("от 5 000 тг/мес")
    assert (found.currency, found.per, found.at_least) == ("KZT", "month", True)
    assert amount_of("5 000 теңгеден бастап").at_least
    assert not amount_of("5000").at_least
    assert amount_of("300 €").currency == "EUR"
    assert amount_of("300 руб. за шт").per == "unit"
    assert currency_of("цена в у.е.") == "USD"
    assert period_of("бір рет") == "once"


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("31.05.2026", date(2026, 5, 31)), ("1/6/26", date(2026, 6, 1)), ("2026-05-31", date(2026, 5, 31)),
        ("2026-05-31 00:00:00", date(2026, 5, 31)), ("31.05.2026 г.", date(2026, 5, 31)), ("31.02.2026", None),
        ("скоро", None), (datetime(2026, 5, 31, 10, tzinfo=UTC), date(2026, 5, 31)),
        (date(2026, 5, 31), date(2026, 5, 31)),
    ],
)  # fmt: skip
def test_dates(cell, value):
    assert day_of(cell) == value


@pytest.mark.parametrize(("cell", "value"), [("10", 10), ("от 10 шт", 10), ("10-49", 10), (10.0, 10), ("1 000+", 1000),
                                             ("0", None), ("много", None), ("9" * 5000, None)])  # fmt: skip
def test_quantities(cell, value):
    assert quantity_of(cell) == value


def test_flags_and_texts():
    assert [flag_of(c) for c in ("Да", "иә", "нет", "—", "возможно", 1.0)] == [True, True, False, False, None, True]
    assert [text_of(c) for c in (None, 5.0, 5.5, " a\n b ", date(2026, 1, 2))] == ["", "5", "5.5", "a b", "2026-01-02"]


def table(tmp_path, text, name="price.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


RUSSIAN = """\
Прайс-лист магазина «Ромашка»;;;;;;;
;;;;;;;
Артикул;Наименование;Цена, тг/мес;Цена за год;Цвет;От кол-ва;Действует до;Город
A1;Касса;15 000;от 150.000,50;белый;;31.12.2026;Алматы

;Расходники;;;;;;
A2;Лента;400;договорная;;10;;
;Настройка кассы;5 тыс.;—;;;;
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_list_is_understood_without_a_map(tmp_path, encoding):
    result = import_table(table(tmp_path, RUSSIAN, encoding=encoding))
    assert result.problems == ()
    book = result.book
    assert [p.sku for p in book.products] == ["A1", "A2", "настройка-кассы"]
    monthly, yearly = book.product("A1").prices
    assert (monthly.amount, monthly.per, monthly.currency) == (Decimal(15000), "month", "KZT")
    assert (yearly.amount, yearly.per, yearly.from_price) == (Decimal("150000.50"), "year", True)
    assert (monthly.attributes, monthly.region) == ({"Цвет": "белый"}, "Алматы")
    assert monthly.window.valid_to == date(2026, 12, 31)
    assert book.product("A2").prices[0].min_qty == 10
    assert (result.report.rows, result.report.prices, result.report.products) == (4, 4, 3)
    assert result.report.skipped == (6,)
    assert result.report.columns["Цена за год"] == "amount"


@pytest.mark.parametrize(
    "text",
    [
        "Product,Price\nTill,4900\n",
        "Атауы\tБағасы\nTill\t4 900\n",
        "№|Услуга|Стоимость|Примечание\n1|Till|4900|-\n",
        "Name;Price, KZT\nTill;4,900\n",
    ],
)
def test_headers_in_any_of_the_languages(tmp_path, text):
    book = import_table(table(tmp_path, text)).book
    assert price_of(book, "till", DAY).amount == 4900
    assert book.products[0].name == "Till"


def test_headers_are_recognised_as_they_are_proposed(tmp_path):
    result = import_table(table(tmp_path, "Товар,Цена,Старая цена,Остаток\nКасса,1000,1200,5\n"))
    assert [int(p.amount) for p in result.book.products[0].prices] == [1000]
    assert (result.report.columns, result.report.unused) == ({"Товар": "name", "Цена": "amount"}, ("Старая цена",))
    result = import_table(table(tmp_path, "Товар,Розница,Опт,Дилер\nКасса,1000,900,800\n"))
    assert [(int(p.amount), p.attributes) for p in result.book.products[0].prices] == [(1000, {})]
    assert result.report.unused == ("Опт", "Дилер")
    with pytest.raises(UserError, match="no header"):
        import_table(table(tmp_path, "Касса;6 900 тг\nЛента;190 тг\n"))


def test_a_map_says_what_the_columns_are(tmp_path):
    path = table(tmp_path, "Позиция;Опт;Розн;Тип\nКасса;10;20;новая\nКасса;8;18;б/у\n")
    book = import_table(path, {"позиция": "name", "C": "amount", "Тип": "attribute:state", "Опт": "skip"}).book
    assert [(int(p.amount), p.attributes) for p in book.products[0].prices] == [
        (20, {"state": "новая"}),
        (18, {"state": "б/у"}),
    ]


def test_a_map_of_letters_alone(tmp_path):
    book = import_table(table(tmp_path, "\nx;y\nКасса;10\n"), {"A": "name", "B": "amount"}, currency="RUB").book
    assert (book.currency, book.products[0].prices[0].currency) == ("RUB", "RUB")


@pytest.mark.parametrize(
    ("column_map", "expected"),
    [
        ({"Товар": "nme", "Цена": "amount"}, "`nme` is no field: did you mean `name`?"),
        ({"Товра": "name", "Цена": "amount"}, "no such column: did you mean `Товар`?"),
        ({"Товар": "name"}, "needs a `name` or `sku` and an `amount`"),
    ],
)
def test_a_wrong_map_is_refused(tmp_path, column_map, expected):
    with pytest.raises(UserError) as caught:
        import_table(table(tmp_path, "Товар;Цена\nКасса;10\n"), column_map)
    assert expected in str(caught.value)


def test_every_bad_cell_is_named_with_its_place(tmp_path):
    path = table(tmp_path, "Товар;Цена;Действует до;Кол-во;Мин. цена;Валюта\n"
                           "Касса;пять;32.13.2026;ноль;?;\n;10;;;;\nЛента;5;;;7;\nСканер;5;;;;XQQ\n")  # fmt: skip
    result = import_table(path)
    assert result.book is None
    assert [p.text().removeprefix(f"{path}:") for p in result.problems] == [
        "2:2: Цена: `пять` is not one amount: write a number such as 15000 or 15 000,50, or delete the row",
        "2:3: Действует до: `32.13.2026` is not a date: write it as 31.05.2026",
        "2:4: Кол-во: `ноль` is not a quantity: write a whole number from 1",
        "2:5: Мин. цена: `?` is not an amount: write a number",
        "3:1: Товар: a price without a name or a SKU: fill one of them in or delete the row",
        "4:2: products.1.prices.0.amount: the price 5 is below its floor 7: raise the price or lower the floor",
        "5:2: products.2.prices.0.currency: unknown currency `XQQ`: "
        "write three capital letters as in ISO 4217, such as KZT",
    ]


def test_clashing_rows_point_at_the_later_one(tmp_path):
    result = import_table(table(tmp_path, "Товар;Цена\nКасса;5\nЛента;1\nКасса;6\n"))
    assert [(p.line, p.rule) for p in result.problems] == [(4, "overlapping-prices")]
    assert result.book is None


def test_unusable_rows_are_left_out_when_asked_those_that_clash_after_them_too(tmp_path):
    text = "Товар;Цена;Кол-во\nКасса;5;\nЛента;пять;ноль\nКасса;6;\n;7;\nСканер;8;\n"
    result = import_table(table(tmp_path, text), skip_unusable=True)
    assert [(p.line, p.rule) for p in result.left_out] == [
        (3, "cell-amount"), (3, "cell-quantity"), (4, "overlapping-prices"), (5, "cell-name"),
    ]  # fmt: skip
    assert result.problems == ()
    assert [(p.name, [one.amount for one in p.prices]) for p in result.book.products] == [
        ("Касса", [5]),
        ("Сканер", [8]),
    ]
    sound = import_table(table(tmp_path, "Товар;Цена\nКасса;5\n"), skip_unusable=True)
    assert (sound.left_out, sound.book is None) == ((), False)


def test_what_is_wrong_with_no_row_is_not_left_out(tmp_path):
    result = import_table(table(tmp_path, "Товар;Цена\nКасса;пять\n"), skip_unusable=True)
    assert result.book is None
    assert [p.rule for p in result.problems] == ["no-prices"]
    assert [p.line for p in result.left_out] == [2]


def test_other_columns(tmp_path):
    text = ("Товар;Синонимы;Цена;Валюта;Период;Сегмент;Дата начала\n"
            "Касса;касса, till;5;доллар США;ежемесячно;опт;01.02.2026\nКасса;till;7;USD;рейс;опт;\n")  # fmt: skip
    book = import_table(table(tmp_path, text)).book
    monthly, flight = book.products[0].prices
    assert book.products[0].aliases == ("касса", "till")
    assert (monthly.currency, monthly.per, monthly.segment) == ("USD", "month", "опт")
    assert monthly.window.valid_from == date(2026, 2, 1)
    assert flight.per == "рейс"


def test_a_unit_column_says_a_period_or_a_thing(tmp_path):
    book = import_table(table(tmp_path, "Товар;Цена;Ед. изм.\nА;5;мес\nБ;6;рулон\nВ;7;шт\n")).book
    assert [(p.prices[0].per, p.prices[0].unit) for p in book.products] == [
        ("month", None),
        ("unit", "рулон"),
        ("unit", None),
    ]


def test_what_the_table_cannot_say_is_kept(tmp_path):
    kept = PriceBook("KZT", (Product("t-1", "Касса", ("касса",)),), (Offer("o", OfferKind.PERCENT, Decimal(5)),),
                     timezone="Asia/Aqtobe")  # fmt: skip
    book = import_table(table(tmp_path, "Товар;Цена\nКАССА;5\n"), keep=kept).book
    assert book.product("t-1").aliases == ("касса",)
    assert (book.offers, book.timezone) == (kept.offers, "Asia/Aqtobe")
    assert len(book.version) == 12


def test_a_price_without_a_name_is_warned_of(tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("Артикул;Наименование;Цена\na;Касса;5000\nИТОГО;;5000\n", "utf-8")
    found = import_table(file)
    assert [(p.line, p.level, "totals" in p.message) for p in found.problems] == [(3, "warning", True)]
    assert [p.name for p in found.book.products] == ["Касса", "ИТОГО"]
    kept = import_table(file, keep=PriceBook("KZT", (Product("ИТОГО", "Всё сразу"),)))
    assert (kept.problems, kept.book.products[1].name) == ((), "Всё сразу")


@pytest.mark.parametrize("rows", ["", "Касса;\n", "Касса;по запросу\n"])
def test_a_table_without_prices_is_no_book(tmp_path, rows):
    file = tmp_path / "list.csv"
    file.write_text(f"Наименование;Цена\n{rows}", "utf-8")
    found = import_table(file)
    assert (found.book, [(p.line, p.rule) for p in found.problems]) == (None, [(1, "no-prices")])


def test_the_version_follows_the_contents(tmp_path):
    one, other = (import_table(table(tmp_path, f"Товар;Цена\nКасса;{n}\n")).book for n in (5, 6))
    assert one.version != other.version


@pytest.mark.parametrize("text", ["", "\n\n", "просто текст\nещё строка\n", "a;b\n1;2\n"])
def test_a_table_without_a_header_is_refused(tmp_path, text):
    with pytest.raises(UserError, match="no header"):
        import_table(table(tmp_path, text))


def test_unreadable_files(tmp_path, monkeypatch):
    with pytest.raises(NotFoundError):
        import_table(tmp_path / "none.csv")
    with pytest.raises(UserError, match="cannot be read"):
        import_table(tmp_path)
    with pytest.raises(UserError, match="not a text file"):
        import_table(table(tmp_path, "a\0b"))
    with pytest.raises(UserError, match="not readable as a table"):
        import_table(table(tmp_path, "Товар;Цена\n" + '"' + "x" * 200_000 + '";5\n'))
    (tmp_path / "a.xlsx").write_bytes(b"not a zip")
    with pytest.raises(UserError, match="not a readable XLSX"):
        import_table(tmp_path / "a.xlsx")
    monkeypatch.setattr("botops.pricebook.importing.MAX_BYTES", 10)
    with pytest.raises(UserError, match="larger than 10 bytes"):
        import_table(table(tmp_path, "Товар;Цена\n"))


class TestWorkbooks:
    def book(self, tmp_path, fill):
        workbook = openpyxl.Workbook()
        fill(workbook.active)
        path = tmp_path / "price.xlsx"
        workbook.save(path)
        workbook.close()
        return path

    def test_typed_cells_and_a_merged_heading(self, tmp_path):
        def fill(sheet):
            sheet["A1"] = "Прайс на апрель"
            sheet.merge_cells("A1:D1")
            sheet.append(["Товар", "Цена", None, "Действует по"])
            sheet.merge_cells("B2:C2")
            sheet.append([None, "в месяц", "в год", None])
            sheet.append(["Касса", 4900, 49000.5, datetime(2026, 12, 31)])  # noqa: DTZ001
            sheet.append([None, None, None, None])
            sheet.append(["Лента", "от 400 ₸", None, None])

        result = import_table(self.book(tmp_path, fill))
        assert result.problems == ()
        monthly, yearly = result.book.products[0].prices
        assert [(p.amount, p.per) for p in (monthly, yearly)] == [
            (Decimal(4900), "month"),
            (Decimal("49000.5"), "year"),
        ]
        assert monthly.window.valid_to == date(2026, 12, 31)
        assert result.book.products[1].prices[0].from_price

    def test_a_name_merged_over_its_rows(self, tmp_path):
        def fill(sheet):
            sheet.append(["Товар", "Размер", "Цена"])
            sheet.append(["Футболка", "S", 10])
            sheet.append([None, "L", 12])
            sheet.merge_cells("A2:A3")

        book = import_table(self.book(tmp_path, fill)).book
        assert [(p.attributes, int(p.amount)) for p in book.products[0].prices] == [
            ({"Размер": "S"}, 10),
            ({"Размер": "L"}, 12),
        ]

    def test_sheets_by_name(self, tmp_path):
        path = self.book(tmp_path, lambda sheet: (sheet.append(["Товар", "Цена"]), sheet.append(["Касса", 5])))
        with pytest.raises(NotFoundError, match="choose one of Sheet"):
            import_table(path, sheet="Цены")
        assert import_table(path, sheet="Sheet").book.product("касса") is not None

    def test_a_damaged_workbook(self, tmp_path):
        path = tmp_path / "odd.xlsx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("hello.txt", "not a workbook")
        with pytest.raises(UserError, match="not a readable XLSX"):
            import_table(path)

    def test_a_cut_workbook(self, tmp_path):
        path = self.book(tmp_path, lambda sheet: sheet.append(["Товар", "Цена"]))
        whole = path.read_bytes()
        with zipfile.ZipFile(path) as archive:
            parts = {n: archive.read(n) for n in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
        with pytest.raises(UserError, match="not a readable XLSX"):
            import_table(path)
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(UserError, match="not a readable XLSX"):
            import_table(path)


CELLS = st.text("аб15 .,-;\"'\n₸%от=+", max_size=9) | st.sampled_from(["Товар", "Цена", "Город", "5 000"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=5), max_size=6))
def test_any_table_gives_a_result_or_an_error(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("table") / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=";").writerows([["Товар", "Цена", "Дата начала"], *rows])
    result = import_table(path)
    assert (result.book is None) == any(p.level == "error" for p in result.problems)
    assert all(p.line >= 1 for p in result.problems)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_result_or_an_error(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("bytes") / "t.csv"
    path.write_bytes(raw)
    with pytest.raises(UserError) as caught:
        import_table(path)
    assert caught.value.problems


@given(st.text(max_size=40))
def test_any_cell_text_is_read_or_not(text):
    found = amount_of(text)
    assert found is None or found.amount >= 0
    quantity_of(text), day_of(text), flag_of(text)
