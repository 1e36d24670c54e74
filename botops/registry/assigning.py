"""Which version a lead gets: the override's, the one served before, the split's, or the live one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from botops.domain.errors import UserError
from botops.domain.prompts import Lead, Unit
from botops.domain.releases import Override, OverrideKind
from botops.registry.model import Split
from botops.registry.release import Release
from botops.split import assign, bucket, phase_of

NOBODY = -1
"""The variant of a lead that takes part in nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The version chosen, and the experiment's seed, the variant and the bucket it was chosen by."""

    version: int
    experiment: str | None = None
    variant: int = NOBODY
    bucket: int | None = None
    unit: Unit = "lead"


def choose(
    release: Release, lead: Lead, override: Override | None = None, *, at: datetime, zone: tzinfo = UTC
) -> Choice:
    """The version of a lead at a moment; `zone` is the company's. Raises UserError for a lead that cannot be assigned.

    What decides, in this order: the order in force; whether the split runs at all; what a tester is to see; the variant
    that a phase of the experiment dealt to the lead last, as long as its version still takes part; the targeting; the
    bucket.
    """
    split = release.split
    if override is not None and override.kind is OverrideKind.VERSION and override.version is not None:
        return Choice(override.version)
    if split is None or not split.running(at, zone):
        return Choice(release.live)
    if override is not None and override.kind is OverrideKind.CONTROL and override.experiment == split.seed:
        return Choice(split.variants[0].version)
    if split.testers and lead.id in split.testers:
        return Choice(split.testers[lead.id])
    try:
        if lead.kept and (kept := _kept(release.name, split, lead)) is not None:
            return kept
        if split.targeting is not None and not split.targeting.matches(lead):
            return Choice(release.live, split.seed)
        assigned = assign(split.seed, _unit(lead, split.unit), split.weights, split.coverage)
    except ValueError as error:
        raise UserError(f"the lead cannot be assigned in {split.seed}: {error}") from error
    version = split.variants[assigned.variant].version if assigned.variant >= 0 else release.live
    return Choice(version, split.seed, assigned.variant, assigned.bucket, split.unit)


def _kept(name: str, split: Split, lead: Lead) -> Choice | None:
    """What a lead goes on with: the variant of the latest phase that dealt to it, if its version still takes part.

    Looks at later phases too: a replica that has not yet read a new phase serves what another one dealt.
    """
    latest = 0
    seed, exposure = "", None
    for one, served in lead.kept.items():
        phase = phase_of(one, split.experiment)
        if phase is not None and phase > latest and served.prompt == name:
            latest, seed, exposure = phase, one, served
    if exposure is None or exposure.version is None or exposure.version not in split.versions:
        return None
    unit = _unit(lead, exposure.unit)
    return Choice(exposure.version, seed, exposure.variant, bucket(seed, unit), exposure.unit)


def _unit(lead: Lead, unit: Unit) -> str:
    """What is hashed: the lead where the dialogue is not known."""
    return lead.dialogue_id if unit == "dialogue" and lead.dialogue_id else lead.id
