"""The glossary as people look things up in it: by subject, with what each number is made from, and by any word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from botops.app.glossary import GLOSSARY
from botops.app.glossary_entry import texts

if TYPE_CHECKING:
    from botops.app.glossary_entry import Entry, Texts
    from botops.domain.messages import Language

Subject = Literal["replies", "experiments", "costs", "service"]
SUBJECTS: tuple[Subject, ...] = ("replies", "experiments", "costs", "service")
_REPLIES = texts(
    "диалоги в хранилище и вердикты проверки по прайсу",
    "қоймадағы диалогтар мен прайс бойынша тексеру қорытындылары",
    "the dialogues in the store and the verdicts of the check against the price book",
)
_PEOPLE = texts(
    "оценки клиентов, диалоги, решения людей и файлы промптов",
    "клиенттердің бағалары, диалогтар, адамдардың шешімдері және промпт файлдары",
    "clients' ratings, dialogues, people's rulings and the files of prompts",
)
_EXPERIMENTS = texts(
    "кому какой вариант достался, диалоги этих клиентов, оценки и сделки из CRM",
    "кімге қай нұсқа түскені, сол клиенттердің диалогтары, бағалары және CRM-дегі мәмілелер",
    "who was dealt which variant, their dialogues, ratings and the deals the CRM tells of",
)
_CALLS = texts(
    "токены каждого вызова модели, таблица цен моделей и курсы валют",
    "әр модель шақыруының токендері, модель бағаларының кестесі және валюта бағамдары",
    "the tokens of every model call, the price table of models and exchange rates",
)
_SERVICE = texts(
    "каждая реплика: чем кончилась, сколько длилась, сколько стоила",
    "әр реплика: немен бітті, қанша уақыт алды, қанша тұрды",
    "every turn: how it ended, how long it took, what it cost",
)
_INCIDENTS = texts(
    "журнал инцидентов: когда начался, взят, устранён", "инциденттер журналы: қашан басталды, алынды, жойылды",
    "the log of incidents: when each began, was taken and resolved",
)  # fmt: skip
_STORE = texts("записи в хранилище botops", "botops қоймасындағы жазбалар", "what is kept in the store of botops")
_ROOMS: Mapping[str, tuple[Subject, Texts]] = MappingProxyType(
    {
        "botops.app.queries.": ("replies", _REPLIES),
        "botops.app.checks.": ("replies", _REPLIES),
        "botops.app.today.": ("replies", _PEOPLE),
        "botops.app.outcomes.": ("replies", _PEOPLE),
        "botops.app.experiments.": ("experiments", _EXPERIMENTS),
        "botops.app.costs.": ("costs", _CALLS),
        "botops.app.live.": ("service", _SERVICE),
        "botops.app.incidents.": ("service", _INCIDENTS),
        "botops.app.probing.": ("service", _STORE),
    }
)
"""What the numbers of a room of the code are about and made from, by the beginning of the name of their function."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A number with what it is about and, in each language, what it is made from."""

    entry: Entry
    subject: Subject
    source: Texts


def explained(identifier: str) -> Explained | None:
    """A number by its id; None when there is none."""
    entry = GLOSSARY.get(identifier)
    if entry is None:
        return None
    known = (about for room, about in _ROOMS.items() if entry.function.startswith(room))
    subject, source = next(known, ("service", _STORE))
    return Explained(entry, subject, source)


def search(text: str, language: Language) -> tuple[Explained, ...]:
    """The numbers in which every word of a text occurs, in whatever language, those that have it in their name first;
    all of them for an empty text. Otherwise by subject, then as the glossary has them."""
    words = text.casefold().split()
    found = [one for one in _all() if all(word in _said(one.entry) for word in words)]
    return tuple(sorted(found, key=lambda one: (not _named(one.entry, words, language), SUBJECTS.index(one.subject))))


def _all() -> Iterator[Explained]:
    return (one for identifier in GLOSSARY if (one := explained(identifier)) is not None)


def _said(entry: Entry) -> str:
    told = (text for part in (entry.name, entry.meaning, entry.formula) for text in part.values())
    return " ".join((entry.id, *told)).casefold()


def _named(entry: Entry, words: list[str], language: Language) -> bool:
    return all(word in entry.name[language].casefold() for word in words)
