"""YAML without its traps: from the parser's events straight to data, and to a tree of places on demand.

Refused, each with its place: duplicate keys, anchors, aliases, tags, merge keys, keys that are not plain text,
directives, a second document, nesting deeper than `DEEPEST`. Keys are always text, as they are written.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import yaml

from botops.config.faults import Faults
from botops.config.scalars import NumberTooLargeError, resolve
from botops.config.spots import Path, Place, Spot, place_of

DEEPEST = 64
"""Levels of nesting a document may have."""
MOST_VALUES = 50_000
"""Values (mappings, lists, texts …) a document may hold, unless the caller allows more: 256 kB of `-` lines would
otherwise take 50 MB and a third of a second."""

TOO_MANY = "too many values for one file: split it into several files"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is 6 times as fast; wheels all have it
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)


def read_yaml(text: str, file: str, *, max_values: int = MOST_VALUES) -> Any:
    """The data of a document; None for an empty one. Raises UserError with every problem."""
    return _Composer(text, file, max_values, places=False).compose()[0]


def yaml_spots(text: str, file: str) -> Spot:
    """The tree of places of a document that `read_yaml` accepts."""
    return _Composer(text, file, sys.maxsize, places=True).compose()[1] or Spot((1, 1), (1, 1))


class _Composer:
    """Builds data, and spots when asked, from events. One use."""

    def __init__(self, text: str, file: str, max_values: int, *, places: bool) -> None:
        self.text = text
        self.values_left = max_values
        self.faults = Faults(file)
        self.places = places
        self.path: list[str | int] = []
        self.events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)

    def compose(self) -> tuple[Any, Spot | None]:
        """The document's value and its spot."""
        try:
            result = self._document()
        except yaml.YAMLError as error:
            raise self._syntax(error) from error
        self.faults.raise_if_any()
        return result

    def _document(self) -> tuple[Any, Spot | None]:
        result: tuple[Any, Spot | None] = (None, None)
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    message = "a second document begins here: keep one document a file, or remove the line `---`"
                    raise self.faults.stop(_start(event), (), message, "several-documents")
                if event.tags:
                    self._fault(event, "tag directives are not allowed: remove the line that begins with %TAG", "tag")
            elif isinstance(event, yaml.NodeEvent):
                result = self._node(event)
        return result

    def _node(self, event: Any) -> tuple[Any, Spot | None]:
        self.values_left -= 1
        if self.values_left < 0:
            raise self.faults.stop(_start(event), tuple(self.path), TOO_MANY, "too-many-values")
        if isinstance(event, yaml.AliasEvent):
            self._fault(event, f"aliases are not allowed: write the value of *{event.anchor} out here", "alias")
            return None, self._spot(event)
        if event.anchor is not None:
            self._fault(event, f"anchors are not allowed: remove &{event.anchor}", "anchor")
        if event.tag is not None:
            self._fault(event, f"tags are not allowed: remove {event.tag}", "tag")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event), self._spot(event)
        if len(self.path) >= DEEPEST:
            message = f"nested more than {DEEPEST} levels deep: flatten it"
            raise self.faults.stop(_start(event), tuple(self.path[:8]), message, "too-deep")
        return self._mapping(event) if isinstance(event, yaml.MappingStartEvent) else self._sequence(event)

    def _scalar(self, event: Any) -> Any:
        text: str = event.value
        if "\0" in text:
            self._fault(event, "a NUL character cannot be stored: remove it", "nul")
        if event.style or event.tag is not None:  # the C parser says "" for plain, the Python one None
            return text
        try:
            return resolve(text)
        except NumberTooLargeError as error:
            self._fault(event, str(error), "number-range")
            return None

    def _sequence(self, start: Any) -> tuple[list[Any], Spot | None]:
        values: list[Any] = []
        spot = self._spot(start)
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            self.path.append(len(values))
            value, inner = self._node(event)
            self.path.pop()
            if spot is not None and inner is not None:
                spot.put(len(values), inner)
            values.append(value)
        return values, spot

    def _mapping(self, start: Any) -> tuple[dict[str, Any], Spot | None]:
        values: dict[str, Any] = {}
        spot = self._spot(start)
        for key_event in self.events:
            if isinstance(key_event, yaml.MappingEndEvent):
                break
            key = self._key(key_event)
            if key in values:
                message = f"the key `{key}` stands here twice: keep one of them"
                self.faults.add(_start(key_event), (*self.path, key), message, "duplicate-key")
            self.path.append(key)
            value, inner = self._node(next(self.events))
            self.path.pop()
            values[key] = value
            if spot is not None and inner is not None:
                inner.key = _start(key_event)
                spot.put(key, inner)
        return values, spot

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            message = (
                "a key must be plain text, not a list, a mapping or an alias; quote text that begins with [ { or *"
            )
            raise self.faults.stop(_start(event), tuple(self.path), message, "complex-key")
        key: str = event.value
        if event.anchor is not None or event.tag is not None:
            self._fault(event, f"anchors and tags are not allowed: write the key `{key}` alone", "anchor")
        if key == "<<" and not event.style:
            self._fault(event, "merge keys (<<) are not allowed: write the keys out here", "merge-key")
        elif not key or "\0" in key:
            self._fault(event, "an empty key: write a name before the colon", "empty-key")
        return key

    def _spot(self, event: Any) -> Spot | None:
        return Spot(_start(event), _start(event)) if self.places else None

    def _fault(self, event: Any, message: str, rule: str) -> None:
        self.faults.add(_start(event), tuple(self.path), message, rule)

    def _syntax(self, error: yaml.YAMLError) -> Exception:
        path: Path = tuple(self.path[:8])
        conflict = _CONFLICT.search(self.text)
        if conflict is not None:
            message = "an unresolved merge conflict: keep one side and remove the marker lines"
            return self.faults.stop(place_of(self.text, conflict.start()), (), message, "merge-conflict")
        if isinstance(error, yaml.MarkedYAMLError):
            mark = error.problem_mark or error.context_mark
            place = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
            return self.faults.stop(place, path, f"not valid YAML: {_advice(error)}", "syntax")
        position = getattr(error, "position", 0)
        message = "a control character that YAML does not allow: remove it"
        return self.faults.stop(place_of(self.text, min(position, len(self.text))), path, message, "control-character")


_ADVICE = {
    "mapping values are not allowed": "a colon followed by a space inside unquoted text, or a wrong indent: "
    "put quotes around the text or line the key up with its neighbours",
    "found character '\\t'": "a tab in the indent: use spaces",
    "found character that cannot start any token": "a character that must be quoted (tab, @, `, %): "
    "indent with spaces and put quotes around the text",
    "did not find expected key": "a wrong indent or a missing quote just above: line the keys up",
    "did not find expected '-' indicator": "a wrong indent in a list: line the dashes up",
    "could not find expected ':'": "a key without a colon: write `key: value`",
    "found unexpected end of stream": "a quote or a bracket is never closed: close it",
    "did not find expected ',' or": "a bracket is never closed, or a comma is missing",
    "found unknown escape character": "an unknown escape: in double quotes write \\\\ for a backslash, or use '…'",
    "found undefined tag handle": "an exclamation mark begins a tag: put quotes around the text",
    "did not find expected <document start>": "text after the end of the document: check the indent of this line",
}


def _advice(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or error.context or "it cannot be read"
    for begin, advice in _ADVICE.items():
        if problem.startswith(begin):
            return advice
    return f"{problem}: correct it here or just above"


def _start(event: Any) -> Place:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1
