"""Prompts of other tools taken into the registry, and versions given out in their formats.

An import writes versions (or the draft) and nothing else: which one is in force there becomes a proposal, and going
live is a step of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botops.app.access.acting import needs
from botops.app.releases.auditing import prompt_subject, record
from botops.app.releases.proposing import propose
from botops.app.releases.releasing import publish
from botops.config import parse, validate
from botops.domain.access import Right
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.people import person
from botops.domain.people import reason as reasoned
from botops.domain.releases import Deed
from botops.registry import BUILT_INS, DRAFT, UNRELEASED, PromptSpec
from botops.registry.exchange import Writable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botops.app.container import Container
    from botops.registry import PromptVersion, Registry
    from botops.registry.exchange import Import, ImportedPrompt, ImportedVersion

Outcome = Literal["written", "present", "draft"]
"""What became of an imported version: written anew, there already with the same content, or saved as the draft."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One imported version: its number where it came from and here (0 for the draft). `live` says that it was in force
    there."""

    name: str
    foreign: int
    number: int
    outcome: Outcome
    checksum: str
    live: bool = False


@needs(Right.EDIT)
def take_import(container: Container, found: Import, *, by: str, reason: str, draft: bool = False) -> tuple[Taken, ...]:
    """Writes what an import holds and notes it in the audit log; a version that is there already is not written again.

    A number that is taken by another text is passed over for the next free one. With `draft` the version in
    force there, or else the newest, becomes the draft. Raises ConflictError when there is a draft already, UserError,
    StoreError.
    """
    who, why = person(by), reasoned(reason)
    taken: list[Taken] = []
    for prompt in found.prompts:
        versions = (_newest(prompt),) if draft else prompt.versions
        for version in versions:
            write = _as_draft if draft else _as_version
            one = write(container.registry, prompt, version)
            taken.append(one)
            if one.outcome != "present":
                number = str(one.number) if one.number else "draft"
                record(
                    container, Deed.IMPORT, prompt_subject(one.name), who, why, version=number, checksum=one.checksum,
                    detail={"foreign_version": one.foreign},
                )  # fmt: skip
    return tuple(taken)


@needs(Right.APPROVE)
def suggest_live(
    container: Container, taken: tuple[Taken, ...], *, by: str, reason: str, go_live: bool
) -> tuple[str, ...]:
    """Puts the versions that were in force where they came from forward for release, or, asked to `go_live`, publishes
    them; a sentence for each. The policy of releases holds. Raises UserError with what it asks for, ConflictError,
    StoreError."""
    said = []
    for one in taken:
        if not one.live or one.number == DRAFT:
            continue
        which = f"{one.name}@{one.number}"
        there = container.registry.candidate_release(one.name)
        if there is not None and there.live == one.number and there.split is None:
            said.append(f"{which} is live already")
        elif go_live:
            publish(container, one.name, one.number, by=by, reason=reason)
            said.append(f"{which} is live now")
        else:
            try:
                proposal = propose(container, one.name, one.number, by=by, reason=reason)
            except ConflictError:  # proposed already, or the same text is live
                said.append(f"{which} is proposed already")
            else:
                how = f"botops prompts publish {which} --by … --reason …"
                said.append(f"{which} is in force there: proposed here as {proposal.id[:8]}, live with: {how}")
    return tuple(said)


def _newest(prompt: ImportedPrompt) -> ImportedVersion:
    """The version in force there, or else the last one."""
    return next((v for v in prompt.versions if v.number == prompt.live), prompt.versions[-1])


def _as_draft(registry: Registry, prompt: ImportedPrompt, version: ImportedVersion) -> Taken:
    try:
        checksum = registry.save_draft(prompt.name, version.text, expected=UNRELEASED)
    except ConflictError as error:
        message = f"the prompt {prompt.name} has a draft already: publish or remove it, or import without --draft"
        raise ConflictError(message, error.theirs) from error
    return Taken(prompt.name, version.number, DRAFT, "draft", checksum, version.number == prompt.live)


def _as_version(registry: Registry, prompt: ImportedPrompt, version: ImportedVersion) -> Taken:
    live = version.number == prompt.live
    known = _known(registry, prompt.name)
    wanted = validate(parse(version.text, "import.yaml"), PromptSpec)
    for number, there in known.items():
        if there is not None and there.spec == wanted:
            return Taken(prompt.name, version.number, number, "present", there.ref.checksum, live)
    number = version.number if version.number not in known else max(known) + 1
    written = registry.new_version(prompt.name, version.text, number=number)
    return Taken(prompt.name, version.number, number, "written", written.ref.checksum, live)


def _known(registry: Registry, name: str) -> dict[int, PromptVersion | None]:
    """The prompt's versions by number; None for those with faults."""
    try:
        numbers = registry.versions(name)
    except NotFoundError:
        return {}
    found: dict[int, PromptVersion | None] = {}
    for number in numbers:
        try:
            found[number] = registry.candidate(name, number)
        except UserError:
            found[number] = None
    return found


def writable(registry: Registry, version: PromptVersion, values: Mapping[str, Any] | None) -> Writable:
    """A version ready to go out: whether it is live and why it was published; with `values`, filled in."""
    try:
        release = registry.candidate_release(version.ref.name)
    except (NotFoundError, UserError):
        release = None
    if release is None:
        return Writable(version, values=values)
    reasons = [a.reason for a in release.spec.approvals if a.version == version.ref.version]
    return Writable(version, release.live == version.ref.version, reasons[-1] if reasons else "", values)


def sample_values(version: PromptVersion, given: Mapping[str, Any], built_in: Mapping[str, Any]) -> dict[str, Any]:
    """Values to fill a version in with: those given, else what is built in, else each variable's example.

    Raises UserError for a variable nothing is known of, or a given one the prompt does not use.
    """
    unknown = sorted(given.keys() - version.uses.keys() - BUILT_INS.keys())
    if unknown:
        known = ", ".join(version.uses) or "none"
        raise UserError(f"{version.ref} does not use {', '.join(unknown)}: it uses {known}")
    examples = {name: v.example for name, v in version.spec.variables.items() if v.example is not None}
    return {**examples, **built_in, **given}
