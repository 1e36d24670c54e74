"""From a document to a frozen model, with every problem at once and in plain words."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from botops.config.document import MAX_BYTES, Document, read
from botops.config.spots import Path
from botops.config.wording import suggestion, wording
from botops.domain.errors import UserError
from botops.domain.problems import Problem

M = TypeVar("M", bound=BaseModel)


class Strict(BaseModel):
    """Base of models read from files: unknown keys are refused and values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def load(path: FilePath | str, model: type[M], *, max_bytes: int = MAX_BYTES) -> M:
    """Reads a file into a model. Raises UserError with every problem as `file:line:col: path: message`."""
    return validate(read(path, max_bytes=max_bytes), model)


def validate(document: Document, model: type[M]) -> M:
    """A document as a model. Keys that begin with `x-` are allowed everywhere and left out. Raises UserError."""
    data = without_extensions({} if document.data is None else document.data)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise UserError(problems=problems_of(error, document, model)) from error


def without_extensions(data: Any) -> Any:
    """The data without the keys that begin with `x-`."""
    if isinstance(data, dict):
        return {key: without_extensions(value) for key, value in data.items() if not key.startswith("x-")}
    if isinstance(data, list):
        return [without_extensions(value) for value in data]
    return data


def problems_of(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Problem]:
    """What pydantic found, in plain words and with places. Branches of a union become one problem."""
    groups: dict[Path, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        groups.setdefault(_path(detail, document.data), []).append(detail)
    return [_problem(path, details, document, model) for path, details in groups.items()]


def _problem(path: Path, details: list[ErrorDetails], document: Document, model: type[BaseModel]) -> Problem:
    first = details[0]
    if first["type"] == "extra_forbidden":
        name = str(path[-1])
        known = sorted(_keys_at(model, path[:-1]))
        message = f"unknown key{suggestion(name, known, others='known keys')}"
        return document.problem(path, message, rule="unknown-key", of="key")
    texts = list(dict.fromkeys(wording(detail) for detail in details))
    message = texts[0] if len(texts) == 1 else ", or ".join(texts)
    rule = "missing-key" if first["type"] == "missing" else "wrong-value"
    return document.problem(path, message, rule=rule)


def _path(detail: ErrorDetails, data: Any) -> Path:
    """The error's way through the data: pydantic also names union branches and key errors, which no file has."""
    path: list[str | int] = []
    for number, step in enumerate(detail["loc"], 1):
        last = number == len(detail["loc"])
        held = step in data if isinstance(data, dict) else isinstance(data, list) and step in range(len(data))
        if held:
            data = data[step]
        elif not (last and detail["type"] == "missing"):
            continue
        path.append(step)
    return tuple(path)


def _keys_at(model: Any, path: Path) -> set[str]:
    """The keys a model takes at a path, through lists, mappings and unions."""
    candidates = [model]
    for step in path:
        candidates = [inner for one in candidates for inner in _inside(one, step)]
    return {
        field.alias or name
        for one in candidates
        for branch in _branches(one)
        if isinstance(branch, type) and issubclass(branch, BaseModel)
        for name, field in branch.model_fields.items()
    }


def _inside(annotation: Any, step: str | int) -> Iterator[Any]:
    for branch in _branches(annotation):
        arguments = typing.get_args(branch)
        if isinstance(branch, type) and issubclass(branch, BaseModel):
            for name, field in branch.model_fields.items():
                if step in {field.alias, name}:
                    yield field.annotation
        elif arguments:
            yield arguments[-1] if isinstance(step, str) else arguments[0]


def _branches(annotation: Any) -> Iterator[Any]:
    origin = typing.get_origin(annotation)
    if origin in {typing.Union, types.UnionType}:
        for branch in typing.get_args(annotation):
            yield from _branches(branch)
    elif origin is typing.Annotated:
        yield from _branches(typing.get_args(annotation)[0])
    else:
        yield annotation
