"""When a dialogue must go to a person: the client asks for one, or the bot says it calls one.

A small grammar over word stems, the same shape in each language: somebody (a person, a manager, an operator) together
with an act of contact (call, connect, pass on, write), close to each other and not negated.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?|\d+|[.!?;\n]")

# One person, in any case of the singular: plurals are the client's own staff ("тариф для менеджеров").
_PERSON = re.compile(
    r"(менеджер|оператор|человек|сотрудник|консультант|специалист|администратор)(а|у|ом|е)?|коллег(а|е|у|ой)|"
    r"руководител(ь|я|ю|ем)|отдел(а|у|ом)?|"
    r"(адам|маман|қызметкер|кеңесші|менеджер|оператор|әріптес)(ім|іміз|ымыз|міз)?(ге|ға|е|а|мен|бен|ды|ді|і|ы|нің)?|"
    r"бөлім(ге|іне|іміз|імізге)|"
    r"person|human|manager|operator|agent|representative|specialist|someone|colleague|supervisor"
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
    r"переда(ю|м|дим)\b|переда[её]м\b|подключ(аю|у|им|ил)\b|перевож|перевел|переведу|соедин(яю|ю|им|ил)\b|"
    r"позову|позвал|зову|свяж(ется|утся|емся)|напишет|перезвон(ит|ят|им)|позвон(ит|ят|им)|ответит|"
    r"бер(емін|еміз|дім|дік)|жібер(емін|еміз|дім|дік)|қос(амын|амыз|тым|тық|ып)|шақыр(амын|амыз|дым|дық|ып)|"
    r"жауап\b|тапсыр(амын|дым)|хабарласады|жазады|қоңырау|байланысады|"
    r"(pass|transfer|connect|contact|call|reach|answer|follow|hand)(r?ing|r?ed)?\b|writ(e|ing)\b|repl(y|ying)\b"
)
_PROMISE_OF_TALK = re.compile(
    r"переда(л|ла|ли|н|на|но|ны)\b|подключится|общаться|займ[её]тся|продолжит|присоединится|возьм[её]т|"
    r"(бер|жібер|тапсыр)(іл|ыл)ді|қосыл(ады|ды)|сөйлеседі|жалғастырады|forward(ing|ed)?\b|join(ing)?\b|take\b|back\b"
)
"""Acts that call a person in only where the talk itself is spoken of: receipts are passed on too, and shifts go on."""
_TALK = re.compile(
    r"вопрос\w*|запрос\w*|заявк\w+|обращени\w+|просьб\w+|диалог\w*|разговор\w*|чат\w*|вами|это|здесь|тут|"
    r"сұра[қғ]\w*|өтініш\w*|әңгіме\w*|сізбен|осында|requests?|questions?|chat|conversation|you|this|here"
)
_SWITCH = re.compile(r"переключ|перев[её][дл]|перевод|перевож")
_CALLED_BACK = re.compile(r"(перезвон(ят|им)|свяж(утся|емся))\b")
"""Acts of a person who is not named: "вам перезвонят"."""
_YOU = frozenset({"вам", "вами"})
_ONE_OF = frozenset({"one", "один", "одна", "одного", "одному", "our", "наших", "нашим"})
_PEOPLE = re.compile(
    r"(менеджер|оператор|специалист|сотрудник|консультант|коллег)(ов|ам)?|managers|agents|specialists|colleagues|team"
)
_WANTED = re.compile(r"(остав|напиш|пришл|укаж|сообщ|дай|назов)\w*те|leave|give|send|share|\w*с(аңыз|еңіз)")
"""What the client is to do first: "оставьте номер, и менеджер перезвонит" calls nobody yet."""
_NEGATED = frozenset({"не", "нет", "без", "жоқ", "емес", "not", "no", "don't", "without", "won't", "can't"})
_CONDITIONAL = frozenset({"если", "могу", "можем", "егер", "if", "can", "could", "would", "may", "аламын", "хотите"})
_NEAR = 7  # words between the act and the person


def asks_for_person(text: str) -> bool:
    """True when a client asks to speak with a person ("позовите менеджера", "адаммен сөйлесейін", "a real human?")."""
    return any(
        _near(s, _ASK, frozenset()) or (len(s) <= 2 and any(_PERSON.fullmatch(w) for w in s)) for s in _clauses(text)
    )


def promises_person(text: str) -> bool:
    """True when a reply says that a person is being called in, not merely that one could be, or will be once the client
    does something."""
    return any(_calls_in(_unconditional(words)) for words in _clauses(text))


def _calls_in(words: list[str]) -> bool:
    if _near(words, _PROMISE, _CONDITIONAL) or _called_back(words):
        return True
    return any(_TALK.fullmatch(w) for w in words) and _near(words, _PROMISE_OF_TALK, _CONDITIONAL)


def _unconditional(words: list[str]) -> list[str]:
    """Nothing of a clause in which the client is to do something before the first act is done."""
    for word in words:
        if _WANTED.fullmatch(word):
            return []
        if _PROMISE.match(word) or _PROMISE_OF_TALK.match(word):
            break
    return words


def _called_back(words: list[str]) -> bool:
    """True for "вам перезвонят", where nobody is named."""
    return not _CONDITIONAL.intersection(words) and any(
        _CALLED_BACK.match(word)
        and _YOU.intersection(words[max(0, i - 3) : i + 4])
        and not _NEGATED.intersection(words[max(0, i - 2) : i])
        for i, word in enumerate(words)
    )


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
    people += [
        i for i, w in enumerate(words) if _PEOPLE.fullmatch(w) and _ONE_OF.intersection(words[max(0, i - 2) : i])
    ]
    return any(abs(i - j) <= _NEAR for i in acts for j in people)


def _set_aside(words: list[str], i: int) -> bool:
    """True when the person at `i` is counted ("на 5 человек") or negated ("без менеджера")."""
    before = words[max(0, i - 2) : i]
    if not before or any(w in _NEGATED for w in before):
        return bool(before)
    if before[-1] == "на" and any(_SWITCH.match(w) for w in words[max(0, i - 4) : i]):
        return False  # "переключите на сотрудника" calls him, "тариф на человека" counts him
    return before[-1].isdigit() or before[-1] in _COUNTED
