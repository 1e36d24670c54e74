"""The same judgements on a flower shop with a Kazakh price list, a garage and a fitness app."""

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


_MORE = _load("term_books_third")
_BOOKS = {b.version: compile_book(b) for b in (_MORE.FLOWERS, _MORE.AUTO, _MORE.FITNESS_APP)}


def claims(book: str, *messages: str, at: str = "2026-10-10") -> list[Finding]:
    compiled = _BOOKS[book]
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    last = len(messages) - 1
    parsed = tuple(
        parse_message(Message("assistant" if (last - i) % 2 == 0 else "user", text), i, compiled)
        for i, text in enumerate(messages)
    )
    return find_term_claims(ReplyContext(compiled, moment, moment.date(), parsed))


CLEAN: list[tuple[str, ...]] = [
    ("flower", "30 раушан алсам", "30 раушанға 10% жеңілдік бар."),
    ("flower", "розы 25 штук скидка?", "Да, от 25 штук 10%."),
    ("flower", "ашықхат қанша", "«Көктем» шоғына ашықхат сыйға беріледі."),
    ("flower", "открытка к букету?", "К букету открытка в подарок."),
    ("flower", "жеткізу қанша", "Жеткізу 1 500 теңге, 20 000 теңгеден бастап тегін."),
    ("flower", "доставка", "Доставка 1 500 ₸, от 20 000 ₸ бесплатно."),
    ("flower", "MEREKE коды бар ма", "MEREKE 10 наурызда аяқталған."),
    ("flower", "бонус бар ма", "Иә, 5% бонус."),
    ("flower", "алдын ала төлеймін бе", "Иә, алдын ала төлем 100%."),
    ("flower", "солып қалса ше", "24 сағат ішінде солып қалса, тегін ауыстырып береміз."),
    ("flower", "ваза входит?", "Нет, ваза отдельно, 5 000 ₸."),
    ("flower", "50% жеңілдік жасаңызшы", "Өкінішке орай, 50% жасай алмаймыз."),
    ("flower", "гүл қанша тұрады суда", "Раушан 7 күн тұрады."),
    ("flower", "ҚҚС", "Бағаға 16% ҚҚС кіреді."),
    ("flower", "түнде", "Түнгі жеткізу 3 000 теңге."),
    ("flower", "How many roses for a discount?", "From 25 roses you get 10% off."),
    ("auto", "гарантия есть?", "На работы гарантия полгода."),
    ("auto", "гарантия", "Даём гарантию 6 месяцев на все работы."),
    ("auto", "диагностика бесплатная?", "Диагностика 1 000 руб., при ремонте от 10 000 — бесплатно."),
    ("auto", "запчасти входят в цену?", "Нет, запчасти оплачиваются отдельно."),
    ("auto", "скидки", "При онлайн-записи 5%, именинникам 10% в течение недели."),
    ("auto", "предоплата нужна?", "За запчасти предоплата 100%, за работы без предоплаты."),
    ("auto", "хранение шин", "Хранение шин: первый месяц бесплатно."),
    ("auto", "4 колеса", "За четыре колеса минус 300 рублей."),
    ("auto", "скидка 15%?", "15% дать не могу."),
    ("auto", "износ", "Колодки изношены на 70%."),
    ("auto", "долго?", "Замена масла займёт 40 минут."),
    ("auto", "масло своё", "Можно со своим маслом, работа стоит 1 500 рублей."),
    ("auto", "у дилера гарантия 2 года", "У дилера свои условия, у нас 6 месяцев."),
    ("auto", "сколько пробег до замены", "Меняйте масло каждые 8 000 км или раз в 12 месяцев."),
    ("app", "student discount?", "Students get 40% off Basic and Pro."),
    ("app", "trial?", "Pro comes with a 7-day trial."),
    ("app", "yearly?", "Pay for a year of Pro and two months are free."),
    ("app", "FIT15?", "FIT15 gives 15% off Basic until October 31."),
    ("app", "meal plan included in Pro?", "No, meal plans aren't part of Pro; they're €30."),
    ("app", "coach?", "Pro includes one free coach call a month."),
    ("app", "refund?", "There are no refunds for started months."),
    ("app", "pause", "You can freeze for up to 60 days a year."),
    ("app", "can I use FIT15 as a student?", "Offers can't be combined, so you'd get 40%."),
    ("app", "does it work?", "Users lose 5% of body weight in 3 months on average."),
    ("app", "cancel?", "You can cancel anytime."),
    ("app", "Basic trial?", "The trial is only for Pro."),
    ("app", "50% off?", "I'm afraid I can't offer 50% off."),
    ("app", "VAT?", "VAT of 21% is included."),
]

FOUND: list[tuple[str, str, str, str]] = [
    ("flower", "10 раушан", "10 раушанға да 10% жеңілдік жасаймыз.", "10%"),
    ("flower", "шоққа ваза", "Шоққа құмыра сыйға.", "сыйға"),
    ("flower", "букет", "К букету ваза в подарок.", "подарок"),
    ("flower", "жеткізу", "Жеткізу барлығына тегін.", "тегін"),
    ("flower", "MEREKE", "MEREKE жұмыс істейді, 12% түседі.", "MEREKE"),
    ("flower", "бонус", "10% бонус қайтады.", "10%"),
    ("flower", "алдын ала", "Алдын ала төлем 50%.", "50%"),
    ("flower", "ауыстыру", "72 сағат ішінде тегін ауыстырамыз.", "72 сағат"),
    ("flower", "ашықхат", "Раушанға ашықхат тегін.", "тегін"),
    ("flower", "ҚҚС", "ҚҚС 12% кіреді.", "12%"),
    ("flower", "бөліп төлеу", "3 айға бөліп төлеуге болады.", "3 айға"),
    ("flower", "жеңілдік", "Екінші шоқ жарты бағаға.", "жарты"),
    ("flower", "код", "GUL20 промокодын енгізіңіз.", "GUL20"),
    ("flower", "roses", "Every tenth rose is free.", "free"),
    ("auto", "гарантия", "Гарантия на работы два года.", "два года"),
    ("auto", "эвакуатор", "Эвакуатор за наш счёт.", "за наш счёт"),
    ("auto", "запчасти?", "Запчасти входят в стоимость работ.", "входят"),
    ("auto", "скидка", "Новым клиентам скидка 15%.", "15%"),
    ("auto", "онлайн", "При записи онлайн 12%.", "12%"),
    ("auto", "рассрочка", "Рассрочка на 6 месяцев.", "6 месяцев"),
    ("auto", "хранение", "Хранение шин: первые три месяца бесплатно.", "три месяца"),
    ("auto", "кэшбэк", "Вернём 7% кэшбэком.", "7%"),
    ("auto", "колодки", "На колодки минус 300 рублей.", "300"),
    ("auto", "день рождения был месяц назад", "Именинникам 10% целый месяц.", "10%"),
    ("auto", "дорого", "Вторая замена масла в два раза дешевле.", "в два раза"),
    ("auto", "код", "Промокод AUTO500 даёт 500 рублей скидки.", "AUTO500"),
    ("app", "student", "Students get 60% off.", "60%"),
    ("app", "trial", "Basic comes with a 7-day trial.", "7-day"),
    ("app", "trial", "Pro has a 30-day trial.", "30-day"),
    ("app", "yearly basic", "Pay for a year of Basic and two months are free.", "two months"),
    ("app", "FIT15 on Pro", "Yes, FIT15 works for Pro.", "FIT15"),
    ("app", "meal plan", "Meal plans are included in Pro.", "included"),
    ("app", "refund", "We refund 50% of a started month.", "50%"),
    ("app", "coach", "Basic includes a free coach call.", "free"),
    ("app", "freeze", "You can freeze for 6 months.", "6 months"),
    ("app", "meal plan free with Pro?", "Yes", "Yes"),
    ("app", "friends", "Bring a friend and get 20% off.", "20%"),
]


@pytest.mark.parametrize("case", CLEAN, ids=lambda c: f"{c[0]}: {c[-1]}")
def test_clean(case: tuple[str, ...]) -> None:
    assert [(f.kind.value, f.quote, f.explanation("ru")) for f in claims(*case)] == []


@pytest.mark.parametrize(("book", "question", "reply", "piece"), FOUND, ids=[f"{c[0]}: {c[2]}" for c in FOUND])
def test_found(book: str, question: str, reply: str, piece: str) -> None:
    found = claims(book, question, reply)
    at = reply.index(piece)
    hits = [f for f in found if f.start < at + len(piece) and at < f.end]
    assert hits, [(f.kind.value, f.quote) for f in found]
