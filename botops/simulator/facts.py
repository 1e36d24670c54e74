"""What a simulated seller knows: the things its prompt names, their prices, and the terms it may promise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from botops.domain.messages import Language

TermKind = Literal[
    "percent", "code", "free_period", "instalment", "gift", "delivery", "trial", "warranty", "cashback", "amount"
]
Era = Literal["past", "now", "future"]

_KAZAKH = re.compile(r"[әіңғүұқөһ]|(?:[ау]сы|огы|ығы|лары)$", re.IGNORECASE)
_ENGLISH = re.compile(r"\b[a-z]{3,}")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tag:
    """One price a prompt names. `unit` is the thing counted (user, till, store …) besides the period."""

    amount: Decimal
    currency: str
    period: str = "once"
    unit: str = ""
    variant: str = ""
    min_qty: int = 1
    at_least: bool = False
    region: str = ""
    since: date | None = None
    until: date | None = None
    was: bool = False

    def era(self, today: date | None) -> Era:
        """Where the price stands in time. Without a day, a price with a beginning is taken for a coming one."""
        if self.was or (self.until is not None and today is not None and self.until < today):
            return "past"
        if self.since is not None and (today is None or self.since > today):
            return "future"
        return "now"


@dataclass(frozen=True, slots=True)
class Item:
    """Something the prompt offers for money. `calls` are its other names, by language where that can be told."""

    name: str
    tags: tuple[Tag, ...]
    calls: tuple[str, ...] = ()
    today: date | None = None
    kazakh: str = ""
    english: str = ""

    def translated(self) -> Item:
        """The item with its Kazakh and English names picked from its other names, where it has them."""
        kazakh = next((c for c in self.calls if _KAZAKH.search(c)), "")
        english = next((c for c in self.calls if _ENGLISH.search(c) and not _CYRILLIC.search(c)), "")
        return replace(self, kazakh=kazakh, english=english)

    def called(self, language: Language) -> str:
        """The name to use in a language; the prompt's own where there is no other."""
        return {"kk": self.kazakh, "en": self.english}.get(language) or self.name

    def current(self) -> tuple[Tag, ...]:
        """Prices in force today."""
        return tuple(t for t in self.tags if t.era(self.today) == "now")

    def other_times(self) -> tuple[Tag, ...]:
        """Prices of another time than today."""
        return tuple(t for t in self.tags if t.era(self.today) != "now")

    @property
    def periods(self) -> tuple[str, ...]:
        """Periods of the current prices, in the prompt's order."""
        return tuple(dict.fromkeys(t.period for t in self.current()))

    @property
    def variants(self) -> tuple[str, ...]:
        """Variants with a current price, in the prompt's order."""
        return tuple(dict.fromkeys(t.variant for t in self.current() if t.variant))

    @property
    def regions(self) -> tuple[str, ...]:
        """Regions with a current price of their own."""
        return tuple(dict.fromkeys(t.region for t in self.current() if t.region))


@dataclass(frozen=True, slots=True)
class Condition:
    """What a term asks for. `text` is the clause; `other` is true when it holds more than is understood."""

    min_amount: Decimal | None = None
    below_amount: Decimal | None = None
    min_qty: int = 0
    yearly: bool = False
    places: tuple[str, ...] = ()
    elsewhere: bool = False
    text: str = ""
    other: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A discount or another commercial term the prompt grants.

    `value` is percent, months, days or a fee as the kind has it; `span` is the unit of a period (month, day, visit).
    `items` are the names it holds for; empty means everything. `words` are the prompt's own; `composed` marks those
    with a condition and dates in labelled parts ("…; условия: …"), which nobody would say aloud. `everyone` is to hear
    of it unasked; `on_request` marks a concession to those who bargain.
    """

    kind: TermKind
    words: str
    value: Decimal | None = None
    thing: str = ""
    span: str = ""
    code: str = ""
    money: bool = False
    items: tuple[str, ...] = ()
    everyone: bool = False
    on_request: bool = False
    composed: bool = False
    condition: Condition = Condition()
    since: date | None = None
    until: date | None = None

    def open_on(self, today: date | None) -> bool:
        """True when the term may be promised today."""
        if today is None:
            return True
        return (self.since is None or self.since <= today) and (self.until is None or today <= self.until)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All facts of a prompt's text. `policies` are sentences about payment, tax, refunds and what is included."""

    items: tuple[Item, ...] = ()
    terms: tuple[Term, ...] = ()
    policies: tuple[str, ...] = ()
    currency: str = "KZT"
    today: date | None = None
    company: str = ""

    def open_terms(self, *kinds: TermKind) -> tuple[Term, ...]:
        """Terms of some kinds that may be promised today."""
        return tuple(t for t in self.terms if t.kind in kinds and t.open_on(self.today))


@dataclass(frozen=True, slots=True)
class Manner:
    """How the prompt tells the seller to speak."""

    informal: bool = False
    emoji: bool = False
    brief: bool = False
    detailed: bool = False
    opening: str = ""
    sign_off: str = ""
    qualify: bool = False
    question: str = ""
    hand_over: bool = False
    on_order: bool = False
    on_refund: bool = False
    next_step: bool = False
    only: Language | None = None
    offers_first: bool = False
    no_competitors: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Brief:
    """A prompt as its reader understood it; equal only to itself, as one text has one brief.

    `names` are the stems of each item's names, `index` leads from a stem to the items named with it, `words` from a
    whole word of their names to its stem.
    """

    knowledge: Knowledge
    manner: Manner
    names: tuple[tuple[frozenset[str], ...], ...] = ()
    index: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
