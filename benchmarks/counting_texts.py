"""Texts of the kinds a sales bot counts, put together from sentences written for this: 200, alike at every run."""

import random

RUSSIAN = """
Здравствуйте! Подскажите, пожалуйста, есть ли у вас свободные места на субботу?
Мы работаем без выходных с 9:00 до 21:00, последний заказ принимаем за полчаса до закрытия.
Доставка по городу стоит 1 500 ₸, а при заказе от 25 000 ₸ она бесплатная.
Можно ли оплатить покупку частями и сколько месяцев действует рассрочка?
Если товар не подойдёт, его можно вернуть в течение четырнадцати дней с чеком и упаковкой.
Спасибо за ожидание, я проверил остатки на складе: серых кресел осталось два, зелёных нет совсем.
Не обещай клиенту скидку, которой нет в прайсе, даже если он настаивает или ссылается на другого менеджера.
Отвечай коротко, вежливо и по делу; не больше трёх предложений в одном сообщении.
Мастер приедет завтра между десятью и двенадцатью, диагностика входит в стоимость ремонта.
Скажите, а гарантия на аккумулятор распространяется или только на корпус?
Абонемент на двенадцать занятий можно заморозить один раз на срок до трёх недель.
Я передал ваш вопрос старшему менеджеру, он перезвонит сегодня до конца рабочего дня.
К сожалению, промокод уже не действует: акция закончилась 31 октября.
В тариф входят до пяти сотрудников, выгрузка отчётов и поддержка по электронной почте.
Нам нужно оборудование для небольшой пекарни: печь, расстоечный шкаф и тестомес на тридцать литров.
Цена указана с учётом НДС, счёт для юридического лица выставим в течение часа.
Дороговато... А если возьмём сразу двадцать штук, подвинетесь по цене?
Ребёнку семь лет, раньше английским не занимался, хотели бы попробовать одно пробное занятие.
Установка окна занимает около четырёх часов, вывоз старых рам оплачивается отдельно — 4 000 ₸ за штуку.
Запишите, пожалуйста, на маникюр к Светлане, желательно после шести вечера.
""".strip().split("\n")

KAZAKH = """
Сәлеметсіз бе! Сенбі күніне бос орын бар ма, айтып жіберіңізші?
Біз демалыссыз сағат 9:00-ден 21:00-ге дейін жұмыс істейміз, соңғы тапсырысты жабылуға жарты сағат қалғанда аламыз.
Қала ішінде жеткізу 1 500 ₸ тұрады, ал 25 000 ₸-ден асатын тапсырыс тегін жеткізіледі.
Сатып алу ақысын бөліп төлеуге бола ма және бөліп төлеу неше айға беріледі?
Тауар жарамаса, оны он төрт күн ішінде түбіртегімен және қорабымен қайтаруға болады.
Күткеніңізге рақмет, қоймадағы қалдықты тексердім: сұр креслодан екеуі қалды, жасылы мүлде жоқ.
Клиент талап етсе де немесе басқа менеджерге сілтеме жасаса да, прайста жоқ жеңілдікті уәде етпе.
Қысқа, сыпайы әрі нақты жауап бер; бір хабарламада үш сөйлемнен аспасын.
Шебер ертең сағат он мен он екінің арасында келеді, диагностика жөндеу құнына кіреді.
Кепілдік аккумуляторға да жүре ме, әлде тек корпусқа ғана ма?
Он екі сабаққа арналған абонементті бір рет үш аптаға дейін тоқтата тұруға болады.
Сұрағыңызды аға менеджерге жеткіздім, ол бүгін жұмыс күні аяқталғанша хабарласады.
Өкінішке қарай, промокодтың мерзімі өтіп кетті: акция 31 қазанда аяқталған.
Тарифке бес қызметкерге дейін, есептерді жүктеу және электрондық пошта арқылы қолдау кіреді.
Бізге шағын наубайханаға жабдық керек: пеш, қамыр көтеретін шкаф және отыз литрлік қамыр илегіш.
Баға қосылған құн салығымен көрсетілген, заңды тұлғаға шотты бір сағат ішінде жібереміз.
Қымбаттау екен... Бірден жиырма дана алсақ, бағасын түсіресіз бе?
Баламыз жеті жаста, бұрын ағылшын тілін оқымаған, бір сынақ сабағына қатысып көргіміз келеді.
Терезе орнату шамамен төрт сағат алады, ескі жақтауларды шығару бөлек төленеді — данасы 4 000 ₸.
Мені Светланаға маникюрге жазып қойыңызшы, кешкі алтыдан кейін болса жақсы болар еді.
""".strip().split("\n")

ENGLISH = """
Hello! Could you tell me whether you have any places left on Saturday?
We are open every day from 9:00 to 21:00 and take the last order half an hour before closing.
Delivery within the city costs 1,500 ₸ and is free for orders above 25,000 ₸.
Can I pay in instalments, and over how many months?
If the item does not suit you, return it within fourteen days with the receipt and the packaging.
Thanks for waiting, I have checked the stock: two grey armchairs are left and no green ones at all.
Never promise a discount that is not on the price list, even if the client insists or names another manager.
Answer briefly, politely and to the point; no more than three sentences in one message.
The technician will come tomorrow between ten and twelve, and the diagnosis is included in the repair.
Does the warranty cover the battery as well, or the case only?
A pass for twelve lessons can be frozen once, for up to three weeks.
I have passed your question on to a senior manager, who will call you back before the end of the day.
Unfortunately the promo code no longer works: the campaign ended on 31 October.
The plan includes up to five employees, report exports and support by e-mail.
We need equipment for a small bakery: an oven, a proofing cabinet and a thirty-litre dough mixer.
The price includes VAT, and we will issue the invoice for your company within an hour.
That's rather expensive... What if we take twenty at once, could you come down a little?
Our child is seven and has never learned English, so we would like to try a single lesson first.
Fitting a window takes about four hours; removing the old frames is charged separately, 4,000 ₸ each.
Please book me a manicure with Svetlana, after six in the evening if possible.
""".strip().split("\n")

LANGUAGES = {"ru": RUSSIAN, "kk": KAZAKH, "en": ENGLISH}
_ITEMS = {
    "ru": ["Фильтр для воды", "Стол письменный", "Курс разговорного английского", "Чехол силиконовый"],
    "kk": ["Су сүзгісі", "Жазу үстелі", "Ағылшын тілінде сөйлеу курсы", "Силикон тысқап"],
    "en": ["Water filter", "Writing desk", "Conversational English course", "Silicone case"],
}


def texts(language: str, number: int, seed: int = 20261122) -> list[str]:
    """Different texts of a language: messages of one to three sentences, longer replies, rules and price lists."""
    chance = random.Random(f"{seed} {language}")
    made: dict[str, None] = {}
    while len(made) < number:
        made.setdefault(_text(language, len(made) % 4, chance))
    return list(made)


def _text(language: str, kind: int, chance: random.Random) -> str:
    said = LANGUAGES[language]
    if kind == 0:
        return " ".join(chance.sample(said, chance.randint(1, 3)))
    if kind == 1:
        return " ".join(chance.sample(said, chance.randint(4, 8)))
    if kind == 2:
        return "\n".join(f"{i}. {rule}" for i, rule in enumerate(chance.sample(said, chance.randint(3, 6)), 1))
    rows = [
        f"{chance.choice(_ITEMS[language])} {chance.randint(1, 99)} — {chance.randint(5, 900) * 100:,} ₸"
        for _ in range(chance.randint(3, 8))
    ]
    return chance.choice(said) + "\n\n" + "\n".join(rows).replace(",", "\u00a0")


def two_hundred() -> dict[str, list[str]]:
    """200 texts by language."""
    return {"ru": texts("ru", 80), "kk": texts("kk", 60), "en": texts("en", 60)}
