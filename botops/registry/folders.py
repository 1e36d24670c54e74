"""The prompts' folder on disk, treated as hostile: names, links, pipes and sizes are checked before reading.

prompts/<name>/<version>.yaml    written once
prompts/<name>/draft.yaml        being edited
prompts/<name>/release.yaml      what is live
prompts/_partials/<name>/<version>.yaml    shared texts, see `botops.registry.partials`
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from botops.config import MAX_BYTES
from botops.domain.errors import NotFoundError, UserError
from botops.domain.problems import Problem

RELEASE = "release.yaml"
DRAFT_FILE = "draft.yaml"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_VERSION_FILE = re.compile(r"([1-9][0-9]{0,8})\.yaml", re.ASCII)

Signature = tuple[tuple[str, int, int, int, int], ...]
"""Name, size, inode, and times of change of every file of a folder: equal signatures mean nothing to read."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One prompt's folder and what lies in it. `strange` are YAML files that are never read."""

    name: str
    path: Path
    signature: Signature
    versions: tuple[int, ...]
    has_release: bool
    has_draft: bool
    strange: tuple[str, ...]


def check_name(name: str) -> str:
    """`name`, when it is fit to be a folder's name. Raises UserError."""
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise UserError(
            f"{str(name)[:100]!r} is no prompt name: use small latin letters, digits, - and _, a letter or digit first"
        )
    return name


def scan(root: Path) -> tuple[dict[str, Folder], list[Problem]]:
    """Every prompt's folder, by name, and what is wrong with the others. Raises OSError when `root` cannot be read."""
    folders: dict[str, Folder] = {}
    problems: list[Problem] = []
    with os.scandir(root) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if entry.name.startswith((".", "_")) or not (entry.is_dir() or entry.is_symlink()):
                continue
            if entry.is_symlink():
                problems.append(_problem(Path(entry.path), "a symbolic link: put the folder itself here", "symlink"))
            elif _NAME.fullmatch(entry.name) is None:
                message = "no prompt name: use small latin letters, digits, - and _"
                problems.append(_problem(Path(entry.path), message, "bad-name"))
            else:
                try:
                    folders[entry.name] = scan_folder(root, entry.name)
                except OSError as error:
                    problems.append(_problem(Path(entry.path), f"cannot be read ({error.strerror})", "unreadable"))
    return folders, problems


def scan_folder(root: Path, name: str) -> Folder:
    """What lies in one prompt's folder. Raises OSError."""
    path = root / name
    signature, versions, strange = [], [], []
    names = set()
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            found = entry.stat(follow_symlinks=False)
            signature.append((entry.name, found.st_size, found.st_ino, found.st_mtime_ns, found.st_ctime_ns))
            names.add(entry.name)
            if matched := _VERSION_FILE.fullmatch(entry.name):
                versions.append(int(matched[1]))
            elif entry.name not in {RELEASE, DRAFT_FILE} and entry.name.endswith((".yaml", ".yml")):
                strange.append(entry.name)
    return Folder(
        name,
        path,
        tuple(sorted(signature)),
        tuple(sorted(versions)),
        RELEASE in names,
        DRAFT_FILE in names,
        tuple(sorted(strange)),
    )


def read_bytes(path: Path, *, most: int = MAX_BYTES) -> bytes:
    """A file's bytes, no more than `most`, read without following a symlink or waiting on a pipe.

    Raises UserError, NotFoundError.
    """
    try:
        if path.parent.is_symlink():
            raise UserError(problems=[_problem(path.parent, "a symbolic link: put the folder itself here", "symlink")])
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UserError(problems=[_problem(path, "not a regular file", "unreadable")])
            raw = stream.read(most + 1)
    except FileNotFoundError as error:
        raise NotFoundError(problems=[_problem(path, "no such file", "missing-file")]) from error
    except OSError as error:
        message = f"cannot be read ({error.strerror}): it must be a plain file, not a link, and readable"
        raise UserError(problems=[_problem(path, message, "unreadable")]) from error
    if len(raw) > most:
        raise UserError(problems=[_problem(path, f"larger than {most:,} bytes: shorten it", "too-large")])
    return raw


def version_path(root: Path, name: str, version: int) -> Path:
    """The file of a version, 0 being the draft."""
    return root / name / (f"{version}.yaml" if version else DRAFT_FILE)


def _problem(path: Path, message: str, rule: str) -> Problem:
    return Problem(str(path), 0, 0, "", message, rule=rule)
