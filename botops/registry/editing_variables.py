"""Changing the variables of a prompt's file one at a time: all else, comments too, stays as a person wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import yaml

from botops.config import parse
from botops.domain.errors import UserError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KEY = "variables"
_BEFORE = ("messages", "texts")
_STEP = 2


def variables_of(source: str, file: str) -> dict[str, Mapping[str, Any]]:
    """The variables a file declares, as they are written. Raises UserError when it cannot be read as YAML."""
    data = parse(source, file).data
    found = data.get(_KEY) if isinstance(data, dict) else None
    return {str(name): one for name, one in (found or {}).items() if isinstance(one, dict)} if _mapping(found) else {}


def with_variable(source: str, file: str, name: str, declared: Mapping[str, Any] | None) -> str:
    """A file with another declaration of the variable `name`; None takes it out. Comments inside the declaration that
    is replaced go with it.

    Raises UserError when the file cannot be read, or has its variables in a form that is not one line below another.
    """
    data = parse(source, file).data
    if not isinstance(data, dict) or not _mapping(data.get(_KEY)):
        raise UserError(f"{file}: the variables cannot be read: mend the file as a whole first")
    wanted = _wanted(data, name, declared)
    if wanted == data:
        return source
    written = _written(source, name, declared, whole=_KEY not in wanted)
    try:
        if parse(written, file).data == wanted:
            return written
    except UserError:
        pass
    raise UserError(f"{file}: `{_KEY}` is written in a way that cannot be changed in its place: change it in the file")


def _mapping(found: object) -> bool:
    return found is None or isinstance(found, dict)


def _wanted(data: dict[Any, Any], name: str, declared: Mapping[str, Any] | None) -> dict[Any, Any]:
    wanted = deepcopy(data)
    variables = dict(wanted.get(_KEY) or {})
    if declared is None:
        variables.pop(name, None)
    else:
        variables[name] = dict(declared)
    if variables:
        wanted[_KEY] = variables
    else:
        wanted.pop(_KEY, None)
    return wanted


def _written(source: str, name: str, declared: Mapping[str, Any] | None, *, whole: bool) -> str:
    """The file with the lines of one variable replaced, put in, or taken out; `whole` takes out the last one with its
    heading."""
    root: Any = yaml.compose(source, Loader=_LOADER)
    lines = source.splitlines(keepends=True)
    entries = {key.value: (key, value) for key, value in root.value}
    if _KEY not in entries:
        before = min((entries[key][0].start_mark.line for key in _BEFORE if key in entries), default=len(lines))
        return _put(lines, before, before, [f"{_KEY}:\n", *_lines(name, declared or {}, _STEP)])
    head, block = entries[_KEY]
    following = [key.start_mark.line for key, _ in root.value if key.start_mark.line > head.start_mark.line]
    end = _trimmed(lines, head.start_mark.line + 1, min(following, default=len(lines)))
    if whole:
        return _put(lines, head.start_mark.line, end, [])
    own = [key for key, _ in block.value] if isinstance(block, yaml.MappingNode) else []
    column = own[0].start_mark.column if own else _STEP
    new = _lines(name, declared, column) if declared is not None else []
    place = next((i for i, key in enumerate(own) if key.value == name), None)
    if place is None:
        heading = [f"{_KEY}:\n"] if not own else []
        return _put(lines, head.start_mark.line if heading else end, end, [*heading, *new])
    start = own[place].start_mark.line
    after = own[place + 1].start_mark.line if place + 1 < len(own) else end
    return _put(lines, start, _trimmed(lines, start + 1, after), new)


def _trimmed(lines: list[str], start: int, end: int) -> int:
    """`end` without the comments and empty lines before it, which belong to what follows."""
    while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _put(lines: list[str], start: int, end: int, new: list[str]) -> str:
    before = lines[:start]
    if before and new and not before[-1].endswith("\n"):
        before[-1] += "\n"
    return "".join([*before, *new, *lines[end:]])


def _lines(name: str, declared: Mapping[str, Any], column: int) -> list[str]:
    indent = " " * column
    if not declared:
        return [f"{indent}{name}: {{}}\n"]
    body = yaml.safe_dump(dict(declared), allow_unicode=True, sort_keys=False, width=10_000, default_flow_style=False)
    inner = " " * (column + _STEP)
    return [f"{indent}{name}:\n", *(f"{inner}{line}\n" for line in body.splitlines())]
