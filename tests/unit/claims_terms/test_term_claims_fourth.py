"""Gifts with conditions, stacking, stretched codes, fractions, inclusions and hedged percents on a climbing hall."""

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


_CLIMB = compile_book(_load("term_books_fourth").CLIMB)


def claims(*messages: str, at: str = "2026-10-10") -> list[Finding]:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    last = len(messages) - 1
    parsed = tuple(
        parse_message(Message("assistant" if (last - i) % 2 == 0 else "user", text), i, _CLIMB)
        for i, text in enumerate(messages)
    )
    return find_term_claims(ReplyContext(_CLIMB, moment, moment.date(), parsed))


CLEAN: dict[str, list[tuple[str, ...]]] = {
    "gift": [
        ("Абонемент на 3 месяца хочу", "За 3 месяца — 60 000 ₸, мешочек магнезии в подарок."),
        ("4 months of membership please", "4 months is 80,000 ₸, and you get a chalk bag as a gift."),
        ("что дарите", "Мешочек магнезии в подарок при оплате абонемента от 3 месяцев."),
        ("сыйлық бар ма", "20 адамнан бастап кіші зал сыйға беріледі."),
        ("нас 25 человек, зал?", "При 25 гостях малый зал в подарок."),
        (
            "акции?",
            "- малый зал бесплатно для мероприятий от 20 человек;\n- магнезия в подарок к абонементу от 3 месяцев.",
        ),
    ],
    "stack": [
        ("скидки складываются?", "Нет, скидки и промокоды не суммируются, действует наибольшая."),
        ("can I combine", "No, discounts do not stack, the largest one applies."),
        ("екеуін қосуға бола ма", "Жеңілдіктер қосылмайды, ең үлкені қолданылады."),
    ],
    "code": [
        ("есть код на детскую?", "Код WALL20 начнёт действовать с 1 декабря."),
        ("code for kids?", "WALL20 will start on 1 December."),
        ("код бар ма", "WALL20 коды 1 желтоқсаннан бастап жарамды болады."),
        ("ROCK15 до какого?", "ROCK15 действует до 31 октября, 15% на абонемент."),
    ],
    "fraction": [
        ("баллы", "Баллами можно оплатить до 30% счёта."),
        ("гарантия на туфли?", "На туфли полгода."),
        ("warranty on shoes", "Climbing shoes have a six-month warranty."),
    ],
    "policy": [
        ("что входит", "Страховка и верёвки входят в стоимость абонемента."),
        ("сауна?", "В абонемент входят 4 часа сауны в месяц."),
        ("заморозка есть?", "Да, абонемент можно заморозить до 20 дней один раз в год, бесплатно."),
        ("қатыруға бола ма", "Иә, жылына бір рет 20 күнге дейін тегін қатыруға болады."),
        ("қатырып қоюға бола ма", "Болады, жылына бір рет 20 күнге дейін тегін."),
        ("сбор?", "Сервисный сбор 8% начисляется сверх цены аренды."),
        ("депозит за долгую аренду?", "Депозит — одна неделя аренды."),
        ("если отменю за неделю", "При отмене за 3 дня предоплата возвращается, позже нет."),
        ("праздники", "В праздничные дни на вводное занятие наценка 25%: 10 000 ₸."),
        ("кіріспе сабақ мерекеде", "Мереке күндері кіріспе сабаққа 25% үстеме қосылады."),
    ],
    "condition": [
        ("нас 9, вводное", "Для группы из 9 человек скидка 10%."),
        ("6 айға бірден төлесем", "6 айға алдын ала төлесеңіз, 7% жеңілдік бар."),
        ("абонемент екеу", "Екі абонементті бірден алсаңыз, 12% жеңілдік бар."),
        ("6 months upfront?", "If you pay for 6 months upfront, it is 7% off."),
        ("если 2 часа сауны, какие скидки", "10% для групп от 8 человек на вводное занятие."),
    ],
    "hedge": [
        ("а ещё?", "Уточню у менеджера, больше скидок пока нет."),
        ("5%?", "Такой скидки, 5 %, нет."),
        ("15% бере аласыз ба", "Мұндай жеңілдік, 15 %, жоқ."),
        ("20% off?", "There is no such discount, 20%."),
        ("total", "That is 65,000 ₸ one-off and 2,000 ₸ per month."),
    ],
    "instalment": [
        ("рассрочка на туфли?", "Да, на 6 месяцев."),
        ("на сколько месяцев рассрочка", "Можно на 6 месяцев, тогда 7 500 ₸ в месяц."),
    ],
    "cashback": [
        ("приведу друга", "10% от первого платежа друга придут на ваш счёт."),
        ("if I bring a friend?", "10% of your friend's first payment goes to your account."),
        ("досымды әкелсем", "Досыңыздың бірінші төлемінің 10%-ы шотыңызға түседі."),
    ],
    "trial": [
        ("пробный?", "Да, новым клиентам первый день бесплатно."),
        ("trial?", "Yes, the first day is free for new clients."),
        ("сынап көрсем", "Жаңа клиенттерге бірінші күн тегін."),
        ("қайтару", "Тауарды 14 күн ішінде қайтаруға болады."),
    ],
    "repeated": [
        (
            "какие условия?",
            "Предоплата за аренду зала 50%, возвращается при отмене за 3 дня; позже предоплата не возвращается.",
        ),
        ("полотенца?", "Нет, полотенца в стоимость не входят."),
        ("сауна", "В абонемент входят 4 часа сауны в месяц, страховка и верёвки."),
    ],
    "days": [
        ("во вторник нас 10", "По будням тоже можно, для групп от 8 человек скидка 10%."),
        ("10 people", "Groups of 8 people or more get 10% off the intro class."),
    ],
    "listing": [
        (
            "акции?",
            "Скидка 3 000 ₸ на скальные туфли, мешочек магнезии при покупке любого абонемента за год в том же заказе.",
        ),
        (
            "deals?",
            "3,000 ₸ off climbing shoes and the chalk bag when any membership is bought for a year in the same order.",
        ),
    ],
}

FALSE: dict[str, list[tuple[str, ...]]] = {
    "gift": [
        ("Беру безлимит на месяц", "Абонемент на 1 месяц — 20 000 ₸, мешочек магнезии в подарок."),
        (
            "what gifts?",
            "A chalk bag as a gift with 3 months paid.",
            "2 months only, same gift?",
            "Yes, the gift stays. Two months of membership are 40,000 ₸.",
        ),
        ("нас будет 12", "Для 12 человек малый зал в подарок."),
        ("а что ещё", "К абонементу дарим термос."),
        ("мен 2 айға аламын", "2 айға абонемент 40 000 ₸, магнезия қапшығы сыйға."),
        ("туфли беру", "Туфли 45 000 ₸, в подарок рюкзак."),
    ],
    "stack": [
        ("у меня ROCK15 и нас двое", "ROCK15 суммируется со скидкой за два абонемента."),
        ("а вместе?", "Скидки суммируются."),
        ("I have ROCK15 and pay 6 months", "Both discounts apply together: 7% and ROCK15."),
        ("екеуі де бар", "Иә, жеңілдіктер қосылады."),
        ("код ROCK15", "ROCK15 действует вместе со скидкой 7%."),
    ],
    "code": [
        ("ROCK15 потом?", "ROCK15 будет действовать и в ноябре."),
        ("ROCK15 до 31 октября? а завтра приду", "Завтра код ROCK15 тоже действует.", "2026-10-31"),
        ("will ROCK15 work later", "ROCK15 will still work in November."),
        ("ROCK15 кейін", "ROCK15 қарашада да жарамды."),
        ("WALL20?", "WALL20 уже действует: 20% на детскую группу."),
    ],
    "fraction": [
        ("баллами?", "Баллами можно оплатить до половины счёта."),
        ("гарантия на туфли?", "Да, год гарантии."),
        ("гарантия", "Гарантия на скальные туфли — год."),
        ("гарантия", "Гарантия на скальные туфли — 10 лет."),
        ("warranty?", "The climbing shoes come with a ten-year warranty."),
        ("предоплата за зал", "Предоплата за аренду зала — треть."),
    ],
    "minimum": [
        ("Сколько зал?", "Минимальная аренда зала — 4 часа."),
        ("hall?", "The minimum hall rental is 5 hours."),
        ("зал на сколько", "Зал сдаём минимум на 4 часа."),
        ("зал жалдау", "Кіші залды ең азы 4 сағатқа береміз."),
    ],
    "policy": [
        ("сервисный сбор включён?", "Да, сервисный сбор включён в цену."),
        ("қызмет ақысы ше", "Иә, сервисный сбор баға ішінде."),
        ("уберите сбор", "Сервисный сбор с вас не возьмём."),
        ("детскую заморозить?", "Да, детскую группу можно заморозить на 20 дней."),
        ("сауна", "В абонемент входят 10 часов сауны в месяц."),
        ("депозит?", "Депозит — две недели аренды."),
        ("полотенца?", "Да, полотенца входят в стоимость."),
        ("а если за день отменю", "Вернём предоплату полностью, даже если отмените позже."),
        ("возврат абонемента", "Если передумаете в первые 30 дней, вернём оплату целиком."),
    ],
    "condition": [
        ("нас 5, вводное", "Для 5 человек скидка 10%: хорошо."),
        ("we are 4 people for the intro class", "Yes, 10% off for 4 people."),
        ("4 адамбыз, кіріспе сабақ", "Иә, 10% береміз."),
        ("один абонемент, 12%?", "Да, на один абонемент 12% скидки."),
    ],
    "hedge": [
        ("any discount for a repeat client?", "I think the manager would give you 5%."),
        ("скидка постоянному?", "Думаю, менеджер даст вам 6%."),
        ("менеджер?", "Обычно менеджер даёт 8%."),
        ("жеңілдік", "Менеджер 9% беретін шығар."),
    ],
    "discretion": [
        ("я постоянный", "Думаю, менеджер даст вам 10%."),
        ("I'm a regular", "I guess the manager would make it 12%."),
        ("тұрақты клиентпін", "Менеджер 12% беретін шығар."),
    ],
    "instalment": [
        ("рассрочка на туфли есть? на 24 месяца растяните", "Можно и на 24 месяца, тогда примерно 1 875 ₸ в месяц."),
        ("рассрочка?", "Да, на 12 месяцев можно."),
        ("бөліп төлеу бар ма", "Иә, 12 айға болады."),
        ("instalments?", "Sure, over 18 months is fine."),
    ],
    "trial": [
        ("пробный?", "Да, пробная неделя бесплатно."),
        ("trial?", "Yes, the first month is free."),
        ("trial?", "Three trial days are free."),
        ("пробный?", "Пробные 3 дня бесплатно."),
    ],
}


def _cases(table: dict[str, list[tuple[str, ...]]]) -> list[object]:
    return [pytest.param(d, id=f"{topic}-{n}") for topic, rows in table.items() for n, d in enumerate(rows)]


def _judged(dialogue: tuple[str, ...]) -> list[Finding]:
    if dialogue[-1][:4] == "2026":
        return claims(*dialogue[:-1], at=dialogue[-1])
    return claims(*dialogue)


@pytest.mark.parametrize("dialogue", _cases(CLEAN))
def test_true_terms_pass(dialogue: tuple[str, ...]) -> None:
    assert [(f.kind, f.quote, f.expected) for f in _judged(dialogue)] == []


@pytest.mark.parametrize("dialogue", _cases(FALSE))
def test_false_terms_are_found(dialogue: tuple[str, ...]) -> None:
    assert _judged(dialogue)
