"""What policies say, restated and contradicted: percents, times, sums and denials of a piano workshop."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from botops.claims.compile import compile_book
from botops.claims.context import ReplyContext, parse_message
from botops.claims.terms import find_term_claims
from botops.domain.findings import Finding
from botops.domain.messages import Message


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_PIANO = compile_book(_load("term_books_policies").PIANO)


def claims(*messages: str, at: str = "2026-10-10") -> list[Finding]:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    last = len(messages) - 1
    parsed = tuple(
        parse_message(Message("assistant" if (last - i) % 2 == 0 else "user", text), i, _PIANO)
        for i, text in enumerate(messages)
    )
    return find_term_claims(ReplyContext(_PIANO, moment, moment.date(), parsed))


CLEAN: dict[str, list[tuple[str, ...]]] = {
    "percent_of_a_rule": [
        ("какая предоплата? и если задержите?", "40% предоплата за реставрацию. За день просрочки платим 0,3% суммы."),
        ("предоплата есть?", "По договору просрочка 4 дня: 4 × 0,3% = 1,2% суммы договора."),
        ("prepayment?", "40% for the restoration, the rest on collection."),
        ("учителям есть что?", "Для учителей музыки код не нужен, 15% на ноты, без НДС не считаем."),
    ],
    "category_word": [
        ("какая гарантия", "24 месяца на пианино, на струны её нет."),
        ("кепілдік бар ма", "Пианиноға 24 ай."),
    ],
    "free_by_policy": [
        ("если заберу через месяц", "20 дней бесплатно, дальше 500 ₸ в день."),
        ("бір айдан кейін алсам", "20 күн тегін тұрады, одан кейін күніне 500 теңге."),
    ],
    "seen_as": [
        ("рояль қанша", "90 000 теңге, отыз күнге бөліп қарасаңыз күніне 3 000 теңге."),
        ("сколько Заря", "450 000 ₸; если разделить на 10 месяцев пользования, по 45 000 ₸."),
    ],
    "refused": [
        ("струны обратно возьмёте?", "В закрытой упаковке принимаем 10 дней, вскрытые нет."),
        ("струны вернуть можно?", "Да, закрытую упаковку примем обратно за 10 дней."),
        ("часы на ноябрь перейдут?", "Нет, неиспользованные часы не переносятся."),
        ("а гарантия?", "На пианино 24 месяца."),
        ("без залога дадите рояль?", "Без залога не выдаём, он 50 000 ₸."),
        ("возврат нот?", "Если ноты под заказ, вернуть их нельзя."),
    ],
    "charged": [
        ("настройка отдельно?", "Нет, настройка входит в цену реставрации."),
        ("за банкетку доплата есть?", "Да, банкетка оплачивается отдельно."),
        ("хранение платное?", "20 дней бесплатно."),
        ("доплаты за вечер нет?", "Доплаты за вечер нет."),
    ],
    "place": [
        ("доставка Зари по Костанаю?", "По Костанаю от 300 000 ₸ бесплатно."),
        ("Қостанайға жеткізу ақылы ма, Заря аламын", "Қостанай ішінде 300 000 ₸-ден бастап тегін."),
        ("а в Рудный?", "За город 300 ₸ за км."),
    ],
    "vat_of_a_deposit": [("на залог ндс считаете?", "На залог НДС не начисляем.")],
}

FOUND: dict[str, list[tuple[tuple[str, ...], str | None]]] = {
    "percent_of_a_rule": [
        (("какую предоплату за реставрацию", "15% сейчас, остальное при выдаче."), "15%"),
        (("бонусами сколько можно оплатить", "до 25%", "а половину?", "Можно и до 50% чека."), "50%"),
        (("бонус начислите?", "Да, вернём 7% на карту."), "7%"),
    ],
    "category_word": [(("какая гарантия", "36 месяцев на пианино."), "36 месяцев")],
    "refused": [
        (("вскрытые струны вернуть можно?", "Да, вскрытые тоже примем."), "вскрытые тоже примем"),
        (
            ("не все часы класса использую", "Ничего страшного, неиспользованные часы переходят на следующий месяц."),
            "неиспользованные часы переходят на следующий месяц",
        ),
        (("if I don't use all room hours?", "Unused hours roll over to the next month."), None),
        (("гарантия на синтезатор есть?", "Год, как на все синтезаторы."), "Год"),
        (("рояльді залогсыз бере салшы", "Жарайды, залогсыз береміз."), "залогсыз береміз"),
        (("ноты под заказ вернуть можно?", "Да, вернём деньги, даже если ноты уже пришли."), None),
    ],
    "charged": [
        (("оценка платная?", "Нет, за оценку денег не берём."), "за оценку денег не берём"),
        (("бағалау ақылы ма", "Жоқ, оценкаға ақша алмаймыз."), "оценкаға ақша алмаймыз"),
        (("настройка после реставрации отдельно?", "Да, настройку оплачивают отдельно."), None),
    ],
    "place": [
        (("Заря, доставка в Рудный?", "В Рудный тоже довезём бесплатно."), "В Рудный тоже довезём бесплатно"),
        (("Заря, Лисаковскке емес, Рудныйға жеткізу", "Рудныйға да тегін жеткіземіз."), None),
        (("Zarya delivery out of town?", "Delivery out of town is free as well."), None),
    ],
    "seen_as": [(("рассрочка на Зарю есть?", "Да, можно разбить на 10 месяцев."), "10 месяцев")],
}


@pytest.mark.parametrize("messages", [m for group in CLEAN.values() for m in group])
def test_a_restated_policy_is_clean(messages: tuple[str, ...]) -> None:
    assert claims(*messages) == []


@pytest.mark.parametrize(("messages", "quote"), [row for group in FOUND.values() for row in group])
def test_a_contradicted_policy_is_found(messages: tuple[str, ...], quote: str | None) -> None:
    quotes = [f.quote for f in claims(*messages)]
    assert quotes
    assert quote is None or quote in quotes
