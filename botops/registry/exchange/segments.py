"""Texts with variables, between `{{name}}` as other tools read it and the templates of prompt files.

Elsewhere everything but a variable is plain text; here `{%`, `{#` and `{{` open a tag. So foreign text is written with
its braces quoted (`{{ '{%' }}`), and a template goes out only as far as it is text and plain variables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from jinja2 import Environment, TemplateSyntaxError, nodes

from botops.registry.model import BUILT_INS


@dataclass(frozen=True, slots=True)
class Literal:
    """Text as it reaches the model. `offset` is where it began in the foreign text."""

    text: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A variable by its foreign name. `offset` is where its braces began."""

    name: str
    offset: int = 0


Segment = Literal | Placeholder

LONGEST_NAME = 100
"""Longest text between braces taken for a variable's name, in characters."""

_MUSTACHE = re.compile(rf"\{{\{{([^{{}}\n]{{1,{LONGEST_NAME}}})\}}\}}")
_DOUBLE = re.compile(r"\{\{\s*([a-zA-Z_][a-zA-Z0-9_]*(?:\.[a-zA-Z_][a-zA-Z0-9_]*)*)\s*\}\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_KEYWORDS = frozenset(
    "and as elif else endfor endif endset false for if import in include is loop none not or raw recursive set true "
    "with without".split()
)
_BRACES = re.compile(r"\{{2,}[%#]?|\{[%#]")


def read_mustache(text: str) -> tuple[Segment, ...]:
    """The segments of a Langfuse text: whatever stands between double braces on one line is a name, blanks around it
    apart."""
    return _read(text, _MUSTACHE)


def read_double_braces(text: str) -> tuple[Segment, ...]:
    """The segments of an MLflow text: names are identifiers, with dots; other braces are text."""
    return _read(text, _DOUBLE)


def _read(text: str, pattern: re.Pattern[str]) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    at = 0
    for match in pattern.finditer(text):
        name = match[1].strip()
        if not name:
            continue
        if match.start() > at:
            segments.append(Literal(text[at : match.start()], at))
        segments.append(Placeholder(name, match.start()))
        at = match.end()
    if at < len(text):
        segments.append(Literal(text[at:], at))
    return tuple(segments)


def to_template(segments: Iterable[Segment], rename: Callable[[str], str]) -> str:
    """The template that renders to these segments.

    It ends with one line end more than the text, which rendering takes off: so it stands in the file as a block.
    """
    pieces: list[str] = []
    listed = list(segments)
    for index, segment in enumerate(listed):
        if isinstance(segment, Placeholder):
            pieces.append(f"{{{{ {rename(segment.name)} }}}}")
            continue
        pieces.append(_quoted(segment.text, before_tag=index + 1 < len(listed)))
    return "".join(pieces) + "\n"


def _quoted(text: str, *, before_tag: bool) -> str:
    """Text that a template takes for text. A brace at its very end would join a tag that follows."""
    end = len(text.rstrip("{")) if before_tag else len(text)
    body, tail = text[:end], text[end:]
    quoted = _BRACES.sub(lambda m: f"{{{{ '{m.group()}' }}}}", body)
    return f"{quoted}{{{{ '{tail}' }}}}" if tail else quoted


class CannotSayError(ValueError):
    """A template holds what text and plain variables cannot say. `line` counts from 1 in the template."""

    def __init__(self, what: str, line: int) -> None:
        self.what = what
        self.line = line
        super().__init__(what)


def from_template(content: str) -> tuple[Segment, ...]:
    """The segments of a template. Raises CannotSayError at the first thing but text and plain variables."""
    try:
        tree = _PARSER.parse(content)
    except TemplateSyntaxError as error:
        raise CannotSayError(str(error.message), error.lineno) from error
    return _joined(_segments(tree))


_PARSER = Environment(autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 - parses, never renders


def _segments(tree: nodes.Template) -> Iterator[Segment]:
    for node in tree.body:
        if not isinstance(node, nodes.Output):
            raise CannotSayError(f"`{type(node).__name__.lower()}`", node.lineno)
        for part in node.nodes:
            if isinstance(part, nodes.TemplateData):
                yield Literal(part.data)
            elif isinstance(part, nodes.Const) and isinstance(part.value, str):
                yield Literal(part.value)
            elif isinstance(part, nodes.Name):
                yield Placeholder(part.name)
            else:
                what = f"a filter (`{part.name}`)" if isinstance(part, nodes.Filter) else "an expression"
                raise CannotSayError(what, part.lineno)


def _joined(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        if isinstance(segment, Literal) and isinstance(last, Literal):
            joined[-1] = Literal(last.text + segment.text)
        elif not isinstance(segment, Literal) or segment.text:
            joined.append(segment)
    return tuple(joined)


def write_braces(segments: tuple[Segment, ...], form: str, read: Callable[[str], tuple[Segment, ...]]) -> str:
    """The foreign text of segments; `form` is how a variable is written, as `{{%s}}`.

    Raises CannotSayError when the other tool, by `read`, would take some of the text for a variable.
    """
    text = "".join(form % s.name if isinstance(s, Placeholder) else s.text for s in segments)
    again = [s.name if isinstance(s, Placeholder) else s.text for s in read(text)]
    if again != [s.name if isinstance(s, Placeholder) else s.text for s in segments]:
        raise CannotSayError("plain text in double braces (it would be read as a variable)", 1)
    return text


def own_name(foreign: str, taken: Iterable[str]) -> str:
    """A name a prompt file may have for a foreign variable, none of `taken`: small latin letters, digits and `_`."""
    if _NAME.fullmatch(foreign) and foreign not in _KEYWORDS:
        base = foreign
    else:
        snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", foreign).lower()
        base = re.sub(r"[^a-z0-9]+", "_", snake).strip("_")[:50]
        base = base if base and base[0].isalpha() else f"value_{base}".rstrip("_")
        base += "_" if base in _KEYWORDS or base in BUILT_INS else ""
    name, number = base, 1
    used = set(taken)
    while name in used:
        number += 1
        name = f"{base[:55]}_{number}"
    return name
