"""A file a person wrote, read whole, with the place of everything in it."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from botops.config.faults import Faults
from botops.config.json_reader import json_spots, read_json
from botops.config.spots import Path, Place, Spot, dotted, place_of
from botops.config.yaml_reader import MOST_VALUES, read_yaml, yaml_spots
from botops.domain.errors import NotFoundError, UserError
from botops.domain.problems import Level, Problem

MAX_BYTES = 256_000
"""Largest file read unless the caller allows more. Price books may be larger."""


_BEGINNING: Place = (1, 1)


@dataclass(frozen=True)
class Document:
    """What a YAML or JSON file holds. `data` is None for an empty file.

    Fractions are `Decimal`, so that `1.10` stays `1.10`; mappings keep the file's order.
    """

    file: str
    text: str = field(repr=False)
    data: Any = field(repr=False)
    is_json: bool = False

    @cached_property
    def _spots(self) -> Spot:
        return (json_spots if self.is_json else yaml_spots)(self.text, self.file)

    def position(self, path: Path, *, of: str = "value") -> Place:
        """Line and column of the value at `path`, or of its key with `of="key"`. Without such a value: of its parent's
        key, since that is what a person looks for when something is missing under it; of the file's beginning when
        that is the whole file."""
        if not self.text:  # an empty file, or settings that come from no file
            return _BEGINNING if self.data is None else (0, 0)
        spot, whole = self._spots.find(path)
        place = spot.value if whole and of == "value" else spot.key
        return place if place[0] else _BEGINNING

    def problem(self, path: Path, message: str, *, rule: str, level: Level = "error", of: str = "value") -> Problem:
        """A problem that points at the value at `path`, or at its key with `of="key"`."""
        return Problem(self.file, *self.position(path, of=of), dotted(path), message, level, rule)


def read(path: FilePath | str, *, max_bytes: int = MAX_BYTES, max_values: int = MOST_VALUES) -> Document:
    """Reads a YAML file, or JSON by its suffix. Raises UserError with every problem, NotFoundError without the file."""
    path = FilePath(path)
    return parse(read_text(path, max_bytes=max_bytes), str(path), max_values=max_values)


def read_text(path: FilePath, *, max_bytes: int = MAX_BYTES) -> str:
    """A file's text, refused when too large, not UTF-8 or with NUL in it. Raises UserError."""
    file = str(path)
    try:
        with path.open("rb") as stream:
            raw = stream.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise NotFoundError(
            problems=[_whole(file, "no such file: check the name and the folder", "missing-file")]
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or str(error)
        message = f"cannot be read ({reason}): check that it is a file and its permissions"
        raise UserError(problems=[_whole(file, message, "unreadable")]) from error
    if len(raw) > max_bytes:
        message = f"larger than {max_bytes:,} bytes: split it into several files"
        raise UserError(problems=[_whole(file, message, "too-large")])
    return decode(raw, file)


def decode(raw: bytes, file: str) -> str:
    """Bytes as text: UTF-8, with or without a byte order mark. Raises UserError that points at the first bad byte."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        message = "saved as UTF-16: save it again as UTF-8"
        raise UserError(problems=[Problem(file, *_BEGINNING, "", message, rule="encoding")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8-sig", errors="replace")
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8 (an old Windows encoding?): save the file again as UTF-8"
        raise Faults(file).stop(place_of(good, len(good)), (), message, "encoding") from error


def parse(text: str, file: str, *, max_values: int = MOST_VALUES) -> Document:
    """Reads text as YAML, or as JSON when `file` ends in `.json`. Raises UserError with every problem."""
    for character, name in (("\0", "nul"), *(_lone_surrogate(text))):
        index = text.find(character)
        if index >= 0:
            message = "a character that cannot be stored (NUL or half of a surrogate pair): remove it"
            raise Faults(file).stop(place_of(text, index), (), message, name)
    is_json = file.lower().endswith(".json")
    data = (read_json if is_json else read_yaml)(text, file, max_values=max_values)
    return Document(file, text, data, is_json)


def as_json(value: Any) -> Any:
    """A value read from a document with its fractions as floats: for libraries that want JSON's own types."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(inner) for inner in value]
    return value


def _lone_surrogate(text: str) -> list[tuple[str, str]]:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return [(text[error.start], "bad-character")]
    return []


def _whole(file: str, message: str, rule: str) -> Problem:
    return Problem(file, 0, 0, "", message, rule=rule)
