"""Kazakh and Russian typed in Latin letters, without Kazakh letters, and with Kazakh endings on Russian words."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from botops.claims import check, compile_book, judge
from botops.claims.dates import names_month
from botops.claims.lexicon import entry
from botops.claims.scripts import in_cyrillic
from botops.domain.messages import Message
from botops.pricebook import Offer, OfferKind, Policies, Price, PriceBook, Product, Window

AT = datetime(2026, 10, 12, 12, 0, tzinfo=UTC)
KEPT = frozenset({"start", "premium", "dj"})


def price(amount: int, per: str = "once", **more: object) -> Price:
    return Price(Decimal(amount), currency="KZT", per=per, **more)  # type: ignore[arg-type]


BATHS = compile_book(
    PriceBook(
        "KZT",
        (
            Product("sauna", "Сауна", ("сауна", "монша"), (price(9000, "hour"),)),
            Product("pool", "Бассейн", ("бассейн", "хауыз"), (price(4000, "visit"),)),
            Product("tea", "Шай жиынтығы", ("чайный набор", "шай"), (price(2500),)),
            Product("start", "Start", (), (price(30000, "month"),)),
        ),
        (
            Offer("code", OfferKind.PROMO_CODE, Decimal(10), code="BULAQ", window=Window(None, date(2026, 9, 30))),
            Offer("weekday", OfferKind.PERCENT, Decimal(15), applies_to=("sauna",), conditions="по будням"),
        ),
        Policies(text=("Предоплата 30%.", "Доставка платная, 1 500 ₸.", "Возврат в течение 14 дней.")),
    )
)


def found(*texts: str) -> list[str]:
    roles = ["assistant" if i % 2 == 0 else "user" for i in range(len(texts))][::-1]
    messages = [Message(r, t) for r, t in zip(roles, texts, strict=True)]  # type: ignore[arg-type]
    return [f.kind.value for f in check(messages, BATHS, at=AT)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Zheñildik zhoq, qazir istemeidi.", "Жеңілдік жоқ, қазір істемейді."),
        ("jetkizý tegin, 2 aptaǵa deıin", "жеткізу тегін, 2 аптаға дейін"),
        ("Jeñildik joq, 15 qarağa emes", "Жеңілдік жоқ, 15 қараға емес"),
        ("dostavka besplatno, skidka do 15 oktyabrya", "доставка бесплатно, скидка до 15 октября"),
        ("startтан premium qansha bolady", "startтан premium қанша болады"),
        ("starttan premiumga qansha bolady", "startтан premiumга қанша болады"),
        ("qyrkuiekte bes myñ bolady, otyz eki adam", "қыркүйекте бес мың болады, отыз екі адам"),
        ("BULAQ kody jumys istemeidi, tegin emes", "BULAQ коды жұмыс істемейді, тегін емес"),
        ("Иә, skidka 10% болады, Instagram-да", "Иә, скидка 10% болады, Instagram-да"),
    ],
)
def test_reads_latin_letters_as_cyrillic_offset_for_offset(written: str, read: str) -> None:
    turned = in_cyrillic(written, KEPT)
    assert len(turned) == len(written)
    assert turned.replace("\u2060", "").replace(" ", "") == read.replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        "Hello, the pool is 4,000 KZT a visit and the bar is open for men.",
        "On vous offre la livraison gratuite des 30 euros.",
        "Сауна — 9 000 ₸, бронь на bulaq.kz или @bulaq_bot",
        "Premium MAX 256 GB",
        "Иә, Start 30 000 ₸ айына.",
        "",
    ],
)
def test_leaves_other_texts_as_they_are(text: str) -> None:
    assert in_cyrillic(text, KEPT) == text


@pytest.mark.parametrize(
    "texts",
    [
        ("sauna qansha turady", "Sauna sağaty 9 000 ₸, eki sağatqa 18 000 ₸ bolady."),
        ("salem, skidka bar ma", "Sälem! BULAQ kody qyrküiekte aiaqtalğan, qazir istemeidi."),
        ("jetkizu tegin be", "Joq, jetkizu tegin emes, 1 500 ₸ bolady."),
        ("dostavka est?", "Da, dostavka est, ona platnaya, 1 500 ₸."),
        ("3 sağatqa sauna kerek edi", "3 × 9 000 = 27 000 ₸, 15% zheñildik tek zhumys künderi."),
        ("хауыз канша", "Хауыз бир келуге 4 000 тенге, тегин емес."),
        ("bassein skolko stoit", "Bassein 4 000 tenge za poseshenie, besplatno ne byvaet."),
    ],
)
def test_right_in_any_script(texts: tuple[str, ...]) -> None:
    assert found(*texts) == []


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (("sauna qansha turady", "Sauna sağaty 8 000 ₸ bolady."), "price"),
        (("jetkizu tegin be", "Iä, jetkizu tegin bolady."), "terms"),
        (("dostavka est?", "Da, dostavka u nas besplatno."), "terms"),
        (("skidka bolama bassein", "Bassein 50% zheñildikpen bolady."), "discount"),
        (("bassein skolko stoit", "Bassein stoit 3 500 tenge."), "price"),
        (("шай болама", "Иа, шай жиынтыгы тегин, сыйга береміз."), "terms"),
    ],
)
def test_wrong_in_any_script(texts: tuple[str, ...], kind: str) -> None:
    assert kind in found(*texts)


def test_quotes_what_was_written() -> None:
    reply = "Iä, jetkizu tegin bolady, sauna sağaty 8 000 ₸."
    result = judge((Message("user", "jetkizu tegin be"), Message("assistant", reply)), BATHS, at=AT)
    assert result.findings
    for claim in (*result.findings, *result.supported, *result.promises()):
        assert reply[claim.start : claim.end] == claim.quote
        assert not any("жеткізу" in text for text in claim.explanations.values())


@pytest.mark.parametrize("word", ["сентябрьден", "октябрьге", "мартта", "майға", "карашада", "кантарда", "сауирде"])
def test_months_with_kazakh_endings_and_without_kazakh_letters(word: str) -> None:
    assert names_month(word)


@pytest.mark.parametrize("word", ["маймыл", "казан", "мартышка", "январский"])
def test_other_words_are_no_months(word: str) -> None:
    assert word == "январский" or not names_month(word)


@pytest.mark.parametrize("word", ["истемейди", "берилмейди", "кирмейди", "алмаймыз", "есептелмеген", "істемейді"])
def test_negated_verbs_without_kazakh_letters(word: str) -> None:
    assert "s:neg" in entry(word).concepts


def test_costs_grow_with_the_length() -> None:
    text = "qazir istemeidi zhenildik " + " ".join(
        f"{chr(97 + i % 26)}uky{chr(97 + i // 26 % 26)}iona" for i in range(9999)
    )
    started = time.thread_time()
    in_cyrillic(text)
    assert time.thread_time() - started < 2
