"""Archives of a few files, written the same way every time and read as if an enemy had made them.

Written: members sorted, times and owners fixed, so that equal contents give equal bytes. Read: into memory only, under
limits; whatever is no plain file with a plain name, or has another hash than the manifest says, is refused.
"""

from __future__ import annotations

import gzip
import io
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from botops.config import Document
from botops.config.json_reader import read_json
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.registry.exchange.files import json_text

MANIFEST = "manifest.json"
FORMAT = 1
MAX_ARCHIVE_BYTES = 64_000_000
"""Largest archive, packed."""
MAX_UNPACKED_BYTES = 128_000_000
"""Largest contents, unpacked."""
MAX_MEMBERS = 2_000

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}(?:/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}){0,5}")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def is_archive(path: str) -> bool:
    """True for names of archives that can be written."""
    return path.endswith((".zip", ".tar.gz", ".tgz"))


def pack(members: Mapping[str, bytes], manifest: Mapping[str, Any], *, zipped: bool) -> bytes:
    """The archive of these members, a manifest with their hashes first. Raises ValueError for a bad name."""
    for name in members:
        if _NAME.fullmatch(name) is None or name == MANIFEST:
            raise ValueError(f"{name!r} is no name for a member")
    hashes = {name: sha256(members[name]).hexdigest() for name in sorted(members)}
    first = json_text({"format": FORMAT, **manifest, "members": hashes}).encode()
    whole = [(MANIFEST, first), *((name, members[name]) for name in sorted(members))]
    return _zip(whole) if zipped else _tar(whole)


def _zip(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, data)
    return out.getvalue()


def _tar(members: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=out, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mode = 0o644
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def unpack(raw: bytes, file: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest and the members of an archive. Raises UserError for anything that is not as it was packed."""
    if len(raw) > MAX_ARCHIVE_BYTES:
        raise _refused(file, f"larger than {MAX_ARCHIVE_BYTES:,} bytes")
    members: dict[str, bytes] = {}
    try:
        for name, data in _unzipped(raw, file) if raw[:2] == b"PK" else _untarred(raw, file):
            if name in members:
                raise _refused(file, f"{name[:100]!r} is in it twice")
            members[name] = data
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
            ValueError, OverflowError, LookupError, struct.error) as error:  # fmt: skip
        raise _refused(file, f"it cannot be unpacked ({' '.join(str(error).split())[:200]})") from error
    return _verified(members, file)


def _verified(members: dict[str, bytes], file: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    raw = members.pop(MANIFEST, None)
    if raw is None:
        raise _refused(file, f"there is no {MANIFEST} in it")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise _refused(file, f"{MANIFEST} is no UTF-8") from error
    manifest = read_json(text, f"{file}/{MANIFEST}")
    document = Document(f"{file}/{MANIFEST}", text, manifest, is_json=True)
    hashes = manifest.get("members") if isinstance(manifest, dict) else None
    if not isinstance(hashes, dict) or manifest.get("format") != FORMAT:
        message = f"not the manifest of an archive in format {FORMAT}: made by another version of botops?"
        raise UserError(problems=[document.problem((), message, rule="archive")])
    problems = []
    for name in sorted({*hashes, *members}):
        if name not in members:
            problems.append(document.problem(("members", name), "it is not in the archive", rule="archive"))
        elif name not in hashes:
            problems.append(_problem(file, f"{name} is not in the manifest"))
        elif sha256(members[name]).hexdigest() != hashes[name]:
            message = "its contents were changed: their SHA-256 is another one"
            problems.append(document.problem(("members", name), message, rule="archive"))
    if problems:
        raise UserError(problems=problems)
    return manifest, members


def _unzipped(raw: bytes, file: str) -> Iterator[tuple[str, bytes]]:
    left = MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        infos = archive.infolist()
        if len(infos) > MAX_MEMBERS:
            raise _refused(file, f"more than {MAX_MEMBERS} members")
        for info in infos:
            _check_name(info.filename, file)
            mode = info.external_attr >> 16
            if info.is_dir() or (stat.S_IFMT(mode) not in {0, stat.S_IFREG}):
                raise _refused(file, f"{info.filename[:100]!r} is no plain file")
            if info.flag_bits & 1:
                raise _refused(file, f"{info.filename!r} is encrypted")
            with archive.open(info) as stream:
                data = stream.read(left + 1)
            left -= len(data)
            if left < 0:
                raise _refused(file, f"unpacked it is larger than {MAX_UNPACKED_BYTES:,} bytes")
            yield info.filename, data


def _untarred(raw: bytes, file: str) -> Iterator[tuple[str, bytes]]:
    # Unpacked under the limit first: headers of a tar file may ask for any amount of memory.
    with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
        whole = packed.read(MAX_UNPACKED_BYTES + 1)
    if len(whole) > MAX_UNPACKED_BYTES:
        raise _refused(file, f"unpacked it is larger than {MAX_UNPACKED_BYTES:,} bytes")
    with tarfile.open(fileobj=io.BytesIO(whole), mode="r:") as archive:
        for number, info in enumerate(archive, 1):
            if number > MAX_MEMBERS:
                raise _refused(file, f"more than {MAX_MEMBERS} members")
            if not info.isreg() or info.issparse():
                raise _refused(file, f"{info.name[:100]!r} is no plain file")
            _check_name(info.name, file)
            stream = archive.extractfile(info)
            assert stream is not None  # a plain file has contents
            yield info.name, stream.read()


def _check_name(name: str, file: str) -> None:
    if _NAME.fullmatch(name) is None or ".." in PurePosixPath(name).parts:
        raise _refused(file, f"{name[:100]!r} is no name of a file in such an archive")


def _refused(file: str, why: str) -> UserError:
    return UserError(problems=[_problem(file, f"this archive is not opened: {why}")])


def _problem(file: str, message: str) -> Problem:
    return Problem(file, 0, 0, "", message, rule="archive")
