"""`assert_reply_supported`: what it lets pass, and what it shows of what it does not."""

from datetime import date, datetime

import pytest

from botops.claims import Extensions, compile_book
from botops.claims.extensions import NamedCheck
from botops.domain.errors import UserError
from botops.domain.messages import Message
from botops.pricebook import load
from botops.testing import assert_reply_supported

DAY = date(2026, 3, 2)
BOOK = """\
version: spring
currency: KZT
products:
  - sku: alpha
    name: Тариф «Альфа»
    aliases: [Альфа, Alpha]
    prices:
      - {amount: 5000, per: month, valid_to: "2026-03-31"}
      - {amount: 6000, per: month, valid_from: "2026-04-01"}
"""
RIGHT = "Тариф «Альфа» — 5 000 ₸ в месяц."
WRONG = "Здравствуйте!\nТариф «Альфа» — 4 000 ₸ в месяц, а вам ещё скидка 15 %."


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "prices.yaml"
    path.write_text(BOOK, "utf-8")
    return path


def failure(reply, **options):
    with pytest.raises(AssertionError) as caught:
        assert_reply_supported(reply, **{"at": DAY, **options})
    return str(caught.value).replace("\xa0", " ")


def test_a_right_reply_passes_and_its_claims_can_be_looked_at(file):
    result = assert_reply_supported(RIGHT, price_book=file, at=DAY)
    assert [claim.quote for claim in result.supported] == ["5 000 ₸"]
    assert assert_reply_supported("Чем помочь?", price_book=str(file), at=DAY).claims == 0


def test_a_wrong_one_is_shown_with_quotes_what_is_in_the_book_and_why(file):
    said = failure(WRONG, price_book=file)
    assert said.startswith("the reply states what the price book (version spring) does not support on 2026-03-02:\n")
    assert "    Тариф «Альфа» — ⟦4 000 ₸⟧ в месяц, а вам ещё ⟦скидка 15 %⟧.\n" in said
    price, discount = said.split("\n\n")[2:]
    assert price.startswith("1. price (high): «4 000 ₸»\n   stated:   ₸4,000\n   expected: ₸5,000 a month\n   ")
    assert "the reply says ₸4,000" in price
    assert discount.startswith("2. discount (")
    assert "expected: the book has nothing near it" in discount
    assert "В прайсе такой скидки нет" in failure(WRONG, price_book=file, language="ru")


def test_what_steers_a_terminal_is_not_shown(file):
    said = failure("«Альфа»\x1b[2J — 4 000 ₸ в месяц.\u202e \ud83d", price_book=file)
    assert "«Альфа»\ufffd[2J — ⟦4 000 ₸⟧ в месяц.\ufffd ?" in said


@pytest.mark.parametrize("at", ["2026-04-01", "2026-04-01T00:00", "2026-04-01T00:30+05:00"])
def test_the_price_of_the_moment_counts(file, at):
    at = datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at)
    assert "stale_price" in failure(RIGHT, price_book=file, at=at)
    assert assert_reply_supported("«Альфа» — 6 000 ₸ в месяц.", price_book=file, at=at).claims == 1


def test_only_the_kinds_asked_for_count(file):
    assert "discount" not in failure(WRONG, price_book=file, kinds=["price"])
    assert_reply_supported(WRONG, price_book=file, at=DAY, kinds=["promo_code"])
    with pytest.raises(ValueError, match="prise"):
        assert_reply_supported(WRONG, price_book=file, at=DAY, kinds=["prise"])


@pytest.mark.parametrize(
    "messages",
    [
        ["Сколько стоит «Альфа»?", {"role": "tool", "name": "stock", "content": '{"balance": 7300}'}],
        [Message("user", "Какой у меня остаток?"), Message("tool", '{"balance": 7300}', "stock")],
    ],
)
def test_what_was_said_before_counts_in_every_form(file, messages):
    reply = "На вашем счёте 7 300 ₸."
    assert_reply_supported(reply, price_book=file, at=DAY, messages=messages)


@pytest.mark.parametrize("message", [{"role": "bot", "content": "?"}, {"content": "?"}, {"role": "user"}])
def test_what_is_no_message_is_refused(file, message):
    with pytest.raises(ValueError, match="no message"):
        assert_reply_supported(RIGHT, price_book=file, at=DAY, messages=[message])


def test_a_bare_yes_to_a_false_price_is_a_claim(file):
    assert "«Да»" in failure("Да", price_book=file, messages=["«Альфа» стоит 1 000 тенге, верно?"])


def test_books_are_taken_loaded_compiled_and_from_tables(file, tmp_path):
    table = tmp_path / "prices.csv"
    table.write_text("Артикул;Наименование;Цена\nalpha;Тариф «Альфа»;5 000 ₸\n", "utf-8")
    for book in (load(file), compile_book(load(file)), table):
        assert "₸5,000" in failure("Тариф «Альфа» — 4 000 ₸.", price_book=book)


def test_a_book_that_changed_on_disk_is_read_again(file):
    assert_reply_supported(RIGHT, price_book=file, at=DAY)
    file.write_text(BOOK.replace("amount: 5000", "amount: 5100"), "utf-8")
    assert "₸5,100" in failure(RIGHT, price_book=file)


def test_a_book_that_cannot_be_read_is_told_with_its_place(file, tmp_path):
    file.write_text(BOOK.replace("amount: 5000", "amount: five"), "utf-8")
    with pytest.raises(UserError, match=r"prices\.yaml:8:18: "):
        assert_reply_supported(RIGHT, price_book=file, at=DAY)
    with pytest.raises(UserError, match=r"none\.yaml: no such file"):
        assert_reply_supported(RIGHT, price_book=tmp_path / "none.yaml", at=DAY)
    (tmp_path / "none.csv").write_text("a;b\n", "utf-8")
    with pytest.raises(UserError, match=r"none\.csv"):
        assert_reply_supported(RIGHT, price_book=tmp_path / "none.csv", at=DAY)


def test_a_reply_that_a_check_of_ones_own_could_not_look_at_is_not_supported(file):
    def broken(reply):
        raise OSError("no disk")

    own = Extensions(checks=(NamedCheck("deliveries", broken),))
    assert "the check 'deliveries' failed" in failure(RIGHT, price_book=compile_book(load(file), own))
