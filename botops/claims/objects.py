"""What is given, included or charged in a clause: the thing nearest to the word that gives it.

A condition ("при договоре", "от 5 штук") is not the thing, nor is the product it is put into ("в Стандарт", "к Pro").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from botops.claims.lexicon import Concepts, compound
from botops.claims.names import Hit
from botops.claims.quantities import numeral
from botops.claims.reading import Reading

GIVING = ("gift", "free", "included")
_MIN_STEM, _COMPOUND = 4, 9
_NOT_A_THING = ("s:", "u:", "g:")
_CONDITIONAL = frozenset("при если от для к ко if with when for from до после".split())
_LINK = frozenset("и и/или или and or мен пен бен және".split())
_INTO = frozenset("в во за к ко на для при после with for in to into of on after".split())
_FILLER = frozenset(
    "стоимость стоимости цену тариф тарифе тарифу тарифа пакет пакете номер номера plan price the".split()
)
_INTO_ENDINGS = ("ға", "га", "ге", "қа", "ке", "да", "де", "та", "те", "на", "не")
_IN_GA = frozenset("услуга дорога книга бумага фольга йога".split())
"""Words that end like a Kazakh dative typed without its letters ("гитарага")."""
_OBLIQUE = ("ға", "га", "ге", "қа", "ке", "да", "де", "та", "те")
_PREPOSITIONS = frozenset("под над без у по из на в во за с со перед через около о об про of at by under per".split())
_MODIFIER = re.compile(
    r"(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ую|юю|ых|их|ым|им|ыми|ими|ей)$|^(?:the|an?|your|our|any|his|her|its)$"
)
_SUPPOSED = re.compile(r"(?:саңыз|сеңіз|саңыздар|сеңіздер|саң|сең|сам|сем|сақ|сек|лса|лсе|рса|рсе)$")
_WHO_TAKES = re.compile(r"(?:[ғгқк]ан|[гк]ен)(?:да|де|ға|ге|дарға|дерге)$")
_IN_CASE = frozenset("in your this that any which such each".split())
_BREAK = re.compile(r"[.,;:!?()—–]")
_BACK = 3
_ADJECTIVE = ("тный", "тная", "тное", "тные", "тную", "тной", "тного", "тным", "тных")
_MONEY = ("теңге", "тенге", "доллар", "рубл", "евро", "tenge", "dollar")
_NO_NAMES = frozenset("да нет ндс ққс vat kzt usd eur rub no ok".split())
_STOP = frozenset(
    "нему него ними ней нам этом этому после течение течении позже раньше более менее около почти сейчас сегодня "
    "завтра "
    "даже туда сюда вами вашей условиям условия условиях условие условию шарты шартпен terms same тем теми этот "
    "этого можно "
    "нужно наш наша наши весь который также если чтобы будет есть свой свои нами одну один одна раза каждый кажд "
    "очень просто "
    "сразу вместе кстати конечно хорошо тоже еще this that these those with from have your will they them there "
    "here only already always again "
    "случае случай жағдайда жағдайыңызда "
    "each also very just болады бойынша үшін және немесе мен біз сіз осы сол егер кез тек ғана дейін дейінгі кейін "
    "бастап асса before after until".split()
)


def things_at(reading: Reading, i: int) -> frozenset[str]:
    """What one word names; empty for numbers, terms of commerce, units and short words."""
    tags: Concepts = reading.tags[i]
    word = reading.words[i]
    things = frozenset(c for c in tags if c.startswith("t:"))
    if word.text == "case" and i and reading.words[i - 1].text in _IN_CASE:
        return frozenset()
    if things or word.text[0].isdecimal() or word.text in _STOP:
        return things
    if len(word.text) < _MIN_STEM:
        short = len(word.text) > 1 and not any(c.startswith("u:") for c in tags)
        return frozenset({word.text}) if short and _acronym(reading.text[word.start : word.end]) else things
    if word.text.startswith(_MONEY):
        return things
    if any(c.startswith(_NOT_A_THING) or ":" not in c for c in tags) or numeral(word.text) is not None:
        return things
    named = {word.stem, word.text} if reading.kazakh else {word.stem}
    return frozenset(named | compound(word.text)) if len(word.text) >= _COMPOUND else frozenset(named)


def _acronym(written: str) -> bool:
    """True for "SSL", "ЭСФ": a short name all in capitals."""
    return written.isupper() and written.casefold() not in _NO_NAMES


def things_of(reading: Reading, first: int, last: int, without: Sequence[Hit] = ()) -> frozenset[str]:
    """What the words `first:last` name: concepts of things, and stems of words that are no terms of commerce.

    Words inside the names `without` do not count.
    """
    out: set[str] = set()
    for i in range(first, last):
        if not _inside(reading, i, without):
            out |= things_at(reading, i)
    return frozenset(out)


def numbers_of(reading: Reading, first: int, last: int) -> frozenset[str]:
    """Numbers that are part of a name ("форма 910"), marked as such; counts with a unit are none."""
    counted = {i for q in reading.counted(first, last) if q.unit for i in range(q.first, q.last + 1)}
    return frozenset(
        f"#{reading.words[i].text}"
        for i in range(first, last)
        if i not in counted and reading.words[i].text.isdecimal() and len(reading.words[i].text) > 1
    )


def _inside(reading: Reading, i: int, hits: Sequence[Hit]) -> bool:
    return any(h.start <= reading.words[i].start < h.end for h in hits)


_QUOTES = " \u00a0«»“”„\"'"
_LISTED = {",", "және", "мен", "пен", "бен"}


def container_hits(reading: Reading, hits: Sequence[Hit]) -> list[Hit]:
    """Names that something is put into, given to or meant for: after "в", "к", "на", "для", with a Kazakh dative or
    locative, or linked by "и" or a comma to such a name."""
    out: list[Hit] = []
    for hit in hits:
        first, last = reading.word_at(hit.start), reading.word_at(hit.end)
        i = first - 1
        while i >= max(0, first - _BACK) and _skippable(reading, i, hits):
            i -= 1
        unbroken = i >= 1 and not _BREAK.search(reading.text, reading.words[i].end, hit.start)
        if unbroken and reading.words[i].text not in _LINK and reading.words[i - 1].text in _INTO:
            i -= 0 if _inside(reading, i, hits) else 1
        before = reading.words[i].text if i >= 0 else ""
        linked = before in _LINK and bool(out) and out[-1].end <= reading.words[i].start
        listed = bool(out) and reading.text[out[-1].end : hit.start].strip(_QUOTES) == ","
        ending = reading.words[last].text if last < len(reading.words) else ""
        dative = ending in _INTO_ENDINGS and reading.text[hit.end : hit.end + 1] in {"-", "‑"}
        priced = ending.startswith(("баға", "тариф")) and ending.endswith(_INTO_ENDINGS)
        plain = reading.kazakh and reading.words[last - 1].text.endswith("га") and len(hit.skus) == 1
        if (
            (plain and reading.words[last - 1].text not in _IN_GA)
            or before in _INTO
            or linked
            or listed
            or dative
            or priced
            or (reading.kazakh and reading.words[last - 1].text.endswith(_INTO_ENDINGS))
        ):
            out.append(hit)
    return [*_before_the_ending(reading, hits, out), *out] if reading.kazakh else out


def _before_the_ending(reading: Reading, hits: Sequence[Hit], containers: Sequence[Hit]) -> list[Hit]:
    """Names of a Kazakh list whose last one has the ending of them all: "«Старт» және «Кафе» тарифтеріне"."""
    out: list[Hit] = []
    following: Hit | None = None
    for hit in reversed(hits):
        if hit in containers:
            following = hit
        elif following is not None and reading.text[hit.end : following.start].strip(_QUOTES) in _LISTED:
            out.insert(0, hit)
            following = hit
    return out


def _skippable(reading: Reading, i: int, hits: Sequence[Hit]) -> bool:
    """True for "тариф" in "в тариф Плюс", and for the head of a name of which only the tail was recognised."""
    word = reading.words[i]
    if word.text in _INTO or word.text in _LINK:
        return False
    return word.text in _FILLER or (reading.text[word.start].isupper() and not _inside(reading, i, hits))


def nearest(
    reading: Reading, first: int, last: int, at: int, within: Sequence[Hit], known: frozenset[str] = frozenset()
) -> frozenset[str]:
    """The things of the words nearest before `at` in `first:last`, else after it; known things go before unknown.

    The head of a phrase goes before what hangs on it by a preposition: "вырез под мойку бесплатно" gives the cut.
    """
    if _attributive(reading, at, last) and not things_at(reading, at + 1):
        return frozenset()
    before, after = range(at - 1, first - 1, -1), range(at + 1, last)
    orders = (after, before) if _attributive(reading, at, last) or _active(reading, at) else (before, after)
    for heads in (True, False):
        foremost: frozenset[str] | None = None
        for order in orders:
            runs = _run(reading, order, first, within, heads)
            for run in runs:
                if any(t.startswith("t:") or t in known for t in run):
                    return run
            foremost = runs[0] if runs and foremost is None else foremost
        if foremost is not None and not (heads and known):
            return foremost
    return frozenset()


def all_given(reading: Reading, first: int, last: int, at: int, within: Sequence[Hit]) -> frozenset[str]:
    """Everything the words on the giving side of `at` name, conditions left out: what a rule of the book gives.

    "Выезд инженера на замер по городу бесплатно" gives the visit, the engineer and the measuring alike.
    """
    start = next((i + 1 for i in range(at - 1, first - 1, -1) if _colon_after(reading, i)), first)
    before, after = range(at - 1, start - 1, -1), range(at + 1, last)
    orders = (after, before) if _attributive(reading, at, last) or _active(reading, at) else (before, after)
    chosen = next((o for o in orders if _run(reading, o, start, within, True)), None)
    if chosen is None:
        chosen = next((o for o in orders if _run(reading, o, start, within, False)), None)
    return frozenset().union(*_run(reading, chosen, start, within, False)) if chosen is not None else frozenset()


def _colon_after(reading: Reading, i: int) -> bool:
    end = reading.words[i].end
    return reading.text[end : end + 1] == ":"


def _active(reading: Reading, at: int) -> bool:
    """True for "comes with a guide", "включает завтрак": what is included stands after the verb."""
    word = reading.words[at].text
    return word in {"comes", "come", "include", "includes", "including"} or word.startswith("включа")


def _attributive(reading: Reading, at: int, last: int) -> bool:
    """True for "free delivery", "бесплатная чистка": the thing stands after the word that gives it."""
    word = reading.words[at].text
    adjective = word in {"free", "complimentary"} or word.endswith(_ADJECTIVE)
    return adjective and at + 1 < last and bool(things_at(reading, at + 1) or _topical(reading.tags[at + 1]))


def _topical(tags: Concepts) -> bool:
    return any(":" not in c for c in tags)


def _run(reading: Reading, order: range, first: int, within: Sequence[Hit], heads: bool) -> list[frozenset[str]]:
    """Unbroken runs of things along `order`; words joined by "и" belong together. With `heads` words after a
    preposition are left out, and the object of a Kazakh "to those who take" ("телефон алғандарға тегін")."""
    out: list[set[str]] = []
    open_, taken = False, -1
    for i in order:
        if reading.kazakh and _WHO_TAKES.search(reading.words[i].text):
            taken = i
        if order.step < 0 and reading.kazakh and _SUPPOSED.search(reading.words[i].text):
            break
        apart = (
            i in {taken, taken - 1}
            or _inside(reading, i, within)
            or _governed(reading, i, first)
            or oblique(reading, i)
        )
        apart = apart or (heads and hangs(reading, i, first))
        here = frozenset() if apart else _without_places(things_at(reading, i))
        if here:
            if open_:
                out[-1] |= here
            else:
                out.append(set(here))
            open_ = True
        elif reading.words[i].text not in _LINK:
            open_ = False
    return [frozenset(r) for r in out]


def supposed_end(reading: Reading, first: int, last: int) -> int:
    """The place after the Kazakh "if" among the words ("линза алсаңыз", "if you take lenses"); `first` without one."""
    if not reading.kazakh:
        return first
    return next((i + 1 for i in range(last - 1, first - 1, -1) if _SUPPOSED.search(reading.words[i].text)), first)


def hangs(reading: Reading, i: int, first: int) -> bool:
    """True for a noun after a preposition, with its adjective between: "под мойку", "по нашему городу"."""
    j = i - 1
    if j > first and _MODIFIER.search(reading.words[j].text) and reading.words[j].text not in _PREPOSITIONS:
        j -= 1
    return j >= first and reading.words[j].text in _PREPOSITIONS


def _without_places(things: frozenset[str]) -> frozenset[str]:
    """A town is where something is given, not what."""
    return frozenset(t for t in things if not t.startswith("t:@")) if things else things


def oblique(reading: Reading, i: int) -> bool:
    """True for a Kazakh dative or locative ("шоққа", "клубта"): to or in what something is given, not what."""
    return reading.kazakh and len(reading.words[i].text) > _MIN_STEM and reading.words[i].text.endswith(_OBLIQUE)


def _governed(reading: Reading, i: int, first: int) -> bool:
    """True for words of a condition: within two words after "при", "от", "для" …"""
    opener = next((j for j in range(i - 1, max(first, i - 2) - 1, -1) if reading.words[j].text in _CONDITIONAL), -1)
    return opener >= 0 and not any(reading.tags[k] & set(GIVING) for k in range(opener, i))
