"""The numbers of costs, for `botops.app.glossary`. `docs/costs.md` tells more of each; a test holds them together."""

from __future__ import annotations

from botops.app.glossary_entry import Entry, texts

COSTS = (
    Entry(
        "spent_this_month",
        "botops.app.costs.reporting.report",
        "model_cost",
        "down",
        texts("Потрачено в этом месяце", "Осы айда жұмсалды", "Spent this month"),
        texts(
            "Сколько стоят все вызовы моделей с первого числа по этот час: ответы, исправления, неудачные вызовы, "
            "судья и проверки промптов.",
            "Айдың бірінші күнінен осы сағатқа дейінгі барлық модель шақыруларының құны: жауаптар, түзетулер, сәтсіз "
            "шақырулар, төреші және промпт тексерулері.",
            "What all model calls cost from the first of the month to this hour: replies, corrections, failed calls, "
            "the judge and evals of prompts.",
        ),
        texts(
            "сумма стоимости вызовов с 1-го числа; тенге — по курсу дня вызова",
            "айдың 1-інен бергі шақырулар құнының қосындысы; теңге — шақыру күнгі бағаммен",
            "sum of the cost of calls since the 1st; local currency at the rate of the day of the call",
        ),
    ),
    Entry(
        "model_cost",
        "botops.app.costs.reporting.report",
        "model_cost",
        "down",
        texts("Расход на модели", "Модель шығыны", "Model cost"),
        texts(
            "Сколько стоят все вызовы моделей за выбранный период, вместе с исправлениями и неудачными.",
            "Таңдалған кезеңдегі барлық модель шақыруларының құны, түзетулер мен сәтсіздерін қоса.",
            "What all model calls of the period cost, corrections and failed ones included.",
        ),
        texts(
            "токены каждого вида × их цена у модели в день вызова; тенге — по курсу того дня",
            "әр түрлі токен × сол күнгі модель бағасы; теңге — сол күнгі бағаммен",
            "tokens of each kind × their price at the model on the day; local currency at that day's rate",
        ),
    ),
    Entry(
        "cost_per_reply",
        "botops.app.costs.reporting.report",
        "model_cost",
        "down",
        texts("Стоимость ответа", "Бір жауап құны", "Cost per reply"),
        texts(
            "Сколько в среднем стоит один ответ бота, вместе с исправлениями и неудачными вызовами.",
            "Боттың бір жауабы орта есеппен қанша тұрады, түзетулер мен сәтсіз шақыруларды қоса.",
            "What one reply of the bot costs on average, corrections and failed calls included.",
        ),
        texts("стоимость вызовов ÷ ответы", "шақырулар құны ÷ жауаптар", "cost of calls ÷ replies"),
    ),
    Entry(
        "tokens",
        "botops.app.costs.reporting.report",
        "tokens",
        "neither",
        texts("Токены", "Токендер", "Tokens"),
        texts(
            "Сколько токенов модели прочитали и написали. Токены из кэша провайдера входят в прочитанные, "
            "рассуждения — "
            "в написанные.",
            "Модельдер оқыған және жазған токендер. Провайдер кэшінен алынғаны оқылғанға, пайымдау токендері "
            "жазылғанға "
            "кіреді.",
            "Tokens the models read and wrote. Tokens from the provider's cache are part of those read, reasoning is "
            "part of those written.",
        ),
        texts("входные + выходные токены", "кіріс + шығыс токендер", "input + output tokens"),
    ),
    Entry(
        "cached_share",
        "botops.app.costs.reporting.report",
        "share",
        "up",
        texts("Прочитано из кэша", "Кэштен оқылды", "Read from the cache"),
        texts(
            "Какая доля прочитанных токенов взята из кэша провайдера и стоила дешевле.",
            "Оқылған токендердің қандай бөлігі провайдер кэшінен алынып, арзанырақ тұрды.",
            "Share of the tokens read that came from the provider's cache and cost less.",
        ),
        texts(
            "токены из кэша ÷ входные токены",
            "кэштен алынған токендер ÷ кіріс токендер",
            "cached tokens ÷ input tokens",
        ),
    ),
    Entry(
        "simulated_replies",
        "botops.app.costs.reporting.report",
        "count",
        "neither",
        texts("Имитация", "Имитация", "Simulated"),
        texts(
            "Сколько ответов дала имитация модели. За них никто не платит; они посчитаны по цене настоящей модели, "
            "чтобы "
            "было видно порядок величин.",
            "Модель имитациясы берген жауаптар саны. Олар үшін ешкім төлемейді; шаманы көру үшін нақты модель "
            "бағасымен "
            "есептелген.",
            "Replies given by a simulated model. Nobody pays for them; they are counted at a real model's price to "
            "show "
            "the scale.",
        ),
        texts("ответы имитации", "имитация жауаптары", "replies of the simulated model"),
    ),
)  # fmt: skip
"""In the order of the page."""
