"""The pieces of linking and arithmetic: names, attribute values, dates, evidence, equations, cues, explanations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from botops.claims.cues import cues_in
from botops.claims.dates import covers, find_dates
from botops.claims.equations import equations
from botops.claims.evidence import NO_EVIDENCE
from botops.claims.explain import explain_amount
from botops.claims.features import FeatureIndex
from botops.claims.mentions import find_numbers
from botops.claims.names import NameIndex
from botops.claims.quantities import quantities
from botops.claims.reading import read
from botops.claims.records import Record, RecordSet
from botops.claims.severity import money_at_risk, severity_of
from botops.claims.shown import show_amount, show_price, worded
from botops.claims.words import fold, kazakh_root, latin, stem, words
from botops.domain.findings import FindingKind, Severity
from botops.domain.money import Money
from botops.pricebook import Price, Product, Window

PRODUCTS = (
    Product("sail", "Парус «Бриз» (малый)", ("парус", "желкен")),
    Product("kayak", "Kayak Otter 2, двухместный", ("каяк", "байдарка")),
    Product("vest", "Спасательный жилет", ("жилет",)),
    Product("gps", "Навигатор GPS", ()),
)
INDEX = NameIndex.of(PRODUCTS)


def named(text: str) -> list[tuple[str, ...]]:
    return [h.skus for h in INDEX.find(words(fold(text)))]


@pytest.mark.parametrize(
    ("text", "sku"),
    [
        ("Паруса «Бриз» в наличии", "sail"),
        ("желкенге баға", "sail"),
        ("возьму каяк", "kayak"),
        ("каяктың бағасы", "kayak"),
        ("kayaks are here", "kayak"),
        ("спасательные жилеты", "vest"),
        ("а байдарки?", "kayak"),
        ("байдрака", "kayak"),
        ("есть ли gps", "gps"),
    ],
)
def test_names_are_found_inflected_misspelt_and_in_other_scripts(text: str, sku: str) -> None:
    assert (sku,) in named(text)


def test_names_not_said_are_not_found() -> None:
    assert named("добрый день, сколько стоит доставка в месяц") == []
    assert named("") == []
    assert NameIndex.of(()).find(words("парус")) == ()


def test_whole_names_are_stronger_than_hints() -> None:
    hits = INDEX.find(words(fold("спасательный жилет и спасательный круг")))
    assert [h.strength for h in hits] == [2, 1]


def test_words_keep_their_length_when_folded() -> None:
    for text in ("İstanbul ЁЖИК\u00a0₸", "Ǆ ß ﬁ"):
        assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("тарифа", "тарифы"), ("бөтелкеге", "бөтелке"), ("орындығы", "орындық"), ("plans", "plan"), ("кітаптар", "кітап")],
)
def test_inflected_forms_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


def test_sounds_and_kazakh_endings() -> None:
    assert latin("камри") == latin("camry")
    assert kazakh_root("стартқа", frozenset({"старт"})) == "старт"
    assert kazakh_root("стартап", frozenset({"старт"})) == ""


def features(text: str, **values: object) -> list[tuple[str, str]]:
    index = FeatureIndex()
    for key, value in values.items():
        index.add(key, value)
    return [r for h in index.find(words(fold(text))) for r in h.readings]


@pytest.mark.parametrize(
    ("text", "key", "value", "canonical"),
    [
        ("leaves at 6:05 pm", "departure", "18:05", "18:05"),
        ("leaves at 6 pm", "departure", "18:00:00", "18:00"),
        ("в 18:05", "departure", "18:05", "18:05"),
        ("on May 7th", "date", "2026-05-07", "2026-05-07"),
        ("7 мая", "date", "2026-05-07", "2026-05-07"),
        ("2 класс", "class", 2, "2"),
        ("класс 2", "class", 2, "2"),
        ("2 layovers", "number_stops", "2", "2"),
        ("premium economy", "cabin", "premium_economy", "premium_economy"),
        ("сатып алсаңыз", "mode", "покупка", "покупка"),
        ("256 ГБ", "storage", "256", "256"),
        ("для Лады", "cars", "Лада, Нива", "лада"),
    ],
)
def test_attribute_values_are_found_as_said(text: str, key: str, value: object, canonical: str) -> None:
    assert (key, canonical) in features(text, **{key: value})


def test_values_that_say_nothing_are_not_learned() -> None:
    index = FeatureIndex()
    for value in (True, "no", "None", "", "нет"):
        assert index.add("k", value) == frozenset()
    assert features("у нас 2 стола", **{"class": 2}) == []
    assert features("at 25 pm", departure="01:00") == []


@pytest.mark.parametrize(
    ("text", "months", "day"),
    [
        ("с 1 сентября", (9,), 1),
        ("до 31 мая", (5,), 31),
        ("since August 5th", (8,), 5),
        ("1-го октября", (10,), 1),
        ("қазаннан бастап", (10,), None),
        ("в июле", (7,), None),
        ("летом", (6, 7, 8), None),
        ("31.12.2026", (12,), 31),
    ],
)
def test_dates_are_read(text: str, months: tuple[int, ...], day: int | None) -> None:
    found = find_dates(words(fold(text)))
    assert [(d.months, d.day) for d in found] == [(months, day)]


def test_relative_days_and_windows() -> None:
    today = date(2026, 9, 30)
    window = Window(date(2026, 10, 1), None)
    (tomorrow,) = find_dates(words("завтра"))
    assert covers(window, tomorrow, today)
    assert not covers(Window(None, today), tomorrow, today)
    (october,) = find_dates(words("в октябре"))
    assert covers(window, october, today)
    assert find_dates(words("44.99 и 12:30")) == ()
    (never,) = find_dates(words("31 февраля"))
    assert not covers(Window(date(2026, 3, 1), date(2026, 3, 2)), never, today)


def test_evidence_reads_names_figures_and_floats() -> None:
    found = NO_EVIDENCE.with_tool(
        3,
        '{"order_id": "A1", "total": "$90",'
        ' "items": [{"name": "Lamp", "price": 26.480000000000018, "options": {"color": "red"}}]}',
    )
    amounts = {a for item in found.items for _, a in item.amounts}
    assert {Decimal("26.48"), Decimal(90)} <= amounts
    lamp = next(i for i in found.items if ("price", Decimal("26.48")) in i.amounts)
    assert ("name", "lamp") in lamp.labels
    assert ("color", "red") in lamp.labels
    assert bool(found)


@pytest.mark.parametrize("content", ["", "ok, done", "{broken", "[" * 100_000, '"text"', "[]"])
def test_evidence_without_figures_is_empty(content: str) -> None:
    assert not NO_EVIDENCE.with_tool(0, content)


def test_a_bare_number_is_a_computed_figure() -> None:
    assert NO_EVIDENCE.with_tool(4, " -346.93 ").computed == ((4, Decimal("346.93")),)


def test_evidence_items_become_records_of_the_book() -> None:
    items = NO_EVIDENCE.with_tool(
        1, '[{"item_id": "gps", "price": 10}, {"name": "x", "price": null, "cost": "n/a"}]'
    ).items
    found = RecordSet()
    found.add_items(items, {"gps": None})
    assert [r.sku for r in found.by_amount[Decimal(10)]] == ["gps"]


def solved(text: str) -> list[tuple[Decimal, Decimal]]:
    reading = read(text)
    found = equations(text, find_numbers(text), quantities(reading.words, reading.tags))
    return [(e.value, e.result.value) for e in found]


@pytest.mark.parametrize(
    ("text", "value", "result"),
    [
        ("5 × 54 000 = 270 000 ₸", 270000, 270000),
        ("(29 000 + 25 000) × 3 = 162 000 ₸", 162000, 162000),
        ("4 × (8 990 + 990) + 10 000 = 49 920 ₸", 49920, 49920),
        ("14 000 ₸ − 10% = 12 600 ₸", 12600, 12600),
        ("Мойка 4 000 ₸ плюс 120 × 60 = 7 200 ₸", 7200, 7200),
        ("3 × 15 000 = 44 000 ₸", 45000, 44000),
        ("248 700 × 16/116 = 34 303,45 ₸", 34303, 34303),
        ("90 000 ₸ / 12 = 7 500 ₸", 7500, 7500),
    ],
)
def test_written_arithmetic_is_evaluated(text: str, value: int, result: int) -> None:
    found = solved(text)
    assert [(int(v), int(r)) for v, r in found] == [(value, result)]


@pytest.mark.parametrize("text", ["5 000 ₸", "x = 5 000 ₸", "5 000 / 0 = 7 000 ₸", "раз\n= 5 000 ₸", "8 701 555 12 12"])
def test_what_is_no_equation(text: str) -> None:
    assert solved(text) == []


def test_cues_come_from_words() -> None:
    assert cues_in("Итого 5 000", "").total
    assert cues_in("Экономия 5 000", "").pure_difference
    assert cues_in("в пересчёте на месяц", "").divide
    assert cues_in("с НДС", "").vat
    assert cues_in("доплата пропорционально", "").pro_rata
    assert not cues_in("Стол 5 000 ₸", "").total
    assert cues_in("3 000 ₸.", "а экономия?").difference
    assert not cues_in(
        "Это длинное предложение про столы, стулья, шкафы и доставку до подъезда в тот же день.", "разница?"
    ).difference


def test_severity_follows_money_floor_and_kind() -> None:
    assert severity_of(FindingKind.PRICE) is Severity.HIGH
    assert severity_of(FindingKind.TERMS) is Severity.MEDIUM
    assert severity_of(FindingKind.PRICE, at_risk=Money.of(100_000, "KZT")) is Severity.CRITICAL
    assert severity_of(FindingKind.PRICE, at_risk=Money.of(100_000, "GEL")) is Severity.HIGH
    assert severity_of(FindingKind.PRICE, floor=Decimal(9), stated=Decimal(8)) is Severity.CRITICAL
    assert money_at_risk(Decimal(8), Decimal(10), Decimal(3), "KZT") == (Money.of(6, "KZT"), None)
    assert money_at_risk(Decimal(12), Decimal(10), Decimal(1), "KZT") == (None, Money.of(2, "KZT"))
    assert money_at_risk(Decimal(10), Decimal(10), Decimal(1), "KZT") == (None, None)


def test_explanations_speak_three_languages() -> None:
    price = Price(Decimal(15000), "KZT", "month", min_qty=5, from_price=True, window=Window(date(2026, 1, 1), None))
    product = Product("a", "Тариф «Кит»", (), (price,))
    record = Record(price.amount, "KZT", {}, "a", product, price)
    assert show_amount(Decimal("4.5"), "USD") == "4.50\u00a0$"
    for said in ("до 30.09.2026", "20 000 ₸ до 12.30", "в 1 500.50 раза", "5.50"):  # people's words, plain spaces
        assert worded(said, "en") == worded(said, "ru") == said
    assert worded("3 × 4\u00a0900 = 14\u00a0700\u00a0₸", "en") == "3 × 4,900 = ₸14,700"
    assert worded("1\u00a0234.50\u00a0₸", "kk") == "1\u00a0234,50\u00a0₸"
    assert show_price(price) == "от 15\u00a0000\u00a0₸ в месяц (от 5)"
    for kind in FindingKind:
        for near, formula in ((record, ""), (None, "5 × 3"), (None, "")):
            said = explain_amount(kind, "9 000 ₸", near, formula)
            assert set(said) == {"ru", "kk", "en"}
            assert all("9 000 ₸" in text and text.endswith(".") for text in said.values())
    assert "01.01.2026" in explain_amount(FindingKind.STALE_PRICE, "9 000 ₸", record, "")["ru"]
