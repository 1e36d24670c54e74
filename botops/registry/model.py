"""What stands in prompt files and release files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field, ValidationInfo, field_validator, model_validator

from botops.config import Strict
from botops.domain.messages import Language
from botops.domain.prompts import Unit
from botops.registry.targeting import Fact, Moment, Targeting, moment
from botops.registry.values import Scalar, VariableType, coerce
from botops.split import BUCKETS, MOST_PHASES, seed_of

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
_PARTIAL_REF = r"^[a-z0-9][a-z0-9_-]{0,99}@[1-9][0-9]{0,8}$"
_EXPERIMENT_KEY = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"


class Variable(Strict):
    """A value the caller fills in.

    Without `default` it must be supplied, unless `required: false`: then it is empty (`none`) when left out.
    `max_length` counts characters of a text; `min` and `max` bound a number or a date, both included. `example` stands
    in previews.
    """

    type: VariableType = VariableType.TEXT
    default: Scalar | None = None
    required: bool | None = None
    choices: tuple[str, ...] = ()
    max_length: int | None = Field(default=None, ge=1)
    min: Scalar | None = None
    max: Scalar | None = None
    example: Scalar | None = None
    description: str = ""

    def shown(self, name: str) -> Any:
        """A value for previews: the example, the default, or one that shows what would stand there."""
        given = self.example if self.example is not None else self.default
        if given is not None:
            return self.checked(given)
        low, high = self._bounds
        match self.type:
            case VariableType.TEXT:
                return f"‹{name}›"[: self.max_length]
            case VariableType.CHOICE:
                return self.choices[0]
            case VariableType.BOOLEAN:
                return True
            case VariableType.DATE:
                return low or high or date(2026, 1, 1)
            case _:
                return low if low is not None else high if high is not None else 0

    @property
    def needed(self) -> bool:
        """True when the caller must supply it."""
        return self.default is None if self.required is None else self.required

    def checked(self, value: Any) -> Any:
        """`value` as this variable's type. Raises ValueError with what is expected."""
        result = coerce(value, self.type, self.choices)
        if self.max_length is not None and isinstance(result, str) and len(result) > self.max_length:
            raise ValueError(f"{len(result)} characters, at most {self.max_length} are allowed")
        low, high = self._bounds
        if low is not None and result < low:
            raise ValueError(f"{result} is less than {low}, the least allowed")
        if high is not None and result > high:
            raise ValueError(f"{result} is more than {high}, the most allowed")
        return result

    @cached_property
    def _bounds(self) -> tuple[Any, Any]:
        """The bounds as values of the type."""
        low, high = (None if b is None else coerce(b, self.type, self.choices) for b in (self.min, self.max))
        return low, high

    @model_validator(mode="after")
    def _consistent(self) -> Variable:
        if (self.type is VariableType.CHOICE) != bool(self.choices):
            raise ValueError("`choices` belong to `type: choice`, and such a variable needs them")
        if self.required and self.default is not None:
            raise ValueError("a required variable has no default: remove `default` or `required`")
        self._refuse_bounds()
        for name, value in (("default", self.default), ("example", self.example)):
            if value is not None:
                try:
                    self.checked(value)
                except ValueError as error:
                    raise ValueError(f"`{name}` does not fit the variable: {error}") from error
        return self

    def _refuse_bounds(self) -> None:
        if self.min is None and self.max is None:
            return
        if self.type not in {VariableType.NUMBER, VariableType.INTEGER, VariableType.DATE}:
            raise ValueError("`min` and `max` are for numbers and dates: bound a text with `max_length`")
        for name, value in (("min", self.min), ("max", self.max)):
            if value is not None:
                try:
                    coerce(value, self.type)
                except ValueError as error:
                    raise ValueError(f"`{name}` does not fit the variable: {error}") from error
        low, high = self._bounds
        if low is not None and high is not None and low > high:
            raise ValueError(f"`min` ({low}) is more than `max` ({high})")


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
    """A prompt version's file.

    `texts` holds messages of their own for some languages; replies in another language get `messages`, which are taken
    to be in the first of `languages` where a reader asks.
    """

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
    texts: dict[Language, Annotated[tuple[MessageTemplate, ...], Field(min_length=1, max_length=100)]] = Field(
        default_factory=dict
    )


class Variant(Strict):
    """A version that takes part in a split; `weight` is its share in basis points (5000 = 50 %)."""

    version: int = Field(ge=1)
    weight: int = Field(ge=0, le=BUCKETS)


MetricName = Literal["won", "qualified", "satisfaction", "flagged", "escalated", "cost", "latency", "length"]
"""What an experiment can be judged by; each has one definition, in `botops.app.experiments.metrics`."""


class Guardrail(Strict):
    """What a variant must not worsen: by more than `margin` (a share as 0.02; cost in dollars a dialogue; latency in
    milliseconds, length in characters a reply)."""

    metric: MetricName
    margin: float = Field(ge=0)


class Measure(Strict):
    """How an experiment is judged, fixed before it starts: the metric that decides, the leads planned for all variants
    together, and what must not get worse.

    `window_days` is how many days after its first exposure a lead's outcomes count. `promote: true` makes the winner
    live by itself once the planned leads have come, the verdict is there and no guardrail stands against it. With
    `margin` a variant need not be better then, only not worse than the control by more than that, in the metric's unit.
    """

    primary: MetricName
    planned: int = Field(ge=100)
    guardrails: tuple[Guardrail, ...] = ()
    window_days: int = Field(default=14, ge=1, le=365)
    promote: bool = False
    margin: float | None = Field(default=None, gt=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _once(self) -> Measure:
        names = [g.metric for g in self.guardrails]
        if len(set(names)) != len(names) or self.primary in names:
            raise ValueError("each metric may stand once, as `primary` or as a guardrail")
        return self


class Split(Strict):
    """Which leads get which version.

    `coverage` (basis points) may grow inside a phase. Other variants, weights, `unit` or `targeting` need the next
    `phase`: it changes the seed, so that leads not served yet are dealt anew; those served keep their version.
    Before `starts` and from `ends` on everybody gets the live version; a day begins at midnight of the company's zone.
    `testers` get the version named for them and are not in the analysis.
    """

    experiment: str = Field(pattern=_EXPERIMENT_KEY)
    phase: int = Field(default=1, ge=1, le=MOST_PHASES)
    variants: tuple[Variant, ...] = Field(min_length=1, max_length=26)
    coverage: int = Field(default=BUCKETS, ge=0, le=BUCKETS)
    unit: Unit = "lead"
    targeting: Targeting | None = None
    starts: Moment | None = None
    ends: Moment | None = None
    testers: dict[Fact, int] = Field(default_factory=dict, max_length=100)
    measure: Measure | None = None

    @property
    def seed(self) -> str:
        """What leads are hashed with, and the name results are kept under: the key, `key:2` in later phases."""
        return seed_of(self.experiment, self.phase)

    @property
    def weights(self) -> tuple[int, ...]:
        """The variants' shares, in order."""
        return tuple(v.weight for v in self.variants)

    @property
    def versions(self) -> tuple[int, ...]:
        """The variants' versions, in order: the first one is the control."""
        return tuple(v.version for v in self.variants)

    @property
    def looks_back(self) -> bool:
        """True when what a lead did before can decide what it gets. In a first phase for everybody it cannot: the same
        lead falls into the same bucket."""
        return self.phase > 1 or self.targeting is not None

    def running(self, at: datetime, zone: tzinfo) -> bool:
        """True from the start until the end; `zone` is the company's."""
        return not (
            (self.starts is not None and at < moment(self.starts, zone))
            or (self.ends is not None and at >= moment(self.ends, zone))
        )

    @field_validator("variants")
    @classmethod
    def _whole(cls, variants: tuple[Variant, ...]) -> tuple[Variant, ...]:
        total = sum(v.weight for v in variants)
        if total != BUCKETS:
            raise ValueError(f"the weights sum to {total}, they must sum to {BUCKETS} (basis points, 100 %)")
        return variants

    @field_validator("testers")
    @classmethod
    def _tested(cls, testers: dict[str, int], info: ValidationInfo) -> dict[str, int]:
        known = {v.version for v in info.data.get("variants", ())}
        for lead, version in testers.items():
            if known and version not in known:
                versions = ", ".join(str(v) for v in sorted(known))
                raise ValueError(f"version {version} of `{lead}` is none of the variants: choose one of {versions}")
        return testers

    @field_validator("measure")
    @classmethod
    def _comparable(cls, measure: Measure | None, info: ValidationInfo) -> Measure | None:
        variants = info.data.get("variants", ())
        if measure is not None and len(variants) == 1:
            raise ValueError("there is nothing to compare: an experiment that is judged has two variants or more")
        for variant in variants if measure is not None else ():
            if variant.weight == 0:
                raise ValueError(
                    f"version {variant.version} has weight 0, nobody would get it and there is nothing to compare: "
                    "give it a weight above 0 or take it out"
                )
        return measure

    @model_validator(mode="after")
    def _ends_after_start(self) -> Split:
        # With a day on one side and a moment on the other the zone decides, a day's difference at most either way.
        if self.starts is not None and self.ends is not None and moment(self.ends, UTC) <= moment(self.starts, UTC):
            raise ValueError("`ends` must be later than `starts`: from the end on nobody takes part")
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
    """A release file: what is live, what is split, the SHA-256 of every version ever published and of the shared texts
    they include, and who approved."""

    live: int = Field(ge=1)
    split: Split | None = None
    checksums: dict[Annotated[int, Field(ge=1)], Annotated[str, Field(pattern=SHA256)]] = Field(default_factory=dict)
    partials: dict[Annotated[str, Field(pattern=_PARTIAL_REF)], Annotated[str, Field(pattern=SHA256)]] = Field(
        default_factory=dict
    )
    approvals: tuple[Approval, ...] = ()

    @property
    def served(self) -> tuple[int, ...]:
        """The versions a lead may get, in order."""
        return tuple(sorted({self.live, *(v.version for v in (self.split.variants if self.split else ()))}))
