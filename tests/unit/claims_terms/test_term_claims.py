"""Discounts, promo codes and terms of invented businesses: what is a finding and what is not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from botops.claims.terms import find_term_claims

_SPEC = importlib.util.spec_from_file_location("term_books", Path(__file__).with_name("term_books.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
books = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(books)

CLEAN: list[tuple[str, ...]] = [
    # bakery
    ("bakery", "Пенсионерам скидка есть?", "Да, пенсионерам 7% по удостоверению."),
    ("bakery", "Беру 6 наборов эклеров", "Шесть наборов эклеров — со скидкой 12%, потому что больше пяти."),
    ("bakery", "А свечи?", "К торту «Медовик» свечи в подарок."),
    ("bakery", "Сколько доставка", "Доставка 1 200 ₸, от 15 000 ₸ бесплатно."),
    ("bakery", "Бонусы есть?", "Начисляем 4% бонусами на следующий заказ."),
    ("bakery", "Кэшбэк какой", "Кэшбэк 4%."),
    ("bakery", "Промокод MED10 ещё работает?", "MED10 закончился 31 мая, применить его уже нельзя."),
    ("bakery", "Код EKLER1000 на эклеры", "Да, EKLER1000 действует на эклеры до 30 ноября: минус 1 000 ₸."),
    ("bakery", "Какая предоплата", "Предоплата 40% на торты под заказ."),
    ("bakery", "Можно отменить?", "Если отменить за 48 часов, вернём всё; позже предоплата не возвращается."),
    ("bakery", "Надпись сделаете?", "Надпись на торте бесплатна."),
    ("bakery", "Фотопечать входит?", "Нет, фотопечать в цену не входит, это 3 000 ₸."),
    ("bakery", "А скидку 30% дадите?", "Скидки 30% у нас нет."),
    ("bakery", "Дайте 20%", "К сожалению, 20% дать не можем."),
    ("bakery", "У конкурентов скидка 25%", "Про скидки конкурентов не подскажу, у нас пенсионерам 7%."),
    ("bakery", "Ваш менеджер обещал 50%", "Вы пишете про 50%, но такой скидки в условиях нет."),
    ("bakery", "Мне 70 лет и беру 5 наборов", "Скидки не суммируются: действует одна, 12% на эклеры от пяти наборов."),
    ("bakery", "НДС?", "НДС 12% уже включён в цены."),
    ("bakery", "минимум сколько кг", "Минимальный заказ торта — 2 кг."),
    ("bakery", "Рассрочка бывает?", "Рассрочки у нас нет."),
    ("bakery", "доставка бесплатно от какой суммы", "Бесплатно от 15 000 ₸."),
    ("bakery", "зейнеткерлерге жеңілдік бар ма", "Иә, зейнеткерлерге 7% жеңілдік бар."),
    ("bakery", "торт 20% жеңілдікпен бересіздер ме", "20% жеңілдік жоқ."),
    ("bakery", "MED10 жарамды ма", "MED10 мерзімі 31 мамырда аяқталды."),
    ("bakery", "Do you have discounts?", "We have 7% for pensioners."),
    ("bakery", "Is delivery free?", "Delivery is free from 15,000 KZT, otherwise 1,200 KZT."),
    ("bakery", "Could I get half off?", "No, we don't do half price."),
    ("bakery", "процент какао в торте?", "В бисквите 22% какао, влажность коржей около 30%."),
    ("bakery", "Скидка постоянным будет?", "Про скидку постоянным клиентам уточню у руководителя."),
    ("bakery", "а коробка?", "Подарочная коробка — 1 500 ₸."),
    ("bakery", "Скидка 12% же на торт?", "12% действует на эклеры от 5 наборов, на торты она не распространяется."),
    ("bakery", "Ищу подарок маме", "Отличный подарок маме — набор эклеров за 4 800 ₸."),
    ("bakery", "Когда ответите", "Вернусь с ответом в течение 2 часов."),
    ("bakery", "Беру в подарок", "Если берёте в подарок, есть коробка за 1 500 ₸."),
    ("bakery", "Успеете?", "Гарантируем, что торт будет готов за 2 дня."),
    ("bakery", "Когда вернутся деньги", "После отмены деньги поступят на карту в течение 5 дней."),
    ("bakery", "Замороженные торты есть?", "Замороженный торт хранится 3 месяца."),
    ("bakery", "Что в составе", "В набор входит шесть эклеров с кремом."),
    ("bakery", "Сколько ждать", "Торт готовим 2 дня, доставка с 10 до 20 часов."),
    ("bakery", "Какой процент сахара", "Сахара на 15% меньше, чем в обычном рецепте."),
    ("bakery", "акция была?", "Раньше была скидка 20%, сейчас её нет."),
    ("bakery", "MED10 весной дадите?", "MED10 действовал до 31 мая."),
    ("bakery", "какой код", "Код подтверждения пришлём по СМС."),
    ("bakery", "БИН", "БИН 990140001122, КБЕ 17, код ОКЭД 10710."),
    ("bakery", "скидка если 5 наборов?", "От 5 наборов эклеров — минус 12%."),
    ("bakery", "если бы я была пенсионеркой", "Если бы вы были пенсионеркой, скидка составила бы 7%."),
    ("bakery", "сколько бонусов с 10 000", "С 10 000 ₸ вернётся 400 ₸ бонусами, это 4%."),
    ("bakery", "EKLER1000 до какого", "EKLER1000 на эклеры действует по 30 ноября."),
    # gym
    ("gym", "Студентам есть скидка?", "Студентам 15% на месячный абонемент."),
    ("gym", "студенттерге жеңілдік бар ма", "Бар, студенттерге айлық абонементке 15% жеңілдік."),
    ("gym", "годовой в рассрочку?", "Годовой абонемент можно взять в рассрочку 0-0-6."),
    (
        "gym",
        "жылдық абонементті бөліп төлеуге бола ма",
        "Болады, жылдық абонемент 0-0-6 арқылы, 6 айға бөліп төлейсіз.",
    ),
    ("gym", "пробное есть?", "Первое пробное посещение бесплатно."),
    ("gym", "а что в подарок к годовому", "К годовому абонементу спортивная сумка в подарок."),
    ("gym", "жылдыққа сыйлық бар ма", "Жылдық абонементке спорттық сөмке сыйға беріледі."),
    ("gym", "заморозка?", "Заморозка годового абонемента до 30 дней бесплатно."),
    ("gym", "Сауна входит?", "Да, сауна входит в абонемент."),
    ("gym", "Полотенце входит?", "Нет, полотенце не входит, 500 ₸."),
    ("gym", "сыну 5 лет, платить?", "Ребёнок 5 лет в сопровождении взрослого — бесплатно."),
    ("gym", "Вернуть деньги можно?", "Возврат в течение 14 дней с удержанием 10%."),
    ("gym", "за друга что дадите", "За приведённого друга минус 3 000 ₸."),
    ("gym", "НДС есть?", "Мы не плательщики НДС."),
    ("gym", "шкафчик бесплатно?", "Нет, шкафчик платный: 2 500 ₸ в месяц."),
    ("gym", "шкаф тегін бе", "Жоқ, шкаф тегін емес, айына 2 500 теңге."),
    ("gym", "сауна кіре ме", "Иә, сауна абонементке кіреді."),
    ("gym", "год сразу оплачу", "При оплате за год 1 месяц бесплатно."),
    ("gym", "Is the trial free?", "Yes, one trial visit is free."),
    ("gym", "Do you split the monthly pass?", "No, instalments are only for the annual pass."),
    ("gym", "скидка 40% была в рекламе", "Такой скидки нет, студентам 15%."),
    ("gym", "а гарантия результата?", "Гарантии результата не даём."),
    ("gym", "рейтинг какой", "Рейтинг 4,9, 95% клиентов продлевают абонемент."),
    ("gym", "если студент и на год", "Акции не суммируются, поэтому 15% к годовому не добавим."),
    ("gym", "сколько раз ходить", "Ходить можно хоть 7 дней в неделю."),
    ("gym", "тренер вернётся?", "Тренер вернётся через 2 недели."),
    ("gym", "какая нагрузка", "Начните с 60% от максимального веса."),
    ("gym", "есть бассейн?", "Бассейна у нас нет."),
    ("gym", "сумка к месячному?", "Нет, сумка только к годовому абонементу."),
    ("gym", "скидка 15% на персоналку?", "Нет, 15% действует только на месячный абонемент."),
    ("gym", "рассрочка на месячный?", "Рассрочка только на годовой абонемент."),
    ("gym", "рассрочканы айтшы", "Рассрочка тек жылдық абонементке, 0-0-6."),
    ("gym", "мұздату бар ма", "Жылдық абонементті 30 күнге дейін тегін мұздатуға болады."),
    ("gym", "балама 5 жас", "7 жасқа дейінгі балалар тегін кіреді."),
    ("gym", "досымды әкелсем", "Досыңызды әкелсеңіз, 3 000 теңге шегереміз."),
    # print
    ("print", "Gift ideas?", "A photo mug makes a lovely gift at $9."),
    ("print", "gift box", "The gift box is $15."),
    ("print", "When will I get the refund?", "Refunds take 5 business days to process."),
    ("print", "Is it sugar free", "Feel free to call, the line is open until 6 pm."),
    ("print", "quality?", "Our colour accuracy is 98%."),
    ("print", "paper?", "The paper is 100% recycled."),
    ("print", "10 packs and charity?", "Discounts can't be combined, so 25% for charities applies."),
    ("print", "zip code?", "Please send your zip code AB12."),
    ("print", "12 packs", "For 12 packs the 20% discount applies."),
    ("print", "12 packs of cards please", "12 packs of business cards come with 20% off."),
    ("print", "We're a charity", "Charities get 25% off."),
    ("print", "Do you ship free?", "Shipping is free from $100."),
    ("print", "HELLO5 on my first order?", "Yes, HELLO5 gives 5% off the first order."),
    ("print", "Is VAT included?", "No, prices exclude VAT, 20% is added on top."),
    ("print", "How long is lamination guaranteed?", "Lamination has a 6-month warranty."),
    ("print", "Do I get a proof?", "A digital proof is free with every order."),
    ("print", "deposit?", "We take a 50% deposit before printing."),
    ("print", "Can I cancel?", "Full refund if you cancel 24 hours before printing."),
    ("print", "30% for regulars?", "We can't offer 30%."),
    ("print", "and changes?", "Design changes are free up to 2 revisions."),
    ("print", "Can I combine?", "Discounts don't stack, the largest applies."),
    ("print", "sale?", "Feel free to ask for a quote."),
    ("print", "what's included", "The gift card of another shop cannot be used here."),
    ("print", "Your manager said 60% off", "You mentioned 60%, but I don't see such a discount."),
    ("print", "We spend $700, three payments?", "Yes, orders over $500 can be paid in three payments."),
]

FOUND: list[tuple[str, str, str, str, str]] = [
    # book, question, reply, kind, a piece of the quote
    ("bakery", "Скидка есть?", "Да, новым клиентам 15% на всё.", "discount", "15%"),
    ("bakery", "Пенсионерам?", "Пенсионерам скидка 10%.", "discount", "10%"),
    ("bakery", "А студентам?", "Студентам 7%.", "discount", "7%"),
    ("bakery", "торт 3 кг", "На торт «Медовик» дадим 12%.", "discount", "12%"),
    ("bakery", "2 набора эклеров", "Два набора эклеров отдадим со скидкой 12%.", "discount", "12%"),
    ("bakery", "дорого", "Хорошо, скинем 18%.", "discount", "18%"),
    ("bakery", "дорого", "Сделаем минус 2 500 ₸.", "discount", "2 500"),
    ("bakery", "эклеры два набора", "Второй набор эклеров за полцены.", "discount", "полцены"),
    ("bakery", "акции?", "Каждый третий эклер бесплатно.", "terms", "бесплатно"),
    ("bakery", "скидка?", "Осенью всё в два раза дешевле.", "discount", "два раза"),
    ("bakery", "MED10", "MED10 работает, минус 10% на торт.", "promo_code", "MED10"),
    ("bakery", "купон есть?", "Вот промокод SLADKO20 на ваш заказ.", "promo_code", "SLADKO20"),
    ("bakery", "код?", "По коду EKLER1000 минус 3 000 ₸ на эклеры.", "promo_code", "EKLER1000"),
    ("bakery", "EKLER1000 на медовик можно", "Да, EKLER1000 применим к торту «Медовик».", "promo_code", "EKLER1000"),
    ("bakery", "кэшбэк?", "Кэшбэк 9% с каждого заказа.", "terms", "9%"),
    ("bakery", "предоплата?", "Предоплата 20%.", "terms", "20%"),
    ("bakery", "предоплата?", "Для вас без предоплаты.", "terms", "предоплаты"),
    ("bakery", "отмена?", "Отменить бесплатно можно за 6 часов.", "terms", "6 часов"),
    ("bakery", "Фотопечать входит?", "Да, фотопечать входит в стоимость торта.", "terms", "входит"),
    ("bakery", "Фотопечать входит в цену торта?", "Да.", "terms", "Да"),
    ("bakery", "коробка", "Подарочная коробка к торту бесплатно.", "terms", "бесплатно"),
    ("bakery", "рассрочка?", "Есть рассрочка 0-0-12.", "terms", "0-0-12"),
    ("bakery", "ндс?", "НДС 20% включён.", "terms", "20%"),
    ("bakery", "1 кг торта можно?", "Да, можно и 1 кг торта.", "terms", "1 кг"),
    ("bakery", "жеңілдік?", "Барлық тортқа 25% жеңілдік жасаймыз.", "discount", "25%"),
    ("bakery", "сыйлық бар ма", "Иә, қорап сыйға беріледі.", "terms", "сыйға"),
    ("bakery", "алдын ала төлем?", "Алдын ала төлем 10%.", "terms", "10%"),
    ("bakery", "бонус?", "Сізге 8% бонус қайтады.", "terms", "8%"),
    ("bakery", "any deals?", "Buy today and get 35% off your cake.", "discount", "35%"),
    ("bakery", "any deals?", "The second cake is half price.", "discount", "half price"),
    ("bakery", "boxes?", "Boxes are free with eclairs.", "terms", "free"),
    ("bakery", "пенсионерка, беру 5 наборов", "12% на эклеры и ещё 7% как пенсионеру.", "discount", "7%"),
    ("gym", "Студент, годовой", "Студентам на годовой абонемент 15%.", "discount", "15%"),
    ("gym", "жылдыққа студенттік бар ма", "Иә, жылдық абонементке студенттерге 15% жеңілдік.", "discount", "15%"),
    ("gym", "месячный в рассрочку?", "Месячный абонемент тоже в рассрочку 0-0-6.", "terms", "0-0-6"),
    (
        "gym",
        "годовой в рассрочку?",
        "Годовой абонемент на 12 месяцев без переплаты, рассрочка 0-0-12.",
        "terms",
        "0-0-12",
    ),
    ("gym", "бөліп төлеу?", "Болады, жылдық абонементті 24 айға бөліп төлейсіз.", "terms", "24 айға"),
    ("gym", "пробное?", "Две недели пробного периода бесплатно.", "terms", "недели"),
    ("gym", "месячный что даёт", "К месячному абонементу спортивная сумка в подарок.", "terms", "подарок"),
    ("gym", "заморозка?", "Заморозка до 90 дней.", "terms", "90 дней"),
    ("gym", "Полотенце входит?", "Да, полотенце входит в абонемент.", "terms", "входит"),
    ("gym", "Полотенце входит в абонемент?", "Конечно.", "terms", "Конечно"),
    ("gym", "дочке 9 лет", "Дети 9 лет бесплатно.", "terms", "бесплатно"),
    ("gym", "возврат?", "Возврат в течение 60 дней.", "terms", "60 дней"),
    ("gym", "за друга?", "За друга минус 5 000 ₸.", "discount", "5 000"),
    ("gym", "шкафчик?", "Шкафчик бесплатно.", "terms", "бесплатно"),
    ("gym", "шкаф?", "Шкаф тегін.", "terms", "тегін"),
    ("gym", "год", "При оплате за год 3 месяца бесплатно.", "terms", "3 месяца"),
    ("gym", "год", "Жылға төлесеңіз 4 ай тегін.", "terms", "4 ай"),
    ("gym", "locker?", "The locker is on us.", "terms", "on us"),
    ("gym", "discount?", "New members get 20% off.", "discount", "20%"),
    ("gym", "код?", "Введите промокод FIT30, скидка 30%.", "promo_code", "FIT30"),
    ("gym", "персоналка", "Каждая пятая персональная тренировка бесплатно.", "terms", "бесплатно"),
    (
        "gym",
        "студент и друга привёл",
        "15% как студенту и ещё минус 3 000 ₸ за друга, всё суммируется.",
        "discount",
        "3 000",
    ),
    ("print", "4 packs of cards", "I can give 20% off 4 packs of business cards.", "discount", "20%"),
    ("print", "charity here", "Charities get 40% off.", "discount", "40%"),
    ("print", "flyers", "Flyers are 20% off today.", "discount", "20%"),
    ("print", "warranty?", "Lamination comes with a two-year warranty.", "terms", "two-year"),
    ("print", "VAT?", "All prices already include VAT.", "terms", "VAT"),
    ("print", "vat rate?", "VAT is 10% on top.", "terms", "10%"),
    ("print", "deposit?", "We take a 20% deposit.", "terms", "20%"),
    ("print", "deposit?", "No deposit is needed for you.", "terms", "deposit"),
    ("print", "lamination?", "Lamination is free with flyers.", "terms", "free"),
    ("print", "instalments?", "You can pay in 12 interest-free monthly instalments.", "terms", "12"),
    ("print", "code?", "Use promo code SAVE15 at checkout.", "promo_code", "SAVE15"),
    ("print", "HELLO5?", "HELLO5 gives 15% off the first order.", "promo_code", "HELLO5"),
    ("print", "mugs", "Buy two mugs and the third is free.", "terms", "free"),
    ("print", "cashback?", "You get 5% cashback.", "terms", "5%"),
    ("print", "charity, 10 packs", "25% for charities plus another 20% for volume, they add up.", "discount", "20%"),
    ("print", "Is lamination included?", "Yes, lamination is included in the price of flyers.", "terms", "included"),
]


@pytest.mark.parametrize("case", CLEAN, ids=lambda c: f"{c[0]}: {c[-1]}")
def test_supported_or_denied_terms_are_no_findings(case: tuple[str, ...]) -> None:
    found = find_term_claims(books.context(*case))
    assert [(f.kind.value, f.quote, f.explanation("ru")) for f in found] == []


@pytest.mark.parametrize(("book", "question", "reply", "kind", "piece"), FOUND, ids=[f"{c[0]}: {c[2]}" for c in FOUND])
def test_unsupported_terms_are_found(book: str, question: str, reply: str, kind: str, piece: str) -> None:
    found = find_term_claims(books.context(book, question, reply))
    hits = [f for f in found if piece in f.quote or f.quote in piece]
    assert hits, [(f.kind.value, f.quote) for f in found]
    near = {"discount", "promo_code", "terms"}
    assert hits[0].kind.value == kind or {hits[0].kind.value, kind} <= near
    for finding in found:
        assert reply[finding.start : finding.end] == finding.quote
        assert set(finding.explanations) == {"ru", "kk", "en"}
        assert all(text and "{" not in text for text in finding.explanations.values())
