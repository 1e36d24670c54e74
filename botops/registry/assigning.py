"""Which version a lead gets: the override's, the one served before, the split's, or the live one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from botops.domain.errors import UserError
from botops.domain.prompts import Exposure, Lead, Unit
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
    the lead was served before in any phase of the experiment, as long as its version still takes part; the targeting;
    the bucket.
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
    unit = lead.dialogue_id if split.unit == "dialogue" and lead.dialogue_id else lead.id
    kept = _kept(release.name, split, lead) if lead.kept else None
    try:
        if kept is not None:
            return Choice(kept[1], kept[0], kept[2].variant, bucket(kept[0], unit), split.unit)
        if split.targeting is not None and not split.targeting.matches(lead):
            return Choice(release.live, split.seed)
        assigned = assign(split.seed, unit, split.weights, split.coverage)
    except ValueError as error:
        raise UserError(f"the lead cannot be assigned in {split.seed}: {error}") from error
    version = split.variants[assigned.variant].version if assigned.variant >= 0 else release.live
    return Choice(version, split.seed, assigned.variant, assigned.bucket, split.unit)


def _kept(name: str, split: Split, lead: Lead) -> tuple[str, int, Exposure] | None:
    """The seed, version and exposure a lead goes on with: of the latest phase whose version still takes part.

    Looks at every phase, later ones too: a replica that has not yet read a new phase serves what another one dealt.
    """
    best: tuple[int, str, int, Exposure] | None = None
    for seed, exposure in lead.kept.items():
        phase = phase_of(seed, split.experiment)
        version = exposure.version
        if phase is None or version is None or exposure.prompt != name or version not in split.versions:
            continue
        if best is None or phase > best[0]:
            best = (phase, seed, version, exposure)
    return None if best is None else best[1:]
