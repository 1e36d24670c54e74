"""Simulated clients: each with a goal, a manner, a language, patience and a budget. Deterministic by seed."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeVar

from botops.domain.messages import Language, Message
from botops.simulator.facts import Brief, Item
from botops.simulator.phrases.clients import LINES, MIXED
from botops.simulator.places import called, within
from botops.simulator.prompt import read_prompt

Goal = Literal["price", "buy", "compare", "haggle", "terms", "recommend", "human", "browse"]
Persona = Literal["plain", "polite", "terse", "chatty"]
_T = TypeVar("_T")
Outcome = Literal["satisfied", "left", "asked_human"]

LANGUAGES: Mapping[Language, float] = {"ru": 0.60, "kk": 0.25, "en": 0.15}
"""How often drawn clients write in each language."""
_GOALS: Mapping[Goal, float] = {
    "price": 0.24,
    "buy": 0.22,
    "compare": 0.08,
    "haggle": 0.14,
    "terms": 0.14,
    "recommend": 0.08,
    "human": 0.05,
    "browse": 0.05,
}
_PERSONAS: Mapping[Persona, float] = {"plain": 0.45, "polite": 0.2, "terse": 0.25, "chatty": 0.1}
_CITIES = ("Алматы", "Астана", "Шымкент", "Караганда", "Актобе", "Атырау")
_TERMS = ("instalment", "trial", "warranty", "delivery", "gift", "vat", "refund", "included")
_PERCENTS = ("5", "10", "15", "20", "30", "50")
_CODES = ("LETO20", "SALE10", "ALMA15", "VIP30")
_HANDED = re.compile(
    r"(?:передаю|подключаю|перед[аё]м|позову)[^.]*менеджер|менеджерге беремін|"
    r"менеджерді қосамын|(?:passing|connecting)[^.]*manager",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"магазин или|какой у (?:вас|тебя)|для чего|сколько (?:у вас|нужно)|на какое "
    r"количество|дүкен бе|бизнесіңіз|не үшін|қанша "
    r"(?:керек|нүкте)|what kind of business|what is it for|shop, a caf|how many",
    re.IGNORECASE,
)
_ASKED_PERIOD = re.compile(r"помесячно или|ай сайын ба|ай сайын ба|monthly or yearly", re.IGNORECASE)
_SUMS = re.compile(r"\d")
_TYPO_SHARE = 0.07
_MIXED_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Profile:
    """Who writes and what for.

    `patience` is the most messages the client will write; `budget` is in the list's currency; `things` are names from
    the price list the client cares about, empty for none in particular.
    """

    language: Language = "ru"
    goal: Goal = "price"
    persona: Persona = "plain"
    patience: int = 6
    budget: Decimal | None = None
    things: tuple[str, ...] = ()


class SimulatedClient:
    """A client who has seen the price list of a shop. The same seed, list and replies give the same messages."""

    def __init__(self, profile: Profile, price_list: str, seed: int = 7) -> None:
        self.profile = profile
        self.outcome: Outcome | None = None
        self._brief = read_prompt(price_list)
        self._rng = random.Random(f"client:{seed}")  # noqa: S311 - phrasing, not secrets
        by_name = {i.name: i for i in self._brief.knowledge.items}
        self._things = [by_name[n] for n in profile.things if n in by_name]
        self._steps = self._plan()
        self._answered: set[str] = set()

    @classmethod
    def drawn(cls, seed: int, price_list: str, languages: Mapping[Language, float] = LANGUAGES) -> SimulatedClient:
        """A client drawn at random by seed: language, goal, manner, patience, budget and wishes."""
        rng = random.Random(f"profile:{seed}")  # noqa: S311 - a draw, not secrets
        brief = read_prompt(price_list)
        things = _wishes(brief, rng)
        budget = _budget(things, rng)
        profile = Profile(
            _pick(rng, languages),
            _pick(rng, _GOALS),
            _pick(rng, _PERSONAS),
            rng.randint(2, 8),
            budget,
            tuple(i.name for i in things),
        )
        return cls(profile, price_list, seed)

    def next(self, messages: Sequence[Message]) -> str | None:
        """The next message, given the dialogue so far; None when the client has no more to say (`outcome` says why)."""
        if self.outcome is not None:
            return None
        written = sum(m.role == "user" for m in messages)
        heard = messages[-1].content if messages and messages[-1].role == "assistant" else ""
        if heard and _HANDED.search(heard):
            self.outcome = "asked_human" if self.profile.goal == "human" else "satisfied"
            return self._written("thanks") if self._rng.random() < 0.4 else None
        reaction = self._reaction(heard) if written < self.profile.patience else None
        if reaction is not None:
            return reaction
        if written >= self.profile.patience or not self._steps:
            self.outcome = "left" if self._steps and self._rng.random() < 0.5 else "satisfied"
            last = "thanks" if self.outcome == "satisfied" else "leave"
            return self._written(last) if self._rng.random() < 0.7 else None
        return self._written(self._steps.pop(0), first=written == 0)

    def _reaction(self, heard: str) -> str | None:
        """An answer to a question, a second asking where a price was due, or nothing of the kind."""
        if not heard:
            return None
        if _ASKED_PERIOD.search(heard) and "period" not in self._answered:
            self._answered.add("period")
            return self._written("period") if self._rng.random() < 0.6 else None
        if _ASKED.search(heard) and "business" not in self._answered:
            self._answered.add("business")
            return self._written("business") if self._rng.random() < 0.6 else None
        if self.profile.goal == "price" and not _SUMS.search(heard) and "again" not in self._answered:
            self._answered.add("again")
            return self._written("price" if self._things else "again")
        return None

    def _plan(self) -> list[str]:
        rng, goal = self._rng, self.profile.goal
        follow = [s for s in ("year", "qty", "total") if rng.random() < 0.5]
        terms = rng.sample(_TERMS, 2)
        if goal == "compare" and len(self._things) < 2:
            goal = "price"
        if goal == "buy":
            return ["price", *follow, *terms[:1], *(["code"] if rng.random() < 0.25 else []), "order", "thanks"]
        if goal == "haggle":
            hard = rng.sample(("discount", "percent", "competitor", "expensive", "code"), 3)
            return ["price", *hard, *(["order"] if rng.random() < 0.4 else ["leave"])]
        plans: dict[str, list[str]] = {
            "price": ["price", *follow[:2], *(["discount"] if rng.random() < 0.3 else [])],
            "compare": ["compare", "year", *(["order"] if rng.random() < 0.3 else [])],
            "terms": ["price", *terms, *(["delivery"] if rng.random() < 0.3 else [])],
            "recommend": ["recommend", "price", *follow, *(["order"] if rng.random() < 0.4 else [])],
            "human": [*(["price"] if rng.random() < 0.5 else []), "human"],
            "browse": ["off" if rng.random() < 0.3 else "included", *follow[:1], *terms[:1]],
        }
        return plans[goal]

    def _written(self, step: str, *, first: bool = False) -> str:
        rng, language = self._rng, self.profile.language
        lines = LINES[language]
        options = lines[step]
        if language == "kk" and step in MIXED and rng.random() < _MIXED_SHARE:
            options = MIXED[step]
        text = options[int(rng.random() * len(options))].format(**self._slots(step))
        if first:
            hello = lines["hello"][int(rng.random() * len(lines["hello"]))]
            text = f"{hello}{', ' if not hello.endswith('!') else ' '}{text}" if hello and rng.random() < 0.8 else text
        return self._styled(text, first=first)

    def _slots(self, step: str) -> dict[str, str]:
        rng, language = self._rng, self.profile.language
        items = self._things or list(self._brief.knowledge.items[:8])
        first = items[0] if items else None
        other = items[1] if len(items) > 1 else first
        city = _CITIES[int(rng.random() * len(_CITIES))]
        codes = [t.code for t in self._brief.knowledge.open_terms("code")] + [_CODES[int(rng.random() * len(_CODES))]]
        return {
            "thing": self._spoken(first),
            "other": self._spoken(other),
            "n": str(rng.choice((2, 3, 3, 4, 5, 6, 10, 12))),
            "city": {"ru": within(city), "kk": _to_kazakh(city), "en": f"to {called(city, 'en')}"}[language],
            "code": codes[int(rng.random() * len(codes))],
            "percent": rng.choice(_PERCENTS),
            "sum": self._sum(),
        }

    def _sum(self) -> str:
        amount = int(self.profile.budget or 50_000)
        return {
            "ru": f"{amount:,} тг".replace(",", " "),
            "kk": f"{amount:,} теңге".replace(",", " "),
            "en": f"{amount:,} tenge",
        }[self.profile.language]

    def _spoken(self, item: Item | None) -> str:
        """A name as a client would type it: without quotation marks, mostly in small letters."""
        if item is None:
            return "это"
        language, rng = self.profile.language, self._rng
        own = [
            c
            for c in item.calls
            if language == "ru"
            and re.search("[а-яё]", c, re.IGNORECASE)
            and not re.search("[әіңғүұқөһ]|[ау]сы$|огы$|лары$", c, re.IGNORECASE)
        ]
        names = [item.called(language), *own]
        name = names[0] if rng.random() < 0.5 else names[int(rng.random() * len(names))]
        variant = ""
        if item.variants and rng.random() < 0.6:
            variant = f" {item.variants[int(rng.random() * len(item.variants))]}" if language == "ru" else ""
        plain = re.sub(r"[«»\"]", "", name) + variant
        return plain if rng.random() < 0.3 else plain[:1].lower() + plain[1:]

    def _styled(self, text: str, *, first: bool) -> str:
        rng, persona = self._rng, self.profile.persona
        if persona == "terse":
            text = text.lower().rstrip("?!. ")
        elif persona == "polite" and first:
            text = {
                "ru": f"{text}. Заранее спасибо".replace("?.", "?"),
                "kk": f"{text}. Алдын ала рахмет".replace("?.", "?"),
                "en": f"{text}. Thanks in advance".replace("?.", "?"),
            }[self.profile.language]
        elif persona == "chatty" and first:
            text = {
                "ru": f"Смотрите, такое дело. {text}",
                "kk": f"Былай ғой, {text}",
                "en": f"So, here is the thing. {text}",
            }[self.profile.language]
        else:
            text = text[:1].upper() + text[1:]
        return _typo(text, rng) if rng.random() < _TYPO_SHARE else text


def _typo(text: str, rng: random.Random) -> str:
    """One slip of the finger inside a word of five letters or more, never in a code or a number."""
    words = [m for m in re.finditer(r"[^\W\d_]{5,}", text) if not m[0].isupper()]
    if not words:
        return text
    word = words[int(rng.random() * len(words))]
    at = rng.randint(word.start() + 1, word.end() - 2)
    kind = int(rng.random() * 3)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind == 1 else text[:at] + text[at] + text[at:]


def _to_kazakh(city: str) -> str:
    name = called(city, "kk")
    hard = any(ch in "аыоұуя" for ch in name.lower()[-4:])
    ending = ("қа" if hard else "ке") if name[-1].lower() in "кқптсшхфц" else ("ға" if hard else "ге")
    return name + ending


def _pick(rng: random.Random, shares: Mapping[_T, float]) -> _T:
    return rng.choices(list(shares), weights=list(shares.values()))[0]


def _wishes(brief: Brief, rng: random.Random) -> list[Item]:
    """One to three things, the first of the list likelier: shops list first what they sell most."""
    items = list(brief.knowledge.items)
    if not items:
        return []
    weights = [1 / (1 + n / 8) for n in range(len(items))]
    chosen: dict[str, Item] = {}
    for item in rng.choices(items, weights=weights, k=rng.choice((1, 2, 2, 3))):
        chosen[item.name] = item
    return list(chosen.values())


def _budget(things: Sequence[Item], rng: random.Random) -> Decimal | None:
    amounts = [t.amount for i in things[:1] for t in i.current()]
    if not amounts:
        return None
    wish = amounts[0] * rng.randint(60, 95) / 100
    return (wish / 100).quantize(Decimal(1)) * 100
