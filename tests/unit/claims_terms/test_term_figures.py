"""Sums that rest on refuted terms, sums the policies name otherwise, bare confirmations, overlaps."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from botops.claims.compile import compile_book
from botops.claims.context import ReplyContext, parse_message
from botops.claims.terms import find_term_claims
from botops.domain.findings import Finding, FindingKind, Severity
from botops.domain.messages import Message
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product

_SPEC = importlib.util.spec_from_file_location("term_books", Path(__file__).with_name("term_books.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
books = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(books)

RENT = compile_book(
    PriceBook(
        "KZT",
        (
            Product("bike", "Велосипед городской", ("велосипед", "велик"), (Price(Decimal(6000), "KZT", "day"),)),
            Product("boat", "Лодка", ("лодка", "қайық"), (Price(Decimal(15000), "KZT", "hour"),)),
            Product("helm", "Шлем", ("шлем",), (Price(Decimal(500), "KZT"),)),
        ),
        (Offer("long", OfferKind.PERCENT, Decimal(10), conditions="от 3 суток", applies_to=("bike",)),),
        Policies(
            text=(
                "Страховка с франшизой 40 000 ₸ входит в цену.",
                "Потеря замка — 7 000 ₸.",
                "Шлем бесплатно к велосипеду.",
            )
        ),
        version="rent",
    )
)


def found(*messages: str) -> list[Finding]:
    last = len(messages) - 1
    parsed = tuple(
        parse_message(Message("assistant" if (last - i) % 2 == 0 else "user", text), i, RENT)
        for i, text in enumerate(messages)
    )
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    return find_term_claims(ReplyContext(RENT, moment, moment.date(), parsed))


@pytest.mark.parametrize(
    ("reply", "total"),
    [
        ("Дадим 20%, выйдет 4 800 ₸.", "4 800"),
        ("Велосипед 6 000 ₸ минус 25% = 4 500 ₸.", "4 500"),
        ("На лодку тоже 10%, итого 13 500 ₸.", "13 500"),
        ("Рассрочка 0-0-3, по 2 000 ₸ в месяц.", "2 000"),
        ("15% off, so 5,100 KZT.", "5,100"),
        ("30% жеңілдікпен 4 200 теңге болады.", "4 200"),
    ],
)
def test_the_figure_of_a_refuted_term_is_refuted_with_it(reply: str, total: str) -> None:
    kinds = {f.kind: f for f in found("сколько?", reply)}
    assert FindingKind.TOTAL in kinds
    assert total in kinds[FindingKind.TOTAL].quote
    assert len(kinds) == 2


@pytest.mark.parametrize(
    "reply",
    [
        "Дадим 20%, велосипед 6 000 ₸.",
        "Дадим 20% вместо обычных 5 500 ₸.",
        "Дадим 20%. Залог 9 100 ₸ отдельно.",
    ],
)
def test_list_prices_former_prices_and_other_sentences_do_not_rest_on_it(reply: str) -> None:
    assert [f.kind for f in found("сколько?", reply)] == [FindingKind.DISCOUNT]


def test_a_supported_discount_leaves_its_figure_alone() -> None:
    assert found("велосипед на 4 суток", "От 3 суток 10%: 4 × 6 000 − 10% = 21 600 ₸.") == []


@pytest.mark.parametrize(
    ("reply", "quote"),
    [
        ("Страховка входит, франшиза 25 000 ₸.", "25 000 ₸"),
        ("За потерю замка берём 9 500 ₸.", "9 500 ₸"),
        ("Сақтандыру кіреді, франшизасы 25 000 теңге.", "25 000 теңге"),
    ],
)
def test_a_sum_the_policies_name_otherwise_is_found(reply: str, quote: str) -> None:
    assert [f.quote for f in found("условия?", reply)] == [quote]


@pytest.mark.parametrize(
    "reply",
    [
        "Страховка входит, франшиза 40 000 ₸.",
        "За потерю замка 7 000 ₸.",
        "За потерю двух замков 14 000 ₸.",
        "Потеря шлема — 500 ₸.",
    ],
)
def test_a_sum_that_follows_from_the_policies_is_not(reply: str) -> None:
    assert found("условия?", reply) == []


@pytest.mark.parametrize("yes", ["Да", "Да.", "Иә", "Yes!", "Конечно, да", "Верно"])
def test_a_bare_yes_confirms_the_terms_of_the_question(yes: str) -> None:
    assert [f.kind for f in found("лодка со шлемом и 30% скидка, верно?", yes)] == [FindingKind.DISCOUNT]
    quote = found("скидка 30% будет?", yes)[0].quote
    assert quote == yes.split(",", maxsplit=1)[0].rstrip(".!")


@pytest.mark.parametrize("reply", ["Нет", "Жоқ", "Да, стоит 6 000 ₸", "Да, менеджер перезвонит вам завтра", ""])
def test_anything_more_or_less_than_a_yes_confirms_nothing(reply: str) -> None:
    assert found("скидка 30% будет?", reply) == []


def test_a_yes_to_a_true_term_is_clean() -> None:
    assert found("шлем к велосипеду бесплатно?", "Да") == []


def test_a_yes_without_a_question_before_is_clean() -> None:
    assert found("Да") == []


def test_severity_and_evidence() -> None:
    first = found("скидка?", "На лодку 10%.")[0]
    assert first.severity is Severity.HIGH
    assert first.expected == "10 — от 3 суток" or "от 3 суток" in (first.expected or "")
    assert first.source == "offer:long"
    assert "от 3 суток" in first.explanation("ru")
    absent = found("рассрочка?", "Да, рассрочка на 6 месяцев.")[0]
    assert absent.severity is Severity.MEDIUM
    assert absent.expected is None


def test_findings_of_one_reply_come_in_order_and_apart() -> None:
    result = find_term_claims(
        books.context("bakery", "что есть", "Кэшбэк 9%, рассрочка 0-0-12, промокод GIFT77, коробка бесплатно.")
    )
    assert [f.quote for f in result] == ["9%", "0-0-12", "GIFT77", "коробка бесплатно"]
