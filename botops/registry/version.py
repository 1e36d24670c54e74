"""One version of a prompt: read, checked, ready to be rendered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType
from typing import Any

from botops.config import Document, parse, validate
from botops.config.document import decode
from botops.config.spots import Path
from botops.domain.errors import UserError
from botops.domain.messages import Language, Message
from botops.domain.problems import Level, Problem
from botops.domain.prompts import ModelParameters, PromptRef
from botops.registry.checksums import checksum_of
from botops.registry.expanding import expanded
from botops.registry.model import BUILT_INS, MessageTemplate, PromptSpec
from botops.registry.partials import NO_PARTIALS, Partial, Partials, told
from botops.registry.spans import TextSpan, spans_at
from botops.registry.template import MAX_TOKENS, MessageText, TemplateFaultError, compile_text

DRAFT = 0
"""The version number of a draft: it is never published, so real versions begin at 1."""
_LONGEST_NUMBER = 9


def which_version(which: str) -> tuple[str, int | None]:
    """A prompt and a version as a person writes them: `sales@3`; `DRAFT` for `sales@draft`, None for `sales`.

    Raises UserError for what is no version.
    """
    name, at, number = which.partition("@")
    if not at:
        return name, None
    if number == "draft":
        return name, DRAFT
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER and int(number)):
        raise UserError(f"{which}: a version is a number or `draft`, as in {name}@2")
    return name, int(number)


@dataclass(frozen=True, slots=True)
class Passage:
    """A text that stands in one place of one file: a message, or a shared text that messages include.

    `path` is the way to it in its file; `language` is None for the messages of languages without their own.
    """

    path: Path
    text: MessageText
    role: str
    language: Language | None = None
    partial: Partial | None = None


@dataclass(frozen=True)
class Wording:
    """The messages of one language, None for languages without their own: `passages` with what they include."""

    language: Language | None
    parts: tuple[MessageTemplate, ...]
    passages: tuple[Passage, ...] = field(repr=False)

    @cached_property
    def messages(self) -> tuple[Passage, ...]:
        """The messages alone, in order."""
        return tuple(p for p in self.passages if p.partial is None)

    @cached_property
    def uses(self) -> Mapping[str, tuple[Passage, int]]:
        """The variables read: the passage and the offset in it of each one's first use."""
        found: dict[str, tuple[Passage, int]] = {}
        for passage in self.passages:
            for name, offset in passage.text.uses.items():
                found.setdefault(name, (passage, offset))
        return MappingProxyType(found)


@dataclass(frozen=True)
class PromptVersion:
    """A version as it stands in its file. `raw` is the file's bytes, which `ref.checksum` is the hash of; `partials`
    are the shared texts it includes, by name and version."""

    ref: PromptRef
    spec: PromptSpec
    document: Document = field(repr=False)
    raw: bytes = field(repr=False)
    wordings: tuple[Wording, ...] = field(repr=False)
    partials: Mapping[str, Partial] = field(default_factory=dict, repr=False)

    @property
    def file(self) -> str:
        """The path it was read from, as problems show it."""
        return self.document.file

    @property
    def is_draft(self) -> bool:
        """True for `draft.yaml`."""
        return self.ref.version == DRAFT

    @property
    def label(self) -> str:
        """How people name it: `sales@2`, `sales@draft`."""
        return f"{self.ref.name}@draft" if self.is_draft else str(self.ref)

    @cached_property
    def text_checksum(self) -> str:
        """SHA-256 of everything the text is made of: the file's own when nothing is included, else over it and the
        checksums of the shared texts."""
        if not self.partials:
            return self.ref.checksum
        parts = [self.ref.checksum, *(f"{ref} {self.partials[ref].checksum}" for ref in sorted(self.partials))]
        return checksum_of("\n".join(parts).encode())

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every text of it once: the messages of all languages, and the shared texts they include."""
        found: dict[tuple[str, Path], Passage] = {}
        for wording in self.wordings:
            for passage in wording.passages:
                found.setdefault((passage.text.source, passage.path), passage)
        return tuple(found.values())

    @cached_property
    def _spans(self) -> Mapping[Path, TextSpan]:
        own = [p.path for p in self.passages if p.partial is None]
        return spans_at(self.document.text, self.file, own)

    @cached_property
    def uses(self) -> Mapping[str, tuple[Passage, int]]:
        """The variables read in any language: the passage and the offset in it of each one's first use."""
        found: dict[str, tuple[Passage, int]] = {}
        for wording in self.wordings:
            for name, place in wording.uses.items():
                found.setdefault(name, place)
        return MappingProxyType(found)

    @cached_property
    def parameters(self) -> ModelParameters:
        """How to call the model."""
        model = self.spec.model
        return ModelParameters(
            model=model.name,
            temperature=model.temperature,
            top_p=model.top_p,
            max_tokens=model.max_tokens,
            seed=model.seed,
            extra=MappingProxyType(dict(model.extra)),
        )

    @cached_property
    def _by_language(self) -> Mapping[str | None, Wording]:
        return {wording.language: wording for wording in self.wordings}

    def wording(self, language: object = None) -> Wording:
        """The messages for replies in a language: its own, else those for all."""
        own = self._by_language.get(language) if isinstance(language, str) else None
        return own or self.wordings[0]

    def examples(self) -> dict[str, Any]:
        """Values to preview a text with: each variable's example, else its default, else one that shows what it is."""
        return {name: variable.shown(name) for name, variable in self.spec.variables.items()}

    def expanded(self, language: object = None) -> tuple[MessageTemplate, ...]:
        """The messages for a language with the shared texts written out: templates that include nothing."""
        return self._expanded[self.wording(language).language]

    @cached_property
    def _expanded(self) -> Mapping[Language | None, tuple[MessageTemplate, ...]]:
        return {
            wording.language: tuple(
                MessageTemplate(role=part.role, content=expanded(passage.text))
                for passage, part in zip(wording.messages, wording.parts, strict=True)
            )
            for wording in self.wordings
        }

    def span(self, passage: Passage) -> TextSpan:
        """Where a passage's characters stand."""
        return passage.partial.span if passage.partial else self._spans[passage.path]

    def problem_in(self, passage: Passage, offset: int, message: str, *, rule: str, level: Level = "error") -> Problem:
        """A problem that points at a character of a passage, by its file position."""
        if passage.partial is not None:
            return told(passage.partial.problem_at(offset, message, rule=rule, level=level), self.label)
        span = self._spans[passage.path]
        return Problem(self.file, *span.position(offset), span.path, message, level, rule)

    def render(self, variables: Mapping[str, Any]) -> tuple[Message, ...]:
        """The messages with their variables filled in, in the language that `language` names.

        `variables` holds declared and built-in ones; others are ignored, so that one caller can serve many prompts.
        Raises UserError: every missing or wrong variable where it is first used, or where the template failed.
        """
        wording = self.wording(variables.get("language"))
        values = self._values(variables, wording)
        messages = []
        for passage, part in zip(wording.messages, wording.parts, strict=True):
            try:
                messages.append(Message(part.role, passage.text.render(values)))
            except TemplateFaultError as fault:
                at_fault = next((p for p in wording.passages if p.text.source == fault.source != ""), passage)
                raise UserError(
                    problems=[self.problem_in(at_fault, fault.offset, str(fault), rule=fault.rule)]
                ) from fault
        return tuple(messages)

    def values(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What the texts of `variables`' language are filled in with, defaults included. Raises UserError as
        `render`."""
        return self._values(variables, self.wording(variables.get("language")))

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        return {
            name: None if variable.default is None else variable.checked(variable.default)
            for name, variable in self.spec.variables.items()
            if not variable.needed
        }

    def _values(self, given: Mapping[str, Any], wording: Wording) -> dict[str, Any]:
        values = dict(self._defaults)
        problems = []
        for name, (passage, offset) in wording.uses.items():
            variable = self.spec.variables.get(name)
            value = given.get(name)
            if value is None:
                if name not in values:
                    text = f"the variable `{name}` is missing: supply it"
                    text += "" if name in BUILT_INS else " or give it a default"
                    problems.append(self.problem_in(passage, offset, text, rule="missing-variable"))
            elif variable is None:
                values[name] = value
            else:
                try:
                    values[name] = variable.checked(value)
                except ValueError as error:
                    text = f"the variable `{name}` does not fit: {error}"
                    problems.append(self.problem_in(passage, offset, text, rule="wrong-variable"))
        if problems:
            raise UserError(problems=problems)
        return values


def text_spans(version: PromptVersion) -> list[TextSpan]:
    """The texts of a version, shared ones included, each able to say where in its file any of its characters stands."""
    return [version.span(passage) for passage in version.passages]


def read_version(raw: bytes, file: str, name: str, number: int, partials: Partials = NO_PARTIALS) -> PromptVersion:
    """A version from its file's bytes, with the shared texts it may include. Raises UserError with every problem."""
    document = parse(decode(raw, file), file)
    spec = validate(document, PromptSpec)
    ref = PromptRef(name, number, checksum_of(raw))
    reader = _Reader(document, f"{name}@{number or 'draft'}", partials)
    wordings = [reader.wording(None, ("messages",), spec.messages)]
    wordings += [reader.wording(language, ("texts", language), parts) for language, parts in spec.texts.items()]
    if not reader.problems:
        used = {p.partial.ref: p.partial for w in wordings for p in w.passages if p.partial is not None}
        version = PromptVersion(ref, spec, document, raw, tuple(wordings), MappingProxyType(used))
        problems = list(_undeclared(version))
        if not problems:
            return version
        raise UserError(problems=problems)
    raise UserError(problems=tuple(dict.fromkeys(reader.problems)))


class _Reader:
    """Compiles the messages of one file; what is wrong gathers in `problems`."""

    def __init__(self, document: Document, label: str, partials: Partials) -> None:
        self.problems: list[Problem] = []
        self._document = document
        self._label = label
        self._partials = partials

    def wording(self, language: Language | None, path: Path, parts: tuple[MessageTemplate, ...]) -> Wording:
        """The messages of one language, which share one limit of tokens."""
        passages: list[Passage] = []
        faults: list[tuple[Path, TemplateFaultError]] = []
        left = MAX_TOKENS
        for index, part in enumerate(parts):
            place = (*path, index, "content")
            try:
                text = compile_text(part.content, left, include=self._partials.text)
            except TemplateFaultError as fault:
                faults.append((place, fault))
            except UserError as error:
                self.problems += [told(problem, self._label) for problem in error.problems]
            else:
                left -= text.tokens
                passages.append(Passage(place, text, part.role, language))
        self.problems += self._placed(faults)
        return Wording(language, parts, (*passages, *self._included(passages, language)))

    def _included(self, passages: list[Passage], language: Language | None) -> Iterator[Passage]:
        seen = set()
        for passage in passages:
            for text in passage.text.included():
                if text.source not in seen:
                    seen.add(text.source)
                    partial = self._partials.good[text.source]
                    yield Passage(("text",), text, passage.role, language, partial)

    def _placed(self, faults: list[tuple[Path, TemplateFaultError]]) -> Iterator[Problem]:
        if faults:
            spans = spans_at(self._document.text, self._document.file, [path for path, _ in faults])
            for path, fault in faults:
                place = spans[path].position(fault.offset)
                yield Problem(self._document.file, *place, spans[path].path, str(fault), rule=fault.rule)


def unused_variables(version: PromptVersion) -> list[Problem]:
    """Variables that are declared and that no text reads."""
    return [
        version.document.problem(
            ("variables", name), f"the variable `{name}` is declared but never used: remove it or use it",
            rule="unused-variable", of="key",
        )
        for name in version.spec.variables
        if name not in version.uses
    ]  # fmt: skip


def _undeclared(version: PromptVersion) -> Iterator[Problem]:
    known = sorted({*version.spec.variables, *BUILT_INS})
    for name, (passage, offset) in version.uses.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            advice = f"did you mean `{near[0]}`?" if near else "declare it under `variables`"
            message = f"unknown variable `{name}`: {advice}"
            yield version.problem_in(passage, offset, message, rule="unknown-variable")
