"""What evals are measured on: dialogues about the demo company's price list, no two replies alike.

Every reply is true, names at least two amounts and is 150 to 400 characters long, so that the claim checker has its
usual work and nothing is repaired: each turn is one request, for every contender.
"""

import yaml

AT = "2026-11-21T12:00:00+05:00"
_MONTHLY = (
    ("Тариф «Старт»", "«Старт» тарифі", "Start plan", 6900, 69000),
    ("Тариф «Магазин»", "«Магазин» тарифі", "Shop plan", 13900, 139000),
    ("Тариф «Кафе»", "«Кафе» тарифі", "Cafe plan", 16900, 169000),
    ("Дополнительная касса", "қосымша касса", "extra till", 4500, 45000),
    ("Подключение к ОФД", "ФДО қосу", "OFD connection", 1900, 19000),
    ("Модуль «Склад»", "«Қойма» модулі", "Inventory module", 4900, 49000),
    ("Модуль «Лояльность»", "«Адалдық» модулі", "Loyalty module", 3900, 39000),
    ("Модуль «Маркировка»", "«Таңбалау» модулі", "Marking module", 2900, 29000),
    ("Интернет-витрина", "интернет-сөре", "online storefront", 5900, 59000),
    ("Поддержка 24/7", "тәулік бойғы қолдау", "24/7 support", 7900, 79000),
)
_DEVICES = (
    ("Моноблок Aina Duo", "Aina Duo моноблогы", "Aina Duo all-in-one", 269000),
    ("Принтер чеков 58 мм", "чек принтері 58 мм", "receipt printer 58 mm", 24900),
    ("Весы с печатью этикеток", "этикетка басатын таразы", "weighing scale", 159000),
)


def _sum(amount, language):
    return f"{amount:,}".replace(",", " " if language != "en" else ",")


def _price(n):
    """A question about a monthly product and its reply."""
    ru, kk, en, month, year = _MONTHLY[n % len(_MONTHLY)]
    many = 2 + n // len(_MONTHLY)
    language = ("ru", "kk", "en")[n % 3]
    a, b, total = (_sum(v, language) for v in (month, year, month * many))
    if language == "ru":
        return (
            f"Здравствуйте! Сколько стоит {ru} и сколько выйдет за {many} мес.?",
            f"Добрый день! {ru} — {a} ₸ в месяц, {b} ₸ за год. За {many} мес. выйдет {total} ₸. "
            "Все цены в тенге, НДС 16 % включён. Подсказать, что входит и чем удобнее оплатить: по счёту, картой или "
            "через Kaspi?",
            month,
        )
    if language == "kk":
        return (
            f"Сәлеметсіз бе! {kk} қанша тұрады, {many} айға қанша болады?",
            f"Сәлеметсіз бе! {kk} — айына {a} ₸, жылына {b} ₸. {many} айға {total} ₸ болады. "
            "Барлық баға теңгемен, ҚҚС 16 % кіреді. Қалай төлеген ыңғайлы: шотпен, картамен әлде Kaspi арқылы ма?",
            month,
        )
    return (
        f"Hello! How much is the {en}, and how much for {many} months?",
        f"Hello! The {en} is {a} ₸ per month or {b} ₸ per year. For {many} months that makes {total} ₸. All prices are "
        "in tenge with 16% VAT included. Would you rather pay by invoice, by card or through Kaspi?",
        month,
    )


def _device(n):
    ru, kk, en, each = _DEVICES[n % len(_DEVICES)]
    many = 2 + n // len(_DEVICES)
    language = ("ru", "kk", "en")[n // 2 % 3]
    one, total = _sum(each, language), _sum(each * many, language)
    if language == "ru":
        return (
            f"А {ru}, {many} шт. — почём?",
            f"{ru} стоит {one} ₸ за штуку, {many} шт. — {total} ₸. Оплата по счёту, картой или через Kaspi, "
            "предоплата 100 %. Оборудование можно вернуть за 14 дней, если упаковка сохранена. Оформляем?",
            each,
        )
    if language == "kk":
        return (
            f"Ал {kk}, {many} дана — қанша?",
            f"{kk} данасы {one} ₸, {many} дана — {total} ₸. Шотпен, картамен немесе Kaspi арқылы төлеуге болады. "
            "Қаптамасы сақталса, жабдықты 14 күн ішінде қайтаруға болады. Рәсімдейміз бе?",
            each,
        )
    return (
        f"And the {en}, {many} pieces: how much?",
        f"The {en} is {one} ₸ each, {many} pieces come to {total} ₸. You can pay by invoice, by card or through Kaspi. "
        "Equipment can be returned within 14 days if the packaging is kept. Shall I place the order?",
        each,
    )


def single(count):
    """Dialogues of one turn; a turn is (question, reply, amount the reply must name)."""
    return [[_price(n)] for n in range(count)]


def dialogues(count, turns=6):
    """Dialogues of several turns, prices of subscriptions and of devices in turn."""
    made = []
    for n in range(count):
        lines = []
        for turn in range(turns):
            place = n * (turns // 2) + turn // 2
            lines.append(_device(place) if turn % 2 else _price(place))
        made.append(lines)
    return made


def replies_of(*talks):
    """By question, its reply: what the server says."""
    return {asked: reply for talk in talks for lines in talk for asked, reply, _ in lines}


def suite_of(name, talks):
    """The same as a suite, with every kind of claim checked."""
    cases = [
        {
            "id": f"case-{number}",
            "turns": [{"client": asked, "expect": [{"mentions_amount": amount}]} for asked, _, amount in lines],
        }
        for number, lines in enumerate(talks)
    ]
    head = {
        "name": name, "price_book": "../../pricebook/demo.yaml", "prompt": "sales", "at": AT,
        "defaults": {"channel": "web", "expect": ["no_invented_claims", {"max_length": 1500}]},
    }  # fmt: skip
    return yaml.safe_dump(head | {"cases": cases}, allow_unicode=True, sort_keys=False)
