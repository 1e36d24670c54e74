"""JSON as a language model answers it, read strictly: one object, perhaps inside one code fence, and nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

_FENCE = re.compile(r"\A\s*```(?:json)?[ \t]*\n(.*)\n```\s*\Z", re.DOTALL)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def read_answer_json(answer: str) -> Any:
    """The value of an answer. Raises ValueError for anything that is not JSON, a key that stands twice included."""
    fenced = _FENCE.match(answer)
    try:
        return json.loads(fenced[1] if fenced else answer, object_pairs_hook=_unique, parse_constant=_refused)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def visible(text: str) -> str:
    """A model's sentence without control and direction marks, in one line."""
    return _INVISIBLE.sub(" ", text).strip()


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key stands twice")
    return values


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
