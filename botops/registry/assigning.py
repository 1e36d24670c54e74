"""Which version a lead gets: the override's, the split's, or the live one."""

from __future__ import annotations

from dataclasses import dataclass

from botops.domain.errors import UserError
from botops.domain.prompts import Lead
from botops.domain.releases import Override, OverrideKind
from botops.registry.release import Release
from botops.split import assign

NOBODY = -1
"""The variant of a lead that takes part in nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The version chosen, and the experiment's seed, the variant and the bucket it was chosen by."""

    version: int
    experiment: str | None = None
    variant: int = NOBODY
    bucket: int | None = None


def choose(release: Release, lead: Lead, override: Override | None = None) -> Choice:
    """The version of a lead. Raises UserError for a lead that cannot be assigned."""
    split = release.split
    if override is not None and override.kind is OverrideKind.VERSION and override.version is not None:
        return Choice(override.version)
    if split is None:
        return Choice(release.live)
    if override is not None and override.kind is OverrideKind.CONTROL and override.experiment == split.seed:
        return Choice(split.variants[0].version)
    try:
        assigned = assign(split.seed, lead.id, split.weights, split.coverage)
    except ValueError as error:
        raise UserError(f"the lead cannot be assigned in {split.seed}: {error}") from error
    version = split.variants[assigned.variant].version if assigned.variant >= 0 else release.live
    return Choice(version, split.seed, assigned.variant, assigned.bucket)
