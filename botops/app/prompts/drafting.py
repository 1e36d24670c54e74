"""A draft while it is being written: read and checked as the file it would become, and held against what is live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.app.prompts.diff import PricedDiff, priced_diff, traffic_of
from botops.app.prompts.lint import lint_rules, lint_text
from botops.domain.errors import UserError
from botops.registry import DRAFT, diff
from botops.registry.folders import version_path
from botops.registry.version import read_version

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.messages import Language
    from botops.domain.problems import Problem
    from botops.registry import PromptVersion


@dataclass(frozen=True, slots=True)
class Examined:
    """A text as it was read, None when it could not be, and everything wrong with it, by place."""

    version: PromptVersion | None
    problems: tuple[Problem, ...]


def draft_file(container: Container, name: str) -> str:
    """The file a prompt's draft stands in."""
    return str(version_path(container.registry.directory, name, DRAFT))


def examine(container: Container, name: str, text: str, language: Language) -> Examined:
    """Reads and checks a text that would become a prompt's draft, against the price book in force; explained in a
    language. Nothing is written."""
    partials = container.registry.partials()
    try:
        version = read_version(text.encode(errors="surrogatepass"), draft_file(container, name), name, DRAFT, partials)
    except UserError as error:
        return Examined(None, error.problems)
    return Examined(version, check(container, version, language))


def check(container: Container, version: PromptVersion, language: Language) -> tuple[Problem, ...]:
    """Everything wrong with a version that can be read, against the price book in force; explained in a language."""
    found = lint_text(
        version, container.registry.partials(), container.books.current(), container.clock.now(),
        rules=lint_rules(container.settings), language=language,
    )  # fmt: skip
    return tuple(found)


def live_version(container: Container, name: str) -> PromptVersion | None:
    """The version that is live, None when nothing is or it cannot be read."""
    try:
        return container.registry.version(name, container.registry.release(name).live)
    except UserError:
        return None


def against_live(container: Container, before: PromptVersion, after: PromptVersion) -> PricedDiff:
    """What would change for clients and for the bill. Raises UserError where a template fails, StoreError."""
    now, current = container.clock.now(), container.books.current()
    return priced_diff(
        diff(before, after), before, after, container.settings, current.book if current else None, container.meter,
        now, traffic_of(container.store, before.ref.name, now), simulated=container.bot.model.simulated,
    )  # fmt: skip
