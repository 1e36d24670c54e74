"""Prompts as Langfuse's API and SDKs give them.

A text prompt is one text, a chat prompt a list of messages and placeholders; variables are `{{name}}`, everything else
is plain text. A prompt may include another by `@@@langfusePrompt:name=…|version=…@@@` (or `|label=…`); answers of the
API have these resolved unless `resolve=false` was asked for.
(Langfuse public API, `Prompt` and `PromptMeta`; Python SDK 4.14, `langfuse/api/prompts/types`.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from botops.config import Document
from botops.config.spots import Path
from botops.registry.exchange.building import (
    OWN,
    Builder,
    Found,
    fault,
    origin_of,
    own_prompt_name,
    own_section,
    texts,
    version_number,
)
from botops.registry.exchange.files import json_text
from botops.registry.exchange.messages import Writable
from botops.registry.exchange.notes import LIVE_LABEL, Exported, Import, ImportedVersion, Notes
from botops.registry.exchange.parameters import read_parameters, write_parameters
from botops.registry.exchange.segments import read_mustache

_INCLUDE = re.compile(r"@@@langfusePrompt:(.*?)@@@")
_TAKEN = frozenset({"name", "version", "type", "prompt", "config", "labels", "tags", "commitMessage", "commit_message"})
_DEEPEST_INCLUDE = 5
_LARGEST_TEXT = 256_000

Entry = tuple[Path, Mapping[str, Any]]


def read_langfuse(document: Document, name: str | None = None) -> Import:
    """The prompts of a Langfuse answer: one prompt, a list of prompts, or a page of them. Raises UserError."""
    notes = Notes(document)
    entries = list(_entries(document, notes))
    included = _Included(entries, notes)
    found = Found(notes)
    for path, entry in entries:
        own = own_prompt_name(entry.get("name"), name, (*path, "name"), notes)
        found.add(own, entry.get("name"), _version(path, entry, notes, included), path)
    return Import(found.prompts("labels"), tuple(notes.kept))


def _entries(document: Document, notes: Notes) -> Iterator[Entry]:
    data = document.data
    listed: Any = [data]
    path: Path = ()
    if isinstance(data, dict) and isinstance(data.get("data"), list):
        listed, path = data["data"], ("data",)
        meta = data.get("meta")
        pages = meta.get("totalPages", 1) if isinstance(meta, dict) else 1
        if isinstance(pages, int) and pages > 1:
            notes.lost(("meta", "totalPages"), f"this is one of {pages} pages: import the others too")
    elif isinstance(data, list):
        listed = data
    if not listed:
        raise fault(notes, path, "there are no prompts in this file")
    for index, entry in enumerate(listed):
        place = () if listed is not data and not path else (*path, index)
        if not isinstance(entry, dict):
            raise fault(notes, place, "expected a prompt as Langfuse gives it: a mapping with `name` and `prompt`")
        if "prompt" not in entry:
            what = "no text of the prompt here"
            if "versions" in entry:
                what = (
                    "a list of prompts holds no texts: ask for each one with GET /api/public/v2/prompts/NAME?version=N"
                )
            raise fault(notes, place, what)
        yield place, entry


def _version(path: Path, entry: Mapping[str, Any], notes: Notes, included: _Included) -> ImportedVersion:
    number = version_number(entry.get("version", 1), (*path, "version"), notes)
    builder = Builder(notes, path, read_mustache)
    prompt = entry["prompt"]
    if isinstance(prompt, str):
        builder.message("system", included.resolved(prompt, (*path, "prompt")), (*path, "prompt"))
    elif isinstance(prompt, list):
        for index, message in enumerate(prompt):
            _message(builder, message, (*path, "prompt", index), included)
    else:
        raise fault(notes, (*path, "prompt"), "expected a text or a list of messages")
    model, own = _configuration(entry.get("config"), (*path, "config"), notes)
    for key in entry:
        if key not in _TAKEN and entry[key] is not None:
            notes.lost((*path, key), "Langfuse's own bookkeeping has no place in a prompt file")
    message = entry.get("commitMessage", entry.get("commit_message"))
    labels = texts(entry.get("labels"), (*path, "labels"), notes)
    origin = {
        "format": "langfuse", "name": entry.get("name"), "version": number, "labels": list(labels), "message": message,
    }  # fmt: skip
    tags = texts(entry.get("tags"), (*path, "tags"), notes)
    return builder.version(number, builder.spec(model, own, tags), origin)


def _configuration(config: Any, path: Path, notes: Notes) -> tuple[dict[str, Any], Mapping[str, Any]]:
    if config is None:
        return {}, {}
    if not isinstance(config, dict):
        notes.lost(path, "not a mapping")
        return {}, {}
    own = config.get(OWN)
    rest = {key: value for key, value in config.items() if key != OWN or not isinstance(own, dict)}
    return read_parameters(rest, path, notes), own if isinstance(own, dict) else {}


def _message(builder: Builder, message: Any, path: Path, included: _Included) -> None:
    if not isinstance(message, dict):
        raise fault(builder.notes, path, "expected a message with `role` and `content`")
    if message.get("type") == "placeholder" or ("name" in message and "content" not in message):
        why = f"the placeholder `{message.get('name')}`: here the dialogue follows the prompt's messages by itself"
        builder.notes.lost(path, why)
        return
    for key in message:
        if key not in {"role", "content", "type"}:
            builder.notes.lost((*path, key), "a message has a role and a content here, nothing else")
    content = message.get("content")
    if isinstance(content, str):
        content = included.resolved(content, (*path, "content"))
    builder.message(message.get("role"), content, path)


class _Included:
    """Prompts that others in the same file include."""

    def __init__(self, entries: list[Entry], notes: Notes) -> None:
        self._notes = notes
        self._texts: dict[tuple[str, str], str] = {}
        for _, entry in entries:
            if isinstance(entry["prompt"], str):
                name = str(entry.get("name"))
                self._texts[name, f"version={entry.get('version', 1)}"] = entry["prompt"]
                for label in entry.get("labels") or ():
                    self._texts[name, f"label={label}"] = entry["prompt"]

    def resolved(self, text: str, path: Path, depth: int = 0) -> str:
        """The text with every included prompt in its place. Raises UserError when one is not in the file."""
        if depth > _DEEPEST_INCLUDE:
            raise fault(self._notes, path, f"prompts include one another more than {_DEEPEST_INCLUDE} deep")

        def one(match: re.Match[str]) -> str:
            fields = dict(part.partition("=")[::2] for part in match[1].split("|"))
            how = f"version={fields['version']}" if "version" in fields else f"label={fields.get('label', LIVE_LABEL)}"
            inner = self._texts.get((fields.get("name", ""), how))
            if inner is None:
                message = (
                    f"it includes {match.group()[:200]}, which is not in this file: ask Langfuse for the prompt with "
                    "`resolve=true`, or add the included text prompt to the file"
                )
                raise fault(self._notes, path, message)
            return self.resolved(inner, path, depth + 1)

        whole = _INCLUDE.sub(one, text)
        if len(whole) > _LARGEST_TEXT:
            raise fault(self._notes, path, f"longer than {_LARGEST_TEXT:,} characters with what it includes")
        return whole


def write_langfuse(prompt: Writable) -> Exported:
    """A version as Langfuse's API takes and gives it, a chat prompt. Raises UserError for what it cannot say."""
    version = prompt.version
    config, extra = write_parameters(version.spec.model, name_key="model")
    own = own_section(version.spec, extra)
    if own:
        config[OWN] = own
    data = {
        "name": version.ref.name,
        "version": version.ref.version,
        "type": "chat",
        "prompt": [{"role": role, "content": text} for role, text in prompt.texts("{{%s}}", read_mustache, "Langfuse")],
        "config": config,
        "labels": [LIVE_LABEL] if prompt.live else [],
        "tags": list(version.spec.tags),
        "commitMessage": prompt.message or origin_of(version).get("message"),
    }
    return Exported(json_text(data), prompt.notes)
