"""Changing the messages of a prompt's file in their places: all else, comments too, stays as a person wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import yaml

from botops.config import parse
from botops.config.spots import Path
from botops.domain.errors import UserError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STEP = 2


@dataclass(frozen=True, slots=True)
class EditableText:
    """A message of a file: the way to it, its language (None: for languages without their own), role and text."""

    path: Path
    language: str | None
    role: str
    content: str


def editable_texts(source: str, file: str) -> tuple[EditableText, ...]:
    """The messages of a prompt's file, in order, whatever else is wrong with it. Raises UserError when it cannot be
    read as YAML."""
    data = parse(source, file).data
    return tuple(_messages(data)) if isinstance(data, dict) else ()


def with_text(source: str, file: str, path: Path, content: str) -> str:
    """A file with another text at `path`, as lines below `|` where YAML can hold it so, else quoted.

    Raises UserError when the file cannot be read or nothing stands at `path`.
    """
    data = parse(source, file).data
    wanted = deepcopy(data)
    _put(wanted, path, content)
    if wanted == data:
        return source
    key, node = _scalar_at(source, path)
    start, end = node.start_mark.index, node.end_mark.index
    before, after = source[:start], source[end:]
    for written in (_block(content, key.start_mark.column), _quoted(content)):
        candidate = before + _joined(written, source[start:end], after)
        try:
            if parse(candidate, file).data == wanted:
                return candidate
        except UserError:
            continue
    raise UserError(f"{file}: this text cannot be written in YAML: take out what is no letter, sign or line break")


def _messages(data: dict[Any, Any]) -> Iterator[EditableText]:
    yield from _of(data.get("messages"), ("messages",), None)
    texts = data.get("texts")
    for language, parts in texts.items() if isinstance(texts, dict) else ():
        if isinstance(language, str):
            yield from _of(parts, ("texts", language), language)


def _of(parts: object, path: Path, language: str | None) -> Iterator[EditableText]:
    for index, part in enumerate(parts if isinstance(parts, list) else ()):
        if isinstance(part, dict) and isinstance(part.get("content"), str):
            yield EditableText((*path, index, "content"), language, str(part.get("role", "")), part["content"])


def _put(data: Any, path: Path, content: str) -> None:
    inner = data
    try:
        for step in path[:-1]:
            inner = inner[step]
        old = inner[path[-1]]
    except (KeyError, IndexError, TypeError):
        old = None
    if not isinstance(old, str) or isinstance(inner, str):
        raise UserError(f"{'.'.join(map(str, path))}: there is no text to change")
    inner[path[-1]] = content


def _scalar_at(source: str, path: Path) -> tuple[yaml.Node, yaml.Node]:
    """The key and the value at a path that is known to exist."""
    node: Any = yaml.compose(source, Loader=_LOADER)
    key = node
    for step in path:
        if isinstance(node, yaml.MappingNode):
            key, node = next((name, value) for name, value in node.value if name.value == step)
        else:
            node = node.value[step]
    return key, node


def _block(content: str, column: int) -> str:
    """A literal block under a key in a column (from 0)."""
    indent = " " * (column + _STEP)
    lines = content.removesuffix("\n").split("\n")
    step = str(_STEP) if content[:1] in {" ", "\n"} else ""
    chomp = "-" if not content.endswith("\n") else "+" if content.endswith("\n\n") else ""
    return "\n".join([f"|{step}{chomp}", *(f"{indent}{line}" if line else "" for line in lines), ""])


def _quoted(content: str) -> str:
    dumped: str = yaml.dump(content, default_style='"', allow_unicode=True, width=2**31)
    return dumped.removesuffix("\n")


def _joined(written: str, replaced: str, after: str) -> str:
    """What comes in the place of `replaced`, with one line break before what follows."""
    if replaced.endswith("\n"):
        return written.removesuffix("\n") + "\n" + after
    return written.removesuffix("\n") + after if after[:1] in {"", "\n", "\r"} else written + after
