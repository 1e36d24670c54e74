"""The part of Jinja2 a prompt may use, compiled and rendered within limits.

Prompts are edited by people who are not programmers, in a console, while clients are being served: a text must not be
able to read an object's insides, run long or grow without bound. So the language is a list of what is allowed: values,
`if`, `for` over short lists, `set`, comparisons, sums, the filters and tests below, and `include` of a shared text by
its name and version; no calls, macros or imports. All limits hold for a text and everything it includes together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, Undefined, meta, nodes, pass_context
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.filters import FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.visitor import NodeTransformer

MAX_RENDERED = 256_000
"""Longest message a template may give, in characters."""
MAX_ITEMS = 1_000
"""Longest list a `for` may go through."""
MAX_LOOPS = 2
"""Loops inside one another."""
MAX_TOKENS = 6_000
"""Pieces of text, and words and signs inside tags, that a prompt may have; it bounds the time to compile it."""
MAX_INCLUDES = 3
"""Shared texts inside one another: a prompt may include a text that includes a text that includes one more."""
_MAX_DEPTH = 40
_LARGEST_NUMBER = 10**18
_ITEMS = "@items"
"""The filter that bounds what a `for` goes through; like all names with `@` no text can call it."""

_ALLOWED_FILTERS = (
    "abs", "capitalize", "count", "d", "default", "first", "float", "int", "last", "length", "list", "lower", "max",
    "min", "round", "sort", "title", "trim", "truncate", "unique", "upper", "wordcount",
)  # fmt: skip
_ALLOWED_TESTS = (
    "boolean", "defined", "divisibleby", "eq", "equalto", "even", "false", "float", "ge", "greaterthan", "gt", "in",
    "integer", "le", "lessthan", "lower", "lt", "mapping", "ne", "none", "number", "odd", "sequence", "string", "true",
    "undefined", "upper", "==", "!=", "<", "<=", ">", ">=",
)  # fmt: skip
_ALLOWED_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.Assign,
    nodes.Filter, nodes.Test, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Add,
    nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos, nodes.Getattr, nodes.Getitem,
    nodes.List, nodes.Tuple, nodes.Keyword, nodes.Include,
)  # fmt: skip
_WORDS_FOR = {
    "Call": "a call", "Macro": "a macro", "Import": "import", "FromImport": "import",
    "Extends": "extends", "Block": "block", "FilterBlock": "a filter block", "AssignBlock": "a set block",
    "Pow": "a power", "Concat": "joining with `~` (write the two values one after the other)", "Dict": "a mapping",
    "Slice": "a slice", "CallBlock": "a call block",
}  # fmt: skip
RENDER_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What a wrong template or a wrong value can raise while rendering."""


class TemplateFaultError(Exception):
    """A template that cannot be compiled or rendered; `offset` is where in the text of `source`, the shared text at
    fault, empty for the text that was to be compiled or rendered itself."""

    def __init__(self, message: str, offset: int, rule: str, source: str = "") -> None:
        self.offset = offset
        self.rule = rule
        self.source = source
        super().__init__(message)


class IncludeError(Exception):
    """A shared text that cannot be included, and why."""


@dataclass(frozen=True, slots=True)
class MessageText:
    """A compiled template. `uses` are the variables it reads itself and the offset of each one's first use; `includes`
    the shared texts it names and the offset of each one's first mention.

    `source` is the shared text's own name and version, empty for a message. `tokens`, `loops` and `depth` count what is
    included too: pieces of text, words and signs; loops inside one another; shared texts inside one another.
    """

    text: str
    template: Template = field(repr=False)
    uses: Mapping[str, int]
    tokens: int
    source: str = ""
    includes: Mapping[str, tuple[int, MessageText]] = field(default_factory=dict)
    loops: int = 0
    depth: int = 0

    def included(self) -> Iterator[MessageText]:
        """The shared texts it includes, directly or not, each once."""
        seen: set[str] = set()
        stack = [text for _, text in reversed(list(self.includes.values()))]
        while stack:
            text = stack.pop()
            if text.source not in seen:
                seen.add(text.source)
                yield text
                stack.extend(inner for _, inner in reversed(list(text.includes.values())))

    def render(self, values: Mapping[str, Any]) -> str:
        """The text with its values filled in. Raises TemplateFaultError."""
        pieces: list[str] = []
        size = 0
        try:
            for piece in self.template.generate(values):
                size += len(piece)
                if size > MAX_RENDERED:
                    raise TemplateRuntimeError(f"the message grows beyond {MAX_RENDERED:,} characters: shorten it")
                pieces.append(piece)
        except RENDER_FAULTS as error:
            raise TemplateFaultError(_reason(error), self._offset_of(error), "render", self.source) from error
        return "".join(pieces)

    def _offset_of(self, error: BaseException) -> int:
        line, frame = 1, error.__traceback__
        while frame is not None:
            if frame.tb_frame.f_code.co_filename == self.template.filename:
                line = frame.tb_lineno
            frame = frame.tb_next
        return _tag_on_line(self.text, line)


def _no_include(reference: str) -> MessageText:
    raise IncludeError(f"`{reference}` cannot be included here")


def compile_text(
    text: str,
    most_tokens: int = MAX_TOKENS,
    *,
    source: str = "",
    include: Callable[[str], MessageText] = _no_include,
) -> MessageText:
    """Compiles a message's text, or the shared text called `source`, of at most `most_tokens`.

    `include` finds a shared text by what stands in the tag; IncludeError of it becomes a fault at that tag.
    Raises TemplateFaultError.
    """
    environment = _SHARED_ENVIRONMENT if source else _ENVIRONMENT
    try:
        offsets, named, tokens = _name_offsets(text, most_tokens)
        tree = environment.parse(text)
        loops, mentions = _check(tree, text)
        names = meta.find_undeclared_variables(tree)
        includes = {name: (named.get(name, 0), _found(include, name, named.get(name, 0))) for name, _ in mentions}
        code = environment.compile(_Splice().visit(tree), filename=_FILENAME)
    except TemplateSyntaxError as error:
        message = _one_line(error.message or "it cannot be read")
        raise TemplateFaultError(message, _tag_on_line(text, error.lineno), "template-syntax") from error
    except (RecursionError, SyntaxError, MemoryError, ValueError, OverflowError) as error:
        # Python's own limits on nesting and on the length of numbers, met while parsing or compiling
        message = "the template is nested too deeply or holds a number that is too long: simplify it"
        raise TemplateFaultError(message, _tag_on_line(text, 1), "template-syntax") from error
    template = Template.from_code(environment, code, environment.make_globals({n: t for n, (_, t) in includes.items()}))
    depth = max((1 + inner.depth for _, inner in includes.values()), default=0)
    for name, around in mentions:
        offset, inner = includes[name]
        tokens += inner.tokens
        loops = max(loops, around + inner.loops)
        _refuse_large(name, offset, tokens > most_tokens, loops > MAX_LOOPS, 1 + inner.depth > MAX_INCLUDES)
    uses = {name: offsets.get(name, 0) for name in sorted(names)}
    return MessageText(text, template, uses, tokens, source, includes, loops, depth)


def compiled_with(text: MessageText, change: NodeTransformer) -> Template:
    """The template of a compiled text, compiled anew with its tree changed."""
    environment = _SHARED_ENVIRONMENT if text.source else _ENVIRONMENT
    tree = environment.parse(text.text)
    _check(tree, text.text)
    code = environment.compile(_Splice().visit(change.visit(tree)), filename=_FILENAME)
    names = {name: inner for name, (_, inner) in text.includes.items()}
    return Template.from_code(environment, code, environment.make_globals(names))


def _found(include: Callable[[str], MessageText], name: str, offset: int) -> MessageText:
    try:
        return include(name)
    except IncludeError as error:
        raise TemplateFaultError(str(error), offset, "include") from error


def _refuse_large(name: str, offset: int, tokens: bool, loops: bool, depth: bool) -> None:
    if tokens:
        message = f"with {name} the prompt has more than {MAX_TOKENS:,} words and signs in tags: use fewer tags"
        raise TemplateFaultError(message, offset, "template-syntax")
    if loops:
        message = f"with {name} there are more than {MAX_LOOPS} loops inside one another: include it outside the loop"
        raise TemplateFaultError(message, offset, "template-not-allowed")
    if depth:
        message = f"with {name} more than {MAX_INCLUDES} shared texts are inside one another: include fewer"
        raise TemplateFaultError(message, offset, "template-not-allowed")


_FILENAME = "<prompt>"


class _PromptEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox whose arithmetic takes numbers only and stays small."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        for value in (left, right):
            if isinstance(value, Undefined):
                str(value)  # a missing value says its own name
            if not isinstance(value, int | float | Decimal) or not -_LARGEST_NUMBER <= value <= _LARGEST_NUMBER:
                raise SecurityError(f"`{operator}` takes numbers up to 10^18, not {type(value).__name__}")
        return super().call_binop(context, operator, left, right)


def _printable(value: Any) -> Any:
    """Refuses to print what has no plain text: a list, a mapping, an empty optional variable."""
    if isinstance(value, str | int | float | Decimal | date | Undefined):
        return value
    if value is None:
        raise TemplateRuntimeError("an empty value is printed: give the variable a default or print it inside an `if`")
    raise TemplateRuntimeError(f"a {type(value).__name__} cannot be printed: print its parts one by one")


def _items(value: Any) -> Sequence[Any]:
    """What a `for` may go through: a list of a bounded length, never the letters of a text."""
    if isinstance(value, Undefined):
        str(value)
    if not isinstance(value, list | tuple):
        raise SecurityError(f"`for` goes through a list, not a {type(value).__name__}")
    if len(value) > MAX_ITEMS:
        raise SecurityError(f"`for` over {len(value)} items: at most {MAX_ITEMS} are allowed")
    return value


def _join(value: Any, separator: str = "") -> str:
    """Joins printable values with a separator."""
    texts = [str(_printable(item)) for item in _items(value)]
    _refuse_long(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _replace(value: Any, old: str, new: str) -> str:
    """Replaces every `old` by `new`."""
    text = str(_printable(value))
    if not old:
        raise SecurityError("`replace` needs a text to look for")
    _refuse_long(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _refuse_long(length: int) -> None:
    if length > MAX_RENDERED:
        raise SecurityError(f"a text of {length:,} characters: at most {MAX_RENDERED:,} are allowed")


@pass_context
def _shared(context: Context, name: str) -> str:
    """The shared text's own rendering: it sees the prompt's variables, not what the including text has set."""
    text: MessageText = context.parent[name]
    return text.render(context.parent)


_SHARED = "@shared"
"""The filter that includes become; no name a text could call, since `@` begins none."""


class _Splice(NodeTransformer):
    """Puts the filter in the place of an include."""

    def visit_Include(self, node: nodes.Include) -> nodes.Output:  # noqa: N802
        shared = nodes.Filter(node.template, _SHARED, [], [], None, None, lineno=node.lineno)
        return nodes.Output([shared], lineno=node.lineno)


def _environment() -> _PromptEnvironment:
    environment = _PromptEnvironment(
        undefined=StrictUndefined, finalize=_printable, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    filters: dict[str, Callable[..., Any]] = {name: FILTERS[name] for name in _ALLOWED_FILTERS}
    environment.filters = filters | {"join": _join, "replace": _replace, _ITEMS: _items, _SHARED: _shared}
    environment.tests = {name: TESTS[name] for name in _ALLOWED_TESTS}
    environment.globals = {}
    return environment


_ENVIRONMENT = _environment()
_SHARED_ENVIRONMENT = _ENVIRONMENT.overlay(keep_trailing_newline=True)
"""A shared text keeps its last line break: the one behind the tag that includes it is taken by the tag."""


def _check(tree: nodes.Template, text: str) -> tuple[int, list[tuple[str, int]]]:
    """Refuses what a prompt may not use, and bounds every loop. Raises TemplateFaultError.

    Returns how deep loops are inside one another, and each include's name with the loops around it.
    """
    deepest, includes = 0, []
    stack: list[tuple[nodes.Node, int, int]] = [(tree, 0, 0)]
    while stack:
        node, depth, loops = stack.pop()
        if isinstance(node, nodes.For):
            loops += 1
            if loops > MAX_LOOPS or node.recursive:
                raise _refusal(text, node, f"more than {MAX_LOOPS} loops inside one another")
            deepest = max(deepest, loops)
            node.iter = nodes.Filter(node.iter, _ITEMS, [], [], None, None, lineno=node.iter.lineno)
        elif isinstance(node, nodes.Include):
            includes.append((_name_of(node, text), loops))
        elif not isinstance(node, _ALLOWED_NODES):
            kind = type(node).__name__
            raise _refusal(text, node, _WORDS_FOR.get(kind, kind))
        if depth > _MAX_DEPTH:
            raise _refusal(text, node, f"nesting deeper than {_MAX_DEPTH}")
        stack.extend((child, depth + 1, loops) for child in node.iter_child_nodes())
    return deepest, includes


def _name_of(node: nodes.Include, text: str) -> str:
    name = node.template
    if not isinstance(name, nodes.Const) or not isinstance(name.value, str) or node.ignore_missing:
        message = 'an include names one shared text and its version: write it as {% include "policy@2" %}'
        raise TemplateFaultError(message, _tag_on_line(text, node.lineno), "include")
    return name.value


def _refusal(text: str, node: nodes.Node, what: str) -> TemplateFaultError:
    message = f"{what} is not allowed in a prompt: use variables, if, for over a list, and filters"
    return TemplateFaultError(message, _tag_on_line(text, node.lineno), "template-not-allowed")


def _name_offsets(text: str, most_tokens: int) -> tuple[dict[str, int], dict[str, int], int]:
    """The offset of the first use of each name as a value, and of the first include of each shared text, and the number
    of tokens. Raises TemplateFaultError."""
    offsets: dict[str, int] = {}
    includes: dict[str, int] = {}
    before, number = "", 0
    for number, (kind, value, found) in enumerate(lexed(text), 1):
        if number > most_tokens:
            message = f"the prompt has more than {MAX_TOKENS:,} words and signs in tags: use fewer tags"
            raise TemplateFaultError(message, found, "template-syntax")
        if kind == "name" and before not in {".", "|", "is"}:
            offsets.setdefault(value, found)
        if kind == "string" and before == "include":
            includes.setdefault(value[1:-1], found)
        if kind != "whitespace":
            before = value
    return offsets, includes, number


def lexed(text: str, *, shared: bool = False) -> Iterator[tuple[str, str, int]]:
    """The tokens of a template: kind, text and offset. Raises TemplateSyntaxError. `shared` as a shared text, which
    keeps its last line break."""
    at = 0
    for _, kind, value in (_SHARED_ENVIRONMENT if shared else _ENVIRONMENT).lex(text):
        found = text.find(value, at)  # tokens come in order; only white space may be left out between them
        at = found + len(value) if found >= 0 else at
        yield kind, value, found if found >= 0 else at


def _tag_on_line(text: str, number: int | None) -> int:
    """The offset of the first tag on a line (from 1), or of the line's first visible character."""
    lines = text.split("\n")
    index = min(max(number or 1, 1), len(lines)) - 1
    line = lines[index]
    tags = [found for mark in ("{{", "{%", "{#") if (found := line.find(mark)) >= 0]
    column = min(tags) if tags else len(line) - len(line.lstrip())
    return sum(len(previous) + 1 for previous in lines[:index]) + column


def _reason(error: Exception) -> str:
    message = _one_line(str(error)) or type(error).__name__
    return message if isinstance(error, TemplateError) else f"the values do not fit the template ({message})"


def _one_line(message: str) -> str:
    return " ".join(message.split())[:300]
