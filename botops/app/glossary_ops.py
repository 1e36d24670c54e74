"""The numbers of operations: whether the bot answers, what an hour costs, how fast people deal with trouble."""

from __future__ import annotations

from botops.app.glossary_entry import Entry
from botops.app.glossary_entry import texts as _texts

OPS = (
    Entry(
        "uptime",
        "botops.app.live.live",
        "share",
        "up",
        _texts("Бот отвечает сам", "Бот өзі жауап береді", "The bot answers"),
        _texts(
            "Доля сообщений клиентов, на которые бот смог ответить сам. Сбой — когда ответа нет или модель и промпт "
            "подвели и диалог ушёл человеку. Просьба клиента позвать человека — не сбой.",
            "Бот өзі жауап бере алған клиент хабарларының үлесі. Ақау — жауап болмағанда не модель мен промпт "
            "істемей, диалог адамға берілгенде. Клиенттің адамды шақыруды сұрауы ақау емес.",
            "Share of clients' messages the bot could answer by itself. A failure is no reply at all, or a dialogue "
            "handed over because the model or the prompt failed. A client who asks for a person is none.",
        ),
        _texts(
            "1 − (ответы, оборванные сбоем + передачи из-за модели, промпта или программы) ÷ все ответы",
            "1 − (ақаудан үзілген жауаптар + модель, промпт не бағдарлама кесірінен берілгендер) ÷ барлық жауап",
            "1 − (replies that failed + hand-overs because of model, prompt or program) ÷ all replies",
        ),
    ),
    Entry(
        "cost_per_hour",
        "botops.app.live.live",
        "model_cost",
        "down",
        _texts("Стоимость часа", "Бір сағат құны", "Cost per hour"),
        _texts(
            "Сколько в среднем стоят модели за час, ночные часы тоже. Тенге — по курсу дня.",
            "Модельдер бір сағатта орта есеппен қанша тұрады, түнгі сағаттар да есепте. Теңге — сол күнгі бағаммен.",
            "What the models cost in an hour on average, nights included. Local currency at the rate of the day.",
        ),
        _texts(
            "стоимость вызовов моделей за период ÷ прошедшие часы",
            "кезеңдегі модель шақыруларының құны ÷ өткен сағаттар",
            "cost of model calls in the period ÷ hours passed",
        ),
    ),
    Entry(
        "to_acknowledge",
        "botops.app.incidents.figures",
        "duration",
        "down",
        _texts("До «взял в работу»", "«Жұмысқа алдым» дегенге дейін", "Time to acknowledge"),
        _texts(
            "Сколько проходит от открытия инцидента до того, как его кто-то взял. Медиана: один забытый инцидент "
            "ничего не говорит об остальных.",
            "Инцидент ашылғаннан оны біреу алғанша қанша уақыт өтеді. Медиана: ұмытылған бір инцидент қалғандары "
            "туралы ештеңе айтпайды.",
            "From the opening of an incident until somebody took it. The median: one that was forgotten says nothing "
            "of the others.",
        ),
        _texts(
            "медиана (взят − открыт) по инцидентам, открытым за период",
            "кезеңде ашылған инциденттер бойынша (алынды − ашылды) медианасы",
            "median of (acknowledged − opened) over incidents opened in the period",
        ),
    ),
    Entry(
        "to_resolve",
        "botops.app.incidents.figures",
        "duration",
        "down",
        _texts("До устранения", "Жойылғанша", "Time to resolve"),
        _texts(
            "Сколько проходит от начала неприятности до её устранения, считая время, пока её не замечали. Медиана.",
            "Жағдай басталғаннан жойылғанша қанша уақыт өтеді, байқалмаған уақытты қоса. Медиана.",
            "From the beginning of the trouble until it was over, the time nobody noticed included. The median.",
        ),
        _texts(
            "медиана (устранён − начался) по инцидентам, открытым за период",
            "кезеңде ашылған инциденттер бойынша (жойылды − басталды) медианасы",
            "median of (resolved − began) over incidents opened in the period",
        ),
    ),
)  # fmt: skip
