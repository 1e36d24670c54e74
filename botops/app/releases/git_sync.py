"""Releases in git: a commit for every step, and the exchange with a remote that never loses an edit.

Files come first and git second: what git refuses is said and kept, and done at the next step or `botops prompts push`.
A commit holds the files of its step alone; what a person has staged stays staged. Nothing is ever forced, rebased or
merged: a remote that went its own way is shown, with what differs and what to do.
"""

from __future__ import annotations

import logging
import re
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from botops.app.place import STATE
from botops.app.releases.git_program import Git, GitError
from botops.app.releases.git_remote import counts, fetch, on_branch, push_branch, repository_of, tracking_ref
from botops.app.releases.git_steps import Step, commit_waiting, keep_steps, waiting_steps
from botops.config.writing import locked
from botops.domain.errors import ConflictError, OutsideError, UserError
from botops.registry.books import BookFolder
from botops.registry.checksums import checksum_of
from botops.registry.folders import DRAFT_FILE, RELEASE, read_bytes
from botops.registry.release import read_release

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from botops.app.container import Container
    from botops.config import Settings

log = logging.getLogger(__name__)

_VERSION_FILE = re.compile(r"([1-9][0-9]{0,8})\.yaml")

State = Literal["off", "local", "current", "ahead", "behind", "diverged", "unborn"]
"""`off`: not switched on; `local`: there is no remote; `unborn`: the remote has no such branch yet."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a step in git: its commit, whether it reached the remote, and what went wrong (kept for later)."""

    commit: str | None = None
    pushed: bool = False
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """How the folders of prompts and price books stand to the remote.

    `ahead` and `behind` count commits; `ours` and `theirs` name what they change; `uncommitted` are files that are not
    in any commit; `waiting` the steps git has not taken yet. `trouble` says why the remote could not be asked: the
    rest is then as of the last time.
    """

    state: State
    branch: str = ""
    remote: str = ""
    ahead: int = 0
    behind: int = 0
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    uncommitted: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    trouble: str | None = None
    next_step: str = ""

    @property
    def settled(self) -> bool:
        """True when there is nothing to do."""
        return self.state in {"off", "local", "current"} and not (self.uncommitted or self.waiting or self.trouble)


def record_release(container: Container, paths: Iterable[Path], by: str, reason: str, *, what: str = "") -> Recorded:
    """Commits the files of a release step, with who did it as the author and why, and pushes when that is set.

    Never raises for git's sake: the step itself is done. What git refused is logged and kept for the next sync.
    `what` is the first line, as `sales: publish version 3`.
    """
    settings = container.settings
    if not settings.git.enabled:
        return Recorded()
    try:
        with _alone(settings) as home:
            return _record(settings, home, [Path(p) for p in paths], by, reason, what)
    except (OutsideError, UserError, OSError, ValueError) as error:
        log.warning("the step is done, git has not taken it yet: %s", error)
        return Recorded(trouble=str(error))


def _record(settings: Settings, home: Path, paths: list[Path], by: str, reason: str, what: str) -> Recorded:
    files = tuple(str(p.absolute()) for p in paths)
    waiting = [*waiting_steps(home), Step(files, by, reason, what or f"change {', '.join(p.name for p in paths)}")]
    keep_steps(home, waiting)
    git = repository_of(settings)
    on_branch(git, settings)
    commit = commit_waiting(git, settings, home)
    if not settings.git.push:
        return Recorded(commit)
    try:
        push_branch(git, settings)
    except (GitError, ConflictError) as error:
        log.warning("committed as %s, not pushed: %s", (commit or "")[:10], error)
        return Recorded(commit, trouble=f"not pushed: {error}")
    return Recorded(commit, pushed=True)


def sync_status(settings: Settings, *, ask: bool = True) -> SyncStatus:
    """How the folder stands to the remote; without `ask` as of the last time it was asked. Raises GitError, UserError
    when there is no repository or the wrong branch is checked out."""
    if not settings.git.enabled:
        return SyncStatus("off", next_step="set git.enabled: true in botops.yaml")
    with _alone(settings) as home:
        return _status(repository_of(settings), settings, home, ask=ask)


def push(settings: Settings) -> SyncStatus:
    """Commits the steps that wait and brings the branch to the remote.

    Raises ConflictError when the remote has what is not here, GitError when git refuses.
    """
    with _alone(_enabled(settings)) as home:
        git = repository_of(settings)
        on_branch(git, settings)
        commit_waiting(git, settings, home)
        push_branch(git, settings)
        return _status(git, settings, home, ask=False)


def pull(settings: Settings) -> SyncStatus:
    """Takes over what the remote has, when nothing here stands against it.

    Raises ConflictError when both sides went on, or when what comes changes a version that was published here;
    GitError, as when an edited file would be written over. Nothing is changed then.
    """
    with _alone(_enabled(settings)) as home:
        git = repository_of(settings)
        on_branch(git, settings)
        commit_waiting(git, settings, home)
        status = _status(git, settings, home, ask=True)
        if status.trouble:
            raise GitError(status.trouble)
        if status.state == "diverged":
            raise ConflictError(_both_sides(status))
        if status.state != "behind":
            return status
        _refuse_changed_versions(git, settings)
        folders = {(git.top / f).parent for f in _changed(git, f"HEAD..{tracking_ref(git, settings)}", settings)}
        with ExitStack() as stack:  # no writer of ours in between
            for folder in sorted(folders):
                if folder.is_dir():
                    stack.enter_context(locked(folder))
            git.run("merge", "--ff-only", "--no-autostash", "--quiet", tracking_ref(git, settings))
        return _status(git, settings, home, ask=False)


def _status(git: Git, settings: Settings, home: Path, *, ask: bool) -> SyncStatus:
    branch, remote = on_branch(git, settings), settings.git.remote
    trouble = None
    has_remote = git.tells("remote", "get-url", "--", remote) is not None
    if ask and has_remote:
        try:
            fetch(git, settings)
        except GitError as error:
            trouble = f"{remote} cannot be reached, what follows is as of the last time: {error}"
    dirty = git.run(
        "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", *_folders(git, settings)
    )
    names = (entry[3:] for entry in dirty.split("\0") if entry)
    uncommitted = tuple(sorted(name for name in names if not name.endswith(f"/{DRAFT_FILE}")))  # drafts stay here
    waiting = tuple(step.what for step in waiting_steps(home))
    tracking = tracking_ref(git, settings)
    if not has_remote:
        state: State = "local"
        ahead = behind = 0
    elif git.tells("rev-parse", "--verify", "--quiet", tracking) is None:
        state, ahead, behind = "unborn", 0, 0
    else:
        ahead, behind = counts(git, settings)
        state = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "current"
    ours = _named(git, settings, f"{tracking}...HEAD") if ahead else ()
    theirs = _named(git, settings, f"HEAD...{tracking}") if behind else ()
    return SyncStatus(
        state, branch, remote, ahead, behind, ours, theirs, uncommitted, waiting, trouble,
        _next_step(state, bool(uncommitted), bool(waiting)),
    )  # fmt: skip


def _next_step(state: State, uncommitted: bool, waiting: bool) -> str:
    if state in {"current", "local"} and waiting:
        return "botops prompts push"
    if state in {"current", "local"} and uncommitted:
        return "commit them by hand (git add, git commit), then botops prompts push"
    return {
        "ahead": "botops prompts push",
        "unborn": "botops prompts push",
        "behind": "botops prompts pull",
        "diverged": "merge by hand (git pull --no-rebase), choose one text of each file that both sides changed, then "
        "botops prompts lint and botops prompts push",
        "local": "git remote add origin ADDRESS, to share prompts",
    }.get(state, "")


def _both_sides(status: SyncStatus) -> str:
    both = sorted(set(status.ours) & set(status.theirs))
    lines = [
        f"{status.remote}/{status.branch} and this folder both went on: nothing was changed",
        f"  only here:  {', '.join(status.ours) or 'nothing about prompts'}",
        f"  only there: {', '.join(status.theirs) or 'nothing about prompts'}",
        *([f"  on both sides: {', '.join(both)}"] if both else []),
        f"  next: {status.next_step}",
    ]
    return "\n".join(lines)


def _folders(git: Git, settings: Settings) -> list[str]:
    """Where prompts and price books lie in the repository; price books may lie elsewhere."""
    found = [git.inside(settings.path("prompts"))]
    with suppress(GitError):
        found.append(git.inside(settings.path("pricebook")))
    return found


def _named(git: Git, settings: Settings, revisions: str) -> tuple[str, ...]:
    """What commits change, in the words of the registry: `sales: version 3`, `sales: release`."""
    prompts, root = settings.path("prompts").resolve(), settings.root.resolve()
    found = []
    for file in _changed(git, revisions, settings):
        path = git.top.resolve() / file
        if prompts not in {path.parent.parent, path.parent.parent.parent}:  # shared texts lie one folder deeper
            found.append(path.relative_to(root).as_posix() if path.is_relative_to(root) else file)
        elif match := _VERSION_FILE.fullmatch(path.name):
            found.append(f"{path.parent.name}: version {match[1]}")
        else:
            found.append(f"{path.parent.name}: {path.stem}")
    return tuple(sorted(found))


def _changed(git: Git, revisions: str, settings: Settings, *, only: str = "") -> list[str]:
    """Files of prompts and price books that differ; `only` as git's `--diff-filter`."""
    filters = [f"--diff-filter={only}"] if only else []
    folders = _folders(git, settings)
    text = git.run("diff", "--name-only", "-z", "--no-renames", *filters, revisions, "--", *folders)
    return [name for name in text.split("\0") if name]


def _refuse_changed_versions(git: Git, settings: Settings) -> None:
    """What was published never changes, whoever asks: prompts' versions, shared texts and price books."""
    recorded = _recorded(settings)
    for file in _changed(git, f"HEAD..{tracking_ref(git, settings)}", settings, only="MDT"):
        path = git.top / file
        if path.is_file() and checksum_of(path.read_bytes()) in recorded:
            raise ConflictError(
                f"the remote changes {file}, which was published here: nothing was changed; whoever wrote it should "
                "save the new text as a new version"
            )


def _recorded(settings: Settings) -> set[str]:
    """The checksums of everything published here. A release file that cannot be read names none."""
    found: set[str] = set()
    for file in settings.path("prompts").glob(f"*/{RELEASE}"):
        with suppress(UserError):
            spec = read_release(read_bytes(file), str(file), file.parent.name).spec
            found.update(spec.checksums.values(), spec.partials.values())
    with suppress(UserError):
        books = BookFolder(settings.path("pricebook")).release()
        found.update(books.spec.checksums.values() if books else ())
    return found


def _enabled(settings: Settings) -> Settings:
    if not settings.git.enabled:
        raise UserError("git is not switched on: set git.enabled: true in botops.yaml")
    return settings


@contextmanager
def _alone(settings: Settings) -> Iterator[Path]:
    """The folder where steps wait; one process of ours at a time works on the repository."""
    home = settings.root / STATE / "git"
    home.mkdir(parents=True, exist_ok=True)
    with locked(home):
        yield home
