"""What people do to prompts, one function for each thing: save a draft, write a version, publish, roll back, split.

Every door (command line, HTTP, console) comes through here: the policy of `botops.yaml` is asked, the file is written
by compare-and-swap, and the deed goes into the audit log. The file comes first: a process killed in between leaves a
step that the log lacks, and the next look adds it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.releases.auditing import catch_up, label, note_steps, prompt_subject, record
from botops.app.releases.git_sync import record_release
from botops.app.releases.kill_switch import fold_overrides
from botops.app.releases.readiness import refuse_unready
from botops.domain.access import Right
from botops.domain.errors import ConflictError, NotFoundError, StoreError, UserError
from botops.domain.people import person, same_person
from botops.domain.people import reason as reasoned
from botops.domain.releases import UNDECIDED, Deed, ProposalState
from botops.registry import DRAFT, UNRELEASED
from botops.registry.release import rollback_target
from botops.registry.sharing import adopt

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.releases.readiness import Readiness
    from botops.domain.ports import Clock
    from botops.registry import PromptVersion, Registry, Release, Split
    from botops.registry.sharing import Adoption

_AUTHORSHIP = frozenset({Deed.DRAFT, Deed.VERSION, Deed.IMPORT})


@needs(Right.EDIT)
def save_draft(container: Container, name: str, text: str, *, by: str, expected: str | None = None) -> str:
    """Writes a prompt's draft, faults and all; its checksum. `expected` is the checksum of the draft that was seen ("",
    when there was none).

    Without `expected` a draft is written over only when the audit log knows that the same person saved it, or when a
    version is word for word the same.
    Raises ConflictError with both texts, UserError, StoreError.
    """
    who = person(by)
    registry = container.registry
    there = registry.draft_text(name)
    if expected is None and there is not None and there[1] != text and not _may_replace(container, name, there[0], who):
        message = (
            f"the draft of {name} is somebody else's work or was edited by hand: look at it; who replaces it names it "
            f"as seen: --expected {there[0]}"
        )
        raise ConflictError(message, there[1], text)
    seen = expected if expected is not None else there[0] if there else UNRELEASED
    try:
        checksum = registry.save_draft(name, text, expected=seen)
    except ConflictError as error:
        message = f"the draft of {name} was changed meanwhile: nothing was written"
        raise ConflictError(message, error.theirs, text) from error
    _note(container, Deed.DRAFT, name, DRAFT, checksum, who, "draft saved")
    return checksum


@needs(Right.EDIT)
def adopt_text(container: Container, ref: str, *, by: str) -> tuple[Adoption, ...]:
    """Writes drafts that include the shared text `ref` (`policy@3`) in the place of older versions of it, and says so
    in the audit log. Raises UserError, NotFoundError without such a text, StoreError."""
    who = person(by)
    results = adopt(container.registry, ref)
    for one in results:
        if one.written:
            _note(container, Deed.DRAFT, one.prompt, DRAFT, one.checksum, who, f"takes over {ref}: {one.note}")
    return results


@needs(Right.EDIT)
def new_version(
    container: Container, name: str, text: str | None = None, *, by: str, reason: str, number: int | None = None,
    expected: str | None = None,
) -> PromptVersion:  # fmt: skip
    """Writes the next version (or `number`) from a text, or without one from the draft, which `expected` names by its
    checksum. Raises UserError with the text's faults, NotFoundError without a draft, ConflictError with both texts."""
    who, why = person(by), reasoned(reason)
    frozen = text is None
    if text is None:
        draft = draft_of(container, name)
        text = draft.raw.decode()
        if expected is not None and draft.ref.checksum != expected:
            raise ConflictError(f"the draft of {name} was changed meanwhile: look at it again", text)
    try:
        version = container.registry.new_version(name, text, number=number)
    except ConflictError as error:
        raise ConflictError(str(error), error.theirs, text) from error
    _note(container, Deed.VERSION, name, version.ref.version, version.ref.checksum, who, why, from_draft=frozen or None)
    return version


@needs(Right.APPROVE)
def publish(
    container: Container, name: str, version: int, *, by: str, reason: str, expected: str | None = None,
    end_split: bool = False,
) -> Release:  # fmt: skip
    """Makes a version live. `expected` is the checksum of the release file that was seen.

    Raises UserError while the policy asks for more (each missing step is named) or a split runs and `end_split` is not
    set; ConflictError with both texts when somebody else published meanwhile; NotFoundError; StoreError.
    """
    who, why = person(by), reasoned(reason)
    seen = _seen(container, name, expected)
    ready = refuse_unready(container, name, version)
    try:
        release = container.registry.publish(
            name, version, by=who, reason=why, at=container.clock.now(), expected=seen, end_split=end_split,
            approved_by=ready.approved_by, eval_runs=ready.eval_runs, texts={version: ready.checksum},
        )  # fmt: skip
    except ConflictError as error:
        raise _conflict(container.registry, name, version, error) from error
    _settle(container, release, (ready,))
    return release


@needs(Right.APPROVE)
def rollback(
    container: Container, name: str, *, by: str, reason: str, to: int | None = None, expected: str | None = None
) -> Release:
    """Ends a running split, or else makes the version live again that was live before; `to` names another one that was
    live before. Needs no approval: it must be fast. Raises ConflictError, NotFoundError, UserError, StoreError."""
    seen = _seen(container, name, expected)
    release = rollback_file(container.registry, container.clock, name, by=by, reason=reason, to=to, expected=seen)
    _settle(container, release)
    return release


@needs(Right.APPROVE)
def rollback_file(
    registry: Registry, clock: Clock, name: str, *, by: str, reason: str, to: int | None = None,
    expected: str | None = None,
) -> Release:  # fmt: skip
    """Goes back in the release file alone, for the hour when the store is out of reach: the step is added to the audit
    log at a later look. Raises as `rollback`, without StoreError."""
    who, why = person(by), reasoned(reason)
    before = registry.candidate_release(name)
    if before is not None:
        target = rollback_target(before.spec, to)
        if target not in {before.live, *before.spec.checksums}:
            raise UserError(
                f"{label(name, target)} was never live, so there is nothing to go back to: publish it "
                f"(botops prompts publish {label(name, target)})"
            )
        to = target
    seen = expected if expected is not None else before.checksum if before else UNRELEASED
    try:
        return registry.rollback(name, by=who, reason=why, at=clock.now(), to=to, expected=seen)
    except ConflictError as error:
        raise _conflict(registry, name, to, error) from error


@needs(Right.APPROVE)
def change_split(
    container: Container, name: str, split: Split | None, *, by: str, reason: str, expected: str | None = None
) -> Release:
    """Begins a split, changes its coverage, or (None) ends it. Every version of it must be ready to go live.

    Raises UserError with each missing step, ConflictError, NotFoundError, StoreError.
    """
    who, why = person(by), reasoned(reason)
    seen = _seen(container, name, expected)
    numbers = sorted({v.version for v in split.variants}) if split else []
    ready = {number: refuse_unready(container, name, number) for number in numbers}
    approved = {r.approved_by for r in ready.values() if r.approved_by}
    release = container.registry.change_split(
        name, split, by=who, reason=why, at=container.clock.now(), expected=seen,
        approved_by=", ".join(sorted(approved)) or None,
        eval_runs=tuple(run for r in ready.values() for run in r.eval_runs),
        texts={number: r.checksum for number, r in ready.items()},
    )  # fmt: skip
    _settle(container, release, tuple(ready.values()))
    return release


def draft_text(container: Container, name: str) -> tuple[str, str]:
    """The checksum and the text of a draft, with faults or without. Raises NotFoundError without one."""
    found = container.registry.draft_text(name)
    if found is None:
        raise NotFoundError(f"{name} has no draft")
    return found


def draft_of(container: Container, name: str) -> PromptVersion:
    """The draft as it stands on disk. Raises NotFoundError without one, UserError with its faults."""
    try:
        return container.registry.candidate(name, DRAFT)
    except NotFoundError as error:
        raise NotFoundError(
            f"{name} has no draft: save one (botops prompts draft {name} FILE) or name a version, as in {name}@2"
        ) from error


def close_proposals(container: Container, subject: str, checksum: str) -> None:
    """Marks what was proposed of a text as published, now that it is in force. Raises StoreError."""
    for proposal in container.store.proposals.of_text(subject, checksum):
        if proposal.state in UNDECIDED:
            with suppress(ConflictError):  # decided at this very moment: the log tells the order
                container.store.proposals.move(replace(proposal, state=ProposalState.PUBLISHED), proposal.state)


def authors(container: Container, subject: str, checksum: str) -> tuple[str, ...]:
    """Who wrote an exact text, as far as the audit log knows. Raises StoreError."""
    found = [e for e in container.store.audit.of_text(subject, checksum) if e.deed in _AUTHORSHIP]
    # Who makes a version of a draft wrote nothing, unless nobody is known to have saved that draft.
    wrote = [e for e in found if not e.detail.get("from_draft")] or found
    return tuple(dict.fromkeys(entry.by for entry in wrote))


def _seen(container: Container, name: str, expected: str | None) -> str:
    """The checksum of the release file everything that follows rests on."""
    release = container.registry.candidate_release(name)
    with suppress(StoreError):  # what the log lacks is worth keeping, and no reason to hold a rollback up
        catch_up(container, release)
    if expected is not None:
        return expected
    return release.checksum if release is not None else UNRELEASED


def _may_replace(container: Container, name: str, checksum: str, who: str) -> bool:
    """True for a draft of one's own, and for one that lives on as a version."""
    if container.registry.has_text(name, checksum):
        return True
    saved = authors(container, prompt_subject(name), checksum)
    return bool(saved) and all(same_person(one, who) for one in saved)


def _conflict(registry: Registry, name: str, version: int | None, error: ConflictError) -> ConflictError:
    """The conflict of a release as a person needs it: who did what meanwhile, the text that is live, and theirs."""
    yours = registry.candidate(name, version).raw.decode() if version is not None else None
    now = registry.candidate_release(name)
    if now is None or not now.spec.approvals:
        return ConflictError(str(error), error.theirs, yours)
    last = now.spec.approvals[-1]
    message = (
        f"{error}\n{label(name, now.live)} is live: {last.action.value} by {last.by}, {last.at:%Y-%m-%d %H:%M} UTC"
    )
    return ConflictError(f"{message} ({last.reason})", registry.candidate(name, now.live).raw.decode(), yours)


def _settle(container: Container, release: Release, ready: tuple[Readiness, ...] = ()) -> None:
    """What follows a written release: the log, the overrides it makes void, the proposals done with it, the commit."""
    step = release.spec.approvals[-1]
    try:
        note_steps(container, release)
        fold_overrides(container, release.name, by=step.by, reason=f"{step.action.value}: {step.reason}")
        for one in ready:
            close_proposals(container, prompt_subject(release.name), one.checksum)
    except StoreError as error:
        message = f"{release.name}: the release file was written, the audit log was not and is mended at the next look"
        raise StoreError(f"{message}: {error}") from error
    finally:
        _commit(container, release)


def _commit(container: Container, release: Release) -> None:
    """The step in git, where that is switched on: the release file, its versions and the texts they include."""
    if not release.spec.approvals:
        return
    step = release.spec.approvals[-1]
    folder = container.registry.directory / release.name
    versions = sorted({step.version, *release.served})
    paths = [folder / "release.yaml", *(folder / f"{number}.yaml" for number in versions)]
    for number in versions:
        with suppress(UserError):
            shared = container.registry.version(release.name, number).partials
            paths += [Path(partial.file) for partial in shared.values() if Path(partial.file) not in paths]
    what = f"{release.name}: {step.action.value.replace('_', ' ')}, version {step.version}"
    record_release(container, paths, step.by, step.reason, what=what)


def _note(
    container: Container, deed: Deed, name: str, version: int, checksum: str, by: str, reason: str,
    *, from_draft: bool | None = None,
) -> None:  # fmt: skip
    number = "draft" if version == DRAFT else str(version)
    detail = {} if from_draft is None else {"from_draft": from_draft}
    record(container, deed, prompt_subject(name), by, reason, version=number, checksum=checksum, detail=detail)
