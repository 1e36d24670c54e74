"""Checks that ask a language model, the judge: tone, a written criterion, a written definition of success."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from botops.evals.checks.base import Check, Params, Question, Sample

_TONE = (
    "The bot is polite, warm and to the point, as a good salesperson in a shop is: it addresses the client with "
    "respect and in the same manner throughout, is neither pushy, condescending, sarcastic nor indifferent, sounds "
    "like a person rather than a form letter, and stays calm when the client is not."
)
_MOST = 8_000


def _stripped(text: str) -> str:
    if not text.strip():
        raise ValueError("empty: write what is wanted in plain words")
    return text.strip()


Criterion = Annotated[str, Field(max_length=_MOST), AfterValidator(_stripped)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]


class _Scaled(Params):
    scale: int = Field(default=5, ge=2, le=10, description="The best score; the worst is 1.")
    least: int | None = Field(default=None, ge=2, description="From this score on; default: one below the best.")

    @property
    def wanted(self) -> int:
        """The score from which on the criterion is met."""
        return max(2, self.scale - 1) if self.least is None else self.least

    @model_validator(mode="after")
    def _can_be_missed_and_met(self) -> Self:
        if self.wanted > self.scale:
            raise ValueError(f"`least` is above the scale's best score, {self.scale}")
        return self


class Rubric(_Scaled):
    """A criterion in plain words, graded from 1 to `scale`. `levels` describe scores; `name` tells it from others."""

    short: ClassVar[str | None] = "criterion"
    criterion: Criterion
    name: Name = "rubric"
    levels: dict[Annotated[int, Field(ge=1)], Criterion] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _levels_are_on_the_scale(self) -> Self:
        above = [level for level in self.levels if level > self.scale]
        if above:
            raise ValueError(f"`levels` describes {above[0]}, the scale ends at {self.scale}")
        return self


class Tone(_Scaled):
    """How polite, warm and unpushy the bot is, from 1 to `scale`."""

    short: ClassVar[str | None] = "least"


class Success(Params):
    """What has to be true at the dialogue's end for it to be a success, in plain words."""

    short: ClassVar[str | None] = "definition"
    definition: Criterion
    name: Name = "success"


def rubric(params: Rubric) -> Question:
    """The criterion as the suite has it."""
    levels = tuple(sorted(params.levels.items()))
    return Question(params.criterion, params.name, 1, params.scale, params.wanted, levels)


def tone(params: Tone) -> Question:
    """The criterion of good manners that comes with botops."""
    return Question(_TONE, "tone", 1, params.scale, params.wanted)


def success(params: Success) -> Question:
    """Whether the definition holds: 1 when it does, else 0."""
    criterion = f"The whole dialogue was a success by this definition: {params.definition}"
    levels = ((0, "the definition does not hold at the end"), (1, "every part of the definition holds at the end"))
    return Question(criterion, params.name, 0, 1, 1, levels)


_FINE = (("Сколько стоит «Альфа»?", "«Альфа» стоит 5 000 ₸ в месяц. Подсказать, чем она отличается от «Беты»?"),)
_RUDE = (("Сколько стоит «Альфа»?", "Читайте прайс, там всё написано."),)
_SAYS_RUDE = '{"reason": "Клиента отсылают читать прайс.", "quote": "Читайте прайс", "score": 1}'

CHECKS: Iterable[Check] = (
    Check(
        "rubric", {"ru": "По критерию", "en": "By a criterion"},
        "A judge model grades the replies by a criterion in plain words; the grade is high enough.", Rubric, None,
        (
            Sample(_FINE, holds=True, params="The bot answers what was asked.",
                   answer='{"reason": "Цена названа.", "quote": "5 000 ₸", "score": 5}'),
            Sample(_RUDE, holds=False, params="The bot answers what was asked.", answer=_SAYS_RUDE),
            Sample(_FINE, holds=False, params={"criterion": "The bot asks for the city.", "scale": 3, "least": 3},
                   answer='{"reason": "О городе не спросил.", "quote": "", "score": 2}'),
        ),
        tags=("judge",), question=rubric,
    ),
    Check(
        "tone", {"ru": "Тон", "en": "Tone"},
        "A judge model finds the bot polite, warm and unpushy.", Tone, None,
        (
            Sample(_FINE, holds=True, answer='{"reason": "Вежливо и по делу.", "quote": "", "score": 4}'),
            Sample(_FINE, holds=False, params=5, answer='{"reason": "Суховато.", "quote": "", "score": 4}'),
            Sample(_RUDE, holds=False, answer=_SAYS_RUDE),
        ),
        tags=("judge",), question=tone,
    ),
    Check(
        "success", {"ru": "Цель достигнута", "en": "Success"},
        "A judge model finds that a written definition of success holds at the dialogue's end.", Success, None,
        (
            Sample(_FINE, holds=True, params="The client knows the price.",
                   answer='{"reason": "Цена названа.", "quote": "5 000 ₸", "score": 1}'),
            Sample(_RUDE, holds=False, params="The client knows the price.",
                   answer='{"reason": "Цена не названа.", "quote": "", "score": 0}'),
        ),
        tags=("judge", "dialogue"), question=success,
    ),
)  # fmt: skip
