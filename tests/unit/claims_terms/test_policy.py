"""Policies and conditions in free text become rules: subject, polarity, values, products, conditions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from botops.claims.conditions import Condition, Known, Met, days_until, evaluate, month_of
from botops.claims.names import NameIndex
from botops.claims.policy import BookTerms, code_key, compile_terms, understood
from botops.claims.words import fold, words
from botops.pricebook.model import Offer, OfferKind, Policies, PriceBook, Product, Window

PRODUCTS = (
    Product("std", "Стандарт", ("стандарт", "standard")),
    Product("lux", "Люкс", ("люкс", "suite")),
    Product("gym", "Годовой абонемент", ("жылдық абонемент",)),
)


def terms(*text: str, offers: tuple[Offer, ...] = ()) -> BookTerms:
    book = PriceBook("KZT", PRODUCTS, offers, Policies(text=text))
    return compile_terms(book, NameIndex.of(PRODUCTS))


# sentence; topics; denied; percents; condition kinds
SENTENCES: list[tuple[str, str, bool, str, str]] = [
    ("Скидки не суммируются.", "discount stack", True, "", ""),
    ("Скидки и промокоды не суммируются, действует наибольшая.", "discount promo stack", True, "", ""),
    ("Жеңілдіктер бірге қолданылмайды.", "discount stack", True, "", ""),
    ("Discounts cannot be combined.", "discount stack", True, "", ""),
    ("Акции суммируются с бонусами.", "cashback stack", False, "", ""),
    ("Завтрак входит в стоимость Стандарта и Люкса.", "included", False, "", ""),
    ("Обед не входит в стоимость.", "included", True, "", ""),
    ("Обед в цену не входит.", "included", True, "", ""),
    ("Таңғы ас Люкс бағасына кіреді.", "included", False, "", ""),
    ("Тамақ бағаға кірмейді.", "included", True, "", ""),
    ("Breakfast is included in the suite.", "included", False, "", ""),
    ("Meals are not included.", "included", True, "", ""),
    ("Meals aren't included.", "included", True, "", ""),
    ("Материалы включены в стоимость.", "included", False, "", ""),
    ("Ужин оплачивается отдельно.", "included", True, "", ""),
    ("Lunch is paid extra.", "included", True, "", ""),
    ("Кешкі ас бөлек төленеді.", "included", True, "", ""),
    ("Предоплата 30%.", "prepay", False, "30", ""),
    ("Предоплата 50% за Люкс, при отмене не возвращается.", "prepay refund", True, "50", ""),
    ("Алдын ала төлем 30%.", "prepay", False, "30", ""),
    ("A 50% deposit is due before work starts.", "deposit", False, "50", ""),
    ("Депозит 20 000 ₸ возвращаем в течение 5 дней.", "deposit refund", False, "", ""),
    ("Залог возвращаем полностью.", "deposit refund", False, "", ""),
    ("Депозит не берём с постоянных клиентов.", "deposit", True, "", "group"),
    ("Возврат в течение 14 дней.", "refund", False, "", ""),
    ("Возврата за неиспользованный период нет.", "refund", True, "", ""),
    ("14 күн ішінде қайтарамыз.", "refund", False, "", ""),
    ("Refunds within 30 days of purchase.", "refund", False, "", ""),
    ("No refunds on sale items.", "refund", True, "", ""),
    ("Отмена за 24 часа бесплатно.", "cancel free", False, "", ""),
    ("Free cancellation up to 24 hours before arrival.", "cancel free", False, "", ""),
    ("Бас тарту 24 сағат бұрын тегін.", "cancel free", False, "", ""),
    ("Доставка бесплатно от 20 000 ₸.", "delivery free", False, "", "min_sum"),
    ("Доставка по городу 1 500 ₸.", "delivery", False, "", ""),
    ("Жеткізу 10 000 теңгеден бастап тегін.", "delivery free", False, "", "min_sum"),
    ("Free delivery from $50.", "delivery free", False, "", "min_sum"),
    ("Парковка для гостей бесплатна.", "free", False, "", ""),
    ("Дети до 6 лет живут бесплатно.", "free", False, "", "group"),
    ("6 жасқа дейінгі балалар тегін.", "free", False, "", "group"),
    ("Kids under 5 stay free.", "free", False, "", "group"),
    ("Гарантия 12 месяцев.", "warranty", False, "", ""),
    ("На материалы гарантии нет.", "warranty", True, "", ""),
    ("Кепілдік 12 ай.", "warranty", False, "", ""),
    ("24-month warranty on equipment.", "warranty", False, "", ""),
    ("Пробное занятие бесплатно.", "trial free", False, "", ""),
    ("Сынақ сабағы тегін.", "trial free", False, "", ""),
    ("14-day free trial.", "trial free", False, "", ""),
    ("Рассрочка 0-0-12 от 100 000 ₸.", "instalment", False, "", "min_sum"),
    ("Бөліп төлеу 6 айға.", "instalment", False, "", ""),
    ("Рассрочка только для Люкса.", "instalment", False, "", ""),
    ("Кэшбэк 3% на карту.", "cashback", False, "3", ""),
    ("Бонусами можно оплатить до 30% заказа.", "cashback", False, "30", ""),
    ("Кэшбэк 5% бонуспен қайтады.", "cashback", False, "5", ""),
    ("Цены с НДС 16%.", "vat", False, "16", ""),
    ("НДС 16% начисляется сверху.", "vat", False, "16", ""),
    ("ҚҚС бағаға кіреді.", "vat included", False, "", ""),
    ("Салон не плательщик НДС.", "vat", True, "", ""),
    ("Минимум 2 часа.", "minimum", False, "", "min_count"),
    ("Минимальный заказ 5 000 ₸.", "minimum", False, "", ""),
    ("Ең аз тапсырыс 3 дана.", "minimum", False, "", ""),
    ("Minimum order is 10 units.", "minimum", False, "", ""),
    ("Заморозка до 30 дней бесплатно.", "freeze free", False, "", ""),
    ("Приостановка не больше 3 месяцев в году.", "freeze", False, "", ""),
    ("Поздний выезд — половина стоимости ночи.", "half", False, "", ""),
    ("Штраф за курение 15 000 ₸.", "surcharge", False, "", ""),
    ("Доплата за срочность 20%.", "surcharge", False, "20", ""),
    ("Студентам скидка 10% по студенческому.", "discount", False, "10", "group"),
    ("Пенсионерам 7%.", "discount", False, "7", "group"),
    ("Первый визит со скидкой 15%.", "discount", False, "15", "group"),
    ("Юрлицам от 10 штук 12%.", "discount", False, "12", "min_count group"),
    ("При оплате за год скидка 20%.", "discount", False, "20", "prepay"),
    ("Жылдық төлемге 15% жеңілдік.", "discount", False, "15", "prepay"),
    ("Скидка 5% на второй заказ.", "discount", False, "5", ""),
    ("От 5 человек скидка 10%.", "discount", False, "10", "min_count"),
    ("5 адамнан бастап 10% жеңілдік.", "discount", False, "10", "min_count"),
    ("10% off from 5 people.", "discount", False, "10", "min_count"),
    ("Скидка 15% до 10 пользователей.", "discount", False, "15", "max_count"),
    ("50% на первый месяц скидка.", "discount", False, "50", "first_period"),
    ("Подъём на 1–3 этаж бесплатный.", "free", False, "", ""),
    ("500 ₸/$ только для депозита.", "deposit", False, "", ""),
    ("Снятие покрытия при новом маникюре бесплатно.", "free", False, "", ""),
    ("Сауна входит в Годовой абонемент.", "included", False, "", ""),
]
NOT_UNDERSTOOD = [
    "Компания основана в 2011 году.",
    "Работаем без выходных.",
    "Мы находимся в центре города.",
    "Біз орталықтамыз.",
]


@pytest.mark.parametrize(("text", "topics", "denied", "percents", "kinds"), SENTENCES, ids=[s[0] for s in SENTENCES])
def test_a_sentence_compiles(text: str, topics: str, denied: bool, percents: str, kinds: str) -> None:
    rules = terms(text).rules
    assert len(rules) == 1
    assert set(topics.split()) <= rules[0].topics
    assert rules[0].denied is denied
    assert rules[0].percents == tuple(map(Decimal, percents.split()))
    assert {c.kind for c in rules[0].conditions} == set(kinds.split())
    assert rules[0].understood


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_a_sentence_without_a_topic_is_kept_as_not_understood(text: str) -> None:
    compiled = terms(text)
    assert [r.understood for r in understood(compiled)] == [False]
    assert compiled.by_topic == {}


@pytest.mark.parametrize(
    ("text", "skus"),
    [
        ("Завтрак входит в стоимость Стандарта и Люкса.", {"std", "lux"}),
        ("Breakfast is included in the suite.", {"lux"}),
        ("Сауна входит в Годовой абонемент.", {"gym"}),
        ("Рассрочка только для Люкса.", {"lux"}),
        ("Предоплата 30%.", set()),
    ],
)
def test_products_a_rule_is_limited_to(text: str, skus: set[str]) -> None:
    assert terms(text).rules[0].skus == skus


def test_a_sentence_that_says_two_things_gives_two_rules() -> None:
    rules = terms("Завтрак входит в стоимость Люкса; обед не входит.").rules
    assert [r.denied for r in rules] == [False, True]
    assert [sorted(r.given) for r in rules] == [["t:breakfast"], ["t:lunch"]]


def test_the_second_half_keeps_the_topic_of_the_first() -> None:
    rules = terms("Отмена за 48 часов бесплатно, позже — стоимость одних суток.").rules
    assert "cancel" in rules[1].topics
    assert "free" not in rules[1].topics


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Скидки не суммируются.", False),
        ("Действует одна скидка, самая выгодная.", False),
        ("Промокод не действует вместе с другими скидками.", False),
        ("Discounts cannot be combined.", False),
        ("Скидки суммируются.", True),
        ("Скидка 10% студентам.", None),
        ("Работаем с девяти.", None),
    ],
)
def test_stacking(text: str, answer: bool | None) -> None:
    assert terms(text).stacking is answer


OFFERS: list[tuple[OfferKind, object, str, str]] = [
    (OfferKind.PERCENT, 10, "при заказе от 5 штук", "min_count:5"),
    (OfferKind.PERCENT, 10, "от 5 штук в месяц", "min_count:5"),
    (OfferKind.PERCENT, 15, "при оплате за 4 месяца сразу", "prepay:4"),
    (OfferKind.PERCENT, 15, "при оплате за 2 года вперёд", "prepay:24"),
    (OfferKind.PERCENT, 15, "при оплате не позже чем за 30 дней до заезда", "lead:30"),
    (OfferKind.PERCENT, 7, "студентам", "group:0"),
    (OfferKind.PERCENT, 7, "со второй компании", "min_count:2"),
    (OfferKind.PERCENT, 12, "юрлицам от 10 суток", "min_count:10 group:0"),
    (OfferKind.PROMO_CODE, 500, "минус 500 ₸ при заказе от 5 000 ₸", "min_sum:5000"),
    (OfferKind.PROMO_CODE, 15, "15% на первый год до 100 пользователей", "first_period:1 max_count:100"),
    (OfferKind.INSTALLMENT, 3, "Kaspi 0-0-3 при сумме от 200 000 ₸", "min_sum:200000"),
    (OfferKind.INSTALLMENT, 12, "0-0-12", ""),
    (OfferKind.WARRANTY, 12, "12 месяцев", ""),
    (OfferKind.DELIVERY, 0, "бесплатно от 2 бутылей", "min_count:2"),
    (OfferKind.PERCENT, 5, "до 31 августа", ""),
    (OfferKind.PERCENT, 5, "5 данадан бастап", "min_count:5"),
    (OfferKind.PERCENT, 5, "from 5 items", "min_count:5"),
]


@pytest.mark.parametrize(("kind", "value", "text", "expected"), OFFERS, ids=[o[2] for o in OFFERS])
def test_conditions_of_offers(kind: OfferKind, value: int, text: str, expected: str) -> None:
    offer = Offer("o", kind, Decimal(value), conditions=text, code="X1" if kind is OfferKind.PROMO_CODE else None)
    rule = terms(offers=(offer,)).rules[0]
    said = {f"{c.kind}:{c.value.normalize():f}" for c in rule.conditions}
    assert said == set(expected.split())


def test_the_value_of_a_promo_code_is_a_percent_or_an_amount_as_its_conditions_say() -> None:
    percent = Offer("a", OfferKind.PROMO_CODE, Decimal(10), code="TEN", conditions="10% на всё")
    amount = Offer("b", OfferKind.PROMO_CODE, Decimal(4000), code="FOUR", conditions="минус 4 000 ₸")
    compiled = terms(offers=(percent, amount))
    assert compiled.codes["TEN"][0].percents == (Decimal(10),)
    assert compiled.codes["FOUR"][0].money == (Decimal(4000),)


def test_codes_are_compared_without_case_separators_and_look_alikes() -> None:
    assert code_key("spring-10") == code_key("SPRING10") == code_key("ЅPRING10".replace("Ѕ", "S"))
    assert code_key("НR2026") == "HR2026"


UNITS = [
    (Condition("min_count", "", Decimal(5), "piece"), Known({"piece": Decimal(6)}), Met.YES),
    (Condition("min_count", "", Decimal(5), "piece"), Known({"piece": Decimal(4)}), Met.NO),
    (Condition("min_count", "", Decimal(5), "piece"), Known({"": Decimal(4)}), Met.NO),
    (Condition("min_count", "", Decimal(5), "piece"), Known({"day": Decimal(4)}), Met.UNKNOWN),
    (Condition("max_count", "", Decimal(100), "user"), Known({"user": Decimal(130)}), Met.NO),
    (Condition("max_count", "", Decimal(100), "user"), Known({"user": Decimal(80)}), Met.YES),
    (Condition("group", "student", unit="g:student"), Known(groups=frozenset({"g:student"})), Met.YES),
    (Condition("group", "student", unit="g:student"), Known(), Met.UNKNOWN),
    (Condition("lead", "", Decimal(30), "day"), Known(lead_days=18), Met.NO),
    (Condition("lead", "", Decimal(30), "day"), Known(lead_days=30), Met.YES),
    (Condition("lead", "", Decimal(30), "day"), Known(), Met.UNKNOWN),
    (Condition("prepay", "", Decimal(12), "month"), Known(), Met.UNKNOWN),
]


@pytest.mark.parametrize(("condition", "known", "met"), UNITS)
def test_conditions_are_met_not_met_or_unknown(condition: Condition, known: Known, met: Met) -> None:
    assert evaluate(condition, known) is met


@pytest.mark.parametrize(
    ("text", "at", "days"),
    [
        ("с 20 июля", 1, 18),
        ("from July 20", 2, 18),
        ("20 шілдеде", 0, 18),
        ("1 июля", 0, 364),
        ("20 штук", 0, None),
        ("31 июня", 0, None),
    ],
)
def test_days_until_a_named_date(text: str, at: int, days: int | None) -> None:
    found = words(fold(text))
    assert days_until(found, at, Decimal(found[at].text), date(2026, 7, 2)) == days


def test_months_in_three_languages() -> None:
    assert [month_of(w) for w in ("мая", "майские", "қазанда", "september", "штук")] == [5, 5, 10, 9, None]


def test_how_rules_were_understood_is_shown_with_values_and_conditions() -> None:
    offer = Offer(
        "half", OfferKind.PERCENT, Decimal(10), conditions="от 5 штук", window=Window(None, date(2026, 12, 31))
    )
    shown = understood(terms("Предоплата 30%.", offers=(offer,)))
    assert [(r.source, r.polarity, r.values) for r in shown] == [
        ("offer:half", "yes", ("10%", "5 piece")),
        ("policy:1", "yes", ("30%",)),
    ]
    assert shown[0].conditions == ("5 штук",)
