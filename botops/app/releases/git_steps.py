"""Release steps on their way into git: kept until each is a commit of its own files."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botops.app.releases.git_program import Git, GitError
from botops.config.writing import replace
from botops.domain.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from botops.config import Settings

log = logging.getLogger(__name__)

NEUTRAL_EMAIL = "noreply@botops.invalid"
"""The address of people whose own stands nowhere; `.invalid` is reserved and never delivers (RFC 2606)."""


_PENDING = "pending.json"
_IDENTITY = re.compile(r"[<>\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Step:
    """A step to be committed. `files` are places in the repository."""

    files: tuple[str, ...]
    by: str
    reason: str
    what: str


def commit_waiting(git: Git, settings: Settings, home: Path) -> str | None:
    """Commits the waiting steps, the oldest first; the last commit's hash. Raises GitError at the first refusal."""
    commit = None
    waiting = waiting_steps(home)
    while waiting:
        commit = _commit(git, settings, waiting[0]) or commit
        waiting = waiting[1:]
        keep_steps(home, waiting)
    return commit


def _commit(git: Git, settings: Settings, step: Step) -> str | None:
    """One commit of these files alone; None when git holds them as they are already."""
    files = [place for file in step.files if (place := _inside(git, Path(file))) is not None]
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


def _inside(git: Git, file: Path) -> str | None:
    """A file's place in the repository; None, which is logged, when it lies elsewhere and can never be committed."""
    try:
        return git.inside(file)
    except GitError as error:
        log.warning("not committed: %s", error)
        return None


def waiting_steps(home: Path) -> list[Step]:
    """The steps git has not taken yet, the oldest first. Raises UserError when their file cannot be read."""
    try:
        kept = json.loads((home / _PENDING).read_text("utf-8"))
        return [Step(tuple(one["files"]), one["by"], one["reason"], one["what"]) for one in kept]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{home / _PENDING} cannot be read ({error}): delete it and commit by hand") from error


def keep_steps(home: Path, steps: Sequence[Step]) -> None:
    """Writes down the steps git has not taken yet. The folder must be locked."""
    data = [{"files": list(s.files), "by": s.by, "reason": s.reason, "what": s.what} for s in steps]
    replace(home / _PENDING, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())
