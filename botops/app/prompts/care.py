"""Who looks after which prompt: owners by the team's file, the last review, and what is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botops.app.prompts.state import role_titles
from botops.domain.errors import UserError
from botops.registry.sharing import served_versions

if TYPE_CHECKING:
    from datetime import date

    from botops.config import Settings
    from botops.domain.messages import Language
    from botops.registry import PromptVersion, Registry


@dataclass(frozen=True, slots=True)
class PromptCare:
    """A version in use and how long ago it was reviewed. `owner` is what its file names, `title` that role's title in
    the team's file, `known` False when the team has no such role; `days` since the review, None when there was none."""

    prompt: str
    version: int
    owner: str
    title: str
    known: bool
    reviewed: date | None
    days: int | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A prompt at a glance. `version` is the live one, or the newest when none is live, if it can be read."""

    name: str
    live: int | None
    versions: tuple[int, ...]
    split: str | None
    draft: bool
    owner: str
    title: str
    reviewed: date | None
    overdue: bool
    purpose: str


def prompt_rows(registry: Registry, settings: Settings, today: date, language: Language) -> tuple[PromptRow, ...]:
    """Every prompt, by name."""
    titles = role_titles(settings)
    return tuple(_row(registry, settings, today, language, titles, name) for name in registry.names())


def cared_for(registry: Registry, settings: Settings, today: date, language: Language) -> tuple[PromptCare, ...]:
    """Every version that a client may be served, those longest without a review first."""
    titles = role_titles(settings)
    limit = settings.prompts.review_days
    found = []
    for name in registry.names():
        for version in served_versions(registry, name):
            reviewed, owner = version.spec.reviewed, version.spec.owner.strip()
            days = None if reviewed is None else (today - reviewed).days
            overdue = days is None or days > limit
            title = _title(titles, owner, language)
            found.append(PromptCare(name, version.ref.version, owner, title, owner in titles, reviewed, days, overdue))
    return tuple(sorted(found, key=lambda c: (c.days is not None, -(c.days or 0), c.prompt, c.version)))


def _row(
    registry: Registry, settings: Settings, today: date, language: Language,
    titles: dict[str, dict[str, str]], name: str,
) -> PromptRow:  # fmt: skip
    versions = registry.versions(name)
    try:
        release = registry.release(name).spec
    except UserError:
        release = None  # nothing published, or broken: lint says which
    live = release.live if release else None
    version = _readable(registry, name, live or (versions[-1] if versions else None))
    spec = version.spec if version else None
    reviewed = spec.reviewed if spec else None
    split = release.split if release else None
    owner = spec.owner.strip() if spec else ""
    old = reviewed is None or (today - reviewed).days > settings.prompts.review_days
    return PromptRow(
        name,
        live,
        versions,
        f"{split.seed}: " + " / ".join(f"v{v.version} {v.weight / 100:g} %" for v in split.variants) if split else None,
        registry.has_draft(name),
        owner,
        _title(titles, owner, language),
        reviewed,
        live is not None and old,
        spec.purpose if spec else "",
    )


def _readable(registry: Registry, name: str, number: int | None) -> PromptVersion | None:
    try:
        return registry.version(name, number) if number is not None else None
    except UserError:
        return None


def _title(titles: dict[str, dict[str, str]], owner: str, language: Language) -> str:
    known = titles.get(owner, {})
    return known.get(language) or known.get("") or next(iter(known.values()), owner)
