"""Facts a seller qualifies a client by: how a question about each sounds, and how a client tells it.

Numbers are read by the claim checker's own reader, so that a phone is no count and "два месяца" no quantity; the rest
is a small grammar over word stems, the same shape in each language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from botops.claims import find_numbers
from botops.claims.mentions import find_quantities

Fact = Literal["business", "tills", "quantity", "period", "city", "contact", "budget"]

_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]?")
_REQUEST = re.compile(
    r"\b(?:подскажите|расскажите|напишите|скажите|уточните|укажите|назовите|пришлите|оставьте|"
    r"айтыңыз|жазыңыз|жазып жібер\w*|көрсетіңіз|қалдырыңыз|tell (?:me|us)|let (?:me|us) know|leave|send (?:me|us))\b",
    re.IGNORECASE,
)
# A plan called after a business is no business: «Магазин», "тариф Кафе", "the Shop plan".
_NAMED = re.compile(r"«[^»]*»|“[^”]*”|\"[^\"]*\"|\bтариф(?!і)\w*\s+\w+|\b\w+\s+(?:тарифі\w*|plan\b)", re.IGNORECASE)
_TIMES = frozenset({"minute", "hour", "day", "week", "month", "quarter", "year", "visit"})
_TILLS = re.compile(r"касс|точ(?:к|ек)|нүкте|till|checkout|register", re.IGNORECASE)
_TALK = re.compile(r"вопрос|слов|раз\b|сұрақ|question|thing|word", re.IGNORECASE)

_KINDS = (
    r"магазин|кафе\b|кофейн|ресторан|столов|пекарн|бутик|аптек|салон|барбершоп|парикмахер|цветочн|автомойк|ателье|"
    r"склад|клиник|школ|отел|гостиниц|мастерск|киоск|бизнес|"
    r"дүкен|дәмхана|мейрамхана|асхана|наубайхана|дәріхана|сұлулық|шаштараз|қонақүй|шеберхана|"
    r"\bshops?\b|\bstores?\b|caf[eé]s?\b|coffee|restaurant|bakery|pharmac|salon|barber|florist|hotel|clinic|boutique|business"
)
_TRADE = (
    r"торгу(?:ем|ю)|прода(?:ём|ем|ю)\b|занима(?:емся|юсь)|сатамы[нз]|айналыса\w+|\bwe sell|\bI sell|\b(?:we|I) run\b"
)
_CITIES = (
    r"алмат|астан[аеуы]|шымкент|караганд|қарағанд|актоб|ақтөбе|актау|ақтау|атырау|костана|қостанай|кызылорд|қызылорд|"
    r"павлодар|петропавл|семе[йя]|талдыкорган|талдықорған|тараз|туркестан|түркістан|уральск|орал\b|"
    r"усть-каменогорск|өскемен|экибастуз|екібастұз|темиртау|теміртау|жезказган|жезқазған|кокшетау|көкшетау|"
    r"almaty|astana|shymkent|karagand|aktobe|aktau|atyrau|kostanay|pavlodar|taraz|turkistan|uralsk|semey|kokshetau"
)
_FROM = (
    r"(?-i:\b(?:[Яя]|[Мм]ы)\s+(?:из|в|во)\s+(?:г(?:\.|ород[ае])\s*)?[А-ЯЁ])|"
    r"(?-i:\b(?:[Жж]ив(?:у|ём|ем)|[Нн]аходимся|[Рр]аботаем)\s+в\s+[А-ЯЁ])|"
    r"\b\w{3,}(?:дан|ден|тан|тен|нан|нен)(?:мын|мін|быз|біз|пыз|піз)\b|"
    r"(?-i:\b(?:[Ww]e(?:'re| are)|I(?:'m| am)|based|located)\s+(?:in|from)\s+[A-Z])"
)
_LIMIT = (
    r"бюджет|до|не (?:больше|дороже|выше)|максимум|потратить|улож|аспа\w*|дейін|up to|at most|no more than|under|spend"
)

_Told = Callable[[str], bool]


def _stems(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ASKED: Mapping[Fact, re.Pattern[str]] = {
    "business": _stems(
        rf"{_KINDS}|чем (?:вы )?(?:занима|торгу)|что (?:вы )?прода|вид\w* деятельност|немен айналыс|не сата|"
        r"what do you sell"
    ),
    "tills": _stems(
        r"\b(?:сколько|скольк\w+|неше|қанша|how many)\b.*"
        r"(?:касс|точ(?:к|ек)|нүкте|tills?\b|checkouts?|registers?)"
    ),
    "quantity": _stems(
        r"\bсколько\s+(?:вам|штук|единиц|экземпляр|их|нужно|надо|потребуется|возьм\w+|заказ\w+)|количеств|"
        r"\bсколько\s+(?!касс|точ)\w+\s+(?:вам|нужно|надо|понадоб|потреб|хотите|возьм|заказ)|"
        r"\b(?:неше|қанша)\s+(?:дана|керек|алас|қажет|зат)|саны қанша|"
        r"\b(?:неше|қанша)\s+(?!касса|нүкте|сауда|ақша|сома)\w+\s+(?:ал\w+|керек|қажет)|"
        r"\bhow many\s+(?!tills?\b|checkouts?\b|registers?\b|shops?\b|stores?\b)\w+\s+(?:do you|would|will)|"
        r"\bhow many\s+(?:units|pieces|items|would|do you (?:need|want)|of them|will you)|\bquantity\b"
    ),
    "period": _stems(
        r"помесячно|раз в (?:месяц|год)|(?:за|на) год\b.*(?:или|помесяч)|(?:или|лучше|удобнее)\b.*(?:за|на) год\b|"
        r"на какой (?:срок|период)|ай сайын|жылына бір|қандай мерзім|"
        r"monthly|yearly|annual|(?:per|by the) (?:month|year) or"
    ),
    "city": _stems(
        r"как\w+ (?:вы )?город|в каком вы городе|\b(?:вы|вам|ваш\w*)\b[^?]*\bгород|"
        r"куда (?:вам )?(?:достав|вез|привез)|где вы наход|откуда вы|"
        r"қай қала|қалаңыз|қайда жеткіз|қай жерде|(?:which|what) city|where are you|where should we deliver"
    ),
    "contact": _stems(
        r"(?:ваш\w*|оставь?т\w*|оставит\w*|дайте|напиш\w+|пришл(?:ите|ёте)|какой|по какому|на какой)\b[^?]*"
        r"(?:телефон|номер(?! заказ| счёт| брон)|почт|контакт)|как (?:с вами|вам) (?:связ|позвон)|"
        r"нөміріңіз|поштаңыз|байланыс\w* (?:нөмір|дерек)|қалай хабарлас|"
        r"your (?:phone|number|e-?mail|contact)|number to reach|reach you|contact you\b"
    ),
    "budget": _stems(
        r"бюджет|на какую сумму|сколько\b.*потратить|в какую сумму|қандай сома|қанша\b.*жұмса|budget|how much\b.*spend"
    ),
}  # fmt: skip


def questions(text: str) -> list[str]:
    """The sentences of a text that ask: those with a question mark, and requests to tell something."""
    sentences = (s.strip() for s in _SENTENCE.findall(text))
    return [s for s in sentences if s.endswith("?") or _REQUEST.search(s)]


def asked_about(text: str, fact: Fact) -> str | None:
    """The question about a fact in a reply, or None."""
    return next((q for q in questions(text) if _ASKED[fact].search(_without_names(q))), None)


def tells(text: str, fact: Fact) -> bool:
    """True when a client's message tells the fact."""
    return _TOLD[fact](text)


def _without_names(text: str) -> str:
    return _NAMED.sub(" ", text)


def _matches(pattern: str) -> _Told:
    compiled = _stems(pattern)
    return lambda text: bool(compiled.search(_without_names(text)))


def _counted(fits: Callable[[str], bool]) -> _Told:
    def told(text: str) -> bool:
        return any(q.reason == "count" and q.unit not in _TIMES and fits(q.unit or "") for q in find_quantities(text))

    return told


def _tells_period(text: str) -> bool:
    """Said, not asked: "сколько в месяц?" is no choice."""
    said = " ".join(s for s in _SENTENCE.findall(text) if not s.rstrip().endswith("?"))
    return bool(_PERIOD.search(said)) and not _HOW_MUCH.search(said)


_PERIOD = _stems(
    r"помесячно|раз в (?:месяц|год)|кажд\w+ (?:месяц|год)|(?:за|на) год\b|ай сайын|айына|жылына|жылға|"
    r"monthly|yearly|annual|(?:per|by the|every) (?:month|year)"
)
_HOW_MUCH = _stems(r"сколько|поч[её]м|цен[аеуы]|қанша|баға|how much|price|cost")


def _tells_contact(text: str) -> bool:
    return bool(_ADDRESS.search(text)) or any(q.reason == "phone" for q in find_quantities(text))


_ADDRESS = re.compile(r"\S+@\S+\.\w+|\B@\w{4,}|\b[78]\d{10}\b|\+\d{10,}")


def _tells_budget(text: str) -> bool:
    """A sum with a limit about it: "до 50 000 тенге", "елу мың теңгеден аспасын"."""
    return bool(_BUDGET.search(text)) and any(said.kind == "money" for said in find_numbers(text))


_BUDGET = _stems(rf"\b(?:{_LIMIT})\b|бюджет|улож|аспа|budget")

_TOLD: Mapping[Fact, _Told] = {
    "business": _matches(rf"{_KINDS}|{_TRADE}"),
    "tills": _counted(lambda unit: bool(_TILLS.search(unit))),
    "quantity": _counted(lambda unit: not _TALK.search(unit)),
    "period": _tells_period,
    "city": _matches(rf"{_CITIES}|{_FROM}"),
    "contact": _tells_contact,
    "budget": _tells_budget,
}
FACTS: tuple[Fact, ...] = tuple(_TOLD)
"""Every fact."""
