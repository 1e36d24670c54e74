"""Facts a seller qualifies a client by: how a question about each sounds, and how a client tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Fact = Literal["business", "tills", "quantity", "period", "city", "contact", "budget"]

_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]?")


@dataclass(frozen=True, slots=True)
class FactWords:
    """`asked` is looked for in sentences that end with a question mark, `told` in what the client writes."""

    asked: re.Pattern[str]
    told: re.Pattern[str]


def _words(asked: str, told: str) -> FactWords:
    return FactWords(re.compile(asked, re.IGNORECASE), re.compile(told, re.IGNORECASE))


_COUNT = (
    r"(?:\b\d{1,4}\b|\b(?:одн|дв[аеу]|тр[иё]|четыр|пят|шест|сем|восем|девят|десят|"
    r"бір|екі|үш|төрт|бес|one|two|three|four|five)\w*)"
)

FACTS: dict[Fact, FactWords] = {
    "business": _words(
        r"магазин|кафе|бизнес|чем (?:вы )?занима|вид\w* деятельност|"
        r"дүкен|дәмхана|немен айналыс|shop|store|caf[eé]|business",
        r"магазин|кафе|кофейн|бутик|аптек|салон|ресторан|дүкен|дәмхана|дәріхана|shop|store|caf[eé]|bakery|restaurant",
    ),
    "tills": _words(r"\bкасс|\bточ[еки]|кассаңыз|tills?\b|checkouts?\b", rf"{_COUNT}\s+(?:касс|точ|tills?|checkouts?)"),
    "quantity": _words(r"сколько|количеств|неше|қанша|how many", _COUNT),
    "period": _words(
        r"месяц|помесячно|\bгод\b|за год|период|ай сайын|айына|жылына|month|year",
        r"месяц|помесячно|\bгод\b|ай сайын|айына|жылына|жылға|month|year|annual",
    ),
    "city": _words(
        r"город|куда (?:вам )?(?:достав|вез)|где вы наход|қай қала|қалаңыз|қайда|which city|what city|where are you",
        r"алмат|астан|шымкент|караганд|қараганд|қарағанд|актоб|ақтөбе|атырау|almaty|astana|shymkent",
    ),
    "contact": _words(
        r"телефон|номер|почт|как (?:с вами )?связ|нөмір|пошта|phone|number|e-?mail|reach you",
        r"\+?\d[\d\s()*-]{8,}|\S+@\S+",
    ),
    "budget": _words(r"бюджет|на какую сумму|қандай сома|budget", r"бюджет|не больше|до \d|бюджетім|budget|up to"),
}


def questions(text: str) -> list[str]:
    """The sentences of a text that end with a question mark."""
    return [s.strip() for s in _SENTENCE.findall(text) if s.rstrip().endswith("?")]


def asked_about(text: str, fact: Fact) -> str | None:
    """The question about a fact in a reply, or None."""
    return next((q for q in questions(text) if FACTS[fact].asked.search(q)), None)


def tells(text: str, fact: Fact) -> bool:
    """True when a client's message tells the fact."""
    return bool(FACTS[fact].told.search(text))
