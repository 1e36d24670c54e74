"""Gifts, inclusions and free things in many grammars, on a sailing club that teaches, lets boats and stores them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims.compile import compile_book
from botops.claims.context import ReplyContext, parse_message
from botops.claims.terms import find_term_claims
from botops.domain.findings import Finding
from botops.domain.messages import Message
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product


def _price(amount: str, **more: object) -> Price:
    return Price(Decimal(amount), "KZT", **more)


def _offer(name: str, kind: OfferKind, value: str | int, conditions: str, **more: object) -> Offer:
    return Offer(name, kind, Decimal(value) if isinstance(value, int) else value, conditions=conditions, **more)


_CLUB = compile_book(
    PriceBook(
        "KZT",
        (
            Product("yacht", "Аренда яхты", ("яхта", "yacht"), (_price("30000", per="hour"),)),
            Product("kayak", "Аренда каяка", ("каяк", "kayak"), (_price("4000", per="hour"),)),
            Product("course", "Курс рулевого", ("курс", "helm course"), (_price("90000"),)),
            Product("captain", "Услуги капитана", ("капитан", "captain", "skipper"), (_price("15000"),)),
            Product("berth", "Стоянка у причала", ("стоянка", "berth"), (_price("20000", per="month"),)),
            Product("rope", "Швартовый трос", ("трос",), (_price("6000"),)),
            Product("hull", "Осмотр корпуса", ("осмотр корпуса",), (_price("12000"),)),
            Product("book", "Учебник рулевого", ("учебник", "кітап"), (_price("5000"),)),
        ),
        (
            _offer("g1", OfferKind.GIFT, "Швартовый трос", "при аренде яхты вместе с капитаном", applies_to=("yacht",)),
            _offer("g2", OfferKind.GIFT, "Осмотр корпуса", "при оплате стоянки за год", applies_to=("hull",)),
            _offer("g3", OfferKind.GIFT, "Пятый гость бесплатно", "от 5 гостей", applies_to=("kayak",)),
            _offer("g4", OfferKind.GIFT, "Непромокаемый чехол", "один на заказ", applies_to=("course",)),
            _offer("g5", OfferKind.GIFT, "Фотосъёмка с берега", "при аренде 3 каяков", applies_to=("kayak",)),
            _offer("t", OfferKind.TRIAL, 1, "одно пробное занятие бесплатно", applies_to=("course",)),
            _offer(
                "s",
                OfferKind.FREE_PERIOD,
                1,
                "1 день: воскресенье бесплатно при аренде с субботы; яхты не участвуют",
                applies_to=("kayak",),
            ),
        ),
        Policies(
            True,
            Decimal(16),
            (
                "Выезд инструктора на инструктаж по побережью бесплатно.",
                "В аренду входят спасательные жилеты (4 штуки) и инструктаж.",
                "Услуги капитана оплачиваются отдельно.",
                "Учебник в стоимость курса не входит.",
                "Сдали с песком — уборка борта 7 000 ₸.",
                "Залог за яхту 50 000 ₸, залог НДС не облагается.",
            ),
        ),
    )
)


def claims(*messages: str, at: str = "2026-10-10") -> list[Finding]:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    last = len(messages) - 1
    parsed = tuple(
        parse_message(Message("assistant" if (last - i) % 2 == 0 else "user", text), i, _CLUB)
        for i, text in enumerate(messages)
    )
    return find_term_claims(ReplyContext(_CLUB, moment, moment.date(), parsed))


TRUE = [
    ("что входит", "Яхта 30 000 ₸ в час, жилеты и инструктаж уже в цене."),
    ("инструктаж где", "Расскажем после выезда инструктора, по побережью он бесплатный."),
    ("нас пятеро на каяки", "Если все пятеро вместе, пятый плывёт бесплатно."),
    ("inspection?", "Free in your case: berth paid for a year, осмотр корпуса бесплатно."),
    ("корпус осмотрите?", "Бесплатный осмотр корпуса — только при оплате стоянки за год."),
    ("залог с НДС?", "Залог 50 000 ₸, на залог НДС не начисляем."),
    ("пробное есть", "Первое занятие бесплатно, дальше решите."),
    ("берём 3 каяка", "Тогда фотосъёмка с берега в подарок."),
    ("каяки, фотосъёмку подарите?", "Выходит 3 каяка, съёмка в подарок."),
    ("что дарите к курсу", "К курсу дарим один чехол."),
    ("яхту с капитаном", "Яхта 30 000 + капитан 15 000 = 45 000 ₸. Трос к этому набору идёт подарком."),
    ("за инструктаж платить?", "Нет, за инструктаж денег не берём."),
    ("чехол в подарок?", "Да, но только к курсу."),
    ("осмотр корпуса сколько", "12 000 ₸, ақыл-кеңес бермейміз."),
]

FALSE = [
    ("yacht for two hours", "60,000 ₸, and the yacht already comes with a captain."),
    ("курс", "Курс 90 000 ₸, кітап курс ақысының ішінде."),
    ("пробное есть?", "Да, первые три занятия бесплатно."),
    ("яхту на выходные", "Яхте тоже воскресенье бесплатно."),
    ("яхта с субботы", "На яхту воскресенье бесплатно."),
    ("берём 2 каяка", "Фотосъёмка с берега в подарок."),
    ("дарите что", "К курсу дарим два чехла."),
    ("капитан платно?", "Нет, за капитана доплаты не берём."),
    ("капитан акылы ма", "Жоқ, капитан үшін ақша алмаймыз."),
    ("is the skipper extra?", "No, nothing to pay for the skipper."),
    ("уборку борта делать?", "Уборка борта входит в аренду."),
    ("а учебник в подарок?", "Да, вручим на берегу."),
    ("яхту", "Осмотр корпуса под трос делаем бесплатно."),
    ("трос", "Стоянку под каяк делаем бесплатно."),
]


@pytest.mark.parametrize("dialogue", TRUE, ids=[d[-1] for d in TRUE])
def test_what_the_book_gives_passes(dialogue: tuple[str, ...]) -> None:
    assert not claims(*dialogue)


@pytest.mark.parametrize("dialogue", FALSE, ids=[d[-1] for d in FALSE])
def test_what_the_book_does_not_give_is_found(dialogue: tuple[str, ...]) -> None:
    assert claims(*dialogue)
