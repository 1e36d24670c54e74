"""Whose a percent is, what an offer is for, suspended offers, payment put off, shares of a refund."""

from __future__ import annotations

import importlib.util
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from botops.claims.compile import CompiledBook, compile_book
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


_BOOKS = _load("term_books_fifth")
_GLIDE, _STONE = compile_book(_BOOKS.GLIDE), compile_book(_BOOKS.STONE)


def claims(book: CompiledBook, *messages: str, at: str = "2026-06-10") -> list[Finding]:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    last = len(messages) - 1
    parsed = tuple(
        parse_message(Message("assistant" if (last - i) % 2 == 0 else "user", text), i, book)
        for i, text in enumerate(messages)
    )
    return find_term_claims(ReplyContext(book, moment, moment.date(), parsed))


FLYING_CLEAN: list[tuple[str, ...]] = [
    ("тандем на закате?", "На закате +35%: 51 300 ₸ без НДС."),
    ("sunset tandem?", "The sunset surcharge is 35%, so 51,300 ₸ plus VAT."),
    ("күн батарда тандем?", "Күн батарда 35% үстеме, 51 300 ₸, ҚҚС-сыз."),
    ("предоплата за тандем?", "40%, это 15 200 ₸ плюс НДС."),
    ("ндс?", "НДС 16% сверху."),
    ("баллы как тратить", "Начислим 4%. В следующий раз закроете ими до 15% полёта."),
    ("ұпайды қайда жұмсаймын", "Келесі ұшудың 15%-ына дейін ұпаймен төлейсіз."),
    ("тандем подешевеет?", "Тандем 38 000 теңгеге түседі."),
    ("отменю за 6 дней", "За 6 дней до полёта вернём 60% предоплаты."),
    ("if I cancel 5 days before", "If you cancel 5 days before, 60% of the prepayment is refunded."),
    ("6 күн қалғанда бас тартсам", "6 күн қалса, предоплатаның 60%-ы қайтарылады."),
    ("курс сколько", "Курс 290 000 ₸.", "частями можно?", "Да, 0-0-6: 48 333 ₸ в месяц."),
    ("код SKY4, я впервые", "SKY4 примем: минус 4 000 ₸, тандем 34 000 ₸."),
    ("нас 5, скидка?", "Группам до 6 человек 12%."),
    ("скидка на курс 10% есть?", "Директор такое не согласует, есть 15% при оплате за 30 дней."),
    ("предоплаты какие?", "За курс предоплата 100%, за тандем 40%."),
    ("prepayment?", "The prepayment for the pilot course is 100%."),
    ("лебёдка минималка?", "На лебёдке минимум 3 занятия."),
    ("minimum launches?", "The minimum for the pilot course is 5 lessons."),
    ("тандем", "Тандем 38 000 ₸.", "видео сколько", "Видео 12 000 ₸.", "я новенький", "С кодом SKY4 будет 34 000 ₸."),
    ("пробный зачтёте, если через неделю решу?", "Через неделю всё равно зачтём."),
    ("and if I come back in a week?", "We deduct the trial fee even if a week has passed."),
    ("остаток за тандем когда", "Остальное оплачиваете после полёта."),
]
FLYING_WRONG: list[tuple[str, str, *tuple[str, ...]]] = [
    ("40%", "ндс какой", "НДС 40%, всё сверху."),
    ("12%", "нас 9 человек, есть скидка?", "Да, на тандем 12% дадим."),
    ("12%", "бізге жеңілдік бар ма, 9 адамбыз", "Иә, тандемге 12% жеңілдік бар."),
    ("0-0-6", "тандем сколько", "Тандем 38 000 ₸.", "а рассрочка?", "Оформим 0-0-6."),
    ("минус 4 000 ₸", "код SKY4, я раньше летал у вас, уже был", "Всё равно минус 4 000 ₸, тандем 34 000 ₸."),
    ("13%", "15 дадите?", "Думаю, директор согласится на 13% для вас."),
    ("13%", "can you do 20% off?", "I think my manager will agree to 13% for you."),
    ("треть", "пропущу пару дней курса, вернёте часть?", "Конечно, треть вернём."),
    ("100%", "предоплата за тандем?", "Предоплата 100%."),
    ("40%", "ұшқыш курсына алдын ала қанша төлеймін?", "Алдын ала 40% төлейсіз."),
    ("100%", "do I pay for the tandem flight upfront?", "Yes, the prepayment for a tandem flight is 100%."),
    ("minimum", "how many lessons at least?", "The pilot course minimum is 3 lessons."),
    ("зачтём", "пробный зачтёте, если через три недели решу?", "Через три недели всё равно зачтём."),
    ("шегереміз", "сынақ ақысын шегересіз бе, бір айдан кейін келсем", "Бір ай өтсе де шегереміз."),
    ("deduct", "and if I come back in a month?", "We deduct the trial fee even if a month has passed."),
    ("через месяц", "курс, а отсрочка есть?", "Да, курс оплатите через месяц после начала."),
]
BARRED = [
    ("код SKY4, впервые", "SKY4 примем, минус 4 000 ₸."),
    ("5 people, discount on tandem?", "Yes, 12% off for groups up to 6."),
    ("5 адамбыз, тандемге жеңілдік бар ма", "Иә, 6 адамға дейінгі топқа 12% жеңілдік."),
]
STONE_CLEAN: list[tuple[str, ...]] = [
    ("срочно за 3 дня гранит", "Срочный заказ +20%: 84 000 ₸ с НДС."),
    ("rush granite in 3 days", "Rush adds 20%, 84,000 ₸ including VAT."),
    ("столешница из кварца", "Кварц 95 000 ₸ за метр.", "гарантия?", "На столешницу 2 года, на вырез гарантии нет."),
    ("ROCK10 на кварц", "ROCK10 даёт 10% на кварц."),
    ("камень 250 кг первый заказ гранит", "На первый заказ гранита 8%."),
]
STONE_WRONG: list[tuple[str, str, *tuple[str, ...]]] = [
    ("ROCK10", "кварц и гранит с кодом ROCK10", "ROCK10 снимает 10% с обоих."),
    ("ROCK10", "quartz and granite, code ROCK10", "ROCK10 takes 10% off both."),
    ("8%", "гранит 450 кг, 2 плиты, есть скидка?", "Есть, 8% на первый заказ."),
    ("после", "отсрочка есть?", "Даём, оплата в течение 14 дней после установки."),
    ("четверть", "распилили неправильно выбрал, вернёте?", "Вернём четверть суммы."),
]


@pytest.mark.parametrize("said", FLYING_CLEAN, ids=lambda s: s[-1])
def test_a_flying_school_is_not_accused(said: tuple[str, ...]) -> None:
    assert claims(_GLIDE, *said) == []


@pytest.mark.parametrize("said", FLYING_WRONG, ids=lambda s: s[-1])
def test_what_a_flying_school_cannot_promise(said: tuple[str, ...]) -> None:
    assert any(said[0] in f.quote for f in claims(_GLIDE, *said[1:]))


@pytest.mark.parametrize("said", BARRED, ids=lambda s: s[-1])
@pytest.mark.parametrize(("day", "barred"), [("2026-06-28", True), ("2026-07-04", True), ("2026-07-05", False)])
def test_offers_are_suspended_on_the_days_the_policies_name(said: tuple[str, ...], day: str, barred: bool) -> None:
    assert bool(claims(_GLIDE, *said, at=day)) is barred


@pytest.mark.parametrize("said", STONE_CLEAN, ids=lambda s: s[-1])
def test_a_stone_workshop_is_not_accused(said: tuple[str, ...]) -> None:
    assert claims(_STONE, *said, at="2026-04-01") == []


@pytest.mark.parametrize("said", STONE_WRONG, ids=lambda s: s[-1])
def test_what_a_stone_workshop_cannot_promise(said: tuple[str, ...]) -> None:
    assert any(said[0] in f.quote for f in claims(_STONE, *said[1:], at="2026-04-01"))


@pytest.mark.parametrize("yes", ["Yes, no problem.", "Да, без проблем.", "Sure, no problem"])
def test_a_yes_without_trouble_confirms_a_code_beyond_its_days(yes: str) -> None:
    talk = ("code SKY4 for a tandem, first time", "SKY4 takes 4,000 ₸ off.", "is the code still on on October 3?")
    assert [f.kind.value for f in claims(_GLIDE, *talk, yes, at="2026-09-20")] == ["promo_code"]
