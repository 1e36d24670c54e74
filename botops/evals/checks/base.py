"""What a check is: an id, parameters read from YAML, a function over a dialogue, and samples that prove it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any, ClassVar, Protocol
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from botops.config import Strict
from botops.domain.errors import BotopsError
from botops.domain.messages import Message
from botops.domain.turns import TurnRecord
from botops.pricebook import PriceBook


class CannotJudgeError(BotopsError):
    """A check could not come to an answer. The case is then an error, never a failure."""


class Params(Strict):
    """Parameters of a check. A value that is no mapping stands for the field `short`: `max_length: 600`."""

    short: ClassVar[str | None] = None

    @model_validator(mode="before")
    @classmethod
    def _from_short(cls, value: Any) -> Any:
        if value is None or isinstance(value, dict | Params):
            return {} if value is None else value
        if cls.short is not None:
            return {cls.short: value}
        if value is True:
            return {}
        raise ValueError("this check takes no value: write its name alone")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        whole = handler.resolve_ref_schema(handler(schema))
        brief = whole.get("properties", {}).get(cls.short) if cls.short else {"type": ["null", "boolean"]}
        return {"anyOf": [brief or {}, dict(whole)]}


@dataclass(frozen=True, slots=True)
class TurnView:
    """A turn as a check sees it. `number` counts from 1 within the run; `before` is what was said earlier."""

    number: int
    client: str
    record: TurnRecord
    before: tuple[Message, ...] = ()

    @property
    def reply(self) -> str:
        """What left."""
        return self.record.reply or ""


@dataclass(frozen=True, slots=True)
class DialogueView:
    """A dialogue as a check sees it, with the price book in force and the moment of the dialogue."""

    turns: tuple[TurnView, ...]
    book: PriceBook
    at: datetime
    region: str | None = None
    segment: str | None = None

    @property
    def day(self) -> date:
        """The date in the book's time zone."""
        return self.at.astimezone(ZoneInfo(self.book.timezone)).date()


@dataclass(frozen=True, slots=True)
class Miss:
    """An expectation that was not met: where, what was said, what was expected, and why in Russian and English.

    `rule` narrows the check's id (`discount` of `no_invented_claims`); `turn` is None for the dialogue as a whole.
    """

    ru: str
    en: str
    turn: int | None = None
    quote: str = ""
    expected: str | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A short dialogue on which a check must hold or not. `talk` are pairs of the client's and the bot's words.

    `hand_off` is the rule under which the last turn was handed over; `answer` is what the judge says, for checks that
    ask one. Samples are run as tests against the book of `botops.evals.checks.samples`.
    """

    talk: tuple[tuple[str, str], ...]
    holds: bool
    params: Any = None
    hand_off: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a judge, a language model, is asked: a criterion graded by a whole number from `low` to `high`.

    From `least` on the criterion is met. `levels` describe scores. `name` tells questions of one check apart, in
    reports and in people's labels.
    """

    criterion: str
    name: str
    low: int = 1
    high: int = 5
    least: int = 4
    levels: tuple[tuple[int, str], ...] = ()

    @property
    def checksum(self) -> str:
        """The identity of what is asked, whatever its name: SHA-256 in hex."""
        asked = [" ".join(self.criterion.split()), self.low, self.high, self.least, sorted(self.levels)]
        return sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()


Scope = Sequence[TurnView]
"""The turns an expectation is asked of: one for an expectation of a turn, all for one of the dialogue."""


class Code(Protocol):
    """Functions of a suite's author, whom a person trusts."""

    def function(self, name: str) -> Callable[..., Any]:
        """The function called `module:function`. Raises ValueError, which says why it cannot be had."""
        ...


@dataclass(frozen=True)
class Check:
    """A check: either `judge`, which yields what was missed in the scope and nothing when the expectation is met, or
    `question`, what a language model is asked about the scope.

    `judge` may raise CannotJudgeError. `lint` says why parameters make no sense with a price book on a day, or None.
    `languages` are those of the replies it understands. `of_attempts` marks checks of what the model wanted to say:
    they are asked of a dialogue that a fault has cut short too. `bind` gives, for parameters that name code of the
    suite's author, what judges in the place of `judge` once that code is allowed.
    """

    id: str
    label: Mapping[str, str]
    about: str
    params: type[Params]
    judge: Callable[[Any, DialogueView, Scope], Iterable[Miss]] | None
    samples: tuple[Sample, ...]
    lint: Callable[[Any, PriceBook, date], str | None] = lambda params, book, day: None
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("ru", "kk", "en")
    question: Callable[[Any], Question] | None = field(default=None, kw_only=True)
    of_attempts: bool = field(default=False, kw_only=True)
    bind: Callable[[Any, Code], Callable[[Any, DialogueView, Scope], Iterable[Miss]]] | None = field(
        default=None, kw_only=True
    )

    def __post_init__(self) -> None:
        if (self.judge is None) == (self.question is None):
            raise ValueError(f"the check {self.id} needs either `judge` or `question`")

    @property
    def needs_llm(self) -> bool:
        """True for a check that asks a language model."""
        return self.question is not None

    def bound(self, params: Any, code: Code) -> Check:
        """The check with the author's code in it. Raises ValueError, which says why it cannot be had."""
        return self if self.bind is None else replace(self, judge=self.bind(params, code), bind=None)

    def missed(self, params: Any, dialogue: DialogueView, scope: Scope) -> Iterable[Miss]:
        """What `judge` missed in the scope. Raises CannotJudgeError, for a check that asks a model too."""
        if self.judge is None:
            raise CannotJudgeError("a language model has to be asked")
        return self.judge(params, dialogue, scope)


@dataclass(frozen=True)
class OrAlone:
    """Marks a list of texts of which a single one may stand without brackets, in files and in their JSON Schema."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_listed, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        listed = handler(schema)
        return {"anyOf": [listed["items"], listed]}


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def filled(value: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuses an empty list. (As a constraint of the field it would also complain of a list whose items are wrong.)"""
    if not value:
        raise ValueError("empty: write at least one")
    return value


def shortened(text: str, most: int = 160) -> str:
    """A text short enough for a line of a report."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
