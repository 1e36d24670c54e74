"""The prompt that is measured, the same for every library: about 3,000 characters with five values in it."""

VALUES = {
    "company": "Қасиет Сауда",
    "channel": "web",
    "today": "2026-11-20",
    "manager_hours": "с 9 до 21",
    "price_table": "\n".join(f"Товар {n:02}: {n * 1250} ₸ за штуку, от 10 штук {n * 1100} ₸" for n in range(1, 21)),
}
_RULES = "\n".join(
    f"{n}. Называй только те цены и условия, которые есть в прайсе; чего в нём нет, не обещай никому."
    for n in range(1, 21)
)
TEXT = (
    "Ты — продавец-консультант компании «{{ company }}». Клиент пишет из канала: {{ channel }}. Сегодня {{ today }}.\n"
    f"{_RULES}\nМенеджеры на связи {{{{ manager_hours }}}}.\n\n{{{{ price_table }}}}\n"
)
SEED = "greeting"
LEADS = [f"lead-{n}" for n in range(1000)]
