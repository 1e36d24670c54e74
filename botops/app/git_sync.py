"""Releases in git: a commit for every step, and the exchange with a remote that never loses an edit.

Files come first and git second: what git refuses is said and kept, and done at the next step or `botops prompts push`.
A commit holds the files of its step alone; what a person has staged stays staged. Nothing is ever forced, rebased or
merged: a remote that went its own way is shown, with what differs and what to do.
"""

from __future__ import annotations

import json
import logging
import re
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from botops.app.container import STATE
from botops.app.git_program import Git, GitError
from botops.domain.errors import ConflictError, UserError
from botops.registry.books import BookFolder
from botops.registry.checksums import checksum_of
from botops.registry.folders import DRAFT_FILE, RELEASE, read_bytes
from botops.registry.release import read_release
from botops.registry.writing import locked, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from botops.app.container import Container
    from botops.config import Settings

log = logging.getLogger(__name__)

NEUTRAL_EMAIL = "noreply@botops.invalid"
"""The address of people whose own stands nowhere; `.invalid` is reserved and never delivers (RFC 2606)."""

_PENDING = "pending.json"
_IDENTITY = re.compile(r"[<>\x00-\x1f\x7f]")
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


@dataclass(frozen=True, slots=True)
class _Step:
    """A step to be committed. `files` are places in the repository."""

    files: tuple[str, ...]
    by: str
    reason: str
    what: str


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
    except (GitError, UserError, OSError) as error:
        log.warning("the step is done, git has not taken it yet: %s", error)
        return Recorded(trouble=str(error))


def _record(settings: Settings, home: Path, paths: list[Path], by: str, reason: str, what: str) -> Recorded:
    files = tuple(str(p.absolute()) for p in paths)
    waiting = [*_waiting(home), _Step(files, by, reason, what or f"change {', '.join(p.name for p in paths)}")]
    _keep(home, waiting)
    git = _repository(settings)
    _on_branch(git, settings)
    commit = _commit_waiting(git, settings, home)
    if not settings.git.push:
        return Recorded(commit)
    try:
        _push(git, settings)
    except (GitError, ConflictError) as error:
        log.warning("committed as %s, not pushed: %s", (commit or "")[:10], error)
        return Recorded(commit, trouble=f"not pushed: {error}")
    return Recorded(commit, pushed=True)


def _commit_waiting(git: Git, settings: Settings, home: Path) -> str | None:
    """Commits the waiting steps, the oldest first; the last commit's hash. Raises GitError at the first refusal."""
    commit = None
    waiting = _waiting(home)
    while waiting:
        commit = _commit(git, settings, waiting[0]) or commit
        waiting = waiting[1:]
        _keep(home, waiting)
    return commit


def _commit(git: Git, settings: Settings, step: _Step) -> str | None:
    """One commit of these files alone; None when git holds them as they are already."""
    files = [git.inside(Path(file)) for file in step.files]
    new = [f for f in files if git.tells("ls-files", "--error-unmatch", "--", f) is None and (git.top / f).exists()]
    known = [f for f in files if f in new or git.tells("ls-files", "--error-unmatch", "--", f) is not None]
    if not known or not git.run("status", "--porcelain", "-z", "--untracked-files=all", "--", *known):
        return None
    if new:
        git.run("add", "--intent-to-add", "--", *new)
    name = _IDENTITY.sub(" ", step.by).strip() or "unknown"
    email = _IDENTITY.sub("", settings.git.emails.get(step.by.strip(), NEUTRAL_EMAIL))
    more = {}
    if git.tells("var", "GIT_COMMITTER_IDENT") is None:  # nobody is set on this machine: a service's account
        more = {"GIT_COMMITTER_NAME": "botops", "GIT_COMMITTER_EMAIL": NEUTRAL_EMAIL}
    message = f"{' '.join(step.what.split())}\n\n{step.reason.strip()}\n"
    try:
        git.run(
            "commit", "--quiet", f"--author={name} <{email}>", "--file=-", "--only", "--", *known, given=message,
            more=more,
        )  # fmt: skip
    except GitError:
        for file in new:  # leave the index as it was
            git.tells("rm", "--cached", "--quiet", "--", file)
        raise
    return git.run("rev-parse", "HEAD").strip()


def sync_status(settings: Settings, *, ask: bool = True) -> SyncStatus:
    """How the folder stands to the remote; without `ask` as of the last time it was asked. Raises GitError, UserError
    when there is no repository or the wrong branch is checked out."""
    if not settings.git.enabled:
        return SyncStatus("off", next_step="set git.enabled: true in botops.yaml")
    with _alone(settings) as home:
        return _status(_repository(settings), settings, home, ask=ask)


def push(settings: Settings) -> SyncStatus:
    """Commits the steps that wait and brings the branch to the remote.

    Raises ConflictError when the remote has what is not here, GitError when git refuses.
    """
    with _alone(_enabled(settings)) as home:
        git = _repository(settings)
        _on_branch(git, settings)
        _commit_waiting(git, settings, home)
        _push(git, settings)
        return _status(git, settings, home, ask=False)


def pull(settings: Settings) -> SyncStatus:
    """Takes over what the remote has, when nothing here stands against it.

    Raises ConflictError when both sides went on, or when what comes changes a version that was published here;
    GitError, as when an edited file would be written over. Nothing is changed then.
    """
    with _alone(_enabled(settings)) as home:
        git = _repository(settings)
        _on_branch(git, settings)
        _commit_waiting(git, settings, home)
        status = _status(git, settings, home, ask=True)
        if status.trouble:
            raise GitError(status.trouble)
        if status.state == "diverged":
            raise ConflictError(_both_sides(status))
        if status.state != "behind":
            return status
        _refuse_changed_versions(git, settings)
        folders = {(git.top / f).parent for f in _changed(git, f"HEAD..{_tracking(git, settings)}", settings)}
        with ExitStack() as stack:  # no writer of ours in between
            for folder in sorted(folders):
                if folder.is_dir():
                    stack.enter_context(locked(folder))
            git.run("merge", "--ff-only", "--no-autostash", "--quiet", _tracking(git, settings))
        return _status(git, settings, home, ask=False)


def _push(git: Git, settings: Settings) -> None:
    branch = _on_branch(git, settings)
    if git.tells("remote", "get-url", "--", settings.git.remote) is None:
        raise GitError(f"there is no remote {settings.git.remote!r}: git remote add {settings.git.remote} ADDRESS")
    _fetch(git, settings)
    ahead, behind = _counts(git, settings)
    if behind:
        where = f"{settings.git.remote}/{branch}"
        how = "botops prompts sync-status shows what differs" if ahead else "botops prompts pull"
        raise ConflictError(f"{where} has {behind} commits that are not here: {how}")
    git.run("push", "--quiet", "--", settings.git.remote, f"HEAD:refs/heads/{branch}")
    _fetch(git, settings)


def _status(git: Git, settings: Settings, home: Path, *, ask: bool) -> SyncStatus:
    branch, remote = _on_branch(git, settings), settings.git.remote
    trouble = None
    has_remote = git.tells("remote", "get-url", "--", remote) is not None
    if ask and has_remote:
        try:
            _fetch(git, settings)
        except GitError as error:
            trouble = f"{remote} cannot be reached, what follows is as of the last time: {error}"
    dirty = git.run(
        "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", *_folders(git, settings)
    )
    names = (entry[3:] for entry in dirty.split("\0") if entry)
    uncommitted = tuple(sorted(name for name in names if not name.endswith(f"/{DRAFT_FILE}")))  # drafts stay here
    waiting = tuple(step.what for step in _waiting(home))
    tracking = _tracking(git, settings)
    if not has_remote:
        state: State = "local"
        ahead = behind = 0
    elif git.tells("rev-parse", "--verify", "--quiet", tracking) is None:
        state, ahead, behind = "unborn", 0, 0
    else:
        ahead, behind = _counts(git, settings)
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
    for file in _changed(git, f"HEAD..{_tracking(git, settings)}", settings, only="MDT"):
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


def _repository(settings: Settings) -> Git:
    folder = settings.path("prompts")
    try:
        return Git.of(folder, settings.git.timeout_s)
    except GitError as error:
        if "not a git repository" in error.answer:
            raise GitError(f"{folder} is in no git repository: git init, or set git.enabled: false") from error
        raise


def _on_branch(git: Git, settings: Settings) -> str:
    """The branch that is checked out, which must be the one releases go to."""
    branch = git.tells("symbolic-ref", "--quiet", "--short", "HEAD")
    wanted = settings.git.branch
    if branch is None:
        raise GitError(f"no branch is checked out in {git.top}: git switch {wanted or 'BRANCH'}")
    if wanted is not None and branch != wanted:
        raise GitError(f"{git.top} is on the branch {branch}, releases go to {wanted}: git switch {wanted}")
    return branch


def _tracking(git: Git, settings: Settings) -> str:
    return f"refs/remotes/{settings.git.remote}/{_on_branch(git, settings)}"


def _counts(git: Git, settings: Settings) -> tuple[int, int]:
    tracking = _tracking(git, settings)
    if git.tells("rev-parse", "--verify", "--quiet", tracking) is None:
        return 0, 0
    ahead, behind = git.run("rev-list", "--left-right", "--count", f"HEAD...{tracking}").split()
    return int(ahead), int(behind)


def _fetch(git: Git, settings: Settings) -> None:
    """Learns what the remote has; a remote without the branch is no fault."""
    branch = _on_branch(git, settings)
    try:
        git.run(
            "fetch",
            "--quiet",
            "--no-tags",
            "--",
            settings.git.remote,
            f"+refs/heads/{branch}:{_tracking(git, settings)}",
        )
    except GitError as error:
        if "couldn't find remote ref" not in error.answer:
            raise


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


def _waiting(home: Path) -> list[_Step]:
    try:
        kept = json.loads((home / _PENDING).read_text("utf-8"))
        return [_Step(tuple(one["files"]), one["by"], one["reason"], one["what"]) for one in kept]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{home / _PENDING} cannot be read ({error}): delete it and commit by hand") from error


def _keep(home: Path, steps: Sequence[_Step]) -> None:
    data = [{"files": list(s.files), "by": s.by, "reason": s.reason, "what": s.what} for s in steps]
    replace(home / _PENDING, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())
