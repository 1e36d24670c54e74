"""The section `budgets` of the settings: how much models may cost, and what happens then."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from botops.config.validation import Strict
from botops.domain.budgets import BudgetPeriod, BudgetScope, UnknownPrice

MOST = 50
"""Budgets of an installation: each is a label of metrics."""
Limit = Annotated[Decimal, Field(gt=0, le=10, allow_inf_nan=False)]
BudgetName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
_CEILING = Decimal(1)
_CHEAPER_FROM = Decimal("0.9")


class Hard(Strict):
    """What a budget does besides alerting, by shares of its amount: from `cheaper_at` on `cheaper_model` answers, from
    `hand_over_at` on dialogues go to people. Without a cheaper model they go there at once."""

    cheaper_model: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    cheaper_at: Limit | None = None
    hand_over_at: Limit = _CEILING

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.cheaper_model is None and self.cheaper_at is not None:
            raise ValueError("`cheaper_at` without a `cheaper_model`: name the model, or remove it")
        if self.cheaper_from is not None and self.cheaper_from >= self.hand_over_at:
            raise ValueError(
                f"the cheaper model would begin at {self.cheaper_from}, when dialogues are handed over already "
                f"({self.hand_over_at}): set `cheaper_at` below `hand_over_at`"
            )
        return self

    @property
    def cheaper_from(self) -> Decimal | None:
        """The share from which the cheaper model answers: as set, else nine tenths."""
        if self.cheaper_model is None:
            return None
        return _CHEAPER_FROM if self.cheaper_at is None else self.cheaper_at


def _rising(shares: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    if list(shares) != sorted(set(shares)):
        raise ValueError("shares must rise, each only once: [0.5, 0.8]")
    return shares


class BudgetSettings(Strict):
    """One budget. `of` names the prompt or channel; `currency` is the company's where it is left out.

    `soft` are shares of the amount that raise an alert; without `hard` that is all. `unknown_price` is what a hard
    budget does with a call of a model that has no price, besides the alarm. `simulated` counts simulated replies too,
    for a rehearsal: they bring no bill and count in no other budget.
    """

    scope: BudgetScope = BudgetScope.COMPANY
    of: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    period: BudgetPeriod | None = None
    amount: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    soft: Annotated[tuple[Limit, ...], AfterValidator(_rising)] = Field(default=(), max_length=10)
    hard: Hard | None = None
    unknown_price: UnknownPrice = "hand_over"
    simulated: bool = False

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        named = self.scope in {BudgetScope.PROMPT, BudgetScope.CHANNEL}
        if named and self.of is None:
            raise ValueError(f"which {self.scope.value}? add `of: NAME`")
        if not named and self.of is not None:
            raise ValueError(f"`of` has no meaning with `scope: {self.scope.value}`: remove it")
        if self.scope is BudgetScope.DIALOGUE and self.period is not None:
            raise ValueError("a dialogue's budget holds for the whole dialogue: remove `period`")
        if self.scope is not BudgetScope.DIALOGUE and self.period is None:
            raise ValueError("add `period: day` or `period: month`")
        return self
