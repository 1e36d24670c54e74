"""The plan of an experiment in plain words, for people who sell: Russian, Kazakh, English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from babel.numbers import format_decimal

from botops.app.experiments.metrics import METRICS, POINTS
from botops.app.experiments.planning import PAST_DAYS, ExperimentPlan

if TYPE_CHECKING:
    from botops.domain.messages import Language

_WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "ru": {
            "size": "«{metric}»: с {a} до {b}. Клиентов на вариант: {n}, всего: {total}.",
            "days": "Срок: {days} дн. при потоке {rate} в день{wait}.",
            "wait": ", вместе с ожиданием исхода ({window} дн.)",
            "still": "За последние {past} дн. новых клиентов не было, поэтому срок назвать нельзя.",
            "fixed": "Если посмотреть на итог один раз, в конце, хватит {n} на вариант: остальное — цена права "
            "смотреть каждый день.",
            "soon": "Разницу от {mde} покажут уже две недели.",
            "not_soon": "За две недели при таком потоке не увидеть никакой разницы.",
            "points": "п.п.",
        },
        "kk": {
            "size": "«{metric}»: {a} орнына {b}. Әр нұсқаға клиент саны: {n}, барлығы: {total}.",
            "days": "Күніне жаңа клиент саны: {rate}, сондықтан нәтиже {days} күннен кейін шығады{wait}.",
            "wait": " (нәтижені күтуге кететін {window} күнмен бірге)",
            "still": "Соңғы {past} күнде жаңа клиент болған жоқ, сондықтан мерзімін айту мүмкін емес.",
            "fixed": "Нәтижеге бір-ақ рет, соңында қарасаңыз, әр нұсқаға {n} клиент жетеді: қалғаны — күн сайын қарау "
            "мүмкіндігінің құны.",
            "soon": "{mde} және одан үлкен айырмашылық екі аптада-ақ байқалады.",
            "not_soon": "Мұндай ағынмен екі аптада ешқандай айырмашылық байқалмайды.",
            "points": "п.т.",
        },
        "en": {
            "size": "“{metric}” from {a} to {b}: {n} leads a variant, {total} in all.",
            "days": "At {rate} new leads a day that takes {days} days{wait}.",
            "wait": " (the {window} days a lead's outcome is waited for included)",
            "still": "No new leads came in the last {past} days, so how long that takes cannot be told.",
            "fixed": "With a single look at the end {n} a variant would do: the rest is the price of looking every "
            "day.",
            "soon": "Two weeks show a difference of at least {mde}.",
            "not_soon": "At this traffic two weeks show no difference at all.",
            "points": "points",
        },
    }
)  # fmt: skip


def say_plan(plan: ExperimentPlan, language: Language) -> str:
    """The plan in a few sentences."""
    words, metric = _WORDS[language], METRICS[plan.metric]

    def count(value: float) -> str:
        pattern = "#,##0" if value >= 10 else "0.#" if value >= 0.1 else "0.####"
        return format_decimal(value, format=pattern, locale=language)

    def shown(value: float) -> str:
        unit = metric.units[language]
        if unit == POINTS:
            return f"{format_decimal(100 * value, format='0.0', locale=language)} %"
        size = abs(value)
        pattern = "#,##0" if size >= 100 else "0.0" if size >= 1 else "0.00##"
        return f"{format_decimal(value, format=pattern, locale=language)} {unit}"

    def difference(value: float) -> str:
        size = shown(abs(value))
        if metric.units[language] == POINTS:
            size = size.replace("%", words["points"])
        return f"{'+' if value > 0 else '−'}{size}"

    wait = words["wait"].format(window=plan.window_days) if plan.window_days else ""
    name, sequence = metric.names[language], plan.sequence
    parts = [words["size"].format(
        metric=name, a=shown(plan.baseline), b=shown(plan.target), n=count(sequence.per_arm),
        total=count(sequence.total),
    )]  # fmt: skip
    if sequence.days is None:
        parts.append(words["still"].format(past=PAST_DAYS))
    else:
        parts.append(words["days"].format(rate=count(plan.leads_per_day), days=count(sequence.days), wait=wait))
    parts.append(words["fixed"].format(n=count(plan.fixed.per_arm)))
    if sequence.days is not None:
        parts.append(words["not_soon"] if plan.soon is None else words["soon"].format(mde=difference(plan.soon)))
    return " ".join(parts)
