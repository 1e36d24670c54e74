"""Why a claim is right: every supported sum and term can be told where it comes from; asking changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from botops.claims import Conversation, compile_book, judge
from botops.claims.check import local
from botops.claims.dialogues import Dialogue, read_dialogues
from botops.domain.findings import FindingKind
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product, Window, load

AT = datetime(2026, 7, 10, 12, 0, tzinfo=UTC)
GOLDEN = Path(__file__).parents[2] / "golden" / "claims"


def price(amount: int, per: str = "once", **more: object) -> Price:
    return Price(Decimal(amount), "KZT", per=per, **more)  # type: ignore[arg-type]


BOOK = PriceBook(
    "KZT",
    (
        Product("kayak", "Прокат «Байдарка»", ("байдарка", "байдарки", "байдарку", "kayak", "каяк"), (
            price(6000, "hour"), price(5000, "hour", min_qty=4),
        )),
        Product("sup", "Сапборд", ("сап", "сапборда", "sup board"), (
            price(4500, window=Window(None, date(2026, 8, 31))),
            price(5200, window=Window(date(2026, 9, 1), None)),
        )),
        Product("tent", "Палатка", ("палатка", "палатку", "шатыр"), (
            price(9000, "day", attributes={"сезон": "летняя"}), price(14000, "day", attributes={"сезон": "зимняя"}),
        )),
        Product("guide", "Инструктор", ("инструктор",), (price(20000, from_price=True),)),
    ),
    (
        Offer("stud", OfferKind.PERCENT, Decimal(10), applies_to=("tent",), conditions="студентам",
              window=Window(None, date(2026, 9, 30))),
        Offer("code", OfferKind.PROMO_CODE, Decimal(1000), code="RIVER1", conditions="минус 1 000 ₸ на прокат"),
        Offer("vest", OfferKind.GIFT, "герметичный чехол", conditions="при заказе от 30 000 ₸"),
        Offer("inst", OfferKind.INSTALLMENT, Decimal(6), conditions="0-0-6"),
        Offer("war", OfferKind.WARRANTY, Decimal(12), applies_to=("sup",)),
        Offer("cb", OfferKind.CASHBACK, Decimal(3)),
    ),
    Policies(
        vat_included=True,
        vat_percent=Decimal(16),
        text=("Залог 10 000 ₸ за комплект возвращаем в день сдачи.", "Предоплата 50 % при брони."),
    ),
)  # fmt: skip
COMPILED = compile_book(BOOK)


def said(*texts: str, at: datetime = AT):
    roles = ("user", "assistant")
    messages = [Message(roles[(i + len(texts)) % 2], text) for i, text in enumerate(texts)]
    return judge(messages, COMPILED, at=at)


def only(*texts: str, at: datetime = AT):
    result = said(*texts, at=at)
    assert not result.findings
    assert len(result.supported) == 1, result.supported
    return result.supported[0]


def test_a_list_price_names_product_and_sku():
    claim = only("Байдарка — 6 000 ₸ в час.")
    assert (claim.kind, claim.quote, claim.stated) == (FindingKind.PRICE, "6 000 ₸", "6\u00a0000\u00a0₸")
    assert claim.sku == "kayak"
    assert (claim.source, claim.sources) == ("sku:kayak", ("sku:kayak",))
    assert claim.valid_until is None
    assert claim.explanation("ru") == "Верно: в прайсе «Прокат „Байдарка“» (SKU kayak) — 6\u00a0000\u00a0₸ в час."
    assert claim.explanation("kk") == "Дұрыс: прайста «Прокат „Байдарка“» (SKU kayak) — 6\u00a0000\u00a0₸ сағатына."
    assert "is ₸6,000 an hour" in claim.explanation("en")
    assert claim.explanation("de") == claim.explanation("ru")


def test_a_variant_is_named_by_its_attributes():
    assert "(сезон: зимняя, SKU tent)" in only("Зимняя палатка стоит 14 000 ₸ в сутки.").explanation()


def test_dates_stand_in_the_tense_of_the_day():
    now = only("Сапборд — 4 500 ₸.")
    assert now.valid_until == date(2026, 8, 31)
    assert "цена действует до 31.08.2026" in now.explanation()
    coming = only("С 1 сентября сапборд будет стоить 5 200 ₸.")
    assert "цена действует с 01.09.2026" in coming.explanation()
    assert "begins on 01.09.2026" in coming.explanation("en")
    past = only("Раньше, летом, сапборд стоил 4 500 ₸.", at=datetime(2026, 10, 1, 12, tzinfo=UTC))
    assert "действовала до 31.08.2026" in past.explanation()
    since = only("Сапборд — 5 200 ₸.", at=datetime(2026, 10, 1, 12, tzinfo=UTC))
    assert "holds since 01.09.2026" in since.explanation("en")


def test_a_total_shows_its_formula_and_prices():
    claim = only("Сколько за 3 часа на байдарке?", "3 часа на байдарке — 18 000 ₸.")
    assert claim.kind is FindingKind.TOTAL
    assert claim.basis == "3 × 6\u00a0000 = 18\u00a0000\u00a0₸"
    assert claim.explanation() == (
        "Расчёт верен: 3 × 6\u00a0000 = 18\u00a0000\u00a0₸. По прайсу: «Прокат „Байдарка“» — 6\u00a0000\u00a0₸ в час."
    )
    assert claim.sku == "kayak"


def test_a_discounted_total_names_the_offer_and_ends_with_it():
    result = said(
        "Мы студенты, зимняя палатка на сутки сколько?",
        "Студентам на палатку скидка 10 %, со скидкой зимняя палатка выйдет 12 600 ₸.",
    )
    assert not result.findings
    percent, total = result.supported
    assert (percent.kind, percent.source, percent.quote) == (FindingKind.DISCOUNT, "offer:stud", "10 %")
    assert percent.explanation().startswith("Такая скидка есть в прайсе: 10% — студентам")
    assert total.kind is FindingKind.TOTAL
    assert "14\u00a0000 − 10 % = 12\u00a0600" in total.basis
    assert total.sources == ("sku:tent", "offer:stud")
    assert total.valid_until == date(2026, 9, 30)


def test_a_written_equation_is_shown_as_written():
    claim = next(c for c in said("Считаем: 2 × 6 000 = 12 000 ₸ за байдарку.").supported if c.quote == "12 000 ₸")
    assert "2 × 6 000 = 12" in claim.explanation("kk")
    assert claim.sku == "kayak"


def test_a_sum_of_the_policies_quotes_the_sentence():
    claim = next(c for c in said("Залог за комплект — 10 000 ₸.").supported if "10 000" in c.quote)
    assert claim.source == "policy:1"
    assert "возвращаем в день сдачи" in claim.explanation()


@pytest.mark.parametrize(
    ("text", "quote", "source", "words"),
    [
        ("По промокоду RIVER1 минус 1 000 ₸ на прокат.", "RIVER1", "offer:code", "Такой промокод есть в прайсе"),
        ("Можно в рассрочку 0-0-6.", "0-0-6", "offer:inst", "Такая рассрочка есть в прайсе"),
        ("На сапборд гарантия 12 месяцев.", "12 месяцев", "offer:war", "Такая гарантия есть в прайсе"),
        ("Кэшбэк 3 %.", "3 %", "offer:cb", "Такой кэшбэк есть в прайсе"),
        ("НДС 16 %.", "16 %", "policies.vat_percent", "НДС 16%"),
        ("Герметичный чехол дадим в подарок.", "чехол дадим в подарок", "offer:vest", "Такой подарок"),
        ("Предоплата 50 %.", "50 %", "policy:2", "предоплаты есть в прайсе"),
    ],
)  # fmt: skip
def test_terms_name_their_rule(text, quote, source, words):
    result = said(text)
    assert not result.findings
    claim = next(c for c in result.supported if quote in c.quote and c.source == source)
    assert words in claim.explanation()
    assert text[claim.start : claim.end] == claim.quote
    assert set(claim.explanations) == {"ru", "kk", "en"}


def test_a_policy_repeated_word_for_word_rests_on_it():
    result = said("Залог 10 000 ₸ за комплект возвращаем в день сдачи.")
    assert not result.findings
    assert {c.source for c in result.supported} == {"policy:1"}


def test_a_bare_yes_stands_for_what_it_confirms():
    claim = only("Байдарка 6 000 ₸ в час, верно?", "Да, верно")
    assert (claim.quote, claim.start, claim.end) == ("Да, верно", 0, 9)
    assert claim.stated == "6\u00a0000\u00a0₸"
    term = only("На сапборд гарантия 12 месяцев?", "Да")
    assert (term.quote, term.source) == ("Да", "offer:war")


def test_the_lower_end_is_true_when_nothing_is_cheaper():
    claim = only("Дешевле 4 500 ₸ у нас ничего нет.")
    assert claim.explanation() == "Дешевле 4\u00a0500\u00a0₸ в прайсе действительно ничего нет."


def test_what_was_proven_before_is_told_as_such():
    talk = Conversation(COMPILED, at=AT)
    for role, text in (("user", "Сколько 3 часа на байдарке?"), ("assistant", "3 часа на байдарке — 18 000 ₸.")):
        talk.feed(Message(role, text))
    talk.feed(Message("user", "Хорошо, давайте."))
    result = talk.feed(Message("assistant", "Отлично, к оплате 18 000 ₸."))
    assert result is not None
    assert "уже звучала" in result.supported[0].explanation()


def test_tools_are_evidence_only_from_before_the_reply():
    talk = Conversation(COMPILED, at=AT)
    talk.feed(Message("user", "Сколько я должен?"))
    talk.feed(Message("tool", '{"name": "Счёт 17", "total": 77700}'))
    first = talk.feed(Message("assistant", "К оплате 77 700 ₸."))
    talk.feed(Message("tool", '{"name": "Счёт 18", "total": 77700}'))
    assert first is not None
    claim = first.supported[0]
    assert claim.sources == ("tool:1",)
    assert "сообщение 2 (total)" in claim.explanation()


def test_a_false_claim_is_no_supported_one():
    result = said("Байдарка — 6 500 ₸ в час, сапборд — 4 500 ₸.")
    assert [f.quote for f in result.findings] == ["6 500 ₸"]
    assert [c.quote for c in result.supported] == ["4 500 ₸"]


def test_what_is_denied_or_asked_is_no_claim():
    assert said("Нет, 10 % студентам на палатку мы не даём.").supported == ()
    assert said("Здравствуйте! Чем помочь?").supported == ()


def test_asking_why_changes_no_verdict():
    """Over golden dialogues: explained or not, the findings are the same, spans fit, every claim has reasons."""
    told = 0
    for file in sorted(GOLDEN.glob("*.jsonl"))[:4]:
        for row in read_dialogues(file):
            assert isinstance(row, Dialogue)
            book = compile_book(load((GOLDEN if "/" in row.price_book else GOLDEN / "books") / row.price_book))
            plain, asked = (
                Conversation(book, at=local(row.started_at, book), region=row.region, segment=row.segment)
                for _ in range(2)
            )
            for message in row.messages:
                one, other = plain.feed(message), asked.feed(message)
                for claim in other.supported if other is not None else ():
                    told += 1
                    assert message.content[claim.start : claim.end] == claim.quote
                    assert all(claim.explanations[lang].endswith(".") for lang in ("ru", "kk", "en"))
                    assert claim.basis
                assert one == other
    assert told > 100
