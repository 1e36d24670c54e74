"""What was promised to a client."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from botops.domain.findings import Judgement
from botops.domain.money import Money


class PromiseKind(StrEnum):
    """What is promised: a price, a sum over several things, a discount, a code, something for nothing, another term,
    that a price is held until a day, or that something happens by a day."""

    PRICE = "price"
    TOTAL = "total"
    DISCOUNT = "discount"
    PROMO_CODE = "promo_code"
    GIFT = "gift"
    TERM = "term"
    RESERVATION = "reservation"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment in the message `turn` of a dialogue, made at `at`.

    `start:end` are code-point offsets into that message and `quote` is the text between them. `subject` is what a term
    is about (warranty, delivery), else the kind. `value` is what was promised, fit to show; `money` or `percent` is the
    same as a figure when it is one. `valid_until` is the last day on which the promise can be called in: as said, or as
    the book has it; None when neither says. `status` is `not_judged` for a promise the price book has no word on.
    `sources` name the places of the book that bear it out or contradict it. `explanations` say why, per language.
    """

    dialogue_id: str
    turn: int
    at: datetime
    kind: PromiseKind
    subject: str
    quote: str
    start: int
    end: int
    value: str
    status: Judgement
    money: Money | None = None
    percent: Decimal | None = None
    sku: str | None = None
    product: str | None = None
    valid_until: date | None = None
    sources: tuple[str, ...] = ()
    explanations: dict[str, str] = field(default_factory=dict)

    def explanation(self, language: str = "ru") -> str:
        """The explanation in a language, or in any there is; empty for what was not judged."""
        return self.explanations.get(language) or next(iter(self.explanations.values()), "")

    def standing(self, day: date) -> bool:
        """True when it can still be called in on a day."""
        return self.valid_until is None or day <= self.valid_until
