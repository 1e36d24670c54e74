"""Telling what kind of export a file is, and reading it."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path, PurePosixPath

from botops.channels.exports.jsons import read_json
from botops.channels.exports.model import FORMATS, Choice, Export, unusable
from botops.channels.exports.tables import MAX_BYTES, read_table
from botops.channels.exports.talks import settle_roles
from botops.channels.exports.telegram import (
    read_telegram_html,
    read_telegram_json,
    recognises_html,
    recognises_json,
)
from botops.channels.exports.whatsapp import read_whatsapp, recognises
from botops.domain.errors import NotFoundError
from botops.domain.problems import Problem

__all__ = ["FORMATS", "read_export"]

_TABLES = frozenset({".csv", ".tsv", ".xlsx", ".xlsm"})
_MEMBERS = frozenset({".txt", ".json", ".html", ".htm"})
_MOST_MEMBERS = 500
_KINDS: tuple[tuple[re.Pattern[bytes], str, str], ...] = tuple(
    (re.compile(begins, re.DOTALL), message, rule)
    for begins, message, rule in (
        (rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|BM.{4}\0{4}|....ftyp(?:heic|heix|mif1)",
         "a picture, whatever its name says: export the chat as text or as a table", "picture"),
        (rb"%PDF-", "a PDF: export the chat as text or as a table", "pdf"),
        (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
         "an old Excel file, or one with a password: open it and save it as XLSX without a password", "old-excel"),
    )
)  # fmt: skip
"""How files begin that hold no chat, what is said of them, and the rule."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError)


def read_export(path: Path, choice: Choice | None = None) -> Export:
    """A chat export, its authors put on their sides. The kind is told by the file's name and its beginning unless
    `choice` says it.

    Rows that cannot be used are problems of the export. Raises UserError, with the line where one is known, for a file
    that cannot be read at all, or that is larger than 64 MB.
    """
    choice = choice or Choice()
    file = str(path)
    raw = _bytes(path)
    for begins, message, rule in _KINDS:
        if begins.match(raw):
            raise unusable(file, message, rule)
    if zipfile.is_zipfile(path) and path.suffix.lower() not in _TABLES:
        export = _archive(file, path, choice)
    elif choice.form == "table" or (choice.form is None and path.suffix.lower() in _TABLES):
        export = read_table(path, choice)
    else:
        export = _of_text(file, raw, choice)
    settle_roles(export, choice)
    return export


def _bytes(path: Path) -> bytes:
    file = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"larger than {MAX_BYTES // 2**20} MB: export fewer months, or one chat at a time"
            raise unusable(file, message, "too-large")
        raw = path.read_bytes()
    except FileNotFoundError as error:
        problem = Problem(file, 0, 0, "", "no such file: check the name and the folder", rule="missing-file")
        raise NotFoundError(problems=[problem]) from error
    except OSError as error:
        raise unusable(file, f"cannot be read ({error.strerror}): check its permissions", "unreadable") from error
    if not raw.strip():
        raise unusable(file, "empty: export the chat again", "no-rows")
    return raw


def _of_text(file: str, raw: bytes, choice: Choice) -> Export:
    text = _decoded(file, raw)
    begins = text.lstrip()[:1]
    if choice.form == "whatsapp":
        return read_whatsapp(file, text, choice)
    if choice.form == "telegram":
        return read_telegram_html(file, text, choice) if begins == "<" else read_telegram_json(file, text, choice)
    if begins in {"{", "["} and not recognises(text):
        return _json(file, raw, text, choice)
    if choice.form in {"json", "botops"}:
        return read_json(file, raw, choice)
    if recognises_html(text):
        return read_telegram_html(file, text, choice)
    if recognises(text):
        return read_whatsapp(file, text, choice)
    kinds = "a CSV or XLSX table, JSON, WhatsApp's chat export (.txt, .zip) or Telegram's (result.json, messages.html)"
    raise unusable(file, f"not a chat export that is known here: give {kinds}", "bad-export", 1)


def _json(file: str, raw: bytes, text: str, choice: Choice) -> Export:
    if choice.form is None:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            data = None  # JSON lines, or broken: the reader says where
        if recognises_json(data):
            return read_telegram_json(file, text, choice)
    return read_json(file, raw, choice)


def _decoded(file: str, raw: bytes) -> str:
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise unusable(file, "not a text in UTF-8: save it again in UTF-8, or give the export itself", "bad-export",
                       line) from error  # fmt: skip


def _archive(file: str, path: Path, choice: Choice) -> Export:
    """All chats in an archive, without its media."""
    found: list[Export] = []
    unpacked = 0
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if PurePosixPath(m.filename).suffix.lower() in _MEMBERS]
            for member in members[:_MOST_MEMBERS]:
                with archive.open(member) as stream:
                    raw = stream.read(MAX_BYTES - unpacked + 1)  # what the entry says of its size proves nothing
                unpacked += len(raw)
                if unpacked > MAX_BYTES:
                    message = f"unpacks to more than {MAX_BYTES // 2**20} MB: export without media, one chat at a time"
                    raise unusable(file, message, "too-large")
                name = PurePosixPath(member.filename).name
                # iOS calls every chat _chat.txt: the archive has its name.
                outer = path.name if name == "_chat.txt" else name
                found.append(_of_text(f"{file}/{outer}" if outer != path.name else file, raw, choice))
    except _DAMAGED as error:
        raise unusable(file, f"the archive cannot be opened ({error}): export the chat again", "bad-export") from error
    if not found:
        raise unusable(file, "no chat in the archive: .txt, .json or .html is needed", "bad-export")
    return _joined(file, found)


def _joined(file: str, parts: list[Export]) -> Export:
    if len({part.form for part in parts}) > 1:
        kinds = " and ".join(sorted({part.form for part in parts}))
        raise unusable(file, f"exports of {kinds} in one archive: give them one by one", "bad-export")
    whole = replace(parts[0], file=file)
    for part in parts[1:]:
        whole.said += part.said
        whole.dialogues += part.dialogues
        whole.problems += part.problems
        whole.skipped += part.skipped
        whole.clients |= part.clients
        whole.bots |= part.bots
        if part.order is not None and (whole.order is None or (part.order_certain and not whole.order_certain)):
            whole.order, whole.order_certain = part.order, part.order_certain
    return whole
