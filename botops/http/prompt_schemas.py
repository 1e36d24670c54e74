"""Answers about prompts: described for the OpenAPI page, written straight as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from botops.app.prompts.serving import PromptSummary, ServedPrompt
    from botops.domain.prompts import ModelParameters
    from botops.registry import PromptVersion, Variable
    from botops.registry.version import Wording


class PromptMessage(BaseModel):
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str = Field(description="A Jinja2 template with the shared texts written out, unless it was rendered.")


class PromptVariable(BaseModel):
    """A variable the caller fills in."""

    type: Literal["text", "number", "integer", "boolean", "date", "choice"]
    default: str | int | float | bool | None = None
    required: bool | None = Field(None, description="False: it may be left out and is empty then.")
    choices: list[str] = []
    max_length: int | None = None
    min: str | int | float | None = None
    max: str | int | float | None = None


class PromptText(BaseModel):
    """A version: its messages and how to call the model with them."""

    name: str
    version: int
    checksum: str = Field(description="SHA-256 of the version's file: what a log names to say which text spoke.")
    text_checksum: str = Field(description="SHA-256 over that and the shared texts it includes.")
    messages: list[PromptMessage]
    parameters: dict[str, Any] = Field(
        description="How to call the model: model, temperature, top_p, max_tokens, seed, extra; what is left out is "
        "the provider's default."
    )
    language: Literal["ru", "kk", "en"] | None = Field(
        description="Of `messages` and `values`; null in a version without texts of their own for languages."
    )
    variables: dict[str, PromptVariable] = Field(description="What the templates need besides the built-in `values`.")


class AssignedPrompt(PromptText):
    """The prompt a lead gets. A pure computation: nothing is logged as an exposure."""

    experiment: str | None
    variant: int | None
    bucket: int | None
    unit: Literal["lead", "dialogue"] = Field(description="What the experiment deals its variants to.")
    rendered: bool = Field(description="False: `messages` are templates.")
    values: dict[str, str] = Field(description="The built-in variables the templates use, as they stand now.")


class ListedPrompt(BaseModel):
    """A prompt in the list. `live` is null while nothing of it can be served."""

    name: str
    live: int | None
    checksum: str | None
    versions: list[int]
    experiment: str | None
    coverage: int | None = Field(description="The share of leads in the experiment, in basis points.")
    description: str
    owner: str
    purpose: str
    tags: list[str]
    languages: list[str]


_VARIABLE = {"type", "default", "required", "choices", "max_length", "min", "max"}


def assigned_body(served: ServedPrompt) -> bytes:
    """The body of an `AssignedPrompt`."""
    assignment = served.assignment
    row = _text(served.version, served.version.wording(served.language)) | {
        "experiment": assignment.experiment,
        "variant": assignment.variant if assignment.variant >= 0 else None,
        "bucket": assignment.bucket,
        "unit": assignment.unit,
        "language": served.language,
        "rendered": served.messages is not None,
        "values": dict(served.values),
    }
    if served.messages is not None:
        row["messages"] = [{"role": m.role, "content": m.content} for m in served.messages]
    return _json(row)


def text_body(version: PromptVersion, language: str | None) -> bytes:
    """The body of a `PromptText`."""
    return _json(_text(version, version.wording(language)))


def listed_body(prompts: Sequence[PromptSummary]) -> bytes:
    """The body of a list of `ListedPrompt`."""
    return _json([_listed(p) for p in prompts])


def _listed(prompt: PromptSummary) -> dict[str, Any]:
    split = prompt.release.split if prompt.release else None
    spec = prompt.version.spec if prompt.version else None
    return {
        "name": prompt.name,
        "live": prompt.release.live if prompt.release else None,
        "checksum": prompt.version.ref.checksum if prompt.version else None,
        "versions": list(prompt.versions),
        "experiment": split.seed if split else None,
        "coverage": split.coverage if split else None,
        "description": spec.description if spec else "",
        "owner": spec.owner if spec else "",
        "purpose": spec.purpose if spec else "",
        "tags": list(spec.tags) if spec else [],
        "languages": list(spec.languages) if spec else [],
    }


def _text(version: PromptVersion, wording: Wording) -> dict[str, Any]:
    ref = version.ref
    return {
        "name": ref.name,
        "version": ref.version,
        "checksum": ref.checksum,
        "text_checksum": version.text_checksum,
        "messages": [{"role": part.role, "content": part.content} for part in version.expanded(wording.language)],
        "parameters": _parameters(version.parameters),
        "language": wording.language,
        "variables": {name: _variable(variable) for name, variable in version.spec.variables.items()},
    }


def _variable(variable: Variable) -> dict[str, Any]:
    told = variable.model_dump(mode="json", include=_VARIABLE, exclude_defaults=True)
    return {"type": variable.type.value, **told}


def _parameters(parameters: ModelParameters) -> dict[str, Any]:
    known = {name: getattr(parameters, name) for name in ("model", "temperature", "top_p", "max_tokens", "seed")}
    given = {name: value for name, value in known.items() if value is not None}
    return given | ({"extra": dict(parameters.extra)} if parameters.extra else {})


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str).encode()
