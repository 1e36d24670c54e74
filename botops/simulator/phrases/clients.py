"""What clients write: short chat messages, by language and by what they want to say.

Slots: `{thing}` and `{other}` are names, `{n}` a quantity, `{city}`, `{code}`, `{percent}`, `{sum}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from botops.domain.messages import Language

Lines = Mapping[str, tuple[str, ...]]

_RU: Final[dict[str, tuple[str, ...]]] = {
    "hello": ("Здравствуйте", "Добрый день", "Здравствуйте!", "Привет", "Добрый вечер", ""),
    "price": (
        "сколько стоит {thing}?",
        "какая цена на {thing}",
        "{thing} почём?",
        "интересует {thing}, сколько стоит",
        "подскажите цену: {thing}",
        "{thing} сколько?",
        "хочу узнать стоимость, {thing}",
    ),
    "recommend": (
        "открываю кафе, что посоветуете?",
        "у меня небольшой магазин, какой тариф подойдёт?",
        "нужна касса для кофейни, что лучше взять",
        "открываемся через месяц, подберите комплект для магазина",
        "для бутика что порекомендуете",
    ),
    "year": ("а если на год?", "а за год сколько выйдет", "сколько будет годовая оплата?", "на год есть цена?"),
    "qty": ("а если {n} шт?", "нужно {n} шт, сколько будет", "{n} шт посчитайте пожалуйста", "сколько за {n} шт?"),
    "total": (
        "и ещё {other}, сколько вместе?",
        "плюс {other}. Итого сколько?",
        "добавьте {other} и посчитайте всё вместе",
        "ещё {other}, итого?",
    ),
    "discount": (
        "а скидка есть?",
        "скидку сделаете?",
        "есть какие-нибудь акции?",
        "дешевле можно?",
        "может скинете немного?",
    ),
    "percent": (
        "дайте скидку {percent}%",
        "мне обещали скидку {percent}%",
        "{percent}% скидки и беру",
        "скидка {percent}% будет?",
    ),
    "code": (
        "у меня промокод {code}",
        "промокод {code} действует?",
        "есть код {code}, примените",
        "{code} ещё работает?",
    ),
    "instalment": ("в рассрочку можно?", "рассрочка есть?", "на сколько месяцев рассрочка и сколько в месяц?"),
    "trial": ("можно сначала попробовать?", "пробный период есть?", "есть тестовый период?"),
    "warranty": ("какая гарантия?", "гарантия есть?", "а гарантия сколько?"),
    "delivery": (
        "доставка {city} есть?",
        "сколько доставка {city}?",
        "а доставите {city}?",
        "мы {city}, доставка платная?",
    ),
    "gift": ("а подарок какой-нибудь есть?", "что в подарок?"),
    "vat": ("цены с НДС?", "это с ндс или без?", "НДС входит?"),
    "refund": ("а вернуть можно, если не подойдёт?", "возврат есть?", "как с возвратом?"),
    "included": ("что входит в тариф?", "а что включено?"),
    "compare": (
        "чем отличается {thing} от {other}?",
        "{thing} или {other}, что лучше?",
        "какая разница между {thing} и {other}",
    ),
    "competitor": (
        "у конкурентов такое за {sum}",
        "в другом месте предлагают за {sum}, сможете так же?",
        "видел дешевле, {sum}",
    ),
    "expensive": ("дорого", "дороговато", "что-то дорого, бюджет {sum}", "многовато выходит"),
    "order": ("хорошо, беру", "оформляйте", "давайте оформим", "выставите счёт пожалуйста", "ок, заказываю"),
    "human": (
        "позовите менеджера",
        "можно с живым человеком поговорить?",
        "соедините с оператором",
        "пусть менеджер свяжется со мной",
    ),
    "off": ("а какая сегодня погода", "вы бот?", "расскажите анекдот"),
    "thanks": ("спасибо", "понял, спасибо", "ок спасибо, подумаю", "благодарю", "спасибо большое!"),
    "leave": ("ладно, подумаю", "понятно, дорого, не возьму", "ок, посмотрю ещё варианты"),
    "business": (
        "у меня магазин, касс {n}",
        "кафе",
        "небольшой магазин у дома",
        "кофейня, одна касса",
        "магазин одежды",
    ),
    "period": ("помесячно", "за год", "давайте помесячно"),
    "again": ("не понял, так сколько?", "сколько стоит-то?", "мне цену нужно"),
}
_KK: Final[dict[str, tuple[str, ...]]] = {
    "hello": ("Сәлеметсіз бе", "Сәлем", "Қайырлы күн", "Салеметсиз бе", ""),
    "price": (
        "{thing} қанша тұрады?",
        "{thing} бағасы қанша?",
        "{thing} қанша",
        "{thing} канша турады",
        "{thing} бағасын айтыңызшы",
    ),
    "recommend": (
        "кафе ашып жатырмын, не кеңес бересіз?",
        "кішкентай дүкенім бар, қай тариф лайық?",
        "дүкенге касса керек, қандайын алған дұрыс?",
    ),
    "year": ("жылға алсам ше?", "бір жылға қанша болады?", "жылдық бағасы қанша"),
    "qty": ("{n} дана алсам қанша?", "{n} дана керек, қанша болады", "{n} дана есептеп беріңізші"),
    "total": (
        "тағы {other}, барлығы қанша?",
        "{other} қосып, жалпы қанша болады?",
        "тағы {other} керек, барлығын есептеңізші",
    ),
    "discount": ("жеңілдік бар ма?", "скидка бар ма", "арзандатып бересіз бе?", "акция бар ма қазір"),
    "percent": ("{percent}% жеңілдік жасаңызшы", "маған {percent}% скидка деген", "{percent}% жеңілдік бересіз бе"),
    "code": ("{code} промокоды бар менде", "{code} коды жарамды ма?", "промокод {code} жұмыс істей ме"),
    "instalment": ("бөліп төлеуге бола ма?", "рассрочка бар ма", "бөліп төлесем айына қанша?"),
    "trial": ("сынап көруге бола ма?", "тегін сынақ мерзімі бар ма"),
    "warranty": ("кепілдігі қанша?", "кепілдік бар ма"),
    "delivery": ("{city} жеткізу бар ма?", "жеткізу қанша тұрады {city}?"),
    "gift": ("сыйлық бар ма?",),
    "vat": ("ҚҚС кіре ме?", "бағасы ҚҚС-пен бе"),
    "refund": ("қайтаруға бола ма?", "ұнамаса қайтарамын ба"),
    "included": ("тарифке не кіреді?",),
    "compare": ("{thing} мен {other} айырмашылығы қандай?", "{thing} ба, {other} ма, қайсысы жақсы?"),
    "competitor": ("басқа жерде {sum} деп тұр", "бәсекелестерде {sum}, сіздер ше?"),
    "expensive": ("қымбат екен", "қымбат қой, бюджетім {sum}"),
    "order": ("жақсы, аламын", "рәсімдей беріңіз", "шот жіберіңізші"),
    "human": ("менеджерді қосыңызшы", "адаммен сөйлесейін", "оператор керек"),
    "off": ("сіз ботсыз ба?", "ауа райы қандай бүгін"),
    "thanks": ("рахмет", "рақмет, ойланып көрейін", "түсіндім, рахмет"),
    "leave": ("жақсы, ойланайын", "қымбат екен, басқа жерден қараймын"),
    "business": ("дүкенім бар, {n} касса", "кафе", "шағын дүкен"),
    "period": ("айына", "жылға"),
    "again": ("түсінбедім, сонда қанша?", "бағасын айтыңызшы"),
}
_EN: Final[dict[str, tuple[str, ...]]] = {
    "hello": ("Hello", "Hi", "Good afternoon", "Hey", ""),
    "price": (
        "how much is {thing}?",
        "what's the price of {thing}",
        "price for {thing}?",
        "I'm interested in {thing}, how much is it",
        "{thing} cost?",
    ),
    "recommend": (
        "we're opening a cafe, what do you recommend?",
        "I run a small shop, which plan would fit?",
        "need a till for a coffee shop, any advice",
    ),
    "year": ("and for a year?", "what's the yearly price?", "how much if I pay yearly"),
    "qty": ("and {n} pieces?", "I need {n} pcs, how much", "what about {n} units?"),
    "total": ("plus {other}, what's the total?", "and also {other}. How much altogether?", "add {other}, total please"),
    "discount": ("any discount?", "do you have special offers?", "can you make it cheaper?"),
    "percent": (
        "can I get {percent}% off?",
        "I was promised a {percent}% discount",
        "give me {percent}% discount and I buy",
    ),
    "code": ("I have a promo code {code}", "is {code} still valid?", "promo code {code}?"),
    "instalment": ("can I pay in installments?", "do you have an instalment plan"),
    "trial": ("is there a free trial?", "can I try it first?"),
    "warranty": ("what about warranty?", "how long is the warranty"),
    "delivery": ("do you deliver {city}?", "how much is delivery {city}?"),
    "gift": ("any gift with it?",),
    "vat": ("is VAT included?", "prices with VAT?"),
    "refund": ("can I return it?", "what's the return policy"),
    "included": ("what's included?",),
    "compare": ("what's the difference between {thing} and {other}?", "{thing} or {other}, which one is better?"),
    "competitor": ("a competitor offers it for {sum}", "I saw it elsewhere for {sum}"),
    "expensive": ("that's expensive", "too much, our budget is {sum}"),
    "order": ("ok, I'll take it", "let's order", "please send the invoice"),
    "human": ("can I talk to a human?", "connect me with a manager please"),
    "off": ("are you a bot?", "what's the weather today"),
    "thanks": ("thanks", "got it, thank you", "thanks, I'll think about it"),
    "leave": ("ok, I'll look around", "too pricey for us, bye"),
    "business": ("a small shop, {n} tills", "a cafe", "clothing store"),
    "period": ("monthly", "yearly please"),
    "again": ("sorry, so how much?", "I need the price"),
}
LINES: Mapping[Language, Lines] = {"ru": _RU, "kk": _KK, "en": _EN}
"""Phrasings by language, then by what is said."""

MIXED: Final[dict[str, tuple[str, ...]]] = {
    "discount": ("скидка бар ма?", "скидкасы бар ма"),
    "instalment": ("рассрочкаға бола ма", "рассрочка бар ма?"),
    "price": ("{thing} қанша стоит?", "{thing} цена қанша"),
    "delivery": ("доставка бар ма {city}?",),
    "thanks": ("ок рахмет",),
    "order": ("давайте, аламын",),
}
"""Kazakh mixed with Russian words, as many write."""
