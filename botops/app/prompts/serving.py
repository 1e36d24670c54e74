"""Prompts handed out to bots that are not ours: the same assignment our own turns get, with everything to speak by."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from botops.app.prompts.prompting import built_ins
from botops.app.releases.overrides import assigned
from botops.domain.errors import NotFoundError, OutsideError, UserError
from botops.registry import BUILT_INS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botops.app.container import Container
    from botops.domain.messages import Language, Message
    from botops.domain.prompts import Assignment, Lead
    from botops.registry import PromptVersion, Release

DEFAULT_CHANNEL = "web"


@dataclass(frozen=True, slots=True)
class ServedPrompt:
    """A prompt as a lead gets it.

    `language` is the one of its texts and built-in variables; `values` are those variables that the texts use.
    `messages` are the texts with every variable filled in, None when only templates were asked for.
    """

    assignment: Assignment
    version: PromptVersion
    language: Language
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    messages: tuple[Message, ...] | None = None


@dataclass(frozen=True, slots=True)
class PromptSummary:
    """A prompt in a list. `release` is None while nothing of it can be served, `version` the live one."""

    name: str
    versions: tuple[int, ...]
    release: Release | None
    version: PromptVersion | None


def lead_of(container: Container, dialogue_id: str) -> str:
    """Whose dialogue it is, as `/v1/chat` understands it: the lead it began with, else the dialogue itself."""
    return container.store.reads.lead_of(dialogue_id) or dialogue_id


def looks_back(container: Container, name: str) -> bool:
    """True when the store has to be read to tell a lead's version, so that the answer may take a moment."""
    try:
        split = container.registry.release(name).split
    except UserError:  # whoever assigns hears of it
        return False
    return split is not None and split.looks_back


def assignment_for(container: Container, name: str, lead: Lead) -> Assignment:
    """The version a lead gets at this moment, as `/v1/chat` would assign it: what the lead was served before, and
    whether it returns where the caller does not say, are read from the store when they can matter.

    Logs no exposure. Raises UserError, SwitchedOffError while the bot is to answer nobody, StoreError.
    """
    if looks_back(container, name):
        past = container.store.reads.past(lead.id, lead.dialogue_id)
        returning = past.returning if lead.returning is None else lead.returning
        lead = replace(lead, returning=returning, kept=past.exposures)
    return assigned(container.registry, name, lead, container.overrides.of(name))


def serve_prompt(
    container: Container, name: str, lead: Lead, *, variables: Mapping[str, Any] | None = None
) -> ServedPrompt:
    """The prompt a lead would be answered with at this moment; with `variables`, rendered. Logs no exposure.

    Raises NotFoundError, SwitchedOffError while the bot is to answer nobody, OutsideError when the prompt's files or
    the price book allow no answer now, and UserError when the variables do not fit.
    """
    registry = container.registry
    try:
        assignment = assignment_for(container, name, lead)
        version = registry.version(name, assignment.ref.version)
    except NotFoundError:
        raise
    except UserError as error:
        raise OutsideError(f"the prompt {name} cannot be served now: {error}") from error
    language = lead.language or container.settings.company.languages[0]
    values = _values(container, version, language, lead.channel or DEFAULT_CHANNEL)
    if variables is None:
        return ServedPrompt(assignment, version, language, values)
    if "price_table" in version.wording(language).uses and "price_table" not in values:
        raise OutsideError(f"there is no price book at {container.books.path}: without it nothing can be rendered")
    rendered = registry.render(assignment, {**variables, **values, "language": language})
    return ServedPrompt(assignment, version, language, values, rendered.messages)


def version_of(container: Container, name: str, number: int | Literal["live"]) -> PromptVersion:
    """A version by its number, or the one in force outside a split.

    Raises NotFoundError, and OutsideError when its files allow no answer now.
    """
    registry = container.registry
    try:
        return registry.version(name, registry.release(name).live if number == "live" else number)
    except NotFoundError:
        raise
    except UserError as error:
        raise OutsideError(f"the prompt {name} cannot be served now: {error}") from error


def list_prompts(container: Container) -> tuple[PromptSummary, ...]:
    """Every prompt, by name."""
    return tuple(_summary(container, name) for name in container.registry.names())


def _summary(container: Container, name: str) -> PromptSummary:
    registry = container.registry
    versions = registry.versions(name)
    try:
        release = registry.release(name)
    except UserError:
        return PromptSummary(name, versions, None, None)
    return PromptSummary(name, versions, release, registry.version(name, release.live))


def _values(container: Container, version: PromptVersion, language: Language, channel: str) -> dict[str, object]:
    """The built-in variables a version uses; without a price book, those that need none."""
    used = version.wording(language).uses.keys() & BUILT_INS.keys()
    if not used:
        return {}
    current = container.books.current()
    book = current.book if current else None
    known = built_ins(container.settings.company, book, container.clock.now(), language, channel)
    return {name: known[name] for name in sorted(used & known.keys())}
