"""An alarm of a detector in plain words: its title, where in the traffic it is, what was changed before it. Russian,
Kazakh, English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from botops.domain.alerts import LikelyCause, Where
from botops.domain.messages import Language
from botops.monitor.detectors.result import Result
from botops.monitor.detectors.words import percent
from botops.monitor.traffic_words import part as named

_NAMES: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "findings": "ответы с неверными условиями",
        "escalations": "передачи человеку",
        "dissatisfaction": "плохие оценки клиентов",
        "errors": "сообщения, на которые бот не смог ответить",
        "adoption": "клиенты, которые продолжают разговор",
        "each": "стоимость диалога",
        "total": "расход на модель",
        "units": "число диалогов",
    },
    "kk": {
        "findings": "шарты қате жауаптар",
        "escalations": "адамға беру",
        "dissatisfaction": "клиенттердің төмен бағалары",
        "errors": "бот жауап бере алмаған хабарламалар",
        "adoption": "әңгімені жалғастырған клиенттер",
        "each": "диалог құны",
        "total": "модель шығыны",
        "units": "диалогтар саны",
    },
    "en": {
        "findings": "replies with false terms",
        "escalations": "hand-overs to people",
        "dissatisfaction": "bad ratings by clients",
        "errors": "messages the bot could not answer",
        "adoption": "clients who go on talking",
        "each": "cost of a dialogue",
        "total": "spending on the model",
        "units": "number of dialogues",
    },
}
_TEXTS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "rate_up": "Чаще обычного: {name}",
        "rate_down": "Реже обычного: {name}",
        "amount_up": "Больше обычного: {name}",
        "amount_down": "Меньше обычного: {name}",
        "where": "Главное место: {part} — {share} всего лишнего.",
        "everywhere": "Это во всём потоке, а не в одной его части.",
        "mixed": "Изменился сам поток: {by}. Доли стали другими, а внутри каждой части почти всё как было.",
        "cause": "Скорее всего, причина: {what}, {at}{by}; вероятность {probability}.",
        "causes": "Перед этим менялось: {listed}.",
        "cause_item": "{what}, {at}{by} ({probability})",
        "nothing": "Известных изменений перед этим не было.",
        "unknown": "Ни одно из известных изменений это не объясняет.",
        "by_version": "версии промптов",
        "by_variant": "варианты эксперимента",
        "by_model": "модели",
        "by_channel": "каналы",
        "by_language": "языки",
        "prompt_publish": "публикация {what}",
        "release": "смена версии: {what}",
        "price_book": "новый прайс {what}",
        "model_change": "первые ответы модели {what}",
        "deploy": "новая версия или настройки: {what}",
        "provider_errors": "сбои модели",
        "experiment": "эксперимент: {what}",
        "other": "{what}",
    },
    "kk": {
        "rate_up": "Әдеттегіден жиі: {name}",
        "rate_down": "Әдеттегіден сирек: {name}",
        "amount_up": "Әдеттегіден көп: {name}",
        "amount_down": "Әдеттегіден аз: {name}",
        "where": "Негізгі жері: {part} — артығының {share}.",
        "everywhere": "Бұл ағынның бір бөлігінде емес, бәрінде.",
        "mixed": "Ағынның өзі өзгерді: {by}. Үлестер басқа, ал әр бөліктің ішінде бәрі дерлік бұрынғыдай.",
        "cause": "Себебі, шамасы: {what}, {at}{by}; ықтималдығы {probability}.",
        "causes": "Осының алдында өзгергені: {listed}.",
        "cause_item": "{what}, {at}{by} ({probability})",
        "nothing": "Осының алдында белгілі өзгеріс болған жоқ.",
        "unknown": "Белгілі өзгерістердің ешқайсысы мұны түсіндірмейді.",
        "by_version": "промпт нұсқалары",
        "by_variant": "эксперимент нұсқалары",
        "by_model": "модельдер",
        "by_channel": "арналар",
        "by_language": "тілдер",
        "prompt_publish": "{what} жариялануы",
        "release": "нұсқаның ауысуы: {what}",
        "price_book": "жаңа прайс {what}",
        "model_change": "{what} моделінің алғашқы жауаптары",
        "deploy": "жаңа нұсқа не баптаулар: {what}",
        "provider_errors": "модель ақаулары",
        "experiment": "эксперимент: {what}",
        "other": "{what}",
    },
    "en": {
        "rate_up": "More often than usual: {name}",
        "rate_down": "Less often than usual: {name}",
        "amount_up": "More than usual: {name}",
        "amount_down": "Less than usual: {name}",
        "where": "Mainly here: {part} — {share} of all that is beyond the usual.",
        "everywhere": "It is in all of the traffic, not in one part of it.",
        "mixed": "The traffic itself changed: {by}. The shares are others, within each part nearly all is as before.",
        "cause": "Most likely the cause: {what}, {at}{by}; probability {probability}.",
        "causes": "Changed before it: {listed}.",
        "cause_item": "{what}, {at}{by} ({probability})",
        "nothing": "No change is known before it.",
        "unknown": "None of the known changes explains it.",
        "by_version": "prompt versions",
        "by_variant": "variants of an experiment",
        "by_model": "models",
        "by_channel": "channels",
        "by_language": "languages",
        "prompt_publish": "{what} was published",
        "release": "another version: {what}",
        "price_book": "new price book {what}",
        "model_change": "first replies of the model {what}",
        "deploy": "another version or other settings: {what}",
        "provider_errors": "faults of the model",
        "experiment": "experiment: {what}",
        "other": "{what}",
    },
}
_LIKELY = 0.5
_LISTED = 3


def title(result: Result, name: str, language: Language, *, part: tuple[str, str] | None = None) -> str:
    """One line: what is more or less than usual. `name` is the rate's or the amount's, `part` a dimension and its
    value."""
    kind = "rate" if result.measure == "rate" else "amount"
    names = _NAMES[language]
    shown = names.get(name if kind == "rate" else result.measure, name)
    text = _TEXTS[language][f"{kind}_{result.direction}"].format(name=shown)
    return text if part is None else f"{text} ({named(*part, language)})"


def explained(
    where: Where | None,
    causes: Sequence[LikelyCause],
    unknown: float,
    language: Language,
    zone: ZoneInfo,
    *,
    mixed: str | None = None,
    parts_known: bool = True,
) -> str:
    """Where the trouble is and what was changed before it, in sentences. `parts_known` is False where the traffic was
    not told apart."""
    texts = _TEXTS[language]
    said = []
    if mixed is not None:
        said.append(texts["mixed"].format(by=texts[f"by_{mixed}"]))
    elif where is not None:
        part = named(where.dimension, where.value, language)
        said.append(texts["where"].format(part=part, share=percent(where.share, language)))
    elif parts_known:
        said.append(texts["everywhere"])
    said.append(_caused(causes, unknown, language, zone))
    return " ".join(said)


def _caused(causes: Sequence[LikelyCause], unknown: float, language: str, zone: ZoneInfo) -> str:
    texts = _TEXTS[language]
    if not causes:
        return texts["nothing"]
    first = causes[0]
    if (first.probability or 0.0) > _LIKELY:
        return texts["cause"].format(**_cause(first, language, zone))
    listed = "; ".join(texts["cause_item"].format(**_cause(one, language, zone)) for one in causes[:_LISTED])
    text = texts["causes"].format(listed=listed)
    return f"{text} {texts['unknown']}" if unknown > _LIKELY else text


def _cause(cause: LikelyCause, language: str, zone: ZoneInfo) -> dict[str, str]:
    texts = _TEXTS[language]
    kind = "model_change" if cause.kind == "model" else cause.kind if cause.kind in texts else "other"
    return {
        "what": texts[kind].format(what=cause.what).strip(),
        "at": _moment(cause.at, language, zone),
        "by": f" ({cause.by})" if cause.by else "",
        "probability": percent(min(0.99, cause.probability or 0.0), language),
    }


def _moment(at: datetime, language: str, zone: ZoneInfo) -> str:
    return format_datetime(at.astimezone(zone), format="d MMMM, HH:mm", locale=language)
