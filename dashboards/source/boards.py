"""What stands on our Grafana boards.

Counters are for watching and alerting; figures that somebody reports come from the console, which counts exactly in the
store. Gauges read from the store are the same in every process, hence `max`; counters are each process's own, hence
`sum`. Where nothing happened a share is no figure: it is left out, not 0.
"""

from __future__ import annotations

from kit import Board, Panel, Query, Row, bars, choice, lines, note, number, rows_of

VERSION = "{{prompt}}@{{version}}"
"""How a line for a version is called."""
EXACT = (
    "Здесь — наблюдение в реальном времени: счётчики Prometheus округляют и забывают. Цифры для отчётов — в консоли "
    "botops, там они считаются точно по диалогам."
)
FAILED = (
    '(sum(increase(botops_hand_offs_total{rule=~"model_error|prompt_error|internal_error"}[%(w)s])) or vector(0))'
    ' + (sum(increase(botops_turns_total{state="failed"}[%(w)s])) or vector(0))'
)
"""Turns the bot could not answer by itself, as in alerts/rules.yml."""


def failed_share(window: str) -> str:
    """The share of turns that failed within a window; nothing where nobody wrote."""
    return f"({FAILED % {'w': window}}) / (sum(increase(botops_turns_total[{window}])) > 0)"


def slow_share(window: str) -> str:
    """The share of turns whose first words came after more than 4 seconds."""
    answered = f'sum(increase(botops_turn_seconds_count{{stage="first_text"}}[{window}]))'
    in_time = f'sum(increase(botops_turn_seconds_bucket{{stage="first_text", le="4.0"}}[{window}]))'
    return f"1 - {in_time} / ({answered} > 0)"


def share(part: str, whole: str, by: str = "", window: str = "$__rate_interval") -> str:
    """What part of a counter is a choice of it, for each value of the labels `by`: 0 when nothing of it was counted,
    nothing when there was nothing to count."""
    each = f" by ({by})" if by else ""
    all_of_it = f"sum{each} (increase({whole}[{window}]))"
    return f"(sum{each} (increase({part}[{window}])) or 0 * {all_of_it}) / ({all_of_it} > 0)"


def per_minute(counter: str, by: str) -> str:
    """How often a minute, for each value of the labels `by`."""
    return f"sum by ({by}) (rate({counter}[$__rate_interval])) * 60"


def per_hour(counter: str, by: str) -> str:
    """How much an hour, for each value of the labels `by`."""
    return f"sum by ({by}) (rate({counter}[$__rate_interval])) * 3600"


def quantile(q: float, buckets: str) -> str:
    """What a part `q` of a histogram's observations does not exceed."""
    return f"histogram_quantile({q}, sum by (le) (rate({buckets}[$__rate_interval])))"


def quantiles(buckets: str) -> tuple[Query, ...]:
    """Half, 95 and 99 of a hundred are faster than this."""
    named = ((0.5, "половина"), (0.95, "95 из 100"), (0.99, "99 из 100"))
    return tuple(Query(quantile(q, buckets), legend) for q, legend in named)


def most(counter: str, by: str) -> str:
    """How often in the period that is shown, the most frequent first."""
    return f"sort_desc(sum by ({by}) (increase({counter}[$__range])))"


def probed(gauge: str) -> str:
    """A figure of the probes; nothing while they are off."""
    return f"min({gauge}) and on () max(botops_probe_interval_seconds) > 0"


def age(metric: str, by: str = "") -> str:
    """How long ago a moment was, in seconds; nothing where it is not known (0)."""
    return f"time() - (max{f' by ({by})' if by else ''} ({metric}) > 0)"


# --- AI Ops -----------------------------------------------------------------------------------------------------------

NOW: tuple[Panel, ...] = (
    number("Горит оповещений", "Prometheus: сколько оповещений botops горит сейчас, без контрольного.",
           'count(ALERTS{alertname=~"Botops.*", alertstate="firing", severity!="watchdog"}) or vector(0)',
           warn=1, bad=3, span=3),
    number("Процессов отвечает", "Сколько процессов botops Prometheus смог прочитать.",
           'sum(up{job="botops"})', warn=1, bad=0.5, span=3),
    number("Сбоев за сутки", "Доля реплик, на которые бот не смог ответить сам. Норма — не больше 0,5 %.",
           failed_share("24h"), unit="percentunit", warn=0.005, bad=0.03, decimals=2, span=3),
    number("Ждут дольше 4 с", "Доля реплик за сутки, где первые слова пришли позже 4 секунд. Норма — не больше 5 %.",
           slow_share("24h"), unit="percentunit", warn=0.05, bad=0.3, decimals=1, span=3),
    number("Реплик в минуту", "За последние 15 минут.",
           "sum(rate(botops_turns_total[15m])) * 60", decimals=1, span=3),
    number("Ждут человека", "Диалоги, которые бот передал и за которые никто не взялся.",
           "max(botops_hand_off_queue)", warn=5, bad=20, span=3),
    number("Запас ошибок проб", "Какая часть допустимых за месяц сбоев контрольных диалогов осталась.",
           probed("botops_probe_error_budget_left_ratio"), unit="percentunit", warn=0.5, bad=0.1, decimals=0, span=3,
           none="пробы выключены"),
    number("Открытых инцидентов", "Инциденты, которые ещё не устранены.",
           "sum(max by (severity) (botops_incidents_open))", warn=1, bad=3, span=3),
)  # fmt: skip

SERVICE: tuple[Panel, ...] = (
    lines("Сбои", "Доля реплик без ответа бота. Красное — отсюда месячный запас ошибок кончится за два дня.",
          Query("botops:turns_failed:increase5m / (botops:turns:increase5m > 0)", "за 5 минут"),
          Query("botops:turns_failed:increase1h / (botops:turns:increase1h > 0)", "за час"),
          unit="percentunit", limit=0.072),
    lines("Реплики", "Сколько реплик в минуту и чем они кончились.",
          Query(per_minute("botops_turns_total", "state"), "{{state}}"), stacked=True),
    lines("Сбои модели", "Обращения без пригодного ответа, в минуту.",
          Query(per_minute("botops_model_faults_total", "model, fault"), "{{model}} {{fault}}"),
          Query(per_minute("botops_model_retries_total", "model"), "{{model}} повторы")),
    lines("Предохранитель модели", "1 — обращения к модели отклоняются сразу: она всё время сбоит.",
          Query("max by (model) (botops_model_breaker_open)", "{{model}}"), limit=1, most=1),
)  # fmt: skip

SPEED: tuple[Panel, ...] = (
    lines("Первые слова", "Через сколько клиент видит начало ответа. Обещано: 95 из 100 — не позже 4 секунд.",
          *quantiles('botops_turn_seconds_bucket{stage="first_text"}'), unit="s", limit=4, span=8),
    lines("Весь ответ", "От сообщения клиента до конца ответа.",
          *quantiles('botops_turn_seconds_bucket{stage="total"}'), unit="s", span=8),
    lines("Модель и проверка", "95 из 100 ответов модели и 95 из 100 проверок быстрее этого.",
          Query(quantile(0.95, 'botops_turn_seconds_bucket{stage="model"}'), "модель"),
          Query(quantile(0.95, "botops_guard_seconds_bucket"), "проверка"),
          unit="s", span=8),
)  # fmt: skip

PROBES: tuple[Panel, ...] = (
    lines("Контрольные диалоги", "Бот сам себе клиент: вопрос о цене с известным ответом и просьба позвать человека.",
          Query("sum by (outcome) (increase(botops_probe_runs_total[1h]))", "{{outcome}}"), stacked=True, span=8),
    lines("Провалены сейчас", "1 — последняя проба неверна или без ответа.",
          Query("max by (probe, language) (botops_probe_failing)", "{{probe}} {{language}}"), limit=1, most=1, span=8),
    lines("Доступность и верность за месяц", "По контрольным диалогам.",
          Query(probed("botops_probe_up_ratio"), "отвечает"),
          Query(probed("botops_probe_right_ratio"), "отвечает верно"),
          unit="percentunit", most=1, least=None, span=8),
)  # fmt: skip

INSIDE: tuple[Panel, ...] = (
    number("Сводки отстали", "Возраст самого старого непосчитанного часа.",
           "max(botops_rollup_lag_seconds)", unit="s", warn=300, bad=900, span=3),
    number("Фоновая работа", "Сколько назад сделал круг тот её цикл, который отстал больше всех.",
           "time() - min(max by (loop) (botops_loop_round_timestamp_seconds) > 0)", unit="s", warn=120, bad=600,
           span=3),
    number("Сбоев фоновой работы за сутки", "Дежурный цикл и счётчики: что не удалось.",
           "sum(increase(botops_watch_errors_total[24h])) + sum(increase(botops_refresh_errors_total[24h]))"
           " + sum(increase(botops_observe_errors_total[24h]))",
           warn=1, bad=10, decimals=0, span=3),
    number("База", "Размер.", "max(botops_store_size_bytes) > 0", unit="bytes", span=3),
    number("Последняя копия", "Сколько прошло с резервного копирования.",
           age("botops_backup_timestamp_seconds"), unit="s", warn=172_800, bad=604_800, span=3, none="копий нет"),
    number("Цены моделей", "Возраст таблицы, по которой считается стоимость.",
           age("botops_model_price_table_timestamp_seconds"), unit="s", warn=5_184_000, bad=10_368_000, span=3),
    number("Ждут отправки", "Сообщения об оповещениях, которым пора уйти.",
           "max(botops_notices_waiting) >= 0", warn=1, bad=10, span=3),
    number("Ждут записи", "Записи в очереди к базе.",
           "sum(botops_store_waiting_writes)", warn=50, bad=500, span=3),
    lines("Тревоги самого botops", "Те, что он поднял без Prometheus и которые ещё горят; заглушённые тоже.",
          Query("max by (area, severity) (botops_alerts_firing)", "{{area}} {{severity}}"),
          stacked=True, span=8),
    lines("Отправка оповещений", "Попытки за час по каналам.",
          Query("sum by (channel, outcome) (increase(botops_notices_total[1h]))", "{{channel}} {{outcome}}"), span=8),
    lines("Сколько ждёт отправки самое старое", "Долго — значит, канал потерян.",
          Query("max(botops_notices_oldest_seconds) >= 0", "ждёт"), unit="s", limit=300, span=8),
    rows_of("Версии", "Какие botops отвечают.", Query("botops_build_info"), span=24),
)  # fmt: skip

AI_OPS = Board(
    "ai-ops", "botops · AI Ops", "Отвечает ли бот, быстро ли, что сломалось. " + EXACT,
    (
        Row("Сейчас", NOW), Row("Отвечает ли", SERVICE), Row("Быстро ли", SPEED),
        Row("Контрольные диалоги", PROBES), Row("Внутри", INSIDE),
    ),
)  # fmt: skip

# --- Sales Enablement AI ----------------------------------------------------------------------------------------------

SENT = 'botops_replies_total{prompt=~"$prompt"}'
WRONG = 'botops_replies_total{prompt=~"$prompt", action="flagged"}'
HELD = 'botops_replies_total{prompt=~"$prompt", action=~"repaired|blocked"}'

SALES_ENABLEMENT = Board(
    "sales-enablement", "botops · Sales Enablement AI", "Говорит ли бот правду о ценах и условиях. " + EXACT,
    (
        Row("За показанный период", (
            number("Ушли с ошибкой", "Доля ответов, ушедших клиентам с неверной ценой или условием.",
                   share(WRONG, SENT, window="$__range"), unit="percentunit", warn=0.02, bad=0.1, decimals=1),
            number("Исправлены или задержаны", "Доля ответов, которые проверка не выпустила в первом виде.",
                   share(HELD, SENT, window="$__range"), unit="percentunit", decimals=1),
            number("Грубых ошибок", "Ниже минимальной цены или на крупную сумму; считаются и задержанные.",
                   'sum(increase(botops_findings_total{severity="critical"}[$__range])) or vector(0)', warn=1, bad=2,
                   decimals=0),
            number("Не проверено", "Доля ответов, которые проверка не смогла оценить.",
                   share('botops_verdicts_total{judgement="not_judged"}', "botops_verdicts_total", window="$__range"),
                   unit="percentunit", warn=0.01, bad=0.05, decimals=1),
            number("Передано людям", "Передач диалога человеку на реплику.",
                   share("botops_hand_offs_total", "botops_turns_total", window="$__range"),
                   unit="percentunit", decimals=1),
            number("Плохих оценок", "Доля оценок 1 и 2.",
                   share('botops_feedback_total{rating=~"1|2"}', "botops_feedback_total", window="$__range"),
                   unit="percentunit", decimals=1, none="оценок нет"),
        )),
        Row("Ответы", (
            lines("Что стало с ответами", "В минуту.",
                  Query(per_minute(SENT, "action"), "{{action}}"), stacked=True),
            lines("Ушли с ошибкой, по версиям", "Доля за час. Красное — отсюда звонит оповещение.",
                  Query(share(WRONG, SENT, "prompt, version", "1h"), VERSION),
                  unit="percentunit", limit=0.1),
            bars("Виды ошибок", "За показанный период, с задержанными.",
                 Query(most("botops_findings_total", "kind"), "{{kind}}"), span=8),
            bars("Обещано ниже должного", "За показанный период, в валюте прайса. Обещано — не значит должны.",
                 Query(most("botops_money_at_risk_total", "severity, currency"), "{{severity}}, {{currency}}"), span=8),
            bars("Признано исключениями", "Находки, которые человек разрешил.",
                 Query(most("botops_excepted_findings_total", "kind"), "{{kind}}"), span=8),
            lines("Серьёзность", "Находки за час.",
                  Query("sum by (severity) (increase(botops_findings_total[1h]))", "{{severity}}"), stacked=True),
            lines("Проверка", "Доля неоценённых ответов и сбои своих проверок за час.",
                  Query(share('botops_verdicts_total{judgement="not_judged"}', "botops_verdicts_total", window="1h"),
                        "не оценено"),
                  Query("sum by (rule) (increase(botops_claim_check_failures_total[1h]))", "падает {{rule}}")),
        )),
        Row("Люди", (
            lines("Почему передают людям", "Передачи за час по правилам.",
                  Query("sum by (rule) (increase(botops_hand_offs_total[1h]))", "{{rule}}"), stacked=True, span=8),
            lines("Очередь к людям", "Сколько диалогов ждёт.", Query("max(botops_hand_off_queue)", "ждут"), span=8),
            lines("Сколько ждут", "Дольше всех сейчас и медиана за сутки. Красное — отсюда звонит оповещение.",
                  Query("max(botops_hand_off_oldest_seconds)", "дольше всех"),
                  Query("max(botops_hand_off_wait_seconds) > 0", "медиана"), unit="s", limit=1800, span=8),
        )),
        Row("Промпты и прайс-лист", (
            rows_of("Версии в работе", "По промптам.", Query("max by (prompt, version) (botops_prompt_live) == 1"),
                    span=6),
            bars("Сколько в работе", "Сколько прошло с публикации.",
                 Query(age("botops_prompt_release_timestamp_seconds", "prompt"), "{{prompt}}"), unit="s", span=6),
            number("Ошибок в промптах", "Сломанный промпт работает по последнему исправному тексту.",
                   "max(botops_prompt_problems)", warn=1, bad=1, span=3),
            number("Ошибок в прайс-листе", "Действует последний исправный.", "max(botops_price_book_problems)",
                   warn=1, bad=1, span=3),
            number("Кончается цена", "Через сколько кончится цена, за которой нет следующей.",
                   "min(botops_price_book_ends_timestamp_seconds > 0) - time()", unit="s", warn=1_209_600, bad=259_200,
                   span=3, none="такой нет"),
            number("Прайс-листу", "Сколько прошло с публикации.", age("botops_price_book_release_timestamp_seconds"),
                   unit="s", span=3),
            lines("Новый прайс-лист", "Какую часть первых ответов он не подтверждает; неделю после публикации.",
                  Query("max(botops_price_book_held_ratio) >= 0", "не подтверждено"),
                  Query("max(botops_price_book_alarm) >= 0", "тревога: 1 — из-за него бот молчит"),
                  unit="percentunit", most=1, span=24),
            lines("Тесты промптов", "Сколько примеров не прошло в последнем прогоне.",
                  Query("max by (suite, prompt) (botops_eval_failed_cases)", "{{suite}} {{prompt}}"), limit=1),
            rows_of("Прайс-лист", "Который действует.", Query("botops_price_book_info")),
        )),
    ),
    (choice("prompt", "Промпт", "label_values(botops_replies_total, prompt)"),),
)  # fmt: skip

# --- costs ------------------------------------------------------------------------------------------------------------

COST = 'botops_cost_dollars_total{model=~"$model"}'
TOKENS = 'botops_tokens_total{model=~"$model"}'

COSTS = Board(
    "costs", "botops · Затраты", "Сколько стоит модель и держатся ли бюджеты, в долларах. " + EXACT,
    (
        Row("За показанный период", (
            number("Потрачено", "На обращения к модели с известной ценой.", f"sum(increase({COST}[$__range]))",
                   unit="currencyUSD", decimals=2),
            number("На реплику", "Потрачено, делённое на число реплик.",
                   f"sum(increase({COST}[$__range])) / (sum(increase(botops_turns_total[$__range])) > 0)",
                   unit="currencyUSD", decimals=4),
            number("В час сейчас", "По последнему часу.", f"sum(increase({COST}[1h]))", unit="currencyUSD", decimals=2),
            number("Из кэша", "Какая часть входящих токенов взята из кэша поставщика.",
                   share('botops_tokens_total{model=~"$model", type="cached"}',
                         'botops_tokens_total{model=~"$model", type="input"}', window="$__range"),
                   unit="percentunit", decimals=0),
            number("Без цены", "Обращения, цена которых неизвестна: потрачено больше, чем показано.",
                   'sum(increase(botops_unpriced_calls_total{model=~"$model"}[$__range])) or vector(0)',
                   warn=1, bad=100, decimals=0),
            number("Меньше всего осталось", "Самый истраченный бюджет.", "min(botops_budget_left_ratio)",
                   unit="percentunit", warn=0.2, bad=0.05, decimals=0, none="бюджетов нет"),
        )),
        Row("Куда уходит", (
            lines("По назначению", "В час.", Query(per_hour(COST, "purpose"), "{{purpose}}"),
                  unit="currencyUSD", stacked=True),
            lines("По моделям", "В час.", Query(per_hour(COST, "model"), "{{model}}"),
                  unit="currencyUSD", stacked=True),
            lines("Токены", "В минуту. Кэш — часть входящих, рассуждения — часть исходящих.",
                  Query(per_minute(TOKENS, "type"), "{{type}}")),
            lines("На реплику", "За час.",
                  Query(f"sum(increase({COST}[1h])) / (sum(increase(botops_turns_total[1h])) > 0)", "на реплику"),
                  unit="currencyUSD"),
        )),
        Row("Бюджеты", (
            lines("Сколько осталось", "Часть суммы, не истраченная и не занятая. Ниже нуля — перерасход.",
                  Query("min by (budget) (botops_budget_left_ratio)", "{{budget}}"), unit="percentunit", least=None,
                  most=1),
            lines("Обращения без цены", "В периоде бюджета.",
                  Query("max by (budget) (botops_budget_unknown_calls)", "{{budget}}"), limit=1),
            lines("Пороги", "Достигнутые за сутки.",
                  Query("sum by (budget, kind) (increase(botops_budget_alerts_total[24h]))", "{{budget}} {{kind}}")),
            bars("Модели без цены", "За показанный период.",
                 Query('sum by (model, kind) (increase(botops_unpriced_calls_total{model=~"$model"}[$__range])) > 0',
                       "{{model}} {{kind}}")),
        )),
    ),
    (choice("model", "Модель", "label_values(botops_cost_dollars_total, model)"),),
    since="now-7d",
)  # fmt: skip

# --- experiments ------------------------------------------------------------------------------------------------------

TRIED = 'botops_replies_total{prompt=~"$prompt", variant!="none"}'
TRIED_WRONG = 'botops_replies_total{prompt=~"$prompt", variant!="none", action="flagged"}'
TRIED_HELD = 'botops_replies_total{prompt=~"$prompt", variant!="none", action=~"repaired|blocked|handed_over"}'

EXPERIMENTS = Board(
    "experiments", "botops · Эксперименты", "Не вредит ли вариант и верно ли делится поток. " + EXACT,
    (
        Row("Здоровье", (
            number("Доли не сходятся", "Экспериментов, где варианты не того размера: их выводам верить нельзя.",
                   "max(botops_experiments_mismatched)", warn=1, bad=1),
            number("Остановлено за неделю", "Экспериментов, которые бот остановил сам: показан вред.",
                   "sum(increase(botops_experiment_stops_total[7d])) or vector(0)", warn=1, bad=2, decimals=0),
            number("Приказов в силе", "Рубильники и остановки поверх файлов выпуска.",
                   "sum(max by (kind) (botops_overrides))", warn=1, bad=5),
            note("Кто победил, решает **консоль** (страница промпта, «Эксперимент»): она считает по лидам и поправляет "
                 "на то, что смотрят часто. Здесь видно лишь, что с вариантами происходит прямо сейчас.", span=12),
        )),
        Row("Деление", (
            lines("Лиды по вариантам", "Сколько лидов посчитано в идущем эксперименте.",
                  Query('max by (prompt, version) (botops_experiment_leads{prompt=~"$prompt"})', VERSION)),
            lines("Похоже ли деление на заданное",
                  "Вероятность таких размеров, если делится как задано. Меньше 0,001 — не делится.",
                  Query('min by (prompt) (botops_experiment_sample_ratio_p{prompt=~"$prompt"})', "{{prompt}}"), most=1),
            lines("Ответы по вариантам", "В минуту.",
                  Query(per_minute(TRIED, "prompt, version"), VERSION),
                  stacked=True, span=24),
        )),
        Row("Вред", (
            lines("Ушли с ошибкой", "Доля за шесть часов, по версиям.",
                  Query(share(TRIED_WRONG, TRIED, "prompt, version", "6h"), VERSION), unit="percentunit"),
            lines("Исправлены, задержаны, переданы", "Доля за шесть часов, по версиям.",
                  Query(share(TRIED_HELD, TRIED, "prompt, version", "6h"), VERSION), unit="percentunit"),
            lines("Остановки", "Что остановил бот и по какому правилу.",
                  Query("sum by (prompt, rule) (increase(botops_experiment_stops_total[1h]))", "{{prompt}}: {{rule}}")),
            lines("Приказы в силе", "По тому, что они делают.", Query("max by (kind) (botops_overrides)", "{{kind}}")),
        )),
    ),
    (choice("prompt", "Промпт", "label_values(botops_replies_total, prompt)"),),
    since="now-7d",
)  # fmt: skip

BOARDS = (AI_OPS, SALES_ENABLEMENT, COSTS, EXPERIMENTS)
