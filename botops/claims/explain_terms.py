"""Findings about terms and their explanations, in Russian, Kazakh and English, fit to be read by a seller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from botops.claims.shown import worded
from botops.domain.findings import Finding, FindingKind, Severity

Reason = Literal[
    "absent",
    "value",
    "product",
    "condition",
    "ended",
    "not_yet",
    "stacked",
    "paid",
    "denied",
    "waived",
    "code",
    "rests",
]

_SUBJECTS = {
    "discount": ("такой скидки", "мұндай жеңілдік", "such a discount"),
    "promo": ("такого промокода", "мұндай промокод", "such a promo code"),
    "cashback": ("такого кэшбэка", "мұндай кэшбэк", "such a cashback"),
    "warranty": ("такой гарантии", "мұндай кепілдік", "such a warranty"),
    "trial": ("такого пробного периода", "мұндай сынақ мерзімі", "such a trial"),
    "instalment": ("такой рассрочки", "мұндай бөліп төлеу", "such an instalment plan"),
    "delivery": ("такого условия доставки", "жеткізудің мұндай шарты", "such a delivery term"),
    "refund": ("такого условия возврата", "қайтарудың мұндай шарты", "such a refund term"),
    "prepay": ("такого условия предоплаты", "алдын ала төлемнің мұндай шарты", "such a prepayment term"),
    "deposit": ("такого условия о депозите", "кепілақы туралы мұндай шарт", "such a deposit term"),
    "vat": ("такой ставки НДС", "ҚҚС-тың мұндай мөлшерлемесі", "such a VAT rate"),
    "gift": ("такого подарка", "мұндай сыйлық", "such a gift"),
    "free": ("такого бесплатного условия", "мұндай тегін қызмет", "such a free item"),
    "included": ("такого включения в стоимость", "бағаға кіретін мұндай қызмет", "such an inclusion"),
    "surcharge": ("такой доплаты", "мұндай қосымша ақы", "such a surcharge"),
    "cancel": ("такого условия отмены", "бас тартудың мұндай шарты", "such a cancellation term"),
    "freeze": ("такого условия заморозки", "тоқтата тұрудың мұндай шарты", "such a freeze term"),
    "period": ("такого бесплатного периода", "мұндай тегін мерзім", "such a free period"),
    "minimum": ("такого минимума", "мұндай ең аз шама", "such a minimum"),
}
_DEFAULT = ("такого условия", "мұндай шарт", "such a term")

_TEXTS: dict[Reason, tuple[str, str, str]] = {
    "absent": (
        "В прайсе {subject} нет: «{stated}» ничем не подтверждается.",
        "Прайста {subject} жоқ: «{stated}» деген сөз ештеңемен расталмайды.",
        "The price book has no {subject_en}: “{stated}” rests on nothing.",
    ),
    "value": (
        "Бот назвал «{stated}», а в прайсе: {expected}.",
        "Бот «{stated}» деді, ал прайста: {expected}.",
        "The bot said “{stated}”; the price book says: {expected}.",
    ),
    "product": (
        "«{stated}» не распространяется на этот товар или услугу. В прайсе: {expected}.",
        "«{stated}» бұл тауарға немесе қызметке қолданылмайды. Прайста: {expected}.",
        "“{stated}” does not extend to this product. The price book says: {expected}.",
    ),
    "condition": (
        "Условие не выполнено, а «{stated}» уже обещано. В прайсе: {expected}.",
        "Шарт орындалмаған, бірақ «{stated}» уәде етілді. Прайста: {expected}.",
        "“{stated}” was promised although its condition is not met. The price book says: {expected}.",
    ),
    "ended": (
        "Срок предложения «{stated}» закончился: {expected}.",
        "«{stated}» ұсынысының мерзімі өтіп кеткен: {expected}.",
        "The offer “{stated}” is over: {expected}.",
    ),
    "not_yet": (
        "Предложение «{stated}» ещё не началось: {expected}.",
        "«{stated}» ұсынысы әлі басталған жоқ: {expected}.",
        "The offer “{stated}” has not begun yet: {expected}.",
    ),
    "stacked": (
        "По правилам прайса скидки не суммируются, поэтому «{stated}» обещать нельзя.",
        "Прайс ережесі бойынша жеңілдіктер қосылмайды, сондықтан «{stated}» деп уәде беруге болмайды.",
        "Discounts do not add up under the book's rules, so “{stated}” cannot be promised.",
    ),
    "paid": (
        "«{stated}» — но в прайсе это платно: {expected}.",
        "«{stated}» делінді, бірақ прайс бойынша бұл ақылы: {expected}.",
        "“{stated}” — yet it is charged for in the price book: {expected}.",
    ),
    "denied": (
        "Правила говорят обратное: {expected}.",
        "Ережеде керісінше жазылған: {expected}.",
        "The rules say the opposite: {expected}.",
    ),
    "waived": (
        "Бот отказался от обязательного условия («{stated}»). В прайсе: {expected}.",
        "Бот міндетті шарттан бас тартты («{stated}»). Прайста: {expected}.",
        "The bot waived a term that applies (“{stated}”). The price book says: {expected}.",
    ),
    "rests": (
        "Сумма «{stated}» посчитана по условию, которое прайс не подтверждает.",
        "«{stated}» сомасы прайс растамайтын шарт бойынша есептелген.",
        "“{stated}” is computed from a term the price book does not bear out.",
    ),
    "code": (
        "Промокода «{stated}» в прайсе нет.",
        "Прайста «{stated}» промокоды жоқ.",
        "There is no promo code “{stated}” in the price book.",
    ),
}

_IN_PROMPT: dict[Reason, tuple[str, str, str]] = {
    "value": (
        "В промпте «{stated}», а в прайсе: {expected}.",
        "Промптта «{stated}», ал прайста: {expected}.",
        "The prompt states “{stated}”; the price book says: {expected}.",
    ),
    "condition": (
        "В промпте «{stated}» обещано без условия. В прайсе: {expected}.",
        "Промптта «{stated}» шартсыз уәде етілген. Прайста: {expected}.",
        "The prompt promises “{stated}” without its condition. The price book says: {expected}.",
    ),
    "waived": (
        "Промпт снимает обязательное условие («{stated}»). В прайсе: {expected}.",
        "Промпт міндетті шартты алып тастайды («{stated}»). Прайста: {expected}.",
        "The prompt waives a term that applies (“{stated}”). The price book says: {expected}.",
    ),
}
"""How the same is told of a prompt, where the words of a reply would name the wrong speaker."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a claim does not stand. `expected` is the rule of the book that says otherwise; `source` where it is."""

    reason: Reason
    subject: str
    expected: str | None = None
    source: str | None = None


def term_finding(turn: int, kind: FindingKind, text: str, start: int, end: int, problem: Problem) -> Finding:
    """A finding about `text[start:end]`."""
    stated = text[start:end]
    ru, kk, en = _SUBJECTS.get(problem.subject, _DEFAULT)
    reason: Reason = (
        problem.reason if problem.expected or problem.reason in {"absent", "stacked", "code", "rests"} else "absent"
    )
    expected = (problem.expected or "").rstrip(". ")

    def told(templates: tuple[str, str, str]) -> dict[str, str]:
        return {
            language: template.format(
                subject=subject, subject_en=en, stated=stated, expected=worded(expected, language)
            )
            for language, subject, template in zip(("ru", "kk", "en"), (ru, kk, en), templates, strict=True)
        }

    high = kind in {FindingKind.DISCOUNT, FindingKind.PROMO_CODE, FindingKind.TOTAL}
    return Finding(
        turn=turn,
        kind=kind,
        quote=stated,
        start=start,
        end=end,
        severity=Severity.HIGH if high else Severity.MEDIUM,
        stated=stated,
        expected=problem.expected,
        explanations=told(_TEXTS[reason]),
        source=problem.source,
        in_prompt=told(_IN_PROMPT[reason]) if reason in _IN_PROMPT else {},
    )
