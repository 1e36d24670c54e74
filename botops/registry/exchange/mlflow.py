"""Prompts as MLflow's prompt registry gives them: from the SDK (`PromptVersion`) or over REST (model versions).

A template is one text or a list of chat messages; variables are `{{ name }}`, names being identifiers, with dots. In
REST answers text, model configuration and response format stand in tags of the version. A text with `{% … %}` is
rendered as Jinja2 by MLflow. (mlflow/entities/model_registry/prompt_version.py, mlflow/prompt/constants.py.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from botops.config import Document, as_json
from botops.config.json_reader import read_json
from botops.config.spots import Path
from botops.domain.errors import UserError
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
from botops.registry.exchange.segments import read_double_braces

Jinja = Literal["refuse", "keep", "text"]
"""What to do with a text MLflow renders as Jinja2: refuse it, keep it as a template, or take its tags for text."""

_TEXT, _PROMPT = "mlflow.prompt.text", "mlflow.prompt.is_prompt"
_TYPE, _FORMAT, _MODEL = "_mlflow_prompt_type", "_mlflow_prompt_response_format", "_mlflow_prompt_model_config"
_TAKEN = frozenset({
    "name", "version", "template", "commit_message", "description", "tags", "aliases", "response_format",
    "model_config",
})  # fmt: skip
_JINJA = re.compile(r"\{%.*?%\}", re.DOTALL)


def read_mlflow(document: Document, name: str | None = None, jinja: Jinja = "refuse") -> Import:
    """The prompts of an MLflow answer: one version, a list or page of them. Raises UserError."""
    notes = Notes(document)
    found = Found(notes)
    for path, entry in _entries(document, notes):
        own = own_prompt_name(entry.get("name"), name, (*path, "name"), notes)
        found.add(own, entry.get("name"), _version(path, entry, notes, jinja), path)
    return Import(found.prompts("aliases"), tuple(notes.kept))


def _entries(document: Document, notes: Notes) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    data = document.data
    listed: list[tuple[Path, Any]] = [((), data)]
    if isinstance(data, list):
        listed = [((index,), entry) for index, entry in enumerate(data)]
    elif isinstance(data, dict):
        if data.get("next_page_token"):
            notes.lost(("next_page_token",), "there are more pages: import them too")
        for key in ("model_versions", "prompt_versions", "prompts"):
            if isinstance(data.get(key), list):
                listed = [((key, index), entry) for index, entry in enumerate(data[key])]
        for key in ("model_version", "prompt_version"):
            if isinstance(data.get(key), dict):
                listed = [((key,), data[key])]
    if not listed:
        raise fault(notes, (), "there are no prompts in this file")
    for path, entry in listed:
        if not isinstance(entry, dict) or "version" not in entry:
            message = (
                "expected a version of a prompt as MLflow gives it, with `name`, `version` and `template`"
                if not isinstance(entry, dict) or "latest_versions" not in entry
                else "a registered prompt without the text of a version: ask for its versions"
            )
            raise fault(notes, path, message)
        yield path, entry


def _version(path: Path, entry: Mapping[str, Any], notes: Notes, jinja: Jinja) -> ImportedVersion:
    number = version_number(entry["version"], (*path, "version"), notes)
    tags = _tags(entry.get("tags"), (*path, "tags"), notes)
    template = _template(path, entry, tags, notes)
    builder = Builder(notes, path, read_double_braces)
    where = (*path, "template" if "template" in entry else "tags")
    if isinstance(template, str):
        _text(builder, template, where, jinja)
    elif isinstance(template, list):
        for index, message in enumerate(template):
            _message(builder, message, (*where, index) if "template" in entry else where)
    else:
        raise fault(notes, where, "expected a text or a list of messages")
    config = entry.get("model_config")
    config = _json(tags.get(_MODEL), where, notes) if config is None else config
    model = read_parameters(config, (*path, "model_config"), notes) if isinstance(config, dict) else {}
    if entry.get("response_format") is not None or _FORMAT in tags:
        notes.lost((*path, "response_format"), "a schema of the reply: set `model.extra.response_format` by hand")
    for key in entry:
        if key not in _TAKEN and entry[key] not in (None, "", [], {}):
            notes.lost((*path, key), "MLflow's own bookkeeping has no place in a prompt file")
    own = _json(tags.get(OWN), (*path, "tags", OWN), notes)
    labels = texts(entry.get("aliases"), (*path, "aliases"), notes)
    origin = {
        "format": "mlflow", "name": entry.get("name"), "version": number, "labels": list(labels),
        "message": entry.get("commit_message", entry.get("description")),
    }  # fmt: skip
    shown = tuple(f"{key}={value}" if value else key for key, value in tags.items() if not _reserved(key))
    return builder.version(number, builder.spec(model, own if isinstance(own, dict) else {}, shown), origin)


def _reserved(key: str) -> bool:
    return key == OWN or key.startswith(("mlflow.", "_mlflow_"))


def _template(path: Path, entry: Mapping[str, Any], tags: Mapping[str, str], notes: Notes) -> Any:
    if "template" in entry:
        return entry["template"]
    text = tags.get(_TEXT)
    if text is None:
        raise fault(notes, path, "no text of the prompt here: neither `template` nor the tag `mlflow.prompt.text`")
    if tags.get(_TYPE) == "chat":
        return _json(text, (*path, "tags"), notes)
    return text


def _tags(value: Any, path: Path, notes: Notes) -> dict[str, str]:
    if isinstance(value, list):  # REST: [{"key": …, "value": …}]
        value = {
            one["key"]: one.get("value") for one in value if isinstance(one, dict) and isinstance(one.get("key"), str)
        }
    if value is None:
        return {}
    if not isinstance(value, dict):
        notes.lost(path, "not a mapping")
        return {}
    return {key: one if isinstance(one, str) else json.dumps(as_json(one)) for key, one in value.items()}


def _json(text: str | None, path: Path, notes: Notes) -> Any:
    if text is None:
        return None
    try:
        return read_json(text, notes.document.file)
    except UserError as error:
        raise fault(notes, path, f"holds JSON that cannot be read: {error.problems[0].message}") from error


def _text(builder: Builder, template: str, path: Path, jinja: Jinja) -> None:
    found = _JINJA.search(template)
    if found is None or jinja == "text":
        builder.message("system", template, path)
    elif jinja == "keep":
        builder.template("system", template + "\n", path)
    else:
        message = (
            f"MLflow renders this text as Jinja2 (`{found.group()[:60]}`): import it with --jinja keep to take it as "
            "a template, or with --jinja text when its tags are plain text"
        )
        raise fault(builder.notes, path, message)


def _message(builder: Builder, message: Any, path: Path) -> None:
    if not isinstance(message, dict):
        raise fault(builder.notes, path, "expected a message with `role` and `content`")
    for key, value in message.items():
        if key not in {"role", "content"} and value is not None:
            builder.notes.lost((*path, key), "a message has a role and a content here, nothing else")
    builder.message(message.get("role"), message.get("content"), path)


def write_mlflow(prompt: Writable) -> Exported:
    """A version as `mlflow.genai.register_prompt` takes it, a chat prompt. Raises UserError for what it cannot say."""
    version = prompt.version
    config, extra = write_parameters(version.spec.model, name_key="model_name")
    own = own_section(version.spec, extra)
    tags, kept = _as_tags(version.spec.tags)
    if kept:
        own["tags"] = kept
    if own:
        tags[OWN] = json_text(own)
    data = {
        "name": version.ref.name,
        "version": version.ref.version,
        "template": [
            {"role": role, "content": text} for role, text in prompt.texts("{{ %s }}", read_double_braces, "MLflow")
        ],
        "commit_message": prompt.message or origin_of(version).get("message"),
        "tags": tags,
        "aliases": [LIVE_LABEL] if prompt.live else [],
        "model_config": config,
    }
    return Exported(json_text(data), prompt.notes)


def _as_tags(tags: tuple[str, ...]) -> tuple[dict[str, str], list[str]]:
    """Tags as keys and values, and all of them as they are when that would lose any."""
    pairs = dict(tag.partition("=")[::2] for tag in tags)
    same = tuple(f"{key}={value}" if value else key for key, value in pairs.items()) == tags
    if same and not any(_reserved(key) or not key for key in pairs):
        return pairs, []
    return {}, list(tags)
