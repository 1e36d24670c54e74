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
    Entry(
        "month_forecast",
        "botops.app.costs.forecasting.forecast",
        "model_cost",
        "down",
        texts("Прогноз на месяц", "Айға болжам", "Forecast for the month"),
        texts(
            "Сколько будет потрачено к концу месяца: уже потраченное и ожидаемое на оставшиеся дни. Учтены дни "
            "недели и "
            "рост, необычные дни не повторяются. Промежуток — где сумма окажется девять раз из десяти.",
            "Ай соңына дейін қанша жұмсалады: жұмсалғаны және қалған күндерге күтілетіні. Апта күндері мен өсім "
            "ескерілген, "
            "ерекше күндер қайталанбайды деп алынады. Аралық — сома он реттің тоғызында түсетін жер.",
            "What will have been spent by the end of the month: what is spent and what is expected of the days left. "
            "Weekdays and growth count, unusual days are not expected again. The interval holds the sum nine times "
            "in ten.",
        ),
        texts(
            "потрачено + сумма ожидаемых дней до конца месяца",
            "жұмсалған + ай соңына дейінгі күтілетін күндер қосындысы",
            "spent + sum of the days expected to the end of the month",
        ),
    ),
    Entry(
        "forecast_error",
        "botops.app.costs.forecasting.forecast",
        "share",
        "down",
        texts("Ошибка прогноза", "Болжам қатесі", "Error of the forecast"),
        texts(
            "На сколько в среднем ошибались такие же прогнозы, сделанные задним числом на каждый из последних 28 дней.",
            "Соңғы 28 күннің әрқайсысында жасалған дәл сондай болжамдар орта есеппен қанша қателесті.",
            "By how much the same forecast, made as of each of the last 28 days, missed on average.",
        ),
        texts(
            "среднее |прогноз ÷ факт − 1|", "|болжам ÷ нақты − 1| орташасы", "mean of |forecast ÷ actual − 1|"
        ),
    ),
    Entry(
        "forecast_coverage",
        "botops.app.costs.forecasting.forecast",
        "share",
        "up",
        texts("Промежуток сбылся", "Аралық ақталды", "The interval held"),
        texts(
            "В какой доле прошлых прогнозов настоящая сумма оказалась внутри промежутка. Должно быть около 90 %.",
            "Өткен болжамдардың қандай бөлігінде нақты сома аралық ішінде болды. Шамамен 90 % болуы керек.",
            "In which share of past forecasts the real sum lay within the interval. It should be about 90 %.",
        ),
        texts(
            "прогнозы с фактом внутри промежутка ÷ прогнозы",
            "нақты сома аралыққа түскен болжамдар ÷ болжамдар",
            "forecasts whose interval held the actual ÷ forecasts",
        ),
    ),
    Entry(
        "plan_month_cost",
        "botops.app.costs.planning.plan",
        "model_cost",
        "down",
        texts("Стоимость месяца по плану", "Жоспар бойынша ай құны", "Cost of a planned month"),
        texts(
            "Сколько будут стоить 30 дней при заданном числе диалогов, модели и доле кэша. Это расчёт по тому, каковы "
            "диалоги сейчас, а не прогноз спроса.",
            "Берілген диалог саны, модель мен кэш үлесі кезінде 30 күн қанша тұрады. Бұл — диалогтардың қазіргі түріне "
            "сүйенген есеп, сұраныс болжамы емес.",
            "What 30 days cost at a number of dialogues, a model and a share of the cache. A calculation from what "
            "dialogues are like now, no forecast of demand.",
        ),
        texts(
            "диалоги в день × 30 × вызовы на диалог × токены вызова × цена",
            "күніне диалог × 30 × диалогқа шақыру × шақыру токендері × баға",
            "dialogues a day × 30 × calls a dialogue × tokens a call × price",
        ),
    ),
    Entry(
        "plan_tokens_per_minute",
        "botops.app.costs.planning.plan",
        "tokens",
        "neither",
        texts("Токенов в минуту, в пик", "Қарбалас шақтағы минуттық токен", "Tokens a minute at the peak"),
        texts(
            "Сколько токенов в минуту нужно в самый загруженный час: по нему выбирают тариф провайдера.",
            "Ең қарбалас сағатта минутына қанша токен керек: провайдер тарифі соған қарай таңдалады.",
            "How many tokens a minute the busiest hour takes: what a provider's tier is chosen by.",
        ),
        texts(
            "токены самого загруженного часа ÷ 60", "ең қарбалас сағаттың токендері ÷ 60",
            "tokens of the busiest hour ÷ 60",
        ),
    ),
    Entry(
        "plan_limit_hour",
        "botops.app.costs.planning.plan",
        "moment",
        "neither",
        texts("Упрёмся в лимит", "Шекке тірелу", "Hits the limit"),
        texts(
            "В котором часу нагрузка впервые превысит лимит провайдера на токены или запросы в минуту.",
            "Жүктеме провайдердің минуттық токен не сұрау шегінен алғаш рет қай сағатта асады.",
            "The hour at which the load first passes the provider's limit of tokens or requests a minute.",
        ),
        texts(
            "первый час, где нужно больше лимита", "шектен көп қажет болатын алғашқы сағат",
            "the first hour that needs more than the limit",
        ),
    ),
)  # fmt: skip
"""In the order of the page."""
