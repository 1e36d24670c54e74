"""The repository prompts lie in, its branch, and the same branch on the remote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.releases.git_program import Git, GitError
from botops.domain.errors import ConflictError

if TYPE_CHECKING:
    from botops.config import Settings


def repository_of(settings: Settings) -> Git:
    """The repository of the prompts' folder. Raises GitError."""
    folder = settings.path("prompts")
    try:
        return Git.of(folder, settings.git.timeout_s)
    except GitError as error:
        if "not a git repository" in error.answer:
            raise GitError(f"{folder} is in no git repository: git init, or set git.enabled: false") from error
        raise


def on_branch(git: Git, settings: Settings) -> str:
    """The branch that is checked out, which must be the one releases go to."""
    branch = git.tells("symbolic-ref", "--quiet", "--short", "HEAD")
    wanted = settings.git.branch
    if branch is None:
        raise GitError(f"no branch is checked out in {git.top}: git switch {wanted or 'BRANCH'}")
    if wanted is not None and branch != wanted:
        raise GitError(f"{git.top} is on the branch {branch}, releases go to {wanted}: git switch {wanted}")
    return branch


def tracking_ref(git: Git, settings: Settings) -> str:
    """Where git keeps what the remote's branch was when it was last asked."""
    return f"refs/remotes/{settings.git.remote}/{on_branch(git, settings)}"


def counts(git: Git, settings: Settings) -> tuple[int, int]:
    """Commits that are only here and commits that are only on the remote, as of the last time it was asked."""
    tracking = tracking_ref(git, settings)
    if git.tells("rev-parse", "--verify", "--quiet", tracking) is None:
        return 0, 0
    ahead, behind = git.run("rev-list", "--left-right", "--count", f"HEAD...{tracking}").split()
    return int(ahead), int(behind)


def fetch(git: Git, settings: Settings) -> None:
    """Learns what the remote has; a remote without the branch is no fault."""
    branch = on_branch(git, settings)
    try:
        git.run(
            "fetch",
            "--quiet",
            "--no-tags",
            "--",
            settings.git.remote,
            f"+refs/heads/{branch}:{tracking_ref(git, settings)}",
        )
    except GitError as error:
        if "couldn't find remote ref" not in error.answer:
            raise


def push_branch(git: Git, settings: Settings) -> None:
    """Brings the branch to the remote, never by force. Raises ConflictError when the remote has more, GitError."""
    branch = on_branch(git, settings)
    if git.tells("remote", "get-url", "--", settings.git.remote) is None:
        raise GitError(f"there is no remote {settings.git.remote!r}: git remote add {settings.git.remote} ADDRESS")
    fetch(git, settings)
    ahead, behind = counts(git, settings)
    if behind:
        where = f"{settings.git.remote}/{branch}"
        how = "botops prompts sync-status shows what differs" if ahead else "botops prompts pull"
        raise ConflictError(f"{where} has {behind} commits that are not here: {how}")
    git.run("push", "--quiet", "--", settings.git.remote, f"HEAD:refs/heads/{branch}")
    fetch(git, settings)
