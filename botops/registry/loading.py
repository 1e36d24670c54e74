"""From a prompt's folder to what is served, keeping the last good state when a file is broken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.registry.checksums import checksum_of
from botops.registry.folders import RELEASE, Folder, read_bytes, version_path
from botops.registry.partials import NO_PARTIALS, Partials, changed_partial
from botops.registry.release import Release, read_release
from botops.registry.version import DRAFT, PromptVersion, read_version


@dataclass(frozen=True)
class Prompt:
    """What is known of one prompt.

    `versions` are the good ones, drafts under 0; `broken` says what is wrong with the others. `pins` are the checksums
    of every version ever served, `partial_pins` those of the shared texts they include. `stale` means that `release`
    and the versions it names are the last good ones, not those on disk.
    """

    name: str
    release: Release | None = None
    versions: Mapping[int, PromptVersion] = field(default_factory=dict)
    broken: Mapping[int, tuple[Problem, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    pins: Mapping[int, str] = field(default_factory=dict)
    partial_pins: Mapping[str, str] = field(default_factory=dict)
    stale: bool = False

    @property
    def servable(self) -> bool:
        """True when leads can be answered with it."""
        return self.release is not None


def load_prompt(folder: Folder, before: Prompt | None, partials: Partials = NO_PARTIALS) -> Prompt:
    """The prompt as its folder holds it; where that cannot be served, what was served `before`, marked stale."""
    problems = [_strange(folder, name) for name in folder.strange]
    release = None
    fatal = False
    if folder.has_release:
        path = folder.path / RELEASE
        try:
            release = read_release(read_bytes(path), str(path), folder.name)
        except UserError as error:
            problems.extend(error.problems)
            fatal = True
    elif before is not None and before.servable:
        message = "the release file is gone: restore it, the last good one is served meanwhile"
        problems.append(Problem(str(folder.path / RELEASE), 0, 0, "", message, rule="missing-file"))
        fatal = True
    pins = before.pins if before else {}
    partial_pins = before.partial_pins if before else {}
    recorded = _Recorded(
        {**pins, **(release.spec.checksums if release else {})},
        {**partial_pins, **(release.spec.partials if release else {})},
    )
    versions, broken = _versions(folder, recorded, before, partials)
    problems.extend(problem for found in broken.values() for problem in found)
    if release is not None:
        missing = [_missing(release, number) for number in release.served if number not in {*versions, *broken}]
        problems.extend(missing)
        fatal = any(number not in versions for number in release.served)
        problems.extend(_moved_leads(release, before))
    now = Prompt(folder.name, release, versions, broken, tuple(sorted(problems)), pins, partial_pins)
    if fatal:
        return stale(before, now)
    served = [versions[n] for n in release.served] if release else []
    return replace(
        now,
        pins=MappingProxyType({**pins, **{v.ref.version: v.ref.checksum for v in served}}),
        partial_pins=MappingProxyType({**partial_pins, **checksums_of_partials(served)}),
    )


def checksums_of_partials(versions: Iterable[PromptVersion]) -> dict[str, str]:
    """The checksums of the shared texts that versions include, by their names and versions."""
    return {ref: partial.checksum for version in versions for ref, partial in version.partials.items()}


def stale(before: Prompt | None, now: Prompt) -> Prompt:
    """The last good release and its versions, with today's problems; without one, a prompt that cannot be served."""
    if before is None or before.release is None:
        return replace(now, release=None)
    kept = {n: before.versions[n] for n in before.release.served}
    return replace(now, release=before.release, versions={**now.versions, **kept}, stale=True)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """The checksums that published files must have."""

    versions: Mapping[int, str]
    partials: Mapping[str, str]


def _versions(
    folder: Folder, recorded: _Recorded, before: Prompt | None, partials: Partials
) -> tuple[dict[int, PromptVersion], dict[int, tuple[Problem, ...]]]:
    versions: dict[int, PromptVersion] = {}
    broken: dict[int, tuple[Problem, ...]] = {}
    for number in (*folder.versions, *((DRAFT,) if folder.has_draft else ())):
        path = version_path(folder.path.parent, folder.name, number)
        try:
            raw = read_bytes(path)
            refuse_changed(raw, str(path), recorded.versions.get(number))
            known = before.versions.get(number) if before else None
            if known is None or not _same(known, raw, str(path), partials):
                known = read_version(raw, str(path), folder.name, number, partials)
            refuse_changed_partials(known, recorded.partials)
            versions[number] = known
        except UserError as error:
            broken[number] = error.problems
    return versions, broken


def refuse_changed(raw: bytes, file: str, recorded: str | None) -> None:
    """Raises UserError when a published file's bytes are not those that were published."""
    found = checksum_of(raw)
    if recorded is not None and found != recorded:
        message = (
            f"a published version was changed (published as {recorded}, now {found}): "
            "restore it and save the new text as a new version"
        )
        raise UserError(problems=[Problem(file, 0, 0, "", message, rule="version-changed")])


def refuse_changed_partials(version: PromptVersion, recorded: Mapping[str, str]) -> None:
    """Raises UserError when a shared text that the version includes is not the one that was published."""
    problems = [
        problem
        for ref, partial in version.partials.items()
        for problem in changed_partial(partial, recorded.get(ref), version.label)
    ]
    if problems:
        raise UserError(problems=problems)


def _same(known: PromptVersion, raw: bytes, file: str, partials: Partials) -> bool:
    included = all(
        (now := partials.good.get(ref)) is not None and now.checksum == partial.checksum
        for ref, partial in known.partials.items()
    )
    return included and known.raw == raw and known.file == file


def _strange(folder: Folder, name: str) -> Problem:
    message = "not read: versions are named 1.yaml, 2.yaml …, beside draft.yaml and release.yaml"
    return Problem(str(folder.path / name), 0, 0, "", message, "warning", "unknown-file")


def _missing(release: Release, number: int) -> Problem:
    split = release.split
    index = next((i for i, v in enumerate(split.variants) if v.version == number), None) if split else None
    path = ("live",) if number == release.live or index is None else ("split", "variants", index, "version")
    message = f"there is no version {number}: restore {number}.yaml or name another version"
    return release.document.problem(path, message, rule="missing-version")


def _moved_leads(release: Release, before: Prompt | None) -> list[Problem]:
    """A warning when an edit of the split by hand moved leads between variants of one phase.

    Not an error: to take the weight off a harmful variant at once is right, only the comparison is lost.
    """
    old = before.release.split if before and before.release else None
    new = release.split
    if old is None or new is None or old.seed != new.seed or old.variants == new.variants:
        return []
    message = f"variants or weights changed inside phase {new.phase}, leads moved: set phase to {new.phase + 1}"
    return [release.document.problem(("split",), message, rule="phase-reused", level="warning", of="key")]
