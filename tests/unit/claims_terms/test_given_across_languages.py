"""Gifts, inclusions and free things said in Russian, Kazakh, English and mixtures of them, against books of one
language each: an aquarium shop's Russian, a music shop's Kazakh and a self-storage's English one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from botops.claims.compile import CompiledBook, compile_book
from botops.claims.context import ReplyContext, parse_message
from botops.claims.terms import find_term_claims
from botops.domain.messages import Message
from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product


def _sold(sku: str, name: str, aliases: str, amount: str, per: str = "unit", currency: str = "KZT") -> Product:
    return Product(sku, name, tuple(aliases.split("|")), (Price(Decimal(amount), currency, per=per),))


def _offer(name: str, kind: OfferKind, value: str | int, conditions: str, *applies_to: str) -> Offer:
    value = Decimal(value) if isinstance(value, int) else value
    return Offer(name, kind, value, conditions=conditions, applies_to=applies_to)


_AQUARIUMS = compile_book(
    PriceBook(
        "KZT",
        (
            _sold("a60", "Аквариум 60 литров", "аквариум 60|60-литровый", "38000"),
            _sold("a200", "Аквариум 200 литров", "аквариум 200|200-литровый|200 литрлік аквариум", "145000"),
            _sold("ter", "Террариум", "террариум|terrarium", "52000"),
            _sold("serv", "Обслуживание аквариума", "обслуживание|қызмет көрсету|maintenance", "12000", "visit"),
            _sold("run", "Запуск аквариума", "запуск|іске қосу|launch", "25000"),
            _sold("filt", "Внешний фильтр", "фильтр|сүзгі|filter", "29000"),
            _sold("lamp", "Лампа LED", "лампа|шам|lamp", "14000"),
            _sold("soil", "Грунт 5 кг", "грунт|топырақ|gravel", "3500"),
            _sold("test", "Тест воды", "тест воды|су тесті|water test", "4000"),
            _sold("del", "Доставка по городу", "доставка|жеткізу|delivery", "2500"),
            _sold("club", "Абонемент на обслуживание", "абонемент|subscription", "40000", "month"),
        ),
        (
            _offer("g1", OfferKind.GIFT, "Грунт 5 кг", "при покупке аквариума от 200 литров", "a200"),
            _offer("d0", OfferKind.DELIVERY, 0, "по городу бесплатно при заказе от 50 000 ₸", "del"),
            _offer("fp", OfferKind.FREE_PERIOD, 1, "первый месяц бесплатно при оплате абонемента за полгода", "club"),
            _offer("tr", OfferKind.TRIAL, 1, "один пробный выезд бесплатно новым клиентам", "serv"),
            _offer("w", OfferKind.WARRANTY, 24, "24 месяца", "filt"),
            _offer("g2", OfferKind.GIFT, "Тест воды", "к запуску, только в будни", "run"),
        ),
        Policies(
            True,
            Decimal(12),
            (
                "Крышка и подсветка входят в цену аквариума.",
                "Консультация по подбору рыб бесплатно.",
                "Замер места под аквариум 3 000 ₸ берём при выезде; при заказе от 100 000 ₸ бесплатно.",
                "Подъём на этаж без лифта платный, 1 000 ₸ за этаж.",
                "Рыбу не возвращаем и не обмениваем.",
                "Фильтр и лампа в комплект не входят.",
            ),
        ),
    )
)

_MUSIC = compile_book(
    PriceBook(
        "KZT",
        (
            _sold("dom", "Домбыра «Дала»", "домбыра|домбра|dombra", "65000"),
            _sold("gui", "Гитара Yamaha F310", "гитара|f310|guitar", "85000"),
            _sold("pia", "Сандық пианино", "пианино|цифровое пианино|digital piano", "240000"),
            _sold("les", "Жеке сабақ", "жеке сабақ|индивидуальный урок|private lesson", "6000"),
            _sold("grp", "Топтық абонемент", "топтық|групповой|group pass", "20000", "month"),
            _sold("cas", "Қап", "чехол|қап|gig bag", "9000"),
            _sold("str", "Ішек жинағы", "ішек|струны|strings", "4500"),
            _sold("tun", "Күйге келтіру", "күйге келтіру|настройка|tuning", "8000"),
            _sold("stand", "Нота тұғыры", "пюпитр|тұғыр|music stand", "7000"),
        ),
        (
            _offer("g1", OfferKind.GIFT, "Қап", "гитара алғанға", "gui"),
            _offer("g2", OfferKind.GIFT, "Бір жеке сабақ", "пианино алғандарға, 31 желтоқсанға дейін", "pia"),
            _offer("t1", OfferKind.TRIAL, 1, "бірінші сабақ тегін, жаңа оқушыға", "les", "grp"),
            _offer("d", OfferKind.DELIVERY, 0, "100 000 ₸-ден жоғары тапсырысқа тегін"),
            _offer("w", OfferKind.WARRANTY, 12, "12 ай", "pia", "gui"),
        ),
        Policies(
            True,
            Decimal(0),
            (
                "Домбыраның бағасына ішек кіреді, қап кірмейді.",
                "Пианиноны қабатқа көтеру тегін.",
                "Күйге келтіру ақылы, пианино алғанда бірінші рет тегін.",
                "Сабаққа нота мен аспап беріледі, ақысы жоқ.",
                "Ішек пен медиатор қайтарылмайды.",
                "Жеткізу қала ішінде 2 000 ₸.",
            ),
        ),
    )
)

_STORAGE = compile_book(
    PriceBook(
        "USD",
        (
            _sold("s", "Small unit 3 m²", "small unit|маленький бокс|кіші бокс", "40", "month", "USD"),
            _sold("m", "Medium unit 6 m²", "medium unit|средний бокс", "70", "month", "USD"),
            _sold("l", "Large unit 12 m²", "large unit|большой бокс|үлкен бокс", "120", "month", "USD"),
            _sold("lock", "Disc lock", "lock|замок|құлып", "12", "unit", "USD"),
            _sold("box", "Cardboard box", "box|коробка|қорап", "3", "unit", "USD"),
            _sold("ins", "Insurance", "insurance|страховка|сақтандыру", "8", "month", "USD"),
            _sold("van", "Van pickup", "van|pickup|газель", "50", "unit", "USD"),
            _sold("rack", "Shelving rack", "rack|стеллаж|сөре", "15", "month", "USD"),
        ),
        (
            _offer("f1", OfferKind.FREE_PERIOD, 1, "second month free when 6 months are prepaid", "m", "l"),
            _offer("g1", OfferKind.GIFT, "Disc lock", "with any rental of 3 months or more", "s", "m", "l"),
            _offer("g2", OfferKind.GIFT, "10 cardboard boxes", "large unit only", "l"),
            _offer("p0", OfferKind.DELIVERY, 0, "van pickup free for large units on weekdays", "van"),
        ),
        Policies(
            True,
            Decimal(12),
            (
                "24/7 access, video surveillance and trolleys are included in the rent.",
                "Insurance is optional and paid separately.",
                "Shelving is not included.",
                "Moving between units is free once a year, then 10 $.",
                "A deposit of one month is taken and returned at the end.",
                "Unused days are not refunded.",
            ),
        ),
    )
)

TRUE = [
    (_AQUARIUMS, "хочу аквариум на 200", "Аквариум 200 литров 145 000 ₸, грунт 5 кг к нему в подарок."),
    (_AQUARIUMS, "а грунт к 60-литровому дадите?", "Грунт дарим только к аквариумам от 200 литров."),
    (_AQUARIUMS, "к террариуму грунт в подарок?", "Нет, к террариуму не дарим, подарок только к 200-литровому."),
    (_AQUARIUMS, "доставка?", "Заказ от 50 000 ₸ привезём без доплаты."),
    (
        _AQUARIUMS,
        "беру аквариум 200 и лампу",
        "Выходит 159 000 ₸. Раз больше 100 000, за замер ничего платить не нужно.",
    ),
    (_AQUARIUMS, "беру аквариум 200", "145 000 ₸. Привезём к вам без доплаты, обычно доставка 2 500 ₸."),
    (_AQUARIUMS, "подскажете по рыбкам? это платно?", "Подскажем, денег за это не берём."),
    (_AQUARIUMS, "крышка в комплекте?", "Да, крышка входит в цену."),
    (_AQUARIUMS, "крышка в комплекте?", "Да, конечно"),
    (_AQUARIUMS, "фильтр входит?", "Нет, фильтр отдельно, 29 000 ₸."),
    (_AQUARIUMS, "первый раз обслуживание, бесплатно же?", "Да, первый выезд для новых клиентов пробный, бесплатно."),
    (_AQUARIUMS, "абонемент на полгода возьму", "Тогда первый месяц за нами, платите за пять: 200 000 ₸."),
    (_AQUARIUMS, "в зоомаге за углом лампу дарят", "У них, может, и дарят, у нас лампа 14 000 ₸."),
    (_AQUARIUMS, "тест воды к запуску бесплатно?", "К запуску тест воды в подарок, если запускаем в будни."),
    (_AQUARIUMS, "200 литрлік аквариум керек", "145 000 ₸, 5 кг грунтты сыйға береміз."),
    (_AQUARIUMS, "60тка грунт сыйга бересіз бе", "Жоқ, грунт тек 200 литрлікке сыйға беріледі."),
    (_AQUARIUMS, "сузги кіре ме", "Кірмейді, сүзгі бөлек 29 000 ₸."),
    (_AQUARIUMS, "шам тегін бе", "Шам тегін емес, 14 000 ₸."),
    (_AQUARIUMS, "қақпағы косылган ба", "Қосылған, қақпағы мен жарығы бағаға кіреді."),
    (_AQUARIUMS, "доставка тегин бе, 60 литрлик", "50 000 ₸-ден асса тегін, сіздікі 38 000, сондықтан 2 500 ₸."),
    (_AQUARIUMS, "does the tank come with a filter?", "No, the filter is sold separately at 29,000 ₸."),
    (_AQUARIUMS, "free gravel with the 60?", "Free gravel is only for the 200-litre tank; for the 60 it is 3,500 ₸."),
    (_AQUARIUMS, "consultation paid?", "No, choosing fish with our consultant costs nothing."),
    (_MUSIC, "гитара алсам не сыйлык", "Гитара алсаңыз қап сыйға."),
    (_MUSIC, "домбырага кап кіре ме", "Қап кірмейді, бөлек 9 000 ₸. Ішегі бар."),
    (_MUSIC, "домбырага ишек кире ма", "Ия, кіреді"),
    (_MUSIC, "бірінші сабак тегін бе", "Иә, жаңа оқушыға бірінші сабақ тегін."),
    (_MUSIC, "пианино алсам", "240 000 ₸, оған қоса бір жеке сабақ тегін беріледі, 31 желтоқсанға дейін."),
    (_MUSIC, "көтеру канша 5 кабат", "Пианиноны қабатқа көтергенге ақша алмаймыз."),
    (_MUSIC, "күйге келтіру тегін бе", "Пианино алсаңыз бірінші рет тегін, әйтпесе 8 000 ₸."),
    (_MUSIC, "тұғыр сыйға бересіз бе", "Тұғырды сыйға бермейміз, ол 7 000 ₸."),
    (_MUSIC, "гитарага струны сыйга", "Струны отдельно, 4 500 ₸, сыйға тек қап."),
    (_MUSIC, "гитара нешеден", "85 000 ₸, чехол подарок ретінде беріледі."),
    (_MUSIC, "жеткізу тегін бе гитара", "85 000 ₸ болса тегін емес, 2 000 ₸ төлейсіз."),
    (_MUSIC, "жеткізу пианино", "Пианиноны тегін жеткіземіз, 100 000 ₸-ден асады ғой."),
    (_MUSIC, "сабакка аспап керек па", "Аспап береміз, оған ақша алмаймыз."),
    (_MUSIC, "бассейндегі дукенде тугыр тегін екен", "Басқа дүкенде тегін болса болар, бізде тұғыр 7 000 ₸."),
    (_MUSIC, "к гитаре что-то дарите?", "К гитаре чехол в подарок."),
    (_MUSIC, "настройка пианино платная?", "Первая настройка при покупке пианино бесплатная, дальше 8 000 ₸."),
    (_MUSIC, "is the gig bag free with the guitar?", "Yes, it comes with the guitar."),
    (_MUSIC, "lift to 4th floor extra?", "No extra charge for carrying the piano up."),
    (_STORAGE, "lock included?", "A disc lock is a gift if you rent for 3 months or longer, otherwise $12."),
    (_STORAGE, "is insurance included?", "No, it is $8 a month."),
    (_STORAGE, "large unit, pickup?", "For a large unit the van pickup is free Monday to Friday."),
    (_STORAGE, "free boxes?", "Free boxes go only with the large unit, ten of them. For medium they are $3 each."),
    (_STORAGE, "большой бокс на полгода вперёд", "При оплате за 6 месяцев второй месяц бесплатно: 5 × 120 = $600."),
    (_STORAGE, "тележки платные?", "Нет, тележки и доступ 24/7 входят в аренду."),
    (_STORAGE, "за тележки платить надо?", "Не надо, они входят."),
    (_STORAGE, "видеонаблюдение входит?", "Да"),
    (_STORAGE, "переезд в другой бокс", "Раз в год бесплатно, дальше 10 $."),
    (_STORAGE, "кіші бокс, құлып тегін бе", "3 айдан бастап алсаңыз құлып сыйға, болмаса 12 $."),
    (_STORAGE, "сақтандыру кіре ме", "Сақтандыру кірмейді, айына 8 $."),
    (_STORAGE, "коробки бесплатно бересіздер ме средний боксқа", "Жоқ, тек үлкен боксқа ғана."),
]

FALSE = [
    (_AQUARIUMS, "хочу аквариум на 60", "Аквариум 60 литров 38 000 ₸, и грунт тоже подарим."),
    (_AQUARIUMS, "беру аквариум 60", "38 000 ₸, и привезём без доплаты."),
    (_AQUARIUMS, "на пятый этаж без лифта поднимете?", "Поднимем, денег за это не берём."),
    (_AQUARIUMS, "фильтр в комплекте?", "Да, фильтр входит."),
    (_AQUARIUMS, "фильтр в комплекте?", "Да"),
    (_AQUARIUMS, "лампа платная?", "Нет, лампа бесплатно."),
    (_AQUARIUMS, "хочу аквариум на 200", "145 000 ₸, в подарок корм для рыб."),
    (_AQUARIUMS, "хочу аквариум на 200", "145 000 ₸, в подарок лампа."),
    (_AQUARIUMS, "запуск в субботу, тест в подарок?", "Да, и в субботу подарим."),
    (_AQUARIUMS, "60 литрлік аквариум", "38 000 ₸, грунтты сыйлаймыз."),
    (_AQUARIUMS, "террариумга не сыйлык", "Террариумға сүзгіні сыйлаймыз."),
    (_AQUARIUMS, "сузги кіре ме", "Иә, кіреді."),
    (_AQUARIUMS, "шам тегін бе", "Иә тегін"),
    (_AQUARIUMS, "does the tank come with a filter?", "Yes, the filter comes with it."),
    (_MUSIC, "домбыра алсам не сыйлык", "Домбыра алсаңыз қап сыйға беріледі."),
    (_MUSIC, "домбырага кап кіре ме", "Кіреді."),
    (_MUSIC, "домбырага кап кіре ме", "Ия"),
    (_MUSIC, "екінші сабақ ше", "Екінші сабақ та тегін."),
    (_MUSIC, "пианино алсам", "240 000 ₸, оған қоса үш жеке сабақ тегін беріледі."),
    (_MUSIC, "гитараны күйге келтіру", "Гитараны тегін күйге келтіріп береміз."),
    (_MUSIC, "тұғыр сыйға бересіз бе", "Береміз, тұғырды сыйлаймыз."),
    (_MUSIC, "дос айтты домбырага да сабақ тегін деп", "Иә, домбыраға да бір жеке сабақ сыйға."),
    (_MUSIC, "к домбре что-то дарите?", "К домбре тоже чехол в подарок."),
    (_MUSIC, "пюпитр к пианино входит?", "Да, пюпитр идёт в комплекте."),
    (_MUSIC, "вторая настройка?", "Вторую тоже сделаем бесплатно."),
    (_MUSIC, "is the gig bag free with the dombra?", "Yes, it is."),
    (_STORAGE, "is insurance included?", "Yes, insurance is included in the rent."),
    (_STORAGE, "large unit, pickup on saturday", "Saturday works, pickup is free for large units."),
    (_STORAGE, "large. boxes?", "You get 20 boxes free."),
    (_STORAGE, "маленький бокс на полгода вперёд", "Второй месяц бесплатно, $200."),
    (_STORAGE, "стеллаж есть?", "Стеллаж уже внутри, доплаты нет."),
    (_STORAGE, "страховка входит?", "Да"),
    (_STORAGE, "кіші бокс 1 айга, құлып", "Құлып сыйға беріледі."),
    (_STORAGE, "сақтандыру кіре ме", "Әрине, кіреді."),
    (_STORAGE, "коробки бесплатно бересіздер ме средний боксқа", "Ия, 10 коробка бесплатно береміз."),
]


def claimed(book: CompiledBook, *messages: str) -> bool:
    moment = datetime(2026, 10, 14, tzinfo=UTC)
    last = len(messages) - 1
    parsed = tuple(
        parse_message(Message("assistant" if (last - i) % 2 == 0 else "user", text), i, book)
        for i, text in enumerate(messages)
    )
    return bool(find_term_claims(ReplyContext(book, moment, moment.date(), parsed)))


@pytest.mark.parametrize("case", TRUE, ids=[f"{c[1]} {c[-1]}" for c in TRUE])
def test_what_a_book_gives_passes(case: tuple[CompiledBook, str, str]) -> None:
    assert not claimed(*case)


@pytest.mark.parametrize("case", FALSE, ids=[f"{c[1]} {c[-1]}" for c in FALSE])
def test_what_a_book_does_not_give_is_found(case: tuple[CompiledBook, str, str]) -> None:
    assert claimed(*case)
