"""How clients take to the bot, and what waits for the people who look after it."""

from __future__ import annotations

from botops.app.glossary_entry import Entry
from botops.app.glossary_entry import texts as _texts

RECEPTION = (
    Entry(
        "satisfied",
        "botops.app.today.satisfied",
        "share",
        "up",
        _texts("Довольны ботом", "Ботқа риза", "Happy with the bot"),
        _texts(
            "Какая доля клиентов, поставивших оценку за период, поставила 4 или 5. Диалог считается один раз, по "
            "последней оценке. Оценки сотрудников не входят. Пока оценок меньше двадцати, судить рано.",
            "Кезең ішінде баға қойған клиенттердің қандай үлесі 4 не 5 қойды. Диалог соңғы бағасымен бір рет "
            "есептеледі. Қызметкерлердің бағасы кірмейді. Баға жиырмадан аз болса, қорытынды жасау ерте.",
            "Of the clients who gave a rating in the period, the share that gave 4 or 5. A dialogue counts once, with "
            "its last rating. Ratings by the company's people are left out. Below twenty ratings it is too early to "
            "tell.",
        ),
        _texts(
            "диалоги, где последняя оценка клиента за период — 4 или 5 ÷ диалоги с оценкой клиента за период",
            "кезеңде клиенттің соңғы бағасы 4 не 5 болған диалогтар ÷ кезеңде клиент баға қойған диалогтар",
            "dialogues whose last client rating in the period is 4 or 5 ÷ dialogues with a client rating in the period",
        ),
    ),
    Entry(
        "kept_talking",
        "botops.app.today.kept_talking",
        "share",
        "up",
        _texts("Продолжают разговор с ботом", "Ботпен әңгімені жалғастырады", "Go on talking to the bot"),
        _texts(
            "Приживается ли бот: в какой доле диалогов клиент написал ещё хотя бы раз после первого ответа, а не ушёл. "
            "Диалог относится к дню последнего сообщения.",
            "Бот сіңісіп жатыр ма: қандай диалогтарда клиент алғашқы жауаптан кейін кетіп қалмай, тағы кемінде бір рет "
            "жазды. Диалог соңғы хабардың күніне жатады.",
            "Whether the bot is adopted: in what share of dialogues the client wrote again after the first reply "
            "instead of leaving. A dialogue belongs to the day of its last message.",
        ),
        _texts(
            "диалоги с двумя и более сообщениями клиента ÷ диалоги, чьё последнее сообщение пришло за период",
            "клиент екі не одан көп хабар жазған диалогтар ÷ соңғы хабары кезеңге түскен диалогтар",
            "dialogues with two or more client messages ÷ dialogues whose last message came in the period",
        ),
    ),
    Entry(
        "waiting_reviews",
        "botops.app.today.waiting_reviews",
        "count",
        "down",
        _texts("Ответы ждут вашего слова", "Сіздің сөзіңізді күткен жауаптар", "Replies waiting for your word"),
        _texts(
            "Сколько ответов за последние 28 дней, в которых проверка нашла ошибку, ещё никто не разобрал: права она "
            "или это ложная тревога. Столько же ответов в очереди разбора; от выбранного периода число не зависит. "
            "Линия — по дню ответа.",
            "Соңғы 28 күнде тексеру қате тапқан жауаптардың қаншасын әлі ешкім қараған жоқ: қате ме, әлде жалған "
            "дабыл ма. Қарау кезегінде дәл сонша жауап бар; сан таңдалған кезеңге байланысты емес. Сызық — жауап күні "
            "бойынша.",
            "How many replies of the last 28 days in which the check found a mistake nobody has looked into yet: "
            "whether it is right or a false alarm. The queue of reviews holds as many; the chosen period does not "
            "change it. The line goes by the day of the reply.",
        ),
        _texts(
            "ответы за 28 дней с найденной ошибкой − те, о которых человек высказался хотя бы раз",
            "28 күнде қате табылған жауаптар − адам кемінде бір рет пікір айтқандары",
            "replies of 28 days with a finding − those a person has ruled on at least once",
        ),
    ),
    Entry(
        "overdue_prompts",
        "botops.app.today.overdue_prompts",
        "count",
        "down",
        _texts("Промпты с просроченной проверкой", "Тексеру мерзімі өткен промпттар", "Prompts overdue for a review"),
        _texts(
            "Сколько версий промптов, которые получают клиенты, никто не перечитывал дольше положенного. Срок задаёт "
            "prompts.review_days в настройках. Линия — те же версии в прошлые дни.",
            "Клиенттерге беріліп жатқан промпт нұсқаларының қаншасын белгіленген мерзімнен ұзақ ешкім қайта оқымаған. "
            "Мерзімді баптаудағы prompts.review_days береді. Сызық — сол нұсқалар өткен күндері.",
            "How many versions of prompts that clients are served nobody has reread for longer than agreed. The limit "
            "is prompts.review_days of the settings. The line shows the same versions on past days.",
        ),
        _texts(
            "версии в работе, у которых со дня проверки прошло больше положенного, или проверки не было",
            "тексерілген күнінен бері мерзімнен көп уақыт өткен не мүлде тексерілмеген жұмыстағы нұсқалар",
            "versions in use whose last review is longer ago than the limit, or that had none",
        ),
    ),
)  # fmt: skip
