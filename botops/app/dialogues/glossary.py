"""The numbers of people's reviews, for `botops.app.glossary`."""

from __future__ import annotations

from botops.app.glossary_entry import Entry, texts

REVIEWS = (
    Entry(
        "reviewer_agreement",
        "botops.app.dialogues.queue.agreement_of_reviewers",
        "share",
        "up",
        texts("Согласие проверяющих", "Тексерушілердің келісімі", "Agreement of reviewers"),
        texts(
            "Как часто два человека, не видя слова друг друга, одинаково называют ответ верным или ошибочным. "
            "О доле говорим от 30 таких ответов.",
            "Екі адам бірінің пікірін бірі көрмей, жауапты қаншалықты жиі бірдей дұрыс не қате дейді. "
            "Үлес туралы осындай 30 жауаптан бастап айтылады.",
            "How often two people who do not see each other's word call the same reply right, or wrong. Told from 30 "
            "such replies on.",
        ),
        texts(
            "ответы, о которых первые двое сказали одно и то же ÷ ответы с двумя словами; границы по Уилсону, 95%",
            "алғашқы екеуі бірдей айтқан жауаптар ÷ екі пікірі бар жауаптар; шектері Уилсон бойынша, 95%",
            "replies the first two said the same of ÷ replies judged by two; Wilson interval, 95%",
        ),
    ),
    Entry(
        "reviewer_kappa",
        "botops.app.dialogues.queue.agreement_of_reviewers",
        "state",
        "up",
        texts("Согласие сверх случайного", "Кездейсоқтықтан тыс келісім", "Agreement beyond chance"),
        texts(
            "То же согласие за вычетом совпадений, которые дал бы случай: 1 — всегда согласны, 0 — как при угадывании.",
            "Кездейсоқ сәйкестік алынып тасталған келісім: 1 — әрқашан келіседі, 0 — болжаумен бірдей.",
            "The same without what chance alone would give: 1 is always of one mind, 0 is as good as guessing.",
        ),
        texts(
            "каппа Коэна: (согласие − согласие по случаю) ÷ (1 − согласие по случаю)",
            "Коэн каппасы: (келісім − кездейсоқ келісім) ÷ (1 − кездейсоқ келісім)",
            "Cohen's kappa: (agreement − agreement by chance) ÷ (1 − agreement by chance)",
        ),
    ),
)
