"""The same judgements on businesses of other trades: a dental clinic, a language school, a hosting provider."""

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


_MORE = _load("term_books_more")
_BOOKS = {b.version: compile_book(b) for b in (_MORE.DENTAL, _MORE.SCHOOL, _MORE.HOSTING)}


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
    (
        "dental",
        "Анестезия отдельно?",
        "При пломбе анестезия отдельно, 3 000 ₸, а при имплантации она входит в стоимость.",
    ),
    ("dental", "снимок платный?", "Снимок 6 000 ₸, при установке импланта — бесплатно."),
    ("dental", "рассрочка на имплант", "Да, имплант в рассрочку 0-0-12."),
    ("dental", "гарантия на пломбу", "Гарантия на пломбы — 12 месяцев."),
    ("dental", "а на коронку", "На коронки три года."),
    ("dental", "қаптама тіске кепілдік қанша", "Қаптама тіске 36 ай кепілдік."),
    ("dental", "пломбаға ше", "Пломбаға бір жыл кепілдік береміз."),
    ("dental", "SMILE15 на чистку", "SMILE15 даёт 15% на чистку при первом визите, до конца года."),
    ("dental", "нас трое из семьи", "Семье от трёх человек скидка 8%."),
    ("dental", "скидка на отбеливание", "Отбеливание после чистки — со скидкой 25%."),
    ("dental", "консультация сколько", "Консультация бесплатно, если лечитесь у нас."),
    ("dental", "предоплата?", "За имплант предоплата 50%."),
    ("dental", "если не приду", "Отмена за 24 часа без штрафа, позже 2 000 ₸."),
    ("dental", "сыну 8 лет", "Детям до 12 лет осмотр бесплатно."),
    ("dental", "ұлым 8 жаста", "12 жасқа дейінгі балаларға тексеру тегін."),
    ("dental", "сделайте 50%", "Такую скидку сделать не сможем."),
    ("dental", "в соседней клинике гарантия 5 лет", "Про другую клинику не скажу, у нас на коронки 36 месяцев."),
    ("dental", "больно?", "Чувствительность пройдёт через 3 дня, у 90% пациентов раньше."),
    ("dental", "сколько держится", "Имплант служит 20 лет и дольше, приживаемость 98%."),
    ("dental", "а гарантия на чистку есть?", "На чистку гарантии нет."),
    ("dental", "рассрочка на коронку?", "На коронки рассрочки, к сожалению, нет."),
    ("dental", "без предоплаты можно?", "Нет, за имплант предоплата 50%."),
    ("dental", "SMILE15 на имплант", "SMILE15 действует только на чистку."),
    ("dental", "анестезия входит в пломбу?", "Нет, оплачивается отдельно."),
    ("dental", "отбеливание 40% было", "40% не было, есть 25% после чистки."),
    ("dental", "скидки складываются?", "Нет, скидки не суммируются, берём наибольшую."),
    ("school", "пробное есть?", "Да, одно пробное занятие бесплатно."),
    ("school", "учебник входит?", "Учебник покупается отдельно, 9 500 ₸."),
    ("school", "за полгода скидка?", "При оплате за 6 месяцев — 10%."),
    ("school", "двое детей", "Второму ребёнку скидка 15% на группу."),
    ("school", "екі балам бар", "Екінші балаға топқа 15% жеңілдік."),
    ("school", "SEPT4 ещё действует", "SEPT4 закончился 30 сентября."),
    ("school", "клуб платный?", "Ученикам IELTS разговорный клуб бесплатно, остальным 2 000 ₸."),
    ("school", "можно заморозить", "Заморозка до 14 дней в семестр."),
    ("school", "верните деньги", "Возврат за неиспользованные занятия — в течение 10 дней."),
    ("school", "привела подругу", "За друга, купившего месяц, минус 5 000 ₸."),
    ("school", "Do you give a free lesson?", "Yes, one trial lesson is free."),
    ("school", "Is the textbook included?", "No, the textbook is 9,500 KZT on top."),
    ("school", "бонусы", "3% бонусами с каждой оплаты."),
    ("school", "какой процент сдаёт", "Около 80% учеников сдают на 6.5 и выше."),
    ("school", "гарантируете балл?", "Балл не гарантируем."),
    ("school", "сколько длится", "Курс длится 3 месяца, занятие 90 минут."),
    ("school", "будет ли скидка 20% в ноябре", "Про ноябрь уточню у администратора."),
    ("school", "сертификат дадите?", "По окончании курса выдаём сертификат."),
    ("school", "групповой, второй ребёнок и сразу за полгода", "Скидки не суммируются, поэтому возьмём бо́льшую — 15%."),
    ("hosting", "annual discount?", "Pay annually and get 20% off Starter or Business."),
    ("hosting", "is SSL included?", "SSL is included in the Business plan; with Starter it is $10 a year."),
    ("hosting", "backups?", "Daily backups aren't included in Starter, they cost $3 a month."),
    ("hosting", "refund?", "There is a 45-day money-back guarantee."),
    ("hosting", "free domain?", "Business comes with a free domain for the first year."),
    ("hosting", "trial?", "Starter has a 30-day free trial."),
    ("hosting", "HOST50 please", "HOST50 takes 50% off the first month."),
    ("hosting", "we're a nonprofit", "Nonprofits get 30% off."),
    ("hosting", "uptime?", "Uptime is 99.9%."),
    ("hosting", "migration?", "Migration is $40, or free with annual Business for one site."),
    ("hosting", "SSL on Starter free?", "No, SSL isn't free on Starter."),
    (
        "hosting",
        "can I use HOST50 as a nonprofit",
        "Promo codes can't be combined with other discounts, so it's 30% for nonprofits.",
    ),
    ("hosting", "domain with starter?", "A domain with Starter is $12 a year."),
    ("hosting", "referral", "You get 10% back for referrals."),
    ("hosting", "домен бесплатно?", "К тарифу Business домен на первый год бесплатно."),
    ("hosting", "cpu?", "CPU usage above 80% triggers an alert."),
    ("hosting", "is HOST70 valid?", "HOST70 isn't a valid code."),
]

FOUND: list[tuple[str, str, str, str]] = [
    ("dental", "Анестезия отдельно?", "Нет, при пломбе анестезия входит в стоимость.", "входит"),
    ("dental", "снимок платный?", "Снимок бесплатно при чистке.", "бесплатно"),
    ("dental", "рассрочка на коронку?", "Да, коронку можно взять в рассрочку 0-0-12.", "0-0-12"),
    ("dental", "рассрочка на имплант", "Имплант — 0-0-24.", "0-0-24"),
    ("dental", "гарантия на пломбу", "Гарантия на пломбы три года.", "три года"),
    ("dental", "гарантия на имплант", "На импланты пожизненно, минимум 120 месяцев гарантии.", "120 месяцев"),
    ("dental", "коронкаға кепілдік", "Коронкаға 60 ай кепілдік береміз.", "60 ай"),
    ("dental", "SMILE15 на отбеливание", "Да, SMILE15 подойдёт и на отбеливание.", "SMILE15"),
    ("dental", "SMILE15", "SMILE15 — минус 30% на чистку.", "30%"),
    ("dental", "нас двое", "Вам двоим скидка 8% как семье.", "8%"),
    ("dental", "скидки", "На имплант сейчас скидка 25%.", "25%"),
    ("dental", "пенсионерам?", "Пенсионерам минус 20%.", "20%"),
    ("dental", "предоплата", "За имплант предоплата 30%.", "30%"),
    ("dental", "предоплата", "Имплант поставим без предоплаты.", "предоплаты"),
    ("dental", "дочке 14 лет", "Дочке 14 лет осмотр бесплатно.", "бесплатно"),
    ("dental", "отменить", "Отменить без штрафа можно за 2 часа.", "2 часа"),
    ("dental", "жеңілдік бар ма", "Бар, имплантқа 10% жеңілдік.", "10%"),
    ("dental", "дорого", "Сделаем пломбу за полцены.", "полцены"),
    ("dental", "подарки?", "К имплант под ключ дарим отбеливание.", "дарим"),
    ("dental", "чистка в подарок?", "Да", "Да"),
    ("dental", "чистка тегін бе", "Иә", "Иә"),
    ("school", "пробное", "Первые две недели пробных занятий бесплатно.", "недели"),
    ("school", "учебник входит?", "Да, учебник входит в стоимость курса.", "входит"),
    ("school", "учебник", "Учебник дарим.", "дарим"),
    ("school", "за полгода?", "При оплате за 6 месяцев 20%.", "20%"),
    ("school", "IELTS, второй ребёнок", "На IELTS второму ребёнку тоже 15%.", "15%"),
    ("school", "SEPT4", "SEPT4 работает: минус 4 000 ₸.", "SEPT4"),
    ("school", "код", "Держите код LANG10, это 10%.", "LANG10"),
    ("school", "клуб", "Разговорный клуб для группы бесплатно.", "бесплатно"),
    ("school", "заморозка", "Заморозить можно на 60 дней.", "60 дней"),
    ("school", "возврат", "Вернём деньги в течение 90 дней.", "90 дней"),
    ("school", "за друга", "За друга дадим 15 000 ₸ скидки.", "15 000"),
    ("school", "бонусы", "Бонусы 12% с оплаты.", "12%"),
    ("school", "рассрочка", "Рассрочка на 6 месяцев есть.", "6 месяцев"),
    ("school", "учебник тегін бе", "Иә, оқулық тегін.", "тегін"),
    ("school", "жеңілдік", "Екі ай төлесеңіз, үшінші ай тегін.", "тегін"),
    ("school", "any discount?", "Sure, 25% off for students.", "25%"),
    ("school", "mock exam", "The mock exam is free for everyone.", "free"),
    ("school", "второй ребёнок и полгода", "15% второму ребёнку и ещё 10% за полгода сверху.", "10%"),
    ("hosting", "annual?", "Pay annually and get 40% off.", "40%"),
    ("hosting", "SSL on Starter?", "SSL is included in Starter.", "included"),
    ("hosting", "backups on Starter?", "Daily backups are included in Starter.", "included"),
    ("hosting", "refund", "You have a 90-day money-back guarantee.", "90-day"),
    ("hosting", "domain on starter", "Starter comes with a free domain.", "free"),
    ("hosting", "trial on business?", "Business has a 30-day free trial too.", "30-day"),
    ("hosting", "HOST50", "HOST50 takes 70% off the first month.", "70%"),
    ("hosting", "HOST50 for second month", "HOST50 works for the second month as well.", "HOST50"),
    ("hosting", "students?", "Students get 30% off.", "30%"),
    ("hosting", "migration", "We'll migrate your site at no cost on Starter.", "no cost"),
    ("hosting", "cashback", "You get 25% cashback.", "25%"),
    ("hosting", "nonprofit annual", "30% for nonprofits plus an additional 20% for annual, combined.", "20%"),
    ("hosting", "is the domain free with Starter?", "Yes.", "Yes"),
    ("hosting", "are backups included in Starter?", "Correct", "Correct"),
    ("hosting", "скидка на домен", "На домен скидка 20%.", "20%"),
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
