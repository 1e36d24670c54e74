"""The last good state of each prompt, kept on disk so that a restart with a broken file still serves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from botops.config.writing import locked, replace
from botops.domain.errors import OutsideError, UserError
from botops.domain.problems import Problem
from botops.registry.loading import Prompt, refuse_changed_partials
from botops.registry.partials import PartialFile, Partials
from botops.registry.release import read_release
from botops.registry.version import read_version

_FORMAT = 1


class Snapshots:
    """Snapshots in a folder of the caller's. Their loss costs nothing while the prompts' files are good."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: dict[str, bytes] = {}

    def names(self) -> tuple[str, ...]:
        """The prompts that have a snapshot."""
        return tuple(sorted(p.stem for p in self._folder.glob("*.json")))

    def load(self, name: str) -> tuple[Prompt | None, tuple[Problem, ...]]:
        """The last good state of a prompt, or what is wrong with its snapshot; neither when there is none."""
        path = self.path(name)
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return None, ()
        except OSError as error:
            return None, (_unusable(path, str(error.strerror)),)
        try:
            prompt = _decoded(json.loads(raw), name, path)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, UserError) as error:
            return None, (_unusable(path, " ".join(str(error).split())[:200]),)
        self._written[name] = raw
        return prompt, ()

    def save(self, prompt: Prompt) -> Problem | None:
        """Keeps a good state; a problem when that failed, which never stops serving."""
        if prompt.release is None or prompt.stale:
            return None
        data = json.dumps(_encoded(prompt), ensure_ascii=False, sort_keys=True).encode()
        if self._written.get(prompt.name) == data:
            return None
        path = self.path(prompt.name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with locked(self._folder):
                replace(path, data)
        except (OSError, OutsideError, UserError) as error:
            message = f"the last good state cannot be kept ({error}): a restart with a broken file would not serve"
            return Problem(str(path), 0, 0, "", message, "warning", "snapshot")
        self._written[prompt.name] = data
        return None

    def path(self, name: str) -> Path:
        """The file of a prompt's snapshot."""
        return self._folder / f"{name}.json"


def _encoded(prompt: Prompt) -> dict[str, Any]:
    assert prompt.release is not None
    served = [prompt.versions[n] for n in prompt.release.served]
    partials = {ref: partial for version in served for ref, partial in version.partials.items()}
    return {
        "format": _FORMAT,
        "release": {"file": prompt.release.document.file, "text": prompt.release.raw.decode()},
        "versions": {str(v.ref.version): {"file": v.file, "text": v.raw.decode()} for v in served},
        "pins": {str(n): checksum for n, checksum in prompt.pins.items()},
        "partials": {ref: {"file": p.file, "text": p.raw.decode()} for ref, p in partials.items()},
        "partial_pins": dict(prompt.partial_pins),
    }


def _decoded(data: dict[str, Any], name: str, path: Path) -> Prompt:
    if data["format"] != _FORMAT:
        raise ValueError(f"written by another version of botops (format {data['format']})")
    release = read_release(data["release"]["text"].encode(), data["release"]["file"], name)
    partials = Partials(_partial(ref, kept) for ref, kept in data.get("partials", {}).items())
    versions = {
        int(number): read_version(kept["text"].encode(), kept["file"], name, int(number), partials)
        for number, kept in data["versions"].items()
    }
    pins = {int(number): str(checksum) for number, checksum in data["pins"].items()}
    partial_pins = {str(ref): str(checksum) for ref, checksum in data.get("partial_pins", {}).items()}
    for version in versions.values():
        refuse_changed_partials(version, partial_pins)
    lacking = [n for n in release.served if n not in versions or versions[n].ref.checksum != pins.get(n)]
    if lacking:
        raise ValueError(f"{path.name} does not hold version {lacking[0]} as it was served")
    return Prompt(name, release, versions, pins=pins, partial_pins=partial_pins)


def _partial(ref: str, kept: dict[str, str]) -> PartialFile:
    name, _, number = ref.partition("@")
    return PartialFile(name, int(number), kept["file"], kept["text"].encode())


def _unusable(path: Path, reason: str) -> Problem:
    message = f"the kept state cannot be used ({reason}): delete the file, it is written anew"
    return Problem(str(path), 0, 0, "", message, "warning", "snapshot")
