"""Rendering with a memory: which place of a template each stretch of a rendered message comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from secrets import token_hex
from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from botops.registry.template import MessageText, compiled_with, lexed


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a rendered text and the place it comes from.

    `source` is the shared text it stands in, empty for the message's own; `start:end` are offsets in that template,
    of the tag where the text is a value. `names` are the variables a value was made of; empty for text that is written
    in the template. `written` is False for a value. `via` are the offsets of the tags that include the shared text,
    from the message's own text inwards.
    """

    text: str
    source: str
    start: int
    end: int
    written: bool = True
    names: tuple[str, ...] = ()
    via: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    names: tuple[str, ...] | None = None
    include: str | None = None


class TracedText:
    """A message's text, compiled once more so that its rendering tells where it comes from."""

    def __init__(self, text: MessageText) -> None:
        self._text = text
        marking = _Marking()
        self._template = compiled_with(text, marking)
        self._places = dict(zip(marking.marks, _places(text, marking.outputs), strict=True))

    @cached_property
    def _inner(self) -> Mapping[str, TracedText]:
        return {name: TracedText(inner) for name, (_, inner) in self._text.includes.items()}

    def render(self, values: Mapping[str, Any]) -> tuple[Stretch, ...]:
        """The stretches of the rendered text in order; together they are what `MessageText.render` gives.

        Raises what a template raises: render it first, which says where and why.
        """
        return tuple(self._stretches(values))

    def _stretches(self, values: Mapping[str, Any]) -> Iterator[Stretch]:
        place = None
        for piece in self._template.generate(values):
            if piece in self._places:
                place = self._places[piece]
            elif piece and place is not None:
                yield from self._traced(piece, place, values)

    def _traced(self, piece: str, place: _Place, values: Mapping[str, Any]) -> Iterator[Stretch]:
        if place.include is not None:
            for inner in self._inner[place.include].render(values):
                yield replace(inner, via=(place.start, *inner.via))
        elif place.names is None:
            yield Stretch(piece, self._text.source, place.start, place.end)
        else:
            yield Stretch(piece, self._text.source, place.start, place.end, False, place.names)


class _Marking(NodeTransformer):
    """Puts a mark before everything that is printed. `outputs` are those nodes in the order of the `marks`, which no
    value can be equal to: nobody knows them beforehand."""

    def __init__(self) -> None:
        self.outputs: list[nodes.Node] = []
        self.marks: list[str] = []
        self._secret = token_hex(8)

    def visit_Output(self, node: nodes.Output) -> list[nodes.Node]:  # noqa: N802
        marked: list[nodes.Node] = []
        for child in node.nodes:
            marked += [self._mark(child), nodes.Output([child], lineno=node.lineno)]
        return marked

    def visit_Include(self, node: nodes.Include) -> list[nodes.Node]:  # noqa: N802
        return [self._mark(node), node]

    def _mark(self, node: nodes.Node) -> nodes.Output:
        mark = f"\x00{self._secret}:{len(self.marks)}\x00"
        self.outputs.append(node)
        self.marks.append(mark)
        return nodes.Output([nodes.TemplateData(mark)], lineno=node.lineno)


def _places(text: MessageText, outputs: list[nodes.Node]) -> Iterator[_Place]:
    """The place of each node: tokens and nodes come in the same order."""
    data, values, includes = _tokens(text)
    for node in outputs:
        if isinstance(node, nodes.TemplateData):
            start, end = next(data)
            yield _Place(start, end)
        elif isinstance(node, nodes.Include):
            start, end = next(includes)
            assert isinstance(node.template, nodes.Const)
            yield _Place(start, end, include=str(node.template.value))
        else:
            start, end = next(values)
            names = [n.name for n in node.find_all(nodes.Name)] + ([node.name] if isinstance(node, nodes.Name) else [])
            yield _Place(start, end, tuple(dict.fromkeys(names)))


_Spans = Iterator[tuple[int, int]]


def _tokens(text: MessageText) -> tuple[_Spans, _Spans, _Spans]:
    """Where text stands in a template, where values, and where includes."""
    data, values, includes = [], [], []
    begun, words = 0, 0
    includes_now = False
    for kind, value, offset in lexed(text.text, shared=bool(text.source)):
        if kind == "data":
            if value:
                data.append((offset, offset + len(value)))
        elif kind in {"variable_begin", "block_begin"}:
            begun, words, includes_now = offset, 0, False
        elif kind == "variable_end":
            values.append((begun, offset + len(value)))
        elif kind == "block_end":
            if includes_now:
                includes.append((begun, offset + len(value.rstrip("\n"))))
        elif kind == "name":
            includes_now = includes_now or (words == 0 and value == "include")
            words += 1
    return iter(data), iter(values), iter(includes)
