"""The prompt registry: versions, releases, sticky assignment and rendering, reloaded when files change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from botops.domain.errors import NotFoundError, UserError
from botops.domain.ports import Clock
from botops.domain.problems import Problem
from botops.domain.prompts import Assignment, Lead, RenderedPrompt
from botops.domain.releases import Override
from botops.registry.assigning import choose
from botops.registry.checksums import checksum_of
from botops.registry.folders import DRAFT_FILE, RELEASE, Folder, Signature, check_name, read_bytes, scan, version_path
from botops.registry.loading import Prompt, load_prompt, stale
from botops.registry.model import Split
from botops.registry.partials import (
    NO_PARTIALS,
    Partial,
    Partials,
    load_partials,
    read_partials,
    scan_partials,
    unreadable_partials,
)
from botops.registry.publishing import Publisher
from botops.registry.release import Release, Step, read_release
from botops.registry.snapshot import Snapshots
from botops.registry.version import DRAFT, PromptVersion, read_version

_SETTLED_S = 0.05
"""A file's time of change is coarse: a folder is read once more this long after it was read, whatever its times say."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class RegistryState:
    """How the registry stands: everything wrong on disk, the prompts served from their last good state, and when the
    files were last read (None without a clock)."""

    problems: tuple[Problem, ...] = ()
    stale: tuple[str, ...] = ()
    loaded_at: datetime | None = None

    @property
    def of_drafts(self) -> tuple[Problem, ...]:
        """What is wrong in drafts, which are never served."""
        return tuple(p for p in self.problems if Path(p.file).name == DRAFT_FILE)

    @property
    def faults(self) -> tuple[Problem, ...]:
        """What is wrong on disk apart from drafts: a text that somebody still writes may have faults."""
        return tuple(p for p in self.problems if Path(p.file).name != DRAFT_FILE)

    @property
    def healthy(self) -> bool:
        """True when what is served is what stands on disk."""
        return not self.stale and not any(p.level == "error" for p in self.faults)


@dataclass(frozen=True, slots=True)
class _Read:
    signature: Signature
    at: float
    settled: bool = False


class Registry:
    """Prompts of one directory. Safe for threads: readers take what is loaded, one thread at a time reloads it.

    `clock` dates what is loaded and paces reloading; `state_dir` keeps the last good state over restarts;
    a request looks at the disk at most every `refresh_ms` milliseconds; `zone` is the company's, where the days of
    splits begin.
    """

    def __init__(
        self,
        directory: Path | str,
        clock: Clock | None = None,
        *,
        state_dir: Path | str | None = None,
        refresh_ms: int = 500,
        zone: tzinfo = UTC,
    ) -> None:
        self.directory = Path(directory)
        self._now: Callable[[], datetime] | None = clock.now if clock else None
        self._monotonic: Callable[[], float] = clock.monotonic if clock else time.monotonic
        self._interval = refresh_ms / 1000
        self._zone = zone
        self._snapshots = Snapshots(Path(state_dir) / "prompts") if state_dir is not None else None
        self._publisher = Publisher(self.directory, self._pins, self._partial_pins)
        self._lock = threading.Lock()
        self._prompts: Mapping[str, Prompt] = MappingProxyType({})
        self._reads: dict[str, _Read] = {}
        self._partials: Partials = NO_PARTIALS
        self._partials_read: _Read | None = None
        self._partials_fault: tuple[Problem, ...] = ()
        self._kept_problems: dict[str, tuple[Problem, ...]] = {}
        self._state = RegistryState()
        self._next_look = float("-inf")

    def load(self) -> RegistryState:
        """Reads everything anew. What is wrong stands in the state; good prompts are served all the same."""
        with self._lock:
            self._reads.clear()
            self._partials_read = None
            self._look()
        return self._state

    def refresh(self) -> bool:
        """Looks at the disk and reads what changed; True when anything was read anew."""
        with self._lock:
            return self._look()

    def state(self) -> RegistryState:
        """How the registry stands."""
        self._keep_fresh()
        return self._state

    def problems(self, name: str) -> tuple[Problem, ...]:
        """What is wrong with one prompt on disk, the shared texts it includes too."""
        return self._prompt(name).problems

    def names(self) -> tuple[str, ...]:
        """Every prompt, published or not."""
        self._keep_fresh()
        return tuple(sorted(self._prompts))

    def versions(self, name: str) -> tuple[int, ...]:
        """The numbers of a prompt's versions, those with faults included, the draft not."""
        prompt = self._prompt(name)
        return tuple(sorted(n for n in {*prompt.versions, *prompt.broken} if n != DRAFT))

    def has_draft(self, name: str) -> bool:
        """True when a draft lies beside the versions, good or not."""
        prompt = self._prompt(name)
        return DRAFT in prompt.versions or DRAFT in prompt.broken

    def version(self, name: str, number: int) -> PromptVersion:
        """A version that may be served. Raises NotFoundError, or UserError with what is wrong with it."""
        prompt = self._prompt(name)
        if number in prompt.versions:
            return prompt.versions[number]
        if number in prompt.broken:
            raise UserError(problems=prompt.broken[number])
        raise self._missing(name, number)

    def _missing(self, name: str, number: int) -> NotFoundError:
        known = ", ".join(str(n) for n in self.versions(name)) or "none"
        what = "draft" if number == DRAFT else f"version {number}"
        return NotFoundError(f"the prompt {name} has no {what}: its versions are {known}")

    def draft(self, name: str) -> PromptVersion:
        """The draft. Raises NotFoundError without one, UserError with what is wrong with it."""
        return self.version(name, DRAFT)

    def candidate(self, name: str, number: int = DRAFT) -> PromptVersion:
        """A version as it stands on disk this moment, published and then changed or not: for lint and evaluation.

        Never served. Raises NotFoundError, UserError.
        """
        path = version_path(self.directory, check_name(name), number)
        try:
            raw = read_bytes(path)
        except NotFoundError as error:
            raise self._missing(name, number) from error
        return read_version(raw, str(path), name, number, read_partials(self.directory))

    def draft_text(self, name: str) -> tuple[str, str] | None:
        """The checksum and the text of the draft as it stands on disk, with faults or without; None without one.
        Raises UserError."""
        try:
            raw = read_bytes(version_path(self.directory, check_name(name), DRAFT))
        except NotFoundError:
            return None
        return checksum_of(raw), raw.decode(errors="replace")

    def has_text(self, name: str, checksum: str) -> bool:
        """True when a version that can be read is the file with this checksum: a draft of it may be written over."""
        self._keep_fresh()
        prompt = self._prompts.get(name)
        versions = prompt.versions.items() if prompt is not None else ()
        return any(number != DRAFT and version.ref.checksum == checksum for number, version in versions)

    def candidate_release(self, name: str) -> Release | None:
        """The release file as it stands on disk, whether or not its versions can be served; None without one."""
        path = self.directory / check_name(name) / RELEASE
        return read_release(read_bytes(path), str(path), name) if path.exists() else None

    def release(self, name: str) -> Release:
        """The release in force. Raises UserError when nothing was published or it cannot be read."""
        return self._servable(name)[1]

    def assign(
        self, name: str, lead: Lead | str, override: Override | None = None, at: datetime | None = None
    ) -> Assignment:
        """The version a lead (or an id, when nothing else is known) gets at a moment (now, unless given), the same one
        every time; `override` is the order in force on this prompt. Raises UserError."""
        prompt, release = self._servable(name)
        if at is None:
            at = self._now() if self._now else datetime.now(UTC)
        whom = Lead(lead) if isinstance(lead, str) else lead
        choice = choose(release, whom, override, at=at, zone=self._zone)
        ref = self.version(name, choice.version).ref
        return Assignment(ref, choice.experiment, choice.variant, choice.bucket, prompt.stale, choice.unit)

    def render(self, assignment: Assignment, variables: Mapping[str, Any]) -> RenderedPrompt:
        """The assigned version with its variables filled in. Raises UserError that points at the file."""
        ref = assignment.ref
        prompt = self._prompts.get(ref.name)
        version = prompt.versions.get(ref.version) if prompt else None
        if version is None or version.ref != ref:
            version = self.version(ref.name, ref.version)
            if version.ref != ref:
                raise NotFoundError(f"{ref} is not the text that was assigned ({ref.checksum[:12]}): assign anew")
        return RenderedPrompt(assignment, version.render(variables), version.parameters)

    def render_version(self, version: PromptVersion, variables: Mapping[str, Any]) -> RenderedPrompt:
        """Any version, assigned to nobody: for previews and evaluation. Raises UserError."""
        return RenderedPrompt(Assignment(version.ref), version.render(variables), version.parameters)

    def publish(
        self,
        name: str,
        version: int,
        *,
        by: str,
        reason: str,
        at: datetime,
        expected: str | None = None,
        end_split: bool = False,
        approved_by: str | None = None,
        eval_runs: tuple[str, ...] = (),
        texts: Mapping[int, str] | None = None,
    ) -> Release:
        """Makes a version live; see `Publisher.publish`."""
        step = Step(by, at, reason, approved_by, eval_runs)
        return self._then_look(
            lambda: self._publisher.publish(name, version, step, expected=expected, end_split=end_split, texts=texts)
        )

    def rollback(
        self, name: str, *, by: str, reason: str, at: datetime, to: int | None = None, expected: str | None = None
    ) -> Release:
        """Goes back to what was live before; see `Publisher.rollback`."""
        return self._then_look(lambda: self._publisher.rollback(name, Step(by, at, reason), to, expected=expected))

    def change_split(
        self,
        name: str,
        split: Split | None,
        *,
        by: str,
        reason: str,
        at: datetime,
        expected: str | None = None,
        approved_by: str | None = None,
        eval_runs: tuple[str, ...] = (),
        texts: Mapping[int, str] | None = None,
    ) -> Release:
        """Begins, widens or (None) ends a split; see `Publisher.change_split`."""
        step = Step(by, at, reason, approved_by, eval_runs)
        return self._then_look(lambda: self._publisher.change_split(name, split, step, expected=expected, texts=texts))

    def new_version(self, name: str, text: str, *, number: int | None = None) -> PromptVersion:
        """Writes a new version, never over an existing one; see `Publisher.new_version`."""
        return self._then_look(lambda: self._publisher.new_version(name, text, number))

    def partials(self) -> Partials:
        """The shared texts that prompts include."""
        self._keep_fresh()
        return self._partials

    def new_partial(self, name: str, text: str) -> Partial:
        """Writes the next version of a shared text; see `Publisher.new_partial`."""
        return self._then_look(lambda: self._publisher.new_partial(name, text))

    def save_draft(self, name: str, text: str, *, expected: str | None = None) -> str:
        """Writes the draft; see `Publisher.save_draft`."""
        return self._then_look(lambda: self._publisher.save_draft(name, text, expected=expected))

    def _pins(self, name: str) -> Mapping[int, str]:
        self.refresh()
        prompt = self._prompts.get(name)
        return prompt.pins if prompt else {}

    def _partial_pins(self) -> Mapping[str, str]:
        return {ref: checksum for prompt in self._prompts.values() for ref, checksum in prompt.partial_pins.items()}

    def _then_look(self, write: Callable[[], _T]) -> _T:
        result = write()
        self.refresh()
        return result

    def _prompt(self, name: str) -> Prompt:
        self._keep_fresh()
        prompt = self._prompts.get(name)
        if prompt is None:
            near = get_close_matches(name, self._prompts, n=1)
            known = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(self._prompts)) or 'none'}"
            raise NotFoundError(f"no prompt {name!r} in {self.directory}: {known}")
        return prompt

    def _servable(self, name: str) -> tuple[Prompt, Release]:
        prompt = self._prompt(name)
        if prompt.release is not None:
            return prompt, prompt.release
        errors = tuple(p for p in prompt.problems if p.level == "error")
        if errors:
            raise UserError(problems=errors)
        raise UserError(f"nothing of the prompt {name} was published yet: publish a version first")

    def _keep_fresh(self) -> None:
        """Looks at the disk when it is time; a thread that finds another one looking goes on with what is loaded."""
        if self._monotonic() < self._next_look:
            return
        if not self._lock.acquire(blocking=not self._prompts):
            return
        try:
            if self._monotonic() >= self._next_look:
                self._look()
        finally:
            self._lock.release()

    def _look(self) -> bool:
        """Reads what changed since the last look. The lock must be held."""
        began = self._monotonic()
        try:
            folders, problems = scan(self.directory)
        except OSError as error:
            message = f"cannot be read ({error.strerror}): check the folder of the prompts"
            folders, problems = {}, [Problem(str(self.directory), 0, 0, "", message, rule="unreadable")]
        prompts: dict[str, Prompt] = {}
        changed = self._look_at_partials(began)
        for name in sorted({*folders, *self._prompts, *self._kept_names()}):
            prompt, anew = self._looked_at(name, folders.get(name), began)
            changed = changed or anew
            if prompt is not None:
                prompts[name] = prompt
        changed = changed or prompts.keys() != self._prompts.keys()
        self._prompts = MappingProxyType(prompts)
        self._state = self._state_of(problems, changed)
        self._next_look = self._monotonic() + self._interval
        return changed

    def _look_at_partials(self, began: float) -> bool:
        """Reads the shared texts when a file of theirs changed; True when prompts must be read anew for it."""
        try:
            signature, folders, problems = scan_partials(self.directory)
        except OSError as error:
            self._partials_fault = (unreadable_partials(self.directory, error),)
            return False
        self._partials_fault = ()
        known = self._partials_read
        same = known is not None and known.signature == signature
        if known is not None and same and (known.settled or began - known.at < _SETTLED_S):
            return False
        self._partials_read = _Read(signature, began, settled=same)
        before, self._partials = self._partials, load_partials(folders, problems)
        if self._partials.same_files(before):
            return False
        self._reads.clear()
        return True

    def _kept_names(self) -> tuple[str, ...]:
        """Prompts that have a kept state; asked for at the first look only."""
        return self._snapshots.names() if self._snapshots and not self._prompts else ()

    def _looked_at(self, name: str, folder: Folder | None, began: float) -> tuple[Prompt | None, bool]:
        before, known = self._prompts.get(name), self._reads.get(name)
        if before and folder and known and known.signature == folder.signature:
            if known.settled:
                return before, False
            if began - known.at >= _SETTLED_S:
                known = replace(known, settled=True)
                self._reads[name] = known
        else:
            known = None
        last_good = before or self._kept(name)
        if folder is None:
            self._reads.pop(name, None)
            gone = self._gone(name, last_good)
            return gone, gone != before
        prompt = load_prompt(folder, last_good, self._partials)
        self._reads[name] = known or _Read(folder.signature, began)
        if self._snapshots and (problem := self._snapshots.save(prompt)):
            self._kept_problems[name] = (problem,)
        elif prompt.servable:
            self._kept_problems.pop(name, None)
        return prompt, prompt != before

    def _kept(self, name: str) -> Prompt | None:
        if self._snapshots is None:
            return None
        prompt, self._kept_problems[name] = self._snapshots.load(name)
        return prompt

    def _gone(self, name: str, last_good: Prompt | None) -> Prompt | None:
        if last_good is None or not last_good.servable:
            return None
        path = str(self.directory / name)
        message = "the folder is gone: restore it, the last good state is served meanwhile"
        if self._snapshots:
            message += f" (to retire the prompt, delete {self._snapshots.path(name)} too and restart)"
        problem = Problem(path, 0, 0, "", message, rule="missing-file")
        return stale(last_good, Prompt(name, problems=(problem,), pins=last_good.pins))

    def _state_of(self, problems: list[Problem], changed: bool) -> RegistryState:
        found = [*problems, *(p for prompt in self._prompts.values() for p in prompt.problems)]
        found += [p for kept in self._kept_problems.values() for p in kept]
        told = {(p.file, p.line, p.column, p.rule) for p in found}
        found += [p for p in self._partials.problems if (p.file, p.line, p.column, p.rule) not in told]
        found += self._partials_fault
        stale_names = tuple(name for name, prompt in self._prompts.items() if prompt.stale)
        at = self._state.loaded_at
        if self._now and (changed or at is None):
            at = self._now()
        return RegistryState(tuple(sorted(set(found))), stale_names, at)
