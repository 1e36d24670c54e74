"""Experiments that are over: what was tried, who ended it and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botops.domain.errors import UserError
from botops.domain.releases import Deed
from botops.registry import ReleaseAction

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.releases import AuditEntry
    from botops.registry import Release

_ENTRIES = 100


@dataclass(frozen=True, slots=True)
class PastExperiment:
    """An experiment that runs no longer. `began` is None where the log does not reach back to its start; `promoted` is
    the version that was made live by it, None when everybody got the live version again."""

    prompt: str
    experiment: str
    began: datetime | None
    ended: datetime
    by: str
    reason: str
    promoted: int | None


def past_experiments(container: Container) -> tuple[PastExperiment, ...]:
    """The experiments that ended, the latest first, from the release files and the audit log. Raises StoreError."""
    found = []
    for name in container.registry.names():
        try:
            release = container.registry.release(name)
        except UserError:  # nothing published, or broken: the registry's state says which
            continue
        found += [one for seed in _seeds(release) if (one := _past(container, release, seed)) is not None]
    return tuple(sorted(found, key=lambda one: one.ended, reverse=True))


def _seeds(release: Release) -> tuple[str, ...]:
    running = release.split.seed if release.split else None
    seeds = (step.experiment for step in release.spec.approvals if step.experiment)
    return tuple(seed for seed in dict.fromkeys(seeds) if seed != running)


def _past(container: Container, release: Release, seed: str) -> PastExperiment | None:
    """One experiment; None where nobody wrote down how it ended."""
    logged = container.store.audit.entries(f"experiment:{seed}", most=_ENTRIES)
    began = min((entry.at for entry in logged if entry.deed is Deed.SPLIT), default=None)
    end = next((entry for entry in logged if entry.deed is Deed.SPLIT_END), None)
    if end is not None:
        return PastExperiment(release.name, seed, began, end.at, end.by, end.reason, _promoted(end))
    steps = [step for step in release.spec.approvals if step.experiment == seed]
    begun = [step.at for step in steps if step.action is ReleaseAction.SPLIT]
    last = next((step for step in reversed(steps) if step.action is not ReleaseAction.SPLIT), None)
    if last is None:
        return None
    made_live = last.version if last.action is ReleaseAction.PUBLISH else None
    return PastExperiment(
        release.name, seed, began or min(begun, default=None), last.at, last.by, last.reason, made_live
    )


def _promoted(end: AuditEntry) -> int | None:
    version = end.detail.get("promoted")
    return version if isinstance(version, int) else None
