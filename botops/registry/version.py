"""One version of a prompt: read, checked, ready to be rendered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType
from typing import Any

from botops.config import Document, parse, validate
from botops.config.document import decode
from botops.domain.errors import UserError
from botops.domain.messages import Message
from botops.domain.problems import Level, Problem
from botops.domain.prompts import ModelParameters, PromptRef
from botops.registry.model import BUILT_INS, PromptSpec
from botops.registry.spans import TextSpan, message_spans
from botops.registry.template import MAX_TOKENS, MessageText, TemplateFaultError, compile_text

DRAFT = 0
"""The version number of a draft: it is never published, so real versions begin at 1."""


def checksum_of(raw: bytes) -> str:
    """SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(raw).hexdigest()


@dataclass(frozen=True)
class PromptVersion:
    """A version as it stands in its file. `raw` is the file's bytes, which `ref.checksum` is the hash of."""

    ref: PromptRef
    spec: PromptSpec
    document: Document = field(repr=False)
    raw: bytes = field(repr=False)
    texts: tuple[MessageText, ...] = field(repr=False)

    @property
    def file(self) -> str:
        """The path it was read from, as problems show it."""
        return self.document.file

    @property
    def is_draft(self) -> bool:
        """True for `draft.yaml`."""
        return self.ref.version == DRAFT

    @cached_property
    def spans(self) -> tuple[TextSpan, ...]:
        """The place of every message's text in the file."""
        return message_spans(self.document.text, self.file)

    @cached_property
    def uses(self) -> Mapping[str, tuple[int, int]]:
        """The variables read by the messages: index of the message and offset in its text of the first use."""
        found: dict[str, tuple[int, int]] = {}
        for index, text in enumerate(self.texts):
            for name, offset in text.uses.items():
                found.setdefault(name, (index, offset))
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

    def problem_at(self, message: int, offset: int, text: str, *, rule: str, level: Level = "error") -> Problem:
        """A problem that points at a character of a message's text, by its file position."""
        span = self.spans[message]
        return Problem(self.file, *span.position(offset), span.path, text, level, rule)

    def render(self, variables: Mapping[str, Any]) -> tuple[Message, ...]:
        """The messages with their variables filled in.

        `variables` holds declared and built-in ones; others are ignored, so that one caller can serve many prompts.
        Raises UserError: every missing or wrong variable where it is first used, or where the template failed.
        """
        values = self._values(variables)
        messages = []
        for index, (text, part) in enumerate(zip(self.texts, self.spec.messages, strict=True)):
            try:
                messages.append(Message(part.role, text.render(values)))
            except TemplateFaultError as fault:
                raise UserError(problems=[self.problem_at(index, fault.offset, str(fault), rule=fault.rule)]) from fault
        return tuple(messages)

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        return {
            name: None if variable.default is None else variable.checked(variable.default)
            for name, variable in self.spec.variables.items()
            if not variable.needed
        }

    def _values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        values = dict(self._defaults)
        problems = []
        for name, (message, offset) in self.uses.items():
            variable = self.spec.variables.get(name)
            value = given.get(name)
            if value is None:
                if name not in values:
                    text = f"the variable `{name}` is missing: supply it"
                    text += "" if name in BUILT_INS else " or give it a default"
                    problems.append(self.problem_at(message, offset, text, rule="missing-variable"))
            elif variable is None:
                values[name] = value
            else:
                try:
                    values[name] = variable.checked(value)
                except ValueError as error:
                    text = f"the variable `{name}` does not fit: {error}"
                    problems.append(self.problem_at(message, offset, text, rule="wrong-variable"))
        if problems:
            raise UserError(problems=problems)
        return values


def text_spans(version: PromptVersion) -> list[TextSpan]:
    """The texts of a version's messages, each able to say where in the file any of its characters stands."""
    return list(version.spans)


def read_version(raw: bytes, file: str, name: str, number: int) -> PromptVersion:
    """A version from its file's bytes. Raises UserError with every problem found."""
    document = parse(decode(raw, file), file)
    spec = validate(document, PromptSpec)
    texts, problems = _compiled(document, spec)
    if not problems:
        version = PromptVersion(PromptRef(name, number, checksum_of(raw)), spec, document, raw, tuple(texts))
        problems = _undeclared(version)
        if not problems:
            return version
    raise UserError(problems=problems)


def _compiled(document: Document, spec: PromptSpec) -> tuple[list[MessageText], list[Problem]]:
    texts: list[MessageText] = []
    faults: list[tuple[int, TemplateFaultError]] = []
    for index, part in enumerate(spec.messages):
        try:
            texts.append(compile_text(part.content, MAX_TOKENS - sum(text.tokens for text in texts)))
        except TemplateFaultError as fault:
            faults.append((index, fault))
    if not faults:
        return texts, []
    spans = {span.message: span for span in message_spans(document.text, document.file)}
    return texts, [
        Problem(document.file, *spans[index].position(fault.offset), spans[index].path, str(fault), rule=fault.rule)
        for index, fault in faults
    ]


def _undeclared(version: PromptVersion) -> list[Problem]:
    known = sorted({*version.spec.variables, *BUILT_INS})
    problems = []
    for name, (message, offset) in version.uses.items():
        if name not in known:
            near = get_close_matches(name, known, n=1)
            advice = f"did you mean `{near[0]}`?" if near else "declare it under `variables`"
            problems.append(
                version.problem_at(message, offset, f"unknown variable `{name}`: {advice}", rule="unknown-variable")
            )
    return problems
