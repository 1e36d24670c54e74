"""The checker's door: what it takes, refuses and gives back; how dates, currencies, evidence and context decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from botops.claims import CheckResult, Conversation, TooLargeError, check, compile_book, judge
from botops.claims.rows import finding_row
from botops.domain.findings import FindingKind, Severity
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product, Rate, Window

AT = datetime(2026, 7, 10, 12, 0, tzinfo=UTC)


def price(amount: str | int, per: str = "once", **more: object) -> Price:
    more.setdefault("currency", "KZT")
    return Price(Decimal(amount), per=per, **more)  # type: ignore[arg-type]


BOOK = PriceBook(
    "KZT",
    (
        Product("boat", "Лодка «Чайка»", ("лодка", "қайық", "boat"), (
            price(7000, "hour"), price(6000, "hour", min_qty=3), price(15, "hour", currency="USD"),
        )),
        Product("tent", "Палатка на четверых", ("палатка", "шатыр", "tent"), (
            price(9000, "day", attributes={"season": "летняя"}), price(14000, "day", attributes={"season": "зимняя"}),
        )),
        Product("guide", "Гид по реке", ("гид", "жолбасшы", "guide"), (
            price(30000, window=Window(None, date(2026, 6, 30))),
            price(35000, window=Window(date(2026, 7, 1), date(2026, 12, 31)), floor=Decimal(33000)),
            price(38000, window=Window(date(2027, 1, 1), None)),
        )),
        Product("repair", "Ремонт борта", ("ремонт",), (price(20000, from_price=True),)),
    ),
    (Offer("o1", OfferKind.PERCENT, Decimal(10), applies_to=("tent",), conditions="студентам"),),
    Policies(vat_included=True, vat_percent=Decimal(16), text=("Скидки не суммируются.",)),
    rates=(Rate("EUR", Decimal(500)),),
)  # fmt: skip
COMPILED = compile_book(BOOK)


def talk(*texts: str, tools: dict[int, str] | None = None) -> list[Message]:
    """User and assistant by turns, the last one the assistant's; `tools` go before the message of that place."""
    out = []
    for back, text in enumerate(reversed(texts)):
        out.append(Message("assistant" if back % 2 == 0 else "user", text))
    out.reverse()
    for place, content in sorted((tools or {}).items(), reverse=True):
        out.insert(place, Message("tool", content, "lookup"))
    return out


def kinds(*texts: str, at: datetime = AT) -> list[str]:
    return [f.kind.value for f in check(talk(*texts), COMPILED, at=at)]


@pytest.mark.parametrize(
    "texts",
    [
        ("Лодка — 7 000 ₸ в час.",),
        ("на 2 часа", "Лодка на два часа — 14 000 ₸."),
        ("на 4 часа", "От трёх часов 6 000 ₸: 4 × 6 000 = 24 000 ₸."),
        ("лодка и палатка", "Лодка 7 000 ₸ и летняя палатка 9 000 ₸, вместе 16 000 ₸."),
        ("Гид — 35 000 ₸, до 30 июня было 30 000 ₸, с 1 января станет 38 000 ₸.",),
        ("Ремонт борта от 20 000 ₸.",),
        ("палатку студенту", "Летняя палатка со скидкой 10% для студентов — 8 100 ₸."),
        ("Дешевле 7 000 ₸ лодки нет.",),
        ("у соседей 5 000", "Про соседей не скажу, у нас лодка 7 000 ₸ в час."),
        ("A boat is $15 an hour.",),
        ("в евро гид?", "Гид 35 000 ₸, по курсу 500 ₸ это 70 €."),
        ("Звоните +7 701 222 33 44, договор №12345 от 05.06.2026, БИН 123456789012.",),
        ("сколько НДС в гиде", "Гид 35 000 ₸, из них НДС 4 827,59 ₸."),
        ("разница между палатками?", "Разница 5 000 ₸."),
        ("",),
        ("👍",),
        ("\u200f\u200b",),
    ],
)
def test_what_the_book_bears_out_is_clean(texts: tuple[str, ...]) -> None:
    assert check(talk(*texts), COMPILED, at=AT) == []


@pytest.mark.parametrize(
    ("texts", "kind", "quote"),
    [
        (("Лодка — 6 500 ₸ в час.",), "price", "6 500 ₸"),
        (("на 2 часа", "Лодка на два часа — 12 000 ₸."), "total", "12 000 ₸"),
        (("палатка зимняя", "Зимняя палатка 9 000 ₸ в день."), "price", "9 000 ₸"),
        (("гид", "Гид стоит 30 000 ₸."), "stale_price", "30 000 ₸"),
        (("гид", "Гид стоит 38 000 ₸."), "stale_price", "38 000 ₸"),
        (("Палатка летняя — 20 $ в день.",), "currency", "20 $"),
        (("лодка и гид", "Лодка 7 000 ₸ и гид 35 000 ₸, итого 45 000 ₸."), "total", "45 000 ₸"),
        (("точная цена ремонта?", "Ремонт борта ровно 20 000 ₸."), "price", "20 000 ₸"),
        (("лодка за 5 000?", "Да, верно, лодка 5 000 ₸."), "price", "5 000 ₸"),
        (("Аренда дрона — 27 500 ₸.",), "unknown_product", "27 500 ₸"),
        (("3 × 7 000 = 22 000 ₸ за лодку.",), "total", "22 000 ₸"),
        (("гид в евро?", "Гид 75 €."), "currency", "75 €"),
    ],
)
def test_what_the_book_does_not_bear_out_is_found(texts: tuple[str, ...], kind: str, quote: str) -> None:
    found = check(talk(*texts), COMPILED, at=AT)
    assert quote in [f.quote for f in found]
    mine = next(f for f in found if f.quote == quote)
    assert mine.kind.value in {kind, "price", "total"} if kind in {"price", "total"} else mine.kind.value == kind
    text = texts[-1]
    assert text[mine.start : mine.end] == quote
    assert mine.turn == len(texts) - 1


def test_an_old_dialogue_is_judged_by_its_own_day() -> None:
    june = datetime(2026, 6, 30, 23, 59, tzinfo=timezone(timedelta(hours=5)))
    assert kinds("гид", "Гид стоит 30 000 ₸.", at=june) == []
    assert kinds("гид", "Гид стоит 35 000 ₸.", at=june) == ["stale_price"]


def test_a_time_without_an_offset_is_in_the_books_zone() -> None:
    assert kinds("гид", "Гид стоит 30 000 ₸.", at=datetime(2026, 6, 30, 12, 0)) == []  # noqa: DTZ001


@pytest.mark.parametrize("said", ["2026-06-30T18:59:00+00:00", "2026-07-01T00:59:00+06:00"])
def test_a_price_changes_at_midnight_of_the_books_zone(said: str) -> None:
    """Whatever the offset a moment is written with: the service's own clock is in UTC."""
    before = datetime.fromisoformat(said)
    assert kinds("гид", "Гид стоит 30 000 ₸.", at=before) == []
    assert kinds("гид", "Гид стоит 30 000 ₸.", at=before + timedelta(minutes=1)) == ["stale_price"]
    assert kinds("гид", "Гид стоит 35 000 ₸.", at=before + timedelta(minutes=1)) == []


def test_a_moment_at_the_end_of_the_calendar_is_judged() -> None:
    assert kinds("гид", "Гид стоит 30 000 ₸.", at=datetime.max.replace(tzinfo=UTC)) == ["stale_price"]


def test_a_message_with_a_time_of_its_own_is_judged_then() -> None:
    messages = [
        Message("user", "гид"),
        Message("assistant", "Гид стоит 30 000 ₸.", at=datetime(2026, 6, 1, tzinfo=UTC)),
    ]
    assert check(messages, COMPILED, at=AT) == []


def test_findings_say_what_is_right_and_what_is_at_risk() -> None:
    (found,) = check(talk("гид", "Гид стоит 32 000 ₸."), COMPILED, at=AT)
    assert (found.kind, found.stated, found.expected) == (FindingKind.PRICE, "32\u00a0000\u00a0₸", "35\u00a0000\u00a0₸")
    assert found.severity is Severity.CRITICAL
    assert found.sku == "guide"
    assert found.at_risk is not None
    assert found.at_risk.amount == 3000
    assert found.overcharge is None
    (dear,) = check(talk("гид", "Гид стоит 36 000 ₸."), COMPILED, at=AT)
    assert dear.severity is Severity.HIGH
    assert dear.at_risk is None
    assert dear.overcharge is not None


def test_what_is_given_for_nothing_has_the_price_of_what_was_named() -> None:
    plans = [Product(sku=sku, name=f"Тариф «{name}»", aliases=(name,), prices=(price(amount, "month"),))
             for sku, name, amount in (("cafe", "Кафе", 16900), ("start", "Старт", 6900))]  # fmt: skip
    book = PriceBook(version="1", currency="KZT", products=tuple(plans))
    (finding,) = check(talk("Сколько стоит?", "Тариф «Старт» бесплатно первый год."), book, at=AT)
    assert finding.expected == "Тариф «Старт» — 6\u00a0900\u00a0₸ в месяц"
    assert "Тариф «Старт» — 6\u00a0900\u00a0₸ в месяц." in finding.explanation("ru")
    assert "Тариф «Старт» — ₸6,900 a month." in finding.explanation("en")


def test_a_wrong_equation_says_what_it_makes() -> None:
    found = check(talk("на 2 часа", "2 × 7 000 = 15 000 ₸ за лодку."), COMPILED, at=AT)
    assert [f.expected for f in found] == ["14\u00a0000\u00a0₸"]


def test_a_bare_yes_to_a_sum_without_a_currency_confirms_it() -> None:
    asked = "Лодка же стоит 5 000 в час, да?"
    assert [f.quote for f in check(talk(asked, "Да, верно."), COMPILED, at=AT)] == ["Да, верно"]
    assert check(talk(asked.replace("5 000", "7 000"), "Да, верно."), COMPILED, at=AT) == []
    assert check(talk("Вы до 20 работаете, да?", "Да."), COMPILED, at=AT) == []


def test_tools_are_evidence() -> None:
    text = "Ваш заказ: ласты за 4 400 ₸."
    assert [f.kind.value for f in check(talk("заказ?", text), COMPILED, at=AT)] == ["unknown_product"]
    tool = '{"order_id": "A-1", "items": [{"name": "ласты", "price": 4400}]}'
    assert check(talk("заказ?", text, tools={1: tool}), COMPILED, at=AT) == []
    other = '{"order_id": "A-1", "items": [{"name": "ласты", "price": 5400}, {"name": "маска", "price": 4400}]}'
    assert [f.quote for f in check(talk("заказ?", text, tools={1: other}), COMPILED, at=AT)] == ["4 400 ₸"]


def test_a_conversation_gives_the_same_as_the_whole_dialogue() -> None:
    messages = talk("лодка", "Лодка 7 000 ₸.", "2 часа", "14 000 ₸.", "3 часа", "Три часа — 21 000 ₸.")
    conversation = Conversation(COMPILED, at=AT)
    results = [conversation.feed(m) for m in messages]
    assert [r is None for r in results] == [m.role != "assistant" for m in messages]
    for i, result in enumerate(results):
        if result is not None:
            assert result == judge(messages[: i + 1], COMPILED, at=AT)
    last = results[-1]
    assert isinstance(last, CheckResult)
    assert [f.quote for f in last.findings] == ["21 000 ₸"]
    assert last.claims == 1


def test_a_wrong_figure_supports_nothing_later() -> None:
    found = check(talk("гид", "Гид 20 500 ₸.", "и лодка на час, итого", "Итого 27 500 ₸."), COMPILED, at=AT)
    assert [f.quote for f in found] == ["27 500 ₸"]


def test_a_price_of_another_region_or_segment_is_found() -> None:
    city = Product(
        "c", "Катер «Волна»", ("катер",), (price(5000, region="almaty"), price(8000, region="astana", segment="vip"))
    )
    book = compile_book(PriceBook("KZT", (city,)))
    messages = talk("Катер стоит 8 000 ₸.")
    assert check(messages, book, at=AT) == []
    assert check(messages, book, at=AT, region="astana") == []
    assert [f.quote for f in check(messages, book, at=AT, region="almaty")] == ["8 000 ₸"]
    assert [f.quote for f in check(messages, book, at=AT, region="astana", segment="base")] == ["8 000 ₸"]


def test_a_bare_yes_confirms_a_sum() -> None:
    assert [(f.kind.value, f.quote) for f in check(talk("лодка за 5 000 ₸ в час?", "Да."), COMPILED, at=AT)] == [
        ("price", "Да")
    ]
    assert check(talk("лодка за 7 000 ₸ в час?", "Да, верно."), COMPILED, at=AT) == []


def test_region_and_plain_books_are_taken() -> None:
    assert check(talk("Лодка 7 000 ₸ в час."), BOOK, at=AT, region="almaty", segment="vip") == []


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(ValueError, match="assistant"):
        judge([Message("user", "x")], COMPILED, at=AT)
    with pytest.raises(ValueError, match="assistant"):
        judge([], COMPILED, at=AT)
    with pytest.raises(TooLargeError, match="1000001") as refused:
        judge(talk("я" * 1_000_001), COMPILED, at=AT)
    assert refused.value.reason == "too_large"
    assert refused.value.exit_code == 2


def test_an_empty_book_knows_nothing() -> None:
    empty = compile_book(PriceBook("KZT", ()))
    found = check(talk("Стол 10 000 ₸."), empty, at=AT)
    assert [f.expected for f in found] == [None]


def test_rows_have_the_documented_keys() -> None:
    (finding,) = check(talk("гид", "Гид стоит 32 000 ₸."), COMPILED, at=AT)
    row = finding_row("d1", finding, "en")
    assert list(row) == [
        "dialogue_id", "turn", "kind", "quote", "start", "end", "severity", "stated", "expected", "explanation",
    ]  # fmt: skip
    assert row["explanation"].startswith("The price book has")
    assert row["severity"] == "critical"
    assert finding_row("d1", finding)["explanation"].startswith("В прайсе")


HOSTILE = {
    "digits": "7" * 60_000,
    "spaces": "7 000 " + " " * 60_000 + "₸",
    "brackets": "(" * 30_000 + "7 000 ₸" + ")" * 30_000,
    "names": "лодка палатка " * 4_000,
    "pipes": "| 7 000 ₸ " * 300 + "|" * 30_000,
    "stops": "." * 60_000,
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_messages_end(name: str) -> None:
    result = judge(talk(HOSTILE[name]), COMPILED, at=AT)
    assert result.claims >= 0


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("Такого кода, LODKA15, в акциях нет.", []),
        ("Such a code, LODKA15, is not among our offers.", []),
        ("Мұндай код, LODKA15, акцияларда жоқ.", []),
        ("Промокод, LODKA15, действует.", ["promo_code"]),
        ("Примените код, LODKA15, и скидка ваша.", ["promo_code"]),
        ("Примените код, LODKA15, а других кодов у нас нет.", ["promo_code"]),
    ],
)
def test_a_code_set_between_commas_in_its_denial_is_no_claim(reply, found):
    over = Offer("code", OfferKind.PROMO_CODE, Decimal(15), code="LODKA15", window=Window(None, date(2026, 6, 30)))
    book = replace(BOOK, offers=(*BOOK.offers, over))
    said = check(talk("Промокод LODKA15 ещё действует?", reply), book, at=AT)
    assert [finding.kind.value for finding in said] == found
