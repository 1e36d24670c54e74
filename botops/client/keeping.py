"""What a client keeps: answers in memory, bounded, and on disk, whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import tempfile
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

from botops.client.answer import Answer, PromptFallback, UnusableAnswerError, fallback_answer, read_answer
from botops.domain.errors import UserError
from botops.domain.messages import Language

log = logging.getLogger(__name__)

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Key:
    """What an answer depends on: a prompt's name and the query."""

    name: str
    query: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        """The path and query of its address."""
        return f"/v1/prompts/{quote(self.name, safe='')}?{urlencode(self.query)}"

    @property
    def language(self) -> Language | None:
        """The language asked for."""
        return cast("Language | None", dict(self.query).get("language"))

    @property
    def anybody(self) -> Key:
        """What is kept of this prompt for leads whose own answer is not known: it depends on the language alone."""
        return Key(self.name, tuple(pair for pair in self.query if pair[0] == "language"))


@dataclass(frozen=True, slots=True)
class Kept:
    """The last good answer to a question, or None. Times are monotonic seconds.

    The server confirmed the answer at `at`; it was asked last at `asked`. The answer may be given out for `fresh_s`
    without asking again, and for `stale_s` more while asking in the background. `problem` is the server's refusal,
    when that came last.
    """

    answer: Answer | None
    tag: str = ""
    at: float = 0.0
    asked: float = 0.0
    fresh_s: float = 0.0
    stale_s: float = 0.0
    problem: str = ""


class Memory:
    """The answers last used, at most `size` of them. Not safe for threads by itself."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def get(self, key: Key) -> Kept | None:
        """What is kept, now the last used."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: Key, kept: Kept) -> None:
        """Keeps an answer; the one unused longest makes room."""
        self._kept[key] = kept
        self._kept.move_to_end(key)
        if len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


class Disk:
    """Answers in files of a folder, for the next start. Processes may share it: each file is replaced as a whole.

    A folder that cannot be written or read costs a warning, never an answer.
    """

    def __init__(self, folder: Path, size: int, server: str) -> None:
        self._folder = folder
        self._size = size
        self._server = server
        self._written = 0
        self._warned = False

    def save(self, key: Key, raw: bytes) -> None:
        """Keeps an answer, as it was sent."""
        text = raw.decode()
        whole = {"format": _FORMAT, "saved_at": time.time(), "sha256": _sha256(text), "answer": text}
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(self._path(key), json.dumps(whole, ensure_ascii=False).encode())
            self._written += 1
            if self._written % max(1, self._size // 10) == 1:
                self._prune()
        except OSError as error:
            self._warn(f"prompts cannot be kept in {self._folder}: {error.strerror or error}")

    def load(self, key: Key) -> tuple[Answer, float] | None:
        """An answer and its age in seconds; None when there is none that is whole."""
        path = self._path(key)
        try:
            whole = json.loads(path.read_bytes())
            if whole["format"] != _FORMAT or whole["sha256"] != _sha256(whole["answer"]):
                raise ValueError("it is not what was written")  # noqa: TRY301 - one way out for every fault of a file
            answer = read_answer(whole["answer"].encode(), key.name)
            return answer, max(0.0, time.time() - float(whole["saved_at"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError, UnusableAnswerError) as error:
            self._warn(f"the prompt kept in {path} cannot be used: {error}")
            return None

    def switch_off(self, name: str, problem: str | None) -> None:
        """Remembers that a prompt is switched off, and why; with None, that it is not."""
        path = self._off(name)
        try:
            if problem is None:
                path.unlink(missing_ok=True)
            else:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _replace(path, problem.encode())
        except OSError as error:
            self._warn(f"prompts cannot be kept in {self._folder}: {error.strerror or error}")

    def switched_off(self, name: str) -> str | None:
        """Why a prompt was switched off when the server was heard last; None when it was not."""
        try:
            return self._off(name).read_text("utf-8", "replace")
        except OSError:
            return None

    def _off(self, name: str) -> Path:
        return self._folder / f"{_sha256(f'{self._server} {name}')[:40]}.off"

    def _path(self, key: Key) -> Path:
        return self._folder / f"{_sha256(f'{self._server}{key.path}')[:40]}.json"

    def _prune(self) -> None:
        """Removes the files written longest ago when there are too many."""
        files = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.name.endswith(".off"):
                        continue
                    files.append((entry.stat().st_mtime_ns, entry.path))
        for _, path in sorted(files)[: max(0, len(files) - self._size)]:
            with contextlib.suppress(OSError):
                Path(path).unlink()

    def _warn(self, message: str) -> None:
        if not self._warned:
            self._warned = True
            log.warning("%s", message)


Bundle = dict[tuple[str, Language | None], Answer]
"""Prompts that ship with the program, by name and the language they are for, None being all the others."""


def read_bundle(path: Path) -> Bundle:
    """The prompts of a file, or of every `.json` file of a folder, each an answer of `/v1/prompts/NAME/versions/N`.

    Raises UserError: a bundle is tried when the program starts, not when it is needed.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise UserError(f"{path} holds no .json file: save answers of /v1/prompts/NAME/versions/live there")
    bundle: Bundle = {}
    for file in files:
        try:
            raw = file.read_bytes()
            data: Any = json.loads(raw)
            name = str(data.get("name")) if isinstance(data, dict) else ""
            answer = read_answer(raw, name)
        except OSError as error:
            raise UserError(f"{file}: cannot be read ({error.strerror})") from error
        except (ValueError, RecursionError, UnusableAnswerError) as error:
            raise UserError(f"{file}: {error}: save an answer of /v1/prompts/NAME/versions/live there") from error
        if (name, answer.language) in bundle:
            raise UserError(f"{file}: the prompt {name} is bundled twice for the same language: keep one")
        bundle[name, answer.language] = answer
    return bundle


def bundle_of(fallbacks: Mapping[str, PromptFallback]) -> Bundle:
    """The prompts given in code. Raises UserError."""
    bundle: Bundle = {}
    for name, fallback in fallbacks.items():
        try:
            bundle[name, None] = fallback_answer(name, fallback)
        except UnusableAnswerError as error:
            raise UserError(f"the fallback of the prompt {name}: {error}") from error
    return bundle


def _replace(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(data)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
