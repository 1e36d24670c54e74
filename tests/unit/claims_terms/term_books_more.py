"""More invented businesses: a dental clinic (ru/kk), a language school (ru/en), a hosting provider (en/ru)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from botops.pricebook.model import Offer, OfferKind, Policies, Price, PriceBook, Product, Window


def price(amount: str, currency: str = "KZT", **more: object) -> Price:
    return Price(Decimal(amount), currency, **more)


def offer(name: str, kind: OfferKind, value: str | int | None, conditions: str = "", **more: object) -> Offer:
    return Offer(name, kind, Decimal(value) if isinstance(value, int) else value, conditions=conditions, **more)


DENTAL = PriceBook(
    "KZT",
    (
        Product("clean", "Профессиональная чистка", ("чистка зубов", "чистка", "тіс тазалау"), (price("18000"),)),
        Product("fill", "Пломба световая", ("пломба", "пломба салу"), (price("22000"),)),
        Product("crown", "Коронка металлокерамика", ("коронка", "қаптама тіс"), (price("65000"),)),
        Product("impl", "Имплант под ключ", ("имплант", "имплантация"), (price("280000"),)),
        Product("xray", "Панорамный снимок", ("снимок", "рентген", "суретке түсіру"), (price("6000"),)),
        Product("white", "Отбеливание", ("отбеливание", "ағарту"), (price("55000"),)),
        Product("anest", "Анестезия", ("анестезия", "укол", "жансыздандыру"), (price("3000"),)),
    ),
    (
        offer("fam", OfferKind.PERCENT, 8, "членам одной семьи, от 3 человек"),
        offer("wh", OfferKind.PERCENT, 25, "на отбеливание после чистки", applies_to=("white",)),
        offer("cons", OfferKind.GIFT, "Консультация", "консультация бесплатно при лечении"),
        offer("inst", OfferKind.INSTALLMENT, 12, "0-0-12 на импланты от 200 000 ₸", applies_to=("impl",)),
        offer("w1", OfferKind.WARRANTY, 12, "12 месяцев на пломбы", applies_to=("fill",)),
        offer("w2", OfferKind.WARRANTY, 36, "36 месяцев на коронки и импланты", applies_to=("crown", "impl")),
        offer(
            "smile",
            OfferKind.PROMO_CODE,
            15,
            "15% на чистку, первый визит",
            code="SMILE15",
            applies_to=("clean",),
            window=Window(date(2026, 9, 1), date(2026, 12, 31)),
        ),
    ),
    Policies(
        True,
        Decimal(0),
        (
            "Скидки не суммируются, действует наибольшая.",
            "Анестезия входит в стоимость имплантации.",
            "При лечении пломбой анестезия оплачивается отдельно.",
            "Снимок бесплатно при установке импланта.",
            "Предоплата 50% за имплант.",
            "Отмена визита за 24 часа без штрафа, позже — 2 000 ₸.",
            "Детям до 12 лет осмотр бесплатно.",
        ),
    ),
    version="dental",
)

SCHOOL = PriceBook(
    "KZT",
    (
        Product(
            "grp", "Групповой курс", ("группа", "групповые занятия", "group course"), (price("38000", per="month"),)
        ),
        Product(
            "ind", "Индивидуальное занятие", ("индивидуально", "individual lesson"), (price("7000", per="lesson"),)
        ),
        Product("ielts", "Курс IELTS", ("ielts", "айелтс"), (price("60000", per="month"),)),
        Product("book", "Учебник", ("учебник", "пособие", "textbook"), (price("9500"),)),
        Product("club", "Разговорный клуб", ("клуб", "speaking club"), (price("2000", per="visit"),)),
        Product("test", "Пробный экзамен IELTS", ("mock", "пробный ielts", "mock exam"), (price("12000"),)),
    ),
    (
        offer("half", OfferKind.PERCENT, 10, "при оплате за 6 месяцев", applies_to=("grp", "ielts")),
        offer("sib", OfferKind.PERCENT, 15, "второму ребёнку из семьи", applies_to=("grp",)),
        offer("tri", OfferKind.TRIAL, 1, "одно пробное занятие бесплатно", applies_to=("grp", "ind")),
        offer("club", OfferKind.GIFT, "Разговорный клуб", "клуб бесплатно ученикам IELTS", applies_to=("ielts",)),
        offer("cb", OfferKind.CASHBACK, 3, "3% бонусами"),
        offer("ref", OfferKind.AMOUNT, 5000, "за друга, который купил месяц"),
        offer(
            "sep",
            OfferKind.PROMO_CODE,
            4000,
            "минус 4 000 ₸ на первый месяц группы",
            code="SEPT4",
            applies_to=("grp",),
            window=Window(date(2026, 8, 20), date(2026, 9, 30)),
        ),
    ),
    Policies(
        True,
        Decimal(0),
        (
            "Скидки и промокоды не суммируются.",
            "Учебник в стоимость курса не входит.",
            "Заморозка до 14 дней в семестр.",
            "Возврат за неиспользованные занятия в течение 10 дней.",
            "Пропуски без предупреждения не возвращаются.",
        ),
    ),
    version="school",
)

HOSTING = PriceBook(
    "USD",
    (
        Product("s", "Starter plan", ("starter", "старт"), (price("5", "USD", per="month"),)),
        Product("b", "Business plan", ("business", "бизнес"), (price("15", "USD", per="month"),)),
        Product("d", "Domain .com", ("domain", "домен"), (price("12", "USD", per="year"),)),
        Product("ssl", "SSL certificate", ("ssl", "certificate"), (price("10", "USD", per="year"),)),
        Product("mig", "Site migration", ("migration", "перенос сайта"), (price("40", "USD"),)),
        Product("bak", "Daily backups", ("backups", "бэкап", "backup"), (price("3", "USD", per="month"),)),
    ),
    (
        offer("year", OfferKind.PERCENT, 20, "when paid annually", applies_to=("s", "b")),
        offer("dom", OfferKind.GIFT, "Domain", "free domain for the first year with Business", applies_to=("b",)),
        offer("tr", OfferKind.TRIAL, 30, "30-day trial", applies_to=("s",)),
        offer("ngo", OfferKind.PERCENT, 30, "for nonprofits"),
        offer("aff", OfferKind.CASHBACK, 10, "10% back for referrals"),
        offer("h", OfferKind.PROMO_CODE, 50, "50% off the first month", code="HOST50", applies_to=("s", "b")),
    ),
    Policies(
        None,
        None,
        (
            "SSL is included in the Business plan.",
            "Daily backups are not included in Starter.",
            "Money-back guarantee 45 days.",
            "Promo codes can't be combined with other discounts.",
            "Free migration of one site with annual Business.",
        ),
    ),
    version="hosting",
)
