"""The text of a prompt file made from data, as a person would have written it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from botops.config import MAX_BYTES, Document
from botops.config.spots import Path
from botops.config.yaml_writer import dump_yaml
from botops.domain.errors import UserError
from botops.registry.version import read_version

_ORDER = ("description", "owner", "purpose", "tags", "reviewed", "languages", "model", "variables", "messages")


def prompt_text(spec: Mapping[str, Any]) -> str:
    """The YAML of a prompt file: keys in their usual order, long texts as blocks, empty ones left out."""
    known = {key: spec[key] for key in _ORDER if spec.get(key) not in (None, "", [], (), {})}
    rest = {key: value for key, value in spec.items() if key not in _ORDER}
    return dump_yaml({**known, **rest}, width=100_000)


def checked_text(spec: Mapping[str, Any], document: Document, path: Path) -> str:
    """The YAML of a prompt file, when it is a good one that reads back as `spec`.

    Raises UserError that points at `path` of the document it was made from.
    """
    text = prompt_text(spec)
    raw = text.encode()
    if len(raw) > MAX_BYTES:
        message = f"cannot be a prompt file: larger than {MAX_BYTES:,} bytes"
        raise UserError(problems=[document.problem(path, message, rule="too-large")])
    try:
        read_version(raw, "prompt", "imported", 1)
    except UserError as error:
        found = [f"{p.path}: {p.message}" for p in error.problems] or [str(error)]
        raise UserError(
            problems=[document.problem(path, f"cannot be a prompt file: {f}", rule="not-a-prompt") for f in found]
        ) from error
    return text


_NUMBER = "\0number:"
"""Marks a decimal in JSON about to be written; no text of a prompt holds a NUL."""


def json_text(data: Any) -> str:
    """JSON as people read it, fractions exactly as they stand (`1.10`)."""
    text = json.dumps(data, ensure_ascii=False, indent=2, default=_marked)
    return re.sub(r'"\\u0000number:([^"]+)"', r"\1", text) + "\n"


def _marked(value: Any) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no JSON form")
    return f"{_NUMBER}{value:f}"
