"""Checks of time and money spent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import ClassVar, Self

from pydantic import Field, model_validator

from botops.domain.usage import Cost
from botops.evals.checks.base import CannotJudgeError, Check, DialogueView, Miss, Params, Sample, Scope


class MaxLatency(Params):
    """The longest a turn may take, in seconds, from the client's message to the whole reply."""

    short: ClassVar[str | None] = "seconds"
    seconds: float = Field(gt=0)


def max_latency(params: MaxLatency, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Every turn is quick enough."""
    for turn in scope:
        took = turn.record.timing.total_ms / 1000
        if took > params.seconds:
            yield Miss(
                f"Ответ занял {took:.1f} с, можно не больше {params.seconds:g} с.",
                f"The reply took {took:.1f} s, at most {params.seconds:g} s are allowed.",
                turn.number, f"{took:.1f} s", f"≤ {params.seconds:g} s",
            )  # fmt: skip


class MaxCost(Params):
    """The most the turns may cost together, in dollars. A simulated reply counts at the price of its real model."""

    short: ClassVar[str | None] = "usd"
    usd: Decimal = Field(ge=0)


def max_cost(params: MaxCost, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """The turns together are cheap enough."""
    cost = sum((turn.record.cost for turn in scope), Cost())
    if cost.unknown_model:
        raise CannotJudgeError("the price of the model is not known: add it under costs.prices in botops.yaml")
    if cost.usd > params.usd:
        yield Miss(
            f"Потрачено {cost.usd:.6f} $, можно не больше {params.usd} $.",
            f"{cost.usd:.6f} $ were spent, at most {params.usd} $ are allowed.",
            quote=f"{cost.usd:.6f} $", expected=f"≤ {params.usd} $",
        )  # fmt: skip


class MaxTokens(Params):
    """The most tokens a turn may use, all its model calls together: `output` written, `input` read."""

    short: ClassVar[str | None] = "output"
    output: int | None = Field(default=None, ge=1)
    input: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.output is None and self.input is None:
            raise ValueError("write `output`, `input` or both")
        return self


def max_tokens(params: MaxTokens, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Every turn is content with so many tokens."""
    for turn in scope:
        usage = turn.record.usage
        limits = (
            ("output", "в ответе", usage.output_tokens, params.output),
            ("input", "в запросе", usage.input_tokens, params.input),
        )
        for name, ru, used, most in limits:
            if most is not None and used > most:
                yield Miss(
                    f"Токенов {ru} {used}, можно не больше {most}.",
                    f"{used} {name} tokens were used, at most {most} are allowed.",
                    turn.number, f"{used}", f"≤ {most}", name,
                )  # fmt: skip


CHECKS: Iterable[Check] = (
    Check(
        "max_tokens", {"ru": "Не больше токенов", "en": "No more tokens than"},
        "Every turn uses at most so many tokens.", MaxTokens, max_tokens,
        (
            Sample((("?", "Да."),), holds=True, params=5),
            Sample((("?", "Да."),), holds=False, params=4),
            Sample((("?", "Да."),), holds=False, params={"input": 9}),
        ),
        tags=("limits",),
    ),
    Check(
        "max_latency", {"ru": "Не дольше", "en": "No slower than"},
        "Every reply comes within so many seconds.", MaxLatency, max_latency,
        (
            Sample((("?", "Да."),), holds=True, params=1),
            Sample((("?", "Да."),), holds=False, params=0.05),
        ),
        tags=("limits",),
    ),
    Check(
        "max_cost", {"ru": "Не дороже", "en": "No dearer than"},
        "The turns together cost at most so many dollars.", MaxCost, max_cost,
        (
            Sample((("?", "Да."),), holds=True, params={"usd": "0.01"}),
            Sample((("?", "Да."),), holds=False, params="0.0000001"),
        ),
        tags=("limits",),
    ),
)  # fmt: skip
