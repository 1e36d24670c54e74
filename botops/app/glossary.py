"""Every number the screens show: one id, one function that computes it, one meaning in each language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botops.app.costs.glossary import COSTS
from botops.app.dialogues.glossary import REVIEWS
from botops.app.glossary_entry import Entry
from botops.app.glossary_entry import texts as _texts
from botops.app.glossary_ops import OPS
from botops.app.glossary_reception import RECEPTION

_ENTRIES = (
    Entry(
        "dialogues",
        "botops.app.queries.overview",
        "count",
        "neither",
        _texts("Диалоги", "Диалогтар", "Dialogues"),
        _texts(
            "Сколько диалогов, в которых бот получил хотя бы одно сообщение клиента за период.",
            "Кезең ішінде бот клиенттен кемінде бір хабар алған диалогтар саны.",
            "Dialogues in which the bot got at least one client message within the period.",
        ),
        _texts(
            "число разных диалогов, где есть реплика клиента за период",
            "кезең ішінде клиент жазған әртүрлі диалогтар саны",
            "distinct dialogues with a client message in the period",
        ),
    ),
    Entry(
        "false_replies",
        "botops.app.queries.overview",
        "per_thousand",
        "down",
        _texts("Ответы с неверными условиями", "Шарты қате жауаптар", "Replies with false terms"),
        _texts(
            "В скольких ответах из тысячи модель назвала цену, скидку, сумму или условие, которых нет в прайсе. "
            "Считаются и те ответы, что проверка задержала или заставила исправить.",
            "Мың жауаптың нешеуінде модель прайста жоқ баға, жеңілдік, сома не шарт атады. "
            "Тексеру тоқтатқан немесе түзеткізген жауаптар да есептеледі.",
            "In how many replies out of a thousand the model stated a price, discount, total or term that the price "
            "book does not support. Replies the guard held back or had corrected count too.",
        ),
        _texts(
            "ответы, в черновике которых проверка нашла ошибку ÷ все ответы × 1000",
            "жобасынан қате табылған жауаптар ÷ барлық жауап × 1000",
            "replies whose draft had a finding ÷ all replies × 1000",
        ),
    ),
    Entry(
        "false_reached",
        "botops.app.queries.overview",
        "per_thousand",
        "down",
        _texts("Неверные условия у клиента", "Клиентке жеткен қате шарттар", "False terms that reached clients"),
        _texts(
            "В скольких ответах из тысячи неверные условия увидел клиент: проверка была в режиме наблюдения "
            "или журнал загружен из другого бота.",
            "Мың жауаптың нешеуінде қате шартты клиент көрді: тексеру тек бақылап тұрды "
            "немесе журнал басқа боттан жүктелді.",
            "In how many replies out of a thousand a client saw false terms: the guard only observed, or the log "
            "was taken in from another bot.",
        ),
        _texts(
            "ответы с ошибкой, отправленные без исправления ÷ все ответы × 1000",
            "қатесі түзетілмей жіберілген жауаптар ÷ барлық жауап × 1000",
            "replies with a finding sent as they were ÷ all replies × 1000",
        ),
    ),
    Entry(
        "below_book",
        "botops.app.queries.overview",
        "money",
        "down",
        _texts("Обещано дешевле прайса", "Прайстан арзан уәде етілді", "Promised below the price book"),
        _texts(
            "На сколько меньше прайса бот пообещал клиентам. Только ответы, которые клиенты увидели: задержанные и "
            "исправленные не входят. Завышенные цены сюда не входят и эту сумму не уменьшают.",
            "Бот клиенттерге прайстан қанша кем баға уәде етті. Тек клиент көрген жауаптар есептеледі: "
            "тоқтатылғаны мен түзетілгені кірмейді. Артық айтылған баға бұл соманы азайтпайды.",
            "By how much less than the price book the bot promised to clients. Only replies that clients saw: those "
            "held back or corrected are left out. Overcharging is left out and does not reduce the sum.",
        ),
        _texts(
            "сумма max(0, по прайсу − обещано) × количество по ошибкам, дошедшим до клиента",
            "клиентке жеткен қателер бойынша max(0, прайстағы − уәде етілген) × сан қосындысы",
            "sum of max(0, owed − promised) × quantity over findings that reached a client",
        ),
    ),
    Entry(
        "handed_over",
        "botops.app.queries.overview",
        "share",
        "neither",
        _texts("Передано человеку", "Адамға берілді", "Handed to a person"),
        _texts(
            "Доля диалогов, которые бот передал менеджеру: клиент попросил, бот пообещал, ответ задержала проверка "
            "или модель не ответила.",
            "Бот менеджерге берген диалогтардың үлесі: клиент сұрады, бот уәде етті, тексеру жауапты тоқтатты "
            "немесе модель жауап бермеді.",
            "Share of dialogues the bot passed to a person: the client asked, the bot promised, the guard held the "
            "reply back, or the model failed.",
        ),
        _texts(
            "диалоги с передачей за период ÷ диалоги за период",
            "кезең ішінде берілген диалогтар ÷ кезеңдегі диалогтар",
            "dialogues handed over in the period ÷ dialogues in the period",
        ),
    ),
    Entry(
        "cost_per_dialogue",
        "botops.app.queries.overview",
        "model_cost",
        "down",
        _texts("Стоимость диалога", "Бір диалог құны", "Cost per dialogue"),
        _texts(
            "Сколько в среднем стоит модель на один диалог, вместе с исправлениями и неудачными вызовами. "
            "Тенге — по курсу того дня, когда был ответ.",
            "Бір диалогқа модель орта есеппен қанша тұрады, түзетулер мен сәтсіз шақыруларды қоса. "
            "Теңге — жауап берілген күнгі бағаммен.",
            "What the model costs per dialogue on average, corrections and failed calls included. "
            "Local currency at the rate of the day of the reply.",
        ),
        _texts(
            "стоимость всех вызовов модели за период ÷ диалоги за период",
            "кезеңдегі барлық модель шақыруларының құны ÷ кезеңдегі диалогтар",
            "cost of all model calls in the period ÷ dialogues in the period",
        ),
    ),
    Entry(
        "reply_time",
        "botops.app.queries.overview",
        "milliseconds",
        "down",
        _texts("Время ответа, p95", "Жауап уақыты, p95", "Reply time, p95"),
        _texts(
            "За это время готовы 95 % ответов — от сообщения клиента до отправки. Точность — в пределах 19 %.",
            "Жауаптардың 95 %-ы осы уақытта дайын болады: клиент хабарынан жіберілгенге дейін. Дәлдігі 19 % шегінде.",
            "95 % of replies are ready within this time, from the client's message to sending. Within 19 %.",
        ),
        _texts(
            "95-й процентиль времени ответа по часовым гистограммам",
            "сағаттық гистограммалар бойынша жауап уақытының 95-процентилі",
            "95th percentile of reply time from hourly histograms",
        ),
    ),
    Entry(
        "won",
        "botops.app.experiments.metrics.won",
        "share",
        "up",
        _texts("Клиенты, которые купили", "Сатып алған клиенттер", "Leads that bought"),
        _texts(
            "Доля клиентов эксперимента, чья сделка закрыта успешно за срок ожидания. Срок идёт с первого ответа бота; "
            "клиент входит в счёт, когда его срок вышел. Сделка, которая потом сорвалась, не считается.",
            "Күту мерзімі ішінде мәмілесі сәтті жабылған эксперимент клиенттерінің үлесі. Мерзім боттың алғашқы "
            "жауабынан басталады; клиент мерзімі біткенде есепке кіреді. Кейін бұзылған мәміле саналмайды.",
            "Share of an experiment's leads whose deal was won within the window. The window opens with the bot's "
            "first reply; a lead counts once its window has closed. A deal that fell through later does not count.",
        ),
        _texts(
            "клиенты, у которых последним за срок было «сделка выиграна» ÷ клиенты, чей срок вышел",
            "мерзім ішіндегі соңғы оқиғасы «мәміле жасалды» болған клиенттер ÷ мерзімі біткен клиенттер",
            "leads whose last of won and lost in the window is won ÷ leads whose window has closed",
        ),
    ),
    Entry(
        "qualified",
        "botops.app.experiments.metrics.qualified",
        "share",
        "up",
        _texts("Клиенты, ставшие целевыми", "Мақсатты болған клиенттер", "Leads qualified"),
        _texts(
            "Доля клиентов эксперимента, которых менеджер признал целевыми за срок ожидания. Купивший считается "
            "целевым, даже если отдельной отметки нет.",
            "Күту мерзімі ішінде менеджер мақсатты деп таныған эксперимент клиенттерінің үлесі. Сатып алған клиент "
            "бөлек белгі болмаса да мақсатты саналады.",
            "Share of an experiment's leads that a seller took for real prospects within the window. A lead that "
            "bought counts even where nobody marked it.",
        ),
        _texts(
            "клиенты с отметкой «целевой» или «сделка выиграна» за срок ÷ клиенты, чей срок вышел",
            "мерзім ішінде «мақсатты» не «мәміле жасалды» белгісі бар клиенттер ÷ мерзімі біткен клиенттер",
            "leads qualified or won in the window ÷ leads whose window has closed",
        ),
    ),
    Entry(
        "satisfaction",
        "botops.app.experiments.metrics.satisfaction",
        "share",
        "up",
        _texts("Довольные клиенты", "Риза клиенттер", "Satisfied leads"),
        _texts(
            "Доля довольных среди тех, кто сам поставил оценку за срок ожидания: последняя оценка — 4 или 5. "
            "Оценки сотрудников не входят.",
            "Күту мерзімі ішінде өзі баға қойғандар арасындағы ризалардың үлесі: соңғы бағасы — 4 не 5. "
            "Қызметкерлердің бағасы кірмейді.",
            "Of the leads that rated a dialogue themselves within the window, the share whose last rating is 4 or 5. "
            "Ratings by the company's people are left out.",
        ),
        _texts(
            "клиенты с последней оценкой 4–5 ÷ клиенты с оценкой, чей срок вышел",
            "соңғы бағасы 4–5 клиенттер ÷ баға қойған, мерзімі біткен клиенттер",
            "leads with a last rating of 4 or 5 ÷ leads with a rating whose window has closed",
        ),
    ),
    Entry(
        "flagged",
        "botops.app.experiments.metrics.flagged",
        "share",
        "down",
        _texts("Клиенты с выдуманным условием", "Ойдан шығарылған шарт естігендер", "Leads told a false claim"),
        _texts(
            "Доля клиентов эксперимента, которым модель хоть раз собиралась назвать цену, скидку или условие, которых "
            "нет в прайсе. Считается и то, что проверка задержала.",
            "Модель прайста жоқ бағаны, жеңілдікті не шартты кемінде бір рет айтпақ болған эксперимент клиенттерінің "
            "үлесі. Тексеру тоқтатқаны да саналады.",
            "Share of an experiment's leads to whom the model at least once meant to state a price, discount or term "
            "that the price book does not support. What the guard held back counts too.",
        ),
        _texts(
            "клиенты, у которых в первом черновике хоть одного ответа есть ошибка ÷ клиенты",
            "кемінде бір жауабының алғашқы жобасында қате бар клиенттер ÷ клиенттер",
            "leads with a finding in the first draft of some reply ÷ leads",
        ),
    ),
    Entry(
        "escalated",
        "botops.app.experiments.metrics.escalated",
        "share",
        "down",
        _texts("Клиенты, переданные человеку", "Адамға берілген клиенттер", "Leads handed to a person"),
        _texts(
            "Доля клиентов эксперимента, чей диалог бот передал менеджеру.",
            "Бот диалогын менеджерге берген эксперимент клиенттерінің үлесі.",
            "Share of an experiment's leads whose dialogue the bot passed to a person.",
        ),
        _texts(
            "клиенты с передачей человеку ÷ клиенты", "адамға берілген клиенттер ÷ клиенттер",
            "leads handed over ÷ leads",
        ),
    ),
    Entry(
        "cost",
        "botops.app.experiments.metrics.cost",
        "model_cost",
        "down",
        _texts("Цена диалога", "Диалог құны", "Cost of a dialogue"),
        _texts(
            "Сколько долларов модель стоит на один диалог эксперимента, вместе с исправлениями и неудачными вызовами.",
            "Эксперименттің бір диалогына модель қанша доллар тұрады, түзетулер мен сәтсіз шақыруларды қоса.",
            "What the model costs per dialogue of an experiment, in dollars, corrections and failed calls included.",
        ),
        _texts(
            "стоимость вызовов ÷ диалоги; разброс — по клиентам",
            "шақырулар құны ÷ диалогтар; шашырауы — клиенттер бойынша",
            "cost of calls ÷ dialogues; spread by lead",
        ),
    ),
    Entry(
        "latency",
        "botops.app.experiments.metrics.latency",
        "milliseconds",
        "down",
        _texts("Время ответа", "Жауап уақыты", "Time of a reply"),
        _texts(
            "Сколько в среднем длится ответ в эксперименте — от сообщения клиента до отправки.",
            "Эксперименттегі жауап орта есеппен қанша уақыт алады: клиент хабарынан жіберілгенге дейін.",
            "How long a reply of an experiment takes on average, from the client's message to sending.",
        ),
        _texts(
            "время всех ответов ÷ ответы; разброс — по клиентам",
            "барлық жауап уақыты ÷ жауаптар; шашырауы — клиенттер бойынша",
            "time of all replies ÷ replies; spread by lead",
        ),
    ),
    Entry(
        "length",
        "botops.app.experiments.metrics.length",
        "characters",
        "down",
        _texts("Длина ответа", "Жауап ұзындығы", "Length of a reply"),
        _texts(
            "Сколько знаков в среднем в ответе бота, отправленном клиенту в эксперименте.",
            "Экспериментте клиентке жіберілген бот жауабында орта есеппен қанша таңба бар.",
            "Characters, on average, in a reply sent to a client in an experiment.",
        ),
        _texts(
            "знаки всех ответов ÷ ответы; разброс — по клиентам",
            "барлық жауаптың таңбалары ÷ жауаптар; шашырауы — клиенттер бойынша",
            "characters of all replies ÷ replies; spread by lead",
        ),
    ),
)  # fmt: skip

GLOSSARY: Mapping[str, Entry] = MappingProxyType(
    {entry.id: entry for entry in (*_ENTRIES, *RECEPTION, *COSTS, *OPS, *REVIEWS)}
)
"""All numbers by id."""

DAILY = ("dialogues", "false_replies", "false_reached", "below_book", "handed_over", "cost_per_dialogue",
         "reply_time")  # fmt: skip
"""The numbers of the daily digest, in their order."""

TODAY = ("satisfied", "handed_over", "kept_talking", "false_replies", "below_book", "waiting_reviews",
         "overdue_prompts")  # fmt: skip
"""The numbers of the page *Today*, in their order."""

MONDAY = ("below_book", "false_reached", "false_replies", "satisfied", "handed_over", "kept_talking",
          "cost_per_dialogue")  # fmt: skip
"""The numbers of the page *Monday*: those of a week that are told to everyone."""
