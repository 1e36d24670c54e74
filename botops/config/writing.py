"""Writes that leave whole files behind, whatever happens in between.

The order is: lock the folder, write a temporary file beside the target, flush it to the disk, then give it its name in
one step (a link, which fails when the name is taken, or a rename), then flush the folder. A process killed anywhere
leaves either the old file or the new one, and perhaps a temporary file that the next writer removes.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from botops.domain.errors import NotFoundError, OutsideError, UserError

_TEMPORARY = ".botops-"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the one right to write in a folder, against threads and processes alike.

    Raises UserError for a symbolic link, NotFoundError, OutsideError.
    """
    if folder.is_symlink():
        raise UserError(f"{folder}: a symbolic link: put the folder itself here")
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise NotFoundError(f"{folder}: no such folder") from error
    except OSError as error:
        raise OutsideError(f"{folder}: cannot be opened for writing ({error.strerror})") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for left in folder.glob(f"{_TEMPORARY}*.tmp"):  # only the lock's holder writes these: a dead process's
            left.unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)


def write_new(path: Path, data: bytes) -> bool:
    """Writes a file that must not exist yet; False when it does. The folder must be locked. Raises OutsideError."""
    temporary = _written(path, data)
    try:
        os.link(temporary, path, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        raise OutsideError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)
    _flush_folder(path.parent)
    return True


def replace(path: Path, data: bytes) -> None:
    """Writes a file over the old one, if any. The folder must be locked. Raises OutsideError."""
    temporary = _written(path, data)
    try:
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutsideError(f"{path}: cannot be written ({error.strerror})") from error
    _flush_folder(path.parent)


def _written(path: Path, data: bytes) -> Path:
    temporary = path.with_name(f"{_TEMPORARY}{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OutsideError(f"{path}: cannot be written ({error.strerror})") from error
    return temporary


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
