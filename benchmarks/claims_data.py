"""What the speed of the claim checker is measured on: books of any size, replies of 400 characters, hostile texts.

The business is invented. Products beyond the first fifty carry the same words with other model numbers, as the lines of
a large catalogue do, so that a big book is as easy to mistake as a small one.
"""

from __future__ import annotations

from decimal import Decimal

from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product

_KINDS = (
    ("Перфоратор", "hammer drill", "перфоратор"),
    ("Болгарка", "angle grinder", "бұрыштық ажарлағыш"),
    ("Бензопила", "chainsaw", "бензин арасы"),
    ("Виброплита", "plate compactor", "дірілтақта"),
    ("Генератор", "generator", "генератор"),
    ("Компрессор", "compressor", "компрессор"),
    ("Бетономешалка", "concrete mixer", "бетон араластырғыш"),
    ("Мотопомпа", "water pump", "мотопомпа"),
    ("Тепловая пушка", "space heater", "жылу зеңбірегі"),
    ("Сварочный аппарат", "welder", "дәнекерлеу аппараты"),
)
_BRANDS = ("Борей", "Кремень", "Сарыарка", "Vulkan", "Ironwood")


def book_of(size: int) -> PriceBook:
    """A book of `size` products: tools for hire and sale, a third of the prices dated, six offers, six policies."""
    products = []
    for i in range(size):
        russian, english, kazakh = _KINDS[i % len(_KINDS)]
        model = f"{_BRANDS[i // len(_KINDS) % len(_BRANDS)]} {100 + i}"
        base = 2500 + 350 * (i % 40)
        prices = [
            Price(Decimal(base), "KZT", per="day"),
            Price(Decimal(base * 5), "KZT", per="week"),
            Price(Decimal(base * 36), "KZT"),
        ]
        if i % 3 == 0:
            prices.append(Price(Decimal(base * 33), "KZT", min_qty=3))
        aliases = (f"{english} {model}", f"{model} {kazakh}")
        products.append(Product(f"t{i}", f"{russian} {model}", aliases, tuple(prices)))
    return PriceBook("KZT", tuple(products), _offers(), _policies())


def _offers() -> tuple[Offer, ...]:
    return (
        Offer("week", OfferKind.PERCENT, Decimal(10), conditions="при аренде от 14 дней"),
        Offer("code", OfferKind.PROMO_CODE, Decimal(5), code="PILA5", conditions="5 % на первый заказ"),
        Offer("delivery", OfferKind.DELIVERY, Decimal(3000), conditions="по городу"),
        Offer("free", OfferKind.DELIVERY, Decimal(0), conditions="при заказе от 50 000 ₸"),
        Offer("warranty", OfferKind.WARRANTY, Decimal(12)),
        Offer("split", OfferKind.INSTALLMENT, Decimal(6), conditions="без переплаты"),
    )


def _policies() -> Policies:
    return Policies(
        vat_included=True,
        vat_percent=Decimal(12),
        text=(
            "Скидки не суммируются.",
            "Залог за инструмент не берём, нужно удостоверение личности.",
            "Возврат в течение 14 дней.",
            "Расходники в цену аренды не входят.",
            "Доставка за город — 250 ₸ за километр.",
            "Оплата картой, переводом или наличными.",
        ),
    )


DIALOGUES: tuple[tuple[str, str], ...] = (
    (
        "Сколько стоит взять болгарку на сутки и на неделю?",
        "Болгарка Борей 101 стоит 2 850 ₸ в сутки или 14 250 ₸ за неделю: неделя выходит дешевле, чем семь отдельных "
        "суток. Если инструмент нужен насовсем, продадим новый за 102 600 ₸. Расходники в цену аренды не входят, "
        "диски можно купить у нас на складе. Доставка по городу — 3 000 ₸, при заказе от 50 000 ₸ бесплатно. "
        "Оплатить можно картой, переводом или наличными. На какой день вам его подготовить, и по какому адресу?",
    ),
    (
        "Что посоветуете для стяжки? Нужна виброплита и бетономешалка",
        "Для стяжки во дворе подойдут:\n- Виброплита Борей 103 — 3 550 ₸ в сутки;\n- Бетономешалка Борей 106 — 4 600 ₸ "
        "в сутки.\nВместе за сутки получится 8 150 ₸, за неделю 17 750 ₸ и 23 000 ₸. При аренде от 14 дней даём "
        "скидку 10 %, скидки не суммируются. Залог не берём, нужно только удостоверение личности. Гарантия на новый "
        "инструмент — 12 месяцев, рассрочка на 6 месяцев без переплаты. Скажите, сколько квадратов и какая толщина?",
    ),
    (
        "How much is the generator for a week, and can I buy one?",
        "The generator Борей 104 is 3,900 ₸ per day or 19,500 ₸ per week, so a full week costs less than six single "
        "days. If you would rather own it, a new one is 140,400 ₸ and comes with a 12 month warranty. Delivery inside "
        "the city is 3,000 ₸, and it is free for orders from 50,000 ₸. Hires of 14 days or longer get 10% off. We do "
        "not take a deposit, only an ID. Fuel is not included. When would you like us to bring it over to you?",
    ),
    (
        "Перфоратор апталап қанша тұрады? Жеткізу бар ма?",
        "Борей 100 перфораторы тәулігіне 2 500 ₸, аптасына 12 500 ₸ тұрады. Жаңасын сатып алсаңыз, бағасы 90 000 ₸, "
        "үш данадан бастап әрқайсысы 82 500 ₸. Қала ішінде жеткізу 3 000 ₸, 50 000 ₸-ден асатын тапсырысқа тегін. "
        "14 күннен бастап жалға алсаңыз, 10 % жеңілдік береміз, жеңілдіктер қосылмайды. Кепілдік 12 ай, 6 айға бөліп "
        "төлеуге болады. Кепілақы алмаймыз, жеке куәлік жеткілікті. Қай күнге дайындап қояйық, мекенжайыңыз қандай?",
    ),
    (
        "А если тепловую пушку на две недели? Скидка будет?",
        "Тепловая пушка Борей 108 за неделю стоит 26 500 ₸, за две — 53 000 ₸. От четырнадцати дней действует скидка "
        "десять процентов, так что выйдет 47 700 ₸, вы экономите 5 300 ₸. По промокоду PILA5 на первый заказ ещё 5 %, "
        "но скидки не суммируются, поэтому применим большую. Привезём бесплатно: заказ больше пятидесяти тысяч тенге. "
        "Топливо вы заливаете сами, инструкцию и удлинитель положим в комплект. Оформляем на завтра, к девяти утра?",
    ),
    (
        "Хочу купить сварочный аппарат и компрессор",
        "Отличный выбор, оба аппарата есть на складе в Алматы и в Астане, их можно забрать сегодня до семи вечера.\n\n"
        "| Товар | Цена | За сутки |\n|---|---|---|\n| Сварочный аппарат Борей 109 | 203 400 ₸ | 5 650 ₸ |\n"
        "| Компрессор Борей 105 | 153 000 ₸ | 4 250 ₸ |\n\nИтого за покупку 356 400 ₸. Доставка бесплатная, гарантия "
        "12 месяцев. В рассрочку на 6 месяцев получится 59 400 ₸ в месяц без переплаты. Маску положим в подарок!",
    ),
    (
        "Здравствуйте! А мастер покажет, как работать с бензопилой?",
        "Здравствуйте! Конечно, мастер на складе всё покажет: как завести, как натянуть цепь, чем заправлять и как "
        "хранить пилу зимой. Обычно на это уходит минут пятнадцать, так что приезжайте пораньше. Адрес: улица Садовая, "
        "дом 12, вход со двора, звоните по номеру +7 701 555 01 23. Работаем каждый день с 9:00 до 19:00, кроме "
        "праздников. Возьмите с собой удостоверение личности, без него договор оформить не получится. Ждём вас!",
    ),
    (
        "Сравните, пожалуйста, мотопомпы и что дешевле на месяц",
        "Мотопомпа Борей 107 стоит 4 950 ₸ в сутки и 24 750 ₸ в неделю, мотопомпа Кремень 117 — 8 450 ₸ в сутки и "
        "42 250 ₸ в неделю. На четыре недели первая выйдет в 99 000 ₸, а со скидкой 10 % — 89 100 ₸; вторая — "
        "169 000 ₸, со скидкой 152 100 ₸. Разница около 63 000 ₸. Первая качает до 500 литров в минуту, вторая до "
        "1 000, шланг 20 метров идёт в комплекте. Если вода чистая, берите первую: её хватит с запасом. Записать вас?",
    ),
)
"""A client's question and a reply of 400 characters, give or take ten."""


def hostile(size: int) -> dict[str, str]:
    """Texts of `size` characters made to be slow to read, by what they are full of."""
    seeds = {
        "digits": "7",
        "digits and spaces": "1 ",
        "groups of digits": "100 000 ",
        "spaces": " ",
        "opening brackets": "(",
        "brackets around digits": "(1)",
        "one product's name": "Болгарка Борей 101 ",
        "prices of one product": "Болгарка Борей 101 — 2 850 ₸, ",
        "prices in lines": "- Болгарка Борей 101: 2 850 ₸ в сутки\n",
        "sums": "1+",
        "commas": ",",
        "currency signs": "₸",
        "percents": "10% ",
        "letters": "а",
        "number words": "двести пятьдесят тысяч ",
        "words of discount": "скидка 10 % на всё бесплатно ",
        "table bars": "| ",
        "markdown": "**1**",
        "tags": "<td>1</td>",
        "long tag": "<b ",
        "dots": "1.",
        "negations": "не без нет никакой скидки ",
        "questions": "а если да? ",
        "zeros as letters": "1O ",
        "zero width": "1\u200b",
        "line ends": "\n",
        "links": "http://",
        "codes": "PILA5 ",
        "quotes": "«",
        "half a number": "полтора ",
    }
    whole = {name: (seed * (size // len(seed) + 1))[:size] for name, seed in seeds.items()}
    return whole | {"nested brackets": "(" * (size // 2) + ")" * (size - size // 2)}
