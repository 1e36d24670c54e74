"""Replies recorded once and replayed without a model.

A recording is found by the SHA-256 of what was asked: model name, messages, parameters. Nothing looser is ever tried: a
reply recorded for another text says nothing about this one. One JSON Lines file per prompt, a row per reply, sorted by
prompt version and key, so that a new recording of the same replies leaves no difference in git.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from botops.config.writing import locked, replace
from botops.domain.errors import ModelError, OutsideError, StoreError, UserError
from botops.domain.messages import Message
from botops.domain.ports import ChatModel, ModelReply, ModelRequest, OnText
from botops.domain.problems import Problem
from botops.domain.usage import Usage

RECORD_COMMAND = "botops eval run SUITE --model simulator --record"


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded reply. `conversation` and `setting` are digests that tell a stale recording from a missing one:

    of the prompt's name and everything but system messages, and of the system messages with the parameters.
    """

    key: str
    prompt: str
    model: str
    conversation: str
    setting: str
    asked: str
    reply: str
    reply_model: str
    finish_reason: str
    usage: Usage
    simulated: bool

    def line(self) -> str:
        """The row as it stands in the file."""
        return json.dumps(asdict(self) | {"usage": self.usage.plain()}, ensure_ascii=False, sort_keys=True) + "\n"


def recording_key(model: str, request: ModelRequest) -> str:
    """The identity of a request: SHA-256 of the canonical JSON of model, messages and parameters, in hex."""
    parameters = _parameters(request)
    return _digest({"model": model, "messages": [_message(m) for m in request.messages], "parameters": parameters})


def read_recordings(directory: Path) -> list[Recording]:
    """Every recording in a folder; none when there is no such folder. Raises UserError with every line that is none."""
    return [row for file in sorted(directory.glob("*.jsonl")) for row in _read(file).values()]


class RecordingModel:
    """Passes every call on to `inner` and keeps the replies under `directory`.

    `prune` after a complete run drops what that run did not ask for.
    """

    def __init__(self, inner: ChatModel, directory: Path) -> None:
        self._inner = inner
        self._directory = directory
        self._lock = asyncio.Lock()
        self._recorded: dict[Path, set[str]] = {}

    @property
    def name(self) -> str:
        """The name of the recorded model."""
        return self._inner.name

    @property
    def simulated(self) -> bool:
        """Whether the recorded model is a simulated one."""
        return self._inner.simulated

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """The inner model's reply, recorded. Raises ModelError as it does, and StoreError when the disk refuses."""
        reply = await self._inner.complete(request, on_text)
        row = _row(self._inner, request, reply)
        file = self._directory / _file_name(request.prompt)
        async with self._lock:
            self._recorded.setdefault(file, set()).add(row.key)
            await asyncio.to_thread(_merge, file, {row.key: row})
        return reply

    @property
    def recorded(self) -> Mapping[Path, Set[str]]:
        """The files written, with the keys of what this run has recorded in each."""
        return self._recorded

    def prune(self) -> int:
        """Drops from the files written all rows this run has not recorded; returns how many went."""
        return prune([self])


def prune(recorders: Iterable[RecordingModel]) -> int:
    """As `RecordingModel.prune`, for models that were recorded side by side: what one of them recorded stays."""
    keep: dict[Path, set[str]] = {}
    for recorder in recorders:
        for file, keys in recorder.recorded.items():
            keep.setdefault(file, set()).update(keys)
    return sum(_merge(file, {}, keep=keys) for file, keys in keep.items())


class ReplayModel:
    """Answers from recordings alone; no network, no model.

    `model` names the recorded model; it may be left out when the directory holds recordings of one only. `command` is
    what a person runs to record what is missing. Raises UserError at once for a file that cannot be read.
    """

    def __init__(self, directory: Path, *, model: str | None = None, command: str = RECORD_COMMAND) -> None:
        self._command = command
        self._directory = directory
        rows = read_recordings(directory)
        models = sorted({row.model for row in rows})
        if model is None and len(models) > 1:
            raise UserError(f"{directory}: recordings of several models ({', '.join(models)}): name the one to replay")
        self._model = model or (models[0] if models else "replay")
        mine = [row for row in rows if row.model == self._model]
        self._rows = {row.key: row for row in mine}
        self._settings: dict[str, set[str]] = {}
        for row in mine:
            self._settings.setdefault(row.conversation, set()).add(row.setting)

    @property
    def name(self) -> str:
        """The name of the recorded model."""
        return self._model

    @property
    def simulated(self) -> bool:
        """True: a replay asks no model and brings no bill."""
        return True

    async def complete(self, request: ModelRequest, on_text: OnText | None = None) -> ModelReply:
        """The recorded reply, in one piece. Raises ModelError `no_recording` or `stale_recording`."""
        row = self._rows.get(recording_key(self._model, request))
        if row is None:
            raise self._missing(request)
        if on_text is not None:
            await on_text(row.reply)
        return ModelReply(row.reply, row.usage, row.reply_model, row.finish_reason, 0.0, 0.0 if on_text else None)

    def _missing(self, request: ModelRequest) -> ModelError:
        asked = _asked(request)
        what = f"prompt {request.prompt or '(unnamed)'}, model {self._model}, message {asked!r}"
        if _conversation(request) in self._settings:
            return ModelError(
                "stale_recording",
                f"the recording is stale: the prompt's text or parameters have changed since ({what}). "
                f"Record again: {self._command}",
                model=self._model,
                attempts=0,
            )
        return ModelError(
            "no_recording",
            f"nothing recorded in {self._directory} for {what}. Record it: {self._command}",
            model=self._model,
            attempts=0,
        )


def _row(model: ChatModel, request: ModelRequest, reply: ModelReply) -> Recording:
    return Recording(
        key=recording_key(model.name, request),
        prompt=request.prompt,
        model=model.name,
        conversation=_conversation(request),
        setting=_setting(request),
        asked=_asked(request),
        reply=reply.text,
        reply_model=reply.model,
        finish_reason=reply.finish_reason,
        usage=reply.usage,
        simulated=model.simulated,
    )


def _message(message: Message) -> dict[str, str | None]:
    return {"role": message.role, "content": message.content, "name": message.name}


def _parameters(request: ModelRequest) -> dict[str, Any]:
    p = request.parameters
    return {
        "model": p.model,
        "temperature": None if p.temperature is None else float(p.temperature),
        "top_p": None if p.top_p is None else float(p.top_p),
        "max_tokens": p.max_tokens,
        "seed": p.seed,
        "extra": _plain(p.extra),
    }


def _plain(value: object) -> object:
    """Mappings and sequences of any make as JSON knows them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _conversation(request: ModelRequest) -> str:
    said = [_message(m) for m in request.messages if m.role != "system"]
    return _digest({"prompt": _prompt_name(request.prompt), "said": said})


def _setting(request: ModelRequest) -> str:
    system = [_message(m) for m in request.messages if m.role == "system"]
    return _digest({"system": system, "parameters": _parameters(request)})


def _asked(request: ModelRequest) -> str:
    """The client's last message, shortened: what a reader of the file looks for."""
    last = next((m.content for m in reversed(request.messages) if m.role == "user"), "")
    return last if len(last) <= 120 else last[:119] + "…"


def _prompt_name(prompt: str) -> str:
    return prompt.partition("@")[0]


def _file_name(prompt: str) -> str:
    return (re.sub(r"[^\w-]", "-", _prompt_name(prompt)) or "unnamed") + ".jsonl"


def _order(row: Recording) -> tuple[str, int, str, str]:
    name, _, version = row.prompt.partition("@")
    return name, int(version) if version.isdigit() else 0, row.prompt, row.key


def _merge(file: Path, rows: Mapping[str, Recording], keep: set[str] | None = None) -> int:
    """Adds rows to a file, or keeps only some of them; the file is replaced whole. Returns how many rows went."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with locked(file.parent.resolve()):
            before = _read(file) if file.exists() else {}
            after = {key: row for key, row in before.items() if keep is None or key in keep} | dict(rows)
            content = "".join(row.line() for row in sorted(after.values(), key=_order)).encode()
            if not file.exists() or file.read_bytes() != content:
                replace(file, content)
            return sum(key not in after for key in before)
    except (OSError, OutsideError) as error:
        raise StoreError(f"{file}: the recording could not be written ({error})") from error


def _read(file: Path) -> dict[str, Recording]:
    """The rows of a file by key. Raises UserError with every bad line."""
    rows: dict[str, Recording] = {}
    problems = []
    for number, line in enumerate(file.read_bytes().split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            row = Recording(**{**data, "usage": Usage.of_plain(data["usage"])})
        except (ValueError, TypeError, KeyError) as error:
            message = f"no recording: {error}. Restore the file from git or record again: {RECORD_COMMAND}"
            problems.append(Problem(str(file), number, 1, "", message, rule="bad-recording"))
            continue
        rows[row.key] = row
    if problems:
        raise UserError(problems=problems)
    return rows
