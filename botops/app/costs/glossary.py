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
            "Сколько стоят вызовы моделей в диалогах с клиентами с первого числа по этот час: ответы, исправления, "
            "неудачные вызовы. Тесты промптов и судья показаны отдельно.",
            "Айдың бірінші күнінен осы сағатқа дейін клиенттермен диалогтардағы модель шақыруларының құны: жауаптар, "
            "түзетулер, сәтсіз шақырулар. Промпт тесттері мен төреші бөлек көрсетілген.",
            "What model calls of dialogues with clients cost from the first of the month to this hour: replies, "
            "corrections, failed calls. Tests of prompts and the judge are shown apart.",
        ),
        texts(
            "стоимость вызовов в диалогах с 1-го числа; тенге — по курсу дня вызова",
            "айдың 1-інен бергі диалог шақыруларының құны; теңге — шақыру күнгі бағаммен",
            "cost of calls of dialogues since the 1st; local currency at the rate of the day of the call",
        ),
    ),
    Entry(
        "model_cost",
        "botops.app.costs.reporting.report",
        "model_cost",
        "down",
        texts("Расход на модели", "Модель шығыны", "Model cost"),
        texts(
            "Сколько стоят вызовы моделей в диалогах за выбранный период, вместе с исправлениями и неудачными.",
            "Таңдалған кезеңде диалогтардағы модель шақыруларының құны, түзетулер мен сәтсіздерін қоса.",
            "What model calls of dialogues in the period cost, corrections and failed ones included.",
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
        "cost_per_qualified",
        "botops.app.costs.reporting.report",
        "model_cost",
        "down",
        texts("На целевого клиента", "Бір мақсатты клиентке", "Per qualified lead"),
        texts(
            "Сколько потрачено на модели в расчёте на одного клиента, которого признали целевым. Купивший тоже "
            "целевой. "
            "В числителе — расходы на всех клиентов, а не только на целевых.",
            "Мақсатты деп танылған бір клиентке шаққандағы модель шығыны. Сатып алған клиент те мақсатты. "
            "Алымында тек мақсаттыларға емес, барлық клиентке кеткен шығын тұр.",
            "What models cost per lead that was taken for a real prospect; one that bought is one too. All spending is "
            "counted, not only that on qualified leads.",
        ),
        texts(
            "расходы на диалоги за период ÷ целевые клиенты с диалогами за период",
            "кезеңдегі диалогтар шығыны ÷ сол кезеңде жазған мақсатты клиенттер",
            "cost of the period's dialogues ÷ qualified leads with a dialogue in the period",
        ),
    ),
    Entry(
        "cost_per_won",
        "botops.app.costs.reporting.report",
        "model_cost",
        "down",
        texts("На сделку", "Бір мәмілеге", "Per won deal"),
        texts(
            "Сколько потрачено на модели в расчёте на одного клиента, который купил и не вернул покупку.",
            "Сатып алып, бас тартпаған бір клиентке шаққандағы модель шығыны.",
            "What models cost per lead that bought and did not undo it.",
        ),
        texts(
            "расходы на диалоги за период ÷ купившие клиенты с диалогами за период",
            "кезеңдегі диалогтар шығыны ÷ сол кезеңде жазып, сатып алған клиенттер",
            "cost of the period's dialogues ÷ leads with a dialogue in the period that bought",
        ),
    ),
    Entry(
        "dialogue_cost_median",
        "botops.app.costs.distribution.distribution",
        "model_cost",
        "down",
        texts("Обычный диалог", "Әдеттегі диалог", "The usual dialogue"),
        texts(
            "Половина диалогов стоит не больше этого. В отличие от среднего, не сдвигается из-за нескольких дорогих.",
            "Диалогтардың жартысы бұдан қымбат емес. Орташадан айырмашылығы — бірнеше қымбат диалог оны өзгертпейді.",
            "Half of the dialogues cost no more. Unlike the mean it does not move for a few dear ones.",
        ),
        texts(
            "медиана стоимости диалогов за период",
            "кезеңдегі диалогтар құнының медианасы",
            "median of what the period's dialogues cost",
        ),
    ),
    Entry(
        "dialogue_cost_p95",
        "botops.app.costs.distribution.distribution",
        "model_cost",
        "down",
        texts("Дорогой диалог, p95", "Қымбат диалог, p95", "A dear dialogue, p95"),
        texts(
            "95 % диалогов стоят не больше этого; каждый двадцатый дороже.",
            "Диалогтардың 95 %-ы бұдан қымбат емес; әр жиырмасыншысы қымбатырақ.",
            "95 % of dialogues cost no more; one in twenty costs more.",
        ),
        texts(
            "95-й процентиль стоимости диалогов за период",
            "кезеңдегі диалогтар құнының 95-процентилі",
            "95th percentile of what the period's dialogues cost",
        ),
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
        "saved_by_cache",
        "botops.app.costs.reporting.report",
        "model_cost",
        "up",
        texts("Сэкономил кэш", "Кэш үнемдеген", "Saved by caching"),
        texts(
            "На сколько дороже вышли бы те же вызовы без кэша провайдера. Доплата за запись в кэш вычтена.",
            "Провайдер кэшінсіз дәл сол шақырулар қанша қымбатқа түсер еді. Кэшке жазу үстемесі шегерілген.",
            "How much more the same calls would have cost without the provider's cache. What writing to it costs extra "
            "is taken off.",
        ),
        texts(
            "стоимость по цене обычного входа − настоящая стоимость, по вызовам",
            "әдеттегі кіріс бағасымен есептелген құн − нақты құн, шақырулар бойынша",
            "cost at the price of ordinary input − real cost, call by call",
        ),
    ),
    Entry(
        "repairs_cost",
        "botops.app.costs.reporting.report",
        "model_cost",
        "down",
        texts("На исправления", "Түзетулерге", "On corrections"),
        texts(
            "Сколько стоили повторные вызовы, когда проверка нашла в черновике ошибку и попросила модель исправиться.",
            "Тексеру жобадан қате тауып, модельден түзетуді сұраған қайталама шақырулар қанша тұрды.",
            "What the calls cost in which the model corrected a draft that the guard found a mistake in.",
        ),
        texts(
            "стоимость вызовов с назначением «исправление»",
            "мақсаты «түзету» болған шақырулар құны",
            "cost of calls whose purpose is a correction",
        ),
    ),
    Entry(
        "failed_cost",
        "botops.app.costs.reporting.report",
        "model_cost",
        "down",
        texts("На неудавшиеся ответы", "Сәтсіз жауаптарға", "On failed replies"),
        texts(
            "Сколько стоили ответы, которых клиент не получил: модель отказала, поток оборвался, время вышло. "
            "Провайдер "
            "берёт деньги и за них.",
            "Клиент алмаған жауаптардың құны: модель істен шықты, ағын үзілді, уақыт бітті. Провайдер олар үшін де ақы "
            "алады.",
            "What replies cost that no client got: the model failed, the stream broke off, time ran out. The provider "
            "bills them all the same.",
        ),
        texts(
            "стоимость вызовов неудавшихся и оборванных ходов",
            "сәтсіз және үзілген қадамдардағы шақырулар құны",
            "cost of the calls of failed and interrupted turns",
        ),
    ),
    Entry(
        "estimated_cost",
        "botops.app.costs.reporting.report",
        "model_cost",
        "down",
        texts("По оценке", "Бағалау бойынша", "Estimated"),
        texts(
            "Какая часть расхода посчитана по токенам, которые мы оценили сами: провайдер не прислал их числа.",
            "Шығынның провайдер токен санын жібермей, өзіміз бағалаған бөлігі.",
            "The part of the cost that rests on tokens counted here, because the provider sent no figure.",
        ),
        texts(
            "стоимость вызовов с пометкой «оценка»", "«бағалау» белгісі бар шақырулар құны",
            "cost of calls marked as estimates",
        ),
    ),
    Entry(
        "unknown_calls",
        "botops.app.costs.reporting.report",
        "count",
        "down",
        texts("Цена неизвестна", "Бағасы белгісіз", "Price unknown"),
        texts(
            "Сколько вызовов сделано к модели, цены которой нет ни в таблице, ни в настройках. Ни в одну сумму они не "
            "входят: настоящий расход больше показанного.",
            "Бағасы кестеде де, баптауларда да жоқ модельге жасалған шақырулар саны. Олар ешбір сомаға кірмейді: нақты "
            "шығын көрсетілгеннен көп.",
            "Calls to a model whose price is neither in the table nor in the settings. They are in no sum: the real "
            "cost "
            "is higher than shown.",
        ),
        texts("вызовы без цены", "бағасыз шақырулар", "calls without a price"),
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
        "budget_used",
        "botops.app.costs.budgets.standings",
        "share",
        "down",
        texts("Бюджеты", "Бюджеттер", "Budgets"),
        texts(
            "Какая часть бюджета потрачена или занята под ответы, которые готовятся прямо сейчас.",
            "Бюджеттің жұмсалған немесе қазір дайындалып жатқан жауаптарға бөлінген бөлігі.",
            "The part of a budget that is spent, or held for replies that are being made right now.",
        ),
        texts(
            "(потрачено + занято) ÷ сумма бюджета",
            "(жұмсалған + бөлінген) ÷ бюджет сомасы",
            "(spent + held) ÷ the budget's amount",
        ),
    ),
    Entry(
        "budget_runs_out",
        "botops.app.costs.budgets.standings",
        "moment",
        "neither",
        texts("Когда бюджет кончится", "Бюджет қашан бітеді", "When a budget is used up"),
        texts(
            "Когда бюджет закончится, если тратить так же, как с начала его срока до этой минуты. Дни недели и рост "
            "здесь "
            "не учтены: для месяца точнее прогноз.",
            "Мерзім басынан осы минутқа дейінгі қарқынмен жұмсалса, бюджет қашан бітеді. Апта күндері мен өсім мұнда "
            "ескерілмейді: ай үшін болжам дәлірек.",
            "When the budget is used up at the pace since its period began. Weekdays and growth are not looked at: "
            "for a "
            "month the forecast knows better.",
        ),
        texts(
            "начало срока + прошедшее время × сумма ÷ потрачено",
            "мерзім басы + өткен уақыт × сома ÷ жұмсалған",
            "start of the period + time passed × amount ÷ spent",
        ),
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
            "Сколько токенов в минуту нужно в самый загруженный час самого загруженного дня недели. Минуты неровны, "
            "поэтому взята такая, спокойнее которой 99 из ста: по ней выбирают тариф провайдера.",
            "Ең қарбалас апта күнінің ең қарбалас сағатында минутына қанша токен керек. Минуттар әркелкі, сондықтан "
            "жүз "
            "минуттың 99-ынан қарбаласы алынды: провайдер тарифі соған қарай таңдалады.",
            "How many tokens a minute the busiest hour of the busiest weekday takes. Minutes differ, so it is one "
            "that 99 "
            "in a hundred are quieter than: what a provider's tier is chosen by.",
        ),
        texts(
            "токены самого загруженного часа ÷ 60 + запас на неровность минут",
            "ең қарбалас сағаттың токендері ÷ 60 + минуттар әркелкілігіне қор",
            "tokens of the busiest hour ÷ 60 + what uneven minutes take",
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
