"""Backups: the store and every file an installation is made of, in one archive that says what is in it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from botops import __version__
from botops.app.access.acting import needs
from botops.app.place import STATE, database_url, store_exists
from botops.config import FILE_NAME, load_settings
from botops.domain.access import Right
from botops.domain.errors import ConflictError, NotFoundError, OutsideError, UserError

if TYPE_CHECKING:
    from botops.config import Secrets, Settings
    from botops.store.copying import StoreCopy

FOLDER = STATE / "backups"
"""Where backups go unless another place is named."""
REPLACED = STATE / "replaced"
"""Where what a restore replaced is moved to."""
SUFFIX = ".tar.gz"
_LAST = STATE / "last-backup.json"
_MANIFEST = "manifest.json"
_STORE = "store.copy"
_FILES = "files"
_FORMAT = 1
_MOST_MANIFEST_BYTES = 64 * 2**20
_LEFT_OUT = frozenset({"backups", "replaced", "git"})
"""Folders of this machine's state that are made anew: a git mirror, backups themselves."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup: its archive, when it was made, by which botops, how many files and bytes it holds.

    `store` tells the database in it, None when there was none yet; `outside` are configured paths that lie outside the
    installation's folder and are therefore not in it.
    """

    path: Path
    at: datetime
    version: str
    store: StoreCopy | None
    files: tuple[str, ...]
    size: int
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. `aside` is the folder of what it replaced, None when nothing was there."""

    backup: Backup
    into: Path
    aside: Path | None


@needs(Right.ADMINISTER)
def make_backup(settings: Settings, secrets: Secrets, target: Path | None = None, *, keep: int | None = None) -> Backup:
    """Writes a backup of an installation, also while it runs; into a file, or under a name of the moment into a folder.

    The store is copied as of one moment, the files after it: versions never change, so whatever the store speaks of is
    among them. `keep` removes all but so many of the newest backups of the folder. Secrets are not in it; dialogues
    are, so nobody but the owner may read the file. Raises ConflictError when the file is there, OutsideError,
    StoreError.
    """
    now = datetime.now(UTC)
    place = target or settings.root / FOLDER
    archive = place if place.name.endswith(SUFFIX) else place / f"botops-{now:%Y%m%dT%H%M%S%fZ}{SUFFIX}"
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".botops-") as work:
            backup = _written(settings, secrets, archive, Path(work), now)
            os.link(Path(work) / "archive", archive)
    except FileExistsError as error:
        raise ConflictError(f"{archive} exists already: nothing was written") from error
    except OSError as error:
        raise OutsideError(f"{archive}: cannot be written ({error.strerror or error})") from error
    _remember(settings, backup)
    if keep is not None:
        for old in backups(archive.parent)[keep:]:
            old.unlink(missing_ok=True)
    return backup


def backups(folder: Path) -> list[Path]:
    """The backups of a folder by their names, newest first."""
    return sorted(folder.glob(f"botops-*{SUFFIX}"), reverse=True)


def last_backup(settings: Settings) -> tuple[Path, datetime] | None:
    """Where the last backup of an installation was put, and when; None when none was made here."""
    try:
        kept = json.loads((settings.root / _LAST).read_bytes())
        return Path(kept["path"]), datetime.fromisoformat(kept["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_backup(archive: Path) -> Backup:
    """What an archive says of itself; every part is read and compared with its checksum.

    Raises NotFoundError, UserError for a file that is no backup, is damaged or was written by a newer botops.
    """
    with _opened(archive) as (_, manifest):
        return _backup_of(archive, manifest)


@needs(Right.ADMINISTER)
def restore_backup(archive: Path, into: Path, secrets: Secrets, *, force: bool = False) -> Restored:
    """Brings an installation back from an archive into a folder, made if missing.

    The whole archive is checked before anything is touched. What is in the way is refused, or with `force` moved to
    `.botops/replaced`. Migrations run at the next start. Raises NotFoundError, UserError, ConflictError, StoreError
    while a process serves the store, OutsideError.
    """
    with _opened(archive) as (work, manifest):
        backup = _backup_of(archive, manifest)
        try:
            return _put_back(backup, work, into, secrets, force=force)
        except OSError as error:
            raise OutsideError(f"{into}: cannot be written ({error.strerror or error})") from error


def _remember(settings: Settings, backup: Backup) -> None:
    """Notes the last backup for the doctor; a note that cannot be written costs nobody the backup."""
    with suppress(OSError):
        note = settings.root / _LAST
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps({"path": str(backup.path.resolve()), "at": backup.at.isoformat()}), "utf-8")


# --- writing ----------------------------------------------------------------------------------------------------------


def _written(settings: Settings, secrets: Secrets, archive: Path, work: Path, now: datetime) -> Backup:
    from botops.store.copying import copy_store

    store = copy_store(database_url(settings, secrets), work / _STORE) if store_exists(settings, secrets) else None
    inside, outside = _parts(settings)
    sums: dict[str, str] = {}
    with tarfile.open(work / "archive", "x:gz", compresslevel=6) as tar:
        if store is not None:
            sums[_STORE] = _add(tar, work / _STORE, _STORE)
        for file in inside:
            name = f"{_FILES}/{file.relative_to(settings.root).as_posix()}"
            sums[name] = _add(tar, file, name)
        manifest = {
            "format": _FORMAT, "botops": __version__, "at": now.isoformat(), "settings": FILE_NAME,
            "store": None if store is None else {"kind": store.kind, "revision": store.revision},
            "outside": list(outside), "sha256": sums,
        }  # fmt: skip
        (work / _MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        _add(tar, work / _MANIFEST, _MANIFEST)
    with (work / "archive").open("rb") as whole:
        os.fsync(whole.fileno())
    (work / "archive").chmod(0o600)
    return _backup_of(archive, manifest, (work / "archive").stat().st_size)


def _parts(settings: Settings) -> tuple[list[Path], tuple[str, ...]]:
    """The files of an installation, and the configured paths outside its folder."""
    root = settings.root
    named = [root / FILE_NAME, *(settings.path(name) for name in ("prompts", "pricebook", "evals", "team"))]
    if settings.claims.terms is not None:
        named.append(root / settings.claims.terms)
    named += [root / "alerts", root / STATE]
    outside = tuple(str(path) for path in named if not path.resolve().is_relative_to(root))
    inside = {file for path in named if path.resolve().is_relative_to(root) for file in _files(path, root)}
    return sorted(inside), outside


def _files(path: Path, root: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for folder, folders, names in os.walk(path):
        here = Path(folder)
        if here == root / STATE:
            folders[:] = [name for name in folders if name not in _LEFT_OUT]
        for name in names:
            file = here / name
            if not _passing(file) and file.is_file() and not file.is_symlink():
                yield file


def _passing(file: Path) -> bool:
    """Databases (copied apart), locks and half-written files."""
    ends = (".lock", ".tmp", ".db", ".db-wal", ".db-shm", ".db-journal")
    return file.name.endswith(ends) or file.name.startswith(".botops-")


def _add(tar: tarfile.TarFile, file: Path, name: str) -> str:
    """Adds a file as it is at this moment; its SHA-256."""
    with file.open("rb") as stream:
        info = tar.gettarinfo(arcname=name, fileobj=stream)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        counted = _Counted(stream)
        tar.addfile(info, counted)
    return counted.digest.hexdigest()


class _Counted:
    """A stream whose bytes are hashed as they are read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.digest.update(data)
        return data


# --- reading ----------------------------------------------------------------------------------------------------------


@contextmanager
def _opened(archive: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """An archive unpacked into a folder that goes in the end, and its manifest; every checksum holds."""
    if not archive.is_file():
        raise NotFoundError(f"{archive}: no such file")
    with tempfile.TemporaryDirectory(prefix="botops-") as folder:
        work = Path(folder)
        try:
            with tarfile.open(archive, "r:gz") as tar:
                tar.extractall(work, filter="data")
        except (tarfile.TarError, EOFError, OSError, ValueError, zlib.error) as error:
            raise UserError(f"{archive}: is no backup, or is damaged: {error}") from error
        manifest = _manifest(archive, work / _MANIFEST)
        for name, expected in manifest["sha256"].items():
            file = work / name
            if not file.is_file() or _sha256(file) != expected:
                raise UserError(f"{archive}: is damaged: {name} is not what was saved. Take another backup.")
        yield work, manifest


def _manifest(archive: Path, file: Path) -> dict[str, Any]:
    if not file.is_file() or file.stat().st_size > _MOST_MANIFEST_BYTES:
        raise UserError(f"{archive}: is no backup of botops: it has no {_MANIFEST}")
    try:
        manifest = json.loads(file.read_bytes())
        written, sums = manifest["format"], manifest["sha256"]
        parts = [PurePosixPath(name) for name in sums]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{archive}: its {_MANIFEST} cannot be read") from error
    if written != _FORMAT:
        raise UserError(f"{archive}: was written by botops {manifest.get('botops')}: update botops")
    if any(part.is_absolute() or ".." in part.parts for part in parts):
        raise UserError(f"{archive}: names files outside itself: it is no backup of botops")
    return dict(manifest)


def _backup_of(archive: Path, manifest: dict[str, Any], size: int | None = None) -> Backup:
    from botops.store.copying import StoreCopy

    store = manifest["store"]
    names = (PurePosixPath(name) for name in manifest["sha256"])
    return Backup(
        archive,
        datetime.fromisoformat(manifest["at"]),
        manifest["botops"],
        None if store is None else StoreCopy(store["kind"], store["revision"]),
        tuple(str(name.relative_to(_FILES)) for name in names if name.parts[0] == _FILES),
        archive.stat().st_size if size is None else size,
        tuple(manifest["outside"]),
    )


def _put_back(backup: Backup, work: Path, into: Path, secrets: Secrets, *, force: bool) -> Restored:
    from botops.store.copying import restore_store

    taken = [name for name in backup.files if (into / name).exists()]
    if taken and not force:
        more = f" and {len(taken) - 3} more" if len(taken) > 3 else ""
        raise ConflictError(
            f"already there: {', '.join(taken[:3])}{more}. Restore into an empty folder (--into NEW), or with --force, "
            "which moves what is there aside"
        )
    aside = into / REPLACED / f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    # The store first: it alone can be refused, because a process serves it.
    if backup.store is not None:
        settings = load_settings(work / _FILES / FILE_NAME) if FILE_NAME in backup.files else load_settings()
        url = _moved(settings, secrets, work / _FILES, into)
        restore_store(url, work / _STORE, backup.store, aside=aside if force else None)
    for name in backup.files:
        target = into / name
        if target.exists():
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            target.replace(aside / name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(work / _FILES / name, target)
    return Restored(backup, into, aside if aside.exists() else None)


def _moved(settings: Settings, secrets: Secrets, unpacked: Path, into: Path) -> str:
    """The store's address as it will be once the settings lie in `into`."""
    url, prefix = database_url(settings, secrets), "sqlite:///"
    inner = url.removeprefix(prefix)
    if url.startswith(prefix) and Path(inner).is_relative_to(unpacked):
        return f"{prefix}{into.resolve() / Path(inner).relative_to(unpacked)}"
    return url


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
