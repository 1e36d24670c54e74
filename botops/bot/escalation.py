"""When a dialogue must go to a person: the client asks for one, or the bot says it calls one.

A small grammar over word stems, the same shape in each language: somebody (a person, a manager, an operator) together
with an act of contact (call, connect, pass on, write), close to each other and not negated.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?|\d+|[.!?;\n]")

# One person, in any case of the singular: plurals are the client's own staff ("тариф для менеджеров").
_PERSON = re.compile(
    r"(менеджер|оператор|человек|сотрудник|консультант|специалист|администратор)(а|у|ом|е)?|коллег(а|е|у)|"
    r"(адам|маман|қызметкер|кеңесші|менеджер|оператор)(ге|ға|ге|мен|бен|ды|ді|ім|іміз|іңіз)?|"
    r"person|human|manager|operator|agent|representative|someone|colleague"
)
_COUNTED = frozenset(
    {
        "сколько",
        "несколько",
        "каждого",
        "одного",
        "на",
        "для",
        "за",
        "қанша",
        "неше",
        "бір",
        "many",
        "per",
        "each",
        "for",
    }
)
_ASK = re.compile(
    r"позов|соедин|переключ|перевед|передай|дайте|хочу|хотел|можно|нужен|нужна|поговор|связ|пусть|жив(ой|ого|ым)|позвон|"
    r"қос|шақыр|байланыс|сөйлес|керек|беріңіз|хабарлас|"
    r"call|connect|transfer|talk|speak|want|need|real|live|get|let|may|can|reach"
)
_PROMISE = re.compile(
    r"переда(ю|м|дим)|переда[её]м|подключ(аю|у|им)|перевож|переведу|соедин(яю|ю|им)|позову|зову|свяж(ется|утся)|напишет|"
    r"перезвон(ит|ят)|позвон(ит|ят)|ответит|"
    r"беремін|береміз|жіберемін|қосамын|қосамыз|шақырамын|хабарласады|жазады|қоңырау|байланысады|"
    r"passing|pass|transferring|transfer|connecting|connect|contact|call|reach|write|answer|follow"
)
_SWITCH = re.compile(r"переключ|перевед|перевод")
_NEGATED = frozenset({"не", "нет", "без", "жоқ", "емес", "not", "no", "don't", "without", "won't", "can't"})
_CONDITIONAL = frozenset({"если", "могу", "можем", "егер", "if", "can", "could", "would", "may", "аламын", "хотите"})
_NEAR = 6  # words between the act and the person


def asks_for_person(text: str) -> bool:
    """True when a client asks to speak with a person ("позовите менеджера", "адаммен сөйлесейін", "a real human?")."""
    return any(
        _near(s, _ASK, frozenset()) or (len(s) <= 2 and any(_PERSON.fullmatch(w) for w in s)) for s in _clauses(text)
    )


def promises_person(text: str) -> bool:
    """True when a reply says that a person is being called in, not merely that one could be."""
    return any(_near(s, _PROMISE, _CONDITIONAL) for s in _clauses(text))


def _clauses(text: str) -> list[list[str]]:
    clauses: list[list[str]] = [[]]
    for word in _WORD.findall(text.lower()[:8000]):
        if word in ".!?;\n":
            clauses.append([])
        else:
            clauses[-1].append(word)
    return [c for c in clauses if c]


def _near(words: list[str], act: re.Pattern[str], stop: frozenset[str]) -> bool:
    if any(w in stop for w in words):
        return False
    acts = [i for i, w in enumerate(words) if act.match(w) and not any(x in _NEGATED for x in words[max(0, i - 2) : i])]
    people = [i for i, w in enumerate(words) if _PERSON.fullmatch(w) and not _set_aside(words, i)]
    return any(abs(i - j) <= _NEAR for i in acts for j in people)


def _set_aside(words: list[str], i: int) -> bool:
    """True when the person at `i` is counted ("на 5 человек") or negated ("без менеджера")."""
    before = words[max(0, i - 2) : i]
    if not before or any(w in _NEGATED for w in before):
        return bool(before)
    if before[-1] == "на" and _SWITCH.match(before[0]):
        return False  # "переключите на сотрудника" calls him, "тариф на человека" counts him
    return before[-1].isdigit() or before[-1] in _COUNTED
