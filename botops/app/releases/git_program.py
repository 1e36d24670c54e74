"""The git program, run on one repository: no shell, a time limit, nobody asked for a password.

The user's configuration, hooks and credential helpers hold as they do by hand. File names are taken as they are
(`--literal-pathspecs`, `--`), so a strange name is never an option or a pattern.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from botops.domain.errors import OutsideError

TIMEOUT_S = 60.0
"""How long one git command may take, hooks and network included."""

_LONGEST_ANSWER = 600
_GRACE_S = 3.0
_FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY")
"""Set inside a hook of another repository; ours is found by its folder."""


class GitError(OutsideError):
    """Git refused or could not be run. `answer` is what it said."""

    def __init__(self, message: str, answer: str = "") -> None:
        self.answer = answer
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Git:
    """A repository's work tree. `top` is its top folder."""

    top: Path
    timeout_s: float = TIMEOUT_S

    @classmethod
    def of(cls, folder: Path, timeout_s: float = TIMEOUT_S) -> Self:
        """The repository a folder is in. Raises GitError when there is none or no git program."""
        answer = cls(folder, timeout_s).run("rev-parse", "--show-toplevel")
        return cls(Path(answer.rstrip("\n")), timeout_s)

    def run(self, *arguments: str, given: str | None = None, more: dict[str, str] | None = None) -> str:
        """What a git command prints. Raises GitError."""
        program = shutil.which("git")
        if program is None:
            raise GitError("the git program is not installed: install git, or set `git.enabled: false` in botops.yaml")
        command = [program, "--literal-pathspecs", *arguments]
        try:
            # A session of its own: neither git nor ssh finds a terminal to ask on, and all of it can be ended at once.
            process = subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
                command, cwd=self.top, env=_environment(more), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise GitError(f"git cannot be run in {self.top} ({error.strerror})") from error
        with process:
            try:
                out, err = process.communicate((given or "").encode(), timeout=self.timeout_s)
            except subprocess.TimeoutExpired as error:
                _end(process)
                raise GitError(f"git {arguments[0]} took more than {self.timeout_s:g} s and was ended") from error
        if process.returncode:
            answer = (err or out).decode(errors="replace").strip()
            raise GitError(f"git {arguments[0]}: {answer[:_LONGEST_ANSWER] or 'failed'}", answer)
        return out.decode(errors="surrogateescape")

    def tells(self, *arguments: str) -> str | None:
        """As `run`, without the line end; None when git says no."""
        try:
            return self.run(*arguments).rstrip("\n")
        except GitError:
            return None

    def inside(self, path: Path) -> str:
        """A file's place in the repository. Raises GitError when it lies outside."""
        whole = path.parent.resolve() / path.name
        try:
            return whole.relative_to(self.top.resolve()).as_posix()
        except ValueError as error:
            raise GitError(f"{path} is outside the repository {self.top}") from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends git and what it started: asked first, so that it takes its lock files away."""
    for order in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, order)
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=_GRACE_S)
            return


def _environment(more: dict[str, str] | None) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    return {**kept, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8", "LANGUAGE": "C", **(more or {})}
