"""Price books from YAML and JSON: defaults, refusals with places, lint."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from botops.config import parse
from botops.domain.errors import NotFoundError, UserError
from botops.pricebook import OfferKind, Window, lint, load, load_books, parse_book

SMALL = """\
currency: KZT
products:
  - sku: till
    name: Касса «Базар»
    aliases: [касса, базар]
    prices:
      - {amount: 4900, per: month, valid_to: 2026-05-31}
      - {amount: 5900.50, per: month, valid_from: 2026-06-01, floor: 5000}
      - {amount: 12000, from: true, attributes: {kind: выездная, region: Алматы, segment: опт, floor: 9000}}
      - {amount: 15, currency: USD, per: month, unit: касса, min_qty: 10, region: Астана}
offers:
  - {id: o1, kind: percent, value: 10, applies_to: [till], conditions: при оплате за год, valid_from: 2026-01-01}
  - {id: o2, kind: gift, value: Сканер в подарок}
policies: {vat_included: true, vat_percent: 16, text: [Возврат 14 дней.], delivery: курьером}
rates: [{currency: USD, value: 512.3, valid_from: 2026-06-01}]
timezone: Asia/Aqtobe
version: 1.10
"""


def write(tmp_path, text, name="book.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(tmp_path, text, name="book.yaml"):
    path = write(tmp_path, text, name)
    with pytest.raises(UserError) as caught:
        load(path)
    assert caught.value.problems == tuple(p for p in lint(path) if p in caught.value.problems)
    return [p.text().removeprefix(f"{path}:") for p in caught.value.problems]


def product(price):
    return f"products:\n  - sku: a\n    prices:\n      - {{{price}}}\n"


def test_a_small_book(tmp_path):
    book = load(write(tmp_path, SMALL))
    till = book.product("till")
    assert till.names == ("Касса «Базар»", "касса", "базар")
    monthly, later, visiting, dollars = till.prices
    assert (monthly.amount, monthly.window) == (Decimal(4900), Window(None, date(2026, 5, 31)))
    assert (str(later.amount), later.floor) == ("5900.50", Decimal(5000))
    assert visiting.from_price
    assert (visiting.region, visiting.segment, visiting.floor) == ("Алматы", "опт", Decimal(9000))
    assert visiting.attributes == {"kind": "выездная"}
    assert (dollars.currency, dollars.unit, dollars.min_qty, dollars.region) == ("USD", "касса", 10, "Астана")
    assert [o.kind for o in book.offers] == [OfferKind.PERCENT, OfferKind.GIFT]
    assert book.policies.extra == {"delivery": "курьером"}
    assert (book.timezone, book.version) == ("Asia/Aqtobe", "1.10")
    assert book.rates[0].value == Decimal("512.3")


def test_yaml_and_json_give_the_same_book(tmp_path):
    data = {"products": [{"sku": "a", "prices": [{"amount": 10.5, "attributes": {"size": "L"}}]}], "offers": []}
    one = load(write(tmp_path, json.dumps(data), "b.json"))
    other = load(write(tmp_path, "products:\n- sku: a\n  prices:\n  - {amount: 10.5, attributes: {size: L}}\n"))
    assert one.products == other.products
    assert len(one.version) == 12
    assert one.version != other.version


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_is_no_price_book(tmp_path, text):
    with pytest.raises(UserError, match="an empty file"):
        load(write(tmp_path, text))


@pytest.mark.parametrize("text", ["{}", "products: []", "currency: KZT\nproducts:\noffers:\npolicies:\n"])
def test_everything_may_be_absent(tmp_path, text):
    book = load(write(tmp_path, text))
    assert (book.currency, book.products, book.offers, book.timezone) == ("KZT", (), (), "Asia/Almaty")


def test_a_price_may_say_almost_nothing(tmp_path):
    price = load(write(tmp_path, product("amount: 5, x-seen: yes"))).products[0].prices[0]
    assert (price.per, price.unit, price.min_qty, price.from_price, price.currency) == ("once", None, 1, False, "KZT")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "1:1: a price book is a mapping with the key `products`, not a list"),
        ("products: 5", "1:11: products: a list expected, not the number 5: write lines that begin with `- `"),
        ("products: [5]", "1:12: products.0: a mapping of `key: value` expected, not the number 5: correct it"),
        ("produkts: []", "1:1: produkts: unknown key: did you mean `products`?"),
        ("products: [{name: x}]", "1:12: products.0.sku: missing: add the key `sku`"),
        ("products: [{sku: ' '}]", "1:18: products.0.sku: missing: add the key `sku`"),
        ("products: [{sku: [1]}]", "1:18: products.0.sku: text expected, not a list: put quotes around it"),
        ("products: [{sku: a, aliases: 5}]",
         "1:30: products.0.aliases: a list of texts expected, not the number 5: write lines that begin with `- `"),
        ("products: [{sku: a, aliases: [b, true]}]",
         "1:34: products.0.aliases.1: text expected, not true: put quotes around it or remove the entry"),
        (product("per: month"), "4:9: products.0.prices.0.amount: missing: add the key `amount`"),
        (product("amount: '15 000'"), "4:18: products.0.prices.0.amount: a number expected, not `15 000`: "
                                      "write digits alone, without quotes or currency"),
        (product("amount: true"), "4:18: products.0.prices.0.amount: a number expected, not true: "
                                  "write digits alone, without quotes or currency"),
        (product("amount: -5"), "4:18: products.0.prices.0.amount: the number -5 is negative: "
                                "write an amount of 0 or more"),
        (product("amount: 9999999999999999"),
         "4:18: products.0.prices.0.amount: the number 9999999999999999 is larger than any price: correct it"),
        (product("amount: 5, currency: KZZ"), "4:31: products.0.prices.0.currency: unknown currency `KZZ`: "
                                              "did you mean `KZT`?"),
        (product("amount: 5, currency: tenge"), "4:31: products.0.prices.0.currency: unknown currency `tenge`: "
                                                "write three capital letters as in ISO 4217, such as KZT"),
        (product("amount: 5, valid_from: 31.05.2026"),
         "4:33: products.0.prices.0.valid_from: `31.05.2026` is not a date: write it as 2026-03-31"),
        (product("amount: 5, valid_from: 2026-02-30"),
         "4:33: products.0.prices.0.valid_from: `2026-02-30` is not a date: write it as 2026-03-31"),
        (product("amount: 5, valid_to: 20260331"),
         "4:31: products.0.prices.0.valid_to: the number 20260331 is not a date: write it as 2026-03-31"),
        (product("amount: 5, valid_from: 2026-06-01, valid_to: 2026-05-01"),
         "4:55: products.0.prices.0.valid_to: 2026-05-01 is before valid_from (2026-06-01): swap or correct the dates"),
        (product("amount: 5, min_qty: 0"),
         "4:30: products.0.prices.0.min_qty: a whole number from 1 expected, not the number 0: correct it"),
        (product("amount: 5, from: maybe"),
         "4:27: products.0.prices.0.from: true or false expected, not `maybe`: correct it"),
        (product("amount: 5, floor: 6"), "4:18: products.0.prices.0.amount: the price 5 is below its floor 6: "
                                         "raise the price or lower the floor"),
        (product("amount: 5, attributes: [1]"),
         "4:33: products.0.prices.0.attributes: a mapping of `key: value` expected, not a list: correct it"),
        (product("amount: 5, valid_form: 2026-01-01"),
         "4:21: products.0.prices.0.valid_form: unknown key: did you mean `valid_from`?"),
        ("offers: [{id: a, kind: percnt, value: 5}]", "1:24: offers.0.kind: `percnt` is no kind of offer: "
                                                      "did you mean `percent`?"),
        ("offers: [{id: a, value: 5}]", "1:10: offers.0.kind: missing: add the key `kind`"),
        ("offers: [{kind: gift}]", "1:10: offers.0.id: missing: add the key `id`"),
        ("offers: [{id: a, kind: percent, value: 150}]",
         "1:40: offers.0.value: 150 percent: write a percentage from 0 to 100, or name the sum in `conditions`"),
        ("offers: [{id: a, kind: percent, value: десять}]",
         "1:40: offers.0.value: a number expected, not `десять`: write digits alone"),
        ("offers: [{id: a, kind: promo_code, value: 5}]",
         "1:10: offers.0.code: a promo code without its code: add the key `code`"),
        ("products: [{sku: till}]\noffers: [{id: a, kind: gift, applies_to: [til]}]",
         "2:43: offers.0.applies_to.0: no product has the sku `til`: did you mean `till`?"),
        ("offers: [{id: a, kind: gift, applies_to: [zzz]}]",
         "1:43: offers.0.applies_to.0: no product has the sku `zzz`: correct it or add the product"),
        ("offers: [{id: a, kind: gift}, {id: a, kind: gift}]",
         "1:36: offers.1.id: the id `a` is taken by offer 0: give it another"),
        ("products: [{sku: a}, {sku: a, name: b}]",
         "1:28: products.1.sku: the sku `a` is taken by product 0: give it another"),
        ("policies: [x]", "1:11: policies: a mapping of `key: value` expected, not a list: correct it"),
        ("policies: {vat_included: perhaps}",
         "1:26: policies.vat_included: true or false expected, not `perhaps`: correct it"),
        ("rates: [{currency: USD}]", "1:9: rates.0.value: missing: add the key `value`"),
        ("timezone: Asia/Almati", "1:11: timezone: unknown time zone `Asia/Almati`: did you mean `Asia/Almaty`?"),
        ("timezone: hereabouts", "1:11: timezone: unknown time zone `hereabouts`: write it as Asia/Almaty"),
    ],
)  # fmt: skip
def test_mistakes_point_at_their_place(tmp_path, text, expected):
    assert expected in problems(tmp_path, text)


def test_all_mistakes_come_at_once(tmp_path):
    text = product("amount: -1, per: month") + "offers: [{id: a, kind: x}]\ntimezone: nowhere\ncurrency: XXQ\n"
    assert len(problems(tmp_path, text)) == 4


def test_json_mistakes_have_places_too(tmp_path):
    text = '{"products": [\n  {"sku": "a", "prices": [{"amount": "5"}]}\n]}'
    assert problems(tmp_path, text, "b.json")[0].startswith("2:38: products.0.prices.0.amount: a number expected")


class TestOverlaps:
    def check(self, tmp_path, *prices):
        path = write(tmp_path, "products:\n- sku: a\n  prices:\n" + "".join(f"  - {{{p}}}\n" for p in prices))
        return [(p.rule, p.line) for p in lint(path)]

    def test_prices_of_one_variant_may_not_overlap(self, tmp_path):
        assert self.check(tmp_path, "amount: 5, valid_to: 2026-06-01", "amount: 6, valid_from: 2026-06-01") == [
            ("overlapping-prices", 5)
        ]

    def test_one_that_begins_the_day_after_is_fine(self, tmp_path):
        assert self.check(tmp_path, "amount: 6, valid_from: 2026-06-02", "amount: 5, valid_to: 2026-06-01") == []

    def test_an_open_price_covers_all_that_follow(self, tmp_path):
        found = self.check(
            tmp_path,
            "amount: 5",
            "amount: 6, valid_from: 2026-01-01, valid_to: 2026-02-01",
            "amount: 7, valid_from: 2027-01-01",
        )
        assert found == [("overlapping-prices", 5), ("overlapping-prices", 6)]

    @pytest.mark.parametrize(
        "other",
        [
            "per: month",
            "unit: шт",
            "min_qty: 10",
            "region: Астана",
            "segment: опт",
            "currency: USD",
            "attributes: {size: L}",
        ],
    )
    def test_another_variant_is_no_overlap(self, tmp_path, other):
        assert self.check(tmp_path, "amount: 5", f"amount: 6, {other}") == []

    def test_a_repeated_price_is_a_warning(self, tmp_path):
        path = write(tmp_path, "products:\n- sku: a\n  prices:\n  - amount: 5\n  - amount: 5\n")
        assert [(p.rule, p.level) for p in lint(path)] == [("repeated-price", "warning")]
        assert len(load(path).products[0].prices) == 2


def test_a_name_shared_by_two_products_is_a_warning(tmp_path):
    text = "products:\n- {sku: a, name: Лента}\n- {sku: b, name: Рулон, aliases: [лента]}\n- {sku: c, name: рулон}\n"
    path = write(tmp_path, text)
    assert [(p.level, p.path) for p in lint(path)] == [
        ("warning", "products.1.aliases.0"),
        ("warning", "products.2.name"),
    ]
    assert len(load(path).products) == 3


def test_a_broken_file_is_linted_too(tmp_path):
    assert [p.rule for p in lint(write(tmp_path, "a: 1\na: 2\n"))] == ["duplicate-key"]
    assert [p.rule for p in lint(tmp_path / "none.yaml")] == ["missing-file"]


def test_numbers_are_taken_for_texts_where_texts_are_meant(tmp_path):
    text = "products: [{sku: 910, name: 910, aliases: [910, x]}]\npolicies: {text: одно правило}\nversion: 7"
    book = load(write(tmp_path, text))
    assert book.product("910").names == ("910", "910", "x")
    assert book.policies.text == ("одно правило",)
    assert book.version == "7"


def test_books_may_be_larger_than_other_files(tmp_path):
    rows = "".join(f'{{"sku": "s{n}", "prices": [{{"amount": {n}}}]}},\n' for n in range(20_000))
    book = load(write(tmp_path, '{"products": [' + rows.rstrip(",\n") + "]}", "big.json"))
    assert len(book.products) == 20_000


class TestFolder:
    def test_books_are_read_once(self, tmp_path):
        (tmp_path / "inner").mkdir()
        path = write(tmp_path / "inner", "currency: USD")
        books = load_books(tmp_path)
        first = books.get("inner/book.yaml")
        path.unlink()
        assert books.get("inner/book.yaml") is first

    def test_names(self, tmp_path):
        (tmp_path / "inner").mkdir()
        write(tmp_path / "inner", "{}", "b.json")
        write(tmp_path, "", "a.yml")
        write(tmp_path, "", "notes.txt")
        assert load_books(tmp_path).names() == ("a.yml", "inner/b.json")

    @pytest.mark.parametrize("name", ["../secret.yaml", "/etc/passwd", "inner/../../x.yaml", "a\0b"])
    def test_paths_that_lead_out_are_refused(self, tmp_path, name):
        (tmp_path / "books").mkdir()
        write(tmp_path, "", "secret.yaml")
        with pytest.raises(UserError, match="leads out"):
            load_books(tmp_path / "books").get(name)

    def test_a_link_that_leads_out_is_refused(self, tmp_path):
        (tmp_path / "books").mkdir()
        write(tmp_path, "", "secret.yaml")
        (tmp_path / "books" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
        with pytest.raises(UserError, match="leads out"):
            load_books(tmp_path / "books").get("link.yaml")

    def test_a_missing_book(self, tmp_path):
        with pytest.raises(NotFoundError):
            load_books(tmp_path).get("none.json")


KEYS = st.sampled_from(
    ["sku", "prices", "amount", "floor", "attributes", "kind", "id", "value", "valid_to", "region"],
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 5)
    | st.floats(-2, 9, width=16)
    | st.sampled_from(["a", "", "2026-01-01", "KZT", "percent", "month", "x-y"])
)
ANY = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["products", "offers", "policies", "rates", "currency", "version"]), ANY, max_size=5
    )
)
def test_any_shape_gives_a_book_or_problems(data):
    document = parse(json.dumps(data), "b.json")
    book, found = parse_book(document)
    assert (book is None) == any(p.level == "error" for p in found)
    assert all(p.line >= 1 and p.message for p in found)
