"""What a reply promises: right and wrong claims, prices held, things done by a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from botops.claims import Conversation, compile_book
from botops.claims.promises import what
from botops.domain.findings import Finding, FindingKind, Judgement, Severity
from botops.domain.messages import Message
from botops.domain.money import Money
from botops.domain.promises import PromiseKind
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product, Window

AT = datetime(2026, 7, 8, 12, 0, tzinfo=UTC)  # a Wednesday


def price(amount: int, per: str = "once", **more: object) -> Price:
    return Price(Decimal(amount), "KZT", per=per, **more)  # type: ignore[arg-type]


BOOK = compile_book(
    PriceBook(
        "KZT",
        (
            Product("loom", "Ткацкий станок", ("станок", "тоқыма станогы", "loom"), (
                price(180000, window=Window(None, date(2026, 7, 31))),
                price(210000, window=Window(date(2026, 8, 1), None)),
            )),
            Product("yarn", "Набор пряжи", ("пряжа", "пряжу", "пряжи", "yarn"), (price(12000),)),
        ),
        (
            Offer("gift", OfferKind.GIFT, "набор пряжи", applies_to=("loom",)),
            Offer("war", OfferKind.WARRANTY, Decimal(24), applies_to=("loom",)),
            Offer("ten", OfferKind.PERCENT, Decimal(10), applies_to=("yarn",), conditions="при заказе от 50 000 ₸",
                  window=Window(None, date(2026, 7, 20))),
        ),
        Policies(vat_included=True),
    )
)  # fmt: skip


def promised(*texts: str, findings=None):
    talk = Conversation(BOOK, at=AT)
    result = None
    for i, text in enumerate(texts):
        result = talk.feed(Message(("user", "assistant")[(i + len(texts)) % 2], text))
    assert result is not None
    for promise in result.promises("d-1", findings):
        assert texts[-1][promise.start : promise.end] == promise.quote
    return result.promises("d-1", findings)


def test_a_right_price_is_a_supported_promise_until_its_last_day():
    (one,) = promised("Ткацкий станок стоит 180 000 ₸.")
    assert (one.dialogue_id, one.turn, one.at, one.kind) == ("d-1", 0, AT, PromiseKind.PRICE)
    assert (one.sku, one.product) == ("loom", "Ткацкий станок")
    assert one.money == Money.of(180000, "KZT")
    assert one.value == "180\u00a0000\u00a0₸"
    assert one.valid_until == date(2026, 7, 31)
    assert one.status is Judgement.SUPPORTED
    assert one.sources == ("sku:loom",)
    assert one.standing(date(2026, 7, 31))
    assert not one.standing(date(2026, 8, 1))
    assert [what(one, language) for language in ("ru", "kk", "en")] == [
        "цена — Ткацкий станок", "баға — Ткацкий станок", "price — Ткацкий станок",
    ]  # fmt: skip


def test_a_wrong_price_is_a_promise_too():
    (one,) = promised("Ткацкий станок стоит 150 000 ₸.")
    assert (one.kind, one.status, one.sku) == (PromiseKind.PRICE, Judgement.CONTRADICTED, "loom")
    assert one.valid_until is None
    assert one.standing(date(2030, 1, 1))
    assert "180\u00a0000" in one.explanation()


def test_discount_gift_and_term_say_what_they_are():
    discount, gift = promised("На пряжу скидка 25 %. Курс ткачества в подарок.")
    assert (discount.kind, discount.percent, discount.money) == (PromiseKind.DISCOUNT, Decimal(25), None)
    assert discount.status is Judgement.CONTRADICTED
    assert (gift.kind, gift.subject, gift.status) == (PromiseKind.GIFT, "gift", Judgement.UNSUPPORTED)
    (warranty,) = promised("На ткацкий станок гарантия 24 месяца.")
    assert (warranty.kind, warranty.subject, warranty.status) == (PromiseKind.TERM, "warranty", Judgement.SUPPORTED)
    assert what(warranty, "kk") == "кепілдік — Ткацкий станок"
    (code,) = promised("Введите промокод NITKA5.")
    assert (code.kind, code.status, what(code)[:8]) == (PromiseKind.PROMO_CODE, Judgement.UNSUPPORTED, "промокод")


def test_the_least_order_of_an_offer_is_no_promise():
    rows = promised("На пряжу скидка 10 % при заказе от 50 000 ₸.")
    assert [(p.kind, p.quote, p.valid_until) for p in rows] == [
        (PromiseKind.DISCOUNT, "10 %", date(2026, 7, 20)),
    ]  # fmt: skip


def test_a_total_names_the_sum():
    rows = promised("Сколько за 3 набора пряжи?", "Три набора пряжи — 36 000 ₸.")
    assert [(p.kind, p.sku, p.money) for p in rows] == [(PromiseKind.TOTAL, "yarn", Money.of(36000, "KZT"))]


@pytest.mark.parametrize(
    ("text", "until", "status"),
    [
        ("Станок — 180 000 ₸, цену держим до 20 июля.", date(2026, 7, 20), Judgement.SUPPORTED),
        ("Станок — 180 000 ₸. Эту цену закрепим за вами до 15.08.", date(2026, 8, 15), Judgement.CONTRADICTED),
        ("Станок — 180 000 ₸. Цену за вами зафиксировали до конца месяца.", date(2026, 7, 31), Judgement.SUPPORTED),
        ("Станок — 180 000 ₸. Цену сохраним до пятницы.", date(2026, 7, 10), Judgement.SUPPORTED),
        ("Станок — 180 000 ₸. Держим цену 3 дня.", date(2026, 7, 11), Judgement.SUPPORTED),
        ("Станок — 180 000 ₸. Цену держим.", None, Judgement.NOT_JUDGED),
        ("Отложим станок для вас до конца недели.", date(2026, 7, 12), Judgement.NOT_JUDGED),
        ("Тоқыма станогы — 180 000 ₸. Бағаны 20 шілдеге дейін сақтаймыз.", date(2026, 7, 20), Judgement.SUPPORTED),
        ("The loom is 180,000 ₸. We will hold this price until July 20.", date(2026, 7, 20), Judgement.SUPPORTED),
        ("Станок — 180 000 ₸. Удержим цену 24 часа.", date(2026, 7, 9), Judgement.SUPPORTED),
    ],
)
def test_a_price_held_until_a_day(text, until, status):
    (held,) = (p for p in promised(text) if p.kind is PromiseKind.RESERVATION)
    assert (held.valid_until, held.status) == (until, status)
    if status is Judgement.CONTRADICTED:
        assert held.explanation("en") == "By the price book this price holds only until 31.07.2026."
        assert held.sources == ("sku:loom",)
    if "180" in text and until is not None:
        assert held.sku == "loom"
        assert held.value == "180\u00a0000\u00a0₸"


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("Привезём станок в пятницу.", date(2026, 7, 10)),
        ("Перезвоню вам сегодня до вечера.", date(2026, 7, 8)),
        ("Станок будет готов к 14 июля.", date(2026, 7, 14)),
        ("Ертең қоңырау шаламыз.", date(2026, 7, 9)),
        ("We'll deliver it by the end of the week.", date(2026, 7, 12)),
        ("Отправим до конца августа.", date(2026, 8, 31)),
        ("Установим в течение двух недель.", date(2026, 7, 22)),
        ("Начнём до конца года.", date(2026, 12, 31)),
        ("Ай соңына дейін жеткіземіз.", date(2026, 7, 31)),
        ("Доставим до конца дня.", date(2026, 7, 8)),
        ("Привезём в среду.", date(2026, 7, 15)),
    ],
)
def test_a_thing_done_by_a_day(text, until):
    (one,) = promised(text)
    assert (one.kind, one.valid_until, one.status) == (PromiseKind.DATE, until, Judgement.NOT_JUDGED)
    assert one.value == f"{until:%d.%m.%Y}"
    assert one.explanation() == ""


@pytest.mark.parametrize(
    "text",
    [
        "Удержать цену до пятницы?",
        "Цену до пятницы не держим.",
        "К сожалению, до пятницы не привезём.",
        "Если оплатите сегодня, сделаю для вас подборку узоров.",
        "Мы на связи каждый день.",
        "Держим связь!",
        "We refund the unused days, keeping part of the price.",
        "Hold on, please, I will check by Friday whether it fits.",
        "",
    ],
)
def test_what_is_asked_denied_or_vague_is_no_promise(text):
    assert promised(text) == ()


def test_a_recorded_judgement_counts_instead():
    text = "Ткацкий станок стоит 165 000 ₸, пряжа — 12 000 ₸."
    loom, yarn = promised(text)
    assert (loom.status, yarn.status) == (Judgement.CONTRADICTED, Judgement.SUPPORTED)
    loom, yarn = promised(text, findings=[])
    assert (loom.status, loom.sources) == (Judgement.SUPPORTED, ())
    assert "В тот день прайс это подтверждал" in loom.explanation()
    at = text.index("12 000")
    wrong = Finding(0, FindingKind.PRICE, "12 000 ₸", at, at + 8, Severity.HIGH, "12 000 ₸", None)
    loom, yarn = promised(text, findings=[wrong])
    assert (loom.status, yarn.status) == (Judgement.SUPPORTED, Judgement.UNSUPPORTED)


def test_what_an_exception_lets_pass_counts_as_right():
    text = "Ткацкий станок стоит 165 000 ₸."
    at = text.index("165")
    passed = Finding(
        0, FindingKind.PRICE, "165 000 ₸", at, at + 9, Severity.HIGH, "165 000 ₸", "180 000 ₸", exception="e-7"
    )
    (one,) = promised(text, findings=[passed])
    assert (one.status, one.sources) == (Judgement.SUPPORTED, ("exception:e-7",))
