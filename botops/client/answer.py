"""An answer of `/v1/prompts`, checked and ready to be filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from botops.domain.errors import UserError
from botops.domain.messages import Language, Message
from botops.domain.problems import Problem
from botops.domain.prompts import Assignment, ModelParameters, PromptRef, RenderedPrompt, Unit
from botops.registry.model import Variable
from botops.registry.template import MessageText, TemplateFaultError, compile_text

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Origin(StrEnum):
    """Where a prompt came from."""

    FRESH = "fresh"  # the server's answer, kept no longer than it allows
    STALE = "stale"  # kept longer: it is being asked for anew, or the server does not answer
    DISK = "disk"  # kept by an earlier process, and the server does not answer
    BUNDLED = "bundled"  # shipped with the program, and there is nothing else


class UnusableAnswerError(Exception):
    """An answer that cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class PromptFallback:
    """A prompt that ships with the program, for when nothing else is left. `messages` are templates; `version` 0 says
    that it is none of the registry's."""

    messages: tuple[Message, ...]
    parameters: ModelParameters = field(default_factory=ModelParameters)
    variables: Mapping[str, Variable] = field(default_factory=lambda: _NOTHING)
    version: int = 0
    checksum: str = ""


class _Message(BaseModel):
    role: Literal["system", "user", "assistant"]
    content: str


class _Parameters(BaseModel):
    model: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    extra: dict[str, Any] = Field(default_factory=dict)


class _Body(BaseModel):
    """What a client reads of an answer; whatever a newer server adds is ignored."""

    model_config = ConfigDict(extra="ignore")

    name: str
    version: int = Field(ge=1)
    checksum: str
    messages: list[_Message] = Field(min_length=1)
    parameters: _Parameters = _Parameters()
    variables: dict[str, Variable] = Field(default_factory=dict)
    experiment: str | None = None
    variant: int | None = None
    bucket: int | None = None
    unit: Unit = "lead"
    language: Language | None = None
    values: dict[str, str] = Field(default_factory=dict)

    @field_validator("variables", mode="before")
    @classmethod
    def _known_fields(cls, variables: Any) -> Any:
        if not isinstance(variables, dict):
            return variables
        known = Variable.model_fields.keys()
        return {
            name: {k: v for k, v in variable.items() if k in known} if isinstance(variable, dict) else variable
            for name, variable in variables.items()
        }


@dataclass(frozen=True)
class Text:
    """What a version says, its templates compiled. Leads with the same text share one."""

    messages: tuple[tuple[Message, MessageText], ...]
    parameters: ModelParameters
    variables: Mapping[str, Variable]

    @cached_property
    def uses(self) -> frozenset[str]:
        """The variables the messages read."""
        return frozenset(name for _, text in self.messages for name in text.uses)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that can be used: who gets which text, and the built-in variables it uses."""

    assignment: Assignment
    text: Text = field(repr=False)
    values: Mapping[str, str] = field(repr=False)
    language: Language | None = None

    @property
    def for_anybody(self) -> bool:
        """True when it is no variant under test, so that a lead whose own is not known may get it."""
        return self.assignment.variant <= 0

    def unassigned(self) -> Answer:
        """The same for a lead it was not dealt to."""
        return replace(self, assignment=Assignment(self.assignment.ref))


@dataclass(frozen=True, slots=True)
class ClientPrompt:
    """A prompt as a lead gets it, and how it was come by.

    `assignment` is what to log beside the reply (`assignment.ref` names version and text). `messages` are templates,
    `values` the built-in variables they use, as they stood when the server was asked: the price table among them.
    `age_s` is how long ago that was, None where it is not known. `problem` says why the server's own answer is not
    here.
    """

    answer: Answer = field(repr=False)
    origin: Origin
    age_s: float | None = 0.0
    problem: str = ""

    @property
    def assignment(self) -> Assignment:
        """The version, and how it was chosen."""
        return self.answer.assignment

    @property
    def version(self) -> int:
        """The version's number; 0 for a fallback given in code."""
        return self.answer.assignment.ref.version

    @property
    def messages(self) -> tuple[Message, ...]:
        """The templates."""
        return tuple(message for message, _ in self.answer.text.messages)

    @property
    def parameters(self) -> ModelParameters:
        """How to call the model."""
        return self.answer.text.parameters

    @property
    def values(self) -> Mapping[str, str]:
        """The built-in variables the templates use."""
        return self.answer.values

    def render(self, variables: Mapping[str, Any] = _NOTHING) -> RenderedPrompt:
        """The messages with their variables filled in, by the registry's own rules and limits. What is given stands
        above `values`. Raises UserError that names every variable that is missing or does not fit."""
        answer = self.answer
        where = str(answer.assignment.ref)
        given = {**answer.values, **variables}
        values = _checked(answer.text.variables, answer.text.uses, given, where)
        messages = []
        for index, (message, text) in enumerate(answer.text.messages):
            try:
                messages.append(Message(message.role, text.render(values)))
            except TemplateFaultError as fault:
                problem = Problem(where, 0, 0, f"messages[{index}].content", str(fault), rule=fault.rule)
                raise UserError(problems=[problem]) from fault
        return RenderedPrompt(answer.assignment, tuple(messages), answer.text.parameters)


def read_answer(raw: bytes, name: str) -> Answer:
    """An answer about the prompt `name` from its JSON. Raises UnusableAnswerError."""
    try:
        body = _Body.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise UnusableAnswerError(f"it is no prompt: {place}: {first['msg']}".replace(": :", ":")) from error
    if body.name != name:
        raise UnusableAnswerError(f"it is about the prompt {body.name[:100]!r}")
    ref = PromptRef(body.name, body.version, body.checksum)
    variant = -1 if body.variant is None else body.variant
    text = _text(
        tuple((m.role, m.content) for m in body.messages),
        body.parameters.model_dump_json(),
        tuple((n, v.model_dump_json()) for n, v in body.variables.items()),
    )
    values = _values(tuple(body.values.items()))
    return Answer(Assignment(ref, body.experiment, variant, body.bucket, unit=body.unit), text, values, body.language)


def fallback_answer(name: str, fallback: PromptFallback) -> Answer:
    """A fallback given in code. Raises UnusableAnswerError when a template of it cannot be compiled."""
    messages = tuple((m.role, m.content) for m in fallback.messages)
    text = Text(_compiled(messages), fallback.parameters, fallback.variables)
    return Answer(Assignment(PromptRef(name, fallback.version, fallback.checksum)), text, _NOTHING)


@lru_cache(maxsize=256)
def _text(
    messages: tuple[tuple[Any, str], ...],
    parameters: str,
    variables: tuple[tuple[str, str], ...],
) -> Text:
    given = _Parameters.model_validate_json(parameters)
    plain = given.model_dump(exclude={"extra"})
    return Text(
        _compiled(messages),
        ModelParameters(**plain, extra=MappingProxyType(given.extra)),
        MappingProxyType({name: Variable.model_validate_json(variable) for name, variable in variables}),
    )


@lru_cache(maxsize=256)
def _values(items: tuple[tuple[str, str], ...]) -> Mapping[str, str]:
    return MappingProxyType(dict(items))


def _compiled(messages: Iterable[tuple[Any, str]]) -> tuple[tuple[Message, MessageText], ...]:
    texts = []
    for index, (role, content) in enumerate(messages):
        try:
            texts.append((Message(role, content), compile_text(content)))
        except TemplateFaultError as fault:
            raise UnusableAnswerError(f"messages[{index}]: {fault}") from fault
    return tuple(texts)


def _checked(
    variables: Mapping[str, Variable], uses: frozenset[str], given: Mapping[str, Any], where: str
) -> dict[str, Any]:
    """The values a text is filled with. Raises UserError."""
    values: dict[str, Any] = {
        name: None if variable.default is None else variable.checked(variable.default)
        for name, variable in variables.items()
        if not variable.needed
    }
    problems = []
    for name in sorted(uses):
        variable, value = variables.get(name), given.get(name)
        if value is None:
            if name not in values:
                text = f"the variable `{name}` is missing: supply it"
                problems.append(Problem(where, 0, 0, name, text, rule="missing-variable"))
            continue
        try:
            values[name] = value if variable is None else variable.checked(value)
        except ValueError as error:
            text = f"the variable `{name}` does not fit: {error}"
            problems.append(Problem(where, 0, 0, name, text, rule="wrong-variable"))
    if problems:
        raise UserError(problems=problems)
    return values
