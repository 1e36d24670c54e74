"""Reads how the prompt tells the seller to speak: forms of address, length, questions, hand-over, language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from botops.domain.messages import Language
from botops.simulator.facts import Manner
from botops.simulator.terms import FORBIDS

_NOT = re.compile(
    r"\bне\b|\bбез\b|нельзя|никогда|избегай|\bnot\b|\bnever\b|n't\b|\bavoid\b|\bwithout\b|\bno\b|емес|сыз\b|пайдаланба|"
    r"қолданба",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[«“\"]([^»”\"]{2,240})[»”\"]")
_PERSON = (
    r"(?:менеджер|оператор|человек|специалист|коллег|сотрудник|manager|human|person|operator|colleague|маман|адам)"
)
_TO_PERSON = re.compile(
    rf"(?:переда|перевед|перевод|позов|позв|подключ|соедин|переключ|hand|transfer|"
    rf"connect|pass|escalat|бер|қос|шақыр)\w*[^.;\n]{{0,60}}{_PERSON}|"
    rf"{_PERSON}\w*[^.;\n]{{0,40}}(?:переда|перевед|подключ|позов|соедин|бер|қос|шақыр)",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"(?:только|исключительно|всегда)\s+(?:по-|на\s+)?(русск|казахск|английск)|"
    r"(?:only|always)[^.]{0,20}\bin\s+(russian|kazakh|english)|"
    r"тек\s+(орыс|қазақ|ағылшын)",
    re.IGNORECASE,
)
_LANGUAGES: dict[str, Language] = {
    "русск": "ru",
    "казахск": "kk",
    "английск": "en",
    "russian": "ru",
    "kazakh": "kk",
    "english": "en",
    "орыс": "ru",
    "қазақ": "kk",
    "ағылшын": "en",
}


def manner_of(sentences: Sequence[str]) -> Manner:
    """The manner a prompt's sentences ask for; where they say nothing, a plain polite seller."""
    text = "\n".join(sentences)
    only = _ONLY.search(text)
    language = _LANGUAGES.get(next(g for g in only.groups() if g).lower()) if only else None
    asks = [s for s in sentences if _asks(s)]
    return Manner(
        informal=_wanted(sentences, r"на\s+[«\"]?ты\b|обращайся по-дружески|informal"),
        emoji=_wanted(sentences, r"эмодзи|смайл|emoji"),
        brief=_wanted(
            sentences,
            r"кратк|корот|лаконичн|не (?:более|больше) (?:двух|тр[её]х|[1-3])|до (?:двух|тр[её]х|[1-3]) предл|"
            r"\bbrief|\bshort|concise|қысқа",
            negation=False,
        ),
        detailed=_wanted(sentences, r"подробн|развернут|развёрнут|in detail|detailed|толық жауап"),
        opening=_quoted(
            sentences,
            r"начин|начни|перв\w+ (?:сообщени|ответ)|здоровайся|приветств|open with|start with|begin with|баста",
        ),
        sign_off=_quoted(sentences, r"заканчив|заверша|заверши|подпис|в конце|sign off|end with|аяқта"),
        qualify=bool(asks),
        question=next((q for s in asks for q in _QUOTE.findall(s) if q.rstrip().endswith("?")), ""),
        hand_over=_wanted(sentences, _TO_PERSON.pattern),
        on_order=any(
            _TO_PERSON.search(s) and re.search(r"заказ|купить|оформ|готов|order|buy|сатып|тапсырыс", s, re.IGNORECASE)
            for s in sentences
        ),
        on_refund=any(
            _TO_PERSON.search(s) and re.search(r"возврат|вернуть|refund|return|қайтар", s, re.IGNORECASE)
            for s in sentences
        ),
        next_step=_wanted(sentences, r"следующ\w+ шаг|next step|келесі қадам|предлагай (?:оформ|демо|созвон)"),
        only=language,
        offers_first=_wanted(
            sentences,
            r"(?:сразу|всегда|обязательно|сам)\w*[^.]{0,30}(?:скидк|акци)|"
            r"(?:mention|offer)[^.]{0,30}(?:discount|promotion)s? (?:first|always)",
        ),
        no_competitors=any(
            re.search(r"конкурент|competitor|бәсекелес", s, re.IGNORECASE) and _NOT.search(s) for s in sentences
        ),
    )


def _wanted(sentences: Sequence[str], pattern: str, *, negation: bool = True) -> bool:
    sign = re.compile(pattern, re.IGNORECASE)
    for sentence in sentences:
        for clause in re.split(r"[,;:]|\s(?:но|а|but|бірақ)\s", sentence) if negation else (sentence,):
            found = sign.search(clause)
            if found and not (negation and _NOT.search(clause[: found.start()] + " " + clause[found.end() :][:25])):
                return True
    return bool(pattern == _TO_PERSON.pattern and any(sign.search(s) and not FORBIDS.search(s) for s in sentences))


def _quoted(sentences: Sequence[str], pattern: str) -> str:
    sign = re.compile(pattern, re.IGNORECASE)
    for sentence in sentences:
        found = sign.search(sentence)
        if found and not FORBIDS.search(sentence):
            quote = _QUOTE.search(sentence, found.end())
            if quote and not quote[1].rstrip().endswith("?"):
                return quote[1].strip()
    return ""


def _asks(sentence: str) -> bool:
    if re.match(r"\W*(?:если|когда|if|when|егер)\b", sentence, re.IGNORECASE):
        return False
    ask = re.search(
        r"уточняющ\w+ вопрос|\bузна[йт]|\bспроси|\bспрашивай|\bуточн[ия]|задай|qualif|\bask\b|сұра\b|нақтыла",
        sentence,
        re.IGNORECASE,
    )
    return bool(ask) and not _NOT.search(sentence[: ask.start()] if ask else "")
