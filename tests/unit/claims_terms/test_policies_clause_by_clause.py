"""Policies held clause by clause: ranges of days, other units, stages, who pays what ahead, on a boat hire."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims.check import check
from botops.claims.compile import compile_book
from botops.domain.messages import Message
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product


def _sold(sku: str, name: str, aliases: str, amount: str, per: str = "unit") -> Product:
    return Product(sku, name, tuple(aliases.split("|")), (Price(Decimal(amount), "KZT", per=per),))


_BOATS = compile_book(
    PriceBook(
        "KZT",
        (
            _sold("kayak", "Байдарка", "байдарки|байдарку|kayak", "6000", "hour"),
            _sold("yacht", "Прогулочная яхта", "яхта|яхту|yacht", "45000", "hour"),
            _sold("sup", "Сап-доска", "сап|сапы|sup board", "5000", "hour"),
            _sold("motor", "Лодочный мотор", "мотор|outboard motor", "250000"),
            _sold("mount", "Навеска мотора", "навеска|навеску", "15000"),
            _sold("deck", "Ремонт палубы", "палуба|палубы", "30000"),
            _sold("dog", "Собака на борту", "собака на борту", "3000"),
        ),
        (
            Offer("w", OfferKind.WARRANTY, Decimal(12), conditions="только если навешивали мы", applies_to=("motor",)),
            Offer("d", OfferKind.DELIVERY, Decimal(2500), conditions="по городу; от 70 000 ₸ бесплатно"),
        ),
        Policies(
            True,
            Decimal(16),
            (
                "Возврат предоплаты: за 20 дней и раньше 100%, за 7–19 дней 50%, позже не возвращаем.",
                "Хранение лодки после ремонта 21 день бесплатно, дальше 500 ₸ в день.",
                "Бронь — предоплата 50%, мотор — 100% вперёд.",
                "Компаниям постоплата 15 рабочих дней.",
                "Спасжилеты и вёсла к байдарке, яхте и сапу входят; к мотору жилет 2 000 ₸.",
                "Проданные моторы обратно не принимаем, кроме брака.",
            ),
        ),
    )
)


def _found(question: str, reply: str) -> list[str]:
    said = [Message("user", question), Message("assistant", reply)]
    return [f.quote for f in check(said, _BOATS, at=datetime(2026, 6, 10, 9, tzinfo=UTC))]


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("если отменим за 10 дней?", "За 10 дней до выхода возвращаем половину предоплаты."),
        ("а за 12 дней?", "За 12 дней вернём 50% предоплаты."),
        ("сколько храните готовую?", "Три недели храним бесплатно, потом 500 ₸ за каждый день."),
        ("сколько бесплатно хранится лодка?", "Хранение 3 недели бесплатно."),
        ("гарантия на мотор, если сам повешу?", "Год гарантии идёт только с нашей навеской."),
        ("спасжилеты к сапу входят?", "Да, спасжилеты входят."),
        ("доставка?", "Если самовывоз, за доставку не платите."),
        ("предоплата по мотору?", "По мотору всё вперёд, 100%."),
        ("предоплата на яхту?", "По яхте половина, остальное на причале."),
        ("предоплата нужна?", "За сап вперёд не платите."),
        ("юрлицо, когда платить?", "Компаниям даём постоплату, 15 рабочих дней после акта ваши."),
        ("если отменю прямо перед выходом?", "За час до выхода уже поздно бесплатно."),
        ("вернёте если передумаем?", "Вернём предоплату за 20 дней и раньше, кроме мотора."),
    ],
)
def test_what_follows_from_a_clause_passes(question: str, reply: str) -> None:
    assert _found(question, reply) == []


@pytest.mark.parametrize(
    ("question", "reply", "quote"),
    [
        ("сколько храните готовую?", "Храним бесплатно два месяца.", "два месяца"),
        ("предоплата по мотору?", "По мотору половина, остальное при выдаче.", "половина"),
        ("юрлицо, когда платить?", "Компаниям даём постоплату, 45 календарных дней после акта ваши.", "45 календарных"),
        ("refund window?", "60 days, full amount.", "60 days"),
        ("refund if we cancel?", "If you cancel on the last day, a quarter is returned.", "a quarter"),
        ("жилет к мотору входит?", "Да, жилет к мотору бесплатно.", "жилет"),
    ],
)
def test_what_a_clause_gainsays_is_found(question: str, reply: str, quote: str) -> None:
    found = _found(question, reply)
    assert any(quote in f or f in quote for f in found), found
