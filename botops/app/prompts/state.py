"""How the prompts stand: what is live, what is split, what is broken, what lint says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.prompts.lint import lint_prompts, lint_rules
from botops.config import read
from botops.domain.errors import NotFoundError, UserError
from botops.split import BUCKETS

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.config import Settings
    from botops.domain.messages import Language
    from botops.domain.problems import Problem
    from botops.registry import Approval, PromptVersion


@dataclass(frozen=True, slots=True)
class VersionState:
    """A version: its share of clients (0..1), of those the split is for where it has a targeting, and what is wrong
    with it when it cannot be read."""

    number: int
    share: float
    version: PromptVersion | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class PromptState:
    """A prompt. `serving` marks the one the bot answers with; `stale` that its last good state is served."""

    name: str
    serving: bool
    stale: bool
    live: int | None
    experiment: str | None
    coverage: float
    versions: tuple[VersionState, ...]
    approvals: tuple[Approval, ...]
    problems: tuple[Problem, ...]

    @property
    def broken(self) -> bool:
        """True when a file of it cannot be used."""
        return self.stale or any(p.level == "error" for p in self.problems)


def prompt_states(container: Container) -> tuple[PromptState, ...]:
    """Every prompt of the registry, the serving one first."""
    registry = container.registry
    registry.refresh()
    names = sorted(registry.names(), key=lambda name: (name != container.settings.prompt, name))
    return tuple(_state(container, name) for name in names)


def role_titles(settings: Settings) -> dict[str, dict[str, str]]:
    """Titles of roles by language, from the team's file. What cannot be read has no title: its id is shown."""
    try:
        data = read(settings.path("team")).data
    except (UserError, NotFoundError):
        return {}
    roles = data.get("roles") if isinstance(data, dict) else None
    return {str(name): _titles(role) for name, role in roles.items()} if isinstance(roles, dict) else {}


def _titles(role: object) -> dict[str, str]:
    title = role.get("title") if isinstance(role, dict) else None
    if isinstance(title, dict):
        return {str(language): text for language, text in title.items() if isinstance(text, str) and text}
    return {"": title} if isinstance(title, str) and title else {}


def _state(container: Container, name: str) -> PromptState:
    registry = container.registry
    whole = registry.state()
    problems = registry.problems(name)
    try:
        release = registry.release(name)
    except UserError:
        shares: dict[int, float] = {}
        live, experiment, coverage = None, None, 0.0
        approvals: tuple[Approval, ...] = ()
    else:
        live, split, approvals = release.live, release.split, release.spec.approvals
        experiment = split.seed if split else None
        zone = ZoneInfo(container.settings.company.timezone)
        dealing = split if split is not None and split.running(container.clock.now(), zone) else None
        coverage = dealing.coverage / BUCKETS if dealing else 0.0
        shares = {live: 1 - coverage}
        for variant in dealing.variants if dealing else ():
            shares[variant.version] = shares.get(variant.version, 0.0) + coverage * variant.weight / BUCKETS
    versions = tuple(_version(container, name, n, shares.get(n, 0.0)) for n in reversed(registry.versions(name)))
    serving = name == container.settings.prompt
    return PromptState(name, serving, name in whole.stale, live, experiment, coverage, versions, approvals, problems)


def _version(container: Container, name: str, number: int, share: float) -> VersionState:
    try:
        return VersionState(number, share, container.registry.version(name, number))
    except UserError as error:
        return VersionState(number, share, None, error.problems)


def lint_findings(container: Container, language: Language = "ru") -> tuple[Problem, ...]:
    """What lint says of all prompts today, against the price book where there is one; explained in a language."""
    rules = lint_rules(container.settings)
    now, current = container.clock.now(), container.books.current()
    found = lint_prompts(container.registry, current, now, rules=rules, language=language)
    return tuple(found)
