"""Who includes which shared text, and moving prompts to a newer version of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.problems import Problem
from botops.registry.partials import Partial, Partials
from botops.registry.registry import Registry
from botops.registry.release_file import UNRELEASED
from botops.registry.secrets import find_secrets
from botops.registry.version import DRAFT, PromptVersion, read_version


@dataclass(frozen=True, slots=True)
class SharedText:
    """A version of a shared text and the prompt versions in use that include it, directly or not."""

    partial: Partial
    newest: bool
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adoption:
    """What became of one prompt: the draft that was `written` and its checksum, or why none was. `problems` are the
    draft's faults."""

    prompt: str
    written: bool
    note: str
    problems: tuple[Problem, ...] = ()
    checksum: str = ""


def versions_in_use(registry: Registry, name: str) -> Iterator[PromptVersion]:
    """The versions somebody may be served, the newest one and the draft, as their files stand on disk; what cannot be
    read is left out: the registry's state says why."""
    numbers = registry.versions(name)
    for number in sorted({*_served(registry, name), *numbers[-1:], DRAFT}):
        try:
            yield registry.candidate(name, number)
        except UserError:
            continue


def served_versions(registry: Registry, name: str) -> tuple[PromptVersion, ...]:
    """The versions that the release in force gives to clients; none when nothing is published."""
    try:
        served = registry.release(name).served
    except UserError:
        return ()  # nothing published, or broken: the registry's state says which
    return tuple(registry.version(name, number) for number in served)


def _served(registry: Registry, name: str) -> set[int]:
    """What the release in force serves, and what the one on disk would."""
    served: set[int] = set()
    for read in (registry.release, registry.candidate_release):
        try:
            release = read(name)
        except UserError:
            continue  # nothing published, or broken: the state says which
        served.update(release.served if release else ())
    return served


def shared_texts(registry: Registry) -> tuple[SharedText, ...]:
    """Every version of every shared text that can be read, by name, the newest last."""
    users: dict[str, list[str]] = {}
    for name in registry.names():
        for version in versions_in_use(registry, name):
            for ref in version.partials:
                users.setdefault(ref, []).append(version.label)
    partials = registry.partials()
    found = sorted(partials.good.values(), key=lambda p: (p.name, p.number))
    return tuple(SharedText(p, p.number == partials.newest[p.name], tuple(users.get(p.ref, ()))) for p in found)


def lint_shared(registry: Registry) -> Iterator[Problem]:
    """What is wrong with the newest shared texts themselves, and those that nobody includes."""
    texts = shared_texts(registry)
    used = {t.partial.name for t in texts if t.users}
    for partial in (t.partial for t in texts if t.newest):
        if not partial.spec.owner.strip():
            message = "nobody owns this shared text: name the role or person"
            yield partial.document.problem(("owner",), message, rule="no-owner")
        if not partial.spec.purpose.strip():
            message = "no purpose: say in a sentence what the shared text is for"
            yield partial.document.problem(("purpose",), message, rule="no-purpose", level="warning")
        if partial.name not in used:
            message = f'no prompt includes it: write {{% include "{partial.ref}" %}} in one, or delete it'
            yield partial.document.problem(("text",), message, rule="unused-partial", level="warning", of="key")
            for secret in find_secrets(partial.spec.text):
                message = f"{secret.kind} stands in the text: revoke it, and keep secrets in the environment"
                yield partial.problem_at(secret.offset, message, rule="secret")


def lint_included(version: PromptVersion, partials: Partials) -> Iterator[Problem]:
    """Includes of an older version than the newest."""
    for passage in version.passages:
        for ref, (offset, _) in passage.text.includes.items():
            partial = partials.good.get(ref)
            newest = partials.newest[partial.name] if partial else 0
            if partial is not None and partial.number < newest:
                better = f"{partial.name}@{newest}"
                message = f"{ref} is included, the newest is {better}: `botops prompts adopt {better}` writes drafts"
                yield version.problem_in(passage, offset, message, rule="older-partial", level="warning")


def adopt(registry: Registry, ref: str) -> tuple[Adoption, ...]:
    """Writes a draft with `ref` in the place of older versions of it, for every prompt whose live version (or newest,
    when none is live) includes one. A draft that exists stays as it is, unless it is word for word a version.

    Raises NotFoundError when there is no such shared text, UserError when its file has faults.
    """
    partials = registry.partials()
    partial = partials.good.get(ref)
    if partial is None:
        raise _unknown(partials, ref)
    results = []
    for name in registry.names():
        base = _base(registry, name)
        if base is not None and any(
            p.name == partial.name and p.number < partial.number for p in base.partials.values()
        ):
            results.append(_adopted(registry, base, partial))
    return tuple(results)


def _unknown(partials: Partials, ref: str) -> UserError:
    problems = tuple(p for p in partials.problems if p.file in partials.files_of(ref))
    if problems:
        return UserError(problems=problems)
    known = ", ".join(f"{name}@{number}" for name, number in sorted(partials.newest.items())) or "none"
    return NotFoundError(f"there is no shared text {ref}: the newest are {known}")


def _base(registry: Registry, name: str) -> PromptVersion | None:
    try:
        return registry.version(name, registry.release(name).live)
    except UserError:
        numbers = registry.versions(name)
    try:
        return registry.version(name, numbers[-1]) if numbers else None
    except UserError:
        return None


def _adopted(registry: Registry, base: PromptVersion, partial: Partial) -> Adoption:
    name = base.ref.name
    tag = re.compile(rf"(\binclude\s+\\?[\"']){re.escape(partial.name)}@([1-9][0-9]*)(?=\\?[\"'])")

    def newer(match: re.Match[str]) -> str:
        return match[1] + partial.ref if int(match[2]) < partial.number else match[0]

    text = tag.sub(newer, base.raw.decode("utf-8-sig"))
    if text == base.raw.decode("utf-8-sig"):
        through = ", ".join(sorted(r for r, p in base.partials.items() if _includes_older(p, partial)))
        return Adoption(name, False, f"includes it through {through}: write a new version of that first")
    there = registry.draft_text(name)
    spent = there is not None and registry.has_text(name, there[0])  # it lives on as a version
    try:
        checksum = registry.save_draft(name, text, expected=there[0] if there and spent else UNRELEASED)
    except ConflictError:
        return Adoption(
            name, False, "has a draft already, which stays as it is: make it a version or delete it, then again"
        )
    note = f"draft written from {base.label}"
    try:
        read_version(text.encode(), f"{registry.directory / name / 'draft.yaml'}", name, DRAFT, registry.partials())
    except UserError as error:
        return Adoption(name, True, f"{note}, it has faults", error.problems, checksum)
    return Adoption(name, True, note, (), checksum)


def _includes_older(holder: Partial, partial: Partial) -> bool:
    names = (ref.rpartition("@") for ref in holder.text.includes)
    return any(name == partial.name and int(number) < partial.number for name, _, number in names)
