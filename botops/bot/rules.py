"""What the bot does when a reply may not leave as it is: the policy and its texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.config.settings import SAFE_ANSWERS
from botops.domain.turns import GuardPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botops.domain.findings import Verdict
    from botops.domain.messages import Language

FAULT_ANSWERS: Mapping[Language, str] = MappingProxyType(
    {
        "ru": "Сейчас не получается ответить. Передаю ваш вопрос менеджеру, он напишет вам здесь же.",
        "kk": "Дәл қазір жауап бере алмай тұрмын. Сұрағыңызды менеджерге беремін, ол осы жерде жазады.",
        "en": "I can't answer right now. I'm passing your question to a manager, who will write to you here.",
    }
)

BUDGET_ANSWERS: Mapping[Language, str] = MappingProxyType(
    {
        "ru": "Передаю ваш вопрос коллеге: он ответит вам здесь же.",
        "kk": "Сұрағыңызды әріптесіме тапсырдым: ол сізге осы жерде жауап береді.",
        "en": "I am passing your question to a colleague, who will answer you here.",
    }
)
"""What is said where a budget lets no model be asked: money is none of the client's business."""


@dataclass(frozen=True, slots=True)
class BotRules:
    """How a bot behaves around its guard.

    `safe_answers` replace a reply that may not leave, `fault_answers` one that never came, `budget_answers` one that
    was not asked for because a budget is used up. `repairs` is how often the model may correct itself under the policy
    `repair`. `deadline_s` bounds each model call. `default_language` is used where the client's first message has no
    words.
    """

    policy: GuardPolicy = GuardPolicy.BLOCK
    safe_answers: Mapping[Language, str] = field(default_factory=lambda: SAFE_ANSWERS)
    fault_answers: Mapping[Language, str] = field(default_factory=lambda: FAULT_ANSWERS)
    budget_answers: Mapping[Language, str] = field(default_factory=lambda: BUDGET_ANSWERS)
    repairs: int = 1
    deadline_s: float = 60.0
    default_language: Language = "ru"
    hand_over_role: str = "sales"

    def safe_answer(self, language: Language) -> str:
        """The text sent instead of a reply that was held back."""
        return self.safe_answers[language]

    def fault_answer(self, language: Language) -> str:
        """The text sent when the model gave nothing."""
        return self.fault_answers[language]

    def budget_answer(self, language: Language) -> str:
        """The text sent when a budget lets no model be asked."""
        return self.budget_answers[language]


_REPAIR = {
    "ru": (
        "Этот ответ не отправлен клиенту: в нём есть утверждения, которых нет в прайс-листе.",
        "«{quote}» — {why}",
        "Клиент уже видит начало ответа, продолжи с этого места, не повторяя его: «{left}»",
        "Напиши ответ заново. Цены, скидки и условия бери только из прайс-листа; чего в нём нет, не обещай. "
        "Об этом замечании клиенту не говори.",
    ),
    "kk": (
        "Бұл жауап клиентке жіберілмеді: онда прайс-парақта жоқ мәліметтер бар.",
        "«{quote}» — {why}",
        "Клиент жауаптың басын көріп тұр, оны қайталамай, осы жерден жалғастыр: «{left}»",
        "Жауапты қайта жаз. Баға, жеңілдік пен шарттарды тек прайс-парақтан ал; онда жоқ нәрсені уәде етпе. "
        "Бұл ескерту туралы клиентке айтпа.",
    ),
    "en": (
        "This reply was not sent to the client: it states things the price list does not support.",
        '"{quote}": {why}',
        'The client already sees the beginning of the reply; continue from there without repeating it: "{left}"',
        "Write the reply again. Take prices, discounts and terms from the price list only and promise nothing that is "
        "not in it. Do not mention this note to the client.",
    ),
}


def repair_instruction(verdict: Verdict, language: Language, left: str = "") -> str:
    """What the model is told when its reply was held back: each claim at fault, and to restate from the price list.

    `left` is what the client has already been shown; only the rest may change.
    """
    intro, item, shown, ask = _REPAIR[language]
    lines = [intro]
    lines += ["- " + item.format(quote=f.quote, why=f.explanation(language)) for f in verdict.findings]
    if left:
        lines.append(shown.format(left=left))
    return "\n".join([*lines, ask])
