"""Personal data is hidden before storage, amounts never are, and spans hold."""

import string
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.domain.findings import Finding, FindingKind, Severity, Verdict
from botops.store.masking import MASK, is_kz_id, luhn, mask, mask_record, mask_texts


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Мой номер +7 701 123-45-67, жду", "Мой номер +• ••• •••-••-••, жду"),
        ("8 (727) 250-12-34", "• (•••) •••-••-••"),
        ("пишите 87011234567.", "пишите •••••••••••."),
        ("8-800-080-77-77", "•-•••-•••-••-••"),
        ("+7(727)2501234", "+•(•••)•••••••"),
        ("+998 90 123 45 67", "+••• •• ••• •• ••"),
        ("+44 20 7946 0958", "+•• •• •••• ••••"),
        ("701 123 45 67", "••• ••• •• ••"),
        ("(727) 250-12-34", "(•••) •••-••-••"),
        ("т. 250-12-34", "т. •••-••-••"),
        ("позвоните мне на 7011234567", "позвоните мне на ••••••••••"),
        ("телефон: 2501234", "телефон: •••••••"),
        ("менің нөмірім — ұялы; нөмірім 701 123 4567", "менің нөмірім — ұялы; нөмірім ••• ••• ••••"),
        ("call me at 2501234", "call me at •••••••"),
        ("почта anna.k+shop@mail.example.kz!", "почта ••••.•+••••@••••.•••••••.••!"),
        ("АСЕЛ@ПОЧТА.РФ", "••••@•••••.••"),
        ("ИИН 880101300123", "ИИН ••••••••••••"),
        ("ЖСН: 880101 300123", "ЖСН: •••••• ••••••"),
        ("мой 850317301236", "мой ••••••••••••"),
        ("БИН 050140000656 ТОО", "БИН •••••••••••• ТОО"),
        ("карта 4532 0151 1283 0366", "карта •••• •••• •••• ••••"),
        ("4532015112830366", "••••••••••••••••"),
        ("3782 822463 10005", "•••• •••••• •••••"),
        ("45 000 000 8 701 123 45 67", "45 000 000 • ••• ••• •• ••"),
        ("12 990 тг, тел 8-701-123-45-67.", "12 990 тг, тел •-•••-•••-••-••."),
    ],
)
def test_personal_data_is_hidden(text, masked):
    if "850317301236" in text:
        assert is_kz_id("850317301236")
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Итого 45 000 000 ₸",
        "Итого: 8 701 123 450",
        "87011234567 ₸ за весь завод",
        "$ 4532015112830366",
        "KZT 87011234567",
        "стоимость +10 000 000 000 ₸",
        "+45 000 000 000",
        "с 12.03.2026 по 15.04.2026 скидка 10%",
        "номер заказа 1234567, сумма 1 200 000 тг",
        "Номер договора: 1200000 тенге",
        "позвоните, цена 45 000 000 ₸",
        "позвоните, цена 1500000",
        "2026-11-21 10:00:00",
        "1732190000",
        "заказ 123456789012",
        "с 10-00 до 19-00",
        "500-600-700 000",
        "артикул AB-701-123-45-67-X",
        "880 101 300 123 за всё",
        "3.14159265358979",
        "1 990, 2 990, 3 990 и 45 990 тенге",
        "12 990 000 – 13 990 000 ₸",
        "a@b",
        "",
    ],
)
def test_amounts_dates_and_codes_stay(text):
    assert mask(text) == text


@given(
    st.integers(0, 999_999_999_999),
    st.sampled_from([" ", "\u00a0", "\u202f", ","]),
    st.sampled_from(["₸", " ₸", " тг", " тенге", " KZT", " руб.", " $", "$", " USD", " сум", " млн ₸"]),
    st.sampled_from(["Итого: ", "Стоимость ", "цена — ", "Барлығы: ", "Total: ", "-", "−", "за 3 шт. ", ""]),
)
def test_any_amount_with_a_currency_stays(amount, separator, currency, before):
    text = f"{before}{amount:,}{currency}. Спасибо".replace(",", separator)
    assert mask(text) == text
    plain = f"{before}{amount}{currency}, спасибо"
    assert mask(plain) == plain


@given(st.integers(1000, 99_999_999_999), st.sampled_from([" ", "\u00a0", "\u202f"]))
def test_an_amount_in_thousands_stays_without_a_currency(amount, separator):
    text = f"Ваш заказ на сумму {amount:,}.".replace(",", separator)
    assert mask(text) == text


@given(st.text(alphabet=string.digits + " +-().@abяқ₸,%:" + MASK, max_size=60))
def test_length_holds_and_masking_twice_changes_nothing(text):
    masked = mask(text)
    assert len(masked) == len(text)
    assert mask(masked) == masked
    assert all(old == new or new == MASK for old, new in zip(text, masked, strict=True))


@given(
    st.sampled_from(["+7 ", "8 ", "+7", "8-", "8 ("]),
    st.sampled_from(["701", "775", "747", "727", "705"]),
    st.text(alphabet=string.digits, min_size=7, max_size=7),
    st.sampled_from([(" ", " ", " "), (" ", "-", "-"), ("", "", ""), ("-", "-", "-")]),
    st.sampled_from(["Позвоните: ", "", "жду, ", "менің нөмірім "]),
)
def test_no_kazakh_number_survives(prefix, area, rest, joints, before):
    close = ")" if prefix.endswith("(") else ""
    number = f"{prefix}{area}{close}{joints[0]}{rest[:3]}{joints[1]}{rest[3:5]}{joints[2]}{rest[5:]}"
    masked = mask(f"{before}{number}, спасибо")
    assert masked.startswith(before)
    assert not any(c.isdigit() for c in masked)


@given(st.text(alphabet=string.digits, min_size=15, max_size=15))
def test_every_card_number_is_hidden(digits):
    body = "4" + digits[:14]
    card = next(body + c for c in string.digits if luhn(body + c))
    grouped = " ".join(card[n : n + 4] for n in range(0, 16, 4))
    assert mask(f"карта {card}") == "карта " + MASK * 16
    assert mask(f"карта {grouped}") == "карта " + " ".join([MASK * 4] * 4)


def test_luhn_and_the_check_digit_of_kazakh_ids():
    assert luhn("4532015112830366")
    assert not luhn("4532015112830367")
    assert is_kz_id("050140000656") is (mask("050140000656") != "050140000656")
    assert not is_kz_id("12345")
    assert not is_kz_id("059940000656")  # no such month
    assert not is_kz_id("050199900656")  # neither a day nor a kind of company
    assert sum(is_kz_id(f"85031730{n:04}") for n in range(10_000)) in range(850, 1050)  # one check digit in ten


def test_a_quote_stays_what_stands_between_its_offsets(shop):
    text = "Скидка 30 %, телефон менеджера: 7011234567"
    start = text.index("7011234567")

    def finding(quote: str) -> Finding:
        where = text.index(quote)
        return Finding(1, FindingKind.DISCOUNT, quote, where, where + len(quote), Severity.LOW, quote, quote,
                       {"ru": f"звоните 7011234567 — {quote}"}, source="тел. 7011234567")  # fmt: skip

    verdict = Verdict.of((finding("30 %"), finding("менеджера: 7011234567"), finding("7011234567")), claims=3, book="b")
    attempt = shop.attempt(text, replace(verdict, reason="тел 87011234567"))
    record = shop.handed_over("t", shop.inbound(text="я 8 701 123 45 67"), reply="Переводим", verdict=verdict,
                              attempts=(attempt,), error="нет связи с 87011234567")  # fmt: skip
    record = replace(record, hand_off=replace(record.hand_off, reason="просит набрать 87011234567"))
    masked = mask_record(record)
    assert mask_record(masked) == masked

    held_back = masked.attempts[0]
    assert held_back.text[start:] == MASK * 10
    for found in (*masked.verdict.findings, *held_back.verdict.findings):
        assert found.quote == held_back.text[found.start : found.end]
        assert "7011234567" not in str(found)
    assert "701" not in str(masked)
    assert masked.verdict.findings[0].stated == "30 %"


def test_a_quote_found_nowhere_is_masked_by_itself(shop):
    finding = replace(shop.finding(), quote="тел. 87011234567")
    masked = mask_record(shop.flagged("t", shop.inbound(), finding))
    assert masked.verdict.findings[0].quote == "тел. " + MASK * 11


@pytest.mark.parametrize(
    "unit",
    ["8", "8 ", "+7 (", "8(701)", "a.", "a@", "a@a.", "4532 ", "телефон ", "телефон 1 ", "мой номер ", "1 000 ",
     "тел,,", "call me ", "ИИН ", "12-", "7011234567 "],
)  # fmt: skip
def test_hostile_texts_take_no_longer_than_others(unit):
    text = unit * (64_000 // len(unit)) + "x"
    started = time.perf_counter()
    assert len(mask(text)) == len(text)
    assert time.perf_counter() - started < 2


def test_what_one_text_gave_away_is_hidden_in_all(shop):
    asked = shop.inbound(text="мой номер 7011234567, мест 1500000")
    record = shop.record("t", asked, reply="Записал 7011234567; 27011234567 штук, 7011234567 ₸", attempts=())
    assert mask_record(record).reply == "Записал ••••••••••; 27011234567 штук, 7011234567 ₸"


def test_what_is_hidden_in_one_text_of_a_dialogue_is_hidden_in_all():
    told = ("мой номер 7011234567", "Повторю: 7011234567, верно?", "Тариф — 45 000 000 ₸", "")
    masked = mask_texts(told)
    assert masked == ("мой номер ••••••••••", "Повторю: ••••••••••, верно?", "Тариф — 45 000 000 ₸", "")
    assert mask_texts(masked) == masked
    assert mask_texts(()) == ()
