"""What stands in prompt files and release files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from botops.config import Strict
from botops.domain.messages import Language
from botops.registry.values import Scalar, VariableType, coerce
from botops.split import BUCKETS

BUILT_INS: Mapping[str, str] = MappingProxyType(
    {
        "price_table": "the prices in force at the moment of the turn, as text",
        "company": "the seller's name",
        "language": "the language of the reply: ru, kk or en",
        "today": "the date of the turn in the company's time zone",
        "channel": "the channel the client writes from",
    }
)
"""Variables that every prompt may use without declaring them, and what they hold."""

SHA256 = r"^[0-9a-f]{64}$"
_VARIABLE_NAME = r"^[a-z][a-z0-9_]{0,63}$"
_EXPERIMENT_KEY = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"


class Variable(Strict):
    """A value the caller fills in.

    Without `default` it must be supplied, unless `required: false`: then it is empty (`none`) when left out.
    `max_length` counts characters of a text.
    """

    type: VariableType = VariableType.TEXT
    default: Scalar | None = None
    required: bool | None = None
    choices: tuple[str, ...] = ()
    max_length: int | None = Field(default=None, ge=1)
    example: Scalar | None = None
    description: str = ""

    @property
    def needed(self) -> bool:
        """True when the caller must supply it."""
        return self.default is None if self.required is None else self.required

    def checked(self, value: Any) -> Any:
        """`value` as this variable's type. Raises ValueError with what is expected."""
        result = coerce(value, self.type, self.choices)
        if self.max_length is not None and isinstance(result, str) and len(result) > self.max_length:
            raise ValueError(f"{len(result)} characters, at most {self.max_length} are allowed")
        return result

    @model_validator(mode="after")
    def _consistent(self) -> Variable:
        if (self.type is VariableType.CHOICE) != bool(self.choices):
            raise ValueError("`choices` belong to `type: choice`, and such a variable needs them")
        if self.required and self.default is not None:
            raise ValueError("a required variable has no default: remove `default` or `required`")
        for name, value in (("default", self.default), ("example", self.example)):
            if value is not None:
                try:
                    self.checked(value)
                except ValueError as error:
                    raise ValueError(f"`{name}` does not fit the variable: {error}") from error
        return self


class Parameters(Strict):
    """How to call the model; what is left out is the provider's default. `extra` goes to the provider as it is."""

    name: str | None = Field(default=None, min_length=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    max_tokens: int | None = Field(default=None, ge=1)
    seed: int | None = None
    extra: dict[str, Any] = Field(default_factory=dict)


class MessageTemplate(Strict):
    """One message; `content` is a Jinja2 template."""

    role: Literal["system", "user", "assistant"]
    content: str = Field(min_length=1)


def _variable_names(variables: dict[str, Variable]) -> dict[str, Variable]:
    taken = sorted(variables.keys() & BUILT_INS.keys())
    if taken:
        raise ValueError(f"{', '.join(taken)}: built in, remove the declaration")
    return variables


class PromptSpec(Strict):
    """A prompt version's file."""

    description: str = ""
    owner: str = ""
    purpose: str = ""
    tags: tuple[str, ...] = ()
    reviewed: date | None = None
    languages: tuple[Language, ...] = ()
    model: Parameters = Parameters()
    variables: Annotated[
        dict[Annotated[str, Field(pattern=_VARIABLE_NAME)], Variable], AfterValidator(_variable_names)
    ] = Field(default_factory=dict)
    messages: tuple[MessageTemplate, ...] = Field(min_length=1, max_length=100)


class Variant(Strict):
    """A version that takes part in a split; `weight` is its share in basis points (5000 = 50 %)."""

    version: int = Field(ge=1)
    weight: int = Field(ge=0, le=BUCKETS)


MetricName = Literal["flagged", "escalated", "cost", "latency"]
"""What an experiment can be judged by; each has one definition, in `botops.app.experiments`."""


class Guardrail(Strict):
    """What a variant must not worsen: by more than `margin` (a share as 0.02; cost in dollars a dialogue; latency in
    milliseconds a reply)."""

    metric: MetricName
    margin: float = Field(ge=0)


class Measure(Strict):
    """How an experiment is judged, fixed before it starts: the metric that decides, the leads planned for all variants
    together, and what must not get worse."""

    primary: MetricName
    planned: int = Field(ge=100)
    guardrails: tuple[Guardrail, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Measure:
        names = [g.metric for g in self.guardrails]
        if len(set(names)) != len(names) or self.primary in names:
            raise ValueError("each metric may stand once, as `primary` or as a guardrail")
        return self


class Split(Strict):
    """Which leads get which version.

    `coverage` (basis points) may grow inside a phase. Other variants or weights need the next `phase`: it changes the
    seed, so that leads are dealt anew.
    """

    experiment: str = Field(pattern=_EXPERIMENT_KEY)
    phase: int = Field(default=1, ge=1)
    variants: tuple[Variant, ...] = Field(min_length=1)
    coverage: int = Field(default=BUCKETS, ge=0, le=BUCKETS)
    measure: Measure | None = None

    @property
    def seed(self) -> str:
        """What leads are hashed with, and the name results are kept under: the key, `key:2` in later phases."""
        return self.experiment if self.phase == 1 else f"{self.experiment}:{self.phase}"

    @property
    def weights(self) -> tuple[int, ...]:
        """The variants' shares, in order."""
        return tuple(v.weight for v in self.variants)

    @model_validator(mode="after")
    def _whole(self) -> Split:
        total = sum(self.weights)
        if total != BUCKETS:
            raise ValueError(f"the weights sum to {total}, they must sum to {BUCKETS} (basis points, 100 %)")
        return self


class ReleaseAction(StrEnum):
    """What changed what clients get."""

    PUBLISH = "publish"
    ROLLBACK = "rollback"
    SPLIT = "split"
    SPLIT_END = "split_end"


class Approval(Strict):
    """One release step: who did what, when, why, and the SHA-256 of the text that went live.

    `replaced` is the version that was live before; `experiment` the seed of the split begun or ended. `approved_by` is
    the second person who said yes to that text, `eval_runs` are the evaluations it passed.
    """

    action: ReleaseAction
    version: int = Field(ge=1)
    by: str = Field(min_length=1)
    at: AwareDatetime
    reason: str = Field(min_length=1)
    checksum: str = Field(pattern=SHA256)
    replaced: int | None = Field(default=None, ge=1)
    experiment: str | None = None
    approved_by: str | None = None
    eval_runs: tuple[str, ...] = ()


class ReleaseSpec(Strict):
    """A release file: what is live, what is split, the SHA-256 of every version ever published, and who approved."""

    live: int = Field(ge=1)
    split: Split | None = None
    checksums: dict[Annotated[int, Field(ge=1)], Annotated[str, Field(pattern=SHA256)]] = Field(default_factory=dict)
    approvals: tuple[Approval, ...] = ()

    @property
    def served(self) -> tuple[int, ...]:
        """The versions a lead may get, in order."""
        return tuple(sorted({self.live, *(v.version for v in (self.split.variants if self.split else ()))}))
